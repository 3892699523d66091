//! Runs plans: the only way from a call to the database and back.
//!
//! Reads are tried once more on a new connection when an idle one turns out dead. Writes are one transaction, and the
//! answer is given only after its commit.

mod again;
mod argument;
mod beside;
mod binary;
mod change;
mod error;
mod expand;
mod insert;
mod literal;
mod mysql;
mod once;
mod postgres;
mod routine;
mod session;
mod sqlite;
mod text;
mod together;
mod write;

pub use once::{Once, OnceReply, forget_before, run_once};
pub use together::Together;

use crate::call::{Answered, Reply, Value};
use crate::catalog::{Catalog, SqlType, TableId};
use crate::database::Database;
use crate::plan::{Form, Mark, Page, Plan, RawCell, Read, Shape, Start, Statement, VersionFrom};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

use again::Again;
use error::{Failure, explain};
use session::{Session, Sink, Tail};

/// Runs a plan.
pub async fn run(database: &Database, catalog: &Catalog, plan: &Plan) -> Result<Reply, RunError> {
    let table = table_of(plan);
    let repeatable = match plan {
        Plan::Get(_) | Plan::Query(_) | Plan::Count(_) => true,
        Plan::Routine(routine) => routine.read_only,
        Plan::Write(_) => false,
    };
    let mut session = Session::lend(database)
        .await
        .map_err(|failure| explain(catalog, table, failure))?;
    let mut again = Again::default();
    loop {
        let result = match plan {
            plan if stands(catalog, plan) => {
                Box::pin(at_once(&mut session, catalog, plan, &again)).await
            }
            Plan::Write(_) => Box::pin(in_transaction(&mut session, catalog, plan, &again)).await,
            // On SQLite another connection would see the mark.
            Plan::Routine(routine)
                if routine.statements.len() > 1
                    || matches!(session, Session::Mysql(_))
                    || (routine.mark.is_some() && matches!(session, Session::Sqlite(_))) =>
            {
                Box::pin(in_transaction(&mut session, catalog, plan, &again)).await
            }
            plan => attempt(&mut session, catalog, plan, &again).await,
        };
        match result {
            Ok(reply) => {
                session.keep();
                return Ok(reply);
            }
            Err(broken) => {
                // What has not begun cannot have changed anything.
                let untouched = repeatable || !broken.started;
                if broken.failure.lost() && session.reused() && untouched {
                    drop(session);
                    session = Box::pin(Session::open(database))
                        .await
                        .map_err(|failure| explain(catalog, table, failure))?;
                    continue;
                }
                if again.after(catalog, plan, &broken).await {
                    continue;
                }
                return Err(Box::pin(give_up(session, catalog, plan, broken)).await);
            }
        }
    }
}

/// Says why a call is not tried again, and gives back the connection where nothing of the call is left in it.
async fn give_up(mut session: Session, catalog: &Catalog, plan: &Plan, broken: Broken) -> RunError {
    let mut usable = broken.clean && !broken.failure.lost();
    let mut error = explain(catalog, table_of(plan), broken.failure);
    if let (true, Plan::Routine(routine)) = (usable, plan) {
        usable = argument::tell(&mut session, catalog, routine, &mut error).await;
    }
    if usable {
        session.keep();
    }
    error
}

/// A failure, and what it left of the connection.
struct Broken {
    failure: Failure,
    /// The connection is outside any transaction, with nothing left to read.
    clean: bool,
    /// Something of the call may have reached the database.
    started: bool,
}

fn table_of(plan: &Plan) -> Option<TableId> {
    match plan {
        Plan::Get(read) => read.shape.table,
        Plan::Query(page) => page.read.shape.table,
        Plan::Write(write) => Some(write.table),
        Plan::Count(_) | Plan::Routine(_) => None,
    }
}

/// Tells whether each statement of a write stands at once, since its table has no transactions: nothing can undo it.
fn stands(catalog: &Catalog, plan: &Plan) -> bool {
    let Plan::Write(write) = plan else {
        return false;
    };
    catalog
        .table(write.table)
        .is_some_and(|table| !table.transactional)
}

async fn attempt(
    session: &mut Session,
    catalog: &Catalog,
    plan: &Plan,
    again: &Again,
) -> Result<Reply, Broken> {
    let result = match plan {
        Plan::Get(read) => get(session, catalog, read).await,
        Plan::Query(page) => query(session, catalog, page).await,
        Plan::Count(statement) => count(session, statement).await,
        // In boxes, so that a read is not as large as a write.
        Plan::Write(write) => Box::pin(marked(session, write.mark.as_ref(), async |session| {
            write::write(session, catalog, write, again).await
        }))
        .await
        .map(Reply::Results),
        Plan::Routine(routine) => {
            Box::pin(marked(session, routine.mark.as_ref(), async |session| {
                routine::call(session, catalog, routine).await
            }))
            .await
            .map(Reply::Routine)
        }
    };
    // Reads that end early (too many rows) leave some of them in the connection.
    result.map_err(|failure| Broken {
        clean: matches!(failure, Failure::Database(_)) || failure.found_no_one(),
        failure,
        started: true,
    })
}

/// Writes, with what tells the change log whose the changes are.
async fn marked<T>(
    session: &mut Session,
    mark: Option<&Mark>,
    work: impl AsyncFnOnce(&mut Session) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Some(mark) = mark else {
        return work(session).await;
    };
    session.execute(&mark.before).await?;
    let result = work(session).await;
    if let Some(after) = &mark.after {
        let cleared = session.execute(after).await;
        if cleared.is_err() {
            // The next call would be taken for this one.
            session.spend();
        }
        // The write's own failure says more.
        if result.is_ok() {
            cleared?;
        }
    }
    result
}

async fn in_transaction(
    session: &mut Session,
    catalog: &Catalog,
    plan: &Plan,
    again: &Again,
) -> Result<Reply, Broken> {
    begin(session).await?;
    let result = attempt(session, catalog, plan, again)
        .await
        .map_err(|broken| broken.failure);
    finish(session, result).await
}

/// Writes by statements that stand alone, as MySQL asks where its log goes to others.
async fn at_once(
    session: &mut Session,
    catalog: &Catalog,
    plan: &Plan,
    again: &Again,
) -> Result<Reply, Broken> {
    // A transaction of nothing finds a connection that died while it was idle, before anything is written.
    begin(session).await?;
    session.plain("commit").await.map_err(not_begun)?;
    attempt(session, catalog, plan, again)
        .await
        .map_err(|broken| match broken.failure.lost() {
            true => uncertain(broken.failure),
            false => broken,
        })
}

async fn begin(session: &mut Session) -> Result<(), Broken> {
    session.begin().await.map_err(not_begun)
}

fn not_begun(failure: Failure) -> Broken {
    Broken {
        clean: matches!(failure, Failure::Database(_)),
        failure,
        started: false,
    }
}

/// A failure after which nobody knows whether the write stands.
fn uncertain(failure: Failure) -> Broken {
    let source = Some(crate::problem::Inner(std::sync::Arc::new(failure)));
    let error = RunError {
        source,
        ..RunError::new(RunErrorKind::Uncertain)
    };
    Broken {
        failure: error.into(),
        clean: false,
        started: true,
    }
}

/// Commits what went well, rolls back what did not.
async fn finish<T>(session: &mut Session, result: Result<T, Failure>) -> Result<T, Broken> {
    match result {
        Ok(value) => match session.plain("commit").await {
            Ok(()) => Ok(value),
            // A constraint that is checked at the end.
            Err(failure @ Failure::Database(sqlx::Error::Database(_))) if !failure.lost() => {
                let clean = session.plain("rollback").await.is_ok();
                Err(Broken {
                    failure,
                    clean,
                    started: true,
                })
            }
            Err(failure) => Err(uncertain(failure)),
        },
        Err(failure) => {
            let clean = !failure.lost() && session.plain("rollback").await.is_ok();
            Err(Broken {
                failure,
                clean,
                started: true,
            })
        }
    }
}

async fn get(session: &mut Session, catalog: &Catalog, read: &Read) -> Result<Reply, Failure> {
    let mut rows = Rows::new(read.shape.columns.clone());
    session
        .fetch(
            &read.statement,
            Some(&read.shape),
            &mut Sink::all(&mut rows),
        )
        .await?;
    match rows.len() {
        0 => return Err(RunError::new(RunErrorKind::NotFound).into()),
        1 => {}
        _ => return Err(RunError::new(RunErrorKind::Several).into()),
    }
    expand::expand(session, catalog, &mut rows, &read.expand).await?;
    Ok(Reply::Record(rows))
}

async fn query(session: &mut Session, catalog: &Catalog, page: &Page) -> Result<Reply, Failure> {
    let shape = &page.read.shape;
    let columns = shape
        .table
        .and_then(|id| catalog.table(id))
        .map(|table| table.columns.as_slice())
        .unwrap_or_default();
    let order = page
        .cursor
        .order
        .iter()
        .filter_map(|by| columns.get(by.column));
    let tail = (shape.raw > 0).then(|| Tail {
        duplicates: page.cursor.duplicates,
        types: order.map(|column| column.sql_type.clone()).collect(),
        ..Tail::default()
    });
    let mut rows = Rows::new(shape.columns.clone());
    let mut sink = Sink::page(&mut rows, page.size as usize, page.bytes, tail);
    session
        .fetch(&page.read.statement, Some(shape), &mut sink)
        .await?;
    let (size, tail) = (sink.size, sink.tail.take());
    if size < page.size as usize && rows.len() > size {
        session.spend();
    }
    let next = (rows.len() > size).then(|| match tail {
        Some(tail) => next_cursor(&page.cursor, tail, size),
        None => page.cursor.write(&Start {
            values: last_cells(&rows, size, &page.cursor),
            skip: 0,
        }),
    });
    rows.truncate(size);
    expand::expand(session, catalog, &mut rows, &page.read.expand).await?;
    Ok(Reply::Page { rows, next })
}

/// The order's values in the page's last row, from its cells.
fn last_cells(rows: &Rows, size: usize, form: &Form) -> Vec<RawCell> {
    let cell = |column: usize| {
        rows.cell(size.saturating_sub(1), column)
            .unwrap_or(Cell::Null)
    };
    form.order
        .iter()
        .map(|by| session::raw_cell(cell(by.column)))
        .collect()
}

/// The cursor after the page. Where rows may be equal in all of the order, it counts how many of the last came.
fn next_cursor(form: &Form, tail: Tail, size: usize) -> String {
    let mut skip = 0;
    if form.duplicates {
        // A whole page of equal rows adds to those of the page before.
        let whole = usize::try_from(tail.equal).is_ok_and(|equal| equal >= size);
        let before = if whole && RawCell::all_same(&tail.last, &form.start.values) {
            form.start.skip
        } else {
            0
        };
        skip = before + tail.equal;
    }
    form.write(&Start {
        values: tail.last,
        skip,
    })
}

async fn count(session: &mut Session, statement: &Statement) -> Result<Reply, Failure> {
    let shape = Shape {
        table: None,
        columns: [0].into(),
        reads: vec![SqlType::Integer {
            bits: 64,
            unsigned: false,
        }],
        version: VersionFrom::Nothing,
        raw: 0,
    };
    let mut rows = Rows::default();
    session
        .fetch(statement, Some(&shape), &mut Sink::all(&mut rows))
        .await?;
    let number = match rows.row(0).next() {
        Some(Cell::Text(text)) => text.parse().unwrap_or(0),
        _ => 0,
    };
    Ok(Reply::Count(number))
}

/// A cell as a value that can be given back; a misfit as the text that it is.
pub(crate) fn value_of(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::Text(text.to_owned()),
        Cell::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        Cell::Misfit(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        Cell::List(cells) => Value::List(cells.map(value_of).collect()),
        Cell::Fields(cells) => Value::Fields(cells.map(value_of).enumerate().collect()),
    }
}

/// A cell as a routine's answer.
pub(crate) fn answered(cell: Cell<'_>) -> Answered {
    match cell {
        Cell::Misfit(bytes) => Answered::Misfit(bytes.to_vec()),
        cell => Answered::Value(value_of(cell)),
    }
}
