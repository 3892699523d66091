//! `soapstone call` and a generated client speak to an rpc/encoded service of another stack: PHP's server refers to values that
//! stand twice.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use soapstone::codec::{Nillable, Strictness};
use soapstone::http::{Client, ClientOptions};
use soapstone::service::CallError;
use soapstone::xml;
use soapstone_contracts::encoded::shop::{Line, Lines, Order, Place, Refusal, element};
use soapstone_contracts::encoded::shop_2::{PlaceFault, ShopClient};

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

#[tokio::test]
async fn php_answers_a_generated_client() {
    if !has("php") {
        return;
    }
    let (_server, address) = serve();
    let shop = ShopClient::new(Client::new(ClientOptions::default()).unwrap(), address);
    let line = |sku: &str, quantity: i32, note: Option<&str>| Line {
        sku: sku.to_owned(),
        quantity,
        note: note.map_or(Nillable::Nil, |note| Nillable::Value(note.to_owned())),
    };
    let (a, b) = (line("a", 2, None), line("b <c>", 3, Some("x")));
    let mut request = Place {
        customer: Nillable::Value("ACME & Söhne".to_owned()),
        lines: Nillable::Value(Lines::from(vec![a.clone(), b.clone()])),
    };
    let answer = shop.place(&request).await.unwrap();
    let expected = Order {
        id: 7,
        total: soapstone::codec::parse("5.25").unwrap(),
        lines: Lines::from(vec![a.clone(), b, a]),
    };
    assert_eq!(answer.r#return, Nillable::Value(expected));
    request.customer = Nillable::Nil;
    match shop.place(&request).await {
        Err(CallError::Typed(PlaceFault::Refused(refusal), fault)) => {
            assert!(fault.reason.contains("not what was sent"), "{fault}");
            let line = line("a", 2, None);
            let lines = Lines::from(vec![line.clone(), line]);
            assert_eq!(refusal, Refusal { code: 9, lines });
        }
        other => panic!("{other:?}"),
    }
}

/// As SOAP::Lite writes it, with what Axis adds: accessors in a namespace that the contract does not give them, and attributes
/// of the encoding.
#[test]
fn what_encoding_leaves_open_is_taken() {
    let text = r#"<placeResponse xmlns="urn:shop" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:v="http://schemas.xmlsoap.org/soap/envelope/" v:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">
      <return id="o" e:root="0"><id i:type="x:int">7</id><total i:type="x:decimal">5.25</total>
      <lines i:type="e:Array" e:arrayType="s:Line[1]" xmlns:s="urn:shop"><item i:type="s:Line"><sku i:type="x:string">a</sku>
      <quantity i:type="x:int">2</quantity><note i:nil="true" i:type="x:string"/></item></lines></return></placeResponse>"#;
    let read =
        |strictness| element::PLACE_RESPONSE.read_with(text, &xml::Options::message(), strictness);
    let order = read(Strictness::Encoded).unwrap().r#return.value().unwrap();
    let line = order.lines.0[0].as_ref().unwrap();
    assert_eq!((order.id, line.quantity), (7, 2));
    assert!(read(Strictness::Strict).is_err());
}
