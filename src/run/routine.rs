//! Routine calls.

use super::answered;
use super::error::Failure;
use super::session::{Session, Sink};
use crate::call::{Answer, Answered};
use crate::catalog::{Catalog, Limits};
use crate::plan::{AnswerForm, RoutinePlan, Shape, Statement};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::Rows;

/// Runs the statements of a routine call, in the transaction that is open.
pub(crate) async fn call(
    session: &mut Session,
    catalog: &Catalog,
    plan: &RoutinePlan,
) -> Result<Answer, Failure> {
    let limits = &catalog.limits;
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
            let rows = fetch(session, last, shape, limits).await?;
            take_one(&mut answer, parameters, &rows);
        }
        AnswerForm::Rows(shape) => {
            run_all(session, before).await?;
            answer.rows = Some(fetch(session, last, shape, limits).await?);
        }
        AnswerForm::Unknown { parameters, .. } if parameters.is_empty() => {
            run_all(session, before).await?;
            answer.unknown = named(session, last, limits).await?;
        }
        AnswerForm::Unknown { parameters, shape } => {
            // The last statement reads the parameters; the one before it is the call.
            let Some((call, before)) = before.split_last() else {
                return Ok(answer);
            };
            run_all(session, before).await?;
            answer.unknown = named(session, call, limits).await?;
            let rows = fetch(session, last, shape, limits).await?;
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
    limits: &Limits,
) -> Result<Rows, Failure> {
    let mut rows = Rows::new(shape.columns.clone());
    let mut sink = bounded(&mut rows, limits);
    session.fetch(statement, Some(shape), &mut sink).await?;
    too_many(&sink, limits)?;
    Ok(rows)
}

async fn named(
    session: &mut Session,
    statement: &Statement,
    limits: &Limits,
) -> Result<Vec<Vec<(String, Answered)>>, Failure> {
    let mut rows = Rows::default();
    let mut sink = bounded(&mut rows, limits);
    session.fetch(statement, None, &mut sink).await?;
    too_many(&sink, limits)?;
    let names = sink.names;
    let row = |(row, names): (usize, Vec<String>)| {
        names.into_iter().zip(rows.row(row).map(answered)).collect()
    };
    Ok(names.into_iter().enumerate().map(row).collect())
}

fn bounded<'r>(rows: &'r mut Rows, limits: &Limits) -> Sink<'r> {
    let most = limits.routine_rows as usize;
    Sink::first(rows, most.saturating_add(1), limits.answer_bytes())
}

fn too_many(sink: &Sink<'_>, limits: &Limits) -> Result<(), Failure> {
    let (what, limit) = if sink.over() {
        ("bytes of rows", limits.answer_bytes() as u64)
    } else if sink.rows.len() > limits.routine_rows as usize {
        ("rows", limits.routine_rows.into())
    } else {
        return Ok(());
    };
    Err(RunError::new(RunErrorKind::Limit { what, limit }).into())
}

fn take_one(answer: &mut Answer, parameters: &[usize], rows: &Rows) {
    let mut cells = rows.row(0).map(answered);
    if parameters.is_empty() {
        answer.value = cells.next();
    } else {
        answer.parameters = parameters.iter().copied().zip(cells).collect();
    }
}
