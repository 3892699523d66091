//! WSDL 1.1: definitions, messages, port types and services (WSDL 1.1, 2).

use std::sync::Arc;

use super::context::Context;
use super::fragment::fragment;
use super::tree::{Node, is_space};
use super::{WSDL, binding, schema};
use crate::document::Schema;
use crate::document::wsdl::{
    Definitions, Exchanged, Import, Message, Operation, Part, PartContent, Port, PortType, Service,
};

/// Where `Action` attributes of inputs and outputs come from, newest first.
const ADDRESSING: &[&str] = &[
    "http://www.w3.org/2007/05/addressing/metadata",
    "http://www.w3.org/2006/05/addressing/wsdl",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "http://www.w3.org/2005/02/addressing/wsdl",
    "http://www.w3.org/2005/08/addressing",
];

pub(super) fn definitions(context: &mut Context<'_>, node: Node<'_>) -> Definitions {
    let mut definitions = Definitions {
        name: node.attribute("name").map(Into::into),
        target_namespace: node
            .attribute("targetNamespace")
            .unwrap_or("")
            .trim_matches(is_space)
            .into(),
        prefixes: node.scope().clone(),
        documentation: documentation(node),
        place: node.place(),
        ..Definitions::default()
    };
    for child in node.children() {
        match (child.namespace(), child.local()) {
            (WSDL, "import") => definitions.imports.push(Import {
                namespace: child
                    .attribute("namespace")
                    .unwrap_or("")
                    .trim_matches(is_space)
                    .into(),
                location: child
                    .attribute("location")
                    .map(|value| value.trim_matches(is_space).to_owned()),
                place: child.place(),
            }),
            (WSDL, "types") => types(context, child, &mut definitions),
            (WSDL, "message") => definitions.messages.extend(message(context, child)),
            (WSDL, "portType") => definitions.port_types.extend(port_type(context, child)),
            (WSDL, "binding") => definitions
                .bindings
                .extend(binding::binding(context, child)),
            (WSDL, "service") => definitions.services.extend(service(context, child)),
            (WSDL, "documentation") => {}
            (WSDL, _) => unknown(context, child, node),
            _ => definitions.extensions.push(fragment(child)),
        }
    }
    definitions
}

fn types(context: &mut Context<'_>, node: Node<'_>, definitions: &mut Definitions) {
    for child in node.children() {
        if child.is_xsd("schema") {
            definitions.schemas.push(schema::schema(context, child));
        } else if child.namespace() == WSDL && child.local() == "import" {
            definitions.imports.push(Import {
                namespace: child.attribute("namespace").unwrap_or("").into(),
                location: child.attribute("location").map(str::to_owned),
                place: child.place(),
            });
        } else if child.is_xsd("import") || child.is_xsd("include") {
            let message = format!(
                "{} stands in types without a schema around it",
                child.written()
            );
            context.warning(child, "wsdl-types", &message, "put an xs:schema around it");
            let references = schema::reference(context, child).into_iter().collect();
            let (prefixes, place) = (child.scope().clone(), child.place());
            definitions.schemas.push(Schema {
                references,
                prefixes,
                place,
                ..Schema::default()
            });
        } else if !(child.namespace() == WSDL && child.local() == "documentation") {
            let message = format!("{} in types is left out", child.written());
            context.warning(
                child,
                "wsdl-types",
                &message,
                "only XSD 1.0 schemas are understood",
            );
        }
    }
}

fn message(context: &mut Context<'_>, node: Node<'_>) -> Option<Message> {
    let mut parts = Vec::new();
    for child in wsdl_children(context, node, &["part"]) {
        parts.extend(part(context, child));
    }
    Some(Message {
        name: name(context, node)?,
        parts,
        documentation: documentation(node),
        place: node.place(),
    })
}

fn part(context: &mut Context<'_>, node: Node<'_>) -> Option<Part> {
    let element = context.reference(node, "element").map(PartContent::Element);
    let type_ = context.reference(node, "type").map(PartContent::Type);
    if element.is_some() && type_.is_some() {
        let help = "keep element for document style, type for rpc";
        context.error(node, "wsdl-part", "a part has both element and type", help);
    }
    if node.attribute("element").is_none() && node.attribute("type").is_none() {
        context.warning(
            node,
            "wsdl-part",
            "a part has neither element nor type",
            "it is taken as xs:anyType",
        );
    }
    Some(Part {
        name: name(context, node)?,
        content: element.or(type_),
        place: node.place(),
    })
}

fn port_type(context: &mut Context<'_>, node: Node<'_>) -> Option<PortType> {
    let mut operations = Vec::new();
    for child in wsdl_children(context, node, &["operation"]) {
        operations.extend(operation(context, child));
    }
    Some(PortType {
        name: name(context, node)?,
        operations,
        documentation: documentation(node),
        place: node.place(),
    })
}

fn operation(context: &mut Context<'_>, node: Node<'_>) -> Option<Operation> {
    let order = node.attribute("parameterOrder").unwrap_or("");
    let mut operation = Operation {
        name: name(context, node)?,
        parameter_order: order
            .split(is_space)
            .filter(|word| !word.is_empty())
            .map(Into::into)
            .collect(),
        documentation: documentation(node),
        place: node.place(),
        ..Operation::default()
    };
    for child in wsdl_children(context, node, &["input", "output", "fault"]) {
        let Some(exchanged) = exchanged(context, child) else {
            continue;
        };
        match child.local() {
            "input" => operation.input = Some(exchanged),
            "output" => {
                operation.output_first = operation.input.is_none();
                operation.output = Some(exchanged);
            }
            _ => {
                let mut fault = exchanged;
                if fault.name.is_none() {
                    let help = "it is called by its message";
                    context.warning(child, "wsdl-fault", "a fault needs a name", help);
                    fault.name = Some(fault.message.local.clone());
                }
                operation.faults.push(fault);
            }
        }
    }
    Some(operation)
}

fn exchanged(context: &mut Context<'_>, node: Node<'_>) -> Option<Exchanged> {
    let action = ADDRESSING
        .iter()
        .find_map(|namespace| node.attribute_in(namespace, "Action"));
    if node.attribute("message").is_none() {
        context.error(
            node,
            "wsdl-message",
            &format!("{} needs a message", node.written()),
            "",
        );
    }
    Some(Exchanged {
        name: node.attribute("name").map(Into::into),
        message: context.reference(node, "message")?,
        action: action.map(str::to_owned),
        documentation: documentation(node),
        place: node.place(),
    })
}

fn service(context: &mut Context<'_>, node: Node<'_>) -> Option<Service> {
    let mut ports = Vec::new();
    for child in wsdl_children(context, node, &["port"]) {
        ports.extend(port(context, child));
    }
    Some(Service {
        name: name(context, node)?,
        ports,
        documentation: documentation(node),
        place: node.place(),
    })
}

fn port(context: &mut Context<'_>, node: Node<'_>) -> Option<Port> {
    let mut address = None;
    let mut extensions = Vec::new();
    for child in node.children() {
        match (child.namespace(), child.local()) {
            (WSDL, "documentation") => {}
            (WSDL, _) => unknown(context, child, node),
            (_, "address") if address.is_none() => {
                address = child
                    .attribute("location")
                    .map(|value| value.trim_matches(is_space).to_owned());
            }
            _ => extensions.push(fragment(child)),
        }
    }
    if node.attribute("binding").is_none() {
        context.error(node, "wsdl-port", "a port needs a binding", "");
    }
    Some(Port {
        name: name(context, node)?,
        binding: context.reference(node, "binding")?,
        address,
        foreign: context.foreign(node),
        extensions,
        documentation: documentation(node),
        place: node.place(),
    })
}

/// The children of these names; foreign ones are passed over, other WSDL elements are reported.
pub(super) fn wsdl_children<'t>(
    context: &mut Context<'_>,
    node: Node<'t>,
    names: &[&str],
) -> Vec<Node<'t>> {
    let mut list = Vec::new();
    for child in node.children() {
        if child.namespace() == WSDL {
            match child.local() {
                "documentation" => {}
                local if names.contains(&local) => list.push(child),
                _ => unknown(context, child, node),
            }
        }
    }
    list
}

/// Reports an element of WSDL that doesn't belong where it is.
pub(super) fn unknown(context: &mut Context<'_>, child: Node<'_>, parent: Node<'_>) {
    let message = format!(
        "{} can't stand in {}; it is left out",
        child.written(),
        parent.written()
    );
    context.warning(child, "wsdl-syntax", &message, "");
}

/// The required `name`. WSDL 1.1 says NCName; files in use have others, and nothing hangs on it but equality.
pub(super) fn name(context: &mut Context<'_>, node: Node<'_>) -> Option<Arc<str>> {
    let name = node
        .attribute("name")
        .map(|name| name.trim_matches(is_space))
        .filter(|name| !name.is_empty());
    if name.is_none() {
        context.error(
            node,
            "wsdl-syntax",
            &format!("{} needs a name", node.written()),
            "",
        );
    }
    name.map(Into::into)
}

/// The text of the `documentation` children.
pub(super) fn documentation(node: Node<'_>) -> String {
    let mut text = String::new();
    for child in node
        .children()
        .filter(|child| child.namespace() == WSDL && child.local() == "documentation")
    {
        let part = child.text();
        if !text.is_empty() && !part.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(part);
    }
    text
}
