//! What a database's error means for a call: a code, the columns and constraints that it names, and whether to try again.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::catalog::{Catalog, Table, TableId};
use crate::database::ConnectError;
use crate::problem::{Inner, Place, PlanError, RunError, RunErrorKind};

/// A failure on the way to a [`RunError`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The driver or the database said no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A statement took too long.
    #[error("the statement took longer than {0:?}")]
    Late(Duration),
    /// A statement could not be planned from values that were read meanwhile.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// It is known already what to answer.
    #[error(transparent)]
    Run(Box<RunError>),
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        Failure::Run(Box::new(error))
    }
}

/// Runs a statement within its time.
pub(crate) async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(time, work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Failure::Late(time)),
    }
}

impl Failure {
    /// Tells whether the connection can no longer be used.
    pub(crate) fn lost(&self) -> bool {
        match self {
            Failure::Connect(_) | Failure::Late(_) => true,
            Failure::Database(sqlx::Error::Database(error)) => {
                // An administrator or a shutdown ended the connection; the statement was not committed.
                matches!(
                    error.code().as_deref(),
                    Some("57P01" | "57P02" | "57P03" | "08006" | "08003" | "08S01")
                ) || stale_statement(error.as_ref())
                    || error
                        .try_downcast_ref::<MySqlDatabaseError>()
                        .is_some_and(|error| matches!(error.number(), 1053 | 1927 | 2006 | 2013))
            }
            Failure::Database(_) => true,
            Failure::Plan(_) | Failure::Run(_) => false,
        }
    }

    /// Tells whether no one record was found, which is known only when all that was found is read.
    pub(crate) fn found_no_one(&self) -> bool {
        let Failure::Run(error) = self else {
            return false;
        };
        matches!(error.kind, RunErrorKind::NotFound | RunErrorKind::Several)
    }
}

/// PostgreSQL refuses a prepared statement when the table has changed since: a new connection prepares it anew.
fn stale_statement(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().as_deref() == Some("0A000") && error.message().contains("cached plan")
}

/// Says what a failure means.
pub(crate) fn explain(catalog: &Catalog, table: Option<TableId>, failure: Failure) -> RunError {
    let table_ref = table.and_then(|id| catalog.table(id));
    let (kind, columns) = match &failure {
        Failure::Run(error) => return (**error).clone(),
        Failure::Connect(ConnectError::Busy) => (RunErrorKind::Busy, Vec::new()),
        Failure::Connect(_) => (RunErrorKind::Unavailable, Vec::new()),
        Failure::Late(_) => (RunErrorKind::Late, Vec::new()),
        Failure::Plan(_) => (RunErrorKind::Internal, Vec::new()),
        Failure::Database(sqlx::Error::Database(error)) => database(table_ref, error.as_ref()),
        Failure::Database(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::PoolClosed,
        ) => (RunErrorKind::Unavailable, Vec::new()),
        Failure::Database(sqlx::Error::PoolTimedOut) => (RunErrorKind::Busy, Vec::new()),
        Failure::Database(_) => (RunErrorKind::Internal, Vec::new()),
    };
    let place = Place {
        table,
        columns,
        ..Place::default()
    };
    RunError {
        kind,
        place,
        source: Some(Inner(Arc::new(failure))),
    }
}

fn database(
    table: Option<&Table>,
    error: &dyn sqlx::error::DatabaseError,
) -> (RunErrorKind, Vec<usize>) {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return postgres(table, error);
    }
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return mysql(table, error);
    }
    sqlite(table, error)
}

fn column_named(table: Option<&Table>, name: &str) -> Vec<usize> {
    table
        .and_then(|table| table.find_column(name))
        .into_iter()
        .collect()
}

fn unique_named(table: Option<&Table>, name: Option<&str>) -> Vec<usize> {
    let unique = table
        .zip(name)
        .and_then(|(table, name)| table.uniques.iter().find(|unique| unique.name == name));
    unique
        .map(|unique| unique.columns.clone())
        .unwrap_or_default()
}

/// The columns of `Key (a, "b c")=(1, 2) already exists.`: a partition's constraint has a name of its own.
fn key_told(table: Option<&Table>, detail: &str) -> Vec<usize> {
    let names = detail
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(")=("));
    let (names, _) = names.unwrap_or_default();
    names
        .split(", ")
        .flat_map(|name| column_named(table, name.trim_matches('"')))
        .collect()
}

fn foreign_key_named(table: Option<&Table>, name: Option<&str>) -> Vec<usize> {
    let relation = table.zip(name).and_then(|(table, name)| {
        table
            .relations
            .iter()
            .find(|relation| relation.constraint.as_deref() == Some(name))
    });
    relation
        .map(|relation| relation.columns.clone())
        .unwrap_or_default()
}

/// By SQLSTATE (PostgreSQL, appendix A).
fn postgres(table: Option<&Table>, error: &PgDatabaseError) -> (RunErrorKind, Vec<usize>) {
    let constraint = error.constraint().map(str::to_owned);
    let column = || {
        error
            .column()
            .map(|name| column_named(table, name))
            .unwrap_or_default()
    };
    match error.code() {
        "23505" | "23P01" => {
            let mut columns = unique_named(table, error.constraint());
            if columns.is_empty() {
                columns = key_told(table, error.detail().unwrap_or_default());
            }
            (RunErrorKind::Duplicate(constraint), columns)
        }
        "23503" => {
            let columns = foreign_key_named(table, error.constraint());
            // The same code for both ends; the detail tells them apart in every language of the server by its table.
            match error.table() == table.map(|table| table.name.as_str())
                && !error
                    .detail()
                    .is_some_and(|d| d.contains("still referenced"))
            {
                true => (RunErrorKind::MissingReference(constraint), columns),
                false => (RunErrorKind::StillReferenced(constraint), columns),
            }
        }
        "23001" => (RunErrorKind::StillReferenced(constraint), Vec::new()),
        "23502" => {
            let domain = error.data_type().map(str::to_owned);
            (RunErrorKind::NotNull(domain), column())
        }
        "23514" | "44000" => (RunErrorKind::Check(constraint), Vec::new()),
        "40001" | "40P01" | "55P03" => (RunErrorKind::Contention, Vec::new()),
        "57014" => (RunErrorKind::Late, Vec::new()),
        "42501" => (RunErrorKind::Denied, Vec::new()),
        "428C9" => (RunErrorKind::ReadOnly, column()),
        "55000" => {
            let why = match error.message().contains("has not been populated") {
                true => "a materialized view has to be filled first",
                false => "the database is not in a state that allows this",
            };
            (RunErrorKind::Raised(why.to_owned()), Vec::new())
        }
        "2D000" => {
            let why = "the routine ends its transaction, which it may only where it is called without an idempotency key \
                       and answers nothing that is read as text";
            (RunErrorKind::Raised(why.to_owned()), Vec::new())
        }
        "P0001" => (RunErrorKind::Raised(error.message().to_owned()), Vec::new()),
        "0A000" if error.message().contains("cached plan") => (RunErrorKind::Changed, Vec::new()),
        "42P01" | "42703" | "42883" => (RunErrorKind::Changed, Vec::new()),
        "53300" | "53400" | "57P03" | "57P01" | "57P02" | "08006" | "08003" | "08001" => {
            (RunErrorKind::Unavailable, Vec::new())
        }
        code if code.starts_with("22") => misfit(postgres_misfit(code), column()),
        _ => (RunErrorKind::Internal, Vec::new()),
    }
}

/// A value that does not fit. Where no column is named, it is said what is wrong, in words of our own: the server's are in its language, may
/// quote values of another record and names of tables below, and may be a trigger's.
fn misfit(told: Option<&'static str>, columns: Vec<usize>) -> (RunErrorKind, Vec<usize>) {
    (
        RunErrorKind::OutOfRange(told.filter(|_| columns.is_empty())),
        columns,
    )
}

/// What is wrong with a value, by SQLSTATE (PostgreSQL, appendix A, class 22).
fn postgres_misfit(code: &str) -> Option<&'static str> {
    Some(match code {
        "22001" | "22026" => TOO_LONG,
        "22003" | "22P01" | "22015" => OUT_OF_RANGE,
        "22004" => "a null value is not allowed there",
        "22007" | "22018" | "22P02" | "22P03" => ILL_FORMED,
        "22008" | "22009" => "a date or time is out of range",
        "22012" => "division by zero",
        "22021" | "22P05" => "a character is not one of the encoding",
        "2201B" => "a regular expression is ill-formed",
        "22019" | "2200D" | "22025" => "an escape is ill-formed",
        "2201E" | "2201F" | "2201G" | "22013" | "22014" | "22016" | "22023" => {
            "an argument is not one that the function takes"
        }
        "2202E" => "a subscript is out of range",
        "2200L" | "2200M" | "2200N" | "2200S" | "2200T" => "the XML is ill-formed",
        "22030" | "22032" => "the JSON is ill-formed",
        code if code.starts_with("2203") => "the JSON holds something else than is asked for",
        _ => return None,
    })
}

/// The same by error number (MySQL and MariaDB error references).
fn mysql_misfit(number: u16) -> Option<&'static str> {
    Some(match number {
        1264 | 1690 => OUT_OF_RANGE,
        1292 | 1366 | 1411 | 6136 => ILL_FORMED,
        1406 => TOO_LONG,
        1416 | 3037 => "the geometry is ill-formed",
        3140 | 3141 => "the JSON is ill-formed",
        3548 | 3643 => "the geometry is in another reference system",
        3616 | 3617 => "a longitude or latitude is out of range",
        _ => return None,
    })
}

const TOO_LONG: &str = "a value is too long";
const OUT_OF_RANGE: &str = "a number is out of range";
const ILL_FORMED: &str = "a value is not written as its type is";

/// The column of `Data too long for column 'x' at row 1`, of `Incorrect … value: 'v' for column `s`.`t`.`x` at row 1` and of
/// `… in value for column 't.x'.`
fn column_told(message: &str) -> &str {
    let after = message.rsplit_once("for column ").unwrap_or_default().1;
    let name = after.split(" at row").next().unwrap_or_default();
    let name = name.trim_end_matches('.');
    let name = name.rsplit('.').next().unwrap_or(name);
    name.trim_matches(['\'', '`'])
}

/// By error number (MySQL and MariaDB error references).
fn mysql(table: Option<&Table>, error: &MySqlDatabaseError) -> (RunErrorKind, Vec<usize>) {
    let message = error.message();
    // `Column 'x' …`, `… for key 't.x'`, `CONSTRAINT `x``: the last quoted name.
    let quoted = |quote: char| -> Option<&str> { message.rsplit(quote).nth(1) };
    let key = quoted('\'').map(|name| name.rsplit('.').next().unwrap_or(name));
    let first = message.split('\'').nth(1).unwrap_or_default();
    let constraint = message
        .split("CONSTRAINT `")
        .nth(1)
        .and_then(|rest| rest.split('`').next());
    match error.number() {
        1022 | 1062 | 1169 | 1586 => (
            RunErrorKind::Duplicate(key.map(str::to_owned)),
            unique_named(table, key),
        ),
        1216 | 1452 => (
            RunErrorKind::MissingReference(constraint.map(str::to_owned)),
            foreign_key_named(table, constraint),
        ),
        1217 | 1451 => (
            RunErrorKind::StillReferenced(constraint.map(str::to_owned)),
            Vec::new(),
        ),
        1048 | 1364 => (RunErrorKind::NotNull(None), column_named(table, first)),
        // Of a view: a column of the table below, which it may not have.
        1423 => (RunErrorKind::NotNull(None), Vec::new()),
        1369 => (RunErrorKind::Check(None), Vec::new()),
        1348 | 1906 | 3105 => (RunErrorKind::ReadOnly, column_named(table, first)),
        1393 | 1394 => (RunErrorKind::ReadOnly, Vec::new()),
        3819 | 4025 => (
            RunErrorKind::Check(message.split('`').nth(1).or(Some(first)).map(str::to_owned)),
            Vec::new(),
        ),
        1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1416 | 1690 | 3037 | 3140 | 3141 | 3548
        | 3616 | 3617 | 3643 | 6136 => {
            let columns = column_named(table, column_told(message));
            misfit(mysql_misfit(error.number()), columns)
        }
        1205 | 1213 | 1020 => (RunErrorKind::Contention, Vec::new()),
        1317 | 1969 | 3024 => (RunErrorKind::Late, Vec::new()),
        1142 | 1143 | 1044 | 1045 | 1370 => (RunErrorKind::Denied, Vec::new()),
        1644 => (RunErrorKind::Raised(message.to_owned()), Vec::new()),
        1054 | 1146 | 1305 => (RunErrorKind::Changed, Vec::new()),
        1040 | 1053 | 1203 | 1226 | 1927 | 2006 | 2013 => (RunErrorKind::Unavailable, Vec::new()),
        _ => (RunErrorKind::Internal, Vec::new()),
    }
}

/// By extended result code (SQLite, rescode).
fn sqlite(
    table: Option<&Table>,
    error: &dyn sqlx::error::DatabaseError,
) -> (RunErrorKind, Vec<usize>) {
    let code: i64 = error.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    // `UNIQUE constraint failed: t.a, t.b`
    let after = error.message().rsplit(": ").next().unwrap_or_default();
    let columns = || -> Vec<usize> {
        after
            .split(", ")
            .filter_map(|name| {
                table?.find_column(name.split_once('.').map_or(name, |(_, name)| name))
            })
            .collect()
    };
    match code {
        2067 | 1555 | 2579 => (RunErrorKind::Duplicate(None), columns()),
        // SQLite does not say which foreign key, nor which end of it.
        787 => (RunErrorKind::MissingReference(None), Vec::new()),
        1811 => (RunErrorKind::Raised(error.message().to_owned()), Vec::new()),
        1299 => (RunErrorKind::NotNull(None), columns()),
        // A check without a name is told by its SQL, which is nobody's business.
        275 => {
            let is_name = after.chars().all(|c| c.is_alphanumeric() || c == '_');
            let name = is_name.then(|| after.to_owned());
            (RunErrorKind::Check(name), columns())
        }
        // A virtual table says it in its message alone.
        19 if error.message().starts_with("UNIQUE") => (RunErrorKind::Duplicate(None), columns()),
        19 => (RunErrorKind::Check(None), Vec::new()),
        3091 | 18 | 20 => (RunErrorKind::OutOfRange(None), columns()),
        code if matches!(code & 0xff, 5 | 6) => (RunErrorKind::Contention, Vec::new()),
        code if matches!(code & 0xff, 8 | 3 | 23) => (RunErrorKind::Denied, Vec::new()),
        code if matches!(code & 0xff, 10 | 14) => (RunErrorKind::Unavailable, Vec::new()),
        code if code & 0xff == 17 => (RunErrorKind::Changed, Vec::new()),
        1 if error.message().starts_with("no such") => (RunErrorKind::Changed, Vec::new()),
        _ => (RunErrorKind::Internal, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::column_told;

    #[test]
    fn columns_that_messages_of_mysql_tell() {
        for (message, column) in [
            ("Data too long for column 'x' at row 1", "x"),
            (
                "Incorrect integer value: 'for column y' for column `s`.`t`.`x` at row 1",
                "x",
            ),
            (
                "Invalid JSON text: \"Missing a name.\" at position 1 in value for column 't.x'.",
                "x",
            ),
            ("Zu lang", ""),
        ] {
            assert_eq!(column_told(message), column, "{message}");
        }
    }
}
