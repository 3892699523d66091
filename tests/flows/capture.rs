//! The change log: what triggers write, and that no reader skips or turns round anything.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use soapstone_gateway::binds;
use soapstone_gateway::capture::{self, Kept, log, log::Kind};
use soapstone_gateway::catalog::{Dialect, SqlType};
use soapstone_gateway::database::Database;
use soapstone_gateway::store::StoreError;
use soapstone_gateway::store::session::Session;

use crate::ground::{Dice, databases, define, schema, table};

const INTEGER: SqlType = SqlType::Integer {
    bits: 32,
    unsigned: false,
};
const TEXT: SqlType = SqlType::Text {
    length: None,
    fixed: false,
};

async fn run(database: &Database, sql: &str, origin: Option<&str>) {
    let mut session = Session::begin(database).await.unwrap();
    if let Some(origin) = origin {
        capture::set_origin(&mut session, origin).await.unwrap();
    }
    session
        .run(sql, &[])
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    if origin.is_some() {
        capture::clear_origin(&mut session).await.unwrap();
    }
    session.commit().await.unwrap();
}

fn told(page: &log::Page) -> Vec<String> {
    page.changes
        .iter()
        .map(|change| {
            let text = |fields: &log::Fields| {
                let parts: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("NULL")))
                    .collect();
                parts.join(",")
            };
            format!(
                "{} [{}]{}{}{}{}",
                change.kind.word(),
                text(&change.key),
                change
                    .columns
                    .as_ref()
                    .map(|columns| format!(" changed {}", columns.join("|")))
                    .unwrap_or_default(),
                change
                    .before
                    .as_ref()
                    .map(|row| format!(" before {}", text(row)))
                    .unwrap_or_default(),
                change
                    .after
                    .as_ref()
                    .map(|row| format!(" after {}", text(row)))
                    .unwrap_or_default(),
                change
                    .origin
                    .as_ref()
                    .map(|origin| format!(" by {origin}"))
                    .unwrap_or_default(),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_of_odd_names_is_written() {
    for database in databases("odd").await {
        let quote = if database.dialect() == Dialect::Mysql {
            "`"
        } else {
            "\""
        };
        let name = "sales'Order-2 ż";
        let odd = "the \\ \"note\"".replace('"', if quote == "\"" { "\"\"" } else { "\"" });
        let text = if database.dialect() == Dialect::Mysql {
            "varchar(40)"
        } else {
            "text"
        };
        let id = format!("{quote}id{quote}");
        let wide: String = (0..70).map(|n| format!(", c{n} text")).collect();
        define(
            &database,
            &format!("create table {quote}{name}{quote} ({id} int primary key, {quote}{odd}{quote} {text}, {quote}select{quote} int{wide})"),
        )
        .await;
        let mut columns = vec![
            ("id", INTEGER),
            ("the \\ \"note\"", TEXT),
            ("select", INTEGER),
        ];
        let names: Vec<String> = (0..70).map(|n| format!("c{n}")).collect();
        columns.extend(names.iter().map(|name| (name.as_str(), TEXT)));
        let described = table(&schema(&database).await, name, &columns, 1);
        capture::install(&database, &described, Kept::Key, 1)
            .await
            .unwrap();
        // Again, over what is there, and with more kept.
        capture::install(&database, &described, Kept::Both, 2)
            .await
            .unwrap();
        assert_eq!(capture::captured(&database).await.unwrap().len(), 1);

        let into = format!(
            "insert into {quote}{name}{quote} ({id}, {quote}{odd}{quote}, {quote}select{quote})"
        );
        run(
            &database,
            &format!("{into} values (1, 'a \"b\" <ł>', 5), (2, null, 6)"),
            None,
        )
        .await;
        run(
            &database,
            &format!(
                "update {quote}{name}{quote} set {quote}{odd}{quote} = 'A \"b\" <ł>' where id = 1"
            ),
            Some("flow x"),
        )
        .await;
        run(
            &database,
            &format!("update {quote}{name}{quote} set id = 3 where id = 2"),
            None,
        )
        .await;
        run(
            &database,
            &format!("delete from {quote}{name}{quote} where id = 1"),
            None,
        )
        .await;

        let on = (described.schema.as_str(), described.name.as_str());
        let page = log::changes(&database, on, None, 100).await.unwrap();
        let nulls: String = (0..70).map(|n| format!(",c{n}=NULL")).collect();
        let told: Vec<String> = told(&page)
            .iter()
            .map(|line| line.replace(&nulls, ""))
            .collect();
        assert_eq!(
            told,
            [
                "insert [id=1] after id=1,the \\ \"note\"=a \"b\" <ł>,select=5",
                "insert [id=2] after id=2,the \\ \"note\"=NULL,select=6",
                "update [id=1] changed the \\ \"note\" before id=1,the \\ \"note\"=a \"b\" <ł>,select=5 after id=1,the \\ \"note\"=A \"b\" <ł>,select=5 by flow x",
                "delete [id=2] before id=2,the \\ \"note\"=NULL,select=6",
                "insert [id=3] after id=3,the \\ \"note\"=NULL,select=6",
                "delete [id=1] before id=1,the \\ \"note\"=A \"b\" <ł>,select=5",
            ],
            "{}",
            database.dialect()
        );
        // The next page is empty, in pages of one the same, and a rolled back change is not there.
        assert_eq!(
            log::changes(&database, on, Some(&page.next), 100)
                .await
                .unwrap()
                .changes,
            []
        );
        let mut since = None;
        let mut count = 0;
        while count < 20 {
            let one = log::changes(&database, on, since.as_deref(), 1)
                .await
                .unwrap();
            since = Some(one.next);
            count += 1;
            if one.changes.is_empty() && !one.full {
                break;
            }
        }
        assert_eq!(count, 7, "{}", database.dialect());
        if database.dialect() == Dialect::Postgres {
            run(&database, &format!("truncate {quote}{name}{quote}"), None).await;
            let page = log::changes(&database, on, Some(&page.next), 100)
                .await
                .unwrap();
            assert_eq!(page.changes.len(), 1);
            assert_eq!(page.changes[0].kind, Kind::Delete);
        }

        capture::remove(&database, &described).await.unwrap();
        run(&database, &format!("{into} values (9, null, null)"), None).await;
        let after = log::changes(&database, on, since.as_deref(), 100)
            .await
            .unwrap();
        assert!(
            after
                .changes
                .iter()
                .all(|change| change.kind != Kind::Insert),
            "{}",
            database.dialect()
        );
        assert!(matches!(
            log::changes(&database, on, Some("x:1; drop table"), 1).await,
            Err(StoreError::Cursor(_))
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_reader_passed_is_trimmed_and_an_older_cursor_is_told_so() {
    for database in databases("trim").await {
        define(&database, "create table t (id int primary key)").await;
        let described = table(&schema(&database).await, "t", &[("id", INTEGER)], 1);
        capture::install(&database, &described, Kept::Key, 1)
            .await
            .unwrap();
        let on = (described.schema.as_str(), "t");
        let start = log::changes(&database, on, None, 100).await.unwrap().next;
        for id in 0..10 {
            run(&database, &format!("insert into t values ({id})"), None).await;
        }
        let half = log::changes(&database, on, None, 5).await.unwrap().next;
        let mut session = Session::begin(&database).await.unwrap();
        session
            .run(
                "insert into {s}reader (name, position, seen_at) values ('slow', ?, 1)",
                binds![&half],
            )
            .await
            .unwrap();
        session.commit().await.unwrap();
        log::trim(&database, i64::MAX).await.unwrap();
        assert_eq!(
            log::changes(&database, on, Some(&half), 100)
                .await
                .unwrap()
                .changes
                .len(),
            5
        );

        // On PostgreSQL a transaction of any database that is open meanwhile, such as another test's, holds reader and end of the log back.
        let (mut all, mut trimmed) = (half.clone(), 0);
        for _ in 0..600 {
            // What is read again from where the reader was may be trimmed already.
            let page = log::changes(&database, on, Some(&all), 100).await.unwrap();
            all = page.next;
            let mut session = Session::begin(&database).await.unwrap();
            session
                .run(
                    "update {s}reader set position = ? where name = 'slow'",
                    binds![&all],
                )
                .await
                .unwrap();
            session.commit().await.unwrap();
            trimmed += log::trim(&database, i64::MAX).await.unwrap();
            if trimmed >= 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(trimmed >= 4, "{}: {trimmed}", database.dialect());
        assert!(
            matches!(
                log::changes(&database, on, Some(&start), 100).await,
                Err(StoreError::TooOld)
            ),
            "{}",
            database.dialect()
        );
        run(&database, "insert into t values (77)", None).await;
        let page = log::changes(&database, on, Some(&all), 100).await.unwrap();
        assert_eq!(told(&page), ["insert [id=77]"], "{}", database.dialect());
    }
}

/// Writers in transactions of random length over few rows, some rolled back, while a reader follows: it must see each committed
/// change once, and each row's versions in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_writers_are_read_without_gap_or_disorder() {
    const ROWS: u64 = 12;
    for database in databases("race").await {
        define(
            &database,
            "create table t (id int primary key, version int not null)",
        )
        .await;
        let described = table(
            &schema(&database).await,
            "t",
            &[("id", INTEGER), ("version", INTEGER)],
            1,
        );
        for id in 0..ROWS {
            run(&database, &format!("insert into t values ({id}, 0)"), None).await;
        }
        capture::install(&database, &described, Kept::After, 1)
            .await
            .unwrap();
        let writers = if database.dialect() == Dialect::Sqlite {
            2
        } else {
            8
        };
        let running = Arc::new(AtomicBool::new(true));
        let mut tasks = Vec::new();
        for writer in 0..writers {
            let (database, running) = (database.clone(), Arc::clone(&running));
            tasks.push(tokio::spawn(async move {
                let mut dice = Dice(writer + 1);
                while running.load(Ordering::Relaxed) {
                    let Ok(mut session) = Session::begin(&database).await else {
                        continue;
                    };
                    // In the order of the key, so that no two wait for each other.
                    let first = dice.below(ROWS);
                    let mut failed = false;
                    for id in first..(first + 1 + dice.below(3)).min(ROWS) {
                        failed |= session
                            .run(
                                "update t set version = version + 1 where id = ?",
                                binds![i64::try_from(id).unwrap()],
                            )
                            .await
                            .is_err();
                        if dice.below(3) == 0 {
                            tokio::time::sleep(Duration::from_millis(dice.below(12))).await;
                        }
                    }
                    if !failed && dice.below(4) > 0 {
                        session.commit().await.unwrap();
                    }
                }
            }));
        }
        let mut versions: HashMap<String, i64> = HashMap::new();
        let mut seen = 0;
        let mut since: Option<String> = None;
        let deadline = std::time::Instant::now() + Duration::from_secs(4);
        let mut idle = 0;
        while idle < 3 {
            if std::time::Instant::now() > deadline && running.swap(false, Ordering::Relaxed) {
                for task in tasks.drain(..) {
                    task.await.unwrap();
                }
            }
            let page = log::changes(&database, (&described.schema, "t"), since.as_deref(), 37)
                .await
                .unwrap();
            if page.changes.is_empty() && !running.load(Ordering::Relaxed) {
                idle += 1;
            }
            for change in &page.changes {
                let after = change.after.as_ref().unwrap();
                let version: i64 = after[1].1.as_ref().unwrap().parse().unwrap();
                let last = versions.entry(after[0].1.clone().unwrap()).or_default();
                assert_eq!(
                    version,
                    *last + 1,
                    "{}: row {:?}",
                    database.dialect(),
                    after[0].1
                );
                *last = version;
                seen += 1;
            }
            since = Some(page.next);
        }
        let mut session = Session::begin(&database).await.unwrap();
        let rows = session
            .rows("select id, version from t", &[])
            .await
            .unwrap();
        for row in rows {
            assert_eq!(
                versions.get(&row.text(0)).copied().unwrap_or_default(),
                row.integer(1),
                "{}",
                database.dialect()
            );
        }
        eprintln!(
            "{}: {seen} changes by {writers} writers in order",
            database.dialect()
        );
        assert!(seen > 50, "{}: only {seen} changes", database.dialect());
    }
}
