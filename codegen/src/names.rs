//! Rust identifiers from XML names: case, Unicode, keywords, and the one resolver of collisions.
//!
//! A name depends on the XML name and on what claimed it before, in the contract's order, so that a contract that grows at
//! its end keeps the names that it had.

use std::collections::HashSet;

use soapstone_schema::load::unescape;

/// Splits an XML name into words at punctuation and at changes of case: `OrderIDList_2` → `Order ID List 2`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (i, &c) in letters.iter().enumerate() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = i.checked_sub(1).and_then(|i| letters.get(i)).copied();
        let after = letters.get(i + 1).copied();
        let begins = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_numeric()
                    || (b.is_uppercase() && after.is_some_and(char::is_lowercase))
            });
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    // A plural acronym (`URLs`, `IDs`) is one word, not `UR` and `Ls`.
    let mut i = 1;
    while i < words.len() {
        let plural = words.get(i).is_some_and(|w| {
            let mut c = w.chars();
            c.next().is_some_and(char::is_uppercase) && c.as_str() == "s"
        });
        let acronym = words
            .get(i - 1)
            .is_some_and(|w| w.chars().all(char::is_uppercase));
        if plural && acronym {
            let tail = words.remove(i);
            if let Some(head) = words.get_mut(i - 1) {
                head.push_str(&tail);
            }
        } else {
            i += 1;
        }
    }
    words
}

/// Keeps what Rust allows in an identifier; anything else becomes `_`.
fn allowed(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric()
                || c == '_'
                || (!c.is_ascii() && c.is_alphanumeric() && is_continue(c))
            {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// Leaves out the letters that XML 1.0 knows and UAX 31 does not: enclosed and superscript digits, mostly.
fn is_continue(c: char) -> bool {
    c.is_alphabetic() && !('\u{24b6}'..='\u{24e9}').contains(&c)
}

/// The name of a type or variant: `PascalCase`, never empty, never starting with a digit.
pub(crate) fn pascal(name: &str) -> String {
    let mut out = String::new();
    for word in words(name) {
        let mut letters = word.chars();
        let Some(first) = letters.next() else {
            continue;
        };
        // Two digit groups that stood apart stay apart: `1.2` and `12` are different versions.
        if first.is_numeric() && out.ends_with(|c: char| c.is_numeric()) {
            out.push('_');
        }
        out.extend(first.to_uppercase());
        let rest = letters.as_str();
        let acronym = rest.strip_suffix('s').unwrap_or(rest);
        if acronym.chars().any(char::is_lowercase) {
            out.push_str(rest);
        } else {
            out.extend(rest.chars().flat_map(char::to_lowercase));
        }
    }
    let mut out = allowed(&out);
    if out.is_empty() {
        out.push_str("Empty");
    }
    if out.starts_with(|c: char| c.is_numeric()) {
        out.insert_str(0, "Value");
    }
    if out == "Self" {
        out.push('_');
    }
    out
}

/// The name of an enumeration's variant; a value of signs alone is named after them.
pub(crate) fn variant(value: &str) -> String {
    if value.chars().any(char::is_alphanumeric) {
        return pascal(value);
    }
    let mut out = String::new();
    for c in value.chars() {
        out.push_str(match c {
            '+' => "Plus",
            '-' => "Minus",
            '<' => "Less",
            '>' => "Greater",
            '=' => "Equal",
            '!' => "Not",
            '*' => "Star",
            '/' => "Slash",
            '\\' => "Backslash",
            '.' => "Dot",
            ',' => "Comma",
            ';' => "Semicolon",
            ':' => "Colon",
            '%' => "Percent",
            '&' => "And",
            '|' => "Or",
            '#' => "Hash",
            '$' => "Dollar",
            '@' => "At",
            '_' => "Underscore",
            '?' => "Question",
            ' ' => "Space",
            _ => "Sign",
        });
    }
    if out.is_empty() {
        "Empty".to_owned()
    } else {
        out
    }
}

/// The name of a field, function or module: `snake_case`, raw where it is a keyword.
pub(crate) fn snake(name: &str) -> String {
    keyword(bare_snake(name))
}

/// `snake_case` without keyword escape, for use inside longer names.
pub(crate) fn bare_snake(name: &str) -> String {
    let joined = words(name).join("_");
    let mut out = allowed(
        &joined
            .chars()
            .flat_map(char::to_lowercase)
            .collect::<String>(),
    );
    if out.is_empty() {
        out.push_str("empty");
    }
    if out.starts_with(|c: char| c.is_numeric()) {
        out.insert_str(0, "value_");
    }
    out
}

/// The name of a constant: `SCREAMING_SNAKE_CASE`.
pub(crate) fn screaming(name: &str) -> String {
    let out: String = bare_snake(name)
        .chars()
        .flat_map(char::to_uppercase)
        .collect();
    allowed(&out)
}

/// Words that Rust keeps for itself in the 2024 edition, strict and reserved.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

fn keyword(name: String) -> String {
    match name.as_str() {
        "self" | "super" | "crate" | "_" => format!("{name}_"),
        word if KEYWORDS.contains(&word) => format!("r#{name}"),
        _ => name,
    }
}

/// Hands out each name once; a second claim gets a number.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Takes names out of circulation, as the prelude's are.
    pub(crate) fn reserve(&mut self, names: &[&str]) {
        self.taken.extend(names.iter().map(|n| fold(n)));
    }

    /// Tells whether a name can still be claimed as it is.
    pub(crate) fn is_free(&self, name: &str) -> bool {
        !self.taken.contains(&fold(name))
    }

    /// Claims `wanted`; where it is taken, the first free one of `wanted2`, `wanted3`, …
    pub(crate) fn claim(&mut self, wanted: &str) -> String {
        self.first_free(wanted, "")
    }

    /// Claims a `snake_case` or `SCREAMING` name, with `_` before the number.
    pub(crate) fn claim_snake(&mut self, wanted: &str) -> String {
        let bare = wanted.strip_prefix("r#").unwrap_or(wanted);
        let claimed = self.first_free(bare, "_");
        if claimed == bare {
            wanted.to_owned()
        } else {
            claimed
        }
    }

    fn first_free(&mut self, wanted: &str, separator: &str) -> String {
        if self.taken.insert(fold(wanted)) {
            return wanted.to_owned();
        }
        let separator = if separator.is_empty() && wanted.ends_with(|c: char| c.is_numeric()) {
            "_"
        } else if wanted.ends_with('_') {
            // `self_`, whose two in a row would be no snake case.
            ""
        } else {
            separator
        };
        let mut n = 2u64;
        loop {
            let name = format!("{wanted}{separator}{n}");
            if self.taken.insert(fold(&name)) {
                return name;
            }
            n += 1;
        }
    }
}

/// Rust compares identifiers after NFC; names that differ only in composition are rare enough to be kept apart as they are.
fn fold(name: &str) -> String {
    name.to_owned()
}

/// The module for a namespace: its last telling segment (`http://a.example/ver10/orders` → `orders`, `.../gml/3.2` → `gml_3_2`).
pub(crate) fn module(namespace: &str) -> String {
    if namespace.is_empty() {
        return "unqualified".to_owned();
    }
    let trimmed = namespace.trim_end_matches(['/', '#', ':']);
    let segments: Vec<&str> = trimmed
        .split(['/', ':', '#', '?', '='])
        .filter(|s| !s.is_empty())
        .collect();
    let mut name = String::new();
    for segment in segments.iter().rev() {
        let segment = host(&unescape(segment));
        let word = bare_snake_plain(&segment);
        name = if name.is_empty() {
            word
        } else {
            format!("{word}_{name}")
        };
        if !versionish(&segment) {
            break;
        }
    }
    if name.starts_with(|c: char| c.is_numeric()) {
        name.insert(0, 'v');
    }
    keyword(if name.is_empty() {
        "unqualified".to_owned()
    } else {
        name
    })
}

/// `bare_snake` that leaves leading digits alone, since more may be put in front.
fn bare_snake_plain(name: &str) -> String {
    let out = bare_snake(name);
    match out.strip_prefix("value_") {
        Some(rest) if rest.starts_with(|c: char| c.is_numeric()) => rest.to_owned(),
        _ => out,
    }
}

/// A host name or a dotted URN counts by its first label that tells: `www.example.com` → `example`.
fn host(segment: &str) -> String {
    const TAILS: &[&str] = &[
        "com", "org", "net", "edu", "gov", "eu", "de", "uk", "it", "mx", "br", "fr", "io",
    ];
    let labels: Vec<&str> = segment.split('.').collect();
    if labels.len() > 1 && labels.last().is_some_and(|l| TAILS.contains(l)) {
        let first = labels
            .iter()
            .find(|l| **l != "www")
            .copied()
            .unwrap_or(segment);
        return first.to_owned();
    }
    segment.to_owned()
}

/// A segment that says only which version: `3.2`, `v1`, `2006`, `01`.
fn versionish(segment: &str) -> bool {
    let rest = segment.trim_start_matches(['v', 'V', 'r', 'R']);
    !rest.is_empty()
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_habits_of_rust() {
        let cases = [
            ("lineNo", "LineNo", "line_no"),
            ("OrderIDList", "OrderIdList", "order_id_list"),
            ("URLs", "Urls", "urls"),
            ("pain.001", "Pain001", "pain_001"),
            ("v1.2-3", "V1_2_3", "v1_2_3"),
            ("type", "Type", "r#type"),
            ("self", "Self_", "self_"),
            ("3D", "Value3D", "value_3_d"),
            ("größe", "Größe", "größe"),
            ("_", "Empty", "empty"),
            ("HTTPServer", "HttpServer", "http_server"),
            ("e-mail", "EMail", "e_mail"),
        ];
        for (name, type_, field) in cases {
            assert_eq!(pascal(name), type_, "{name}");
            assert_eq!(snake(name), field, "{name}");
        }
    }

    #[test]
    fn modules_are_named_after_the_telling_segment() {
        let cases = [
            ("http://example.com/orders", "orders"),
            ("http://tempuri.org/", "tempuri"),
            ("http://www.opengis.net/gml/3.2", "gml_3_2"),
            (
                "urn:iso:std:iso:20022:tech:xsd:pain.001.001.10",
                "pain_001_001_10",
            ),
            ("urn:enterprise.soap.sforce.com", "enterprise"),
            ("http://example.com/xml/Account%20IO", "account_io"),
            ("http://example.com/a%/b%FF_c%", "b_c"),
            ("http://www.w3.org/2001/XMLSchema", "xml_schema"),
            ("", "unqualified"),
        ];
        for (namespace, module_) in cases {
            assert_eq!(module(namespace), module_, "{namespace}");
        }
    }

    #[test]
    fn a_second_claim_gets_a_number() {
        let mut names = Names::default();
        assert_eq!(names.claim("Order"), "Order");
        assert_eq!(names.claim("Order"), "Order2");
        assert_eq!(names.claim_snake("r#type"), "r#type");
        assert_eq!(names.claim_snake("r#type"), "type_2");
    }
}
