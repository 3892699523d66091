//! Simple types and facets (XSD 1.0 part 1, 3.14.2; part 2, 4.3).

use super::children::Children;
use super::context::Context;
use super::tree::{Node, is_space};
use crate::document::schema::{SimpleDefinition, SimpleType, TypeUse};
use crate::model::{Builtin, Enumerated, Facet, Facets, WhiteSpace, XSD};
use soapstone::name::QName;

pub(super) const FACETS: &[&str] = &[
    "minExclusive",
    "minInclusive",
    "maxExclusive",
    "maxInclusive",
    "totalDigits",
    "fractionDigits",
    "length",
    "minLength",
    "maxLength",
    "enumeration",
    "whiteSpace",
    "pattern",
];

pub(super) fn global(context: &mut Context<'_>, node: Node<'_>) -> Option<SimpleType> {
    context.attributes(node, &["final", "name"]);
    let final_ = context.derivations(node, "final", &["list", "union", "restriction"]);
    let name = context.name(node);
    let type_ = read(context, node);
    Some(SimpleType {
        name: Some(name?),
        final_,
        ..type_
    })
}

pub(super) fn local(context: &mut Context<'_>, node: Node<'_>) -> SimpleType {
    context.attributes(node, &[]);
    read(context, node)
}

fn read(context: &mut Context<'_>, node: Node<'_>) -> SimpleType {
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let definition = match children.take(&["restriction", "list", "union"]) {
        Some(child) if child.local() == "restriction" => restriction(context, child),
        Some(child) if child.local() == "list" => list(context, child),
        Some(child) => union(context, child),
        None => {
            context.error(
                node,
                "s4s-elt",
                "a simpleType needs a restriction, list or union",
                "",
            );
            nothing()
        }
    };
    context.finish(node, children);
    SimpleType {
        name: None,
        final_: None,
        definition,
        annotation,
        place: node.place(),
    }
}

/// What stands in for a definition that can't be read: a string, which breaks no other rule.
fn nothing() -> SimpleDefinition {
    SimpleDefinition::Restriction {
        base: TypeUse::Named(QName::new(XSD, Builtin::String.name())),
        facets: Box::default(),
    }
}

fn any_simple() -> TypeUse {
    TypeUse::Named(QName::new(XSD, Builtin::AnySimpleType.name()))
}

fn restriction(context: &mut Context<'_>, node: Node<'_>) -> SimpleDefinition {
    context.attributes(node, &["base"]);
    let mut children = context.children(node);
    context.annotation(&mut children);
    let inline = children
        .take(&["simpleType"])
        .map(|child| Box::new(local(context, child)));
    let base = one_of(context, node, "base", inline);
    let facets = facets(context, &mut children);
    context.finish(node, children);
    SimpleDefinition::Restriction {
        base,
        facets: Box::new(facets),
    }
}

fn list(context: &mut Context<'_>, node: Node<'_>) -> SimpleDefinition {
    context.attributes(node, &["itemType"]);
    let mut children = context.children(node);
    context.annotation(&mut children);
    let inline = children
        .take(&["simpleType"])
        .map(|child| Box::new(local(context, child)));
    context.finish(node, children);
    SimpleDefinition::List(one_of(context, node, "itemType", inline))
}

/// `src-simple-type`, `src-list-itemType-or-simpleType`: the attribute or the child, not both, not none.
fn one_of(
    context: &mut Context<'_>,
    node: Node<'_>,
    attribute: &str,
    inline: Option<Box<SimpleType>>,
) -> TypeUse {
    match (node.attribute(attribute).is_some(), inline) {
        (true, Some(_)) => {
            let message = format!("{} has both {attribute} and a simpleType", node.written());
            context.error(node, "src-simple-type", &message, "keep one of them");
        }
        (false, Some(inline)) => return TypeUse::Simple(inline),
        (false, None) => {
            let message = format!("{} needs {attribute} or a simpleType", node.written());
            context.error(node, "src-simple-type", &message, "");
        }
        (true, None) => {}
    }
    context
        .reference(node, attribute)
        .map_or_else(any_simple, TypeUse::Named)
}

fn union(context: &mut Context<'_>, node: Node<'_>) -> SimpleDefinition {
    context.attributes(node, &["memberTypes"]);
    let mut members = Vec::new();
    for word in node
        .attribute("memberTypes")
        .unwrap_or("")
        .split(is_space)
        .filter(|word| !word.is_empty())
    {
        members.extend(
            context
                .expand(node, "memberTypes", word)
                .map(TypeUse::Named),
        );
    }
    let mut children = context.children(node);
    context.annotation(&mut children);
    while let Some(child) = children.take(&["simpleType"]) {
        members.push(TypeUse::Simple(Box::new(local(context, child))));
    }
    context.finish(node, children);
    if members.is_empty() {
        context.error(
            node,
            "src-union-memberTypes-or-simpleTypes",
            "a union needs member types",
            "",
        );
        return nothing();
    }
    SimpleDefinition::Union(members)
}

/// Takes the facets that come next.
pub(super) fn facets(context: &mut Context<'_>, children: &mut Children<'_>) -> Facets {
    let mut facets = Facets::default();
    while let Some(node) = children.take(FACETS) {
        let several = matches!(node.local(), "pattern" | "enumeration");
        context.attributes(
            node,
            if several {
                &["value"]
            } else {
                &["value", "fixed"]
            },
        );
        let fixed = !several && context.boolean(node, "fixed").unwrap_or(false);
        let annotation = context.only_annotation(node);
        let Some(value) = node.attribute("value") else {
            context.error(
                node,
                "s4s-att",
                &format!("{} needs a value", node.written()),
                "",
            );
            continue;
        };
        let place = node.place();
        let text = || Facet {
            value: value.to_owned(),
            fixed,
            place,
        };
        let repeated = match node.local() {
            "pattern" => {
                facets.patterns.push(text());
                false
            }
            "enumeration" => {
                let scope = node.scope().clone();
                facets.enumeration.push(Enumerated {
                    lexical: value.to_owned(),
                    scope,
                    annotation,
                    place,
                });
                false
            }
            "minExclusive" => facets.min_exclusive.replace(text()).is_some(),
            "minInclusive" => facets.min_inclusive.replace(text()).is_some(),
            "maxExclusive" => facets.max_exclusive.replace(text()).is_some(),
            "maxInclusive" => facets.max_inclusive.replace(text()).is_some(),
            "whiteSpace" => match white_space(value) {
                Some(value) => facets
                    .white_space
                    .replace(Facet {
                        value,
                        fixed,
                        place,
                    })
                    .is_some(),
                None => {
                    let message = format!("value=\"{value}\" is not a kind of white space");
                    context.error(
                        node,
                        "s4s-att",
                        &message,
                        "write preserve, replace or collapse",
                    );
                    false
                }
            },
            number => count(context, node, number, fixed, &mut facets),
        };
        if repeated {
            let message = format!("{} is written twice in one restriction", node.written());
            context.error(node, "src-single-facet-value", &message, "keep one of them");
        }
    }
    facets
}

fn count(
    context: &mut Context<'_>,
    node: Node<'_>,
    name: &str,
    fixed: bool,
    facets: &mut Facets,
) -> bool {
    let Some(value) = context.natural(node, "value") else {
        return false;
    };
    if name == "totalDigits" && value == 0 {
        context.error(node, "s4s-att", "totalDigits can't be 0", "");
        return false;
    }
    let slot = match name {
        "length" => &mut facets.length,
        "minLength" => &mut facets.min_length,
        "maxLength" => &mut facets.max_length,
        "totalDigits" => &mut facets.total_digits,
        _ => &mut facets.fraction_digits,
    };
    slot.replace(Facet {
        value,
        fixed,
        place: node.place(),
    })
    .is_some()
}

fn white_space(value: &str) -> Option<WhiteSpace> {
    match value.trim_matches(is_space) {
        "preserve" => Some(WhiteSpace::Preserve),
        "replace" => Some(WhiteSpace::Replace),
        "collapse" => Some(WhiteSpace::Collapse),
        _ => None,
    }
}
