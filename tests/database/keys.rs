//! Keys that are configured, which the database need not keep unique.

use soapstone_gateway::call::{Call, Delete, Get, Key, Mode, Status};
use soapstone_gateway::catalog::{Dialect, Selection};

use crate::place::{Opened, Place, all, dialects, read_all, text};
use crate::shop::{record, results, write};

const REPEATED: &str = "create table repeated (id integer not null, n varchar(9) not null);
    insert into repeated values (1, 'a'), (1, 'b'), (1, 'b'), (2, 'c'), (3, 'd');";

async fn keyed_by_id(dialect: Dialect, script: &str, table: &str) -> (Place, Opened) {
    let place = Place::new(dialect).await;
    place.script(script).await;
    let schema = place.open().await.catalog.default_schema;
    let mut selection = Selection::default();
    let key = vec!["id".to_owned()];
    selection.keys.insert(format!("{schema}.{table}"), key);
    let opened = place.open_with(&selection).await;
    (place, opened)
}

#[tokio::test]
async fn a_key_of_several_records_names_none_of_them() {
    for dialect in dialects() {
        let (place, opened) = keyed_by_id(dialect, REPEATED, "repeated").await;
        let table = opened.table("repeated");
        let update = |key: &str| {
            let change = record(&[(0, key), (1, "z")]);
            Call::Update(write(table, vec![change], Mode::Atomic))
        };
        let delete = |key: &str| {
            let keys = vec![Key {
                values: vec![text(key)],
                version: None,
            }];
            let mode = Mode::Atomic;
            Call::Delete(Delete { table, keys, mode })
        };
        let get = Call::Get(Get {
            table,
            key: vec![text("1")],
            expand: Vec::new(),
        });
        for call in [get, update("1"), delete("1")] {
            let error = opened.run(&call).await.unwrap_err();
            assert_eq!(error.to_string(), "several records have this key");
        }
        let whole = ["1|a", "1|b", "1|b", "2|c", "3|d"];
        for size in 1..=5 {
            let read = read_all(&opened, &all(table, size, None)).await;
            assert_eq!(read, whole, "{dialect}, {size} in a page");
        }
        let updated = results(&opened, update("2")).await;
        assert_eq!(updated[0].status, Status::Updated);
        let deleted = results(&opened, delete("3")).await;
        assert_eq!(deleted[0].status, Status::Deleted);
        let left = read_all(&opened, &all(table, 9, None)).await;
        assert_eq!(left, ["1|a", "1|b", "1|b", "2|z"]);
        place.drop().await;
    }
}

/// Which of the records that have its key is the new one cannot be told, and the version of another would let a stale change through.
#[tokio::test]
async fn a_created_record_has_no_version_of_another() {
    const VIEW: &str = "create table kept (id integer not null, n varchar(9) not null);
        create view repeated as select id, n from kept;
        insert into kept values (1, 'a');";
    for dialect in dialects() {
        // What is written to a table of PostgreSQL answers its own version.
        let script = match dialect {
            Dialect::Postgres => VIEW,
            _ => REPEATED,
        };
        let (place, opened) = keyed_by_id(dialect, script, "repeated").await;
        let table = opened.table("repeated");
        for (id, alone) in [("1", false), ("9", true)] {
            let new = record(&[(0, id), (1, "new")]);
            let create = Call::Create(write(table, vec![new], Mode::Atomic));
            let made = results(&opened, create).await;
            let key = made[0].key.as_ref().unwrap();
            assert_eq!(key.values, [text(id)]);
            assert_eq!(key.version.is_some(), alone, "{dialect}, {id}");
        }
        place.drop().await;
    }
}

/// What names no record, or several, is read to its end like any other.
#[tokio::test]
async fn a_connection_stays_when_no_one_record_is_found() {
    for (dialect, number) in [
        (Dialect::Postgres, "pg_backend_pid()"),
        (Dialect::Mysql, "connection_id()"),
    ] {
        if !dialects().contains(&dialect) {
            continue;
        }
        let script = format!("{REPEATED} create view line as select {number} as number;");
        let (place, opened) = keyed_by_id(dialect, &script, "repeated").await;
        let line = all(opened.table("line"), 1, None);
        let before = read_all(&opened, &line).await;
        for (key, code) in [("7", "NotFound"), ("1", "Refused")] {
            let get = Call::Get(Get {
                table: opened.table("repeated"),
                key: vec![text(key)],
                expand: Vec::new(),
            });
            let error = opened.run(&get).await.unwrap_err();
            assert_eq!(error.code(), code);
            assert_eq!(read_all(&opened, &line).await, before, "{dialect}, {key}");
        }
        place.drop().await;
    }
}
