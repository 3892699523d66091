//! WSDL 1.1 bindings with their SOAP and MIME extensions (WSDL 1.1, 3 and 5).

use super::WSDL;
use super::context::Context;
use super::fragment::fragment;
use super::tree::{Node, is_space};
use super::wsdl::{documentation, name, unknown};
use crate::contract::{SoapVersion, Style};
use crate::document::wsdl::{
    Attachment, Binding, Body, BoundFault, BoundMessage, BoundOperation, Header, Protocol,
};

const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const MIME: &str = "http://schemas.xmlsoap.org/wsdl/mime/";
const HTTP: &str = "http://schemas.xmlsoap.org/wsdl/http/";

pub(super) fn binding(context: &mut Context<'_>, node: Node<'_>) -> Option<Binding> {
    if node.attribute("type").is_none() {
        context.error(
            node,
            "wsdl-binding",
            "a binding needs the type that it binds",
            "",
        );
    }
    let mut binding = Binding {
        name: name(context, node)?,
        port_type: context.reference(node, "type")?,
        protocol: Protocol::Other,
        style: None,
        operations: Vec::new(),
        extensions: Vec::new(),
        documentation: documentation(node),
        place: node.place(),
    };
    for child in node.children() {
        match (child.namespace(), child.local()) {
            (WSDL, "operation") => binding.operations.extend(operation(context, child)),
            (WSDL, "documentation") => {}
            (WSDL, _) => unknown(context, child, node),
            (SOAP | SOAP12, "binding") => {
                let version = if child.namespace() == SOAP {
                    SoapVersion::V11
                } else {
                    SoapVersion::V12
                };
                let transport = child
                    .attribute("transport")
                    .unwrap_or("")
                    .trim_matches(is_space);
                binding.protocol = Protocol::Soap(version, transport.to_owned());
                binding.style = style(context, child);
            }
            (HTTP, "binding") => {
                binding.protocol = Protocol::Http(child.attribute("verb").unwrap_or("").to_owned());
            }
            _ => binding.extensions.push(fragment(child)),
        }
    }
    Some(binding)
}

fn style(context: &mut Context<'_>, node: Node<'_>) -> Option<Style> {
    match node
        .attribute("style")
        .map(|value| value.trim_matches(is_space))
    {
        None => None,
        Some("document") => Some(Style::Document),
        Some("rpc") => Some(Style::Rpc),
        Some(value) => {
            let message =
                format!("style=\"{value}\" is neither document nor rpc; it is passed over");
            context.warning(node, "wsdl-binding", &message, "write document or rpc");
            None
        }
    }
}

fn operation(context: &mut Context<'_>, node: Node<'_>) -> Option<BoundOperation> {
    let mut operation = BoundOperation {
        name: name(context, node)?,
        documentation: documentation(node),
        place: node.place(),
        ..BoundOperation::default()
    };
    for child in node.children() {
        match (child.namespace(), child.local()) {
            (WSDL, "input") => operation.input = Some(message(context, child)),
            (WSDL, "output") => operation.output = Some(message(context, child)),
            (WSDL, "fault") => operation.faults.extend(fault(context, child)),
            (WSDL, "documentation") => {}
            (WSDL, _) => unknown(context, child, node),
            (SOAP | SOAP12, "operation") => {
                operation.action = child.attribute("soapAction").map(str::to_owned);
                operation.action_required = context.boolean(child, "soapActionRequired");
                operation.style = style(context, child);
            }
            (HTTP, _) => {}
            _ => operation.extensions.push(fragment(child)),
        }
    }
    Some(operation)
}

fn message(context: &mut Context<'_>, node: Node<'_>) -> BoundMessage {
    let mut message = BoundMessage {
        name: node.attribute("name").map(Into::into),
        place: node.place(),
        ..BoundMessage::default()
    };
    for child in node.children() {
        match (child.namespace(), child.local()) {
            (WSDL, "documentation") => {}
            (WSDL, _) => unknown(context, child, node),
            (MIME, "multipartRelated") => {
                message.multipart = true;
                multipart(context, child, &mut message);
            }
            _ => extension(context, child, &mut message),
        }
    }
    message
}

fn multipart(context: &mut Context<'_>, node: Node<'_>, message: &mut BoundMessage) {
    for part in node
        .children()
        .filter(|child| child.namespace() == MIME && child.local() == "part")
    {
        for child in part.children() {
            extension(context, child, message);
        }
    }
}

fn extension(context: &mut Context<'_>, node: Node<'_>, message: &mut BoundMessage) {
    match (node.namespace(), node.local()) {
        (SOAP | SOAP12, "body") => message.body = Some(body(context, node)),
        (SOAP | SOAP12, "header") => message.headers.extend(header(context, node)),
        (MIME, "content") => {
            // WSDL 1.1, 5.4: alternatives for one part are several `mime:content` with its name.
            let Some(part) = node.attribute("part") else {
                return;
            };
            let media_type = node.attribute("type").map(str::to_owned);
            match message
                .attachments
                .iter_mut()
                .find(|attachment| &*attachment.part == part)
            {
                Some(attachment) => attachment.media_types.extend(media_type),
                None => message.attachments.push(Attachment {
                    part: part.into(),
                    media_types: media_type.into_iter().collect(),
                }),
            }
        }
        (MIME | HTTP, _) => {}
        _ => message.extensions.push(fragment(node)),
    }
}

/// `use`: literal unless `encoded` is written. WSDL 1.1, 3.5 asks for it; files in use leave it out.
fn encoded(context: &mut Context<'_>, node: Node<'_>) -> bool {
    match node
        .attribute("use")
        .map(|value| value.trim_matches(is_space))
    {
        Some("encoded") => true,
        Some("literal") | None => false,
        Some(value) => {
            let message =
                format!("use=\"{value}\" is neither literal nor encoded; it is taken as literal");
            context.warning(node, "wsdl-binding", &message, "write literal or encoded");
            false
        }
    }
}

fn body(context: &mut Context<'_>, node: Node<'_>) -> Body {
    let parts = node.attribute("parts");
    Body {
        encoded: encoded(context, node),
        namespace: node.attribute("namespace").map(str::to_owned),
        encoding_style: node.attribute("encodingStyle").map(str::to_owned),
        parts: parts.map(|list| {
            list.split(is_space)
                .filter(|word| !word.is_empty())
                .map(Into::into)
                .collect()
        }),
    }
}

fn header(context: &mut Context<'_>, node: Node<'_>) -> Option<Header> {
    let Some(part) = node.attribute("part") else {
        context.error(
            node,
            "wsdl-header",
            &format!("{} needs a message and a part", node.written()),
            "",
        );
        return None;
    };
    let mut faults = Vec::new();
    for child in node
        .children()
        .filter(|child| child.local() == "headerfault")
    {
        faults.extend(header(context, child));
    }
    Some(Header {
        message: context.reference(node, "message")?,
        part: part.trim_matches(is_space).into(),
        encoded: encoded(context, node),
        namespace: node.attribute("namespace").map(str::to_owned),
        faults,
        place: node.place(),
    })
}

fn fault(context: &mut Context<'_>, node: Node<'_>) -> Option<BoundFault> {
    let soap = node
        .children()
        .find(|child| matches!(child.namespace(), SOAP | SOAP12) && child.local() == "fault");
    let written = node
        .attribute("name")
        .or_else(|| soap.and_then(|soap| soap.attribute("name")));
    let Some(name) = written else {
        context.warning(node, "wsdl-fault", "a fault needs a name", "it is left out");
        return None;
    };
    Some(BoundFault {
        name: name.trim_matches(is_space).into(),
        encoded: soap.is_some_and(|soap| encoded(context, soap)),
        namespace: soap
            .and_then(|soap| soap.attribute("namespace"))
            .map(str::to_owned),
        place: node.place(),
    })
}
