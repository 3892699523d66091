//! Reads a fault that a service answered, leniently: real services get code, order and namespaces wrong.

use super::envelope::next_child;
use super::{Code, Detail, EnvelopeError, Fault, Version};
use crate::name::QName;
use crate::xml::{Event, Reader};

/// Reads a `Fault` element; the reader stands before its start tag, and is left behind its end tag.
///
/// # Errors
/// Broken XML; what is missing is left empty, what is not known is passed over.
pub fn read_fault<'a>(reader: &mut Reader<'a>, version: Version) -> Result<Fault, EnvelopeError> {
    let mut fault = Fault::new(Code::Receiver, "");
    fault.language.clear();
    reader.next()?;
    while let Some(child) = next_child(reader)? {
        match child.local {
            "faultcode" if version == Version::Soap11 => {
                let name = qname(reader)?;
                fault.code = code(name.clone(), version);
                // What stands behind a dot is finer (SOAP 1.1, 4.4.1); a code of one's own is whole.
                if !matches!(fault.code, Code::Other(_)) {
                    let finer = name.local.split('.').skip(1);
                    fault.subcodes = finer.map(|finer| QName::new("", finer)).collect();
                }
            }
            "Code" if version == Version::Soap12 => read_code(reader, &mut fault)?,
            "faultstring" => {
                fault.language = language(reader);
                fault.reason = text(reader)?;
            }
            "Reason" => read_reason(reader, &mut fault)?,
            "faultactor" | "Node" => fault.node = Some(text(reader)?),
            "Role" => fault.role = Some(text(reader)?),
            "detail" | "Detail" => fault.detail = Some(read_detail(reader)?),
            _ => {
                reader.skip_element()?;
            }
        }
    }
    Ok(fault)
}

fn read_code(reader: &mut Reader<'_>, fault: &mut Fault) -> Result<(), EnvelopeError> {
    // Subcodes stand inside each other; a loop follows them down and back.
    let depth = reader.depth();
    let mut first = true;
    while reader.depth() >= depth {
        match reader.next()? {
            Event::Start(tag) if tag.local == "Value" => {
                let name = qname(reader)?;
                if first {
                    fault.code = code(name, Version::Soap12);
                    first = false;
                } else {
                    fault.subcodes.push(name);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(())
}

/// Takes the English text where there are several, the first otherwise.
fn read_reason(reader: &mut Reader<'_>, fault: &mut Fault) -> Result<(), EnvelopeError> {
    let mut taken = false;
    while let Some(child) = next_child(reader)? {
        if child.local != "Text" {
            reader.skip_element()?;
            continue;
        }
        let language = language(reader);
        let reason = text(reader)?;
        if !taken || (language.starts_with("en") && !fault.language.starts_with("en")) {
            fault.language = language;
            fault.reason = reason;
            taken = true;
        }
    }
    Ok(())
}

fn read_detail(reader: &mut Reader<'_>) -> Result<Detail, EnvelopeError> {
    let bindings = reader
        .bindings()
        .into_iter()
        .map(|(prefix, namespace)| (prefix.to_owned(), namespace.to_owned()))
        .collect();
    let start = reader.end_offset();
    let depth = reader.depth();
    let mut end = start;
    loop {
        let event = reader.next()?;
        match event {
            Event::End(_) if reader.depth() < depth => {
                end = end.max(reader.offset());
                break;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let content = reader
        .source()
        .get(start..end)
        .unwrap_or_default()
        .to_owned();
    Ok(Detail { content, bindings })
}

fn language(reader: &Reader<'_>) -> String {
    reader
        .attributes()
        .iter()
        .find(|attribute| attribute.local == "lang")
        .map(|attribute| attribute.value.clone().into_owned())
        .unwrap_or_default()
}

/// The text of the element whose start was just read, whatever elements are mixed into it.
pub(super) fn text(reader: &mut Reader<'_>) -> Result<String, EnvelopeError> {
    let depth = reader.depth();
    let mut out = String::new();
    while reader.depth() >= depth {
        match reader.next()? {
            Event::Text(text) => out.push_str(&text),
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(out)
}

/// The text as a name; a prefix that is not bound is dropped.
fn qname(reader: &mut Reader<'_>) -> Result<QName, EnvelopeError> {
    let text = text(reader)?;
    let text = text.trim();
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    // The element has just ended, and its own declarations are still in scope.
    let namespace = reader
        .resolve(prefix)
        .map(|ns| reader.namespace(ns))
        .unwrap_or_default();
    Ok(QName::new(namespace, local))
}

fn code(name: QName, version: Version) -> Code {
    let standard = &*name.namespace == version.namespace() || name.namespace.is_empty();
    // `Client.Authentication` is a kind of `Client` (SOAP 1.1, 4.4.1).
    match name.local.split('.').next().unwrap_or_default() {
        "VersionMismatch" if standard => Code::VersionMismatch,
        "MustUnderstand" if standard => Code::MustUnderstand,
        "DataEncodingUnknown" if standard => Code::DataEncodingUnknown,
        "Client" | "Sender" if standard => Code::Sender,
        "Server" | "Receiver" if standard => Code::Receiver,
        _ => Code::Other(name),
    }
}
