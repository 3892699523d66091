//! What a server serves: requests with their body in memory, answers in memory or streamed.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hyper::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header};

use super::{Body, Credentials};

/// A request up to its body.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The target.
    pub uri: Uri,
    /// HTTP/1.0, 1.1 or 2.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// Who sent it.
    pub peer: SocketAddr,
    /// Whether it came over TLS.
    pub secure: bool,
}

impl Head {
    /// The first value of a header, where it is text.
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What it shows in `Authorization`, where that can be read.
    pub fn credentials(&self) -> Option<Credentials> {
        self.header(header::AUTHORIZATION)
            .and_then(Credentials::read)
    }

    /// Tells whether it asks for something to be shown: HEAD is answered as GET, and the server leaves the body out
    /// (RFC 9110, 9.3.2).
    pub fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// The id that names the request in logs, `X-Correlation-Id`, where it is short and plain enough for them.
    pub fn correlation(&self) -> Option<&str> {
        let id = self.header("X-Correlation-Id").map(str::trim);
        id.filter(|id| is_plain(id))
    }
}

/// How long something took, in milliseconds with three places: as logs tell it.
pub fn millis(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

/// Tells whether a text may serve as a correlation id: up to 128 visible characters of ASCII.
pub fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A request, its content coding undone.
#[derive(Debug, Clone)]
pub struct Request {
    /// What stands before the body.
    pub head: Arc<Head>,
    /// The body.
    pub body: Bytes,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers; length, coding and connection are the server's.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

impl Response {
    /// Makes an answer with a content type and a body.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Response {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Makes an answer without a body.
    pub fn empty(status: StatusCode) -> Response {
        Response {
            status,
            headers: HeaderMap::new(),
            body: Body::empty(),
        }
    }

    /// Makes all of a body that would be made while it is sent.
    pub(super) fn in_memory(self) -> Response {
        Response {
            body: self.body.in_memory(),
            ..self
        }
    }

    /// Adds a header; a value that HTTP has no place for is left out.
    #[must_use]
    pub fn with_header(mut self, name: header::HeaderName, value: &str) -> Response {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// A request that the server answers by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// As many requests as there may be are in flight.
    #[error("too many requests at once; try again in {retry_after} s")]
    Busy {
        /// When to try again, in seconds.
        retry_after: u32,
    },
    /// The body, or what it unpacks to, is over the limit.
    #[error("the body is over the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body did not come in time.
    #[error("the body did not come in time")]
    BodyTime,
    /// The answer was not made in time; what the request did is not known.
    #[error("the request took longer than it may")]
    RequestTime,
    /// The content coding is none that is taken.
    #[error("the content coding is not gzip or deflate")]
    Coding,
    /// The body broke off, or is not in its coding.
    #[error("the body is broken")]
    BrokenBody,
}

impl Refusal {
    /// The status that tells it.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::BodyTime => StatusCode::REQUEST_TIMEOUT,
            Refusal::RequestTime => StatusCode::GATEWAY_TIMEOUT,
            Refusal::Coding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::BrokenBody => StatusCode::BAD_REQUEST,
        }
    }

    /// The plain answer that tells it.
    pub fn response(self) -> Response {
        Response::new(
            self.status(),
            "text/plain; charset=utf-8",
            format!("{self}\n"),
        )
    }
}

/// Answers requests.
///
/// Implementations write `async fn call`.
pub trait Service: Send + Sync + 'static {
    /// Answers a request.
    fn call(&self, request: Request) -> impl Future<Output = Response> + Send;

    /// Answers a request that the server does not let through; the status and `Retry-After` are put right afterwards.
    fn refuse(&self, refusal: Refusal, _head: &Head) -> Response {
        refusal.response()
    }

    /// Tells whether a request is let through however many are in flight: a probe of health, say.
    fn is_vital(&self, _head: &Head) -> bool {
        false
    }
}

impl<S: Service> Service for Arc<S> {
    fn call(&self, request: Request) -> impl Future<Output = Response> + Send {
        S::call(self, request)
    }

    fn refuse(&self, refusal: Refusal, head: &Head) -> Response {
        S::refuse(self, refusal, head)
    }

    fn is_vital(&self, head: &Head) -> bool {
        S::is_vital(self, head)
    }
}
