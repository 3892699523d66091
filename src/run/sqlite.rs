//! Runs statements on SQLite and reads its values by their storage class, which the declared type does not bind.

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Decode, Executor, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::session::{Executed, Sink};
use super::text;
use crate::catalog::SqlType;
use crate::database::write_moment;
use crate::plan::{Bind, RawCell, Shape, Statement, VersionFrom};
use crate::rows::Rows;

/// Runs a statement and pushes its rows; without a shape with their names.
pub(crate) async fn fetch(
    connection: &mut SqliteConnection,
    statement: &Statement,
    shape: Option<&Shape>,
    sink: &mut Sink<'_>,
) -> Result<(), sqlx::Error> {
    let mut stream = connection.fetch(bound(statement));
    while let Some(row) = stream.try_next().await? {
        let mark = sink.rows.mark();
        let Some(shape) = shape else {
            for index in 0..row.columns().len() {
                push_value(&stored(&row, index)?, &SqlType::Any, sink.rows);
            }
            sink.end_named(mark, &row);
            if sink.full() {
                break;
            }
            continue;
        };
        for (index, sql_type) in shape.reads.iter().enumerate() {
            push_value(&stored(&row, index)?, sql_type, sink.rows);
        }
        sink.end_row(mark, "", shape.version == VersionFrom::Digest);
        if sink.wants_tail() {
            let width = shape.columns.len();
            let values = (width..width + shape.raw).map(|index| stored(&row, index).map(raw));
            sink.tail(values.collect::<Result<_, _>>()?);
        }
        if sink.full() {
            break;
        }
    }
    Ok(())
}

/// Runs a statement and counts the rows that it changed.
pub(crate) async fn execute(
    connection: &mut SqliteConnection,
    statement: &Statement,
) -> Result<Executed, sqlx::Error> {
    let done = connection.execute(bound(statement)).await?;
    Ok(Executed {
        rows: done.rows_affected(),
        last_id: None,
    })
}

fn bound(statement: &Statement) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql.clone()));
    for bind in &statement.binds {
        query = match bind {
            Bind::Null(_) | Bind::Texts(_) | Bind::ByteArrays(_) => query.bind(None::<String>),
            Bind::Text(text) => query.bind(text.clone()),
            Bind::Short(number) => query.bind(*number),
            Bind::Int(number) => query.bind(*number),
            Bind::Long(number) => query.bind(*number),
            Bind::Unsigned(number) => query.bind(number.to_string()),
            Bind::Single(number) => query.bind(f64::from(*number)),
            Bind::Double(number) => query.bind(*number),
            Bind::Bool(truth) => query.bind(*truth),
            Bind::Bytes(bytes) => query.bind(bytes.clone()),
        };
    }
    query
}

/// A value of a storage class.
enum Stored<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

fn stored(row: &SqliteRow, index: usize) -> Result<Stored<'_>, sqlx::Error> {
    let value: SqliteValueRef<'_> = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(Stored::Null);
    }
    let class = match value.type_info().name() {
        "INTEGER" => 'i',
        "REAL" => 'r',
        "TEXT" => 't',
        _ => 'b',
    };
    let decoded = match class {
        'i' => <i64 as Decode<'_, Sqlite>>::decode(value).map(Stored::Integer),
        'r' => <f64 as Decode<'_, Sqlite>>::decode(value).map(Stored::Real),
        't' => <&[u8] as Decode<'_, Sqlite>>::decode(value).map(Stored::Text),
        _ => <&[u8] as Decode<'_, Sqlite>>::decode(value).map(Stored::Blob),
    };
    decoded.map_err(sqlx::Error::Decode)
}

fn raw(value: Stored<'_>) -> RawCell {
    match value {
        Stored::Null => RawCell::Null,
        Stored::Integer(number) => RawCell::Long(number),
        Stored::Real(number) => RawCell::Double(number),
        Stored::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => RawCell::Text(text.to_owned()),
            Err(_) => RawCell::BadText(text.to_vec()),
        },
        Stored::Blob(bytes) => RawCell::Bytes(bytes.to_vec()),
    }
}

/// Pushes a value as its declared type, or as a misfit with SQLite's own text of it.
fn push_value(value: &Stored<'_>, sql_type: &SqlType, rows: &mut Rows) {
    match (value, sql_type) {
        (Stored::Null, _) => rows.push_null(),
        (Stored::Integer(0 | 1), SqlType::Boolean) => {
            rows.push_with(|out| {
                out.extend_from_slice(if matches!(value, Stored::Integer(1)) {
                    b"true"
                } else {
                    b"false"
                })
            });
        }
        (Stored::Integer(number), SqlType::Integer { .. } | SqlType::Float64 | SqlType::Any) => {
            text::push_integer(rows, *number);
        }
        (Stored::Integer(number), SqlType::Decimal { .. }) => {
            push_text(rows, sql_type, &number.to_string());
        }
        (Stored::Integer(number), _) => rows.push_misfit(number.to_string().as_bytes()),
        (Stored::Real(number), SqlType::Float64 | SqlType::Any) => text::push_double(rows, *number),
        (Stored::Real(number), SqlType::Decimal { .. }) if number.is_finite() => {
            // The shortest digits that mean this double, never an exponent, which xs:decimal has not.
            push_text(rows, sql_type, &format!("{number}"));
        }
        (Stored::Real(number), _) => rows.push_misfit(format!("{number:?}").as_bytes()),
        (Stored::Blob(bytes), SqlType::Bytes { length })
            if within(*length, bytes.len(), || bytes.len()) =>
        {
            rows.push_bytes(bytes);
        }
        (Stored::Blob(bytes), _) => rows.push_misfit(bytes),
        (Stored::Text(bytes), sql_type) => match std::str::from_utf8(bytes) {
            Ok(value) => push_text(rows, sql_type, value),
            Err(_) => rows.push_misfit(bytes),
        },
    }
}

fn push_text(rows: &mut Rows, sql_type: &SqlType, value: &str) {
    let fits = match sql_type {
        SqlType::Text { length, .. } => within(*length, value.len(), || value.chars().count()),
        SqlType::Json | SqlType::Any | SqlType::Other => true,
        SqlType::Decimal { .. } => is_decimal(value) && decimal_fits(sql_type, value),
        SqlType::Date => has_plain_year(value) && crate::plan::is_date(value),
        SqlType::Time { .. } => crate::plan::is_time(value),
        SqlType::Timestamp { .. } => has_plain_year(value) && crate::plan::is_date_time(value),
        SqlType::Uuid => {
            value.len() == 36 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        }
        _ => false,
    };
    if fits {
        rows.push_text(value);
    } else if let Some(moment) = write_moment(sql_type, value) {
        rows.push_text(&moment);
    } else {
        rows.push_misfit(value.as_bytes());
    }
}

/// Tells whether a date begins with a year of four digits, without a sign: no others are taken, and none else are in order as texts.
fn has_plain_year(value: &str) -> bool {
    value.as_bytes().get(4) == Some(&b'-')
}

/// Tells whether a text is no longer than its column, which SQLite itself does not ask.
fn within(most: Option<u32>, bytes: usize, count: impl FnOnce() -> usize) -> bool {
    most.is_none_or(|most| bytes <= most as usize || count() <= most as usize)
}

/// Tells whether a decimal has no more digits than its column, which SQLite itself does not ask.
fn decimal_fits(sql_type: &SqlType, value: &str) -> bool {
    let SqlType::Decimal {
        precision: Some(precision),
        scale,
        ..
    } = sql_type
    else {
        return true;
    };
    let unsigned = value.trim_start_matches(['+', '-']);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let whole = whole.trim_start_matches('0').len();
    let fraction = fraction.trim_end_matches('0').len();
    let scale = scale.unwrap_or(0) as usize;
    fraction <= scale && whole + fraction <= (*precision as usize).max(scale)
}

fn is_decimal(value: &str) -> bool {
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|b| *b == b'.').count();
    digits > 0 && points <= 1 && digits + points == unsigned.len()
}
