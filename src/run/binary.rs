//! Reads PostgreSQL's binary values into their lexical forms, without a detour.
//!
//! A select casts what is not read here to text; what a `call` answers cannot be cast, so arrays, composites and ranges are.

use super::{literal, text};
use crate::catalog::SqlType;
use crate::plan::civil;
use crate::rows::{Cell, Rows};

/// How the bytes of a value are read: by the type that the server says, which is what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Bool,
    Integer,
    Oid,
    Float4,
    Float8,
    Bytes,
    Uuid,
    Numeric,
    Date,
    Time,
    TimeZone,
    Timestamp {
        zone: bool,
    },
    Interval,
    JsonB,
    Text,
    /// A range of such values; `many` where it is a multirange.
    Range {
        of: Of,
        many: bool,
    },
    /// By the type that the catalog says.
    Other,
}

/// What a range is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Integer,
    Numeric,
    Date,
    Timestamp { zone: bool },
}

/// The form of a type by its number (PostgreSQL, `pg_type.dat`), which is the same everywhere for what is built in.
pub(crate) fn form(oid: u32) -> Form {
    let range = |of: Of, many: bool| Form::Range { of, many };
    match oid {
        16 => Form::Bool,
        20 | 21 | 23 => Form::Integer,
        26 | 28 => Form::Oid,
        700 => Form::Float4,
        701 => Form::Float8,
        17 => Form::Bytes,
        2950 => Form::Uuid,
        1700 => Form::Numeric,
        1082 => Form::Date,
        1083 => Form::Time,
        1266 => Form::TimeZone,
        1114 => Form::Timestamp { zone: false },
        1184 => Form::Timestamp { zone: true },
        1186 => Form::Interval,
        3802 => Form::JsonB,
        18 | 19 | 25 | 114 | 142 | 705 | 1042 | 1043 => Form::Text,
        3904 | 3926 => range(Of::Integer, false),
        3906 => range(Of::Numeric, false),
        3908 => range(Of::Timestamp { zone: false }, false),
        3910 => range(Of::Timestamp { zone: true }, false),
        3912 => range(Of::Date, false),
        4451 | 4536 => range(Of::Integer, true),
        4532 => range(Of::Numeric, true),
        4533 => range(Of::Timestamp { zone: false }, true),
        4534 => range(Of::Timestamp { zone: true }, true),
        4535 => range(Of::Date, true),
        _ => Form::Other,
    }
}

/// The form of a type of its own: a domain's is that of what it constrains.
fn form_of(sql_type: &SqlType) -> Form {
    match sql_type {
        SqlType::Boolean => Form::Bool,
        SqlType::Integer { .. } => Form::Integer,
        SqlType::Decimal { .. } => Form::Numeric,
        SqlType::Float32 => Form::Float4,
        SqlType::Float64 => Form::Float8,
        SqlType::Date => Form::Date,
        SqlType::Time { zone: false } => Form::Time,
        SqlType::Time { zone: true } => Form::TimeZone,
        SqlType::Timestamp { zone } => Form::Timestamp { zone: *zone },
        SqlType::Interval => Form::Interval,
        SqlType::Uuid => Form::Uuid,
        SqlType::Bytes { .. } => Form::Bytes,
        SqlType::Array { .. } | SqlType::Composite { .. } => Form::Other,
        _ => Form::Text,
    }
}

/// Pushes a value.
pub(crate) fn push(rows: &mut Rows, form: Form, sql_type: &SqlType, bytes: &[u8]) {
    match form {
        Form::Bool => rows
            .push_with(|out| out.extend_from_slice(if bytes == [1] { b"true" } else { b"false" })),
        Form::Integer => text::push_integer(rows, integer(bytes)),
        Form::Oid => text::push_integer(rows, integer(bytes) & 0xffff_ffff),
        Form::Float4 => text::push_single(rows, f32::from_bits(integer(bytes) as u32)),
        Form::Float8 => text::push_double(rows, f64::from_bits(integer(bytes) as u64)),
        Form::Bytes => rows.push_bytes(bytes),
        Form::Uuid => text::push_uuid(rows, bytes),
        Form::Numeric => numeric(rows, bytes),
        Form::Date => date(rows, integer(bytes)),
        Form::Time => rows.push_with(|out| time_of_day(out, integer(bytes))),
        Form::TimeZone => time_zone(rows, bytes),
        Form::Timestamp { zone } => timestamp(rows, integer(bytes), zone),
        Form::Interval => interval(rows, bytes),
        Form::JsonB => push_str(rows, bytes.get(1..).unwrap_or_default()),
        Form::Text => match std::str::from_utf8(bytes) {
            Ok(value) => literal::push(rows, sql_type, value),
            Err(_) => rows.push_misfit(bytes),
        },
        Form::Range { of, many } => match ranges(of, many, bytes) {
            Some(text) => rows.push_text(&text),
            None => rows.push_misfit(bytes),
        },
        Form::Other => {
            let mark = rows.mark();
            if structure(rows, sql_type.base(), bytes).is_none() {
                rows.rewind(mark);
                rows.push_misfit(bytes);
            }
        }
    }
}

fn push_str(rows: &mut Rows, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => rows.push_text(text),
        Err(_) => rows.push_misfit(bytes),
    }
}

/// Arrays, composites and domains.
fn structure(rows: &mut Rows, sql_type: &SqlType, bytes: &[u8]) -> Option<()> {
    let mut rest = bytes;
    match sql_type {
        SqlType::Array { item } => {
            // Dimensions, a flag for NULL, the items' type, then the length and first index of each dimension.
            let (dimensions, _) = (word(&mut rest)?, word(&mut rest)?);
            let form = form(word(&mut rest)? as u32);
            let length = match dimensions {
                0 => 0,
                1 => {
                    let (length, first) = (word(&mut rest)?, word(&mut rest)?);
                    (first == 1).then_some(length)?
                }
                _ => return None,
            };
            rows.push_list(|rows| {
                (0..length).try_for_each(|_| cell(rows, form, item, &mut rest).ok_or(()))
            })
            .ok()
        }
        SqlType::Composite { fields, .. } => {
            let count = usize::try_from(word(&mut rest)?).ok()?;
            if count != fields.len() {
                return None;
            }
            rows.push_fields(|rows| {
                fields.iter().try_for_each(|field| {
                    let form = form(word(&mut rest).ok_or(())? as u32);
                    cell(rows, form, &field.sql_type, &mut rest).ok_or(())
                })
            })
            .ok()
        }
        base => {
            push(rows, form_of(base), base, bytes);
            Some(())
        }
    }
}

/// A value inside another: its length, or -1 for NULL, and its bytes.
fn cell(rows: &mut Rows, form: Form, sql_type: &SqlType, rest: &mut &[u8]) -> Option<()> {
    match counted(rest)? {
        None => rows.push_null(),
        Some(bytes) => push(rows, form, sql_type, bytes),
    }
    Some(())
}

fn word(rest: &mut &[u8]) -> Option<i32> {
    let (word, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(i32::from_be_bytes(*word))
}

fn counted<'b>(rest: &mut &'b [u8]) -> Option<Option<&'b [u8]>> {
    let Ok(length) = usize::try_from(word(rest)?) else {
        return Some(None);
    };
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Some(bytes))
}

/// A range, or all of a multirange, as PostgreSQL writes them.
fn ranges(of: Of, many: bool, bytes: &[u8]) -> Option<String> {
    let mut out = String::new();
    if !many {
        range(&mut out, of, bytes)?;
        return Some(out);
    }
    let mut rest = bytes;
    out.push('{');
    for index in 0..word(&mut rest)? {
        if index > 0 {
            out.push(',');
        }
        range(&mut out, of, counted(&mut rest)??)?;
    }
    out.push('}');
    Some(out)
}

/// Flags, then the bounds that there are (PostgreSQL, `range_send`).
fn range(out: &mut String, of: Of, bytes: &[u8]) -> Option<()> {
    const EMPTY: u8 = 0x01;
    const LOWER_IN: u8 = 0x02;
    const UPPER_IN: u8 = 0x04;
    const NO_LOWER: u8 = 0x08;
    const NO_UPPER: u8 = 0x10;
    let (flags, mut rest) = bytes.split_first()?;
    if flags & EMPTY != 0 {
        out.push_str("empty");
        return Some(());
    }
    out.push(if flags & LOWER_IN != 0 { '[' } else { '(' });
    if flags & NO_LOWER == 0 {
        bound(out, of, counted(&mut rest)??)?;
    }
    out.push(',');
    if flags & NO_UPPER == 0 {
        bound(out, of, counted(&mut rest)??)?;
    }
    out.push(if flags & UPPER_IN != 0 { ']' } else { ')' });
    Some(())
}

fn bound(out: &mut String, of: Of, bytes: &[u8]) -> Option<()> {
    let mut rows = Rows::default();
    let form = match of {
        Of::Integer => Form::Integer,
        Of::Numeric => Form::Numeric,
        Of::Date => Form::Date,
        Of::Timestamp { .. } => Form::Timestamp { zone: false },
    };
    push(&mut rows, form, &SqlType::Other, bytes);
    rows.end_row(0, "");
    match (rows.row(0).next()?, of) {
        // A moment has a space in it, so that it is quoted.
        (Cell::Text(text), Of::Timestamp { zone }) => {
            let zone = if zone { "+00" } else { "" };
            out.push_str(&format!("\"{}{zone}\"", text.replacen('T', " ", 1)));
        }
        (Cell::Text(text), _) => out.push_str(text),
        (Cell::Misfit(text), _) => out.push_str(std::str::from_utf8(text).ok()?),
        _ => return None,
    }
    Some(())
}

/// A big-endian integer of 2, 4 or 8 bytes.
fn integer(bytes: &[u8]) -> i64 {
    match bytes {
        [a, b] => i64::from(i16::from_be_bytes([*a, *b])),
        [a, b, c, d] => i64::from(i32::from_be_bytes([*a, *b, *c, *d])),
        _ => bytes
            .first_chunk::<8>()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes)),
    }
}

const MICROS_A_DAY: i64 = 86_400_000_000;
/// 2000-01-01 in days since 1970-01-01.
const EPOCH: i64 = 10_957;

fn date(rows: &mut Rows, days: i64) {
    match days {
        2_147_483_647 => rows.push_misfit(b"infinity"),
        -2_147_483_648 => rows.push_misfit(b"-infinity"),
        days => rows.push_with(|out| text::civil_date(out, civil(days + EPOCH))),
    }
}

fn timestamp(rows: &mut Rows, micros: i64, zone: bool) {
    match micros {
        i64::MAX => rows.push_misfit(b"infinity"),
        i64::MIN => rows.push_misfit(b"-infinity"),
        micros => rows.push_with(|out| {
            text::civil_date(out, civil(micros.div_euclid(MICROS_A_DAY) + EPOCH));
            out.push(b'T');
            time_of_day(out, micros.rem_euclid(MICROS_A_DAY));
            if zone {
                out.push(b'Z');
            }
        }),
    }
}

/// PostgreSQL's `24:00:00` is written as it is: XSD has it too.
fn time_of_day(out: &mut Vec<u8>, micros: i64) {
    let seconds = micros / 1_000_000;
    text::clock(
        out,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        micros % 1_000_000,
    );
}

/// A time of day, then the seconds that its zone is west.
fn time_zone(rows: &mut Rows, bytes: &[u8]) {
    let (time, zone) = bytes.split_at_checked(8).unwrap_or_default();
    let west = integer(zone);
    if west % 60 != 0 {
        return rows.push_misfit(bytes);
    }
    rows.push_with(|out| {
        time_of_day(out, integer(time));
        out.push(if west > 0 { b'-' } else { b'+' });
        let minutes = west.abs() / 60;
        out.extend_from_slice(format!("{:02}:{:02}", minutes / 60, minutes % 60).as_bytes());
    });
}

/// Microseconds, days and months, written as `intervalstyle = iso_8601` has them.
fn interval(rows: &mut Rows, bytes: &[u8]) {
    let (time, rest) = bytes.split_at_checked(8).unwrap_or_default();
    let (days, months) = rest.split_at_checked(4).unwrap_or_default();
    let (micros, days, months) = (integer(time), integer(days), integer(months));
    let mut out = String::from("P");
    let mut part = |number: i64, letter: char| {
        if number != 0 {
            out.push_str(&format!("{number}{letter}"));
        }
    };
    part(months / 12, 'Y');
    part(months % 12, 'M');
    part(days, 'D');
    if micros != 0 || out == "P" {
        out.push('T');
        let seconds = micros / 1_000_000;
        let mut part = |number: i64, letter: char| {
            if number != 0 {
                out.push_str(&format!("{number}{letter}"));
            }
        };
        part(seconds / 3600, 'H');
        part(seconds / 60 % 60, 'M');
        let fraction = (micros % 1_000_000).abs();
        if micros % 60_000_000 != 0 || micros == 0 {
            let sign = if micros < 0 { "-" } else { "" };
            let digits = format!("{}.{fraction:06}", (seconds % 60).abs());
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            out.push_str(&format!("{sign}{digits}S"));
        }
    }
    rows.push_text(&out);
}

/// Reads a numeric's base-10000 digits (PostgreSQL, `numeric_send`): every digit of the display scale is kept.
fn numeric(rows: &mut Rows, bytes: &[u8]) {
    let word = |index: usize| {
        bytes
            .get(index * 2..index * 2 + 2)
            .map_or(0, |b| i64::from(u16::from_be_bytes([b[0], b[1]])))
    };
    let (count, weight, sign, scale) = (word(0), word(1) as u16 as i16, word(2), word(3) as usize);
    match sign {
        0xC000 => return rows.push_misfit(b"NaN"),
        0xD000 => return rows.push_misfit(b"Infinity"),
        0xF000 => return rows.push_misfit(b"-Infinity"),
        _ => {}
    }
    let digit = |place: i64| {
        if (0..count).contains(&place) {
            word(4 + place as usize)
        } else {
            0
        }
    };
    rows.push_with(|out| {
        if sign == 0x4000 {
            out.push(b'-');
        }
        if weight < 0 {
            out.push(b'0');
        }
        for place in 0..=i64::from(weight) {
            let four = digit(place);
            if place == 0 {
                text::decimal(out, four);
            } else {
                text::four_digits(out, four);
            }
        }
        if scale > 0 {
            out.push(b'.');
            let end = out.len() + scale;
            let mut place = i64::from(weight) + 1;
            // Digits before the first group after the point are zeros where the weight is below -1.
            if weight < -1 {
                place = 0;
                for _ in 0..(-1 - i64::from(weight)) {
                    out.extend_from_slice(b"0000");
                }
            }
            while out.len() < end {
                text::four_digits(out, digit(place));
                place += 1;
            }
            out.truncate(end);
        }
    });
}
