//! Writes, inside the transaction that is open.

use super::again::Again;
use super::change::{delete, update, upsert};
use super::error::{Failure, explain};
use super::insert::{Made, insert};
use super::session::Session;
use crate::call::{Key, Mode, Outcome, Status};
use crate::catalog::{Catalog, Table, TableId};
use crate::plan::{Insert, Unit, WritePlan};
use crate::problem::{Place, RunError, RunErrorKind};

/// Runs all units. Atomic: the first problem is the call's. Per record: problems stand in the outcomes, and each unit's
/// work is undone by itself, also where others are in its way each time.
pub(crate) async fn write(
    session: &mut Session,
    catalog: &Catalog,
    write: &WritePlan,
    again: &Again,
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = Vec::with_capacity(write.units.len());
    let transactional = table(catalog, write.table)?.transactional;
    for (index, one) in write.units.iter().enumerate() {
        if write.mode == Mode::Atomic {
            let outcome = unit(session, catalog, write.table, one).await;
            outcomes.push(outcome.map_err(|failure| placed(catalog, write.table, index, failure))?);
            continue;
        }
        if transactional {
            session.plain("savepoint soapstone_record").await?;
        }
        match unit(session, catalog, write.table, one).await {
            Ok(outcome) => {
                if transactional {
                    session.plain("release savepoint soapstone_record").await?;
                }
                outcomes.push(outcome);
            }
            // Nothing of the transaction is left to go on with, or all of it is run again.
            Err(failure)
                if failure.lost()
                    || (transactional
                        && (failure.ended() || (failure.undone() && again.may()))) =>
            {
                return Err(failure);
            }
            Err(failure) => {
                if transactional {
                    session
                        .plain("rollback to savepoint soapstone_record")
                        .await?;
                    session.plain("release savepoint soapstone_record").await?;
                }
                let problem = problem(catalog, write.table, index, failure);
                outcomes.push(Outcome {
                    status: Status::Failed,
                    key: None,
                    problem: Some(problem),
                });
            }
        }
    }
    log(&outcomes);
    Ok(outcomes)
}

/// How many records of a call are logged that failed, and how many that were refused.
const LOGGED: usize = 5;

/// Tells what is wrong with some records of several: the call as a whole is answered, and logged, as written.
fn log(outcomes: &[Outcome]) {
    let problems = outcomes.iter().filter_map(|one| one.problem.as_ref());
    let (failed, refused): (Vec<&RunError>, Vec<&RunError>) =
        problems.partition(|problem| problem.kind == RunErrorKind::Internal);
    for problem in failed.iter().take(LOGGED) {
        let (code, record) = (problem.code(), problem.place.record);
        let inner = problem.source.as_ref().map(ToString::to_string);
        tracing::warn!(code, record, detail = %problem, inner, "record failed");
    }
    for problem in refused.iter().take(LOGGED) {
        let (code, record) = (problem.code(), problem.place.record);
        tracing::info!(code, record, detail = %problem, "record refused");
    }
    if failed.len() > LOGGED || refused.len() > LOGGED {
        let (failed, refused) = (failed.len(), refused.len());
        tracing::info!(failed, refused, "more records failed or were refused");
    }
}

fn problem(catalog: &Catalog, table: TableId, index: usize, failure: Failure) -> RunError {
    let mut error = explain(catalog, Some(table), failure);
    error.place.record = Some(index);
    error
}

/// Gives a failure its record, where the connection is still there to roll back on.
fn placed(catalog: &Catalog, table: TableId, index: usize, failure: Failure) -> Failure {
    if failure.lost() || failure.undone() {
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
        Unit::Upsert(one) => upsert(session, catalog, id, one).await,
        Unit::Delete(key) => delete(session, catalog, id, key).await.map(|()| {
            let key = Key {
                values: key.values.clone(),
                version: None,
            };
            done(Status::Deleted, Some(key))
        }),
    }
}

pub(crate) fn done(status: Status, key: Option<Key>) -> Outcome {
    Outcome {
        status,
        key,
        problem: None,
    }
}

pub(crate) fn table(catalog: &Catalog, id: TableId) -> Result<&Table, Failure> {
    catalog
        .table(id)
        .ok_or_else(|| RunError::new(RunErrorKind::Internal).into())
}

fn at_insert(catalog: &Catalog, insert: &Insert, failure: Failure) -> Failure {
    if failure.lost() || failure.undone() {
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
