//! Settling what has ended, and writing it back into the CRM in the same transaction.

use crate::binds;
use crate::capture;
use crate::catalog::Dialect;
use crate::flow::feeder::origin;
use crate::flow::gateway::Shared;
use crate::flow::policy::{self, Standing};
use crate::flow::{Flow, FlowError, Settled, WriteBack};
use crate::store::StoreError;
use crate::store::delivery::{self, Draft, Ended, Next, Settlement};
use crate::store::session::Session;

use super::attempt::Finished;

/// Prepares a round's transaction for writing back. On PostgreSQL the origin holds to its end: nothing else in it touches the CRM.
pub(super) async fn prepare(flow: &Flow, session: &mut Session) -> Result<(), StoreError> {
    if session.dialect() == Dialect::Postgres {
        // A person who holds the record's row in the CRM must not hold up the flow.
        session
            .rows(
                "select set_config('lock_timeout', '2s', true), set_config('soapstone.origin', ?, true)",
                binds![origin(&flow.name)],
            )
            .await?;
    }
    Ok(())
}

/// Settles attempts, and gives back what was not sent.
pub(super) async fn settle(
    shared: &Shared,
    flow: &Flow,
    session: &mut Session,
    finished: &[Finished],
    now: i64,
) -> Result<(), FlowError> {
    let mut settlements = Vec::with_capacity(finished.len());
    for finished in finished {
        match decided(shared, flow, finished, now) {
            Some(settlement) => settlements.push(settlement),
            None => delivery::unclaim(session, &finished.claimed).await?,
        }
    }
    if settlements.is_empty() {
        return Ok(());
    }
    let owned = delivery::settle(session, &shared.worker(), &settlements, now).await?;
    let mut due = Vec::new();
    for (settlement, owned) in settlements.iter().zip(owned) {
        tell(flow, settlement, owned);
        if owned && settlement.written {
            due.push((settlement.claimed.id, settled(settlement)));
        }
    }
    write_back(flow, session, &due).await
}

/// What is to become of an attempt's delivery; absent where it was not sent.
fn decided<'a>(
    shared: &Shared,
    flow: &Flow,
    finished: &'a Finished,
    now: i64,
) -> Option<Settlement<'a>> {
    let (claimed, heard) = (&finished.claimed, finished.heard.as_ref()?);
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
    let wants = |delivered| {
        let write_back = flow.write_back.as_ref();
        write_back.is_some_and(|write_back| write_back.wants(delivered))
    };
    let written = match &next {
        Next::Delivered { .. } => wants(true),
        Next::Dead { .. } => wants(false),
        Next::Again { .. } | Next::Doubt => false,
    };
    let ended = Ended {
        at: finished.at,
        duration: finished.duration,
        class: heard.outcome.class(),
        reason,
        request: heard.request.clone(),
        answer: heard.answer.clone(),
    };
    Some(Settlement {
        claimed,
        ended,
        next,
        written,
    })
}

/// Tells the log and the metrics.
fn tell(flow: &Flow, settlement: &Settlement<'_>, owned: bool) {
    let (claimed, ended) = (settlement.claimed, &settlement.ended);
    if !owned {
        tracing::warn!(
            flow = flow.name,
            delivery = claimed.id,
            correlation = claimed.correlation,
            "another gateway owns this delivery now; what was heard of it is dropped"
        );
        return;
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
}

fn settled<'a>(settlement: &'a Settlement<'_>) -> Settled<'a> {
    let (reference, answer) = match &settlement.next {
        Next::Delivered { reference, answer } => (reference.as_deref(), answer.as_deref()),
        _ => (None, None),
    };
    Settled {
        key: &settlement.claimed.key,
        delivered: matches!(settlement.next, Next::Delivered { .. }),
        reference,
        answer,
        reason: settlement.ended.reason.as_deref(),
    }
}

/// Writes back within the transaction: all at once, and where that fails each alone, so that one that can't be written makes no
/// other wait. Its delivery stays settled and its writing becomes due.
async fn write_back(
    flow: &Flow,
    session: &mut Session,
    due: &[(i64, Settled<'_>)],
) -> Result<(), FlowError> {
    let Some(write_back) = flow.write_back.as_ref().filter(|_| !due.is_empty()) else {
        return Ok(());
    };
    let Err(error) = write(flow, &**write_back, session, due).await? else {
        return Ok(());
    };
    if due.len() == 1 {
        return postpone(flow, session, due, &error).await;
    }
    for one in due.chunks(1) {
        if let Err(error) = write(flow, &**write_back, session, one).await? {
            postpone(flow, session, one, &error).await?;
        }
    }
    Ok(())
}

/// Writes all or nothing; the outer error is one that ends the transaction.
async fn write(
    flow: &Flow,
    write_back: &dyn WriteBack,
    session: &mut Session,
    due: &[(i64, Settled<'_>)],
) -> Result<Result<(), FlowError>, FlowError> {
    session.savepoint().await?;
    let prepared = session.dialect() == Dialect::Postgres;
    let wrote = async {
        if !prepared {
            capture::set_origin(session, &origin(&flow.name)).await?;
        }
        let settled: Vec<Settled<'_>> = due.iter().map(|(_, settled)| settled.clone()).collect();
        write_back.write(session, &settled).await?;
        if !prepared {
            capture::clear_origin(session).await?;
        }
        Ok::<(), FlowError>(())
    }
    .await;
    match wrote {
        Err(FlowError::Store(StoreError::Database(error)))
            if !matches!(error, sqlx::Error::Database(_)) =>
        {
            // The connection is lost: so is the transaction.
            return Err(StoreError::Database(error).into());
        }
        Err(_) => {
            session.rollback_to().await?;
            if session.dialect() == Dialect::Mysql {
                // A setting of the session is not rolled back.
                capture::clear_origin(session).await?;
            }
        }
        Ok(()) => {}
    }
    Ok(wrote)
}

async fn postpone(
    flow: &Flow,
    session: &mut Session,
    due: &[(i64, Settled<'_>)],
    error: &FlowError,
) -> Result<(), FlowError> {
    for (id, _) in due {
        tracing::warn!(flow = flow.name, delivery = id, %error, "the answer waits to be written back");
        session
            .run(
                "update {s}delivery set written = 'due', reason = ? where id = ?",
                binds![format!("not written back: {error}"), *id],
            )
            .await?;
    }
    Ok(())
}

/// Writes back of which records no message could be made, in the transaction that hands them over: nobody attempts them.
pub(in crate::flow) async fn tell_unmappable(
    flow: &Flow,
    session: &mut Session,
    drafts: &[Draft],
) -> Result<(), FlowError> {
    let wants = flow.write_back.as_ref().is_some_and(|one| one.wants(false));
    if !wants || drafts.iter().all(|draft| draft.unmappable.is_none()) {
        return Ok(());
    }
    for draft in drafts {
        if draft.unmappable.is_none() {
            continue;
        }
        session
            .run(
                "update {s}delivery set written = 'due' where flow = ? and once = ? and state = 'dead' and class = 'unmappable' and written = 'no'",
                binds![&flow.name, &draft.once],
            )
            .await?;
    }
    prepare(flow, session).await?;
    write_back_due(flow, session).await
}

/// Tries again what could not be written back.
pub(super) async fn write_back_due(flow: &Flow, session: &mut Session) -> Result<(), FlowError> {
    if flow.write_back.is_none() {
        return Ok(());
    }
    let locking = if session.dialect() == Dialect::Sqlite {
        ""
    } else {
        " for update skip locked"
    };
    let sql = format!(
        "select id, row_key, state, reference, answer, reason from {{s}}delivery where flow = ? and written = 'due' and state in ('delivered', 'dead') order by id limit 500{locking}"
    );
    for row in session.rows(&sql, binds![&flow.name]).await? {
        let (id, key, reference, answer, reason) = (
            row.integer(0),
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
        // Taken back below where it fails again.
        session
            .run(
                "update {s}delivery set written = 'yes' where id = ?",
                binds![id],
            )
            .await?;
        write_back(flow, session, &[(id, settled)]).await?;
    }
    Ok(())
}
