//! New rows, and what is read back of rows.

use super::error::Failure;
use super::session::{Session, Sink};
use super::value_of;
use super::write::table;
use crate::call::{Key, Value};
use crate::catalog::{Catalog, Dialect, Generation, Table, TableId, Versioning};
use crate::plan::{self, Insert, Source};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::Rows;

/// What is known of an inserted row.
pub(crate) struct Made {
    values: Vec<(usize, Value)>,
    version: Option<String>,
}

impl Made {
    pub(crate) fn of(rows: &Rows) -> Made {
        let values = rows
            .columns()
            .iter()
            .copied()
            .zip(rows.row(0).map(value_of))
            .collect();
        Made {
            values,
            version: Some(rows.version(0).to_owned()).filter(|version| !version.is_empty()),
        }
    }

    pub(crate) fn get(&self, column: usize) -> Option<&Value> {
        self.values
            .iter()
            .find(|(index, _)| *index == column)
            .map(|(_, value)| value)
    }

    /// The key; none where SQLite left a part of it NULL, which names no record.
    pub(crate) fn key(&self, table: &Table) -> Option<Key> {
        let key = table.key.as_ref()?;
        let values = key
            .iter()
            .map(|column| {
                self.get(*column)
                    .filter(|value| **value != Value::Null)
                    .cloned()
            })
            .collect::<Option<_>>()?;
        Some(Key {
            values,
            version: self.version.clone(),
        })
    }
}

/// Inserts a row and reads back its key, what related records refer to, and its version.
pub(crate) async fn insert(
    session: &mut Session,
    catalog: &Catalog,
    insert: &Insert,
    made: &[Made],
) -> Result<Made, Failure> {
    let target = table(catalog, insert.table)?;
    let mut values = Vec::with_capacity(insert.values.len());
    for (column, source) in &insert.values {
        let value = match source {
            Source::Given(value) => value.clone(),
            Source::Earlier { insert, column } => made
                .get(*insert)
                .and_then(|made| made.get(*column))
                .cloned()
                .unwrap_or(Value::Null),
        };
        values.push((*column, value));
    }
    if catalog.dialect == Dialect::Mysql {
        return insert_mysql(session, catalog, insert.table, target, values).await;
    }
    let shape = plan::written(target, insert.table);
    let statement = plan::insert_statement(catalog, insert.table, &values, Some(&shape))?;
    let rows = fetch(session, &statement, &shape).await?;
    if rows.is_empty() {
        // A trigger kept the row out.
        return Err(RunError::new(RunErrorKind::Raised(
            "the database did not take the record".to_owned(),
        ))
        .into());
    }
    let row = Made::of(&rows);
    match (target.versioning, row.key(target)) {
        // The digest is over the row as triggers left it.
        (Versioning::Digest, Some(key)) => {
            reread(session, catalog, insert.table, target, &key.values, row).await
        }
        _ => Ok(row),
    }
}

/// MySQL has no `returning`: the key is what was given, its default (which is asked for before), or what `auto_increment` gave.
async fn insert_mysql(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    target: &Table,
    mut values: Vec<(usize, Value)>,
) -> Result<Made, Failure> {
    for column in target.key.iter().flatten() {
        if values.iter().any(|(index, _)| index == column) {
            continue;
        }
        if let Some((statement, shape)) = plan::default_statement(catalog, id, *column)? {
            let rows = fetch(session, &statement, &shape).await?;
            values.extend(rows.row(0).next().map(|cell| (*column, value_of(cell))));
        }
    }
    let statement = plan::insert_statement(catalog, id, &values, None)?;
    let executed = session.execute(&statement).await?;
    let mut row = Made {
        values,
        version: None,
    };
    let Some(key) = &target.key else {
        return Ok(row);
    };
    let mut known = true;
    for place in key {
        let given = row
            .get(*place)
            .is_some_and(|value| *value != Value::Null && *value != Value::Text("0".to_owned()));
        let column = target.columns.get(*place).filter(|_| !given);
        let Some(column) = column else {
            continue;
        };
        // A view has a default of 0 for what is numbered below; so has a column that nothing numbers.
        known &= column.default.is_none() && executed.last_id.is_some();
        if column.generation == Generation::Default {
            let number = executed.last_id.unwrap_or_default();
            row.values.retain(|(index, _)| index != place);
            row.values.push((*place, Value::Text(number.to_string())));
        }
    }
    let Some(found) = row.key(target) else {
        return Ok(row);
    };
    if !known {
        row.values.clear();
    }
    reread(session, catalog, id, target, &found.values, row).await
}

async fn reread(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    target: &Table,
    key: &[Value],
    otherwise: Made,
) -> Result<Made, Failure> {
    let pairs: Vec<(usize, Value)> = target
        .key
        .iter()
        .flatten()
        .copied()
        .zip(key.iter().cloned())
        .collect();
    let rows = find(session, catalog, id, &pairs, false).await?;
    Ok(match rows.len() {
        1 => Made::of(&rows),
        // SQLite tells what was given; triggers may have stored another key.
        0 if catalog.dialect == Dialect::Sqlite && target.kind.is_view() => Made {
            values: Vec::new(),
            version: None,
        },
        0 => otherwise,
        // Which of them is the new one, nobody knows.
        _ => Made {
            version: None,
            ..otherwise
        },
    })
}

pub(crate) async fn fetch(
    session: &mut Session,
    statement: &plan::Statement,
    shape: &plan::Shape,
) -> Result<Rows, Failure> {
    let mut rows = Rows::new(shape.columns.clone());
    session
        .fetch(statement, Some(shape), &mut Sink::all(&mut rows))
        .await?;
    Ok(rows)
}

/// The whole row with these values.
pub(crate) async fn find(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    values: &[(usize, Value)],
    lock: bool,
) -> Result<Rows, Failure> {
    let (statement, shape) = plan::find_statement(catalog, id, values, lock)?;
    fetch(session, &statement, &shape).await
}
