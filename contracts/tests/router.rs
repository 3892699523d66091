//! A router over HTTP: what it answers besides the operations.
#![allow(clippy::unwrap_used, clippy::panic)]

mod served;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use soapstone::datatype::DateTime;
use soapstone::http::{
    Answer, Client, ClientOptions, Head, HeaderMap, Method, Outgoing, Refusal, Service,
};
use soapstone::service::{
    Context, Contract, Headers, Message, MountError, Operation, Outcome, Port, Router, Version,
    not_served,
};
use soapstone::soap::{MediaType, read_envelope, read_fault};
use soapstone_contracts::sample::SampleErp;
use soapstone_contracts::sample_erp::order_service::OrderServiceServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use served::served;

fn erp() -> OrderServiceServer<Arc<SampleErp>> {
    let noon = || DateTime::parse("2026-01-02T12:00:00Z").unwrap();
    OrderServiceServer(Arc::new(SampleErp::new(noon)))
}

async fn send(outgoing: Outgoing) -> Answer {
    let client = Client::new(ClientOptions::default()).unwrap();
    client.send(outgoing).await.unwrap()
}

/// The head and the body of an answer, as they came.
async fn raw(address: SocketAddr, method: &str, target: &str) -> (Vec<String>, String) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request =
        format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head
        .lines()
        .map(str::to_ascii_lowercase)
        .filter(|line| !line.starts_with("date:"))
        .collect();
    // The status stays the first.
    lines[1..].sort();
    (lines, body.to_owned())
}

#[tokio::test]
async fn a_head_is_answered_as_a_get_without_its_body() {
    let address = served(Router::new().mount("/erp", erp()).unwrap()).await;
    for (target, status) in [
        ("/erp?wsdl", "200"),
        ("/erp?doc=none", "404"),
        ("/erp", "404"),
    ] {
        let (got, body) = raw(address, "GET", target).await;
        let (told, nothing) = raw(address, "HEAD", target).await;
        assert!(got[0].contains(status), "{target}: {got:?}");
        assert_eq!(told, got, "{target}");
        let length = format!("content-length: {}", body.len());
        assert!(told.contains(&length), "{target}: {told:?}");
        assert_eq!(nothing, "", "{target}");
    }
    let (refused, _) = raw(address, "DELETE", "/erp").await;
    assert!(refused[0].contains("405"), "{refused:?}");
    let allowed = "allow: get, head, post".to_owned();
    assert!(refused.contains(&allowed), "{refused:?}");
}

#[tokio::test]
async fn a_broken_message_of_several_parts_is_answered_in_its_own_version() {
    let address = served(Router::new().mount("/erp", erp()).unwrap()).await;
    let envelope = |version: &str| format!("\"application/{version}\"");
    let cases = [
        ("type=\"text/xml\"".to_owned(), false),
        (format!("type={}", envelope("soap+xml")), true),
        (
            format!(
                "type={}; start-info={}",
                envelope("xop+xml"),
                envelope("soap+xml; action=\\\"a\\\"")
            ),
            true,
        ),
        (
            format!("type={}; start-info=\"text/xml\"", envelope("xop+xml")),
            false,
        ),
        ("start=\"<a>\"".to_owned(), false),
    ];
    for (parameters, is_12) in cases {
        // There is no second delimiter, or none at all.
        for boundary in ["; boundary=cut", ""] {
            let media = format!("multipart/related; {parameters}{boundary}");
            let body = "--cut\r\nContent-Type: text/xml\r\n\r\n<a/>";
            let url = format!("http://{address}/erp");
            let answer = send(Outgoing::post(url, &media, body)).await;
            let (status, essence, namespace) = match is_12 {
                true => (400, "application/soap+xml", "2003/05/soap-envelope"),
                false => (500, "text/xml", "schemas.xmlsoap.org/soap/envelope"),
            };
            let text = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status.as_u16(), status, "{media}: {text}");
            let told = answer.header("content-type").unwrap();
            assert!(told.starts_with(essence), "{media}: {told}");
            assert!(text.contains(namespace), "{media}: {text}");
        }
    }
}

/// The status of an answer, whether it is a fault of SOAP 1.1 or 1.2 or neither, and its text.
fn told(answer: &Answer) -> (u16, Option<Version>, String) {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let media = answer.header("content-type").map(MediaType::parse);
    let version = media.as_ref().and_then(Version::of_media);
    if let Some(version) = version {
        let options = soapstone::xml::Options::message();
        let mut reader = soapstone::xml::Reader::new(&text, &options);
        let envelope = read_envelope(&mut reader).unwrap();
        assert_eq!(envelope.version, version, "{text}");
        let fault = read_fault(&mut reader, version).unwrap();
        return (answer.status.as_u16(), Some(version), fault.to_string());
    }
    (answer.status.as_u16(), None, text)
}

#[tokio::test]
async fn a_message_that_is_not_let_through_is_answered_in_its_own_version() {
    let router = Router::new().mount("/erp", erp()).unwrap();
    let address = served(Router::new().mount("/erp", erp()).unwrap()).await;
    let post = |path: &str, media: &str, name: &str, value: &str| {
        let posted = Outgoing::post(format!("http://{address}{path}"), media, "<a/>");
        send(posted.with_header(name.parse().unwrap(), value))
    };
    let cases = [
        ("text/xml", "x-a", Some(Version::Soap11)),
        (
            "application/soap+xml; charset=utf-8",
            "x-a",
            Some(Version::Soap12),
        ),
        (
            "multipart/related; type=\"application/xop+xml\"; start-info=\"application/soap+xml\"",
            "x-a",
            Some(Version::Soap12),
        ),
        ("application/xml", "soapaction", Some(Version::Soap11)),
        ("application/json", "x-a", None),
        ("application/x-www-form-urlencoded", "x-a", None),
    ];
    for (media, header, version) in cases {
        let answer = post("/none", media, header, "\"\"").await;
        let (status, found, text) = told(&answer);
        assert_eq!((status, found), (404, version), "{media}: {text}");
        assert!(text.contains("no service is mounted here"), "{text}");
        let answer = post("/erp", media, "content-encoding", "br").await;
        let (status, found, text) = told(&answer);
        let due = version.filter(|_| header == "x-a");
        assert_eq!((status, found), (415, due), "{media}: {text}");
        assert!(text.contains("gzip"), "{text}");

        let mut asked = HeaderMap::new();
        asked.insert("content-type", media.parse().unwrap());
        asked.insert(header, "\"\"".parse().unwrap());
        let head = |method| Head {
            method,
            uri: "/erp".parse().unwrap(),
            version: Default::default(),
            headers: asked.clone(),
            peer: address,
            secure: false,
        };
        let refusals = [
            (Refusal::Busy { retry_after: 1 }, "Receiver"),
            (Refusal::RequestTime, "Receiver"),
            (Refusal::BodyTime, "Sender"),
            (Refusal::TooLarge { limit: 1 }, "Sender"),
            (Refusal::Coding, "Sender"),
            (Refusal::BrokenBody, "Sender"),
        ];
        for (refusal, code) in refusals {
            let (mut body, mut types) = (Vec::new(), Vec::new());
            for method in [Method::POST, Method::GET] {
                let response = router.refuse(refusal, &head(method));
                let kept = response.headers.get("content-type").unwrap();
                types.push(kept.to_str().unwrap().to_owned());
                body.push(response.body.bytes().unwrap().clone());
            }
            let posted = String::from_utf8_lossy(&body[0]);
            match version {
                Some(version) => {
                    assert_eq!(types[0], version.content_type());
                    let code = match (version, code) {
                        (Version::Soap11, "Sender") => "soap:Client",
                        (Version::Soap11, _) => "soap:Server",
                        (_, code) => code,
                    };
                    assert!(posted.contains(code), "{refusal:?}: {posted}");
                    assert!(posted.contains(&refusal.to_string()), "{posted}");
                }
                None => assert_eq!(*posted, format!("{refusal}\n")),
            }
            assert_eq!(body[1], format!("{refusal}\n"), "a GET is no message");
        }
    }
}

#[tokio::test]
async fn a_part_of_another_media_type_is_refused_in_the_version_of_the_message() {
    let address = served(Router::new().mount("/erp", erp()).unwrap()).await;
    let body = "--cut\r\nContent-Type: text/plain\r\n\r\n<a/>\r\n--cut--\r\n";
    for (type_, version) in [
        ("text/xml", Some(Version::Soap11)),
        ("application/soap+xml", Some(Version::Soap12)),
        ("text/plain", None),
    ] {
        let media = format!("multipart/related; type=\"{type_}\"; boundary=cut");
        let url = format!("http://{address}/erp");
        let (status, found, text) = told(&send(Outgoing::post(url, &media, body)).await);
        assert_eq!((status, found), (415, version), "{type_}: {text}");
        assert!(text.contains("\"text/plain\" is not"), "{text}");
    }
}

/// The address in the contract that someone gets who asks with a header.
async fn told_to(router: Router, header: (&str, &str)) -> String {
    let address = served(router.mount("/erp", erp()).unwrap()).await;
    let asked = Outgoing::get(format!("http://{address}/erp?wsdl"));
    let asked = asked.with_header(header.0.parse().unwrap(), header.1);
    let contract = String::from_utf8(send(asked).await.body.to_vec()).unwrap();
    let (_, behind) = contract.split_once("location=\"").unwrap();
    behind
        .split_once('"')
        .unwrap()
        .0
        .replace(&address.to_string(), "HERE")
}

#[tokio::test]
async fn a_contract_names_the_address_that_the_caller_used() {
    let here: IpAddr = [127, 0, 0, 1].into();
    let other: IpAddr = [10, 0, 0, 5].into();
    let cases = [
        ("host", "proxy.example", "http://proxy.example/erp"),
        ("host", "proxy.example/<&", "http://localhost/erp"),
    ];
    for (header, value, expected) in cases {
        let told = told_to(Router::new(), (header, value)).await;
        assert_eq!(told, expected, "{header}: {value}");
    }
    let cases = [
        ("x-forwarded-proto", "https", "https://HERE/erp"),
        ("x-forwarded-proto", "ftp", "http://HERE/erp"),
        ("x-forwarded-host", "a.example, b", "http://a.example/erp"),
        (
            "forwarded",
            "for=1.2.3.4;host=\"a.example:8443\";Proto=https, for=5.6.7.8",
            "https://a.example:8443/erp",
        ),
    ];
    for (header, value, expected) in cases {
        let trusting = Router::new().trusting([other, here]);
        let told = told_to(trusting, (header, value)).await;
        assert_eq!(told, expected, "{header}: {value}");
        for router in [Router::new(), Router::new().trusting([other])] {
            let told = told_to(router, (header, value)).await;
            assert_eq!(told, "http://HERE/erp", "{header}: {value}");
        }
    }
}

/// A port of a contract with two, one of which is served elsewhere.
struct Half(&'static str);

impl Port for Half {
    fn operations(&self) -> &'static [Operation] {
        &[]
    }
    fn headers(&self) -> Headers {
        &[]
    }
    fn contract(&self) -> Contract {
        &[
            (
                "a.wsdl",
                r#"<a at="{soapstone:address:A}http://old/{a}" b='{soapstone:address:B}http://old/b?c' c="{soapstone:address:C}http://old/c" doc="{soapstone:address}?doc=t.xsd"/>"#,
            ),
            ("t.xsd", ""),
        ]
    }
    fn ports(&self) -> &'static [&'static str] {
        match self.0 {
            "A" => &["A"],
            _ => &["B"],
        }
    }
    async fn call(&self, _: usize, _: &Context, _: Message<'_>) -> Outcome {
        Err(not_served())
    }
}

#[tokio::test]
async fn each_port_of_a_contract_has_the_address_at_which_it_is_mounted() {
    let router = Router::new().with_address("http://x");
    let router = router.mount("/a&a", Half("A")).unwrap();
    let router = router.mount("/b", Half("B")).unwrap();
    let router = router.mount("/b2", Half("B")).unwrap();
    let address = served(router).await;
    for (path, own, b) in [
        ("/a&amp;a", "/a&amp;a", "/b"),
        ("/b", "/b", "/b"),
        ("/b2", "/b2", "/b2"),
    ] {
        let (_, body) = raw(
            address,
            "GET",
            &format!("{}?wsdl", path.replace("amp;", "")),
        )
        .await;
        let expected = format!(
            r#"<a at="http://x/a&amp;a" b='http://x{b}' c="http://old/c" doc="http://x{own}?doc=t.xsd"/>"#
        );
        assert_eq!(body, expected, "{path}");
    }
}

#[test]
fn two_services_at_one_path_are_a_mistake_and_so_is_a_path_of_no_request() {
    let router = Router::new().mount("/erp", erp()).unwrap();
    assert!(router.serves("/erp"));
    let taken = router.mount("/erp", erp()).unwrap_err();
    let (text, server) = (taken.to_string(), "OrderServiceServer<");
    assert!(matches!(taken, MountError::Taken { .. }), "{text}");
    assert!(
        text.starts_with("/erp: ") && text.matches(server).count() == 2,
        "{text}"
    );
    for path in ["", "erp", "/erp?wsdl", "/erp#a", "http://a/erp", "/my erp"] {
        let wrong = Router::new().mount(path, erp()).unwrap_err();
        let text = wrong.to_string();
        assert!(matches!(wrong, MountError::Path { .. }), "{path}: {text}");
        assert!(text.contains(server), "{text}");
    }
    let both = Router::new().mount("/a", erp());
    assert!(both.and_then(|router| router.mount("/a/", erp())).is_ok());
}
