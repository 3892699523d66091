//! The id of a write or a call in the change log, on every database; and not on what is written after it.

use soapstone_gateway::call::{Call, Mode, Record, Value, Write};
use soapstone_gateway::capture::{self, Kept, log};
use soapstone_gateway::catalog::{self, Dialect, RoutineId, Selection};
use soapstone_gateway::plan::plan;
use soapstone_gateway::run::run;

use crate::ground::{databases, define, schema};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_knows_the_request_that_made_it() {
    for database in databases("correlation").await {
        let dialect = database.dialect();
        define(
            &database,
            "create table orders (id int not null primary key, name varchar(20))",
        )
        .await;
        let routine = match dialect {
            // It may end its transaction, as only one that is called outside of any can.
            Dialect::Postgres => Some(
                "create procedure add_order(given int) language plpgsql as \
                 $$ begin insert into orders values (given, null); commit; end $$",
            ),
            Dialect::Mysql => Some(
                "create procedure add_order(in given int) insert into orders values (given, null)",
            ),
            Dialect::Sqlite => None,
        };
        if let Some(routine) = routine {
            define(&database, routine).await;
        }
        let schema = schema(&database).await;
        let read = catalog::load(&database, &Selection::default())
            .await
            .unwrap();
        let table = capture::find(&read, "orders").unwrap();
        capture::install(&database, table, Kept::Key, 1)
            .await
            .unwrap();
        let write = |id: &str| Write {
            table: read.find_table(&schema, "orders").unwrap(),
            records: vec![Record {
                fields: vec![(0, Value::Text(id.to_owned()))],
                ..Record::default()
            }],
            mode: Mode::Atomic,
        };
        for (id, request) in [
            ("1", Some("request-1")),
            ("2", None),
            ("3", Some("request-3")),
        ] {
            let mut plan = plan(&read, &Call::Create(write(id))).unwrap();
            if let Some(request) = request {
                plan = plan.marked(dialect, request);
            }
            run(&database, &read, &plan).await.unwrap();
        }
        // One that fails leaves nothing behind either.
        let twice = plan(&read, &Call::Create(write("3"))).unwrap();
        let failed = run(&database, &read, &twice.marked(dialect, "request-4")).await;
        assert!(failed.is_err(), "{dialect}: {failed:?}");
        let after = plan(&read, &Call::Create(write("5"))).unwrap();
        run(&database, &read, &after).await.unwrap();

        let mut due = vec![Some("request-1"), None, Some("request-3"), None];
        if routine.is_some() {
            let call = Call::Routine {
                routine: RoutineId(0),
                arguments: [(0, Value::Text("6".to_owned()))].into(),
            };
            let call = plan(&read, &call).unwrap().marked(dialect, "request-6");
            run(&database, &read, &call).await.unwrap();
            let after = plan(&read, &Call::Create(write("7"))).unwrap();
            run(&database, &read, &after).await.unwrap();
            due.extend([Some("request-6"), None]);
        }
        let page = log::changes(&database, (&schema, "orders"), None, 100)
            .await
            .unwrap();
        let told: Vec<Option<&str>> = page
            .changes
            .iter()
            .map(|change| change.correlation.as_deref())
            .collect();
        assert_eq!(told, due, "{dialect}");
    }
}
