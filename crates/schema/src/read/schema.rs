//! `xs:schema` and its references to other documents (XSD 1.0 part 1, 3.15.2 and 4.2).

use super::children::Children;
use super::context::Context;
use super::tree::{Node, is_space};
use super::{attribute, complex, element, group, simple};
use crate::document::schema::{Component, Notation, Reference, ReferenceKind, Schema};

const COMPONENTS: &[&str] = &[
    "simpleType",
    "complexType",
    "group",
    "attributeGroup",
    "element",
    "attribute",
    "notation",
];

pub(super) fn schema(context: &mut Context<'_>, node: Node<'_>) -> Schema {
    context.attributes(
        node,
        &[
            "targetNamespace",
            "version",
            "finalDefault",
            "blockDefault",
            "attributeFormDefault",
            "elementFormDefault",
        ],
    );
    context.language(node);
    let target_namespace = node
        .attribute("targetNamespace")
        .map(|value| value.trim_matches(is_space));
    if target_namespace == Some("") {
        let help = "leave the attribute out for no namespace";
        context.error(
            node,
            "sch-props-correct",
            "targetNamespace can't be empty",
            help,
        );
    }
    let mut schema = Schema {
        target_namespace: target_namespace
            .filter(|value| !value.is_empty())
            .map(Into::into),
        elements_qualified: context.form(node, "elementFormDefault").unwrap_or(false),
        attributes_qualified: context.form(node, "attributeFormDefault").unwrap_or(false),
        block_default: context
            .derivations(
                node,
                "blockDefault",
                &["extension", "restriction", "substitution"],
            )
            .unwrap_or_default(),
        final_default: context
            .derivations(
                node,
                "finalDefault",
                &["extension", "restriction", "list", "union"],
            )
            .unwrap_or_default(),
        version: node.attribute("version").map(str::to_owned),
        prefixes: node.scope().clone(),
        place: node.place(),
        ..Schema::default()
    };
    let mut children = context.children(node);
    // 3.15.2: ((include | import | redefine | annotation)*, ((component), annotation*)*)
    while let Some(child) = children.take(&["include", "import", "redefine", "annotation"]) {
        if child.local() == "annotation" {
            schema.annotations.push(context.read_annotation(child));
        } else {
            schema.references.extend(reference(context, child));
        }
    }
    while let Some(child) = children.skip() {
        match child.local() {
            "annotation" => schema.annotations.push(context.read_annotation(child)),
            local if COMPONENTS.contains(&local) => {
                schema.components.extend(component(context, child))
            }
            "include" | "import" | "redefine" => {
                let message = format!("{} stands after a component", child.written());
                context.error(
                    child,
                    "s4s-place",
                    &message,
                    "move it to the top of the schema",
                );
                schema.references.extend(reference(context, child));
            }
            _ => {
                let message = format!("{} can't stand in {}", child.written(), node.written());
                context.error(child, "s4s-elt", &message, "");
            }
        }
    }
    schema
}

/// Reads an `include`, `import` or `redefine`.
pub(super) fn reference(context: &mut Context<'_>, node: Node<'_>) -> Option<Reference> {
    let location = node
        .attribute("schemaLocation")
        .map(|value| value.trim_matches(is_space).to_owned());
    let kind = match node.local() {
        "import" => {
            context.attributes(node, &["namespace", "schemaLocation"]);
            context.only_annotation(node);
            ReferenceKind::Import(
                node.attribute("namespace")
                    .map(|value| value.trim_matches(is_space).into()),
            )
        }
        "include" => {
            context.attributes(node, &["schemaLocation"]);
            context.only_annotation(node);
            ReferenceKind::Include
        }
        _ => {
            context.attributes(node, &["schemaLocation"]);
            let mut children = context.children(node);
            ReferenceKind::Redefine(redefinitions(context, node, &mut children))
        }
    };
    if location.is_none() && !matches!(kind, ReferenceKind::Import(_)) {
        context.error(
            node,
            "s4s-att",
            &format!("{} needs a schemaLocation", node.written()),
            "",
        );
        return None;
    }
    Some(Reference {
        kind,
        location,
        place: node.place(),
    })
}

fn redefinitions(
    context: &mut Context<'_>,
    node: Node<'_>,
    children: &mut Children<'_>,
) -> Vec<Component> {
    let mut components = Vec::new();
    while let Some(child) = children.skip() {
        match child.local() {
            "annotation" => {
                context.read_annotation(child);
            }
            "simpleType" | "complexType" | "group" | "attributeGroup" => {
                components.extend(component(context, child))
            }
            _ => {
                let message = format!("{} can't stand in {}", child.written(), node.written());
                context.error(
                    child,
                    "s4s-elt",
                    &message,
                    "only types and groups can be redefined",
                );
            }
        }
    }
    components
}

fn component(context: &mut Context<'_>, node: Node<'_>) -> Option<Component> {
    Some(match node.local() {
        "simpleType" => Component::SimpleType(simple::global(context, node)?),
        "complexType" => Component::ComplexType(complex::global(context, node)?),
        "element" => Component::Element(element::global(context, node)?),
        "attribute" => Component::Attribute(attribute::global(context, node)?),
        "group" => Component::Group(group::definition(context, node)?),
        "attributeGroup" => Component::AttributeGroup(attribute::group(context, node)?),
        _ => Component::Notation(notation(context, node)?),
    })
}

fn notation(context: &mut Context<'_>, node: Node<'_>) -> Option<Notation> {
    context.attributes(node, &["name", "public", "system"]);
    let annotation = context.only_annotation(node);
    let public = node.attribute("public").map(str::to_owned);
    let system = node.attribute("system").map(str::to_owned);
    if public.is_none() && system.is_none() {
        context.error(
            node,
            "n-props-correct",
            "a notation needs a public or a system identifier",
            "",
        );
    }
    Some(Notation {
        name: context.name(node)?,
        public,
        system,
        annotation,
        place: node.place(),
    })
}
