//! What may stand before a document's element besides its type: the XML declaration and instructions (XML 1.0, 2.6, 2.8).

use super::chars::{is_ncname, is_space};

/// The length of an XML declaration (XML 1.0, 2.8), which the text starts with; or what is wrong, and where.
pub(crate) fn xml_declaration(text: &str) -> Result<usize, (usize, &'static str)> {
    const BROKEN: &str = "the XML declaration is broken";
    let Some(end) = text.find("?>") else {
        return Err((0, BROKEN));
    };
    let mut rest = text.get(5..end).unwrap_or_default();
    let mut seen = 0;
    while !rest.trim_ascii().is_empty() {
        let spaced = rest.trim_ascii_start();
        if spaced.len() == rest.len() {
            return Err((0, BROKEN));
        }
        let (name, after) = spaced.split_once('=').ok_or((0, BROKEN))?;
        let after = after.trim_ascii_start();
        let quote = after
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or((0, BROKEN))?;
        let (value, after) = after
            .get(1..)
            .unwrap_or_default()
            .split_once(quote)
            .ok_or((0, BROKEN))?;
        let place = match name.trim_ascii_end() {
            "version" => 1,
            "encoding" => 2,
            "standalone" => 3,
            _ => return Err((0, BROKEN)),
        };
        if place <= seen || (seen == 0 && place != 1) {
            return Err((0, BROKEN));
        }
        let legal = match place {
            1 => value.strip_prefix("1.").is_some_and(|minor| {
                !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())
            }),
            2 => {
                value.starts_with(|c: char| c.is_ascii_alphabetic())
                    && value
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            }
            _ => matches!(value, "yes" | "no"),
        };
        if !legal {
            return Err((0, BROKEN));
        }
        seen = place;
        rest = after;
    }
    if seen == 0 {
        Err((0, BROKEN))
    } else {
        Ok(end + 2)
    }
}

/// The length of a processing instruction, which the text starts with.
pub(crate) fn instruction(text: &str) -> Result<usize, &'static str> {
    let Some(end) = text.find("?>") else {
        return Err("a processing instruction has no end");
    };
    let inner = text.get(2..end).unwrap_or_default();
    let target = inner
        .split(|c: char| c.is_ascii() && is_space(c as u8))
        .next()
        .unwrap_or_default();
    if !is_ncname(target) {
        return Err("a processing instruction has no target");
    }
    if target.eq_ignore_ascii_case("xml") {
        return Err("an XML declaration is out of place");
    }
    Ok(end + 2)
}
