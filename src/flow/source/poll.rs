//! Polling, for tables where triggers are not allowed: rows whose version or time column has grown since the last look.
//!
//! Its promise is weaker than the change log's. It never sees a deleted row, sees only the last of several changes between two looks,
//! and misses a row that is committed with a value further back than the overlap, or without a value. Rows within the overlap are
//! found again each time, and are known by key and value.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::call::{Call, Condition, Filter, OrderBy, Query, Reply, Value};
use crate::capture::log::{Change, Fields, Kind, Page};
use crate::catalog::{Catalog, SqlType, Table, TableId};
use crate::database::Database;
use crate::plan::plan;
use crate::run::run;
use crate::store::StoreError;

use crate::flow::{FlowError, record};

/// Looks at a table.
pub struct Poll {
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// The table.
    pub table: TableId,
    /// The column that grows.
    pub column: usize,
    /// The time between two looks.
    pub every: Duration,
    /// How far to look back: seconds for a time, else units of the column.
    pub overlap: u32,
}

/// How far a flow has looked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    /// This look begins here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    from: Option<String>,
    /// The page of this look that comes next.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cursor: Option<String>,
    /// The largest value that was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    seen: Option<String>,
}

/// Tells what keeps a column from being polled.
pub fn unfit(table: &Table, column: usize) -> Option<String> {
    let described = table.columns.get(column)?;
    if !matches!(
        described.sql_type.base(),
        SqlType::Integer { .. } | SqlType::Timestamp { .. }
    ) {
        return Some(format!(
            "`{}` is neither a whole number nor a time",
            described.name
        ));
    }
    let bytes = table
        .key
        .iter()
        .flatten()
        .filter_map(|index| table.columns.get(*index))
        .find(|column| matches!(column.sql_type.base(), SqlType::Bytes { .. }));
    bytes.map(|column| {
        format!(
            "{} can't be polled: its key `{}` is of bytes",
            table.name, column.name
        )
    })
}

impl Poll {
    pub(super) async fn page(
        &self,
        database: &Database,
        position: &str,
        limit: u32,
    ) -> Result<Page, FlowError> {
        let at = read(position)?;
        let table = self
            .catalog
            .table(self.table)
            .ok_or_else(|| FlowError::Records("the table is gone".to_owned()))?;
        let filter = at.from.clone().map(|from| Filter {
            columns: vec![(self.column, Condition::Ge(Value::Text(from)))],
            ..Filter::default()
        });
        let query = Call::Query(Query {
            table: self.table,
            filter: Some(filter.unwrap_or_else(|| Filter {
                columns: vec![(self.column, Condition::IsNull(false))],
                ..Filter::default()
            })),
            order: vec![OrderBy {
                column: self.column,
                descending: false,
            }],
            fields: Vec::new(),
            expand: Vec::new(),
            page_size: Some(limit.into()),
            cursor: at.cursor.clone(),
        });
        let plan = plan(&self.catalog, &query).map_err(|error| unread(&error))?;
        let reply = run(database, &self.catalog, &plan)
            .await
            .map_err(|error| unread(&error))?;
        let Reply::Page { rows, next } = reply else {
            return Err(FlowError::Records("no page was answered".to_owned()));
        };
        let found = record::records(&self.catalog, self.table, &rows);
        let changes: Vec<Change> = found
            .iter()
            .filter_map(|row| self.change(table, row))
            .collect();
        let last = changes.last().and_then(|change| change.version.clone());
        let seen = last.or(at.seen.clone());
        let full = next.is_some();
        let next = match next {
            Some(cursor) => Position {
                from: at.from,
                cursor: Some(cursor),
                seen,
            },
            None => Position {
                from: seen.as_deref().map(|seen| self.back(seen)),
                cursor: None,
                seen,
            },
        };
        Ok(Page {
            changes,
            next: write(&next),
            full,
        })
    }

    /// A row as a change; its version is the column's value.
    fn change(&self, table: &Table, row: &Json) -> Option<Change> {
        let value = |index: &usize| -> Option<(String, String)> {
            let name = &table.columns.get(*index)?.name;
            Some((name.clone(), record::text(row.get(name)?)))
        };
        let key: Fields = table
            .key
            .iter()
            .flatten()
            .map(|index| value(index).map(|(name, value)| (name, Some(value))))
            .collect::<Option<_>>()?;
        Some(Change {
            id: 0,
            at: 0,
            schema: table.schema.clone(),
            table: table.name.clone(),
            kind: Kind::Update,
            key,
            columns: None,
            before: None,
            after: None,
            origin: None,
            correlation: None,
            version: Some(value(&self.column)?.1),
        })
    }

    /// Where the next look begins: the largest value less the overlap; what can't be reckoned with begins at itself.
    fn back(&self, seen: &str) -> String {
        back(seen, self.overlap).unwrap_or_else(|| seen.to_owned())
    }
}

fn back(seen: &str, overlap: u32) -> Option<String> {
    if let Ok(number) = seen.parse::<i128>() {
        return Some((number - i128::from(overlap)).to_string());
    }
    let span = jiff::SignedDuration::from_secs(i64::from(overlap));
    if let Ok(moment) = seen.parse::<jiff::Timestamp>() {
        return moment
            .checked_sub(span)
            .ok()
            .map(|moment| moment.to_string());
    }
    let civil: jiff::civil::DateTime = seen.parse().ok()?;
    civil.checked_sub(span).ok().map(|civil| civil.to_string())
}

fn unread(error: &dyn std::fmt::Display) -> FlowError {
    FlowError::Records(error.to_string())
}

fn read(position: &str) -> Result<Position, FlowError> {
    if position.is_empty() {
        return Ok(Position::default());
    }
    let told = position.strip_prefix("p:");
    told.and_then(|told| serde_json::from_str(told).ok())
        .ok_or_else(|| StoreError::Cursor(position.to_owned()).into())
}

fn write(position: &Position) -> String {
    // Texts only: it can always be written.
    format!("p:{}", serde_json::to_string(position).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_begins_an_overlap_before_the_largest_value() {
        assert_eq!(back("100", 60).as_deref(), Some("40"));
        assert_eq!(
            back("2026-01-02T00:00:30Z", 60).as_deref(),
            Some("2026-01-01T23:59:30Z")
        );
        assert_eq!(
            back("2026-01-02T00:00:30.25", 60).as_deref(),
            Some("2026-01-01T23:59:30.25")
        );
        assert_eq!(back("soon", 60), None);
    }

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let position = Position {
            from: Some("7".to_owned()),
            cursor: Some("c".to_owned()),
            seen: None,
        };
        let read = read(&write(&position)).expect("a position");
        assert_eq!(read, position);
        assert!(super::read("n:7").is_err());
        assert_eq!(super::read("").expect("the start"), Position::default());
    }
}
