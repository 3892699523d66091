//! Reads an envelope up to its payload (SOAP 1.1, 4; SOAP 1.2 part 1, 5), and checks what follows the payload.

use std::borrow::Cow;

use super::{Code, Fault, Version};
use crate::name::QName;
use crate::xml::{self, Event, NsId, Options, Reader, Tag};

/// An envelope whose reader stands before the start tag of its payload.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The version, by the envelope's namespace.
    pub version: Version,
    /// The header blocks, in order.
    pub headers: Vec<HeaderBlock<'a>>,
    /// The first child of the body; nothing where the body is empty.
    pub payload: Option<Payload<'a>>,
    /// The prefixes that are bound around the header blocks.
    pub bindings: Vec<(&'a str, Cow<'a, str>)>,
}

/// The name of the body's first child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload<'a> {
    /// Its namespace in the reader.
    pub ns: NsId,
    /// Its namespace; empty for none.
    pub namespace: Cow<'a, str>,
    /// Its local name.
    pub local: &'a str,
    /// Where it starts, in bytes.
    pub offset: usize,
}

/// One header block (SOAP 1.2 part 1, 5.2.1; SOAP 1.1, 4.2).
#[derive(Debug, Clone)]
pub struct HeaderBlock<'a> {
    /// Its namespace.
    pub namespace: Cow<'a, str>,
    /// Its local name.
    pub local: &'a str,
    /// Whether whoever it is for has to understand it.
    pub must_understand: bool,
    /// `actor` of SOAP 1.1, `role` of SOAP 1.2: whom it is for.
    pub role: Option<Cow<'a, str>>,
    /// `relay` of SOAP 1.2.
    pub relay: bool,
    /// The element as written; [`Envelope::header_reader`] reads it with the prefixes bound around it.
    pub xml: &'a str,
}

/// An envelope that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It is not well-formed, or over a limit.
    #[error("{0}")]
    Xml(#[from] xml::Error),
    /// The root is an `Envelope` of another SOAP.
    #[error("the envelope's namespace {0:?} is of no known version of SOAP")]
    Version(String),
    /// It is no SOAP message.
    #[error("{place}: {what}")]
    Structure {
        /// What is wrong.
        what: String,
        /// Where.
        place: xml::Place,
    },
}

impl EnvelopeError {
    /// Makes the fault that answers it.
    pub fn fault(&self) -> Fault {
        match self {
            EnvelopeError::Version(_) => Fault::new(Code::VersionMismatch, self.to_string()),
            _ => Fault::new(Code::Sender, self.to_string()),
        }
    }
}

/// Reads an envelope; the reader, fresh, is left before the payload, so that a reader by schema goes on from there and
/// [`Envelope::finish`] ends the message.
///
/// # Errors
/// What keeps the document from being a SOAP message up to its payload.
pub fn read_envelope<'a>(reader: &mut Reader<'a>) -> Result<Envelope<'a>, EnvelopeError> {
    let Event::Start(root) = reader.next()? else {
        return Err(structure(reader, "the document has no element"));
    };
    let namespace = reader.namespace_name(root.ns);
    if root.local != "Envelope" {
        return Err(structure(
            reader,
            format!("the root element is {}, not a SOAP Envelope", root.local),
        ));
    }
    let Some(version) = Version::of_namespace(&namespace) else {
        return Err(EnvelopeError::Version(namespace.into_owned()));
    };
    let mut envelope = Envelope {
        version,
        headers: Vec::new(),
        payload: None,
        bindings: Vec::new(),
    };
    let mut child = expect_child(reader)?;
    if child.ns == root.ns && child.local == "Header" {
        envelope.bindings = reader.bindings_owned();
        while let Some(tag) = next_child(reader)? {
            let block = envelope.header_block(reader, tag, root.ns)?;
            envelope.headers.push(block);
        }
        child = expect_child(reader)?;
    }
    if child.ns != root.ns || child.local != "Body" {
        return Err(structure(
            reader,
            format!("{} where the SOAP Body is due", child.local),
        ));
    }
    if let Some(tag) = next_child(reader)? {
        let namespace = reader.namespace_name(tag.ns);
        envelope.payload = Some(Payload {
            ns: tag.ns,
            namespace,
            local: tag.local,
            offset: reader.offset(),
        });
        reader.unread();
    }
    Ok(envelope)
}

impl<'a> Envelope<'a> {
    /// Reads the rest of the message behind the payload.
    ///
    /// # Errors
    /// What keeps it from being a SOAP message: a second child of the body, text, broken XML. Elements behind the body are
    /// let pass in SOAP 1.1, which allows them.
    pub fn finish(&self, reader: &mut Reader<'a>) -> Result<(), EnvelopeError> {
        if reader.depth() == 2
            && let Some(extra) = next_child(reader)?
        {
            return Err(structure(
                reader,
                format!("{} stands behind the payload", extra.local),
            ));
        }
        self.finish_envelope(reader)
    }

    /// Reads the rest of the message, whatever else the body holds: for encodings that put further elements there.
    ///
    /// # Errors
    /// As [`finish`](Envelope::finish), except for further children of the body.
    pub fn finish_body(&self, reader: &mut Reader<'a>) -> Result<(), EnvelopeError> {
        while reader.depth() == 2 && next_child(reader)?.is_some() {
            reader.skip_element()?;
        }
        self.finish_envelope(reader)
    }

    fn finish_envelope(&self, reader: &mut Reader<'a>) -> Result<(), EnvelopeError> {
        while let Some(extra) = next_child(reader)? {
            if self.version == Version::Soap12 {
                return Err(structure(
                    reader,
                    format!("{} stands behind the Body", extra.local),
                ));
            }
            reader.skip_element()?;
        }
        match reader.next()? {
            Event::Eof => Ok(()),
            _ => Err(structure(reader, "the message goes on behind the Envelope")),
        }
    }

    /// The first header block with this name that is for us.
    pub fn header(&self, namespace: &str, local: &str) -> Option<&HeaderBlock<'a>> {
        self.headers.iter().find(|block| {
            block.local == local
                && block.namespace == namespace
                && block.is_for_receiver(self.version)
        })
    }

    /// Makes a reader of one header block, with the prefixes that are bound around it.
    pub fn header_reader(&'a self, block: &HeaderBlock<'a>, options: &Options) -> Reader<'a> {
        let bindings = self
            .bindings
            .iter()
            .map(|(prefix, namespace)| (*prefix, &**namespace));
        Reader::within(block.xml, bindings, options)
    }

    /// Checks that every header block that must be understood is, before anything is done (SOAP 1.2 part 1, 2.4).
    ///
    /// # Errors
    /// The MustUnderstand fault that names the others.
    pub fn check_understood(
        &self,
        understood: impl Fn(&HeaderBlock<'a>) -> bool,
    ) -> Result<(), Box<Fault>> {
        let missed: Vec<QName> = self
            .headers
            .iter()
            .filter(|block| {
                block.must_understand && block.is_for_receiver(self.version) && !understood(block)
            })
            .map(|block| QName::new(&*block.namespace, block.local))
            .collect();
        let Some(first) = missed.first() else {
            return Ok(());
        };
        let mut fault = Fault::new(
            Code::MustUnderstand,
            format!("the header block {first} is not understood"),
        );
        fault.not_understood = missed;
        Err(Box::new(fault))
    }

    fn header_block(
        &self,
        reader: &mut Reader<'a>,
        tag: Tag<'a>,
        soap: NsId,
    ) -> Result<HeaderBlock<'a>, EnvelopeError> {
        let mut block = HeaderBlock {
            namespace: reader.namespace_name(tag.ns),
            local: tag.local,
            must_understand: false,
            role: None,
            relay: false,
            xml: "",
        };
        for attribute in reader
            .attributes()
            .iter()
            .filter(|attribute| attribute.ns == soap)
        {
            match (self.version, attribute.local) {
                (_, "mustUnderstand") => block.must_understand = flag(reader, attribute)?,
                (Version::Soap12, "relay") => block.relay = flag(reader, attribute)?,
                (Version::Soap11, "actor") | (Version::Soap12, "role") => {
                    block.role = Some(attribute.value.clone())
                }
                _ => {}
            }
        }
        block.xml = reader.skip_element()?;
        Ok(block)
    }
}

impl HeaderBlock<'_> {
    /// Tells whether it is for the node that receives the message last (SOAP 1.1, 4.2.2; SOAP 1.2 part 1, 2.2).
    pub fn is_for_receiver(&self, version: Version) -> bool {
        match (version, self.role.as_deref().map(str::trim)) {
            (_, None | Some("")) => true,
            (Version::Soap11, Some(actor)) => actor == "http://schemas.xmlsoap.org/soap/actor/next",
            (Version::Soap12, Some(role)) => matches!(
                role,
                "http://www.w3.org/2003/05/soap-envelope/role/next"
                    | "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
            ),
        }
    }
}

/// SOAP 1.1 has `0` and `1`, SOAP 1.2 every lexical form of xs:boolean; both are taken in both.
fn flag(reader: &Reader<'_>, attribute: &xml::Attribute<'_>) -> Result<bool, EnvelopeError> {
    match attribute.value.trim() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        other => Err(EnvelopeError::Structure {
            what: format!("{}: {other:?} is not a boolean", attribute.local),
            place: reader.place(attribute.offset),
        }),
    }
}

fn expect_child<'a>(reader: &mut Reader<'a>) -> Result<Tag<'a>, EnvelopeError> {
    match next_child(reader)? {
        Some(tag) => Ok(tag),
        None => Err(structure(reader, "the Envelope has no Body")),
    }
}

/// Reads the next child's start tag; nothing at the parent's end.
pub(super) fn next_child<'a>(reader: &mut Reader<'a>) -> Result<Option<Tag<'a>>, EnvelopeError> {
    loop {
        match reader.next()? {
            Event::Start(tag) => return Ok(Some(tag)),
            Event::End(_) | Event::Eof => return Ok(None),
            Event::Text(text) if text.trim_ascii().is_empty() => {}
            Event::Text(_) => return Err(structure(reader, "text stands where only elements may")),
        }
    }
}

pub(super) fn structure(reader: &Reader<'_>, what: impl Into<String>) -> EnvelopeError {
    EnvelopeError::Structure {
        what: what.into(),
        place: reader.place(reader.offset()),
    }
}
