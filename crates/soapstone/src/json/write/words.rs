//! The words of a text as JSON: numbers with their digits, and where a text says more than a number of JSON.

use serde_json::{Number, Value};

use crate::json::read::plain;

/// Tells whether a type takes a list with its numbers as JSON has them.
pub(super) fn is_taken_list(items: &[Value], spell: fn(&str) -> Option<String>) -> bool {
    let words: Option<Vec<String>> = items.iter().map(plain).collect();
    let text = words.map(|words| words.join(" "));
    text.is_some_and(|text| spell(&text).is_some_and(|spelled| spelled == text))
}

/// The items of a list with the words of the text in place of some.
pub(super) fn as_words(
    items: Vec<Value>,
    text: &str,
    is_other: impl Fn(&Value, &str) -> bool,
) -> Vec<Value> {
    let words = items.into_iter().zip(text.split_ascii_whitespace());
    let item = |(item, word)| match is_other(&item, word) {
        true => Value::String(word.to_owned()),
        false => item,
    };
    words.map(item).collect()
}

/// Tells whether the truths and numbers of a value stand in JSON as in its text.
pub(super) fn is_text_of(json: &Value, text: &str) -> bool {
    match json {
        Value::Number(number) => {
            serde_json::from_str(text).is_ok_and(|read: Number| read == *number)
        }
        Value::Bool(truth) => truth.to_string() == text,
        Value::Array(items) => {
            let mut words = items.iter().zip(text.split_ascii_whitespace());
            words.all(|(item, word)| is_text_of(item, word))
        }
        _ => true,
    }
}

/// A number with its very digits, in the way that JSON writes numbers: no `+`, no leading zeros, a digit before the point.
pub(super) fn number(text: &str) -> Value {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.trim_start_matches('0');
    let zero = if rest.starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        "0"
    };
    let written = format!("{sign}{zero}{}", rest.strip_suffix('.').unwrap_or(rest));
    match serde_json::from_str::<Number>(&written) {
        Ok(number) => Value::Number(number),
        Err(_) => Value::String(text.to_owned()),
    }
}
