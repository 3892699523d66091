//! The page of a service that is written as a WSDL: the gateway's own.

use soapstone_schema::contract::{Contract, Message, Operation, PartContent};
use soapstone_schema::load::{LoadOptions, NoFetch, Source, load};
use soapstone_schema::model::{Annotation, Content, Element, Particle, Term, Type, TypeId};

use super::html::{self, Html};
use crate::steering::PATH;

const WSDL: &str = include_str!("../../wsdl/gateway.wsdl");

/// The page of the service that sees and steers the flows.
pub fn steering(address: &str) -> String {
    let source = Source::Bytes("gateway.wsdl".to_owned(), WSDL.as_bytes().to_vec());
    let contract = load(&[source], &mut NoFetch, &LoadOptions::default()).contract;
    let mut html = Html::new("FlowService");
    html.paragraph("lead", &contract.documentation);
    html.paragraph("", &format!("Namespace: {}", contract.namespace));
    html.paragraph(
        "",
        &format!("Endpoint for SOAP 1.1 and 1.2: {address}{PATH}"),
    );
    html.open_list();
    html.item(&html::link(&format!("{PATH}?wsdl"), "?wsdl"));
    html.close_list();
    html.heading(2, "Operations");
    for port_type in &contract.port_types {
        for operation in &port_type.operations {
            self::operation(&mut html, &contract, operation);
        }
    }
    html.finish()
}

fn operation(html: &mut Html, contract: &Contract, operation: &Operation) {
    html.anchor(3, &operation.name);
    html.paragraph("", &operation.documentation);
    html.open_table(&["Element", "Type", "", ""]);
    let mut sample = String::new();
    for (message, way) in [(&operation.input, "given"), (&operation.output, "answered")] {
        for particle in particles(contract, message.as_ref()) {
            let Some(element) = element(contract, particle) else {
                continue;
            };
            let occurs = match (particle.min, particle.max) {
                (0, Some(1)) => ", optional",
                (_, Some(1)) => "",
                (0, _) => ", any number",
                _ => ", at least one",
            };
            let kind = type_text(contract, element.type_);
            html.row(&[
                &format!("<code>{}</code>", html::escape(&element.name.local)),
                &html::escape(&kind),
                &format!("{way}{occurs}"),
                &html::escape(told(element.annotation.as_deref())),
            ]);
            if way == "given" {
                let name = &element.name.local;
                sample.push_str(&format!("\n      <{name}>…</{name}>"));
            }
        }
    }
    html.close_table();
    let (name, namespace) = (&operation.name, &contract.namespace);
    html.code(&format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">\n  <s:Body>\n    <{name} xmlns=\"{namespace}\">{sample}\n    \
         </{name}>\n  </s:Body>\n</s:Envelope>"
    ));
}

/// What stands in a message's one element.
fn particles<'c>(contract: &'c Contract, message: Option<&Message>) -> Vec<&'c Particle> {
    let part = message.and_then(|message| message.parts.first());
    let Some(PartContent::Element(id)) = part.map(|part| part.content) else {
        return Vec::new();
    };
    let element = contract.model.elements.get(id.index());
    match element.and_then(|element| contract.model.types.get(element.type_.index())) {
        Some(Type::Complex(complex)) => match &complex.content {
            Content::Elements(particle) => flat(contract, particle),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The particles of a group, those of the groups in it among them.
fn flat<'c>(contract: &'c Contract, particle: &'c Particle) -> Vec<&'c Particle> {
    match &particle.term {
        Term::Group(id) => contract
            .model
            .groups
            .get(id.index())
            .into_iter()
            .flat_map(|group| &group.particles)
            .flat_map(|particle| flat(contract, particle))
            .collect(),
        _ => vec![particle],
    }
}

fn element<'c>(contract: &'c Contract, particle: &Particle) -> Option<&'c Element> {
    match particle.term {
        Term::Element(id) => contract.model.elements.get(id.index()),
        _ => None,
    }
}

/// The name of a type, and what may stand in it where it is a list of words.
fn type_text(contract: &Contract, id: TypeId) -> String {
    match contract.model.types.get(id.index()) {
        Some(Type::Simple(simple)) => {
            let words: Vec<&str> = simple
                .facets
                .enumeration
                .iter()
                .map(|word| word.lexical.as_str())
                .collect();
            match &simple.name {
                _ if !words.is_empty() => format!("one of {}", words.join(", ")),
                Some(name) => name.local.to_string(),
                None => "text".to_owned(),
            }
        }
        Some(Type::Complex(complex)) => complex
            .name
            .as_ref()
            .map(|name| name.local.to_string())
            .unwrap_or_default(),
        None => String::new(),
    }
}

fn told(annotation: Option<&Annotation>) -> &str {
    annotation.map_or("", |annotation| &annotation.documentation)
}
