//! What flows carry: deletions and cancellations to the sample ERP, rows that are found by looking, and files that change while the
//! gateway runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use soapstone_contracts::sample::wire::{self, Manners, PATH};
use soapstone_contracts::sample::{SampleErp, write_contract};
use soapstone_gateway::sample_flow::clock;
use soapstone_gateway::store::count::Counts;

use crate::scene::{Scene, post};

const CRM: &str = "create table orders (id integer primary key, number varchar(20) not null, status varchar(12) not null,
    erp_number varchar(20), changed integer)";

const PLACED: &str = r#"
[source]
table = "orders"
when = "record.status == 'placed' && record.erp_number == null"
each = "record"
[sink]
wsdl = "sample-erp.wsdl"
operation = "SubmitOrder"
destination = "ERP"
[map]
"Order/ExternalReference" = "record.number"
"Order/Customer/CustomerNumber" = "'C-1'"
"Order/OrderDate" = "'2026-01-01'"
"Order/Currency" = "'EUR'"
"Order/Lines/Line[]" = "[1]"
"Order/Lines/Line[]/@lineNumber" = "Line"
"Order/Lines/Line[]/ItemNumber" = "'PMP-150'"
"Order/Lines/Line[]/Quantity" = "'1'"
"Order/Lines/Line[]/UnitPrice" = "'9.5'"
[answer]
reference = "answer.Confirmation.OrderNumber"
[write]
erp_number = "reference"
"#;

/// Cancels what is changed to that, and what is deleted.
const CANCELLED: &str = r#"
[source]
table = "orders"
on = ["update", "delete"]
when = "(kind == 'delete' || record.status == 'cancelled') && record.erp_number != null"
[sink]
wsdl = "sample-erp.wsdl"
operation = "CancelOrder"
destination = "ERP"
[map]
"OrderNumber" = "record.erp_number"
[delete.map]
"OrderNumber" = "record.erp_number"
"Reason" = "'deleted'"
"#;

/// Starts the sample ERP beside the test, with its contract among the flows, and answers its address.
async fn erp(scene: &Scene) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}{PATH}", listener.local_addr().unwrap());
    write_contract(&scene.folder.join("flows"), &address).unwrap();
    let erp = SampleErp::open(clock, &scene.folder.join("journal")).unwrap();
    tokio::spawn(wire::serve(Arc::new(erp), Manners::default(), listener));
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_and_deleted_orders_are_cancelled_at_the_erp() {
    let scene = Scene::new(CRM).await;
    let address = erp(&scene).await;
    scene.write("flows/placed.toml", PLACED);
    // This one has a contract that says nothing of a service, as vendors hand out who tell the address by mail.
    let contract = scene.read("flows/sample-erp.wsdl");
    let (bindings, _) = contract.split_once("<wsdl:service").unwrap();
    scene.write(
        "flows/bindings.wsdl",
        &format!("{bindings}</wsdl:definitions>"),
    );
    let sink = format!("wsdl = \"bindings.wsdl\"\naddress = \"{address}\"");
    let cancelled = CANCELLED.replace("wsdl = \"sample-erp.wsdl\"", &sink);
    scene.write("flows/cancelled.toml", &cancelled);
    scene.tell(&["capture", "install", "orders"]);
    let _gateway = scene.serve();
    scene
        .define("insert into orders (id, number, status) values (1, 'A-1', 'placed'), (2, 'A-2', 'placed'), (3, 'A-3', 'placed')")
        .await;
    scene.until("placed", |counts| counts.delivered == 3).await;
    scene
        .define(
            "update orders set status = 'cancelled' where id = 1; delete from orders where id = 2",
        )
        .await;
    scene
        .until("cancelled", |counts| counts.delivered == 2)
        .await;
    let journal = scene.read("journal");
    let fate = |number: &str| {
        let mut lines = journal.lines().filter(|line| line.starts_with(number));
        let last = lines.next_back().unwrap_or_default();
        last.split('\t').nth(2).unwrap_or_default().to_owned()
    };
    assert_eq!(fate("A-1"), "CANCELLED", "{journal}");
    assert_eq!(fate("A-2"), "CANCELLED", "{journal}");
    assert_eq!(fate("A-3"), "ACCEPTED", "{journal}");
    let message = scene
        .one("select message from {s}delivery where kind = 'delete'")
        .await
        .unwrap();
    assert!(message.contains("deleted"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_mapped_is_told_in_the_crm_and_carried_once_it_can() {
    let scene = Scene::new(CRM).await;
    erp(&scene).await;
    let text = PLACED
        .replace("'C-1'", "code.customer[record.number]")
        .replace(
            "[answer]",
            "[code.customer]\n\"A-1\" = \"C-1\"\n\"A-3\" = \"C-2\"\n[answer]",
        );
    scene.write(
        "flows/placed.toml",
        &(text + "[write_dead]\nerp_number = \"'no customer'\"\n"),
    );
    scene.tell(&["capture", "install", "orders"]);
    let _gateway = scene.serve();
    scene
        .define("insert into orders (id, number, status) values (1, 'A-1', 'placed'), (2, 'A-2', 'placed')")
        .await;
    let stands = |counts: &Counts| (counts.delivered, counts.dead) == (1, 1);
    scene.until("placed", stands).await;
    let told = scene
        .one("select erp_number from orders where id = 2")
        .await;
    assert_eq!(told.as_deref(), Some("no customer"));
    scene
        .define("update orders set number = 'A-3', erp_number = null where id = 2")
        .await;
    scene.until("placed", |counts| counts.delivered == 2).await;
    let told = scene
        .one("select erp_number from orders where id = 2")
        .await;
    assert_ne!(told.as_deref(), Some("no customer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_triggers_is_polled() {
    let scene = Scene::new(CRM).await;
    erp(&scene).await;
    let polled = PLACED.replace(
        "each = \"record\"",
        "poll = { column = \"changed\", every_seconds = 0.1, overlap = 5 }",
    );
    scene.write("flows/placed.toml", &polled);
    let said = scene.tell(&["flow", "check"]);
    assert!(
        said.contains("placed.toml:5:") && said.contains("deleted rows are never seen"),
        "{said}"
    );
    scene
        .define("insert into orders (id, number, status, changed) values (1, 'A-1', 'placed', 10), (2, 'A-2', 'draft', 11), (3, 'A-3', 'placed', null)")
        .await;
    let gateway = scene.serve();
    scene.until("placed", |counts| counts.delivered == 1).await;
    // Committed late, but within the overlap; and a row that has been found before, changed.
    scene
        .define("insert into orders (id, number, status, changed) values (4, 'A-4', 'placed', 7); update orders set status = 'placed', changed = 12 where id = 2")
        .await;
    scene.until("placed", |counts| counts.delivered == 3).await;
    drop(gateway);
    let _gateway = scene.serve();
    scene
        .define("insert into orders (id, number, status, changed) values (5, 'A-5', 'placed', 13)")
        .await;
    let counts = scene.until("placed", |counts| counts.delivered == 4).await;
    assert_eq!(counts.accepted, 4, "nothing is found twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_read_again_and_a_broken_file_changes_nothing() {
    let scene = Scene::new(CRM).await;
    erp(&scene).await;
    scene.write("flows/placed.toml", PLACED);
    scene.tell(&["capture", "install", "orders"]);
    let gateway = scene.serve();
    let place = |id: i64| {
        format!("insert into orders (id, number, status) values ({id}, 'A-{id}', 'placed')")
    };
    scene.define(&place(1)).await;
    scene.until("placed", |counts| counts.delivered == 1).await;

    scene.write(
        "flows/placed.toml",
        &PLACED.replace("record.number", "record.nomber"),
    );
    scene.write("flows/cancelled.toml", CANCELLED);
    gateway.signal("-HUP");
    scene.until("cancelled", |_| true).await;
    scene.define(&place(2)).await;
    scene.until("placed", |counts| counts.delivered == 2).await;
    let wsdl = format!("{}/soap/gateway?wsdl", gateway.address());
    let begun = Instant::now();
    loop {
        let said = scene.tell(&["call", &wsdl, "ListFlows"]);
        if said.contains("placed.toml:11:") && said.contains("nomber") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{said}");
    }
    let text = PLACED.replace("'C-1'", "'C-2'");
    scene.write("flows/placed.toml", &text);
    gateway.signal("-HUP");
    while scene.tell(&["call", &wsdl, "ListFlows"]).contains("nomber") {
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
    let record = "<record><id>3</id><number>A-3</number><status>placed</status></record>";
    post(&gateway.address(), "CreateOrders", record, "after-reload");
    scene.until("placed", |counts| counts.delivered == 3).await;
    let message = scene
        .one("select message from {s}delivery where correlation = 'after-reload' and flow = 'placed'")
        .await
        .unwrap();
    assert!(message.contains(">C-2<"), "{message}");
}
