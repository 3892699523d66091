//! One call in the catalog's terms, and what it answers: the types between the SOAP side and the SQL side.
//!
//! Nothing here knows XML or SQL. Values are lexical texts of their XSD types (see [`SqlType`](crate::catalog::SqlType)),
//! bytes, lists or composites; columns, relations and parameters are indexes into the catalog.

use std::sync::Arc;

use crate::catalog::{RoutineId, TableId};
use crate::rows::Rows;

/// One operation with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// One record by its key.
    Get(Get),
    /// A page of records.
    Query(Query),
    /// How many records.
    Count {
        /// The table.
        table: TableId,
        /// Which records.
        filter: Option<Filter>,
    },
    /// New records.
    Create(Write),
    /// Changed records: each carries its key among its fields.
    Update(Write),
    /// New or changed records.
    Upsert {
        /// The records.
        write: Write,
        /// The columns that tell whether the record exists: the key or a unique key; empty means the key.
        match_on: Vec<usize>,
    },
    /// Records to delete.
    Delete(Delete),
    /// A routine.
    Routine {
        /// Which.
        routine: RoutineId,
        /// Parameters by index; an absent one takes its default.
        arguments: Arc<[(usize, Value)]>,
    },
}

/// One record by its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Get {
    /// The table.
    pub table: TableId,
    /// The key's values, in the order of [`Table::key`](crate::catalog::Table::key).
    pub key: Vec<Value>,
    /// Relations to answer too.
    pub expand: Vec<Expand>,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The table.
    pub table: TableId,
    /// Which records.
    pub filter: Option<Filter>,
    /// In which order; the key follows as the last word.
    pub order: Vec<OrderBy>,
    /// Only these columns (the key comes always); empty means all.
    pub fields: Vec<usize>,
    /// Relations to answer too.
    pub expand: Vec<Expand>,
    /// Records in the page.
    pub page_size: Option<u64>,
    /// Where the page before ended: its [`Reply::Page`]'s `next`.
    pub cursor: Option<String>,
}

/// A relation to answer with each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expand {
    /// Index in the record's table's relations.
    pub relation: usize,
    /// Relations of the related records.
    pub expand: Vec<Expand>,
}

/// One column of an order. NULL comes last when ascending and first when descending, on every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderBy {
    /// The column.
    pub column: usize,
    /// From the largest down.
    pub descending: bool,
}

/// Which records: all of its parts must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Conditions on columns, all to hold.
    pub columns: Vec<(usize, Condition)>,
    /// All to hold.
    pub all_of: Vec<Filter>,
    /// One at least to hold, where there is one.
    pub any_of: Vec<Filter>,
    /// None to hold.
    pub none_of: Vec<Filter>,
}

/// A condition on one column. A NULL in the column meets none but [`Condition::IsNull`] and [`Condition::Ne`]: what is
/// NULL is not equal to the value.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Equal.
    Eq(Value),
    /// Not equal, NULL included.
    Ne(Value),
    /// Less.
    Lt(Value),
    /// Less or equal.
    Le(Value),
    /// Greater.
    Gt(Value),
    /// Greater or equal.
    Ge(Value),
    /// One of these.
    In(Vec<Value>),
    /// From the first to the second, both included.
    Between(Value, Value),
    /// By a pattern: `%` any characters, `_` one, `\` takes the next as it is.
    Like(String),
    /// Begins with this text, case counting.
    StartsWith(String),
    /// Holds this text, case counting.
    Contains(String),
    /// Is NULL, or is not.
    IsNull(bool),
}

/// Records to create, update or upsert.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The table.
    pub table: TableId,
    /// The records.
    pub records: Vec<Record>,
    /// All or none, or each for itself.
    pub mode: Mode,
}

/// How a batch stands together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// All or none: the first problem ends the call as an error.
    #[default]
    Atomic,
    /// Each for itself: problems stand in the results.
    PerRecord,
}

/// One record as the caller gives it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// Columns with values; an absent one is not here, nil is [`Value::Null`].
    pub fields: Vec<(usize, Value)>,
    /// The version that the caller read.
    pub version: Option<String>,
    /// Related records by relation: `Create` makes them; in `Update` and `Upsert` they must be as they are stored.
    pub related: Vec<(usize, Vec<Record>)>,
}

/// Records to delete.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// The table.
    pub table: TableId,
    /// Their keys.
    pub keys: Vec<Key>,
    /// All or none, or each for itself.
    pub mode: Mode,
}

/// A record's key, with the version where one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// In the order of [`Table::key`](crate::catalog::Table::key).
    pub values: Vec<Value>,
    /// The version that the caller read, or that the write made.
    pub version: Option<String>,
}

/// A value given by the caller or kept as a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// NULL.
    Null,
    /// The lexical form.
    Text(String),
    /// Bytes, for the types that hold them.
    Bytes(Vec<u8>),
    /// Items of an array or set.
    List(Vec<Value>),
    /// Fields of a composite by index; absent ones are NULL.
    Fields(Vec<(usize, Value)>),
}

/// What a call answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The one row of a Get.
    Record(Rows),
    /// A page of a Query.
    Page {
        /// The records.
        rows: Rows,
        /// Where the next page starts; `None` on the last one.
        next: Option<String>,
    },
    /// The answer of a Count.
    Count(u64),
    /// One for each record or key of a write, in order.
    Results(Vec<Outcome>),
    /// What a routine answered.
    Routine(Answer),
}

/// What became of one record of a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What happened.
    pub status: Status,
    /// The record's key and new version; `None` for a failure, or where the table has no key.
    pub key: Option<Key>,
    /// What was wrong, when it failed.
    pub problem: Option<crate::problem::RunError>,
}

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is new.
    Created,
    /// It is changed.
    Updated,
    /// It is gone.
    Deleted,
    /// Nothing was done with it; see the problem.
    Failed,
}

/// What a routine answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Out and in-out parameters by index, in the routine's order.
    pub parameters: Vec<(usize, Answered)>,
    /// The value of a scalar function.
    pub value: Option<Answered>,
    /// Rows by the columns of [`Returns::Rows`](crate::catalog::Returns::Rows).
    pub rows: Option<Rows>,
    /// Rows of [`Returns::Unknown`](crate::catalog::Returns::Unknown): names and values, result set after result set.
    pub unknown: Vec<Vec<(String, Answered)>>,
}

/// A value read outside a table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// A value of its type.
    Value(Value),
    /// A stored value that its type cannot hold, exactly.
    Misfit(Vec<u8>),
}

impl Call {
    /// Tells whether the call can change the database: what an idempotency key is for.
    pub fn writes(&self) -> bool {
        !matches!(self, Call::Get(_) | Call::Query(_) | Call::Count { .. })
    }
}
