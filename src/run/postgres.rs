//! Runs statements on PostgreSQL; [`super::binary`] reads the values.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Column as _, Executor, PgConnection, Postgres, Row, ValueRef};

use super::binary::{self, Form};
use super::session::{Executed, Sink};
use super::text;
use crate::catalog::SqlType;
use crate::plan::{Bind, Kind, RawCell, Shape, Statement, VersionFrom};
use crate::rows::Rows;

/// Runs a statement and pushes its rows; without a shape with their names.
pub(crate) async fn fetch(
    connection: &mut PgConnection,
    statement: &Statement,
    shape: Option<&Shape>,
    sink: &mut Sink<'_>,
) -> Result<(), sqlx::Error> {
    let query = bound(statement);
    let mut stream = connection.fetch(query);
    let mut decodes: Option<Vec<Form>> = None;
    while let Some(row) = stream.try_next().await? {
        let forms = decodes.get_or_insert_with(|| forms(&row));
        match shape {
            Some(shape) => push_row(&row, forms, shape, sink)?,
            None => {
                let mark = sink.rows.mark();
                for (index, form) in forms.iter().enumerate() {
                    push_value(&row, index, *form, &SqlType::Other, sink.rows)?;
                }
                sink.end_named(mark, &row);
            }
        }
        if sink.full() {
            break;
        }
    }
    Ok(())
}

/// Runs a statement and keeps each of its rows by itself.
pub(crate) async fn fetch_each(
    connection: &mut PgConnection,
    statement: &Statement,
    shape: &Shape,
) -> Result<Vec<Rows>, sqlx::Error> {
    let mut stream = connection.fetch(bound(statement));
    let mut decodes: Option<Vec<Form>> = None;
    let mut all = Vec::new();
    while let Some(row) = stream.try_next().await? {
        let forms = decodes.get_or_insert_with(|| forms(&row));
        let mut rows = Rows::new(Arc::clone(&shape.columns));
        push_row(&row, forms, shape, &mut Sink::all(&mut rows))?;
        all.push(rows);
    }
    Ok(all)
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

fn forms(row: &PgRow) -> Vec<Form> {
    row.columns()
        .iter()
        .map(|column| binary::form(column.type_info().oid().map_or(25, |oid| oid.0)))
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
    let mut raw = width;
    let mut version = Vec::new();
    if shape.version == VersionFrom::Xmin {
        if let Some(xmin) = bytes(row, width)?.and_then(|bytes| bytes.first_chunk()) {
            text::unsigned(&mut version, u32::from_be_bytes(*xmin).into());
        }
        raw += 1;
    }
    sink.end_row(
        mark,
        std::str::from_utf8(&version).unwrap_or_default(),
        shape.version == VersionFrom::Digest,
    );
    if sink.wants_tail() {
        let mut values = Vec::with_capacity(shape.raw);
        for index in raw..raw + shape.raw {
            values.push(match bytes(row, index)? {
                None => RawCell::Null,
                Some(bytes) => RawCell::Text(String::from_utf8_lossy(bytes).into_owned()),
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
    match bytes(row, index)? {
        Some(bytes) => binary::push(rows, form, sql_type, bytes),
        None => rows.push_null(),
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
