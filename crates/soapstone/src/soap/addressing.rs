//! WS-Addressing 1.0 and its 2004 draft, as far as requests have to name themselves, and answers the message that they answer.

use std::fmt::Write as _;

use super::envelope::next_child;
use super::received::text;
use super::{Code, Envelope, EnvelopeError, Fault};
use crate::codec::{self, Strictness};
use crate::name::QName;
use crate::xml::{Attribute, Options, Reader, Tag, Writer};

const FINAL: &str = "http://www.w3.org/2005/08/addressing";
const DRAFT: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
/// The draft has one action for every fault.
const DRAFT_FAULT: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";

/// The addressing properties of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressing {
    /// The namespace that the message uses; the answer uses it too.
    pub namespace: &'static str,
    /// `MessageID`.
    pub message_id: Option<String>,
    /// `RelatesTo`.
    pub relates_to: Option<String>,
    /// `Action`.
    pub action: Option<String>,
    /// `To`.
    pub to: Option<String>,
    /// The addresses of `ReplyTo` and `FaultTo`.
    pub answer_to: Vec<String>,
    /// The reference parameters of `ReplyTo`, as the header blocks that they become in an answer.
    pub answer_blocks: String,
    /// Those of `FaultTo`, where it is there, or of `ReplyTo`: what they become in a fault.
    pub fault_blocks: String,
}

impl Addressing {
    /// The action of the faults of addressing itself, as [`check_answer`](Addressing::check_answer) tells one (WS-Addressing 1.0,
    /// SOAP binding, 6).
    pub const FAULT: &str = "http://www.w3.org/2005/08/addressing/fault";

    /// Tells whether a header block is one that [`read`](Addressing::read) takes.
    pub fn understands(namespace: &str, local: &str) -> bool {
        matches!(namespace, FINAL | DRAFT)
            && matches!(
                local,
                "MessageID" | "RelatesTo" | "Action" | "To" | "From" | "ReplyTo" | "FaultTo"
            )
    }

    /// Reads the addressing header blocks; nothing where there are none.
    ///
    /// # Errors
    /// Broken header blocks.
    pub fn read(
        envelope: &Envelope<'_>,
        options: &Options,
    ) -> Result<Option<Addressing>, EnvelopeError> {
        let used = |namespace| {
            envelope
                .headers
                .iter()
                .any(|block| block.namespace == namespace)
        };
        let Some(namespace) = [FINAL, DRAFT]
            .into_iter()
            .find(|namespace| used(*namespace))
        else {
            return Ok(None);
        };
        let value = |local| -> Result<Option<String>, EnvelopeError> {
            let Some(block) = envelope.header(namespace, local) else {
                return Ok(None);
            };
            let mut reader = envelope.header_reader(block, options);
            reader.next()?;
            Ok(Some(text(&mut reader)?.trim().to_owned()))
        };
        let mut answer_to = Vec::new();
        let mut endpoint = |local| -> Result<Option<String>, EnvelopeError> {
            let Some(block) = envelope.header(namespace, local) else {
                return Ok(None);
            };
            let mut reader = envelope.header_reader(block, options);
            let mut parameters = String::new();
            reader.next()?;
            while let Some(child) = next_child(&mut reader)? {
                match child.local {
                    "Address" => answer_to.push(text(&mut reader)?.trim().to_owned()),
                    "ReferenceParameters" | "ReferenceProperties" => {
                        while let Some(child) = next_child(&mut reader)? {
                            parameter(&mut reader, child, namespace, &mut parameters)?;
                        }
                    }
                    _ => reader.skip_element().map(drop)?,
                }
            }
            Ok(Some(parameters))
        };
        let answer_blocks = endpoint("ReplyTo")?.unwrap_or_default();
        let fault_blocks = endpoint("FaultTo")?.unwrap_or_else(|| answer_blocks.clone());
        Ok(Some(Addressing {
            namespace,
            message_id: value("MessageID")?,
            relates_to: value("RelatesTo")?,
            action: value("Action")?,
            to: value("To")?,
            answer_to,
            answer_blocks,
            fault_blocks,
        }))
    }

    /// Checks that the answer may go back on the connection of the request, as it does: to nobody else, but to nobody at all it
    /// may.
    ///
    /// # Errors
    /// The fault that says so (WS-Addressing 1.0, SOAP binding, 6.4.1.7).
    pub fn check_answer(&self) -> Result<(), Box<Fault>> {
        let is_here = |to: &&String| {
            let role = to.strip_prefix(self.namespace).unwrap_or_default();
            matches!(role, "/anonymous" | "/none" | "/role/anonymous")
        };
        let Some(other) = self.answer_to.iter().find(|to| !is_here(to)) else {
            return Ok(());
        };
        let reason = format!("answers go back on the connection of the request, not to {other:?}");
        let mut fault = Fault::new(Code::Sender, reason);
        fault.subcodes = ["InvalidAddressingHeader", "OnlyAnonymousAddressSupported"]
            .map(|name| QName::new(self.namespace, name))
            .to_vec();
        Err(Box::new(fault))
    }

    /// The action of a fault that is neither of addressing nor one to which a contract gives an action.
    pub fn fault_action(&self) -> &'static str {
        match self.namespace {
            DRAFT => DRAFT_FAULT,
            _ => "http://www.w3.org/2005/08/addressing/soap/fault",
        }
    }

    /// Writes the header blocks of a request.
    pub fn write_request(action: &str, to: &str, message_id: &str, out: &mut String) {
        let blocks = [
            ("wsa:Action", action),
            ("wsa:To", to),
            ("wsa:MessageID", message_id),
        ];
        write(FINAL, &blocks, out);
    }

    /// Writes the header blocks of the answer.
    pub fn write_answer(&self, action: &str, message_id: &str, out: &mut String) {
        out.push_str(&self.answer_blocks);
        self.write_related(action, message_id, out);
    }

    /// Writes the header blocks of a fault; `action` is that of the contract or of addressing, where one of them has one.
    pub fn write_fault(&self, action: Option<&str>, message_id: &str, out: &mut String) {
        out.push_str(&self.fault_blocks);
        let action = action.filter(|_| self.namespace == FINAL);
        self.write_related(action.unwrap_or(self.fault_action()), message_id, out);
    }

    fn write_related(&self, action: &str, message_id: &str, out: &mut String) {
        let mut blocks = vec![("wsa:Action", action), ("wsa:MessageID", message_id)];
        let request = self.message_id.as_deref();
        blocks.extend(request.map(|request| ("wsa:RelatesTo", request)));
        write(self.namespace, &blocks, out);
    }
}

/// Appends a reference parameter, whose start tag was just read, as the header block that it becomes; that of WS-Addressing 1.0
/// says what it is (SOAP binding, 2.3 and 3.4).
fn parameter(
    reader: &mut Reader<'_>,
    tag: Tag<'_>,
    namespace: &str,
    out: &mut String,
) -> Result<(), EnvelopeError> {
    let says = |a: &Attribute<'_>| a.local == MARK && reader.namespace(a.ns) == namespace;
    let is_marked = namespace == DRAFT || reader.attributes().iter().any(says);
    reader.unread();
    let element = codec::Reader::new(reader.clone(), &[], Strictness::Lenient).into_element();
    reader.next()?;
    reader.skip_element()?;
    let element = element.unwrap_or_default();
    let name = match tag.prefix.len() {
        0 => tag.local.len(),
        prefix => prefix + 1 + tag.local.len(),
    };
    let (start, rest) = element.split_at_checked(1 + name).unwrap_or_default();
    out.push_str(start);
    if !is_marked {
        let mut prefix = "wsa".to_owned();
        while rest.contains(&format!("xmlns:{prefix}")) {
            prefix.push('_');
        }
        let _ = write!(
            out,
            " xmlns:{prefix}=\"{namespace}\" {prefix}:{MARK}=\"true\""
        );
    }
    out.push_str(rest);
    Ok(())
}

const MARK: &str = "IsReferenceParameter";

fn write(namespace: &str, blocks: &[(&str, &str)], out: &mut String) {
    let mut writer = Writer::append_to(std::mem::take(out));
    for (name, value) in blocks {
        writer.start(name);
        writer.attribute("xmlns:wsa", namespace);
        writer.text(value);
        writer.end();
    }
    *out = writer.finish();
}
