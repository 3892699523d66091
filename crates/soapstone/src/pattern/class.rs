//! Sets of characters: multi-character escapes, categories and blocks (XSD 1.0 part 2, appendix F.1).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::datatype::name;

/// A set of one character.
pub(super) fn single(character: char) -> ClassUnicode {
    from_ranges([(character, character)])
}

/// A set of ranges.
pub(super) fn from_ranges(ranges: impl IntoIterator<Item = (char, char)>) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .into_iter()
            .map(|(first, last)| ClassUnicodeRange::new(first, last)),
    )
}

/// All characters but those of the set.
pub(super) fn complement(mut set: ClassUnicode) -> ClassUnicode {
    set.negate();
    set
}

/// `.`: anything but the ends of lines.
pub(super) fn any() -> ClassUnicode {
    complement(from_ranges([('\n', '\n'), ('\r', '\r')]))
}

/// The set of a multi-character escape, by its letter (F.1.1, table of `MultiCharEsc`).
pub(super) fn escape(letter: char) -> Option<ClassUnicode> {
    let set = match letter.to_ascii_lowercase() {
        's' => from_ranges([(' ', ' '), ('\t', '\n'), ('\r', '\r')]),
        'i' => name_start(),
        'c' => {
            let mut set = name_start();
            set.union(&from_ranges([
                ('0', '9'),
                ('-', '.'),
                ('\u{B7}', '\u{B7}'),
                ('\u{300}', '\u{36F}'),
                ('\u{203F}', '\u{2040}'),
            ]));
            set
        }
        'd' => category("Nd")?,
        'w' => {
            let mut set = category("P")?;
            set.union(&category("Z")?);
            set.union(&category("C")?);
            complement(set)
        }
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() {
        complement(set)
    } else {
        set
    })
}

fn name_start() -> ClassUnicode {
    let ascii = [(':', ':'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
    from_ranges(ascii.into_iter().chain(name::NAME_START.iter().copied()))
}

/// The set that `\p{…}` names: a general category or `Is` with a block.
pub(super) fn property(name: &str) -> Option<ClassUnicode> {
    match name.strip_prefix("Is") {
        Some(block) => super::blocks::ranges(block).map(from_ranges),
        None => CATEGORIES.contains(&name).then(|| category(name)).flatten(),
    }
}

/// The general categories of F.1.1; `Cs` is none, as no surrogate is a character.
const CATEGORIES: &[&str] = &[
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C",
    "Cc", "Cf", "Co", "Cn",
];

/// Takes the table of a category from the regex crate, once.
fn category(name: &str) -> Option<ClassUnicode> {
    static KNOWN: Mutex<Option<HashMap<String, ClassUnicode>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(set) = known.get(name) {
        return Some(set.clone());
    }
    let parsed = regex_syntax::parse(&["\\p{", name, "}"].concat()).ok()?;
    let set = match parsed.kind() {
        HirKind::Class(Class::Unicode(set)) => set.clone(),
        // Categories of one character, `Zl` and `Zp`, come as that character.
        HirKind::Literal(literal) => single(std::str::from_utf8(&literal.0).ok()?.chars().next()?),
        _ => return None,
    };
    known.insert(name.to_owned(), set.clone());
    Some(set)
}
