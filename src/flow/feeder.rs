//! The first half of a flow: reads the change log page by page, makes messages, and hands them over with the cursor in one transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::store::progress::{self, Mode};
use crate::store::session::Session;

use super::gateway::{AtWork, Shared, announce, rest};
use super::{FlowError, pump, source, step};

/// Changes in a page.
const PAGE: u32 = 500;
/// How often the cursor is kept while it only moves past changes of others.
const KEEP: Duration = Duration::from_secs(30);

/// Feeds a flow until the stop.
pub(crate) async fn run(
    shared: Arc<Shared>,
    at_work: Arc<AtWork>,
    mut stop: watch::Receiver<bool>,
) {
    let flow = &at_work.flow;
    let mut reached = Reached::default();
    let mut failures = 0_u32;
    loop {
        let wait = match step(page(&shared, &at_work, &mut reached)).await {
            Ok(true) => {
                failures = 0;
                Duration::ZERO
            }
            Ok(false) => {
                failures = 0;
                flow.source.pause().unwrap_or(shared.settings.poll)
            }
            Err(error) => {
                failures = (failures + 1).min(6);
                tracing::warn!(flow = flow.name, %error, "changes wait");
                shared.settings.poll * (1 << failures)
            }
        };
        // No wake-up after a failure: the changes that would wake it are those that it failed on.
        let wake = (failures == 0).then_some(&at_work.changed);
        if rest(wake, wait, &mut stop).await {
            return;
        }
    }
}

/// How far a feeder has read past the cursor that is kept, over nothing that the flow takes.
#[derive(Default)]
struct Reached {
    /// The cursor as it is kept.
    kept: String,
    /// What it would be by now.
    next: String,
    /// Since when they differ.
    since: Option<Instant>,
}

/// Hands one page over; answers whether there may be more.
async fn page(shared: &Shared, at_work: &AtWork, reached: &mut Reached) -> Result<bool, FlowError> {
    let flow = &at_work.flow;
    let mut session = Session::begin_reading(&shared.database).await?;
    let standing = progress::read(&mut session, &flow.name).await?;
    drop(session);
    let Some(standing) = standing.filter(|standing| standing.mode == Mode::Running) else {
        return Ok(false);
    };
    if reached.kept != standing.position {
        *reached = Reached {
            kept: standing.position.clone(),
            next: standing.position.clone(),
            since: None,
        };
    }
    let page = source::page(&shared.database, flow, &reached.next, PAGE).await?;
    let mut wanted = page.changes;
    wanted.retain(|change| flow.kinds.contains(&change.kind));
    if wanted.is_empty() && reached.since.is_none_or(|since| since.elapsed() < KEEP) {
        if page.next != reached.next {
            reached.next = page.next;
            reached.since.get_or_insert_with(Instant::now);
        }
        return Ok(page.full);
    }
    let drafts = if wanted.is_empty() {
        Vec::new()
    } else {
        flow.map.drafts(&wanted).await?
    };
    let mut session = Session::begin(&shared.database).await?;
    let now = shared.now();
    let done = progress::hand_over(
        &mut session,
        &flow.name,
        &standing.position,
        &page.next,
        &drafts,
        now,
    )
    .await?;
    if done.is_some() {
        pump::tell_unmappable(flow, &mut session, &drafts).await?;
    }
    if done.is_some_and(|done| done.accepted + done.renewed > 0) {
        announce(&mut session, &flow.name).await?;
    }
    session.commit().await?;
    if let Some(done) = done.filter(|done| done.accepted + done.renewed > 0) {
        tracing::debug!(
            flow = flow.name,
            accepted = done.accepted,
            renewed = done.renewed,
            "changes handed over"
        );
        at_work.accepted.notify_one();
    }
    Ok(page.full)
}

/// The origin that a flow's own writes carry, so that they don't come back to it.
pub fn origin(flow: &str) -> String {
    format!("flow {flow}")
}
