//! The texts that XSD takes from XML: Name, NCName, NMTOKEN, QName, language, anyURI (XSD 1.0 part 2, 3.2.17 and 3.3).
//!
//! Name characters are those of XML 1.0, fifth edition, 2.3: every name of the earlier editions is one.

/// Tells whether a name may start with the character (XML 1.0, 2.3 `NameStartChar`); `:` is one.
pub fn is_name_start(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '_' | ':' => true,
        '\0'..='\u{7F}' => false,
        other => NAME_START
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&other)),
    }
}

/// Tells whether a name may go on with the character (XML 1.0, 2.3 `NameChar`); `:` is one.
pub fn is_name_char(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | ':' | '-' | '.' | '\u{B7}' => true,
        '\0'..='\u{7F}' => false,
        '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}' => true,
        other => is_name_start(other),
    }
}

/// `NameStartChar` beyond ASCII.
pub const NAME_START: &[(char, char)] = &[
    ('\u{C0}', '\u{D6}'),
    ('\u{D8}', '\u{F6}'),
    ('\u{F8}', '\u{2FF}'),
    ('\u{370}', '\u{37D}'),
    ('\u{37F}', '\u{1FFF}'),
    ('\u{200C}', '\u{200D}'),
    ('\u{2070}', '\u{218F}'),
    ('\u{2C00}', '\u{2FEF}'),
    ('\u{3001}', '\u{D7FF}'),
    ('\u{F900}', '\u{FDCF}'),
    ('\u{FDF0}', '\u{FFFD}'),
    ('\u{10000}', '\u{EFFFF}'),
];

/// Tells whether the text is a `Name`.
pub fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_char)
}

/// Tells whether the text is an `NCName`: a `Name` without a colon (Namespaces in XML 1.0, 3).
pub fn is_ncname(text: &str) -> bool {
    is_name(text) && !text.contains(':')
}

/// Tells whether the text is an `Nmtoken`.
pub fn is_nmtoken(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_char)
}

/// Splits a `QName` into its prefix, empty where it has none, and local part; absent where it is not one.
pub fn split_qname(text: &str) -> Option<(&str, &str)> {
    let (prefix, local) = match text.split_once(':') {
        Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
        Some(_) => return None,
        None => ("", text),
    };
    is_ncname(local).then_some((prefix, local))
}

/// Tells whether the text is a `language`: `[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*` (part 2, 3.3.3).
pub fn is_language(text: &str) -> bool {
    text.split('-').enumerate().all(|(index, part)| {
        (1..=8).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit()))
    })
}

/// Tells whether the text can stand for a URI reference (part 2, 3.2.17).
///
/// What XLink 5.4 escapes, spaces and non-ASCII characters included, is allowed, so that hardly any text is refused:
/// only a `%` without two hexadecimal digits, a second `#`, for which no escape exists, a `:` in front, where a scheme
/// must stand, and `//` without what it announces (RFC 2396, 3 and 5).
pub fn is_any_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escaped = |at: usize| {
        bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
            && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit)
    };
    memchr::memchr_iter(b'%', bytes).all(escaped)
        && memchr::memchr_iter(b'#', bytes).nth(1).is_none()
        && bytes.first() != Some(&b':')
        && text != "//"
}
