//! Files of flows: what the check finds in them, with its place, and what a draft makes of names and types.

use crate::scene::Scene;
use soapstone_contracts::sample::write_contract;

const CRM: &str = "
create table company (id integer primary key, name varchar(200) not null, erp_number varchar(64), vip boolean not null default 0);
create table product (sku varchar(60) primary key, title varchar(100));
create table sales_order (id integer primary key, number varchar(20) not null, company_id integer not null references company (id),
    order_date date not null, currency varchar(3) not null, note varchar(500), placed_at time, total numeric(10,2));
create table sales_order_line (order_id integer not null references sales_order (id), line_no integer not null,
    sku varchar(60) not null references product (sku), quantity numeric(12,5) not null, unit_price numeric(18,4) not null, primary key (order_id, line_no))";

const FLOW: &str = r#"
[source]
table = "sales_order"
expand = ["company", "sales_order_line", "nothing"]
on = ["insert", "upsert"]
[sink]
wsdl = "sample-erp.wsdl"
operation = "SubmitOrder"
[sink.header]
"ClientContext/Systen" = "'CRM'"
[map]
"Order/ExternalReference" = "record.numbr"
"Order/Customer/CustomerNumber" = "record.company.erp_number"
"Order/Customer/Nam" = "record.company.name"
"Order/OrderDate" = "record.placed_at"
"Order/Customer/Email" = "lower(record.number)"
"Order/Currency" = "'Euro'"
"Order/Lines/Line[]" = "record.sales_order_line"
"Order/Lines/Line[]/@lineNumber" = "Line.line_no"
"Order/Lines/Line[]/ItemNumber" = "Line.sku"
"Order/Lines/Line[]/Quantity" = "Line.quantity"
"Order/Comment/Text" = "record.total * 2"
[write]
erp_nr = "reference"
[policy]
rate = 0
"#;

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let scene = Scene::new(CRM).await;
    write_contract(&scene.folder.join("flows"), "http://127.0.0.1:1/").unwrap();
    scene.write("flows/wrong.toml", FLOW);
    let output = scene.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for (place, what) in [
        ("4:42", "has no relation `nothing`"),
        ("5:17", "`upsert` is no kind of change"),
        ("10:1", "has no `Systen`; it has: System, User"),
        ("12:1", "has no column `numbr`"),
        ("14:1", "has no `Nam`"),
        ("15:1", "`placed_at` holds values of type"),
        ("17:1", "`Currency`: \"Euro\" is not valid"),
        ("18:1", "needs `UnitPrice`, and nothing is mapped to it"),
        ("22:1", "`Comment` is a single value and has no fields"),
        ("24:1", "has no column `erp_nr`"),
        ("16:1", "lower"),
        ("22:1", "record.total * 2: "),
        ("26:8", "`rate` is a number from 1 to"),
    ] {
        assert!(
            said.lines()
                .any(|line| line.contains(&format!("wrong.toml:{place}: ")) && line.contains(what)),
            "{place} {what}\n{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_does_not_keep_the_database_from_being_checked() {
    let scene = Scene::new(CRM).await;
    scene
        .define("create view broken as select * from nowhere")
        .await;
    write_contract(&scene.folder.join("flows"), "http://127.0.0.1:1/").unwrap();
    scene.write("flows/wrong.toml", FLOW);
    std::fs::create_dir(scene.folder.join("routines")).unwrap();
    scene.write("routines/broken.sql", "select 1;\n-- name: stock\nselect 2");
    let url = format!("sqlite:{}", scene.folder.join("crm.sqlite").display());
    scene.write(
        "soapstone.toml",
        &format!(
            r#"[server]
listen = "127.0.0.1:0"
adress = "x"
[database]
url = "{url}"
routines = "routines"
include = ["main.*", "main.sales_ordr"]
exclude = ["product", "main.log_*", "main.broken"]
[database.rename]
"main.company.nam" = "title"
[database.keys]
"main.company" = ["idd"]
[[role.clerk.grant]]
operations = ["update"]
on = ["sales_order", "flow.x", "invoices", "stock", "broken"]
columns = ["number", "stat"]
[flows]
folder = "flows"
"#
        ),
    );
    let output = scene.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for what in [
        "soapstone.toml:3:1: unknown key `adress`: did you mean `address`?",
        "broken.sql",
        "soapstone.toml:7:22: database.include: the database has no `main.sales_ordr`: did you mean `main.sales_order`?",
        "soapstone.toml:8:12: database.exclude: the database has no `product`: did you mean `main.product`?",
        "soapstone.toml:10:1: database.rename: the database has no `main.company.nam`: did you mean `main.company.name`?",
        "soapstone.toml:12:19: database.keys: the database has no `main.company.idd`: did you mean `main.company.id`?",
        "soapstone.toml:15:32: role.clerk: the database has no `invoices`",
        "soapstone.toml:16:22: role.clerk: the database has no `sales_order.stat`",
        "flows/wrong.toml:12:1: ",
    ] {
        assert!(said.contains(what), "{what}\n{said}");
    }
    assert!(!said.contains("has no `stock`"), "{said}");
    assert!(!said.contains("has no `main.broken`"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_right_where_names_and_types_say_enough() {
    let scene = Scene::new(CRM).await;
    write_contract(&scene.folder.join("flows"), "http://127.0.0.1:1/").unwrap();
    let said = scene.tell(&[
        "flow",
        "new",
        "orders",
        "--table",
        "sales_order",
        "--wsdl",
        "sample-erp.wsdl",
        "--operation",
        "SubmitOrder",
    ]);
    let draft = scene.read("flows/orders.toml");
    for line in [
        "expand = [\"company\", \"sales_order_line\"]",
        "\"Order/Customer/CustomerNumber\" = \"record.company.erp_number\"",
        "\"Order/Customer/Name\" = \"record.company.name\"",
        "\"Order/OrderDate\" = \"record.order_date\"",
        "\"Order/Currency\" = \"record.currency\"",
        "\"Order/Lines/Line[]\" = \"record.sales_order_line\"",
        "\"Order/Lines/Line[]/@lineNumber\" = \"Line.line_no\"",
        "\"Order/Lines/Line[]/ItemNumber\" = \"Line.sku\"",
        "\"Order/Lines/Line[]/Quantity\" = \"Line.quantity\"",
        "\"Order/Lines/Line[]/UnitPrice\" = \"Line.unit_price\"",
        "\"Order/Comment\" = \"record.note\"",
        "reference = \"answer.Confirmation.OrderNumber\"",
    ] {
        assert!(draft.lines().any(|own| own == line), "{line}\n{draft}");
    }
    // No column is called a reference: that is left to a person, and said.
    assert!(
        draft.contains("# \"Order/ExternalReference\" = \"\"   # FILL"),
        "{draft}"
    );
    assert!(said.contains("needs `ExternalReference`"), "{said}");
    let filled = draft.replace(
        "# \"Order/ExternalReference\" = \"\"",
        "\"Order/ExternalReference\" = \"record.number\"",
    );
    scene.write("flows/orders.toml", &filled);
    scene.tell(&["capture", "install", "sales_order"]);
    let said = scene.tell(&["flow", "check"]);
    for warning in [
        "`erp_number` may hold 64 characters; at most 32 fit in `CustomerNumber`",
        "`erp_number` may be null, and `CustomerNumber` must be there",
        "`sku` may hold 60 characters; at most 40 fit in `ItemNumber`",
        "`quantity` may hold 5 digits after the point; at most 3 fit in `Quantity`",
    ] {
        assert!(said.contains(warning), "{warning}\n{said}");
    }
    scene
        .define("insert into company (id, name) values (1, 'A & B'); insert into sales_order (id, number, company_id, order_date, currency) values (1, 'S-1', 1, '2026-01-02', 'eur')")
        .await;
    let said = scene.tell(&["flow", "try", "orders", "id=1"]);
    assert!(
        said.contains("no message: ") && said.contains("\"eur\" is not valid for CurrencyCode"),
        "{said}"
    );
    scene
        .define("update company set erp_number = 'K-1'; update sales_order set currency = 'EUR';
            insert into product values ('PMP-1', null); insert into sales_order_line values (1, 1, 'PMP-1', 2, '9.99')")
        .await;
    let said = scene.tell(&["flow", "try", "orders", "id=1"]);
    assert!(
        said.contains("valid, and would go out") && said.contains("A &amp; B"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_for_an_encoded_array_fills_its_items() {
    let scene = Scene::new(
        "create table orders (id integer primary key, name varchar(20) not null);
        create table line (id integer primary key, orders_id integer not null references orders (id), sku varchar(20) not null, quantity int not null)",
    )
    .await;
    scene.write("flows/third_party.wsdl", include_str!("third_party.wsdl"));
    let said = scene.tell(&[
        "flow",
        "new",
        "orders",
        "--table",
        "orders",
        "--wsdl",
        "third_party.wsdl",
        "--operation",
        "StoreLines",
    ]);
    let draft = scene.read("flows/orders.toml");
    for line in [
        "\"id\" = \"record.id\"",
        "\"lines[]\" = \"record.line\"",
        "\"lines[]/sku\" = \"lines.sku\"",
    ] {
        assert!(draft.lines().any(|own| own == line), "{line}\n{draft}");
    }
    assert!(!draft.contains("@offset"), "{draft}");
    assert!(!said.contains("it is a single value"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_flows_are_right() {
    let scene = Scene::new(include_str!("../../sample/sqlite.sql")).await;
    let flows = scene.folder.join("flows");
    write_contract(&flows, "http://127.0.0.1:1/").unwrap();
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/flows");
    let mut count = 0;
    for folder in [samples.clone(), samples.join("examples")] {
        for entry in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
        {
            if entry.path().is_file() {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                let text = text.replace("{ env = \"HOOK_SECRET\" }", "\"secret\"");
                std::fs::write(flows.join(entry.file_name()), text).unwrap();
                count += 1;
            }
        }
    }
    scene.tell(&["capture", "install", "sales_order", "lead", "company"]);
    let said = scene.tell(&["flow", "check"]);
    assert!(said.contains(&format!("{count} flows are right")), "{said}");
}
