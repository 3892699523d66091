//! SOAP header blocks beside a payload, each as a document of its own.

use crate::codec::{Element, QName, Reader, Strictness, Type};
use crate::soap::{Code, Envelope, Fault};
use crate::xml;

/// A SOAP header block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: QName,
    /// The element, with every prefix in it declared.
    pub xml: String,
}

/// The header blocks that are for whoever receives the envelope.
pub(super) fn blocks(envelope: &Envelope<'_>, options: &xml::Options) -> Vec<Header> {
    let mut found = Vec::new();
    for block in &envelope.headers {
        if !block.is_for_receiver(envelope.version) {
            continue;
        }
        let reader = Reader::new(
            envelope.header_reader(block, options),
            &[],
            Strictness::Lenient,
        );
        if let Some(xml) = reader.into_element() {
            found.push(Header {
                name: QName::new(&*block.namespace, block.local),
                xml,
            });
        }
    }
    found
}

/// Reads the first block that is this element; nothing where there is none.
///
/// # Errors
/// The fault that says what is wrong in it.
pub(super) fn read<T: Type>(
    headers: &[Header],
    element: Element<T>,
) -> Result<Option<T>, Box<Fault>> {
    let name = element.name();
    let Some(header) = headers.iter().find(|h| h.name == name) else {
        return Ok(None);
    };
    let read = element.read_with(&header.xml, &xml::Options::message(), Strictness::Lenient);
    read.map(Some)
        .map_err(|error| Box::new(Fault::new(Code::Sender, error.to_string())))
}
