//! Circuits: whether a destination is worth calling, shared by every gateway through the database.
//!
//! A circuit is `closed` (calls pass), `open` (none pass until a time) or `half` (one worker's probe is on its way).

use crate::binds;

use super::StoreError;
use super::session::Session;

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// As many as wanted.
    Free,
    /// One, to see how the destination does.
    Probe,
    /// None before this time.
    Blocked(i64),
}

/// A circuit as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// The destination.
    pub destination: String,
    /// `closed`, `open` or `half`.
    pub state: String,
    /// How often it opened since it was last closed.
    pub opened: i64,
    /// When the next probe may go.
    pub retry_at: i64,
    /// Why it opened.
    pub reason: Option<String>,
}

/// Asks for passage; a probe's right is taken with the answer, for as long as `probe_time`.
///
/// # Errors
/// What the database says.
pub async fn ask(
    session: &mut Session,
    destination: &str,
    worker: &str,
    now: i64,
    probe_time: i64,
) -> Result<Passage, StoreError> {
    let Some(circuit) = read(session, destination).await? else {
        return Ok(Passage::Free);
    };
    if circuit.state == "closed" {
        return Ok(Passage::Free);
    }
    // A time further ahead than any wait of ours is a clock's that was stepped back.
    if circuit.retry_at > now && circuit.retry_at <= now.saturating_add(LONGEST) {
        return Ok(Passage::Blocked(circuit.retry_at));
    }
    let taken = session
        .run(
            "update {s}circuit set state = 'half', probe = ?, retry_at = ?, changed_at = ?
            where destination = ? and state = ? and retry_at = ?",
            binds![
                worker,
                now + probe_time,
                now,
                destination,
                &circuit.state,
                circuit.retry_at
            ],
        )
        .await?;
    Ok(if taken > 0 {
        Passage::Probe
    } else {
        Passage::Blocked(now + 1000)
    })
}

/// Gives the right to probe back, where nothing was there to be sent: whoever has something next may probe.
///
/// # Errors
/// What the database says.
pub async fn give_back(
    session: &mut Session,
    destination: &str,
    worker: &str,
    now: i64,
) -> Result<(), StoreError> {
    session
        .run(
            "update {s}circuit set state = 'open', probe = null, retry_at = ?, changed_at = ?
            where destination = ? and state = 'half' and probe = ?",
            binds![now, now, destination, worker],
        )
        .await?;
    Ok(())
}

/// The longest that a circuit stays open, in milliseconds.
pub const LONGEST: i64 = 10 * 60 * 1000;

/// Opens a circuit until a time.
///
/// # Errors
/// What the database says.
pub async fn open(
    session: &mut Session,
    destination: &str,
    reason: &str,
    retry_at: i64,
    now: i64,
) -> Result<(), StoreError> {
    let reason: String = reason.chars().take(500).collect();
    let changed = session
        .run(
            "update {s}circuit set state = 'open', opened = opened + 1, retry_at = ?, probe = null, reason = ?, changed_at = ? where destination = ?",
            binds![retry_at, &reason, now, destination],
        )
        .await?;
    if changed == 0 {
        session
            .run(
                "insert into {s}circuit (destination, state, opened, retry_at, reason, changed_at) values (?, 'open', 1, ?, ?, ?)",
                binds![destination, retry_at, &reason, now],
            )
            .await?;
    }
    Ok(())
}

/// Closes a circuit.
///
/// # Errors
/// What the database says.
pub async fn close(session: &mut Session, destination: &str, now: i64) -> Result<(), StoreError> {
    session
        .run(
            "update {s}circuit set state = 'closed', opened = 0, probe = null, changed_at = ? where destination = ? and state <> 'closed'",
            binds![now, destination],
        )
        .await?;
    Ok(())
}

/// Reads a circuit; a destination that never failed has none.
///
/// # Errors
/// What the database says.
pub async fn read(session: &mut Session, destination: &str) -> Result<Option<Circuit>, StoreError> {
    let row = session
        .row("select destination, state, opened, retry_at, reason from {s}circuit where destination = ?", binds![destination])
        .await?;
    Ok(row.map(|row| Circuit {
        destination: row.text(0),
        state: row.text(1),
        opened: row.integer(2),
        retry_at: row.integer(3),
        reason: row.optional(4),
    }))
}
