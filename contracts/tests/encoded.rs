//! The client of an encoded service against peers that write values as the stacks of that time do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod served;

use std::sync::{Arc, Mutex};

use soapstone::codec::{Nillable, parse};
use soapstone::http::{Client, ClientOptions, Request, Response, Service, StatusCode};
use soapstone::service::{CallError, Version};
use soapstone_contracts::encoded::shop::{Line, Lines, Order, Place, PlaceResponse, Refusal};
use soapstone_contracts::encoded::shop_2::{PlaceFault, ShopClient};

use served::served;

/// Answers everything with one body, and remembers what it was sent.
struct Peer {
    body: String,
    asked: Arc<Mutex<String>>,
}

impl Service for Peer {
    async fn call(&self, request: Request) -> Response {
        *self.asked.lock().unwrap() = String::from_utf8(request.body.to_vec()).unwrap();
        let status = match self.body.contains("Fault>") {
            true => StatusCode::INTERNAL_SERVER_ERROR,
            false => StatusCode::OK,
        };
        let answer = format!(
            r#"<v:Envelope xmlns:v="http://schemas.xmlsoap.org/soap/envelope/" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:s="urn:shop"><v:Body>{}</v:Body></v:Envelope>"#,
            self.body
        );
        Response::new(status, Version::Soap11.content_type(), answer)
    }
}

/// Places an order of two lines; gives what came of it, and what the peer was sent.
async fn placed(body: &str) -> (Result<PlaceResponse, CallError<PlaceFault>>, String) {
    let asked = Arc::default();
    let peer = Peer {
        body: body.to_owned(),
        asked: Arc::clone(&asked),
    };
    let address = format!("http://{}/", served(peer).await);
    let shop = ShopClient::new(Client::new(ClientOptions::default()).unwrap(), address);
    let request = Place {
        customer: Nillable::Value("A & B".to_owned()),
        lines: Nillable::Value(Lines::from(vec![
            line("a", 2, None),
            line("b", 3, Some("x")),
        ])),
    };
    let answer = shop.place(&request).await;
    let asked = asked.lock().unwrap().clone();
    (answer, asked)
}

fn line(sku: &str, quantity: i32, note: Option<&str>) -> Line {
    Line {
        sku: sku.to_owned(),
        quantity,
        note: note.map_or(Nillable::Nil, |note| Nillable::Value(note.to_owned())),
    }
}

/// An order as it comes back: `a`, `b` and `a` once more.
fn order() -> Order {
    let (a, b) = (line("a", 2, None), line("b", 3, Some("x")));
    Order {
        id: 7,
        total: parse("5.25").unwrap(),
        lines: Lines::from(vec![a.clone(), b, a]),
    }
}

const STYLE: &str = r#"v:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/""#;

/// The same answer by stacks that put values in their places, beside each other, or where they stand first.
#[tokio::test]
async fn values_are_read_wherever_they_stand() {
    let a = r#"<sku i:type="x:string">a</sku><quantity i:type="x:int">2</quantity><note i:nil="true" i:type="x:string"/>"#;
    let b = r#"<sku i:type="x:string">b</sku><quantity i:type="x:int">3</quantity><note i:type="x:string">x</note>"#;
    let in_place = format!(
        r#"<s:placeResponse {STYLE}><return i:type="s:Order"><id i:type="x:int">7</id><total i:type="x:decimal">5.25</total><lines i:type="s:Lines" e:arrayType="s:Line[3]"><item i:type="s:Line">{a}</item><item i:type="s:Line">{b}</item><item i:type="s:Line">{a}</item></lines></return></s:placeResponse>"#
    );
    let apart = format!(
        r##"<s:placeResponse {STYLE}><return href="#id0"/></s:placeResponse>
        <multiRef id="id1" e:root="0" {STYLE} i:type="n:Line" xmlns:n="urn:shop">{a}</multiRef>
        <multiRef id="id0" e:root="0" {STYLE} i:type="n:Order" xmlns:n="urn:shop"><id href="#id3"/><total i:type="x:decimal">5.25</total><lines i:type="e:Array" e:arrayType="n:Line[3]"><lines href="#id1"/><lines href="#id2"/><lines href="#id1"/></lines></multiRef>
        <multiRef id="id2" e:root="0" {STYLE} i:type="n:Line" xmlns:n="urn:shop">{b}</multiRef>
        <multiRef id="id3" e:root="0" {STYLE} i:type="x:int">7</multiRef>"##
    );
    let array_apart = format!(
        r##"<q:placeResponse xmlns:q="urn:shop"><return href="#id1"/></q:placeResponse><q:Order id="id1" i:type="q:Order" xmlns:q="urn:shop"><id i:type="x:int">7</id><total i:type="x:decimal">5.25</total><lines href="#id2"/></q:Order><e:Array id="id2" xmlns:q="urn:shop" e:arrayType="q:Line[3]"><Item href="#id3"/><Item href="#id4"/><Item href="#id3"/></e:Array><q:Line id="id3" i:type="q:Line" xmlns:q="urn:shop">{a}</q:Line><q:Line id="id4" i:type="q:Line" xmlns:q="urn:shop">{b}</q:Line>"##
    );
    let first_in_place = format!(
        r##"<s:placeResponse><return i:type="s:Order"><id i:type="x:int">7</id><total i:type="x:decimal">5.25</total><lines e:arrayType="s:Line[3]" i:type="s:Lines"><item i:type="s:Line" id="ref1">{a}</item><item i:type="s:Line">{b}</item><item href="#ref1"/></lines></return></s:placeResponse>"##
    );
    let types_untold = format!(
        "<s:placeResponse><return><id>7</id><total>5.25</total><lines><s:Line><note i:nil='1'/><quantity>2</quantity><sku>a</sku></s:Line><l>{b}</l><l>{a}</l></lines></return></s:placeResponse>"
    );
    for body in [in_place, apart, array_apart, first_in_place, types_untold] {
        let (answer, _) = placed(&body).await;
        let answer = answer.unwrap_or_else(|error| panic!("{error}: {body}"));
        assert_eq!(answer.r#return, Nillable::Value(order()), "{body}");
    }
}

#[tokio::test]
async fn what_is_nil_or_left_out_of_an_array_is_told() {
    let lines = |array: &str| {
        format!(
            "<s:placeResponse><return><id>7</id><total>1</total><lines {array}</lines></return></s:placeResponse>"
        )
    };
    let one = "<item><sku>a</sku><quantity>2</quantity><note i:nil='1'/></item>";
    let at = one.replace("<item>", "<item e:position='[3]'>");
    let (none, a) = (Nillable::Nil, Nillable::Value(line("a", 2, None)));
    let (none, a) = (|| none.clone(), || a.clone());
    let cases = [
        (
            format!("e:arrayType='s:Line[2]'><item i:nil='true'/>{one}"),
            vec![none(), a()],
        ),
        (
            format!("e:arrayType='s:Line[2]' e:offset='[1]'>{one}"),
            vec![none(), a()],
        ),
        (
            format!("e:arrayType='s:Line[4]'>{at}"),
            vec![none(), none(), none(), a()],
        ),
        ("e:arrayType='s:Line[0]'>".to_owned(), vec![]),
    ];
    for (array, expected) in cases {
        let (answer, _) = placed(&lines(&array)).await;
        let order = answer.unwrap().r#return.value().unwrap();
        assert_eq!(order.lines.0.to_vec(), expected, "{array}");
    }
    let nil = "<s:placeResponse><return i:nil='true' i:type='s:Order'/></s:placeResponse>";
    assert_eq!(placed(nil).await.0.unwrap().r#return, Nillable::Nil);
}

#[tokio::test]
async fn what_refers_to_nothing_or_does_not_end_is_no_answer() {
    let order = "<id>7</id><total>1</total>";
    let cases = [
        (
            format!(
                r##"<s:placeResponse><return>{order}<lines href="#no"/></return></s:placeResponse>"##
            ),
            "leads nowhere",
        ),
        (
            format!(
                r##"<s:placeResponse><return href="#a"/></s:placeResponse><s:Order id="a">{order}<lines><l href="#a"/></lines></s:Order>"##
            ),
            "leads to itself",
        ),
        (
            format!(
                "<s:placeResponse><return>{order}<lines><l/></lines></return></s:placeResponse>"
            ),
            "sku",
        ),
        (
            format!(
                "<s:placeResponse><return>{order}<lines><l i:type='s:Order'/></lines></return></s:placeResponse>"
            ),
            "Order",
        ),
        (
            format!(
                "<s:placeResponse><return>{order}<lines/></return></s:placeResponse><multiRef>"
            ),
            "multiRef",
        ),
    ];
    for (body, part) in cases {
        let error = placed(&body).await.0.unwrap_err();
        assert!(matches!(error, CallError::Answer(_)), "{body}: {error:?}");
        assert!(error.to_string().contains(part), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_fault_may_refer_to_its_detail() {
    let lines = "<code i:type='x:int'>9</code><lines e:arrayType='s:Line[0]'/>";
    let fault = |detail: &str, behind: &str| {
        format!(
            "<v:Fault><faultcode>v:Client</faultcode><faultstring>no</faultstring><detail>{detail}</detail></v:Fault>{behind}"
        )
    };
    let bodies = [
        fault(
            &format!("<s:refused i:type='s:Refusal'>{lines}</s:refused>"),
            "",
        ),
        fault(
            "<s:refusal href='#id0'/>",
            &format!("<multiRef id='id0' i:type='s:Refusal'>{lines}</multiRef>"),
        ),
    ];
    for body in bodies {
        let (answer, _) = placed(&body).await;
        let Err(CallError::Typed(PlaceFault::Refused(refusal), fault)) = answer else {
            panic!("{body}: {answer:?}");
        };
        let lines = Lines::from(Vec::new());
        assert_eq!(
            (refusal, &*fault.reason),
            (Refusal { code: 9, lines }, "no")
        );
    }
}

#[tokio::test]
async fn a_request_tells_its_encoding_and_its_types() {
    let (_, asked) = placed("<s:placeResponse/>").await;
    for part in [
        "soap:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"",
        "arrayType=\"",
        "Line[2]\"",
        "A &amp; B</customer>",
        "nil=\"",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
}
