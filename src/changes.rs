//! `Changes{T}`: a page of the change log as a reply: each change with its key, and the record as it is now.
//!
//! The log tells that a row changed, the table tells what it is now: a reader that applies the records in order ends with the table.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::call::{Call, Condition, Filter, Key, Query, Reply, Value};
use crate::capture::log::{self, Change, Kind};
use crate::catalog::{Catalog, SqlType, TableId};
use crate::database::Database;
use crate::plan::plan;
use crate::rows::Rows;
use crate::run;
use crate::store::StoreError;

/// What `Changes{T}` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The table.
    pub table: TableId,
    /// Where the page before ended; without it from the start of what is kept.
    pub since: Option<String>,
    /// Changes in the page.
    pub page_size: Option<u64>,
}

/// A page of changes.
#[derive(Debug, Default)]
pub struct Changed {
    /// The changes, in order.
    pub changes: Vec<Happened>,
    /// The records that the changes are about, as they are now.
    pub rows: Rows,
    /// Where the next page starts.
    pub next: String,
}

/// One change.
#[derive(Debug)]
pub struct Happened {
    /// What happened.
    pub kind: Kind,
    /// To which record.
    pub key: Key,
    /// When, as an `xs:dateTime`.
    pub at: String,
    /// The record's row, where it is still there.
    pub row: Option<usize>,
}

/// Reads a page of the change log, and the records in one query.
pub async fn read(
    database: &Database,
    catalog: &Catalog,
    asked: &Changes,
) -> Result<Changed, StoreError> {
    let Some(table) = catalog.table(asked.table) else {
        return Ok(Changed::default());
    };
    let limits = &catalog.limits;
    let size = asked
        .page_size
        .unwrap_or_else(|| limits.page_size.into())
        .min(limits.page_size_limit.into());
    let mut limit = u32::try_from(size).unwrap_or(limits.page_size_limit);
    let columns = table.key.as_deref().unwrap_or_default();
    let types: Vec<(&str, &SqlType)> = columns
        .iter()
        .filter_map(|index| table.columns.get(*index))
        .map(|column| (column.name.as_str(), &column.sql_type))
        .collect();
    let (page, keys, rows) = loop {
        let page = log::changes(
            database,
            (&table.schema, &table.name),
            asked.since.as_deref(),
            limit,
        )
        .await?;
        let keys: Vec<Vec<Value>> = page
            .changes
            .iter()
            .map(|change| key(change, &types))
            .collect();
        let (rows, whole) = current(database, catalog, asked.table, columns, &keys).await;
        if whole || limit <= 1 {
            break (page, keys, rows);
        }
        // The records are more bytes than a page holds: fewer changes are asked for.
        limit = u32::try_from(rows.len())
            .unwrap_or(limit)
            .min(limit / 2)
            .max(1);
    };
    let mut places: HashMap<Vec<Value>, usize> = HashMap::new();
    for row in 0..rows.len() {
        let values = columns
            .iter()
            .map(|column| rows.cell(row, *column).map_or(Value::Null, run::value_of))
            .collect();
        places.insert(values, row);
    }
    let happened = |(change, values): (Change, Vec<Value>)| Happened {
        kind: change.kind,
        at: Timestamp::from_millisecond(change.at)
            .map(|at| at.to_string())
            .unwrap_or_default(),
        row: places
            .get(&values)
            .copied()
            .filter(|_| change.kind != Kind::Delete),
        key: Key {
            values,
            version: None,
        },
    };
    Ok(Changed {
        changes: page.changes.into_iter().zip(keys).map(happened).collect(),
        rows,
        next: page.next,
    })
}

/// The key of a change, as values of its columns' types.
fn key(change: &Change, types: &[(&str, &SqlType)]) -> Vec<Value> {
    let value = |(name, sql_type): &(&str, &SqlType)| {
        let text = change
            .key
            .iter()
            .find(|(known, _)| known == name)
            .and_then(|(_, value)| value.clone());
        match (text, sql_type.base()) {
            (None, _) => Value::Null,
            (Some(hex), SqlType::Bytes { .. }) => Value::Bytes(bytes(&hex)),
            (Some(text), _) => Value::Text(text),
        }
    };
    types.iter().map(value).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter_map(|c| c.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| Some(pair.first()? << 4 | pair.last()?))
        .collect()
}

/// The records with these keys, as they are now, and whether these are all: a page ends where it is many bytes. None where they cannot be
/// asked for.
async fn current(
    database: &Database,
    catalog: &Catalog,
    table: TableId,
    columns: &[usize],
    keys: &[Vec<Value>],
) -> (Rows, bool) {
    let mut distinct: Vec<&Vec<Value>> = keys.iter().collect();
    distinct.sort_by_cached_key(|key| format!("{key:?}"));
    distinct.dedup();
    if distinct.is_empty() {
        return (Rows::default(), true);
    }
    let filter = match columns {
        [column] => Filter {
            columns: vec![(
                *column,
                Condition::In(
                    distinct
                        .iter()
                        .filter_map(|key| key.first())
                        .cloned()
                        .collect(),
                ),
            )],
            ..Filter::default()
        },
        _ => {
            let one = |key: &&Vec<Value>| Filter {
                columns: columns
                    .iter()
                    .copied()
                    .zip(key.iter().cloned().map(Condition::Eq))
                    .collect(),
                ..Filter::default()
            };
            Filter {
                any_of: distinct.iter().map(one).collect(),
                ..Filter::default()
            }
        }
    };
    let query = Query {
        table,
        filter: Some(filter),
        order: Vec::new(),
        fields: Vec::new(),
        expand: Vec::new(),
        page_size: Some(distinct.len() as u64),
        cursor: None,
    };
    let Ok(plan) = plan(catalog, &Call::Query(query)) else {
        return (Rows::default(), true);
    };
    match run::run(database, catalog, &plan).await {
        Ok(Reply::Page { rows, next }) => (rows, next.is_none()),
        _ => (Rows::default(), true),
    }
}
