//! White space as XML and the `whiteSpace` facet know it (XSD 1.0 part 2, 4.3.6): tab, line feed, carriage return, space.

use std::borrow::Cow;

/// Tells whether the byte is XML white space.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Takes XML white space off both ends; what `collapse` does to a text without white space inside.
pub fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) if is_space(*first) || is_space(*last) => {
            text.trim_matches([' ', '\t', '\n', '\r'])
        }
        _ => text,
    }
}

/// Makes a space of every tab, line feed and carriage return.
pub fn replace(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte < b' ') {
        Cow::Owned(text.replace(['\t', '\n', '\r'], " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Makes one space of every run of white space and trims the ends. Borrows where there is nothing inside to change.
pub fn collapse(text: &str) -> Cow<'_, str> {
    let trimmed = trim(text);
    let mut after_space = false;
    let clean = trimmed.bytes().all(|byte| {
        let fine = byte > b' ' || (byte == b' ' && !after_space);
        after_space = byte == b' ';
        fine
    });
    if clean {
        return Cow::Borrowed(trimmed);
    }
    let mut out = String::with_capacity(trimmed.len());
    for word in words(trimmed) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// The items of a list's lexical form (part 2, 2.5.1.2): its texts between white space.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
}
