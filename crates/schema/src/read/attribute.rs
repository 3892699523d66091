//! Attributes, attribute groups and attribute wildcards (XSD 1.0 part 1, 3.2.2, 3.6.2, 3.10.2).

use super::children::Children;
use super::context::Context;
use super::tree::{Node, is_space};
use super::{group, simple};
use crate::document::schema::{
    Attribute, AttributeGroup, AttributeItem, Attributes, TypeUse, Usage,
};

pub(super) fn global(context: &mut Context<'_>, node: Node<'_>) -> Option<Attribute> {
    context.attributes(node, &["default", "fixed", "name", "type"]);
    declaration(context, node)
}

/// Takes the attribute declarations, references, group references and wildcard that come next.
pub(super) fn attributes(context: &mut Context<'_>, children: &mut Children<'_>) -> Attributes {
    let mut attributes = Attributes::default();
    while let Some(node) = children.take(&["attribute", "attributeGroup"]) {
        if node.local() == "attribute" {
            attributes.items.extend(local(context, node));
            continue;
        }
        context.attributes(node, &["ref"]);
        context.only_annotation(node);
        if node.attribute("ref").is_none() {
            context.error(
                node,
                "s4s-att",
                "an attributeGroup here needs a ref",
                "define it at the top of the schema",
            );
        }
        attributes.items.extend(
            context
                .reference(node, "ref")
                .map(|name| AttributeItem::Group(name, node.place())),
        );
    }
    if let Some(node) = children.take(&["anyAttribute"]) {
        context.attributes(node, &["namespace", "processContents"]);
        attributes.any = Some(group::wildcard(context, node));
    }
    attributes
}

fn local(context: &mut Context<'_>, node: Node<'_>) -> Option<AttributeItem> {
    context.attributes(
        node,
        &["default", "fixed", "form", "name", "ref", "type", "use"],
    );
    let usage = usage(context, node);
    // src-attribute 2: a default makes sense only where the attribute may be absent.
    if node.attribute("default").is_some() && usage != Usage::Optional {
        context.error(
            node,
            "src-attribute",
            "an attribute with a default must be optional",
            "drop the default",
        );
    }
    // src-attribute 3: one of name and ref.
    match (
        node.attribute("name").is_some(),
        node.attribute("ref").is_some(),
    ) {
        (true, true) => context.error(node, "src-attribute", "name and ref exclude each other", ""),
        (false, false) => context.error(
            node,
            "src-attribute",
            "an attribute needs a name or a ref",
            "",
        ),
        _ => {}
    }
    if node.attribute("ref").is_none() {
        return declaration(context, node).map(|attribute| AttributeItem::Local(usage, attribute));
    }
    for attribute in ["form", "type"] {
        if node.attribute(attribute).is_some() {
            let message = format!("an attribute with ref can't have {attribute}");
            context.error(node, "src-attribute", &message, "the declaration says it");
        }
    }
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    if children.take(&["simpleType"]).is_some() {
        let message = "an attribute with ref can't have a simpleType";
        context.error(node, "src-attribute", message, "the declaration says it");
    }
    context.finish(node, children);
    let value = context.value(node, "src-attribute");
    let foreign = context.foreign(node);
    let name = context.reference(node, "ref")?;
    Some(AttributeItem::Reference {
        usage,
        name,
        value,
        foreign,
        annotation,
        place: node.place(),
    })
}

fn usage(context: &mut Context<'_>, node: Node<'_>) -> Usage {
    match node
        .attribute("use")
        .map(|value| value.trim_matches(is_space))
    {
        None | Some("optional") => Usage::Optional,
        Some("required") => Usage::Required,
        Some("prohibited") => Usage::Prohibited,
        Some(value) => {
            let help = "write optional, required or prohibited";
            context.error(
                node,
                "s4s-att",
                &format!("use=\"{value}\" is not known"),
                help,
            );
            Usage::Optional
        }
    }
}

fn declaration(context: &mut Context<'_>, node: Node<'_>) -> Option<Attribute> {
    let qualified = context.form(node, "form");
    let value = context.value(node, "src-attribute");
    let foreign = context.foreign(node);
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let inline = children
        .take(&["simpleType"])
        .map(|child| simple::local(context, child));
    context.finish(node, children);
    if inline.is_some() && node.attribute("type").is_some() {
        context.error(
            node,
            "src-attribute",
            "type and a simpleType exclude each other",
            "keep one of them",
        );
    }
    let named = context.reference(node, "type").map(TypeUse::Named);
    let name = context.name(node)?;
    if &*name == "xmlns" {
        context.error(node, "no-xmlns", "an attribute can't be called xmlns", "");
    }
    Some(Attribute {
        name,
        qualified,
        type_: named.or_else(|| inline.map(|type_| TypeUse::Simple(Box::new(type_)))),
        value,
        foreign,
        annotation,
        place: node.place(),
    })
}

/// Reads the definition of an attribute group.
pub(super) fn group(context: &mut Context<'_>, node: Node<'_>) -> Option<AttributeGroup> {
    context.attributes(node, &["name"]);
    let name = context.name(node);
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let attributes = attributes(context, &mut children);
    context.finish(node, children);
    Some(AttributeGroup {
        name: name?,
        attributes,
        annotation,
        place: node.place(),
    })
}
