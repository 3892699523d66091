//! Which characters XML has, and which make names (XML 1.0 fifth edition, 2.2 and 2.3).

/// An ASCII character that may stand in a name, the colon apart.
const NAME: u8 = 1;
/// One that may start a name, the colon apart.
const START: u8 = 2;
/// White space.
const SPACE: u8 = 4;
/// The first or a later byte of a character beyond ASCII.
const WIDE: u8 = 8;
/// Ends the quick scan of an attribute's value: a quote, `<`, `&`, or white space other than the space itself.
const VALUE: u8 = 16;

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
        if matches!(b, b'"' | b'\'' | b'<' | b'&' | b'\t' | b'\n' | b'\r') {
            class |= VALUE;
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

/// Tells whether the quick scan of an attribute's value stops here.
#[inline(always)]
pub(crate) fn stops_value(byte: u8) -> bool {
    class(byte) & VALUE != 0
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
    let mut offset = 0;
    for chunk in bytes.chunks(64) {
        // Written so that the compiler makes vector instructions of it: no branch, one flag.
        let mut flag = 0u8;
        for byte in chunk {
            let control =
                u8::from(*byte < 0x20) & u8::from(*byte != b'\t') & u8::from(*byte != b'\n');
            flag |= control | u8::from(*byte == 0xEF) | u8::from(*byte == b']');
        }
        if flag != 0 {
            inspect(bytes, offset, chunk, &mut found);
            if found.illegal.is_some() {
                break;
            }
        }
        offset += chunk.len();
    }
    found
}

#[inline(never)]
fn inspect(bytes: &[u8], offset: usize, chunk: &[u8], found: &mut Survey) {
    for (at, byte) in (offset..).zip(chunk) {
        match *byte {
            b'\r' => found.carriage_return = found.carriage_return.min(at),
            b'\t' | b'\n' => {}
            b']' if bytes.get(at..at + 3) == Some(b"]]>".as_slice()) => {
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
