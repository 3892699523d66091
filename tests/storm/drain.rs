//! A backlog that is drained: how many orders a second, with how much memory, how another destination fares meanwhile, and what a
//! bare loop of claim, POST and settle does with the same database, ERP and concurrency.

use std::sync::Arc;
use std::time::{Duration, Instant};

use soapstone::http::{Client, ClientOptions, Outgoing};
use soapstone_gateway::binds;
use soapstone_gateway::capture::{self, Kept};
use soapstone_gateway::catalog::{self, Selection};
use soapstone_gateway::database::Database;
use soapstone_gateway::store::session::Session;
use tokio::sync::Semaphore;

use crate::arguments::Arguments;
use crate::process::{Process, free_port, until};
use crate::scene::{Scene, Stage};

/// Fills a backlog, drains it, and runs the bare loop.
pub(crate) async fn drain(arguments: &Arguments) {
    let orders = arguments.number("orders", 20_000);
    let delay = arguments.text("delay-micros").unwrap_or("1000");
    let manners = ["--delay-micros", delay];
    let mut scene = Scene::new(Stage {
        manners: &manners,
        ..Stage::new(arguments)
    })
    .await;
    let Database::Postgres(connections) = scene.database.clone() else {
        panic!("drain is for PostgreSQL")
    };
    let pool = connections.pool;
    let other_erp = second_flow(&scene).await;
    for first in (0..orders).step_by(50_000) {
        let last = (first + 50_000).min(orders) - 1;
        let sql = format!(
            "insert into orders (id, number, customer) select n, 'SO-' || n, 'Łódź & <Sons>' from generate_series({first}, {last}) n"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&pool)
            .await
            .unwrap();
    }

    // The ERP is away while the changes become deliveries.
    scene.erp.kill();
    let mut gateway = scene.gateway(&[]);
    let began = Instant::now();
    let accepted = "select accepted from {s}flow where name = 'orders'";
    until(Duration::from_secs(7200), async || {
        scene.one(accepted).await == orders
    })
    .await
    .expect("handed over");
    let handing = began.elapsed();
    let memory = gateway.process.memory().1;
    gateway.process.kill();
    for sql in [
        "delete from soapstone.circuit",
        "update soapstone.delivery set due_at = 0 where state = 'waiting' and flow = 'orders'",
        "vacuum analyze",
    ] {
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    }
    scene.erp.start();
    println!(
        "{orders} changes handed over in {:.1} s: {:.0} a second",
        handing.as_secs_f64(),
        orders as f64 / handing.as_secs_f64()
    );

    let bare = if arguments.number("bare", 1) > 0 {
        Some(bare(&scene, arguments, orders.min(50_000)).await)
    } else {
        None
    };
    gateway = scene.gateway(&[]);
    // Orders of the other destination, five a second, from the start of the drain to its end.
    let database = scene.database.clone();
    let others = tokio::spawn(async move {
        for id in 0.. {
            let mut session = Session::begin(&database).await.unwrap();
            session
                .run(
                    "insert into others (id, number) values (?, 'n')",
                    binds![id],
                )
                .await
                .unwrap();
            session.commit().await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let already = scene.erp_counts().await.0;
    until(Duration::from_secs(60), async || {
        scene.erp_counts().await.0 > already
    })
    .await
    .expect("a first order");
    let (began, first) = (Instant::now(), scene.erp_counts().await.0);
    let mut last = (began, first);
    let unsettled = "select count(*) from (select 1 from {s}delivery where flow = 'orders' and state in ('waiting', 'sending') limit 1) one";
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let taken = scene.erp_counts().await.0;
        if last.0.elapsed() > Duration::from_secs(20) {
            println!(
                "  {taken} at the ERP, {:.0} a second, {} MB",
                (taken - last.1) as f64 / last.0.elapsed().as_secs_f64(),
                gateway.process.memory().0
            );
            last = (Instant::now(), taken);
        }
        if taken - already >= orders && scene.one(unsettled).await == 0 {
            break;
        }
    }
    let rate = (orders + already - first) as f64 / began.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_millis(500)).await;
    others.abort();
    let late = "select coalesce(max(d.settled_at - c.at), -1) from {s}delivery d join {s}change c on c.table_name = 'others' and c.row_key = d.row_key and c.kind = 'insert' where d.flow = 'others' and d.state = 'delivered'";
    let counts = scene.counts().await.unwrap();
    println!(
        "{orders} orders drained in {:.1} s: {rate:.0} a second; memory {} MB at most while handing over, {} MB while draining; an order to another destination took {} ms at most; accepted {}, delivered {}",
        began.elapsed().as_secs_f64(),
        memory,
        gateway.process.memory().1,
        scene.one(late).await,
        counts.accepted,
        counts.delivered
    );
    if let Some(bare) = bare {
        println!(
            "a bare loop of claim, POST and settle: {bare:.0} a second; the gateway is at {:.2} of it",
            rate / bare
        );
    }
    drop(other_erp);
}

/// A flow of its own to an ERP of its own.
async fn second_flow(scene: &Scene) -> Process {
    let mut session = Session::begin(&scene.database).await.unwrap();
    session
        .define(
            "create table public.others (id int not null primary key, number varchar(20) not null)",
        )
        .await
        .unwrap();
    session.commit().await.unwrap();
    let read = catalog::load(&scene.database, &Selection::default())
        .await
        .unwrap();
    capture::install(
        &scene.database,
        capture::find(&read, "others").unwrap(),
        Kept::Key,
        1,
    )
    .await
    .unwrap();
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut erp = Process::new(
        std::env::current_exe().unwrap(),
        &["erp", "--listen", &listen],
        &scene.folder,
    );
    erp.start();
    let flow = std::fs::read_to_string(scene.folder.join("flows/orders.toml")).unwrap();
    let flow = flow
        .replace("\"orders\"", "\"others\"")
        .replace(&format!(":{}/", scene.erp_port), &format!(":{port}/"))
        .replace("record.customer", "'x'")
        .replace("[write]\nerp_number = \"reference\"\n", "");
    std::fs::write(scene.folder.join("flows/others.toml"), flow).unwrap();
    erp
}

/// The least that anyone could do: claims a batch, posts it with the flow's concurrency, settles it together with the next claim.
async fn bare(scene: &Scene, arguments: &Arguments, orders: i64) -> f64 {
    let Database::Postgres(connections) = &scene.database else {
        return 0.0;
    };
    let pool = &connections.pool;
    let copy = format!(
        "create table bare (id bigint primary key, state text not null, message text not null);
        insert into bare select id, 'waiting', message from soapstone.delivery where flow = 'orders' and state = 'waiting' order by id limit {orders};
        create index bare_waiting on bare (id) where state = 'waiting'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(copy))
        .execute(pool)
        .await
        .unwrap();
    sqlx::raw_sql("vacuum analyze bare")
        .execute(pool)
        .await
        .unwrap();
    let concurrency = usize::try_from(arguments.number("concurrency", 8)).unwrap();
    let client = Client::new(ClientOptions {
        idle_connections: 64,
        ..ClientOptions::default()
    })
    .unwrap();
    let gate = Arc::new(Semaphore::new(concurrency));
    // An address of its own, so that the ERP's counts stay apart.
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let delay = arguments.text("delay-micros").unwrap_or("1000");
    // As the gateway's: the same time to answer, and a journal where that has one.
    let mut given = vec!["erp", "--listen", &listen, "--delay-micros", delay];
    if arguments.text("journal") != Some("no") {
        given.extend(["--journal", "bare-journal"]);
    }
    let mut erp = Process::new(std::env::current_exe().unwrap(), &given, &scene.folder);
    erp.start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let mut done: Vec<i64> = Vec::new();
    loop {
        let mut transaction = pool.begin().await.unwrap();
        if !done.is_empty() {
            sqlx::query("update bare set state = 'delivered' where id = any($1)")
                .bind(&done)
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        let claimed: Vec<(i64, String)> = sqlx::query_as(
            "update bare set state = 'sending' where id in (select id from bare where state = 'waiting' order by id limit $1 for update skip locked) returning id, message",
        )
        .bind(i64::try_from(concurrency * 5).unwrap())
        .fetch_all(&mut *transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        if claimed.is_empty() {
            break;
        }
        let sending: Vec<_> = claimed
            .into_iter()
            .map(|(id, message)| {
                let (client, gate) = (client.clone(), Arc::clone(&gate));
                let url = format!("http://127.0.0.1:{port}/erp");
                tokio::spawn(async move {
                    let _permit = gate.acquire_owned().await.unwrap();
                    let answer = client
                        .send(Outgoing::post(url, "text/xml; charset=utf-8", message))
                        .await
                        .unwrap();
                    assert!(answer.status.is_success());
                    id
                })
            })
            .collect();
        done.clear();
        for sent in sending {
            done.push(sent.await.unwrap());
        }
    }
    orders as f64 / began.elapsed().as_secs_f64()
}
