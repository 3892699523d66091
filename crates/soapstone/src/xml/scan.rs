//! Finds the bytes that end something, sixteen at a time.

use wide::u8x16;

use super::words::{WORD, marks, wide};

/// How many bytes are looked at before a search by longer vectors is worth its start.
const NEAR: usize = 32;

/// The offset of the first `<` or `&`.
#[inline(always)]
pub(crate) fn markup(bytes: &[u8]) -> Option<usize> {
    if let Some(first) = wide(bytes) {
        let flags = is_markup(first);
        if flags != 0 {
            return Some(flags.trailing_zeros() as usize);
        }
    }
    markup_beyond(bytes)
}

/// The same, among the first 32 bytes.
#[inline(always)]
pub(crate) fn near_markup(bytes: &[u8]) -> Option<usize> {
    let near: &[u8; 2 * WORD] = bytes.first_chunk()?;
    let flags = match near.as_chunks().0 {
        [one, other] => is_markup(u8x16::new(*one)) | is_markup(u8x16::new(*other)) << WORD,
        _ => 0,
    };
    (flags != 0).then_some(flags.trailing_zeros() as usize)
}

/// Flags every `<` and `&`.
#[inline(always)]
fn is_markup(bytes: u8x16) -> u32 {
    (marks(bytes, b'<') | marks(bytes, b'&')).to_bitmask()
}

#[inline(never)]
fn markup_beyond(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < NEAR {
        let Some(next) = bytes.get(at..).and_then(wide) else {
            let rest = bytes.get(at..)?;
            return rest
                .iter()
                .position(|byte| matches!(byte, b'<' | b'&'))
                .map(|length| at + length);
        };
        let flags = is_markup(next);
        if flags != 0 {
            return Some(at + flags.trailing_zeros() as usize);
        }
        at += WORD;
    }
    memchr::memchr2(b'<', b'&', bytes.get(at..)?).map(|length| at + length)
}

/// How many bytes of white space there are at the front. In a document without illegal characters nothing else is as low.
#[inline(always)]
pub(crate) fn space(bytes: &[u8]) -> usize {
    near_space(bytes).unwrap_or_else(|| space_beyond(bytes))
}

/// The same, if it is less than 16 bytes.
#[inline(always)]
pub(crate) fn near_space(bytes: &[u8]) -> Option<usize> {
    let flags = wide(bytes)?.simd_gt(u8x16::splat(b' ')).to_bitmask();
    (flags != 0).then_some(flags.trailing_zeros() as usize)
}

#[inline(never)]
fn space_beyond(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte <= b' ').count()
}

/// The offset of the first byte that an attribute's value does not just hold: its quote, `<`, `&`, or a control character.
#[inline]
pub(crate) fn value_stop(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(part) = bytes.get(at..).and_then(wide) {
        let is = |byte| marks(part, byte);
        let control = part.simd_lt(u8x16::splat(0x20));
        let flags = (is(quote) | is(b'<') | is(b'&') | control).to_bitmask();
        if flags != 0 {
            return Some(at + flags.trailing_zeros() as usize);
        }
        at += WORD;
    }
    let rest = bytes.get(at..)?;
    rest.iter()
        .position(|byte| *byte == quote || matches!(byte, b'<' | b'&') || *byte < 0x20)
        .map(|length| at + length)
}

/// The offset of the first `]]>`.
pub(crate) fn section_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += double(bytes.get(at..)?, b']')?;
        if bytes.get(at + 2) == Some(&b'>') {
            return Some(at);
        }
        at += 1;
    }
}

/// The offset of the first place where a byte stands twice.
pub(crate) fn double(bytes: &[u8], byte: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(part) = bytes.get(at..).and_then(wide) {
        let flags = marks(part, byte).to_bitmask();
        let doubles = flags & (flags >> 1);
        if doubles != 0 {
            return Some(at + doubles.trailing_zeros() as usize);
        }
        // The last of them may be the first of two.
        at += WORD - 1;
    }
    let rest = bytes.get(at..)?;
    let length = rest.windows(2).position(|two| *two == [byte, byte])?;
    Some(at + length)
}

/// Tells whether the text at the front, if it is short, surely holds no carriage return and no `]`.
#[inline(always)]
pub(crate) fn is_near_plain(bytes: &[u8], length: usize) -> Option<bool> {
    let part = wide(bytes).filter(|_| length <= WORD)?;
    Some(odd(part).to_bitmask() & !(u32::MAX << length) == 0)
}

/// Tells whether text surely holds no carriage return and no `]]>`.
#[inline(never)]
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let (parts, rest) = text.as_chunks();
    let found = parts
        .iter()
        .fold(u8x16::ZERO, |found, part| found | odd(u8x16::new(*part)));
    let is_odd = found.to_bitmask() != 0 || rest.iter().any(|byte| matches!(byte, b'\r' | b']'));
    !is_odd || (memchr::memchr(b'\r', text).is_none() && section_end(text).is_none())
}

/// Marks the bytes that text does not just hold: carriage returns, and `]`.
#[inline(always)]
fn odd(part: u8x16) -> u8x16 {
    marks(part, b'\r') | marks(part, b']')
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
    let mut sought = Sought::of(&found);
    let (chunks, rest) = bytes.as_chunks::<64>();
    let mut offset = 0;
    for chunk in chunks {
        if sought.is_in(chunk) {
            inspect(bytes, offset, chunk, &mut sought, &mut found);
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
    if sought.is_in(&last) {
        inspect(bytes, offset, &last, &mut sought, &mut found);
    }
    found
}

/// Bytes that may be to note: control characters other than tabs and line feeds, `]`, and 0xEF, with which U+FFFE begins. What was
/// found once is sought no more.
struct Sought {
    /// `]`, or a byte that no text has.
    bracket: u8x16,
    /// A control character that is passed over: the carriage return, or the tab, which is anyway.
    passed: u8x16,
}

impl Sought {
    fn of(found: &Survey) -> Sought {
        let bracket = [0xFF, b']'][usize::from(found.section_end == usize::MAX)];
        let passed = [b'\r', b'\t'][usize::from(found.carriage_return == usize::MAX)];
        Sought {
            bracket: u8x16::splat(bracket),
            passed: u8x16::splat(passed),
        }
    }

    #[inline(always)]
    fn is_in(&self, chunk: &[u8; 64]) -> bool {
        let (parts, _) = chunk.as_chunks();
        let mut marks = u8x16::ZERO;
        for part in parts {
            marks |= self.mark(part);
        }
        marks.to_bitmask() != 0
    }

    #[inline(always)]
    fn mark(&self, part: &[u8; WORD]) -> u8x16 {
        let part = u8x16::new(*part);
        let is = |byte| marks(part, byte);
        let control = part.simd_lt(u8x16::splat(0x20));
        let passed = is(b'\t') | is(b'\n') | part.simd_eq(self.passed);
        (control & !passed) | part.simd_eq(self.bracket) | is(0xEF)
    }
}

#[inline(never)]
fn inspect(bytes: &[u8], offset: usize, chunk: &[u8; 64], sought: &mut Sought, found: &mut Survey) {
    let (parts, _) = chunk.as_chunks();
    for (from, part) in (offset..).step_by(WORD).zip(parts) {
        let mut flags = sought.mark(part).to_bitmask();
        while flags != 0 {
            let at = from + flags.trailing_zeros() as usize;
            flags &= flags - 1;
            match bytes.get(at..) {
                Some([b'\r', ..]) => found.carriage_return = found.carriage_return.min(at),
                Some([b']', b']', b'>', ..]) => found.section_end = found.section_end.min(at),
                Some([b']', ..]) => {}
                Some([0xEF, 0xBF, 0xBE | 0xBF, ..]) => {
                    found.illegal = Some(at);
                    return;
                }
                Some([0xEF, ..]) => {}
                _ => {
                    found.illegal = Some(at);
                    return;
                }
            }
        }
    }
    *sought = Sought::of(found);
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
                    let near = expected.filter(|at| bytes.len() >= 32 && *at < 32);
                    assert_eq!(near_markup(&bytes), near);
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
                    let near = expected.filter(|at| length >= 16 && *at < 16);
                    assert_eq!(near_space(&blank), near);
                }
            }
        }
    }

    #[test]
    fn the_ends_of_sections_are_found_wherever_they_stand() {
        for length in 0..70 {
            for piece in ["]]>", "]>", "]", "]]", "]]]>", "\r", "> ]]"] {
                for at in 0..length {
                    let mut text = "x".repeat(length);
                    text.replace_range(at..at, piece);
                    let bytes = text.as_bytes();
                    assert_eq!(section_end(bytes), text.find("]]>"), "{text:?}");
                    assert_eq!(double(bytes, b']'), text.find("]]"), "{text:?}");
                    let plain = !text.contains('\r') && !text.contains("]]>");
                    assert_eq!(is_plain(bytes), plain, "{text:?}");
                    for part in 0..bytes.len() {
                        let odd = text[..part].contains(['\r', ']']);
                        let near = (bytes.len() >= 16 && part <= 16).then_some(!odd);
                        assert_eq!(is_near_plain(bytes, part), near, "{text:?}");
                    }
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
