//! What a person sees and does with deliveries: search, read, edit, replay, decide what is in doubt, give up.
//!
//! Each deed is kept with who did it; an edit keeps the message before and after.

mod recorded;

use crate::binds;

use super::StoreError;
use super::delivery::{self, State};
use super::session::{Bind, Row, Session};

use recorded::record;
pub use recorded::{Recorded, deeds};

/// A delivery as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
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
    /// Where it stands.
    pub state: State,
    /// It holds back what is behind it in its lane.
    pub blocks: bool,
    /// Attempts made.
    pub attempts: i64,
    /// When it is tried next.
    pub due_at: i64,
    /// The class of the last attempt.
    pub class: Option<String>,
    /// Why it stands there.
    pub reason: Option<String>,
    /// What the destination calls it.
    pub reference: Option<String>,
    /// Whether the answer has been written back: `no` (nothing to write), `due`, `yes`, `failed`.
    pub written: String,
    /// The message.
    pub message: String,
    /// When it was accepted.
    pub created_at: i64,
    /// When it was settled.
    pub settled_at: Option<i64>,
}

const COLUMNS: &str = "id, flow, destination, lane, row_key, kind, message_id, correlation, state, blocks, attempts, due_at, class, reason,
    reference, written, message, created_at, settled_at";

fn letter(row: &Row) -> Letter {
    Letter {
        id: row.integer(0),
        flow: row.text(1),
        destination: row.text(2),
        lane: row.text(3),
        key: row.text(4),
        kind: row.text(5),
        message_id: row.text(6),
        correlation: row.text(7),
        state: State::from_word(&row.text(8)).unwrap_or(State::Doubt),
        blocks: row.integer(9) != 0,
        attempts: row.integer(10),
        due_at: row.integer(11),
        class: row.optional(12),
        reason: row.optional(13),
        reference: row.optional(14),
        written: row.text(15),
        message: row.text(16),
        created_at: row.integer(17),
        settled_at: row.optional_integer(18),
    }
}

/// Which deliveries.
#[derive(Debug, Clone, Default)]
pub struct Search<'a> {
    /// Of this flow.
    pub flow: Option<&'a str>,
    /// In this state.
    pub state: Option<State>,
    /// With this text in key, message, reason, reference, message id or correlation id.
    pub text: Option<&'a str>,
    /// With a smaller number than this: the next page.
    pub before: Option<i64>,
}

impl Search<'_> {
    fn test(&self) -> (String, Vec<Bind>) {
        let mut tests = vec!["1 = 1".to_owned()];
        let mut values = Vec::new();
        if let Some(flow) = self.flow {
            tests.push("flow = ?".to_owned());
            values.push(Bind::from(flow));
        }
        if let Some(state) = self.state {
            tests.push("state = ?".to_owned());
            values.push(Bind::from(state.word()));
        }
        if let Some(before) = self.before {
            tests.push("id < ?".to_owned());
            values.push(Bind::from(before));
        }
        if let Some(text) = self.text {
            let escaped = text
                .replace('!', "!!")
                .replace('%', "!%")
                .replace('_', "!_");
            let columns = [
                "row_key",
                "message",
                "reason",
                "reference",
                "message_id",
                "correlation",
            ];
            let each: Vec<String> = columns
                .iter()
                .map(|column| format!("{column} like ? escape '!'"))
                .collect();
            tests.push(format!("({})", each.join(" or ")));
            values.extend(columns.iter().map(|_| Bind::from(format!("%{escaped}%"))));
        }
        (tests.join(" and "), values)
    }
}

/// Finds deliveries, newest first.
///
/// # Errors
/// What the database says.
pub async fn search(
    session: &mut Session,
    search: &Search<'_>,
    limit: i64,
) -> Result<Vec<Letter>, StoreError> {
    let (test, mut values) = search.test();
    values.push(limit.into());
    let rows = session
        .rows(
            &format!("select {COLUMNS} from {{s}}delivery where {test} order by id desc limit ?"),
            &values,
        )
        .await?;
    Ok(rows.iter().map(letter).collect())
}

/// Reads one delivery.
///
/// # Errors
/// There is none of that number, or what the database says.
pub async fn read(session: &mut Session, id: i64) -> Result<Letter, StoreError> {
    let row = session
        .row(
            &format!("select {COLUMNS} from {{s}}delivery where id = ?"),
            binds![id],
        )
        .await?;
    row.as_ref().map(letter).ok_or_else(|| StoreError::Missing {
        what: "delivery",
        name: id.to_string(),
    })
}

/// An attempt as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The delivery.
    pub delivery: i64,
    /// Which attempt, from 1.
    pub number: i64,
    /// When it began.
    pub at: i64,
    /// Milliseconds that it took.
    pub duration: i64,
    /// Its class.
    pub class: String,
    /// Why.
    pub reason: Option<String>,
    /// The request, where it is kept.
    pub request: Option<String>,
    /// The answer, where it is kept.
    pub answer: Option<String>,
}

/// Reads a delivery's attempts, in order.
///
/// # Errors
/// What the database says.
pub async fn attempts(session: &mut Session, id: i64) -> Result<Vec<Attempt>, StoreError> {
    let rows = session
        .rows(
            "select delivery, number, at, duration, class, reason, request, answer from {s}attempt where delivery = ? order by number",
            binds![id],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Attempt {
            delivery: row.integer(0),
            number: row.integer(1),
            at: row.integer(2),
            duration: row.integer(3),
            class: row.text(4),
            reason: row.optional(5),
            request: row.optional(6),
            answer: row.optional(7),
        })
        .collect())
}

/// Who does something, when, and why.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// Who.
    pub who: &'a str,
    /// Why.
    pub note: Option<&'a str>,
    /// When.
    pub now: i64,
}

/// Replays dead deliveries and resends those in doubt, all that are found or only those named: each becomes due, `spacing`
/// milliseconds after the one before. Answers how many.
///
/// # Errors
/// What the database says.
pub async fn replay(
    session: &mut Session,
    search: &Search<'_>,
    only: &[i64],
    spacing: i64,
    deed: Deed<'_>,
) -> Result<u64, StoreError> {
    let (test, mut values) = search.test();
    let only_test = match only.len() {
        0 => String::new(),
        count => format!(" and id in ({})", vec!["?"; count].join(", ")),
    };
    values.extend(only.iter().copied().map(Bind::from));
    let rows = session
        .rows(
            &format!("select id from {{s}}delivery where {test}{only_test} and state in ('dead', 'doubt') order by id"),
            &values,
        )
        .await?;
    let mut count = 0;
    for row in &rows {
        let (id, due) = (
            row.integer(0),
            deed.now + i64::try_from(count).unwrap_or(0) * spacing,
        );
        let changed = session
            .run(
                "update {s}delivery set state = 'waiting', blocks = 1, counted = 0, due_at = ?, settled_at = null, fence = fence + 1
                where id = ? and state in ('dead', 'doubt')",
                binds![due, id],
            )
            .await?;
        if changed > 0 {
            record(session, id, "replay", deed, None).await?;
            delivery::release(session, id, due).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Changes the message of a delivery that is dead.
///
/// # Errors
/// It is not dead, or what the database says.
pub async fn edit(
    session: &mut Session,
    id: i64,
    message: &str,
    deed: Deed<'_>,
) -> Result<(), StoreError> {
    let before = read(session, id).await?;
    let changed = session
        .run(
            "update {s}delivery set message = ? where id = ? and state = 'dead'",
            binds![message, id],
        )
        .await?;
    if changed == 0 {
        return Err(StoreError::State(format!(
            "delivery {id} is {}: only a dead one is edited",
            before.state.word()
        )));
    }
    record(session, id, "edit", deed, Some((&before.message, message))).await
}

/// Gives up a dead delivery or one in doubt: it stays counted as dead, with the reason, and no longer holds its lane.
///
/// # Errors
/// It is neither, or what the database says.
pub async fn give_up(session: &mut Session, id: i64, deed: Deed<'_>) -> Result<(), StoreError> {
    let changed = session
        .run(
            "update {s}delivery set state = 'dead', blocks = 0, settled_at = ? where id = ? and state in ('dead', 'doubt') and blocks = 1",
            binds![deed.now, id],
        )
        .await?;
    if changed == 0 {
        let letter = read(session, id).await?;
        return Err(StoreError::State(format!(
            "delivery {id} is {}: there is nothing to give up",
            letter.state.word()
        )));
    }
    record(session, id, "give up", deed, None).await?;
    delivery::release(session, id, deed.now).await
}

/// Says that a delivery in doubt did arrive.
///
/// # Errors
/// It is not in doubt, or what the database says.
pub async fn confirm(
    session: &mut Session,
    id: i64,
    reference: Option<&str>,
    deed: Deed<'_>,
) -> Result<(), StoreError> {
    let changed = session
        .run(
            "update {s}delivery set state = 'delivered', blocks = 0, resolve = null, reference = ?, settled_at = ? where id = ? and state = 'doubt'",
            binds![reference, deed.now, id],
        )
        .await?;
    if changed == 0 {
        let letter = read(session, id).await?;
        return Err(StoreError::State(format!(
            "delivery {id} is {}, not in doubt",
            letter.state.word()
        )));
    }
    record(session, id, "confirm", deed, None).await?;
    delivery::release(session, id, deed.now).await
}

/// Says of a delivery in doubt whether it arrived: if it did not, it is sent again.
///
/// # Errors
/// It is not in doubt, or what the database says.
pub async fn resolve(
    session: &mut Session,
    id: i64,
    arrived: bool,
    reference: Option<&str>,
    deed: Deed<'_>,
) -> Result<(), StoreError> {
    if arrived {
        return confirm(session, id, reference, deed).await;
    }
    let search = Search {
        state: Some(State::Doubt),
        ..Search::default()
    };
    match replay(session, &search, &[id], 0, deed).await? {
        0 => {
            let letter = read(session, id).await?;
            Err(StoreError::State(format!(
                "delivery {id} is {}, not in doubt",
                letter.state.word()
            )))
        }
        _ => Ok(()),
    }
}
