//! From JSON to the XML of a value. What is due and what is valid, the type finds out when it reads the XML.

mod children;

use serde_json::{Map, Value};

use super::JsonError;
use super::shape::{Content, Scalar, Shape, Types};
use crate::codec::{Namespace, declares, without_exponent};
use crate::datatype::name::is_ncname;
use crate::name::XSI;
use crate::xml::{XML_NAMESPACE, XMLNS_NAMESPACE, escape_attribute, escape_text};

/// How deep JSON may nest.
const DEPTH: usize = 128;
/// How many known names an error lists.
const LISTED: usize = 12;

/// Writes the document of a value.
pub(super) fn document(
    json: &Value,
    shape: &Shape,
    namespaces: &'static [Namespace],
) -> Result<String, JsonError> {
    let mut writer = Writer {
        out: String::new(),
        namespaces,
        path: vec!["value".to_owned()],
        bound: String::new(),
    };
    let bound = namespaces
        .iter()
        .filter(|n| !matches!(n.prefix, "" | "xml" | "xsi"));
    let mut declared: Vec<(&str, &str)> = bound.map(|n| (n.prefix, n.uri)).collect();
    declared.push(("xsi", XSI));
    writer.element("value", &declared, json, *shape)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    namespaces: &'static [Namespace],
    path: Vec<String>,
    /// Declarations that the start tag which is being written needs.
    bound: String,
}

impl Writer {
    fn expected(&self, expected: &'static str) -> JsonError {
        JsonError::Expected {
            path: self.path.join("/"),
            expected,
        }
    }

    fn unknown<'k>(&self, key: &str, known: impl Iterator<Item = &'k str>) -> JsonError {
        JsonError::Unknown {
            path: self.path.join("/"),
            key: key.to_owned(),
            known: known.take(LISTED).collect::<Vec<_>>().join(", "),
        }
    }

    fn element(
        &mut self,
        name: &str,
        declared: &[(&str, &str)],
        json: &Value,
        shape: Shape,
    ) -> Result<(), JsonError> {
        if self.path.len() > DEPTH {
            return Err(self.expected("less depth"));
        }
        let object = json.as_object();
        if let (Content::Raw, Some(Value::String(xml))) =
            (shape.content, object.and_then(|o| o.get("$xml")))
        {
            return self.raw(name, declared, xml, object);
        }
        self.out.push('<');
        self.out.push_str(name);
        for (prefix, uri) in declared {
            declare(&mut self.out, prefix, uri);
        }
        let told = object.and_then(|o| o.get("$type"));
        let mut shape = shape;
        if let Content::Types(types, base) = shape.content {
            shape = self.member(types, base, told)?;
        } else if let (Content::Scalar(_) | Content::Value(_), Some(Value::String(type_))) =
            (shape.content, told)
        {
            self.type_attribute(type_, "");
        }
        let nil = json.is_null() || object.and_then(|o| o.get("$nil")) == Some(&Value::Bool(true));
        if nil {
            self.out.push_str(" xsi:nil=\"true\"");
        }
        if let Some(object) = object {
            self.attributes(object, &shape)?;
        }
        let value = match (shape.content, object) {
            (Content::Elements(_) | Content::Mixed(_) | Content::List(_) | Content::Raw, _) => None,
            (_, Some(object)) => object.get("$"),
            (_, None) => Some(json),
        };
        let text = match value.filter(|_| !nil) {
            Some(value) => self.text(value, shape.as_scalar())?,
            None => String::new(),
        };
        self.out.push_str(&std::mem::take(&mut self.bound));
        self.out.push('>');
        match (shape.content, object) {
            _ if nil => {}
            (Content::Elements(entries) | Content::Mixed(entries), Some(object)) => {
                self.children(entries, object)?;
            }
            (Content::Mixed(_), None) => {
                let text = self.text(json, Scalar::Text)?;
                escape_text(&text, &mut self.out);
            }
            (Content::Elements(_), None) => return Err(self.expected("an object")),
            (Content::List(of), _) => {
                let items = json.as_array().ok_or(self.expected("an array"))?;
                for (index, item) in items.iter().enumerate() {
                    self.path.push(format!("item[{}]", index + 1));
                    self.element("item", &[], item, of())?;
                    self.path.pop();
                }
            }
            _ => escape_text(&text, &mut self.out),
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    /// An element of any type: its own name takes the place of the one in the XML.
    fn raw(
        &mut self,
        name: &str,
        declared: &[(&str, &str)],
        xml: &str,
        object: Option<&Map<String, Value>>,
    ) -> Result<(), JsonError> {
        let begin = xml.strip_prefix('<').ok_or(self.expected("XML as text"))?;
        let end = begin.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'));
        let (old, rest) = begin.split_at(end.unwrap_or(begin.len()));
        let close = format!("</{old}>");
        self.out.push('<');
        self.out.push_str(name);
        let own = names_only(rest);
        for (prefix, uri) in declared
            .iter()
            .filter(|(prefix, _)| !declares(&own, prefix))
        {
            declare(&mut self.out, prefix, uri);
        }
        if let Some(Value::String(type_)) = object.and_then(|o| o.get("$type"))
            && !own.contains(":type=")
        {
            self.type_attribute(type_, &own);
            self.out.push_str(&std::mem::take(&mut self.bound));
        }
        match rest.trim_end().strip_suffix(&close) {
            Some(content) => {
                self.out.push_str(content);
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
            None => self.out.push_str(rest),
        }
        Ok(())
    }

    /// Writes `xsi:type`, where the rest of the start tag is this.
    fn type_attribute(&mut self, type_: &str, rest: &str) {
        let (namespace, local) = type_
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .unwrap_or(("", type_));
        let name = self.qualified(namespace, local, rest);
        self.out.push_str(" xsi:type=\"");
        escape_attribute(&name, &mut self.out);
        self.out.push('"');
    }

    /// A name with its prefix, which the start tag that is being written binds where the contract does not, or where the rest of
    /// the tag binds that of the contract itself.
    fn qualified(&mut self, namespace: &str, local: &str, rest: &str) -> String {
        let prefixed = |prefix: &str| format!("{prefix}:{local}");
        let mut known = self.namespaces.iter().filter(|n| n.uri == namespace);
        match known.find(|n| !n.prefix.is_empty() && !declares(rest, n.prefix)) {
            _ if namespace.is_empty() => local.to_owned(),
            _ if namespace == XML_NAMESPACE => prefixed("xml"),
            Some(known) => prefixed(known.prefix),
            None => {
                // No prefix of a contract has this character.
                let prefixes = (self.bound.len()..).map(|number| format!("v.{number}"));
                let free = prefixes.into_iter().find(|prefix| !declares(rest, prefix));
                let prefix = free.unwrap_or_default();
                declare(&mut self.bound, &prefix, namespace);
                prefixed(&prefix)
            }
        }
    }

    /// The shape of the type that `"$type"` names.
    fn member(
        &mut self,
        types: Types,
        base: bool,
        json: Option<&Value>,
    ) -> Result<Shape, JsonError> {
        let Some(json) = json else {
            return match types.first() {
                Some((_, first)) if base => Ok(first()),
                _ => Err(self.expected("\"$type\": the type is abstract")),
            };
        };
        let Value::String(name) = json else {
            return Err(self.expected("the name of a type"));
        };
        let (namespace, local) = name
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .map_or((None, name.as_str()), |(uri, local)| (Some(uri), local));
        let found = types.iter().find(|(tag, _)| match namespace {
            Some(uri) => tag.is(uri, local, self.namespaces),
            None => tag.local == local,
        });
        let Some((tag, of)) = found else {
            let known = types.iter().map(|(tag, _)| tag.local);
            return Err(self.unknown(name, known));
        };
        let uri = self.namespaces.get(tag.namespace).map_or("", |n| n.uri);
        let full = match uri {
            "" => tag.local.to_owned(),
            uri => format!("{{{uri}}}{}", tag.local),
        };
        self.type_attribute(&full, "");
        Ok(of())
    }

    fn attributes(&mut self, object: &Map<String, Value>, shape: &Shape) -> Result<(), JsonError> {
        for (key, json) in object {
            let Some(written) = key.strip_prefix('@') else {
                continue;
            };
            let known = shape.attributes.iter().find(|a| a.key == written);
            let text = self.text(
                json,
                known.map_or(Scalar::Text, |a| (a.shape)().as_scalar()),
            )?;
            self.out.push(' ');
            match known.map(|a| a.tag) {
                Some(Some(tag)) => self.out.push_str(tag.qualified()),
                Some(None) => self.out.push_str(written),
                None => {
                    let name = attribute_name(written)
                        .ok_or_else(|| self.unknown(key, shape.attributes.iter().map(|a| a.key)))?;
                    let name = self.qualified(name.0, name.1, "");
                    self.out.push_str(&name);
                }
            }
            self.out.push_str("=\"");
            escape_attribute(&text, &mut self.out);
            self.out.push('"');
        }
        Ok(())
    }

    fn text(&mut self, json: &Value, scalar: Scalar) -> Result<String, JsonError> {
        Ok(match (json, scalar) {
            (json, Scalar::Union(members)) => {
                let plain = plain(json).ok_or(self.expected("a value"))?;
                // What a member reads as it stands is its own before another makes something of it.
                if let Some((_, of)) = members.iter().find(|(reads, _)| reads(&plain)) {
                    return self.text(json, of().as_scalar());
                }
                let made = members.iter().find_map(|(reads, of)| {
                    let text = self.text(json, of().as_scalar()).ok()?;
                    reads(&text).then_some(text)
                });
                made.unwrap_or(plain)
            }
            (Value::String(name), Scalar::Name) if name.starts_with('{') => {
                let (uri, local) = name
                    .strip_prefix('{')
                    .and_then(|rest| rest.split_once('}'))
                    .unwrap_or(("", name));
                let name = self.qualified(uri, local, "");
                // A pattern may forbid prefixes, which JSON does not have.
                match name.split_once(':') {
                    Some((prefix, local)) => format!("{{{prefix}}}{local}"),
                    None => name,
                }
            }
            (Value::String(_), Scalar::Spelled(_, of)) => self.text(json, of().as_scalar())?,
            (Value::String(text), _) => text.clone(),
            (json, Scalar::Spelled(spell, of)) => {
                let text = self.text(json, of().as_scalar())?;
                spell(&text).unwrap_or(text)
            }
            (Value::Array(items), Scalar::List(of)) => {
                let mut item = of().as_scalar();
                let mut words = Vec::with_capacity(items.len());
                for one in items {
                    let word = match item {
                        Scalar::Spelled(spell, of) if !one.is_string() => {
                            let of = of().as_scalar();
                            let word = self.text(one, of)?;
                            // One word that the item's type does not take is enough for the list to be refused: no other is tried.
                            spell(&word).unwrap_or_else(|| {
                                item = of;
                                word
                            })
                        }
                        _ => self.text(one, item)?,
                    };
                    words.push(word);
                }
                words.join(" ")
            }
            (Value::Number(number), Scalar::Number) => {
                let text = number.to_string();
                without_exponent(&text).unwrap_or(text)
            }
            (Value::Number(number), _) => number.to_string(),
            (Value::Bool(value), _) => value.to_string(),
            _ => return Err(self.expected("a value")),
        })
    }
}

/// The text of a simple value, whatever its type is.
pub(super) fn plain(json: &Value) -> Option<String> {
    Some(match json {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(plain).collect();
            words?.join(" ")
        }
        Value::Null | Value::Object(_) => return None,
    })
}

/// The namespace and the local part of an attribute that the type does not declare; none where it is no attribute's name, but
/// markup, or would declare a prefix.
fn attribute_name(written: &str) -> Option<(&str, &str)> {
    let (namespace, local) = match written.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => ("", written),
    };
    let declares = namespace == XMLNS_NAMESPACE || namespace.is_empty() && local == "xmlns";
    (is_ncname(local) && !declares).then_some((namespace, local))
}

/// The attributes of the start tag that a text begins in, without their values: ` a="1>0" b='c'>text`  →  ` a= b=`
fn names_only(rest: &str) -> String {
    let mut names = String::new();
    let mut quote = None;
    for c in rest.chars() {
        match (c, quote) {
            ('>', None) => break,
            ('"' | '\'', None) => quote = Some(c),
            (_, None) => names.push(c),
            (_, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    names
}

/// Writes the declaration of a prefix.
fn declare(out: &mut String, prefix: &str, uri: &str) {
    out.push_str(" xmlns:");
    out.push_str(prefix);
    out.push_str("=\"");
    escape_attribute(uri, out);
    out.push('"');
}
