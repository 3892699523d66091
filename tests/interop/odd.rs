//! A database of odd names and types, several schemas and routines of every form through the stacks that make most of names: each table is
//! read, and what Java's and C's generators make of the contract compiles.

use std::process::Command;

use crate::process::{Database, Gateway, Scratch, run};
use crate::{clients, files, gsoap_stubs, has, java_class_path, told};

#[test]
fn odd_names() {
    let Some(database) = Database::filled("odd", &clients().join("odd/database.sql")) else {
        return;
    };
    let gateway = Gateway::start(&["--db", &database.url]);
    if let Some(python) = told("SOAPSTONE_TEST_PYTHON") {
        let said = run(Command::new(python)
            .arg(clients().join("odd/client.py"))
            .arg(gateway.address()));
        assert!(said.contains("odd names, zeep: "), "{said}");
    }
    if let Some(modules) = told("SOAPSTONE_TEST_NODE_PATH") {
        let said = run(Command::new("node")
            .arg(clients().join("odd/client.js"))
            .arg(gateway.address())
            .env("NODE_PATH", modules));
        assert!(said.contains("odd names, node-soap: "), "{said}");
    }
    let scratch = Scratch::new();
    let wsdl = format!("{}/soap/crm?wsdl", gateway.address());
    let path = java_class_path(scratch.path());
    if let Some(path) = path.filter(|_| has("wsimport") && has("javac")) {
        // All schemas in one package: what the contract calls by one name in two namespaces would clash.
        run(Command::new("wsimport")
            .args(["-quiet", "-keep", "-Xnocompile", "-p", "odd", "-d"])
            .arg(scratch.path())
            .arg(&wsdl));
        run(Command::new("javac")
            .args(["-nowarn", "-encoding", "UTF-8", "-cp", &path, "-d"])
            .arg(scratch.path())
            .args(files(&scratch.path().join("odd"), "java")));
    }
    if has("wsdl2h") && has("soapcpp2") {
        gsoap_stubs(&scratch, &wsdl, "odd");
    }
}
