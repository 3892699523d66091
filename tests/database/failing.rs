//! A database that goes away and comes back, one that is not there, and one that is large.

use std::time::{Duration, Instant};

use soapstone_gateway::call::{Call, Get, Mode, Query, Reply};
use soapstone_gateway::catalog::{self, Dialect, Selection};
use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::run::{Once, OnceReply, run_once};
use soapstone_gateway::{plan, run};
use sqlx::{Connection, Executor, MySqlConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::place::{Opened, Place, all, dialects, show_rows, text};
use crate::shop::{count, record, write};

/// Ends every connection to a place's database, as a server that goes away does.
async fn cut(place: &Place) {
    match place.dialect {
        Dialect::Sqlite => {}
        Dialect::Postgres => {
            let sql = format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}' and pid <> pg_backend_pid()",
                place.name
            );
            place.script(&sql).await;
        }
        Dialect::Mysql => {
            let others = format!(
                "select concat('kill ', id) from information_schema.processlist where db = '{}' and id <> connection_id() order by id",
                place.name
            );
            let mut admin = MySqlConnection::connect(&place.url).await.unwrap();
            for kill in place.texts(&others).await.into_iter().flatten().flatten() {
                // One that is ending by itself may be gone meanwhile; `admin` is among them, and comes last.
                let _ = admin
                    .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(kill)))
                    .await;
            }
        }
    }
}

#[tokio::test]
async fn lost_connections_are_opened_again() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        place
            .script(
                "create table t (id integer primary key, n integer); insert into t values (1, 1)",
            )
            .await;
        let opened = place.open().await;
        let table = opened.table("t");
        let get = Call::Get(Get {
            table,
            key: vec![text("1")],
            expand: Vec::new(),
        });
        for round in 2..5 {
            opened.good(&get).await;
            cut(&place).await;
            opened.good(&get).await;
            cut(&place).await;
            let change = record(&[(0, "1"), (1, &round.to_string())]);
            let update = Call::Update(write(table, vec![change], Mode::Atomic));
            opened.good(&update).await;
            let (rows, _) = opened.rows(&get).await;
            assert_eq!(show_rows(&rows), [format!("1|{round}")], "{dialect}");
        }
        if dialect == Dialect::Postgres {
            // A column that changes its type makes prepared statements stale.
            place.script("alter table t alter n type text").await;
            opened.good(&get).await;
        }
        place.drop().await;
    }
}

/// Opens a place's database through a line that breaks where the server has done what ends with these words, before it can say so.
async fn opened_through_a_line_that_breaks(place: &Place, after: &'static [u8]) -> Opened {
    let (start, rest) = place.url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let server = server.to_owned();
    let near = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = near.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = near.accept().await {
            let mut far = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move {
                let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
                loop {
                    tokio::select! {
                        read = near.read(&mut asked) => {
                            let asked = &asked[..read.unwrap_or(0)];
                            if asked.is_empty() || far.write_all(asked).await.is_err() {
                                return;
                            }
                            if asked.ends_with(after) {
                                let _ = far.read(&mut answered).await;
                                return;
                            }
                        }
                        read = far.read(&mut answered) => {
                            let answered = &answered[..read.unwrap_or(0)];
                            if answered.is_empty() || near.write_all(answered).await.is_err() {
                                return;
                            }
                        }
                    }
                }
            });
        }
    });
    let plain = match place.dialect {
        Dialect::Postgres => "sslmode=disable",
        _ => "ssl-mode=disabled",
    };
    place
        .open_at(&format!("{start}@127.0.0.1:{port}/{name}?{plain}"))
        .await
}

/// What was committed, but not answered, is neither said to be written nor to have failed; an idempotency key tells.
#[tokio::test]
async fn a_connection_that_is_lost_in_a_commit_leaves_it_uncertain() {
    for dialect in dialects() {
        let after: &[u8] = match dialect {
            Dialect::Sqlite => continue,
            Dialect::Postgres => b"commit\0",
            Dialect::Mysql => b"\x03commit",
        };
        let place = Place::new(dialect).await;
        place
            .script("create table t (id integer primary key)")
            .await;
        let whole = place.open().await;
        let broken = opened_through_a_line_that_breaks(&place, after).await;
        let table = whole.table("t");
        let create = |id: &str| {
            let one = vec![record(&[(0, id)])];
            Call::Create(write(table, one, Mode::Atomic))
        };
        let error = broken.run(&create("1")).await.unwrap_err();
        assert_eq!(
            (error.code(), error.retryable()),
            ("Uncertain", false),
            "{dialect} {error:?}"
        );
        assert_eq!(count(&whole, table).await, 1, "{dialect}");

        let planned = plan::plan(&whole.catalog, &create("2")).unwrap();
        let once = Once {
            key: "k",
            digest: "d",
            now: 1,
        };
        let render = |_: &Reply| b"made".to_vec();
        // The table for answers is made first.
        let other = Once { key: "o", ..once };
        let first = plan::plan(&whole.catalog, &create("3")).unwrap();
        run_once(&whole.database, &whole.catalog, &first, &other, &render)
            .await
            .unwrap();
        let error = run_once(&broken.database, &broken.catalog, &planned, &once, &render);
        assert_eq!(error.await.unwrap_err().code(), "Uncertain", "{dialect}");
        let again = run_once(&whole.database, &whole.catalog, &planned, &once, &render);
        assert_eq!(
            again.await.unwrap(),
            OnceReply::Stored(b"made".to_vec()),
            "{dialect}"
        );
        assert_eq!(count(&whole, table).await, 3, "{dialect}");
        place.drop().await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_at_once() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script("create table t (id integer primary key)")
        .await;
    let opened = place.open().await;
    let call = Call::Count {
        table: opened.table("t"),
        filter: None,
    };
    let planned = plan::plan(&opened.catalog, &call).unwrap();
    for url in [
        "postgres://nobody@127.0.0.1:1/none",
        "mysql://nobody@127.0.0.1:1/none",
        "sqlite:/nowhere/at/all.db",
    ] {
        let database = Database::open(&Settings::new(url)).unwrap();
        let start = Instant::now();
        let error = run::run(&database, &opened.catalog, &planned)
            .await
            .unwrap_err();
        assert_eq!(
            (error.code(), error.retryable()),
            ("Unavailable", true),
            "{url}"
        );
        assert!(!error.to_string().contains("127.0.0.1"));
        assert!(start.elapsed() < Duration::from_secs(3), "{url}");
        assert!(database.ping().await.is_err());
    }
    opened.database.ping().await.unwrap();
    place.drop().await;
}

#[tokio::test]
async fn a_thousand_tables_are_read_in_no_time() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        let mut sql = String::new();
        for number in 0..1000 {
            let parent = number / 2;
            sql.push_str(&format!(
                "create table t{number} (id integer primary key, name varchar(40) not null, amount decimal(12,2), made timestamp null, \
                 parent integer references t{parent} (id), note text, flag boolean, code char(3));\n"
            ));
        }
        place.script(&sql).await;
        let database = Database::open(&Settings::new(&place.url)).unwrap();
        let start = Instant::now();
        let catalog = catalog::load(&database, &Selection::default())
            .await
            .unwrap();
        let time = start.elapsed();
        println!("{dialect}: 1000 tables in {time:?}");
        assert_eq!(catalog.tables.len(), 1000);
        assert!(time < Duration::from_secs(5), "{dialect} {time:?}");
        let opened = Opened { database, catalog };
        let table = opened.table("t999");
        let query = Query {
            fields: vec![1],
            ..all(table, 100, None)
        };
        opened.good(&Call::Query(query)).await;
        place.drop().await;
    }
}
