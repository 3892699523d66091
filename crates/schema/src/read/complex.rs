//! Complex types (XSD 1.0 part 1, 3.4.2).

use soapstone::name::QName;

use super::children::Children;
use super::context::Context;
use super::tree::Node;
use super::{attribute, group, simple};
use crate::document::schema::{Attributes, ComplexType, Content, Particle};
use crate::model::{Builtin, Derivation, XSD};

pub(super) fn global(context: &mut Context<'_>, node: Node<'_>) -> Option<ComplexType> {
    context.attributes(node, &["name", "abstract", "block", "final", "mixed"]);
    let name = context.name(node);
    let type_ = ComplexType {
        abstract_: context.boolean(node, "abstract").unwrap_or(false),
        block: context.derivations(node, "block", &["extension", "restriction"]),
        final_: context.derivations(node, "final", &["extension", "restriction"]),
        ..read(context, node)
    };
    Some(ComplexType {
        name: Some(name?),
        ..type_
    })
}

pub(super) fn local(context: &mut Context<'_>, node: Node<'_>) -> ComplexType {
    context.attributes(node, &["mixed"]);
    read(context, node)
}

fn read(context: &mut Context<'_>, node: Node<'_>) -> ComplexType {
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let mixed = context.boolean(node, "mixed").unwrap_or(false);
    let mut inner = false;
    let (content, attributes) = match children.take(&["simpleContent", "complexContent"]) {
        Some(child) if child.local() == "simpleContent" => simple_content(context, child),
        Some(child) => complex_content(context, child, &mut inner),
        None => {
            let particle = particle(context, &mut children);
            (
                Content::Plain(particle),
                attribute::attributes(context, &mut children),
            )
        }
    };
    context.finish(node, children);
    ComplexType {
        mixed: mixed || inner,
        content,
        attributes,
        annotation,
        place: node.place(),
        ..ComplexType::default()
    }
}

fn particle(context: &mut Context<'_>, children: &mut Children<'_>) -> Option<Particle> {
    children
        .take(&["group", "all", "choice", "sequence"])
        .and_then(|child| group::particle(context, child))
}

fn any_type() -> QName {
    QName::new(XSD, Builtin::AnyType.name())
}

/// Reads `complexContent`; where it derives nothing, `plain_mixed` tells whether it is mixed.
fn complex_content(
    context: &mut Context<'_>,
    node: Node<'_>,
    plain_mixed: &mut bool,
) -> (Content, Attributes) {
    context.attributes(node, &["mixed"]);
    let mixed = context.boolean(node, "mixed");
    let mut children = context.children(node);
    context.annotation(&mut children);
    let Some(child) = children.take(&["restriction", "extension"]) else {
        context.error(
            node,
            "s4s-derivation",
            "complexContent needs a restriction or an extension",
            "leave complexContent out, and keep what is in it",
        );
        let particle = particle(context, &mut children);
        let attributes = attribute::attributes(context, &mut children);
        context.finish(node, children);
        *plain_mixed = mixed.unwrap_or(false);
        return (Content::Plain(particle), attributes);
    };
    context.finish(node, children);
    context.attributes(child, &["base"]);
    let derivation = if child.local() == "extension" {
        Derivation::Extension
    } else {
        Derivation::Restriction
    };
    let base = base(context, child);
    let mut children = context.children(child);
    context.annotation(&mut children);
    let particle = particle(context, &mut children);
    let attributes = attribute::attributes(context, &mut children);
    context.finish(child, children);
    (
        Content::Complex {
            derivation,
            base,
            mixed,
            particle,
            place: child.place(),
        },
        attributes,
    )
}

fn base(context: &mut Context<'_>, node: Node<'_>) -> QName {
    if node.attribute("base").is_none() {
        context.error(
            node,
            "s4s-att",
            &format!("{} needs a base", node.written()),
            "",
        );
    }
    context.reference(node, "base").unwrap_or_else(any_type)
}

fn simple_content(context: &mut Context<'_>, node: Node<'_>) -> (Content, Attributes) {
    context.attributes(node, &[]);
    let mut children = context.children(node);
    context.annotation(&mut children);
    let Some(child) = children.take(&["restriction", "extension"]) else {
        context.error(
            node,
            "s4s-elt",
            "simpleContent needs a restriction or an extension",
            "",
        );
        context.finish(node, children);
        return (Content::Plain(None), Attributes::default());
    };
    context.finish(node, children);
    context.attributes(child, &["base"]);
    let (base, place) = (base(context, child), child.place());
    let mut children = context.children(child);
    context.annotation(&mut children);
    let content = if child.local() == "extension" {
        Content::SimpleExtension { base, place }
    } else {
        let type_ = children
            .take(&["simpleType"])
            .map(|inner| Box::new(simple::local(context, inner)));
        let facets = Box::new(simple::facets(context, &mut children));
        Content::SimpleRestriction {
            base,
            type_,
            facets,
            place,
        }
    };
    let attributes = attribute::attributes(context, &mut children);
    context.finish(child, children);
    (content, attributes)
}
