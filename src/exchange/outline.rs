//! What is known of an exchange so far, for its fault, its line in the log and its counters.

use std::sync::Arc;
use std::time::Instant;

use soapstone::soap::Version;

use super::addressed::Addressed;
use crate::contract::Operation;
use crate::fault::Problem;
use crate::principal::Principal;

/// What is known of an exchange so far, for its fault and its line in the log.
#[derive(Default)]
pub(super) struct Outline<'s> {
    pub(super) version: Option<Version>,
    pub(super) addressed: Option<Addressed>,
    pub(super) operation: Option<&'s Operation>,
    pub(super) principal: Option<Principal>,
    pub(super) records: usize,
    pub(super) writes: bool,
    named: bool,
}

impl Outline<'_> {
    /// Puts the correlation id on every line that is logged from now on, once.
    pub(super) fn name(&mut self, correlation: &str) {
        if !std::mem::replace(&mut self.named, true) {
            tracing::Span::current().record("correlation", correlation);
        }
    }

    /// Logs who did what: writes and refusals for everybody to see, reads for those who look closer.
    pub(super) fn log(&self, problem: Option<&Problem>, begun: Instant) {
        let who = self
            .principal
            .as_ref()
            .map_or("", |principal| &principal.name);
        let operation = self.operation.map_or("", |operation| &operation.name);
        let millis = soapstone::http::millis(begun);
        let label = problem.map_or("ok", |problem| problem.code);
        let name = || match self.operation {
            Some(operation) => metrics::SharedString::from(Arc::clone(&operation.name)),
            None => metrics::SharedString::const_str(""),
        };
        metrics::counter!("soapstone_requests_total", "operation" => name(), "outcome" => label)
            .increment(1);
        metrics::histogram!("soapstone_request_seconds", "operation" => name())
            .record(millis / 1000.0);
        match problem {
            None if self.writes => {
                tracing::info!(who, operation, records = self.records, millis, "written");
            }
            None => tracing::debug!(who, operation, records = self.records, millis, "read"),
            Some(problem) if problem.sender => {
                tracing::info!(
                    who,
                    operation,
                    code = problem.code,
                    detail = problem.message,
                    millis,
                    "refused"
                );
            }
            Some(problem) => {
                let inner = problem.inner.as_deref().unwrap_or_default();
                tracing::warn!(
                    who,
                    operation,
                    code = problem.code,
                    detail = problem.message,
                    inner,
                    millis,
                    "failed"
                );
            }
        }
    }
}
