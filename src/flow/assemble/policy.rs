//! A flow's policy and times as written, with the defaults for what is left out. Pure.

use std::time::Duration;

use toml::Spanned;

use crate::flow::mapping::Mistake;
use crate::flow::policy::{Policy, Window};
use crate::flow::sink::Times;
use crate::flow::written::{Each, Written};

use super::target::Target;

fn seconds(value: Option<f64>, default: Duration) -> Duration {
    value
        .and_then(|value| Duration::try_from_secs_f64(value).ok())
        .unwrap_or(default)
}

/// The times that an exchange may take.
pub(super) fn times(written: &Written) -> Times {
    let default = Times::default();
    Times {
        connect: seconds(written.policy.connect_seconds, default.connect),
        first_byte: seconds(written.policy.first_byte_seconds, default.first_byte),
        whole: seconds(written.policy.whole_seconds, default.whole),
    }
}

/// How the flow goes about it.
pub(super) fn policy(
    written: &Written,
    times: Times,
    target: Option<&Target>,
    wrong: &mut Vec<Mistake>,
) -> Policy {
    let told = &written.policy;
    let default = Policy::default();
    let millis = |value: Option<f64>, unit: f64, default: i64| {
        value.map_or(default, |value| {
            (value * unit * 1000.0).clamp(0.0, 1e15) as i64
        })
    };
    let mut whole_number = |told: &Option<Spanned<i64>>, name: &str, most: i64| {
        let value = told.as_ref()?;
        if !(1..=most).contains(value.get_ref()) {
            let reason = format!("`{name}` is a number from 1 to {most}");
            wrong.push((value.span(), reason));
        }
        Some(*value.get_ref())
    };
    let attempts = whole_number(&told.attempts, "attempts", 1_000_000);
    let concurrency = whole_number(&told.concurrency, "concurrency", 10_000);
    let failures = whole_number(&told.circuit_failures, "circuit_failures", 1_000_000);
    let rate = whole_number(&told.rate, "rate", 1_000_000);
    let zone = match &told.zone {
        None => jiff::tz::TimeZone::UTC,
        Some(name) => jiff::tz::TimeZone::get(name.get_ref()).unwrap_or_else(|error| {
            wrong.push((name.span(), error.to_string()));
            jiff::tz::TimeZone::UTC
        }),
    };
    let mut windows = Vec::new();
    for window in &told.windows {
        match Window::parse(window.get_ref(), &zone) {
            Ok(window) => windows.push(window),
            Err(reason) => wrong.push((window.span(), reason)),
        }
    }
    let whole = i64::try_from(times.whole.as_millis()).unwrap_or(default.attempt_time);
    Policy {
        attempts: attempts.unwrap_or(default.attempts),
        age: millis(told.age_hours, 3600.0, default.age),
        backoff: millis(told.backoff_seconds, 1.0, default.backoff),
        backoff_limit: millis(told.backoff_limit_seconds, 1.0, default.backoff_limit),
        concurrency: concurrency
            .and_then(|value| usize::try_from(value).ok())
            .unwrap_or(default.concurrency),
        circuit_failures: failures
            .and_then(|value| u32::try_from(value).ok())
            .unwrap_or(default.circuit_failures),
        circuit_wait: millis(told.circuit_seconds, 1.0, default.circuit_wait),
        rate,
        windows,
        idempotent: told.idempotent || target.is_some_and(|target| target.idempotent),
        look_up_after: target.and_then(|target| target.look_up_after),
        dead_blocks: !told.dead_lets_pass,
        attempt_time: whole,
        each_record: written.source.each == Each::Record,
    }
}
