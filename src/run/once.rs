//! Idempotency: a write with a key runs once, and its answer is kept in the transaction that did the work.
//!
//! A repeat gets the stored answer; a repeat that comes while the first still runs waits for it on the key's row; a
//! repeat with another body is refused. A call that failed stores nothing, so that it may be sent again; a procedure of MySQL that
//! commits and then fails leaves its key without an answer, and a repeat is told that the outcome is not known; so is one that comes
//! between such a commit and the answer.

use super::again::Again;
use super::error::{Failure, explain};
use super::session::{Session, Sink};
use super::{Broken, attempt, begin, finish, give_up, stands, table_of};
use crate::call::Reply;
use crate::catalog::{Catalog, Dialect, SqlType};
use crate::database::Database;
use crate::plan::{Bind, Kind, Plan, Shape, Statement, VersionFrom};
use crate::problem::{RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

/// What makes a call one that was made before.
#[derive(Debug, Clone)]
pub struct Once<'a> {
    /// The caller's key, with what tells callers and operations apart.
    pub key: &'a str,
    /// A digest of the request's body.
    pub digest: &'a str,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What a call with a key answers.
#[derive(Debug, Clone, PartialEq)]
pub enum OnceReply {
    /// It ran now; this is what was stored.
    New(Vec<u8>),
    /// It had run before.
    Stored(Vec<u8>),
    /// The key was used for another body.
    OtherBody,
}

/// Runs a write once. `render` makes the answer's bytes from the reply, before the commit.
pub async fn run_once(
    database: &Database,
    catalog: &Catalog,
    plan: &Plan,
    once: &Once<'_>,
    render: &(dyn Fn(&Reply) -> Vec<u8> + Send + Sync),
) -> Result<OnceReply, RunError> {
    // Neither the answer nor the work would be undone with the other.
    if let Some(why) = lasting(catalog, plan) {
        return Err(RunError::new(RunErrorKind::Raised(why.to_owned())));
    }
    let table = table_of(plan);
    let explained = |failure| explain(catalog, table, failure);
    let mut session = Session::lend(database).await.map_err(explained)?;
    let mut prepared = false;
    let mut again = Again::default();
    loop {
        let result = within_transaction(&mut session, catalog, plan, &again, once, render).await;
        match result {
            Ok(reply) => {
                session.keep();
                return Ok(reply);
            }
            Err(broken) if broken.failure.lost() && session.reused() && !broken.started => {
                drop(session);
                session = Session::open(database).await.map_err(explained)?;
            }
            Err(broken) if !prepared && no_table(&broken.failure) => {
                prepared = true;
                prepare(&mut session, catalog.dialect)
                    .await
                    .map_err(explained)?;
            }
            Err(broken) => {
                if again.after(catalog, plan, &broken).await {
                    continue;
                }
                return Err(give_up(session, catalog, plan, broken).await);
            }
        }
    }
}

/// Why a write cannot be kept from being done again, where some of it may stand though the call fails.
fn lasting(catalog: &Catalog, plan: &Plan) -> Option<&'static str> {
    match plan {
        Plan::Routine(_) if !catalog.transactional => Some(
            "a routine takes no idempotency key where the database has tables without transactions, to which it may write",
        ),
        plan if stands(catalog, plan) => {
            Some("a table without transactions takes no idempotency key")
        }
        _ => None,
    }
}

/// Forgets answers that are older than this.
pub async fn forget_before(
    database: &Database,
    dialect: Dialect,
    time: i64,
) -> Result<u64, RunError> {
    let internal = |failure: Failure| match failure {
        failure if no_table(&failure) => RunError::new(RunErrorKind::NotFound),
        failure => RunError {
            source: Some(crate::problem::Inner(std::sync::Arc::new(failure))),
            ..RunError::new(RunErrorKind::Unavailable)
        },
    };
    let mut session = Session::lend(database).await.map_err(internal)?;
    let sql = format!(
        "delete from {} where made_at < {}",
        place(dialect),
        mark(dialect, 1)
    );
    match session
        .execute(&Statement {
            sql,
            binds: vec![Bind::Long(time)],
        })
        .await
        .map_err(internal)
    {
        Ok(executed) => {
            session.keep();
            Ok(executed.rows)
        }
        Err(error) if error.kind == RunErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

async fn within_transaction(
    session: &mut Session,
    catalog: &Catalog,
    plan: &Plan,
    again: &Again,
    once: &Once<'_>,
    render: &(dyn Fn(&Reply) -> Vec<u8> + Send + Sync),
) -> Result<OnceReply, Broken> {
    begin(session).await?;
    let result = claim_and_run(session, catalog, plan, again, once, render).await;
    finish(session, result).await
}

async fn claim_and_run(
    session: &mut Session,
    catalog: &Catalog,
    plan: &Plan,
    again: &Again,
    once: &Once<'_>,
    render: &(dyn Fn(&Reply) -> Vec<u8> + Send + Sync),
) -> Result<OnceReply, Failure> {
    if !insert(session, catalog.dialect, once, None).await? {
        return stored(session, catalog.dialect, once).await;
    }
    let reply = attempt(session, catalog, plan, again)
        .await
        .map_err(|broken| broken.failure)?;
    let answer = render(&reply);
    let dialect = catalog.dialect;
    let sql = format!(
        "update {} set answer = {} where name = {}",
        place(dialect),
        mark(dialect, 1),
        mark(dialect, 2)
    );
    let binds = vec![Bind::Bytes(answer.clone()), Bind::Text(once.key.to_owned())];
    let kept = session.execute(&Statement { sql, binds }).await?;
    // A procedure of MySQL that rolled back took the key with it. Who has claimed it since does the same work.
    if kept.rows == 0 && !insert(session, dialect, once, Some(&answer)).await? {
        return Err(RunError::new(RunErrorKind::Uncertain).into());
    }
    Ok(OnceReply::New(answer))
}

/// Takes the key, with its answer where there is one; waits for another transaction that is taking it. False: it is taken.
async fn insert(
    session: &mut Session,
    dialect: Dialect,
    once: &Once<'_>,
    answer: Option<&[u8]>,
) -> Result<bool, Failure> {
    let values = format!(
        "values ({}, {}, {}, {})",
        mark(dialect, 1),
        mark(dialect, 2),
        mark(dialect, 3),
        mark(dialect, 4)
    );
    let sql = match dialect {
        Dialect::Mysql => format!(
            "insert ignore into {} (name, body, made_at, answer) {values}",
            place(dialect)
        ),
        _ => format!(
            "insert into {} (name, body, made_at, answer) {values} on conflict do nothing",
            place(dialect)
        ),
    };
    let binds = vec![
        Bind::Text(once.key.to_owned()),
        Bind::Text(once.digest.to_owned()),
        Bind::Long(once.now),
        answer.map_or(Bind::Null(Kind::Bytes), |answer| {
            Bind::Bytes(answer.to_vec())
        }),
    ];
    Ok(session.execute(&Statement { sql, binds }).await?.rows > 0)
}

async fn stored(
    session: &mut Session,
    dialect: Dialect,
    once: &Once<'_>,
) -> Result<OnceReply, Failure> {
    let lock = if dialect == Dialect::Mysql {
        " for update"
    } else {
        ""
    };
    let sql = format!(
        "select body, answer from {} where name = {}{lock}",
        place(dialect),
        mark(dialect, 1)
    );
    let text = SqlType::Text {
        length: None,
        fixed: false,
    };
    let shape = Shape {
        table: None,
        columns: [0, 1].into(),
        reads: vec![text, SqlType::Bytes { length: None }],
        version: VersionFrom::Nothing,
        raw: 0,
    };
    let mut rows = Rows::new(shape.columns.clone());
    let statement = Statement {
        sql,
        binds: vec![Bind::Text(once.key.to_owned())],
    };
    session
        .fetch(&statement, Some(&shape), &mut Sink::all(&mut rows))
        .await?;
    let mut cells = rows.row(0);
    match (cells.next(), cells.next()) {
        (Some(Cell::Text(body)), Some(Cell::Bytes(answer))) if body == once.digest => {
            Ok(OnceReply::Stored(answer.to_vec()))
        }
        (Some(Cell::Text(body)), _) if body != once.digest => Ok(OnceReply::OtherBody),
        // A routine that commits took the key with it, and then it or the connection failed.
        (Some(Cell::Text(_)), _) => Err(RunError::new(RunErrorKind::Uncertain).into()),
        // The first one rolled back between our two statements.
        _ => Err(RunError::new(RunErrorKind::Contention).into()),
    }
}

fn place(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "soapstone.answer",
        _ => "soapstone_answer",
    }
}

fn mark(dialect: Dialect, number: u32) -> String {
    match dialect {
        Dialect::Postgres => format!("${number}"),
        _ => "?".to_owned(),
    }
}

fn no_table(failure: &Failure) -> bool {
    let Failure::Database(sqlx::Error::Database(error)) = failure else {
        return false;
    };
    matches!(error.code().as_deref(), Some("42P01" | "3F000" | "42S02"))
        || error.message().contains("no such table: soapstone_answer")
}

async fn prepare(session: &mut Session, dialect: Dialect) -> Result<(), Failure> {
    match dialect {
        Dialect::Postgres => {
            // Two gateways that start together may both get here; the lock lets one in.
            session.plain("begin").await?;
            session.plain("select pg_advisory_xact_lock(7306938411)").await?;
            session.plain("create schema if not exists soapstone").await?;
            session
                .plain(
                    "create table if not exists soapstone.answer (name text primary key, body text not null, answer bytea,
                     made_at bigint not null)",
                )
                .await?;
            session.plain("commit").await
        }
        Dialect::Mysql => {
            session
                .plain(
                    "create table if not exists soapstone_answer (name varchar(700) character set utf8mb4 collate utf8mb4_bin
                     primary key, body varchar(128) not null, answer longblob, made_at bigint not null)",
                )
                .await
        }
        Dialect::Sqlite => {
            session
                .plain(
                    "create table if not exists soapstone_answer (name text primary key, body text not null, answer blob,
                     made_at integer not null)",
                )
                .await
        }
    }
}
