//! Runs statements on PostgreSQL and reads its binary values into their lexical forms, without a detour.

use std::fmt::Write as _;

use futures_util::TryStreamExt;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Column as _, Executor, PgConnection, Postgres, Row, ValueRef};

use super::session::{Executed, NamedRow, Sink};
use super::text;
use crate::catalog::SqlType;
use crate::plan::{Bind, Kind, Shape, Statement, VersionFrom, civil};
use crate::rows::Rows;

/// Runs a statement and pushes its rows.
pub(crate) async fn fetch(
    connection: &mut PgConnection,
    statement: &Statement,
    shape: &Shape,
    sink: &mut Sink<'_>,
) -> Result<(), sqlx::Error> {
    let query = bound(statement);
    let mut stream = connection.fetch(query);
    let mut decodes: Option<Vec<Form>> = None;
    while let Some(row) = stream.try_next().await? {
        let forms = decodes.get_or_insert_with(|| forms(&row));
        push_row(&row, forms, shape, sink)?;
        if sink.full() {
            break;
        }
    }
    Ok(())
}

/// Runs a statement and counts the rows that it changed.
pub(crate) async fn execute(
    connection: &mut PgConnection,
    statement: &Statement,
) -> Result<Executed, sqlx::Error> {
    let done = connection.execute(bound(statement)).await?;
    Ok(Executed {
        rows: done.rows_affected(),
        last_id: None,
    })
}

/// Runs a statement and answers every row by name, as text.
pub(crate) async fn fetch_named(
    connection: &mut PgConnection,
    statement: &Statement,
    limit: usize,
) -> Result<Vec<NamedRow>, sqlx::Error> {
    let query = bound(statement);
    let mut stream = connection.fetch(query);
    let mut found = Vec::new();
    while let Some(row) = stream.try_next().await? {
        let forms = forms(&row);
        let mut cells = Rows::default();
        let mut names = Vec::new();
        for (index, form) in forms.iter().enumerate() {
            push_value(&row, index, *form, &SqlType::Other, &mut cells)?;
            names.push(
                row.columns()
                    .get(index)
                    .map(|column| column.name().to_owned())
                    .unwrap_or_default(),
            );
        }
        cells.end_row(0, "");
        found.push(NamedRow { names, cells });
        if found.len() > limit {
            break;
        }
    }
    Ok(found)
}

fn bound(statement: &Statement) -> sqlx::query::Query<'static, Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql.clone()));
    for bind in &statement.binds {
        query = match bind {
            Bind::Null(Kind::Text) => query.bind(None::<String>),
            Bind::Null(Kind::Short) => query.bind(None::<i16>),
            Bind::Null(Kind::Int) => query.bind(None::<i32>),
            Bind::Null(Kind::Long) => query.bind(None::<i64>),
            Bind::Null(Kind::Single) => query.bind(None::<f32>),
            Bind::Null(Kind::Double) => query.bind(None::<f64>),
            Bind::Null(Kind::Bool) => query.bind(None::<bool>),
            Bind::Null(Kind::Bytes) => query.bind(None::<Vec<u8>>),
            Bind::Text(text) => query.bind(text.clone()),
            Bind::Short(number) => query.bind(*number),
            Bind::Int(number) => query.bind(*number),
            Bind::Long(number) => query.bind(*number),
            Bind::Unsigned(number) => query.bind(number.to_string()),
            Bind::Single(number) => query.bind(*number),
            Bind::Double(number) => query.bind(*number),
            Bind::Bool(truth) => query.bind(*truth),
            Bind::Bytes(bytes) => query.bind(bytes.clone()),
            Bind::Texts(texts) => query.bind(texts.clone()),
            Bind::ByteArrays(arrays) => query.bind(arrays.clone()),
        };
    }
    query
}

/// How the bytes of a result column are read: by the type that the server says, which is what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Bytes,
    Uuid,
    Numeric,
    Date,
    Time,
    Timestamp { zone: bool },
    JsonB,
    Text,
}

fn forms(row: &PgRow) -> Vec<Form> {
    let form = |oid: Option<Oid>| match oid.map_or(25, |oid| oid.0) {
        16 => Form::Bool,
        21 => Form::Int2,
        23 => Form::Int4,
        20 => Form::Int8,
        26 => Form::Oid,
        700 => Form::Float4,
        701 => Form::Float8,
        17 => Form::Bytes,
        2950 => Form::Uuid,
        1700 => Form::Numeric,
        1082 => Form::Date,
        1083 => Form::Time,
        1114 => Form::Timestamp { zone: false },
        1184 => Form::Timestamp { zone: true },
        3802 => Form::JsonB,
        _ => Form::Text,
    };
    row.columns()
        .iter()
        .map(|column| form(column.type_info().oid()))
        .collect()
}

fn push_row(
    row: &PgRow,
    forms: &[Form],
    shape: &Shape,
    sink: &mut Sink<'_>,
) -> Result<(), sqlx::Error> {
    let width = shape.columns.len();
    let mark = sink.rows.mark();
    for (index, (form, sql_type)) in forms.iter().zip(&shape.reads).enumerate() {
        push_value(row, index, *form, sql_type, sink.rows)?;
    }
    let mut version = String::new();
    let mut raw = width;
    if shape.version == VersionFrom::Xmin {
        if let Some(bytes) = bytes(row, width)? {
            let _ = write!(version, "{}", integer(bytes));
        }
        raw += 1;
    }
    sink.end_row(mark, &version, shape.version == VersionFrom::Digest);
    if sink.wants_tail() {
        let mut values = Vec::with_capacity(shape.raw);
        for index in raw..raw + shape.raw {
            values.push(match bytes(row, index)? {
                None => crate::plan::RawCell::Null,
                Some(bytes) => {
                    crate::plan::RawCell::Text(String::from_utf8_lossy(bytes).into_owned())
                }
            });
        }
        sink.tail(values);
    }
    Ok(())
}

fn push_value(
    row: &PgRow,
    index: usize,
    form: Form,
    sql_type: &SqlType,
    rows: &mut Rows,
) -> Result<(), sqlx::Error> {
    let Some(bytes) = bytes(row, index)? else {
        rows.push_null();
        return Ok(());
    };
    match form {
        Form::Bool => rows
            .push_with(|out| out.extend_from_slice(if bytes == [1] { b"true" } else { b"false" })),
        Form::Int2 | Form::Int4 | Form::Int8 => text::push_integer(rows, integer(bytes)),
        Form::Oid => text::push_integer(rows, integer(bytes) & 0xffff_ffff),
        Form::Float4 => text::push_single(rows, f32::from_bits(integer(bytes) as u32)),
        Form::Float8 => text::push_double(rows, f64::from_bits(integer(bytes) as u64)),
        Form::Bytes => rows.push_bytes(bytes),
        Form::Uuid => text::push_uuid(rows, bytes),
        Form::Numeric => numeric(rows, bytes),
        Form::Date => date(rows, integer(bytes)),
        Form::Time => rows.push_with(|out| time_of_day(out, integer(bytes))),
        Form::Timestamp { zone } => timestamp(rows, integer(bytes), zone),
        Form::JsonB => push_str(rows, bytes.get(1..).unwrap_or_default()),
        Form::Text => match std::str::from_utf8(bytes) {
            Ok(value) => text::push_parsed(rows, sql_type, value),
            Err(_) => rows.push_misfit(bytes),
        },
    }
    Ok(())
}

/// The bytes of a value whatever its type: sqlx's own decoding of bytes would refuse other types.
fn bytes(row: &PgRow, index: usize) -> Result<Option<&[u8]>, sqlx::Error> {
    let value = row.try_get_raw(index)?;
    Ok(if value.is_null() {
        None
    } else {
        value.as_bytes().ok()
    })
}

fn push_str(rows: &mut Rows, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => rows.push_text(text),
        Err(_) => rows.push_misfit(bytes),
    }
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
