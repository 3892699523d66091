//! Which characters XML has, and which make names (XML 1.0 fifth edition, 2.2 and 2.3).

/// An ASCII character that may stand in a name, the colon apart.
const NAME: u8 = 1;
/// One that may start a name, the colon apart.
const START: u8 = 2;
/// White space.
const SPACE: u8 = 4;
/// The first or a later byte of a character beyond ASCII.
const WIDE: u8 = 8;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let b = byte as u8;
        let mut class = 0;
        if b.is_ascii_alphabetic() || b == b'_' {
            class |= NAME | START;
        }
        if b.is_ascii_digit() || b == b'-' || b == b'.' {
            class |= NAME;
        }
        if matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
            class |= SPACE;
        }
        if b >= 0x80 {
            class |= WIDE;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

#[inline(always)]
fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Tells whether a byte is white space (XML 1.0, 2.3).
#[inline(always)]
pub(crate) fn is_space(byte: u8) -> bool {
    class(byte) & SPACE != 0
}

/// Tells whether a byte may be part of a name, the colon apart; bytes beyond ASCII pass, to be checked as characters.
#[inline(always)]
pub(crate) fn in_name(byte: u8) -> bool {
    class(byte) & (NAME | WIDE) != 0
}

/// Tells whether a byte may start a name; bytes beyond ASCII pass, to be checked as characters.
#[inline(always)]
pub(crate) fn starts_name(byte: u8) -> bool {
    class(byte) & (START | WIDE) != 0
}

/// Tells whether a character may be in a document at all (`Char`).
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Tells whether a text is a name without a colon (`NCName`).
pub fn is_ncname(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

/// Tells whether a text is a name, colons allowed (`Name`).
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == ':' || is_name_start(c))
        && chars.all(|c| c == ':' || is_name_char(c))
}

/// Tells whether a text is a name token (`Nmtoken`).
pub fn is_nmtoken(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == ':' || is_name_char(c))
}

/// How many bytes at the front may be part of a name, the colon apart, and whether there are any beyond ASCII.
#[inline(always)]
pub(super) fn name_run(bytes: &[u8]) -> (usize, bool) {
    let mut wide = 0;
    let mut length = 0;
    for byte in bytes {
        if !in_name(*byte) {
            break;
        }
        wide |= *byte;
        length += 1;
    }
    (length, wide >= 0x80)
}
