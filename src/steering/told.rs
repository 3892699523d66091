//! What the gateway's tables hold as the contract tells it. Pure.

use soapstone_contracts::gateway::gateway as contract;

use crate::flow::assemble::Assembled;
use crate::flow::instant;
use crate::store::circuit::Circuit;
use crate::store::count::Counts;
use crate::store::delivery::{self, State};
use crate::store::letter::{Attempt, Letter, Recorded};
use crate::store::progress::Mode;

/// A text with what XML has no place for replaced: what a destination answered may hold anything.
pub(super) fn plain(text: &str) -> String {
    text.replace(
        |c: char| {
            (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
        },
        "\u{FFFD}",
    )
}

fn optional(text: Option<&str>) -> Option<String> {
    text.map(plain)
}

pub(super) fn flow(
    counts: &Counts,
    known: Option<&Assembled>,
    circuit: Option<Circuit>,
    problem: Option<String>,
) -> contract::Flow {
    let state = circuit.as_ref().map(|circuit| circuit.state.as_str());
    contract::Flow {
        name: plain(&counts.flow),
        mode: match counts.mode {
            Mode::Running => contract::Mode::Running,
            Mode::Paused => contract::Mode::Paused,
            Mode::Draining => contract::Mode::Draining,
        },
        source: known.map(|known| {
            let (schema, table) = &known.flow.table;
            format!("{schema}.{table}")
        }),
        destination: known.map(|known| known.flow.destination.clone()),
        accepted: counts.accepted,
        delivered: counts.delivered,
        waiting: counts.waiting,
        sending: counts.sending,
        in_doubt: counts.doubt,
        dead: counts.dead,
        attempts: counts.attempts,
        oldest_waiting: counts.oldest.map(instant),
        circuit: known.map(|_| match state {
            Some("open") => contract::Circuit::Open,
            Some("half") => contract::Circuit::Half,
            _ => contract::Circuit::Closed,
        }),
        circuit_reason: circuit
            .filter(|circuit| circuit.state != "closed")
            .and_then(|circuit| circuit.reason)
            .map(|reason| plain(&reason)),
        problem: problem.map(|problem| plain(&problem)),
    }
}

pub(super) fn delivery(letter: &Letter) -> contract::Delivery {
    contract::Delivery {
        id: letter.id,
        flow: plain(&letter.flow),
        direction: contract::Direction::Out,
        destination: plain(&letter.destination),
        lane: plain(&letter.lane),
        key: plain(&letter.key),
        kind: letter.kind.clone(),
        message_id: letter.message_id.clone(),
        correlation_id: plain(&letter.correlation),
        state: match letter.state {
            State::Waiting => contract::State::Waiting,
            State::Sending => contract::State::Sending,
            State::Doubt => contract::State::Doubt,
            State::Dead => contract::State::Dead,
            State::Delivered => contract::State::Delivered,
        },
        attempts: letter.attempts,
        accepted_at: instant(letter.created_at),
        due_at: (letter.state == State::Waiting && letter.due_at < delivery::PARKED)
            .then(|| instant(letter.due_at)),
        settled_at: letter.settled_at.map(instant),
        result: letter.class.clone(),
        reason: optional(letter.reason.as_deref()),
        reference: optional(letter.reference.as_deref()),
    }
}

pub(super) fn state(state: &contract::State) -> State {
    match state {
        contract::State::Waiting => State::Waiting,
        contract::State::Sending => State::Sending,
        contract::State::Doubt => State::Doubt,
        contract::State::Dead => State::Dead,
        contract::State::Delivered => State::Delivered,
    }
}

pub(super) fn attempt(attempt: &Attempt) -> contract::Attempt {
    contract::Attempt {
        number: attempt.number,
        at: instant(attempt.at),
        milliseconds: attempt.duration,
        result: attempt.class.clone(),
        reason: optional(attempt.reason.as_deref()),
        request: optional(attempt.request.as_deref()),
        answer: optional(attempt.answer.as_deref()),
    }
}

pub(super) fn deed(deed: &Recorded) -> contract::Deed {
    contract::Deed {
        at: instant(deed.at),
        who: plain(&deed.who),
        action: deed.action.clone(),
        note: optional(deed.note.as_deref()),
        difference: deed.difference().map(|difference| plain(&difference)),
    }
}
