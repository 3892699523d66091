//! Foreign SOAP stacks call the sample CRM through sockets: each gets a gateway and a database of its own, reads the contract as
//! it is served, and checks what it is answered. A stack that the machine lacks is named and skipped; `tests/run` installs all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod encoded;
mod odd;
mod process;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use process::{Database, Gateway, Scratch, run, told};

/// Where the client programs are.
fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop")
}

/// Tells whether a program is on the path; says so where it is not.
fn has(program: &str) -> bool {
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).is_file());
    if !found {
        eprintln!("skipped: {program} is not installed (tests/run installs it)");
    }
    found
}

/// Runs one client program against a fresh gateway, once for each version of SOAP, and expects its closing line.
fn check(stack: &str, command: impl Fn(&Gateway, &str) -> Command) {
    for version in ["1.1", "1.2"] {
        let gateway = Gateway::with_sample();
        let said = run(command(&gateway, version)
            .arg(gateway.address())
            .arg(version));
        assert!(
            said.contains(&format!("{stack}, SOAP {version}: ")),
            "{stack} said: {said}"
        );
        println!("{}", said.trim());
    }
}

#[test]
fn zeep() {
    let Some(python) = told("SOAPSTONE_TEST_PYTHON") else {
        return;
    };
    check("zeep", |_, _| {
        let mut command = Command::new(&python);
        command.arg(clients().join("zeep_client.py"));
        command
    });
}

#[test]
fn zeep_on_postgres() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/postgres.sql");
    let (Some(python), Some(database)) = (
        told("SOAPSTONE_TEST_PYTHON"),
        Database::filled("sample", &sample),
    ) else {
        return;
    };
    let gateway = Gateway::start(&["--db", &database.url]);
    let said = run(Command::new(python)
        .arg(clients().join("zeep_client.py"))
        .arg(gateway.address())
        .arg("1.1"));
    assert!(said.contains("zeep, SOAP 1.1: "), "{said}");
}

#[test]
fn php() {
    if has("php") {
        check("PHP SoapClient", |_, _| {
            let mut command = Command::new("php");
            command.arg(clients().join("php_client.php"));
            command
        });
    }
}

#[test]
fn node() {
    let Some(modules) = told("SOAPSTONE_TEST_NODE_PATH") else {
        return;
    };
    check("node-soap", |_, _| {
        let mut command = Command::new("node");
        command
            .arg(clients().join("node_client.js"))
            .env("NODE_PATH", &modules);
        command
    });
}

#[test]
fn metro() {
    let scratch = Scratch::new();
    let path = java_class_path(scratch.path());
    let Some(path) = path.filter(|_| has("wsimport") && has("javac")) else {
        return;
    };
    let gateway = Gateway::with_sample();
    let wsdl = format!("{}/soap/crm?wsdl", gateway.address());
    run(Command::new("wsimport")
        .args(["-quiet", "-keep", "-Xnocompile", "-p", "crm", "-d"])
        .arg(scratch.path())
        .arg(wsdl));
    let sources: Vec<PathBuf> = files(&scratch.path().join("crm"), "java");
    assert!(
        sources.len() > 100,
        "wsimport made {} classes",
        sources.len()
    );
    run(Command::new("javac")
        .args(["-nowarn", "-cp", &path, "-d"])
        .arg(scratch.path())
        .args(&sources)
        .arg(clients().join("JavaClient.java")));
    check("Metro stubs", |_, _| {
        let mut command = Command::new("java");
        command.args(["-cp", &path, "JavaClient"]);
        command
    });
}

/// The files of a folder that have the extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

/// The class path of these libraries of Debian and a folder; says so where a library is not installed.
fn class_path(names: &[&str], classes: &Path) -> Option<String> {
    let jar = |name| format!("/usr/share/java/{name}.jar");
    let mut path: Vec<String> = names.iter().map(jar).collect();
    if let Some(missing) = path.iter().find(|jar| !Path::new(jar).is_file()) {
        eprintln!("skipped: {missing} is not installed (tests/run installs it)");
        return None;
    }
    path.push(classes.display().to_string());
    Some(path.join(":"))
}

/// The libraries of Debian's `jaxws`, those without a version in their names.
fn java_class_path(classes: &Path) -> Option<String> {
    const NEEDED: [&str; 19] = [
        "FastInfoset",
        "gmbal",
        "istack-commons-runtime",
        "javax.activation",
        "javax.xml.soap-api",
        "jaxb-api",
        "jaxb-core",
        "jaxb-impl",
        "jaxb-runtime",
        "jaxws-api",
        "jaxws-rt",
        "jws-api",
        "metro-policy",
        "mimepull",
        "saaj-impl",
        "stax-ex",
        "stax2-api",
        "streambuffer",
        "woodstox-core",
    ];
    class_path(&NEEDED, classes)
}

/// The oldest of Java's stacks, with the stubs of one table: those of the whole contract take it half a minute.
#[test]
fn axis() {
    const JARS: [&str; 8] = [
        "axis",
        "axis-jaxrpc",
        "axis-saaj",
        "commons-discovery",
        "commons-logging",
        "javax.activation",
        "javax.mail",
        "wsdl4j",
    ];
    let scratch = Scratch::new();
    let Some(path) = class_path(&JARS, scratch.path()).filter(|_| has("javac")) else {
        return;
    };
    let gateway = Gateway::with_sample();
    let address = gateway.address();
    let wsdl = format!("{address}/soap/crm/tables/opportunity?wsdl");
    let maker = "org.apache.axis.wsdl.WSDL2Java";
    run(within(&scratch, "java").args(["-cp", &path, maker, "-W", "-p", "crm", "-o", ".", &wsdl]));
    run(within(&scratch, "javac")
        .args(["-nowarn", "-encoding", "UTF-8", "-cp", &path, "-d", "."])
        .args(files(&scratch.path().join("crm"), "java"))
        .arg(clients().join("AxisClient.java")));
    let said = run(within(&scratch, "java").args(["-cp", &path, "AxisClient", address]));
    assert!(said.contains("Axis 1.4: "), "{said}");
    println!("{}", said.trim());
}

/// Makes C++ stubs of a contract, by files that begin with `stem`.
fn gsoap_stubs(scratch: &Scratch, wsdl: &str, stem: &str) {
    let (document, header) = (format!("{stem}.wsdl"), format!("{stem}.h"));
    run(within(scratch, "curl").args(["-sfo", &document, wsdl]));
    run(within(scratch, "wsdl2h").args(["-P", "-o", &header, &document]));
    run(within(scratch, "soapcpp2").args([
        "-C",
        "-L",
        "-x",
        "-j",
        "-I/usr/share/gsoap/import",
        &header,
    ]));
}

/// A program that works in the scratch folder.
fn within(scratch: &Scratch, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(scratch.path());
    command
}

#[test]
fn gsoap() {
    if !has("wsdl2h") || !has("soapcpp2") || !has("g++") {
        return;
    }
    for (version, query, proxy) in [
        ("1.1", "wsdl", "ContactSoap11"),
        ("1.2", "wsdl=1.2", "ContactSoap12"),
    ] {
        let scratch = Scratch::new();
        let gateway = Gateway::with_sample();
        let wsdl = format!("{}/soap/crm/tables/contact?{query}", gateway.address());
        gsoap_stubs(&scratch, &wsdl, "contact");
        let client = std::fs::read_to_string(clients().join("gsoap_client.cpp"))
            .unwrap()
            .replace("PROXY.h", &format!("soap{proxy}Proxy.h"))
            .replace("PROXY.nsmap", &format!("{proxy}.nsmap"))
            .replace("PROXY crm", &format!("{proxy}Proxy crm"));
        std::fs::write(scratch.path().join("client.cpp"), client).unwrap();
        let stub = format!("soap{proxy}Proxy.cpp");
        run(within(&scratch, "g++").args([
            "-w",
            "-I.",
            "client.cpp",
            "soapC.cpp",
            &stub,
            "-lgsoap++",
            "-o",
            "client",
        ]));
        let said = run(Command::new(scratch.path().join("client"))
            .arg(gateway.address())
            .arg(version));
        assert!(said.contains(&format!("gSOAP, SOAP {version}: ")), "{said}");
        println!("{}", said.trim());
    }
}
