//! The gateway's data path through HTTP beside PostgreSQL's own tools, on a private server that this starts and stops.
//!
//! `cargo build --release && cargo run --release --manifest-path bench/Cargo.toml --bin gateway`
//!
//! `Get{T}` beside pgbench with the same prepared select, `Query{T}` of 10,000 rows beside `copy … to stdout`, memory while a million
//! rows are paged through, and the start and the contract of 1,000 tables. `SOAPSTONE` names another binary than `target/release/soapstone`.

mod http;
mod server;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use http::Connection;
use server::{Failure, Gateway, Postgres, memory};

/// Connections of both clients.
const CONNECTIONS: usize = 16;
/// Rows of the table that is read.
const ROWS: u64 = 1_000_000;
/// Rows of a large page.
const PAGE: usize = 10_000;
/// As `taskset` writes them.
const EVERY_CORE: &str = "0-255";
/// How often each measurement is made; the best counts.
const ROUNDS: usize = 3;

fn main() -> Result<(), Failure> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/release/soapstone");
    let binary = std::env::var_os("SOAPSTONE").map_or(default, PathBuf::from);
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let postgres = Postgres::start()?;
    if wants("get") || wants("query") || wants("memory") {
        postgres.create("crm", &customers())?;
        let url = postgres.url("crm");
        if wants("get") {
            get(&postgres, &binary, None)?;
            get(&postgres, &binary, Some(("0", "1")))?;
        }
        if wants("query") {
            query(&postgres, &Gateway::start(&binary, &url, None)?)?;
        }
        if wants("memory") {
            for table in ["Customer", "Letter"] {
                page_through(&Gateway::start(&binary, &url, None)?, table)?;
            }
        }
    }
    if wants("start") {
        postgres.create("large", &thousand_tables())?;
        start(&binary, &postgres)?;
    }
    Ok(())
}

fn customers() -> String {
    format!(
        "create table customer (id int primary key, name text not null, email text, city varchar(60), balance numeric(12, 2) not null,
            opened date not null, active boolean not null, changed timestamptz not null);
         insert into customer select i, 'Customer ' || i, 'customer' || i || '@example.com', 'City ' || i % 1000, i * 1.37,
            date '2000-01-01' + i % 9000, i % 7 > 0, timestamptz '2024-01-01 00:00:00+00' + i * interval '1 second'
            from generate_series(1, {ROWS}) i;
         create table letter (id int primary key, body text not null);
         insert into letter select i, repeat(md5(i::text), 60) from generate_series(1, 100000) i;
         vacuum analyze;"
    )
}

fn thousand_tables() -> String {
    let table = |n: usize| {
        format!(
            "create table t{n} (id int primary key, name varchar(80) not null, note text, amount numeric(12, 2), day date, at timestamptz,
                flag boolean not null default false, parent int references t{}, code uuid, data jsonb);
             comment on table t{n} is 'Table number {n}.';",
            n.saturating_sub(1)
        )
    };
    (0..1000).map(table).collect()
}

fn envelope(operation: &str, content: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><{operation} \
         xmlns=\"http://soapstone.local/crm/public\">{content}</{operation}></s:Body></s:Envelope>"
    )
}

/// One record by its key, from many connections, beside pgbench: with the clients on one core and everything else on another, or as it
/// comes.
fn get(postgres: &Postgres, binary: &Path, cores: Option<(&str, &str)>) -> Result<(), Failure> {
    let select = "select id, name::text, email::text, city::text, balance, opened, active, changed, xmin::text::int8 from customer where id = :id";
    let script = format!("\\set id random(1, {ROWS})\n{select};\n");
    let (client, servers) = (cores.map(|cores| cores.0), cores.map(|cores| cores.1));
    postgres.pin(servers.unwrap_or(EVERY_CORE))?;
    let gateway = Gateway::start(binary, &postgres.url("crm"), servers)?;
    let (mut peer, mut ours) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        peer = peer.max(postgres.pgbench("crm", &script, CONNECTIONS, client)?);
        server::pin_self(client.unwrap_or(EVERY_CORE))?;
        ours = ours.max(load(&gateway)?);
        server::pin_self(EVERY_CORE)?;
    }
    postgres.pin(EVERY_CORE)?;
    println!(
        "Get, {CONNECTIONS} connections, {}: pgbench {peer:.0} a second, gateway {ours:.0}, ratio {:.2}",
        if cores.is_some() {
            "clients on one core, servers on one"
        } else {
            "on all cores"
        },
        ours / peer
    );
    Ok(())
}

/// Answers a second of as many keep-alive connections as pgbench has.
fn load(gateway: &Gateway) -> Result<f64, Failure> {
    let time = Duration::from_secs(5);
    let begun = Instant::now();
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|client| {
            let mut connection = Connection::open(gateway.port)?;
            Ok(std::thread::spawn(move || {
                let mut seed = client as u64 * 7919 + 1;
                let mut answers = 0_u64;
                while begun.elapsed() < time {
                    seed = seed
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let id = (seed >> 33) % ROWS + 1;
                    let answer =
                        connection.post(&envelope("GetCustomer", &format!("<id>{id}</id>")))?;
                    if answer.status != 200 {
                        return Err(Failure::Answer(answer.text()));
                    }
                    answers += 1;
                }
                Ok(answers)
            }))
        })
        .collect::<Result<_, Failure>>()?;
    let mut answers = 0;
    for client in clients {
        answers += client.join().map_err(|_| Failure::Broken)??;
    }
    Ok(answers as f64 / begun.elapsed().as_secs_f64())
}

/// A page of 10,000 rows, or of as many as its bytes allow, beside `copy … to stdout` of the same rows.
fn query(postgres: &Postgres, gateway: &Gateway) -> Result<(), Failure> {
    for (table, operation) in [("customer", "QueryCustomer"), ("letter", "QueryLetter")] {
        let mut connection = Connection::open(gateway.port)?;
        let request = envelope(operation, &format!("<pageSize>{PAGE}</pageSize>"));
        let count = connection.post(&request)?.count("<record ");
        let rows = format!("select * from {table} order by id limit {count}");
        let peer = postgres.copy("crm", &rows, ROUNDS * 5)?;
        let mut ours = Duration::MAX;
        let mut first = Duration::MAX;
        let mut bytes = 0;
        for _ in 0..ROUNDS * 5 {
            let begun = Instant::now();
            let answer = connection.post(&request)?;
            ours = ours.min(begun.elapsed());
            first = first.min(answer.first_byte);
            bytes = answer.body.len();
            if answer.status != 200 || answer.count("<record ") != count {
                return Err(Failure::Answer(answer.text()));
            }
        }
        println!(
            "Query, {count} rows of {table}, {} kB: copy {:.1} ms, gateway {:.1} ms (first byte {:.1} ms), ratio {:.2}",
            bytes / 1000,
            millis(peer),
            millis(ours),
            millis(first),
            millis(ours) / millis(peer)
        );
    }
    Ok(())
}

/// Memory while a whole table is paged through by large pages.
fn page_through(gateway: &Gateway, table: &str) -> Result<(), Failure> {
    let operation = format!("Query{table}");
    let mut connection = Connection::open(gateway.port)?;
    connection.post(&envelope(&operation, "<pageSize>1</pageSize>"))?;
    let idle = memory(gateway.process())?;
    let (mut highest, mut rows, mut cursor) = (idle, 0, None::<String>);
    let begun = Instant::now();
    loop {
        let after = cursor
            .map(|cursor| format!("<cursor>{cursor}</cursor>"))
            .unwrap_or_default();
        let answer = connection.post(&envelope(
            &operation,
            &format!("<pageSize>{PAGE}</pageSize>{after}"),
        ))?;
        rows += answer.count("<record ");
        highest = highest.max(memory(gateway.process())?);
        cursor = answer.element("nextCursor");
        if cursor.is_none() {
            break;
        }
    }
    println!(
        "Memory, {rows} rows of {table} in pages of {PAGE}: idle {:.1} MB, highest {:.1} MB above it, {:.0} rows a second",
        idle as f64 / 1e6,
        (highest - idle) as f64 / 1e6,
        rows as f64 / begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The start with 1,000 tables, and their contract as it is fetched.
fn start(binary: &Path, postgres: &Postgres) -> Result<(), Failure> {
    let mut started = Duration::MAX;
    let mut contract = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let gateway = Gateway::start(binary, &postgres.url("large"), None)?;
        started = started.min(begun.elapsed());
        let mut connection = Connection::open(gateway.port)?;
        connection.get("/soap/crm?wsdl", "")?;
        contract = contract.min(begun.elapsed());
    }
    println!(
        "Start with 1,000 tables: ready {:.2} s, its contract read {:.2} s after the start",
        started.as_secs_f64(),
        contract.as_secs_f64()
    );
    let gateway = Gateway::start(binary, &postgres.url("large"), None)?;
    let mut connection = Connection::open(gateway.port)?;
    let tag = connection.get("/soap/crm?wsdl", "")?.header("etag");
    let same = format!("If-None-Match: {}\r\n", tag.unwrap_or_default());
    for (what, headers) in [
        ("plain", ""),
        ("gzip", "Accept-Encoding: gzip\r\n"),
        ("not changed", &same),
    ] {
        let mut bytes = connection.get("/soap/crm?wsdl", headers)?.body.len();
        let (begun, mut fetches) = (Instant::now(), 0);
        while begun.elapsed() < Duration::from_secs(3) {
            bytes = connection.get("/soap/crm?wsdl", headers)?.body.len();
            fetches += 1;
        }
        println!(
            "WSDL of 1,000 tables, {what}: {} kB, {:.2} ms",
            bytes / 1000,
            millis(begun.elapsed()) / f64::from(fetches)
        );
    }
    println!("  memory {:.0} MB", memory(gateway.process())? as f64 / 1e6);
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
