//! Finds the bytes that end something: eight at a time where they are near, by vector instructions where they may be far.

use super::words::word;

const ONES: u64 = 0x0101_0101_0101_0101;
pub(super) const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How many bytes are looked at in words before the vector search is worth its start.
const NEAR: usize = 32;

/// Sets the high bit of the first byte of a word that is `byte`, and perhaps of later ones.
#[inline(always)]
pub(super) fn equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (ONES * byte as u64);
    differs.wrapping_sub(ONES) & !differs
}

/// Sets the high bit of the first byte of a word that is below a byte of ASCII, and perhaps of later ones.
#[inline(always)]
pub(super) fn below(word: u64, byte: u8) -> u64 {
    word.wrapping_sub(ONES * byte as u64) & !word
}

/// The first flagged byte.
#[inline(always)]
pub(super) fn first(flags: u64) -> usize {
    (flags.trailing_zeros() / 8) as usize
}

/// The offset of the first `<` or `&`.
#[inline(always)]
pub(crate) fn markup(bytes: &[u8]) -> Option<usize> {
    if let Some(word) = word(bytes, 0) {
        let flags = (equal(word, b'<') | equal(word, b'&')) & HIGHS;
        if flags != 0 {
            return Some(first(flags));
        }
    }
    markup_beyond(bytes)
}

#[inline(never)]
fn markup_beyond(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < NEAR {
        let Some(word) = word(bytes, at) else {
            let rest = bytes.get(at..)?;
            return rest
                .iter()
                .position(|byte| matches!(byte, b'<' | b'&'))
                .map(|length| at + length);
        };
        let flags = (equal(word, b'<') | equal(word, b'&')) & HIGHS;
        if flags != 0 {
            return Some(at + first(flags));
        }
        at += 8;
    }
    memchr::memchr2(b'<', b'&', bytes.get(at..)?).map(|length| at + length)
}

/// How many bytes of white space there are at the front. In a document without illegal characters nothing else is as low.
#[inline]
pub(crate) fn space(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = word(bytes, at) {
        // The high bit of each byte tells that it is above the space: no sum carries into the next byte.
        let above = (((word & !HIGHS) + ONES * (0x7F - b' ' as u64)) | word) & HIGHS;
        if above != 0 {
            return at + first(above);
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| **byte <= b' ').count()
}

/// The offset of the first byte that an attribute's value does not just hold: its quote, `<`, `&`, or a control character.
#[inline]
pub(crate) fn value_stop(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = word(bytes, at) {
        let stops = equal(word, quote) | equal(word, b'<') | equal(word, b'&') | below(word, 0x20);
        let flags = stops & HIGHS;
        if flags != 0 {
            return Some(at + first(flags));
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    rest.iter()
        .position(|byte| *byte == quote || matches!(byte, b'<' | b'&') || *byte < 0x20)
        .map(|length| at + length)
}

/// The offset of the first `]]>`.
pub(crate) fn section_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b']', bytes)
        .find(|at| matches!(bytes.get(*at..), Some([_, b']', b'>', ..])))
}

/// What one pass over a document found, so that nothing later needs to look at every character again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Survey {
    /// The first character that XML has no place for.
    pub(crate) illegal: Option<usize>,
    /// The first carriage return; `usize::MAX` for none.
    pub(crate) carriage_return: usize,
    /// The first `]]>`; `usize::MAX` for none.
    pub(crate) section_end: usize,
}

/// Looks over a whole document.
pub(crate) fn survey(text: &str) -> Survey {
    let bytes = text.as_bytes();
    let mut found = Survey {
        illegal: None,
        carriage_return: usize::MAX,
        section_end: usize::MAX,
    };
    let (chunks, rest) = bytes.as_chunks::<64>();
    let mut offset = 0;
    for chunk in chunks {
        if is_odd(chunk) && is_rare(chunk, &found) {
            inspect(bytes, offset, chunk, &mut found);
            if found.illegal.is_some() {
                return found;
            }
        }
        offset += chunk.len();
    }
    let mut last = [b' '; 64];
    if let Some(place) = last.get_mut(..rest.len()) {
        place.copy_from_slice(rest);
    }
    if is_odd(&last) {
        inspect(bytes, offset, rest, &mut found);
    }
    found
}

/// Tells whether there may be something to note: a control character, a tab or a line end, a byte from 0xEF on, or `]`. Written so
/// that the compiler makes few vector instructions of it, for every byte of every document.
#[inline(always)]
fn is_odd(chunk: &[u8; 64]) -> bool {
    let mut flag = false;
    for byte in chunk {
        // From 0xEF on and around to the space.
        flag |= (byte.wrapping_sub(0xEF) < 0x31) | (*byte == b']');
    }
    flag
}

/// Tells whether there is something to note, tabs and line ends apart, and what was found before.
#[inline(never)]
fn is_rare(chunk: &[u8; 64], found: &Survey) -> bool {
    // The first of each is enough; a tab and a byte that no text has stand for those that are no longer looked for.
    let carriage_return = [b'\r', b'\t'][usize::from(found.carriage_return == usize::MAX)];
    let bracket = [0xFF, b']'][usize::from(found.section_end == usize::MAX)];
    let mut flag = false;
    for byte in chunk {
        let space = (*byte == b'\t') | (*byte == b'\n') | (*byte == carriage_return);
        flag |= ((*byte < 0x20) & !space) | (*byte == 0xEF) | (*byte == bracket);
    }
    flag
}

#[inline(never)]
fn inspect(bytes: &[u8], offset: usize, chunk: &[u8], found: &mut Survey) {
    for (at, byte) in (offset..).zip(chunk) {
        match *byte {
            b'\r' => found.carriage_return = found.carriage_return.min(at),
            b'\t' | b'\n' => {}
            b']' if matches!(bytes.get(at..at + 3), Some([_, b']', b'>'])) => {
                found.section_end = found.section_end.min(at);
            }
            // U+FFFE and U+FFFF.
            0xEF if matches!(bytes.get(at..at + 3), Some([_, 0xBF, 0xBE | 0xBF])) => {
                found.illegal = Some(at);
                return;
            }
            control if control < 0x20 => {
                found.illegal = Some(at);
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_vectors_find_what_a_loop_finds() {
        for length in 0..80 {
            for at in 0..=length {
                for stop in [b'<', b'&', b'"', b'\n', 0xC3, b'='] {
                    let mut bytes = vec![b'x'; length];
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = stop;
                    }
                    let expected = bytes.iter().position(|byte| matches!(byte, b'<' | b'&'));
                    assert_eq!(markup(&bytes), expected);
                    let expected = bytes
                        .iter()
                        .position(|byte| matches!(byte, b'<' | b'&' | b'"' | b'\n'));
                    assert_eq!(value_stop(&bytes, b'"'), expected);
                    let mut blank = vec![b"\t\n\r "[at % 4]; length];
                    if let Some(byte) = blank.get_mut(at) {
                        *byte = stop;
                    }
                    let expected = blank.iter().position(|byte| *byte > b' ');
                    assert_eq!(space(&blank), expected.unwrap_or(length));
                }
            }
        }
    }

    #[test]
    fn the_survey_finds_the_first_of_each() {
        for shift in 0..130 {
            let text = format!("{}\r]]x]]>]]>\r", "y".repeat(shift));
            let found = survey(&text);
            assert_eq!(
                (found.carriage_return, found.section_end, found.illegal),
                (shift, shift + 4, None)
            );
            for wrong in ["\u{FFFE}", "\u{FFFF}", "\0", "\u{B}"] {
                assert_eq!(
                    survey(&format!("{text}\u{FFFD}{wrong}")).illegal,
                    Some(shift + 14)
                );
            }
        }
    }
}
