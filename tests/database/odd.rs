//! Databases as people leave them: keys of every type and collation, rows without a key, views of what is gone.
//!
//! What is in them stands in `odd/*.sql`; whatever is added there is paged through in every order.

use soapstone_gateway::call::{
    Call, Condition, Delete, Filter, Get, Key, Mode, OrderBy, Query, Reply, Status,
};
use soapstone_gateway::catalog::{Dialect, Limits, Selection, TableId};
use soapstone_gateway::database::Database;
use soapstone_gateway::flow::record::{Graph, load_one};
use soapstone_gateway::plan::{self, Plan};
use sqlx::Row;

use crate::place::{Opened, Place, all, dialects, read_all, show_rows, text};
use crate::shop::{get, record, results, write};

async fn odd(dialect: Dialect) -> (Place, Opened) {
    let place = Place::new(dialect).await;
    place
        .script(match dialect {
            Dialect::Postgres => include_str!("odd/postgres.sql"),
            Dialect::Mysql => include_str!("odd/mysql.sql"),
            Dialect::Sqlite => include_str!("odd/sqlite.sql"),
        })
        .await;
    let opened = place.open().await;
    (place, opened)
}

#[tokio::test]
async fn every_order_gives_every_row_once() {
    for dialect in dialects() {
        let (place, opened) = odd(dialect).await;
        for (index, table) in opened.catalog.tables.iter().enumerate() {
            let id = TableId(index);
            let whole = {
                let mut rows = read_all(&opened, &all(id, 1000, None)).await;
                rows.sort();
                rows
            };
            let count = opened
                .good(&Call::Count {
                    table: id,
                    filter: None,
                })
                .await;
            assert_eq!(count, Reply::Count(whole.len() as u64), "{}", table.name);
            let orders = (0..table.columns.len()).flat_map(|column| {
                [false, true].map(|descending| vec![OrderBy { column, descending }])
            });
            for order in orders.chain([Vec::new()]) {
                let once = Query {
                    order,
                    ..all(id, 1000, None)
                };
                let expected = read_all(&opened, &once).await;
                let mut sorted = expected.clone();
                sorted.sort();
                assert_eq!(sorted, whole, "{dialect} {} {:?}", table.name, once.order);
                for size in [1, 3] {
                    let found = read_all(
                        &opened,
                        &Query {
                            page_size: Some(size),
                            ..once.clone()
                        },
                    )
                    .await;
                    assert_eq!(
                        found, expected,
                        "{dialect} {} by {:?}, {size} a page",
                        table.name, once.order
                    );
                }
            }
        }
        place.drop().await;
    }
}

#[tokio::test]
async fn what_cannot_be_offered_is_told() {
    for dialect in dialects() {
        let (place, opened) = odd(dialect).await;
        let omitted: Vec<&str> = opened
            .catalog
            .omitted
            .iter()
            .map(|omitted| omitted.name.as_str())
            .collect();
        let expected = match dialect {
            Dialect::Postgres => "zero",
            Dialect::Mysql | Dialect::Sqlite => "broken",
        };
        assert_eq!(omitted, [expected], "{dialect}");
        place.drop().await;
    }
}

/// SQLite keeps what it was given: the same number as a number or a text, the same moment in two forms.
#[tokio::test]
async fn sqlite_finds_what_is_stored_in_another_form() {
    let (place, opened) = odd(Dialect::Sqlite).await;
    let get = async |name: &str, key: &str| {
        let call = Call::Get(Get {
            table: opened.table(name),
            key: vec![text(key)],
            expand: Vec::new(),
        });
        show_rows(&opened.rows(&call).await.0).join(" ")
    };
    assert_eq!(get("untyped_key", "2").await, "2|6");
    assert_eq!(get("untyped_key", "1.5").await, "1.5|3");
    assert_eq!(get("untyped_key", "a").await, "a|7");
    assert_eq!(
        get("keyed_by_moment", "2024-01-01T10:00:00.123456").await,
        "2024-01-01T10:00:00.123456|2024-01-01T10:00:00"
    );
    let count = async |name: &str, column: usize, condition: Condition| {
        let filter = Filter {
            columns: vec![(column, condition)],
            ..Filter::default()
        };
        let call = Call::Count {
            table: opened.table(name),
            filter: Some(filter),
        };
        match opened.good(&call).await {
            Reply::Count(count) => count,
            other => panic!("{other:?}"),
        }
    };
    let at = text("2024-01-01T10:00:00");
    for (condition, expected) in [
        (Condition::Eq(at.clone()), 2),
        (Condition::In(vec![at.clone()]), 2),
        (Condition::Ne(at.clone()), 3),
        (Condition::Lt(at.clone()), 2),
        (Condition::Ge(at), 2),
    ] {
        let shown = format!("{condition:?}");
        assert_eq!(
            count("keyed_by_moment", 1, condition).await,
            expected,
            "{shown}"
        );
    }
    for (condition, expected) in [
        (Condition::Eq(text("1")), 4),
        (Condition::In(vec![text("1"), text("x")]), 4),
        (Condition::Gt(text("1")), 3),
    ] {
        let shown = format!("{condition:?}");
        assert_eq!(count("no_key", 2, condition).await, expected, "{shown}");
    }
    // What fits the declared type only by its meaning is written as the type has it, and what does not fit is no value of it.
    let mut forms = read_all(&opened, &all(opened.table("forms"), 10, None)).await;
    forms.sort();
    assert_eq!(
        forms,
        [
            "2024-05-01|2024-05-01T00:00:00|10:00:00.0|!abcd|!0.25",
            "2024-05-01|2024-05-01T00:00:00|10:00:00|abc|12.5",
            "2024-05-02|2024-05-01T00:00:00.000|!25:00|ąść|!12345",
        ]
    );
    let midnight = text("2024-05-01T00:00:00");
    for (column, condition, expected) in [
        (0, Condition::Le(text("2024-05-01")), 2),
        (0, Condition::Gt(text("2024-05-01")), 1),
        (1, Condition::Eq(midnight.clone()), 3),
        (1, Condition::Lt(midnight.clone()), 0),
        (1, Condition::In(vec![midnight]), 3),
        (2, Condition::Eq(text("10:00:00")), 2),
        (2, Condition::Gt(text("09:00:00")), 2),
    ] {
        let shown = format!("{column} {condition:?}");
        assert_eq!(count("forms", column, condition).await, expected, "{shown}");
    }
    // A key without a value names no record, and is no reason to refuse one.
    let keyless = write(
        opened.table("null_keys"),
        vec![record(&[(1, "6")])],
        Mode::Atomic,
    );
    let made = results(&opened, Call::Create(keyless)).await;
    assert_eq!((made[0].status, &made[0].key), (Status::Created, &None));
    // A virtual table's own rules are told as those of others.
    for (record, expected) in [
        (record(&[(0, "1"), (1, "0"), (2, "1")]), "Duplicate"),
        (record(&[(0, "3"), (1, "2"), (2, "1")]), "Check"),
    ] {
        let boxes = write(opened.table("boxes"), vec![record], Mode::Atomic);
        let error = opened.run(&Call::Create(boxes)).await.unwrap_err();
        assert_eq!(error.code(), expected);
    }
    place.drop().await;
}

/// What no index of the column has in its order is compared beside a range that it has.
#[tokio::test]
async fn sqlite_finds_moments_by_the_columns_own_index() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script(
            "create table visit (day date primary key, at datetime, n integer) without rowid; create index visit_at on visit (at);
             insert into visit values ('2024-01-01', '2024-05-01T23:30:00-14:00', 1), ('2024-01-02 00:00:00', '2024-05-02 13:30:00', 2),
               ('2024-01-03', '2024-05-02T24:00:00', 3), ('2024-01-04', '2024-05-03', 4), ('bad', '03/05/2024', 5), (7, 1714694400, 6),
               ('2024-01-05', null, 7), ('2024-01-06', x'32', 8), ('2024-01-07', '9999-12-31T23:59:59.9', 9);",
        )
        .await;
    let opened = place.open().await;
    let Database::Sqlite(connections) = &opened.database else {
        panic!()
    };
    let table = opened.table("visit");
    // Years of other lengths have neither the order nor the form that SQLite and the columns' type know.
    for year in ["12024", "-0044"] {
        for (column, given) in [
            (0, format!("{year}-03-15")),
            (1, format!("{year}-03-15T12:00:00")),
        ] {
            let made = vec![record(&[(column, &given)])];
            let asked = Query {
                filter: Some(Filter {
                    columns: vec![(column, Condition::Gt(text(&given)))],
                    ..Filter::default()
                }),
                ..all(table, 10, None)
            };
            for call in [
                Call::Create(write(table, made, Mode::Atomic)),
                Call::Query(asked),
            ] {
                let error = plan::plan(&opened.catalog, &call).unwrap_err();
                assert_eq!(error.code(), "InvalidValue", "{given}: {error}");
            }
        }
    }
    let (noon, midnight) = (text("2024-05-02T13:30:00Z"), text("2024-05-03T00:00:00"));
    for (column, condition, found) in [
        (1, Condition::Eq(noon.clone()), "12"),
        (1, Condition::Eq(midnight.clone()), "34"),
        (
            1,
            Condition::In(vec![noon.clone(), midnight.clone()]),
            "1234",
        ),
        (1, Condition::Lt(midnight.clone()), "12"),
        (1, Condition::Le(midnight.clone()), "1234"),
        (1, Condition::Gt(noon.clone()), "349"),
        (1, Condition::Ge(noon.clone()), "12349"),
        (1, Condition::Between(noon, midnight), "1234"),
        (0, Condition::Eq(text("2024-01-02")), "2"),
        (0, Condition::Gt(text("2024-01-02")), "34789"),
    ] {
        let shown = format!("{condition:?}");
        let query = Query {
            filter: Some(Filter {
                columns: vec![(column, condition)],
                ..Filter::default()
            }),
            fields: vec![2],
            ..all(table, 10, None)
        };
        let rows = read_all(&opened, &query).await;
        let numbers: String = rows.iter().filter_map(|row| row.chars().last()).collect();
        assert_eq!(numbers, found, "{shown}");
        let Plan::Query(page) = plan::plan(&opened.catalog, &Call::Query(query)).unwrap() else {
            panic!()
        };
        let explain = format!("explain query plan {}", page.read.statement.sql);
        let steps = sqlx::query(sqlx::AssertSqlSafe(explain));
        let steps = steps.fetch_all(&connections.pool).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        assert!(
            steps
                .iter()
                .any(|step| step.starts_with("SEARCH") && step.contains("visit USING")),
            "{shown}: {steps:?}"
        );
    }
    place.drop().await;
}

/// Two keys that are one moment: a write by it would change two records and tell of one.
#[tokio::test]
async fn sqlite_writes_no_two_records_by_one_key() {
    let (place, opened) = odd(Dialect::Sqlite).await;
    let table = opened.table("keyed_by_moment");
    let moment = "2024-01-01T10:00:00";
    let whole = read_all(&opened, &all(table, 10, None)).await;
    let change = record(&[(0, moment), (1, "2030-01-01T00:00:00")]);
    let delete = |key: &str, mode| {
        let keys = vec![Key {
            values: vec![text(key)],
            version: None,
        }];
        Call::Delete(Delete { table, keys, mode })
    };
    for call in [
        Call::Update(write(table, vec![change], Mode::Atomic)),
        delete(moment, Mode::Atomic),
    ] {
        let error = opened.run(&call).await.unwrap_err();
        assert_eq!(error.to_string(), "several records have this key");
    }
    let refused = results(&opened, delete(moment, Mode::PerRecord)).await;
    assert_eq!(refused[0].status, Status::Failed);
    assert_eq!(read_all(&opened, &all(table, 10, None)).await, whole);
    let other = delete("2024-01-01T10:00:00.123456", Mode::Atomic);
    assert_eq!(results(&opened, other).await[0].status, Status::Deleted);
    place.drop().await;
}

/// A table that inherits may repeat the keys of the one above, which shows its rows too.
#[tokio::test]
async fn a_key_that_heirs_repeat_names_no_record_to_write() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let (place, opened) = odd(Dialect::Postgres).await;
    let table = opened.table("ancestor");
    let whole = read_all(&opened, &all(table, 2, None)).await;
    assert_eq!(whole, ["1|a", "1|a", "1|a", "1|b", "2|b"]);
    let change_of = |key, version: Option<&str>| {
        let mut change = record(&[(0, key), (1, "c")]);
        change.version = version.map(str::to_owned);
        Call::Update(write(table, vec![change], Mode::Atomic))
    };
    let delete_of = |key: &str, version: Option<&str>| {
        let keys = vec![Key {
            values: vec![text(key)],
            version: version.map(str::to_owned),
        }];
        let mode = Mode::Atomic;
        Call::Delete(Delete { table, keys, mode })
    };
    let (change, delete) = (|key| change_of(key, None), |key| delete_of(key, None));
    let get = |key: &str| {
        Call::Get(Get {
            table,
            key: vec![text(key)],
            expand: Vec::new(),
        })
    };
    // All were made by one transaction, whose number is their version.
    let made = place.texts("select max(xmin::text) from ancestor").await;
    let version = made[0][0].as_deref();
    for call in [
        get("1"),
        change("1"),
        delete("1"),
        change_of("1", version),
        delete_of("1", version),
        change_of("1", Some("1")),
        delete_of("1", Some("1")),
    ] {
        let error = opened.run(&call).await.unwrap_err();
        assert_eq!(error.to_string(), "several records have this key");
    }
    assert_eq!(read_all(&opened, &all(table, 2, None)).await, whole);
    // A flow sends one of them rather than none.
    let graph = Graph::of(&opened.catalog, table, &[]).unwrap();
    let key = vec![("id".to_owned(), Some("1".to_owned()))];
    let sent = load_one(&opened.database, &opened.catalog, &graph, &key).await;
    assert_eq!(sent.unwrap().unwrap()["id"], 1);
    // What is one record below is one above.
    assert_eq!(show_rows(&opened.rows(&get("2")).await.0), ["2|b"]);
    let stale = opened.run(&change_of("2", Some("1"))).await;
    assert_eq!(stale.unwrap_err().code(), "Conflict");
    assert_eq!(
        results(&opened, change("2")).await[0].status,
        Status::Updated
    );
    assert_eq!(
        results(&opened, delete("2")).await[0].status,
        Status::Deleted
    );
    // A version that one of several has names it.
    place
        .script("update heir set extra = 9 where n = 'b'")
        .await;
    let written = "select xmin::text from heir where n = 'b'";
    let written = place.texts(written).await;
    let change = change_of("1", written[0][0].as_deref());
    assert_eq!(results(&opened, change).await[0].status, Status::Updated);
    let whole = read_all(&opened, &all(table, 2, None)).await;
    assert_eq!(whole, ["1|a", "1|a", "1|a", "1|c"]);
    place.drop().await;
}

/// A page ends where its rows are many bytes, so that one request cannot take all of the memory.
#[tokio::test]
async fn large_rows_make_short_pages() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        let values: Vec<String> = (0..50)
            .map(|n| format!("({n}, '{}', {})", "x".repeat(300), n % 7))
            .collect();
        place
            .script(&format!(
                "create table wide (id integer primary key, body varchar(400), n integer);
                 create table loose (id integer, body varchar(400), n integer);
                 insert into wide values {values}; insert into loose values {values};",
                values = values.join(", ")
            ))
            .await;
        let limits = Limits {
            page_bytes: 1000,
            ..Limits::default()
        };
        let opened = place
            .open_with(&Selection {
                limits,
                ..Selection::default()
            })
            .await;
        for name in ["wide", "loose"] {
            let table = opened.table(name);
            for order in [
                Vec::new(),
                vec![OrderBy {
                    column: 2,
                    descending: true,
                }],
            ] {
                let query = Query {
                    order,
                    ..all(table, 40, None)
                };
                let (first, next) = opened.rows(&Call::Query(query.clone())).await;
                assert!((2..6).contains(&first.len()), "{dialect} {}", first.len());
                assert!(next.is_some());
                let mut found = read_all(&opened, &query).await;
                assert_eq!(found.len(), 50, "{dialect} {name} {:?}", query.order);
                found.sort();
                found.dedup();
                assert_eq!(found.len(), 50, "{dialect} {name} {:?}", query.order);
            }
        }
        place.drop().await;
    }
}

/// A role with grants on some columns reads and writes those, though the system's columns are closed to it.
#[tokio::test]
async fn grants_on_columns_are_enough() {
    let Some(place) = Place::on(Dialect::Postgres).await else {
        return;
    };
    let role = format!("{}_role", place.name);
    place
        .script(&format!(
            "create table t (id integer primary key, open text, closed text); insert into t values (1, 'a', 'b');
             create role {role} login; grant select (id, open), update (open) on t to {role}"
        ))
        .await;
    let url = place.url.replacen("//soapstone@", &format!("//{role}@"), 1);
    let opened = place.open_at(&url).await;
    let table = opened.table("t");
    let (rows, _) = opened.rows(&Call::Query(all(table, 10, None))).await;
    assert_eq!(show_rows(&rows), ["1|a"]);
    let mut change = record(&[(0, "1"), (1, "new")]);
    change.version = Some(rows.version(0).to_owned());
    let update = Call::Update(write(table, vec![change], Mode::Atomic));
    opened.good(&update).await;
    assert_eq!(opened.run(&update).await.unwrap_err().code(), "Conflict");
    opened.database.close().await;
    place
        .script(&format!("drop owned by {role}; drop role {role}"))
        .await;
    place.drop().await;
}

/// A key that the database makes is answered, whatever makes it.
#[tokio::test]
async fn keys_by_default_are_told() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        place
            .script(match dialect {
                Dialect::Postgres => {
                    "create table made (id uuid primary key default gen_random_uuid(), n integer);
                     create table at (id timestamptz(6) default now(), code varchar(5) default 'it''s', n integer, primary key (id, code))"
                }
                Dialect::Mysql => {
                    "create table made (id varchar(36) primary key default (uuid()), n integer);
                     create table at (id timestamp(6) default current_timestamp(6), code varchar(5) default 'it''s', n integer, primary key (id, code))"
                }
                Dialect::Sqlite => {
                    "create table made (id text primary key default (hex(randomblob(16))), n integer);
                     create table at (id timestamp default current_timestamp, code varchar(5) default 'it''s', n integer, primary key (id, code))"
                }
            })
            .await;
        let opened = place.open().await;
        for name in ["made", "at"] {
            let table = opened.table(name);
            let n = opened.column(table, "n");
            let call = Call::Create(write(table, vec![record(&[(n, "7")])], Mode::Atomic));
            let key = results(&opened, call).await[0].key.clone().unwrap();
            let (row, version) = get(&opened, table, &key).await;
            assert!(row.ends_with("|7"), "{dialect} {row}");
            assert_eq!(Some(version), key.version, "{dialect} {name}");
        }
        place.drop().await;
    }
}

/// The text of a check is the database's business; its name is the caller's.
#[tokio::test]
async fn no_sql_is_told() {
    let place = Place::new(Dialect::Sqlite).await;
    place
        .script(
            "create table t (id integer primary key, a integer check (a > 0 and a < 10), b integer constraint b_is_positive check (b > 0))",
        )
        .await;
    let opened = place.open().await;
    let table = opened.table("t");
    for (fields, expected) in [
        ([(0, "1"), (1, "99"), (2, "1")], "the values break a rule"),
        (
            [(0, "1"), (1, "1"), (2, "-1")],
            "the values break a rule (b_is_positive)",
        ),
    ] {
        let call = Call::Create(write(table, vec![record(&fields)], Mode::Atomic));
        let error = opened.run(&call).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    place.drop().await;
}
