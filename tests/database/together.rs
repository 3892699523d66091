//! Many callers at once: records by their keys, the same record, the same idempotency key, and pages while rows come and go.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use soapstone_gateway::call::{Call, Delete, Get, Key, Mode, OrderBy, Query, Reply, Status};
use soapstone_gateway::catalog::{Dialect, Selection};
use soapstone_gateway::plan;
use soapstone_gateway::run::{Once, OnceReply, Together, run_once};
use sqlx::{Connection, Executor, MySqlConnection, PgConnection};

use crate::place::{Place, all, dialects, show_rows, text};
use crate::shop::{count, record, shop, write};

/// How often a caller comes again at once. Of two transactions that wait for each other MariaDB ends one and lets the other
/// pass, so a few are enough, but chance may choose the same one many times.
const PATIENCE: usize = 1000;

/// Records that are asked for at the same time come in one statement, and are what each caller would have got alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gets_of_many_records() {
    for dialect in dialects() {
        if dialect != Dialect::Postgres {
            continue;
        }
        let place = Place::new(dialect).await;
        place
            .script(
                "create table part (id smallint, sub bigint, k0 text, place inet, \"asked for\" numeric(30, 12), r text[], primary key (sub, id));
                 insert into part select i, i * 3000000000, case when i % 3 = 0 then 'ł' || i end, '10.0.0.1', i / 7.0, array['a', null, i::text]
                    from generate_series(1, 50) i;
                 create table \"asked for\" (k0 uuid primary key, note text);
                 insert into \"asked for\" select md5('1')::uuid, 'one';
                 create table word (word text primary key);
                 insert into word select 'w' || i from generate_series(1, 50) i;
                 create view seen as select id, statement_timestamp() as moment from part;",
            )
            .await;
        let selection = Selection {
            keys: [("public.seen".to_owned(), vec!["id".to_owned()])].into(),
            ..Selection::default()
        };
        let opened = place.open_with(&selection).await;
        let together = Together::new(&opened.catalog);
        let ask = async |calls: &[Call]| {
            join_all(calls.iter().map(|call| async {
                let plan = plan::plan(&opened.catalog, call).unwrap();
                let run = together.run(&opened.database, &opened.catalog, call, &plan);
                run.await.map_err(|error| error.code())
            }))
            .await
        };
        let get = |table, key: &[&str]| {
            Call::Get(Get {
                table: opened.table(table),
                key: key.iter().map(|value| text(value)).collect(),
                expand: Vec::new(),
            })
        };
        let mut calls = Vec::new();
        for i in 1..=60_u64 {
            calls.push(get(
                "part",
                &[&(i * 3_000_000_000).to_string(), &i.to_string()],
            ));
            calls.push(get("word", &[&format!("w{i}")]));
        }
        for row in place
            .texts("select md5(i::text)::uuid::text from generate_series(1, 5) i")
            .await
        {
            calls.push(get("asked for", &[row[0].as_deref().unwrap()]));
        }
        let mut found = 0;
        for (call, answer) in calls.iter().zip(ask(&calls).await) {
            let alone = opened.run(call).await.map_err(|error| error.code());
            assert_eq!(answer, alone, "{call:?}");
            found += usize::from(answer.is_ok());
        }
        assert_eq!(found, 101);
        let calls: Vec<Call> = (1..=40).map(|i| get("seen", &[&i.to_string()])).collect();
        let mut moments = BTreeSet::new();
        for answer in ask(&calls).await {
            let Ok(Reply::Record(rows)) = answer else {
                panic!("{answer:?}")
            };
            moments.insert(show_rows(&rows)[0].split_once('|').unwrap().1.to_owned());
        }
        assert!(moments.len() < 20, "{moments:?}");
        place.drop().await;
    }
}

/// One of them creates the record, the others update it; whoever cannot is told to come again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upserts_of_one_record() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        let upserts = (0..12).map(|n| {
            let opened = &opened;
            async move {
                let fields = [(1, "same"), (2, ["a", "b", "c"][n % 3])];
                let call = Call::Upsert {
                    write: write(customer, vec![record(&fields)], Mode::Atomic),
                    match_on: vec![1],
                };
                for _ in 0..PATIENCE {
                    match opened.run(&call).await {
                        Ok(Reply::Results(results)) => return results[0].status,
                        Err(error) if error.retryable() => {}
                        other => panic!("{dialect} {other:?}"),
                    }
                }
                panic!("{dialect}: never")
            }
        });
        let done = join_all(upserts).await;
        let created = done
            .iter()
            .filter(|status| **status == Status::Created)
            .count();
        assert_eq!((created, done.len()), (1, 12), "{dialect}");
        assert_eq!(count(&opened, customer).await, 1, "{dialect}");
        place.drop().await;
    }
}

/// The work is done once; the others wait and get the same answer, and another body is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_with_one_key() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let orders = opened.table("customer");
        let planned = [&[(2, "x"), (1, "a")], &[(2, "y"), (1, "b")]].map(|fields| {
            let call = Call::Create(write(orders, vec![record(fields)], Mode::Atomic));
            plan::plan(&opened.catalog, &call).unwrap()
        });
        let calls = (0..12).map(|n| {
            let (opened, planned) = (&opened, &planned);
            async move {
                let once = Once {
                    key: "key",
                    digest: ["first", "second"][n % 2],
                    now: 1,
                };
                let render = |reply: &Reply| format!("{reply:?}").into_bytes();
                for _ in 0..PATIENCE {
                    let answer = run_once(
                        &opened.database,
                        &opened.catalog,
                        &planned[n % 2],
                        &once,
                        &render,
                    );
                    match answer.await {
                        Ok(reply) => return (n % 2, reply),
                        Err(error) if error.retryable() => {}
                        Err(error) => panic!("{dialect} {error:?}"),
                    }
                }
                panic!("{dialect}: never")
            }
        });
        let replies = join_all(calls).await;
        let new: Vec<_> = replies
            .iter()
            .filter_map(|(body, reply)| match reply {
                OnceReply::New(bytes) => Some((body, bytes)),
                _ => None,
            })
            .collect();
        let [(winner, bytes)] = new.as_slice() else {
            panic!("{dialect} {replies:?}")
        };
        for (body, reply) in &replies {
            match reply {
                OnceReply::New(_) => {}
                OnceReply::Stored(stored) => assert_eq!((body, stored), (*winner, *bytes)),
                OnceReply::OtherBody => assert_ne!(body, *winner),
            }
        }
        assert_eq!(count(&opened, orders).await, 1, "{dialect}");
        place.drop().await;
    }
}

/// What is there all the time comes exactly once, in every order, whatever comes and goes around it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_while_rows_come_and_go() {
    for dialect in dialects() {
        let place = crate::place::Place::new(dialect).await;
        let rows: Vec<String> = (0..200)
            .map(|n| format!("({}, {}, 'n{}')", n * 10, n % 7, n % 3))
            .collect();
        place
            .script(&format!(
                "create table t (id integer primary key, n integer, s varchar(10)); insert into t values {}",
                rows.join(", ")
            ))
            .await;
        let opened = place.open().await;
        let table = opened.table("t");
        let ordered = |column: usize, descending: bool| vec![OrderBy { column, descending }];
        for order in [Vec::new(), ordered(1, true), ordered(2, false)] {
            let mut query = Query {
                order,
                ..all(table, 17, None)
            };
            let mut found: Vec<u32> = Vec::new();
            for round in 0.. {
                let (rows, next) = opened.rows(&Call::Query(query.clone())).await;
                let ids = show_rows(&rows);
                found.extend(
                    ids.iter()
                        .map(|row| row.split('|').next().unwrap().parse::<u32>().unwrap()),
                );
                query.cursor = next;
                if query.cursor.is_none() {
                    break;
                }
                // A row before and a row after what was read, and the page's last row goes for a moment.
                let (new, last) = ((round * 97 + 1) % 2000, found.last().unwrap().to_string());
                let fields = [(0, &*(new / 10 * 10 + 5).to_string()), (1, "3"), (2, "n1")]
                    .map(|(column, value)| (column, text(value)))
                    .to_vec();
                let come = soapstone_gateway::call::Record {
                    fields,
                    ..Default::default()
                };
                let upsert = Call::Upsert {
                    write: write(table, vec![come], Mode::Atomic),
                    match_on: Vec::new(),
                };
                opened.good(&upsert).await;
                if last.ends_with('5') {
                    let key = Key {
                        values: vec![text(&last)],
                        version: None,
                    };
                    let delete = Delete {
                        table,
                        keys: vec![key],
                        mode: Mode::Atomic,
                    };
                    opened.good(&Call::Delete(delete)).await;
                }
            }
            let stable: Vec<u32> = found.iter().copied().filter(|id| id % 10 == 0).collect();
            let once: BTreeSet<u32> = stable.iter().copied().collect();
            assert_eq!(
                (stable.len(), once.len()),
                (200, 200),
                "{dialect} {:?}",
                query.order
            );
        }
        place.drop().await;
    }
}

/// A connection beside the gateway's.
enum Beside {
    Postgres(PgConnection),
    Mysql(MySqlConnection),
}

impl Beside {
    async fn run(&mut self, sql: &'static str) {
        match self {
            Beside::Postgres(connection) => connection.execute(sql).await.map(|_| ()),
            Beside::Mysql(connection) => connection.execute(sql).await.map(|_| ()),
        }
        .unwrap();
    }
}

/// A record whose own trigger never lets it be serialized keeps none of the others out.
#[tokio::test]
async fn a_record_that_is_always_in_the_way_fails_alone() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let (place, opened) = shop(Dialect::Postgres).await;
    place
        .script(
            "create function busy() returns trigger language plpgsql as $$ begin
               if new.code = 'busy' then raise 'busy' using errcode = 'serialization_failure'; end if; return new; end $$;
             create trigger busy before insert on customer for each row execute function busy()",
        )
        .await;
    let customer = opened.table("customer");
    let create = |mode| {
        let records = ["a", "busy", "b"].map(|code| record(&[(1, code)]));
        Call::Create(write(customer, records.to_vec(), mode))
    };
    let error = opened.run(&create(Mode::Atomic)).await.unwrap_err();
    assert_eq!(error.code(), "Contention");
    let Reply::Results(results) = opened.good(&create(Mode::PerRecord)).await else {
        panic!()
    };
    let codes = results.iter().map(|one| one.problem.as_ref());
    let codes: Vec<&str> = codes
        .map(|problem| problem.map_or("-", |problem| problem.code()))
        .collect();
    assert_eq!(codes, ["-", "Contention", "-"]);
    assert_eq!(count(&opened, customer).await, 2);
    place.drop().await;
}

/// Of two transactions that wait for each other the gateway's is ended, and runs again by itself: its caller does not see it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_not_the_callers() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let (mut beside, waiting) = match dialect {
            Dialect::Sqlite => {
                place.drop().await;
                continue;
            }
            Dialect::Postgres => {
                let mut connection = PgConnection::connect(&place.url).await.unwrap();
                // The gateway looks for a deadlock first, so it is the one that ends.
                connection
                    .execute("set deadlock_timeout = '1min'")
                    .await
                    .unwrap();
                let waiting = "select pid::text from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
                (Beside::Postgres(connection), waiting)
            }
            Dialect::Mysql => {
                let connection = MySqlConnection::connect(&place.url).await.unwrap();
                // InnoDB's own table of waits stays as it was for who asks again within a tenth of a second; MySQL has another.
                let waiting = match crate::mysql::is_mariadb(&place).await {
                    true => {
                        "select cast(id as char) from information_schema.processlist
                           where db = database() and id <> connection_id() and command <> 'Sleep' and time_ms > 20"
                    }
                    false => {
                        "select cast(requesting_thread_id as char) from performance_schema.data_lock_waits w
                           join performance_schema.threads t on t.thread_id = w.requesting_thread_id where t.processlist_db = database()"
                    }
                };
                (Beside::Mysql(connection), waiting)
            }
        };
        let customer = opened.table("customer");
        let codes: Vec<String> = (0..100).map(|n| format!("c{n}")).collect();
        let records = codes.iter().map(|code| record(&[(1, code)])).collect();
        opened
            .good(&Call::Create(write(customer, records, Mode::Atomic)))
            .await;
        for mode in [Mode::Atomic, Mode::PerRecord] {
            beside.run("begin").await;
            // InnoDB ends the transaction that has changed less.
            beside
                .run("update customer set note = 'beside' where id > 1")
                .await;
            let update = Call::Update(write(
                customer,
                vec![
                    record(&[(0, "1"), (3, "mine")]),
                    record(&[(0, "2"), (3, "mine")]),
                ],
                mode,
            ));
            let crossing = async {
                while place.texts(waiting).await.is_empty() {
                    tokio::task::yield_now().await;
                }
                beside
                    .run("update customer set note = 'beside' where id = 1")
                    .await;
                beside.run("commit").await;
            };
            let (reply, ()) = tokio::join!(opened.good(&update), crossing);
            let Reply::Results(results) = reply else {
                panic!("{dialect} {reply:?}")
            };
            assert!(
                results.iter().all(|one| one.status == Status::Updated),
                "{dialect} {results:?}"
            );
        }
        let notes = place
            .texts("select note from customer where id < 4 order by id")
            .await;
        let notes: Vec<&str> = notes
            .iter()
            .flatten()
            .flatten()
            .map(String::as_str)
            .collect();
        assert_eq!(notes, ["mine", "mine", "beside"], "{dialect}");
        place.drop().await;
    }
}
