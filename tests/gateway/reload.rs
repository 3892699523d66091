//! The catalog changes under a gateway that runs: it is read anew when asked, and nobody notices but by what is offered.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use soapstone_gateway::catalog::Dialect;
use sqlx::{Connection, Executor, PgConnection};

use crate::database::dialects;
use crate::ground::Ground;
use crate::http::Request;
use crate::process::run;
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

#[test]
fn a_reload_leaves_requests_in_flight_alone() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
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
    // It waits for the lock before anything is reloaded.
    runtime.block_on(async {
        let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 7 \
                     and database = (select oid from pg_database where datname = current_database())";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut holder).await.unwrap() == 0 {}
    });
    ground.script("drop table one; create table two (id integer primary key)");
    run(Command::new(env!("CARGO_BIN_EXE_soapstone")).args(["reload", ground.address()]));
    assert_eq!(text(&ground.call("CountTwo", "").body, "count"), Some("0"));
    assert_eq!(
        text(&ground.call("CountOne", "").body, "code"),
        Some("UnknownOperation")
    );
    runtime.block_on(async {
        holder
            .execute("select pg_advisory_unlock(7)")
            .await
            .unwrap()
    });
    let answer = waiting.join().unwrap();
    assert_eq!(text(&answer.body, "return"), Some("5"), "{}", answer.body);
}
