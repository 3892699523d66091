//! WSDL documents as text.

use super::text::Text;
use crate::contract::{SoapVersion, Style};
use crate::document::Fragment;
use crate::document::wsdl::{
    Binding, BoundFault, BoundMessage, BoundOperation, Definitions, Exchanged, Header, Message,
    Operation, PartContent, PortType, Protocol, Service,
};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const MIME: &str = "http://schemas.xmlsoap.org/wsdl/mime/";
const HTTP: &str = "http://schemas.xmlsoap.org/wsdl/http/";
const ACTION: &str = "http://www.w3.org/2006/05/addressing/wsdl";

pub(super) fn definitions(definitions: &Definitions) -> String {
    let mut text = Text::new(0, &definitions.prefixes, &definitions.target_namespace);
    text.declare(WSDL);
    text.declare(&definitions.target_namespace);
    documentation(&mut text, &definitions.documentation);
    fragments(&mut text, &definitions.extensions);
    for import in &definitions.imports {
        text.start("wsdl:import".into());
        text.attribute("namespace", &import.namespace);
        if let Some(location) = &import.location {
            text.attribute("location", location);
        }
        text.end();
    }
    if !definitions.schemas.is_empty() {
        text.start("wsdl:types".into());
        for schema in &definitions.schemas {
            text.raw(&super::schema::schema(schema, 2));
        }
        text.end();
    }
    definitions
        .messages
        .iter()
        .for_each(|message| self::message(&mut text, message));
    definitions
        .port_types
        .iter()
        .for_each(|port_type| self::port_type(&mut text, port_type));
    definitions
        .bindings
        .iter()
        .for_each(|binding| self::binding(&mut text, binding));
    definitions
        .services
        .iter()
        .for_each(|service| self::service(&mut text, service, &definitions.bindings));
    let mut attributes = Vec::new();
    if let Some(name) = &definitions.name {
        attributes.push(("name", name.to_string()));
    }
    if !definitions.target_namespace.is_empty() {
        attributes.push(("targetNamespace", definitions.target_namespace.to_string()));
    }
    text.finish("wsdl:definitions", &attributes)
}

fn documentation(text: &mut Text, documentation: &str) {
    if !documentation.is_empty() {
        text.start("wsdl:documentation".into());
        text.text(documentation);
        text.end();
    }
}

fn fragments(text: &mut Text, fragments: &[Fragment]) {
    for fragment in fragments {
        text.raw(&fragment.text);
    }
}

fn message(text: &mut Text, message: &Message) {
    text.start("wsdl:message".into());
    text.attribute("name", &message.name);
    documentation(text, &message.documentation);
    for part in &message.parts {
        text.start("wsdl:part".into());
        text.attribute("name", &part.name);
        match &part.content {
            Some(PartContent::Element(name)) => text.name_attribute("element", name),
            Some(PartContent::Type(name)) => text.name_attribute("type", name),
            None => {}
        }
        text.end();
    }
    text.end();
}

fn port_type(text: &mut Text, port_type: &PortType) {
    text.start("wsdl:portType".into());
    text.attribute("name", &port_type.name);
    documentation(text, &port_type.documentation);
    port_type
        .operations
        .iter()
        .for_each(|operation| self::operation(text, operation));
    text.end();
}

fn operation(text: &mut Text, operation: &Operation) {
    text.start("wsdl:operation".into());
    text.attribute("name", &operation.name);
    if !operation.parameter_order.is_empty() {
        text.attribute("parameterOrder", &operation.parameter_order.join(" "));
    }
    documentation(text, &operation.documentation);
    let (input, output) = (
        ("wsdl:input", &operation.input),
        ("wsdl:output", &operation.output),
    );
    let directions = if operation.output_first {
        [output, input]
    } else {
        [input, output]
    };
    for (name, direction) in directions {
        if let Some(direction) = direction {
            exchanged(text, name, direction);
        }
    }
    operation
        .faults
        .iter()
        .for_each(|fault| exchanged(text, "wsdl:fault", fault));
    text.end();
}

fn exchanged(text: &mut Text, element: &str, exchanged: &Exchanged) {
    text.start(element.into());
    if let Some(name) = &exchanged.name {
        text.attribute("name", name);
    }
    text.name_attribute("message", &exchanged.message);
    if let Some(action) = &exchanged.action {
        let prefix = text.prefix(ACTION);
        text.attribute(&format!("{prefix}:Action"), action);
    }
    documentation(text, &exchanged.documentation);
    text.end();
}

fn binding(text: &mut Text, binding: &Binding) {
    text.start("wsdl:binding".into());
    text.attribute("name", &binding.name);
    text.name_attribute("type", &binding.port_type);
    documentation(text, &binding.documentation);
    fragments(text, &binding.extensions);
    let prefix = protocol_prefix(text, &binding.protocol);
    match &binding.protocol {
        Protocol::Soap(_, transport) => {
            text.start(format!("{prefix}:binding"));
            if let Some(style) = binding.style {
                text.attribute("style", self::style(style));
            }
            text.attribute("transport", transport);
            text.end();
        }
        Protocol::Http(verb) => {
            text.start(format!("{prefix}:binding"));
            text.attribute("verb", verb);
            text.end();
        }
        Protocol::Other => {}
    }
    for operation in &binding.operations {
        bound_operation(text, operation, &binding.protocol);
    }
    text.end();
}

/// The namespace of the elements that say how messages are laid out, whatever the protocol.
fn soap(protocol: &Protocol) -> &'static str {
    match protocol {
        Protocol::Soap(SoapVersion::V12, _) => SOAP12,
        _ => SOAP,
    }
}

fn protocol_prefix(text: &mut Text, protocol: &Protocol) -> String {
    match protocol {
        Protocol::Soap(SoapVersion::V11, _) => text.prefix(SOAP),
        Protocol::Soap(SoapVersion::V12, _) => text.prefix(SOAP12),
        Protocol::Http(_) => text.prefix(HTTP),
        Protocol::Other => String::new(),
    }
}

fn bound_operation(text: &mut Text, operation: &BoundOperation, protocol: &Protocol) {
    text.start("wsdl:operation".into());
    text.attribute("name", &operation.name);
    documentation(text, &operation.documentation);
    fragments(text, &operation.extensions);
    let is_soap = matches!(protocol, Protocol::Soap(..));
    let says = operation.action.is_some()
        || operation.action_required.is_some()
        || operation.style.is_some();
    if is_soap || says {
        let soap = text.prefix(soap(protocol));
        text.start(format!("{soap}:operation"));
        if let Some(action) = &operation.action {
            text.attribute("soapAction", action);
        }
        if let Some(required) = operation.action_required {
            text.attribute(
                "soapActionRequired",
                if required { "true" } else { "false" },
            );
        }
        if let Some(style) = operation.style {
            text.attribute("style", self::style(style));
        }
        text.end();
    }
    for (name, message) in [
        ("wsdl:input", &operation.input),
        ("wsdl:output", &operation.output),
    ] {
        if let Some(message) = message {
            bound_message(text, name, message, soap(protocol));
        }
    }
    operation
        .faults
        .iter()
        .for_each(|fault| bound_fault(text, fault, soap(protocol)));
    text.end();
}

fn bound_message(text: &mut Text, element: &str, message: &BoundMessage, soap: &str) {
    text.start(element.into());
    if let Some(name) = &message.name {
        text.attribute("name", name);
    }
    fragments(text, &message.extensions);
    if message.multipart {
        let mime = text.prefix(MIME);
        text.start(format!("{mime}:multipartRelated"));
        text.start(format!("{mime}:part"));
        headers_and_body(text, message, soap);
        text.end();
        for attachment in &message.attachments {
            text.start(format!("{mime}:part"));
            for media_type in &attachment.media_types {
                text.start(format!("{mime}:content"));
                text.attribute("part", &attachment.part);
                text.attribute("type", media_type);
                text.end();
            }
            text.end();
        }
        text.end();
    } else {
        headers_and_body(text, message, soap);
    }
    text.end();
}

fn headers_and_body(text: &mut Text, message: &BoundMessage, namespace: &str) {
    if message.headers.is_empty() && message.body.is_none() {
        return;
    }
    let soap = &text.prefix(namespace);
    for header in &message.headers {
        self::header(text, "header", header, soap);
    }
    if let Some(body) = &message.body {
        text.start(format!("{soap}:body"));
        if let Some(parts) = &body.parts {
            text.attribute("parts", &parts.join(" "));
        }
        usage(
            text,
            body.encoded,
            &body.namespace,
            body.encoding_style.as_deref(),
        );
        text.end();
    }
}

fn header(text: &mut Text, element: &str, header: &Header, soap: &str) {
    text.start(format!("{soap}:{element}"));
    text.name_attribute("message", &header.message);
    text.attribute("part", &header.part);
    usage(text, header.encoded, &header.namespace, None);
    for fault in &header.faults {
        self::header(text, "headerfault", fault, soap);
    }
    text.end();
}

fn usage(text: &mut Text, encoded: bool, namespace: &Option<String>, encoding_style: Option<&str>) {
    text.attribute("use", if encoded { "encoded" } else { "literal" });
    if let Some(namespace) = namespace {
        text.attribute("namespace", namespace);
    }
    if let Some(style) =
        encoding_style.or(encoded.then_some("http://schemas.xmlsoap.org/soap/encoding/"))
    {
        text.attribute("encodingStyle", style);
    }
}

fn bound_fault(text: &mut Text, fault: &BoundFault, namespace: &str) {
    text.start("wsdl:fault".into());
    text.attribute("name", &fault.name);
    let soap = text.prefix(namespace);
    text.start(format!("{soap}:fault"));
    text.attribute("name", &fault.name);
    usage(text, fault.encoded, &fault.namespace, None);
    text.end();
    text.end();
}

fn style(style: Style) -> &'static str {
    match style {
        Style::Document => "document",
        Style::Rpc => "rpc",
    }
}

fn service(text: &mut Text, service: &Service, bindings: &[Binding]) {
    text.start("wsdl:service".into());
    text.attribute("name", &service.name);
    documentation(text, &service.documentation);
    for port in &service.ports {
        text.start("wsdl:port".into());
        text.attribute("name", &port.name);
        text.name_attribute("binding", &port.binding);
        text.foreign(&port.foreign);
        documentation(text, &port.documentation);
        fragments(text, &port.extensions);
        if let Some(address) = &port.address {
            let protocol = bindings
                .iter()
                .find(|b| b.name == port.binding.local)
                .map(|b| &b.protocol);
            let prefix = match protocol_prefix(text, protocol.unwrap_or(&Protocol::Other)) {
                none if none.is_empty() => text.prefix(SOAP),
                prefix => prefix,
            };
            text.start(format!("{prefix}:address"));
            text.attribute("location", address);
            text.end();
        }
        text.end();
    }
    text.end();
}
