//! The gateway's own binary, killed at random while orders flow to a sample ERP in a process of its own, counted at the ERP's end.
//!
//! Short by default; `SOAPSTONE_CRASH_ORDERS` and `SOAPSTONE_CRASH_KILLS` make it as long as wanted.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use soapstone_contracts::sample::wire::PATH;
use soapstone_contracts::sample::write_contract;
use soapstone_gateway::binds;
use soapstone_gateway::capture::{self, Kept};
use soapstone_gateway::catalog::{self, Dialect, Selection};
use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::store::count::{self, Counts};
use soapstone_gateway::store::session::Session;

use crate::ground::{Dice, define, server};

fn number(variable: &str, default: i64) -> i64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Processes that end with the test.
struct Process(Child);

impl Process {
    fn start(arguments: &[&str], folder: &PathBuf) -> Process {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("log"))
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Process(child)
    }

    fn kill(&mut self) {
        // SIGKILL: nothing of it runs any more.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        Command::new("kill")
            .args([name, &self.0.id().to_string()])
            .status()
            .unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const FLOW: &str = r#"
[source]
table = "orders"
each = "record"
[sink]
wsdl = "sample-erp.wsdl"
operation = "SubmitOrder"
[map]
"Order/ExternalReference" = "message_id"
"Order/Customer/CustomerNumber" = "'C-1'"
"Order/Customer/Name" = "record.customer"
"Order/OrderDate" = "'2026-01-01'"
"Order/Currency" = "'EUR'"
"Order/Lines/Line[]" = "[1]"
"Order/Lines/Line[]/@lineNumber" = "Line"
"Order/Lines/Line[]/ItemNumber" = "'SKU-1'"
"Order/Lines/Line[]/Quantity" = "'1.5'"
"Order/Lines/Line[]/UnitPrice" = "'9.99'"
"Order/Comment" = "record.number"
[answer]
duplicate = "has(fault.detail.DuplicateOrder)"
reference = "fault == null ? answer.Confirmation.OrderNumber : fault.detail.DuplicateOrder.Existing.OrderNumber"
[write]
erp_number = "reference"
LOOKUP
[policy]
idempotent = IDEMPOTENT
concurrency = 8
attempts = 50
backoff_seconds = 0.2
backoff_limit_seconds = 2
circuit_failures = 30
circuit_seconds = 0.5
first_byte_seconds = 1
whole_seconds = 2
connect_seconds = 1
"#;

const LOOK_UP: &str = r#"
[look_up]
operation = "FindOrderByReference"
found = "has(answer.Confirmation)"
reference = "answer.Confirmation.OrderNumber"
after_seconds = 1.5
[look_up.map]
"ExternalReference" = "message_id"
"#;

struct Scene {
    folder: PathBuf,
    database: Database,
    erp: Process,
    erp_arguments: Vec<String>,
}

/// A CRM with a table of orders, an ERP, and a flow between them.
async fn scene(test: &str, dialect: Dialect, idempotent: bool, manners: &[&str]) -> Option<Scene> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{test}-{dialect}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("flows")).unwrap();
    let url = match dialect {
        Dialect::Postgres => {
            let Ok(url) = std::env::var("SOAPSTONE_TEST_POSTGRES") else {
                eprintln!("{test}: skips PostgreSQL: SOAPSTONE_TEST_POSTGRES is not set");
                return None;
            };
            server(&url, test).await.close().await;
            format!(
                "{}/{test}_{}",
                url.rsplit_once('/').unwrap().0,
                std::process::id()
            )
        }
        _ => format!("sqlite:{}", folder.join("crm.sqlite").display()),
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
    define(
        &database,
        "create table orders (id int not null primary key, number varchar(20) not null, customer varchar(40) not null, erp_number varchar(40))",
    )
    .await;
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
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let erp_at = listener.local_addr().unwrap().to_string();
    drop(listener);
    let look_up = if idempotent { "" } else { LOOK_UP };
    let flow = FLOW
        .replace("IDEMPOTENT", if idempotent { "true" } else { "false" })
        .replace("LOOKUP", look_up);
    std::fs::write(folder.join("flows/orders.toml"), flow).unwrap();
    write_contract(&folder.join("flows"), &format!("http://{erp_at}{PATH}")).unwrap();
    std::fs::write(
        folder.join("soapstone.toml"),
        format!("[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{url}\"\n[flows]\nfolder = \"flows\"\nlease_seconds = 6\n[log]\nlevel = \"warn\"\n"),
    )
    .unwrap();
    let mut erp_arguments: Vec<String> =
        ["sample-erp", "--journal", "journal", "--listen", &erp_at]
            .iter()
            .map(|text| (*text).to_owned())
            .collect();
    erp_arguments.extend(manners.iter().map(|text| (*text).to_owned()));
    let erp = start_erp(&erp_arguments, &folder);
    Some(Scene {
        folder,
        database,
        erp,
        erp_arguments,
    })
}

fn start_erp(arguments: &[String], folder: &PathBuf) -> Process {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Process::start(&arguments, folder)
}

impl Scene {
    fn gateway(&self) -> Process {
        Process::start(&["serve", "--config", "soapstone.toml"], &self.folder)
    }

    async fn counts(&self) -> Option<Counts> {
        let mut session = Session::begin_reading(&self.database).await.ok()?;
        count::all(&mut session).await.ok()?.into_iter().next()
    }

    /// Request ids that the ERP took, in order.
    fn journal(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("journal")).unwrap_or_default();
        text.lines()
            .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
            .collect()
    }

    async fn one(&self, sql: &str) -> i64 {
        Session::begin_reading(&self.database)
            .await
            .unwrap()
            .row(sql, &[])
            .await
            .unwrap()
            .unwrap()
            .integer(0)
    }

    /// Writes orders in transactions of ten, at a pace, as the CRM does.
    fn write_orders(&self, orders: i64, pace: Duration) -> tokio::task::JoinHandle<()> {
        let database = self.database.clone();
        tokio::spawn(async move {
            for first in (0..orders).step_by(10) {
                loop {
                    let wrote = async {
                        let mut session = Session::begin(&database).await?;
                        for id in first..(first + 10).min(orders) {
                            session
                                .run(
                                    "insert into orders (id, number, customer) values (?, ?, 'Łódź & <Sons>')",
                                    binds![id, format!("SO-{id}")],
                                )
                                .await?;
                        }
                        session.commit().await
                    };
                    if wrote.await.is_ok() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                tokio::time::sleep(pace).await;
            }
        })
    }

    async fn settled(&self, orders: i64, patience: Duration) -> Counts {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(counts) = self.counts().await {
                assert!(counts.balanced(), "{counts:?}");
                if counts.delivered + counts.dead + counts.doubt == orders {
                    return counts;
                }
                assert!(Instant::now() < deadline, "not in time: {counts:?}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_doubled_when_gateway_and_erp_are_killed() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let orders = number("SOAPSTONE_CRASH_ORDERS", 300);
        let kills = number("SOAPSTONE_CRASH_KILLS", 4);
        let Some(mut scene) = scene("kills", dialect, true, &[]).await else {
            continue;
        };
        let began = Instant::now();
        let mut gateway = scene.gateway();
        let writing = scene.write_orders(orders, Duration::from_millis(15));
        let mut dice = Dice(7);
        let mut slowest = Duration::ZERO;
        for kill in 0..kills {
            tokio::time::sleep(Duration::from_millis(600 + dice.below(900))).await;
            gateway.kill();
            if kill % 3 == 2 {
                scene.erp.kill();
                scene.erp = start_erp(&scene.erp_arguments, &scene.folder);
            }
            let before = scene.journal().len();
            gateway = scene.gateway();
            let restarted = Instant::now();
            while scene.journal().len() == before && restarted.elapsed() < Duration::from_secs(10) {
                let idle = scene
                    .counts()
                    .await
                    .is_some_and(|counts| counts.waiting == 0)
                    && writing.is_finished();
                if idle {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            slowest = slowest.max(restarted.elapsed());
            if let Some(counts) = scene.counts().await {
                assert!(counts.balanced(), "{counts:?}");
            }
        }
        writing.await.unwrap();
        let counts = scene.settled(orders, Duration::from_secs(120)).await;
        let journal = scene.journal();
        let distinct: HashSet<&String> = journal.iter().collect();
        let attempts = scene.one("select count(*) from {s}attempt").await;
        eprintln!(
            "{dialect}: {orders} orders, {kills} kills: {} delivered, {} dead, {} in doubt; the ERP took {} ({} distinct); {attempts} attempts; {:.1} s; sending again after at most {:.2} s",
            counts.delivered,
            counts.dead,
            counts.doubt,
            journal.len(),
            distinct.len(),
            began.elapsed().as_secs_f64(),
            slowest.as_secs_f64()
        );
        assert_eq!((counts.delivered, counts.accepted), (orders, orders));
        assert_eq!(
            (journal.len() as i64, distinct.len() as i64),
            (orders, orders)
        );
        assert_eq!(
            scene
                .one("select count(*) from orders where erp_number is not null")
                .await,
            orders
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_misbehaving_erp_gets_each_order_once() {
    let bad = "--faults 10 --busy 5 --reset-before 5 --reset-after 5 --hangs 2 --garbage 1";
    for (idempotent, dialect) in [(true, Dialect::Sqlite), (false, Dialect::Postgres)] {
        let orders = number("SOAPSTONE_CRASH_ORDERS", 300);
        let mut manners: Vec<&str> = bad.split(' ').collect();
        if !idempotent {
            manners.push("--forgetful");
        }
        let Some(scene) = scene("manners", dialect, idempotent, &manners).await else {
            continue;
        };
        let began = Instant::now();
        let _gateway = scene.gateway();
        scene
            .write_orders(orders, Duration::from_millis(1))
            .await
            .unwrap();
        let counts = scene
            .settled(orders, Duration::from_secs(60 + orders as u64 / 10))
            .await;
        let journal = scene.journal();
        let distinct: HashSet<&String> = journal.iter().collect();
        let attempts = scene.one("select count(*) from {s}attempt").await;
        eprintln!(
            "{dialect}, {}: {orders} orders: {} delivered, {} dead, {} in doubt; the ERP took {} ({} distinct); {attempts} attempts; {:.1} s",
            if idempotent {
                "idempotent ERP"
            } else {
                "forgetful ERP with a look-up"
            },
            counts.delivered,
            counts.dead,
            counts.doubt,
            journal.len(),
            distinct.len(),
            began.elapsed().as_secs_f64()
        );
        assert_eq!(counts.delivered, orders);
        assert_eq!(
            (journal.len() as i64, distinct.len() as i64),
            (orders, orders)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_gateways_share_the_work_and_a_stopped_one_settles_nothing() {
    let orders = number("SOAPSTONE_CRASH_ORDERS", 300);
    let kills = number("SOAPSTONE_CRASH_KILLS", 2);
    let Some(scene) = scene("pair", Dialect::Postgres, true, &["--delay-ms", "5"]).await else {
        return;
    };
    let mut pair = [scene.gateway(), scene.gateway()];
    let writing = scene.write_orders(orders, Duration::from_millis(20));
    for turn in 0..kills {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let one = &mut pair[usize::try_from(turn).unwrap() % 2];
        if turn % 2 == 0 {
            // Stopped for longer than its lease: the other takes over what it held.
            one.signal("-STOP");
            tokio::time::sleep(Duration::from_secs(8)).await;
            one.signal("-CONT");
        } else {
            one.kill();
            *one = scene.gateway();
        }
        if let Some(counts) = scene.counts().await {
            assert!(counts.balanced(), "{counts:?}");
        }
    }
    writing.await.unwrap();
    let counts = scene.settled(orders, Duration::from_secs(120)).await;
    let journal = scene.journal();
    let distinct: HashSet<&String> = journal.iter().collect();
    eprintln!(
        "two gateways: {orders} orders, {kills} stops and kills: {} delivered; the ERP took {} ({} distinct)",
        counts.delivered,
        journal.len(),
        distinct.len()
    );
    assert_eq!(counts.delivered, orders);
    assert_eq!(
        (journal.len() as i64, distinct.len() as i64),
        (orders, orders)
    );
}
