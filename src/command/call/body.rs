//! Bodies of any style: what is sent, made of JSON and fields, and rpc answers as JSON.

use serde_json::{Map, Value as Json};
use soapstone::name::QName;
use soapstone::xml::{self, Event, Reader, Writer};
use soapstone_schema::contract::{Message, PartContent, SoapVersion, Style};
use soapstone_schema::encoded::Encoding;
use soapstone_schema::validate::{Expect, Options};
use soapstone_schema::value::{Root, Values};

use super::{Bound, Failure, fields};

/// The content of the request's body.
pub(super) fn request(
    values: &Values,
    bound: &Bound<'_>,
    json: Json,
    given: &[String],
) -> Result<String, Failure> {
    let Some(input) = &bound.operation.input else {
        return Ok(String::new());
    };
    let direction = bound.bound.input.as_ref();
    let in_body = |name: &str| {
        direction.is_none_or(|direction| direction.body.iter().any(|known| **known == *name))
    };
    let encoded = direction.is_some_and(|direction| direction.encoded);
    let mut parts = parts(input);
    parts.retain(|(name, _)| in_body(name));
    if bound.bound.style == Style::Document {
        let Some((_, root)) = parts.first() else {
            return Ok(String::new());
        };
        return part(values, json, root, given, encoded);
    }
    let mut writer = Writer::new();
    writer.start(&format!("w:{}", bound.operation.name));
    let namespace = direction.map_or("", |direction| &direction.namespace);
    writer.attribute("xmlns:w", namespace);
    if encoded {
        let (envelope, encoding) = match bound.soap {
            SoapVersion::V11 => (soapstone::soap::Version::Soap11, Encoding::V11),
            SoapVersion::V12 => (soapstone::soap::Version::Soap12, Encoding::V12),
        };
        writer.attribute("xmlns:env", envelope.namespace());
        writer.attribute("env:encodingStyle", encoding.namespace());
    }
    for (name, root) in parts {
        let given = fields::of_part(given, &name);
        let json = json.get(&name).cloned().unwrap_or(Json::Null);
        writer.raw(&part(values, json, &root, &given, encoded)?);
    }
    writer.end();
    Ok(writer.finish())
}

/// What stands in for each part; the accessor of a part has no namespace (WS-I Basic Profile 1.1, R2735).
fn parts(message: &Message) -> Vec<(String, Root)> {
    let root = |name: &str, content: &PartContent| match content {
        PartContent::Element(element) => Root::Element(*element),
        PartContent::Type(type_) => Root::Type {
            name: QName::new("", name),
            type_: *type_,
        },
    };
    let parts = message.parts.iter();
    parts
        .map(|part| (part.name.to_string(), root(&part.name, &part.content)))
        .collect()
}

fn part(
    values: &Values,
    json: Json,
    root: &Root,
    given: &[String],
    encoded: bool,
) -> Result<String, Failure> {
    let json = fields::put(values, json, root, given)?;
    let element = values.from_json(&json, root);
    let element = element.map_err(|error| Failure::of(&error))?;
    let written = if encoded {
        values.write_encoded(&element, root)
    } else {
        values.write(&element, root)
    };
    written.map_err(|error| Failure::of(&error))
}

/// The parts of an rpc answer; the reader stands before the payload of the envelope that `text` is.
///
/// # Errors
/// What is not as the contract says.
pub(super) fn rpc_answer<'a>(
    values: &Values,
    bound: &Bound<'_>,
    text: &'a str,
    reader: &mut Reader<'a>,
) -> Result<Json, String> {
    let parts = bound
        .operation
        .output
        .as_ref()
        .map(parts)
        .unwrap_or_default();
    let encoded = bound
        .bound
        .output
        .as_ref()
        .is_some_and(|output| output.encoded);
    let mut read = Vec::new();
    if encoded {
        read = values
            .read_encoded(text, &xml::Options::document(), &parts)
            .map_err(|error| error.to_string())?;
    } else {
        // The wrapper's own start tag comes first.
        let mut next = || reader.next().map_err(|error| error.to_string());
        next()?;
        while let Event::Start(tag) = reader.next().map_err(|error| error.to_string())? {
            let known = parts.iter().find(|(name, _)| name == tag.local);
            let (name, root) = known.ok_or_else(|| format!("{} is no part of it", tag.local))?;
            let expect = match root {
                Root::Element(element) => Expect::Element(*element),
                Root::Type { type_, .. } => Expect::Type(*type_),
            };
            let element = values.read_element(reader, tag, expect, &Options::collect());
            read.push((name.clone(), element.map_err(|error| error.to_string())?));
        }
    }
    let of = |name: &str| parts.iter().find(|(known, _)| known == name);
    let fields = read.into_iter().filter_map(|(name, element)| {
        let json = values.to_json(&element, &of(&name)?.1);
        Some((name, json))
    });
    Ok(Json::Object(fields.collect::<Map<_, _>>()))
}
