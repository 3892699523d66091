//! Reads one value by its type: lexical form and facets are checked, and nothing of it is changed but white space around it.

use soapstone::datatype::{
    Base64Binary, Datatype, DatatypeError, Date, DateTime, Decimal, Integer, Time, space,
};
use soapstone_schema::model::Builtin;

use super::cursor::{Cursor, RequestError, Slot};
use crate::call::Value;
use crate::contract::{Atomic, Contract, Kind, ValueType};

/// Reads the content of an element, to its end tag. The recursion is bounded by the type: composites cannot hold themselves.
pub(super) fn read(
    cursor: &mut Cursor<'_, '_>,
    contract: &Contract,
    type_: &ValueType,
    nillable: bool,
) -> Result<Value, RequestError> {
    if cursor.nil()? {
        return if nillable {
            Ok(Value::Null)
        } else {
            Err(cursor.error("InvalidValue", "it may not be nil"))
        };
    }
    let namespace = contract
        .named(type_)
        .map(|named| contract.namespace(named.namespace))
        .unwrap_or_default();
    match contract.kind(type_) {
        Kind::Atomic(atomic) => {
            let text = cursor.text()?;
            check(atomic, text).map_err(|message| cursor.error("InvalidValue", message))
        }
        Kind::List(item) => {
            let mut items = Vec::new();
            cursor.sequence(namespace, &[Slot::many("item")], |cursor, _| {
                items.push(read(cursor, contract, item, true)?);
                Ok(())
            })?;
            Ok(Value::List(items))
        }
        Kind::Composite(fields) => {
            let slots: Vec<Slot<'_>> = fields
                .iter()
                .map(|(element, _)| Slot::optional(element))
                .collect();
            let mut values = Vec::new();
            cursor.sequence(namespace, &slots, |cursor, index| {
                if let Some((_, type_)) = fields.get(index) {
                    values.push((index, read(cursor, contract, type_, true)?));
                }
                Ok(())
            })?;
            Ok(Value::Fields(values))
        }
    }
}

/// Reads an `xs:boolean`.
pub(super) fn boolean(cursor: &mut Cursor<'_, '_>) -> Result<bool, RequestError> {
    let text = cursor.text()?;
    match text.trim_ascii() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        other => Err(cursor.error(
            "InvalidValue",
            format!("{:?} is not an xs:boolean", shortened(other)),
        )),
    }
}

/// Checks a lexical form against a type and takes it as a value.
pub(super) fn check(atomic: &Atomic, text: String) -> Result<Value, String> {
    if atomic.builtin == Builtin::String {
        return check_text(atomic, text);
    }
    let lexical = space::trim(&text);
    let not = |error: DatatypeError| format!("{:?} is {error}", shortened(lexical));
    let out_of_range = || format!("{:?} is out of the range of the field", shortened(lexical));
    let as_it_is = || {
        Ok(Value::Text(
            lexical.strip_prefix('+').unwrap_or(lexical).to_owned(),
        ))
    };
    match atomic.builtin {
        Builtin::Boolean => match lexical {
            "true" | "1" => Ok(Value::Text("true".to_owned())),
            "false" | "0" => Ok(Value::Text("false".to_owned())),
            other => Err(format!("{:?} is not an xs:boolean", shortened(other))),
        },
        Builtin::Decimal => {
            let decimal = Decimal::parse(lexical).map_err(not)?;
            let (min, _) = atomic.range.unwrap_or_default();
            if min == Some(0) && decimal.is_negative() {
                return Err(out_of_range());
            }
            if let Some(most) = atomic.total_digits
                && decimal.total_digits() > u64::from(most)
            {
                return Err(format!(
                    "{:?} has more than {most} digits",
                    shortened(lexical)
                ));
            }
            if let Some(most) = atomic.fraction_digits
                && decimal.fraction_digits() > u64::from(most)
            {
                return Err(format!(
                    "{:?} has more than {most} digits after the point",
                    shortened(lexical)
                ));
            }
            as_it_is()
        }
        Builtin::Float => f32::parse(lexical).map_err(not).and_then(|_| as_it_is()),
        Builtin::Double => f64::parse(lexical).map_err(not).and_then(|_| as_it_is()),
        Builtin::Date => Date::parse(lexical).map_err(not).and_then(|_| as_it_is()),
        Builtin::Time => Time::parse(lexical).map_err(not).and_then(|_| as_it_is()),
        Builtin::DateTime => DateTime::parse(lexical)
            .map_err(not)
            .and_then(|_| as_it_is()),
        Builtin::Base64Binary => {
            let Base64Binary(bytes) = Base64Binary::parse(lexical).map_err(not)?;
            match atomic.max_length {
                Some(most) if bytes.len() > most as usize => {
                    Err(format!("{} bytes are more than {most}", bytes.len()))
                }
                _ => Ok(Value::Bytes(bytes)),
            }
        }
        builtin => {
            let integer = Integer::parse(lexical)
                .map_err(|_| format!("{:?} is not an xs:{}", shortened(lexical), builtin.name()))?;
            let (least, most) = bounds(builtin);
            let (min, max) = atomic.range.unwrap_or_default();
            let (least, most) = (min.map_or(least, i128::from), max.map_or(most, i128::from));
            match integer.to_i128() {
                Some(number) if (least..=most).contains(&number) => {
                    Ok(Value::Text(number.to_string()))
                }
                _ => Err(format!(
                    "{:?} is not from {least} to {most}",
                    shortened(lexical)
                )),
            }
        }
    }
}

fn check_text(atomic: &Atomic, text: String) -> Result<Value, String> {
    if !atomic.labels.is_empty() && !atomic.labels.contains(&text) {
        return Err(format!(
            "{:?} is none of {}",
            shortened(&text),
            atomic.labels.join(", ")
        ));
    }
    if let Some(most) = atomic.max_length
        && text.len() > most as usize
        && text.chars().count() > most as usize
    {
        return Err(format!(
            "{} characters are more than {most}",
            text.chars().count()
        ));
    }
    match atomic.pattern {
        Some(crate::contract::UUID) if !is_uuid(&text) => {
            Err(format!("{:?} is not a UUID", shortened(&text)))
        }
        Some(crate::contract::BITS) if !text.bytes().all(|byte| matches!(byte, b'0' | b'1')) => {
            Err(format!("{:?} is not a string of bits", shortened(&text)))
        }
        _ => Ok(Value::Text(text)),
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The range of a built-in integer type (XSD 1.0 part 2, 3.3).
fn bounds(builtin: Builtin) -> (i128, i128) {
    match builtin {
        Builtin::Byte => (i8::MIN.into(), i8::MAX.into()),
        Builtin::UnsignedByte => (0, u8::MAX.into()),
        Builtin::Short => (i16::MIN.into(), i16::MAX.into()),
        Builtin::UnsignedShort => (0, u16::MAX.into()),
        Builtin::Int => (i32::MIN.into(), i32::MAX.into()),
        Builtin::UnsignedInt => (0, u32::MAX.into()),
        Builtin::UnsignedLong => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

/// Cuts a value that goes into a message: the caller knows what it sent.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_by_type_and_facets() {
        let plain = Atomic::new;
        let money = Atomic {
            total_digits: Some(5),
            fraction_digits: Some(2),
            ..plain(Builtin::Decimal)
        };
        let short = Atomic {
            max_length: Some(3),
            ..plain(Builtin::String)
        };
        let uuid = Atomic {
            pattern: Some(crate::contract::UUID),
            ..plain(Builtin::String)
        };
        for (atomic, text, value) in [
            (plain(Builtin::Int), " +7 ", Some("7")),
            (plain(Builtin::Int), "2147483648", None),
            (
                plain(Builtin::UnsignedLong),
                "18446744073709551615",
                Some("18446744073709551615"),
            ),
            (plain(Builtin::Int), "ten", None),
            (plain(Builtin::Boolean), "1", Some("true")),
            (plain(Builtin::Boolean), "yes", None),
            (money.clone(), "123.450", Some("123.450")),
            (money.clone(), "1234.56", None),
            (money, "1.234", None),
            (short.clone(), "żółw", None),
            (short, "żół", Some("żół")),
            (plain(Builtin::Date), "2024-02-30", None),
            (
                plain(Builtin::DateTime),
                "2024-02-29T12:00:00",
                Some("2024-02-29T12:00:00"),
            ),
            (plain(Builtin::Double), "-INF", Some("-INF")),
            (
                uuid.clone(),
                "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
                Some("1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
            ),
            (uuid, "1b4e28ba", None),
        ] {
            let found = check(&atomic, text.to_owned());
            assert_eq!(
                found.clone().ok(),
                value.map(|value| Value::Text(value.to_owned())),
                "{text}: {found:?}"
            );
        }
    }
}
