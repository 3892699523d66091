//! Messages with attachments: `multipart/related` (RFC 2387) as SOAP with Attachments and XOP use it, read and written.
//!
//! What an `xop:Include` refers to is put in its place before the message is read (XOP 1.0, 3.2), so that a value of type
//! `xs:base64Binary` is the same however it travelled.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use super::MediaType;
use crate::codec::{Aside, XOP};
use crate::token;
use crate::xml::{self, Event, Reader};

/// The media type of an envelope with `xop:Include`.
const XOP_MEDIA: &str = "application/xop+xml";

/// How many parts a message may have.
const PARTS: usize = 1000;
/// How many bytes the headers of a part may have.
const HEAD: usize = 16 << 10;

/// A part that travels beside the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What `cid:` URIs name it by, without `<` and `>`; empty where it has no name.
    pub content_id: String,
    /// Its media type.
    pub content_type: String,
    /// Its bytes, transfer encoding undone.
    pub bytes: Vec<u8>,
}

/// Octets that the writer of an envelope put aside.
impl From<Aside> for Attachment {
    fn from(aside: Aside) -> Attachment {
        Attachment {
            content_id: aside.content_id,
            content_type: "application/octet-stream".to_owned(),
            bytes: aside.octets,
        }
    }
}

/// Why a message with attachments cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MultipartError {
    /// `Content-Type` has no `boundary`.
    #[error("the multipart message has no boundary")]
    Boundary,
    /// A part does not end, or its headers do not.
    #[error("part {0} of the multipart message is broken")]
    Broken(usize),
    /// There are more parts than may be.
    #[error("the multipart message has more than {PARTS} parts")]
    Parts,
    /// A transfer encoding that is not known.
    #[error("the transfer encoding {0:?} is not taken")]
    Encoding(String),
    /// There is no part with the envelope.
    #[error("the multipart message has no root part")]
    Root,
    /// `xop:Include` names no part of the message.
    #[error("xop:Include refers to {0:?}, which is no part of the message")]
    Missing(String),
    /// The message is over the limit, its includes in place.
    #[error("the message with its attachments is over the limit of {0} bytes")]
    Limit(usize),
    /// The envelope cannot be read.
    #[error("{0}")]
    Xml(#[from] xml::Error),
    /// The system gives no random bits for a boundary.
    #[error("no boundary can be drawn: {0}")]
    Randomness(String),
}

/// Tells whether a message has attachments.
pub fn is_multipart(media: &MediaType) -> bool {
    media.essence == "multipart/related"
}

/// Takes a message apart: its root, with the media type of the envelope, and what travels beside it.
///
/// # Errors
/// [`MultipartError`].
pub fn read_multipart(
    media: &MediaType,
    body: &[u8],
) -> Result<(Attachment, Vec<Attachment>), MultipartError> {
    let boundary = media
        .parameter("boundary")
        .filter(|boundary| !boundary.is_empty())
        .ok_or(MultipartError::Boundary)?;
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut starts = memmem::find_iter(body, delimiter.as_bytes())
        .filter(|at| *at == 0 || body.get(at - 1) == Some(&b'\n'))
        .peekable();
    while let Some(start) = starts.next() {
        let behind = body.get(start + delimiter.len()..).unwrap_or_default();
        if behind.starts_with(b"--") {
            break;
        }
        let number = parts.len() + 1;
        if number > PARTS {
            return Err(MultipartError::Parts);
        }
        let end = *starts.peek().ok_or(MultipartError::Broken(number))?;
        let part = body
            .get(start + delimiter.len()..end)
            .ok_or(MultipartError::Broken(number))?;
        parts.push(read_part(part).ok_or(MultipartError::Broken(number))??);
    }
    let wanted = media.parameter("start").map(bare);
    let at = parts
        .iter()
        .position(|part| wanted.is_some_and(|id| part.content_id == id))
        .unwrap_or(0);
    if parts.is_empty() {
        return Err(MultipartError::Root);
    }
    let mut root = parts.remove(at);
    let own = MediaType::parse(&root.content_type);
    if own.essence == XOP_MEDIA {
        // What it would be without XOP (XOP 1.0, 5.1).
        let parameter = |name: &str| own.parameter(name).or(media.parameter(name));
        root.content_type = own
            .parameter("type")
            .or(media.parameter("start-info"))
            .unwrap_or("text/xml")
            .to_owned();
        if let Some(action) = parameter("action").filter(|_| !root.content_type.contains("action"))
        {
            root.content_type
                .push_str(&format!("; action=\"{action}\""));
        }
    }
    Ok((root, parts))
}

/// Tells whether a message with attachments has values of its envelope among them.
pub fn is_xop(media: &MediaType) -> bool {
    is_multipart(media) && media.parameter("type") == Some(XOP_MEDIA)
}

/// The `Content-Type` of an envelope that refers to parts beside it (XOP 1.0, 5.1), and of what it would be without.
pub fn xop_content_type(content_type: &str) -> String {
    let media = MediaType::parse(content_type);
    let action = media
        .parameter("action")
        .map(|action| format!("; action=\"{action}\""))
        .unwrap_or_default();
    format!(
        "{XOP_MEDIA}; charset=utf-8; type=\"{}\"{action}",
        media.essence
    )
}

/// A content id without its brackets.
fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// Reads the headers and the bytes of a part, from behind its delimiter to before the next.
fn read_part(part: &[u8]) -> Option<Result<Attachment, MultipartError>> {
    let line = memchr::memchr(b'\n', part)?;
    let part = part.get(line + 1..)?;
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    let part = part.strip_suffix(b"\r").unwrap_or(part);
    let (head, bytes) = if let Some(bytes) = part.strip_prefix(b"\r\n") {
        (&[][..], bytes)
    } else {
        let window = part.get(..part.len().min(HEAD))?;
        match (
            memmem::find(window, b"\r\n\r\n"),
            memmem::find(window, b"\n\n"),
        ) {
            (Some(at), other) if other.is_none_or(|o| at < o) => {
                (part.get(..at)?, part.get(at + 4..)?)
            }
            (_, Some(at)) => (part.get(..at)?, part.get(at + 2..)?),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(head).replace("\r\n", "\n");
    // A line that begins with white space goes on with the header before it (RFC 5322, 2.2.3).
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let mut attachment = Attachment {
        content_id: String::new(),
        content_type: "text/plain".to_owned(),
        bytes: Vec::new(),
    };
    let mut encoding = "binary".to_owned();
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "content-id" => attachment.content_id = bare(value).to_owned(),
            "content-type" => attachment.content_type = value.trim().to_owned(),
            "content-transfer-encoding" => encoding = value.trim().to_ascii_lowercase(),
            _ => {}
        }
    }
    attachment.bytes = match encoding.as_str() {
        "binary" | "8bit" | "7bit" => bytes.to_vec(),
        "base64" => {
            let packed: Vec<u8> = bytes
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            match STANDARD.decode(packed) {
                Ok(bytes) => bytes,
                Err(_) => return None,
            }
        }
        _ => return Some(Err(MultipartError::Encoding(encoding))),
    };
    Some(Ok(attachment))
}

/// Puts the attachments in the places of the `xop:Include` elements that refer to them, as base64.
///
/// # Errors
/// [`MultipartError::Missing`], [`MultipartError::Limit`], and what keeps the envelope from being read.
pub fn include<'t>(
    text: Cow<'t, str>,
    attachments: &[Attachment],
    options: &xml::Options,
) -> Result<Cow<'t, str>, MultipartError> {
    if attachments.is_empty() || !text.contains(XOP) {
        return Ok(text);
    }
    let limit = options.limits.bytes;
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let mut reader = Reader::new(&text, options);
    loop {
        match reader.next()? {
            Event::Eof => break,
            Event::Start(tag) if tag.local == "Include" && reader.namespace(tag.ns) == XOP => {
                let start = reader.offset();
                let reference = reader
                    .attributes()
                    .iter()
                    .find(|attribute| attribute.local == "href")
                    .map(|attribute| attribute.value.clone().into_owned())
                    .unwrap_or_default();
                reader.skip_element()?;
                let id = decode_percent(reference.strip_prefix("cid:").unwrap_or_default());
                let found = attachments.iter().find(|a| a.content_id == id);
                let attachment = found.ok_or(MultipartError::Missing(reference))?;
                out.push_str(text.get(copied..start).unwrap_or_default());
                if out.len() + attachment.bytes.len() / 3 * 4 > limit {
                    return Err(MultipartError::Limit(limit));
                }
                STANDARD.encode_string(&attachment.bytes, &mut out);
                copied = reader.end_offset();
            }
            _ => {}
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok(Cow::Owned(out))
}

/// Undoes the escapes of a URI (RFC 3986, 2.1; RFC 2392).
fn decode_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let code = behind
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = behind;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes a message with attachments; gives its `Content-Type` and its bytes.
///
/// # Errors
/// [`MultipartError::Randomness`].
pub fn write_multipart(
    envelope: &str,
    content_type: &str,
    attachments: &[Attachment],
) -> Result<(String, Vec<u8>), MultipartError> {
    let mut boundary = draw_boundary()?;
    while attachments
        .iter()
        .any(|a| memmem::find(&a.bytes, boundary.as_bytes()).is_some())
        || envelope.contains(&boundary)
    {
        boundary = draw_boundary()?;
    }
    let mut out = format!(
        "--{boundary}\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <envelope>\r\n\r\n{envelope}"
    )
    .into_bytes();
    for attachment in attachments {
        let plain = |text: &str| text.replace(['\r', '\n'], " ");
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{}>\r\n\r\n",
            plain(&attachment.content_type),
            plain(&attachment.content_id)
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&attachment.bytes);
    }
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let root = MediaType::parse(content_type);
    let mut media = format!(
        "multipart/related; type=\"{}\"; start=\"<envelope>\"; boundary=\"{boundary}\"",
        root.essence
    );
    for (name, shown) in [("type", "start-info"), ("action", "action")] {
        if let Some(value) = root.parameter(name) {
            media.push_str(&format!("; {shown}=\"{value}\""));
        }
    }
    Ok((media, out))
}

/// Draws what stands between the parts of one message: it must be in none of them, and have at most 70 characters (RFC 2046,
/// 5.1.1). Whoever sees the boundary of one message knows nothing of the next.
fn draw_boundary() -> Result<String, MultipartError> {
    match token::random() {
        Ok(token) => Ok(format!("=_{token}")),
        Err(error) => Err(MultipartError::Randomness(error.to_string())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn picture() -> Attachment {
        Attachment {
            content_id: "a b@example.com".to_owned(),
            content_type: "image/png".to_owned(),
            bytes: b"\x89PNG\r\n--not\r\n\x00".to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        let (media, body) =
            write_multipart("<e/>", "text/xml; charset=utf-8", &[picture()]).unwrap();
        let (root, rest) = read_multipart(&MediaType::parse(&media), &body).unwrap();
        assert_eq!(root.bytes, b"<e/>");
        assert_eq!(root.content_type, "text/xml; charset=utf-8");
        assert_eq!(rest, [picture()]);
    }

    #[test]
    fn each_message_has_a_boundary_of_its_own() {
        let write = |parts: &[Attachment]| write_multipart("<e/>", "text/xml", parts).unwrap();
        let boundary = |media: &str| {
            let media = MediaType::parse(media);
            media.parameter("boundary").unwrap().to_owned()
        };
        let (first, body) = write(&[picture()]);
        assert!(boundary(&first).len() <= 70);
        // What one message was cut by may stand in a part of the next.
        let whole = Attachment {
            bytes: body,
            ..picture()
        };
        let (second, body) = write(std::slice::from_ref(&whole));
        assert_ne!(boundary(&first), boundary(&second));
        let (_, rest) = read_multipart(&MediaType::parse(&second), &body).unwrap();
        assert_eq!(rest, [whole]);
    }

    #[test]
    fn includes_are_put_in_place() {
        let options = xml::Options::message();
        let text =
            format!("<e><f xmlns:x='{XOP}'><x:Include href='cid:a%20b@example.com'/></f><g/></e>");
        let attached = [picture()];
        let read = include(Cow::Borrowed(&text), &attached, &options).unwrap();
        let encoded = STANDARD.encode(&picture().bytes);
        assert_eq!(read, format!("<e><f xmlns:x='{XOP}'>{encoded}</f><g/></e>"));
        let text = text.replace("%20", "");
        let missing = include(Cow::Borrowed(&text), &attached, &options);
        assert!(matches!(missing, Err(MultipartError::Missing(_))));
    }

    #[test]
    fn what_real_stacks_send_is_read() {
        let media = MediaType::parse(
            "Multipart/Related; boundary=MIMEBoundary; type=\"application/xop+xml\"; start=\"<0.root>\"; start-info=\"application/soap+xml\"",
        );
        let body = b"preamble\r\n--MIMEBoundary\r\nContent-ID: <1.file>\r\nContent-Transfer-Encoding: base64\r\n\r\naGFs\r\nbG8=\r\n--MIMEBoundary\ncontent-type: application/xop+xml; charset=UTF-8;\n type=\"text/xml\"\nContent-Id: <0.root>\n\n<e/>\n--MIMEBoundary--\r\n";
        let (root, rest) = read_multipart(&media, body).unwrap();
        assert_eq!(
            (root.bytes.as_slice(), root.content_type.as_str()),
            (&b"<e/>"[..], "text/xml")
        );
        assert_eq!(rest.first().unwrap().bytes, b"hallo");
        let cut = read_multipart(&media, b"--MIMEBoundary\r\nContent-ID: <1>\r\n\r\naGFs");
        assert_eq!(cut, Err(MultipartError::Broken(1)));
    }
}
