//! A database that goes away and comes back, one that is not there, and one that is large.

use std::time::{Duration, Instant};

use soapstone_gateway::call::{Call, Get, Mode, Query};
use soapstone_gateway::catalog::{self, Dialect, Selection};
use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::{plan, run};
use sqlx::{Connection, Executor, MySqlConnection};

use crate::place::{Opened, Place, all, dialects, show_rows, text};
use crate::shop::{record, write};

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
