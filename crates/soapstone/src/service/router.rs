//! Mounts ports at paths of one HTTP server, and shows the contract of each at `?wsdl`.

mod post;

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use hyper::http::{Method, StatusCode, Uri, header};

use super::message::{Message, Outcome};
use super::{Context, Contract, Headers, Operation};
use crate::codec::Strictness;
use crate::http::{Head, Refusal, Request, Response, Service};
use crate::soap::{Code, Fault, MediaType, Version};
use crate::xml;

/// What stands in a contract's documents where an address goes: that of the service which shows them, `{soapstone:address}`, or
/// that of a port, `{soapstone:address:OrdersSoap}`, with what the contract itself says behind it, up to the quote.
const ADDRESS: &str = "{soapstone:address";

/// A port as generated code makes it of a service.
pub trait Port: Send + Sync + 'static {
    /// Its operations.
    fn operations(&self) -> &'static [Operation];

    /// The header blocks that its contract declares.
    fn headers(&self) -> Headers;

    /// The documents of its contract.
    fn contract(&self) -> Contract;

    /// What the contract calls its ports.
    fn ports(&self) -> &'static [&'static str] {
        &[]
    }

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
    fn name(&self) -> &'static str;
    fn operations(&self) -> &'static [Operation];
    fn headers(&self) -> Headers;
    fn contract(&self) -> Contract;
    fn ports(&self) -> &'static [&'static str];
    fn call<'a>(
        &'a self,
        operation: usize,
        context: &'a Context,
        message: Message<'a>,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
}

impl<P: Port> Mounted for P {
    fn name(&self) -> &'static str {
        std::any::type_name::<P>()
    }
    fn operations(&self) -> &'static [Operation] {
        Port::operations(self)
    }
    fn headers(&self) -> Headers {
        Port::headers(self)
    }
    fn contract(&self) -> Contract {
        Port::contract(self)
    }
    fn ports(&self) -> &'static [&'static str] {
        Port::ports(self)
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
    proxies: Vec<IpAddr>,
}

/// Why a port cannot be mounted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MountError {
    /// Another port is mounted there; one of the two would never be asked.
    #[error("{path}: {port} cannot be mounted beside {mounted}; give it a path of its own")]
    Taken {
        /// Where.
        path: String,
        /// What is mounted there: the Rust type of its server.
        mounted: &'static str,
        /// What was to be mounted there too.
        port: &'static str,
    },
    /// No request has such a path.
    #[error("{path:?} is no path for {port}: it begins with a slash, and ends before any query")]
    Path {
        /// The path.
        path: String,
        /// What was to be mounted there.
        port: &'static str,
    },
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

    /// Mounts a port at a path: `/soap/orders`.
    ///
    /// # Errors
    /// A path at which another port is mounted, or that no request can have.
    pub fn mount(mut self, path: impl Into<String>, port: impl Port) -> Result<Router, MountError> {
        let path = path.into();
        let name = port.name();
        if let Some(mounted) = self.ports.get(&path) {
            return Err(MountError::Taken {
                mounted: mounted.name(),
                port: name,
                path,
            });
        }
        let asked = path.parse::<Uri>().ok();
        if !path.starts_with('/') || asked.is_none_or(|uri| uri.path() != path) {
            return Err(MountError::Path { path, port: name });
        }
        self.ports.insert(path, Box::new(port));
        Ok(self)
    }

    /// Sets what contracts put before the path of a service: `https://api.example.com`. Without it that is what the request
    /// shows, where a proxy that ends TLS looks like a caller without it, unless it is [trusted](Router::trusting).
    #[must_use]
    pub fn with_address(mut self, address: impl Into<String>) -> Router {
        self.address = Some(address.into());
        self
    }

    /// Believes what these proxies write into `Forwarded`, `X-Forwarded-Proto` and `X-Forwarded-Host` of the address that a
    /// client used. Nobody else is believed.
    #[must_use]
    pub fn trusting(mut self, proxies: impl IntoIterator<Item = IpAddr>) -> Router {
        self.proxies.extend(proxies);
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

    /// Answers a request in the name of a principal, whom a service in front of the router has recognised:
    ///
    /// ```
    /// use soapstone::http::{Credentials, Head, Refusal, Request, Response, Service, StatusCode, header};
    /// use soapstone::service::Router;
    ///
    /// struct Door(Router);
    ///
    /// impl Service for Door {
    ///     async fn call(&self, request: Request) -> Response {
    ///         match request.head.credentials() {
    ///             Some(Credentials::Basic { user, password }) if is_known(&user, &password) => {
    ///                 self.0.answer(request, &user).await
    ///             }
    ///             _ => Response::empty(StatusCode::UNAUTHORIZED)
    ///                 .with_header(header::WWW_AUTHENTICATE, "Basic realm=\"erp\""),
    ///         }
    ///     }
    ///
    ///     // What the server does not let through is answered as a fault too.
    ///     fn refuse(&self, refusal: Refusal, head: &Head) -> Response {
    ///         self.0.refuse(refusal, head)
    ///     }
    /// }
    /// # fn is_known(user: &str, password: &str) -> bool { user == password }
    /// ```
    pub async fn answer(&self, request: Request, principal: &str) -> Response {
        let Some(port) = self.ports.get(request.head.uri.path()) else {
            let reason = "no service is mounted here";
            return refused(&request.head, StatusCode::NOT_FOUND, Code::Sender, reason);
        };
        if request.head.method == Method::POST {
            return self.post(&**port, request, principal).await;
        }
        if !request.head.reads() {
            return Response::empty(StatusCode::METHOD_NOT_ALLOWED)
                .with_header(header::ALLOW, "GET, HEAD, POST");
        }
        self.show(&**port, &request.head)
    }

    /// Shows the contract: `?wsdl` its root, `?doc=NAME` any document, with the addresses in their places.
    fn show(&self, port: &dyn Mounted, head: &Head) -> Response {
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
        let base = match &self.address {
            Some(address) => address.trim_end_matches('/').to_owned(),
            None => head.address(&self.proxies, "localhost"),
        };
        let path = |name: &str| match name {
            "" => Some(head.uri.path()),
            name if port.ports().contains(&name) => Some(head.uri.path()),
            name => self.path_of(name, documents),
        };
        let shown = addressed(text, &|name| path(name).map(|path| format!("{base}{path}")));
        Response::new(StatusCode::OK, "text/xml; charset=utf-8", shown)
    }

    /// Where a port of a contract is mounted: the first such path.
    fn path_of(&self, port: &str, contract: Contract) -> Option<&str> {
        let mounted = self.ports.iter();
        let mounted = mounted
            .filter(|(_, other)| other.ports().contains(&port) && other.contract() == contract);
        mounted.map(|(path, _)| path.as_str()).min()
    }
}

impl Service for Router {
    async fn call(&self, request: Request) -> Response {
        self.answer(request, "").await
    }

    fn refuse(&self, refusal: Refusal, head: &Head) -> Response {
        let code = match refusal {
            Refusal::Busy { .. } | Refusal::RequestTime => Code::Receiver,
            _ => Code::Sender,
        };
        refused(head, refusal.status(), code, &refusal.to_string())
    }
}

/// Answers a request that no port gets: a SOAP message with a fault in its own version, anything else in plain text.
fn refused(head: &Head, status: StatusCode, code: Code, reason: &str) -> Response {
    let Some(version) = version_of(head) else {
        let plain = format!("{reason}\n");
        return Response::new(status, "text/plain; charset=utf-8", plain);
    };
    let mut out = String::new();
    Fault::new(code, reason).write(version, "", &mut out);
    Response::new(status, version.content_type(), out)
}

/// The version of a posted message, as far as its head tells it; nothing where it is no SOAP message.
fn version_of(head: &Head) -> Option<Version> {
    if head.method != Method::POST {
        return None;
    }
    let media = head.header(header::CONTENT_TYPE).map(MediaType::parse);
    let told = media.as_ref().and_then(Version::of_media);
    told.or_else(|| head.header("SOAPAction").map(|_| Version::Soap11))
}

/// Puts addresses in their places in a contract's document: that of the service, whose name is empty, and those of ports. A
/// port without one keeps what the contract says.
pub fn addressed(text: &str, address: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(ADDRESS) {
        out.push_str(before);
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        let own = match name.is_empty() {
            true => 0,
            false => behind.find(['"', '\'']).unwrap_or(behind.len()),
        };
        let (own, behind) = behind.split_at(own);
        match address(name.trim_start_matches(':')) {
            Some(address) => xml::escape_attribute(&address, &mut out),
            None => out.push_str(own),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
