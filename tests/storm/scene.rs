//! A CRM with a table of orders, an ERP that counts, and a flow between them, carried by gateways of the release binary.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use soapstone_contracts::sample::wire::PATH;
use soapstone_contracts::sample::write_contract;
use soapstone_gateway::binds;
use soapstone_gateway::capture::{self, Kept};
use soapstone_gateway::catalog::{self, Dialect, Selection};
use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::store::StoreError;
use soapstone_gateway::store::count::{self, Counts};
use soapstone_gateway::store::session::Session;

use crate::arguments::Arguments;
use crate::flows::{FLOW, OWN, OWN_LOOK_UP, SAMPLE, SAMPLE_LOOK_UP};
use crate::process::{Postgres, Process, free_port, get};

/// The variable that names a MySQL or MariaDB server.
const MYSQL: &str = "SOAPSTONE_TEST_MYSQL";

/// What a run wants and this machine has not.
pub(crate) fn missing(arguments: &Arguments) -> Option<String> {
    match arguments.text("database").unwrap_or("postgres") {
        "postgres" => (!Path::new("/usr/lib/postgresql").exists())
            .then(|| "PostgreSQL is not installed".to_owned()),
        "mysql" => std::env::var(MYSQL)
            .is_err()
            .then(|| format!("{MYSQL} is not set")),
        "sqlite" => None,
        other => panic!("--database {other}: postgres, sqlite or mysql"),
    }
}

/// What is to be set up.
pub(crate) struct Stage<'a> {
    pub(crate) arguments: &'a Arguments,
    /// How the ERP behaves: pairs of `--name value`.
    pub(crate) manners: &'a [&'a str],
    pub(crate) idempotent: bool,
    /// Each change is sent, else each record once.
    pub(crate) each_change: bool,
    /// The folder of the database's files: another file system, where the disk is to be small.
    pub(crate) data: Option<PathBuf>,
}

impl<'a> Stage<'a> {
    /// An ERP that behaves and keeps its word, each record once.
    pub(crate) fn new(arguments: &'a Arguments) -> Stage<'a> {
        Stage {
            arguments,
            manners: &[],
            idempotent: true,
            each_change: false,
            data: None,
        }
    }
}

pub(crate) struct Gateway {
    pub(crate) process: Process,
    pub(crate) port: u16,
}

pub(crate) struct Scene {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    pub(crate) erp: Process,
    pub(crate) erp_port: u16,
    pub(crate) postgres: Option<Postgres>,
    binary: PathBuf,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.erp.kill();
        if let Some(postgres) = &mut self.postgres {
            postgres.kill();
        }
        if std::thread::panicking() {
            eprintln!("what happened is in {}", self.folder.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Scene {
    pub(crate) async fn new(stage: Stage<'_>) -> Scene {
        let folder = std::env::temp_dir().join(format!("soapstone-storm-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("flows")).unwrap();
        let data = stage.data.unwrap_or_else(|| folder.clone());
        let postgres = match stage.arguments.text("database").unwrap_or("postgres") {
            "postgres" => Some(Postgres::create(&data)),
            _ => None,
        };
        let url = match (&postgres, stage.arguments.text("database")) {
            (Some(postgres), _) => {
                create(&postgres.url("postgres"), "create database crm").await;
                postgres.url("crm")
            }
            (None, Some("mysql")) => {
                let server = std::env::var(MYSQL).unwrap();
                let name = format!("storm_{}", std::process::id());
                create(
                    &server,
                    &format!("create database {name} character set utf8mb4"),
                )
                .await;
                format!("{}/{name}", server.rsplit_once('/').unwrap().0)
            }
            _ => format!("sqlite:{}", data.join("crm.sqlite").display()),
        };
        let database = Database::open(&Settings {
            create: true,
            ..Settings::new(url.clone())
        })
        .unwrap();
        if let Database::Sqlite(connections) = &database {
            sqlx::raw_sql("pragma journal_mode = wal")
                .execute(&connections.pool)
                .await
                .unwrap();
        }
        let mut session = Session::begin(&database).await.unwrap();
        session
            .define("create table orders (id int not null primary key, number varchar(20) not null, customer varchar(40) not null, erp_number varchar(40))")
            .await
            .unwrap();
        session.commit().await.unwrap();
        let read = catalog::load(&database, &Selection::default())
            .await
            .unwrap();
        capture::install(
            &database,
            capture::find(&read, "orders").unwrap(),
            Kept::Key,
            1,
        )
        .await
        .unwrap();

        let erp_port = free_port();
        let sample = stage.arguments.text("peer") == Some("sample");
        let (erp, look_up) = match sample {
            true => (SAMPLE, SAMPLE_LOOK_UP),
            false => (OWN, OWN_LOOK_UP),
        };
        let look_up = if stage.idempotent { "" } else { look_up };
        let each = if stage.each_change {
            "change"
        } else {
            "record"
        };
        let flow = FLOW
            .replace("EACH", each)
            .replace("ERP", &format!("{erp}{look_up}"))
            .replace("ADDRESS", &format!("http://127.0.0.1:{erp_port}/erp"))
            .replace("IDEMPOTENT", &stage.idempotent.to_string())
            .replace(
                "CONCURRENCY",
                stage.arguments.text("concurrency").unwrap_or("8"),
            );
        std::fs::write(folder.join("flows/orders.toml"), flow).unwrap();
        std::fs::write(folder.join("flows/erp.wsdl"), include_str!("erp.wsdl")).unwrap();
        let address = format!("http://127.0.0.1:{erp_port}{PATH}");
        write_contract(&folder.join("flows"), &address).unwrap();
        std::fs::write(
            folder.join("soapstone.toml"),
            format!("[database]\nurl = \"{url}\"\n[flows]\nfolder = \"flows\"\n[log]\nlevel = \"warn\"\n"),
        )
        .unwrap();
        let binary = stage.arguments.text("gateway");
        let binary = PathBuf::from(binary.unwrap_or(env!("CARGO_BIN_EXE_soapstone")));
        let listen = format!("127.0.0.1:{erp_port}");
        let (program, command) = match sample {
            true => (binary.clone(), "sample-erp"),
            false => (std::env::current_exe().unwrap(), "erp"),
        };
        let mut given = vec![command, "--listen", &listen];
        if stage.arguments.text("journal") != Some("no") {
            given.extend(["--journal", "journal"]);
        }
        given.extend(stage.manners);
        let mut erp = Process::new(program, &given, &folder);
        erp.start();
        Scene {
            folder,
            database,
            erp,
            erp_port,
            postgres,
            binary,
        }
    }

    /// Starts a gateway.
    pub(crate) fn gateway(&mut self, environment: &[(&str, &str)]) -> Gateway {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let arguments = ["serve", "--config", "soapstone.toml", "--listen", &listen];
        let mut process = Process::new(&self.binary, &arguments, &self.folder);
        for (name, value) in environment {
            process = process.with(name, value);
        }
        process.start();
        Gateway { process, port }
    }

    pub(crate) async fn counts(&self) -> Option<Counts> {
        let mut session = Session::begin_reading(&self.database).await.ok()?;
        count::all(&mut session).await.ok()?.into_iter().next()
    }

    pub(crate) async fn one(&self, sql: &str) -> i64 {
        let mut session = Session::begin_reading(&self.database).await.unwrap();
        session
            .row(sql, &[])
            .await
            .unwrap()
            .map_or(0, |row| row.integer(0))
    }

    /// How much the ERP's journal holds: it grows with every request.
    pub(crate) fn heard(&self) -> u64 {
        std::fs::metadata(self.folder.join("journal")).map_or(0, |file| file.len())
    }

    /// What the ERP took and how many requests it had, by its own count since it was started.
    pub(crate) async fn erp_counts(&self) -> (i64, i64) {
        let text = get(self.erp_port, "/").await.unwrap_or_default().1;
        let mut numbers = text
            .split(' ')
            .map(|number| number.trim().parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }

    /// Writes orders in transactions of ten, at a pace, as a CRM does: what is acknowledged is counted, what is not is written again.
    pub(crate) fn write(&self, orders: i64, per_second: i64) -> Writing {
        let database = self.database.clone();
        let acknowledged = Arc::new(AtomicI64::new(0));
        let count = Arc::clone(&acknowledged);
        let task = tokio::spawn(async move {
            let began = Instant::now();
            for first in (0..orders).step_by(10) {
                let last = (first + 10).min(orders);
                while let Err(error) = write_some(&database, first, last).await {
                    assert!(
                        error.retryable()
                            || matches!(error, StoreError::Database(sqlx::Error::Database(_))),
                        "{error}"
                    );
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                count.store(last, Ordering::Relaxed);
                let due = Duration::from_millis((last * 1000 / per_second).unsigned_abs());
                tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
            }
        });
        Writing { task, acknowledged }
    }

    /// Looks all the time, until dropped, whether what was accepted is what is delivered, waiting, in doubt and dead.
    pub(crate) fn watch(&self) -> Watch {
        let looks = Arc::new(AtomicI64::new(0));
        let (database, count) = (self.database.clone(), Arc::clone(&looks));
        let task = tokio::spawn(async move {
            loop {
                if let Ok(mut session) = Session::begin_reading(&database).await
                    && let Ok(all) = count::all(&mut session).await
                {
                    assert!(all.iter().all(Counts::balanced), "{all:?}");
                    count.fetch_add(1, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        });
        Watch { task, looks }
    }

    /// Waits until everything is settled.
    pub(crate) async fn settled(&mut self, deliveries: i64, patience: Duration) -> Counts {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(postgres) = &mut self.postgres {
                postgres.process.start_if_ended();
            }
            let counts = self.counts().await;
            if let Some(counts) = &counts
                && counts.accepted >= deliveries
                && counts.waiting == 0
            {
                return counts.clone();
            }
            assert!(Instant::now() < deadline, "not in time: {counts:?}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
}

/// Makes a database, once the server is there.
async fn create(url: &str, sql: &str) {
    let outer = Database::open(&Settings::new(url)).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        // PostgreSQL makes none in a transaction.
        let done = match &outer {
            Database::Postgres(connections) => sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&connections.pool)
                .await
                .map(drop),
            Database::Mysql(connections) => sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&connections.pool)
                .await
                .map(drop),
            Database::Sqlite(_) => return,
        };
        let Err(error) = done else { break };
        assert!(Instant::now() < deadline, "{error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    outer.close().await;
}

async fn write_some(database: &Database, first: i64, last: i64) -> Result<(), StoreError> {
    let mut session = Session::begin(database).await?;
    // There already, where the commit was done and its answer lost.
    let (insert, known) = match database.dialect() {
        Dialect::Mysql => ("insert ignore", ""),
        _ => ("insert", " on conflict (id) do nothing"),
    };
    let sql = format!(
        "{insert} into orders (id, number, customer) values (?, ?, 'Łódź & <Sons>'){known}"
    );
    for id in first..last {
        session.run(&sql, binds![id, format!("SO-{id}")]).await?;
    }
    session.commit().await
}

/// A writer at work.
pub(crate) struct Writing {
    pub(crate) task: tokio::task::JoinHandle<()>,
    pub(crate) acknowledged: Arc<AtomicI64>,
}

/// A look at the balance, again and again.
pub(crate) struct Watch {
    task: tokio::task::JoinHandle<()>,
    looks: Arc<AtomicI64>,
}

impl Watch {
    /// Ends it and answers how often it looked.
    pub(crate) async fn end(self) -> i64 {
        assert!(!self.task.is_finished(), "the counts did not balance");
        self.task.abort();
        self.looks.load(Ordering::Relaxed)
    }
}
