//! WSDL documents → port types and services as meant (WSDL 1.1, 2).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use soapstone::name::QName;

use super::lookup::near;
use crate::contract::{
    Contract, Fault, Message, Operation, Part, PartContent, Port, PortType, Service,
};
use crate::document::wsdl::{self, Definitions, Exchanged, Protocol};
use crate::document::{Document, Fragment, Root};
use crate::model::{Builtin, Model, Place};
use crate::report::Report;

/// The components of all WSDL documents, by name.
pub(super) struct Symbols<'d> {
    pub(super) definitions: Vec<&'d Definitions>,
    pub(super) messages: HashMap<QName, &'d wsdl::Message>,
    /// Index in [`Contract::port_types`].
    pub(super) port_types: HashMap<QName, usize>,
    /// The written binding, and its index in [`Contract::bindings`] for a SOAP one.
    pub(super) bindings: HashMap<QName, (&'d wsdl::Binding, Option<usize>)>,
}

/// Makes the contract out of a model and the WSDL documents.
pub(super) fn contract(
    documents: &[Document],
    roots: &[usize],
    model: Model,
    report: &mut Report,
) -> Contract {
    let mut contract = Contract {
        model,
        ..Contract::default()
    };
    let definitions: Vec<&Definitions> = documents
        .iter()
        .filter_map(|document| match &document.root {
            Root::Definitions(definitions) => Some(&**definitions),
            Root::Schema(_) => None,
        })
        .collect();
    let root = roots
        .iter()
        .filter_map(|root| documents.get(*root))
        .find_map(|document| match &document.root {
            Root::Definitions(definitions) => Some(definitions),
            Root::Schema(_) => None,
        });
    if let Some(root) = root {
        contract.namespace = root.target_namespace.clone();
        contract.documentation = root.documentation.clone();
    }
    let mut symbols = Symbols {
        definitions,
        messages: HashMap::new(),
        port_types: HashMap::new(),
        bindings: HashMap::new(),
    };
    symbols.messages(report);
    symbols.port_types(&mut contract, report);
    symbols.bindings(&mut contract, report);
    symbols.services(&mut contract, report);
    contract
}

fn name(definitions: &Definitions, local: &Arc<str>) -> QName {
    QName {
        namespace: definitions.target_namespace.clone(),
        local: local.clone(),
    }
}

/// Finds by name; failing that, the only one of that local name, which is what the author meant and what others take.
pub(super) fn find<'m, T>(
    known: &'m HashMap<QName, T>,
    kind: &str,
    name: &QName,
    place: Place,
    report: &mut Report,
) -> Option<&'m T> {
    if let Some(found) = known.get(name) {
        return Some(found);
    }
    let mut same: Vec<(&QName, &T)> = known
        .iter()
        .filter(|(other, _)| other.local == name.local)
        .collect();
    if let (Some((other, found)), true) = (same.pop(), same.is_empty()) {
        let message = format!("there is no {kind} {name}; {other} is taken");
        report.warning(place, "wsdl-reference", message, "correct the prefix");
        return Some(found);
    }
    let help = near(known, name).map_or_else(String::new, |near| format!("did you mean {near}?"));
    report.error(
        place,
        "wsdl-reference",
        format!("there is no {kind} {name}"),
        help,
    );
    None
}

fn twice(report: &mut Report, kind: &str, name: &QName, place: Place) {
    let message = format!("there is a {kind} {name} already");
    report.warning(
        place,
        "wsdl-duplicate",
        message,
        "the first counts; drop or rename one of them",
    );
}

impl<'d> Symbols<'d> {
    fn messages(&mut self, report: &mut Report) {
        for definitions in &self.definitions {
            for message in &definitions.messages {
                let name = name(definitions, &message.name);
                match self.messages.entry(name) {
                    Entry::Occupied(first) => twice(report, "message", first.key(), message.place),
                    Entry::Vacant(free) => {
                        free.insert(message);
                    }
                }
            }
        }
    }

    fn port_types(&mut self, contract: &mut Contract, report: &mut Report) {
        for definitions in self.definitions.clone() {
            for written in &definitions.port_types {
                let name = name(definitions, &written.name);
                if self.port_types.contains_key(&name) {
                    twice(report, "port type", &name, written.place);
                    continue;
                }
                let model = &contract.model;
                let operations = written
                    .operations
                    .iter()
                    .map(|operation| self.operation(model, operation, report))
                    .collect();
                self.port_types
                    .insert(name.clone(), contract.port_types.len());
                contract.port_types.push(PortType {
                    name,
                    operations,
                    documentation: written.documentation.clone(),
                    place: written.place,
                });
            }
        }
    }

    fn operation(
        &self,
        model: &Model,
        written: &wsdl::Operation,
        report: &mut Report,
    ) -> Operation {
        let message =
            |exchanged: &Exchanged, report: &mut Report| self.message(model, exchanged, report);
        let input = written
            .input
            .as_ref()
            .and_then(|input| message(input, report));
        let output = written
            .output
            .as_ref()
            .and_then(|output| message(output, report));
        let mut faults = Vec::new();
        for fault in &written.faults {
            let Some(name) = fault.name.clone() else {
                continue;
            };
            let Some(message) = message(fault, report) else {
                continue;
            };
            if message.parts.len() != 1 {
                let text = format!(
                    "the message of the fault {name} has {} parts",
                    message.parts.len()
                );
                report.warning(
                    fault.place,
                    "wsdl-fault",
                    text,
                    "a fault's message has one part",
                );
            }
            faults.push(Fault { name, message });
        }
        // WSDL 1.1, 2.4.5
        let both = written.input.is_some() && written.output.is_some();
        let suffixes = match (both, written.output_first) {
            (false, _) => ("", ""),
            (true, false) => ("Request", "Response"),
            (true, true) => ("Response", "Solicit"),
        };
        let named = |exchanged: &Option<Exchanged>, suffix: &str| -> Arc<str> {
            let name = exchanged
                .as_ref()
                .and_then(|exchanged| exchanged.name.clone());
            name.unwrap_or_else(|| format!("{}{suffix}", written.name).into())
        };
        Operation {
            name: written.name.clone(),
            input,
            output,
            input_name: named(&written.input, suffixes.0),
            output_name: named(&written.output, suffixes.1),
            faults,
            parameter_order: written.parameter_order.clone(),
            documentation: written.documentation.clone(),
            place: written.place,
        }
    }

    fn message(
        &self,
        model: &Model,
        exchanged: &Exchanged,
        report: &mut Report,
    ) -> Option<Message> {
        let written = *find(
            &self.messages,
            "message",
            &exchanged.message,
            exchanged.place,
            report,
        )?;
        Some(Message {
            name: exchanged.message.clone(),
            parts: parts(model, written, report),
            action: exchanged.action.clone(),
            place: written.place,
        })
    }

    fn services(&self, contract: &mut Contract, report: &mut Report) {
        for definitions in &self.definitions {
            for written in &definitions.services {
                let mut ports = Vec::new();
                for port in &written.ports {
                    let binding =
                        find(&self.bindings, "binding", &port.binding, port.place, report);
                    let Some((binding, index)) = binding else {
                        continue;
                    };
                    let Some(index) = index else {
                        if !matches!(binding.protocol, Protocol::Soap(..)) {
                            let message =
                                format!("the port {} is not SOAP; it is left out", port.name);
                            report.warning(port.place, "wsdl-binding", message, "");
                        }
                        continue;
                    };
                    let mut foreign = port.foreign.clone();
                    foreign.extend(
                        port.extensions
                            .iter()
                            .flat_map(|extension| extension.attributes.iter().cloned()),
                    );
                    ports.push(Port {
                        name: port.name.clone(),
                        binding: *index,
                        address: port.address.clone().unwrap_or_default(),
                        foreign,
                        place: port.place,
                    });
                }
                contract.services.push(Service {
                    name: name(definitions, &written.name),
                    ports,
                    documentation: written.documentation.clone(),
                    place: written.place,
                });
            }
        }
    }

    /// The markup of policies and the like, those that are referred to by `PolicyReference URI="#id"` included.
    pub(super) fn policies(&self, extensions: &[Fragment]) -> Vec<String> {
        let mut texts = Vec::new();
        for extension in extensions {
            texts.push(extension.text.clone());
            texts.extend(self.referred(extension).map(|policy| policy.text.clone()));
        }
        texts
    }

    /// Tells whether WS-Addressing is asked for, directly or by a policy.
    pub(super) fn addressing(&self, extensions: &[Fragment]) -> bool {
        let asks = |fragment: &Fragment| {
            fragment.contains.iter().any(|name| {
                let known = name.namespace.contains("/addressing");
                known
                    && matches!(
                        &*name.local,
                        "UsingAddressing" | "Addressing" | "AnonymousResponses"
                    )
            })
        };
        extensions
            .iter()
            .any(|extension| asks(extension) || self.referred(extension).any(asks))
    }

    fn referred<'s>(&'s self, extension: &Fragment) -> impl Iterator<Item = &'s Fragment> {
        let uri = extension
            .attributes
            .iter()
            .find(|attribute| &*attribute.name.local == "URI");
        let id = uri.filter(|_| &*extension.name.local == "PolicyReference");
        let id = id
            .and_then(|attribute| attribute.value.strip_prefix('#'))
            .map(str::to_owned);
        let all = self
            .definitions
            .iter()
            .flat_map(|definitions| &definitions.extensions);
        all.filter(move |policy| {
            let own = policy
                .attributes
                .iter()
                .find(|attribute| &*attribute.name.local == "Id");
            id.is_some() && own.map(|attribute| &attribute.value) == id.as_ref()
        })
    }
}

/// Binds a message's parts.
pub(super) fn parts(model: &Model, written: &wsdl::Message, report: &mut Report) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for part in &written.parts {
        let any = PartContent::Type(Builtin::AnyType.id());
        let content = match &part.content {
            Some(wsdl::PartContent::Element(name)) => {
                find(&model.globals.elements, "element", name, part.place, report)
                    .map(|id| PartContent::Element(*id))
            }
            Some(wsdl::PartContent::Type(name)) => {
                find(&model.globals.types, "type", name, part.place, report)
                    .map(|id| PartContent::Type(*id))
            }
            None => None,
        };
        if parts.iter().any(|other| other.name == part.name) {
            let message = format!("there is a part {} already", part.name);
            report.warning(part.place, "wsdl-duplicate", message, "the first counts");
            continue;
        }
        parts.push(Part {
            name: part.name.clone(),
            content: content.unwrap_or(any),
            resolved: content.is_some(),
        });
    }
    parts
}
