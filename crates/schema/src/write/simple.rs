//! Simple types and facets as text.

use super::text::Text;
use crate::document::schema::{SimpleDefinition, SimpleType, TypeUse};
use crate::model::{Derivations, Facet, Facets, WhiteSpace};

pub(super) fn simple_type(text: &mut Text, type_: &SimpleType) {
    text.start(text.xs("simpleType"));
    if let Some(name) = &type_.name {
        text.attribute("name", name);
    }
    if let Some(final_) = type_.final_ {
        text.attribute("final", &derivations(final_, false));
    }
    text.annotation(&type_.annotation);
    match &type_.definition {
        SimpleDefinition::Restriction { base, facets } => {
            text.start(text.xs("restriction"));
            type_use(text, "base", base);
            self::facets(text, facets);
            text.end();
        }
        SimpleDefinition::List(item) => {
            text.start(text.xs("list"));
            type_use(text, "itemType", item);
            text.end();
        }
        SimpleDefinition::Union(members) => {
            text.start(text.xs("union"));
            let names: Vec<String> = members
                .iter()
                .filter_map(|member| match member {
                    TypeUse::Named(name) => Some(text.qname(name)),
                    _ => None,
                })
                .collect();
            if !names.is_empty() {
                text.attribute("memberTypes", &names.join(" "));
            }
            for member in members {
                if let TypeUse::Simple(member) = member {
                    simple_type(text, member);
                }
            }
            text.end();
        }
    }
    text.end();
}

/// Writes the type as an attribute or, for one in place, as a child.
pub(super) fn type_use(text: &mut Text, attribute: &str, type_: &TypeUse) {
    match type_ {
        TypeUse::Named(name) => text.name_attribute(attribute, name),
        TypeUse::Simple(type_) => simple_type(text, type_),
        TypeUse::Complex(type_) => super::schema::complex_type(text, type_),
    }
}

pub(super) fn facets(text: &mut Text, facets: &Facets) {
    for (name, facet) in [
        ("minExclusive", &facets.min_exclusive),
        ("minInclusive", &facets.min_inclusive),
        ("maxExclusive", &facets.max_exclusive),
        ("maxInclusive", &facets.max_inclusive),
    ] {
        if let Some(facet) = facet {
            one(text, name, &facet.value, facet);
        }
    }
    for (name, facet) in [
        ("totalDigits", &facets.total_digits),
        ("fractionDigits", &facets.fraction_digits),
        ("length", &facets.length),
        ("minLength", &facets.min_length),
        ("maxLength", &facets.max_length),
    ] {
        if let Some(facet) = facet {
            one(text, name, &facet.value.to_string(), facet);
        }
    }
    if let Some(facet) = &facets.white_space {
        let value = match facet.value {
            WhiteSpace::Preserve => "preserve",
            WhiteSpace::Replace => "replace",
            WhiteSpace::Collapse => "collapse",
        };
        one(text, "whiteSpace", value, facet);
    }
    for pattern in &facets.patterns {
        text.start(text.xs("pattern"));
        text.attribute("value", &pattern.value);
        text.end();
    }
    for value in &facets.enumeration {
        text.start(text.xs("enumeration"));
        text.declare_used(&value.lexical, &value.scope);
        text.attribute("value", &value.lexical);
        text.annotation(&value.annotation);
        text.end();
    }
}

fn one<T>(text: &mut Text, name: &str, value: &str, facet: &Facet<T>) {
    text.start(text.xs(name));
    text.attribute("value", value);
    if facet.fixed {
        text.attribute("fixed", "true");
    }
    text.end();
}

/// Writes a `block` or `final` set; `#all` where everything that the place knows is in it.
pub(super) fn derivations(set: Derivations, substitution: bool) -> String {
    let names = [
        (set.extension, "extension"),
        (set.restriction, "restriction"),
        (set.substitution && substitution, "substitution"),
        (set.list, "list"),
        (set.union, "union"),
    ];
    names
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(" ")
}
