//! From JSON to the XML of a value. What is due and what is valid, the type finds out when it reads the XML.

use serde_json::{Map, Value};

use super::JsonError;
use super::shape::{Content, Entry, Scalar, Shape, Types};
use crate::codec::{Namespace, Tag};
use crate::xml::{escape_attribute, escape_text};

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
    let mut declared = String::new();
    let bound = namespaces.iter().filter(|n| !n.prefix.is_empty());
    for namespace in bound.filter(|n| !matches!(n.prefix, "xml" | "xsi")) {
        declared.push_str(" xmlns:");
        declared.push_str(namespace.prefix);
        declared.push_str("=\"");
        escape_attribute(namespace.uri, &mut declared);
        declared.push('"');
    }
    declared.push_str(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    writer.element("value", &declared, json, *shape)?;
    Ok(writer.out)
}

const XML: &str = "http://www.w3.org/XML/1998/namespace";

struct Writer {
    out: String,
    namespaces: &'static [Namespace],
    path: Vec<String>,
    /// Declarations that the start tag which is being written needs.
    bound: String,
}

/// A flat view of the entries of a type.
struct Field {
    key: &'static str,
    tag: &'static Tag,
    shape: fn() -> Shape,
    /// The repeated sequence that it belongs to.
    group: Option<usize>,
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
        declared: &str,
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
        self.out.push_str(declared);
        let mut shape = shape;
        if let Content::Types(types, base) = shape.content {
            shape = self.member(types, base, object.and_then(|o| o.get("$type")))?;
        }
        let nil = json.is_null() || object.and_then(|o| o.get("$nil")) == Some(&Value::Bool(true));
        if nil {
            self.out.push_str(" xsi:nil=\"true\"");
        }
        if let Some(object) = object {
            self.attributes(object, &shape)?;
        }
        let value = match (shape.content, object) {
            (Content::Elements(_) | Content::Mixed(_) | Content::Raw, _) => None,
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
        declared: &str,
        xml: &str,
        object: Option<&Map<String, Value>>,
    ) -> Result<(), JsonError> {
        let begin = xml.strip_prefix('<').ok_or(self.expected("XML as text"))?;
        let end = begin.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'));
        let (old, rest) = begin.split_at(end.unwrap_or(begin.len()));
        let close = format!("</{old}>");
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str(declared);
        if let Some(Value::String(type_)) = object.and_then(|o| o.get("$type"))
            && !rest
                .split('>')
                .next()
                .unwrap_or_default()
                .contains(":type=")
        {
            self.type_attribute(type_);
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

    fn type_attribute(&mut self, type_: &str) {
        let (namespace, local) = type_
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .unwrap_or(("", type_));
        let name = self.qualified(namespace, local);
        self.out.push_str(" xsi:type=\"");
        escape_attribute(&name, &mut self.out);
        self.out.push('"');
    }

    /// A name with its prefix, which the start tag that is being written binds where the contract does not.
    fn qualified(&mut self, namespace: &str, local: &str) -> String {
        let prefixed = |prefix: &str| format!("{prefix}:{local}");
        let mut known = self.namespaces.iter().filter(|n| n.uri == namespace);
        match known.find(|n| !n.prefix.is_empty()) {
            _ if namespace.is_empty() => local.to_owned(),
            _ if namespace == XML => prefixed("xml"),
            Some(known) => prefixed(known.prefix),
            None => {
                // No prefix of a contract has this character.
                let prefix = format!("v.{}", self.bound.len());
                self.bound.push_str(" xmlns:");
                self.bound.push_str(&prefix);
                self.bound.push_str("=\"");
                escape_attribute(namespace, &mut self.bound);
                self.bound.push('"');
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
        self.type_attribute(&full);
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
            match (known.map(|a| a.tag), written.strip_prefix('{')) {
                (Some(Some(tag)), _) => self.out.push_str(tag_name(tag)),
                (Some(None), _) => self.out.push_str(written),
                (None, Some(rest)) => {
                    let (uri, local) = rest.split_once('}').unwrap_or(("", rest));
                    let name = self.qualified(uri, local);
                    self.out.push_str(&name);
                }
                (None, None) => self.out.push_str(written),
            }
            self.out.push_str("=\"");
            escape_attribute(&text, &mut self.out);
            self.out.push('"');
        }
        Ok(())
    }

    fn children(
        &mut self,
        entries: &'static [Entry],
        object: &Map<String, Value>,
    ) -> Result<(), JsonError> {
        let (mut fields, mut groups) = (Vec::new(), 0);
        flatten(entries, None, &mut groups, &mut fields);
        let find = |key: &str| fields.iter().find(|field| field.key == key);
        if let Some(children) = object.get("$children") {
            let children = children.as_array().ok_or(self.expected("an array"))?;
            for child in children {
                match child {
                    Value::String(text) => escape_text(text, &mut self.out),
                    Value::Object(one) => {
                        for (key, value) in one {
                            match (key.as_str(), find(key)) {
                                ("$any", _) => self.any(value)?,
                                (_, Some(field)) => self.field(field, value)?,
                                _ => return Err(self.unknown(key, fields.iter().map(|f| f.key))),
                            }
                        }
                    }
                    _ => return Err(self.expected("texts and objects")),
                }
            }
            return Ok(());
        }
        for key in object.keys() {
            if !key.starts_with(['@', '$']) && find(key).is_none() {
                return Err(self.unknown(key, fields.iter().map(|f| f.key)));
            }
        }
        let mut done = 0;
        let mut any = object.get("$any");
        while let Some(field) = fields.get(done) {
            // The wildcard's elements stand where it stands.
            if field.key == "$any" {
                if let Some(value) = any.take() {
                    self.any(value)?;
                }
                done += 1;
                continue;
            }
            let end = match field.group {
                Some(group) => {
                    fields
                        .iter()
                        .rposition(|f| f.group == Some(group))
                        .unwrap_or(done)
                        + 1
                }
                None => done + 1,
            };
            let members = fields.get(done..end).unwrap_or_default();
            self.turns(members, object)?;
            done = end;
        }
        match any {
            Some(value) => self.any(value),
            None => Ok(()),
        }
    }

    /// Writes the fields of a repeated group in turns, one of each, until none is left.
    fn turns(&mut self, fields: &[Field], object: &Map<String, Value>) -> Result<(), JsonError> {
        let values: Vec<&[Value]> = fields
            .iter()
            .map(|field| match object.get(field.key) {
                None => &[],
                Some(Value::Array(list)) if !is_list(&(field.shape)()) => list.as_slice(),
                Some(Value::Array(list)) if list.iter().any(is_whole) => list.as_slice(),
                Some(one) => std::slice::from_ref(one),
            })
            .collect();
        if let ([field], [values]) = (fields, values.as_slice()) {
            return values.iter().try_for_each(|value| self.field(field, value));
        }
        let longest = values.iter().map(|list| list.len()).max().unwrap_or(0);
        for turn in 0..longest {
            for (field, list) in fields.iter().zip(&values) {
                if let Some(value) = list.get(turn) {
                    self.field(field, value)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, value: &Value) -> Result<(), JsonError> {
        self.path.push(field.key.to_owned());
        self.element(tag_name(field.tag), "", value, (field.shape)())?;
        self.path.pop();
        Ok(())
    }

    /// What a wildcard admits, as XML.
    fn any(&mut self, value: &Value) -> Result<(), JsonError> {
        match value {
            Value::String(xml) => self.out.push_str(xml),
            Value::Array(list) => {
                for one in list {
                    self.any(one)?;
                }
            }
            _ => return Err(self.expected("XML as text")),
        }
        Ok(())
    }

    fn text(&mut self, json: &Value, scalar: Scalar) -> Result<String, JsonError> {
        Ok(match (json, scalar) {
            (Value::Array(items), Scalar::List(of)) => {
                let item = of().as_scalar();
                let words: Result<Vec<String>, JsonError> =
                    items.iter().map(|one| self.text(one, item)).collect();
                words?.join(" ")
            }
            (Value::String(name), Scalar::Name) if name.starts_with('{') => {
                let (uri, local) = name
                    .strip_prefix('{')
                    .and_then(|rest| rest.split_once('}'))
                    .unwrap_or(("", name));
                self.qualified(uri, local)
            }
            (Value::String(text), _) => text.clone(),
            (Value::Number(number), _) => number.to_string(),
            (Value::Bool(value), _) => value.to_string(),
            _ => return Err(self.expected("a value")),
        })
    }
}

/// Tells whether one value of a type is an array.
fn is_list(shape: &Shape) -> bool {
    matches!(shape.as_scalar(), Scalar::List(_))
        && matches!(shape.content, Content::Scalar(_) | Content::Value(_))
}

/// Tells whether an item of an array is an element's whole value: those of a list are texts, numbers and truths.
fn is_whole(json: &Value) -> bool {
    json.is_array() || json.is_object() || json.is_null()
}

/// The tag's name with its prefix.
fn tag_name(tag: &'static Tag) -> &'static str {
    tag.qualified()
}

/// The fields in order, each where it stands first.
fn flatten(
    entries: &'static [Entry],
    group: Option<usize>,
    groups: &mut usize,
    out: &mut Vec<Field>,
) {
    for entry in entries {
        match entry {
            Entry::Field {
                key, tag, shape, ..
            } => {
                if !out.iter().any(|field| field.key == *key) {
                    out.push(Field {
                        key,
                        tag,
                        shape: *shape,
                        group,
                    });
                }
            }
            Entry::Group { turns, entries, .. } => {
                let inner = match group {
                    None if *turns => {
                        *groups += 1;
                        Some(*groups)
                    }
                    outer => outer,
                };
                flatten(entries(), inner, groups, out);
            }
            Entry::Any => out.push(Field {
                key: "$any",
                tag: super::ALONE,
                shape: || Shape::scalar(Scalar::Text),
                group: None,
            }),
        }
    }
}
