//! `soapstone call` speaks to an rpc/encoded service of another stack: PHP's server refers to values that stand twice.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::process::run;
use crate::{clients, has};

/// A PHP server on a port of its own; it ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server and waits for its first line, which names its address.
fn serve() -> (Server, String) {
    // A port that is free now is taken by nobody else before PHP does, or PHP says so.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    let address = format!("127.0.0.1:{port}");
    let mut child = Command::new("php")
        .args(["-S", &address])
        .arg(clients().join("encoded_server.php"))
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("started"), "php said: {line}");
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    (Server(child), format!("http://{address}/"))
}

#[test]
fn php_answers_encoded_calls() {
    if !has("php") {
        return;
    }
    let (_server, address) = serve();
    let call = |more: &[&str]| {
        let request = r#"{"customer": "ACME & Söhne", "lines": [{"sku": "a", "quantity": 2, "note": null},
            {"sku": "b <c>", "quantity": 3, "note": "x"}]}"#;
        run(Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .arg("call")
            .arg(clients().join("encoded.wsdl"))
            .args(["place", "--json", request, "--address", &address])
            .args(more))
    };
    let wire = call(&["--xml"]);
    assert!(
        wire.contains("href=\"#") && wire.contains("enc") && wire.contains(":arrayType=\""),
        "{wire}"
    );
    let answer: serde_json::Value = serde_json::from_str(&call(&[])).unwrap();
    let (a, b) = (
        serde_json::json!({"sku": "a", "quantity": 2, "note": null}),
        serde_json::json!({"sku": "b <c>", "quantity": 3, "note": "x"}),
    );
    assert_eq!(
        answer,
        serde_json::json!({"return": {"id": 7, "total": 5.25, "lines": [a, b, a]}})
    );
}
