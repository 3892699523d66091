//! From the XML of a value to JSON.

mod words;

use serde_json::{Map, Number, Value};

use super::JsonError;
use super::shape::{Content, Entry, Scalar, Shape};
use crate::codec::{Namespace, QName, Reader as Typed, Strictness};
use crate::datatype::name::split_qname;
use crate::name::XSI;
use crate::xml::{self, Event, Reader};
use words::{as_words, is_taken_list, is_text_of, number};

/// Gives the document of a value as JSON, whose elements of open content begin at these places.
pub(super) fn document(
    text: &str,
    open: &[usize],
    shape: &Shape,
    namespaces: &'static [Namespace],
) -> Result<Value, JsonError> {
    let options = xml::Options::document();
    let mut document = Document {
        reader: Reader::new(text, &options),
        open,
        namespaces,
    };
    document.reader.next().map_err(crate::codec::Error::from)?;
    document
        .element(*shape)
        .map_err(|e| JsonError::Value(e.into()))
}

struct Document<'a> {
    reader: Reader<'a>,
    /// Where elements begin that wildcards admitted, in their order.
    open: &'a [usize],
    namespaces: &'static [Namespace],
}

/// A child: the place of its field among those of the type, its key, and its value.
struct Child {
    place: usize,
    key: Option<(&'static str, bool)>,
    value: Value,
}

impl<'a> Document<'a> {
    /// The element whose start tag was read last, to its end tag.
    fn element(&mut self, declared: Shape) -> Result<Value, xml::Error> {
        let mut object = Map::new();
        let mut nil = false;
        let mut shape = declared;
        if let Content::Types(types, true) = declared.content
            && let Some((_, first)) = types.first()
        {
            shape = first();
        }
        let mut plain = Vec::new();
        for attribute in self.reader.attributes() {
            let namespace = self.reader.namespace(attribute.ns);
            match (namespace, attribute.local) {
                (XSI, "nil") => nil = matches!(attribute.value.trim(), "true" | "1"),
                (XSI, "type") => {
                    let name = self.name(attribute.value.trim());
                    if let Content::Types(types, _) = declared.content {
                        let found = types
                            .iter()
                            .find(|(tag, _)| tag.is(&name.namespace, &name.local, self.namespaces));
                        if let Some((_, of)) = found {
                            shape = of();
                        }
                    }
                    object.insert("$type".to_owned(), Value::String(name.to_string()));
                }
                _ => plain.push((
                    QName::new(namespace, attribute.local),
                    attribute.value.clone().into_owned(),
                )),
            }
        }
        if matches!(shape.content, Content::Raw) {
            return self.raw(nil && plain.is_empty() && object.is_empty(), object);
        }
        for (name, value) in plain {
            let known = shape.attributes.iter().find(|a| match a.tag {
                Some(tag) => tag.is(&name.namespace, &name.local, self.namespaces),
                None => name.namespace.is_empty() && *name.local == *a.key,
            });
            let (key, json) = match known {
                Some(known) => (
                    format!("@{}", known.key),
                    self.scalar(&value, (known.shape)().as_scalar()),
                ),
                None => (format!("@{name}"), Value::String(value)),
            };
            object.insert(key, json);
        }
        if nil {
            self.reader.skip_element()?;
            if object.is_empty() {
                return Ok(Value::Null);
            }
            object.insert("$nil".to_owned(), Value::Bool(true));
            return Ok(Value::Object(object));
        }
        match shape.content {
            Content::Elements(entries) => self.children(entries, false, object),
            Content::Mixed(entries) => self.children(entries, true, object),
            Content::List(of) => self.items(of),
            _ => {
                let scalar = shape.as_scalar();
                let text = self.text()?;
                let json = self.scalar(&text, scalar);
                if object.is_empty() {
                    return Ok(json);
                }
                object.insert("$".to_owned(), json);
                Ok(Value::Object(object))
            }
        }
    }

    /// The items of an encoded array; what it says of itself is in its type.
    fn items(&mut self, of: fn() -> Shape) -> Result<Value, xml::Error> {
        let mut items = Vec::new();
        loop {
            match self.reader.next()? {
                Event::Start(_) => items.push(self.element(of())?),
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => return Ok(Value::Array(items)),
            }
        }
    }

    /// An element of any type, as XML.
    fn raw(&mut self, nil: bool, mut object: Map<String, Value>) -> Result<Value, xml::Error> {
        let xml = self.capture()?;
        if nil {
            return Ok(Value::Null);
        }
        object.insert("$xml".to_owned(), Value::String(xml));
        Ok(Value::Object(object))
    }

    /// The element whose start tag was read last, as XML that declares every prefix.
    fn capture(&mut self) -> Result<String, xml::Error> {
        let start = self.reader.offset();
        let bindings: Vec<(String, String)> = self
            .reader
            .bindings()
            .into_iter()
            .map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()))
            .collect();
        self.reader.skip_element()?;
        let source: &'a str = self.reader.source();
        let text = source
            .get(start..self.reader.end_offset())
            .unwrap_or_default();
        let options = xml::Options::document();
        let bound = bindings.iter().map(|(p, n)| (p.as_str(), n.as_str()));
        let alone = Typed::new(
            Reader::within(text, bound, &options),
            &[],
            Strictness::Lenient,
        );
        Ok(alone.into_element().unwrap_or_else(|| text.to_owned()))
    }

    fn text(&mut self) -> Result<String, xml::Error> {
        let mut text = String::new();
        let depth = self.reader.depth();
        while self.reader.depth() >= depth {
            match self.reader.next()? {
                Event::Text(more) => text.push_str(&more),
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(text)
    }

    fn children(
        &mut self,
        entries: &'static [Entry],
        mixed: bool,
        mut object: Map<String, Value>,
    ) -> Result<Value, xml::Error> {
        let mut children: Vec<Child> = Vec::new();
        loop {
            match self.reader.next()? {
                Event::Start(tag) => {
                    let name = QName::new(self.reader.namespace(tag.ns), tag.local);
                    let mut place = 0;
                    let found = match self.open.binary_search(&self.reader.offset()) {
                        Ok(_) => None,
                        Err(_) => find(entries, &name, self.namespaces, &mut place, false),
                    };
                    children.push(match found {
                        Some((key, repeated, of)) => Child {
                            place,
                            key: Some((key, repeated)),
                            value: self.element(of())?,
                        },
                        None => Child {
                            place: wildcard(entries),
                            key: None,
                            value: Value::String(self.capture()?),
                        },
                    });
                }
                Event::Text(text) if mixed => children.push(Child {
                    place: usize::MAX,
                    key: Some(("", false)),
                    value: Value::String(text.into_owned()),
                }),
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => break,
            }
        }
        let ordered = children.is_sorted_by_key(|child| child.place)
            && children.iter().all(|child| child.place != usize::MAX);
        if ordered {
            for Child { key, value, .. } in children {
                match key {
                    Some((key, false)) => {
                        object.insert(key.to_owned(), value);
                    }
                    Some((key, true)) => push(&mut object, key, value),
                    None => push(&mut object, "$any", value),
                }
            }
        } else {
            let list = children.into_iter().map(|child| match child.key {
                Some(("", _)) => child.value,
                Some((key, _)) => Value::Object(Map::from_iter([(key.to_owned(), child.value)])),
                None => Value::Object(Map::from_iter([("$any".to_owned(), child.value)])),
            });
            object.insert("$children".to_owned(), list.collect());
        }
        Ok(Value::Object(object))
    }

    fn name(&self, lexical: &str) -> QName {
        let (prefix, local) = lexical.split_once(':').unwrap_or(("", lexical));
        let namespace = self.reader.resolve(prefix);
        QName::new(namespace.map_or("", |ns| self.reader.namespace(ns)), local)
    }

    fn scalar(&self, text: &str, scalar: Scalar) -> Value {
        match scalar {
            Scalar::Text => Value::String(text.to_owned()),
            Scalar::Boolean => match text.trim() {
                "true" | "1" => Value::Bool(true),
                "false" | "0" => Value::Bool(false),
                other => Value::String(other.to_owned()),
            },
            Scalar::Union(members) => {
                // A prefix is bound here, and nowhere in a text alone.
                let is_name = |of: &fn() -> Shape| {
                    matches!(of().as_scalar(), Scalar::Name)
                        && split_qname(text.trim())
                            .is_some_and(|(prefix, _)| self.reader.resolve(prefix).is_some())
                };
                let member = members
                    .iter()
                    .find(|(reads, of)| reads(text) || is_name(of));
                let scalar = member.map_or(Scalar::Text, |(_, of)| of().as_scalar());
                let json = self.scalar(text, scalar);
                // Another text of the value might be another member's.
                match json {
                    json if is_text_of(&json, text.trim()) => json,
                    Value::Array(items) => {
                        let is_other = |item: &Value, word: &str| !is_text_of(item, word);
                        Value::Array(as_words(items, text, is_other))
                    }
                    _ => Value::String(text.to_owned()),
                }
            }
            Scalar::Number | Scalar::Float => number(text.trim()),
            Scalar::Spelled(spell, of) => {
                let json = self.scalar(text, of().as_scalar());
                // `007`, which a pattern asks for, is no number of JSON.
                let is_taken = |number: &Number| {
                    let number = number.to_string();
                    number == text || spell(&number).is_some_and(|spelled| spelled == number)
                };
                match json {
                    Value::Array(items) if !is_taken_list(&items, spell) => {
                        Value::Array(as_words(items, text, |item, word| {
                            item.is_number() && !is_text_of(item, word)
                        }))
                    }
                    Value::Number(number) if !is_taken(&number) => Value::String(text.to_owned()),
                    json => json,
                }
            }
            Scalar::Name => Value::String(self.name(text.trim()).to_string()),
            Scalar::List(of) => {
                let item = of().as_scalar();
                text.split_ascii_whitespace()
                    .map(|word| self.scalar(word, item))
                    .collect()
            }
        }
    }
}

fn push(object: &mut Map<String, Value>, key: &str, value: Value) {
    let list = object
        .entry(key)
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.push(value);
    }
}

type Found = (&'static str, bool, fn() -> Shape);

/// Finds the field of an element, and counts its place among the fields of the type.
fn find(
    entries: &'static [Entry],
    name: &QName,
    namespaces: &[Namespace],
    place: &mut usize,
    inside: bool,
) -> Option<Found> {
    for entry in entries {
        match entry {
            Entry::Field {
                key,
                tag,
                repeated,
                shape,
            } => {
                if tag.is(&name.namespace, &name.local, namespaces) {
                    return Some((key, *repeated || inside, *shape));
                }
            }
            Entry::Group {
                repeated, entries, ..
            } => {
                if let Some(found) = find(entries(), name, namespaces, place, inside || *repeated) {
                    return Some(found);
                }
            }
            Entry::Any => {}
        }
        *place += 1;
    }
    None
}

/// The place of what a wildcard admits; where several do, the order cannot be told.
fn wildcard(entries: &'static [Entry]) -> usize {
    fn count(entries: &'static [Entry], place: &mut usize, found: &mut Vec<usize>) {
        for entry in entries {
            match entry {
                Entry::Any => found.push(*place),
                Entry::Group { entries, .. } => count(entries(), place, found),
                Entry::Field { .. } => {}
            }
            *place += 1;
        }
    }
    let (mut place, mut found) = (0, Vec::new());
    count(entries, &mut place, &mut found);
    match found.as_slice() {
        [only] => *only,
        _ => usize::MAX,
    }
}
