//! One attempt at a delivery: waits for its turn, asks first where an earlier attempt may have arrived, and sends.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use tokio::sync::{Semaphore, watch};

use crate::flow::gateway::Shared;
use crate::flow::outcome::{Found, Heard, Outcome};
use crate::flow::{Flow, FlowError, Outgoing};
use crate::store::delivery::Claimed;

/// An attempt that has ended, or that was never begun.
pub(super) struct Finished {
    pub(super) claimed: Claimed,
    /// How often the gate had been shut when it was claimed.
    pub(super) count: u64,
    /// Absent where it was not sent: the lease was not sure, or the gate was shut.
    pub(super) heard: Option<Heard>,
    pub(super) at: i64,
    pub(super) duration: i64,
    /// It was looked up: the destination does not have what may have been sent before.
    pub(super) cleared: bool,
}

/// What claimed deliveries wait at: so many pass at once, and none that was claimed before the gate was last shut.
pub(super) struct Gate {
    permits: Semaphore,
    shut: watch::Sender<u64>,
}

impl Gate {
    pub(super) fn new(concurrency: usize) -> Gate {
        Gate {
            permits: Semaphore::new(concurrency.max(1)),
            shut: watch::Sender::new(0),
        }
    }

    /// How often it was shut: what is claimed now passes until it is shut once more.
    pub(super) fn count(&self) -> u64 {
        *self.shut.borrow()
    }

    /// Turns back all that wait.
    pub(super) fn shut(&self) {
        self.shut.send_modify(|count| *count += 1);
    }

    /// Waits for a place; `None` if it is shut first.
    async fn pass(&self, count: u64) -> Option<tokio::sync::SemaphorePermit<'_>> {
        let mut shut = self.shut.subscribe();
        tokio::select! {
            biased;
            _ = shut.wait_for(|shut| *shut != count) => None,
            permit = self.permits.acquire() => permit.ok(),
        }
    }
}

/// Makes one attempt, once the gate lets it pass.
pub(super) async fn attempt(
    shared: &Shared,
    flow: &Flow,
    gate: &Gate,
    count: u64,
    claimed: Claimed,
) -> Finished {
    let permit = gate.pass(count).await;
    let (at, began) = (shared.now(), Instant::now());
    let mut cleared = false;
    let mut heard = None;
    if permit.is_some() {
        let outgoing = Outgoing {
            message_id: claimed.message_id.clone(),
            correlation: claimed.correlation.clone(),
            kind: claimed.kind.clone(),
            key: claimed.key.clone(),
            message: claimed.message.clone(),
            attempt: claimed.attempt,
        };
        let unresolved = claimed.unresolved;
        let telling = AssertUnwindSafe(async {
            let mut told = (None, false);
            if unresolved && shared.lease_holds() {
                told = ask(flow, &outgoing).await;
            }
            // As late as can be: between this and the first byte a stop of the process is as long as it likes, and the id is all that helps.
            if told.0.is_none() && shared.lease_holds() {
                told.0 = Some(flow.sink.send(&outgoing).await);
            }
            told
        });
        (heard, cleared) = telling.catch_unwind().await.unwrap_or_else(|_| {
            let reason = FlowError::Broken.to_string();
            (Some(Heard::untold(Outcome::Ambiguous { reason })), false)
        });
    }
    drop(permit);
    let duration = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    Finished {
        claimed,
        count,
        heard,
        at,
        duration,
        cleared,
    }
}

/// Asks whether the destination has a message: what that decides, and whether it surely has it not.
async fn ask(flow: &Flow, outgoing: &Outgoing) -> (Option<Heard>, bool) {
    // Without a way to ask it is sent again only where a person or the policy said so.
    let Some(asking) = flow.sink.look_up(outgoing) else {
        return (None, false);
    };
    match asking.await {
        Found::Yes { reference, answer } => {
            let taken = Outcome::Taken {
                reference,
                answer,
                duplicate: true,
            };
            (Some(Heard::well(taken)), false)
        }
        Found::No => (None, true),
        Found::Unknown { reason } if flow.policy.idempotent => {
            tracing::debug!(
                flow = flow.name,
                reason,
                "not found out; the message is sent again under its id"
            );
            (None, false)
        }
        Found::Unknown { reason } => {
            let reason = format!("not found out whether it arrived: {reason}");
            (Some(Heard::sick(Outcome::Unsent { reason })), false)
        }
    }
}
