//! The address by which a client knows a server: as the request tells it, or a proxy that is believed.

use std::net::IpAddr;

use hyper::http::{HeaderName, header};

use super::Head;

impl Head {
    /// The scheme and the host that the client used, `https://crm.example.com`; `fallback` is the host of a request that names none.
    ///
    /// `Forwarded` (RFC 7239), `X-Forwarded-Proto` and `X-Forwarded-Host` count only where one of the proxies sent the request:
    /// anybody else may write into them what they like.
    pub fn address(&self, proxies: &[IpAddr], fallback: &str) -> String {
        // An IPv4 address that came by an IPv6 socket is still an IPv4 address.
        let peer = self.peer.ip().to_canonical();
        let is_believed = proxies.iter().any(|proxy| proxy.to_canonical() == peer);
        let forwarded = |name: &'static str, key: &str| {
            let standard = self
                .header(header::FORWARDED)
                .and_then(|text| parameter(text, key));
            let own = self
                .header(HeaderName::from_static(name))
                .and_then(|text| text.split(',').next())
                .map(|text| text.trim().to_owned());
            standard.or(own).filter(|_| is_believed)
        };
        let scheme = forwarded("x-forwarded-proto", "proto")
            .filter(|scheme| scheme == "http" || scheme == "https")
            .unwrap_or_else(|| if self.secure { "https" } else { "http" }.to_owned());
        let host = forwarded("x-forwarded-host", "host")
            .or_else(|| self.header(header::HOST).map(str::to_owned))
            .or_else(|| self.uri.authority().map(|own| own.as_str().to_owned()))
            .filter(|host| is_host(host))
            .unwrap_or_else(|| fallback.to_owned());
        format!("{scheme}://{host}")
    }
}

/// The first element's parameter of a `Forwarded` header (RFC 7239, 4).
fn parameter(text: &str, key: &str) -> Option<String> {
    let first = text.split(',').next()?;
    let found = first
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(key))?;
    Some(found.1.trim().trim_matches('"').to_owned())
}

/// Tells whether a text is a host with or without a port, so that nothing else gets into a document.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}
