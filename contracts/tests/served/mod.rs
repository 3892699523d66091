//! A service on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use soapstone::http::{ServerOptions, Service, serve};

/// Serves for as long as the test runs; tells where.
pub(crate) async fn served(service: impl Service) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = ServerOptions::default();
    tokio::spawn(serve(
        listener,
        Arc::new(service),
        options,
        std::future::pending(),
    ));
    address
}
