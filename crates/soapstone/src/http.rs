//! HTTP for messages: a server and a client on hyper, behind the features `server` and `client`. It reads no XML.

#[cfg(feature = "server")]
mod body;
mod credentials;
#[cfg(feature = "server")]
mod forwarded;
#[cfg(feature = "server")]
mod guard;
mod gzip;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "server")]
mod service;
mod tls;

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod connect;

pub use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

#[cfg(feature = "client")]
pub(crate) use answer::retry_after;
#[cfg(feature = "client")]
pub use answer::{Answer, SendError};
#[cfg(feature = "server")]
pub use body::{Body, BodyWriter, Broken};
#[cfg(feature = "client")]
pub(crate) use client::without_secrets;
#[cfg(feature = "client")]
pub use client::{Client, ClientOptions, Outgoing};
pub use credentials::Credentials;
#[cfg(feature = "server")]
pub use gzip::{accepts_gzip, pack};
#[cfg(feature = "server")]
pub use server::{ServerOptions, serve};
#[cfg(feature = "server")]
pub use service::{Head, Refusal, Request, Response, Service, is_plain, millis};
#[cfg(feature = "client")]
pub use tls::ClientTls;
pub use tls::TlsError;
#[cfg(feature = "server")]
pub use tls::{TlsServer, server_tls};
