//! The second half of a flow: claims what is due, sends, and settles what has ended, in rounds of one transaction each.
//!
//! A round settles everything that ended meanwhile and claims as much as there is room for, so the more there is to do, the more one
//! commit does. What could not be settled because the database was away is kept and settled later, if it is still owned then.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::binds;
use crate::capture;
use crate::catalog::Dialect;
use crate::store::StoreError;
use crate::store::circuit::{self, Passage};
use crate::store::delivery::{self, Claim, Claimed, Ended, Next};
use crate::store::progress::{self, Mode};
use crate::store::session::Session;

use super::feeder::origin;
use super::gateway::Shared;
use super::outcome::{Found, Heard, Outcome};
use super::policy::{self, Standing};
use super::{Flow, FlowError, Outgoing, Settled};

/// An attempt that has ended, or that was never begun.
struct Finished {
    claimed: Claimed,
    /// Absent where it was not sent, since the lease was not sure.
    heard: Option<Heard>,
    at: i64,
    duration: i64,
    /// It was looked up: the destination does not have what may have been sent before.
    cleared: bool,
}

/// What a pump knows between rounds.
#[derive(Default)]
struct Pump {
    /// What is on its way, by delivery.
    flying: HashMap<i64, i64>,
    /// What has ended and is not settled.
    finished: Vec<Finished>,
    /// Failures of the destination in a row.
    failures: u32,
    /// The last claim was a probe.
    probing: bool,
    /// A transaction failed: what it claimed is unknown.
    unsure: bool,
    /// When writing back was last tried again.
    written: Option<Instant>,
}

/// Pumps a flow until the stop, and then until what is on its way has ended.
pub(crate) async fn run(shared: Arc<Shared>, flow: Arc<Flow>, mut stop: watch::Receiver<bool>) {
    let (done, mut results) = mpsc::unbounded_channel();
    let mut pump = Pump::default();
    let mut failures = 0_u32;
    let mut stopped: Option<Instant> = None;
    loop {
        while let Ok(finished) = results.try_recv() {
            pump.finished.push(finished);
        }
        let stopping = *stop.borrow() || stop.has_changed().is_err();
        let mut more = false;
        match round(&shared, &flow, &mut pump, stopping).await {
            Ok(claimed) => {
                failures = 0;
                more = !claimed.is_empty()
                    && pump.flying.len() + claimed.len() < flow.policy.concurrency;
                for claimed in claimed {
                    pump.flying.insert(claimed.id, claimed.fence);
                    let (shared, flow, done) =
                        (Arc::clone(&shared), Arc::clone(&flow), done.clone());
                    tokio::spawn(async move {
                        // The receiver is gone only when the pump gave up waiting.
                        let _ = done.send(attempt(&shared, &flow, claimed).await);
                    });
                }
            }
            Err(error) => {
                failures = (failures + 1).min(6);
                pump.unsure = true;
                tracing::warn!(flow = flow.name, %error, "deliveries wait for the database");
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
            match shared.accepted.get(&flow.name) {
                Some(wake) if failures == 0 => wake.notified().await,
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
            finished = results.recv(), if failures == 0 => pump.finished.extend(finished),
            () = wake => {}
            () = tokio::time::sleep(shared.settings.poll * (1 << failures)) => {}
            () = stopping_now => {}
        }
    }
}

/// Settles what has ended and claims what there is room for, in one transaction.
async fn round(
    shared: &Shared,
    flow: &Flow,
    pump: &mut Pump,
    stopping: bool,
) -> Result<Vec<Claimed>, FlowError> {
    let free = flow.policy.concurrency.saturating_sub(pump.flying.len()) + pump.finished.len();
    if free == 0 && !pump.unsure {
        return Ok(Vec::new());
    }
    let now = shared.now();
    let worker = shared.worker();
    let mut session = Session::begin(&shared.database).await?;
    if flow.write_back.is_some() && session.dialect() == Dialect::Postgres {
        // A person who holds the record's row in the CRM must not hold up the flow.
        session.run("set local lock_timeout = '2s'", &[]).await?;
    }
    let (mut failures, mut probing) = (pump.failures, pump.probing);
    for finished in &pump.finished {
        let sick = finished.heard.as_ref().map(|heard| heard.sick);
        settle(shared, flow, &mut session, finished, &worker, now).await?;
        match sick {
            Some(true) => {
                failures += 1;
                if probing || failures >= flow.policy.circuit_failures {
                    open_circuit(shared, flow, &mut session, finished, now).await?;
                    (failures, probing) = (0, false);
                }
            }
            Some(false) => {
                if failures > 0 || probing {
                    circuit::close(&mut session, &flow.destination, now).await?;
                }
                (failures, probing) = (0, false);
            }
            None => {}
        }
    }
    if pump.unsure {
        give_back_unknown(&mut session, flow, pump, &worker).await?;
    }
    if pump
        .written
        .is_none_or(|at| at.elapsed() > Duration::from_secs(15))
    {
        pump.written = Some(Instant::now());
        write_back_due(flow, &mut session).await?;
    }
    let mut claimed = Vec::new();
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
            let mut limit = match passage {
                Passage::Free => i64::try_from(free).unwrap_or(i64::MAX),
                Passage::Probe => 1,
                Passage::Blocked(_) => 0,
            };
            if let Some(rate) = flow.policy.rate.filter(|_| limit > 0) {
                limit = progress::within_rate(&mut session, &flow.name, rate, limit, now).await?;
            }
            if limit > 0 {
                let longest = flow.policy.longest_wait();
                let claim = Claim {
                    flow: &flow.name,
                    worker: &worker,
                    now,
                    longest,
                    limit,
                };
                claimed = delivery::claim(&mut session, &claim).await?;
                probing = passage == Passage::Probe && !claimed.is_empty();
            }
        }
    }
    session.commit().await?;
    for finished in pump.finished.drain(..) {
        pump.flying.remove(&finished.claimed.id);
    }
    (pump.failures, pump.probing, pump.unsure) = (failures, probing, false);
    Ok(claimed)
}

async fn settle(
    shared: &Shared,
    flow: &Flow,
    session: &mut Session,
    finished: &Finished,
    worker: &str,
    now: i64,
) -> Result<(), FlowError> {
    let claimed = &finished.claimed;
    let Some(heard) = &finished.heard else {
        return Ok(delivery::unclaim(session, claimed).await?);
    };
    let standing = Standing {
        counted: claimed.counted,
        unresolved: claimed.unresolved && !finished.cleared,
        age: now - claimed.created_at,
    };
    let (next, reason) = policy::decide(
        &flow.policy,
        standing,
        &heard.outcome,
        now,
        &*shared.ambient.below,
    );
    let ended = Ended {
        at: finished.at,
        duration: finished.duration,
        class: heard.outcome.class(),
        reason,
        request: heard.request.clone(),
        answer: heard.answer.clone(),
    };
    if !delivery::settle(session, claimed, worker, &ended, &next, now).await? {
        tracing::warn!(
            flow = flow.name,
            delivery = claimed.id,
            correlation = claimed.correlation,
            "another gateway owns this delivery now; what was heard of it is dropped"
        );
        return Ok(());
    }
    metrics::counter!("soapstone_flow_attempts_total", "flow" => flow.name.clone(), "class" => ended.class).increment(1);
    tracing::info!(
        flow = flow.name,
        delivery = claimed.id,
        key = claimed.key,
        correlation = claimed.correlation,
        attempt = claimed.attempt,
        class = ended.class,
        millis = ended.duration,
        reason = ended.reason,
        "attempt"
    );
    let delivered = match &next {
        Next::Delivered { .. } => true,
        Next::Dead { .. } => false,
        Next::Again { .. } | Next::Doubt => return Ok(()),
    };
    let (reference, answer) = match &next {
        Next::Delivered { reference, answer } => (reference.as_deref(), answer.as_deref()),
        _ => (None, None),
    };
    let reason = ended.reason.as_deref();
    write_back(
        flow,
        session,
        claimed.id,
        Settled {
            key: &claimed.key,
            delivered,
            reference,
            answer,
            reason,
        },
    )
    .await
}

/// Writes back within the transaction; if that fails, the delivery stays settled and the writing becomes due.
async fn write_back(
    flow: &Flow,
    session: &mut Session,
    id: i64,
    settled: Settled<'_>,
) -> Result<(), FlowError> {
    let Some(write_back) = flow
        .write_back
        .as_ref()
        .filter(|write_back| write_back.wants(settled.delivered))
    else {
        return Ok(());
    };
    session.savepoint().await?;
    let wrote = async {
        capture::set_origin(session, &origin(&flow.name)).await?;
        write_back.write(session, settled).await?;
        capture::clear_origin(session).await?;
        Ok::<(), FlowError>(())
    }
    .await;
    match wrote {
        Ok(()) => {
            session
                .run(
                    "update {s}delivery set written = 'yes' where id = ?",
                    binds![id],
                )
                .await?;
        }
        Err(FlowError::Store(StoreError::Database(error)))
            if !matches!(error, sqlx::Error::Database(_)) =>
        {
            // The connection is lost: so is the transaction.
            return Err(StoreError::Database(error).into());
        }
        Err(error) => {
            tracing::warn!(flow = flow.name, delivery = id, %error, "the answer waits to be written back");
            session.rollback_to().await?;
            if session.dialect() == Dialect::Mysql {
                // A setting of the session is not rolled back.
                capture::clear_origin(session).await?;
            }
            let reason = format!("not written back: {error}");
            session
                .run(
                    "update {s}delivery set written = 'due', reason = ? where id = ?",
                    binds![reason, id],
                )
                .await?;
        }
    }
    Ok(())
}

/// Tries again what could not be written back.
async fn write_back_due(flow: &Flow, session: &mut Session) -> Result<(), FlowError> {
    if flow.write_back.is_none() {
        return Ok(());
    }
    let locking = if session.dialect() == Dialect::Sqlite {
        ""
    } else {
        " for update skip locked"
    };
    let sql = format!(
        "select id, row_key, state, reference, answer, reason from {{s}}delivery where flow = ? and written = 'due' order by id limit 20{locking}"
    );
    for row in session.rows(&sql, binds![&flow.name]).await? {
        let (key, reference, answer, reason) = (
            row.text(1),
            row.optional(3),
            row.optional(4),
            row.optional(5),
        );
        let settled = Settled {
            key: &key,
            delivered: row.text(2) == "delivered",
            reference: reference.as_deref(),
            answer: answer.as_deref(),
            reason: reason.as_deref(),
        };
        write_back(flow, session, row.integer(0), settled).await?;
    }
    Ok(())
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

/// Makes one attempt: asks first where an earlier one may have arrived, and sends.
async fn attempt(shared: &Shared, flow: &Flow, claimed: Claimed) -> Finished {
    let (at, began) = (shared.now(), Instant::now());
    let outgoing = Outgoing {
        message_id: claimed.message_id.clone(),
        correlation: claimed.correlation.clone(),
        kind: claimed.kind.clone(),
        key: claimed.key.clone(),
        message: claimed.message.clone(),
        attempt: claimed.attempt,
    };
    let mut cleared = false;
    let mut heard = None;
    if claimed.unresolved && shared.lease_holds() {
        // Without a way to ask it is sent again only where a person or the policy said so.
        if let Some(asking) = flow.sink.look_up(&outgoing) {
            match asking.await {
                Found::Yes { reference, answer } => {
                    heard = Some(Heard::well(Outcome::Taken {
                        reference,
                        answer,
                        duplicate: true,
                    }));
                }
                Found::No => cleared = true,
                Found::Unknown { reason } if flow.policy.idempotent => {
                    tracing::debug!(
                        flow = flow.name,
                        reason,
                        "not found out; the message is sent again under its id"
                    );
                }
                Found::Unknown { reason } => {
                    let reason = format!("not found out whether it arrived: {reason}");
                    heard = Some(Heard::sick(Outcome::Unsent { reason }));
                }
            }
        }
    }
    // As late as can be: between this and the first byte a stop of the process is as long as it likes, and the id is all that helps.
    if heard.is_none() && shared.lease_holds() {
        heard = Some(flow.sink.send(&outgoing).await);
    }
    let duration = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    Finished {
        claimed,
        heard,
        at,
        duration,
        cleared,
    }
}
