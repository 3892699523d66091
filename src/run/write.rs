//! Writes, inside the transaction that is open.

use super::error::{Failure, explain};
use super::session::{Session, Sink};
use super::value_of;
use crate::call::{Key, Mode, Outcome, Status, Value};
use crate::catalog::{Catalog, Dialect, Generation, SqlType, Table, TableId, Versioning};
use crate::plan::{self, Change, Insert, Source, Unit, WritePlan};
use crate::problem::{Conflict, Place, RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

/// Runs all units. Atomic: the first problem is the call's. Per record: problems stand in the outcomes, and each unit's
/// work is undone by itself.
pub(crate) async fn write(
    session: &mut Session,
    catalog: &Catalog,
    write: &WritePlan,
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = Vec::with_capacity(write.units.len());
    for (index, one) in write.units.iter().enumerate() {
        if write.mode == Mode::Atomic {
            let outcome = unit(session, catalog, write.table, one).await;
            outcomes.push(outcome.map_err(|failure| placed(catalog, write.table, index, failure))?);
            continue;
        }
        session.plain("savepoint soapstone_record").await?;
        match unit(session, catalog, write.table, one).await {
            Ok(outcome) => {
                session.plain("release savepoint soapstone_record").await?;
                outcomes.push(outcome);
            }
            Err(failure) if failure.lost() => return Err(failure),
            Err(failure) => {
                session
                    .plain("rollback to savepoint soapstone_record")
                    .await?;
                session.plain("release savepoint soapstone_record").await?;
                let problem = problem(catalog, write.table, index, failure);
                outcomes.push(Outcome {
                    status: Status::Failed,
                    key: None,
                    problem: Some(problem),
                });
            }
        }
    }
    Ok(outcomes)
}

fn problem(catalog: &Catalog, table: TableId, index: usize, failure: Failure) -> RunError {
    let mut error = explain(catalog, Some(table), failure);
    error.place.record = Some(index);
    error
}

/// Gives a failure its record, where the connection is still there to roll back on.
fn placed(catalog: &Catalog, table: TableId, index: usize, failure: Failure) -> Failure {
    if failure.lost() {
        failure
    } else {
        problem(catalog, table, index, failure).into()
    }
}

async fn unit(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    unit: &Unit,
) -> Result<Outcome, Failure> {
    let table = table(catalog, id)?;
    match unit {
        Unit::Create { inserts, own } => {
            let mut made: Vec<Made> = Vec::with_capacity(inserts.len());
            for one in inserts {
                let row = insert(session, catalog, one, &made)
                    .await
                    .map_err(|failure| at_insert(catalog, one, failure))?;
                made.push(row);
            }
            let key = made.into_iter().nth(*own).and_then(|made| made.key(table));
            Ok(done(Status::Created, key))
        }
        Unit::Update(change) => update(session, catalog, id, change)
            .await
            .map(|key| done(Status::Updated, Some(key))),
        Unit::Upsert {
            find,
            set,
            version,
            insert,
        } => upsert(session, catalog, id, find, set, version.as_deref(), insert).await,
        Unit::Delete(key) => delete(session, catalog, id, key).await.map(|()| {
            let key = Key {
                values: key.values.clone(),
                version: None,
            };
            done(Status::Deleted, Some(key))
        }),
    }
}

fn done(status: Status, key: Option<Key>) -> Outcome {
    Outcome {
        status,
        key,
        problem: None,
    }
}

fn table(catalog: &Catalog, id: TableId) -> Result<&Table, Failure> {
    catalog
        .table(id)
        .ok_or_else(|| RunError::new(RunErrorKind::Internal).into())
}

fn at_insert(catalog: &Catalog, insert: &Insert, failure: Failure) -> Failure {
    if failure.lost() {
        return failure;
    }
    let mut error = explain(catalog, Some(insert.table), failure);
    error.place = Place {
        table: error.place.table,
        columns: error.place.columns,
        ..insert.place.clone()
    };
    error.into()
}

/// What is known of an inserted row.
struct Made {
    values: Vec<(usize, Value)>,
    version: Option<String>,
}

impl Made {
    fn of(rows: &Rows) -> Made {
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

    fn get(&self, column: usize) -> Option<&Value> {
        self.values
            .iter()
            .find(|(index, _)| *index == column)
            .map(|(_, value)| value)
    }

    fn key(&self, table: &Table) -> Option<Key> {
        let key = table.key.as_ref()?;
        let values = key
            .iter()
            .map(|column| self.get(*column).cloned())
            .collect::<Option<_>>()?;
        Some(Key {
            values,
            version: self.version.clone(),
        })
    }
}

/// Inserts a row and reads back its key, what related records refer to, and its version.
async fn insert(
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

/// MySQL has no `returning`: the key is what was given, or what `auto_increment` gave.
async fn insert_mysql(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    target: &Table,
    values: Vec<(usize, Value)>,
) -> Result<Made, Failure> {
    let statement = plan::insert_statement(catalog, id, &values, None)?;
    let executed = session.execute(&statement).await?;
    let mut row = Made {
        values,
        version: None,
    };
    let Some(key) = &target.key else {
        return Ok(row);
    };
    for column in key {
        let generated = target
            .columns
            .get(*column)
            .is_some_and(|column| column.generation == Generation::Default);
        let given = row
            .get(*column)
            .is_some_and(|value| *value != Value::Null && *value != Value::Text("0".to_owned()));
        if generated
            && !given
            && let Some(last) = executed.last_id
        {
            row.values.retain(|(index, _)| index != column);
            row.values.push((*column, Value::Text(last.to_string())));
        }
    }
    match row.key(target) {
        Some(found) => {
            let values = found.values.clone();
            reread(session, catalog, id, target, &values, row).await
        }
        // A key by an expression default: nothing tells it.
        None => Ok(row),
    }
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
    Ok(if rows.is_empty() {
        otherwise
    } else {
        Made::of(&rows)
    })
}

async fn fetch(
    session: &mut Session,
    statement: &plan::Statement,
    shape: &plan::Shape,
) -> Result<Rows, Failure> {
    let mut rows = Rows::new(shape.columns.clone());
    session
        .fetch(
            statement,
            shape,
            &mut Sink {
                rows: &mut rows,
                limit: usize::MAX,
                tail: None,
            },
        )
        .await?;
    Ok(rows)
}

/// The whole row with these values.
async fn find(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    values: &[(usize, Value)],
    lock: bool,
) -> Result<Rows, Failure> {
    let (statement, shape) = plan::find_statement(catalog, id, values, lock)?;
    fetch(session, &statement, &shape).await
}

fn key_pairs(target: &Table, values: &[Value]) -> Vec<(usize, Value)> {
    target
        .key
        .iter()
        .flatten()
        .copied()
        .zip(values.iter().cloned())
        .collect()
}

async fn update(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    change: &Change,
) -> Result<Key, Failure> {
    let target = table(catalog, id)?;
    let pairs = key_pairs(target, &change.key);
    if target.versioning == Versioning::Xmin && !change.set.is_empty() {
        let shape = plan::written(target, id);
        let statement = plan::update_statement(catalog, id, change, Some(&shape))?;
        let rows = fetch(session, &statement, &shape).await?;
        if !rows.is_empty() {
            let version = Some(rows.version(0).to_owned());
            return Ok(Key {
                values: change.key.clone(),
                version,
            });
        }
        let current = find(session, catalog, id, &pairs, false).await?;
        return Err(unchanged(
            catalog,
            target,
            current,
            &change.set,
            change.version.is_some(),
        ));
    }
    let current = find(session, catalog, id, &pairs, true).await?;
    check_version(
        catalog,
        target,
        current,
        &change.set,
        change.version.as_deref(),
    )?;
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
        session.execute(&statement).await?;
    }
    let rows = find(session, catalog, id, &pairs, false).await?;
    Ok(Key {
        values: change.key.clone(),
        version: Some(rows.version(0).to_owned()),
    })
}

/// Why a write met no row.
fn unchanged(
    catalog: &Catalog,
    target: &Table,
    current: Rows,
    set: &[(usize, Value)],
    versioned: bool,
) -> Failure {
    let kind = match (current.is_empty(), versioned) {
        (true, _) => RunErrorKind::NotFound,
        (false, true) => conflict(catalog, target, current, set),
        // Row security or a trigger keeps the row as it is.
        (false, false) => RunErrorKind::Raised("the database did not take the change".to_owned()),
    };
    RunError::new(kind).into()
}

fn check_version(
    catalog: &Catalog,
    target: &Table,
    current: Rows,
    set: &[(usize, Value)],
    version: Option<&str>,
) -> Result<(), Failure> {
    if current.is_empty() {
        return Err(RunError::new(RunErrorKind::NotFound).into());
    }
    match version {
        Some(version) if version != current.version(0) => {
            Err(RunError::new(conflict(catalog, target, current, set)).into())
        }
        _ => Ok(()),
    }
}

fn conflict(
    _catalog: &Catalog,
    target: &Table,
    current: Rows,
    set: &[(usize, Value)],
) -> RunErrorKind {
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
    let stored = value_of(cell);
    let (Value::Text(given), Value::Text(stored)) = (given, &stored) else {
        return *given == stored;
    };
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
        Some(SqlType::Boolean) => matches!(
            (given.as_str(), stored.as_str()),
            ("1", "true") | ("0", "false")
        ),
        Some(SqlType::Text { fixed: true, .. }) => {
            given.trim_end_matches(' ') == stored.trim_end_matches(' ')
        }
        Some(SqlType::Uuid) => given.eq_ignore_ascii_case(stored),
        Some(SqlType::Timestamp { .. } | SqlType::Time { .. }) => {
            let moment = |text: &str| plan::same_moment(text);
            moment(given).is_some_and(|given| moment(stored) == Some(given))
        }
        _ => false,
    }
}

async fn delete(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    key: &Key,
) -> Result<(), Failure> {
    let target = table(catalog, id)?;
    let pairs = key_pairs(target, &key.values);
    if target.versioning == Versioning::Digest && key.version.is_some() {
        let current = find(session, catalog, id, &pairs, true).await?;
        check_version(catalog, target, current, &[], key.version.as_deref())?;
    }
    let statement = plan::delete_statement(catalog, id, key)?;
    let executed = session
        .execute(&statement)
        .await
        .map_err(still_referenced)?;
    if executed.rows == 0 {
        let current = find(session, catalog, id, &pairs, false).await?;
        return Err(unchanged(
            catalog,
            target,
            current,
            &[],
            key.version.is_some(),
        ));
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
                source: Some(crate::problem::Inner(std::sync::Arc::new(failure))),
            }
            .into()
        }
        _ => failure,
    }
}

/// How often an upsert looks again after another call inserted the same record.
const UPSERT_TRIES: u32 = 3;

#[allow(clippy::too_many_arguments)]
async fn upsert(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    pairs: &[(usize, Value)],
    set: &[(usize, Value)],
    version: Option<&str>,
    insert_plan: &Insert,
) -> Result<Outcome, Failure> {
    let target = table(catalog, id)?;
    for try_number in 1..=UPSERT_TRIES {
        let current = find(session, catalog, id, pairs, true).await?;
        if !current.is_empty() {
            let made = Made::of(&current);
            check_version(catalog, target, current, set, version)?;
            let Some(key) = made.key(target) else {
                return Err(RunError::new(RunErrorKind::Internal).into());
            };
            let change = Change {
                key: key.values,
                set: set.to_vec(),
                version: None,
            };
            let key = update(session, catalog, id, &change).await?;
            return Ok(done(Status::Updated, Some(key)));
        }
        if version.is_some() {
            return Err(RunError::new(RunErrorKind::NotFound).into());
        }
        session.plain("savepoint soapstone_upsert").await?;
        match insert(session, catalog, insert_plan, &[]).await {
            Ok(made) => {
                session.plain("release savepoint soapstone_upsert").await?;
                return Ok(done(Status::Created, made.key(target)));
            }
            Err(failure) if failure.lost() => return Err(failure),
            Err(failure) => {
                session
                    .plain("rollback to savepoint soapstone_upsert")
                    .await?;
                let error = explain(catalog, Some(id), failure);
                if !matches!(error.kind, RunErrorKind::Duplicate(_)) || try_number == UPSERT_TRIES {
                    return Err(error.into());
                }
            }
        }
    }
    Err(RunError::new(RunErrorKind::Contention).into())
}
