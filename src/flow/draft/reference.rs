//! Where an answer tells what the destination calls a record, by the names that its fields have. Pure.

use soapstone_schema::model::TypeId;
use soapstone_schema::value::Values;

use crate::flow::sink::contract::targets::is_simple;
use crate::flow::sink::contract::{Operation, type_of};

use super::likeness::Words;

/// Where the answer holds what the destination calls the record: the first value that is a number or an id by its name.
pub(super) fn reference(values: &Values, operation: &Operation) -> Option<String> {
    let body = operation.answer.as_ref()?;
    let (name, root) = body.parts.first()?;
    let type_ = type_of(values.model(), root)?;
    let start = match body.only() {
        Some(_) => "answer".to_owned(),
        None => member("answer", name),
    };
    naming(values, type_, &start, 0)
}

fn naming(values: &Values, type_: TypeId, path: &str, depth: usize) -> Option<String> {
    let shape = values.shape(type_).filter(|_| depth < 4)?;
    let model = values.model();
    let fields = || shape.fields.iter().filter(|field| !field.repeated);
    let type_of = |field: &soapstone_schema::value::Field| {
        let element = model.elements.get(field.element.index())?;
        Some(element.type_)
    };
    let named = fields().find(|field| {
        let words = Words::of(&field.key);
        type_of(field).is_some_and(|type_| is_simple(values, type_))
            && (words.holds("number") || words.holds("id"))
    });
    match named {
        Some(field) => Some(member(path, &field.key)),
        None => fields().find_map(|field| {
            naming(
                values,
                type_of(field)?,
                &member(path, &field.key),
                depth + 1,
            )
        }),
    }
}

/// `of.name`, or `of['name']` where the name is no identifier of an expression.
pub(super) fn member(of: &str, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    match plain {
        true => format!("{of}.{name}"),
        false => format!(
            "{of}['{}']",
            name.replace('\\', "\\\\").replace('\'', "\\'")
        ),
    }
}
