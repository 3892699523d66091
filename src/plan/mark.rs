//! What stands around a write, so that the change log's triggers know whose it is. Pure.

use super::{Bind, Statement};
use crate::catalog::Dialect;

/// Statements of the same transaction as a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Runs before it.
    pub before: Statement,
    /// Runs after it, where the database would remember.
    pub after: Option<Statement>,
}

/// Marks the changes of a write with the id of the request that makes them.
pub(super) fn mark(dialect: Dialect, correlation: &str) -> Mark {
    let (before, after) = match dialect {
        // Ends with the transaction.
        Dialect::Postgres => ("select set_config('soapstone.correlation', $1, true)", None),
        Dialect::Mysql => (
            "set @soapstone_correlation = ?",
            Some("set @soapstone_correlation = null"),
        ),
        Dialect::Sqlite => (
            "insert into soapstone_origin (correlation) values (?)",
            Some("delete from soapstone_origin"),
        ),
    };
    of(before, after, correlation)
}

/// Marks the changes of a routine, which on PostgreSQL may end transactions itself, and so runs outside of any.
pub(super) fn lasting(dialect: Dialect, correlation: &str) -> Mark {
    if dialect != Dialect::Postgres {
        return mark(dialect, correlation);
    }
    of(
        "select set_config('soapstone.correlation', $1, false)",
        Some("select set_config('soapstone.correlation', '', false)"),
        correlation,
    )
}

fn of(before: &str, after: Option<&str>, correlation: &str) -> Mark {
    let statement = |sql: &str, binds| Statement {
        sql: sql.to_owned(),
        binds,
    };
    Mark {
        before: statement(before, vec![Bind::Text(correlation.to_owned())]),
        after: after.map(|after| statement(after, Vec::new())),
    }
}
