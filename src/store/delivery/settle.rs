//! Settling attempts: what becomes of a delivery, for the worker that still owns it and for nobody else.

use std::collections::HashSet;

use crate::binds;
use crate::catalog::Dialect;
use crate::store::StoreError;
use crate::store::session::Session;

use super::{Claimed, PARKED, release};

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

/// An attempt that has ended and what is to become of its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement<'a> {
    /// The delivery.
    pub claimed: &'a Claimed,
    /// How the attempt ended.
    pub ended: Ended,
    /// What becomes of it.
    pub next: Next,
    /// The answer is written back in the same transaction.
    pub written: bool,
}

/// Settles claimed deliveries; answers for each whether the worker still owned it: if not, nothing of it is changed.
///
/// # Errors
/// What the database says.
pub async fn settle(
    session: &mut Session,
    worker: &str,
    settlements: &[Settlement<'_>],
    now: i64,
) -> Result<Vec<bool>, StoreError> {
    // What is delivered at the first attempt touches nothing but itself: many of them are one statement.
    let postgres = session.dialect() == Dialect::Postgres;
    let plain = |settlement: &Settlement<'_>| {
        postgres
            && settlement.claimed.attempt == 1
            && matches!(settlement.next, Next::Delivered { .. })
    };
    let together: Vec<&Settlement<'_>> = settlements.iter().filter(|one| plain(one)).collect();
    let owned = if together.is_empty() {
        HashSet::new()
    } else {
        settle_delivered(session, worker, &together, now).await?
    };
    let mut settled = Vec::with_capacity(settlements.len());
    for settlement in settlements {
        settled.push(if plain(settlement) {
            owned.contains(&settlement.claimed.id)
        } else {
            settle_one(session, worker, settlement, now).await?
        });
    }
    Ok(settled)
}

/// Settles deliveries that arrived, with their attempts, in one statement; answers which the worker still owned.
async fn settle_delivered(
    session: &mut Session,
    worker: &str,
    settlements: &[&Settlement<'_>],
    now: i64,
) -> Result<HashSet<i64>, StoreError> {
    let rows: Vec<serde_json::Value> = settlements
        .iter()
        .map(|settlement| {
            let (claimed, ended) = (settlement.claimed, &settlement.ended);
            let (reference, answer) = match &settlement.next {
                Next::Delivered { reference, answer } => (reference, answer),
                _ => (&None, &None),
            };
            serde_json::json!({
                "id": claimed.id,
                "fence": claimed.fence,
                "message_id": claimed.message_id,
                "at": ended.at,
                "duration": ended.duration,
                "class": ended.class,
                "reason": ended.reason,
                "request": ended.request,
                "heard": ended.answer,
                "reference": reference,
                "answer": answer,
                "written": if settlement.written { "yes" } else { "no" },
            })
        })
        .collect();
    let rows = serde_json::Value::from(rows).to_string();
    // Told apart from the rows, they are looked up by their numbers, whatever PostgreSQL thinks of the rows.
    let ids: Vec<String> = settlements
        .iter()
        .map(|settlement| settlement.claimed.id.to_string())
        .collect();
    let ids = format!("{{{}}}", ids.join(","));
    let owned = session
        .rows(
            "with ended as (
                select * from json_to_recordset(?::text::json) as ended (id bigint, fence bigint, message_id text, at bigint, duration bigint,
                    class text, reason text, request text, heard text, reference text, answer text, written text)
            ), settled as (
                update {s}delivery d set state = 'delivered', blocks = 0, resolve = null, owner = null, reference = ended.reference,
                    answer = ended.answer, class = ended.class, reason = ended.reason, written = ended.written, settled_at = ?
                from ended where d.id = any(?::text::bigint[]) and d.id = ended.id and d.fence = ended.fence and d.state = 'sending'
                returning d.id
            ), kept as (
                insert into {s}attempt (delivery, number, message_id, at, duration, class, reason, request, answer, owner)
                select id, 1, message_id, at, duration, class, reason, request, heard, ? from ended where id in (select id from settled)
            )
            select id from settled",
            binds![rows, now, ids, worker],
        )
        .await?;
    Ok(owned.iter().map(|row| row.integer(0)).collect())
}

async fn settle_one(
    session: &mut Session,
    worker: &str,
    settlement: &Settlement<'_>,
    now: i64,
) -> Result<bool, StoreError> {
    let Settlement {
        claimed,
        ended,
        next,
        written,
    } = settlement;
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
    let written = if *written { "yes" } else { "no" };
    values.extend(binds![ended.class, ended.reason.clone(), written].to_vec());
    values.extend(own);
    let changed = session
        .run(
            &format!("update {{s}}delivery set {set}, class = ?, reason = ?, written = ? {fenced}"),
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
