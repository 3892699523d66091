//! From a value's lexical form to what the driver sends, checked: exact, or an error that says what was expected.

use super::sql::{Bind, Kind, text_affinity};
use super::time::{self, Moment};
use crate::call::Value;
use crate::catalog::{Dialect, SqlType};
use crate::problem::PlanErrorKind;

/// Makes the bind for a value of a type.
pub(crate) fn bind(
    dialect: Dialect,
    sql_type: &SqlType,
    type_name: &str,
    value: &Value,
) -> Result<Bind, PlanErrorKind> {
    let base = sql_type.base();
    match value {
        Value::Null => Ok(Bind::Null(kind(dialect, base))),
        Value::Bytes(bytes) => match base {
            SqlType::Bytes { .. } | SqlType::Any => Ok(Bind::Bytes(bytes.clone())),
            _ => Err(wrong("binary content", "text")),
        },
        Value::Text(text) => text_bind(dialect, base, type_name, text),
        Value::List(items) => match (dialect, base) {
            (Dialect::Postgres, SqlType::Array { .. }) => Ok(Bind::Text(literal(base, value)?)),
            (Dialect::Mysql, SqlType::Set { labels }) => set(labels, items),
            _ => Err(wrong("a list", "one value")),
        },
        Value::Fields(_) => match (dialect, base) {
            (Dialect::Postgres, SqlType::Composite { .. }) => Ok(Bind::Text(literal(base, value)?)),
            _ => Err(wrong("a record", "one value")),
        },
    }
}

/// What a NULL of the type is sent as: the same as its values are.
pub(crate) fn kind(dialect: Dialect, sql_type: &SqlType) -> Kind {
    match (dialect, sql_type.base()) {
        (Dialect::Postgres, SqlType::Integer { bits: 16, .. }) => Kind::Short,
        (
            Dialect::Postgres,
            SqlType::Integer {
                bits: 32,
                unsigned: false,
            },
        ) => Kind::Int,
        (Dialect::Postgres, SqlType::Integer { unsigned: true, .. }) => Kind::Text,
        (_, SqlType::Integer { .. }) => Kind::Long,
        (Dialect::Postgres, SqlType::Boolean) => Kind::Bool,
        (_, SqlType::Boolean) => Kind::Long,
        (Dialect::Postgres, SqlType::Float32) => Kind::Single,
        (_, SqlType::Float32 | SqlType::Float64) => Kind::Double,
        (_, SqlType::Bytes { .. }) => Kind::Bytes,
        _ => Kind::Text,
    }
}

fn text_bind(
    dialect: Dialect,
    base: &SqlType,
    type_name: &str,
    text: &str,
) -> Result<Bind, PlanErrorKind> {
    if text.contains('\0') && dialect == Dialect::Postgres {
        return Err(wrong(text, "text without the character U+0000"));
    }
    match (dialect, base) {
        (_, SqlType::Boolean) => boolean(dialect, text),
        (_, SqlType::Integer { bits, unsigned }) => integer(dialect, *bits, *unsigned, text),
        (Dialect::Mysql, SqlType::Year) => integer(dialect, 16, false, text),
        (_, SqlType::Decimal { .. }) => decimal(dialect, type_name, text),
        (Dialect::Postgres, SqlType::Float32) => Ok(Bind::Single(float(text)? as f32)),
        // A single is compared with a double as the double that it is exactly.
        (_, SqlType::Float32) => finite(dialect, f64::from(float(text)? as f32), text),
        (_, SqlType::Float64) => finite(dialect, float(text)?, text),
        (Dialect::Mysql, SqlType::Bit { .. }) => u64::from_str_radix(text, 2)
            .map(Bind::Unsigned)
            .map_err(|_| wrong(text, "a text of 0 and 1")),
        (_, SqlType::Bit { .. }) if !text.bytes().all(|b| matches!(b, b'0' | b'1')) => {
            Err(wrong(text, "a text of 0 and 1"))
        }
        (Dialect::Sqlite, SqlType::Date | SqlType::Time { .. } | SqlType::Timestamp { .. }) => {
            sqlite_moment(base, text)
        }
        (_, SqlType::Date | SqlType::Time { .. } | SqlType::Timestamp { .. }) => {
            database_time(dialect, base, text).map(Bind::Text)
        }
        (Dialect::Mysql, SqlType::Set { labels }) => set(
            labels,
            &text
                .split(',')
                .map(|label| Value::Text(label.to_owned()))
                .collect::<Vec<_>>(),
        ),
        (_, SqlType::Enum { labels, .. }) if !labels.iter().any(|label| label == text) => {
            Err(wrong(text, "one of the field's values"))
        }
        (_, SqlType::Uuid) if !is_uuid(text) => Err(wrong(text, "a UUID")),
        (_, SqlType::Bytes { .. } | SqlType::Array { .. } | SqlType::Composite { .. }) => {
            Err(wrong(text, "of the field's type"))
        }
        (Dialect::Sqlite, SqlType::Interval) => Err(wrong(text, "of the field's type")),
        _ => Ok(Bind::Text(text.to_owned())),
    }
}

fn boolean(dialect: Dialect, text: &str) -> Result<Bind, PlanErrorKind> {
    let value = match text {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => return Err(wrong(text, "true or false")),
    };
    Ok(match dialect {
        Dialect::Postgres => Bind::Bool(value),
        _ => Bind::Long(i64::from(value)),
    })
}

fn integer(dialect: Dialect, bits: u8, unsigned: bool, text: &str) -> Result<Bind, PlanErrorKind> {
    let error = || wrong(text, "a whole number in the field's range");
    if unsigned && bits == 64 {
        return text.parse::<u64>().map(Bind::Unsigned).map_err(|_| error());
    }
    let value: i64 = text.parse().map_err(|_| error())?;
    let (least, most) = match unsigned {
        true => (0, (1_i64 << bits) - 1),
        false => (
            i64::MIN >> (64 - bits.min(64)),
            i64::MAX >> (64 - bits.min(64)),
        ),
    };
    if value < least || value > most {
        return Err(error());
    }
    Ok(match (dialect, bits) {
        (Dialect::Postgres, _) if unsigned => Bind::Text(value.to_string()),
        (Dialect::Postgres, 16) => Bind::Short(i16::try_from(value).map_err(|_| error())?),
        (Dialect::Postgres, 32) => Bind::Int(i32::try_from(value).map_err(|_| error())?),
        _ => Bind::Long(value),
    })
}

/// A decimal stays text, except where SQLite would make a float of it without asking: there only what a float keeps
/// exactly is taken.
fn decimal(dialect: Dialect, type_name: &str, text: &str) -> Result<Bind, PlanErrorKind> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|b| *b == b'.').count();
    if digits == 0 || points > 1 || digits + points != unsigned.len() {
        return Err(wrong(text, "a decimal number"));
    }
    if dialect != Dialect::Sqlite || text_affinity(type_name) {
        return Ok(Bind::Text(text.to_owned()));
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if fraction.bytes().all(|b| b == b'0')
        && let Ok(value) = text.split('.').next().unwrap_or_default().parse::<i64>()
    {
        return Ok(Bind::Long(value));
    }
    // A double keeps 15 significant decimal digits, whichever they are.
    let significant = format!("{whole}{fraction}")
        .trim_start_matches('0')
        .trim_end_matches('0')
        .len();
    match text.parse::<f64>() {
        Ok(value) if significant <= 15 => Ok(Bind::Double(value)),
        _ => Err(wrong(
            text,
            "a decimal of at most 15 digits, which is what SQLite keeps exactly in this column",
        )),
    }
}

fn float(text: &str) -> Result<f64, PlanErrorKind> {
    match text {
        "INF" => Ok(f64::INFINITY),
        "-INF" => Ok(f64::NEG_INFINITY),
        "NaN" => Ok(f64::NAN),
        // The standard parser also takes `inf`, `infinity` and `nan`, which XSD does not have.
        _ if text
            .bytes()
            .any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E')) =>
        {
            Err(wrong(text, "a number"))
        }
        _ => text.parse().map_err(|_| wrong(text, "a number")),
    }
}

fn finite(dialect: Dialect, value: f64, text: &str) -> Result<Bind, PlanErrorKind> {
    let keeps = match dialect {
        Dialect::Postgres => true,
        Dialect::Sqlite => !value.is_nan(),
        Dialect::Mysql => value.is_finite(),
    };
    if keeps {
        Ok(Bind::Double(value))
    } else {
        Err(wrong(text, "a number that the database keeps"))
    }
}

fn moment<'a>(base: &SqlType, text: &'a str) -> Result<Moment<'a>, PlanErrorKind> {
    let (moment, expected) = match base {
        SqlType::Date => (time::column_date(text), "a date (2024-12-31)"),
        SqlType::Time { .. } => (time::time(text), "a time (23:59:59)"),
        _ => (time::date_time(text), "a dateTime (2024-12-31T23:59:59)"),
    };
    moment.ok_or_else(|| wrong(text, expected))
}

/// A date or time as it is, which is how SQLite keeps it; what it and everybody else reads are years of four digits (SQLite,
/// lang_datefunc, 2), and no others have the order of their texts.
fn sqlite_moment(base: &SqlType, text: &str) -> Result<Bind, PlanErrorKind> {
    let moment = moment(base, text)?;
    let kept = match base {
        SqlType::Date => moment.date,
        _ => text,
    };
    match moment.date.len() {
        0 | 10 if !moment.date.starts_with('-') => Ok(Bind::Text(kept.to_owned())),
        _ => Err(wrong(text, "a year from 1 to 9999")),
    }
}

/// A date or time as PostgreSQL or MySQL reads it.
///
/// A column without zone takes no offset (`Z` is dropped: some stacks always write it); a column that is an instant does
/// not take a time without one.
pub(crate) fn database_time(
    dialect: Dialect,
    base: &SqlType,
    text: &str,
) -> Result<String, PlanErrorKind> {
    let moment = moment(base, text)?;
    let zone = matches!(
        base,
        SqlType::Time { zone: true } | SqlType::Timestamp { zone: true }
    );
    if zone && moment.zone.is_empty() {
        return Err(wrong(text, "a time with its time zone (Z or +01:00)"));
    }
    if !zone && !matches!(moment.zone, "" | "Z" | "+00:00" | "-00:00") {
        return Err(wrong(text, "a time without time zone"));
    }
    if dialect == Dialect::Mysql {
        return match base {
            SqlType::Date if !moment.date.starts_with('-') && moment.date.len() == 10 => {
                Ok(moment.date.to_owned())
            }
            SqlType::Time { .. } => Ok(moment.time.to_owned()),
            SqlType::Timestamp { .. } => {
                time::to_utc(moment).ok_or_else(|| wrong(text, "a year from 1 to 9999"))
            }
            _ => Err(wrong(text, "a year from 1 to 9999")),
        };
    }
    // PostgreSQL writes years before 1 with their era.
    let (date, era) = match moment.date.strip_prefix('-') {
        Some(date) => (date, " BC"),
        None => (moment.date, ""),
    };
    let separator = if date.is_empty() || moment.time.is_empty() {
        ""
    } else {
        " "
    };
    let zone = if zone { moment.zone } else { "" };
    Ok(format!("{date}{separator}{}{zone}{era}", moment.time))
}

fn set(labels: &[String], items: &[Value]) -> Result<Bind, PlanErrorKind> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Text(text) if labels.contains(text) => texts.push(text.as_str()),
            Value::Text(text) if text.is_empty() => {}
            Value::Text(text) => return Err(wrong(text, "one of the field's values")),
            _ => return Err(wrong("nil", "one of the field's values")),
        }
    }
    Ok(Bind::Text(texts.join(",")))
}

/// PostgreSQL's text of an array, a composite or what is in them (PostgreSQL, 8.15.2 and 8.16.2).
pub(crate) fn literal(sql_type: &SqlType, value: &Value) -> Result<String, PlanErrorKind> {
    match (sql_type.base(), value) {
        (SqlType::Array { item }, Value::List(items)) => {
            let mut text = "{".to_owned();
            for (index, value) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                match value {
                    Value::Null => text.push_str("NULL"),
                    value => quote(&mut text, &literal(item, value)?),
                }
            }
            text.push('}');
            Ok(text)
        }
        (SqlType::Composite { fields, .. }, Value::Fields(values)) => {
            let mut text = "(".to_owned();
            for (index, field) in fields.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                match values.iter().find(|(place, _)| *place == index) {
                    None | Some((_, Value::Null)) => {}
                    Some((_, value)) => quote(&mut text, &literal(&field.sql_type, value)?),
                }
            }
            text.push(')');
            Ok(text)
        }
        (SqlType::Bytes { .. }, Value::Bytes(bytes)) => {
            let mut text = "\\x".to_owned();
            for byte in bytes {
                text.push(char::from(
                    HEX.get(usize::from(byte >> 4)).copied().unwrap_or(b'0'),
                ));
                text.push(char::from(
                    HEX.get(usize::from(byte & 15)).copied().unwrap_or(b'0'),
                ));
            }
            Ok(text)
        }
        (base, Value::Text(text)) => match text_bind(Dialect::Postgres, base, "", text)? {
            Bind::Text(text) => Ok(text),
            _ => Ok(match text.as_str() {
                "INF" => "Infinity".to_owned(),
                "-INF" => "-Infinity".to_owned(),
                _ => text.clone(),
            }),
        },
        _ => Err(wrong("the value", "of the field's type")),
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn quote(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn wrong(value: &str, expected: &'static str) -> PlanErrorKind {
    let mut short: String = value.chars().take(60).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    PlanErrorKind::Value {
        value: format!("\"{short}\""),
        expected,
    }
}
