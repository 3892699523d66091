//! Reading the change log by a cursor that never skips a change and never turns one row's changes round.
//!
//! A number taken from a sequence tells when a row was written, not when it was committed: a reader that remembers the largest
//! number it saw loses what a slower transaction commits later under a smaller one. So a cursor is, by dialect:
//!
//! - **PostgreSQL**: two snapshots and a number. A page holds what the second snapshot sees and the first does not, by number. What a
//!   transaction in flight wrote is in neither, and comes with a later second snapshot. A row's writers follow each other (they
//!   wait for its lock), so within a page the number orders its changes and between pages the snapshots do. A long transaction
//!   holds nobody up, as a horizon (`xmin`) would.
//! - **MySQL**: the largest number seen, and the gaps below it. Each number missing in a consistent read is a gap: a transaction in
//!   flight, or rolled back. Gaps are asked for again with every page, and given up only when every transaction that is at work began
//!   after the gap was seen (`information_schema.innodb_trx`, which wants the PROCESS privilege; without it, after a day).
//! - **SQLite**: the number. One transaction writes at a time, and `autoincrement` never uses a number twice.

use crate::binds;

mod cursor;
mod page;

use crate::catalog::Dialect;
use crate::database::Database;
use crate::store::StoreError;
use crate::store::session::{Bind, Row, Session};

use cursor::{Cursor, missing};
use page::{gap_page, number_page, snapshot_page};

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It is new.
    Insert,
    /// It changed.
    Update,
    /// It is gone.
    Delete,
}

impl Kind {
    /// The word that the log uses.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Insert => "insert",
            Kind::Update => "update",
            Kind::Delete => "delete",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Kind> {
        [Kind::Insert, Kind::Update, Kind::Delete]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// Columns with their values as text; bytes in hexadecimal.
pub type Fields = Vec<(String, Option<String>)>;

/// One change of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number in the log: the same for every reader.
    pub id: i64,
    /// When it was made, in milliseconds since 1970, by the database's clock.
    pub at: i64,
    /// The table's schema.
    pub schema: String,
    /// The table.
    pub table: String,
    /// What happened.
    pub kind: Kind,
    /// The row's key, in the key's order.
    pub key: Fields,
    /// For an update, the columns that changed.
    pub columns: Option<Vec<String>>,
    /// The row before, where it is kept.
    pub before: Option<Fields>,
    /// The row after, where it is kept.
    pub after: Option<Fields>,
    /// Who made it, where the writer said so: a flow of ours.
    pub origin: Option<String>,
    /// The id of the request that made it, where the writer said so: a write by SOAP does.
    pub correlation: Option<String>,
    /// What has grown, where the change was found by looking at the table and not in the log.
    pub version: Option<String>,
}

/// Changes in order, and where the next ones start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The changes.
    pub changes: Vec<Change>,
    /// The cursor after them; it moves on even when no change is of the table asked for.
    pub next: String,
    /// There may be more already: the page is full.
    pub full: bool,
}

/// Reads the changes of one table (`schema`, `name`) after a cursor; without one, from the start of what is kept.
///
/// # Errors
/// The cursor is none of ours or is older than what is kept; or the database can't be read.
pub async fn changes(
    database: &Database,
    table: (&str, &str),
    since: Option<&str>,
    limit: u32,
) -> Result<Page, StoreError> {
    read(
        database,
        Of {
            table,
            not_by: None,
        },
        since,
        limit,
    )
    .await
}

/// The same without the changes that an origin made itself.
///
/// # Errors
/// As [`changes`].
pub async fn changes_by_others(
    database: &Database,
    table: (&str, &str),
    origin: &str,
    since: Option<&str>,
    limit: u32,
) -> Result<Page, StoreError> {
    let of = Of {
        table,
        not_by: Some(origin),
    };
    read(database, of, since, limit).await
}

/// Which changes are wanted.
#[derive(Clone, Copy)]
struct Of<'a> {
    /// The table's schema and name.
    table: (&'a str, &'a str),
    /// An origin whose changes are left out.
    not_by: Option<&'a str>,
}

async fn read(
    database: &Database,
    of: Of<'_>,
    since: Option<&str>,
    limit: u32,
) -> Result<Page, StoreError> {
    let mut session = Session::begin_reading(database).await?;
    let limit = i64::from(limit.max(1));
    let cursor = Cursor::parse(since.unwrap_or_default(), session.dialect())?;
    if since.is_some_and(|since| !since.is_empty()) {
        refuse_trimmed(&mut session, &cursor).await?;
    }
    let (rows, next, full) = match cursor {
        Cursor::Number(after) => number_page(&mut session, of, after, limit).await?,
        Cursor::Snapshots { from, to, after } => {
            snapshot_page(&mut session, of, from, to, after, limit).await?
        }
        Cursor::Gaps { high, gaps } => gap_page(&mut session, of, high, gaps, limit).await?,
    };
    let changes = rows.iter().map(change).collect::<Result<_, _>>()?;
    Ok(Page {
        changes,
        next: next.write(),
        full,
    })
}

/// The cursor of "from now on": after every change that is committed.
///
/// # Errors
/// The database can't be read.
pub async fn now(session: &mut Session) -> Result<String, StoreError> {
    let cursor = match session.dialect() {
        Dialect::Postgres => {
            let row = session
                .row("select pg_current_snapshot()::text", &[])
                .await?
                .unwrap_or_default();
            Cursor::Snapshots {
                from: Some(row.text(0)),
                to: None,
                after: 0,
            }
        }
        Dialect::Sqlite => {
            let row = session
                .row("select coalesce(max(id), 0) from {s}change", &[])
                .await?
                .unwrap_or_default();
            Cursor::Number(row.integer(0))
        }
        // What is in flight below the largest number is unknown: the thousand numbers before it count as gaps.
        Dialect::Mysql => {
            let row = session
                .row("select coalesce(max(id), 0), floor(unix_timestamp(now(3)) * 1000) div 1 from {s}change", &[])
                .await?
                .unwrap_or_default();
            let high = row.integer(0);
            let ids = session
                .rows("select id from {s}change where id > ?", binds![high - 1000])
                .await?;
            let gaps = missing(
                (high - 1000).max(0),
                &ids.iter().map(|row| row.integer(0)).collect::<Vec<_>>(),
                row.integer(1),
            );
            Cursor::Gaps { high, gaps }
        }
    };
    Ok(cursor.write())
}

/// Deletes changes that every registered reader has passed and that were made before a time; answers how many.
///
/// Readers are the flows and whoever stands in `soapstone.reader`. Readers by `Changes{T}` keep their cursor themselves, so
/// `before` is the time that they are given; one that is slower is told that its cursor is too old.
///
/// # Errors
/// What the database says.
pub async fn trim(database: &Database, before: i64) -> Result<u64, StoreError> {
    let mut session = Session::begin(database).await?;
    let dialect = session.dialect();
    // A flow that looks at its table itself (`p:`) does not read the log.
    let readers = session
        .rows(
            "select position from {s}flow where position not like 'p:%'
            union all select position from {s}reader where name <> '(trimmed)'",
            &[],
        )
        .await?;
    let mut passed = i64::MAX;
    for reader in readers {
        passed = passed.min(Cursor::parse(&reader.text(0), dialect)?.passed());
    }
    // The newest stays, since MySQL may number from the largest that is there after a restart.
    let (column, top) = match dialect {
        Dialect::Postgres => (
            "(xid::text)::bigint",
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        ),
        _ => ("id", "(select max(id) from {s}change)"),
    };
    let limit = session
        .row(&format!("select {top}"), &[])
        .await?
        .unwrap_or_default()
        .integer(0)
        .min(passed);
    let test = if dialect == Dialect::Postgres {
        "xid < ?::text::xid8"
    } else {
        "id < ?"
    };
    let bind = || {
        if dialect == Dialect::Postgres {
            Bind::from(limit.to_string())
        } else {
            Bind::from(limit)
        }
    };
    let last = session
        .row(
            &format!("select max({column}) from {{s}}change where {test} and at < ?"),
            &[bind(), before.into()],
        )
        .await?
        .and_then(|row| row.optional_integer(0));
    let Some(last) = last else { return Ok(0) };
    let count = session
        .run(
            &format!("delete from {{s}}change where {test} and at < ?"),
            &[bind(), before.into()],
        )
        .await?;
    session
        .run("delete from {s}reader where name = '(trimmed)'", &[])
        .await?;
    session
        .run(
            "insert into {s}reader (name, position, seen_at) values ('(trimmed)', ?, ?)",
            binds![last.to_string(), before],
        )
        .await?;
    session.commit().await?;
    Ok(count)
}

async fn refuse_trimmed(session: &mut Session, cursor: &Cursor) -> Result<(), StoreError> {
    let trimmed = session
        .row(
            "select position from {s}reader where name = '(trimmed)'",
            &[],
        )
        .await?;
    match trimmed {
        Some(row) if row.integer(0) >= cursor.passed() => Err(StoreError::TooOld),
        _ => Ok(()),
    }
}

fn change(row: &Row) -> Result<Change, StoreError> {
    let wrong = || StoreError::State(format!("change {} can't be read", row.integer(0)));
    let fields = |index: usize| -> Result<Option<Fields>, StoreError> {
        row.optional(index)
            .map(|text| fields(&text).ok_or_else(wrong))
            .transpose()
    };
    let columns = match row.optional(6) {
        Some(text) => Some(serde_json::from_str(&text).map_err(|_| wrong())?),
        None => None,
    };
    Ok(Change {
        id: row.integer(0),
        at: row.integer(1),
        schema: row.text(2),
        table: row.text(3),
        kind: Kind::from_word(&row.text(4)).ok_or_else(wrong)?,
        key: fields(5)?.ok_or_else(wrong)?,
        columns,
        before: fields(7)?,
        after: fields(8)?,
        origin: row.optional(9),
        correlation: row.optional(10),
        version: None,
    })
}

/// Reads `{"id":"7","note":null}`, in the order written.
pub(crate) fn fields(text: &str) -> Option<Fields> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    Some(
        object
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map(str::to_owned)))
            .collect(),
    )
}
