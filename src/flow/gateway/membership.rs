//! A gateway's place among the others: it beats, watches whether they do, and takes over what one held that is gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::flow::policy::backoff;
use crate::flow::{Flow, step};
use crate::store::session::Session;
use crate::store::worker::{self, Worker};
use crate::store::{StoreError, delivery};

use super::Shared;

/// This gateway's place among the workers.
pub(super) struct Lease {
    id: RwLock<String>,
    started: Instant,
    /// Milliseconds after `started` at which the last beat that the database took was sent.
    beaten: AtomicU64,
    length: Duration,
}

impl Lease {
    pub(super) fn new(length: Duration) -> Lease {
        Lease {
            id: RwLock::default(),
            started: Instant::now(),
            beaten: AtomicU64::new(0),
            length,
        }
    }

    pub(super) fn id(&self) -> String {
        self.id
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn renew(&self, sent: Instant) {
        let since = sent.saturating_duration_since(self.started).as_millis();
        self.beaten
            .store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Others wait for the whole length; half of it is left for what was begun in time.
    pub(super) fn holds(&self) -> bool {
        let beaten = self.started + Duration::from_millis(self.beaten.load(Ordering::Relaxed));
        beaten.elapsed() < self.length / 2
    }
}

/// Signs on under a new id.
pub(super) async fn join(shared: &Shared) -> Result<(), StoreError> {
    let id = uuid::Uuid::now_v7().to_string();
    let sent = Instant::now();
    let mut session = Session::begin(&shared.database).await?;
    worker::join(&mut session, &id, &worker::process(), shared.now()).await?;
    session.commit().await?;
    shared.lease.renew(sent);
    *shared
        .lease
        .id
        .write()
        .unwrap_or_else(PoisonError::into_inner) = id;
    Ok(())
}

/// Beats, and watches the beats of others.
pub(super) async fn watch_over(shared: Arc<Shared>) {
    let mut seen: HashMap<String, (i64, Instant)> = HashMap::new();
    let pause = (shared.settings.lease / 10).min(Duration::from_secs(1));
    loop {
        tokio::time::sleep(pause).await;
        let watched = step(async { Ok(watch_once(&shared, &mut seen).await?) });
        if let Err(error) = watched.await {
            tracing::warn!(%error, "the gateway could not tell the others that it lives");
        }
    }
}

async fn watch_once(
    shared: &Shared,
    seen: &mut HashMap<String, (i64, Instant)>,
) -> Result<(), StoreError> {
    let sent = Instant::now();
    let mut session = Session::begin(&shared.database).await?;
    let alive = worker::beat(&mut session, &shared.worker()).await?;
    session.commit().await?;
    if alive {
        shared.lease.renew(sent);
    } else {
        tracing::warn!(
            worker = shared.worker(),
            "another gateway took this one for dead; it signs on anew"
        );
        join(shared).await?;
    }
    let mut session = Session::begin(&shared.database).await?;
    let workers = worker::all(&mut session).await?;
    seen.retain(|id, _| workers.iter().any(|worker| worker.id == *id));
    let own = shared.worker();
    for other in workers.iter().filter(|other| other.id != own) {
        let (beat, since) = *seen.entry(other.id.clone()).or_insert((other.beat, sent));
        if beat != other.beat {
            seen.insert(other.id.clone(), (other.beat, sent));
        } else if since.elapsed() > shared.settings.lease || worker::gone(&other.process) {
            strike(&mut session, other).await?;
        }
    }
    let flows: Vec<Arc<Flow>> = shared
        .at_work()
        .iter()
        .map(|one| Arc::clone(&one.flow))
        .collect();
    take_over(shared, &flows, &mut session).await?;
    session.commit().await
}

async fn strike(session: &mut Session, other: &Worker) -> Result<(), StoreError> {
    if worker::strike_off(session, other).await? {
        tracing::warn!(
            worker = other.id,
            "a gateway is gone; its deliveries are taken over"
        );
    }
    Ok(())
}

/// Takes over the deliveries whose worker is not signed on.
pub(super) async fn take_over(
    shared: &Shared,
    flows: &[Arc<Flow>],
    session: &mut Session,
) -> Result<(), StoreError> {
    for gone in worker::strangers(session).await? {
        for flow in flows {
            let now = shared.now();
            let next = if flow.policy.resolves() {
                let wait = flow
                    .policy
                    .look_up_after
                    .unwrap_or_else(|| backoff(&flow.policy, 0, &*shared.ambient.below));
                delivery::Next::Again {
                    at: now + wait,
                    unresolved: true,
                    counts: false,
                }
            } else {
                delivery::Next::Doubt
            };
            let count = delivery::take_over(session, &gone, &flow.name, &next, now).await?;
            if count > 0 {
                tracing::warn!(
                    flow = flow.name,
                    worker = gone,
                    count,
                    "deliveries of a gateway that is gone"
                );
            }
        }
    }
    Ok(())
}
