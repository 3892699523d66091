//! The text of a simple value, of JSON.

use serde_json::Value as Json;
use soapstone::name::QName;

use super::read::Path;
use super::{JsonError, JsonProblem};
use crate::model::{Builtin, TypeId};
use crate::simple::{self, Kind};
use crate::value::{Text, Values};

impl Values {
    pub(super) fn text_of(
        &self,
        json: &Json,
        type_: TypeId,
        path: &Path,
    ) -> Result<Text, JsonError> {
        let compiled = self.simple.get(self.model(), type_);
        let lexical = match json {
            Json::Array(items) => {
                let words: Option<Vec<String>> = items.iter().map(scalar).collect();
                words.map(|words| words.join(" "))
            }
            json => scalar(json),
        };
        let lexical = lexical.ok_or_else(|| {
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
            Err(violation) => {
                // JSON may write a whole number or a decimal with an exponent; XSD does not.
                if let (Json::Number(_), Some(plain)) = (json, without_exponent(&lexical))
                    && let Ok(checked) = compiled.check(&plain, &())
                {
                    return Ok(Text {
                        value: Some(checked.value),
                        lexical: plain,
                    });
                }
                Err(path.error(JsonProblem::Value(Box::new(violation))))
            }
        }
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

/// Writes out a number with an exponent of up to 400 either way.
fn without_exponent(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent
        .parse()
        .ok()
        .filter(|exponent: &i32| exponent.abs() <= 400)?;
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let length = i32::try_from(digits.len()).ok()?;
    let text = if point <= 0 {
        let zeroes = "0".repeat(usize::try_from(-point).ok()?);
        ["0.", &zeroes, &digits].concat()
    } else if point >= length {
        let zeroes = "0".repeat(usize::try_from(point - length).ok()?);
        [digits.as_str(), &zeroes].concat()
    } else {
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
        if fraction.bytes().all(|digit| digit == b'0') {
            whole.to_owned()
        } else {
            [whole, ".", fraction].concat()
        }
    };
    Some([sign, &text].concat())
}
