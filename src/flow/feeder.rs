//! The first half of a flow: reads the change log page by page, makes messages, and hands them over with the cursor in one transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::capture::log;
use crate::store::progress::{self, Mode};
use crate::store::session::Session;

use super::gateway::{Shared, announce, rest};
use super::{Flow, FlowError, source};

/// Changes in a page.
const PAGE: u32 = 500;
/// How often the cursor is kept while it only moves past changes of others.
const KEEP: Duration = Duration::from_secs(30);

/// Feeds a flow until the stop.
pub(crate) async fn run(shared: Arc<Shared>, flow: Arc<Flow>, mut stop: watch::Receiver<bool>) {
    let mut kept = Instant::now();
    let mut failures = 0_u32;
    loop {
        let wait = match page(&shared, &flow, &mut kept).await {
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
        let wake = shared.changed.get(&flow.name).filter(|_| failures == 0);
        if rest(wake, wait, &mut stop).await {
            return;
        }
    }
}

/// Hands one page over; answers whether there may be more.
async fn page(shared: &Shared, flow: &Flow, kept: &mut Instant) -> Result<bool, FlowError> {
    let mut session = Session::begin_reading(&shared.database).await?;
    let standing = progress::read(&mut session, &flow.name).await?;
    drop(session);
    let Some(standing) = standing.filter(|standing| standing.mode == Mode::Running) else {
        return Ok(false);
    };
    let page = source::page(&shared.database, flow, &standing.position, PAGE).await?;
    let mine = origin(&flow.name);
    let wanted: Vec<log::Change> = page
        .changes
        .iter()
        .filter(|change| {
            flow.kinds.contains(&change.kind) && change.origin.as_deref() != Some(mine.as_str())
        })
        .cloned()
        .collect();
    if page.changes.is_empty() && kept.elapsed() < KEEP {
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
    if done.is_some_and(|done| done.accepted + done.renewed > 0) {
        announce(&mut session, &flow.name).await?;
    }
    session.commit().await?;
    *kept = Instant::now();
    if let Some(done) = done.filter(|done| done.accepted + done.renewed > 0) {
        tracing::debug!(
            flow = flow.name,
            accepted = done.accepted,
            renewed = done.renewed,
            "changes handed over"
        );
        if let Some(wake) = shared.accepted.get(&flow.name) {
            wake.notify_one();
        }
    }
    Ok(page.full)
}

/// The origin that a flow's own writes carry, so that they don't come back to it.
pub fn origin(flow: &str) -> String {
    format!("flow {flow}")
}
