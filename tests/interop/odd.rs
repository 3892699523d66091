//! A database of odd names and types, several schemas and routines of every form through the stacks that make most of names: each table is
//! read, and what Java's and C's generators make of the contract compiles. And every operation of another one, on each kind of database.

use std::process::Command;

use crate::process::{Database, Gateway, Scratch, run, told};
use crate::{clients, files, gsoap_stubs, has, java_class_path};

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

#[test]
fn every_operation_on_sqlite() {
    every_operation("sqlite");
}

#[test]
fn every_operation_on_postgres() {
    every_operation("postgres");
}

#[test]
fn every_operation_on_mysql() {
    every_operation("mysql");
}

/// What zeep writes by any operation is read back equal; the client fails where it has not called one.
fn every_operation(dialect: &str) {
    let folder = clients().join("odd/every");
    let scripts = ["common".to_owned(), dialect.to_owned()];
    let scripts = scripts.map(|name| folder.join(name + ".sql"));
    let (Some(python), Some(database)) = (
        told("SOAPSTONE_TEST_PYTHON"),
        Database::of(dialect, "every", &scripts),
    ) else {
        return;
    };
    let scratch = Scratch::new();
    let config = scratch.path().join("soapstone.toml");
    let text = format!(
        "[database]\nroutines = {:?}\n[database.keys]\n\"{}.the view\" = [\"no\", \"line\"]\n",
        folder.join("routines"),
        database.schema
    );
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let gateway = Gateway::start(&["--db", &database.url, "--config", config]);
    let said = run(Command::new(python)
        .arg(folder.join("client.py"))
        .arg(gateway.address())
        .arg(dialect));
    let closing = format!("every operation, zeep on {dialect}: ");
    assert!(said.contains(&closing), "{said}");
    println!("{}", said.trim());
}
