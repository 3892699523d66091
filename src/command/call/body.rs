//! Bodies of any style: what is sent, made of JSON and fields, and answers as JSON.

use serde_json::{Map, Value as Json};
use soapstone::name::QName;
use soapstone::xml::{self, Event, Reader, Writer};
use soapstone_schema::contract::{BoundMessage, Message, PartContent, SoapVersion, Style};
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
    let encoded = direction.is_some_and(|direction| direction.encoded);
    let parts = parts(input, direction);
    let all = |writer: &mut String| {
        if let Some(stray) = given.iter().find(|field| {
            parts
                .iter()
                .all(|(name, _)| fields::of_part(std::slice::from_ref(field), name).is_empty())
        }) {
            let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
            let names = names.join(", ");
            return Err(Failure::new(format!(
                "{stray}: no part of the request; they are {names}"
            )));
        }
        for (name, root) in &parts {
            let given = fields::of_part(given, name);
            let json = json.get(name).cloned().unwrap_or(Json::Null);
            writer.push_str(&part(values, json, root, &given, encoded)?);
        }
        Ok(())
    };
    if bound.bound.style == Style::Document {
        if let [(_, root)] = parts.as_slice() {
            return part(values, json, root, given, encoded);
        }
        let mut content = String::new();
        all(&mut content)?;
        return Ok(content);
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
    let mut content = String::new();
    all(&mut content)?;
    writer.raw(&content);
    writer.end();
    Ok(writer.finish())
}

/// What stands in the body for each part; the accessor of a part has no namespace (WS-I Basic Profile 1.1, R2735).
fn parts(message: &Message, direction: Option<&BoundMessage>) -> Vec<(String, Root)> {
    let root = |name: &str, content: &PartContent| match content {
        PartContent::Element(element) => Root::Element(*element),
        PartContent::Type(type_) => Root::Type {
            name: QName::new("", name),
            type_: *type_,
        },
    };
    let in_body = |name: &str| {
        direction.is_none_or(|direction| direction.body.iter().any(|known| **known == *name))
    };
    let parts = message.parts.iter().filter(|part| in_body(&part.name));
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

/// The answer; the reader stands before the payload of the envelope that `text` is. Where the body has one part that is
/// no wrapper's, the answer is that part, else an object of the parts.
///
/// # Errors
/// What is not as the contract says.
pub(super) fn answer<'a>(
    values: &Values,
    bound: &Bound<'_>,
    text: &'a str,
    reader: &mut Reader<'a>,
) -> Result<Json, String> {
    let direction = bound.bound.output.as_ref();
    let output = bound.operation.output.as_ref();
    let parts = output
        .map(|output| parts(output, direction))
        .unwrap_or_default();
    let rpc = bound.bound.style == Style::Rpc;
    let mut read = Vec::new();
    if rpc && direction.is_some_and(|output| output.encoded) {
        read = values
            .read_encoded(text, &xml::Options::document(), &parts)
            .map_err(|error| error.to_string())?;
    } else {
        if rpc {
            // The wrapper's own start tag comes first.
            reader.next().map_err(|error| error.to_string())?;
        }
        let mut next = parts.iter();
        while let Event::Start(tag) = reader.next().map_err(|error| error.to_string())? {
            // Parts without a wrapper stand in their order.
            let known = if rpc {
                parts.iter().find(|(name, _)| name == tag.local)
            } else {
                next.next()
            };
            let (name, root) = known.ok_or_else(|| format!("{} is no part of it", tag.local))?;
            let expect = match root {
                Root::Element(element) => Expect::Element(*element),
                Root::Type { type_, .. } => Expect::Type(*type_),
            };
            let element = values.read_element(reader, tag, expect, &Options::collect());
            read.push((name.clone(), element.map_err(|error| error.to_string())?));
        }
    }
    if let ([(_, element)], [(_, root)], false) = (read.as_slice(), parts.as_slice(), rpc) {
        return Ok(values.to_json(element, root));
    }
    let of = |name: &str| parts.iter().find(|(known, _)| known == name);
    let fields = read.into_iter().filter_map(|(name, element)| {
        let json = values.to_json(&element, &of(&name)?.1);
        Some((name, json))
    });
    Ok(Json::Object(fields.collect::<Map<_, _>>()))
}
