//! Writes, versions and failures.

use soapstone_gateway::call::{Call, Get, Key, Mode, Record, Reply, Status};
use soapstone_gateway::catalog::{Dialect, TableId};
use soapstone_gateway::plan;
use soapstone_gateway::problem::{PlanErrorKind, RunErrorKind};
use soapstone_gateway::run::{Once, OnceReply, run_once};

use crate::place::{Place, dialects, show_rows, text};
use crate::shop::{count, get, record, results, shop, write};

#[tokio::test]
async fn absent_nil_and_empty_differ() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        let made = results(
            &opened,
            Call::Create(write(
                customer,
                vec![record(&[(1, "a")]), record(&[(1, "b"), (2, ""), (3, "~")])],
                Mode::Atomic,
            )),
        )
        .await;
        assert!(made.iter().all(|one| one.status == Status::Created));
        let keys: Vec<Key> = made.into_iter().map(|one| one.key.unwrap()).collect();
        let (row, version) = get(&opened, customer, &keys[0]).await;
        assert_eq!(row, "1|a|~|none|~", "{dialect}");
        assert_eq!(Some(version), keys[0].version, "{dialect}");
        assert_eq!(get(&opened, customer, &keys[1]).await.0, "2|b||~|~");
        let changed = results(
            &opened,
            Call::Update(write(
                customer,
                vec![record(&[(0, "1"), (2, "x"), (3, "~")])],
                Mode::Atomic,
            )),
        )
        .await;
        let (row, version) = get(&opened, customer, &keys[0]).await;
        assert_eq!(row, "1|a|x|~|~");
        assert_eq!(Some(version), changed[0].key.clone().unwrap().version);
        assert_ne!(changed[0].key.clone().unwrap().version, keys[0].version);
        place.drop().await;
    }
}

#[tokio::test]
async fn stale_versions_conflict() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        let made = results(
            &opened,
            Call::Create(write(
                customer,
                vec![record(&[(1, "a"), (2, "old")])],
                Mode::Atomic,
            )),
        )
        .await;
        let key = made[0].key.clone().unwrap();
        let update = |name: &str, version: &Option<String>| {
            let record = Record {
                version: version.clone(),
                ..record(&[(0, "1"), (1, "a"), (2, name)])
            };
            Call::Update(write(customer, vec![record], Mode::Atomic))
        };
        results(&opened, update("new", &key.version)).await;
        let error = opened.run(&update("mine", &key.version)).await.unwrap_err();
        assert_eq!(error.place.record, Some(0));
        let RunErrorKind::Conflict(conflict) = error.kind else {
            panic!("{dialect} {error:?}")
        };
        assert_eq!(show_rows(&conflict.current), ["1|a|new|none|~"]);
        assert_eq!(conflict.differing, [2]);
        let delete = soapstone_gateway::call::Delete {
            table: customer,
            keys: vec![key.clone()],
            mode: Mode::Atomic,
        };
        let error = opened.run(&Call::Delete(delete)).await.unwrap_err();
        assert_eq!(error.code(), "Conflict", "{dialect}");
        // Without a version it applies.
        results(&opened, update("mine", &None)).await;
        let gone = Key {
            values: vec![text("77")],
            version: None,
        };
        let delete = soapstone_gateway::call::Delete {
            table: customer,
            keys: vec![gone],
            mode: Mode::Atomic,
        };
        assert_eq!(
            opened.run(&Call::Delete(delete)).await.unwrap_err().code(),
            "NotFound"
        );
        place.drop().await;
    }
}

#[tokio::test]
async fn batches_stand_together_or_alone() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        let batch = vec![
            record(&[(1, "a")]),
            record(&[(1, "a")]),
            record(&[(1, "c"), (4, "99")]),
            record(&[(1, "d")]),
            record(&[(2, "no code")]),
        ];
        let error = opened
            .run(&Call::Create(write(customer, batch.clone(), Mode::Atomic)))
            .await
            .unwrap_err();
        assert_eq!(
            (
                error.code(),
                error.place.record,
                error.place.columns.as_slice()
            ),
            ("Duplicate", Some(1), &[1][..]),
            "{dialect} {error:?}"
        );
        assert_eq!(count(&opened, customer).await, 0);
        let outcomes = results(
            &opened,
            Call::Create(write(customer, batch, Mode::PerRecord)),
        )
        .await;
        let codes: Vec<&str> = outcomes
            .iter()
            .map(|one| one.problem.as_ref().map_or("-", |problem| problem.code()))
            .collect();
        assert_eq!(
            codes,
            ["-", "Duplicate", "Check", "-", "Required"],
            "{dialect}"
        );
        assert_eq!(count(&opened, customer).await, 2);
        place.drop().await;
    }
}

#[tokio::test]
async fn related_records_are_written_together() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let (orders, line) = (opened.table("orders"), opened.table("line"));
        let table = &opened.catalog.tables[orders.0];
        let (parent, children) = (
            table.find_relation("customer").unwrap(),
            table.find_relation("line").unwrap(),
        );
        let order = |qty: &str| Record {
            related: vec![
                (parent, vec![record(&[(1, "new"), (2, "New One")])]),
                (
                    children,
                    vec![record(&[(1, "1"), (2, "5")]), record(&[(1, "2"), (2, qty)])],
                ),
            ],
            ..record(&[(2, "12.50")])
        };
        let error = opened
            .run(&Call::Create(write(orders, vec![order("~")], Mode::Atomic)))
            .await
            .unwrap_err();
        assert_eq!(
            (
                error.code(),
                error.place.related.as_slice(),
                error.place.table
            ),
            ("Required", &[(children, 1)][..], Some(line)),
            "{dialect} {error:?}"
        );
        let Reply::Count(0) = opened
            .good(&Call::Count {
                table: opened.table("customer"),
                filter: None,
            })
            .await
        else {
            panic!()
        };
        let made = results(
            &opened,
            Call::Create(write(orders, vec![order("6")], Mode::Atomic)),
        )
        .await;
        let key = made[0].key.clone().unwrap();
        let expand = [parent, children]
            .map(|relation| soapstone_gateway::call::Expand {
                relation,
                expand: Vec::new(),
            })
            .to_vec();
        let (rows, _) = opened
            .rows(&Call::Get(Get {
                table: orders,
                key: key.values,
                expand,
            }))
            .await;
        assert_eq!(rows.related[0].rows.len(), 1);
        assert_eq!(rows.related[1].rows.len(), 2, "{dialect}");
        let missing = opened
            .run(&Call::Create(write(
                orders,
                vec![record(&[(1, "999")])],
                Mode::Atomic,
            )))
            .await
            .unwrap_err();
        assert_eq!(missing.code(), "MissingReference", "{dialect} {missing:?}");
        let delete = soapstone_gateway::call::Delete {
            table: orders,
            keys: vec![made[0].key.clone().unwrap()],
            mode: Mode::Atomic,
        };
        let referenced = opened.run(&Call::Delete(delete)).await.unwrap_err();
        assert_eq!(
            referenced.code(),
            "StillReferenced",
            "{dialect} {referenced:?}"
        );
        place.drop().await;
    }
}

/// How many related records there are, how deep they go and how many are compared is bounded, before or while they are written.
#[tokio::test]
async fn related_records_are_bounded() {
    let (place, opened) = shop(Dialect::Sqlite).await;
    let (customer, orders) = (opened.table("customer"), opened.table("orders"));
    let relation = |table: TableId, name: &str| {
        let table = &opened.catalog.tables[table.0];
        table.find_relation(name).unwrap()
    };
    let (down, up) = (relation(customer, "orders"), relation(orders, "customer"));
    let family = |number: usize| Record {
        related: vec![(down, vec![record(&[(2, "1")]); number])],
        ..record(&[(0, "1"), (1, "a")])
    };
    let mut deep = record(&[(0, "1")]);
    for level in 0..6 {
        let relation = if level % 2 == 0 { up } else { down };
        deep = Record {
            related: vec![(relation, vec![deep])],
            ..record(&[(0, "1")])
        };
    }
    let creates =
        |record: &Record| Call::Create(write(customer, vec![record.clone()], Mode::Atomic));
    let updates =
        |record: &Record| Call::Update(write(customer, vec![record.clone()], Mode::Atomic));
    // What comes beside an update is compared, not written, and counted then.
    for call in [creates(&family(10_000)), creates(&deep), updates(&deep)] {
        let error = plan::plan(&opened.catalog, &call).unwrap_err();
        assert_eq!(error.code(), "LimitExceeded");
    }
    results(&opened, creates(&family(1500))).await;
    let updated = results(&opened, updates(&family(1500))).await;
    assert_eq!(updated[0].status, Status::Updated);
    let mut other = family(1500);
    for one in &mut other.related[0].1 {
        one.fields = vec![(2, text("2"))];
    }
    let error = opened.run(&updates(&other)).await.unwrap_err();
    assert_eq!(error.code(), "LimitExceeded", "{error:?}");
    place.drop().await;
}

#[tokio::test]
async fn upserts_by_a_unique_key() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        let upsert = |fields: &[(usize, &str)]| Call::Upsert {
            write: write(customer, vec![record(fields)], Mode::Atomic),
            match_on: vec![1],
        };
        assert_eq!(
            results(&opened, upsert(&[(1, "a"), (2, "one")])).await[0].status,
            Status::Created
        );
        let again = results(&opened, upsert(&[(1, "a"), (2, "two")])).await;
        assert_eq!(again[0].status, Status::Updated);
        assert_eq!(
            get(&opened, customer, again[0].key.as_ref().unwrap())
                .await
                .0,
            "1|a|two|none|~",
            "{dialect}"
        );
        let by_name = Call::Upsert {
            write: write(customer, vec![record(&[(2, "x")])], Mode::Atomic),
            match_on: vec![2],
        };
        assert_eq!(
            plan::plan(&opened.catalog, &by_name).unwrap_err().code(),
            "InvalidMatch"
        );
        place.drop().await;
    }
}

#[tokio::test]
async fn values_are_checked_before_anything_runs() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        for (fields, code) in [
            (&[(1, "a"), (4, "x")][..], "InvalidValue"),
            (&[(1, "a"), (4, "99999999999999999999")], "InvalidValue"),
            (&[(1, "a"), (1, "b")], "Duplicate"),
            (&[(99, "a")], "UnknownName"),
        ] {
            let call = Call::Create(write(customer, vec![record(fields)], Mode::Atomic));
            assert_eq!(
                plan::plan(&opened.catalog, &call).unwrap_err().code(),
                code,
                "{dialect} {fields:?}"
            );
        }
        if dialect != Dialect::Sqlite {
            let long = Call::Create(write(
                customer,
                vec![record(&[(1, "a code that is too long")])],
                Mode::Atomic,
            ));
            let error = opened.run(&long).await.unwrap_err();
            assert_eq!(error.code(), "InvalidValue", "{dialect} {error:?}");
        }
        place.drop().await;
    }
}

/// A date has no zone, and the `Z` that some stacks put behind it is dropped.
#[tokio::test]
async fn dates_that_come_with_a_zone() {
    for dialect in dialects() {
        let place = Place::new(dialect).await;
        place
            .script("create table t (id integer primary key, day date)")
            .await;
        let opened = place.open().await;
        let table = opened.table("t");
        let create = |day: &str| {
            let one = vec![record(&[(0, "1"), (1, day)])];
            Call::Create(write(table, one, Mode::Atomic))
        };
        let offset = plan::plan(&opened.catalog, &create("2024-02-29+02:00"));
        assert_eq!(offset.unwrap_err().code(), "InvalidValue", "{dialect}");
        let made = results(&opened, create("2024-02-29Z")).await;
        let key = made[0].key.clone().unwrap();
        assert_eq!(get(&opened, table, &key).await.0, "1|2024-02-29");
        place.drop().await;
    }
}

#[tokio::test]
async fn a_call_with_a_key_runs_once() {
    for dialect in dialects() {
        let (place, opened) = shop(dialect).await;
        let customer = opened.table("customer");
        let planned = plan::plan(
            &opened.catalog,
            &Call::Create(write(customer, vec![record(&[(1, "a")])], Mode::Atomic)),
        )
        .unwrap();
        let once = async |digest: &str| {
            let once = Once {
                key: "k",
                digest,
                now: 1,
            };
            run_once(
                &opened.database,
                &opened.catalog,
                &planned,
                &once,
                &|reply| format!("{reply:?}").into_bytes(),
            )
            .await
            .unwrap()
        };
        let OnceReply::New(first) = once("d").await else {
            panic!()
        };
        assert_eq!(once("d").await, OnceReply::Stored(first), "{dialect}");
        assert_eq!(once("other").await, OnceReply::OtherBody);
        assert_eq!(count(&opened, customer).await, 1);
        place.drop().await;
    }
}

/// A record goes back whole, as it was read: what only the database makes is passed over.
#[tokio::test]
async fn what_the_database_makes_may_come_back() {
    for dialect in dialects() {
        let identity = match dialect {
            Dialect::Postgres => "integer generated always as identity primary key",
            Dialect::Mysql => "integer auto_increment primary key",
            Dialect::Sqlite => "integer primary key",
        };
        let numbered = match dialect {
            Dialect::Postgres => {
                "create table numbered (id integer primary key, n integer generated always as identity);"
            }
            _ => "",
        };
        let place = Place::new(dialect).await;
        place
            .script(&format!(
                "{numbered} create table made (id {identity}, a integer not null, code varchar(5) unique,
                   twice integer generated always as (a * 2) stored)"
            ))
            .await;
        let opened = place.open().await;
        let table = opened.table("made");
        let key = || Key {
            values: vec![text("1")],
            version: None,
        };
        let one = |fields: &[(usize, &str)]| write(table, vec![record(fields)], Mode::Atomic);
        let create = Call::Create(one(&[(1, "1"), (2, "x"), (3, "7")]));
        assert_eq!(results(&opened, create).await[0].status, Status::Created);
        assert_eq!(get(&opened, table, &key()).await.0, "1|1|x|2", "{dialect}");
        let update = Call::Update(one(&[(0, "1"), (1, "2"), (2, "x"), (3, "2")]));
        assert_eq!(results(&opened, update).await[0].status, Status::Updated);
        assert_eq!(get(&opened, table, &key()).await.0, "1|2|x|4", "{dialect}");
        for (a, match_on) in [("3", vec![]), ("4", vec![2])] {
            let upsert = Call::Upsert {
                write: one(&[(0, "1"), (1, a), (2, "x"), (3, "0")]),
                match_on,
            };
            assert_eq!(results(&opened, upsert).await[0].status, Status::Updated);
        }
        assert_eq!(get(&opened, table, &key()).await.0, "1|4|x|8", "{dialect}");
        if dialect == Dialect::Postgres {
            // A key that only the database makes cannot be that of a new record.
            let upsert = Call::Upsert {
                write: one(&[(0, "99"), (1, "1")]),
                match_on: vec![],
            };
            let error = opened.run(&upsert).await.unwrap_err();
            assert_eq!(error.kind, RunErrorKind::NotFound);
            let create = Call::Create(one(&[(0, "99"), (1, "1")]));
            let error = plan::plan(&opened.catalog, &create).unwrap_err();
            assert_eq!(error.kind, PlanErrorKind::ReadOnly);
            let numbered = opened.table("numbered");
            let copy = write(numbered, vec![record(&[(0, "5"), (1, "9")])], Mode::Atomic);
            let made = results(&opened, Call::Create(copy)).await;
            let key = made[0].key.clone().unwrap();
            assert_eq!(get(&opened, numbered, &key).await.0, "5|1");
        }
        place.drop().await;
    }
}
