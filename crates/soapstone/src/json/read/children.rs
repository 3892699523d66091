//! The children of an element, in the order of its type.

use serde_json::{Map, Value};

use super::Writer;
use crate::codec::Tag;
use crate::json::shape::{Content, Entry, Scalar, Shape};
use crate::json::{ALONE, JsonError};
use crate::xml::escape_text;

/// A flat view of the entries of a type.
struct Field {
    key: &'static str,
    tag: &'static Tag,
    shape: fn() -> Shape,
    /// It may stand more than once.
    repeated: bool,
    /// The repeated sequence that it belongs to.
    group: Option<usize>,
}

impl Writer {
    pub(super) fn children(
        &mut self,
        entries: &'static [Entry],
        object: &Map<String, Value>,
    ) -> Result<(), JsonError> {
        let (mut fields, mut groups) = (Vec::new(), 0);
        flatten(entries, None, false, &mut groups, &mut fields);
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
                Some(Value::Array(list)) if !field.is_one(list) => list.as_slice(),
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
        self.element(field.tag.qualified(), &[], value, (field.shape)())?;
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
}

impl Field {
    /// Tells whether an array is one value, of a type of lists, and not several elements.
    fn is_one(&self, array: &[Value]) -> bool {
        let shape = (self.shape)();
        match shape.content {
            Content::Scalar(_) | Content::Value(_) => match shape.as_scalar().unspelled() {
                Scalar::List(_) => !array.iter().any(is_whole),
                Scalar::Union(_) => !self.repeated,
                _ => false,
            },
            Content::List(_) => !self.repeated,
            _ => false,
        }
    }
}

/// Tells whether an item of an array is an element's whole value: those of a list are texts, numbers and truths.
fn is_whole(json: &Value) -> bool {
    json.is_array() || json.is_object() || json.is_null()
}

/// The fields in order, each where it stands first.
fn flatten(
    entries: &'static [Entry],
    group: Option<usize>,
    inside: bool,
    groups: &mut usize,
    out: &mut Vec<Field>,
) {
    for entry in entries {
        match entry {
            Entry::Field {
                key,
                tag,
                repeated,
                shape,
            } => {
                if !out.iter().any(|field| field.key == *key) {
                    out.push(Field {
                        key,
                        tag,
                        shape: *shape,
                        repeated: *repeated || inside,
                        group,
                    });
                }
            }
            Entry::Group {
                repeated,
                turns,
                entries,
            } => {
                let inner = match group {
                    None if *turns => {
                        *groups += 1;
                        Some(*groups)
                    }
                    outer => outer,
                };
                flatten(entries(), inner, inside || *repeated, groups, out);
            }
            Entry::Any => out.push(Field {
                key: "$any",
                tag: ALONE,
                shape: || Shape::scalar(Scalar::Text),
                repeated: true,
                group: None,
            }),
        }
    }
}
