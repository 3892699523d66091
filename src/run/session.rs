//! One connection in use: the few things that statements need, the same for three dialects.

use std::time::Duration;

use sqlx::{Column as _, Executor, MySql, Postgres, Row, Sqlite};

use super::error::{self, Failure};
use super::{mysql, postgres, sqlite};
use crate::catalog::SqlType;
use crate::database::{Database, Lane};
use crate::plan::{RawCell, Shape, Statement};
use crate::rows::{Cell, Rows};

/// A lent connection.
pub(crate) enum Session {
    Postgres(Lane<Postgres>),
    Mysql(Lane<MySql>),
    Sqlite(Lane<Sqlite>),
}

/// What a statement without rows did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Executed {
    /// Rows that it changed; on MySQL those that it met.
    pub(crate) rows: u64,
    /// The value that `auto_increment` gave.
    pub(crate) last_id: Option<u64>,
}

/// Where the rows of a statement go.
pub(crate) struct Sink<'r> {
    pub(crate) rows: &'r mut Rows,
    /// Stops after this many rows.
    limit: usize,
    /// Rows of the page; the row after it only tells that there is one.
    pub(crate) size: usize,
    /// The page ends with the row that makes it larger than this.
    bytes: usize,
    pub(crate) tail: Option<Tail>,
    /// The names of each row's columns, where only the database knows them.
    pub(crate) names: Vec<Vec<String>>,
}

/// The last row of a page as the cursor needs it.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// The order has no key, so that equal rows must be counted.
    pub(crate) duplicates: bool,
    /// The types of the order's columns.
    pub(crate) types: Vec<SqlType>,
    /// The values of the page's last row.
    pub(crate) last: Vec<RawCell>,
    /// How many rows at the page's end have these values.
    pub(crate) equal: u32,
}

impl<'r> Sink<'r> {
    /// Takes all rows.
    pub(crate) fn all(rows: &'r mut Rows) -> Sink<'r> {
        Sink::first(rows, usize::MAX, usize::MAX)
    }

    /// Takes so many rows, and those up to so many bytes and one more, and leaves the others in the connection.
    pub(crate) fn first(rows: &'r mut Rows, limit: usize, bytes: usize) -> Sink<'r> {
        Sink {
            rows,
            limit,
            size: usize::MAX,
            bytes,
            tail: None,
            names: Vec::new(),
        }
    }

    /// Tells whether there were more rows than so many bytes hold.
    pub(crate) fn over(&self) -> bool {
        self.rows.len() > self.size
    }

    /// Takes the rows of a page and the one after it; fewer where they are more than so many bytes.
    pub(crate) fn page(
        rows: &'r mut Rows,
        size: usize,
        bytes: usize,
        tail: Option<Tail>,
    ) -> Sink<'r> {
        Sink {
            size,
            bytes,
            tail,
            ..Sink::all(rows)
        }
    }

    pub(crate) fn end_row(&mut self, mark: usize, version: &str, digest: bool) {
        if digest {
            let version = self.rows.digest(mark);
            self.rows.end_row(mark, &version);
        } else {
            self.rows.end_row(mark, version);
        }
        if self.rows.len() < self.size && self.rows.size() > self.bytes {
            self.size = self.rows.len();
            self.limit = self.size + 1;
        }
    }

    /// Ends a row that says itself what it holds.
    pub(crate) fn end_named(&mut self, mark: usize, row: &impl Row) {
        self.end_row(mark, "", false);
        let names = row.columns().iter().map(|column| column.name().to_owned());
        self.names.push(names.collect());
    }

    pub(crate) fn full(&self) -> bool {
        self.rows.len() >= self.limit
    }

    pub(crate) fn wants_tail(&self) -> bool {
        let Some(tail) = &self.tail else { return false };
        let count = self.rows.len();
        count == self.size || (tail.duplicates && count < self.size)
    }

    pub(crate) fn tail_types(&self) -> Vec<SqlType> {
        self.tail
            .as_ref()
            .map(|tail| tail.types.clone())
            .unwrap_or_default()
    }

    pub(crate) fn tail(&mut self, values: Vec<RawCell>) {
        let Some(tail) = &mut self.tail else { return };
        tail.equal = if RawCell::all_same(&tail.last, &values) {
            tail.equal + 1
        } else {
            1
        };
        tail.last = values;
    }
}

/// A cell as a cursor keeps it.
pub(crate) fn raw_cell(cell: Cell<'_>) -> RawCell {
    match cell {
        Cell::Null => RawCell::Null,
        Cell::Text(text) => RawCell::Text(text.to_owned()),
        Cell::Bytes(bytes) => RawCell::Bytes(bytes.to_vec()),
        Cell::Misfit(bytes) => RawCell::Misfit(String::from_utf8_lossy(bytes).into_owned()),
        Cell::List(cells) | Cell::Fields(cells) => {
            let texts = cells.filter_map(|cell| {
                if let Cell::Text(text) = cell {
                    Some(text)
                } else {
                    None
                }
            });
            RawCell::Misfit(texts.collect::<Vec<_>>().join(","))
        }
    }
}

impl Session {
    /// Lends an idle connection or opens one.
    pub(crate) async fn lend(database: &Database) -> Result<Session, Failure> {
        Ok(match database {
            Database::Postgres(connections) => Session::Postgres(connections.lanes.lend().await?),
            Database::Mysql(connections) => Session::Mysql(connections.lanes.lend().await?),
            Database::Sqlite(connections) => Session::Sqlite(connections.lanes.lend().await?),
        })
    }

    /// Opens a connection, and closes the idle ones, which are most likely as dead as the one before.
    pub(crate) async fn open(database: &Database) -> Result<Session, Failure> {
        Ok(match database {
            Database::Postgres(connections) => {
                connections.lanes.forget_idle();
                Session::Postgres(connections.lanes.open().await?)
            }
            Database::Mysql(connections) => {
                connections.lanes.forget_idle();
                Session::Mysql(connections.lanes.open().await?)
            }
            Database::Sqlite(connections) => {
                connections.lanes.forget_idle();
                Session::Sqlite(connections.lanes.open().await?)
            }
        })
    }

    /// Tells whether the connection was idle before.
    pub(crate) fn reused(&self) -> bool {
        match self {
            Session::Postgres(lane) => lane.reused,
            Session::Mysql(lane) => lane.reused,
            Session::Sqlite(lane) => lane.reused,
        }
    }

    /// Closes the connection where it would be kept: rows that nobody wants are left in it.
    pub(crate) fn spend(&mut self) {
        match self {
            Session::Postgres(lane) => lane.spent = true,
            Session::Mysql(lane) => lane.spent = true,
            Session::Sqlite(lane) => lane.spent = true,
        }
    }

    /// Gives the connection back.
    pub(crate) fn keep(self) {
        match self {
            Session::Postgres(lane) => lane.keep(),
            Session::Mysql(lane) => lane.keep(),
            Session::Sqlite(lane) => lane.keep(),
        }
    }

    fn time(&self) -> Duration {
        // The server's own limit comes first where it has one.
        let time = match self {
            Session::Postgres(lane) => lane.statement_time(),
            Session::Mysql(lane) => lane.statement_time(),
            Session::Sqlite(lane) => lane.statement_time(),
        };
        time + Duration::from_secs(1)
    }

    /// Runs a statement and pushes its rows; without a shape every column of every result set as text, with its name.
    pub(crate) async fn fetch(
        &mut self,
        statement: &Statement,
        shape: Option<&Shape>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Failure> {
        let time = self.time();
        error::within(time, async {
            match self {
                Session::Postgres(lane) => {
                    postgres::fetch(&mut lane.connection, statement, shape, sink).await
                }
                Session::Mysql(lane) => {
                    mysql::fetch(&mut lane.connection, statement, shape, sink).await
                }
                Session::Sqlite(lane) => {
                    sqlite::fetch(&mut lane.connection, statement, shape, sink).await
                }
            }
        })
        .await
    }

    /// Runs a statement without rows.
    pub(crate) async fn execute(&mut self, statement: &Statement) -> Result<Executed, Failure> {
        let time = self.time();
        error::within(time, async {
            match self {
                Session::Postgres(lane) => postgres::execute(&mut lane.connection, statement).await,
                Session::Mysql(lane) => mysql::execute(&mut lane.connection, statement).await,
                Session::Sqlite(lane) => sqlite::execute(&mut lane.connection, statement).await,
            }
        })
        .await
    }

    /// Runs a fixed text: what begins, ends and marks transactions.
    pub(crate) async fn plain(&mut self, sql: &'static str) -> Result<(), Failure> {
        let time = self.time();
        error::within(time, async {
            match self {
                Session::Postgres(lane) => lane
                    .connection
                    .execute(sqlx::raw_sql(sql))
                    .await
                    .map(|_| ()),
                Session::Mysql(lane) => lane
                    .connection
                    .execute(sqlx::raw_sql(sql))
                    .await
                    .map(|_| ()),
                Session::Sqlite(lane) => lane
                    .connection
                    .execute(sqlx::raw_sql(sql))
                    .await
                    .map(|_| ()),
            }
        })
        .await
    }

    /// Begins a transaction that may write.
    pub(crate) async fn begin(&mut self) -> Result<(), Failure> {
        self.plain(match self {
            // Taking the write lock at once means waiting for it, where taking it later means failing.
            Session::Sqlite(_) => "begin immediate",
            Session::Mysql(_) => "start transaction",
            Session::Postgres(_) => "begin",
        })
        .await
    }
}
