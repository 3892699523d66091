//! Serves a [`Service`] on a listener: limits on bytes, time and requests in flight, content coding, TLS, draining.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::http::{HeaderValue, Method, Version, header};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::guard::Guarded;
use super::gzip::{UnpackError, accepts_gzip, unpack};
use super::service::{Head, Refusal, Request, Response, Service};
use super::tls::TlsServer;
use super::{Body, gzip};

/// Bodies longer than this are unpacked aside, so that one does not hold up the other requests of its thread.
const ASIDE: usize = 128 << 10;

/// What a server allows.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Bytes of a request's body, and of what it unpacks to.
    pub body_limit: usize,
    /// How long a request's head may take, and a connection may be idle; a TLS handshake too.
    pub header_time: Duration,
    /// How long a request's body may take.
    pub body_time: Duration,
    /// How long an answer may take, from the end of the request to the start of the answer.
    pub request_time: Duration,
    /// How long a peer may take no byte of its answer.
    pub write_time: Duration,
    /// Requests at once; the next is told to come again.
    pub in_flight: usize,
    /// Connections at once; the next waits.
    pub connections: usize,
    /// From how many bytes on an answer is compressed for those who take it.
    pub gzip_above: usize,
    /// How long open requests may take when the server ends.
    pub drain: Duration,
    /// Keys for TLS; without them it is plain HTTP.
    pub tls: Option<TlsServer>,
}

impl Default for ServerOptions {
    /// 16 MB, heads and idle connections 30 s, bodies 60 s, answers 60 s, a stalled peer 30 s, 512 requests, 10,000 connections, gzip above 16 KB,
    /// 30 s to drain.
    fn default() -> ServerOptions {
        ServerOptions {
            body_limit: 16 << 20,
            header_time: Duration::from_secs(30),
            body_time: Duration::from_secs(60),
            request_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            in_flight: 512,
            connections: 10_000,
            gzip_above: 16 << 10,
            drain: Duration::from_secs(30),
            tls: None,
        }
    }
}

/// Serves until `stop` is done, then takes no more connections, lets open requests end within the time to drain, and returns.
///
/// # Errors
/// None yet: what goes wrong with one connection ends that one.
pub async fn serve<S: Service>(
    listener: TcpListener,
    service: Arc<S>,
    options: ServerOptions,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let drain = options.drain;
    let connections = Arc::new(Semaphore::new(options.connections));
    let shared = Arc::new(Shared {
        service,
        in_flight: Arc::new(Semaphore::new(options.in_flight)),
        options,
    });
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, mostly: others end, and give theirs back.
                tracing::warn!(%error, "no connection could be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        tokio::spawn(connection(
            stream,
            peer,
            shared.clone(),
            graceful.watcher(),
            place,
        ));
    }
    drop(listener);
    if timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still open when the time to drain was over");
    }
    Ok(())
}

struct Shared<S> {
    service: Arc<S>,
    in_flight: Arc<Semaphore>,
    options: ServerOptions,
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = connections
        .clone()
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// Serves one connection to its end.
async fn connection<S: Service>(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared<S>>,
    watcher: Watcher,
    _place: OwnedSemaphorePermit,
) {
    // An answer is written at once: waiting for more to send would only delay it.
    let _ = stream.set_nodelay(true);
    let header_time = shared.options.header_time;
    let write_time = shared.options.write_time;
    let Some(tls) = shared.options.tls.clone() else {
        return plain(
            TokioIo::new(Guarded::new(stream, write_time)),
            peer,
            shared,
            watcher,
            false,
        )
        .await;
    };
    match timeout(header_time, TlsAcceptor::from(tls.0).accept(stream)).await {
        Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
            let service = service_fn(move |request| exchange(request, peer, true, shared.clone()));
            let connection = http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .keep_alive_interval(header_time)
                .serve_connection(TokioIo::new(Guarded::new(stream, write_time)), service);
            report(peer, watcher.watch(connection).await);
        }
        Ok(Ok(stream)) => {
            plain(
                TokioIo::new(Guarded::new(stream, write_time)),
                peer,
                shared,
                watcher,
                true,
            )
            .await
        }
        Ok(Err(error)) => tracing::debug!(%peer, %error, "the TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
    }
}

/// Serves HTTP/1.1 and 1.0; hyper sends no chunks to the latter, and says `100 Continue` when the body is asked for.
async fn plain<S: Service>(
    stream: impl hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    peer: SocketAddr,
    shared: Arc<Shared<S>>,
    watcher: Watcher,
    secure: bool,
) {
    let header_time = shared.options.header_time;
    let service = service_fn(move |request| exchange(request, peer, secure, shared.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .half_close(true)
        .serve_connection(stream, service);
    report(peer, watcher.watch(connection).await);
}

fn report(peer: SocketAddr, ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke");
    }
}

/// One request, from its head to its answer.
async fn exchange<S: Service>(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    secure: bool,
    shared: Arc<Shared<S>>,
) -> Result<hyper::Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let head = Arc::new(Head {
        method: parts.method,
        uri: parts.uri,
        version: parts.version,
        headers: parts.headers,
        peer,
        secure,
    });
    // HTTP/1.0 has no chunks, and not every client of its time takes the end of the connection for the end of the body.
    let whole = head.version < Version::HTTP_11;
    let is_head = head.method == Method::HEAD;
    let packed = !whole
        && head
            .header(header::ACCEPT_ENCODING)
            .is_some_and(accepts_gzip);
    let place = shared.in_flight.clone().try_acquire_owned().ok();
    let answer = if place.is_none() && !shared.service.is_vital(&head) {
        refuse(&*shared.service, Refusal::Busy { retry_after: 1 }, &head)
    } else {
        match read_body(&head, body, &shared.options).await {
            Ok(body) => call(&shared, head, body).await,
            Err(refusal) => refuse(&*shared.service, refusal, &head),
        }
    };
    let answer = if whole { answer.in_memory() } else { answer };
    let answer = finish(answer, packed, shared.options.gzip_above, place);
    Ok(match is_head {
        true => without_body(answer),
        false => answer,
    })
}

async fn call<S: Service>(shared: &Shared<S>, head: Arc<Head>, body: Bytes) -> Response {
    let called = shared.service.call(Request {
        head: head.clone(),
        body,
    });
    match timeout(shared.options.request_time, called).await {
        Ok(answer) => answer,
        Err(_) => refuse(&*shared.service, Refusal::RequestTime, &head),
    }
}

fn refuse<S: Service>(service: &S, refusal: Refusal, head: &Head) -> Response {
    let mut answer = service.refuse(refusal, head);
    answer.status = refusal.status();
    match refusal {
        Refusal::Busy { retry_after } => {
            answer
                .headers
                .insert(header::RETRY_AFTER, retry_after.into());
        }
        Refusal::Coding => {
            answer.headers.insert(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static("gzip, deflate"),
            );
        }
        // The rest of the body is not wanted.
        Refusal::TooLarge { .. } | Refusal::BodyTime => {
            answer
                .headers
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Refusal::RequestTime | Refusal::BrokenBody => {}
    }
    answer
}

/// Collects a body within the limits, and undoes its content coding.
async fn read_body(head: &Head, body: Incoming, options: &ServerOptions) -> Result<Bytes, Refusal> {
    let limit = options.body_limit;
    // Known to be too long: it is not asked for (`Expect: 100-continue`).
    if body.size_hint().lower() > limit as u64 {
        return Err(Refusal::TooLarge { limit });
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let body = timeout(options.body_time, collect(body, limit))
        .await
        .map_err(|_| Refusal::BodyTime)??;
    let coding = match head.headers.get(header::CONTENT_ENCODING) {
        None => return Ok(body),
        Some(coding) => coding.to_str().unwrap_or("?").to_owned(),
    };
    let unpacked = if body.len() > ASIDE {
        tokio::task::spawn_blocking(move || unpack(&coding, body, limit))
            .await
            .unwrap_or(Err(UnpackError::Broken))
    } else {
        unpack(&coding, body, limit)
    };
    unpacked.map_err(|error| match error {
        gzip::UnpackError::Coding => Refusal::Coding,
        gzip::UnpackError::Broken => Refusal::BrokenBody,
        gzip::UnpackError::Large => Refusal::TooLarge { limit },
    })
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, Refusal> {
    // Room is made for what is announced, up to a megabyte: the rest has to come first.
    let announced = usize::try_from(body.size_hint().lower())
        .unwrap_or(limit)
        .min(1 << 20);
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refusal::BrokenBody)?.into_data() else {
            continue;
        };
        let so_far = first.as_ref().map_or(all.len(), Bytes::len);
        if so_far + data.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        if let Some(first) = first.take() {
            all.reserve(announced.max(first.len() + data.len()));
            all.extend_from_slice(&first);
        } else if all.is_empty() {
            // Most bodies come in one piece, which is not copied.
            first = Some(data);
            continue;
        }
        all.extend_from_slice(&data);
    }
    Ok(first.unwrap_or_else(|| all.freeze()))
}

fn finish(
    answer: Response,
    packed: bool,
    gzip_above: usize,
    place: Option<OwnedSemaphorePermit>,
) -> hyper::Response<Body> {
    let Response {
        status,
        mut headers,
        mut body,
    } = answer;
    let coded = headers.contains_key(header::CONTENT_ENCODING);
    if packed && !coded && body.pack(gzip_above) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let mut response = hyper::Response::new(body.holding(place));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The answer to HEAD: it says what that to GET would of its body, and has none (RFC 9110, 9.3.2). Over HTTP/2 hyper would send
/// it, which breaks the stream.
fn without_body(mut answer: hyper::Response<Body>) -> hyper::Response<Body> {
    let length = answer.body().size_hint().exact();
    if let Some(length) = length.filter(|length| *length > 0) {
        answer
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
    }
    *answer.body_mut() = Body::empty();
    answer
}
