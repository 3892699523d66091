//! A poison record, a full disk, a database that turns read-only, a clock that is stepped: no loss, no storm, recovery by itself.

use std::path::Path;
use std::time::{Duration, Instant};

use soapstone_gateway::binds;
use soapstone_gateway::database::Database;
use soapstone_gateway::store::session::Session;

use crate::arguments::Arguments;
use crate::process::{run, until};
use crate::scenarios::{Times, hold, minutes};
use crate::scene::{Scene, Stage};

/// One record in fifty is refused for ever: what it delays of the others.
pub(crate) async fn poison(arguments: &Arguments) {
    let orders = arguments.number("orders", 2000);
    let mut scene = Scene::new(Stage::new(arguments)).await;
    let _gateway = scene.gateway(&[]);
    let (database, per_second) = (scene.database.clone(), arguments.number("per-second", 100));
    let began = Instant::now();
    for n in 0..orders {
        let customer = if n % 50 == 25 { "poison" } else { "x" };
        let mut session = Session::begin(&database).await.unwrap();
        session
            .run(
                "insert into orders (id, number, customer) values (?, 'n', ?)",
                binds![n, customer],
            )
            .await
            .unwrap();
        session.commit().await.unwrap();
        let due = Duration::from_millis((n * 1000 / per_second).unsigned_abs());
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
    }
    let poisoned = (orders + 24) / 50;
    until(minutes(2), async || {
        scene
            .counts()
            .await
            .is_some_and(|counts| counts.delivered == orders - poisoned)
    })
    .await
    .expect("all others delivered");
    let worst = |kind: &str| {
        format!(
            "select coalesce(max(d.settled_at - c.at), 0) from {{s}}delivery d join {{s}}change c on d.once = 'record ' || d.row_key and c.row_key = d.row_key and c.kind = 'insert' where d.state = 'delivered'{kind}"
        )
    };
    let millis = scene.one(&worst("")).await;
    let tries = scene.one("select count(*) from {s}attempt where delivery in (select id from {s}delivery where state <> 'delivered')").await;
    println!(
        "{orders} orders of which {poisoned} are poison ({tries} attempts at them): every other one was delivered {millis} ms after its commit at most"
    );
    assert!(millis < 1000, "{millis}");
    scene.erp.kill();
}

/// The disk under the database is full, and has room again.
pub(crate) async fn disk(arguments: &Arguments) {
    let orders = arguments.number("orders", 3000);
    let small = std::env::temp_dir().join(format!("soapstone-small-{}", std::process::id()));
    std::fs::create_dir_all(&small).unwrap();
    let small_text = small.display().to_string();
    run(
        "mount",
        &[
            "-t",
            "tmpfs",
            "-o",
            "size=220m,mode=0755",
            "tmpfs",
            &small_text,
        ],
    );
    let outcome = tokio::spawn(full(
        orders,
        small.clone(),
        arguments.number("per-second", 150),
        Arguments::read(&[
            "--database".into(),
            arguments.text("database").unwrap_or("postgres").into(),
        ]),
    ))
    .await;
    run("umount", &["-l", &small_text]);
    let _ = std::fs::remove_dir(&small);
    outcome.unwrap();
}

async fn full(orders: i64, small: std::path::PathBuf, per_second: i64, arguments: Arguments) {
    let mut scene = Scene::new(Stage {
        data: Some(small.clone()),
        ..Stage::new(&arguments)
    })
    .await;
    let _gateway = scene.gateway(&[]);
    let watch = scene.watch();
    let began = Instant::now();
    let writing = scene.write(orders, per_second);
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(4)).await;
        fill(&small.join("filler"));
        let full = Instant::now();
        while full.elapsed() < Duration::from_secs(8) {
            if let Some(postgres) = &mut scene.postgres {
                postgres.process.start_if_ended();
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            fill(&small.join("filler"));
        }
        std::fs::remove_file(small.join("filler")).unwrap();
        if let Some(postgres) = &mut scene.postgres {
            tokio::time::sleep(Duration::from_secs(1)).await;
            postgres.process.start_if_ended();
        }
    }
    // A server that could not even start for want of room is started again by who watches over it.
    while !writing.task.is_finished() {
        if let Some(postgres) = &mut scene.postgres {
            postgres.process.start_if_ended();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let counts = scene.settled(orders, minutes(5)).await;
    let reckoning = scene.reckon(&counts).await;
    println!(
        "disk full twice for 8 s during {orders} orders in {:.0} s: {reckoning}; {} looks at the balance",
        began.elapsed().as_secs_f64(),
        watch.end().await
    );
    hold(&reckoning, orders);
}

fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    while file.write_all(&[0; 65536]).is_ok() {}
    while file.write_all(&[0; 512]).is_ok() {}
}

/// PostgreSQL turns read-only for a while.
pub(crate) async fn read_only(arguments: &Arguments) {
    let orders = arguments.number("orders", 2000);
    let mut scene = Scene::new(Stage::new(arguments)).await;
    let _gateway = scene.gateway(&[]);
    let watch = scene.watch();
    let began = Instant::now();
    let writing = scene.write(orders, arguments.number("per-second", 150));
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(3)).await;
        set(&scene, "on").await;
        tokio::time::sleep(Duration::from_secs(6)).await;
        set(&scene, "off").await;
    }
    writing.task.await.unwrap();
    let counts = scene.settled(orders, minutes(5)).await;
    let reckoning = scene.reckon(&counts).await;
    println!(
        "read-only twice for 6 s during {orders} orders in {:.0} s: {reckoning}; {} looks at the balance",
        began.elapsed().as_secs_f64(),
        watch.end().await
    );
    hold(&reckoning, orders);
}

async fn set(scene: &Scene, read_only: &str) {
    let Database::Postgres(connections) = &scene.database else {
        panic!("for PostgreSQL only");
    };
    for sql in [
        format!("alter system set default_transaction_read_only = {read_only}"),
        "select pg_reload_conf()".to_owned(),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&connections.pool)
            .await
            .unwrap();
    }
}

/// The gateway's clock is stepped by an hour, forward, back, and back again: with libfaketime.
pub(crate) async fn clock(arguments: &Arguments) {
    let orders = arguments.number("orders", 2000);
    let library = arguments
        .text("libfaketime")
        .unwrap_or("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
    let manners = ["--faults", "5", "--reset-after", "3"];
    let mut scene = Scene::new(Stage {
        manners: &manners,
        ..Stage::new(arguments)
    })
    .await;
    let file = scene.folder.join("clock");
    let step = |offset: &str| {
        std::fs::write(file.with_extension("new"), offset).unwrap();
        std::fs::rename(file.with_extension("new"), &file).unwrap();
    };
    step("+0");
    let file_text = file.display().to_string();
    let environment = [
        ("LD_PRELOAD", library),
        ("FAKETIME_TIMESTAMP_FILE", &file_text),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let _gateway = scene.gateway(&environment);
    let watch = scene.watch();
    let began = Instant::now();
    let writing = scene.write(orders, arguments.number("per-second", 100));
    let mut pauses = Times::default();
    for offset in ["+3600", "+0", "-3600", "+0"] {
        tokio::time::sleep(Duration::from_secs(3)).await;
        step(offset);
        let heard = scene.heard();
        pauses
            .0
            .extend(until(minutes(1), async || scene.heard() > heard).await);
    }
    writing.task.await.unwrap();
    let counts = scene.settled(orders, minutes(3)).await;
    let reckoning = scene.reckon(&counts).await;
    println!(
        "the clock stepped by an hour four times during {orders} orders in {:.0} s: {reckoning}; sending went on after {pauses}; {} looks at the balance",
        began.elapsed().as_secs_f64(),
        watch.end().await
    );
    hold(&reckoning, orders);
    assert!(
        reckoning.requests * 4 < orders * 5,
        "a storm of {} requests",
        reckoning.requests
    );
}
