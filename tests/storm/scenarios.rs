//! Gateways, database and ERP are killed and stopped, or misbehave, while orders flow: what must hold afterwards.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use soapstone_gateway::binds;
use soapstone_gateway::store::session::Session;

use crate::arguments::Arguments;
use crate::erp::journal;
use crate::process::{get, until};
use crate::reckoning::Reckoning;
use crate::scene::{Gateway, Scene, Stage};

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn millis(&mut self, from: u64, to: u64) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(from + (self.0 >> 33) % (to - from))
    }
}

/// The longest and the mean of some times, in seconds.
#[derive(Default)]
pub(crate) struct Times(pub(crate) Vec<Duration>);

impl std::fmt::Display for Times {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sum: Duration = self.0.iter().sum();
        let mean = sum.as_secs_f64() / self.0.len().max(1) as f64;
        let worst = self.0.iter().max().copied().unwrap_or_default();
        write!(
            out,
            "{:.2} s at most, {mean:.2} s in the mean",
            worst.as_secs_f64()
        )
    }
}

async fn ready(gateway: &Gateway) -> bool {
    get(gateway.port, "/health/ready")
        .await
        .is_some_and(|(status, _)| status == 200)
}

pub(crate) fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// Holds for every run against an ERP that keeps its word: all delivered, each once, and no request that was not an attempt.
pub(crate) fn hold(reckoning: &Reckoning, orders: i64) {
    let counts = &reckoning.counts;
    assert_eq!((counts.accepted, counts.delivered), (orders, orders));
    assert_eq!(
        (
            reckoning.taken,
            reckoning.doubled,
            reckoning.lost,
            reckoning.unrecorded
        ),
        (orders, 0, 0, 0)
    );
}

/// Gateway, database server and ERP are killed (SIGKILL) while orders are written.
pub(crate) async fn kills(arguments: &Arguments) {
    let orders = arguments.number("orders", 2000);
    let (gateways, databases, erps) = (
        arguments.number("gateway-kills", 10),
        arguments.number("database-kills", 0),
        arguments.number("erp-kills", 0),
    );
    let mut scene = Scene::new(Stage::new(arguments)).await;
    let mut dice = Dice(arguments.number("seed", 7).unsigned_abs());
    let watch = scene.watch();
    let began = Instant::now();
    let mut gateway = scene.gateway(&[]);
    let writing = scene.write(orders, arguments.number("per-second", 150));
    let (mut serving, mut sending, mut after_database, mut idle) =
        (Times::default(), Times::default(), Times::default(), 0);
    let total = gateways.max(databases).max(erps);
    // Spread evenly: the nth of `total` turns is one of `kills` turns where the product passes a whole number.
    let turn = |kills: i64, n: i64| (n + 1) * kills / total > n * kills / total;
    for n in 0..total {
        tokio::time::sleep(dice.millis(300, 1100)).await;
        if turn(erps, n) {
            scene.erp.kill();
            scene.erp.start();
        }
        if turn(databases, n)
            && let Some(postgres) = &mut scene.postgres
        {
            postgres.kill();
            postgres.start().await;
        }
        if !turn(gateways, n) {
            continue;
        }
        gateway.process.kill();
        let heard = scene.heard();
        let restarted = Instant::now();
        gateway = scene.gateway(&[]);
        let up = until(Duration::from_secs(60), async || {
            // A gateway that finds no database when it starts ends; whoever watches over it starts it again.
            gateway.process.start_if_ended();
            ready(&gateway).await
        });
        let up = up.await.expect("it serves again");
        let left = writing.acknowledged.load(Ordering::Relaxed) < orders;
        let sent = until(Duration::from_secs(30), async || {
            gateway.process.start_if_ended();
            scene.heard() > heard
        });
        match sent.await {
            // Of a database that was killed at the same time the recovery counts too.
            Some(_) if turn(databases, n) => after_database.0.push(restarted.elapsed()),
            Some(_) => {
                serving.0.push(up);
                sending.0.push(restarted.elapsed());
            }
            None if left => panic!("nothing was sent for 30 s"),
            None => idle += 1,
        }
    }
    writing.task.await.unwrap();
    let counts = scene.settled(orders, minutes(10)).await;
    let reckoning = scene.reckon(&counts).await;
    println!(
        "{gateways} kills of the gateway, {databases} of the database, {erps} of the ERP during {orders} orders in {:.0} s: {reckoning}; serving after {serving}; sending after {sending}; where the database was killed with it after {after_database} ({idle} had nothing to send); {} looks at the balance",
        began.elapsed().as_secs_f64(),
        watch.end().await
    );
    hold(&reckoning, orders);
    assert_eq!(
        scene
            .one("select count(*) from orders where erp_number is not null")
            .await,
        orders
    );
}

/// An ERP that faults, is busy, resets before and after it took an order, hangs and answers garbage.
pub(crate) async fn manners(arguments: &Arguments) {
    let orders = arguments.number("orders", 1000);
    let idempotent = arguments.text("erp") != Some("forgetful");
    let mut manners: Vec<&str> =
        "--faults 10 --busy 5 --reset-before 5 --reset-after 5 --hangs 2 --garbage 1"
            .split(' ')
            .collect();
    if !idempotent {
        manners.push("--forgetful");
        // The sample ERP's is a flag.
        manners.extend((arguments.text("peer") != Some("sample")).then_some("1"));
    }
    let mut scene = Scene::new(Stage {
        manners: &manners,
        idempotent,
        ..Stage::new(arguments)
    })
    .await;
    let watch = scene.watch();
    let began = Instant::now();
    let _gateway = scene.gateway(&[]);
    scene
        .write(orders, arguments.number("per-second", 1000))
        .task
        .await
        .unwrap();
    let counts = scene.settled(orders, minutes(30)).await;
    let reckoning = scene.reckon(&counts).await;
    let kind = if idempotent {
        "idempotent"
    } else {
        "forgetful, with a look-up"
    };
    println!(
        "a misbehaving ERP ({kind}), {orders} orders in {:.0} s: {reckoning}; {} looks at the balance",
        began.elapsed().as_secs_f64(),
        watch.end().await
    );
    hold(&reckoning, orders);
}

/// Two gateways, killed in turn; then one is stopped (SIGSTOP) for longer than its lease, and continued.
pub(crate) async fn pair(arguments: &Arguments) {
    let (orders, kills) = (
        arguments.number("orders", 2000),
        arguments.number("kills", 10),
    );
    let stopped_for = Duration::from_secs(arguments.number("stop-seconds", 20).unsigned_abs());
    let manners = ["--delay-micros", "5000"];
    let mut scene = Scene::new(Stage {
        manners: &manners,
        ..Stage::new(arguments)
    })
    .await;
    let mut dice = Dice(11);
    let watch = scene.watch();
    let began = Instant::now();
    let mut pair = [scene.gateway(&[]), scene.gateway(&[])];
    let writing = scene.write(orders, arguments.number("per-second", 100));
    let mut overs = Times::default();
    for turn in 0..kills {
        tokio::time::sleep(dice.millis(300, 1100)).await;
        let one = &mut pair[usize::from(turn % 2 == 1)];
        one.process.kill();
        overs.0.push(taken_over(&scene).await);
        *one = scene.gateway(&[]);
    }
    let workers = "select count(*) from {s}worker";
    until(Duration::from_secs(30), async || {
        scene.one(workers).await == 2
    })
    .await
    .expect("both signed on");
    tokio::time::sleep(Duration::from_secs(1)).await;
    pair[0].process.signal("-STOP");
    let stopped = Instant::now();
    until(minutes(1), async || scene.one(workers).await == 1)
        .await
        .expect("the stopped one is struck off");
    let over = stopped.elapsed();
    tokio::time::sleep(stopped_for.saturating_sub(stopped.elapsed())).await;
    pair[0].process.signal("-CONT");
    writing.task.await.unwrap();
    let counts = scene.settled(orders, minutes(10)).await;
    until(Duration::from_secs(30), async || {
        scene.one(workers).await == 2
    })
    .await
    .expect("the continued one signs on anew");
    let reckoning = scene.reckon(&counts).await;
    let log = std::fs::read_to_string(scene.folder.join("soapstone.log")).unwrap_or_default();
    println!(
        "two gateways killed in turn {kills} times, one stopped for {} s, {orders} orders in {:.0} s: {reckoning}; taken over after {overs}, from the stopped one after {:.1} s, which was refused {} settlements; {} looks at the balance",
        stopped_for.as_secs(),
        began.elapsed().as_secs_f64(),
        over.as_secs_f64(),
        log.matches("owns this delivery now").count(),
        watch.end().await
    );
    hold(&reckoning, orders);
    assert!(over < Duration::from_secs(15), "{over:?}");
}

/// How long it takes until nothing is held by a gateway that is gone.
async fn taken_over(scene: &Scene) -> Duration {
    let workers = "select count(*) from {s}worker";
    until(minutes(1), async || scene.one(workers).await <= 1)
        .await
        .expect("a take-over")
}

/// Records that change again and again: the ERP must never see an older state of a record after a newer one.
pub(crate) async fn order(arguments: &Arguments) {
    let (changes, kills) = (
        arguments.number("orders", 2000),
        arguments.number("kills", 5),
    );
    let keys = arguments.number("keys", 200);
    let manners = ["--faults", "3", "--reset-after", "2"];
    let mut scene = Scene::new(Stage {
        manners: &manners,
        each_change: true,
        ..Stage::new(arguments)
    })
    .await;
    let mut dice = Dice(13);
    let watch = scene.watch();
    let began = Instant::now();
    let mut gateway = scene.gateway(&[]);
    let (database, per_second) = (scene.database.clone(), arguments.number("per-second", 200));
    let writing = tokio::spawn(async move {
        let began = Instant::now();
        for n in 0..changes {
            let (key, version) = (n % keys, n / keys);
            let mut session = Session::begin(&database).await.unwrap();
            let sql = if version == 0 {
                "insert into orders (number, id, customer) values (?, ?, 'x')"
            } else {
                "update orders set number = ? where id = ?"
            };
            session
                .run(sql, binds![format!("{key}-{version}"), key])
                .await
                .unwrap();
            session.commit().await.unwrap();
            let due = Duration::from_millis((n * 1000 / per_second).unsigned_abs());
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        }
    });
    for _ in 0..kills {
        tokio::time::sleep(dice.millis(500, 1500)).await;
        gateway.process.kill();
        gateway = scene.gateway(&[]);
    }
    writing.await.unwrap();
    let position = "select count(*) from {s}delivery";
    // Several changes of a record may go out as one message, so the end is when nothing comes any more.
    let mut seen = (0, Instant::now());
    until(minutes(10), async || {
        let now = scene.one(position).await;
        if now != seen.0 {
            seen = (now, Instant::now());
        }
        seen.1.elapsed() > Duration::from_secs(3)
    })
    .await
    .expect("an end");
    let counts = scene.settled(1, minutes(10)).await;
    let mut latest: HashMap<String, i64> = HashMap::new();
    let (mut turned, mut sent) = (0, 0);
    for entry in journal(&scene.folder.join("journal"))
        .iter()
        .filter(|entry| entry.taken)
    {
        let (key, version) = entry.order.split_once('-').unwrap();
        let version = version.parse().unwrap();
        let before = latest.insert(key.to_owned(), version).unwrap_or(-1);
        turned += i64::from(before > version);
        sent += 1;
    }
    let last = latest
        .iter()
        .filter(|(key, version)| **version == (changes - 1 - key.parse::<i64>().unwrap()) / keys)
        .count() as i64;
    let reckoning = scene.reckon(&counts).await;
    println!(
        "{changes} changes of {keys} records with {kills} kills in {:.0} s: {sent} messages, {turned} in the wrong order, {last} records ended with their last state; {reckoning}; {} looks at the balance",
        began.elapsed().as_secs_f64(),
        watch.end().await
    );
    assert_eq!((turned, last), (0, keys));
    assert_eq!(
        (
            counts.delivered,
            reckoning.doubled,
            reckoning.lost,
            reckoning.unrecorded
        ),
        (counts.accepted, 0, 0, 0)
    );
}
