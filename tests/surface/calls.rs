//! Calling third parties as they ask for it: versions, styles, credentials, header blocks, TLS; each told by a server of another
//! language that checks. All of the flows feed on the same change.

use std::path::Path;
use std::process::Command;

use crate::scene::{Process, Scene, own, post};

pub(crate) const CRM: &str =
    "create table orders (id integer primary key, name varchar(40) not null, number varchar(20))";

pub(crate) fn third_party(log: &Path, tls: &[&str]) -> Process {
    let mut command = Command::new("python3");
    command
        .arg(own("third_party.py"))
        .arg(log)
        .arg(own("third_party.wsdl"))
        .args(tls);
    Process::start(&mut command, "http://")
}

/// A flow to a path of the third party, with what else its sink is told.
pub(crate) fn flow(address: &str, path: &str, port: &str, more: &str) -> String {
    let operation = if matches!(port, "Rpc" | "Encoded" | "Lists") {
        "Store"
    } else {
        "Put"
    };
    format!(
        "[source]\ntable = \"orders\"\n[sink]\nwsdl = \"{address}/contract?wsdl\"\nport = \"{port}\"\noperation = \"{operation}\"\naddress = \"{address}/{path}\"\n\
         [map]\n\"id\" = \"record.id\"\n\"name\" = \"record.name\"\n[answer]\nreference = \"answer.number\"\n{more}\n"
    )
}

/// Makes an authority, and certificates of it for a server and a client.
fn certificates(folder: &Path) {
    let script = "set -e
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -subj /CN=$1 \"${@:2}\"; }
new authority -x509 -days 2 -out authority.pem
for name in server client; do
  new $name -out $name.csr
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nextendedKeyUsage=%sAuth\\n' $name > $name.ext
  openssl x509 -req -in $name.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile $name.ext -out $name.pem
done";
    let made = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// One that is called in the open, and one that asks for a certificate.
fn third_parties(scene: &Scene, log: &Path) -> (Process, Process) {
    certificates(&scene.folder);
    let at = |name: &str| scene.folder.join(name).display().to_string();
    let tls = third_party(
        &scene.folder.join("tls-calls"),
        &[&at("server.pem"), &at("server.key"), &at("authority.pem")],
    );
    (third_party(log, &[]), tls)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_calls_third_parties_as_they_ask() {
    let scene = Scene::new(CRM).await;
    let log = scene.folder.join("calls");
    let (peer, tls) = third_parties(&scene, &log);
    let at = |name: &str| scene.folder.join(name).display().to_string();
    let address = peer.address();
    let call = |path: &str, more: &[&str]| {
        let wsdl = format!("{address}/contract?wsdl");
        let operation = match path {
            "rpc" | "encoded" => "Store",
            "parts" => "PutParts",
            _ => "Put",
        };
        // A field of one of several parts says which.
        let part = if path == "parts" { "put." } else { "" };
        let (id, name) = (format!("{part}id=1"), format!("{part}name=Łódź & <Sons>"));
        let to = match path {
            "tls" => tls.address().replace("http://", "https://"),
            _ => address.clone(),
        };
        let to = format!("{to}/{path}");
        let fixed = ["call", &wsdl, operation, &id, &name, "--address", &to];
        let fixed = [&fixed[..], &["--header", "Idempotency-Key: 1"], more].concat();
        let output = scene.run(&fixed);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said + &complaint)
    };
    let own = "xmlns=\"urn:third-party\"";
    let key = format!("<ApiKey {own}><user>crm</user><key>k-1</key></ApiKey>");
    scene.write(
        "tenant.xml",
        &format!("<?xml version=\"1.0\"?>\n<Tenant {own}><name>north</name></Tenant>\n"),
    );
    let (ca, certificate, secret) = (at("authority.pem"), at("client.pem"), at("client.key"));
    let cases: &[(&str, &[&str])] = &[
        ("plain", &[]),
        ("twelve", &["--soap", "1.2"]),
        ("parts", &["tenant.name=north"]),
        ("rpc", &["--port", "Rpc"]),
        ("encoded", &["--port", "Encoded"]),
        ("basic", &["--user", "erp:pä:ss"]),
        ("bearer", &["--bearer", "t0ken"]),
        ("text", &["--username-token", "erp:s3cret"]),
        ("digest", &["--username-digest", "erp:s3cret"]),
        (
            "header",
            &["--soap-header", &key, "--soap-header", "@tenant.xml"],
        ),
        (
            "tls",
            &["--ca", &ca, "--certificate", &certificate, "--key", &secret],
        ),
    ];
    for (path, more) in cases {
        let (status, said) = call(path, more);
        assert_eq!(status, Some(0), "{path}: {said}");
        assert!(said.contains("\"N-1\""), "{path}: {said}");
        assert_eq!(said.contains("\"south\""), *path == "parts", "{said}");
    }
    let (status, said) = call("parts", &["tenant.name=north", "id=2"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("id=2: no part of the request; they are put, tenant"),
        "{said}"
    );
    for more in [
        &["--user", "erp:guess"][..],
        &["--user", "erp:guess", "--xml"],
    ] {
        let (status, said) = call("basic", more);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("wrong password"), "{said}");
    }
    for (more, told) in [
        (&["--soap-header", "<a><b></a>"][..], "--soap-header: "),
        (&["--port", "Plian"], "it is at Plain (1.1), Twelve (1.2)"),
        (&["--username-token", "erp"], "NAME:PASSWORD is due"),
    ] {
        let (status, said) = call("plain", more);
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(told), "{said}");
    }
    // A contract that names no service is called where a person says.
    let (bound, _) = include_str!("third_party.wsdl")
        .split_once("<w:service")
        .unwrap();
    scene.write("bound.wsdl", &format!("{bound}</w:definitions>"));
    let put = |wsdl: &str, more: &[&str]| {
        let wsdl = at(wsdl);
        let fixed = ["call", &wsdl, "Put", "id=1", "name=Łódź & <Sons>"];
        let header = ["--header", "Idempotency-Key: 1"];
        scene.run(&[&fixed[..], &header, more].concat())
    };
    let to = format!("{address}/plain");
    let said = put("bound.wsdl", &["--address", &to]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("\"N-1\""), "{said}");
    // Nor is it told of an answer, where there is one.
    let silent = bound.replace("<w:output message=\"p:PutResponse\"/>", "");
    scene.write("silent.wsdl", &format!("{silent}</w:definitions>"));
    let said = put("silent.wsdl", &["--address", &to]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("PutResponse is no part of it"), "{said}");
    let lost = put("bound.wsdl", &[]);
    let said = String::from_utf8_lossy(&lost.stderr).into_owned();
    assert_eq!(lost.status.code(), Some(1), "{said}");
    assert!(said.contains("say --address URL"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn third_parties_are_called_as_they_ask() {
    let scene = Scene::new(CRM).await;
    scene.tell(&["capture", "install", "orders"]);
    let log = scene.folder.join("calls");
    let (peer, tls) = third_parties(&scene, &log);
    let at = |name: &str| scene.folder.join(name).display().to_string();
    let address = peer.address();
    let secret = "[sink.credentials]\n";
    let cases: &[(&str, &str, String)] = &[
        ("plain", "Plain", String::new()),
        ("twelve", "Twelve", String::new()),
        ("rpc", "Rpc", String::new()),
        ("encoded", "Encoded", String::new()),
        ("basic", "Plain", format!("{secret}basic = {{ user = \"erp\", password = \"pä:ss\" }}")),
        ("bearer", "Plain", format!("{secret}bearer = {{ file = \"token\" }}")),
        ("text", "Plain", format!("{secret}username_token = {{ user = \"erp\", password = \"s3cret\" }}")),
        ("digest", "Plain", format!("{secret}username_digest = {{ user = \"erp\", password = \"s3cret\" }}")),
        (
            "header",
            "Plain",
            "[sink.header]\n\"Tenant/name\" = \"'north'\"\n\"ApiKey/user\" = \"'crm'\"\n[sink.credentials.header]\n\"ApiKey/key\" = { file = \"key\" }".to_owned(),
        ),
        ("invalid", "Plain", String::new()),
        ("late", "Plain", "[policy]\nfirst_byte_seconds = 0.3".to_owned()),
    ];
    scene.write("flows/token", "t0ken\n");
    scene.write("flows/key", "k-1\n");
    for (path, port, more) in cases {
        scene.write(
            &format!("flows/{path}.toml"),
            &flow(&address, path, port, more),
        );
    }
    let more = format!(
        "{secret}trust = \"{}\"\ncertificate = \"{}\"\nkey = \"{}\"",
        at("authority.pem"),
        at("client.pem"),
        at("client.key")
    );
    let secure = tls.address().replace("http://", "https://");
    scene.write(
        "flows/tls.toml",
        &flow(&address, "tls", "Plain", &more).replace(
            &format!("address = \"{address}/tls\""),
            &format!("address = \"{secure}/tls\""),
        ),
    );
    let wrong = format!("{secret}basic = {{ user = \"erp\", password = \"guess\" }}");
    // A destination of its own: what is dead holds up its lane, which is destination and key.
    let wrong = flow(&address, "basic", "Plain", &wrong);
    let wrong = wrong.replace("[map]", "destination = \"other\"\n[map]");
    scene.write("flows/wrong.toml", &wrong);
    let lists = flow(&address, "lists", "Lists", "")
        .replace("\"Store\"", "\"StoreLines\"")
        .replace(
            "\"name\" = \"record.name\"",
            "\"lines[]\" = \"[{'sku': 'A-1', 'of': '2'}, {'sku': 'B-2', 'of': '0.5'}]\"\n\"lines[]/sku\" = \"lines.sku\"\n\"lines[]/quantity\" = \"lines.of\"\n\"none[]\" = \"[]\"\n\"none[]/sku\" = \"none.sku\"\n\"none[]/quantity\" = \"none.of\"",
        );
    scene.write("flows/lists.toml", &lists);
    let parts = flow(&address, "parts", "Parts", "")
        .replace("\"Put\"", "\"PutParts\"")
        .replace("\"id\" =", "\"put/id\" =")
        .replace(
            "\"name\" = \"record.name\"",
            "\"put/name\" = \"record.name\"\n\"tenant/name\" = \"'north'\"",
        )
        .replace("answer.number", "answer.answer.number");
    scene.write("flows/parts.toml", &parts);
    // There it answers with one part of two.
    let half = parts.replace("/parts\"", "/half\"");
    scene.write("flows/half.toml", &half);
    let gateway = scene.serve();
    let record = "<record><id>7</id><name>Łódź &amp; &lt;Sons&gt;</name></record>";
    let said = post(&gateway.address(), "CreateOrders", record, "crm-request-7");
    assert!(said.contains("created"), "{said}");

    for flow in cases
        .iter()
        .map(|(path, ..)| *path)
        .chain(["tls", "lists", "parts", "half"])
    {
        match flow {
            "invalid" | "late" | "half" => {
                scene.until(flow, |counts| counts.doubt == 1).await;
            }
            flow => {
                let counts = scene
                    .until(flow, |counts| counts.accepted == 1 && counts.waiting == 0)
                    .await;
                let shown = scene.tell(&["flow", "show", flow]);
                assert_eq!(counts.delivered, 1, "{shown}");
                assert!(
                    shown.contains("crm-request-7") && shown.contains("N-1"),
                    "{shown}"
                );
            }
        }
    }
    scene.until("wrong", |counts| counts.dead == 1).await;
    let shown = scene.tell(&["flow", "letters", "wrong", "--state", "dead"]);
    assert!(shown.contains("wrong password"), "{shown}");

    let calls = scene.read("calls");
    let asked = calls
        .lines()
        .filter(|line| line.contains("/contract"))
        .count();
    assert_eq!(asked, 1, "the contract is fetched once and kept");
    for line in calls.lines().filter(|line| !line.contains("/contract")) {
        let call: serde_json::Value = serde_json::from_str(line).unwrap();
        let headers = call["headers"].as_object().unwrap();
        let id = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("x-correlation-id"));
        assert_eq!(id.unwrap().1, "crm-request-7", "{line}");
    }
    let kept = scene
        .one("select group_concat(message) from {s}delivery")
        .await
        .unwrap();
    for secret in ["k-1", "s3cret", "t0ken", "pä:ss"] {
        assert!(!kept.contains(secret), "{secret} is kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_signed_and_tried_again() {
    let scene = Scene::new(CRM).await;
    scene.tell(&["capture", "install", "orders"]);
    let peer = third_party(&scene.folder.join("calls"), &[]);
    let hook = |path: &str, more: &str| {
        format!(
            "[source]\ntable = \"orders\"\n{more}\n[policy]\nbackoff_seconds = 0.05\n[sink]\nwebhook = \"{}/{path}\"\nsecret = \"hook-secret\"\n",
            peer.address()
        )
    };
    scene.write(
        "flows/created.toml",
        &hook("hook-created", "on = [\"insert\"]"),
    );
    scene.write(
        "flows/edited.toml",
        &hook(
            "hook-edited",
            "on = [\"update\"]\nwhen = \"record.number != null\"",
        ),
    );
    let gateway = scene.serve();
    let record = "<record><id>1</id><name>A</name></record>";
    post(&gateway.address(), "CreateOrders", record, "new-1");
    scene.until("created", |counts| counts.delivered == 1).await;
    let record = "<record><id>1</id><number>N-1</number></record>";
    post(&gateway.address(), "UpdateOrders", record, "edit-1");
    scene.until("edited", |counts| counts.delivered == 1).await;
    assert_eq!(scene.counts("created").await.unwrap().accepted, 1);

    let calls: Vec<serde_json::Value> = scene
        .read("calls")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        calls.len(),
        4,
        "each is refused once and taken then: {calls:?}"
    );
    let body: serde_json::Value = serde_json::from_str(calls[3]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["kind"], "update");
    assert_eq!(body["record"]["number"], "N-1");
    assert_eq!(calls[2]["body"], calls[3]["body"]);
}
