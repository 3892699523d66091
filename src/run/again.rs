//! When a transaction that the database undid is run again: a deadlock, or a row that another transaction changed meanwhile.
//!
//! Of two transactions that wait for each other the database ends one; nothing of it is left and nothing was answered, so the
//! gateway runs it once more and does not ask the caller to.

use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;

use super::error::Failure;
use super::{Broken, stands};
use crate::catalog::Catalog;
use crate::plan::Plan;

/// How often a transaction is run again.
const TRIES: u32 = 6;

/// The bound of the first wait in milliseconds; it doubles with each.
const WAIT: u64 = 4;

/// The tries of one call.
#[derive(Default)]
pub(super) struct Again {
    tries: u32,
}

impl Again {
    /// Tells whether a transaction that the database undoes now is run once more.
    pub(super) fn may(&self) -> bool {
        self.tries < TRIES
    }

    /// Tells whether to run the transaction once more, and waits a moment of full jitter first.
    pub(super) async fn after(&mut self, catalog: &Catalog, plan: &Plan, broken: &Broken) -> bool {
        let whole = match plan {
            Plan::Routine(routine) => routine.undone_whole,
            // A part of it may stand.
            plan => !stands(catalog, plan),
        };
        let undone = whole && broken.clean && broken.failure.undone();
        if !undone || !self.may() {
            return false;
        }
        let bound = WAIT << self.tries;
        self.tries += 1;
        metrics::counter!("soapstone_transactions_again_total").increment(1);
        let wait = getrandom::u64().map_or(bound, |number| number % (bound + 1));
        tokio::time::sleep(Duration::from_millis(wait)).await;
        true
    }
}

impl Failure {
    /// Tells whether the database undid the transaction since another was in its way. Who waited for a lock in vain would wait as
    /// long once more, so that is left to the caller.
    pub(super) fn undone(&self) -> bool {
        let Failure::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        matches!(error.code().as_deref(), Some("40001" | "40P01")) || self.ended()
    }

    /// Tells whether nothing is left of the transaction, not even its savepoints: InnoDB ends it whole.
    pub(super) fn ended(&self) -> bool {
        let Failure::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        error
            .try_downcast_ref::<MySqlDatabaseError>()
            .is_some_and(|error| matches!(error.number(), 1020 | 1213))
    }
}
