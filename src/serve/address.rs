//! The gateway's own address as a peer knows it, and the path that a peer asks for.

use soapstone::http::{Head, header};

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
        match &server.address {
            Some(address) => address.trim_end_matches('/').to_owned(),
            None => head.address(&server.trusted_proxies, &server.listen.to_string()),
        }
    }
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
