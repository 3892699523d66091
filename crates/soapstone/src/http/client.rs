//! Sends requests: pooled connections, a time-out for each phase, TLS, credentials, content coding.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout, timeout_at};

use super::answer::{Answer, SendError};
use super::connect::Connector;
use super::credentials::Credentials;
use super::gzip::unpack;
use super::tls::{ClientTls, TlsError};

/// How a client connects and how long it waits.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// For a connection: name, TCP and TLS together.
    pub connect_time: Duration,
    /// From the start of the request to the head of the answer.
    pub first_byte_time: Duration,
    /// From the start of the request to the end of the answer.
    pub whole_time: Duration,
    /// Bytes of an answer's body, and of what it unpacks to.
    pub body_limit: usize,
    /// How long an unused connection is kept.
    pub idle_time: Duration,
    /// Unused connections kept for one host.
    pub idle_connections: usize,
    /// Whom it trusts, and what it shows.
    pub tls: ClientTls,
    /// `User-Agent`.
    pub user_agent: String,
}

impl Default for ClientOptions {
    /// 10 s to connect, 60 s to the first byte, 120 s in all, 64 MB, 16 unused connections for 20 s.
    fn default() -> ClientOptions {
        ClientOptions {
            connect_time: Duration::from_secs(10),
            first_byte_time: Duration::from_secs(60),
            whole_time: Duration::from_secs(120),
            body_limit: 64 << 20,
            idle_time: Duration::from_secs(20),
            idle_connections: 16,
            tls: ClientTls::default(),
            user_agent: concat!("soapstone/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// A request to send.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The address, `http` or `https`.
    pub url: String,
    /// The headers; length is the client's, and what of host, agent and codings to accept is not among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// What is shown in `Authorization`.
    pub credentials: Option<Credentials>,
    /// Time-outs of its own: first byte, and whole.
    pub times: Option<(Duration, Duration)>,
}

impl Outgoing {
    /// Makes a GET.
    pub fn get(url: impl Into<String>) -> Outgoing {
        Outgoing {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            credentials: None,
            times: None,
        }
    }

    /// Makes a POST of a body.
    pub fn post(url: impl Into<String>, content_type: &str, body: impl Into<Bytes>) -> Outgoing {
        let request = Outgoing {
            method: Method::POST,
            body: body.into(),
            ..Outgoing::get(url)
        };
        request.with_header(header::CONTENT_TYPE, content_type)
    }

    /// Adds a header; a value that HTTP has no place for is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Outgoing {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Adds credentials.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Outgoing {
        self.credentials = Some(credentials);
        self
    }
}

/// Sends requests over connections that it keeps; cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: legacy::Client<Connector, Sending>,
    options: Arc<ClientOptions>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// Keys or certificates that cannot be used.
    pub fn new(options: ClientOptions) -> Result<Client, TlsError> {
        let connector = Connector::new(options.tls.connector()?, options.connect_time);
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.idle_time)
            .pool_max_idle_per_host(options.idle_connections)
            .build(connector);
        Ok(Client {
            inner,
            options: Arc::new(options),
        })
    }

    /// Sends a request and reads the answer; nothing is retried, and no redirect followed.
    ///
    /// # Errors
    /// How much is known of the request's fate. An answer with a status of failure is an answer.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Answer, SendError> {
        let (first_byte, whole) = outgoing
            .times
            .unwrap_or((self.options.first_byte_time, self.options.whole_time));
        let end = Instant::now() + whole;
        // A request without a body is sent as soon as there is a connection.
        let sent = Arc::new(AtomicBool::new(outgoing.body.is_empty()));
        let request = self.request(outgoing, sent.clone())?;
        let failed = |reason: String, certain: bool| {
            if certain || !sent.load(Ordering::Acquire) {
                SendError::NotSent { reason }
            } else {
                SendError::Unknown { reason }
            }
        };
        let answered = match timeout(first_byte.min(whole), self.inner.request(request)).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => return Err(failed(chain(&error), error.is_connect())),
            Err(_) => {
                return Err(failed(
                    format!("no answer within {} ms", first_byte.min(whole).as_millis()),
                    false,
                ));
            }
        };
        let (parts, body) = answered.into_parts();
        let (status, headers) = (parts.status, parts.headers);
        let read = match timeout_at(end, self.read(&headers, body)).await {
            Ok(read) => read,
            Err(_) => Err(format!(
                "its body did not come within {} ms",
                whole.as_millis()
            )),
        };
        match read {
            Ok(body) => Ok(Answer {
                status,
                headers,
                body,
            }),
            Err(reason) => Err(SendError::Answered {
                status,
                headers: Box::new(headers),
                reason,
            }),
        }
    }

    fn request(
        &self,
        outgoing: Outgoing,
        sent: Arc<AtomicBool>,
    ) -> Result<hyper::Request<Sending>, SendError> {
        let not_sent = |reason: &str| SendError::NotSent {
            reason: format!("{}: {reason}", without_secrets(&outgoing.url)),
        };
        let uri: Uri = outgoing
            .url
            .parse()
            .map_err(|_| not_sent("it is not a URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https"))
            || uri.host().is_none_or(str::is_empty)
        {
            return Err(not_sent("it is not an http or https URL"));
        }
        let mut request = hyper::Request::new(Sending {
            body: outgoing.body,
            sent,
        });
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        if let Ok(agent) = HeaderValue::from_str(&self.options.user_agent) {
            headers.insert(header::USER_AGENT, agent);
        }
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("gzip, deflate"),
        );
        headers.extend(outgoing.headers);
        if let Some(credentials) = &outgoing.credentials {
            let reason = "the credentials do not fit into a header".to_owned();
            let value = credentials.header().ok_or(SendError::NotSent { reason })?;
            headers.insert(header::AUTHORIZATION, value);
        }
        Ok(request)
    }

    async fn read(&self, headers: &HeaderMap, mut body: Incoming) -> Result<Bytes, String> {
        let limit = self.options.body_limit;
        let over = || format!("its body is over the limit of {limit} bytes");
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame
                .map_err(|error| format!("its body broke off: {}", chain(&error)))?
                .into_data()
            else {
                continue;
            };
            if all.len() + data.len() > limit {
                return Err(over());
            }
            all.extend_from_slice(&data);
        }
        match headers.get(header::CONTENT_ENCODING) {
            None => Ok(all.freeze()),
            Some(coding) => {
                let coding = coding.to_str().unwrap_or("?").to_owned();
                tokio::task::spawn_blocking(move || unpack(&coding, all.freeze(), limit))
                    .await
                    .map_err(|error| error.to_string())?
                    .map_err(|error| format!("its body cannot be unpacked: {error}"))
            }
        }
    }
}

/// A body that remembers whether it was asked for: until then nothing of the request is on the wire.
struct Sending {
    body: Bytes,
    sent: Arc<AtomicBool>,
}

impl hyper::body::Body for Sending {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.sent.store(true, Ordering::Release);
        let body = std::mem::take(&mut self.body);
        Poll::Ready((!body.is_empty()).then(|| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.len() as u64)
    }
}

/// An address without what may be secret in it: a user, and what is asked.
pub(crate) fn without_secrets(address: &str) -> String {
    let plain = address.split(['?', '#']).next().unwrap_or_default();
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => plain.to_owned(),
    }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        out.push_str(": ");
        out.push_str(&error.to_string());
        source = error.source();
    }
    out
}
