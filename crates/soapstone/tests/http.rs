//! The server through raw sockets, as old and hostile peers speak to it, and the client against it and against broken servers.
#![cfg(all(feature = "server", feature = "client"))]
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use soapstone::http::{
    Body, Client, ClientOptions, ClientTls, Credentials, Head, Outgoing, Refusal, Request,
    Response, SendError, ServerOptions, Service, StatusCode, header, serve, server_tls,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// Answers by path.
#[derive(Default)]
struct Echo {
    entered: Notify,
    release: Notify,
}

impl Service for Echo {
    async fn call(&self, request: Request) -> Response {
        let text = "text/plain";
        match request.head.uri.path() {
            "/stream" => {
                let (mut writer, body) = Body::streamed(2);
                tokio::spawn(async move {
                    for _ in 0..100 {
                        writer.write("0123456789".repeat(100)).await?;
                    }
                    writer.finish().await
                });
                Response::new(StatusCode::OK, text, body)
            }
            "/endless" => {
                let (mut writer, body) = Body::streamed(2);
                tokio::spawn(async move {
                    while writer.write("0123456789".repeat(1000)).await.is_ok() {}
                });
                Response::new(StatusCode::OK, text, body)
            }
            "/broken" => {
                let (mut writer, body) = Body::streamed(2);
                tokio::spawn(async move { writer.write("a beginning").await });
                Response::new(StatusCode::OK, text, body)
            }
            "/wait" => {
                self.entered.notify_one();
                self.release.notified().await;
                Response::new(StatusCode::OK, text, "waited")
            }
            "/who" => {
                let who = request
                    .head
                    .header(header::AUTHORIZATION)
                    .unwrap_or_default()
                    .to_owned();
                Response::new(StatusCode::UNAUTHORIZED, text, who)
                    .with_header(header::RETRY_AFTER, "7")
            }
            "/large" => Response::new(StatusCode::OK, text, "x".repeat(100_000)),
            "/huge" => Response::new(StatusCode::OK, text, "0123456789".repeat(2_000_000)),
            _ => Response::new(StatusCode::OK, text, request.body),
        }
    }

    fn refuse(&self, refusal: Refusal, _head: &Head) -> Response {
        Response::new(StatusCode::OK, "text/plain", format!("refused: {refusal}"))
    }

    fn is_vital(&self, head: &Head) -> bool {
        head.uri.path() == "/health"
    }
}

struct Running {
    address: SocketAddr,
    service: Arc<Echo>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<std::io::Result<()>>,
}

async fn start(options: ServerOptions) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = Arc::new(Echo::default());
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(serve(listener, service.clone(), options, async {
        let _ = stopped.await;
    }));
    Running {
        address,
        service,
        stop: Some(stop),
        ended,
    }
}

impl Running {
    /// Sends bytes and reads everything until the server closes.
    async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

#[tokio::test]
async fn old_peers_get_what_they_understand() {
    let server = start(ServerOptions::default()).await;
    let answer = server
        .raw("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc")
        .await;
    assert!(
        answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("\r\n\r\nabc"),
        "{answer}"
    );
    let answer = server
        .raw("GET /stream HTTP/1.0\r\n\r\n")
        .await
        .to_lowercase();
    assert!(
        !answer.contains("chunked") && answer.split("\r\n\r\n").nth(1).unwrap().len() == 100_000,
        "{answer}"
    );
    let answer = server
        .raw("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await
        .to_lowercase();
    assert!(answer.contains("transfer-encoding: chunked") && answer.contains("connection: close"));
    assert!(answer.ends_with("\r\n0\r\n\r\n"));
    let answer = server.raw("POST / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").await;
    assert!(
        answer.contains("connection: close") && answer.ends_with("\r\n\r\nabc"),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_no_request_is_answered_before_the_connection_ends() {
    let server = start(ServerOptions::default()).await;
    let many: String = (0..150).map(|n| format!("X-{n}: a\r\n")).collect();
    let cases = [
        ("GARBAGE\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"), "431"),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n".to_owned(),
            "400",
        ),
    ];
    for (request, status) in cases {
        let answer = server.raw(&request).await;
        let told = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&told), "{request}: {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_rest_of_the_next_request() {
    let server = start(ServerOptions::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n";
    let one = format!("{post}a1");
    stream
        .write_all(format!("{one}{post}").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    while !answer.contains("a1") {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "{answer:?}");
        answer += std::str::from_utf8(&piece[..read]).unwrap();
    }
    stream.write_all(b"b2").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("b2"), "{rest:?}");
    // Half of the next head holds nothing up either.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let half = format!("{one}POST / HT");
    stream.write_all(half.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_body_is_asked_for_before_it_is_sent_and_only_if_it_is_wanted() {
    let server = start(ServerOptions {
        body_limit: 10,
        ..ServerOptions::default()
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abc").await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("\r\n\r\nabc"), "{rest}");
    let answer = server
        .raw("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
        .await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ")
            && answer.ends_with("refused: the body is over the limit of 10 bytes"),
        "{answer}"
    );
    let answer = server.raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn slow_peers_and_slow_services_end_in_time() {
    let short = Duration::from_millis(100);
    let options = ServerOptions {
        header_time: short,
        body_time: short,
        request_time: short,
        ..ServerOptions::default()
    };
    let server = start(options).await;
    assert_eq!(server.raw("POST / HT").await, "");
    let answer = server
        .raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")
        .await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let answer = server
        .raw("GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
}

#[tokio::test]
async fn what_is_packed_is_unpacked_and_a_bomb_is_not() {
    let server = start(ServerOptions {
        body_limit: 100_000,
        gzip_above: 50_000,
        ..ServerOptions::default()
    })
    .await;
    let pack = |text: String| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let post = |body: Vec<u8>, coding: &str| {
        Outgoing::post(server.url("/"), "text/plain", body)
            .with_header(header::CONTENT_ENCODING, coding)
    };
    let answer = client()
        .send(post(pack("abc".repeat(30_000)), "gzip"))
        .await
        .unwrap();
    assert_eq!(answer.body, "abc".repeat(30_000));
    assert_eq!(answer.header(header::CONTENT_ENCODING), Some("gzip"));
    let answer = client()
        .send(post(pack("a".repeat(10_000_000)), "gzip"))
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = client().send(post(b"abc".to_vec(), "gzip")).await.unwrap();
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let answer = client().send(post(b"abc".to_vec(), "br")).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let answer = client()
        .send(Outgoing::get(server.url("/stream")))
        .await
        .unwrap();
    assert_eq!(
        (answer.body.len(), answer.header(header::CONTENT_ENCODING)),
        (100_000, Some("gzip"))
    );
    let small = server.raw("GET /stream HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip;q=0\r\nConnection: close\r\n\r\n").await;
    assert!(!small.contains("content-encoding"));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_gives_its_place_back() {
    let options = ServerOptions {
        in_flight: 1,
        write_time: Duration::from_millis(100),
        ..ServerOptions::default()
    };
    let server = start(options).await;
    let packed = client()
        .send(Outgoing::get(server.url("/huge")))
        .await
        .unwrap();
    assert_eq!(
        (packed.body.len(), packed.header(header::CONTENT_ENCODING)),
        (20_000_000, Some("gzip"))
    );
    let mut stalled = TcpStream::connect(server.address).await.unwrap();
    stalled
        .write_all(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    stalled.readable().await.unwrap();
    let busy = client().send(Outgoing::get(server.url("/"))).await.unwrap();
    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    loop {
        let next = client().send(Outgoing::get(server.url("/"))).await.unwrap();
        if next.status == StatusCode::OK {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_request_too_many_is_told_to_come_again() {
    let server = start(ServerOptions {
        in_flight: 1,
        ..ServerOptions::default()
    })
    .await;
    let url = server.url("/wait");
    let waiting = tokio::spawn(async move { client().send(Outgoing::get(url)).await });
    server.service.entered.notified().await;
    let busy = client().send(Outgoing::get(server.url("/"))).await.unwrap();
    assert_eq!(
        (busy.status, busy.retry_after(SystemTime::now())),
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Some(Duration::from_secs(1))
        )
    );
    let vital = client()
        .send(Outgoing::get(server.url("/health")))
        .await
        .unwrap();
    assert_eq!(vital.status, StatusCode::OK);
    server.service.release.notify_one();
    assert_eq!(waiting.await.unwrap().unwrap().body, "waited");
    let next = client().send(Outgoing::get(server.url("/"))).await.unwrap();
    assert_eq!(next.status, StatusCode::OK);
}

#[tokio::test]
async fn a_server_that_stops_lets_open_requests_end() {
    let mut server = start(ServerOptions::default()).await;
    let url = server.url("/wait");
    let waiting = tokio::spawn(async move { client().send(Outgoing::get(url)).await });
    server.service.entered.notified().await;
    server.stop.take().unwrap().send(()).unwrap();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.ended.is_finished());
    server.service.release.notify_one();
    assert_eq!(waiting.await.unwrap().unwrap().body, "waited");
    server.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_client_knows_what_became_of_a_request() {
    let server = start(ServerOptions::default()).await;
    let answer = client()
        .send(
            Outgoing::get(server.url("/who")).with_credentials(Credentials::Basic {
                user: "ü".into(),
                password: "p:w".into(),
            }),
        )
        .await
        .unwrap();
    assert_eq!(
        (answer.status, &*answer.body),
        (StatusCode::UNAUTHORIZED, b"Basic w7w6cDp3".as_slice())
    );
    assert_eq!(
        answer.retry_after(SystemTime::now()),
        Some(Duration::from_secs(7))
    );

    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let not_sent = client()
        .send(Outgoing::post(format!("http://{closed}/"), "text/xml", "x"))
        .await;
    assert!(
        matches!(not_sent, Err(SendError::NotSent { .. })),
        "{not_sent:?}"
    );
    let not_sent = client()
        .send(Outgoing::post("ftp://localhost/", "text/xml", "x"))
        .await;
    assert!(
        matches!(not_sent, Err(SendError::NotSent { .. })),
        "{not_sent:?}"
    );

    // Reads the request, and closes without a word.
    let rude = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = rude.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = rude.accept().await.unwrap();
            let mut buffer = [0; 1024];
            let _ = stream.read(&mut buffer).await;
        }
    });
    let unknown = client()
        .send(Outgoing::post(
            format!("http://{address}/"),
            "text/xml",
            "x",
        ))
        .await;
    assert!(
        matches!(unknown, Err(SendError::Unknown { .. })),
        "{unknown:?}"
    );

    let short = Duration::from_millis(50);
    let mut late = Outgoing::get(server.url("/wait"));
    late.times = Some((short, Duration::from_secs(5)));
    let unknown = client().send(late).await;
    assert!(
        matches!(unknown, Err(SendError::Unknown { .. })),
        "{unknown:?}"
    );

    let broken = client().send(Outgoing::get(server.url("/broken"))).await;
    assert!(
        matches!(
            broken,
            Err(SendError::Answered {
                status: StatusCode::OK,
                ..
            })
        ),
        "{broken:?}"
    );
    let small = Client::new(ClientOptions {
        body_limit: 99_999,
        ..ClientOptions::default()
    })
    .unwrap();
    let large = small.send(Outgoing::get(server.url("/large"))).await;
    assert!(
        matches!(large, Err(SendError::Answered { .. })),
        "{large:?}"
    );

    // Takes connections and never speaks TLS.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let hasty = Client::new(ClientOptions {
        connect_time: short,
        ..ClientOptions::default()
    })
    .unwrap();
    let not_sent = hasty
        .send(Outgoing::post(
            format!("https://{address}/"),
            "text/xml",
            "x",
        ))
        .await;
    assert!(
        matches!(not_sent, Err(SendError::NotSent { .. })),
        "{not_sent:?}"
    );
}

#[tokio::test]
async fn both_sides_show_certificates() {
    let keys = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    let file = |name: &str| keys.join(name);
    let tls = server_tls(
        &file("server.pem"),
        &file("server.key"),
        Some(&file("ca.pem")),
    )
    .unwrap();
    let server = start(ServerOptions {
        tls: Some(tls),
        ..ServerOptions::default()
    })
    .await;
    let url = format!("https://localhost:{}/", server.address.port());
    let make = |ca, identity| {
        Client::new(ClientOptions {
            tls: ClientTls { ca, identity },
            ..ClientOptions::default()
        })
        .unwrap()
    };
    let identity = Some((file("client.pem"), file("client.key")));
    let known = make(Some(file("ca.pem")), identity.clone());
    let answer = known
        .send(Outgoing::post(&url, "text/plain", "abc"))
        .await
        .unwrap();
    assert_eq!(answer.body, "abc");
    let stranger = make(None, identity)
        .send(Outgoing::post(&url, "text/plain", "abc"))
        .await;
    assert!(
        matches!(stranger, Err(SendError::NotSent { .. })),
        "{stranger:?}"
    );
    assert!(
        make(Some(file("ca.pem")), None)
            .send(Outgoing::post(&url, "text/plain", "abc"))
            .await
            .is_err()
    );
    assert!(server_tls(&file("server.pem"), &file("ca.pem"), None).is_err());
}
