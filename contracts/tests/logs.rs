//! What clients and routers log: enough to follow a call, and nothing of what is sent.
#![allow(clippy::unwrap_used, clippy::panic)]

mod served;

use std::io::Write;
use std::sync::{Arc, Mutex};

use soapstone::codec::parse;
use soapstone::datatype::DateTime;
use soapstone::http::{Client, ClientOptions, Credentials, Outgoing};
use soapstone::service::Router;
use soapstone_contracts::sample::SampleErp;
use soapstone_contracts::sample_erp::messages::{CancelOrder, GetStock};
use soapstone_contracts::sample_erp::order_service::{OrderServiceClient, OrderServiceServer};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

use served::served;

/// Lines as they are logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Starts to keep what this thread logs of a level, and above.
    fn keep(&self, level: LevelFilter) -> tracing::subscriber::DefaultGuard {
        let to = self.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || to.clone());
        let ours = Targets::new().with_target("soapstone", level);
        tracing::subscriber::set_default(tracing_subscriber::registry().with(layer).with(ours))
    }

    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

async fn start() -> OrderServiceClient {
    let noon = || DateTime::parse("2026-01-02T12:00:00Z").unwrap();
    let erp = OrderServiceServer(Arc::new(SampleErp::new(noon)));
    let router = Router::new().mount("/erp", erp).unwrap();
    let address = served(router).await;
    let http = Client::new(ClientOptions::default()).unwrap();
    let mut client =
        OrderServiceClient::new(http, format!("http://u:SECRET@{address}/erp?key=SECRET"));
    client.0 = client.0.with_credentials(Credentials::Basic {
        user: "u".to_owned(),
        password: "SECRET".to_owned(),
    });
    let name = "x-correlation-id".parse().unwrap();
    client.0.http_headers.push((name, "c-1".to_owned()));
    client
}

/// The one line that has all of these.
fn line<'l>(lines: &'l [String], parts: &[&str]) -> &'l str {
    let mut found = lines
        .iter()
        .filter(|line| parts.iter().all(|part| line.contains(part)));
    let (first, second) = (found.next(), found.next());
    assert!(second.is_none(), "{parts:?}: {lines:#?}");
    first.unwrap_or_else(|| panic!("{parts:?}: {lines:#?}"))
}

#[tokio::test]
async fn a_call_is_logged_on_both_sides_with_what_it_came_to_and_without_what_is_sent() {
    let lines = Lines::default();
    let _keeping = lines.keep(LevelFilter::DEBUG);
    let client = start().await;
    let stock = GetStock {
        item_number: vec![parse("SECRET-1").unwrap()],
    };
    client.get_stock(&stock).await.unwrap();
    let told = lines.take();
    let operation = "operation=\"GetStock\"";
    line(
        &told,
        &[
            "DEBUG",
            " request{",
            operation,
            "correlation=\"c-1\"",
            "answered status=200 millis=",
        ],
    );
    let call = line(
        &told,
        &[
            "DEBUG",
            " call{",
            operation,
            "correlation=\"c-1\"",
            "status=200",
            "answered millis=",
        ],
    );
    assert!(call.contains("/erp\""), "{call}");
    assert!(
        told.iter().all(|line| !line.contains("SECRET")),
        "{told:#?}"
    );

    let cancel = CancelOrder {
        order_number: parse("SO-123456").unwrap(),
        reason: None,
    };
    client.cancel_order(&cancel).await.unwrap_err();
    let told = lines.take();
    line(
        &told,
        &[
            " INFO",
            " request{",
            "CancelOrder",
            "refused status=500 code=\"Sender\"",
        ],
    );
    line(
        &told,
        &[
            " INFO",
            " call{",
            "CancelOrder",
            "status=500",
            "answered with a fault",
            "code=Sender",
        ],
    );
}

#[tokio::test]
async fn the_reason_of_a_refusal_stands_where_someone_looks_closer() {
    let lines = Lines::default();
    let client = start().await;
    let body = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><SECRET/></e:Body></e:Envelope>";
    for (level, is_told) in [(LevelFilter::INFO, false), (LevelFilter::DEBUG, true)] {
        let _keeping = lines.keep(level);
        let url = client.0.address.replace("u:SECRET@", "");
        let outgoing = Outgoing::post(url.replace("SECRET", ""), "text/xml", body);
        client.0.http.send(outgoing).await.unwrap();
        let told = lines.take();
        line(
            &told,
            &[
                " INFO",
                " request",
                "refused status=500 code=\"Sender\" millis=",
            ],
        );
        let shown = told.iter().any(|line| line.contains("SECRET"));
        assert_eq!(shown, is_told, "{told:#?}");
    }
}

#[tokio::test]
async fn what_does_not_come_back_is_a_warning() {
    let lines = Lines::default();
    let _keeping = lines.keep(LevelFilter::WARN);
    let mut client = start().await;
    let stock = GetStock {
        item_number: vec![parse("A-1").unwrap()],
    };
    for (address, part) in [
        ("http://127.0.0.1:1/erp?key=SECRET", "no answer"),
        ("gopher://u:SECRET@127.0.0.1/?key=SECRET", "no answer"),
    ] {
        client.0.address = address.to_owned();
        client.get_stock(&stock).await.unwrap_err();
        let told = lines.take();
        let line = line(
            &told,
            &[" WARN", "operation=\"GetStock\"", part, "not sent"],
        );
        assert!(!line.contains("SECRET"), "{line}");
    }
}
