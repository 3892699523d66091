//! What stands where: the counts of each flow, in one statement, so that they are of one moment.
//!
//! At every moment, accepted = delivered + waiting + in doubt + dead.

use crate::binds;
use crate::catalog::Dialect;

use super::StoreError;
use super::progress::Mode;
use super::session::Session;

/// The counts of one flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The flow.
    pub flow: String,
    /// Whether it runs.
    pub mode: Mode,
    /// Deliveries ever accepted; counted when they are, not from the deliveries.
    pub accepted: i64,
    /// Delivered.
    pub delivered: i64,
    /// Waiting or being sent.
    pub waiting: i64,
    /// Of those waiting: being sent.
    pub sending: i64,
    /// In doubt.
    pub doubt: i64,
    /// Dead, given up ones included.
    pub dead: i64,
    /// Attempts at the deliveries that are kept.
    pub attempts: i64,
    /// When the oldest that waits was accepted.
    pub oldest: Option<i64>,
    /// Its cursor in the change log.
    pub position: String,
}

impl Counts {
    /// Tells whether nothing is lost and nothing doubled on our side.
    pub fn balanced(&self) -> bool {
        self.accepted == self.delivered + self.waiting + self.doubt + self.dead
    }
}

/// The query that shows it, as a person may run it.
pub const QUERY: &str = "select f.name, f.state, f.accepted, f.gone_delivered, f.gone_dead, d.state, coalesce(d.n, 0), d.oldest, f.position, d.attempts
from {s}flow f left join
  (select flow, state, attempts, count(*) as n, min(created_at) as oldest from {s}delivery group by flow, state, attempts) d
  on d.flow = f.name
order by f.name";

/// Counts what stands where, for every flow.
///
/// # Errors
/// What the database says.
pub async fn all(session: &mut Session) -> Result<Vec<Counts>, StoreError> {
    let mut found: Vec<Counts> = Vec::new();
    for row in session.rows(QUERY, &[]).await? {
        if found.last().is_none_or(|counts| counts.flow != row.text(0)) {
            found.push(Counts {
                flow: row.text(0),
                mode: Mode::from_word(&row.text(1)).unwrap_or(Mode::Paused),
                accepted: row.integer(2),
                delivered: row.integer(3),
                waiting: 0,
                sending: 0,
                doubt: 0,
                dead: row.integer(4),
                attempts: 0,
                oldest: None,
                position: row.text(8),
            });
        }
        let Some(counts) = found.last_mut() else {
            continue;
        };
        let (number, oldest) = (row.integer(6), row.optional_integer(7));
        counts.attempts += number * row.integer(9);
        match row.text(5).as_str() {
            "waiting" | "sending" => {
                counts.waiting += number;
                if row.text(5) == "sending" {
                    counts.sending += number;
                }
                counts.oldest = counts.oldest.into_iter().chain(oldest).min();
            }
            "doubt" => counts.doubt += number,
            "dead" => counts.dead += number,
            "delivered" => counts.delivered += number,
            _ => {}
        }
    }
    Ok(found)
}

/// Forgets deliveries that were settled for good before a time, with their attempts; the counts keep them. Answers how many.
///
/// Not for a flow that takes each record once: its row is what makes a second delivery known.
///
/// # Errors
/// What the database says.
pub async fn forget(
    session: &mut Session,
    flow: &str,
    before: i64,
    limit: i64,
) -> Result<u64, StoreError> {
    let locking = match session.dialect() {
        Dialect::Sqlite => "",
        _ => " for update skip locked",
    };
    let settled = format!(
        "select id, state from {{s}}delivery where flow = ? and blocks = 0 and settled_at < ? and written <> 'due' order by id limit ?{locking}"
    );
    let rows = session.rows(&settled, binds![flow, before, limit]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let ids: Vec<String> = rows.iter().map(|row| row.integer(0).to_string()).collect();
    let ids = ids.join(", ");
    for (table, column) in [
        ("attempt", "delivery"),
        ("edit", "delivery"),
        ("delivery", "id"),
    ] {
        session
            .run(
                &format!("delete from {{s}}{table} where {column} in ({ids})"),
                &[],
            )
            .await?;
    }
    let delivered = rows.iter().filter(|row| row.text(1) == "delivered").count() as i64;
    let dead = rows.len() as i64 - delivered;
    session
        .run(
            "update {s}flow set gone_delivered = gone_delivered + ?, gone_dead = gone_dead + ? where name = ?",
            binds![delivered, dead, flow],
        )
        .await?;
    Ok(rows.len() as u64)
}
