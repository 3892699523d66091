//! The change log of a table, from capture to `Changes{T}`, on every database.

use std::process::Command;

use crate::contract::Contract;
use crate::database::dialects;
use crate::ground::{Ground, sample};
use crate::process::run;
use crate::text;

fn soapstone(arguments: &[&str]) -> String {
    run(Command::new(env!("CARGO_BIN_EXE_soapstone")).args(arguments))
}

#[test]
fn what_happens_to_a_captured_table_is_told_in_order() {
    for dialect in dialects() {
        let ground = Ground::with(dialect, &sample(dialect));
        let changes = |content: &str| ground.call("ChangesCompany", content);
        assert_eq!(
            text(&changes("").body, "code"),
            Some("UnknownOperation"),
            "{dialect}"
        );
        soapstone(&["capture", "install", "company", "--db", ground.url()]);
        soapstone(&["reload", ground.address()]);
        let contract = Contract::served(&ground);
        let before = changes("").body;
        let mut since = text(&before, "nextSince")
            .unwrap_or_else(|| panic!("{dialect}: {before}"))
            .to_owned();
        let created = ground
            .call("CreateCompany", "<record><name>Ż ]]&gt; 🚂</name></record>")
            .body;
        let id = text(&created, "id").unwrap().to_owned();
        ground.call(
            "UpdateCompany",
            &format!("<record><id>{id}</id><phone>1</phone></record>"),
        );
        ground.call("DeleteCompany", &format!("<key><id>{id}</id></key>"));
        ground.call(
            "UpdateCompany",
            "<record><id>2</id><phone>2</phone></record>",
        );
        let mut told = Vec::new();
        for _ in 0..4 {
            let answer = changes(&format!("<since>{since}</since><pageSize>1</pageSize>"));
            contract
                .check(&answer)
                .unwrap_or_else(|error| panic!("{dialect}: {error}\n{}", answer.body));
            let kind =
                text(&answer.body, "kind").unwrap_or_else(|| panic!("{dialect}: {}", answer.body));
            let phone = text(&answer.body, "phone").unwrap_or("gone");
            told.push(format!(
                "{kind} {} {phone}",
                text(&answer.body, "id").unwrap()
            ));
            since = text(&answer.body, "nextSince").unwrap().to_owned();
        }
        // The record is the one of now: it is gone for the first three.
        let due = ["insert", "update", "delete"].map(|kind| format!("{kind} {id} gone"));
        assert_eq!(told[..3], due, "{dialect}");
        assert_eq!(told[3], "update 2 2", "{dialect}");
        let end = changes(&format!("<since>{since}</since>")).body;
        assert_eq!(text(&end, "kind"), None, "{dialect}: {end}");
        let stale = changes("<since>nonsense</since>");
        contract.check(&stale).unwrap();
        assert_eq!(
            text(&stale.body, "code"),
            Some("InvalidCursor"),
            "{dialect}: {}",
            stale.body
        );
        soapstone(&["capture", "remove", "company", "--db", ground.url()]);
        soapstone(&["reload", ground.address()]);
        assert_eq!(
            text(&changes("").body, "code"),
            Some("UnknownOperation"),
            "{dialect}"
        );
    }
}

#[test]
fn a_page_of_changes_ends_where_its_records_are_many_bytes() {
    for dialect in dialects() {
        let small = "[contract]\nmax_page_bytes = 4000\n";
        let ground = Ground::with_configuration(dialect, &sample(dialect), small);
        soapstone(&["capture", "install", "company", "--db", ground.url()]);
        soapstone(&["reload", ground.address()]);
        let changes = |content: &str| ground.call("ChangesCompany", content).body;
        let mut since = text(&changes(""), "nextSince").unwrap().to_owned();
        let site = "x".repeat(190);
        let records: String = (1..=30)
            .map(|id| format!("<record><id>{id}</id><website>{site}</website></record>"))
            .collect();
        ground.call("UpdateCompany", &records);
        let mut told = Vec::new();
        let mut pages = 0;
        loop {
            let page = changes(&format!("<since>{since}</since><pageSize>100</pageSize>"));
            since = text(&page, "nextSince").unwrap().to_owned();
            let ids = page.split("<key>").skip(1);
            let before = told.len();
            told.extend(ids.filter_map(|key| text(key, "id")?.parse::<u32>().ok()));
            if told.len() == before {
                break;
            }
            pages += 1;
            assert!(page.len() < 12_000, "{dialect}: {}", page.len());
        }
        assert_eq!(told, (1..=30).collect::<Vec<u32>>(), "{dialect}");
        assert!(pages > 1, "{dialect}");
    }
}

#[test]
fn the_sample_shows_the_changes_of_its_orders_from_the_start() {
    let ground = Ground::sample();
    let answer = ground.call("ChangesSalesOrder", "<pageSize>5</pageSize>");
    assert_eq!(
        text(&answer.body, "kind"),
        Some("update"),
        "{}",
        answer.body
    );
    Contract::served(&ground).check(&answer).unwrap();
}
