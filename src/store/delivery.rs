//! Deliveries: what a flow took from a change and owes to a destination, from acceptance to settlement.
//!
//! Everything here is a step of a caller's transaction. A delivery is `waiting` (for its time, its turn in its lane, or its circuit),
//! `sending` (claimed by one worker under a fence), `doubt` (sent, outcome unknown), `dead` or `delivered`.

use crate::binds;
use crate::catalog::Dialect;

use super::StoreError;
use super::session::{Row, Session};

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

/// A delivery to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The flow.
    pub flow: String,
    /// Where it goes: the circuit's and the lane's first part.
    pub destination: String,
    /// The lane: the business key.
    pub lane: String,
    /// The source row's key, as JSON.
    pub key: String,
    /// What happened to the row.
    pub kind: String,
    /// What makes it one delivery: a second draft with the same is no new delivery.
    pub once: String,
    /// The same through every attempt.
    pub message_id: String,
    /// The same from the change to the answer.
    pub correlation: String,
    /// The message, or what it would have been made from.
    pub message: String,
    /// Why no message could be made: it is born dead.
    pub unmappable: Option<String>,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is a new delivery.
    New,
    /// An unsent delivery of the same took the newer message.
    Renewed,
    /// There was such a delivery already.
    Known,
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

/// Takes a draft into its flow's deliveries.
///
/// # Errors
/// What the database says.
pub async fn accept(
    session: &mut Session,
    draft: &Draft,
    now: i64,
) -> Result<Accepted, StoreError> {
    let dead = draft.unmappable.is_some();
    let insert = match session.dialect() {
        Dialect::Mysql => "insert ignore into",
        _ => "insert into",
    };
    let conflict = match session.dialect() {
        Dialect::Mysql => "",
        _ => " on conflict (flow, once) do nothing",
    };
    let inserted = session
        .run(
            &format!(
                "{insert} {{s}}delivery (flow, destination, lane, row_key, kind, once, message_id, correlation, state, blocks, attempts,
                counted, due_at, fence, message, class, reason, written, created_at, settled_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, ?, 0, ?, ?, ?, 'no', ?, ?){conflict}"
            ),
            binds![
                &draft.flow,
                &draft.destination,
                &draft.lane,
                &draft.key,
                &draft.kind,
                &draft.once,
                &draft.message_id,
                &draft.correlation,
                if dead { "dead" } else { "waiting" },
                now,
                &draft.message,
                dead.then_some("unmappable"),
                draft.unmappable.clone(),
                now,
                dead.then_some(now),
            ],
        )
        .await?;
    if inserted > 0 {
        return Ok(Accepted::New);
    }
    // Not sent yet: what is sent will be the newest. A message that couldn't be made does not replace one that could.
    let renewed = session
        .run(
            "update {s}delivery set message = ?, correlation = ?, state = 'waiting', class = null, reason = null, settled_at = null, due_at = ?
            where flow = ? and once = ? and attempts = 0 and ? = 0 and (state = 'waiting' or class = 'unmappable')",
            binds![&draft.message, &draft.correlation, now, &draft.flow, &draft.once, i64::from(dead)],
        )
        .await?;
    Ok(if renewed > 0 {
        Accepted::Renewed
    } else {
        Accepted::Known
    })
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
    /// The longest that anything waits for its time by itself; a later time is a clock's that was stepped back.
    pub longest: i64,
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
        "select d.id from {{s}}delivery d where d.flow = ? and d.state = 'waiting'
        and (d.due_at <= ? or (d.due_at > ? and d.due_at < {PARKED}))
        and not exists (select 1 from {{s}}delivery e
            where e.destination = d.destination and e.lane = d.lane and e.id < d.id and e.blocks = 1)
        order by d.due_at, d.id limit ?{locking}"
    );
    let due = binds![
        claim.flow,
        claim.now,
        claim.now.saturating_add(claim.longest),
        claim.limit
    ]
    .to_vec();
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
    let mut rows = session
        .rows(
            &format!("update {{s}}delivery set {taken} where id in ({first}) returning {CLAIMED}"),
            &binds,
        )
        .await?;
    rows.sort_by_key(|row| row.integer(0));
    Ok(rows.iter().map(claimed).collect())
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

/// How an attempt ended, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// When it began.
    pub at: i64,
    /// Milliseconds that it took.
    pub duration: i64,
    /// Its class: one word.
    pub class: &'static str,
    /// Why, for a person.
    pub reason: Option<String>,
    /// The request as sent, where the flow keeps it.
    pub request: Option<String>,
    /// The answer, where the flow keeps it or it was not understood.
    pub answer: Option<String>,
}

/// What is to become of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The destination has it, under this reference if it told one.
    Delivered {
        /// What the destination calls it.
        reference: Option<String>,
        /// The answer's fields, as JSON.
        answer: Option<String>,
    },
    /// Again, not before a time.
    Again {
        /// The time.
        at: i64,
        /// It may have arrived: look first, or send under the same id.
        unresolved: bool,
        /// The attempt counts against the limit.
        counts: bool,
    },
    /// A person must look: it may have arrived.
    Doubt,
    /// It can't be delivered.
    Dead {
        /// It holds back what is behind it in its lane.
        blocks: bool,
    },
}

/// Settles a claimed delivery; `false` if the worker does not own it any more, and then nothing is changed.
///
/// # Errors
/// What the database says.
pub async fn settle(
    session: &mut Session,
    claimed: &Claimed,
    worker: &str,
    ended: &Ended,
    next: &Next,
    now: i64,
) -> Result<bool, StoreError> {
    let fenced = "where id = ? and fence = ? and state = 'sending'";
    let own = binds![claimed.id, claimed.fence].to_vec();
    let (set, mut values) = match next {
        Next::Delivered { reference, answer } => (
            "state = 'delivered', blocks = 0, resolve = null, reference = ?, answer = ?, settled_at = ?, owner = null",
            binds![reference.clone(), answer.clone(), now].to_vec(),
        ),
        Next::Again {
            at,
            unresolved,
            counts,
        } => (
            "state = 'waiting', due_at = ?, resolve = ?, counted = counted + ?, owner = null",
            binds![*at, unresolved.then_some("yes"), i64::from(*counts)].to_vec(),
        ),
        Next::Doubt => (
            "state = 'doubt', resolve = 'yes', settled_at = ?, owner = null",
            binds![now].to_vec(),
        ),
        Next::Dead { blocks } => (
            "state = 'dead', blocks = ?, settled_at = ?, owner = null",
            binds![i64::from(*blocks), now].to_vec(),
        ),
    };
    values.extend(binds![ended.class, ended.reason.clone()].to_vec());
    values.extend(own);
    let changed = session
        .run(
            &format!("update {{s}}delivery set {set}, class = ?, reason = ? {fenced}"),
            &values,
        )
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    match next {
        // What waits behind it is not looked at with every claim.
        Next::Again { at, .. } => defer(session, claimed, *at).await?,
        Next::Doubt | Next::Dead { blocks: true } => defer(session, claimed, PARKED).await?,
        // Only where there was trouble can something be parked behind it.
        Next::Delivered { .. } | Next::Dead { .. } if claimed.attempt > 1 => {
            release(session, claimed.id, now).await?
        }
        Next::Delivered { .. } | Next::Dead { .. } => {}
    }
    session
        .run(
            "insert into {s}attempt (delivery, number, message_id, at, duration, class, reason, request, answer, owner)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            binds![
                claimed.id,
                claimed.attempt,
                &claimed.message_id,
                ended.at,
                ended.duration,
                ended.class,
                ended.reason.clone(),
                ended.request.clone(),
                ended.answer.clone(),
                worker,
            ],
        )
        .await?;
    Ok(true)
}

async fn defer(session: &mut Session, claimed: &Claimed, at: i64) -> Result<(), StoreError> {
    session
        .run(
            "update {s}delivery set due_at = ? where destination = ? and lane = ? and id > ? and blocks = 1 and state = 'waiting'",
            binds![at, &claimed.destination, &claimed.lane, claimed.id],
        )
        .await?;
    Ok(())
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
