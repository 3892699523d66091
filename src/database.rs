//! The connections to one database: opened with fixed settings, lent one at a time, thrown away when in doubt.
//!
//! It knows no table and plans nothing. Calls run on [`Lanes`], which cost no round trip to lend or give back; SQL that is
//! not in the path of a call (introspection, flows, stored answers) may use the sqlx pool beside them.

mod decimal_text;
mod moment_text;

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Connection, MySql, Postgres, Sqlite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::catalog::Dialect;
use crate::plan::{DECIMAL_COLLATION, MOMENT_COLLATION};

pub(crate) use decimal_text::compare_decimals;
use moment_text::compare_moments;
pub(crate) use moment_text::write_moment;

/// Where a database is and how it is used.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `postgres://…`, `mysql://…` or `sqlite:PATH`.
    pub url: String,
    /// A password that does not stand in the URL.
    pub password: Option<String>,
    /// Most connections for calls; as many again may be open beside calls.
    pub connections: u32,
    /// How long opening a connection may take.
    pub connect_time: Duration,
    /// How long a call waits for a connection when all are lent.
    pub wait_time: Duration,
    /// How long one statement may take; longer ones are cancelled by the server (SQLite: not limited).
    pub statement_time: Duration,
    /// SQLite: make the file when it is not there.
    pub create: bool,
}

impl Settings {
    /// Takes the URL and the values that suit most databases.
    pub fn new(url: impl Into<String>) -> Settings {
        Settings {
            url: url.into(),
            password: None,
            connections: 16,
            connect_time: Duration::from_secs(5),
            wait_time: Duration::from_secs(10),
            statement_time: Duration::from_secs(60),
            create: false,
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL says nothing that we understand.
    #[error(
        "database url: {0}; write postgres://user@host/name, mysql://user@host/name or sqlite:PATH"
    )]
    Url(String),
    /// The server did not let us in, or was not there.
    #[error(
        "database: no connection; is it running, and are its address, name, user and password right?"
    )]
    Refused(#[source] sqlx::Error),
    /// Opening took longer than allowed.
    #[error("database: no connection after {0:?}")]
    Late(Duration),
    /// All connections are lent and none came back in time.
    #[error("database: all connections are in use")]
    Busy,
}

/// A database of one of the three dialects.
#[derive(Clone)]
pub enum Database {
    /// PostgreSQL.
    Postgres(Connections<Postgres>),
    /// MySQL or MariaDB.
    Mysql(Connections<MySql>),
    /// SQLite.
    Sqlite(Connections<Sqlite>),
}

/// The connections to a database of one dialect.
pub struct Connections<D: sqlx::Database> {
    /// For SQL beside calls.
    pub pool: sqlx::Pool<D>,
    /// For calls.
    pub lanes: Lanes<D>,
}

impl<D: sqlx::Database> Clone for Connections<D> {
    fn clone(&self) -> Self {
        Connections {
            pool: self.pool.clone(),
            lanes: self.lanes.clone(),
        }
    }
}

impl Database {
    /// Reads the URL and makes ready to connect; opens nothing yet.
    pub fn open(settings: &Settings) -> Result<Database, ConnectError> {
        let url = |error: sqlx::Error| ConnectError::Url(error.to_string());
        let millis = settings.statement_time.as_millis().to_string();
        let scheme = settings.url.split(':').next().unwrap_or_default();
        match scheme {
            "postgres" | "postgresql" => {
                let mut options = PgConnectOptions::from_str(&settings.url).map_err(url)?;
                if let Some(password) = &settings.password {
                    options = options.password(password);
                }
                // Text forms that are read and written must not depend on the role's or database's settings.
                let options = options
                    .application_name("soapstone")
                    .statement_cache_capacity(500)
                    .extra_float_digits(1)
                    .options([
                        ("statement_timeout", millis.as_str()),
                        ("datestyle", "ISO,YMD"),
                        ("timezone", "UTC"),
                        ("intervalstyle", "iso_8601"),
                        ("bytea_output", "hex"),
                        ("xmloption", "content"),
                    ])
                    .disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections(settings.connections)
                    .acquire_timeout(settings.connect_time)
                    .connect_lazy_with(options.clone());
                Ok(Database::Postgres(Connections {
                    pool,
                    lanes: Lanes::new(options, settings),
                }))
            }
            "mysql" | "mariadb" => {
                let text = settings.url.replacen("mariadb:", "mysql:", 1);
                let mut options = MySqlConnectOptions::from_str(&text).map_err(url)?;
                if let Some(password) = &settings.password {
                    options = options.password(password);
                }
                let options = options
                    .charset("utf8mb4")
                    .statement_cache_capacity(500)
                    .disable_statement_logging();
                let pool = MySqlPoolOptions::new()
                    .max_connections(settings.connections)
                    .acquire_timeout(settings.connect_time)
                    .connect_lazy_with(options.clone());
                Ok(Database::Mysql(Connections {
                    pool,
                    lanes: Lanes::new(options, settings),
                }))
            }
            "sqlite" => {
                let options = SqliteConnectOptions::from_str(&settings.url)
                    .map_err(url)?
                    .create_if_missing(settings.create)
                    .foreign_keys(true)
                    .busy_timeout(settings.wait_time)
                    .statement_cache_capacity(500)
                    .row_buffer_size(256)
                    .collation(DECIMAL_COLLATION, compare_decimals)
                    .collation(MOMENT_COLLATION, compare_moments)
                    .disable_statement_logging();
                let pool = SqlitePoolOptions::new()
                    .max_connections(settings.connections)
                    .acquire_timeout(settings.connect_time)
                    // Where SQLite ended a transaction by itself (the disk was full), sqlx believes for ever that it is in one.
                    .before_acquire(|connection, _| {
                        Box::pin(async move { Ok(!connection.is_in_transaction()) })
                    })
                    .connect_lazy_with(options.clone());
                Ok(Database::Sqlite(Connections {
                    pool,
                    lanes: Lanes::new(options, settings),
                }))
            }
            _ => Err(ConnectError::Url(format!(
                "\"{scheme}\" is not a database that we speak to"
            ))),
        }
    }

    /// The SQL that it speaks.
    pub fn dialect(&self) -> Dialect {
        match self {
            Database::Postgres(_) => Dialect::Postgres,
            Database::Mysql(_) => Dialect::Mysql,
            Database::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Asks the database for an answer: what readiness means.
    pub async fn ping(&self) -> Result<(), ConnectError> {
        match self {
            Database::Postgres(connections) => connections.lanes.ping().await,
            Database::Mysql(connections) => connections.lanes.ping().await,
            Database::Sqlite(connections) => connections.lanes.ping().await,
        }
    }

    /// Closes what is idle; lent connections close when they come back.
    pub async fn close(&self) {
        match self {
            Database::Postgres(connections) => connections.close().await,
            Database::Mysql(connections) => connections.close().await,
            Database::Sqlite(connections) => connections.close().await,
        }
    }
}

impl<D: sqlx::Database> Connections<D> {
    async fn close(&self) {
        self.lanes.inner.permits.close();
        self.lanes.forget_idle();
        self.pool.close().await;
    }
}

/// Connections for calls: lent without a check, since a check is a round trip, and given back only by
/// [`Lane::keep`]; one that is dropped otherwise (an error, a cancelled call) is closed.
pub struct Lanes<D: sqlx::Database> {
    inner: Arc<Inner<D>>,
}

struct Inner<D: sqlx::Database> {
    options: <D::Connection as Connection>::Options,
    idle: Mutex<Vec<(D::Connection, Instant)>>,
    permits: Arc<Semaphore>,
    connect_time: Duration,
    wait_time: Duration,
    statement_time: Duration,
}

impl<D: sqlx::Database> Clone for Lanes<D> {
    fn clone(&self) -> Self {
        Lanes {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<D: sqlx::Database> Lanes<D> {
    fn new(options: <D::Connection as Connection>::Options, settings: &Settings) -> Lanes<D> {
        Lanes {
            inner: Arc::new(Inner {
                options,
                idle: Mutex::new(Vec::new()),
                permits: Arc::new(Semaphore::new(settings.connections.max(1) as usize)),
                connect_time: settings.connect_time,
                wait_time: settings.wait_time,
                statement_time: settings.statement_time,
            }),
        }
    }

    /// Lends an idle connection, or opens one.
    pub async fn lend(&self) -> Result<Lane<D>, ConnectError> {
        let permit = self.permit().await?;
        let idle = self
            .inner
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some((connection, opened)) => Ok(self.lane(connection, opened, permit, true)),
            // In a box, as connecting is large, and mostly there is a connection.
            None => Box::pin(self.fresh(permit)).await,
        }
    }

    /// Opens a connection even when one is idle: for a second try after an idle one turned out dead.
    pub async fn open(&self) -> Result<Lane<D>, ConnectError> {
        let permit = self.permit().await?;
        self.fresh(permit).await
    }

    /// Closes all idle connections: after one of them turned out dead, the others most likely are.
    pub fn forget_idle(&self) {
        let idle = std::mem::take(
            &mut *self
                .inner
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        drop(idle);
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, ConnectError> {
        let permits = Arc::clone(&self.inner.permits);
        match permits.try_acquire_owned() {
            Ok(permit) => Ok(permit),
            Err(_) => match tokio::time::timeout(
                self.inner.wait_time,
                Arc::clone(&self.inner.permits).acquire_owned(),
            )
            .await
            {
                Ok(Ok(permit)) => Ok(permit),
                _ => Err(ConnectError::Busy),
            },
        }
    }

    async fn fresh(&self, permit: OwnedSemaphorePermit) -> Result<Lane<D>, ConnectError> {
        let opening = D::Connection::connect_with(&self.inner.options);
        match tokio::time::timeout(self.inner.connect_time, opening).await {
            Ok(Ok(connection)) => Ok(self.lane(connection, Instant::now(), permit, false)),
            Ok(Err(error)) => Err(ConnectError::Refused(error)),
            Err(_) => Err(ConnectError::Late(self.inner.connect_time)),
        }
    }

    fn lane(
        &self,
        connection: D::Connection,
        opened: Instant,
        permit: OwnedSemaphorePermit,
        reused: bool,
    ) -> Lane<D> {
        Lane {
            connection,
            reused,
            spent: false,
            opened,
            inner: Arc::clone(&self.inner),
            permit,
        }
    }

    async fn ping(&self) -> Result<(), ConnectError> {
        let mut lane = self.lend().await?;
        if lane.reused && !lane.alive().await {
            drop(lane);
            self.forget_idle();
            lane = self.open().await?;
        }
        lane.keep();
        Ok(())
    }
}

/// How long a connection lives before it is closed instead of kept, so that servers can be drained.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// A lent connection.
pub struct Lane<D: sqlx::Database> {
    /// The connection itself.
    pub connection: D::Connection,
    /// It was idle before, so that it may have died meanwhile.
    pub reused: bool,
    /// It is not to be kept, whatever becomes of the call.
    pub spent: bool,
    opened: Instant,
    inner: Arc<Inner<D>>,
    permit: OwnedSemaphorePermit,
}

impl<D: sqlx::Database> Lane<D> {
    /// How long one statement may take.
    pub fn statement_time(&self) -> Duration {
        self.inner.statement_time
    }

    /// Gives the connection back; it must be outside any transaction, with nothing left to read.
    pub fn keep(self) {
        let Lane {
            connection,
            spent,
            opened,
            inner,
            permit,
            ..
        } = self;
        if !spent && opened.elapsed() < LIFETIME && !inner.permits.is_closed() {
            inner
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((connection, opened));
        }
        // Only now may the next one look for an idle connection.
        drop(permit);
    }

    async fn alive(&mut self) -> bool {
        let ping = tokio::time::timeout(self.inner.connect_time, self.connection.ping());
        matches!(ping.await, Ok(Ok(())))
    }
}
