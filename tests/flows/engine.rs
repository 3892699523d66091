//! The engine against a destination that misbehaves in every way that we know, counted at the destination's end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use soapstone_gateway::catalog::Dialect;
use soapstone_gateway::flow::gateway;
use soapstone_gateway::flow::outcome::{Found, Heard};
use soapstone_gateway::flow::policy::Policy;
use soapstone_gateway::flow::source::Source;
use soapstone_gateway::flow::{Ambient, Flow, Outgoing, Pending, Sink};
use soapstone_gateway::store::delivery::State;
use soapstone_gateway::store::letter::{self, Deed, Search};
use soapstone_gateway::store::session::Session;
use tokio::sync::watch;

use crate::ground::databases;
use crate::stage::{Erp, Manners, crm, flow_on, one, order, quick, settings, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_is_delivered_once_to_a_destination_that_misbehaves() {
    for idempotent in [true, false] {
        for database in databases(if idempotent { "mess_i" } else { "mess_l" }).await {
            let schema = crm(&database).await;
            let manners = Manners {
                later: 15,
                reset_before: 5,
                reset_after: 5,
                unsent: 3,
                panics: 3,
                idempotent,
                knows: !idempotent,
            };
            let erp = Erp::new(manners);
            let policy = Policy {
                idempotent,
                look_up_after: (!idempotent).then_some(20),
                ..quick()
            };
            let (stop, stopped) = watch::channel(false);
            let running = tokio::spawn(gateway::run(
                database.clone(),
                watch::channel(vec![flow_on(&schema, &erp, policy, true)]).1,
                settings(),
                Ambient::system(),
                stopped,
            ));
            for batch in 0..6 {
                order(&database, batch * 50..batch * 50 + 50).await;
            }
            until(&database, |counts| counts.delivered == 300).await;
            stop.send(true).unwrap();
            running.await.unwrap().unwrap();
            let taken = erp.taken.lock().unwrap().clone();
            let distinct: std::collections::HashSet<&String> =
                taken.iter().map(|(id, _)| id).collect();
            assert_eq!(
                (taken.len(), distinct.len()),
                (300, 300),
                "{}",
                database.dialect()
            );
            // Each number was written back, in the transaction that settled it, and did not come back as a change.
            assert_eq!(
                one(
                    &database,
                    "select count(*) from orders where erp is not null"
                )
                .await,
                300
            );
            assert_eq!(
                one(
                    &database,
                    "select count(*) from {s}delivery where written = 'yes'"
                )
                .await,
                300
            );
            assert_eq!(one(&database, "select count(*) from {s}worker").await, 0);
            let attempts = one(&database, "select count(*) from {s}attempt").await;
            eprintln!(
                "{}: 300 orders, {attempts} attempts, {} calls",
                database.dialect(),
                erp.calls.load(Ordering::Relaxed)
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn order_holds_in_a_lane_and_a_poison_message_blocks_its_own_alone() {
    for database in databases("lanes").await {
        let schema = crm(&database).await;
        let erp = Erp::new(Manners {
            later: 10,
            reset_after: 10,
            idempotent: true,
            ..Manners::default()
        });
        *erp.poison.lock().unwrap() = "<3:1>".to_owned();
        let (stop, stopped) = watch::channel(false);
        order(&database, 0..20).await;
        for _ in 0..4 {
            let mut session = Session::begin(&database).await.unwrap();
            session
                .run("update orders set version = version + 1", &[])
                .await
                .unwrap();
            session.commit().await.unwrap();
        }
        let policy = Policy {
            idempotent: true,
            ..quick()
        };
        let running = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![flow_on(&schema, &erp, policy, false)]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        // The poison one is dead and holds back the three after it.
        until(&database, |counts| {
            counts.delivered == 96 && counts.dead == 1 && counts.waiting == 3
        })
        .await;
        let mut session = Session::begin(&database).await.unwrap();
        let dead = Search {
            state: Some(State::Dead),
            ..Search::default()
        };
        let found = letter::search(&mut session, &dead, 10).await.unwrap();
        assert_eq!(found.len(), 1);
        let deed = Deed {
            who: "ada",
            note: Some("wrong version"),
            now: (Ambient::system().now)(),
        };
        letter::edit(&mut session, found[0].id, "<3:one>", deed)
            .await
            .unwrap();
        assert_eq!(
            letter::replay(&mut session, &dead, &[], 0, deed)
                .await
                .unwrap(),
            1
        );
        session.commit().await.unwrap();
        until(&database, |counts| counts.delivered == 100).await;
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(erp.overlaps.load(Ordering::Relaxed), 0);
        let mut lanes: HashMap<String, Vec<String>> = HashMap::new();
        for (_, message) in erp.taken.lock().unwrap().iter() {
            let (id, version) = message.trim_matches(['<', '>']).split_once(':').unwrap();
            lanes
                .entry(id.to_owned())
                .or_default()
                .push(version.to_owned());
        }
        for (id, versions) in lanes {
            let wanted = if id == "3" {
                "0 one 2 3 4"
            } else {
                "0 1 2 3 4"
            };
            assert_eq!(
                versions.join(" "),
                wanted,
                "{}: lane {id}",
                database.dialect()
            );
        }
        let mut session = Session::begin(&database).await.unwrap();
        let edit = session
            .row(
                "select before_message, after_message, who from {s}edit where action = 'edit'",
                &[],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (
                edit.text(0).as_str(),
                edit.text(1).as_str(),
                edit.text(2).as_str()
            ),
            ("<3:1>", "<3:one>", "ada")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_may_have_arrived_is_in_doubt_until_a_person_decides() {
    for database in databases("doubt").await {
        let schema = crm(&database).await;
        let erp = Erp::new(Manners {
            reset_after: 100,
            ..Manners::default()
        });
        order(&database, 0..3).await;
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![flow_on(&schema, &erp, quick(), false)]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        until(&database, |counts| counts.doubt == 3).await;
        assert_eq!(erp.calls.load(Ordering::Relaxed), 3);
        let mut session = Session::begin(&database).await.unwrap();
        let doubts = letter::search(&mut session, &Search::default(), 10)
            .await
            .unwrap();
        let deed = Deed {
            who: "ada",
            note: None,
            now: (Ambient::system().now)(),
        };
        letter::confirm(&mut session, doubts[0].id, Some("E9"), deed)
            .await
            .unwrap();
        letter::give_up(&mut session, doubts[1].id, deed)
            .await
            .unwrap();
        assert!(
            letter::give_up(&mut session, doubts[1].id, deed)
                .await
                .is_err()
        );
        assert!(
            letter::edit(&mut session, doubts[2].id, "", deed)
                .await
                .is_err()
        );
        session.commit().await.unwrap();
        until(&database, |counts| {
            counts.doubt == 1 && counts.delivered == 1 && counts.dead == 1
        })
        .await;
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_gateway_takes_over_and_the_first_cannot_settle_any_more() {
    struct Slow(Arc<Erp>, AtomicI64);
    impl Sink for Slow {
        fn send<'a>(&'a self, outgoing: &'a Outgoing) -> Pending<'a, Heard> {
            Box::pin(async move {
                // The first call is taken and its answer comes only after the take-over.
                if self.1.fetch_add(1, Ordering::SeqCst) == 0 {
                    self.0.take(outgoing);
                    std::future::pending::<()>().await;
                }
                self.0.send(outgoing).await
            })
        }
        fn look_up<'a>(&'a self, _: &'a Outgoing) -> Option<Pending<'a, Found>> {
            None
        }
    }
    for database in databases("over").await {
        if database.dialect() == Dialect::Sqlite {
            // One process at a time: there is no second gateway.
            continue;
        }
        let schema = crm(&database).await;
        let erp = Erp::new(Manners {
            idempotent: true,
            ..Manners::default()
        });
        let slow = Arc::new(Slow(Arc::clone(&erp), AtomicI64::new(0)));
        let policy = Policy {
            idempotent: true,
            ..quick()
        };
        let make = || {
            let base = flow_on(&schema, &erp, policy.clone(), false);
            Arc::new(Flow {
                name: base.name.clone(),
                destination: base.destination.clone(),
                table: base.table.clone(),
                source: Source::ChangeLog,
                kinds: base.kinds.clone(),
                map: Arc::clone(&base.map),
                sink: Arc::clone(&slow) as Arc<dyn Sink>,
                write_back: None,
                policy: base.policy.clone(),
            })
        };
        order(&database, 0..1).await;
        let (_stop_first, stopped) = watch::channel(false);
        let first = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![make()]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        // Claimed is not yet sent.
        until(&database, |counts| {
            counts.sending == 1 && slow.1.load(Ordering::SeqCst) == 1
        })
        .await;
        // It stops dead: no beat, no answer.
        first.abort();
        let began = Instant::now();
        let (stop, stopped) = watch::channel(false);
        let second = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![make()]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        until(&database, |counts| counts.delivered == 1).await;
        assert!(
            began.elapsed() < Duration::from_secs(8),
            "{:?}",
            began.elapsed()
        );
        stop.send(true).unwrap();
        second.await.unwrap().unwrap();
        assert_eq!(erp.taken.lock().unwrap().len(), 1);
        assert_eq!(one(&database, "select fence from {s}delivery").await, 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sick_destination_is_left_alone_and_found_well_again() {
    for database in databases("circuit").await {
        let schema = crm(&database).await;
        let sick = Erp::new(Manners {
            unsent: 100,
            ..Manners::default()
        });
        let policy = Policy {
            circuit_failures: 4,
            circuit_wait: 300,
            concurrency: 4,
            ..quick()
        };
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![flow_on(&schema, &sick, policy.clone(), false)]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        order(&database, 0..50).await;
        until(&database, |counts| counts.accepted == 50).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
        let calls = sick.calls.load(Ordering::Relaxed);
        assert!(
            (4..20).contains(&calls),
            "{}: {calls} calls",
            database.dialect()
        );
        assert_eq!(
            one(
                &database,
                "select count(*) from {s}circuit where state = 'open'"
            )
            .await,
            1,
            "{}: the probe's right is not left behind",
            database.dialect()
        );
        let well = Erp::new(Manners {
            idempotent: true,
            ..Manners::default()
        });
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(gateway::run(
            database.clone(),
            watch::channel(vec![flow_on(&schema, &well, policy, false)]).1,
            settings(),
            Ambient::system(),
            stopped,
        ));
        until(&database, |counts| counts.delivered == 50).await;
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(
            one(
                &database,
                "select count(*) from {s}circuit where state = 'closed'"
            )
            .await,
            1
        );
        assert_eq!(well.calls.load(Ordering::Relaxed), 50);
    }
}
