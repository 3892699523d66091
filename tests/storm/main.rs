//! Storms: gateways of the release binary with a real PostgreSQL or SQLite and an ERP in a process of its own, killed, stopped and
//! starved while orders flow, and counted at the ERP's end. Without a scenario they run short; `cargo test --test storm -- --help` shows
//! what there is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod arguments;
mod drain;
mod erp;
mod flows;
mod process;
mod reckoning;
mod scenarios;
mod scene;
mod troubles;

use arguments::Arguments;

const USAGE: &str = "cargo test --release --test storm -- SCENARIO [--name value]…
  kills      --orders 2000 --per-second 150 --gateway-kills 10 --database-kills 0 --erp-kills 0
  manners    --orders 1000 --per-second 1000 --erp idempotent|forgetful --peer own|sample
  pair       --orders 2000 --per-second 100 --kills 10 --stop-seconds 20
  order      --orders 2000 --per-second 200 --kills 5 --keys 200
  poison     --orders 2000 --per-second 100
  disk       --orders 3000 (needs the right to mount)
  read-only  --orders 2000
  clock      --orders 2000 (needs libfaketime)
  drain      --orders 20000 --delay-micros 1000 --bare 1
all take --database postgres|sqlite|mysql (pair, read-only and drain: postgres) and --concurrency 8
";

/// What runs where nothing is named: short, with the build that the tests have.
const SHORT: &[&str] = &[
    "kills --database sqlite --orders 300 --per-second 100 --gateway-kills 4 --erp-kills 1",
    "kills --database postgres --orders 300 --per-second 60 --gateway-kills 4 --database-kills 1 --erp-kills 1",
    "manners --database sqlite --orders 200 --peer sample",
    "manners --database postgres --orders 200 --erp forgetful --peer sample",
    "manners --database mysql --orders 200",
    "pair --orders 300 --per-second 60 --kills 2 --stop-seconds 14",
    "order --orders 600 --per-second 150 --keys 30 --kills 2",
];

#[tokio::main]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    match given.first() {
        Some(first) if USAGE.contains(&format!("\n  {first} ")) || first == "erp" => {
            run(&given).await
        }
        Some(help) if help == "--help" => print!("{USAGE}"),
        // As a test among others: with a filter, or with flags that are for others.
        filter => {
            let filter = filter
                .filter(|text| !text.starts_with('-'))
                .map_or("", String::as_str);
            for scenario in SHORT
                .iter()
                .filter(|scenario| format!("storm {scenario}").contains(filter))
            {
                run(&scenario.split(' ').map(str::to_owned).collect::<Vec<_>>()).await;
            }
        }
    }
}

async fn run(given: &[String]) {
    let Some((scenario, rest)) = given.split_first() else {
        return;
    };
    let arguments = Arguments::read(rest);
    if scenario != "erp"
        && let Some(missing) = scene::missing(&arguments)
    {
        println!("{scenario} is skipped: {missing}");
        return;
    }
    match scenario.as_str() {
        "erp" => erp::run(&arguments).await,
        "kills" => scenarios::kills(&arguments).await,
        "manners" => scenarios::manners(&arguments).await,
        "pair" => scenarios::pair(&arguments).await,
        "order" => scenarios::order(&arguments).await,
        "poison" => troubles::poison(&arguments).await,
        "disk" => troubles::disk(&arguments).await,
        "read-only" => troubles::read_only(&arguments).await,
        "clock" => troubles::clock(&arguments).await,
        "drain" => drain::drain(&arguments).await,
        other => panic!("there is no scenario {other}"),
    }
}
