//! How the sample ERP stands on the wire: just enough HTTP/1.1, so that it can misbehave below the service too. It hangs up, hangs,
//! and answers twice or garbage, as it is told; what it does with orders is the service's affair.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use soapstone::http::{Head, HeaderMap, HeaderName, HeaderValue, Request};
use soapstone::service::{MountError, Router};
use soapstone::soap::{Code, Detail, Fault, Version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::SampleErp;
use crate::sample_erp::messages::{OrderRejected, element};
use crate::sample_erp::order_service::OrderServiceServer;
use crate::sample_erp::types::RejectionCode;

/// Where the service stands.
pub const PATH: &str = "/services/OrderService";

/// A request's body at most.
const LIMIT: usize = 4 << 20;

/// How it misbehaves: in how many of a hundred requests that change something. What only asks is always answered well.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manners {
    /// Rejects the order, by the contract's own fault.
    pub refusals: u64,
    /// Answers a fault of the server.
    pub faults: u64,
    /// Answers status 503.
    pub busy: u64,
    /// Hangs up before it took the order.
    pub reset_before: u64,
    /// Hangs up after it took the order.
    pub reset_after: u64,
    /// Takes the order and never answers.
    pub hangs: u64,
    /// Takes the order and answers what is no SOAP.
    pub garbage: u64,
    /// Takes the order and sends its answer twice.
    pub twice: u64,
    /// Milliseconds that it takes to answer anything.
    pub delay: u64,
    /// Where its dice start.
    pub seed: u64,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conduct {
    Well,
    Refusal,
    Fault,
    Busy,
    ResetBefore,
    ResetAfter,
    Hang,
    Garbage,
    Twice,
}

struct Wire {
    router: Router,
    manners: Manners,
    dice: AtomicU64,
}

/// Serves an ERP until the future is dropped.
///
/// # Errors
/// None: its path is one that requests have.
pub async fn serve(
    erp: Arc<SampleErp>,
    manners: Manners,
    listener: TcpListener,
) -> Result<(), MountError> {
    let wire = Arc::new(Wire {
        router: Router::new().mount(PATH, OrderServiceServer(erp))?,
        manners,
        dice: AtomicU64::new(manners.seed),
    });
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let wire = Arc::clone(&wire);
        tokio::spawn(async move {
            // A peer that goes away is a peer's affair.
            let _ = wire.converse(stream, peer).await;
        });
    }
}

impl Wire {
    async fn converse(&self, mut stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        while let Some(request) = read(&mut stream, &mut buffer, peer).await? {
            if self.manners.delay > 0 {
                tokio::time::sleep(Duration::from_millis(self.manners.delay)).await;
            }
            let last = request
                .head
                .header("connection")
                .is_some_and(|value| value.eq_ignore_ascii_case("close"));
            match self.conduct(&request) {
                Conduct::ResetBefore => return Ok(()),
                Conduct::Fault => {
                    let fault = Fault::new(Code::Receiver, "the sample ERP was told to fail");
                    stream.write_all(&told(&fault)).await?;
                }
                Conduct::Refusal => stream.write_all(&told(&refusal())).await?,
                Conduct::Busy => {
                    stream
                        .write_all(&message(503, &HeaderMap::new(), b"busy"))
                        .await?;
                }
                after => {
                    let answer = self.router.answer(request, "").await;
                    let body = answer.body.bytes().cloned().unwrap_or_default();
                    let answer = message(answer.status.as_u16(), &answer.headers, &body);
                    match after {
                        Conduct::ResetAfter => return Ok(()),
                        Conduct::Hang => return std::future::pending().await,
                        Conduct::Garbage => {
                            stream
                                .write_all(&message(200, &HeaderMap::new(), b"<html>what?"))
                                .await?;
                        }
                        Conduct::Twice => {
                            stream
                                .write_all(&[answer.as_slice(), &answer].concat())
                                .await?
                        }
                        _ => stream.write_all(&answer).await?,
                    }
                }
            }
            if last {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Throws the dice for a request.
    fn conduct(&self, request: &Request) -> Conduct {
        let asks = [&b"FindOrderByReference"[..], b"GetStock"]
            .iter()
            .any(|name| request.body.windows(name.len()).any(|part| part == *name));
        if request.body.is_empty() || asks {
            return Conduct::Well;
        }
        let mut roll = self.roll();
        let manners = &self.manners;
        for (percent, conduct) in [
            (manners.refusals, Conduct::Refusal),
            (manners.faults, Conduct::Fault),
            (manners.busy, Conduct::Busy),
            (manners.reset_before, Conduct::ResetBefore),
            (manners.reset_after, Conduct::ResetAfter),
            (manners.hangs, Conduct::Hang),
            (manners.garbage, Conduct::Garbage),
            (manners.twice, Conduct::Twice),
        ] {
            if roll < percent {
                return conduct;
            }
            roll -= percent;
        }
        Conduct::Well
    }

    /// A number below a hundred.
    fn roll(&self) -> u64 {
        let step = |state: u64| {
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407)
        };
        let before = self
            .dice
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
                Some(step(state))
            })
            .unwrap_or_default();
        (step(before) >> 33) % 100
    }
}

fn told(fault: &Fault) -> Vec<u8> {
    let mut body = String::new();
    fault.write(Version::Soap11, "", &mut body);
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_static("text/xml; charset=utf-8"),
    );
    message(fault.status(Version::Soap11), &headers, body.as_bytes())
}

fn refusal() -> Fault {
    let rejected = OrderRejected {
        code: RejectionCode::CreditLimit,
        message: "the sample ERP was told to refuse".to_owned(),
        line_number: None,
    };
    match element::ORDER_REJECTED.write(&rejected) {
        Ok(detail) => {
            Fault::new(Code::Sender, "the order is rejected").with_detail(Detail::new(detail))
        }
        Err(error) => Fault::new(Code::Receiver, error.to_string()),
    }
}

/// An answer as it stands on the wire.
fn message(status: u16, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    out
}

/// Reads one request; `None` at the end of the connection, and for what is no request that it understands.
async fn read(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    peer: SocketAddr,
) -> io::Result<Option<Request>> {
    let mut chunk = [0; 8192];
    let mut head: Option<(Head, usize, usize)> = None;
    loop {
        if head.is_none()
            && let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n")
        {
            let Some(read) = buffer.get(..end).and_then(|text| head_of(text, peer)) else {
                return Ok(None);
            };
            let length = read
                .header("content-length")
                .and_then(|length| length.parse().ok());
            head = Some((read, end + 4, length.unwrap_or(0).min(LIMIT)));
        }
        if let Some((_, start, length)) = &head
            && buffer.len() >= start + length
        {
            let rest = buffer.split_off(start + length);
            let body = buffer.split_off(*start);
            *buffer = rest;
            return Ok(head.map(|(head, ..)| Request {
                head: Arc::new(head),
                body: body.into(),
            }));
        }
        let read = stream.read(&mut chunk).await?;
        if read == 0 || buffer.len() > LIMIT + 65_536 {
            return Ok(None);
        }
        buffer.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
}

fn head_of(text: &[u8], peer: SocketAddr) -> Option<Head> {
    let text = std::str::from_utf8(text).ok()?;
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, uri) = (first.next()?.parse().ok()?, first.next()?.parse().ok()?);
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        headers.append(
            name.trim().parse::<HeaderName>().ok()?,
            value.trim().parse().ok()?,
        );
    }
    Some(Head {
        method,
        uri,
        version: Default::default(),
        headers,
        peer,
        secure: false,
    })
}
