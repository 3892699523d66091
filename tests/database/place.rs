//! A database for one test, made and dropped.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use soapstone_gateway::call::{Call, Query, Reply, Value};
use soapstone_gateway::catalog::{self, Catalog, Dialect, Selection, TableId};
use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::problem::RunError;
use soapstone_gateway::rows::{Cell, Cells, Rows};
use soapstone_gateway::{plan, run};
use sqlx::{Connection, Executor, MySqlConnection, PgConnection, Row, SqliteConnection};

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Place {
    pub(crate) dialect: Dialect,
    pub(crate) url: String,
    pub(crate) name: String,
    server: String,
}

/// The places to test on: SQLite always, the others where a server is given.
pub(crate) fn dialects() -> Vec<Dialect> {
    let mut dialects = vec![Dialect::Sqlite];
    for (variable, dialect) in [
        ("SOAPSTONE_TEST_POSTGRES", Dialect::Postgres),
        ("SOAPSTONE_TEST_MYSQL", Dialect::Mysql),
    ] {
        match std::env::var(variable) {
            Ok(_) => dialects.push(dialect),
            Err(_) => println!("skipped {dialect}: {variable} is not set"),
        }
    }
    dialects
}

impl Place {
    /// A place on one database; none where no server of it is given.
    pub(crate) async fn on(dialect: Dialect) -> Option<Place> {
        match dialects().contains(&dialect) {
            true => Some(Place::new(dialect).await),
            false => None,
        }
    }

    pub(crate) async fn new(dialect: Dialect) -> Place {
        let name = format!(
            "soapstone_{}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let server = match dialect {
            Dialect::Postgres => std::env::var("SOAPSTONE_TEST_POSTGRES").unwrap(),
            Dialect::Mysql => std::env::var("SOAPSTONE_TEST_MYSQL").unwrap(),
            Dialect::Sqlite => String::new(),
        };
        let url = match dialect {
            Dialect::Sqlite => {
                let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
                format!("sqlite:{}", folder.join(format!("{name}.db")).display())
            }
            _ => format!("{}/{name}", server.rsplit_once('/').unwrap().0),
        };
        match dialect {
            Dialect::Postgres => {
                let mut admin = PgConnection::connect(&server).await.unwrap();
                let sql = format!(
                    "create database {name} encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8' template template0"
                );
                admin
                    .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)))
                    .await
                    .unwrap();
            }
            Dialect::Mysql => {
                let mut admin = MySqlConnection::connect(&server).await.unwrap();
                let sql = format!("create database {name} character set utf8mb4");
                admin
                    .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)))
                    .await
                    .unwrap();
            }
            Dialect::Sqlite => {}
        }
        Place {
            dialect,
            url,
            name,
            server,
        }
    }

    /// Runs SQL text, several statements too.
    pub(crate) async fn script(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let result = match self.dialect {
            Dialect::Postgres => PgConnection::connect(&self.url)
                .await
                .unwrap()
                .execute(sqlx::raw_sql(sql))
                .await
                .map(|_| ()),
            Dialect::Mysql => MySqlConnection::connect(&self.url)
                .await
                .unwrap()
                .execute(sqlx::raw_sql(sql))
                .await
                .map(|_| ()),
            Dialect::Sqlite => {
                let url = format!("{}?mode=rwc", self.url);
                SqliteConnection::connect(&url)
                    .await
                    .unwrap()
                    .execute(sqlx::raw_sql(sql))
                    .await
                    .map(|_| ())
            }
        };
        result.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Rows as the database's own texts.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match self.dialect {
            Dialect::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                connection
                    .execute(sqlx::raw_sql(
                        "set timezone = 'UTC'; set intervalstyle = 'iso_8601'",
                    ))
                    .await
                    .unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                rows.iter()
                    .map(|row| (0..row.len()).map(|i| row.get(i)).collect())
                    .collect()
            }
            Dialect::Mysql => {
                let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                rows.iter()
                    .map(|row| (0..row.len()).map(|i| row.get(i)).collect())
                    .collect()
            }
            Dialect::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                rows.iter()
                    .map(|row| (0..row.len()).map(|i| row.get(i)).collect())
                    .collect()
            }
        }
    }

    pub(crate) async fn open(&self) -> Opened {
        self.open_with(&Selection::default()).await
    }

    pub(crate) async fn open_with(&self, selection: &Selection) -> Opened {
        Place::open_url(&self.url, selection).await
    }

    /// As another role, say.
    pub(crate) async fn open_at(&self, url: &str) -> Opened {
        Place::open_url(url, &Selection::default()).await
    }

    pub(crate) async fn open_url(url: &str, selection: &Selection) -> Opened {
        let database = Database::open(&Settings::new(url)).unwrap();
        let catalog = catalog::load(&database, selection)
            .await
            .unwrap_or_else(|error| {
                panic!("{error}: {:?}", std::error::Error::source(&error));
            });
        Opened { database, catalog }
    }

    pub(crate) async fn drop(self) {
        match self.dialect {
            Dialect::Postgres => {
                let mut admin = PgConnection::connect(&self.server).await.unwrap();
                let sql = format!("drop database {} with (force)", self.name);
                admin
                    .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)))
                    .await
                    .unwrap();
            }
            Dialect::Mysql => {
                let mut admin = MySqlConnection::connect(&self.server).await.unwrap();
                let sql = format!("drop database {}", self.name);
                admin
                    .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)))
                    .await
                    .unwrap();
            }
            Dialect::Sqlite => {
                let path = self.url.trim_start_matches("sqlite:").to_owned();
                for ending in ["", "-wal", "-shm", "-journal"] {
                    let _ = std::fs::remove_file(format!("{path}{ending}"));
                }
            }
        }
    }
}

pub(crate) struct Opened {
    pub(crate) database: Database,
    pub(crate) catalog: Catalog,
}

impl Opened {
    pub(crate) fn table(&self, name: &str) -> TableId {
        self.catalog
            .find_table(&self.catalog.default_schema, name)
            .unwrap_or_else(|| {
                panic!(
                    "no table {name} in {:?}",
                    self.catalog
                        .tables
                        .iter()
                        .map(|t| &t.name)
                        .collect::<Vec<_>>()
                )
            })
    }

    pub(crate) fn column(&self, table: TableId, name: &str) -> usize {
        self.catalog.tables[table.0]
            .find_column(name)
            .unwrap_or_else(|| panic!("no column {name}"))
    }

    pub(crate) async fn run(&self, call: &Call) -> Result<Reply, RunError> {
        let plan =
            plan::plan(&self.catalog, call).unwrap_or_else(|error| panic!("{error}: {error:?}"));
        run::run(&self.database, &self.catalog, &plan).await
    }

    pub(crate) async fn good(&self, call: &Call) -> Reply {
        self.run(call).await.unwrap_or_else(|error| {
            panic!(
                "{error}: {:?} in {:?}",
                error.source,
                plan::plan(&self.catalog, call).unwrap()
            )
        })
    }

    pub(crate) async fn rows(&self, call: &Call) -> (Rows, Option<String>) {
        match self.good(call).await {
            Reply::Page { rows, next } => (rows, next),
            Reply::Record(rows) => (rows, None),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Cells in short: `~` is NULL, `!` a misfit, `0x` bytes.
pub(crate) fn show(cells: Cells<'_>) -> String {
    cells.map(show_cell).collect::<Vec<_>>().join("|")
}

pub(crate) fn show_cell(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "~".to_owned(),
        Cell::Text(text) => text.to_owned(),
        Cell::Bytes(bytes) => format!(
            "0x{}",
            bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()
        ),
        Cell::Misfit(bytes) => format!("!{}", String::from_utf8_lossy(bytes)),
        Cell::List(cells) => format!("[{}]", show(cells)),
        Cell::Fields(cells) => format!("({})", show(cells)),
    }
}

pub(crate) fn show_rows(rows: &Rows) -> Vec<String> {
    (0..rows.len()).map(|index| show(rows.row(index))).collect()
}

/// A page of a table in the order of its key.
pub(crate) fn all(table: TableId, page_size: u64, cursor: Option<String>) -> Query {
    Query {
        table,
        filter: None,
        order: Vec::new(),
        fields: Vec::new(),
        expand: Vec::new(),
        page_size: Some(page_size),
        cursor,
    }
}

/// Reads a whole table by pages.
pub(crate) async fn read_all(opened: &Opened, query: &Query) -> Vec<String> {
    let mut found = Vec::new();
    let mut query = query.clone();
    loop {
        let (rows, next) = opened.rows(&Call::Query(query.clone())).await;
        found.extend(show_rows(&rows));
        match next {
            Some(cursor) => query.cursor = Some(cursor),
            None => return found,
        }
    }
}
