//! How far each flow has come: its cursor in the change log, what it accepted, and whether it runs.
//!
//! The hand-over is one transaction: the deliveries of a page of changes and the cursor after it.

use crate::binds;
use crate::catalog::Dialect;

use super::StoreError;
use super::delivery::{self, Accepted, Draft};
use super::session::{Row, Session};

/// Whether a flow runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It takes changes and sends.
    Running,
    /// It does neither.
    Paused,
    /// It sends what it has, and takes nothing new.
    Draining,
}

impl Mode {
    /// The word that the tables and the commands use.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Running => "running",
            Mode::Paused => "paused",
            Mode::Draining => "draining",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Mode> {
        [Mode::Running, Mode::Paused, Mode::Draining]
            .into_iter()
            .find(|mode| mode.word() == word)
    }
}

/// A flow's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The flow.
    pub name: String,
    /// Whether it runs.
    pub mode: Mode,
    /// Its cursor in the change log.
    pub position: String,
}

/// Signs a flow on where it is new, with its cursor at `position`; answers how it stands.
///
/// # Errors
/// What the database says.
pub async fn ensure(
    session: &mut Session,
    name: &str,
    position: &str,
    now: i64,
) -> Result<Progress, StoreError> {
    if let Some(progress) = read(session, name).await? {
        return Ok(progress);
    }
    let (insert, conflict) = match session.dialect() {
        Dialect::Mysql => ("insert ignore into", ""),
        _ => ("insert into", " on conflict (name) do nothing"),
    };
    session
        .run(
            &format!(
                "{insert} {{s}}flow (name, state, position, accepted, gone_delivered, gone_dead, rate_at, seen_at)
                values (?, 'running', ?, 0, 0, 0, 0, ?){conflict}"
            ),
            binds![name, position, now],
        )
        .await?;
    read(session, name).await?.ok_or_else(|| missing(name))
}

/// Reads how a flow stands.
///
/// # Errors
/// What the database says.
pub async fn read(session: &mut Session, name: &str) -> Result<Option<Progress>, StoreError> {
    let row = session
        .row(
            "select name, state, position from {s}flow where name = ?",
            binds![name],
        )
        .await?;
    Ok(row.as_ref().map(progress))
}

fn progress(row: &Row) -> Progress {
    Progress {
        name: row.text(0),
        mode: Mode::from_word(&row.text(1)).unwrap_or(Mode::Paused),
        position: row.text(2),
    }
}

fn missing(name: &str) -> StoreError {
    StoreError::Missing {
        what: "flow",
        name: name.to_owned(),
    }
}

/// Pauses, resumes or drains a flow.
///
/// # Errors
/// There is no such flow, or what the database says.
pub async fn set_mode(session: &mut Session, name: &str, mode: Mode) -> Result<(), StoreError> {
    match session
        .run(
            "update {s}flow set state = ? where name = ?",
            binds![mode.word(), name],
        )
        .await?
    {
        0 if read(session, name).await?.is_none() => Err(missing(name)),
        _ => Ok(()),
    }
}

/// What a hand-over did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HandedOver {
    /// New deliveries.
    pub accepted: i64,
    /// Unsent deliveries that took a newer message.
    pub renewed: i64,
}

/// Hands a page of changes over: accepts the drafts and moves the cursor from `from` to `to`. `None` if another gateway moved it
/// meanwhile: then nothing is done.
///
/// # Errors
/// What the database says.
pub async fn hand_over(
    session: &mut Session,
    flow: &str,
    from: &str,
    to: &str,
    drafts: &[Draft],
    now: i64,
) -> Result<Option<HandedOver>, StoreError> {
    // The update locks the row: a second gateway waits here and then finds the cursor moved.
    let moved = session
        .run(
            "update {s}flow set position = ?, seen_at = ? where name = ? and position = ?",
            binds![to, now, flow, from],
        )
        .await?;
    if moved == 0 {
        return Ok(None);
    }
    let mut done = HandedOver::default();
    for accepted in delivery::accept(session, drafts, now).await? {
        match accepted {
            Accepted::New => done.accepted += 1,
            Accepted::Renewed => done.renewed += 1,
            Accepted::Known => {}
        }
    }
    if done.accepted > 0 {
        session
            .run(
                "update {s}flow set accepted = accepted + ? where name = ?",
                binds![done.accepted, flow],
            )
            .await?;
    }
    Ok(Some(done))
}

/// Takes the next free moment of a flow with a rate, shared by every gateway; answers how many of `wanted` may go now.
///
/// # Errors
/// What the database says.
pub async fn within_rate(
    session: &mut Session,
    flow: &str,
    per_second: i64,
    wanted: i64,
    now: i64,
) -> Result<i64, StoreError> {
    let locking = if session.dialect() == Dialect::Sqlite {
        ""
    } else {
        " for update"
    };
    let row = session
        .row(
            &format!("select rate_at from {{s}}flow where name = ?{locking}"),
            binds![flow],
        )
        .await?;
    let at = row.ok_or_else(|| missing(flow))?.integer(0);
    // In microseconds of "as if", at most a second behind: an idle flow saves up one second's worth. Never further ahead than
    // a second, so that a clock stepped back does not stop it.
    let micros = now.saturating_mul(1000);
    let at = at.clamp(micros - 1_000_000, micros + 1_000_000);
    let step = 1_000_000 / per_second.max(1);
    let free = ((micros - at) / step.max(1)).clamp(0, wanted);
    session
        .run(
            "update {s}flow set rate_at = ? where name = ?",
            binds![at + free * step, flow],
        )
        .await?;
    Ok(free)
}
