//! Messages as real stacks put them on the wire: headers in every way there is, encodings, old HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::contract::Contract;
use crate::ground::Ground;
use crate::http::Request;
use crate::{NAMESPACE, envelope, text};

#[test]
fn messages_are_taken_as_real_stacks_send_them() {
    let gateway = Ground::sample();
    let body = envelope(&format!(
        "<GetCompany xmlns=\"{NAMESPACE}\"><id>1</id></GetCompany>"
    ));
    let soap12 = body.replace(
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    );
    let bom = format!("\u{feff}{body}");
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(body.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{body}");
    let big_endian: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(declared.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    let mut latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><!-- \xe9 -->".to_vec();
    latin.extend(body.as_bytes());
    let post = |body: &[u8], content_type: &str| {
        Request::post("/soap/crm", body).with_header("Content-Type", content_type)
    };
    let requests = [
        (
            "quoted charset",
            post(body.as_bytes(), "text/xml;charset=\"UTF-8\""),
        ),
        (
            "odd case",
            post(body.as_bytes(), "Text/XML ; Charset=utf-8 ; foo=bar"),
        ),
        ("no charset", post(body.as_bytes(), "text/xml")),
        (
            "action unquoted",
            post(body.as_bytes(), "text/xml").with_header("SOAPAction", "GetCompany"),
        ),
        (
            "action empty",
            post(body.as_bytes(), "text/xml").with_header("SOAPAction", "\"\""),
        ),
        (
            "byte order mark",
            post(bom.as_bytes(), "text/xml; charset=utf-8"),
        ),
        ("utf-16", post(&utf16, "text/xml; charset=utf-16")),
        (
            "1.2 with action twice",
            post(
                soap12.as_bytes(),
                "application/soap+xml; action=\"x\"; charset=utf-8",
            )
            .with_header("SOAPAction", "x"),
        ),
        ("1.2 as text/xml", post(soap12.as_bytes(), "text/xml")),
        (
            "table's own address",
            Request::post("/soap/crm/tables/company", body.as_bytes()),
        ),
        (
            "utf-16, the other way round, named by the text alone",
            post(&big_endian, "text/xml"),
        ),
        (
            "latin 2 letters as latin 1",
            post(&latin, "application/xml"),
        ),
        (
            "no content type",
            Request::bare("/soap/crm", body.as_bytes()),
        ),
        (
            "action in apostrophes",
            post(body.as_bytes(), "text/xml").with_header("SOAPAction", "'urn:x'"),
        ),
        (
            "1.2, parameters in another order",
            post(
                soap12.as_bytes(),
                "APPLICATION/SOAP+XML;action=urn:x;charset=\"utf-8\"",
            ),
        ),
        (
            "http 1.0",
            Request::post("/soap/crm", body.as_bytes()).with_version("HTTP/1.0"),
        ),
    ];
    for (name, request) in requests {
        let answer = request.send(&gateway);
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        assert_eq!(text(&answer.body, "name"), Some("Stalmet"), "{name}");
        let twelve = name.starts_with("1.2");
        assert_eq!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("application/soap+xml"),
            twelve,
            "{name}"
        );
        if name == "http 1.0" {
            assert!(answer.header("transfer-encoding").is_none(), "{name}");
        } else {
            assert_eq!(answer.header("connection"), Some("close"), "{name}");
        }
    }
}

/// Sends bytes and reads the answer's head and as much body as it says.
fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> (String, String) {
    stream.write_all(bytes).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn old_and_careful_clients_are_waited_for() {
    let ground = Ground::sample();
    let body = envelope(&format!(
        "<GetCompany xmlns=\"{NAMESPACE}\"><id>1</id></GetCompany>"
    ));
    let head = |version: &str, more: &str| {
        format!(
            "POST /soap/crm {version}\r\nHost: a\r\nContent-Type: text/xml\r\n{more}Content-Length: {}\r\n\r\n",
            body.len()
        )
    };
    let address = ground.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    // It asks before it sends the body, twice over one connection.
    for _ in 0..2 {
        let (asked, _) = exchange(
            &mut stream,
            head("HTTP/1.1", "Expect: 100-continue\r\n").as_bytes(),
        );
        assert!(asked.starts_with("http/1.1 100"), "{asked}");
        let (told, answer) = exchange(&mut stream, body.as_bytes());
        assert!(
            told.starts_with("http/1.1 200") && answer.contains("Stalmet"),
            "{told}{answer}"
        );
    }
    // HTTP/1.0 that keeps the connection, as PHP and old Axis do.
    let mut stream = TcpStream::connect(address).unwrap();
    for _ in 0..2 {
        let message = head("HTTP/1.0", "Connection: keep-alive\r\n") + &body;
        let (told, answer) = exchange(&mut stream, message.as_bytes());
        assert!(
            told.contains("connection: keep-alive") && !told.contains("chunked"),
            "{told}"
        );
        assert!(answer.contains("Stalmet"), "{answer}");
    }
}

#[test]
fn a_lenient_address_passes_over_what_it_does_not_know() {
    let ground = Ground::configured("[contract]\nlenient = [\"/soap/crm/tables/*\"]\n");
    let contract = Contract::served(&ground);
    let send = |path: &str, operation: &str, content: &str| {
        let body = envelope(&format!(
            "<{operation} xmlns=\"{NAMESPACE}\">{content}</{operation}>"
        ));
        let answer = Request::post(path, body.as_bytes()).send(&ground);
        contract.check(&answer).unwrap();
        answer
    };
    let record = "<record made=\"here\"><country>DE</country><other><deep/></other><name xmlns=\"\">Lenient</name></record>";
    let strict = send("/soap/crm", "CreateCompany", record);
    assert_eq!(
        text(&strict.body, "code"),
        Some("UnknownAttribute"),
        "{}",
        strict.body
    );
    let lenient = send("/soap/crm/tables/company", "CreateCompany", record);
    let id = text(&lenient.body, "id").unwrap_or_else(|| panic!("{}", lenient.body));
    let read = send(
        "/soap/crm/tables/company",
        "GetCompany",
        &format!("<hint/><expand>contact</expand><id>{id}</id>"),
    );
    assert_eq!(
        (text(&read.body, "name"), text(&read.body, "country")),
        (Some("Lenient"), Some("DE")),
        "{}",
        read.body
    );
    for (content, code) in [
        // What is due is still due, and once; and no condition is passed over.
        ("<record><phone>1</phone></record>", "Required"),
        (
            "<record><name>a</name><name>b</name></record>",
            "Unexpected",
        ),
    ] {
        let answer = send("/soap/crm/tables/company", "CreateCompany", content);
        assert_eq!(text(&answer.body, "code"), Some(code), "{}", answer.body);
    }
    let filter = send(
        "/soap/crm/tables/company",
        "QueryCompany",
        "<filter><nam><eq>a</eq></nam></filter>",
    );
    assert_eq!(
        text(&filter.body, "code"),
        Some("UnknownElement"),
        "{}",
        filter.body
    );
}

#[test]
fn every_contract_names_the_address_that_a_proxy_tells() {
    let proxied = |request: Request| {
        request
            .with_header("X-Forwarded-Proto", "https")
            .with_header("X-Forwarded-Host", "crm.example")
    };
    for (setting, told) in [
        ("trusted_proxies = [\"127.0.0.1\"]", true),
        ("trusted_proxies = [\"10.0.0.5\"]", false),
    ] {
        let ground = Ground::configured(&format!("[server]\n{setting}\n"));
        for path in ["/soap/crm", "/soap/gateway"] {
            let target = format!("{path}?wsdl");
            let answer = proxied(Request::get(&target)).send(&ground.gateway);
            let location = format!("location=\"https://crm.example{path}\"");
            assert_eq!(answer.body.contains(&location), told, "{setting} {path}");
            // The same without its body.
            let head = proxied(Request::head(&target)).send(&ground.gateway);
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
            for name in ["content-length", "content-type"] {
                assert_eq!(head.header(name), answer.header(name), "{path} {name}");
            }
        }
    }
}

/// The addressing blocks of a request that all must be understood, with an answer to that address.
fn addressed(to: &str) -> String {
    let block = |name: &str, content: &str| {
        format!("<w:{name} xmlns:w=\"{ADDRESSING}\" s:mustUnderstand=\"1\">{content}</w:{name}>")
    };
    let reply = format!(
        "<w:Address>{to}</w:Address><w:ReferenceParameters><t:ticket xmlns:t=\"urn:t\">7</t:ticket></w:ReferenceParameters>"
    );
    let blocks = [
        block("Action", &format!("{NAMESPACE}/GetCompany")),
        block("To", "http://crm.example/soap/crm"),
        block("MessageID", "urn:uuid:1"),
        block("ReplyTo", &reply),
    ];
    blocks.concat()
}

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

#[test]
fn a_request_that_names_itself_is_answered_by_name() {
    let gateway = Ground::sample();
    let here = addressed(&format!("{ADDRESSING}/anonymous"));
    let unknown = format!("{here}<u:unknown xmlns:u=\"urn:u\" s:mustUnderstand=\"1\"/>");
    let elsewhere = addressed("http://elsewhere.example/");
    let action = |message: &str| format!("{NAMESPACE}/CrmPortType/{message}");
    let fault = action("GetCompany/Fault/Problem");
    let cases = [
        (
            &here,
            "<id>1</id>",
            200,
            action("GetCompanyResponse"),
            "<GetCompanyResponse",
        ),
        (&here, "<id>99999</id>", 500, fault.clone(), "NotFound"),
        (&here, "<id>one</id>", 500, fault, "one"),
        (
            &unknown,
            "<id>1</id>",
            500,
            format!("{ADDRESSING}/soap/fault"),
            "MustUnderstand",
        ),
        (
            &elsewhere,
            "<id>1</id>",
            500,
            format!("{ADDRESSING}/fault"),
            "elsewhere",
        ),
    ];
    for (blocks, content, status, action, part) in cases {
        let request = gateway.request("GetCompany", content).with_block(blocks);
        let answer = request.send(&gateway);
        assert_eq!(answer.status, status, "{}", answer.body);
        for part in [
            &format!(">{action}</wsa:Action>"),
            ">urn:uuid:1</wsa:RelatesTo>",
            "wsa:IsReferenceParameter=\"true\" xmlns:t=\"urn:t\">7</t:ticket>",
            part,
        ] {
            assert!(answer.body.contains(part), "{part}: {}", answer.body);
        }
    }
    // A page that is written while it is sent, and the stored answer of a write.
    let record = format!(
        "<record><last_name>Long</last_name><notes>{}</notes></record>",
        "x".repeat(300_000)
    );
    for _ in 0..2 {
        let request = gateway.request("CreateContact", &record).with_block(&here);
        let answer = request.with_header("Idempotency-Key", "a").send(&gateway);
        let due = format!(">{}</wsa:Action>", action("CreateContactResponse"));
        assert!(answer.body.contains(&due), "{}", answer.body);
    }
    let query = "<filter><last_name><eq>Long</eq></last_name></filter>";
    let answer = gateway
        .request("QueryContact", query)
        .with_block(&here)
        .send(&gateway);
    assert_eq!(answer.body.matches("<notes>").count(), 1);
    let start = answer.body.split("<notes>").next().unwrap();
    assert!(
        start.contains(">urn:uuid:1</wsa:RelatesTo>") && start.contains("<soap:Body>"),
        "{start}"
    );
    assert!(answer.body.contains("</soap:Body></soap:Envelope>"));
}

#[test]
fn a_message_to_no_service_is_answered_with_a_fault() {
    let gateway = Ground::sample();
    let cases = [
        ("text/xml", Some("schemas.xmlsoap.org/soap/envelope/")),
        ("application/soap+xml", Some("2003/05/soap-envelope")),
        ("application/json", None),
    ];
    for (media, version) in cases {
        let request = Request::post("/soap/cmr", b"<a/>").with_header("Content-Type", media);
        let answer = request.send(&gateway);
        assert_eq!(answer.status, 404, "{media}: {}", answer.body);
        let told = answer.body.contains("nothing is served here");
        let code = text(&answer.body, "code");
        let is_fault = version.is_some_and(|version| answer.body.contains(version));
        assert_eq!(
            (told, is_fault),
            (true, version.is_some()),
            "{}",
            answer.body
        );
        assert_eq!(code, version.map(|_| "UnknownService"), "{}", answer.body);
    }
    assert_eq!(Request::get("/soap/cmr").send(&gateway).status, 404);
}
