//! What the gateway keeps beside the CRM's own tables, in the same database: the change log and its readers, flows, deliveries and
//! their attempts, circuits, and the gateways at work.
//!
//! It lives in the schema `soapstone` on PostgreSQL, and in tables named `soapstone_…` on SQLite and MySQL. Since it is the CRM's
//! database, a change and its hand-over, or an answer and what is written back, are one transaction.
//! Times are milliseconds since 1970 and come in as arguments: nothing here asks a clock.

pub mod circuit;
pub mod count;
pub mod delivery;
pub mod layout;
pub mod letter;
pub mod progress;
pub mod session;
pub mod worker;

/// What can go wrong with the gateway's own tables.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or can't be reached.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables were made by a newer gateway.
    #[error(
        "the gateway's tables are of version {found}; this gateway knows version {known}: run a newer gateway"
    )]
    Newer {
        /// Their version.
        found: i64,
        /// The newest that this gateway knows.
        known: i64,
    },
    /// A cursor that this gateway never gave out.
    #[error("\"{0}\" is not a cursor of the change log")]
    Cursor(String),
    /// A cursor that points before what the change log still holds.
    #[error("the cursor is older than what the change log keeps: read the table anew")]
    TooOld,
    /// A row that must be there is not.
    #[error("there is no {what} {name}")]
    Missing {
        /// What kind of row.
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// What was asked does not go with the state it is in.
    #[error("{0}")]
    State(String),
}

impl StoreError {
    /// Tells whether the same call may succeed when it is made again.
    pub fn retryable(&self) -> bool {
        match self {
            StoreError::Database(sqlx::Error::Database(error)) => matches!(
                error.code().as_deref(),
                // Serialization failure, deadlock, lock time-outs, shutting down or starting up, connection trouble; SQLite busy and locked.
                Some(
                    "40001"
                        | "40P01"
                        | "55P03"
                        | "57P01"
                        | "57P02"
                        | "57P03"
                        | "08006"
                        | "1205"
                        | "1213"
                        | "5"
                        | "6"
                        | "517"
                        | "261"
                )
            ),
            StoreError::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Protocol(_),
            ) => true,
            _ => false,
        }
    }
}
