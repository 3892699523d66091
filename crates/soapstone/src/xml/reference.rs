//! References to characters and entities (XML 1.0, 4.1 to 4.4), with expansion bounded in depth and in bytes.

use std::ops::Range;

use super::chars::{in_name, is_name, is_xml_char};
use super::doctype::Entity;
use super::error::{Error, ErrorKind, Limited};
use super::reader::Reader;

/// Bytes that the entities and attribute defaults of one document may expand to: far more than any real document asks
/// for, far less than a hostile one would.
pub(crate) const EXPANSION: usize = 16 << 20;
/// How deep entities may stand inside each other.
pub(crate) const ENTITY_DEPTH: usize = 40;

/// The character of the reference at the front, and the reference's length: if it is to a character, in few digits, or to one of the
/// entities that every document has (XML 1.0, 4.1 and 4.6).
#[inline(always)]
pub(super) fn undeclared(bytes: &[u8]) -> Option<(char, usize)> {
    match two_digits(bytes) {
        Some(character) => Some((character, 5)),
        None => undeclared_beyond(bytes),
    }
}

/// The character of `&#38;` and its like, from the space on.
#[inline(always)]
fn two_digits(bytes: &[u8]) -> Option<char> {
    let [b'&', b'#', tens, ones, b';', ..] = bytes else {
        return None;
    };
    let [tens, ones] = [tens, ones].map(|digit| digit.wrapping_sub(b'0'));
    (matches!(tens, 3..=9) && ones < 10)
        .then(|| char::from(tens * 10 + ones))
        .filter(|character| *character >= ' ')
}

#[inline(never)]
fn undeclared_beyond(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes {
        [b'&', b'#', b'x', digits @ ..] => few_digits(digits, 16).map(|(c, count)| (c, count + 4)),
        [b'&', b'#', digits @ ..] => few_digits(digits, 10).map(|(c, count)| (c, count + 3)),
        [b'&', b'l', b't', b';', ..] => Some(('<', 4)),
        [b'&', b'g', b't', b';', ..] => Some(('>', 4)),
        [b'&', b'a', b'm', b'p', b';', ..] => Some(('&', 5)),
        [b'&', b'q', b'u', b'o', b't', b';', ..] => Some(('"', 6)),
        [b'&', b'a', b'p', b'o', b's', b';', ..] => Some(('\'', 6)),
        _ => None,
    }
}

/// The character of a number that ends in `;`, and how many digits it has; nothing where they are too many to be sure of their sum.
#[inline(always)]
fn few_digits(bytes: &[u8], radix: u32) -> Option<(char, usize)> {
    let mut code = 0;
    for (count, byte) in bytes.iter().take(7).enumerate() {
        if *byte == b';' {
            let character = char::from_u32(code).filter(|c| count > 0 && is_xml_char(*c))?;
            return Some((character, count));
        }
        code = code * radix + char::from(*byte).to_digit(radix)?;
    }
    None
}

/// The character of a reference's number, `38` or `x26`; nothing where XML has no such character.
pub(crate) fn character(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if digits.is_empty() {
        return None;
    }
    let code = digits.bytes().try_fold(0u32, |code, byte| {
        let digit = char::from(byte).to_digit(radix)?;
        code.checked_mul(radix)?.checked_add(digit)
    })?;
    char::from_u32(code).filter(|c| is_xml_char(*c))
}

/// Splits a text that starts with `&` into the reference's name, `#38` or `amp`, and its length with `&` and `;`.
pub(crate) fn split(text: &str) -> Option<(&str, usize)> {
    let rest = text.as_bytes().strip_prefix(b"&")?;
    let length = rest
        .iter()
        .position(|byte| !in_name(*byte) && !matches!(byte, b'#' | b':'))?;
    let name = text
        .get(1..length + 1)
        .filter(|_| rest.get(length) == Some(&b';'))?;
    let legal = match name.strip_prefix('#') {
        Some(number) => !number.is_empty(),
        None => is_name(name),
    };
    legal.then_some((name, length + 2))
}

/// Whether a value or content is being put together: they differ in white space and in what an entity may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Attribute,
    Content,
}

impl<'a> Reader<'a> {
    pub(crate) fn reference_name<'t>(
        &self,
        text: &'t str,
        offset: usize,
    ) -> Result<(&'t str, usize), Error> {
        split(text).ok_or_else(|| self.syntax(offset, "& does not start a reference"))
    }

    pub(crate) fn character(&self, number: &str, offset: usize) -> Result<char, Error> {
        character(number)
            .ok_or_else(|| self.syntax(offset, "a character reference names no character of XML"))
    }

    /// Finds an entity's replacement text in the source; nothing where it is not there as such.
    pub(crate) fn entity(&self, name: &str, offset: usize) -> Result<Option<Range<usize>>, Error> {
        let why = match self
            .doctype
            .as_ref()
            .and_then(|doctype| doctype.entity(name))
        {
            Some(Entity::Slice(range)) => return Ok(Some(range.clone())),
            Some(Entity::Owned(_)) => return Ok(None),
            Some(Entity::External) => "is external, and nothing external is fetched",
            Some(Entity::Unparsed) => "is unparsed and cannot be referred to here",
            None => "is not declared",
        };
        Err(self.error(
            offset,
            ErrorKind::Entity {
                name: name.into(),
                why,
            },
        ))
    }

    /// Counts what entities expand to, every reference as a few bytes at least.
    pub(crate) fn count_expansion(&mut self, bytes: usize, offset: usize) -> Result<(), Error> {
        let limit = self.options.limits.bytes.min(EXPANSION);
        if let Some(doctype) = &mut self.doctype {
            doctype.expanded = doctype.expanded.saturating_add(bytes).saturating_add(16);
            if doctype.expanded > limit {
                return Err(self.limit(offset, Limited::Bytes, limit));
            }
        }
        Ok(())
    }

    /// Appends an entity whose replacement text is not in the source, since its declaration holds character references.
    pub(crate) fn append_owned_entity(
        &mut self,
        name: &str,
        offset: usize,
        text: &mut String,
    ) -> Result<(), Error> {
        self.append_entity(name, offset, Target::Content, &mut Vec::new(), text)
    }

    /// Appends an attribute's raw value, normalised as CDATA (XML 1.0, 3.3.3).
    pub(crate) fn append_attribute_value(
        &mut self,
        raw: &str,
        offset: usize,
        value: &mut String,
    ) -> Result<(), Error> {
        self.append_raw(raw, offset, Target::Attribute, &mut Vec::new(), value)
    }

    fn append_entity(
        &mut self,
        name: &str,
        offset: usize,
        into: Target,
        within: &mut Vec<String>,
        out: &mut String,
    ) -> Result<(), Error> {
        if within.iter().any(|outer| outer == name) {
            return Err(self.error(
                offset,
                ErrorKind::Entity {
                    name: name.into(),
                    why: "contains itself",
                },
            ));
        }
        if within.len() >= ENTITY_DEPTH {
            return Err(self.limit(offset, Limited::Entities, ENTITY_DEPTH));
        }
        within.push(name.to_owned());
        match self.entity(name, offset)? {
            Some(range) => {
                self.count_expansion(range.len(), offset)?;
                let source = self.source;
                self.append_raw(
                    source.get(range).unwrap_or_default(),
                    offset,
                    into,
                    within,
                    out,
                )?;
            }
            None => {
                if let Some(Entity::Owned(text)) = self
                    .doctype
                    .as_ref()
                    .and_then(|doctype| doctype.entity(name))
                {
                    let text = text.clone();
                    self.count_expansion(text.len(), offset)?;
                    self.append_raw(&text, offset, into, within, out)?;
                }
            }
        }
        within.pop();
        Ok(())
    }

    fn append_raw(
        &mut self,
        raw: &str,
        offset: usize,
        into: Target,
        within: &mut Vec<String>,
        out: &mut String,
    ) -> Result<(), Error> {
        let inside = !within.is_empty();
        if into == Target::Content && raw.contains("]]>") {
            return Err(self.syntax(offset, "]]> stands in text"));
        }
        let mut rest = raw;
        while let Some(at) = rest.find(['&', '<', '\t', '\n', '\r']) {
            let (plain, special) = rest.split_at(at);
            out.push_str(plain);
            // Inside an entity, errors are told at the reference.
            let here = if inside {
                offset
            } else {
                offset + (raw.len() - special.len())
            };
            let mut length = 1;
            match special.as_bytes() {
                [b'&', ..] => {
                    if let Some((character, taken)) = undeclared(special.as_bytes()) {
                        length = taken;
                        out.push(character);
                    } else {
                        let (name, taken) = self.reference_name(special, here)?;
                        length = taken;
                        match name.strip_prefix('#') {
                            Some(number) => out.push(self.character(number, here)?),
                            None => self.append_entity(name, here, into, within, out)?,
                        }
                    }
                }
                [b'<', ..] if into == Target::Attribute => {
                    return Err(self.syntax(here, "< stands in an attribute's value"));
                }
                [b'<', ..] => {
                    let name = within.first().map_or("", |name| name).into();
                    let why = "has both markup and character references in its declaration, which is not supported";
                    return Err(self.error(here, ErrorKind::Entity { name, why }));
                }
                [other, after @ ..] => {
                    if *other == b'\r' && after.first() == Some(&b'\n') {
                        length = 2;
                    }
                    out.push(match (into, *other) {
                        (Target::Attribute, _) => ' ',
                        (Target::Content, b'\t') => '\t',
                        (Target::Content, _) => '\n',
                    });
                }
                [] => {}
            }
            if out.len() > self.options.limits.text {
                return Err(self.text_limit(offset));
            }
            rest = special.get(length..).unwrap_or_default();
        }
        out.push_str(rest);
        if out.len() > self.options.limits.text {
            return Err(self.text_limit(offset));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_references_are_read_as_others_are() {
        for name in [
            "#65",
            "#x41",
            "#xe9",
            "#0",
            "#x0",
            "#",
            "#x",
            "#1114111",
            "#x10FFFF",
            "#x110000",
            "#xD800",
            "#65534",
            "#9",
            "#x1F600",
            "#12345678",
            "#0000065",
            "#6a",
            "#x 1",
            "# 1",
            "#-1",
            "#+1",
        ] {
            let number = &name[1..];
            let reference = format!("&{name};");
            let short = undeclared(reference.as_bytes());
            assert_eq!(undeclared(&reference.as_bytes()[..name.len()]), None);
            // Of many digits nothing is said.
            if number.len() < 7 {
                let expected = character(number).map(|c| (c, reference.len()));
                assert_eq!(short, expected, "{reference}");
            } else if let Some((c, length)) = short {
                assert_eq!((Some(c), length), (character(number), reference.len()));
            }
        }
        assert_eq!(undeclared(b"&amp;x"), Some(('&', 5)));
        assert_eq!(undeclared(b"&ampx;"), None);
    }
}
