//! The request of a call, made of JSON and fields, and its answer as JSON.

use serde_json::Value as Json;
use soapstone::soap::Version;
use soapstone::xml::{self, Reader};
use soapstone_schema::contract::OperationAt;
use soapstone_schema::validate;
use soapstone_schema::value::{Root, Values};

use crate::body::{Body, Reading, start};

use super::{Failure, fields};

/// The content of the request's body.
pub(super) fn request(
    values: &Values,
    bound: &OperationAt<'_>,
    version: Version,
    json: Json,
    given: &[String],
) -> Result<String, Failure> {
    let operation = bound.operation;
    let Some((message, how)) = operation.input.as_ref().zip(bound.bound.input.as_ref()) else {
        return Ok(String::new());
    };
    let body = Body::of(&operation.name, bound.bound, message, how);
    let parts = match body.only() {
        Some(root) => vec![(root.clone(), fields::put(values, json, root, given)?)],
        None => of_parts(values, &body.parts, &json, given)?,
    };
    body.write(values, version, &parts).map_err(Failure::new)
}

/// What is given for each part, by its name.
fn of_parts(
    values: &Values,
    parts: &[(String, Root)],
    json: &Json,
    given: &[String],
) -> Result<Vec<(Root, Json)>, Failure> {
    let stray = given.iter().find(|field| {
        let mut names = parts.iter().map(|(name, _)| name);
        names.all(|name| fields::of_part(std::slice::from_ref(field), name).is_empty())
    });
    if let Some(stray) = stray {
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        return Err(Failure::new(format!(
            "{stray}: no part of the request; they are {names}"
        )));
    }
    let part = |(name, root): &(String, Root)| {
        let json = json.get(name).cloned().unwrap_or(Json::Null);
        let json = fields::put(values, json, root, &fields::of_part(given, name))?;
        Ok((root.clone(), json))
    };
    parts.iter().map(part).collect()
}

/// The answer; the reader stands before the payload of the envelope that `text` is.
///
/// # Errors
/// What is not as the contract says.
pub(super) fn answer<'a>(
    values: &Values,
    bound: &OperationAt<'_>,
    text: &'a str,
    reader: &mut Reader<'a>,
) -> Result<Json, String> {
    let output = bound.operation.output.as_ref();
    let body = match output.zip(bound.bound.output.as_ref()) {
        Some((message, how)) => Body::of("", bound.bound, message, how),
        None => Body::default(),
    };
    let reading = Reading {
        limits: xml::Options::document(),
        checks: validate::Options::collect(),
    };
    let json = body.read(values, text, reader, &reading)?;
    // Values of the encoded form that are referred to stand beside the wrapper.
    if body.encoded && body.wrapper.is_some() {
        return Ok(json);
    }
    match start(reader).map_err(|error| error.to_string())? {
        Some(stray) => Err(format!("{} is no part of it", stray.local)),
        None => Ok(json),
    }
}
