//! From a call to statements: pure, by the catalog alone.
//!
//! It checks everything that can be known without the database, for all records of a call, before anything runs.

mod beside;
mod change;
mod compare;
mod create;
mod cursor;
mod filter;
mod mark;
mod moment;
mod order;
mod read;
mod routine;
mod sql;
mod time;
mod together;
mod upsert;
mod value;
mod write;

pub use beside::Beside;
pub(crate) use change::{
    default_statement, delete_statement, find_statement, insert_statement, update_statement,
    written,
};
pub use cursor::{Form, RawCell, Start};
pub use mark::Mark;
pub use order::Step;
pub(crate) use read::{BATCH, related};
pub use read::{ExpandRead, Page, Read, Shape, VersionFrom};
pub(crate) use routine::argument;
pub use routine::{AnswerForm, RoutinePlan};
pub use sql::{Bind, Kind, Statement};
pub(crate) use sql::{DECIMAL_COLLATION, MOMENT_COLLATION, Sql, placeholder};
pub(crate) use time::{civil, civil_day, is_date, is_date_time, is_time, same_moment};
pub use together::{MOST_TOGETHER, can_read_together, records};
pub use write::{Change, Insert, Source, Unit, Upsert, WritePlan};

use crate::call::Call;
use crate::catalog::{Catalog, Dialect};
use crate::problem::PlanError;

/// What is to be run.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// One row by its key.
    Get(Read),
    /// A page of rows.
    Query(Page),
    /// A number.
    Count(Statement),
    /// Rows to write.
    Write(WritePlan),
    /// A routine.
    Routine(RoutinePlan),
}

impl Plan {
    /// Has the change log know which request makes the changes, where the plan may make any.
    #[must_use]
    pub fn marked(mut self, dialect: Dialect, correlation: &str) -> Plan {
        match &mut self {
            Plan::Write(write) => write.mark = Some(mark::mark(dialect, correlation)),
            Plan::Routine(routine) if !routine.read_only => {
                routine.mark = Some(mark::lasting(dialect, correlation));
            }
            _ => {}
        }
        self
    }
}

/// Plans a call.
pub fn plan(catalog: &Catalog, call: &Call) -> Result<Plan, PlanError> {
    match call {
        Call::Get(get) => read::get(catalog, get).map(Plan::Get),
        Call::Query(query) => read::query(catalog, query).map(Plan::Query),
        Call::Count { table, filter } => {
            read::count(catalog, *table, filter.as_ref()).map(Plan::Count)
        }
        Call::Create(write) => create::create(catalog, write).map(Plan::Write),
        Call::Update(write) => write::update(catalog, write).map(Plan::Write),
        Call::Upsert { write, match_on } => {
            upsert::upsert(catalog, write, match_on).map(Plan::Write)
        }
        Call::Delete(delete) => write::delete(catalog, delete).map(Plan::Write),
        Call::Routine { routine, arguments } => {
            routine::routine(catalog, *routine, arguments).map(Plan::Routine)
        }
    }
}
