//! Writes with an idempotency key: a repeat answers what was answered before.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::call::{Call, Reply};
use crate::contract::Operation;
use crate::database::Database;
use crate::fault::Problem;
use crate::plan::Plan;
use crate::principal::Principal;
use crate::run::{self, Once, OnceReply};
use crate::served::Served;

/// A write with an idempotency key: a repeat answers what was answered before.
pub(super) struct Repeatable {
    key: String,
    digest: String,
    now: i64,
}

impl Repeatable {
    /// The key counts for one principal; the digest is over what was understood, so that a repeat may be laid out differently.
    pub(super) fn new(
        key: &str,
        principal: &Principal,
        operation: &Operation,
        call: &Call,
    ) -> Result<Repeatable, Problem> {
        if key.is_empty() || key.len() > 255 {
            return Err(Problem::sender(
                "InvalidIdempotencyKey",
                "an idempotency key has 1 to 255 bytes",
            ));
        }
        let digest = Sha256::digest(format!("{} {call:?}", operation.name));
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis());
        Ok(Repeatable {
            key: format!("{} {key}", principal.name),
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            now: i64::try_from(now).unwrap_or(i64::MAX),
        })
    }

    /// Runs the write, or answers what it answered: the reply's element.
    pub(super) async fn run(
        &self,
        database: &Database,
        served: &Served,
        operation: &Operation,
        plan: &Plan,
        render: &(dyn Fn(&Reply, &mut String) + Send + Sync),
    ) -> Result<String, Problem> {
        let once = Once {
            key: &self.key,
            digest: &self.digest,
            now: self.now,
        };
        let bytes = |reply: &Reply| {
            let mut out = String::new();
            render(reply, &mut out);
            out.into_bytes()
        };
        match run::run_once(database, &served.catalog, plan, &once, &bytes).await {
            Ok(OnceReply::New(bytes) | OnceReply::Stored(bytes)) => {
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Ok(OnceReply::OtherBody) => Err(Problem::sender(
                "IdempotencyKeyReused",
                "the idempotency key was used for another request",
            )),
            Err(error) => {
                let (catalog, contract) = (&served.catalog, &served.contract);
                Err(Problem::of_run(catalog, contract, Some(operation), &error))
            }
        }
    }
}
