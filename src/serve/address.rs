//! The gateway's own address as a peer knows it, and the path that a peer asks for.

use std::net::IpAddr;

use soapstone::http::{Head, HeaderName, header};

use crate::gateway::Gateway;

impl Gateway {
    /// Tells whether a browser sent this for a page of another site, which would act with the rights of whoever sits there: with their
    /// password, or, on loopback without users, with all rights. Programs send no `Origin` (RFC 6454, 7), nor do extensions send one of the web.
    pub(super) fn is_of_another_site(&self, head: &Head) -> bool {
        let Some(origin) = head.header(header::ORIGIN) else {
            return false;
        };
        match origin.split_once("://") {
            Some(("http" | "https", site)) => self
                .address(head)
                .split_once("://")
                .is_none_or(|(_, own)| !own.eq_ignore_ascii_case(site)),
            Some(_) => false,
            None => true,
        }
    }

    /// The gateway's own address as the client knows it, without a slash at the end.
    pub(super) fn address(&self, head: &Head) -> String {
        let server = &self.config().server;
        if let Some(address) = &server.address {
            return address.trim_end_matches('/').to_owned();
        }
        let trusted = server.trusted_proxies.contains(&canonical(head.peer.ip()));
        let forwarded = |name: &'static str, key: &str| {
            let standard = head
                .header(header::FORWARDED)
                .and_then(|text| forwarded_parameter(text, key));
            let own = head
                .header(HeaderName::from_static(name))
                .and_then(|text| text.split(',').next())
                .map(|text| text.trim().to_owned());
            standard.or(own).filter(|_| trusted)
        };
        let scheme = forwarded("x-forwarded-proto", "proto")
            .filter(|scheme| scheme == "http" || scheme == "https");
        let scheme = scheme.unwrap_or_else(|| {
            if head.secure {
                "https".to_owned()
            } else {
                "http".to_owned()
            }
        });
        let host = forwarded("x-forwarded-host", "host")
            .or_else(|| head.header(header::HOST).map(str::to_owned))
            .or_else(|| {
                head.uri
                    .authority()
                    .map(|authority| authority.as_str().to_owned())
            })
            .filter(|host| is_host(host))
            .unwrap_or_else(|| server.listen.to_string());
        format!("{scheme}://{host}")
    }
}

/// An IPv4 address that came by an IPv6 socket is still an IPv4 address.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The first element's parameter of a `Forwarded` header (RFC 7239, 4).
fn forwarded_parameter(text: &str, key: &str) -> Option<String> {
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

/// Undoes percent-encoding (RFC 3986, 2.1); what is not well encoded stays as it is.
pub(super) fn decode_path(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = (*byte == b'%')
            .then(|| path.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}
