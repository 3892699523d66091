//! One page of the change log, by the order that each database can vouch for.

use crate::binds;
use crate::store::StoreError;
use crate::store::session::{Bind, Row, Session};

use super::Of;
use super::cursor::{Cursor, Gap, missing, remaining, snapshot_bounds};

/// How long a gap is asked for where nothing tells which transactions are at work: a day.
const GAP_KEPT: i64 = 24 * 3600 * 1000;
/// How much older than a gap's first sight the oldest transaction may seem, for clocks that count whole seconds.
const GAP_MARGIN: i64 = 3000;

const COLUMNS: &str = "id, at, table_schema, table_name, kind, row_key, columns, before_row, after_row, origin, correlation";

impl Of<'_> {
    /// The condition, with its values.
    fn test(&self) -> (&'static str, Vec<Bind>) {
        let (schema, name) = self.table;
        match self.not_by {
            None => (
                "table_name = ? and table_schema = ?",
                binds![name, schema].to_vec(),
            ),
            Some(origin) => (
                "table_name = ? and table_schema = ? and coalesce(origin, '') <> ?",
                binds![name, schema, origin].to_vec(),
            ),
        }
    }
}

/// Rows, the cursor after them, and whether there may be more already.
pub(super) type Read = (Vec<Row>, Cursor, bool);

pub(super) async fn number_page(
    session: &mut Session,
    of: Of<'_>,
    after: i64,
    limit: i64,
) -> Result<Read, StoreError> {
    // Before the rows, so that what is written meanwhile is not passed over.
    let top = session
        .row("select coalesce(max(id), 0) from {s}change", &[])
        .await?
        .unwrap_or_default()
        .integer(0);
    let (test, tested) = of.test();
    let mut values = binds![after].to_vec();
    values.extend(tested);
    values.push(limit.into());
    let rows = session
        .rows(
            &format!(
                "select {COLUMNS} from {{s}}change where id > ? and {test} order by id limit ?"
            ),
            &values,
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

pub(super) async fn snapshot_page(
    session: &mut Session,
    of: Of<'_>,
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
    // The bounds are there for the index: a first page finds its start by them, the ones after it go on by number.
    let (bounds, mut values) = match after {
        0 => (
            "xid >= ?::text::xid8 and xid < ?::text::xid8",
            binds![xmin.to_string(), xmax.to_string()].to_vec(),
        ),
        _ => ("id > ?", binds![after].to_vec()),
    };
    let (test, tested) = of.test();
    values.extend(binds![seen, &to].to_vec());
    values.extend(tested);
    values.push(limit.into());
    let rows = session
        .rows(
            &format!(
                "select {COLUMNS} from {{s}}change where {bounds}
                and not pg_visible_in_snapshot(xid, ?::text::pg_snapshot) and pg_visible_in_snapshot(xid, ?::text::pg_snapshot)
                and {test} order by id limit ?"
            ),
            &values,
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

pub(super) async fn gap_page(
    session: &mut Session,
    of: Of<'_>,
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
        .filter(|row| row.text(2) == of.table.0 && row.text(3) == of.table.1)
        .filter(|row| of.not_by.is_none() || row.optional(9).as_deref() != of.not_by)
        .collect();
    Ok((rows, Cursor::Gaps { high, gaps }, full))
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
