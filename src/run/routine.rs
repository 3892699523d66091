//! Routine calls.

use super::answered;
use super::error::Failure;
use super::session::{Session, Sink};
use crate::call::{Answer, Answered};
use crate::catalog::Catalog;
use crate::plan::{AnswerForm, RoutinePlan, Shape, Statement};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::Rows;

/// Runs the statements of a routine call, in the transaction that is open.
pub(crate) async fn call(
    session: &mut Session,
    catalog: &Catalog,
    plan: &RoutinePlan,
) -> Result<Answer, Failure> {
    let limit = catalog.limits.routine_rows as usize;
    let mut answer = Answer::default();
    let Some((last, before)) = plan.statements.split_last() else {
        return Ok(answer);
    };
    match &plan.answer {
        AnswerForm::Nothing => {
            run_all(session, before).await?;
            session.execute(last).await?;
        }
        AnswerForm::One { parameters, shape } => {
            run_all(session, before).await?;
            let rows = fetch(session, last, shape, limit).await?;
            take_one(&mut answer, parameters, &rows);
        }
        AnswerForm::Rows(shape) => {
            run_all(session, before).await?;
            answer.rows = Some(fetch(session, last, shape, limit).await?);
        }
        AnswerForm::Unknown { parameters, .. } if parameters.is_empty() => {
            run_all(session, before).await?;
            answer.unknown = named(session, last, limit).await?;
        }
        AnswerForm::Unknown { parameters, shape } => {
            // The last statement reads the parameters; the one before it is the call.
            let Some((call, before)) = before.split_last() else {
                return Ok(answer);
            };
            run_all(session, before).await?;
            answer.unknown = named(session, call, limit).await?;
            let rows = fetch(session, last, shape, limit).await?;
            take_one(&mut answer, parameters, &rows);
        }
    }
    Ok(answer)
}

async fn run_all(session: &mut Session, statements: &[Statement]) -> Result<(), Failure> {
    for statement in statements {
        session.execute(statement).await?;
    }
    Ok(())
}

async fn fetch(
    session: &mut Session,
    statement: &Statement,
    shape: &Shape,
    limit: usize,
) -> Result<Rows, Failure> {
    let mut rows = Rows::new(shape.columns.clone());
    session
        .fetch(
            statement,
            Some(shape),
            &mut Sink::first(&mut rows, limit + 1),
        )
        .await?;
    too_many(rows.len(), limit)?;
    Ok(rows)
}

async fn named(
    session: &mut Session,
    statement: &Statement,
    limit: usize,
) -> Result<Vec<Vec<(String, Answered)>>, Failure> {
    let mut rows = Rows::default();
    let mut sink = Sink::first(&mut rows, limit + 1);
    session.fetch(statement, None, &mut sink).await?;
    let names = sink.names;
    too_many(rows.len(), limit)?;
    let row = |(row, names): (usize, Vec<String>)| {
        names.into_iter().zip(rows.row(row).map(answered)).collect()
    };
    Ok(names.into_iter().enumerate().map(row).collect())
}

fn too_many(count: usize, limit: usize) -> Result<(), Failure> {
    match count > limit {
        true => Err(RunError::new(RunErrorKind::Limit {
            what: "rows",
            limit: limit as u64,
        })
        .into()),
        false => Ok(()),
    }
}

fn take_one(answer: &mut Answer, parameters: &[usize], rows: &Rows) {
    let mut cells = rows.row(0).map(answered);
    if parameters.is_empty() {
        answer.value = cells.next();
    } else {
        answer.parameters = parameters.iter().copied().zip(cells).collect();
    }
}
