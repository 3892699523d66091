//! One transaction on any of the three databases, for the gateway's own tables: text and integers in, text and integers out.
//!
//! The statements are written once, with `?` for a value and `{s}` before a table's name. This never quotes an identifier and
//! never takes a value into a statement's text.

use sqlx::{
    Column as _, MySql, Postgres, Row as _, Sqlite, Transaction, TypeInfo as _, ValueRef as _,
};

use crate::catalog::Dialect;
use crate::database::Database;

use super::StoreError;

/// Rewrites `{s}` to what stands before the name of a table of ours, and `?` to the dialect's placeholder.
fn statement(dialect: Dialect, sql: &str) -> String {
    let prefix = if dialect == Dialect::Postgres {
        "soapstone."
    } else {
        "soapstone_"
    };
    let sql = sql.replace("{s}", prefix);
    if dialect != Dialect::Postgres {
        return sql;
    }
    let mut numbered = String::with_capacity(sql.len() + 16);
    for (count, part) in sql.split('?').enumerate() {
        if count > 0 {
            numbered.push('$');
            numbered.push_str(&count.to_string());
        }
        numbered.push_str(part);
    }
    numbered
}

/// A value to bind; the kind is known even for NULL, since PostgreSQL wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    /// Text or NULL.
    Text(Option<String>),
    /// An integer or NULL.
    Integer(Option<i64>),
}

impl From<&str> for Bind {
    fn from(value: &str) -> Bind {
        Bind::Text(Some(value.to_owned()))
    }
}

impl From<&String> for Bind {
    fn from(value: &String) -> Bind {
        Bind::Text(Some(value.clone()))
    }
}

impl From<String> for Bind {
    fn from(value: String) -> Bind {
        Bind::Text(Some(value))
    }
}

impl From<Option<String>> for Bind {
    fn from(value: Option<String>) -> Bind {
        Bind::Text(value)
    }
}

impl From<Option<&str>> for Bind {
    fn from(value: Option<&str>) -> Bind {
        Bind::Text(value.map(str::to_owned))
    }
}

impl From<i64> for Bind {
    fn from(value: i64) -> Bind {
        Bind::Integer(Some(value))
    }
}

impl From<Option<i64>> for Bind {
    fn from(value: Option<i64>) -> Bind {
        Bind::Integer(value)
    }
}

/// Makes a list of binds out of values of several types.
#[macro_export]
#[doc(hidden)]
macro_rules! binds {
    ($($value:expr),* $(,)?) => { &[$($crate::store::session::Bind::from($value)),*] };
}

/// A value that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(String),
}

/// A row that was read.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The cells, in the order of the select list.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The text at a place; NULL and a missing column are the empty text.
    pub fn text(&self, index: usize) -> String {
        self.optional(index).unwrap_or_default()
    }

    /// The text at a place, if it is not NULL.
    pub fn optional(&self, index: usize) -> Option<String> {
        match self.cells.get(index) {
            Some(Cell::Text(text)) => Some(text.clone()),
            Some(Cell::Integer(number)) => Some(number.to_string()),
            Some(Cell::Null) | None => None,
        }
    }

    /// The integer at a place; NULL is 0.
    pub fn integer(&self, index: usize) -> i64 {
        self.optional_integer(index).unwrap_or_default()
    }

    /// The integer at a place, if it is not NULL.
    pub fn optional_integer(&self, index: usize) -> Option<i64> {
        match self.cells.get(index) {
            Some(Cell::Integer(number)) => Some(*number),
            Some(Cell::Text(text)) => text.parse().ok(),
            Some(Cell::Null) | None => None,
        }
    }
}

/// An open transaction; dropped without [`Session::commit`], it is rolled back.
#[derive(Debug)]
pub enum Session {
    /// On PostgreSQL, read committed.
    Postgres(Transaction<'static, Postgres>),
    /// On SQLite, begun immediate: it holds the one write lock.
    Sqlite(Transaction<'static, Sqlite>),
    /// On MySQL or MariaDB, read committed.
    Mysql(Transaction<'static, MySql>),
}

macro_rules! bound {
    ($sql:expr, $binds:expr) => {{
        let mut query = sqlx::query(sqlx::AssertSqlSafe($sql));
        for bind in $binds {
            query = match bind {
                Bind::Text(text) => query.bind(text.clone()),
                Bind::Integer(number) => query.bind(*number),
            };
        }
        query
    }};
}

/// What begins a transaction on MySQL. Where the task that began one was dropped while it waited for the answer, the connection came
/// back with the transaction open and empty: it ends first.
const BEGIN_MYSQL: &str =
    "rollback; set transaction isolation level read committed; start transaction";

impl Session {
    /// Begins a transaction that will write.
    ///
    /// # Errors
    /// The database can't be reached, or (SQLite) another writer holds its lock for longer than the pool waits.
    pub async fn begin(database: &Database) -> Result<Session, StoreError> {
        Ok(match database {
            Database::Postgres(of) => Session::Postgres(of.pool.begin().await?),
            Database::Sqlite(of) => Session::Sqlite(of.pool.begin_with("begin immediate").await?),
            Database::Mysql(of) => Session::Mysql(of.pool.begin_with(BEGIN_MYSQL).await?),
        })
    }

    /// Begins a transaction that only reads: on SQLite it takes no write lock.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn begin_reading(database: &Database) -> Result<Session, StoreError> {
        match database {
            Database::Sqlite(of) => Ok(Session::Sqlite(of.pool.begin().await?)),
            _ => Session::begin(database).await,
        }
    }

    /// Tells the dialect.
    pub fn dialect(&self) -> Dialect {
        match self {
            Session::Postgres(_) => Dialect::Postgres,
            Session::Sqlite(_) => Dialect::Sqlite,
            Session::Mysql(_) => Dialect::Mysql,
        }
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run(&mut self, sql: &str, binds: &[Bind]) -> Result<u64, StoreError> {
        let sql = statement(self.dialect(), sql);
        Ok(match self {
            Session::Postgres(transaction) => bound!(sql, binds)
                .execute(&mut **transaction)
                .await?
                .rows_affected(),
            Session::Sqlite(transaction) => bound!(sql, binds)
                .execute(&mut **transaction)
                .await?
                .rows_affected(),
            Session::Mysql(transaction) => bound!(sql, binds)
                .execute(&mut **transaction)
                .await?
                .rows_affected(),
        })
    }

    /// Runs definitions as written, unprepared: several statements are allowed, and no `?` is replaced.
    ///
    /// # Errors
    /// What the database says.
    pub async fn define(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        match self {
            Session::Postgres(transaction) => sql.execute(&mut **transaction).await.map(|_| ())?,
            Session::Sqlite(transaction) => sql.execute(&mut **transaction).await.map(|_| ())?,
            Session::Mysql(transaction) => sql.execute(&mut **transaction).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Runs a query; its columns are text and integers (others are cast in the statement).
    ///
    /// # Errors
    /// What the database says, or a column of another type.
    pub async fn rows(&mut self, sql: &str, binds: &[Bind]) -> Result<Vec<Row>, StoreError> {
        let sql = statement(self.dialect(), sql);
        match self {
            Session::Postgres(transaction) => bound!(sql, binds)
                .fetch_all(&mut **transaction)
                .await?
                .iter()
                .map(postgres_row)
                .collect(),
            Session::Sqlite(transaction) => bound!(sql, binds)
                .fetch_all(&mut **transaction)
                .await?
                .iter()
                .map(sqlite_row)
                .collect(),
            Session::Mysql(transaction) => bound!(sql, binds)
                .fetch_all(&mut **transaction)
                .await?
                .iter()
                .map(mysql_row)
                .collect(),
        }
    }

    /// Runs a query of which at most the first row matters.
    ///
    /// # Errors
    /// What the database says.
    pub async fn row(&mut self, sql: &str, binds: &[Bind]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, binds).await?.into_iter().next())
    }

    /// Commits.
    ///
    /// # Errors
    /// The database refused, or was lost: then it is unknown whether the transaction stands.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Session::Postgres(transaction) => transaction.commit().await?,
            Session::Sqlite(transaction) => transaction.commit().await?,
            Session::Mysql(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    /// Sets a mark to which [`Session::rollback_to`] returns when one of several steps may fail alone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.define("savepoint soapstone_step").await
    }

    /// Undoes what came after the mark, which stays set.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.define("rollback to savepoint soapstone_step").await
    }
}

fn postgres_row(row: &sqlx::postgres::PgRow) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        let value = row.try_get_raw(index)?;
        cells.push(if value.is_null() {
            Cell::Null
        } else {
            match column.type_info().name() {
                "INT8" => Cell::Integer(row.try_get(index)?),
                "INT4" => Cell::Integer(row.try_get::<i32, _>(index)?.into()),
                "BOOL" => Cell::Integer(row.try_get::<bool, _>(index)?.into()),
                _ => Cell::Text(row.try_get(index)?),
            }
        });
    }
    Ok(Row { cells })
}

fn sqlite_row(row: &sqlx::sqlite::SqliteRow) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for index in 0..row.len() {
        let value = row.try_get_raw(index)?;
        // SQLite's columns have no type: each value has.
        let kind = value.type_info().name().to_owned();
        cells.push(if value.is_null() {
            Cell::Null
        } else if kind == "INTEGER" || kind == "BOOLEAN" {
            Cell::Integer(row.try_get_unchecked(index)?)
        } else {
            Cell::Text(row.try_get_unchecked(index)?)
        });
    }
    Ok(Row { cells })
}

fn mysql_row(row: &sqlx::mysql::MySqlRow) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        let value = row.try_get_raw(index)?;
        cells.push(if value.is_null() {
            Cell::Null
        } else {
            match column.type_info().name() {
                "BIGINT" | "INT" | "BOOLEAN" | "TINYINT" => {
                    Cell::Integer(row.try_get_unchecked(index)?)
                }
                "BIGINT UNSIGNED" | "INT UNSIGNED" => {
                    let number: u64 = row.try_get_unchecked(index)?;
                    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
                }
                _ => Cell::Text(row.try_get_unchecked(index)?),
            }
        });
    }
    Ok(Row { cells })
}
