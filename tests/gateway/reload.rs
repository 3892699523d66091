//! The catalog changes under a gateway that runs: it is read anew when asked, and nobody notices but by what is offered.

use std::net::TcpStream;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use soapstone_gateway::catalog::Dialect;
use sqlx::{Connection, Executor, PgConnection};
use tokio::runtime::Runtime;

use crate::database::dialects;
use crate::ground::Ground;
use crate::http::{Answer, Request};
use crate::process::{Gateway, run};
use crate::text;

const TABLE: &str = "create table one (id integer primary key, name varchar(20) not null)";
const COLUMN: &str = "alter table one add column later varchar(20)";

/// Asks until the contract has the text; a reload takes its time, and says nothing when it is done.
fn wait_for(ground: &Ground, piece: &str) {
    let begun = Instant::now();
    while !Request::get("/soap/crm?wsdl")
        .send(ground)
        .body
        .contains(piece)
    {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{piece} is not offered"
        );
    }
}

#[test]
fn a_hangup_and_a_command_reload_on_every_database() {
    for dialect in dialects() {
        let ground = Ground::with(dialect, TABLE);
        ground.script(COLUMN);
        let reading = ground.call("QueryOne", "<field>later</field>");
        assert_eq!(
            text(&reading.body, "code"),
            Some("UnknownName"),
            "{dialect}"
        );
        ground.signal("HUP");
        wait_for(&ground, "name=\"later\"");
        ground.script("create table two (id integer primary key)");
        let said =
            run(Command::new(env!("CARGO_BIN_EXE_soapstone")).args(["reload", ground.address()]));
        assert_eq!(said, "reloaded\n");
        let counted = ground.call("CountTwo", "");
        assert_eq!(
            text(&counted.body, "count"),
            Some("0"),
            "{dialect}: {}",
            counted.body
        );
    }
}

#[test]
fn a_notification_reloads_on_postgres() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let ground = Ground::with(Dialect::Postgres, TABLE);
    ground.script(COLUMN);
    let begun = Instant::now();
    // Sent again until it is heard: the gateway listens a moment after it serves.
    while !Request::get("/soap/crm?wsdl")
        .send(&ground)
        .body
        .contains("name=\"later\"")
    {
        ground.script("notify soapstone_reload");
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody listens");
    }
}

/// A request that is worked on until it is let go.
struct Held {
    runtime: Runtime,
    holder: PgConnection,
    waiting: JoinHandle<Answer>,
}

impl Held {
    /// A database with a routine that waits, and a request that waits in it.
    fn new() -> (Ground, Held) {
        let ground = Ground::with(
            Dialect::Postgres,
            "create function held() returns integer language sql as 'select pg_advisory_xact_lock(7); select 5';
             create table one (id integer primary key)",
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut holder = runtime.block_on(async {
            let mut holder = PgConnection::connect(ground.url()).await.unwrap();
            holder.execute("select pg_advisory_lock(7)").await.unwrap();
            holder
        });
        let request = ground.request("Held", "");
        let address = ground.address().to_owned();
        let waiting = thread::spawn(move || request.send_to(&address));
        runtime.block_on(async {
            let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 7 \
                         and database = (select oid from pg_database where datname = current_database())";
            while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut holder).await.unwrap() == 0 {}
        });
        let held = Held {
            runtime,
            holder,
            waiting,
        };
        (ground, held)
    }

    /// Lets the request go; it must be answered.
    fn let_go(mut self) {
        let unlock = self.holder.execute("select pg_advisory_unlock(7)");
        self.runtime.block_on(unlock).unwrap();
        let answer = self.waiting.join().unwrap();
        assert_eq!(text(&answer.body, "return"), Some("5"), "{}", answer.body);
    }
}

#[test]
fn a_reload_leaves_requests_in_flight_alone() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let (ground, held) = Held::new();
    ground.script("drop table one; create table two (id integer primary key)");
    run(Command::new(env!("CARGO_BIN_EXE_soapstone")).args(["reload", ground.address()]));
    assert_eq!(text(&ground.call("CountTwo", "").body, "count"), Some("0"));
    assert_eq!(
        text(&ground.call("CountOne", "").body, "code"),
        Some("UnknownOperation")
    );
    held.let_go();
}

#[test]
fn a_stop_lets_requests_in_flight_end_and_a_start_goes_on() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let (mut ground, held) = Held::new();
    let listen = ground.address().trim_start_matches("http://").to_owned();
    ground.signal("TERM");
    let begun = Instant::now();
    while TcpStream::connect(&listen).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it goes on");
    }
    held.let_go();
    assert!(ground.gateway.ended_well());
    ground.gateway = Gateway::start(&["--db", ground.url(), "--listen", &listen]);
    assert_eq!(text(&ground.call("CountOne", "").body, "count"), Some("0"));
}
