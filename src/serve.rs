//! HTTP in front of the gateway: which address is what, who is asked for which document, and how an answer goes out. It knows no SQL and
//! reads no XML.

mod address;

use std::sync::Arc;
use std::time::Duration;

use soapstone::http::{
    self, Head, HeaderName, Method, Refusal, Request, Response, StatusCode, header,
};
use soapstone::service::Router;
use soapstone::soap::{MediaType, Version};
use soapstone::xml::Options;
use soapstone_contracts::gateway::flow_service::FlowServiceServer;
use tokio::sync::mpsc;
use tracing::Instrument;

use self::address::decode_path;
use crate::contract::Service;
use crate::contract::wsdl::Layout;
use crate::exchange::{Answer, Message, exchange, refused};
use crate::fault::Problem;
use crate::gateway::Gateway;
use crate::principal::{Principal, PrincipalError};
use crate::served::{Served, Wanted};
use crate::steering::{self, ReloadWish, Steering};
use crate::{pages, telemetry};

/// The header that carries the correlation id, both ways.
pub const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");
const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const XML: &str = "text/xml; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

impl http::Service for Gateway {
    async fn call(&self, request: Request) -> Response {
        let mut correlation = correlation(&request.head);
        let span = tracing::info_span!("request", correlation = tracing::field::Empty);
        // In a box, since it is large, and would be copied at each level on its way into the connection.
        let response = Box::pin(self.answer(&request, &mut correlation))
            .instrument(span)
            .await;
        response.with_header(CORRELATION, &correlation)
    }

    fn refuse(&self, refusal: Refusal, head: &Head) -> Response {
        if head.method != Method::POST {
            return refusal.response();
        }
        let (code, retryable) = match refusal {
            Refusal::Busy { .. } => ("Busy", true),
            Refusal::TooLarge { .. } => ("LimitExceeded", false),
            Refusal::BodyTime | Refusal::RequestTime => ("Late", true),
            Refusal::Coding | Refusal::BrokenBody => ("Malformed", false),
        };
        let mut problem = Problem::receiver(code, refusal.to_string(), retryable);
        problem.sender = !matches!(refusal, Refusal::Busy { .. } | Refusal::RequestTime);
        let correlation = correlation(head);
        let media = head.header(header::CONTENT_TYPE).map(MediaType::parse);
        let version = media.as_ref().and_then(Version::of_media);
        let version = version.unwrap_or(Version::Soap11);
        tracing::info!(correlation, code, detail = problem.message, "refused");
        respond(refused(&self.served(), version, &correlation, &problem))
            .with_header(CORRELATION, &correlation)
    }

    fn is_vital(&self, head: &Head) -> bool {
        head.uri.path().starts_with("/health/")
    }
}

impl Gateway {
    async fn answer(&self, request: &Request, correlation: &mut String) -> Response {
        let head = &request.head;
        let path = decode_path(head.uri.path());
        let reads = head.reads();
        if !reads && self.is_of_another_site(head) {
            tracing::info!(path, peer = %head.peer, "refused what a page of another site sent");
            return Response::new(
                StatusCode::FORBIDDEN,
                TEXT,
                "a page of another site may not send this; server.address names the address that browsers know\n",
            );
        }
        match path.as_str() {
            // What is rare goes in boxes, so that an operation is not as large as all of it.
            "/" if reads => Box::pin(self.page(head, pages::landing)).await,
            "/health/live" if reads => Response::new(StatusCode::OK, TEXT, "live\n"),
            "/health/ready" if reads => Box::pin(self.ready()).await,
            "/metrics" if reads => match Box::pin(self.reader(head)).await {
                Ok(()) => Response::new(StatusCode::OK, METRICS, telemetry::render()),
                Err(refusal) => refusal,
            },
            "/reload" if head.method == Method::POST => Box::pin(self.reload_for(head)).await,
            steering::PATH if reads && head.uri.query().is_none() => {
                Box::pin(self.page(head, |_, address| pages::steering(address))).await
            }
            steering::PATH => Box::pin(self.steer(request, correlation)).await,
            path if path.starts_with("/soap/") => self.soap(request, path, correlation).await,
            _ => not_found(),
        }
    }

    async fn soap(&self, request: &Request, path: &str, correlation: &mut String) -> Response {
        let head = &request.head;
        let served = self.served();
        let Some(service) = served.contract.service(path) else {
            return self.no_service(head, correlation);
        };
        if head.method == Method::POST {
            let message = Message {
                body: &request.body,
                content_type: head.header(header::CONTENT_TYPE),
                soap_action: head.header(SOAP_ACTION),
                authorization: head.header(header::AUTHORIZATION),
                idempotency_key: head.header(IDEMPOTENCY),
            };
            return respond(exchange(self, &served, service, correlation, message).await);
        }
        if !head.reads() {
            return Response::new(
                StatusCode::METHOD_NOT_ALLOWED,
                TEXT,
                "GET a description, POST a message\n",
            )
            .with_header(header::ALLOW, "GET, HEAD, POST");
        }
        match wanted(head.uri.query().unwrap_or_default()) {
            Ok(Some(wanted)) => Box::pin(self.document(head, served, service, wanted)).await,
            Ok(None) => {
                Box::pin(self.page(head, |served, address| {
                    pages::service(served, service, address)
                }))
                .await
            }
            Err(()) => not_found(),
        }
    }

    /// The answer where no service is: to a message a fault in its own version.
    fn no_service(&self, head: &Head, correlation: &str) -> Response {
        let media = head.header(header::CONTENT_TYPE).map(MediaType::parse);
        let told = media.as_ref().and_then(Version::of_media);
        let told = told.or_else(|| head.header(SOAP_ACTION).map(|_| Version::Soap11));
        let Some(version) = told.filter(|_| head.method == Method::POST) else {
            return not_found();
        };
        let problem = Problem::sender("UnknownService", NOT_FOUND);
        tracing::info!(correlation, code = problem.code, "refused");
        let answer = refused(&self.served(), version, correlation, &problem);
        respond(Answer {
            status: StatusCode::NOT_FOUND.as_u16(),
            ..answer
        })
    }

    /// The service of the flows: its contract is anybody's, its operations are for those who may.
    async fn steer(&self, request: &Request, correlation: &str) -> Response {
        let authorization = request.head.header(header::AUTHORIZATION);
        let principal = match self.recognise(authorization).await {
            Ok(principal) => principal,
            Err(_) if request.head.reads() => Principal::nobody(),
            Err(PrincipalError::Missing | PrincipalError::Malformed | PrincipalError::Wrong) => {
                return unauthenticated();
            }
            Err(_) => return Response::empty(StatusCode::INTERNAL_SERVER_ERROR),
        };
        let who = Arc::clone(&principal.name);
        tracing::Span::current().record("correlation", correlation);
        let (reloads, mut wishes) = mpsc::channel::<ReloadWish>(1);
        let steering = Steering {
            database: self.database().clone(),
            works: Arc::clone(self.flows()),
            principal,
            reloads,
        };
        let options = Options {
            limits: self.limits(),
            ..Options::message()
        };
        let router = Router::new()
            .with_options(options)
            .with_address(self.address(&request.head))
            .mount(steering::PATH, FlowServiceServer(steering));
        let router = match router {
            Ok(router) => router,
            Err(error) => {
                tracing::error!(%error, "the service of the flows cannot be served");
                return Response::empty(StatusCode::INTERNAL_SERVER_ERROR);
            }
        };
        let reloading = async {
            while let Some(wish) = wishes.recv().await {
                let read = self.reload().await.map_err(|error| error.to_string());
                let catalog = &self.served().catalog;
                let told = read.map(|()| (catalog.tables.len(), catalog.routines.len()));
                // Who asked may have gone.
                let _ = wish.send(told);
            }
            std::future::pending::<Response>().await
        };
        tokio::select! {
            response = router.answer(request.clone(), &who) => response,
            response = reloading => response,
        }
    }

    /// A WSDL or a schema. It changes when the catalog does, so that a client asks again, with the ETag, and is mostly told "the same".
    async fn document(
        &self,
        head: &Head,
        served: Arc<Served>,
        service: Service,
        wanted: Wanted,
    ) -> Response {
        if let Err(refusal) = self.reader(head).await {
            return refusal;
        }
        let address = self.address(head) + &served.contract.path(service);
        let sent = match served.sent(service, wanted, &address) {
            Some(sent) => Some(sent),
            // What is not in memory yet is made beside the other requests.
            None => tokio::task::spawn_blocking(move || served.document(service, wanted, &address))
                .await
                .unwrap_or_default(),
        };
        let Some(sent) = sent else {
            return not_found();
        };
        let same = head.header(header::IF_NONE_MATCH).is_some_and(|known| {
            known
                .split(',')
                .map(|known| known.trim().trim_start_matches("W/"))
                .any(|known| known == sent.tag || known == "*")
        });
        let packed = head
            .header(header::ACCEPT_ENCODING)
            .is_some_and(http::accepts_gzip);
        let response = if same {
            Response::empty(StatusCode::NOT_MODIFIED)
        } else if packed {
            Response::new(StatusCode::OK, XML, sent.packed.clone())
                .with_header(header::CONTENT_ENCODING, "gzip")
        } else {
            Response::new(StatusCode::OK, XML, sent.text.clone())
        };
        response
            .with_header(header::ETAG, &sent.tag)
            .with_header(header::CACHE_CONTROL, "no-cache")
            .with_header(header::VARY, "Host, Accept-Encoding")
    }

    async fn page(&self, head: &Head, write: impl FnOnce(&Served, &str) -> String) -> Response {
        if let Err(refusal) = self.reader(head).await {
            return refusal;
        }
        let page = write(&self.served(), &self.address(head));
        Response::new(StatusCode::OK, HTML, page).with_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        )
    }

    /// Who asks for anything but an operation; the answer to those who cannot be told apart.
    async fn signed_in(&self, head: &Head) -> Result<Principal, Response> {
        let known = self.recognise(head.header(header::AUTHORIZATION)).await;
        known.map_err(|error| match error {
            PrincipalError::Missing | PrincipalError::Malformed | PrincipalError::Wrong => {
                unauthenticated()
            }
            _ => Response::empty(StatusCode::INTERNAL_SERVER_ERROR),
        })
    }

    /// Lets those through who may read pages, contracts and counters: everybody who is known, unless they are open to all.
    async fn reader(&self, head: &Head) -> Result<(), Response> {
        if self.config().contract.open {
            return Ok(());
        }
        self.signed_in(head).await.map(drop)
    }

    async fn ready(&self) -> Response {
        match tokio::time::timeout(Duration::from_secs(3), self.database().ping()).await {
            Ok(Ok(())) => Response::new(StatusCode::OK, TEXT, "ready\n"),
            _ => Response::new(
                StatusCode::SERVICE_UNAVAILABLE,
                TEXT,
                "the database does not answer\n",
            ),
        }
    }

    async fn reload_for(&self, head: &Head) -> Response {
        match self.signed_in(head).await {
            Ok(principal) if principal.may_everything() => {}
            Ok(_) => {
                return Response::new(
                    StatusCode::FORBIDDEN,
                    TEXT,
                    "only who may do everything may reload\n",
                );
            }
            Err(refusal) => return refusal,
        }
        match self.reload().await {
            Ok(()) => Response::new(StatusCode::OK, TEXT, "reloaded\n"),
            Err(error) => {
                tracing::error!(%error, "the catalog could not be read; what was served stays");
                Response::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    TEXT,
                    "the catalog could not be read; what was served stays\n",
                )
            }
        }
    }
}

/// Reads the query of a GET: `wsdl` in any case with an optional layout, `xsd` with an index, or nothing.
fn wanted(query: &str) -> Result<Option<Wanted>, ()> {
    let Some(first) = query.split('&').find(|part| !part.is_empty()) else {
        return Ok(None);
    };
    let (key, value) = first.split_once('=').unwrap_or((first, ""));
    match (key.to_ascii_lowercase().as_str(), value) {
        ("wsdl" | "singlewsdl", "" | "1.1") => Ok(Some(Wanted::Wsdl(Layout::Soap11))),
        ("wsdl", "1.2") => Ok(Some(Wanted::Wsdl(Layout::Soap12))),
        ("wsdl", "all") => Ok(Some(Wanted::Wsdl(Layout::All))),
        ("wsdl", "split") => Ok(Some(Wanted::Wsdl(Layout::Split))),
        ("xsd", index) => index
            .parse()
            .map(|index| Some(Wanted::Xsd(index)))
            .map_err(|_| ()),
        ("wsdl", _) => Err(()),
        _ => Ok(None),
    }
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let response = Response::new(status, answer.version.content_type(), answer.body);
    if status == StatusCode::UNAUTHORIZED {
        response.with_header(header::WWW_AUTHENTICATE, CHALLENGE)
    } else {
        response
    }
}

const CHALLENGE: &str = "Basic realm=\"soapstone\", charset=\"UTF-8\"";

fn unauthenticated() -> Response {
    Response::new(StatusCode::UNAUTHORIZED, TEXT, "sign in first\n")
        .with_header(header::WWW_AUTHENTICATE, CHALLENGE)
}

fn not_found() -> Response {
    Response::new(StatusCode::NOT_FOUND, TEXT, format!("{NOT_FOUND}\n"))
}

const NOT_FOUND: &str = "nothing is served here; the services are listed at /";

/// The correlation id that the peer sent, or a new one.
fn correlation(head: &Head) -> String {
    head.correlation()
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

/// Serves a gateway until `stop` is done, then lets open requests end.
pub async fn serve(
    gateway: Arc<Gateway>,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let server = &gateway.config().server;
    let folder = &gateway.config().folder;
    let tls = match (&server.certificate, &server.key) {
        (Some(certificate), Some(key)) => Some(http::server_tls(
            &folder.join(certificate),
            &folder.join(key),
            None,
        )?),
        _ => None,
    };
    let options = http::ServerOptions {
        body_limit: gateway.config().limits.bytes,
        header_time: Duration::from_secs(server.header_seconds),
        body_time: Duration::from_secs(server.body_seconds),
        in_flight: server.in_flight,
        drain: Duration::from_secs(server.drain_seconds),
        tls,
        ..http::ServerOptions::default()
    };
    http::serve(listener, gateway, options, stop)
        .await
        .map_err(ServeError::Io)
}

/// Why serving could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The certificate or the key is not what it should be.
    #[error(transparent)]
    Tls(#[from] http::TlsError),
    /// The listener failed.
    #[error("cannot listen")]
    Io(#[source] std::io::Error),
}
