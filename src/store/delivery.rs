//! Deliveries: what a flow took from a change and owes to a destination, from acceptance to settlement.
//!
//! Everything here is a step of a caller's transaction. A delivery is `waiting` (for its time, its turn in its lane, or its circuit),
//! `sending` (claimed by one worker under a fence), `doubt` (sent, outcome unknown), `dead` or `delivered`.

mod accept;
mod settle;

use crate::binds;
use crate::catalog::Dialect;

use super::StoreError;
use super::session::{Row, Session};

pub use accept::{Accepted, Draft, accept};
pub use settle::{Ended, Next, Settlement, settle};

/// The time of a delivery that waits for an earlier one of its lane, which itself waits for a person.
pub const PARKED: i64 = i64::MAX;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// For its time or its turn.
    Waiting,
    /// A worker has it.
    Sending,
    /// It was sent, and nobody knows what came of it.
    Doubt,
    /// It can't be delivered; a person may replay it.
    Dead,
    /// The destination has it.
    Delivered,
}

impl State {
    /// The word that the tables use.
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sending => "sending",
            State::Doubt => "doubt",
            State::Dead => "dead",
            State::Delivered => "delivered",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<State> {
        [
            State::Waiting,
            State::Sending,
            State::Doubt,
            State::Dead,
            State::Delivered,
        ]
        .into_iter()
        .find(|state| state.word() == word)
    }
}

/// A delivery in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its number.
    pub id: i64,
    /// The flow.
    pub flow: String,
    /// The destination.
    pub destination: String,
    /// The lane.
    pub lane: String,
    /// The source row's key, as JSON.
    pub key: String,
    /// What happened to the row.
    pub kind: String,
    /// The message's id.
    pub message_id: String,
    /// The correlation id.
    pub correlation: String,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Attempts that count against the flow's limit.
    pub counted: i64,
    /// Settling needs this number; who takes the delivery over raises it.
    pub fence: i64,
    /// An attempt before this one may have arrived: look it up, or send again under the same id.
    pub unresolved: bool,
    /// The message.
    pub message: String,
    /// When it was accepted.
    pub created_at: i64,
}

/// What a claim is for.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The flow.
    pub flow: &'a str,
    /// The worker.
    pub worker: &'a str,
    /// The time.
    pub now: i64,
    /// How many at most.
    pub limit: i64,
}

const CLAIMED: &str = "id, flow, destination, lane, row_key, kind, message_id, correlation, attempts, counted, fence, resolve, message, created_at";

/// Claims deliveries that are due and first in their lane, oldest first; no two workers get the same.
///
/// # Errors
/// What the database says.
pub async fn claim(session: &mut Session, claim: &Claim<'_>) -> Result<Vec<Claimed>, StoreError> {
    let locking = match session.dialect() {
        Dialect::Postgres => " for update of d skip locked",
        Dialect::Mysql => " for update skip locked",
        Dialect::Sqlite => "",
    };
    let first = format!(
        "select d.id from {{s}}delivery d where d.flow = ? and d.state = 'waiting' and d.due_at <= ?
        and not exists (select 1 from {{s}}delivery e
            where e.destination = d.destination and e.lane = d.lane and e.id < d.id and e.blocks = 1)
        order by d.due_at, d.id limit ?{locking}"
    );
    let due = binds![claim.flow, claim.now, claim.limit].to_vec();
    let taken = "state = 'sending', owner = ?, fence = fence + 1, attempts = attempts + 1";
    if session.dialect() == Dialect::Mysql {
        // MySQL neither returns from an update nor updates a table that its subquery reads.
        let ids = session.rows(&first, &due).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<String> = ids.iter().map(|row| row.integer(0).to_string()).collect();
        let list = list.join(", ");
        session
            .run(
                &format!("update {{s}}delivery set {taken} where id in ({list})"),
                binds![claim.worker],
            )
            .await?;
        let rows = session
            .rows(
                &format!("select {CLAIMED} from {{s}}delivery where id in ({list}) order by id"),
                &[],
            )
            .await?;
        return Ok(rows.iter().map(claimed).collect());
    }
    let mut binds = binds![claim.worker].to_vec();
    binds.extend(due);
    // As an array, PostgreSQL looks each up by its number, whatever it thinks of how many there will be.
    let these = match session.dialect() {
        Dialect::Postgres => format!("= any(array({first}))"),
        _ => format!("in ({first})"),
    };
    let mut rows = session
        .rows(
            &format!("update {{s}}delivery set {taken} where id {these} returning {CLAIMED}"),
            &binds,
        )
        .await?;
    rows.sort_by_key(|row| row.integer(0));
    Ok(rows.iter().map(claimed).collect())
}

/// Makes due what waits for a time that a clock set which was stepped back since: one further ahead than anything waits (`longest`),
/// and one further ahead than what waits by itself (`usual`) of a delivery to which something happened after now.
///
/// # Errors
/// What the database says.
pub async fn mend_times(
    session: &mut Session,
    flow: &str,
    usual: i64,
    longest: i64,
    now: i64,
) -> Result<u64, StoreError> {
    session
        .run(
            "update {s}delivery as d set due_at = ? where d.flow = ? and d.state = 'waiting' and d.due_at > ? and d.due_at < ?
            and (d.due_at > ? or d.created_at > ? or exists (select 1 from {s}attempt a where a.delivery = d.id and a.at > ?))",
            binds![
                now,
                flow,
                now.saturating_add(usual),
                PARKED,
                now.saturating_add(longest),
                now,
                now
            ],
        )
        .await
}

fn claimed(row: &Row) -> Claimed {
    Claimed {
        id: row.integer(0),
        flow: row.text(1),
        destination: row.text(2),
        lane: row.text(3),
        key: row.text(4),
        kind: row.text(5),
        message_id: row.text(6),
        correlation: row.text(7),
        attempt: row.integer(8),
        counted: row.integer(9),
        fence: row.integer(10),
        unresolved: row.optional(11).is_some(),
        message: row.text(12),
        created_at: row.integer(13),
    }
}

/// Lets what was parked behind a delivery be looked at again.
///
/// # Errors
/// What the database says.
pub async fn release(session: &mut Session, id: i64, now: i64) -> Result<(), StoreError> {
    let lane = session
        .row(
            "select destination, lane from {s}delivery where id = ?",
            binds![id],
        )
        .await?;
    let Some(lane) = lane else { return Ok(()) };
    session
        .run(
            "update {s}delivery set due_at = ? where destination = ? and lane = ? and id > ? and blocks = 1 and state = 'waiting' and due_at > ?",
            binds![now, lane.text(0), lane.text(1), id, now],
        )
        .await?;
    Ok(())
}

/// Gives back a delivery that was claimed and not sent: as if it had not been claimed.
///
/// # Errors
/// What the database says.
pub async fn unclaim(session: &mut Session, claimed: &Claimed) -> Result<(), StoreError> {
    session
        .run(
            "update {s}delivery set state = 'waiting', owner = null, attempts = attempts - 1 where id = ? and fence = ? and state = 'sending'",
            binds![claimed.id, claimed.fence],
        )
        .await?;
    Ok(())
}

/// Takes what a worker that is gone held: each may have been sent. With the fence raised, the worker can't settle it if it lives on.
///
/// # Errors
/// What the database says.
pub async fn take_over(
    session: &mut Session,
    gone: &str,
    flow: &str,
    next: &Next,
    now: i64,
) -> Result<u64, StoreError> {
    let reason = format!("the gateway that sent it ({gone}) stopped before it heard the answer");
    let (state, due, settled) = match next {
        Next::Again { at, .. } => ("waiting", *at, None),
        _ => ("doubt", now, Some(now)),
    };
    session
        .run(
            "insert into {s}attempt (delivery, number, message_id, at, duration, class, reason, owner)
            select id, attempts, message_id, ?, 0, 'ambiguous', ?, owner from {s}delivery where state = 'sending' and owner = ? and flow = ?",
            binds![now, &reason, gone, flow],
        )
        .await?;
    session
        .run(
            "update {s}delivery set state = ?, due_at = ?, settled_at = ?, resolve = 'yes', fence = fence + 1, owner = null,
            class = 'ambiguous', reason = ? where state = 'sending' and owner = ? and flow = ?",
            binds![state, due, settled, &reason, gone, flow],
        )
        .await
}
