//! What writes leave behind: nothing half done, nothing twice, nothing that another has changed meanwhile.

use crate::contract::Contract;
use crate::ground::{Ground, each};
use crate::text;

fn created(gateway: &Ground, name: &str) -> String {
    let answer = gateway.call(
        "CreateCompany",
        &format!("<record><name>{name}</name></record>"),
    );
    text(&answer.body, "id")
        .unwrap_or_else(|| panic!("{}", answer.body))
        .to_owned()
}

fn count(gateway: &Ground, filter: &str) -> u64 {
    let answer = gateway.call("CountCompany", &format!("<filter>{filter}</filter>"));
    text(&answer.body, "count")
        .unwrap_or_else(|| panic!("{}", answer.body))
        .parse()
        .unwrap()
}

#[test]
fn a_batch_is_all_or_nothing_unless_asked_otherwise() {
    for gateway in each() {
        let records =
            "<record><name>Batch</name></record><record><id>1</id><name>Batch</name></record>";
        let answer = gateway.call("CreateCompany", records);
        assert_eq!(
            text(&answer.body, "code"),
            Some("Duplicate"),
            "{}",
            answer.body
        );
        assert_eq!(count(&gateway, "<name><eq>Batch</eq></name>"), 0);
        let answer = gateway.call("CreateCompany", &format!("{records}<mode>perRecord</mode>"));
        assert_eq!(
            answer.body.matches("<status>").count(),
            2,
            "{}",
            answer.body
        );
        assert_eq!(text(&answer.body, "status"), Some("created"));
        assert_eq!(text(&answer.body, "code"), Some("Duplicate"));
        assert_eq!(count(&gateway, "<name><eq>Batch</eq></name>"), 1);
    }
}

#[test]
fn sql_in_a_value_is_a_value() {
    for gateway in each() {
        let before = count(&gateway, "");
        for text in [
            "'; drop table company; --",
            "\" or 1=1",
            "$1 ? :x \\' %s",
            "' union select * from app_user --",
        ] {
            let escaped = text.replace('<', "&lt;");
            created(&gateway, &escaped);
            assert_eq!(
                count(&gateway, &format!("<name><eq>{escaped}</eq></name>")),
                1,
                "{text}"
            );
            let answer = gateway.call(
                "QueryCompany",
                &format!("<orderBy><field>{escaped}</field></orderBy>"),
            );
            assert_eq!(
                crate::text(&answer.body, "code"),
                Some("UnknownName"),
                "{text}"
            );
        }
        assert_eq!(count(&gateway, ""), before + 4);
    }
}

#[test]
fn a_stale_version_is_a_conflict_that_tells_the_current_record() {
    for gateway in each() {
        let id = created(&gateway, "Conflict");
        let read = gateway.call("GetCompany", &format!("<id>{id}</id>"));
        let version = read
            .body
            .split_once("record version=\"")
            .unwrap()
            .1
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let update = |name: &str, version: &str| {
            gateway.call(
                "UpdateCompany",
                &format!("<record version=\"{version}\"><id>{id}</id><name>{name}</name></record>"),
            )
        };
        assert_eq!(
            text(&update("First", &version).body, "status"),
            Some("updated")
        );
        let answer = update("Second", &version);
        assert_eq!(
            text(&answer.body, "code"),
            Some("Conflict"),
            "{}",
            answer.body
        );
        assert_eq!(text(&answer.body, "name"), Some("First"));
        assert_eq!(text(&answer.body, "field"), Some("name"));
        Contract::served(&gateway).check(&answer).unwrap();
        let delete = gateway.call(
            "DeleteCompany",
            &format!("<key version=\"{version}\"><id>{id}</id></key>"),
        );
        assert_eq!(
            text(&delete.body, "code"),
            Some("Conflict"),
            "{}",
            delete.body
        );
        let delete = gateway.call("DeleteCompany", &format!("<key><id>{id}</id></key>"));
        assert_eq!(
            text(&delete.body, "status"),
            Some("deleted"),
            "{}",
            delete.body
        );
    }
}

#[test]
fn absent_nil_and_empty_are_three_things() {
    for gateway in each() {
        let id = created(&gateway, "Three");
        let update = |fields: &str| {
            gateway.call(
                "UpdateCompany",
                &format!("<record><id>{id}</id>{fields}</record>"),
            )
        };
        let phone = || {
            let body = gateway.call("GetCompany", &format!("<id>{id}</id>")).body;
            if body.contains("<phone xsi:nil=\"true\"/>") {
                None
            } else {
                text(&body, "phone").map(str::to_owned)
            }
        };
        update("<phone>1</phone>");
        update("<name>Still</name>");
        assert_eq!(phone().as_deref(), Some("1"));
        update("<phone></phone>");
        assert_eq!(phone().as_deref(), Some(""));
        update("<phone xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"/>");
        assert_eq!(phone(), None);
        let nil = update(
            "<name xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"/>",
        );
        assert_eq!(
            text(&nil.body, "code"),
            Some("InvalidValue"),
            "{}",
            nil.body
        );
    }
}

#[test]
fn pages_stay_right_while_rows_are_written() {
    for gateway in each() {
        let before = count(&gateway, "");
        let mut seen: Vec<u64> = Vec::new();
        let mut cursor = String::new();
        loop {
            let body = gateway
                .call(
                    "QueryCompany",
                    &format!("<field>name</field><pageSize>7</pageSize>{cursor}"),
                )
                .body;
            seen.extend(
                body.split("<id>")
                    .skip(1)
                    .map(|rest| rest.split('<').next().unwrap().parse::<u64>().unwrap()),
            );
            // One page back a row goes, and at the end one comes: neither moves what is still to come.
            let first = seen.first().copied().unwrap();
            gateway.call(
                "UpdateCompany",
                &format!("<record><id>{first}</id><name>Moved</name></record>"),
            );
            match text(&body, "nextCursor") {
                Some(next) => cursor = format!("<cursor>{next}</cursor>"),
                None => break,
            }
        }
        let distinct: std::collections::BTreeSet<u64> = seen.iter().copied().collect();
        assert_eq!((seen.len() as u64, distinct.len() as u64), (before, before));
    }
}

#[test]
fn a_repeat_with_an_idempotency_key_answers_what_was_answered() {
    for gateway in each() {
        let send = |key: &str, name: &str, header: bool| {
            let record = format!("<record><name>{name}</name></record>");
            let request = gateway.request("CreateCompany", &record);
            let request = if header {
                let namespace = gateway.namespace();
                request.with_block(&format!(
                    "<IdempotencyKey xmlns=\"{namespace}\">{key}</IdempotencyKey>"
                ))
            } else {
                request.with_header("Idempotency-Key", key)
            };
            request.send(&gateway)
        };
        for (header, key) in [(true, "a"), (false, "b")] {
            let first = send(key, "Once", header);
            assert_eq!(first.status, 200, "{}", first.body);
            assert_eq!(send(key, "Once", header).body, first.body);
            let other = send(key, "Other", header);
            assert_eq!(
                text(&other.body, "code"),
                Some("IdempotencyKeyReused"),
                "{}",
                other.body
            );
        }
        assert_eq!(count(&gateway, "<name><eq>Once</eq></name>"), 2);
        assert_eq!(count(&gateway, "<name><eq>Other</eq></name>"), 0);
    }
}

/// What was read with its related records goes back whole; only what is not stored so is refused, by its place.
#[test]
fn a_record_that_was_read_with_related_ones_goes_back() {
    for gateway in each() {
        let expand = "<id>1</id><expand>contact</expand><expand>contact/company</expand><expand>owner</expand>";
        let read = gateway.call("GetCompany", expand).body;
        let record = |body: &str| {
            let (_, rest) = body.split_once("<record ").unwrap();
            let (record, _) = rest.rsplit_once("</record>").unwrap();
            format!("<record {record}</record>")
        };
        let sent = |record: &str| {
            let nil = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
            let record = record.replacen("<record ", &format!("<record {nil} "), 1);
            gateway.call("UpdateCompany", &record)
        };
        let whole = record(&read);
        assert!(
            whole.contains("Agnieszka") && whole.contains("<owner "),
            "{whole}"
        );
        let answer = sent(&whole);
        assert_eq!(
            text(&answer.body, "status"),
            Some("updated"),
            "{}",
            answer.body
        );
        Contract::served(&gateway).check(&answer).unwrap();

        // Its own fields are written beside them, one that leads to another record too.
        let again = record(&gateway.call("GetCompany", expand).body);
        let owner = format!("<owner_id>{}<", text(&again, "owner_id").unwrap());
        let answer = sent(&again.replacen(&owner, "<owner_id>4<", 1));
        assert_eq!(
            text(&answer.body, "status"),
            Some("updated"),
            "{}",
            answer.body
        );
        let owner = gateway.call("GetCompany", "<id>1</id>").body;
        assert_eq!(text(&owner, "owner_id"), Some("4"));

        let changed = record(&gateway.call("GetCompany", expand).body);
        let answer = sent(&changed.replace("Agnieszka", "Maria"));
        assert_eq!(
            text(&answer.body, "code"),
            Some("RelatedDiffers"),
            "{}",
            answer.body
        );
        assert!(
            answer.body.contains("/related/contact[1]</path>"),
            "{}",
            answer.body
        );
        Contract::served(&gateway).check(&answer).unwrap();
        let contact = gateway.call("GetContact", "<id>1</id>").body;
        assert_eq!(text(&contact, "first_name"), Some("Agnieszka"));
    }
}
