//! The second half of a flow: claims what is due, sends, and settles what has ended, in rounds of one transaction each.
//!
//! A round settles everything that ended meanwhile and claims as much as there is room for, so the more there is to do, the more one
//! commit does. A flow whose unknown outcomes resolve themselves claims more than it may send at once, by what ended in the round
//! before, so that sending does not wait for commits; and while there is more than it can claim, it lets more and more end before it
//! settles them. What could not be settled because the database was away is kept and settled later, if it is still owned then.

mod attempt;
mod settling;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::binds;
use crate::store::circuit::{self, Passage};
use crate::store::delivery::{self, Claim, Claimed};
use crate::store::progress::{self, Mode};
use crate::store::session::Session;

use super::gateway::{AtWork, Shared};
use super::outcome::Health;
use super::policy;
use super::{Flow, FlowError, step};

use attempt::{Finished, Gate, attempt};
pub(super) use settling::tell_unmappable;

/// How often what could not be written back is tried again, and times that a clock set too far ahead are mended.
const MENDING: Duration = Duration::from_secs(15);

/// How many times the concurrency is claimed ahead at most, once a backlog lasts.
const AHEAD: usize = 16;

/// How many times the concurrency is on its way, sent or claimed ahead, while a round is at work.
const MEANWHILE: usize = 8;

/// How long what has ended waits at most for more to end.
const GATHERING: Duration = Duration::from_millis(25);

/// What a pump knows between rounds.
#[derive(Default)]
struct Pump {
    /// What is on its way, by delivery, with its fence.
    flying: HashMap<i64, i64>,
    /// What has ended and is not settled.
    finished: Vec<Finished>,
    /// How many more than may be sent at once are claimed.
    ahead: usize,
    /// Claims in a row that found as much as there was room for.
    backlog: usize,
    /// Failures of the destination in a row.
    failures: u32,
    /// The last claim was a probe.
    probing: bool,
    /// A transaction failed: what it claimed is unknown.
    unsure: bool,
    /// When things were last mended.
    mended: Option<Instant>,
}

/// Pumps a flow until the stop, and then until what is on its way has ended.
pub(crate) async fn run(
    shared: Arc<Shared>,
    at_work: Arc<AtWork>,
    mut stop: watch::Receiver<bool>,
) {
    let flow = &at_work.flow;
    let (done, mut results) = mpsc::unbounded_channel();
    let mut pump = Pump::default();
    let mut failures = 0_u32;
    let mut stopped: Option<Instant> = None;
    let gate = Arc::new(Gate::new(flow.policy.concurrency));
    loop {
        while let Ok(finished) = results.try_recv() {
            pump.finished.push(finished);
        }
        let stopping = *stop.borrow() || stop.has_changed().is_err();
        let mut more = false;
        match step(round(&shared, flow, &mut pump, &gate, stopping)).await {
            Ok(claimed) => {
                failures = 0;
                more = !claimed.is_empty()
                    && pump.flying.len() + claimed.len() < flow.policy.concurrency;
                let count = gate.count();
                for claimed in claimed {
                    pump.flying.insert(claimed.id, claimed.fence);
                    let (shared, flow, gate) =
                        (Arc::clone(&shared), Arc::clone(flow), Arc::clone(&gate));
                    let done = done.clone();
                    tokio::spawn(async move {
                        // The receiver is gone only when the pump gave up waiting.
                        let _ = done.send(attempt(&shared, &flow, &gate, count, claimed).await);
                    });
                }
            }
            Err(error) => {
                failures = (failures + 1).min(6);
                pump.unsure = true;
                tracing::warn!(flow = flow.name, %error, "deliveries wait");
            }
        }
        if stopping {
            let since = *stopped.get_or_insert_with(Instant::now);
            if (pump.flying.is_empty() && pump.finished.is_empty())
                || since.elapsed() > shared.settings.drain
            {
                return;
            }
        }
        if more {
            continue;
        }
        let wake = async {
            match failures {
                0 => at_work.accepted.notified().await,
                _ => std::future::pending().await,
            }
        };
        let stopping_now = async {
            if stopping {
                std::future::pending().await
            } else {
                let _ = stop.wait_for(|stop| *stop).await;
            }
        };
        tokio::select! {
            finished = results.recv(), if failures == 0 => {
                pump.finished.extend(finished);
                pump.gather(&mut results, flow.policy.concurrency).await;
            }
            () = wake => {}
            () = tokio::time::sleep(shared.settings.poll * (1 << failures)) => {}
            () = stopping_now => {}
        }
    }
}

impl Pump {
    /// How many more may end before they are settled, and are claimed ahead. It grows slowly: what is sent and not settled when a gateway
    /// is killed is sent again, so only a backlog that lasts is worth it.
    fn patience(&self) -> usize {
        self.backlog / 4
    }

    /// How many may be claimed ahead, by what ended in the last round; as slow to grow.
    fn ahead(&self, concurrency: usize) -> usize {
        let most = concurrency * (1 + self.backlog / 8).min(AHEAD);
        (self.finished.len() + self.patience()).min(most)
    }

    /// Lets more end before a round, where there is a backlog and enough stays on its way meanwhile.
    async fn gather(
        &mut self,
        results: &mut mpsc::UnboundedReceiver<Finished>,
        concurrency: usize,
    ) {
        let spare = self.flying.len().saturating_sub(concurrency * MEANWHILE);
        let wanted = spare.min(self.patience());
        let end = tokio::time::Instant::now() + GATHERING;
        while self.finished.len() < wanted {
            match tokio::time::timeout_at(end, results.recv()).await {
                Ok(Some(finished)) => self.finished.push(finished),
                Ok(None) | Err(_) => return,
            }
        }
    }
}

/// Settles what has ended and claims what there is room for, in one transaction.
async fn round(
    shared: &Shared,
    flow: &Flow,
    pump: &mut Pump,
    gate: &Gate,
    stopping: bool,
) -> Result<Vec<Claimed>, FlowError> {
    let room = flow.policy.concurrency + pump.ahead;
    let free = (room + pump.finished.len()).saturating_sub(pump.flying.len());
    if free == 0 && pump.finished.is_empty() && !pump.unsure {
        return Ok(Vec::new());
    }
    let now = shared.now();
    let worker = shared.worker();
    let mut session = Session::begin(&shared.database).await?;
    if flow.write_back.is_some() {
        settling::prepare(flow, &mut session).await?;
    }
    let (mut failures, mut probing) = (pump.failures, pump.probing);
    settling::settle(shared, flow, &mut session, &pump.finished, now).await?;
    // What was sent before the circuit opened says nothing of how the destination does since.
    let count = gate.count();
    for finished in pump.finished.iter().filter(|one| one.count == count) {
        match finished.heard.as_ref().map(|heard| heard.health) {
            Some(Health::Sick) => {
                failures += 1;
                if probing || failures >= flow.policy.circuit_failures {
                    open_circuit(shared, flow, &mut session, finished, now).await?;
                    (failures, probing) = (0, false);
                    break;
                }
            }
            Some(Health::Well) => {
                if failures > 0 || probing {
                    circuit::close(&mut session, &flow.destination, now).await?;
                }
                (failures, probing) = (0, false);
            }
            Some(Health::Untold) | None => {}
        }
    }
    if pump.unsure {
        give_back_unknown(&mut session, flow, pump, &worker).await?;
    }
    if pump.mended.is_none_or(|at| at.elapsed() > MENDING) {
        pump.mended = Some(Instant::now());
        settling::write_back_due(flow, &mut session).await?;
        let (usual, longest) = (flow.policy.usual_wait(), flow.policy.longest_wait());
        delivery::mend_times(&mut session, &flow.name, usual, longest, now).await?;
    }
    let mut claimed = Vec::new();
    // A probe on its way tells how the destination does, even when nothing more is sent.
    let (mut open, mut asked) = (probing && shared.lease_holds(), 0);
    if !stopping && shared.lease_holds() && policy::may_send(&flow.policy, now) {
        let mode = progress::read(&mut session, &flow.name)
            .await?
            .map_or(Mode::Paused, |standing| standing.mode);
        if mode != Mode::Paused {
            let passage = circuit::ask(
                &mut session,
                &flow.destination,
                &worker,
                now,
                flow.policy.attempt_time * 2,
            )
            .await?;
            // The circuit blocks all but the probe, which is on its way.
            open = probing || !matches!(passage, Passage::Blocked(_));
            let mut limit = match passage {
                Passage::Free => i64::try_from(free).unwrap_or(i64::MAX),
                Passage::Probe => 1,
                Passage::Blocked(_) => 0,
            };
            if let Some(rate) = flow.policy.rate.filter(|_| limit > 0) {
                limit = progress::within_rate(&mut session, &flow.name, rate, limit, now).await?;
            }
            if limit > 0 {
                let claim = Claim {
                    flow: &flow.name,
                    worker: &worker,
                    now,
                    limit,
                };
                claimed = delivery::claim(&mut session, &claim).await?;
                asked = limit;
                probing = passage == Passage::Probe && !claimed.is_empty();
            }
            if passage == Passage::Probe && claimed.is_empty() {
                circuit::give_back(&mut session, &flow.destination, &worker, now).await?;
            }
        }
    }
    if !open {
        gate.shut();
    }
    session.commit().await?;
    let found = i64::try_from(claimed.len()).unwrap_or(i64::MAX);
    if asked > 0 {
        pump.backlog = if found < asked { 0 } else { pump.backlog + 1 };
    }
    // What was claimed and not sent when a gateway is killed is in doubt where that does not resolve itself.
    if flow.policy.resolves() && !pump.finished.is_empty() {
        pump.ahead = pump.ahead(flow.policy.concurrency);
    }
    for finished in pump.finished.drain(..) {
        pump.flying.remove(&finished.claimed.id);
    }
    (pump.failures, pump.probing, pump.unsure) = (failures, probing, false);
    Ok(claimed)
}

async fn open_circuit(
    shared: &Shared,
    flow: &Flow,
    session: &mut Session,
    finished: &Finished,
    now: i64,
) -> Result<(), FlowError> {
    let opened = circuit::read(session, &flow.destination)
        .await?
        .map_or(0, |circuit| circuit.opened);
    let wait = policy::circuit_wait(
        &flow.policy,
        opened,
        circuit::LONGEST,
        &*shared.ambient.below,
    );
    let reason = finished
        .heard
        .as_ref()
        .and_then(|heard| heard.outcome.reason())
        .unwrap_or_default();
    tracing::warn!(
        flow = flow.name,
        destination = flow.destination,
        reason,
        millis = wait,
        "the circuit opens"
    );
    circuit::open(session, &flow.destination, reason, now + wait, now).await?;
    Ok(())
}

/// Gives back what a transaction of ours claimed whose end we never heard: it is ours, and it was not sent.
async fn give_back_unknown(
    session: &mut Session,
    flow: &Flow,
    pump: &Pump,
    worker: &str,
) -> Result<(), FlowError> {
    let rows = session
        .rows(
            "select id, fence from {s}delivery where flow = ? and state = 'sending' and owner = ?",
            binds![&flow.name, worker],
        )
        .await?;
    for row in rows
        .iter()
        .filter(|row| pump.flying.get(&row.integer(0)) != Some(&row.integer(1)))
    {
        session
            .run(
                "update {s}delivery set state = 'waiting', owner = null, attempts = attempts - 1 where id = ? and fence = ? and state = 'sending'",
                binds![row.integer(0), row.integer(1)],
            )
            .await?;
    }
    Ok(())
}
