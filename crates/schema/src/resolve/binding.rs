//! Bindings as meant (WSDL 1.1, 2.5, 3 and 5).

use std::sync::Arc;

use super::wsdl::{Symbols, find, parts};
use crate::contract::{
    Attachment, Binding, BoundFault, BoundMessage, BoundOperation, Contract, Header, Message,
    Operation, Part, PartContent, Style,
};
use crate::document::wsdl::{self, Protocol};
use crate::model::{Model, Place};
use crate::report::Report;
use soapstone::name::QName;

impl Symbols<'_> {
    /// Binds the SOAP bindings; others are left out with a warning.
    pub(super) fn bindings(&mut self, contract: &mut Contract, report: &mut Report) {
        for definitions in self.definitions.clone() {
            for written in &definitions.bindings {
                let name = QName {
                    namespace: definitions.target_namespace.clone(),
                    local: written.name.clone(),
                };
                if self.bindings.contains_key(&name) {
                    let message = format!("there is a binding {name} already");
                    report.warning(written.place, "wsdl-duplicate", message, "the first counts");
                    continue;
                }
                let bound = self.binding(contract, name.clone(), written, report);
                let index = bound.map(|bound| {
                    contract.bindings.push(bound);
                    contract.bindings.len() - 1
                });
                self.bindings.insert(name, (written, index));
            }
        }
    }

    fn binding(
        &self,
        contract: &Contract,
        name: QName,
        written: &wsdl::Binding,
        report: &mut Report,
    ) -> Option<Binding> {
        let Protocol::Soap(soap, transport) = &written.protocol else {
            let kind = match written.protocol {
                Protocol::Http(_) => "an HTTP binding",
                _ => "no SOAP binding",
            };
            let message = format!("{name} is {kind}; it is left out");
            report.warning(
                written.place,
                "wsdl-binding",
                message,
                "only SOAP 1.1 and 1.2 bindings are used",
            );
            return None;
        };
        let port_type = *find(
            &self.port_types,
            "port type",
            &written.port_type,
            written.place,
            report,
        )?;
        let abstract_ = contract.port_types.get(port_type)?;
        let style = written.style.unwrap_or(Style::Document);
        let mut operations: Vec<BoundOperation> = Vec::new();
        for operation in &written.operations {
            let taken: Vec<usize> = operations.iter().map(|bound| bound.operation).collect();
            let Some(index) = matching(&abstract_.operations, operation, &taken) else {
                let message = format!("{} has no operation {}", abstract_.name, operation.name);
                report.warning(
                    operation.place,
                    "wsdl-binding",
                    message,
                    "it is left out; bind an operation of the port type",
                );
                continue;
            };
            let Some(meant) = abstract_.operations.get(index) else {
                continue;
            };
            operations.push(self.operation_of(
                &contract.model,
                index,
                meant,
                operation,
                style,
                report,
            ));
        }
        for (index, operation) in abstract_.operations.iter().enumerate() {
            if !operations.iter().any(|bound| bound.operation == index) {
                let message = format!("the operation {} is not bound", operation.name);
                report.warning(
                    written.place,
                    "wsdl-binding",
                    message,
                    "it can't be called through this binding",
                );
            }
        }
        Some(Binding {
            name,
            port_type,
            soap: *soap,
            transport: transport.clone(),
            operations,
            policies: self.policies(&written.extensions),
            addressing: self.addressing(&written.extensions),
            documentation: written.documentation.clone(),
            place: written.place,
        })
    }

    fn operation_of(
        &self,
        model: &Model,
        index: usize,
        meant: &Operation,
        written: &wsdl::BoundOperation,
        style: Style,
        report: &mut Report,
    ) -> BoundOperation {
        let style = written.style.unwrap_or(style);
        let mut direction = |bound: &Option<wsdl::BoundMessage>, message: &Option<Message>| {
            let message = message.as_ref()?;
            let nothing = wsdl::BoundMessage {
                place: written.place,
                ..wsdl::BoundMessage::default()
            };
            Some(self.bound_message(
                model,
                style,
                bound.as_ref().unwrap_or(&nothing),
                message,
                report,
            ))
        };
        let input = direction(&written.input, &meant.input);
        let output = direction(&written.output, &meant.output);
        let mut faults = Vec::new();
        for fault in &written.faults {
            if !meant.faults.iter().any(|known| known.name == fault.name) {
                let message = format!("the operation {} has no fault {}", meant.name, fault.name);
                report.warning(
                    fault.place,
                    "wsdl-fault",
                    message,
                    "bind a fault of the port type",
                );
                continue;
            }
            faults.push(BoundFault {
                name: fault.name.clone(),
                encoded: fault.encoded,
                namespace: fault.namespace.clone().unwrap_or_default(),
            });
        }
        BoundOperation {
            operation: index,
            action: written.action.clone().unwrap_or_default(),
            style,
            input,
            output,
            faults,
            policies: self.policies(&written.extensions),
            place: written.place,
        }
    }

    fn bound_message(
        &self,
        model: &Model,
        style: Style,
        written: &wsdl::BoundMessage,
        message: &Message,
        report: &mut Report,
    ) -> BoundMessage {
        let headers: Vec<Header> = written
            .headers
            .iter()
            .filter_map(|header| self.header(model, header, report))
            .collect();
        let mut attachments: Vec<Attachment> = Vec::new();
        for attachment in &written.attachments {
            if !message
                .parts
                .iter()
                .any(|part| part.name == attachment.part)
            {
                let text = format!("{} has no part {}", message.name, attachment.part);
                report.warning(written.place, "wsdl-mime", text, "");
                continue;
            }
            let media_types = attachment.media_types.clone();
            attachments.push(Attachment {
                part: attachment.part.clone(),
                media_types,
            });
        }
        let elsewhere = |part: &Part| {
            let in_header = headers
                .iter()
                .any(|header| header.message == message.name && header.part.name == part.name);
            in_header
                || attachments
                    .iter()
                    .any(|attachment| attachment.part == part.name)
        };
        let body_parts = written.body.as_ref().and_then(|body| body.parts.as_ref());
        let body: Vec<Arc<str>> = match body_parts {
            Some(list) => {
                let mut known = Vec::new();
                for name in list {
                    match message.parts.iter().any(|part| part.name == *name) {
                        true => known.push(name.clone()),
                        false => {
                            let text = format!("{} has no part {name}", message.name);
                            report.warning(
                                written.place,
                                "wsdl-binding",
                                text,
                                "correct the list of parts",
                            );
                        }
                    }
                }
                known
            }
            None => message
                .parts
                .iter()
                .filter(|part| !elsewhere(part))
                .map(|part| part.name.clone())
                .collect(),
        };
        check_style(style, message, &body, written.place, report);
        BoundMessage {
            encoded: written.body.as_ref().is_some_and(|body| body.encoded),
            namespace: written
                .body
                .as_ref()
                .and_then(|body| body.namespace.clone())
                .unwrap_or_default(),
            body,
            headers,
            attachments,
        }
    }

    fn header(&self, model: &Model, written: &wsdl::Header, report: &mut Report) -> Option<Header> {
        let message = *find(
            &self.messages,
            "message",
            &written.message,
            written.place,
            report,
        )?;
        // The message's own parts are reported where it is used as input or output too; the report drops repeats.
        let part = parts(model, message, report)
            .into_iter()
            .find(|part| part.name == written.part);
        let Some(part) = part else {
            let text = format!("{} has no part {}", written.message, written.part);
            report.error(
                written.place,
                "wsdl-header",
                text,
                "name a part of the message",
            );
            return None;
        };
        Some(Header {
            message: written.message.clone(),
            part,
            encoded: written.encoded,
            namespace: written.namespace.clone().unwrap_or_default(),
            faults: written
                .faults
                .iter()
                .filter_map(|fault| self.header(model, fault, report))
                .collect(),
        })
    }
}

/// The operation that is bound: by name; among overloads by the names of input and output (WSDL 1.1, 2.5), else the next.
fn matching(
    operations: &[Operation],
    bound: &wsdl::BoundOperation,
    taken: &[usize],
) -> Option<usize> {
    let named = |(_, operation): &(usize, &Operation)| operation.name == bound.name;
    let candidates: Vec<(usize, &Operation)> =
        operations.iter().enumerate().filter(named).collect();
    let fits = |message: &Option<wsdl::BoundMessage>, name: &Arc<str>| {
        let written = message.as_ref().and_then(|message| message.name.as_ref());
        written.is_none_or(|written| written == name)
    };
    let by_names = candidates.iter().find(|(index, operation)| {
        !taken.contains(index)
            && fits(&bound.input, &operation.input_name)
            && fits(&bound.output, &operation.output_name)
    });
    by_names
        .or_else(|| candidates.iter().find(|(index, _)| !taken.contains(index)))
        .map(|(index, _)| *index)
}

/// What WS-I Basic Profile 1.1 (R2203, R2204, R2210) asks of the parts in a body; files in use get it wrong.
fn check_style(
    style: Style,
    message: &Message,
    body: &[Arc<str>],
    place: Place,
    report: &mut Report,
) {
    let in_body = || {
        message
            .parts
            .iter()
            .filter(|part| body.contains(&part.name))
    };
    match style {
        Style::Document => {
            if body.len() > 1 {
                let text = format!(
                    "{} has {} parts in a document style body",
                    message.name,
                    body.len()
                );
                report.warning(
                    place,
                    "wsdl-style",
                    text,
                    "one part is what others understand",
                );
            }
            if in_body().any(|part| matches!(part.content, PartContent::Type(_))) {
                let text = format!(
                    "{} has a part with a type in a document style body",
                    message.name
                );
                report.warning(place, "wsdl-style", text, "give the part an element");
            }
        }
        Style::Rpc => {
            if in_body().any(|part| matches!(part.content, PartContent::Element(_))) {
                let text = format!(
                    "{} has a part with an element in an rpc style body",
                    message.name
                );
                report.warning(place, "wsdl-style", text, "give the part a type");
            }
        }
    }
}
