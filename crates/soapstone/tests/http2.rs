//! The HTTP server over HTTP/2, as TLS brings it about.
#![cfg(all(feature = "server", feature = "client"))]
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use soapstone::http::{
    Method, Request, Response, ServerOptions, Service, StatusCode, serve, server_tls,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Answers with as many bytes as the path says.
struct Bytewise;

impl Service for Bytewise {
    async fn call(&self, request: Request) -> Response {
        let length = request.head.uri.path().trim_start_matches('/');
        let body = "x".repeat(length.parse().unwrap());
        Response::new(StatusCode::OK, "text/plain", body)
    }
}

#[tokio::test]
async fn a_head_is_answered_as_a_get_without_its_body() {
    let keys = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    let file = |name: &str| keys.join(name);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = server_tls(&file("server.pem"), &file("server.key"), None).unwrap();
    let options = ServerOptions {
        tls: Some(tls),
        ..ServerOptions::default()
    };
    tokio::spawn(serve(
        listener,
        Arc::new(Bytewise),
        options,
        std::future::pending(),
    ));

    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("ca.pem")).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let (mut peer, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    for length in [0, 7, 100_000] {
        let mut told = Vec::new();
        for method in [Method::GET, Method::HEAD] {
            let request = hyper::Request::builder()
                .method(method)
                .uri(format!("https://localhost/{length}"))
                .body(Empty::<Bytes>::new())
                .unwrap();
            let answer = peer.send_request(request).await.unwrap();
            let headers = answer.headers();
            let both = ["content-type", "content-length"].map(|name| headers.get(name).cloned());
            told.push((answer.status(), both));
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            assert!(body.is_empty() || told.len() == 1, "{length}");
        }
        assert_eq!(told[0].1[0], told[1].1[0], "{length}");
        assert!(length == 0 || told[0] == told[1], "{length}: {told:?}");
    }
}
