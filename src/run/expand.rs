//! Related rows: for all rows of a level at once, in batches, never one query a row.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use super::error::Failure;
use super::session::{Session, Sink};
use super::value_of;
use crate::call::Value;
use crate::catalog::{Catalog, Column, Dialect, SqlType, TableId};
use crate::plan::{self, BATCH, ExpandRead};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::{Related, Rows};

/// Fetches the relations of rows of a table, and theirs, into [`Rows::related`].
pub(crate) async fn expand(
    session: &mut Session,
    catalog: &Catalog,
    rows: &mut Rows,
    reads: &[ExpandRead],
) -> Result<(), Failure> {
    let mut left = catalog.limits.related_rows;
    expand_level(session, catalog, rows, reads, &mut left).await
}

/// Boxed since it calls itself; the depth is bounded by the plan.
fn expand_level<'a>(
    session: &'a mut Session,
    catalog: &'a Catalog,
    rows: &'a mut Rows,
    reads: &'a [ExpandRead],
    left: &'a mut u32,
) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>> {
    Box::pin(async move {
        for read in reads {
            let mut related = fetch(session, catalog, rows, read, left).await?;
            expand_level(session, catalog, &mut related.rows, &read.expand, left).await?;
            rows.related.push(related);
        }
        Ok(())
    })
}

async fn fetch(
    session: &mut Session,
    catalog: &Catalog,
    rows: &Rows,
    read: &ExpandRead,
    left: &mut u32,
) -> Result<Related, Failure> {
    let columns: Vec<(Link, Link)> = read
        .columns
        .iter()
        .map(|(own, other)| links(catalog, read.table, rows, *own, *other))
        .collect();
    let mut parents: Vec<Vec<Value>> = Vec::new();
    let mut places: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for index in 0..rows.len() {
        let values: Vec<Value> = read
            .columns
            .iter()
            .map(|(own, _)| rows.cell(index, *own).map_or(Value::Null, value_of))
            .collect();
        // A key with a NULL in it refers to nothing.
        if values.contains(&Value::Null) {
            continue;
        }
        let matched = places
            .entry(match_key(&values, columns.iter().map(|(own, _)| own)))
            .or_default();
        if matched.is_empty() {
            parents.push(values);
        }
        matched.push(index);
    }
    let mut found = Rows::new(read.shape.columns.clone());
    let batch = if catalog.dialect == Dialect::Postgres {
        10_000
    } else {
        BATCH
    };
    for some in parents.chunks(batch) {
        let statement = plan::related(catalog, read, some, *left)?;
        let before = found.len();
        let bytes = catalog.limits.answer_bytes();
        let mut sink = Sink::first(&mut found, usize::MAX, bytes);
        session
            .fetch(&statement, Some(&read.shape), &mut sink)
            .await?;
        if sink.over() {
            let (what, limit) = ("bytes of related records", bytes as u64);
            return Err(RunError::new(RunErrorKind::Limit { what, limit }).into());
        }
        let count = u32::try_from(found.len() - before).unwrap_or(u32::MAX);
        let limit = u64::from(catalog.limits.related_rows);
        *left = left.checked_sub(count).ok_or_else(|| {
            RunError::new(RunErrorKind::Limit {
                what: "related records",
                limit,
            })
        })?;
    }
    let mut of = vec![Vec::new(); rows.len()];
    for index in 0..found.len() {
        let values: Vec<Value> = read
            .columns
            .iter()
            .map(|(_, other)| found.cell(index, *other).map_or(Value::Null, value_of))
            .collect();
        for parent in places
            .get(&match_key(&values, columns.iter().map(|(_, other)| other)))
            .into_iter()
            .flatten()
        {
            if let Some(list) = of.get_mut(*parent) {
                list.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
    }
    Ok(Related {
        relation: read.relation,
        rows: found,
        of,
    })
}

/// How the values of a column are brought to a form in which equal ones are the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Plain,
    /// `1.50` is `1.5`.
    Decimal,
    /// Trailing blanks do not count.
    Padded,
    /// Case does not count either: MySQL's usual collations.
    Folded,
}

fn links(
    catalog: &Catalog,
    table: TableId,
    _rows: &Rows,
    _own: usize,
    other: usize,
) -> (Link, Link) {
    // Both ends have types that the database compares; the referenced one says how.
    let column = catalog
        .table(table)
        .and_then(|table| table.columns.get(other));
    let link = column.map_or(Link::Plain, |column| link(catalog.dialect, column));
    (link, link)
}

fn link(dialect: Dialect, column: &Column) -> Link {
    match (dialect, column.sql_type.base()) {
        (_, SqlType::Decimal { .. }) => Link::Decimal,
        (Dialect::Postgres, SqlType::Text { .. }) => Link::Padded,
        (Dialect::Mysql, SqlType::Text { .. } | SqlType::Enum { .. }) => Link::Folded,
        _ => Link::Plain,
    }
}

fn match_key<'l>(values: &[Value], links: impl Iterator<Item = &'l Link>) -> Vec<String> {
    let text = |(value, link): (&Value, &Link)| match value {
        Value::Text(text) => match link {
            Link::Plain => text.clone(),
            Link::Decimal if text.contains('.') => {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Link::Decimal => text.clone(),
            Link::Padded => text.trim_end_matches(' ').to_owned(),
            Link::Folded => text.trim_end_matches(' ').to_lowercase(),
        },
        other => format!("{other:?}"),
    };
    values.iter().zip(links).map(text).collect()
}
