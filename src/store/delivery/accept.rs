//! Taking drafts into deliveries: each once, and an unsent one renewed by a newer message.

use std::collections::HashSet;

use crate::binds;
use crate::catalog::Dialect;
use crate::store::StoreError;
use crate::store::session::Session;

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

/// Takes drafts into their flows' deliveries, in order; answers what became of each.
///
/// # Errors
/// What the database says.
pub async fn accept(
    session: &mut Session,
    drafts: &[Draft],
    now: i64,
) -> Result<Vec<Accepted>, StoreError> {
    let mut new = if session.dialect() == Dialect::Postgres {
        insert_all(session, drafts, now).await?
    } else {
        HashSet::new()
    };
    let mut accepted = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let inserted = match session.dialect() {
            Dialect::Postgres => new.remove(&draft.once),
            _ => insert(session, draft, now).await?,
        };
        accepted.push(if inserted {
            Accepted::New
        } else {
            renew(session, draft, now).await?
        });
    }
    Ok(accepted)
}

const DRAFT: &str = "flow, destination, lane, row_key, kind, once, message_id, correlation, state, message, class, reason, settled_at,
    due_at, created_at, blocks, attempts, counted, fence, written";

/// Inserts every draft that is not known in one statement, numbered in their order; answers what makes the new ones one.
async fn insert_all(
    session: &mut Session,
    drafts: &[Draft],
    now: i64,
) -> Result<HashSet<String>, StoreError> {
    let rows: Vec<serde_json::Value> = drafts
        .iter()
        .enumerate()
        .map(|(n, draft)| {
            let dead = draft.unmappable.is_some();
            serde_json::json!({
                "n": n,
                "flow": draft.flow,
                "destination": draft.destination,
                "lane": draft.lane,
                "row_key": draft.key,
                "kind": draft.kind,
                "once": draft.once,
                "message_id": draft.message_id,
                "correlation": draft.correlation,
                "state": if dead { "dead" } else { "waiting" },
                "message": draft.message,
                "class": dead.then_some("unmappable"),
                "reason": draft.unmappable,
                "settled_at": dead.then_some(now),
            })
        })
        .collect();
    let sql = format!(
        "insert into {{s}}delivery ({DRAFT})
        select flow, destination, lane, row_key, kind, once, message_id, correlation, state, message, class, reason, settled_at,
            ?, ?, 1, 0, 0, 0, 'no'
        from json_to_recordset(?::text::json) as draft (n bigint, flow text, destination text, lane text, row_key text, kind text,
            once text, message_id text, correlation text, state text, message text, class text, reason text, settled_at bigint)
        order by n on conflict (flow, once) do nothing returning once"
    );
    let rows = serde_json::Value::from(rows).to_string();
    let new = session.rows(&sql, binds![now, now, rows]).await?;
    Ok(new.iter().map(|row| row.text(0)).collect())
}

/// Inserts a draft; `false` if it is known.
async fn insert(session: &mut Session, draft: &Draft, now: i64) -> Result<bool, StoreError> {
    let dead = draft.unmappable.is_some();
    let (insert, conflict) = match session.dialect() {
        Dialect::Mysql => ("insert ignore into", ""),
        _ => ("insert into", " on conflict (flow, once) do nothing"),
    };
    let inserted = session
        .run(
            &format!(
                "{insert} {{s}}delivery ({DRAFT})
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, 0, 'no'){conflict}"
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
                &draft.message,
                dead.then_some("unmappable"),
                draft.unmappable.clone(),
                dead.then_some(now),
                now,
                now,
            ],
        )
        .await?;
    Ok(inserted > 0)
}

/// Puts a newer message into a delivery that was not sent yet: what is sent will be the newest. A message that couldn't be made
/// does not replace one that could.
async fn renew(session: &mut Session, draft: &Draft, now: i64) -> Result<Accepted, StoreError> {
    let renewed = session
        .run(
            "update {s}delivery set message = ?, correlation = ?, state = 'waiting', class = null, reason = null, settled_at = null, written = 'no', due_at = ?
            where flow = ? and once = ? and attempts = 0 and ? = 0 and (state = 'waiting' or class = 'unmappable')",
            binds![
                &draft.message,
                &draft.correlation,
                now,
                &draft.flow,
                &draft.once,
                i64::from(draft.unmappable.is_some())
            ],
        )
        .await?;
    Ok(if renewed > 0 {
        Accepted::Renewed
    } else {
        Accepted::Known
    })
}
