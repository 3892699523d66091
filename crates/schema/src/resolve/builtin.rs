//! The built-in types (XSD 1.0 part 2, 3), `anyType` (part 1, 3.4.7) and the attributes of `xsi` (part 1, 3.2.7).

use soapstone::name::QName;

use super::next;
use super::symbols::{attribute, complex_type, simple_type};
use crate::model::{
    AttributeId, Builtin, ComplexType, Compositor, Content, Facet, Facets, Group, GroupId, Model,
    Namespaces, Particle, Place, Process, SimpleType, Term, Type, TypeId, Variety, WhiteSpace,
    Wildcard, XSD, XSI,
};

/// Puts the built-ins into an empty model.
pub(super) fn fill(model: &mut Model) {
    for builtin in Builtin::ALL {
        let name = QName::new(XSD, builtin.name());
        let type_ = match builtin {
            Builtin::AnyType => Type::Complex(any_type(model, name.clone())),
            _ => Type::Simple(simple(*builtin, name.clone())),
        };
        model.types.push(type_);
        model.globals.types.insert(name, builtin.id());
    }
    let locations = TypeId(next(model.types.len()));
    let mut list = simple_type(None, Place::default());
    list.variety = Variety::List(Builtin::AnyUri.id());
    model.types.push(Type::Simple(list));
    for (local, type_) in [
        ("type", Builtin::QName.id()),
        ("nil", Builtin::Boolean.id()),
        ("schemaLocation", locations),
        ("noNamespaceSchemaLocation", Builtin::AnyUri.id()),
    ] {
        let name = QName::new(XSI, local);
        model
            .globals
            .attributes
            .insert(name.clone(), AttributeId(next(model.attributes.len())));
        let mut declaration = attribute(name, true, Place::default());
        declaration.type_ = type_;
        model.attributes.push(declaration);
    }
}

fn any_type(model: &mut Model, name: QName) -> ComplexType {
    let wildcard = Wildcard {
        namespaces: Namespaces::Any,
        process: Process::Lax,
        annotation: None,
    };
    let place = Place::default();
    let group = GroupId(next(model.groups.len()));
    let any = Particle {
        min: 0,
        max: None,
        term: Term::Any(wildcard.clone()),
        place,
    };
    let particles = vec![any];
    model.groups.push(Group {
        name: None,
        compositor: Compositor::Sequence,
        particles,
        annotation: None,
        place,
    });
    let mut type_ = complex_type(Some(name), place);
    type_.content = Content::Mixed(Some(Particle {
        min: 1,
        max: Some(1),
        term: Term::Group(group),
        place,
    }));
    type_.any_attribute = Some(wildcard);
    type_
}

fn simple(builtin: Builtin, name: QName) -> SimpleType {
    let mut type_ = simple_type(Some(name), Place::default());
    type_.base = base(builtin).id();
    type_.variety = match builtin {
        Builtin::AnySimpleType => Variety::Any,
        Builtin::NmTokens => Variety::List(Builtin::NmToken.id()),
        Builtin::IdRefs => Variety::List(Builtin::IdRef.id()),
        Builtin::Entities => Variety::List(Builtin::Entity.id()),
        _ => Variety::Atomic(primitive(builtin)),
    };
    type_.facets = facets(builtin);
    type_
}

fn primitive(builtin: Builtin) -> Builtin {
    let mut at = builtin;
    while base(at) != Builtin::AnySimpleType && at != Builtin::AnySimpleType {
        at = base(at);
    }
    at
}

fn base(builtin: Builtin) -> Builtin {
    use Builtin as B;
    match builtin {
        B::NormalizedString => B::String,
        B::Token => B::NormalizedString,
        B::Language | B::NmToken | B::Name => B::Token,
        B::NcName => B::Name,
        B::Id | B::IdRef | B::Entity => B::NcName,
        B::Integer => B::Decimal,
        B::NonPositiveInteger | B::Long | B::NonNegativeInteger => B::Integer,
        B::NegativeInteger => B::NonPositiveInteger,
        B::Int => B::Long,
        B::Short => B::Int,
        B::Byte => B::Short,
        B::UnsignedLong | B::PositiveInteger => B::NonNegativeInteger,
        B::UnsignedInt => B::UnsignedLong,
        B::UnsignedShort => B::UnsignedInt,
        B::UnsignedByte => B::UnsignedShort,
        B::AnySimpleType => B::AnyType,
        _ => B::AnySimpleType,
    }
}

fn facet<T>(value: T, fixed: bool) -> Option<Facet<T>> {
    Some(Facet {
        value,
        fixed,
        place: Place::default(),
    })
}

fn facets(builtin: Builtin) -> Facets {
    use Builtin as B;
    let white_space = match builtin {
        B::AnySimpleType => None,
        B::String => facet(WhiteSpace::Preserve, false),
        B::NormalizedString => facet(WhiteSpace::Replace, false),
        B::Token => facet(WhiteSpace::Collapse, false),
        builtin if base(builtin) == B::AnySimpleType => facet(WhiteSpace::Collapse, true),
        _ => None,
    };
    let mut facets = Facets {
        white_space,
        ..Facets::default()
    };
    if matches!(builtin, B::NmTokens | B::IdRefs | B::Entities) {
        facets.min_length = facet(1, false);
    }
    if builtin == B::Integer {
        facets.fraction_digits = facet(0, true);
    }
    let (min, max) = match builtin {
        B::NonPositiveInteger => ("", "0"),
        B::NegativeInteger => ("", "-1"),
        B::Long => ("-9223372036854775808", "9223372036854775807"),
        B::Int => ("-2147483648", "2147483647"),
        B::Short => ("-32768", "32767"),
        B::Byte => ("-128", "127"),
        B::NonNegativeInteger => ("0", ""),
        B::UnsignedLong => ("", "18446744073709551615"),
        B::UnsignedInt => ("", "4294967295"),
        B::UnsignedShort => ("", "65535"),
        B::UnsignedByte => ("", "255"),
        B::PositiveInteger => ("1", ""),
        _ => ("", ""),
    };
    if !min.is_empty() {
        facets.min_inclusive = facet(min.to_owned(), false);
    }
    if !max.is_empty() {
        facets.max_inclusive = facet(max.to_owned(), false);
    }
    facets
}
