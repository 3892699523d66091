//! Bodies of operations that are known at run time: written of a value for each part, and read into JSON.

use serde_json::{Map as Fields, Value as Json};
use soapstone::name::QName;
use soapstone::soap::Version;
use soapstone::xml::{self, Event, Reader, Tag, Writer};
use soapstone_schema::contract::{
    BoundMessage, BoundOperation, Message, PartContent, SoapVersion, Style,
};
use soapstone_schema::encoded::Encoding;
use soapstone_schema::validate::{self, Expect};
use soapstone_schema::value::{Root, Values};

/// One direction of an operation: what stands in the body (WSDL 1.1, 3.5).
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The rpc wrapper, where the style is rpc.
    pub wrapper: Option<QName>,
    /// The parts, in their order: for document style most often one element.
    pub parts: Vec<(String, Root)>,
    /// `use="encoded"`: every element tells its type.
    pub encoded: bool,
}

/// How a body is read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// How large the message may be.
    pub limits: xml::Options,
    /// Which mistakes of it are told.
    pub checks: validate::Options,
}

/// The version of SOAP that a binding is of.
pub fn version(soap: SoapVersion) -> Version {
    match soap {
        SoapVersion::V11 => Version::Soap11,
        SoapVersion::V12 => Version::Soap12,
    }
}

/// The contents of a message's part as what is read and written; the accessor of a part has no namespace (WS-I Basic Profile 1.1, R2735).
pub fn root(name: &str, content: &PartContent) -> Root {
    match content {
        PartContent::Element(element) => Root::Element(*element),
        PartContent::Type(type_) => Root::Type {
            name: QName::new("", name),
            type_: *type_,
        },
    }
}

impl Body {
    /// The body of one message of an operation; `wrapper` is the name that rpc style gives it.
    pub fn of(
        wrapper: &str,
        bound: &BoundOperation,
        message: &Message,
        how: &BoundMessage,
    ) -> Body {
        let parts = message
            .parts
            .iter()
            .filter(|part| how.body.contains(&part.name));
        Body {
            wrapper: (bound.style == Style::Rpc)
                .then(|| QName::new(how.namespace.as_str(), wrapper)),
            parts: parts
                .map(|part| (part.name.to_string(), root(&part.name, &part.content)))
                .collect(),
            encoded: how.encoded,
        }
    }

    /// The content of the only part of a document style body: no name of a part stands before its fields.
    pub fn only(&self) -> Option<&Root> {
        match (&self.wrapper, self.parts.as_slice()) {
            (None, [(_, root)]) => Some(root),
            _ => None,
        }
    }

    /// Writes the content of an envelope's body, of JSON for each part that is there.
    ///
    /// # Errors
    /// Which value is not as the contract says.
    pub fn write(
        &self,
        values: &Values,
        version: Version,
        parts: &[(Root, Json)],
    ) -> Result<String, String> {
        let mut content = String::new();
        for (root, json) in parts {
            let element = values.from_json(json, root);
            let element = element.map_err(|error| error.to_string())?;
            let written = if self.encoded {
                values.write_encoded(&element, root)
            } else {
                values.write(&element, root)
            };
            content.push_str(&written.map_err(|error| error.to_string())?);
        }
        let Some(wrapper) = &self.wrapper else {
            return Ok(content);
        };
        let mut writer = Writer::new();
        writer.start(&format!("op:{}", wrapper.local));
        writer.attribute("xmlns:op", &wrapper.namespace);
        if self.encoded {
            let encoding = match version {
                Version::Soap11 => Encoding::V11,
                Version::Soap12 => Encoding::V12,
            };
            writer.attribute("xmlns:env", version.namespace());
            writer.attribute("env:encodingStyle", encoding.namespace());
        }
        writer.raw(&content);
        writer.end();
        Ok(writer.finish())
    }

    /// Reads a body: the JSON of the only part of document style, else an object of the parts. The reader stands before the payload of
    /// the envelope that `text` is, and then behind the last part, or the wrapper; encoded values, which may stand apart and be
    /// referred to, are read from `text`.
    ///
    /// # Errors
    /// What is not as the contract says.
    pub fn read<'a>(
        &self,
        values: &Values,
        text: &'a str,
        reader: &mut Reader<'a>,
        how: &Reading,
    ) -> Result<Json, String> {
        let broken = |error: xml::Error| error.to_string();
        if self.wrapper.is_some() && self.encoded {
            return self.read_encoded(values, text, &how.limits);
        }
        let element = |reader: &mut Reader<'a>, tag, root: &Root| {
            let expect = match root {
                Root::Element(id) => Expect::Element(*id),
                Root::Type { type_, .. } => Expect::Type(*type_),
            };
            let read = values.read_element(reader, tag, expect, &how.checks);
            read.map(|element| values.to_json(&element, root))
                .map_err(|error| error.to_string())
        };
        let mut fields = Fields::new();
        if self.wrapper.is_some() {
            start(reader).map_err(broken)?.ok_or("the body is empty")?;
            while let Some(tag) = start(reader).map_err(broken)? {
                let known = self.parts.iter().find(|(name, _)| name == tag.local);
                let (name, root) =
                    known.ok_or_else(|| format!("{} is no part of it", tag.local))?;
                fields.insert(name.clone(), element(reader, tag, root)?);
            }
            return Ok(Json::Object(fields));
        }
        for (name, root) in &self.parts {
            let tag = start(reader).map_err(broken)?;
            let tag = tag.ok_or_else(|| format!("the part {name} is missing"))?;
            let json = element(reader, tag, root)?;
            if self.only().is_some() {
                return Ok(json);
            }
            fields.insert(name.clone(), json);
        }
        Ok(Json::Object(fields))
    }

    fn read_encoded(
        &self,
        values: &Values,
        text: &str,
        limits: &xml::Options,
    ) -> Result<Json, String> {
        let read = values
            .read_encoded(text, limits, &self.parts)
            .map_err(|error| error.to_string())?;
        let root = |name: &str| self.parts.iter().find(|(known, _)| known == name);
        let fields = read.into_iter().filter_map(|(name, element)| {
            let json = values.to_json(&element, &root(&name)?.1);
            Some((name, json))
        });
        Ok(Json::Object(fields.collect()))
    }
}

/// The start tag that comes next, if one does before the end of what is open.
pub(crate) fn start<'a>(reader: &mut Reader<'a>) -> Result<Option<Tag<'a>>, xml::Error> {
    loop {
        match reader.next()? {
            Event::Start(tag) => return Ok(Some(tag)),
            Event::Text(_) => {}
            Event::End(_) | Event::Eof => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
