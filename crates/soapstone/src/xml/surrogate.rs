//! A repair for what the oldest stacks send: Axis 1.x writes a character beyond the basic plane as two character references,
//! one for each half of its UTF-16 form, which XML 1.0 (2.2) does not allow. The meaning is not in doubt.

use std::borrow::Cow;

use memchr::memmem;

/// Joins pairs of character references to UTF-16 surrogates into the character that they mean: `&#xD83D;&#xDE82;` → `🚂`.
///
/// What stands in CDATA sections stays as it is. A text without such pairs is given back as it came, after one search.
pub fn join_surrogates(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut joined = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| memmem::find(rest.as_bytes(), b"&#"))
    {
        let start = at + found;
        if let Some(end) = cdata_end(&text, at, start) {
            at = end;
            continue;
        }
        let Some((character, length)) = text.get(start..).and_then(pair) else {
            at = start + 2;
            continue;
        };
        joined.push_str(text.get(copied..start).unwrap_or_default());
        joined.push(character);
        at = start + length;
        copied = at;
    }
    if copied == 0 {
        return text;
    }
    joined.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(joined)
}

/// Where a CDATA section that begins between `from` and `at`, and holds `at`, ends.
fn cdata_end(text: &str, from: usize, at: usize) -> Option<usize> {
    let open = text.get(from..at)?.rfind("<![CDATA[")? + from;
    let close = memmem::find(text.get(open..)?.as_bytes(), b"]]>")
        .map_or(text.len(), |close| open + close + 3);
    (close > at).then_some(close)
}

/// The character of a pair of references at the start of a text, and the length of the pair.
fn pair(text: &str) -> Option<(char, usize)> {
    let (high, first) = unit(text)?;
    let (low, second) = unit(text.get(first..)?)?;
    let character = char::decode_utf16([high, low]).next()?.ok()?;
    Some((character, first + second))
}

/// The surrogate that a reference at the start of a text names, and the length of the reference.
fn unit(text: &str) -> Option<(u16, usize)> {
    let number = text.strip_prefix("&#")?;
    let end = number
        .as_bytes()
        .iter()
        .take(9)
        .position(|byte| *byte == b';')?;
    let number = number.get(..end)?;
    let unit = match number.strip_prefix('x') {
        Some(hex) => u16::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    (0xD800..0xE000).contains(&unit).then_some((unit, end + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_become_their_character_and_nothing_else_changes() {
        for (written, meant) in [
            ("<a>&#xD83D;&#xDE82; &#55357;&#56962;</a>", "<a>🚂 🚂</a>"),
            ("<a b='&#xd83d;&#xde82;'/>", "<a b='🚂'/>"),
            ("<a>&#xD83D;</a>", "<a>&#xD83D;</a>"),
            ("<a>&#xDE82;&#xD83D;</a>", "<a>&#xDE82;&#xD83D;</a>"),
            ("<a>&#10;&amp;&#x20AC;ż</a>", "<a>&#10;&amp;&#x20AC;ż</a>"),
            (
                "<a><![CDATA[&#xD83D;&#xDE82;]]>&#xD83D;&#xDE82;</a>",
                "<a><![CDATA[&#xD83D;&#xDE82;]]>🚂</a>",
            ),
        ] {
            assert_eq!(join_surrogates(Cow::Borrowed(written)), meant);
        }
    }
}
