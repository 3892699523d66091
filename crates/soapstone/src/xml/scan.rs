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
    let near: &[u8; 2 * WORD] = bytes.first_chunk()?;
    let flags = match near.as_chunks().0 {
        [one, other] => {
            odd(u8x16::new(*one)).to_bitmask() | odd(u8x16::new(*other)).to_bitmask() << WORD
        }
        _ => u32::MAX,
    };
    // Of no shift by all bits.
    (length < 2 * WORD).then(|| flags & !(u32::MAX << length) == 0)
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

/// Flags every byte that text does not just hold: `<`, `&`, a carriage return, `]`.
#[inline(always)]
pub(crate) fn text_stops(part: &[u8; WORD]) -> u32 {
    let part = u8x16::new(*part);
    is_markup(part) | odd(part).to_bitmask()
}

/// Flags every byte that a CDATA section does not just hold: a carriage return, `]`.
#[inline(always)]
pub(crate) fn section_stops(part: &[u8; WORD]) -> u32 {
    odd(u8x16::new(*part)).to_bitmask()
}

/// The offset of the first `=`, if it is near and no colon stands before it.
#[inline(always)]
pub(crate) fn near_equals(bytes: &[u8]) -> Option<usize> {
    let found = |at| {
        let part = wide(bytes.get(at..)?)?;
        let flags = (marks(part, b'=') | marks(part, b':')).to_bitmask();
        (flags != 0).then_some(at + flags.trailing_zeros() as usize)
    };
    let at = found(0).or_else(|| found(WORD))?;
    (bytes.get(at) == Some(&b'=')).then_some(at)
}

/// The length of the qualified name at the front and that of its prefix, if it is short, legal and of ASCII, and something
/// else is behind it (Namespaces in XML 1.0, 4).
#[inline(always)]
pub(crate) fn near_name(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    name::<1>(bytes)
}

/// Where the local name starts and ends of the tag at the front, behind its `<`, under the same conditions.
#[inline(always)]
pub(crate) fn tag_name(bytes: &[u8]) -> Option<(usize, usize)> {
    let (length, colon) = name::<3>(bytes)?;
    let is_tag = matches!(
        bytes.get(length),
        Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r')
    );
    is_tag.then(|| (colon.map_or(0, |colon| colon + 1), length))
}

/// The lengths of a name of fewer than so many times 16 bytes.
#[inline(always)]
fn name<const PARTS: usize>(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    let (mut letters, mut colons, mut length) = (0, 0, 0);
    for index in 0..PARTS {
        let from = index * WORD;
        let part = bytes.get(from..).and_then(wide)?;
        let within = |first: u8, count: u8, part: u8x16| {
            (part - u8x16::splat(first)).simd_lt(u8x16::splat(count))
        };
        let letter = within(b'a', 26, part | u8x16::splat(0x20)) | marks(part, b'_');
        // From the hyphen to the nine, with the slash among them; the colon is behind these.
        let other = within(b'-', 14, part) & !marks(part, b'/');
        let stop = (!(letter | other).to_bitmask()).trailing_zeros() as usize;
        letters |= u64::from(letter.to_bitmask()) << from;
        colons |= u64::from(marks(part, b':').to_bitmask()) << from;
        length = from + stop.min(WORD);
        if stop < WORD {
            break;
        }
    }
    colons &= !(u64::MAX << length);
    // A name starts at the front, and behind a colon.
    let starts = colons << 1 | 1;
    let is_name = length < PARTS * WORD
        && colons & colons.wrapping_sub(1) == 0
        && letters & !(u64::MAX << length) & starts == starts
        && bytes.get(length).is_some_and(u8::is_ascii);
    let colon = (colons != 0).then_some(colons.trailing_zeros() as usize);
    is_name.then_some((length, colon))
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
                        let near = (bytes.len() >= 32 && part < 32).then_some(!odd);
                        assert_eq!(is_near_plain(bytes, part), near, "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn near_names_and_texts_are_those_that_a_loop_finds() {
        let pieces = [
            "a", "Zz", "_", "-", ".", "9", ":", "/", ">", "=", " ", "é", "&", "<", "]", "\r", "@",
            "[", "`", "{",
        ];
        let mut seen = 0;
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    for filler in ["", "b", "bcdefghij", "bcdefghijklmnopqrs"] {
                        let text = [
                            first,
                            second,
                            filler,
                            third,
                            filler,
                            ">abcdefghijklmnop",
                            "<abcdefghijklmnop",
                        ]
                        .concat();
                        let bytes = text.as_bytes();
                        let length = text
                            .find(|c: char| !c.is_ascii_alphanumeric() && !"_-.:".contains(c))
                            .unwrap();
                        let name = &text[..length];
                        let legal = name.split(':').count() <= 2
                            && name.split(':').all(|part| {
                                part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                            })
                            && text.as_bytes()[length].is_ascii();
                        let expected = (legal && length < 16).then(|| (length, name.find(':')));
                        assert_eq!(near_name(bytes), expected, "{text:?}");
                        let ends = matches!(bytes[length], b'>' | b'/' | b' ' | b'\r');
                        let local = name.find(':').map_or(0, |colon| colon + 1);
                        let expected_tag =
                            (legal && ends && length < 48 && bytes.len() >= 16 * (length / 16 + 1))
                                .then_some((local, length));
                        assert_eq!(tag_name(bytes), expected_tag, "{text:?}");
                        seen += usize::from(expected.is_some());
                        let flags = |stops: &[char]| {
                            (0..WORD)
                                .map(|at| u32::from(stops.contains(&char::from(bytes[at]))) << at)
                                .sum::<u32>()
                        };
                        let part = bytes.first_chunk().unwrap();
                        assert_eq!(text_stops(part), flags(&['<', '&', '\r', ']']), "{text:?}");
                        assert_eq!(section_stops(part), flags(&['\r', ']']), "{text:?}");
                    }
                }
            }
        }
        assert!(seen > 1000, "{seen}");
    }
}
