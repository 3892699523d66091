//! Capture: triggers that write each insert, update and delete of chosen tables into the change log, and reading the log.
//!
//! The log is read in an order in which no change is skipped and no row's changes are turned round, whatever transactions run at
//! the same time ([`log`]). It needs triggers: a table that may have none cannot be captured.

pub mod log;
pub mod trigger;

use crate::binds;
use crate::catalog::{Catalog, Dialect, Table};
use crate::database::Database;
use crate::store::session::Session;
use crate::store::{StoreError, layout};

/// How much of a row a change keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kept {
    /// The key and the names of the changed columns.
    #[default]
    Key,
    /// Also the row after the change.
    After,
    /// Also the row before and after.
    Both,
}

impl Kept {
    /// The word that the database and the command line use.
    pub fn word(self) -> &'static str {
        match self {
            Kept::Key => "key",
            Kept::After => "after",
            Kept::Both => "both",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Kept> {
        [Kept::Key, Kept::After, Kept::Both]
            .into_iter()
            .find(|kept| kept.word() == word)
    }
}

/// Why a table can't be captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The changes of a row without a key can't be told apart.
    #[error("{0} has no key: changes of its rows can't be told apart")]
    NoKey(String),
    /// Views don't change by themselves.
    #[error("{0} is a view: capture the tables under it")]
    View(String),
    /// No such table, or not visible to the connected role.
    #[error("there is no table {0}")]
    NoTable(String),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A captured table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// How much of a row a change keeps.
    pub kept: Kept,
}

/// Finds a table by `name` in the default schema, or `schema.name`.
///
/// # Errors
/// There is none.
pub fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Table, CaptureError> {
    catalog
        .find_table(&catalog.default_schema, name)
        .or_else(|| {
            name.split_once('.')
                .and_then(|(schema, name)| catalog.find_table(schema, name))
        })
        .and_then(|id| catalog.table(id))
        .ok_or_else(|| CaptureError::NoTable(name.to_owned()))
}

/// Installs the triggers of a table, and the gateway's own tables where they are missing; replaces triggers of ours that are there.
///
/// # Errors
/// The table can't be captured, or the role may not create triggers.
pub async fn install(
    database: &Database,
    table: &Table,
    kept: Kept,
    now: i64,
) -> Result<(), CaptureError> {
    let statements = trigger::install(database.dialect(), table, kept)?;
    layout::migrate(database).await?;
    let mut session = Session::begin(database).await?;
    for statement in statements {
        session.define(&statement).await?;
    }
    record(&mut session, table, Some((kept, now))).await?;
    session.commit().await?;
    Ok(())
}

/// Removes the triggers of a table; what the log holds stays.
///
/// # Errors
/// The role may not drop triggers.
pub async fn remove(database: &Database, table: &Table) -> Result<(), CaptureError> {
    layout::migrate(database).await?;
    let mut session = Session::begin(database).await?;
    for statement in trigger::remove(database.dialect(), table) {
        session.define(&statement).await?;
    }
    record(&mut session, table, None).await?;
    session.commit().await?;
    Ok(())
}

async fn record(
    session: &mut Session,
    table: &Table,
    kept: Option<(Kept, i64)>,
) -> Result<(), StoreError> {
    session
        .run(
            "delete from {s}capture where table_schema = ? and table_name = ?",
            binds![&table.schema, &table.name],
        )
        .await?;
    if let Some((kept, now)) = kept {
        session
            .run(
                "insert into {s}capture (table_schema, table_name, rows_kept, installed_at) values (?, ?, ?, ?)",
                binds![&table.schema, &table.name, kept.word(), now],
            )
            .await?;
    }
    Ok(())
}

/// Lists the captured tables, by name.
///
/// # Errors
/// The database can't be read.
pub async fn captured(database: &Database) -> Result<Vec<Captured>, StoreError> {
    if !layout::present(database).await? {
        return Ok(Vec::new());
    }
    let mut session = Session::begin_reading(database).await?;
    let rows = session
        .rows("select table_schema, table_name, rows_kept from {s}capture order by table_schema, table_name", &[])
        .await?;
    Ok(rows
        .iter()
        .map(|row| Captured {
            schema: row.text(0),
            name: row.text(1),
            kept: Kept::from_word(&row.text(2)).unwrap_or_default(),
        })
        .collect())
}

/// Names who makes the changes that follow in this transaction; the triggers write it beside them, so that a flow can leave its own
/// changes out. [`clear_origin`] must run before the commit: MySQL's is the session's, and SQLite's is a row.
///
/// # Errors
/// What the database says.
pub async fn set_origin(session: &mut Session, origin: &str) -> Result<(), StoreError> {
    match session.dialect() {
        Dialect::Postgres => drop(
            session
                .rows(
                    "select set_config('soapstone.origin', ?, true)",
                    binds![origin],
                )
                .await?,
        ),
        Dialect::Mysql => drop(
            session
                .run("set @soapstone_origin = ?", binds![origin])
                .await?,
        ),
        Dialect::Sqlite => drop(
            session
                .run("insert into {s}origin (origin) values (?)", binds![origin])
                .await?,
        ),
    }
    Ok(())
}

/// Ends what [`set_origin`] began.
///
/// # Errors
/// What the database says.
pub async fn clear_origin(session: &mut Session) -> Result<(), StoreError> {
    match session.dialect() {
        Dialect::Postgres => drop(
            session
                .rows("select set_config('soapstone.origin', '', true)", &[])
                .await?,
        ),
        Dialect::Mysql => drop(session.run("set @soapstone_origin = null", &[]).await?),
        Dialect::Sqlite => drop(session.run("delete from {s}origin", &[]).await?),
    }
    Ok(())
}
