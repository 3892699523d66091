//! SOAP 1.1 and 1.2 messages: envelopes read and written, header blocks, faults, what HTTP headers say of them. It reads no
//! payload, and sends nothing.

mod addressing;
mod envelope;
mod fault;
mod media;
mod multipart;
mod received;

pub use addressing::Addressing;
pub use envelope::{Envelope, EnvelopeError, HeaderBlock, Payload, read_envelope};
pub use fault::{Code, Detail, Fault};
pub use media::{MediaType, Posted, Unsupported};
pub use multipart::{
    Attachment, MultipartError, include, is_multipart, is_xop, read_multipart, write_multipart,
    xop_content_type,
};
pub use received::read_fault;

/// A version of SOAP, known by its envelope's namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// SOAP 1.1 (W3C Note of 8 May 2000).
    Soap11,
    /// SOAP 1.2 (W3C Recommendation).
    Soap12,
}

/// The namespace of SOAP 1.1 envelopes.
pub const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of SOAP 1.2 envelopes.
pub const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

impl Version {
    /// The namespace of the envelope.
    pub fn namespace(self) -> &'static str {
        match self {
            Version::Soap11 => SOAP_11,
            Version::Soap12 => SOAP_12,
        }
    }

    /// The version with this envelope namespace.
    pub fn of_namespace(namespace: &str) -> Option<Version> {
        match namespace {
            SOAP_11 => Some(Version::Soap11),
            SOAP_12 => Some(Version::Soap12),
            _ => None,
        }
    }

    /// The `Content-Type` of a message in UTF-8.
    pub fn content_type(self) -> &'static str {
        match self {
            Version::Soap11 => "text/xml; charset=utf-8",
            Version::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }

    /// What a message without header blocks starts with, up to its payload; the prefix `soap` is bound.
    pub fn body_start(self) -> &'static str {
        match self {
            Version::Soap11 => concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
            ),
            Version::Soap12 => concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                "<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Body>"
            ),
        }
    }

    /// What a message with header blocks starts with, up to the first of them.
    pub fn header_start(self) -> &'static str {
        match self {
            Version::Soap11 => concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header>"
            ),
            Version::Soap12 => concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                "<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Header>"
            ),
        }
    }
}

/// What stands between the last header block and the payload, after [`Version::header_start`].
pub const HEADER_END: &str = "</soap:Header><soap:Body>";
/// What a message ends with.
pub const BODY_END: &str = "</soap:Body></soap:Envelope>";

/// Writes a message: header blocks (as XML; empty for none) and what `body` appends.
pub fn write_envelope(
    version: Version,
    headers: &str,
    out: &mut String,
    body: impl FnOnce(&mut String),
) {
    start_envelope(version, headers, out);
    body(out);
    out.push_str(BODY_END);
}

/// Writes a message up to its payload, behind which [`BODY_END`] is due: for a payload that is written piece by piece.
pub fn start_envelope(version: Version, headers: &str, out: &mut String) {
    if headers.is_empty() {
        out.push_str(version.body_start());
    } else {
        out.push_str(version.header_start());
        out.push_str(headers);
        out.push_str(HEADER_END);
    }
}
