//! Bindings of one port type: which are one service, and what it knows of each.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use soapstone_codegen::{Options, generate_files};

/// A port type with one operation, bound as each of the three says: version, style, and the header block of its request.
fn wsdl(bindings: &[(&str, &str, &str)]) -> String {
    let mut bound = String::new();
    let mut ports = String::new();
    for (index, (version, style, header)) in bindings.iter().enumerate() {
        let headers = match *header {
            "" => String::new(),
            name => format!(r#"<s:header message="t:{name}" part="block" use="literal"/>"#),
        };
        bound += &format!(
            r#"<binding name="B{index}" type="t:Port" xmlns:s="http://schemas.xmlsoap.org/wsdl/{version}/"><s:binding style="{style}" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="ask"><s:operation soapAction=""/><input><s:body use="literal" parts="body" namespace="urn:t"/>{headers}</input><output><s:body use="literal" namespace="urn:t"/></output></operation></binding>"#
        );
        ports += &format!(
            r#"<port name="P{index}" binding="t:B{index}"><a:address xmlns:a="http://schemas.xmlsoap.org/wsdl/{version}/" location="http://localhost/{index}"/></port>"#
        );
    }
    format!(
        r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
  <types><xs:schema targetNamespace="urn:t"><xs:element name="question" type="xs:string"/><xs:element name="ticket" type="xs:string"/><xs:element name="trace" type="xs:string"/></xs:schema></types>
  <message name="in"><part name="body" element="t:question"/></message><message name="out"/>
  <message name="ticket"><part name="block" element="t:ticket"/></message><message name="trace"><part name="block" element="t:trace"/></message>
  <portType name="Port"><operation name="ask"><input message="t:in"/><output message="t:out"/></operation></portType>
  {bound}<service name="Service">{ports}</service></definitions>"#
    )
}

/// What is made of the bindings: how many services, and the header blocks and ports that they know.
fn made(name: &str, bindings: &[(&str, &str, &str)]) -> (usize, Vec<&'static str>) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bindings-{name}.wsdl"));
    std::fs::write(&path, wsdl(bindings)).unwrap();
    let (files, _) = generate_files(&[path], &Options::default()).unwrap();
    let text: String = files.into_iter().map(|file| file.text).collect();
    let known = [
        "fn with_ticket",
        "fn with_trace",
        "localhost/0",
        "localhost/1",
    ];
    (
        text.matches("pub trait Port").count(),
        known
            .into_iter()
            .filter(|what| text.contains(what))
            .collect(),
    )
}

#[test]
fn versions_of_a_service_are_one_that_knows_the_header_blocks_of_each() {
    let both = [
        ("soap", "document", "ticket"),
        ("soap12", "document", "trace"),
    ];
    assert_eq!(
        made("headers", &both),
        (
            1,
            vec![
                "fn with_ticket",
                "fn with_trace",
                "localhost/0",
                "localhost/1"
            ]
        )
    );
    let second = [("soap", "document", ""), ("soap12", "document", "trace")];
    assert_eq!(
        made("second", &second),
        (1, vec!["fn with_trace", "localhost/0", "localhost/1"])
    );
}

#[test]
fn bindings_that_send_other_bodies_are_services_of_their_own() {
    let styles = [("soap", "document", ""), ("soap", "rpc", "ticket")];
    assert_eq!(
        made("styles", &styles),
        (2, vec!["fn with_ticket", "localhost/0", "localhost/1"])
    );
}

#[test]
fn clients_name_their_requests_where_the_contract_asks_for_it_by_its_actions() {
    let plain = wsdl(&[("soap", "document", "")]);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("addressing.wsdl");
    let made = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let (files, _) = generate_files(std::slice::from_ref(&path), &Options::default()).unwrap();
        let texts: Vec<String> = files.into_iter().map(|file| file.text).collect();
        texts.concat()
    };
    let using = r#"<w:UsingAddressing xmlns:w="http://www.w3.org/2006/05/addressing/wsdl"/>"#;
    let written = r#"<output xmlns:w="http://www.w3.org/2007/05/addressing/metadata" w:Action="urn:told" message"#;
    let cases = [
        (
            plain.clone(),
            "urn:t:Port:askRequest",
            "urn:t:Port:askResponse",
        ),
        (
            plain.replace("soapAction=\"\"", "soapAction=\"urn:ask\""),
            "urn:ask",
            "urn:t:Port:askResponse",
        ),
        (
            plain
                .replace("<output message", written)
                .replace("\"urn:t\"", "\"http://t/a/\""),
            "http://t/a/Port/askRequest",
            "urn:told",
        ),
    ];
    for (text, request, answer) in cases {
        let bound = text.replacen("soap/http\"/>", &format!("soap/http\"/>{using}"), 1);
        let made = [made(&text), made(&bound)];
        for made in &made {
            let actions = format!("actions: [{request:?}, {answer:?}]");
            assert!(made.contains(&actions), "{actions} is not in {made}");
        }
        let asks = made.map(|made| made.contains(".with_addressing()"));
        assert_eq!(asks, [false, true]);
    }
}

#[test]
fn faults_have_actions_of_their_own() {
    let faults = r#"<output message="t:out"/><fault name="told" message="t:ticket" m:Action="urn:told" xmlns:m="http://www.w3.org/2007/05/addressing/metadata"/><fault name="plain" message="t:trace"/>"#;
    let text = wsdl(&[("soap", "document", "")]).replace("<output message=\"t:out\"/>", faults);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fault-actions.wsdl");
    std::fs::write(&path, text).unwrap();
    let (files, _) = generate_files(&[path], &Options::default()).unwrap();
    let made: String = files.into_iter().map(|file| file.text).collect();
    for line in [
        "Self::Told(_) => \"urn:told\",",
        "Self::Plain(_) => \"urn:t:Port:ask:Fault:plain\",",
    ] {
        assert!(made.contains(line), "{line} is not in {made}");
    }
}
