//! Changes of rows that are there: update, upsert, delete, and the conflicts of stale versions.

use super::beside::{differing, refuse};
use super::error::{Failure, explain};
use super::insert::{Made, fetch, find, insert};
use super::session::Session;
use super::value_of;
use super::write::{done, table};
use crate::call::{Key, Outcome, Status, Value};
use crate::catalog::{Catalog, Dialect, SqlType, Table, TableId, Versioning};
use crate::plan::{self, Beside, Change, Upsert};
use crate::problem::{Conflict, Inner, Place, RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

fn key_pairs(target: &Table, values: &[Value]) -> Vec<(usize, Value)> {
    target
        .key
        .iter()
        .flatten()
        .copied()
        .zip(values.iter().cloned())
        .collect()
}

pub(crate) async fn update(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    change: &Change,
) -> Result<Key, Failure> {
    let target = table(catalog, id)?;
    let pairs = key_pairs(target, &change.key);
    if !change.beside.records.is_empty() {
        return Box::pin(update_beside(session, catalog, id, change, &pairs)).await;
    }
    if target.versioning == Versioning::Xmin && !change.set.is_empty() {
        let shape = plan::written(target, id);
        let statement = plan::update_statement(catalog, id, change, Some(&shape))?;
        let rows = fetch(session, &statement, &shape).await?;
        if rows.len() > 1 && target.key_may_repeat {
            return Err(several());
        }
        if !rows.is_empty() {
            let version = Some(rows.version(0).to_owned());
            return Ok(Key {
                values: change.key.clone(),
                version,
            });
        }
        let current = find(session, catalog, id, &pairs, false).await?;
        return Err(unchanged(
            target,
            current,
            &change.set,
            change.version.is_some(),
        ));
    }
    let current = find(session, catalog, id, &pairs, true).await?;
    check_version(target, current, &change.set, change.version.as_deref())?;
    if !change.set.is_empty() {
        let statement = plan::update_statement(
            catalog,
            id,
            &Change {
                version: None,
                ..change.clone()
            },
            None,
        )?;
        let executed = session.execute(&statement).await?;
        // What triggers do in the place of a write, SQLite does not count.
        if executed.rows == 0 && catalog.dialect == Dialect::Postgres {
            let current = find(session, catalog, id, &pairs, false).await?;
            return Err(unchanged(target, current, &change.set, false));
        }
    }
    let rows = find(session, catalog, id, &pairs, false).await?;
    Ok(Key {
        values: change.key.clone(),
        // A view may show it no longer.
        version: Some(rows.version(0).to_owned()).filter(|_| !rows.is_empty()),
    })
}

/// An update of a record that came with related ones, which are looked at and not written.
async fn update_beside(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    change: &Change,
    pairs: &[(usize, Value)],
) -> Result<Key, Failure> {
    let alone = Change {
        beside: Beside::default(),
        ..change.clone()
    };
    let mut row = find(session, catalog, id, pairs, true).await?;
    let before = differing(session, catalog, id, &mut row, &change.beside).await?;
    let key = Box::pin(update(session, catalog, id, &alone)).await?;
    if !before.is_empty() {
        let mut row = find(session, catalog, id, pairs, false).await?;
        let after = differing(session, catalog, id, &mut row, &change.beside).await?;
        refuse(id, &before, &after)?;
    }
    Ok(key)
}

/// Why a write met no row.
fn unchanged(target: &Table, current: Rows, set: &[(usize, Value)], versioned: bool) -> Failure {
    let kind = match (current.len(), versioned) {
        (0, _) => RunErrorKind::NotFound,
        (1, true) => conflict(target, current, set),
        // Row security or a trigger keeps the row as it is.
        (1, false) => RunErrorKind::Raised("the database did not take the change".to_owned()),
        _ => RunErrorKind::Several,
    };
    RunError::new(kind).into()
}

fn check_version(
    target: &Table,
    current: Rows,
    set: &[(usize, Value)],
    version: Option<&str>,
) -> Result<(), Failure> {
    if current.is_empty() {
        return Err(RunError::new(RunErrorKind::NotFound).into());
    }
    if current.len() > 1 {
        return Err(several());
    }
    match version {
        Some(version) if version != current.version(0) => {
            Err(RunError::new(conflict(target, current, set)).into())
        }
        _ => Ok(()),
    }
}

fn several() -> Failure {
    RunError::new(RunErrorKind::Several).into()
}

fn conflict(target: &Table, current: Rows, set: &[(usize, Value)]) -> RunErrorKind {
    let differs = |(column, given): &&(usize, Value)| {
        let sql_type = target
            .columns
            .get(*column)
            .map(|column| column.sql_type.base());
        !current
            .cell(0, *column)
            .is_some_and(|cell| same(sql_type, given, cell))
    };
    let differing = set
        .iter()
        .filter(differs)
        .map(|(column, _)| *column)
        .collect();
    RunErrorKind::Conflict(Box::new(Conflict { current, differing }))
}

/// Tells whether a given value means what is stored.
fn same(sql_type: Option<&SqlType>, given: &Value, cell: Cell<'_>) -> bool {
    same_value(sql_type, given, &value_of(cell))
}

pub(super) fn same_value(sql_type: Option<&SqlType>, given: &Value, stored: &Value) -> bool {
    let (given, stored) = match (given, stored) {
        (Value::Text(given), Value::Text(stored)) => (given, stored),
        (Value::List(given), Value::List(stored)) => {
            let item = match sql_type {
                Some(SqlType::Array { item }) => Some(item.base()),
                _ => None,
            };
            let mut pairs = given.iter().zip(stored);
            return given.len() == stored.len()
                && pairs.all(|(given, stored)| same_value(item, given, stored));
        }
        (Value::Fields(given), Value::Fields(stored)) => {
            let field = |index: usize| match sql_type {
                Some(SqlType::Composite { fields, .. }) => {
                    fields.get(index).map(|field| field.sql_type.base())
                }
                _ => None,
            };
            // An absent field is NULL.
            return stored.iter().all(|(index, stored)| {
                let given = given.iter().find(|(known, _)| known == index);
                let given = given.map_or(&Value::Null, |(_, given)| given);
                same_value(field(*index), given, stored)
            });
        }
        _ => return given == stored,
    };
    same_text(sql_type, given, stored)
}

pub(super) fn same_text(sql_type: Option<&SqlType>, given: &str, stored: &str) -> bool {
    if given == stored {
        return true;
    }
    match sql_type {
        Some(SqlType::Decimal { .. }) => crate::database::compare_decimals(given, stored).is_eq(),
        Some(SqlType::Integer { .. }) => given
            .parse::<i128>()
            .ok()
            .is_some_and(|given| stored.parse() == Ok(given)),
        Some(SqlType::Float32 | SqlType::Float64) => given
            .parse::<f64>()
            .ok()
            .is_some_and(|given| stored.parse() == Ok(given)),
        Some(SqlType::Boolean) => matches!((given, stored), ("1", "true") | ("0", "false")),
        Some(SqlType::Text { fixed: true, .. }) => {
            given.trim_end_matches(' ') == stored.trim_end_matches(' ')
        }
        Some(SqlType::Uuid) => given.eq_ignore_ascii_case(stored),
        Some(SqlType::Date | SqlType::Timestamp { .. } | SqlType::Time { .. }) => {
            let moment = |text: &str| plan::same_moment(text);
            moment(given).is_some_and(|given| moment(stored) == Some(given))
        }
        _ => false,
    }
}

pub(crate) async fn delete(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    key: &Key,
) -> Result<(), Failure> {
    let target = table(catalog, id)?;
    let pairs = key_pairs(target, &key.values);
    let view = target.kind.is_view();
    if view || (target.versioning == Versioning::Digest && key.version.is_some()) {
        let current = find(session, catalog, id, &pairs, true).await?;
        check_version(target, current, &[], key.version.as_deref())?;
    }
    let statement = plan::delete_statement(catalog, id, key)?;
    let executed = session
        .execute(&statement)
        .await
        .map_err(still_referenced)?;
    if view {
        // What triggers do in the place of a write, SQLite does not count.
        let current = find(session, catalog, id, &pairs, false).await?;
        return match current.is_empty() {
            true => Ok(()),
            false => Err(unchanged(target, current, &[], false)),
        };
    }
    if executed.rows == 0 {
        let current = find(session, catalog, id, &pairs, false).await?;
        return Err(unchanged(target, current, &[], key.version.is_some()));
    }
    // What a rule of PostgreSQL did in its place is counted too.
    if executed.rows > 1 && (target.key_may_repeat || catalog.dialect != Dialect::Postgres) {
        return Err(several());
    }
    Ok(())
}

/// SQLite does not say which end of a foreign key broke; in a delete it is the other.
fn still_referenced(failure: Failure) -> Failure {
    match &failure {
        Failure::Database(sqlx::Error::Database(error))
            if error.code().as_deref() == Some("787") =>
        {
            RunError {
                kind: RunErrorKind::StillReferenced(None),
                place: Place::default(),
                source: Some(Inner(std::sync::Arc::new(failure))),
            }
            .into()
        }
        _ => failure,
    }
}

/// How often an upsert looks again after another call inserted the same record.
const UPSERT_TRIES: u32 = 3;

pub(crate) async fn upsert(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    plan: &Upsert,
) -> Result<Outcome, Failure> {
    let target = table(catalog, id)?;
    for try_number in 1..=UPSERT_TRIES {
        let current = find(session, catalog, id, &plan.find, true).await?;
        if !current.is_empty() {
            let made = Made::of(&current);
            check_version(target, current, &plan.set, plan.version.as_deref())?;
            let Some(key) = made.key(target) else {
                return Err(RunError::new(RunErrorKind::Internal).into());
            };
            let change = Change {
                key: key.values,
                set: plan.set.clone(),
                version: None,
                beside: plan.beside.clone(),
            };
            let key = update(session, catalog, id, &change).await?;
            return Ok(done(Status::Updated, Some(key)));
        }
        let (None, Some(new)) = (&plan.version, &plan.insert) else {
            return Err(RunError::new(RunErrorKind::NotFound).into());
        };
        if !plan.beside.records.is_empty() {
            return Err(RunError::new(RunErrorKind::RelatedDiffers).into());
        }
        if target.transactional {
            session.plain("savepoint soapstone_upsert").await?;
        }
        match insert(session, catalog, new, &[]).await {
            Ok(made) => {
                if target.transactional {
                    session.plain("release savepoint soapstone_upsert").await?;
                }
                return Ok(done(Status::Created, made.key(target)));
            }
            Err(failure) if failure.lost() || failure.undone() => return Err(failure),
            Err(failure) => {
                if target.transactional {
                    session
                        .plain("rollback to savepoint soapstone_upsert")
                        .await?;
                }
                let error = explain(catalog, Some(id), failure);
                if !matches!(error.kind, RunErrorKind::Duplicate(_)) || try_number == UPSERT_TRIES {
                    return Err(error.into());
                }
            }
        }
    }
    Err(RunError::new(RunErrorKind::Contention).into())
}
