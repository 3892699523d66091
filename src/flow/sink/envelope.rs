//! Envelopes of operations known at run time: requests written from filled maps, answers and faults read into JSON.

use serde_json::{Map as Fields, Value as Json};
use soapstone::soap::{self, Code, Fault, Version, read_envelope, read_fault, write_envelope};
use soapstone::xml::{self, Event, Options, Reader, Tag, Writer};
use soapstone_schema::encoded::Encoding;
use soapstone_schema::validate::{self, Expect};
use soapstone_schema::value::{Root, Values};

use crate::flow::mapping::{Content as Filling, Filled};

use super::contract::{Body, Operation};

/// The namespace of WS-Addressing 1.0.
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

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
        let mut writer = Writer::append_to(blocks);
        for (name, text) in [
            ("wsa:Action", operation.action.as_str()),
            ("wsa:To", address),
            ("wsa:MessageID", &format!("urn:uuid:{message_id}")),
        ] {
            writer.start(name);
            writer.attribute("xmlns:wsa", ADDRESSING);
            writer.text(text);
            writer.end();
        }
        blocks = writer.finish();
    }
    blocks.push_str(&header_blocks(values, operation, headers)?);
    let content = match &operation.request.wrapper {
        None if operation.request.parts.is_empty() => String::new(),
        _ => part(values, &operation.request, filled)?,
    };
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
            wrapper: None,
            parts: vec![(name.clone(), root.clone())],
            encoded: false,
        };
        match &one.content {
            Filling::Null => {}
            Filling::Children(children) => blocks.push_str(&part(values, &body, children)?),
            // A block that is a single value stands in a part of that name.
            Filling::Value(value) => {
                let told = super::contract::single(values, root, value);
                let element = values
                    .from_json(&told, root)
                    .map_err(|error| error.to_string())?;
                let block = values.write(&element, root);
                blocks.push_str(&block.map_err(|error| error.to_string())?);
            }
        }
    }
    Ok(blocks)
}

/// Writes the payload.
fn part(values: &Values, body: &Body, filled: &[Filled]) -> Result<String, String> {
    let mut content = String::new();
    for (root, json) in body.arrange(values, filled) {
        let element = values
            .from_json(&json, &root)
            .map_err(|error| error.to_string())?;
        let written = if body.encoded {
            values.write_encoded(&element, &root)
        } else {
            values.write(&element, &root)
        };
        content.push_str(&written.map_err(|error| error.to_string())?);
    }
    let Some(wrapper) = &body.wrapper else {
        return Ok(content);
    };
    let mut writer = Writer::new();
    writer.start(&format!("op:{}", wrapper.local));
    writer.attribute("xmlns:op", &wrapper.namespace);
    if body.encoded {
        writer.attribute("soap:encodingStyle", Encoding::V11.namespace());
    }
    writer.raw(&content);
    writer.end();
    Ok(writer.finish())
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
    if body.encoded && body.wrapper.is_some() {
        return read_encoded(values, body, &text).map(Said::Answer);
    }
    let read = read_body(values, body, &mut reader)?;
    envelope
        .finish_body(&mut reader)
        .map_err(|error| error.to_string())?;
    Ok(Said::Answer(read))
}

/// Reads an rpc/encoded answer, whose values may stand apart and be referred to.
fn read_encoded(values: &Values, body: &Body, envelope: &str) -> Result<Json, String> {
    let read = values
        .read_encoded(envelope, &Options::message(), &body.parts)
        .map_err(|error| error.to_string())?;
    let root = |name: &str| body.parts.iter().find(|(known, _)| known == name);
    let fields = read.into_iter().filter_map(|(name, element)| {
        let json = values.to_json(&element, &root(&name)?.1);
        Some((name, json))
    });
    Ok(Json::Object(fields.collect()))
}

fn read_body<'a>(values: &Values, body: &Body, reader: &mut Reader<'a>) -> Result<Json, String> {
    let broken = |error: xml::Error| error.to_string();
    let Event::Start(tag) = reader.next().map_err(broken)? else {
        return Err("the body is empty".to_owned());
    };
    let element = |reader: &mut Reader<'a>, tag, root: &Root| {
        let expect = match root {
            Root::Element(id) => Expect::Element(*id),
            Root::Type { type_, .. } => Expect::Type(*type_),
        };
        let read = values.read_element(reader, tag, expect, &validate::Options::first());
        read.map(|element| values.to_json(&element, root))
            .map_err(|error| error.to_string())
    };
    if let Some(root) = body.only() {
        let json = element(reader, tag, root)?;
        return Ok(if json.is_object() {
            json
        } else {
            serde_json::json!({ "value": json })
        });
    }
    let mut fields = Fields::new();
    if body.wrapper.is_none() {
        let mut next = Some(tag);
        for (name, root) in &body.parts {
            let missing = || format!("the part `{name}` of the answer is missing");
            let tag = match next.take() {
                Some(tag) => tag,
                None => start(reader).map_err(broken)?.ok_or_else(missing)?,
            };
            fields.insert(name.clone(), element(reader, tag, root)?);
        }
        return Ok(Json::Object(fields));
    }
    loop {
        match reader.next().map_err(broken)? {
            Event::Start(tag) => {
                let mut parts = body.parts.iter();
                let (name, root) = parts
                    .find(|(name, _)| name == tag.local)
                    .ok_or_else(|| format!("`{}` is no part of the answer", tag.local))?;
                let json = element(reader, tag, root)?;
                let json = match body.encoded {
                    true => untyped(json),
                    false => json,
                };
                fields.insert(name.clone(), json);
            }
            Event::End(_) | Event::Eof => return Ok(Json::Object(fields)),
            Event::Text(_) => {}
        }
    }
}

/// The start tag that comes next, if one does before the end of what is open.
fn start<'a>(reader: &mut Reader<'a>) -> Result<Option<Tag<'a>>, xml::Error> {
    loop {
        match reader.next()? {
            Event::Start(tag) => return Ok(Some(tag)),
            Event::Text(_) => {}
            Event::End(_) | Event::Eof => return Ok(None),
        }
    }
}

/// A value without the types that it tells: in the encoded form every element may tell one, and an expression wants what it holds.
fn untyped(json: Json) -> Json {
    match json {
        Json::Object(mut fields) => {
            fields.remove("$type");
            match fields.remove("$") {
                Some(value) if fields.is_empty() => value,
                value => {
                    let kept = value.map(|value| ("$".to_owned(), value));
                    let inner = fields.into_iter().chain(kept);
                    Json::Object(inner.map(|(name, json)| (name, untyped(json))).collect())
                }
            }
        }
        Json::Array(items) => Json::Array(items.into_iter().map(untyped).collect()),
        other => other,
    }
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
    serde_json::json!({ "code": code, "message": fault.reason, "detail": detail, "actor": fault.node })
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
