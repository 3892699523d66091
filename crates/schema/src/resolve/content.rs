//! What a complex type holds: its own content and its base's, put together (XSD 1.0 part 1, 3.4.2).

use super::complex::Own;
use super::symbols::simple_type;
use super::{Resolver, next};
use crate::model::{
    Compositor, Content, Derivation, Facets, Group, Particle, Place, Term, Type, TypeId,
};

impl Resolver<'_, '_> {
    /// 3.4.2, {content type} of complex content.
    pub(super) fn complex_content(
        &mut self,
        own: &Own,
        base: TypeId,
        mixed: bool,
        particle: Option<Particle>,
    ) -> Content {
        let effective = alone(mixed, particle);
        if own.derivation == Derivation::Restriction {
            return effective;
        }
        let inherited = match self.model.types.get(base.index()) {
            Some(Type::Complex(base)) => base.content.clone(),
            _ => Content::Simple(base),
        };
        let place = own.place;
        match (inherited, effective) {
            (Content::Empty, effective) => effective,
            (inherited, Content::Empty) => inherited,
            (Content::Simple(type_), _) => {
                let message = "a type with simple content can't be extended by elements";
                self.report.error(place, "cos-ct-extends", message, "");
                Content::Simple(type_)
            }
            (inherited, effective) => {
                // cos-ct-extends 1.4.2.2.2.2.1: both mixed, or both element-only. The composed content is mixed where one
                // of them is, so only an extension that is mixed alone is left to the rules.
                let is_mixed = |content: &Content| matches!(content, Content::Mixed(_));
                if is_mixed(&inherited) && !is_mixed(&effective) {
                    let message = "the base is mixed, but its extension is not";
                    self.report
                        .error(place, "cos-ct-extends", message, "make both mixed or none");
                }
                let mixed = is_mixed(&inherited) || is_mixed(&effective);
                let particle = match (particle_of(inherited), particle_of(effective)) {
                    (Some(first), Some(second)) => Some(self.both(first, second, place)),
                    (first, second) => first.or(second),
                };
                match (mixed, particle) {
                    (true, particle) => Content::Mixed(particle),
                    (false, Some(particle)) => Content::Elements(particle),
                    (false, None) => Content::Empty,
                }
            }
        }
    }

    fn both(&mut self, first: Particle, second: Particle, place: Place) -> Particle {
        let particles = vec![first, second];
        let compositor = Compositor::Sequence;
        let group = self.new_group(Group {
            name: None,
            compositor,
            particles,
            annotation: None,
            place,
        });
        Particle {
            min: 1,
            max: Some(1),
            term: Term::Group(group),
            place,
        }
    }

    /// 3.4.2, {content type} of simple content, with src-ct 2.
    pub(super) fn simple_content(
        &mut self,
        own: &Own,
        base: TypeId,
        inner: Option<TypeId>,
        facets: &Facets,
    ) -> Content {
        let restriction = own.derivation == Derivation::Restriction;
        let from = match self.model.types.get(base.index()) {
            // A simple type cannot be restricted here; what is meant is plain all the same, and the rule is checked later.
            Some(Type::Simple(_)) => Ok(base),
            Some(Type::Complex(complex)) => match &complex.content {
                Content::Simple(simple) => Ok(*simple),
                Content::Mixed(particle)
                    if restriction
                        && particle
                            .as_ref()
                            .is_none_or(|particle| self.emptiable(particle, 0)) =>
                {
                    inner.ok_or(
                        "a restriction of mixed content to a simple type must hold that simpleType",
                    )
                }
                _ => Err("the base of simpleContent has no simple content"),
            },
            None => Ok(base),
        };
        let from = match from {
            Ok(from) => from,
            Err(message) => {
                self.report.error(own.place, "src-ct", message, "");
                // As its base has it, so that no other rule is broken by the same mistake.
                return match self.model.types.get(base.index()) {
                    Some(Type::Complex(complex)) => complex.content.clone(),
                    _ => Content::Simple(base),
                };
            }
        };
        let start = inner.unwrap_or(from);
        if !restriction || no_facets(facets) {
            return Content::Simple(start);
        }
        self.refuse_ur_type(start, own.place);
        let id = TypeId(next(self.model.types.len()));
        let mut type_ = simple_type(None, own.place);
        type_.base = start;
        type_.variety = self.variety(start);
        type_.facets = facets.clone();
        self.model.types.push(Type::Simple(type_));
        Content::Simple(id)
    }
}

pub(super) fn alone(mixed: bool, particle: Option<Particle>) -> Content {
    match (particle, mixed) {
        (Some(particle), true) => Content::Mixed(Some(particle)),
        (Some(particle), false) => Content::Elements(particle),
        (None, true) => Content::Mixed(None),
        (None, false) => Content::Empty,
    }
}

fn particle_of(content: Content) -> Option<Particle> {
    match content {
        Content::Elements(particle) => Some(particle),
        Content::Mixed(particle) => particle,
        _ => None,
    }
}

fn no_facets(facets: &Facets) -> bool {
    facets.length.is_none()
        && facets.min_length.is_none()
        && facets.max_length.is_none()
        && facets.patterns.is_empty()
        && facets.enumeration.is_empty()
        && facets.white_space.is_none()
        && facets.min_inclusive.is_none()
        && facets.max_inclusive.is_none()
        && facets.min_exclusive.is_none()
        && facets.max_exclusive.is_none()
        && facets.total_digits.is_none()
        && facets.fraction_digits.is_none()
}
