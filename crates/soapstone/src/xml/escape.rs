//! What text becomes where it is written: the characters that would be markup, and those that XML has no place for.

use super::scan::{HIGHS, below, equal, first};
use super::words::word;

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

/// Flags the bytes that may have to be escaped. Written so that the compiler makes vector instructions of it.
#[inline(always)]
fn flags<const ATTRIBUTE: bool>(chunk: &[u8; 16]) -> [u8; 16] {
    let mut flags = [0u8; 16];
    for (flag, byte) in flags.iter_mut().zip(chunk) {
        *flag = u8::from(*byte < 0x20)
            | u8::from(*byte == b'&')
            | u8::from(*byte | 2 == b'>')
            | u8::from(*byte == 0xEF)
            | (u8::from(ATTRIBUTE) & u8::from(*byte == b'"'));
    }
    flags
}

/// Copies text into room of the same length; tells whether nothing in it has to be escaped. Where something may have to be, what was
/// copied is of no use.
#[inline]
pub(crate) fn copy_clean<const ATTRIBUTE: bool>(text: &[u8], room: &mut [u8]) -> bool {
    if let (Some(last), Some(place)) = (text.last_chunk::<16>(), room.last_chunk_mut::<16>()) {
        let mut flags = flags::<ATTRIBUTE>(last);
        *place = *last;
        let places = room.as_chunks_mut::<16>().0;
        for (chunk, place) in text.as_chunks::<16>().0.iter().zip(places) {
            *place = *chunk;
            for (flag, more) in flags.iter_mut().zip(self::flags::<ATTRIBUTE>(chunk)) {
                *flag |= more;
            }
        }
        return u128::from_ne_bytes(flags) == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        if let Some(place) = room.first_chunk_mut() {
            *place = *first;
        }
        if let Some(place) = room.last_chunk_mut() {
            *place = *last;
        }
        let [first, last] = [first, last].map(|chunk| u64::from_ne_bytes(*chunk));
        return specials::<ATTRIBUTE>(first) | specials::<ATTRIBUTE>(last) == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        if let Some(place) = room.first_chunk_mut() {
            *place = *first;
        }
        if let Some(place) = room.last_chunk_mut() {
            *place = *last;
        }
        let [first, last] = [first, last].map(|chunk| u64::from(u32::from_ne_bytes(*chunk)));
        return specials::<ATTRIBUTE>(first | last << 32) == 0;
    }
    let mut clean = true;
    for (byte, place) in text.iter().zip(room) {
        *place = *byte;
        clean &= !is_special::<ATTRIBUTE>(*byte);
    }
    clean
}

/// Flags the bytes of a word that may have to be escaped.
#[inline(always)]
fn specials<const ATTRIBUTE: bool>(word: u64) -> u64 {
    let mut flags = below(word, 0x20)
        | equal(word, b'&')
        | equal(word | 0x0202_0202_0202_0202, b'>')
        | equal(word, 0xEF);
    if ATTRIBUTE {
        flags |= equal(word, b'"');
    }
    flags & HIGHS
}

#[inline(always)]
fn is_special<const ATTRIBUTE: bool>(byte: u8) -> bool {
    let control = byte < 0x20 && (ATTRIBUTE || !matches!(byte, b'\n' | b'\t'));
    control || matches!(byte, b'<' | b'>' | b'&' | 0xEF) || (ATTRIBUTE && byte == b'"')
}

/// Appends text as [`escape_text`] does, or a value as [`escape_attribute`] does.
#[inline(never)]
pub(crate) fn escape<const ATTRIBUTE: bool>(text: &str, out: &mut impl Sink) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut from = 0;
    while let Some(length) = next_special::<ATTRIBUTE>(bytes.get(from..).unwrap_or_default()) {
        let at = from + length;
        let (escaped, taken) = match bytes.get(at..).unwrap_or_default() {
            [b'<', ..] => ("&lt;", 1),
            [b'>', ..] => ("&gt;", 1),
            [b'&', ..] => ("&amp;", 1),
            [b'"', ..] => ("&quot;", 1),
            [b'\t', ..] => ("&#9;", 1),
            [b'\n', ..] => ("&#10;", 1),
            [b'\r', ..] => ("&#13;", 1),
            [0xEF, 0xBF, 0xBE | 0xBF, ..] => ("\u{FFFD}", 3),
            [0xEF, ..] => {
                from = at + 3;
                continue;
            }
            _ => ("\u{FFFD}", 1),
        };
        out.add(text.get(done..at).unwrap_or_default());
        out.add(escaped);
        done = at + taken;
        from = done;
    }
    out.add(text.get(done..).unwrap_or_default());
}

/// The offset of the first byte that may have to be escaped.
#[inline]
fn next_special<const ATTRIBUTE: bool>(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = word(bytes, at) {
        let flags = specials::<ATTRIBUTE>(word);
        if flags == 0 {
            at += 8;
            continue;
        }
        at += first(flags);
        if bytes
            .get(at)
            .is_some_and(|byte| is_special::<ATTRIBUTE>(*byte))
        {
            return Some(at);
        }
        at += 1;
    }
    let rest = bytes.get(at..)?;
    let length = rest
        .iter()
        .position(|byte| is_special::<ATTRIBUTE>(*byte))?;
    Some(at + length)
}
