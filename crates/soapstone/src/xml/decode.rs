//! Bytes to text: by byte order mark, transport's charset and XML declaration, in that order (RFC 7303, 3).

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, UTF_16BE, UTF_16LE};

use super::error::{Error, ErrorKind, Place};

/// Decodes a document. A byte order mark wins over `charset` (of the transport), which wins over the XML declaration.
///
/// UTF-8 is borrowed. A declaration that claims UTF-16 in bytes that are plainly not is overlooked, since real stacks send it.
///
/// # Errors
/// [`ErrorKind::Encoding`] where the encoding is not known or the bytes are not in it.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, Error> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return utf8(rest, 3);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return decoded(rest, UTF_16LE, 2);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return decoded(rest, UTF_16BE, 2);
    }
    // Without a mark, the first `<` and its neighbour show UTF-16 (XML 1.0, appendix F).
    match bytes {
        [b'<', 0, ..] => return decoded(bytes, UTF_16LE, 0),
        [0, b'<', ..] => return decoded(bytes, UTF_16BE, 0),
        _ => {}
    }
    let declared = charset.or_else(|| declared(bytes));
    let Some(label) = declared else {
        return utf8(bytes, 0);
    };
    let label = label.trim();
    if is_any(
        label,
        &[
            "utf-8",
            "utf8",
            "utf-16",
            "utf-16le",
            "utf-16be",
            "utf16",
            "ucs-2",
            "iso-10646-ucs-2",
        ],
    ) {
        return utf8(bytes, 0);
    }
    if is_any(
        label,
        &[
            "iso-8859-1",
            "iso8859-1",
            "iso_8859-1",
            "latin1",
            "latin-1",
            "l1",
        ],
    ) {
        return Ok(latin1(bytes));
    }
    if is_any(label, &["us-ascii", "ascii", "ansi_x3.4-1968"]) {
        return match bytes.iter().position(|byte| *byte >= 0x80) {
            Some(at) => {
                let what = wrong(byte_at(bytes, at), at, "US-ASCII");
                Err(error(bytes, at, what))
            }
            None => utf8(bytes, 0),
        };
    }
    let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else {
        return Err(error(
            bytes,
            0,
            format!("the encoding {label:?} is not known"),
        ));
    };
    decoded(bytes, encoding, 0)
}

fn is_any(label: &str, names: &[&str]) -> bool {
    names.iter().any(|name| label.eq_ignore_ascii_case(name))
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<Cow<'_, str>, Error> {
    match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(invalid) => {
            let at = invalid.valid_up_to();
            let what = wrong(byte_at(bytes, at), at + skipped, "UTF-8");
            Err(error(bytes, at, what))
        }
    }
}

fn decoded<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
    skipped: usize,
) -> Result<Cow<'a, str>, Error> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| malformed(bytes, encoding, skipped))
}

/// Decodes once more, up to the first byte that is wrong.
#[cold]
fn malformed(bytes: &[u8], encoding: &'static Encoding, skipped: usize) -> Error {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut before = String::with_capacity(room.unwrap_or_default());
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut before, true);
    let taken = match result {
        DecoderResult::Malformed(bad, behind) => usize::from(bad) + usize::from(behind),
        _ => 0,
    };
    let at = read.saturating_sub(taken);
    let what = wrong(byte_at(bytes, at), at + skipped, encoding.name());
    Error {
        kind: ErrorKind::Encoding(what),
        offset: at,
        place: Place::of(&before, before.len()),
    }
}

/// Every byte is the character of that number; `encoding_rs` would take Windows-1252 in its place.
fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::mem::decode_latin1(bytes)
}

fn wrong(byte: u8, offset: usize, encoding: &str) -> String {
    format!("the byte 0x{byte:02X} at offset {offset} is not {encoding}")
}

fn byte_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

fn error(bytes: &[u8], at: usize, what: String) -> Error {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
    Error {
        kind: ErrorKind::Encoding(what),
        offset: at,
        place: Place::of(&before, before.len()),
    }
}

/// The encoding that the XML declaration names; ASCII is enough to find it in.
fn declared(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let end = memchr::memchr(b'>', rest.get(..rest.len().min(512))?)?;
    let declaration = std::str::from_utf8(rest.get(..end)?).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    after.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_wins_then_the_transport_then_the_declaration() {
        let latin = b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xE9</a>";
        assert!(decode(latin, None).unwrap().ends_with("<a>é</a>"));
        assert!(decode(latin, Some("utf-8")).is_err());
        assert!(
            decode(b"<a>\x80</a>", Some("Windows-1252"))
                .unwrap()
                .ends_with("<a>€</a>")
        );
        assert_eq!(
            decode(b"\xEF\xBB\xBF<a/>", Some("iso-8859-1")).unwrap(),
            "<a/>"
        );
        let wide: Vec<u8> = "<a>\u{1F600}ł</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decode(&wide, None).unwrap(), "<a>\u{1F600}ł</a>");
        let big: Vec<u8> = "\u{FEFF}<a>ł</a>"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(decode(&big, Some("utf-8")).unwrap(), "<a>ł</a>");
        assert!(matches!(
            decode(b"<?xml version='1.0' encoding='utf-16'?><a/>", None),
            Ok(Cow::Borrowed(_))
        ));
    }

    #[test]
    fn wrong_bytes_say_where() {
        let wrong = decode(b"<a>\n\xFF</a>", None).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "2:1: the byte 0xFF at offset 4 is not UTF-8"
        );
        let unknown = decode(b"<?xml version='1.0' encoding='klingon'?><a/>", None).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "1:1: the encoding \"klingon\" is not known"
        );
        assert!(decode(b"<a>\x00\xD8</a>", Some("us-ascii")).is_err());
        let japanese = decode(b"<a>\n\x82\xA0\xFF</a>", Some("Shift_JIS")).unwrap_err();
        assert_eq!(
            japanese.to_string(),
            "2:2: the byte 0xFF at offset 6 is not Shift_JIS"
        );
        let half = decode(b"\xFF\xFE<\0\x00\xD8\x41\x00", None).unwrap_err();
        assert_eq!(
            half.to_string(),
            "1:2: the byte 0x00 at offset 4 is not UTF-16LE"
        );
    }
}
