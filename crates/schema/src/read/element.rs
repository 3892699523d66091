//! Element declarations and identity constraints (XSD 1.0 part 1, 3.3.2 and 3.11.2).

use super::children::Children;
use super::context::Context;
use super::tree::Node;
use super::{complex, simple};
use crate::document::schema::{Constraint, ConstraintKind, Element, Term, TypeUse, XPath};

pub(super) fn global(context: &mut Context<'_>, node: Node<'_>) -> Option<Element> {
    context.attributes(
        node,
        &[
            "abstract",
            "block",
            "default",
            "final",
            "fixed",
            "name",
            "nillable",
            "substitutionGroup",
            "type",
        ],
    );
    declaration(context, node)
}

/// Reads an element inside a group: a declaration or a reference.
pub(super) fn local(context: &mut Context<'_>, node: Node<'_>) -> Option<Term> {
    context.attributes(
        node,
        &[
            "block",
            "default",
            "fixed",
            "form",
            "maxOccurs",
            "minOccurs",
            "name",
            "nillable",
            "ref",
            "type",
        ],
    );
    // src-element 2.1: one of name and ref.
    match (
        node.attribute("name").is_some(),
        node.attribute("ref").is_some(),
    ) {
        (true, true) => context.error(node, "src-element", "name and ref exclude each other", ""),
        (false, false) => {
            context.error(node, "src-element", "an element needs a name or a ref", "")
        }
        _ => {}
    }
    if node.attribute("ref").is_none() {
        return declaration(context, node).map(|element| Term::Element(Box::new(element)));
    }
    // src-element 2.2
    for attribute in ["block", "default", "fixed", "form", "nillable", "type"] {
        if node.attribute(attribute).is_some() {
            let message = format!("an element with ref can't have {attribute}");
            context.error(node, "src-element", &message, "the declaration says it");
        }
    }
    context.only_annotation(node);
    context.reference(node, "ref").map(Term::ElementReference)
}

fn declaration(context: &mut Context<'_>, node: Node<'_>) -> Option<Element> {
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let inline = children
        .take(&["simpleType", "complexType"])
        .map(|child| match child.local() {
            "simpleType" => TypeUse::Simple(Box::new(simple::local(context, child))),
            _ => TypeUse::Complex(Box::new(complex::local(context, child))),
        });
    // src-element 3
    if inline.is_some() && node.attribute("type").is_some() {
        context.error(
            node,
            "src-element",
            "type and a type in place exclude each other",
            "keep one of them",
        );
    }
    let constraints = constraints(context, &mut children);
    context.finish(node, children);
    let type_ = context
        .reference(node, "type")
        .map(TypeUse::Named)
        .or(inline);
    let element = Element {
        qualified: context.form(node, "form"),
        nillable: context.boolean(node, "nillable").unwrap_or(false),
        value: context.value(node, "src-element"),
        abstract_: context.boolean(node, "abstract").unwrap_or(false),
        substitution_group: context.reference(node, "substitutionGroup"),
        block: context.derivations(node, "block", &["extension", "restriction", "substitution"]),
        final_: context.derivations(node, "final", &["extension", "restriction"]),
        constraints,
        foreign: context.foreign(node),
        annotation,
        place: node.place(),
        ..Element::new("", type_)
    };
    Some(Element {
        name: context.name(node)?,
        ..element
    })
}

fn constraints(context: &mut Context<'_>, children: &mut Children<'_>) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    while let Some(node) = children.take(&["unique", "key", "keyref"]) {
        constraints.extend(constraint(context, node));
    }
    constraints
}

fn constraint(context: &mut Context<'_>, node: Node<'_>) -> Option<Constraint> {
    let keyref = node.local() == "keyref";
    context.attributes(
        node,
        if keyref {
            &["name", "refer"]
        } else {
            &["name"]
        },
    );
    let name = context.name(node);
    if keyref && node.attribute("refer").is_none() {
        context.error(
            node,
            "s4s-att",
            "a keyref needs refer",
            "name the key that its values refer to",
        );
    }
    let kind = match node.local() {
        "unique" => Some(ConstraintKind::Unique),
        "key" => Some(ConstraintKind::Key),
        _ => context.reference(node, "refer").map(ConstraintKind::KeyRef),
    };
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let selector = children
        .take(&["selector"])
        .and_then(|child| xpath(context, child));
    let mut fields = Vec::new();
    let mut written = 0;
    while let Some(child) = children.take(&["field"]) {
        written += 1;
        fields.extend(xpath(context, child));
    }
    context.finish(node, children);
    if selector.is_none() || written == 0 {
        let message = format!("{} needs a selector and at least one field", node.written());
        context.error(node, "s4s-elt", &message, "");
    }
    Some(Constraint {
        name: name?,
        kind: kind?,
        selector: selector?,
        fields,
        annotation,
        place: node.place(),
    })
}

fn xpath(context: &mut Context<'_>, node: Node<'_>) -> Option<XPath> {
    context.attributes(node, &["xpath"]);
    context.only_annotation(node);
    let Some(text) = node.attribute("xpath") else {
        context.error(
            node,
            "s4s-att",
            &format!("{} needs an xpath", node.written()),
            "",
        );
        return None;
    };
    Some(XPath {
        text: text.to_owned(),
        scope: node.scope().clone(),
        place: node.place(),
    })
}
