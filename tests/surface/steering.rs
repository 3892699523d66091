//! The steering service: the whole of it by the command line's own caller, a part by two other stacks, and who may do what.

use std::process::Command;

use crate::scene::{Process, Scene, own};

const CRM: &str =
    "create table orders (id integer primary key, name varchar(40) not null, number varchar(20))";

/// A flow whose map can't be computed for any record, so that all that it takes is dead at once.
const FLOW: &str = "[source]\ntable = \"orders\"\n[sink]\nwebhook = \"http://127.0.0.1:1/\"\n[map]\n\"id\" = \"record.id\"\n\"name\" = \"string(double(record.name))\"\n";

async fn scene(config: &str) -> (Scene, Process) {
    let scene = Scene::new(CRM).await;
    let text = scene.read("soapstone.toml") + config;
    scene.write("soapstone.toml", &text);
    scene.write("flows/orders.toml", FLOW);
    scene.tell(&["capture", "install", "orders"]);
    let gateway = scene.serve();
    scene
        .define("insert into orders (id, name) values (1, 'A'), (2, 'B'), (3, 'C')")
        .await;
    scene.until("orders", |counts| counts.dead == 3).await;
    (scene, gateway)
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_seen_and_steered_by_soap() {
    let (scene, gateway) = scene("").await;
    let wsdl = format!("{}/soap/gateway?wsdl", gateway.address());
    let call = |arguments: &[&str]| -> serde_json::Value {
        let said = scene.tell(&[&["call", wsdl.as_str()][..], arguments].concat());
        serde_json::from_str(&said).unwrap()
    };
    let listed = call(&["ListFlows"]);
    assert_eq!(listed["flow"][0]["dead"], 3);
    assert_eq!(
        call(&["PauseFlow", "name=orders"])["flow"]["mode"],
        "paused"
    );
    let found = call(&["SearchDeliveries", "flow=orders", "state=dead", "limit=2"]);
    let last = found["delivery"][1]["id"].to_string();
    assert_eq!(found["delivery"].as_array().unwrap().len(), 2);
    let rest = call(&["SearchDeliveries", "flow=orders", &format!("before={last}")]);
    assert_eq!(rest["delivery"].as_array().unwrap().len(), 1);
    let edited = call(&["EditDelivery", "id=1", "message={\"id\":1,\"name\":7}"]);
    let difference = edited["deed"]["difference"].as_str().unwrap();
    assert!(
        difference.contains("+ {\"id\":1,\"name\":7}"),
        "{difference}"
    );
    assert_eq!(
        call(&["ReplayDeliveries", "flow=orders", "id=1", "perSecond=5"])["count"],
        1
    );
    assert_eq!(
        call(&["GiveUpDelivery", "id=2", "reason=not ours"])["delivery"]["state"],
        "dead"
    );
    let read = call(&["ReadDelivery", "id=2"]);
    assert_eq!(read["deed"][0]["note"], "not ours");
    assert_eq!(
        call(&["ReadDelivery", "id=1"])["delivery"]["state"],
        "waiting"
    );
    scene
        .define("update soapstone_delivery set state = 'doubt' where id = 3")
        .await;
    let resolved = call(&["ResolveDelivery", "id=3", "arrived=true", "reference=E-3"]);
    assert_eq!(resolved["delivery"]["state"], "delivered");
    let refused = scene.run(&["call", &wsdl, "ResolveDelivery", "id=3", "arrived=true"]);
    let said = String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).into_owned();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said.contains("NotPossible") && said.contains("not in doubt"),
        "{said}"
    );
    let tried = call(&[
        "TryFlow",
        "--json",
        r#"{"name":"orders","key":[{"@name":"id","$":"1"}]}"#,
    ]);
    assert_eq!(tried["taken"], true);
    assert_eq!(
        call(&["ResumeFlow", "name=orders"])["flow"]["mode"],
        "running"
    );
    assert_eq!(
        call(&["DrainFlow", "name=orders"])["flow"]["mode"],
        "draining"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_offers_what_is_new_in_the_database_and_among_the_flows() {
    let (scene, gateway) = scene("").await;
    let wsdl = format!("{}/soap/gateway?wsdl", gateway.address());
    let reload = || -> serde_json::Value {
        serde_json::from_str(&scene.tell(&["call", &wsdl, "Reload"])).unwrap()
    };
    let before = reload();
    scene
        .define("create table parcels (id integer primary key, label text)")
        .await;
    scene.write("flows/others.toml", FLOW);
    let after = reload();
    let tables = |said: &serde_json::Value| said["tables"].as_i64().unwrap();
    assert_eq!(tables(&after), tables(&before) + 1, "{after}");
    let names = |said: &serde_json::Value| -> Vec<String> {
        let flows = said["flow"].as_array().unwrap();
        flows.iter().map(|flow| flow["name"].to_string()).collect()
    };
    assert_eq!(names(&before), ["\"orders\""]);
    assert_eq!(names(&after), ["\"orders\"", "\"others\""]);
    let crm = format!("{}/soap/crm?wsdl", gateway.address());
    let made = scene.tell(&["call", &crm, "CreateParcels", "record.label=first"]);
    assert!(made.contains("created"), "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_stacks_steer_too() {
    let (_scene, gateway) = scene("").await;
    let mut clients = Vec::new();
    match std::env::var_os("SOAPSTONE_TEST_PYTHON") {
        Some(python) => clients.push((python, own("steer.py"))),
        None => eprintln!("skips zeep: SOAPSTONE_TEST_PYTHON is not set"),
    }
    match Command::new("php")
        .args(["-r", "exit(extension_loaded('soap') ? 0 : 1);"])
        .status()
    {
        Ok(status) if status.success() => clients.push(("php".into(), own("steer.php"))),
        _ => eprintln!("skips PHP: it is not installed with its SOAP extension"),
    }
    for (program, script) in clients {
        let output = Command::new(program)
            .arg(&script)
            .arg(gateway.address())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}: {said}{complaint}",
            script.display()
        );
        assert!(said.contains("steered"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_watch_may_not_steer() {
    let hash = |password: &str| {
        let script = format!(
            "printf %s '{password}' | '{}' hash-password",
            env!("CARGO_BIN_EXE_soapstone")
        );
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let config = format!(
        "[[user]]\nname = \"watcher\"\npassword_hash = '{0}'\nroles = [\"watcher\"]\n[[user]]\nname = \"reader\"\npassword_hash = '{0}'\nroles = [\"reader\"]\n\
         [[role.watcher.grant]]\noperations = [\"watch\"]\non = [\"flow.*\"]\n[[role.reader.grant]]\noperations = [\"read\"]\n",
        hash("pass")
    );
    let (scene, gateway) = scene(&config).await;
    let wsdl = format!("{}/soap/gateway?wsdl", gateway.address());
    let call = |user: &str, arguments: &[&str]| {
        let user = format!("{user}:pass");
        let output = scene.run(
            &[
                &["call", wsdl.as_str(), "--user", user.as_str()][..],
                arguments,
            ]
            .concat(),
        );
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), said)
    };
    let (done, said) = call("watcher", &["ListFlows"]);
    assert!(done && said.contains("orders"), "{said}");
    let (done, said) = call("watcher", &["PauseFlow", "name=orders"]);
    assert!(!done && said.contains("Forbidden"), "{said}");
    let (done, said) = call("watcher", &["Reload"]);
    assert!(!done && said.contains("Forbidden"), "{said}");
    let (done, said) = call("reader", &["ListFlows"]);
    assert!(done && !said.contains("orders"), "{said}");
    let (done, said) = call("reader", &["ReadDelivery", "id=1"]);
    assert!(!done && said.contains("Forbidden"), "{said}");
    let (done, said) = call("nobody", &["ListFlows"]);
    assert!(!done, "{said}");
}
