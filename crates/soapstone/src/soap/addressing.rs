//! WS-Addressing 1.0 and its 2004 draft, as far as an answer has to name the message that it answers.

use super::received::text;
use super::{Envelope, EnvelopeError};
use crate::xml::{Options, Writer};

const FINAL: &str = "http://www.w3.org/2005/08/addressing";
const DRAFT: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";

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
}

impl Addressing {
    /// Tells whether a header block is one that [`read`](Addressing::read) takes.
    pub fn understands(namespace: &str, local: &str) -> bool {
        matches!(namespace, FINAL | DRAFT)
            && matches!(
                local,
                "MessageID" | "RelatesTo" | "Action" | "To" | "ReplyTo"
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
        Ok(Some(Addressing {
            namespace,
            message_id: value("MessageID")?,
            relates_to: value("RelatesTo")?,
            action: value("Action")?,
            to: value("To")?,
        }))
    }

    /// Writes the header blocks of the answer.
    pub fn write_answer(&self, action: &str, message_id: &str, out: &mut String) {
        let mut writer = Writer::append_to(std::mem::take(out));
        let mut block = |name, value| {
            writer.start(name);
            writer.attribute("xmlns:wsa", self.namespace);
            writer.text(value);
            writer.end();
        };
        block("wsa:Action", action);
        block("wsa:MessageID", message_id);
        if let Some(request) = &self.message_id {
            block("wsa:RelatesTo", request);
        }
        *out = writer.finish();
    }
}
