//! Envelopes of operations known at run time: requests written from filled maps, answers and faults read into JSON.

use serde_json::{Map as Fields, Value as Json};
use soapstone::soap::{
    self, Addressing, Code, Fault, Version, read_envelope, read_fault, write_envelope,
};
use soapstone::xml::{self, Event, Options, Reader};
use soapstone_schema::validate;
use soapstone_schema::value::Values;

use crate::body::{Body, Reading};
use crate::flow::mapping::{Content as Filling, Filled};

use super::contract::Operation;

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// An answer's fields.
    Answer(Json),
    /// A fault's.
    Fault(Json),
}

/// Writes a request: the whole envelope, security aside.
///
/// # Errors
/// Why the filled map is no valid request.
pub fn request(
    values: &Values,
    operation: &Operation,
    address: &str,
    message_id: &str,
    headers: &[Filled],
    filled: &[Filled],
) -> Result<String, String> {
    let mut blocks = String::new();
    if operation.addressing {
        let message_id = format!("urn:uuid:{message_id}");
        Addressing::write_request(&operation.action, address, &message_id, &mut blocks);
    }
    blocks.push_str(&header_blocks(values, operation, headers)?);
    let parts = operation.request.arrange(values, filled);
    let content = operation.request.write(values, operation.version, &parts)?;
    let mut out = String::with_capacity(content.len() + blocks.len() + 512);
    write_envelope(operation.version, &blocks, &mut out, |out| {
        out.push_str(&content)
    });
    Ok(out)
}

/// Writes header blocks, each of which the operation declares.
///
/// # Errors
/// Why they are not valid.
pub fn header_blocks(
    values: &Values,
    operation: &Operation,
    filled: &[Filled],
) -> Result<String, String> {
    let mut blocks = String::new();
    for one in filled {
        let declared = operation.headers.iter().find(|(name, _)| *name == one.name);
        let (name, root) =
            declared.ok_or_else(|| format!("the operation has no header `{}`", one.name))?;
        let body = Body {
            parts: vec![(name.clone(), root.clone())],
            ..Body::default()
        };
        let parts = match &one.content {
            Filling::Null => continue,
            Filling::Children(children) => body.arrange(values, children),
            // A block that is a single value stands in a part of that name.
            Filling::Value(value) => {
                vec![(root.clone(), super::contract::single(values, root, value))]
            }
        };
        blocks.push_str(&body.write(values, operation.version, &parts)?);
    }
    Ok(blocks)
}

/// Puts a header block into an envelope that [`request`] wrote.
pub fn with_header(version: Version, envelope: &str, block: &str) -> String {
    if let Some(rest) = envelope.strip_prefix(version.header_start()) {
        return [version.header_start(), block, rest].concat();
    }
    match envelope.strip_prefix(version.body_start()) {
        Some(rest) => [version.header_start(), block, soap::HEADER_END, rest].concat(),
        None => envelope.to_owned(),
    }
}

/// Reads an answer by the operation's schema, or a fault.
///
/// # Errors
/// Why it is no answer of the operation.
pub fn answer(
    values: &Values,
    body: Option<&Body>,
    bytes: &[u8],
    charset: Option<&str>,
) -> Result<Said, String> {
    let text = xml::decode(bytes, charset).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&text, &Options::message());
    let envelope = read_envelope(&mut reader).map_err(|error| error.to_string())?;
    let Some(payload) = &envelope.payload else {
        return match body {
            Some(body) if !body.parts.is_empty() => Err("the body is empty".to_owned()),
            _ => Ok(Said::Answer(Json::Object(Fields::new()))),
        };
    };
    if payload.local == "Fault" && payload.namespace == envelope.version.namespace() {
        let fault = read_fault(&mut reader, envelope.version).map_err(|error| error.to_string())?;
        return Ok(Said::Fault(fault_json(&fault, envelope.version)));
    }
    let Some(body) = body else {
        return Ok(Said::Answer(Json::Object(Fields::new())));
    };
    let reading = Reading {
        limits: Options::message(),
        checks: validate::Options::first(),
    };
    let read = body.read(values, &text, &mut reader, &reading)?;
    if !(body.encoded && body.wrapper.is_some()) {
        envelope
            .finish_body(&mut reader)
            .map_err(|error| error.to_string())?;
    }
    Ok(Said::Answer(match read {
        // Answers are fields, for expressions.
        Json::Object(_) => read,
        value => serde_json::json!({ "value": value }),
    }))
}

fn fault_json(fault: &Fault, version: Version) -> Json {
    let code = match (&fault.code, version) {
        (Code::Sender, Version::Soap11) => "Client".to_owned(),
        (Code::Receiver, Version::Soap11) => "Server".to_owned(),
        (Code::Sender, Version::Soap12) => "Sender".to_owned(),
        (Code::Receiver, Version::Soap12) => "Receiver".to_owned(),
        (Code::VersionMismatch, _) => "VersionMismatch".to_owned(),
        (Code::MustUnderstand, _) => "MustUnderstand".to_owned(),
        (Code::DataEncodingUnknown, _) => "DataEncodingUnknown".to_owned(),
        (Code::Other(name), _) => name.local.to_string(),
    };
    let detail = fault
        .detail
        .as_ref()
        .and_then(|detail| loose(&detail.document()))
        .unwrap_or(Json::Null);
    let finer: Vec<&str> = fault.subcodes.iter().map(|name| &*name.local).collect();
    serde_json::json!({
        "code": code,
        "subcode": finer.join("."),
        "message": fault.reason,
        "detail": detail,
        "actor": fault.node,
    })
}

/// XML as JSON without a schema: objects by local name, arrays where a name repeats, texts.
fn loose(text: &str) -> Option<Json> {
    let mut reader = Reader::new(text, &Options::message());
    let mut open: Vec<(String, Fields<String, Json>, String)> = Vec::new();
    loop {
        match reader.next().ok()? {
            Event::Start(tag) => open.push((tag.local.to_owned(), Fields::new(), String::new())),
            Event::Text(text) => {
                if let Some((_, _, own)) = open.last_mut() {
                    own.push_str(&text);
                }
            }
            Event::End(_) => {
                let (name, fields, own) = open.pop()?;
                let value = if fields.is_empty() {
                    Json::String(own.trim().to_owned())
                } else {
                    Json::Object(fields)
                };
                let Some((_, outer, _)) = open.last_mut() else {
                    return Some(value);
                };
                match outer.get_mut(&name) {
                    None => drop(outer.insert(name, value)),
                    Some(Json::Array(items)) => items.push(value),
                    Some(first) => *first = Json::Array(vec![first.take(), value]),
                }
            }
            Event::Eof => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use soapstone::name::QName;

    use super::*;

    #[test]
    fn a_fault_has_its_finer_codes_beside_the_code() {
        let mut fault = Fault::new(Code::Sender, "no");
        for (subcodes, expected) in [(vec![], ""), (vec!["Order", "NoStock"], "Order.NoStock")] {
            fault.subcodes = subcodes.iter().map(|name| QName::new("", *name)).collect();
            for (version, code) in [(Version::Soap11, "Client"), (Version::Soap12, "Sender")] {
                let told = fault_json(&fault, version);
                assert_eq!(
                    (&told["code"], &told["subcode"]),
                    (&code.into(), &expected.into())
                );
            }
        }
    }
}
