//! Filled maps in the form that values take. Pure.

use serde_json::{Map as Fields, Value as Json};
use soapstone_schema::model::{Builtin, Model, Type, TypeId, Variety};
use soapstone_schema::value::{Root, Values};

use crate::body::Body;
use crate::flow::mapping::{Content, Filled};

use super::targets::required;
use super::type_of;

impl Body {
    /// Turns a filled map into JSON for each part, in the form that values take.
    pub fn arrange(&self, values: &Values, filled: &[Filled]) -> Vec<(Root, Json)> {
        match self.only() {
            Some(root) => {
                let type_ = type_of(values.model(), root);
                vec![(root.clone(), arrange(values, type_, filled))]
            }
            None => self
                .parts
                .iter()
                .filter_map(|(name, root)| {
                    let type_ = type_of(values.model(), root);
                    let item = type_.and_then(|type_| values.array_item(type_));
                    let mut given = filled.iter().filter(|one| one.name == *name);
                    let json = |one: &Filled| match &one.content {
                        Content::Null => Json::Null,
                        Content::Value(value) => simple(values, item.or(type_), value),
                        Content::Children(children) => arrange(values, item.or(type_), children),
                    };
                    // An array is there even where it has no items.
                    let json = match item {
                        Some(_) => Json::Array(given.map(json).collect()),
                        None => json(given.next()?),
                    };
                    Some((root.clone(), json))
                })
                .collect(),
        }
    }
}

/// Puts filled fields into the JSON of a type: what repeats is an array, what is null is left out where it may be, else nil.
fn arrange(values: &Values, type_: Option<TypeId>, filled: &[Filled]) -> Json {
    let model = values.model();
    let shape = type_.and_then(|type_| values.shape(type_));
    let must = type_
        .map(|type_| required(model, type_))
        .unwrap_or_default();
    let mut object = Fields::new();
    for one in filled {
        if one.attribute {
            if let Content::Value(value) = &one.content {
                object.insert(format!("@{}", one.name), text(value));
            }
            continue;
        }
        let field = shape.and_then(|shape| shape.field_by_key(&one.name));
        let element = field.and_then(|field| model.elements.get(field.element.index()));
        let below = element.map(|element| element.type_);
        let item = below.and_then(|below| values.array_item(below));
        let below = item.or(below);
        let value = match &one.content {
            Content::Null
                if element.is_some_and(|element| element.nillable) && must.contains(&one.name) =>
            {
                Json::Null
            }
            Content::Null => continue,
            Content::Value(value) => simple(values, below, value),
            Content::Children(children) => arrange(values, below, children),
        };
        if item.is_some() || field.is_some_and(|field| field.repeated) {
            match object
                .entry(one.name.clone())
                .or_insert_with(|| Json::Array(Vec::new()))
            {
                Json::Array(items) => items.push(value),
                other => *other = value,
            }
        } else {
            object.insert(one.name.clone(), value);
        }
    }
    // An array that must be there is, where it has no items too.
    for name in &must {
        if object.contains_key(name) {
            continue;
        }
        let field = shape.and_then(|shape| shape.field_by_key(name));
        let element = field.and_then(|field| model.elements.get(field.element.index()));
        if element.is_some_and(|element| values.array_item(element.type_).is_some()) {
            object.insert(name.clone(), Json::Array(Vec::new()));
        }
    }
    Json::Object(object)
}

/// A single value as text of the target's type: an xs:boolean or number of any kind is written as it is, a date loses a time of
/// midnight or an unasked time when the target has none.
pub(super) fn simple(values: &Values, type_: Option<TypeId>, value: &Json) -> Json {
    let lexical = text(value);
    let (Some(text), Some(primitive)) = (
        lexical.as_str(),
        type_.and_then(|type_| primitive(values.model(), type_, 0)),
    ) else {
        return lexical;
    };
    match primitive {
        Builtin::Date
            if text.len() > 10 && matches!(text.as_bytes().get(10), Some(b'T' | b' ')) =>
        {
            text.get(..10).unwrap_or(text).into()
        }
        Builtin::DateTime if text.len() == 10 => format!("{text}T00:00:00").into(),
        Builtin::DateTime if text.as_bytes().get(10) == Some(&b' ') => {
            text.replacen(' ', "T", 1).into()
        }
        _ => lexical,
    }
}

fn primitive(model: &Model, type_: TypeId, depth: usize) -> Option<Builtin> {
    use soapstone_schema::model::Content as Model_;
    match model.types.get(type_.index())? {
        Type::Simple(simple) => match simple.variety {
            Variety::Atomic(builtin) => Some(builtin),
            _ => None,
        },
        Type::Complex(complex) => match complex.content {
            Model_::Simple(inner) if depth < 4 => primitive(model, inner, depth + 1),
            _ => None,
        },
    }
}

fn text(value: &Json) -> Json {
    match value {
        Json::String(_) | Json::Null => value.clone(),
        other => other.to_string().into(),
    }
}
