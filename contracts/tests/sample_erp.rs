//! The sample ERP over HTTP: typed client, router and service together.
#![allow(clippy::unwrap_used, clippy::panic)]

mod served;

use soapstone::codec::{Root, lexical, parse};
use soapstone::datatype::DateTime;
use soapstone::http::{Client, ClientOptions, Outgoing};
use soapstone::service::{CallError, Router};
use soapstone_contracts::sample::{SampleErp, write_contract};
use soapstone_contracts::sample_erp::contract::FILES;
use soapstone_contracts::sample_erp::messages::{
    CancelOrder, ClientContext, FindOrderByReference, GetStock, SubmitOrder, element,
};
use soapstone_contracts::sample_erp::order_service::{
    CancelOrderFault, OrderServiceClient, OrderServiceServer, SubmitOrderFault,
};
use soapstone_contracts::sample_erp::types::{
    Customer, Order, OrderLine, OrderLines, OrderStatus, RejectionCode,
};

use served::served;

fn noon() -> DateTime {
    DateTime::parse("2026-01-02T12:00:00Z").unwrap()
}

fn order(reference: &str, item: &str, quantity: &str) -> SubmitOrder {
    let line = OrderLine {
        line_number: 1,
        item_number: parse(item).unwrap(),
        description: Some("Fish & <chips>".to_owned()),
        quantity: parse(quantity).unwrap(),
        unit_price: parse("12.3456").unwrap(),
        requested_date: None,
    };
    SubmitOrder {
        order: Order {
            external_reference: parse(reference).unwrap(),
            customer: Customer {
                customer_number: parse("C-1").unwrap(),
                name: None,
                email: None,
            },
            order_date: noon(),
            currency: parse("EUR").unwrap(),
            lines: OrderLines { line: vec![line] },
            comment: None,
        },
    }
}

/// Starts the ERP on a free port.
async fn start() -> (String, Client) {
    let erp = OrderServiceServer(std::sync::Arc::new(SampleErp::new(noon)));
    let router = Router::new().mount("/services/OrderService", erp).unwrap();
    let address = format!("http://{}/services/OrderService", served(router).await);
    (address, Client::new(ClientOptions::default()).unwrap())
}

#[tokio::test]
async fn an_order_is_taken_found_and_cancelled() {
    let (address, http) = start().await;
    let mut erp = OrderServiceClient::new(http, address);
    erp.0 = erp.0.with_header(
        element::CLIENT_CONTEXT,
        &ClientContext {
            system: "CRM".to_owned(),
            user: None,
        },
    );
    let taken = erp
        .submit_order(&order("A-1", "CHAIR-01", "10.5"))
        .await
        .unwrap()
        .confirmation;
    assert_eq!(lexical(&taken.total), "129.6288");
    assert_eq!(taken.status, OrderStatus::Accepted);
    let found = erp
        .find_order_by_reference(&FindOrderByReference {
            external_reference: parse("A-1").unwrap(),
        })
        .await
        .unwrap();
    assert_eq!(found.confirmation.as_ref(), Some(&taken));
    let cancel = CancelOrder {
        order_number: taken.order_number.clone(),
        reason: None,
    };
    assert_eq!(
        erp.cancel_order(&cancel).await.unwrap().confirmation.status,
        OrderStatus::Cancelled
    );
    match erp.cancel_order(&cancel).await {
        Err(CallError::Typed(CancelOrderFault::OrderRejected(fault), _)) => {
            assert_eq!(fault.code, RejectionCode::NotCancellable)
        }
        other => panic!("{other:?}"),
    }
    let stock = erp
        .get_stock(&GetStock {
            item_number: vec![parse("DESK-02").unwrap(), parse("NONE").unwrap()],
        })
        .await
        .unwrap()
        .stock;
    assert_eq!(stock.len(), 1);
}

#[tokio::test]
async fn faults_of_the_contract_are_typed() {
    let (address, http) = start().await;
    let erp = OrderServiceClient::new(http, address);
    let first = erp
        .submit_order(&order("B-1", "LAMP-03", "1"))
        .await
        .unwrap()
        .confirmation;
    assert_eq!(first.status, OrderStatus::Backordered);
    match erp.submit_order(&order("B-1", "LAMP-03", "1")).await {
        Err(CallError::Typed(SubmitOrderFault::DuplicateOrder(fault), _)) => {
            assert_eq!(fault.existing, first)
        }
        other => panic!("{other:?}"),
    }
    match erp.submit_order(&order("B-2", "NOTHING", "1")).await {
        Err(CallError::Typed(SubmitOrderFault::OrderRejected(fault), _)) => {
            assert_eq!(
                (fault.code, fault.line_number),
                (RejectionCode::UnknownItem, Some(1))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_contract_is_shown_with_its_own_address() {
    let (address, http) = start().await;
    let answer = http
        .send(Outgoing::get(format!("{address}?wsdl")))
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.contains(&format!("location=\"{address}\"")), "{text}");
    let import = format!("schemaLocation=\"{address}?doc=");
    let at = text.find(&import).unwrap() + "schemaLocation=\"".len();
    let url: String = text[at..].chars().take_while(|c| *c != '"').collect();
    let schema = http.send(Outgoing::get(url)).await.unwrap();
    assert!(String::from_utf8_lossy(&schema.body).contains("SubmitOrderResponse"));
}

#[tokio::test]
async fn wrong_requests_are_answered_with_faults() {
    let (address, http) = start().await;
    let wrap = |body: &str| {
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{body}</s:Body></s:Envelope>"
        )
    };
    let good = order("C-1", "CHAIR-01", "1").to_xml().unwrap();
    let cases = [
        (
            wrap(&good.replace(">1</t:Quantity>", ">0</t:Quantity>")),
            "SubmitOrder/Order/Lines/Line[1]/Quantity: &quot;0&quot; breaks minExclusive 0",
        ),
        (wrap("<Nothing/>"), "Nothing is no request of this service"),
        (
            wrap(&format!("{good}<more/>")),
            "more stands behind the payload",
        ),
        ("<broken".to_owned(), "Fault"),
    ];
    for (message, expected) in cases {
        let answer = http
            .send(Outgoing::post(&address, "text/xml", message))
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&answer.body).replace('"', "&quot;");
        assert_eq!(answer.status.as_u16(), 500);
        assert!(text.contains(expected), "{text}\n{expected}");
    }
}

#[test]
fn a_contract_is_written_as_files_that_name_each_other_and_the_address() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    std::fs::create_dir_all(&folder).unwrap();
    write_contract(&folder, "http://127.0.0.1:1/erp").unwrap();
    let (root, others) = FILES.split_first().unwrap();
    let text = std::fs::read_to_string(folder.join(root.0)).unwrap();
    assert!(
        text.contains("location=\"http://127.0.0.1:1/erp\""),
        "{text}"
    );
    let mut texts = vec![text];
    for (name, _) in others {
        texts.push(std::fs::read_to_string(folder.join(name)).unwrap());
        let place = format!("schemaLocation=\"{name}\"");
        assert!(texts.iter().any(|text| text.contains(&place)), "{name}");
    }
    assert!(texts.iter().all(|text| !text.contains("{soapstone:")));
}
