//! The text of a simple value, of JSON.

use serde_json::Value as Json;
use soapstone::codec::{Simple, list_spellings, without_exponent};
use soapstone::datatype::Decimal;
use soapstone::name::QName;

use super::read::Path;
use super::{JsonError, JsonProblem};
use crate::model::{Builtin, TypeId};
use crate::simple::{self, Compiled, Kind, is_number};
use crate::value::{Text, Values};

impl Values {
    pub(super) fn text_of(
        &self,
        json: &Json,
        type_: TypeId,
        path: &Path,
    ) -> Result<Text, JsonError> {
        let compiled = self.simple.get(self.model(), type_);
        let lexical = spelled(json, compiled).ok_or_else(|| {
            path.error(JsonProblem::Expected {
                expected: "a text, a number or a boolean",
            })
        })?;
        if let Some(value) = names_in(&compiled.kind, &lexical) {
            return Ok(Text {
                lexical,
                value: Some(value),
            });
        }
        match compiled.check(&lexical, &()) {
            Ok(checked) => Ok(Text {
                value: Some(checked.value),
                lexical,
            }),
            Err(violation) => Err(path.error(JsonProblem::Value(Box::new(violation)))),
        }
    }
}

/// The text of JSON as the type takes it: JSON may write a number with an exponent, and has one text of a number or a truth,
/// where a pattern may ask for another.
fn spelled(json: &Json, type_: &Compiled) -> Option<String> {
    let is_taken =
        |text: &str| type_.check(text, &()).is_ok() || names_in(&type_.kind, text).is_some();
    match (json, &type_.kind) {
        (Json::Array(items), Kind::List(item)) => {
            let mut words = Vec::with_capacity(items.len());
            let mut is_refused = false;
            for one in items {
                // One word that the item's type does not take is enough for the list to be refused.
                let word = match is_refused {
                    true => Err(scalar(one)?),
                    false => word(one, item)?,
                };
                is_refused = word.is_err();
                words.push(word.unwrap_or_else(|refused| refused));
            }
            let text = words.join(" ");
            // A pattern of the whole list may ask for other texts of its items.
            let has_other_texts = matches!(
                item.kind,
                Kind::Atomic(builtin) if builtin == Builtin::Boolean || is_number(builtin)
            );
            let is_asked = has_other_texts && type_.has_patterns() && !is_refused;
            let other = match is_asked && !is_taken(&text) {
                true => list_spellings(&words).find(|other| is_taken(other)),
                false => None,
            };
            Some(other.unwrap_or(text))
        }
        (Json::Array(items), _) => {
            let words: Option<Vec<String>> = items.iter().map(scalar).collect();
            words.map(|words| words.join(" "))
        }
        _ => Some(word(json, type_)?.unwrap_or_else(|refused| refused)),
    }
}

/// The text of JSON that is no array, as the type takes it, or as it stands there where the type takes none.
fn word(json: &Json, type_: &Compiled) -> Option<Result<String, String>> {
    let own = scalar(json)?;
    if type_.check(&own, &()).is_ok() || names_in(&type_.kind, &own).is_some() {
        return Some(Ok(own));
    }
    Some(other_text(json, type_).ok_or(own))
}

/// Another text of a number or a truth that the type takes, where its values are such.
fn other_text(json: &Json, type_: &Compiled) -> Option<String> {
    let is_taken = |text: &String| type_.check(text, &()).is_ok();
    match (json, &type_.kind) {
        (_, Kind::Union(members)) => members
            .iter()
            .find_map(|member| other_text(json, member).filter(is_taken)),
        (Json::Bool(truth), Kind::Atomic(Builtin::Boolean)) => truth.other_texts().find(is_taken),
        (Json::Number(number), Kind::Atomic(builtin)) if is_number(*builtin) => {
            let text = number.to_string();
            let plain = without_exponent(&text).unwrap_or(text);
            if is_taken(&plain) {
                return Some(plain);
            }
            let number = Decimal::parse(&plain).ok().filter(|_| type_.has_patterns());
            number.and_then(|number| number.other_texts().find(is_taken))
        }
        _ => None,
    }
}

/// `{namespace}local` as a name.
pub(super) fn name_of(written: &str) -> QName {
    match written
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
    {
        Some((namespace, local)) => QName::new(namespace, local),
        None => QName::new("", written),
    }
}

/// The value of a type of names: JSON has no prefixes, so that names are written in full.
fn names_in(kind: &Kind, lexical: &str) -> Option<simple::Value> {
    match kind {
        Kind::Atomic(Builtin::QName) => Some(simple::Value::QName(name_of(lexical))),
        Kind::Atomic(Builtin::Notation) => Some(simple::Value::Notation(name_of(lexical))),
        Kind::List(item)
            if matches!(item.kind, Kind::Atomic(Builtin::QName)) || lexical.contains('{') =>
        {
            let words = lexical.split(' ').filter(|word| !word.is_empty());
            let items: Option<Vec<_>> = words
                .map(|word| {
                    names_in(&item.kind, word)
                        .or_else(|| item.check(word, &()).ok().map(|checked| checked.value))
                })
                .collect();
            let items = items.filter(|items| {
                items
                    .iter()
                    .any(|item| matches!(item, simple::Value::QName(_)))
            })?;
            Some(simple::Value::List(items))
        }
        Kind::Union(members) if lexical.starts_with('{') => members
            .iter()
            .find_map(|member| names_in(&member.kind, lexical)),
        _ => None,
    }
}

pub(super) fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
