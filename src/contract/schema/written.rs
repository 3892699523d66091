//! Short ways to write schema syntax by hand.

use soapstone::name::QName;
use soapstone_schema::document::schema::{Element, Particle, SimpleType, Term, TypeUse};
use soapstone_schema::model::{Annotation, Builtin, Enumerated, Facet, Facets, Place, Scope, XSD};

use crate::contract::value_type::Atomic;

/// A built-in type by name.
pub(super) fn xsd(builtin: Builtin) -> TypeUse {
    TypeUse::Named(QName::new(XSD, builtin.name()))
}

/// An element that occurs once.
pub(super) fn field(name: &str, type_: TypeUse) -> Particle {
    Particle::new(
        1,
        Some(1),
        Term::Element(Box::new(Element::new(name, Some(type_)))),
    )
}

/// Makes a particle one that may be absent.
pub(super) fn optional(mut particle: Particle) -> Particle {
    particle.min = 0;
    particle
}

/// Makes a particle one that occurs any number of times.
pub(super) fn many(mut particle: Particle) -> Particle {
    particle.min = 0;
    particle.max = None;
    particle
}

/// Makes an element one that may be nil.
pub(super) fn nillable(mut particle: Particle) -> Particle {
    if let Term::Element(element) = &mut particle.term {
        element.nillable = true;
    }
    particle
}

/// Says something about an element.
pub(super) fn documented(mut particle: Particle, documentation: Option<&str>) -> Particle {
    if let Term::Element(element) = &mut particle.term {
        element.annotation = annotation(documentation);
    }
    particle
}

/// A sequence that occurs once.
pub(super) fn sequence(particles: Vec<Particle>) -> Particle {
    Particle::sequence(particles)
}

/// Documentation, where there is any; characters that XML has not are left out.
pub(super) fn annotation(documentation: Option<&str>) -> Option<Box<Annotation>> {
    let documentation: String = documentation?
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let documentation = documentation.trim().to_owned();
    (!documentation.is_empty()).then(|| {
        Box::new(Annotation {
            documentation,
            appinfo: Vec::new(),
        })
    })
}

/// A simple type of these values.
pub(super) fn enumeration(name: &str, values: impl Iterator<Item = String>) -> SimpleType {
    let facets = Facets {
        enumeration: values.map(enumerated).collect(),
        ..Facets::default()
    };
    SimpleType::restriction(
        Some(name.into()),
        QName::new(XSD, Builtin::String.name()),
        facets,
    )
}

/// The facets of a value.
pub(super) fn facets(atomic: &Atomic) -> Facets {
    let (min, max) = atomic.range.unwrap_or((None, None));
    // KDSoap's generator ends at an empty value: such a type is a text, and its labels stand in its documentation.
    let labels = match &*atomic.labels {
        labels if labels.iter().any(String::is_empty) => &[],
        labels => labels,
    };
    Facets {
        max_length: atomic.max_length.map(|length| facet(u64::from(length))),
        total_digits: atomic.total_digits.map(|digits| facet(u64::from(digits))),
        fraction_digits: atomic
            .fraction_digits
            .map(|digits| facet(u64::from(digits))),
        min_inclusive: min.map(|min| facet(min.to_string())),
        max_inclusive: max.map(|max| facet(max.to_string())),
        patterns: atomic
            .pattern
            .iter()
            .map(|pattern| facet((*pattern).to_owned()))
            .collect(),
        enumeration: labels.iter().cloned().map(enumerated).collect(),
        ..Facets::default()
    }
}

fn facet<T>(value: T) -> Facet<T> {
    Facet {
        value,
        fixed: false,
        place: Place::default(),
    }
}

fn enumerated(lexical: String) -> Enumerated {
    Enumerated {
        lexical,
        scope: Scope::from([]),
        annotation: None,
        place: Place::default(),
    }
}
