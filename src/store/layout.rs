//! The gateway's own tables and how they come to be: numbered steps, each run once.
//!
//! This never touches a table of the CRM.

use crate::catalog::Dialect;
use crate::database::Database;

use super::StoreError;
use super::session::Session;

/// The steps; the version of the tables is how many of them have run.
///
/// `{key}` is text that is indexed or compared, `{text}` any text, `{id}` a growing number that is never used twice.
/// A statement after `{partial}` is for databases with partial indexes.
const STEPS: &[&[&str]] = &[
    &[
        "create table if not exists {s}change (
        id {id}, {xid}
        at bigint not null,
        table_schema {key} not null,
        table_name {key} not null,
        kind {key} not null,
        row_key {text} not null,
        columns {text},
        before_row {text},
        after_row {text},
        origin {key}
    ){engine}",
        "create table if not exists {s}capture (
        table_schema {key} not null,
        table_name {key} not null,
        rows_kept {key} not null,
        installed_at bigint not null,
        primary key (table_schema, table_name)
    ){engine}",
        // SQLite has no settings of a session: who writes stands here, within the writer's transaction only.
        "create table if not exists {s}origin (origin {key}){engine}",
        "create table if not exists {s}reader (
        name {key} not null primary key,
        position {text} not null,
        seen_at bigint not null
    ){engine}",
        "create table if not exists {s}flow (
        name {key} not null primary key,
        state {key} not null,
        position {text} not null,
        accepted bigint not null,
        gone_delivered bigint not null,
        gone_dead bigint not null,
        rate_at bigint not null,
        seen_at bigint not null
    ){engine}",
        "create table if not exists {s}delivery (
        id {id},
        flow {key} not null,
        destination {key} not null,
        lane {key} not null,
        row_key {text} not null,
        kind {key} not null,
        once {key} not null,
        message_id {key} not null,
        correlation {key} not null,
        state {key} not null,
        blocks bigint not null,
        attempts bigint not null,
        counted bigint not null,
        due_at bigint not null,
        fence bigint not null,
        owner {key},
        resolve {key},
        message {text} not null,
        class {key},
        reason {text},
        reference {text},
        answer {text},
        written {key} not null,
        created_at bigint not null,
        settled_at bigint
    ){engine}",
        "create unique index {s}delivery_once on {s}delivery (flow, once)",
        "create index {s}delivery_due on {s}delivery (flow, state, due_at, id)",
        "create index {s}delivery_lane on {s}delivery (destination, lane, id){blocking}",
        "create index {s}delivery_written on {s}delivery (flow, written){due}",
        "create table if not exists {s}attempt (
        delivery bigint not null,
        number bigint not null,
        message_id {key} not null,
        at bigint not null,
        duration bigint not null,
        class {key} not null,
        reason {text},
        request {text},
        answer {text},
        owner {key} not null,
        primary key (delivery, number)
    ){engine}",
        "create table if not exists {s}edit (
        delivery bigint not null,
        at bigint not null,
        who {key} not null,
        action {key} not null,
        note {text},
        before_message {text},
        after_message {text}
    ){engine}",
        "create index {s}edit_delivery on {s}edit (delivery)",
        "create table if not exists {s}circuit (
        destination {key} not null primary key,
        state {key} not null,
        opened bigint not null,
        retry_at bigint not null,
        probe {key},
        reason {text},
        changed_at bigint not null
    ){engine}",
        "create table if not exists {s}worker (
        id {key} not null primary key,
        process {key} not null,
        beat bigint not null,
        started_at bigint not null
    ){engine}",
    ],
    // The id of the request that made a change; triggers from before this step leave it null.
    &[
        "alter table {s}change add column correlation {key}",
        "alter table {s}origin add column correlation {key}",
    ],
    // However many are settled, what waits, what is on its way and what a person must look at have indexes of their own size.
    &[
        "{partial}drop index {s}delivery_due",
        "{partial}create index {s}delivery_waiting on {s}delivery (flow, due_at, id) where state = 'waiting'",
        "{partial}create index {s}delivery_trouble on {s}delivery (flow, state, id) where state in ('dead', 'doubt')",
        "create index {s}delivery_owner on {s}delivery (owner){owned}",
    ],
];

/// Tells whether the gateway's tables are there, whatever their version.
///
/// # Errors
/// The database can't be read.
pub async fn present(database: &Database) -> Result<bool, StoreError> {
    let mut session = Session::begin_reading(database).await?;
    Ok(version(&mut session).await?.is_some())
}

/// Tells whether the gateway's tables are there in the newest version.
///
/// # Errors
/// The database can't be read.
pub async fn current(database: &Database) -> Result<bool, StoreError> {
    let mut session = Session::begin_reading(database).await?;
    let version = version(&mut session).await?;
    Ok(version.is_some_and(|version| usize::try_from(version) == Ok(STEPS.len())))
}

/// Brings the tables up to the newest version; any number of gateways may do so at once.
///
/// # Errors
/// The role may not create them, or a newer gateway made them.
pub async fn migrate(database: &Database) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let mut reading = Session::begin_reading(database).await?;
    let found = version(&mut reading).await?.unwrap_or(0);
    drop(reading);
    if found == known {
        return Ok(());
    }
    let mut session = Session::begin(database).await?;
    let dialect = session.dialect();
    match dialect {
        // Held to the end of the transaction, so a second gateway waits and then finds the work done.
        Dialect::Postgres => {
            session
                .rows("select pg_advisory_xact_lock(7020137001)::text", &[])
                .await?;
            session
                .define("create schema if not exists soapstone")
                .await?;
        }
        // MySQL commits at every definition: the lock is the session's.
        Dialect::Mysql => drop(
            session
                .rows("select get_lock('soapstone', 60)", &[])
                .await?,
        ),
        Dialect::Sqlite => {}
    }
    session
        .run(
            &column_types(
                "create table if not exists {s}meta (version bigint not null){engine}",
                dialect,
            ),
            &[],
        )
        .await?;
    let found = session
        .row("select max(version) from {s}meta", &[])
        .await?
        .map_or(0, |row| row.integer(0));
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        for sql in *step {
            let sql = match sql.strip_prefix("{partial}") {
                Some(_) if dialect == Dialect::Mysql => continue,
                Some(sql) => sql,
                None => sql,
            };
            session.run(&column_types(sql, dialect), &[]).await?;
        }
    }
    if dialect == Dialect::Postgres {
        session
            .run(
                "create index if not exists change_xid on {s}change (xid, id)",
                &[],
            )
            .await?;
    }
    session.run("delete from {s}meta", &[]).await?;
    session
        .run(
            "insert into {s}meta (version) values (?)",
            crate::binds![known],
        )
        .await?;
    if dialect == Dialect::Mysql {
        session
            .rows("select release_lock('soapstone')", &[])
            .await?;
    }
    session.commit().await
}

/// The version of the tables; absent where there are none.
async fn version(session: &mut Session) -> Result<Option<i64>, StoreError> {
    let there = match session.dialect() {
        Dialect::Postgres => {
            "select 1 from pg_catalog.pg_tables where schemaname = 'soapstone' and tablename = 'meta'"
        }
        Dialect::Sqlite => {
            "select 1 from sqlite_schema where type = 'table' and name = 'soapstone_meta'"
        }
        Dialect::Mysql => {
            "select 1 from information_schema.tables where table_schema = database() and table_name = 'soapstone_meta'"
        }
    };
    if session.row(there, &[]).await?.is_none() {
        return Ok(None);
    }
    Ok(session
        .row("select max(version) from {s}meta", &[])
        .await?
        .and_then(|row| row.optional_integer(0)))
}

/// Puts the dialect's types in.
fn column_types(sql: &str, dialect: Dialect) -> String {
    let (id, key, text, engine, blocking, xid) = match dialect {
        Dialect::Postgres => (
            "bigint generated by default as identity primary key",
            "text",
            "text",
            "",
            " where blocks = 1",
            "xid xid8 not null default pg_current_xact_id(),",
        ),
        Dialect::Sqlite => (
            "integer primary key autoincrement",
            "text",
            "text",
            "",
            " where blocks = 1",
            "",
        ),
        Dialect::Mysql => (
            "bigint not null auto_increment primary key",
            "varchar(190)",
            "longtext",
            " engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin",
            "",
            "",
        ),
    };
    let index = if dialect == Dialect::Postgres {
        ""
    } else {
        "soapstone_"
    };
    sql.replace("{id}", id)
        .replace("{key}", key)
        .replace("{text}", text)
        .replace("{engine}", engine)
        .replace("{blocking}", blocking)
        .replace("{xid}", xid)
        .replace(
            "{due}",
            if blocking.is_empty() {
                ""
            } else {
                " where written = 'due'"
            },
        )
        .replace(
            "{owned}",
            if blocking.is_empty() {
                ""
            } else {
                " where owner is not null"
            },
        )
        // A new index's name has no schema before it on PostgreSQL: it stands in its table's.
        .replace("create index {s}", &format!("create index {index}"))
        .replace("unique index {s}", &format!("unique index {index}"))
}
