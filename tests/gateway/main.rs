//! The gateway as a black box: messages through sockets, on the sample CRM. Cases in `cases/` are a request and the whole answer to it;
//! `UPDATE_EXPECT=1` rewrites the answers. Every answer is held against the WSDL that the gateway serves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod changes;
mod contract;
#[allow(dead_code)]
#[path = "../database/place.rs"]
mod database;
mod failing;
mod ground;
mod http;
#[path = "../interop/process.rs"]
mod process;
mod reload;
mod typed;
mod users;
mod wire;
mod writes;

use std::fs;
use std::path::{Path, PathBuf};

use crate::contract::Contract;
use crate::ground::Ground;
use crate::http::Request;
use crate::process::Gateway;

/// Where the sample CRM's types and elements are.
pub(crate) const NAMESPACE: &str = "http://soapstone.local/crm/main";

/// Puts a request into an envelope of SOAP 1.1.
pub(crate) fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// The text of the first element of that name.
pub(crate) fn text<'a>(xml: &'a str, element: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{element}>"))?;
    rest.split_once("</").map(|(text, _)| text)
}

/// Every case on every database: sends `request.xml` with the lines of `head.txt` (path first, then headers), and compares with
/// `answer.txt`, or with `answer.{database}.txt` where the databases cannot agree. `only.txt` names the databases that have what it asks.
#[test]
fn each_case_is_answered_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(
        cases.len() > 20,
        "only {} cases in {}",
        cases.len(),
        folder.display()
    );
    let mut wrong: Vec<String> = Vec::new();
    for dialect in database::dialects() {
        let ground = Ground::on(dialect);
        let contract = Contract::served(&ground);
        let named = dialect.to_string().to_lowercase();
        let found = cases.iter().filter(|case| is_for(case, &named));
        wrong.extend(found.filter_map(|case| check(&ground, &contract, case, &named).err()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn is_for(case: &Path, dialect: &str) -> bool {
    match fs::read_to_string(case.join("only.txt")) {
        Ok(only) => only.lines().any(|line| line == dialect),
        Err(_) => true,
    }
}

fn check(ground: &Ground, contract: &Contract, case: &Path, dialect: &str) -> Result<(), String> {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let body = fs::read(case.join("request.xml")).unwrap();
    let body = String::from_utf8(body)
        .unwrap()
        .replace(NAMESPACE, ground.namespace());
    let head = fs::read_to_string(case.join("head.txt")).unwrap_or_default();
    let mut lines = head.lines();
    let mut request = Request::post(lines.next().unwrap_or("/soap/crm"), body.as_bytes());
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        request = request.with_header(name.trim(), value.trim());
    }
    let answer = request
        .with_header("X-Correlation-Id", "the-case")
        .send(ground);
    contract
        .check(&answer)
        .map_err(|error| format!("{name} on {dialect}: {error}\n{}", answer.body))?;
    let found = format!(
        "{}\n{}\n{}\n",
        answer.status,
        answer.header("content-type").unwrap_or_default(),
        without_versions(&answer.body).replace(ground.namespace(), NAMESPACE)
    );
    let own = case.join(format!("answer.{dialect}.txt"));
    let common = case.join("answer.txt");
    let expected = |file: &Path| fs::read_to_string(file).unwrap_or_default();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let _ = fs::remove_file(&own);
        if dialect == "sqlite" {
            fs::write(&common, &found).unwrap();
        } else if expected(&common) != found {
            fs::write(&own, &found).unwrap();
        }
    }
    let due = expected(if own.exists() { &own } else { &common });
    if due == found {
        Ok(())
    } else {
        Err(format!(
            "{name} on {dialect}: answered\n{found}\nbut due is\n{due}"
        ))
    }
}

/// A record's version is the database's own business.
fn without_versions(body: &str) -> String {
    let (declaration, body) = body.split_once("?>").unwrap_or(("", body));
    let mut pieces = body.split(" version=\"");
    let mut text = format!("{declaration}?>{}", pieces.next().unwrap_or_default());
    for piece in pieces {
        text.push_str(" version=\"…\"");
        text.push_str(piece.split_once('"').map_or(piece, |(_, rest)| rest));
    }
    text
}

#[test]
fn contracts_are_the_same_bytes_each_time_and_load_without_a_mistake() {
    let gateway = Gateway::with_sample();
    for path in [
        "/soap/crm?wsdl",
        "/soap/crm?wsdl=1.2",
        "/soap/crm?wsdl=all",
        "/soap/crm/tables/contact?WSDL",
        "/soap/crm/routines?wsdl",
    ] {
        let first = Request::get(path).send(&gateway);
        assert_eq!(first.status, 200, "{path}");
        assert_eq!(
            contract::mistakes(&first.body),
            Vec::<String>::new(),
            "{path}"
        );
        let tag = first.header("etag").unwrap().to_owned();
        let again = Request::get(path).send(&gateway);
        assert_eq!(
            (again.body == first.body, again.header("etag")),
            (true, Some(tag.as_str())),
            "{path}"
        );
        let known = Request::get(path)
            .with_header("If-None-Match", &tag)
            .send(&gateway);
        assert_eq!((known.status, known.body.as_str()), (304, ""), "{path}");
    }
    let split = Request::get("/soap/crm?wsdl=split").send(&gateway).body;
    assert!(
        split.contains("/soap/crm?xsd=0\""),
        "the schemas are imported"
    );
    assert_eq!(Request::get("/soap/crm?xsd=0").send(&gateway).status, 200);
    assert_eq!(Request::get("/soap/crm?xsd=9").send(&gateway).status, 404);
}

#[test]
fn addresses_follow_the_host_and_trusted_proxies_only() {
    let gateway = Gateway::with_sample();
    let address = |request: Request| {
        let wsdl = request.send(&gateway).body;
        wsdl.split_once("location=\"")
            .unwrap()
            .1
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        address(Request::get("/soap/crm?wsdl").with_header("Host", "crm.example:81")),
        "http://crm.example:81/soap/crm"
    );
    let forwarded = Request::get("/soap/crm?wsdl")
        .with_header("Host", "a")
        .with_header("X-Forwarded-Host", "evil");
    assert_eq!(address(forwarded), "http://a/soap/crm");
    let odd = address(Request::get("/soap/crm?wsdl").with_header("Host", "a\"><b"));
    assert!(odd.starts_with("http://127.0.0.1:"), "{odd}");
}

#[test]
fn a_browser_sends_nothing_for_a_page_of_another_site() {
    let gateway = Gateway::with_sample();
    let body = envelope(&format!(
        "<CountCompany xmlns=\"{NAMESPACE}\"></CountCompany>"
    ));
    let own = gateway.address().to_owned();
    for (origin, status) in [
        (own.as_str(), 200),
        ("chrome-extension://abcdef", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let post = Request::post("/soap/crm", body.as_bytes()).with_header("Origin", origin);
        assert_eq!(post.send(&gateway).status, status, "{origin}");
    }
    let reload = Request::post("/reload", b"").with_header("Origin", "http://evil.example");
    assert_eq!(reload.send(&gateway).status, 403);
}

#[test]
fn pages_health_and_counters_are_served() {
    let gateway = Ground::sample();
    for (path, holds) in [
        ("/", "QueryCompany"),
        ("/soap/crm", "/soap/crm/tables/contact"),
        ("/soap/crm/tables/contact", "last_name"),
        ("/soap/crm/routines", "CustomerBalance"),
        ("/health/live", "live"),
        ("/health/ready", "ready"),
    ] {
        let answer = Request::get(path).send(&gateway);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains(holds), "{path}: {}", answer.body);
    }
    gateway.call("GetCompany", "<id>1</id>");
    let counters = Request::get("/metrics").send(&gateway).body;
    assert!(
        counters.contains("soapstone_requests_total{operation=\"GetCompany\",outcome=\"ok\"} 1"),
        "{counters}"
    );
    assert_eq!(
        Request::get("/soap/crm/tables/nothing")
            .send(&gateway)
            .status,
        404
    );
}

#[test]
fn limits_are_named_by_the_fault() {
    let gateway = Ground::sample();
    let deep = "<filter><noneOf>".to_owned()
        + &"<allOf>".repeat(200)
        + &"</allOf>".repeat(200)
        + "</noneOf></filter>";
    let long = format!(
        "<filter><name><eq>{}</eq></name></filter>",
        "x".repeat(9 << 20)
    );
    for (name, content) in [("deep", &deep), ("long", &long)] {
        let answer = gateway.call("QueryCompany", content);
        assert_eq!(
            text(&answer.body, "code"),
            Some("LimitExceeded"),
            "{name}: {}",
            answer.body
        );
    }
    let huge = gateway.call("QueryCompany", &" ".repeat(17 << 20));
    assert_eq!(
        (huge.status, text(&huge.body, "code")),
        (413, Some("LimitExceeded"))
    );
}

#[test]
fn what_is_exported_is_what_is_committed() {
    let scratch = process::Scratch::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_soapstone"));
    process::run(command.args(["wsdl", "export"]).arg(scratch.path()));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["wsdl/crm.wsdl", "xsd/crm.xsd"] {
        let exported = fs::read_to_string(scratch.path().join(file)).unwrap();
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), &exported).unwrap();
        }
        let committed = fs::read_to_string(root.join(file)).unwrap_or_default();
        assert!(
            exported == committed,
            "{file} is not what `soapstone wsdl export .` writes"
        );
    }
}
