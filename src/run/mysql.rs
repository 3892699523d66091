//! Runs statements on MySQL and MariaDB and reads their binary values.

use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{AssertSqlSafe, Column as _, Decode, Executor, MySql, MySqlConnection, Row, TypeInfo};

use super::session::{Executed, Sink};
use super::text;
use crate::catalog::SqlType;
use crate::plan::{Bind, Kind, Shape, Statement, VersionFrom};
use crate::rows::Rows;

/// Runs a statement and pushes its rows; without a shape those of all its result sets, with their names.
pub(crate) async fn fetch(
    connection: &mut MySqlConnection,
    statement: &Statement,
    shape: Option<&Shape>,
    sink: &mut Sink<'_>,
) -> Result<(), sqlx::Error> {
    let mut stream = connection.fetch(bound(statement));
    let mut forms: Option<Vec<Form>> = None;
    while let Some(row) = stream.try_next().await? {
        let mark = sink.rows.mark();
        let Some(shape) = shape else {
            for (index, form) in forms_of(&row).into_iter().enumerate() {
                push_value(&row, index, form, &SqlType::Other, sink.rows)?;
            }
            sink.end_named(mark, &row);
            if sink.full() {
                break;
            }
            continue;
        };
        let forms = forms.get_or_insert_with(|| forms_of(&row));
        for (index, (form, sql_type)) in forms.iter().zip(&shape.reads).enumerate() {
            push_value(&row, index, *form, sql_type, sink.rows)?;
        }
        sink.end_row(mark, "", shape.version == VersionFrom::Digest);
        if sink.wants_tail() {
            let width = shape.columns.len();
            let mut cells = Rows::default();
            let types = sink.tail_types();
            for (place, sql_type) in types.iter().enumerate() {
                let form = forms.get(width + place).copied().unwrap_or(Form::Text);
                push_value(&row, width + place, form, sql_type, &mut cells)?;
            }
            cells.end_row(0, "");
            sink.tail(cells.row(0).map(super::session::raw_cell).collect());
        }
        if sink.full() {
            break;
        }
    }
    Ok(())
}

/// Runs a statement and counts the rows that it met.
pub(crate) async fn execute(
    connection: &mut MySqlConnection,
    statement: &Statement,
) -> Result<Executed, sqlx::Error> {
    let done = connection.execute(bound(statement)).await?;
    Ok(Executed {
        rows: done.rows_affected(),
        last_id: Some(done.last_insert_id()).filter(|id| *id != 0),
    })
}

fn bound(statement: &Statement) -> sqlx::query::Query<'static, MySql, MySqlArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql.clone()));
    for bind in &statement.binds {
        query = match bind {
            Bind::Null(Kind::Bytes) => query.bind(None::<Vec<u8>>),
            Bind::Null(Kind::Text) => query.bind(None::<String>),
            Bind::Null(Kind::Single | Kind::Double) => query.bind(None::<f64>),
            Bind::Null(_) => query.bind(None::<i64>),
            Bind::Text(text) => query.bind(text.clone()),
            Bind::Short(number) => query.bind(*number),
            Bind::Int(number) => query.bind(*number),
            Bind::Long(number) => query.bind(*number),
            Bind::Unsigned(number) => query.bind(*number),
            Bind::Single(number) => query.bind(*number),
            Bind::Double(number) => query.bind(*number),
            Bind::Bool(truth) => query.bind(*truth),
            Bind::Bytes(bytes) => query.bind(bytes.clone()),
            // Only PostgreSQL's statements have arrays.
            Bind::Texts(_) | Bind::ByteArrays(_) => query.bind(None::<String>),
        };
    }
    query
}

/// How the bytes of a result column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Signed,
    Unsigned,
    Float,
    Double,
    Year,
    Bit,
    Date,
    Moment,
    Time,
    Binary,
    Text,
}

fn forms_of(row: &MySqlRow) -> Vec<Form> {
    let form = |name: &str| match name {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => Form::Signed,
        "FLOAT" => Form::Float,
        "DOUBLE" => Form::Double,
        "YEAR" => Form::Year,
        "BIT" => Form::Bit,
        "DATE" => Form::Date,
        "DATETIME" | "TIMESTAMP" => Form::Moment,
        "TIME" => Form::Time,
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" | "GEOMETRY" => {
            Form::Binary
        }
        name if name.ends_with("UNSIGNED") => Form::Unsigned,
        _ => Form::Text,
    };
    row.columns()
        .iter()
        .map(|column| form(column.type_info().name()))
        .collect()
}

fn push_value(
    row: &MySqlRow,
    index: usize,
    form: Form,
    sql_type: &SqlType,
    rows: &mut Rows,
) -> Result<(), sqlx::Error> {
    // Asking the value whether it is NULL would take a zero date for one.
    let Ok(bytes) = <&[u8] as Decode<'_, MySql>>::decode(row.try_get_raw(index)?) else {
        rows.push_null();
        return Ok(());
    };
    match form {
        Form::Signed if matches!(sql_type, SqlType::Integer { unsigned: true, .. }) => {
            unsigned(rows, bytes)
        }
        Form::Signed => text::push_integer(rows, signed(bytes)),
        Form::Unsigned => unsigned(rows, bytes),
        Form::Float => match bytes.first_chunk::<4>() {
            Some(bytes) => text::push_single(rows, f32::from_le_bytes(*bytes)),
            None => rows.push_misfit(bytes),
        },
        Form::Double => match bytes.first_chunk::<8>() {
            Some(bytes) => text::push_double(rows, f64::from_le_bytes(*bytes)),
            None => rows.push_misfit(bytes),
        },
        Form::Year => rows.push_with(|out| text::four_digits(out, signed(bytes))),
        Form::Bit => bits(rows, bytes, sql_type),
        // A row without declared types has the columns' own.
        Form::Date if *sql_type == SqlType::Other => date(rows, bytes, &SqlType::Date),
        Form::Date | Form::Moment => date(rows, bytes, sql_type),
        Form::Time => time(rows, bytes),
        Form::Binary if matches!(sql_type, SqlType::Bytes { .. } | SqlType::Other) => {
            match (sql_type, std::str::from_utf8(bytes)) {
                // A value without declared type: texts of functions are binary at times.
                (SqlType::Other, Ok(value)) => rows.push_text(value),
                _ => rows.push_bytes(bytes),
            }
        }
        Form::Binary | Form::Text => match std::str::from_utf8(bytes) {
            Ok(value) => push_text(rows, sql_type, value),
            Err(_) => rows.push_misfit(bytes),
        },
    }
    Ok(())
}

fn push_text(rows: &mut Rows, sql_type: &SqlType, value: &str) {
    match sql_type {
        SqlType::Set { .. } => {
            let labels = value.split(',').filter(|label| !label.is_empty());
            // Pushing texts does not fail.
            let _: Result<(), ()> = rows.push_list(|rows| {
                labels.for_each(|label| rows.push_text(label));
                Ok(())
            });
        }
        // Out parameters come as text: bring times to their form, and singles, which a session variable holds as doubles, to theirs.
        SqlType::Float32 => match value.parse::<f64>() {
            Ok(number) => text::push_single(rows, number as f32),
            Err(_) => rows.push_misfit(value.as_bytes()),
        },
        SqlType::Timestamp { zone } if value.get(10..11) == Some(" ") => {
            rows.push_text(&format!(
                "{}{}",
                value.replacen(' ', "T", 1),
                if *zone { "Z" } else { "" }
            ));
        }
        SqlType::Bytes { .. } => rows.push_bytes(value.as_bytes()),
        _ => rows.push_text(value),
    }
}

/// A little-endian integer of 1, 2, 4 or 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    match bytes {
        [a] => i64::from(*a as i8),
        [a, b] => i64::from(i16::from_le_bytes([*a, *b])),
        [a, b, c, d] => i64::from(i32::from_le_bytes([*a, *b, *c, *d])),
        _ => bytes
            .first_chunk::<8>()
            .map_or(0, |bytes| i64::from_le_bytes(*bytes)),
    }
}

fn unsigned(rows: &mut Rows, bytes: &[u8]) {
    let number = bytes
        .iter()
        .rev()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    rows.push_with(|out| text::unsigned(out, number));
}

fn bits(rows: &mut Rows, bytes: &[u8], sql_type: &SqlType) {
    let length = match sql_type {
        SqlType::Bit {
            length: Some(length),
            ..
        } => *length as usize,
        _ => bytes.len() * 8,
    };
    let number = bytes
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    rows.push_with(|out| {
        out.extend(
            (0..length.min(64))
                .rev()
                .map(|place| b'0' + (number >> place & 1) as u8),
        )
    });
}

/// A date or datetime: a length, then year, month, day, hour, minute, second, microseconds as far as they are not zero.
fn date(rows: &mut Rows, bytes: &[u8], sql_type: &SqlType) {
    let at = |index: usize| bytes.get(index).copied().map_or(0, i64::from);
    let year = at(1) | at(2) << 8;
    let (month, day) = (at(3), at(4));
    let micros = at(8) | at(9) << 8 | at(10) << 16 | at(11) << 24;
    let only_date = *sql_type == SqlType::Date;
    let write = |out: &mut Vec<u8>, separator: u8| {
        text::four_digits(out, year);
        out.push(b'-');
        out.extend_from_slice(format!("{month:02}-{day:02}").as_bytes());
        if !only_date {
            out.push(separator);
            text::clock(out, at(5), at(6), at(7), micros);
        }
    };
    if year == 0 || month == 0 || day == 0 {
        let mut stored = Vec::new();
        write(&mut stored, b' ');
        rows.push_misfit(&stored);
        return;
    }
    let zone = matches!(sql_type, SqlType::Timestamp { zone: true });
    rows.push_with(|out| {
        write(out, b'T');
        if zone {
            out.push(b'Z');
        }
    });
}

/// A time: a length, then sign, days, hours, minutes, seconds, microseconds. It goes beyond one day, where it is a misfit.
fn time(rows: &mut Rows, bytes: &[u8]) {
    let at = |index: usize| bytes.get(index).copied().map_or(0, i64::from);
    let four =
        |index: usize| at(index) | at(index + 1) << 8 | at(index + 2) << 16 | at(index + 3) << 24;
    let (negative, hours) = (at(1) == 1, four(2) * 24 + at(6));
    if negative || hours > 23 {
        let mut stored = format!("{}{hours:02}", if negative { "-" } else { "" }).into_bytes();
        let mut rest = Vec::new();
        text::clock(&mut rest, 0, at(7), at(8), four(9));
        stored.extend_from_slice(rest.get(2..).unwrap_or_default());
        rows.push_misfit(&stored);
        return;
    }
    rows.push_with(|out| text::clock(out, hours, at(7), at(8), four(9)));
}
