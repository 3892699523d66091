//! What gateways share through the database: circuits, rates, wake-ups; and its connections.

use std::sync::Arc;
use std::time::Duration;

use soapstone_gateway::database::Database;
use soapstone_gateway::flow::gateway::{self, Settings};
use soapstone_gateway::flow::{Ambient, Flow};
use soapstone_gateway::store::circuit::{self, Passage};
use soapstone_gateway::store::session::Session;
use soapstone_gateway::store::{layout, progress};
use tokio::sync::watch;

use crate::ground::{databases, define, sqlite};
use crate::stage::{Erp, Manners, crm, flow_on, one, order, quick, until};

async fn ask(database: &Database, worker: &str, now: i64) -> Passage {
    let mut session = Session::begin(database).await.unwrap();
    let passage = circuit::ask(&mut session, "erp", worker, now, 500)
        .await
        .unwrap();
    session.commit().await.unwrap();
    passage
}

#[tokio::test]
async fn one_gateway_probes_an_open_circuit_and_the_others_wait_for_it() {
    for database in databases("probe").await {
        layout::migrate(&database).await.unwrap();
        assert_eq!(ask(&database, "a", 1).await, Passage::Free);
        let mut session = Session::begin(&database).await.unwrap();
        circuit::open(&mut session, "erp", "down", 1000, 1)
            .await
            .unwrap();
        session.commit().await.unwrap();
        assert_eq!(ask(&database, "a", 999).await, Passage::Blocked(1000));
        assert_eq!(ask(&database, "a", 1000).await, Passage::Probe);
        assert_eq!(ask(&database, "b", 1001).await, Passage::Blocked(1500));
        // The prober was killed: another probes when its time is over, and closes for all.
        assert_eq!(ask(&database, "b", 1500).await, Passage::Probe);
        // Nothing was there to be sent: the right is given back, by whoever has it only.
        for (worker, passage) in [("a", Passage::Blocked(2000)), ("b", Passage::Probe)] {
            let mut session = Session::begin(&database).await.unwrap();
            circuit::give_back(&mut session, "erp", worker, 1501)
                .await
                .unwrap();
            session.commit().await.unwrap();
            assert_eq!(ask(&database, "c", 1501).await, passage);
        }
        let mut session = Session::begin(&database).await.unwrap();
        circuit::close(&mut session, "erp", 1501).await.unwrap();
        session.commit().await.unwrap();
        assert_eq!(ask(&database, "a", 1502).await, Passage::Free);
    }
}

#[tokio::test]
async fn a_rate_is_kept_by_all_gateways_together() {
    for database in databases("rate").await {
        layout::migrate(&database).await.unwrap();
        let mut session = Session::begin(&database).await.unwrap();
        progress::ensure(&mut session, "orders", "", 0)
            .await
            .unwrap();
        let (start, mut sent) = (1_000_000, 0);
        // Two gateways ask in turn, every 50 ms for ten seconds, for as many as they could send.
        for tick in 0..200 {
            sent += progress::within_rate(&mut session, "orders", 20, 16, start + tick * 50)
                .await
                .unwrap();
        }
        // Twenty a second, and the second's worth that an idle flow has saved.
        assert!((210..=220).contains(&sent), "{sent}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_wakes_the_gateway_that_looks_by_itself_once_in_an_hour() {
    for database in databases("wake").await {
        let Database::Postgres(_) = &database else {
            continue;
        };
        let schema = crm(&database).await;
        let erp = Erp::new(Manners::default());
        let settings = Settings {
            poll: Duration::from_secs(3600),
            ..Settings::default()
        };
        let (stop, stopped) = watch::channel(false);
        let flow: Arc<Flow> = flow_on(&schema, &erp, quick(), false);
        let running = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![flow]).1,
            settings,
            Ambient::system(),
            stopped,
        ));
        let listening = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%soapstone_change%'";
        while one(&database, listening).await == 0 {
            tokio::task::yield_now().await;
        }
        for id in 0..3 {
            order(&database, id..id + 1).await;
            until(&database, |counts| counts.delivered == id + 1).await;
        }
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_connection_whose_transaction_sqlite_ended_is_not_used_again() {
    let database = sqlite("ended").await;
    define(&database, "create table orders (id int primary key)").await;
    let insert = "insert or rollback into orders values (1)";
    for _ in 0..3 {
        let mut session = Session::begin(&database).await.unwrap();
        session.run(insert, &[]).await.unwrap();
        // All of it is rolled back by SQLite, as when the disk is full.
        session.run(insert, &[]).await.unwrap_err();
    }
    let mut session = Session::begin(&database).await.unwrap();
    session.run(insert, &[]).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(one(&database, "select count(*) from orders").await, 1);
}
