//! Fields of the command line put into the JSON of a request, by the schema's shapes.

use serde_json::{Map, Value as Json};
use soapstone_schema::model::TypeId;
use soapstone_schema::value::{Root, Values};

use super::Failure;

/// The fields of one part of an rpc request, without the part's name.
pub(super) fn of_part(fields: &[String], part: &str) -> Vec<String> {
    let rest = |field: &String| {
        let after = field.strip_prefix(part)?;
        match after.strip_prefix('.') {
            Some(inside) => Some(inside.to_owned()),
            None if after.starts_with('=') || after.starts_with(":=") => Some(after.to_owned()),
            None => None,
        }
    };
    fields.iter().filter_map(rest).collect()
}

/// Puts each field into the request.
pub(super) fn put(
    values: &Values,
    json: Json,
    root: &Root,
    fields: &[String],
) -> Result<Json, Failure> {
    let type_ = match root {
        Root::Element(element) => values
            .model()
            .elements
            .get(element.index())
            .map(|element| element.type_),
        Root::Type { type_, .. } => Some(*type_),
    };
    let complex = type_.is_some_and(|type_| values.shape(type_).is_some());
    let mut json = if json.is_null() && complex {
        Json::Object(Map::new())
    } else {
        json
    };
    for field in fields {
        let (path, value) = split(field)?;
        put_one(values, &mut json, type_, path, value)?;
    }
    Ok(json)
}

fn split(field: &str) -> Result<(&str, Json), Failure> {
    let at = field
        .find('=')
        .ok_or_else(|| Failure::new(format!("{field:?} is not name=value")))?;
    let (path, value) = (
        field.get(..at).unwrap_or_default(),
        field.get(at + 1..).unwrap_or_default(),
    );
    match path.strip_suffix(':') {
        Some(path) => {
            let json = serde_json::from_str(value)
                .map_err(|error| Failure::new(format!("{field}: {error}")))?;
            Ok((path, json))
        }
        None => Ok((path, Json::String(value.to_owned()))),
    }
}

fn put_one(
    values: &Values,
    json: &mut Json,
    type_: Option<TypeId>,
    path: &str,
    value: Json,
) -> Result<(), Failure> {
    let mut at = json;
    let mut type_ = type_;
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    for (index, step) in steps.iter().enumerate() {
        let last = index + 1 == steps.len();
        let (name, number) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
            Some((name, number)) => (name, number.parse::<usize>().ok()),
            None => (*step, None),
        };
        let field = type_
            .and_then(|type_| values.shape(type_))
            .and_then(|shape| shape.field_by_key(name));
        let repeated = field.is_some_and(|field| field.repeated);
        type_ = field
            .and_then(|field| values.model().elements.get(field.element.index()))
            .map(|element| element.type_);
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        let Some(object) = at.as_object_mut() else {
            return Err(Failure::new(format!("{path}: {name} is no element")));
        };
        let slot = object.entry(name).or_insert(Json::Null);
        if !repeated {
            at = slot;
            continue;
        }
        if !slot.is_array() {
            *slot = Json::Array(Vec::new());
        }
        let Some(items) = slot.as_array_mut() else {
            return Err(Failure::new(format!("{path}: {name} is no list")));
        };
        // A repeated name at the end of a path adds one more; on the way it is the last one, or the one that [n] picks.
        let place = number.unwrap_or(if last {
            items.len()
        } else {
            items.len().saturating_sub(1)
        });
        if place > 10_000 {
            return Err(Failure::new(format!("{path}: there are not that many")));
        }
        while items.len() <= place {
            items.push(Json::Null);
        }
        let Some(item) = items.get_mut(place) else {
            return Err(Failure::new(format!("{path}: {name} is no list")));
        };
        at = item;
    }
    *at = value;
    Ok(())
}
