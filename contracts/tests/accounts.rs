//! The sample bank over HTTP: parameters one by one, header blocks and their faults, one-way, attachments, several parts in a
//! body, binary values beside it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod served;

use std::sync::{Arc, Mutex};

use soapstone::codec::Nillable;
use soapstone::datatype::Base64Binary;
use soapstone::http::{Client, ClientOptions, Outgoing};
use soapstone::service::{
    Attachment, CallError, Context, Failure, Header, NoFaults, Received, Router,
};
use soapstone::soap::Code;
use soapstone_contracts::accounts::accounts::{
    Accounts, AccountsClient, AccountsServer, OpenFault, header,
};
use soapstone_contracts::accounts::types::{Account, Refusal, element};

use served::served;

/// Remembers what it was told.
#[derive(Debug, Default)]
struct Bank {
    notes: Arc<Mutex<Vec<String>>>,
}

impl Accounts for Bank {
    async fn open(
        &self,
        context: &Context,
        owner: String,
        first: soapstone::datatype::Decimal,
    ) -> Result<(Account, soapstone::datatype::Decimal), Failure<OpenFault>> {
        let session = header::session(context).map_err(Failure::Fault)?;
        let refusal = |why: &str| Refusal {
            why: why.to_owned(),
        };
        if session.as_deref() != Some("s-1") {
            return Err(OpenFault::SessionFault(refusal("no such session")).into());
        }
        if owner.is_empty() {
            return Err(OpenFault::Refused(refusal("nobody")).into());
        }
        context.answer_header(element::SESSION, &"s-2".to_owned());
        let account = Account {
            iban: format!("IBAN-{owner}"),
            balance: Nillable::Value(first.clone()),
        };
        Ok((account, first))
    }

    async fn close(&self, _context: &Context, iban: String) -> Result<(), Failure<NoFaults>> {
        assert_ne!(iban, "broken", "the vault is stuck");
        Ok(())
    }

    async fn note(&self, _context: &Context, text: String) -> Result<(), Failure<NoFaults>> {
        self.notes.lock().unwrap().push(text);
        Ok(())
    }

    async fn send(&self, context: &Context, _iban: String) -> Result<i32, Failure<NoFaults>> {
        let file = context
            .attachment("file")
            .map_or(0, |file| file.bytes.len());
        context.attach(Attachment {
            content_id: "receipt".to_owned(),
            content_type: "text/plain".to_owned(),
            bytes: b"taken".to_vec(),
        });
        Ok(i32::try_from(file).unwrap())
    }

    async fn archive(
        &self,
        context: &Context,
        (account, scan): (Account, Base64Binary),
    ) -> Result<(i32, Base64Binary), Failure<NoFaults>> {
        let kind = context.http.header("Content-Type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap().to_owned();
        self.notes.lock().unwrap().push(format!(
            "{} {kind} {}",
            account.iban,
            context.attachments.len()
        ));
        Ok((7, scan))
    }
}

async fn start() -> (AccountsClient, Arc<Mutex<Vec<String>>>) {
    start_on(Router::new()).await
}

async fn start_on(router: Router) -> (AccountsClient, Arc<Mutex<Vec<String>>>) {
    let bank = Bank::default();
    let notes = bank.notes.clone();
    let router = router.mount("/accounts", AccountsServer(bank)).unwrap();
    let address = format!("http://{}/accounts", served(router).await);
    let http = Client::new(ClientOptions::default()).unwrap();
    (AccountsClient::new(http, address), notes)
}

#[tokio::test]
async fn parameters_and_results_go_one_by_one() {
    let (bank, notes) = start().await;
    let received = Received::default();
    let mut bank = bank.with_session(&"s-1".to_owned());
    bank.0 = bank.0.keeping(received.clone());
    let amount = soapstone::codec::parse("12.50").unwrap();
    let (account, fee) = bank.open("Ann".to_owned(), amount).await.unwrap();
    assert_eq!(account.iban, "IBAN-Ann");
    assert_eq!(soapstone::codec::lexical(&fee), "12.50");
    let (headers, _) = received.take();
    assert_eq!(&*headers.first().unwrap().name.local, "session");
    bank.close(account.iban).await.unwrap();
    bank.note("hello".to_owned()).await.unwrap();
    assert_eq!(*notes.lock().unwrap(), ["hello"]);
}

#[tokio::test]
async fn faults_of_the_header_travel_in_the_header() {
    let (bank, _) = start().await;
    let amount: soapstone::datatype::Decimal = soapstone::codec::parse("1").unwrap();
    match bank.open(String::new(), amount.clone()).await {
        Err(CallError::Typed(OpenFault::SessionFault(fault), plain)) => {
            assert_eq!(fault.why, "no such session");
            assert!(plain.detail.is_none());
        }
        other => panic!("{other:?}"),
    }
    let bank = bank.with_session(&"s-1".to_owned());
    match bank.open(String::new(), amount).await {
        Err(CallError::Typed(OpenFault::Refused(fault), _)) => assert_eq!(fault.why, "nobody"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn attachments_travel_both_ways() {
    let (mut bank, _) = start().await;
    let received = Received::default();
    bank.0 = bank
        .0
        .keeping(received.clone())
        .with_attachment(Attachment {
            content_id: "file".to_owned(),
            content_type: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7\r\n--\0".to_vec(),
        });
    assert_eq!(bank.send("IBAN".to_owned()).await.unwrap(), 13);
    let (_, attachments) = received.take();
    assert_eq!(attachments.first().unwrap().bytes, b"taken");
}

#[tokio::test]
async fn several_parts_stand_in_one_body_and_binary_ones_beside_it_on_request() {
    let (mut bank, notes) = start().await;
    let received = Received::default();
    bank.0 = bank.0.keeping(received.clone());
    let account = Account {
        iban: "IBAN".to_owned(),
        balance: Nillable::Nil,
    };
    for length in [3, 5000] {
        let scan = Base64Binary((0..length).map(|n| (n % 251) as u8).collect());
        for xop in [false, true] {
            bank.0.xop = xop;
            let sent = (account.clone(), scan.clone());
            assert_eq!(bank.archive(&sent).await.unwrap(), (7, scan.clone()));
            // The answer goes the way of the request.
            let (_, attachments) = received.take();
            assert_eq!(attachments.len(), usize::from(xop && length > 512));
        }
    }
    let expected = [
        "text/xml 0",
        "multipart/related 0",
        "text/xml 0",
        "multipart/related 1",
    ];
    assert_eq!(
        *notes.lock().unwrap(),
        expected.map(|note| format!("IBAN {note}"))
    );
}

#[tokio::test]
async fn an_operation_that_panics_answers_a_fault_that_says_nothing_of_it() {
    let (bank, _) = start().await;
    match bank.close("broken".to_owned()).await {
        Err(CallError::Fault(fault)) => {
            assert_eq!(fault.code, Code::Receiver);
            assert!(!fault.reason.contains("vault"), "{}", fault.reason);
        }
        other => panic!("{other:?}"),
    }
    bank.close("sound".to_owned()).await.unwrap();
}

#[tokio::test]
async fn a_contract_names_the_address_that_the_caller_used_or_the_one_that_is_set() {
    let set = Router::new().with_address("https://bank.example/");
    for (router, expected) in [
        (Router::new(), "http://proxy.example/accounts"),
        (set, "https://bank.example/accounts"),
    ] {
        let (bank, _) = start_on(router).await;
        let asked = Outgoing::get(format!("{}?wsdl", bank.0.address))
            .with_header("host".parse().unwrap(), "proxy.example");
        let answer = bank.0.http.send(asked).await.unwrap();
        let contract = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(
            contract.contains(&format!("location=\"{expected}\"")),
            "{contract}"
        );
    }
}

#[tokio::test]
async fn messages_name_themselves_by_addressing_where_that_is_asked() {
    let (mut bank, notes) = start().await;
    let received = Received::default();
    bank.0 = bank.0.keeping(received.clone()).with_addressing();
    let value = |headers: &[Header], local: &str| {
        let found = headers.iter().find(|header| &*header.name.local == local);
        let text = found.map(|header| header.xml.split(['<', '>']).nth(2).unwrap().to_owned());
        text.unwrap_or_default()
    };
    bank.close("IBAN".to_owned()).await.unwrap();
    let (headers, _) = received.take();
    // The namespace is a URN, whose parts stand apart by colons.
    assert_eq!(
        value(&headers, "Action"),
        "urn:soapstone:sample:accounts:Accounts:closeResponse"
    );
    let (name, other) = (value(&headers, "MessageID"), value(&headers, "RelatesTo"));
    assert!(name.starts_with("urn:uuid:") && other.starts_with("urn:uuid:") && name != other);
    bank.note("hello".to_owned()).await.unwrap();
    assert_eq!(*notes.lock().unwrap(), ["hello"]);
    // A fault says which request it answers, too.
    bank.close("broken".to_owned()).await.unwrap_err();
    let (headers, _) = received.take();
    assert!(value(&headers, "Action").ends_with("/fault"), "{headers:?}");
    assert!(value(&headers, "RelatesTo").starts_with("urn:uuid:"));

    // That of the contract by its own action.
    bank = bank.with_session(&"s-1".to_owned());
    let amount = soapstone::codec::parse("1").unwrap();
    bank.open(String::new(), amount).await.unwrap_err();
    assert_eq!(
        value(&received.take().0, "Action"),
        "urn:soapstone:sample:accounts:Accounts:open:Fault:refused"
    );

    // What must be understood is; an answer to someone else is refused before anything is done.
    let post = |to: &str| {
        let block = |name: &str, text: &str| {
            format!(
                r#"<w:{name} xmlns:w="http://www.w3.org/2005/08/addressing" e:mustUnderstand="1">{text}</w:{name}>"#
            )
        };
        let reply = block("ReplyTo", &format!("<w:Address>{to}</w:Address>"));
        let headers = block("Action", "urn:note") + &block("MessageID", "urn:1") + &reply;
        let body = format!(
            r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>{headers}</e:Header><e:Body><n:note xmlns:n="urn:soapstone:sample:accounts"><text>by hand</text></n:note></e:Body></e:Envelope>"#
        );
        bank.0
            .http
            .send(Outgoing::post(&bank.0.address, "text/xml", body))
    };
    let taken = post("http://www.w3.org/2005/08/addressing/anonymous")
        .await
        .unwrap();
    assert_eq!(taken.status.as_u16(), 202);
    let refused = post("http://elsewhere.example/").await.unwrap();
    let text = String::from_utf8(refused.body.to_vec()).unwrap();
    assert_eq!(refused.status.as_u16(), 500, "{text}");
    assert!(
        text.contains(">urn:1</wsa:RelatesTo>") && text.contains("elsewhere"),
        "{text}"
    );
    assert!(text.contains(">http://www.w3.org/2005/08/addressing/fault<"));
    assert_eq!(*notes.lock().unwrap(), ["hello", "by hand"]);
}
