//! What text becomes where it is written: the characters that would be markup, and those that XML has no place for.

use wide::u8x16;

use super::words::{WORD, marks};

/// Appends text with `<`, `>`, `&` and carriage returns escaped, and characters that XML has no place for as U+FFFD.
#[inline]
pub fn escape_text(text: &str, out: &mut String) {
    escape::<false>(text, out);
}

/// Appends an attribute's value, to stand in double quotes: white space other than the space survives normalisation.
#[inline]
pub fn escape_attribute(value: &str, out: &mut String) {
    escape::<true>(value, out);
}

/// What escaped text is appended to: text, or the bytes of one.
pub(crate) trait Sink {
    /// Appends text as it is.
    fn add(&mut self, text: &str);

    /// Appends a part of a text. Where it is short, as much as is copied at once may be copied, and the part kept.
    #[inline(always)]
    fn add_part(&mut self, text: &str, from: usize, to: usize) {
        self.add(text.get(from..to).unwrap_or_default());
    }
}

impl Sink for String {
    #[inline(always)]
    fn add(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl Sink for Vec<u8> {
    #[inline(always)]
    fn add(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }
}

/// Marks the bytes that may have to be escaped.
#[inline(always)]
fn specials<const ATTRIBUTE: bool>(part: &[u8; WORD]) -> u8x16 {
    let part = u8x16::new(*part);
    let is = |byte| marks(part, byte);
    let angle = marks(part | u8x16::splat(2), b'>');
    let mut found = part.simd_lt(u8x16::splat(0x20)) | is(b'&') | angle | is(0xEF);
    if ATTRIBUTE {
        found |= is(b'"');
    }
    found
}

/// Copies text into room of the same length; tells whether nothing in it has to be escaped. Where something may have to be, what was
/// copied is of no use.
#[inline]
pub(crate) fn copy_clean<const ATTRIBUTE: bool>(text: &[u8], room: &mut [u8]) -> bool {
    if let (Some(last), Some(place)) = (text.last_chunk(), room.last_chunk_mut()) {
        let mut marks = specials::<ATTRIBUTE>(last);
        *place = *last;
        let places = room.as_chunks_mut().0;
        for (part, place) in text.as_chunks().0.iter().zip(places) {
            *place = *part;
            marks |= specials::<ATTRIBUTE>(part);
        }
        return marks.to_bitmask() == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        if let Some(place) = room.first_chunk_mut() {
            *place = *first;
        }
        if let Some(place) = room.last_chunk_mut() {
            *place = *last;
        }
        let [first, last] = [first, last].map(|chunk| u64::from_ne_bytes(*chunk));
        return !has_special::<ATTRIBUTE>(first) && !has_special::<ATTRIBUTE>(last);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        if let Some(place) = room.first_chunk_mut() {
            *place = *first;
        }
        if let Some(place) = room.last_chunk_mut() {
            *place = *last;
        }
        let [first, last] = [first, last].map(|chunk| u64::from(u32::from_ne_bytes(*chunk)));
        return !has_special::<ATTRIBUTE>(first | last << 32);
    }
    let mut clean = true;
    for (byte, place) in text.iter().zip(room) {
        *place = *byte;
        clean &= !is_special::<ATTRIBUTE>(*byte);
    }
    clean
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Sets the high bit of the first byte of a word that is `byte`, and perhaps of later ones.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (ONES * byte as u64);
    differs.wrapping_sub(ONES) & !differs
}

/// Sets the high bit of the first byte of a word that is below a byte of ASCII, and perhaps of later ones.
#[inline(always)]
fn below(word: u64, byte: u8) -> u64 {
    word.wrapping_sub(ONES * byte as u64) & !word
}

/// Tells whether a byte of a word may have to be escaped.
#[inline(always)]
fn has_special<const ATTRIBUTE: bool>(word: u64) -> bool {
    let mut flags = below(word, 0x20)
        | equal(word, b'&')
        | equal(word | 0x0202_0202_0202_0202, b'>')
        | equal(word, 0xEF);
    if ATTRIBUTE {
        flags |= equal(word, b'"');
    }
    flags & HIGHS != 0
}

#[inline(always)]
fn is_special<const ATTRIBUTE: bool>(byte: u8) -> bool {
    let control = byte < 0x20 && (ATTRIBUTE || !matches!(byte, b'\n' | b'\t'));
    control || matches!(byte, b'<' | b'>' | b'&' | 0xEF) || (ATTRIBUTE && byte == b'"')
}

/// A short text with bytes behind it that are copied with it, and its length.
macro_rules! padded {
    ($text:literal) => {
        (concat!($text, "                "), $text.len())
    };
}

/// Appends text as [`escape_text`] does, or a value as [`escape_attribute`] does.
#[inline(never)]
pub(crate) fn escape<const ATTRIBUTE: bool>(text: &str, out: &mut impl Sink) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut from = 0;
    while let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) {
        let mut marks = match rest.first_chunk() {
            Some(part) => specials::<ATTRIBUTE>(part).to_bitmask(),
            None => {
                let mut part = [b' '; WORD];
                part.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
                specials::<ATTRIBUTE>(&part).to_bitmask()
            }
        };
        while marks != 0 {
            let at = from + marks.trailing_zeros() as usize;
            marks &= marks - 1;
            let ((escaped, length), taken) = match bytes.get(at..).unwrap_or_default() {
                [b'<', ..] => (padded!("&lt;"), 1),
                [b'>', ..] => (padded!("&gt;"), 1),
                [b'&', ..] => (padded!("&amp;"), 1),
                [b'"', ..] => (padded!("&quot;"), 1),
                [b'\t' | b'\n', ..] if !ATTRIBUTE => continue,
                [b'\t', ..] => (padded!("&#9;"), 1),
                [b'\n', ..] => (padded!("&#10;"), 1),
                [b'\r', ..] => (padded!("&#13;"), 1),
                [0xEF, 0xBF, 0xBE | 0xBF, ..] => (padded!("\u{FFFD}"), 3),
                [0xEF, ..] => continue,
                _ => (padded!("\u{FFFD}"), 1),
            };
            out.add_part(text, done, at);
            out.add_part(escaped, 0, length);
            done = at + taken;
        }
        from += WORD;
    }
    out.add_part(text, done, text.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped_by_character<const ATTRIBUTE: bool>(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '&' => "&amp;".to_owned(),
                '"' if ATTRIBUTE => "&quot;".to_owned(),
                '\t' if ATTRIBUTE => "&#9;".to_owned(),
                '\n' if ATTRIBUTE => "&#10;".to_owned(),
                '\r' => "&#13;".to_owned(),
                '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}'.to_string(),
                '\0'..'\u{20}' if !matches!(c, '\t' | '\n') => '\u{FFFD}'.to_string(),
                c => c.to_string(),
            })
            .collect()
    }

    fn check<const ATTRIBUTE: bool>(text: &str) {
        let expected = escaped_by_character::<ATTRIBUTE>(text);
        let mut out = String::new();
        escape::<ATTRIBUTE>(text, &mut out);
        assert_eq!(out, expected, "{text:?}");
        let mut room = vec![0; text.len()];
        let clean = copy_clean::<ATTRIBUTE>(text.as_bytes(), &mut room);
        let may_be_special = text
            .bytes()
            .any(|byte| byte < 0x20 || matches!(byte, b'<' | b'>' | b'&' | b'"' | 0xEF));
        if clean {
            assert_eq!(expected, text);
            assert_eq!(room, text.as_bytes());
        } else {
            assert!(may_be_special, "{text:?}");
        }
    }

    #[test]
    fn what_is_special_is_escaped_wherever_it_stands() {
        let pieces = [
            "<",
            ">",
            "&",
            "\"",
            "\t",
            "\n",
            "\r",
            "\u{1}",
            "\u{FFFE}",
            "\u{FFFD}",
            "é",
            "]]>",
            "<\u{FFFF}>",
        ];
        for length in 0..40 {
            let plain = "y".repeat(length);
            check::<false>(&plain);
            check::<true>(&plain);
            for piece in pieces {
                for at in 0..length {
                    let text = [&plain[..at], piece, &plain[at..], piece].concat();
                    check::<false>(&text);
                    check::<true>(&text);
                }
            }
        }
    }
}
