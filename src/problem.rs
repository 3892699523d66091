//! What can be wrong with a call, as codes that stay the same, and where: by index, for the front to name.
//!
//! Texts that [`Display`](std::fmt::Display) writes go to the peer: they name columns and constraints, never SQL, values of
//! other records, or hosts. What the database said is in the source, for the log.

use std::sync::Arc;

use crate::catalog::TableId;
use crate::rows::Rows;

/// Where in a call the problem is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Which record or key of the batch, from 0.
    pub record: Option<usize>,
    /// The way down into related records: relation and index, from the batch's record.
    pub related: Vec<(usize, usize)>,
    /// The table that the columns are of.
    pub table: Option<TableId>,
    /// The columns concerned; of a routine, its parameters.
    pub columns: Vec<usize>,
}

impl Place {
    /// A column of a table, outside any record.
    pub fn column(table: TableId, column: usize) -> Place {
        Place {
            table: Some(table),
            columns: vec![column],
            ..Place::default()
        }
    }
}

/// Why a call cannot be planned: the caller's fault, found without asking the database.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct PlanError {
    /// What is wrong.
    pub kind: PlanErrorKind,
    /// Where.
    pub place: Place,
}

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanErrorKind {
    /// The table, routine, column, parameter or relation is not in the catalog.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// The table does not have this operation.
    #[error("the table has no {0}")]
    NotOffered(&'static str),
    /// A key value is missing or nil.
    #[error("the key is incomplete")]
    Key,
    /// The columns are not a key.
    #[error("matchOn does not name a key")]
    MatchOn,
    /// The value is not of the column's type.
    #[error("{value} is not {expected}")]
    Value {
        /// The value as given, shortened.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The column cannot be given.
    #[error("the field is not written by callers")]
    ReadOnly,
    /// The column does not take this condition or order.
    #[error("the field has no {0}")]
    Condition(&'static str),
    /// The same column twice.
    #[error("the field is given twice")]
    Twice,
    /// The cursor was not made by us, or was changed.
    #[error("the cursor is not one that this service gave")]
    Cursor,
    /// The cursor belongs to another query: other table, filter, order or shape.
    #[error("the cursor belongs to another query")]
    ForeignCursor,
    /// A bound of the service.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// A parameter without default is absent.
    #[error("the parameter is required")]
    Required,
}

impl PlanError {
    /// The code that callers may rely on.
    pub fn code(&self) -> &'static str {
        match self.kind {
            PlanErrorKind::Unknown(_) => "UnknownName",
            PlanErrorKind::NotOffered(_) => "NotOffered",
            PlanErrorKind::Key => "InvalidKey",
            PlanErrorKind::MatchOn => "InvalidMatch",
            PlanErrorKind::Value { .. } => "InvalidValue",
            PlanErrorKind::ReadOnly => "ReadOnly",
            PlanErrorKind::Condition(_) => "InvalidCondition",
            PlanErrorKind::Twice => "Duplicate",
            PlanErrorKind::Cursor => "InvalidCursor",
            PlanErrorKind::ForeignCursor => "InvalidCursor",
            PlanErrorKind::Limit { .. } => "LimitExceeded",
            PlanErrorKind::Required => "Required",
        }
    }
}

/// Why a plan did not run to its end. Nothing of the call is written, except the other records of a `perRecord` batch.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct RunError {
    /// What happened.
    pub kind: RunErrorKind,
    /// Where.
    pub place: Place,
    /// What the database said, for the log.
    #[source]
    pub source: Option<Inner>,
}

/// What happened while a plan ran.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunErrorKind {
    /// No record has this key.
    #[error("there is no such record")]
    NotFound,
    /// More than one record has this key, so that it cannot be said which is meant. SQLite keeps what it is given: `2024-05-01` and
    /// `2024-05-01 00:00:00` are two keys there and one date; on PostgreSQL a table that inherits may repeat the key of the one above; a
    /// configured key may be none.
    #[error("several records have this key")]
    Several,
    /// The record has changed since the caller read it.
    #[error("the record has been changed since")]
    Conflict(Box<Conflict>),
    /// A unique key has the values already.
    #[error("a record with this {} exists", .0.as_deref().unwrap_or("key"))]
    Duplicate(Option<String>),
    /// A record that is referred to does not exist.
    #[error("the record that is referred to does not exist{}", name(.0))]
    MissingReference(Option<String>),
    /// Other records still refer to this one.
    #[error("other records refer to this one{}", name(.0))]
    StillReferenced(Option<String>),
    /// A related record came with a change and is not as it is stored.
    #[error("the related record is not as it is stored; only Create writes related records")]
    RelatedDiffers,
    /// A check constraint refuses the values.
    #[error("the values break a rule{}", name(.0))]
    Check(Option<String>),
    /// A column that may not be NULL has no value, or what is of the domain that is named.
    #[error("a required field has no value{}", name(.0))]
    NotNull(Option<String>),
    /// A column is given that cannot be, at least not with the others.
    #[error("a field is not written by callers, or not together with the others")]
    ReadOnly,
    /// The value does not fit the column: length, range or form; with what is wrong where the database names no column.
    #[error("the value does not fit the field{}", name(.0))]
    OutOfRange(Option<&'static str>),
    /// The database's own code (a trigger, a routine) refused; its message was written for callers.
    #[error("{0}")]
    Raised(String),
    /// The role may not do this.
    #[error("the database refuses access")]
    Denied,
    /// Another call was in the way: try again.
    #[error("another call was in the way")]
    Contention,
    /// The database is not there.
    #[error("the database is not available")]
    Unavailable,
    /// The connection was lost while committing: it may have been written, or not.
    #[error("the connection to the database was lost while committing; the outcome is not known")]
    Uncertain,
    /// All connections are in use.
    #[error("the service is busy")]
    Busy,
    /// The statement took too long.
    #[error("the database took too long")]
    Late,
    /// A bound of the service.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// The catalog no longer fits the database: a reload helps.
    #[error("the database has changed; reload the catalog")]
    Changed,
    /// Anything else.
    #[error("the database failed")]
    Internal,
}

/// The conflict that a stale version makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The current record: one row with all columns.
    pub current: Rows,
    /// The given columns whose values differ from the current ones.
    pub differing: Vec<usize>,
}

/// What lies behind a run error; for logs only.
#[derive(Debug, Clone)]
pub struct Inner(pub Arc<dyn std::error::Error + Send + Sync>);

impl std::fmt::Display for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Inner {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl PartialEq for Inner {
    fn eq(&self, other: &Inner) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl RunError {
    /// An error without place or source.
    pub fn new(kind: RunErrorKind) -> RunError {
        RunError {
            kind,
            place: Place::default(),
            source: None,
        }
    }

    /// The code that callers may rely on.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            RunErrorKind::NotFound => "NotFound",
            RunErrorKind::Conflict(_) => "Conflict",
            RunErrorKind::Duplicate(_) => "Duplicate",
            RunErrorKind::MissingReference(_) => "MissingReference",
            RunErrorKind::StillReferenced(_) => "StillReferenced",
            RunErrorKind::RelatedDiffers => "RelatedDiffers",
            RunErrorKind::Check(_) => "Check",
            RunErrorKind::NotNull(_) => "Required",
            RunErrorKind::ReadOnly => "ReadOnly",
            RunErrorKind::OutOfRange(_) => "InvalidValue",
            RunErrorKind::Several | RunErrorKind::Raised(_) => "Refused",
            RunErrorKind::Denied => "Denied",
            RunErrorKind::Contention => "Contention",
            RunErrorKind::Unavailable => "Unavailable",
            RunErrorKind::Uncertain => "Uncertain",
            RunErrorKind::Busy => "Busy",
            RunErrorKind::Late => "Late",
            RunErrorKind::Limit { .. } => "LimitExceeded",
            RunErrorKind::Changed => "CatalogChanged",
            RunErrorKind::Internal => "Internal",
        }
    }

    /// Tells whether the same call may succeed later, unchanged. An uncertain outcome is retryable only with an
    /// idempotency key, so it is not.
    pub fn retryable(&self) -> bool {
        matches!(
            self.kind,
            RunErrorKind::Contention
                | RunErrorKind::Unavailable
                | RunErrorKind::Busy
                | RunErrorKind::Late
                | RunErrorKind::Changed
        )
    }

    /// Tells whether the caller is to blame, rather than the database or us.
    pub fn callers(&self) -> bool {
        !self.retryable()
            && !matches!(
                self.kind,
                RunErrorKind::Internal | RunErrorKind::Uncertain | RunErrorKind::Denied
            )
    }
}

fn name(name: &Option<impl AsRef<str>>) -> String {
    name.as_ref()
        .map(AsRef::as_ref)
        .map(|name| format!(" ({name})"))
        .unwrap_or_default()
}
