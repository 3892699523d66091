//! What writes leave behind: nothing half done, nothing twice, nothing that another has changed meanwhile.

use std::fs;

use crate::ground::{Gateway, Scratch, run};
use crate::http::{Answer, Request};
use crate::{NAMESPACE, call, envelope, text};

fn created(gateway: &Gateway, name: &str) -> String {
    let answer = call(
        gateway,
        "CreateCompany",
        &format!("<record><name>{name}</name></record>"),
    );
    text(&answer.body, "id")
        .unwrap_or_else(|| panic!("{}", answer.body))
        .to_owned()
}

fn count(gateway: &Gateway, filter: &str) -> u64 {
    let answer = call(
        gateway,
        "CountCompany",
        &format!("<filter>{filter}</filter>"),
    );
    text(&answer.body, "count")
        .unwrap_or_else(|| panic!("{}", answer.body))
        .parse()
        .unwrap()
}

#[test]
fn a_batch_is_all_or_nothing_unless_asked_otherwise() {
    let gateway = Gateway::with_sample();
    let records =
        "<record><name>Batch</name></record><record><id>1</id><name>Batch</name></record>";
    let answer = call(&gateway, "CreateCompany", records);
    assert_eq!(
        text(&answer.body, "code"),
        Some("Duplicate"),
        "{}",
        answer.body
    );
    assert_eq!(count(&gateway, "<name><eq>Batch</eq></name>"), 0);
    let answer = call(
        &gateway,
        "CreateCompany",
        &format!("{records}<mode>perRecord</mode>"),
    );
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

#[test]
fn sql_in_a_value_is_a_value() {
    let gateway = Gateway::with_sample();
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
        let answer = call(
            &gateway,
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

#[test]
fn a_stale_version_is_a_conflict_that_tells_the_current_record() {
    let gateway = Gateway::with_sample();
    let id = created(&gateway, "Conflict");
    let read = call(&gateway, "GetCompany", &format!("<id>{id}</id>"));
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
        call(
            &gateway,
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
    crate::contract::Contract::served(&gateway)
        .check(&answer)
        .unwrap();
    let delete = call(
        &gateway,
        "DeleteCompany",
        &format!("<key version=\"{version}\"><id>{id}</id></key>"),
    );
    assert_eq!(
        text(&delete.body, "code"),
        Some("Conflict"),
        "{}",
        delete.body
    );
    let delete = call(
        &gateway,
        "DeleteCompany",
        &format!("<key><id>{id}</id></key>"),
    );
    assert_eq!(
        text(&delete.body, "status"),
        Some("deleted"),
        "{}",
        delete.body
    );
}

#[test]
fn absent_nil_and_empty_are_three_things() {
    let gateway = Gateway::with_sample();
    let id = created(&gateway, "Three");
    let update = |fields: &str| {
        call(
            &gateway,
            "UpdateCompany",
            &format!("<record><id>{id}</id>{fields}</record>"),
        )
    };
    let phone = || {
        let body = call(&gateway, "GetCompany", &format!("<id>{id}</id>")).body;
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
    let nil =
        update("<name xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"/>");
    assert_eq!(
        text(&nil.body, "code"),
        Some("InvalidValue"),
        "{}",
        nil.body
    );
}

#[test]
fn pages_stay_right_while_rows_are_written() {
    let gateway = Gateway::with_sample();
    let before = count(&gateway, "");
    let mut seen: Vec<u64> = Vec::new();
    let mut cursor = String::new();
    loop {
        let body = call(
            &gateway,
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
        call(
            &gateway,
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

#[test]
fn a_repeat_with_an_idempotency_key_answers_what_was_answered() {
    let gateway = Gateway::with_sample();
    let send = |key: &str, name: &str, header: bool| {
        let request = format!(
            "<CreateCompany xmlns=\"{NAMESPACE}\"><record><name>{name}</name></record></CreateCompany>"
        );
        let block = format!(
            "<s:Header><IdempotencyKey xmlns=\"{NAMESPACE}\">{key}</IdempotencyKey></s:Header><s:Body>"
        );
        let body = if header {
            envelope(&request).replace("<s:Body>", &block)
        } else {
            envelope(&request)
        };
        let message = Request::post("/soap/crm", body.as_bytes());
        if header {
            message.send(&gateway)
        } else {
            message.with_header("Idempotency-Key", key).send(&gateway)
        }
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

#[test]
fn nobody_does_more_than_they_were_granted() {
    let scratch = Scratch::new();
    let hash = |password: &str| {
        let command = format!(
            "printf %s '{password}' | '{}' hash-password",
            env!("CARGO_BIN_EXE_soapstone")
        );
        run(std::process::Command::new("sh").args(["-c", &command]))
            .trim()
            .to_owned()
    };
    let config = scratch.path().join("soapstone.toml");
    let text_of = format!(
        "[[user]]\nname = \"reader\"\npassword_hash = '{}'\nroles = [\"reader\"]\n\
         [[user]]\nname = \"writer\"\npassword_hash = '{}'\nroles = [\"reader\", \"writer\"]\n\
         [[role.reader.grant]]\noperations = [\"read\"]\non = [\"company\"]\ncolumns = [\"id\", \"name\"]\n\
         [[role.writer.grant]]\noperations = [\"update\"]\non = [\"company\"]\ncolumns = [\"phone\"]\n",
        hash("one"),
        hash("two")
    );
    fs::write(&config, text_of).unwrap();
    let gateway = Gateway::start(&["--config", config.to_str().unwrap()]);
    let send = |user: Option<&str>, operation: &str, content: &str| -> Answer {
        let body = envelope(&format!(
            "<{operation} xmlns=\"{NAMESPACE}\">{content}</{operation}>"
        ));
        let request = Request::post("/soap/crm", body.as_bytes());
        match user {
            Some(user) => request
                .with_header("Authorization", &format!("Basic {user}"))
                .send(&gateway),
            None => request.send(&gateway),
        }
    };
    // reader:one, writer:two, reader:two
    let (reader, writer, wrong) = (
        Some("cmVhZGVyOm9uZQ=="),
        Some("d3JpdGVyOnR3bw=="),
        Some("cmVhZGVyOnR3bw=="),
    );
    for user in [None, wrong] {
        let answer = send(user, "GetCompany", "<id>1</id>");
        assert_eq!(
            (answer.status, text(&answer.body, "code")),
            (401, Some("Unauthenticated")),
            "{}",
            answer.body
        );
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic")
        );
    }
    let seen = send(reader, "GetCompany", "<id>1</id>").body;
    assert_eq!(
        (text(&seen, "name"), text(&seen, "tax_id")),
        (Some("Stalmet"), None),
        "{seen}"
    );
    for (user, operation, content, allowed) in [
        (
            reader,
            "UpdateCompany",
            "<record><id>1</id><phone>5</phone></record>",
            false,
        ),
        (
            writer,
            "UpdateCompany",
            "<record><id>1</id><phone>5</phone></record>",
            true,
        ),
        (
            writer,
            "UpdateCompany",
            "<record><id>1</id><name>5</name></record>",
            false,
        ),
        (writer, "DeleteCompany", "<key><id>1</id></key>", false),
        (
            reader,
            "QueryCompany",
            "<filter><tax_id><isNull>true</isNull></tax_id></filter>",
            false,
        ),
        (
            reader,
            "QueryCompany",
            "<orderBy><field>tax_id</field></orderBy>",
            false,
        ),
        (reader, "QueryCompany", "<expand>contact</expand>", false),
        (reader, "QueryContact", "", false),
        (
            reader,
            "CustomerBalance",
            "<company_id>1</company_id>",
            false,
        ),
    ] {
        let answer = send(user, operation, content);
        let due = if allowed { None } else { Some("Denied") };
        assert_eq!(
            text(&answer.body, "code"),
            due,
            "{operation} {content}: {}",
            answer.body
        );
    }
}
