//! Mounts ports at paths of one HTTP server: reads the envelope, finds the operation, writes the answer or the fault, and
//! shows the contract at `?wsdl`.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use hyper::http::{Method, StatusCode, header};

use super::message::{Message, Outcome};
use super::{Context, Contract, Headers, Operation, Reply};
use crate::codec::{Strictness, declares_xop};
use crate::http::{Head, Request, Response, Service};
use crate::soap::{
    Code, Envelope, Fault, MediaType, Posted, Version, include, is_multipart, is_xop,
    read_envelope, read_multipart, write_envelope, write_multipart, xop_content_type,
};
use crate::xml;

/// What stands in a contract's documents where the address of the service goes.
const ADDRESS: &str = "{soapstone:address}";

/// A port as generated code makes it of a service.
pub trait Port: Send + Sync + 'static {
    /// Its operations.
    fn operations(&self) -> &'static [Operation];

    /// The header blocks that its contract declares.
    fn headers(&self) -> Headers;

    /// The documents of its contract.
    fn contract(&self) -> Contract;

    /// Runs the operation with that index.
    fn call(
        &self,
        operation: usize,
        context: &Context,
        message: Message<'_>,
    ) -> impl Future<Output = Outcome> + Send;
}

/// A port behind a pointer: the future of its calls is boxed.
trait Mounted: Send + Sync + 'static {
    fn operations(&self) -> &'static [Operation];
    fn headers(&self) -> Headers;
    fn contract(&self) -> Contract;
    fn call<'a>(
        &'a self,
        operation: usize,
        context: &'a Context,
        message: Message<'a>,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
}

impl<P: Port> Mounted for P {
    fn operations(&self) -> &'static [Operation] {
        Port::operations(self)
    }
    fn headers(&self) -> Headers {
        Port::headers(self)
    }
    fn contract(&self) -> Contract {
        Port::contract(self)
    }
    fn call<'a>(
        &'a self,
        operation: usize,
        context: &'a Context,
        message: Message<'a>,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(Port::call(self, operation, context, message))
    }
}

/// Answers SOAP requests with the ports mounted on it.
#[derive(Default)]
pub struct Router {
    ports: HashMap<String, Box<dyn Mounted>>,
    options: Option<xml::Options>,
    strictness: Strictness,
    address: Option<String>,
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router")
            .field("paths", &self.ports.keys())
            .finish_non_exhaustive()
    }
}

impl Router {
    /// Makes a router without ports.
    pub fn new() -> Router {
        Router::default()
    }

    /// Mounts a port at a path: `/soap/orders`. It takes the place of one that was mounted there before.
    #[must_use]
    pub fn mount(mut self, path: impl Into<String>, port: impl Port) -> Router {
        self.ports.insert(path.into(), Box::new(port));
        self
    }

    /// Sets what contracts put before the path of a service: `https://api.example.com`. Without it that is what the request
    /// shows, where a proxy that ends TLS looks like a caller without it.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<String>) -> Router {
        self.address = Some(address.into());
        self
    }

    /// Sets the limits on messages.
    #[must_use]
    pub fn with_options(mut self, options: xml::Options) -> Router {
        self.options = Some(options);
        self
    }

    /// Reads requests leniently: what the contract does not know is passed over, and order is free.
    #[must_use]
    pub fn lenient(mut self) -> Router {
        self.strictness = Strictness::Lenient;
        self
    }

    /// Tells whether a port is mounted at a path.
    pub fn serves(&self, path: &str) -> bool {
        self.ports.contains_key(path)
    }

    /// Answers a request in the name of a principal.
    pub async fn answer(&self, request: Request, principal: &str) -> Response {
        let Some(port) = self.ports.get(request.head.uri.path()) else {
            return Response::new(
                StatusCode::NOT_FOUND,
                "text/plain; charset=utf-8",
                "no service is mounted here\n".to_owned(),
            );
        };
        match request.head.method {
            Method::POST => self.post(&**port, request, principal).await,
            Method::GET => show(&**port, &request.head, self.address.as_deref()),
            _ => Response::empty(StatusCode::METHOD_NOT_ALLOWED)
                .with_header(header::ALLOW, "GET, POST"),
        }
    }

    async fn post(&self, port: &dyn Mounted, request: Request, principal: &str) -> Response {
        let (mut body, mut attachments) = (request.body.clone(), Vec::new());
        let mut content_type = request.head.header(header::CONTENT_TYPE).map(str::to_owned);
        let mut xop = false;
        if let Some(media) = content_type.as_deref().map(MediaType::parse)
            && is_multipart(&media)
        {
            xop = is_xop(&media);
            match read_multipart(&media, &body) {
                Ok((root, rest)) => {
                    body = root.bytes.into();
                    content_type = Some(root.content_type);
                    attachments = rest;
                }
                Err(error) => {
                    return fault(
                        Version::Soap11,
                        &Fault::new(Code::Sender, error.to_string()),
                    );
                }
            }
        }
        let posted = match Posted::read(content_type.as_deref(), request.head.header("SOAPAction"))
        {
            Ok(posted) => posted,
            Err(error) => {
                return Response::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "text/plain; charset=utf-8",
                    format!("{error}\n"),
                );
            }
        };
        let asked = posted.version.unwrap_or(Version::Soap11);
        let text = match xml::decode(&body, posted.charset.as_deref()) {
            Ok(text) => text,
            Err(error) => return fault(asked, &Fault::new(Code::Sender, error.to_string())),
        };
        let options = self.options.unwrap_or_else(xml::Options::message);
        // A contract that declares `xop:Include` itself reads it as it stands.
        let text = match any_declares_xop(port.operations()) {
            true => text,
            false => match include(text, &attachments, &options) {
                Ok(text) => text,
                Err(error) => return fault(asked, &Fault::new(Code::Sender, error.to_string())),
            },
        };
        let mut reader = xml::Reader::new(&text, &options);
        reader.share(&body);
        let envelope = match read_envelope(&mut reader) {
            Ok(envelope) => envelope,
            Err(error) => return fault(asked, &error.fault()),
        };
        let version = envelope.version;
        let known = port.headers();
        let understood = |block: &crate::soap::HeaderBlock<'_>| {
            known
                .iter()
                .any(|(tag, namespaces)| tag.is(&block.namespace, block.local, namespaces))
        };
        if let Err(refused) = envelope.check_understood(understood) {
            return fault(version, &refused);
        }
        let Some(operation) = find(port.operations(), &envelope, posted.action.as_deref()) else {
            let what = envelope
                .payload
                .as_ref()
                .map_or("an empty body", |p| p.local);
            return fault(
                version,
                &Fault::new(
                    Code::Sender,
                    format!("{what} is no request of this service"),
                ),
            );
        };
        let context = Context {
            principal: principal.to_owned(),
            correlation: request
                .head
                .header("X-Correlation-Id")
                .unwrap_or_default()
                .to_owned(),
            version,
            headers: super::header::blocks(&envelope, &options),
            http: request.head.clone(),
            attachments,
            reply: Arc::new(Mutex::new(Reply {
                xop,
                ..Reply::default()
            })),
        };
        let message = Message {
            envelope,
            reader,
            strictness: self.strictness,
        };
        let outcome = caught(port.call(operation, &context, message)).await;
        let reply = std::mem::take(&mut *context.reply());
        match outcome {
            Ok(Some(body)) => {
                let mut out = String::with_capacity(body.len() + reply.headers.len() + 256);
                write_envelope(version, &reply.headers, &mut out, |out| out.push_str(&body));
                answer(version, out, &reply)
            }
            Ok(None) => Response::empty(StatusCode::ACCEPTED),
            Err(mut refused) => {
                refused.headers.push_str(&reply.headers);
                fault(version, &refused)
            }
        }
    }
}

/// Runs a call; one that panics is answered with a fault, in the place of a connection that breaks. The panic's own text goes
/// where the program's panics go, and not to the peer.
async fn caught(call: Pin<Box<dyn Future<Output = Outcome> + Send + '_>>) -> Outcome {
    // The future is not polled again, and what it shares with others is guarded by locks.
    let call = AssertUnwindSafe(call).catch_unwind();
    call.await.unwrap_or_else(|_| {
        let fault = Fault::new(Code::Receiver, "the operation ended with an internal error");
        Err(Box::new(fault))
    })
}

/// The answer of a message, alone or with what travels beside it.
fn answer(version: Version, message: String, reply: &Reply) -> Response {
    if reply.attachments.is_empty() && !reply.xop {
        return Response::new(StatusCode::OK, version.content_type(), message);
    }
    let root = match reply.xop {
        true => xop_content_type(version.content_type()),
        false => version.content_type().to_owned(),
    };
    match write_multipart(&message, &root, &reply.attachments) {
        Ok((content_type, body)) => Response::new(StatusCode::OK, version.content_type(), body)
            .with_header(header::CONTENT_TYPE, &content_type),
        Err(error) => fault(version, &Fault::new(Code::Receiver, error.to_string())),
    }
}

/// Tells whether the contract of a port declares `xop:Include`.
fn any_declares_xop(operations: &[Operation]) -> bool {
    let mut tables = operations.iter().filter_map(|o| o.element);
    tables.any(|(_, namespaces)| declares_xop(namespaces))
}

impl Service for Router {
    async fn call(&self, request: Request) -> Response {
        self.answer(request, "").await
    }
}

/// The operation of a request: by the element in its body (WS-I BP 1.1, 4.7.6), else by its action.
fn find(operations: &[Operation], envelope: &Envelope<'_>, action: Option<&str>) -> Option<usize> {
    let same_action = |o: &Operation| action.is_some_and(|a| !o.action.is_empty() && o.action == a);
    let by_body: Vec<usize> = operations
        .iter()
        .enumerate()
        .filter(
            |(_, operation)| match (&envelope.payload, operation.element) {
                (Some(payload), Some((tag, namespaces))) => {
                    tag.is(&payload.namespace, payload.local, namespaces)
                }
                (None, None) => true,
                _ => false,
            },
        )
        .map(|(index, _)| index)
        .collect();
    // Several operations may take one element; then only the action tells them apart.
    by_body
        .iter()
        .copied()
        .find(|i| operations.get(*i).is_some_and(same_action))
        .or_else(|| by_body.first().copied())
}

fn fault(version: Version, fault: &Fault) -> Response {
    let mut out = String::new();
    fault.write(version, "", &mut out);
    let status =
        StatusCode::from_u16(fault.status(version)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Response::new(status, version.content_type(), out)
}

/// Shows the contract: `?wsdl` its root, `?doc=NAME` any document, with the address that is set, or else the one that the
/// client used.
fn show(port: &dyn Mounted, head: &Head, base: Option<&str>) -> Response {
    let query = head.uri.query().unwrap_or_default();
    let documents = port.contract();
    let document = if query.eq_ignore_ascii_case("wsdl") {
        documents.first()
    } else {
        query
            .strip_prefix("doc=")
            .and_then(|name| documents.iter().find(|(n, _)| *n == name))
    };
    let Some((_, text)) = document else {
        return Response::new(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "POST a SOAP message, or GET ?wsdl\n".to_owned(),
        );
    };
    let shown = || {
        let scheme = if head.secure { "https" } else { "http" };
        let host = head
            .header(header::HOST)
            .or_else(|| head.uri.authority().map(|a| a.as_str()))
            .unwrap_or("localhost");
        format!("{scheme}://{host}")
    };
    let base = base.map_or_else(shown, |base| base.trim_end_matches('/').to_owned());
    let mut address = String::new();
    xml::escape_attribute(&format!("{base}{}", head.uri.path()), &mut address);
    Response::new(
        StatusCode::OK,
        "text/xml; charset=utf-8",
        text.replace(ADDRESS, &address),
    )
}
