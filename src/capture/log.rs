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
use crate::catalog::Dialect;
use crate::database::Database;
use crate::store::StoreError;
use crate::store::session::{Bind, Row, Session};

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

/// How long a gap is asked for where nothing tells which transactions are at work: a day.
const GAP_KEPT: i64 = 24 * 3600 * 1000;
/// How much older than a gap's first sight the oldest transaction may seem, for clocks that count whole seconds.
const GAP_MARGIN: i64 = 3000;

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
    let mut session = Session::begin_reading(database).await?;
    let limit = i64::from(limit.max(1));
    let cursor = Cursor::parse(since.unwrap_or_default(), session.dialect())?;
    if since.is_some_and(|since| !since.is_empty()) {
        refuse_trimmed(&mut session, &cursor).await?;
    }
    let (rows, next, full) = match cursor {
        Cursor::Number(after) => number_page(&mut session, table, after, limit).await?,
        Cursor::Snapshots { from, to, after } => {
            snapshot_page(&mut session, table, from, to, after, limit).await?
        }
        Cursor::Gaps { high, gaps } => gap_page(&mut session, table, high, gaps, limit).await?,
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
    let readers = session
        .rows("select position from {s}flow union all select position from {s}reader where name <> '(trimmed)'", &[])
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

/// Where a reader stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    Number(i64),
    Snapshots {
        from: Option<String>,
        to: Option<String>,
        after: i64,
    },
    Gaps {
        high: i64,
        gaps: Vec<Gap>,
    },
}

/// Numbers, both ends included, that were missing when they were first looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    first: i64,
    last: i64,
    seen: i64,
}

impl Cursor {
    /// `n:17`, `s:<from>;<to>;<after>`, `g:<high>;<first>-<last>@<seen>,…`; the empty text is the start.
    fn parse(text: &str, dialect: Dialect) -> Result<Cursor, StoreError> {
        let wrong = || StoreError::Cursor(text.to_owned());
        let number = |text: &str| text.parse::<i64>().map_err(|_| wrong());
        let start = match dialect {
            Dialect::Sqlite => Cursor::Number(0),
            Dialect::Postgres => Cursor::Snapshots {
                from: None,
                to: None,
                after: 0,
            },
            Dialect::Mysql => Cursor::Gaps {
                high: 0,
                gaps: Vec::new(),
            },
        };
        if text.is_empty() {
            return Ok(start);
        }
        let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
        let cursor = match kind {
            "n" => Cursor::Number(number(rest)?),
            "s" => {
                let parts: Vec<&str> = rest.split(';').collect();
                let [from, to, after] = parts.as_slice() else {
                    return Err(wrong());
                };
                let snapshot = |text: &str| match text {
                    "" => Ok(None),
                    text if snapshot_bounds(text).is_some() => Ok(Some(text.to_owned())),
                    _ => Err(wrong()),
                };
                Cursor::Snapshots {
                    from: snapshot(from)?,
                    to: snapshot(to)?,
                    after: number(after)?,
                }
            }
            "g" => {
                let (high, list) = rest.split_once(';').ok_or_else(wrong)?;
                let mut gaps = Vec::new();
                for gap in list.split(',').filter(|gap| !gap.is_empty()) {
                    let (range, seen) = gap.split_once('@').ok_or_else(wrong)?;
                    let (first, last) = range.split_once('-').ok_or_else(wrong)?;
                    gaps.push(Gap {
                        first: number(first)?,
                        last: number(last)?,
                        seen: number(seen)?,
                    });
                }
                Cursor::Gaps {
                    high: number(high)?,
                    gaps,
                }
            }
            _ => return Err(wrong()),
        };
        if std::mem::discriminant(&cursor) == std::mem::discriminant(&start) {
            Ok(cursor)
        } else {
            Err(wrong())
        }
    }

    fn write(&self) -> String {
        match self {
            Cursor::Number(number) => format!("n:{number}"),
            Cursor::Snapshots { from, to, after } => {
                format!(
                    "s:{};{};{after}",
                    from.as_deref().unwrap_or_default(),
                    to.as_deref().unwrap_or_default()
                )
            }
            Cursor::Gaps { high, gaps } => {
                let gaps: Vec<String> = gaps
                    .iter()
                    .map(|gap| format!("{}-{}@{}", gap.first, gap.last, gap.seen))
                    .collect();
                format!("g:{high};{}", gaps.join(","))
            }
        }
    }

    /// What is below this number (PostgreSQL: transaction id) has been read.
    fn passed(&self) -> i64 {
        match self {
            Cursor::Number(number) => number + 1,
            Cursor::Snapshots { from, .. } => from
                .as_deref()
                .and_then(snapshot_bounds)
                .map_or(0, |(xmin, _)| xmin),
            Cursor::Gaps { high, gaps } => {
                gaps.iter().map(|gap| gap.first).min().unwrap_or(high + 1)
            }
        }
    }
}

/// `xmin:xmax:list` → `xmin`, `xmax`.
fn snapshot_bounds(text: &str) -> Option<(i64, i64)> {
    let mut parts = text.split(':');
    let bounds = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let list = parts.next()?;
    let plain = list
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b',')
        && parts.next().is_none();
    plain.then_some(bounds)
}

const COLUMNS: &str = "id, at, table_schema, table_name, kind, row_key, columns, before_row, after_row, origin, correlation";

type Read = (Vec<Row>, Cursor, bool);

async fn number_page(
    session: &mut Session,
    table: (&str, &str),
    after: i64,
    limit: i64,
) -> Result<Read, StoreError> {
    // Before the rows, so that what is written meanwhile is not passed over.
    let top = session
        .row("select coalesce(max(id), 0) from {s}change", &[])
        .await?
        .unwrap_or_default()
        .integer(0);
    let rows = session
        .rows(
            &format!("select {COLUMNS} from {{s}}change where id > ? and table_name = ? and table_schema = ? order by id limit ?"),
            binds![after, table.1, table.0, limit],
        )
        .await?;
    let full = i64::try_from(rows.len()).unwrap_or(limit) >= limit;
    let next = if full {
        rows.last().map_or(after, |row| row.integer(0))
    } else {
        top.max(after)
    };
    Ok((rows, Cursor::Number(next), full))
}

async fn snapshot_page(
    session: &mut Session,
    table: (&str, &str),
    from: Option<String>,
    to: Option<String>,
    after: i64,
    limit: i64,
) -> Result<Read, StoreError> {
    let (to, after) = match to {
        Some(to) => (to, after),
        None => (
            session
                .row("select pg_current_snapshot()::text", &[])
                .await?
                .unwrap_or_default()
                .text(0),
            0,
        ),
    };
    let wrong = || StoreError::Cursor(to.clone());
    let (_, xmax) = snapshot_bounds(&to).ok_or_else(wrong)?;
    let (xmin, seen) = match &from {
        Some(from) => (snapshot_bounds(from).ok_or_else(wrong)?.0, from.clone()),
        // Sees nothing.
        None => (0, "1:1:".to_owned()),
    };
    let rows = session
        .rows(
            &format!(
                "select {COLUMNS} from {{s}}change
                where id > ? and xid >= ?::text::xid8 and xid < ?::text::xid8
                and not pg_visible_in_snapshot(xid, ?::text::pg_snapshot) and pg_visible_in_snapshot(xid, ?::text::pg_snapshot)
                and table_name = ? and table_schema = ? order by id limit ?"
            ),
            binds![after, xmin.to_string(), xmax.to_string(), seen, &to, table.1, table.0, limit],
        )
        .await?;
    let full = i64::try_from(rows.len()).unwrap_or(limit) >= limit;
    let next = match rows.last() {
        Some(row) if full => Cursor::Snapshots {
            from,
            to: Some(to),
            after: row.integer(0),
        },
        _ => Cursor::Snapshots {
            from: Some(to),
            to: None,
            after: 0,
        },
    };
    Ok((rows, next, full))
}

async fn gap_page(
    session: &mut Session,
    table: (&str, &str),
    high: i64,
    mut gaps: Vec<Gap>,
    limit: i64,
) -> Result<Read, StoreError> {
    // First which gaps are closed, then the rows: a gap that was closed before its row was looked for in vain is empty for ever.
    let (now, oldest) = at_work(session).await?;
    let closed = |gap: &Gap| match oldest {
        Some(age) => now - gap.seen > age + GAP_MARGIN,
        None => now - gap.seen > GAP_KEPT,
    };
    let mut wanted = vec!["id > ?".to_owned()];
    let mut values = vec![Bind::from(high)];
    for gap in &gaps {
        wanted.push("id between ? and ?".to_owned());
        values.extend([Bind::from(gap.first), Bind::from(gap.last)]);
    }
    values.push(limit.into());
    let sql = format!(
        "select {COLUMNS} from {{s}}change where {} order by id limit ?",
        wanted.join(" or ")
    );
    let rows = session.rows(&sql, &values).await?;
    let full = i64::try_from(rows.len()).unwrap_or(limit) >= limit;
    let ids: Vec<i64> = rows.iter().map(|row| row.integer(0)).collect();
    let reached = if full {
        ids.last().copied().unwrap_or(high)
    } else {
        i64::MAX
    };
    gaps = gaps
        .iter()
        .flat_map(|gap| remaining(gap, &ids, reached, closed(gap)))
        .collect();
    let new: Vec<i64> = ids.iter().copied().filter(|id| *id > high).collect();
    gaps.extend(missing(high, &new, now));
    let high = new.last().copied().unwrap_or(high);
    let rows = rows
        .into_iter()
        .filter(|row| row.text(2) == table.0 && row.text(3) == table.1)
        .collect();
    Ok((rows, Cursor::Gaps { high, gaps }, full))
}

/// What is left of a gap after a page: the numbers not found, unless it is closed; all of it above what the page reached.
fn remaining(gap: &Gap, found: &[i64], reached: i64, closed: bool) -> Vec<Gap> {
    let inside: Vec<i64> = found
        .iter()
        .copied()
        .filter(|id| (gap.first..=gap.last).contains(id))
        .collect();
    let mut parts = Vec::new();
    let mut first = gap.first;
    for id in inside.iter().copied().chain([gap.last + 1]) {
        if first < id {
            parts.push(Gap {
                first,
                last: id - 1,
                seen: gap.seen,
            });
        }
        first = id + 1;
    }
    parts.retain(|part| !closed || part.last > reached);
    parts
}

/// The numbers missing between `after` and the last of `ids`, as gaps seen now.
fn missing(after: i64, ids: &[i64], now: i64) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut expected = after + 1;
    for id in ids {
        if *id > expected {
            gaps.push(Gap {
                first: expected,
                last: id - 1,
                seen: now,
            });
        }
        expected = id + 1;
    }
    gaps
}

/// The database's clock, and the age of the oldest transaction at work in milliseconds; absent where the role may not know.
async fn at_work(session: &mut Session) -> Result<(i64, Option<i64>), StoreError> {
    let now = session
        .row("select floor(unix_timestamp(now(3)) * 1000) div 1", &[])
        .await?
        .unwrap_or_default()
        .integer(0);
    let age = session
        .row(
            "select coalesce(max(timestampdiff(second, trx_started, convert_tz(utc_timestamp(), '+00:00', 'SYSTEM'))), 0) * 1000 div 1
            from information_schema.innodb_trx where trx_mysql_thread_id <> connection_id()",
            &[],
        )
        .await;
    Ok((
        now,
        age.ok().flatten().and_then(|row| row.optional_integer(0)),
    ))
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
