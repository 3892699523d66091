//! Texts for simple types: those that the facets just allow, and those that they just refuse.

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind};
use soapstone::datatype::Decimal;
use soapstone_schema::model::{Builtin, Model, Scope, SimpleType, Type, TypeId, Variety};
use soapstone_schema::pattern;
use soapstone_schema::simple::{Context, SimpleTypes};

/// The prefixes that every document declares.
pub(crate) struct Prefixes(pub(crate) Vec<(String, String)>);

impl Context for Prefixes {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        if prefix.is_empty() {
            return Some("");
        }
        let found = self.0.iter().find(|(p, _)| p == prefix);
        found.map(|(_, namespace)| &**namespace)
    }

    fn unparsed_entity(&self, _: &str) -> bool {
        false
    }
}

impl Prefixes {
    pub(crate) fn of(&self, namespace: &str) -> Option<&str> {
        let found = self.0.iter().find(|(_, n)| n == namespace);
        found.map(|(prefix, _)| &**prefix)
    }
}

/// Texts of one type, and how many of them were used.
#[derive(Default)]
pub(crate) struct Texts {
    pub(crate) valid: Vec<String>,
    pub(crate) invalid: Vec<String>,
    next: usize,
    next_invalid: usize,
}

/// Texts of every type that was asked for.
pub(crate) struct Values<'m> {
    pub(crate) model: &'m Model,
    types: SimpleTypes,
    pub(crate) prefixes: Prefixes,
    texts: HashMap<TypeId, Texts>,
}

/// Texts that some type or other takes or refuses.
const COMMON: &[&str] = &[
    "a",
    "A",
    "ab",
    "abc",
    "abcd",
    "abcde",
    "A1",
    "1",
    "0",
    "-1",
    "+7",
    "12",
    "123",
    "1234",
    "12345678",
    "1.5",
    "-0.50",
    "1234567890123456.78",
    "1e3",
    "-1.5E-7",
    "INF",
    "-INF",
    "NaN",
    "true",
    "false",
    "0",
    "2026-02-03",
    "2026-02-28Z",
    "2024-02-29+14:00",
    "2026-02-30",
    "2026-02-03T04:05:06",
    "2026-02-03T24:00:00",
    "-0044-03-15T00:00:00.000000000001-05:00",
    "12026-12-31T23:59:59.999Z",
    "04:05:06",
    "24:00:00",
    "04:05:06.789Z",
    "--02-29",
    "--02-30",
    "---31",
    "---32",
    "--12",
    "2026",
    "-0001",
    "2026-13",
    "2026-12",
    "P1Y2M3DT4H5M6.7S",
    "-P1M",
    "PT0S",
    "P",
    "P1",
    "0aFF",
    "0aF",
    "",
    "aGk=",
    "aGk",
    "a G k=",
    "xs:string",
    "no:name",
    "en",
    "en-GB",
    "x-1-2",
    "\u{e9}\u{1f682}",
    " a  b ",
    "a\tb\nc",
    "<&>\"']]>",
    "a b c",
    "1 2 3",
    "http://example.com/a?b=c&d=%20",
    "99999999999999999999",
    "-99999999999999999999",
    "127",
    "128",
    "-128",
    "-129",
    "255",
    "256",
    "32767",
    "32768",
    "-32768",
    "-32769",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "3.4028235E38",
    "1.7976931348623157E308",
    "4.9E-324",
    "0.00000000000000000000001",
    "007",
    "1_0",
    "0x1",
    "1,5",
    "TRUE",
    "2026-02-03 04:05:06",
    "a:b",
    "\u{a0}",
];

impl<'m> Values<'m> {
    pub(crate) fn new(model: &'m Model) -> Values<'m> {
        let mut prefixes = vec![
            (
                "xml".to_owned(),
                "http://www.w3.org/XML/1998/namespace".to_owned(),
            ),
            ("xs".to_owned(), soapstone_schema::model::XSD.to_owned()),
            ("xsi".to_owned(), soapstone_schema::model::XSI.to_owned()),
        ];
        let named = model
            .elements
            .iter()
            .map(|e| &e.name)
            .chain(model.attributes.iter().map(|a| &a.name));
        let enumerated = model.types.iter().filter_map(|t| match t {
            Type::Simple(simple) => Some(simple),
            Type::Complex(_) => None,
        });
        let scopes = enumerated.flat_map(|t| {
            t.facets
                .enumeration
                .iter()
                .flat_map(|e| e.scope.iter().map(|(_, n)| n))
        });
        for namespace in named
            .map(|n| &n.namespace)
            .chain(model.namespaces.iter())
            .chain(scopes)
        {
            if !namespace.is_empty() && !prefixes.iter().any(|(_, n)| **n == **namespace) {
                prefixes.push((format!("n{}", prefixes.len()), namespace.to_string()));
            }
        }
        Values {
            model,
            types: SimpleTypes::of(model),
            prefixes: Prefixes(prefixes),
            texts: HashMap::new(),
        }
    }

    pub(crate) fn accepts(&self, type_: TypeId, text: &str) -> bool {
        self.types
            .accepts(self.model, type_, text, &self.prefixes)
            .is_ok()
    }

    /// A text that the type takes, the next one at each call.
    pub(crate) fn valid(&mut self, type_: TypeId) -> Option<String> {
        let texts = self.texts(type_);
        let text = texts
            .valid
            .get(texts.next % texts.valid.len().max(1))
            .cloned();
        texts.next += 1;
        text
    }

    /// A text that the type refuses, the next one at each call.
    pub(crate) fn invalid(&mut self, type_: TypeId) -> Option<String> {
        let texts = self.texts(type_);
        let text = texts
            .invalid
            .get(texts.next_invalid % texts.invalid.len().max(1))
            .cloned();
        texts.next_invalid += 1;
        text
    }

    fn texts(&mut self, type_: TypeId) -> &mut Texts {
        if !self.texts.contains_key(&type_) {
            let mut candidates = Vec::new();
            self.candidates(type_, &mut candidates, 0);
            candidates.extend(COMMON.iter().map(|text| (*text).to_owned()));
            let mut texts = Texts::default();
            // The JDK refuses references that begin with what is no scheme, which XSD leaves to each processor (part 2, 3.2.17.1).
            candidates.retain(|text| !self.holds_references(type_) || begins_as_reference(text));
            for text in candidates {
                let (list, most) = if self.accepts(type_, &text) {
                    (&mut texts.valid, 48)
                } else {
                    (&mut texts.invalid, 48)
                };
                if list.len() < most && !list.contains(&text) && text.chars().all(is_xml) {
                    list.push(text);
                }
            }
            self.texts.insert(type_, texts);
        }
        self.texts.entry(type_).or_default()
    }

    /// Whether values are `xs:anyURI`s, or may be.
    fn holds_references(&self, type_: TypeId) -> bool {
        match self.model.types.get(type_.index()) {
            Some(Type::Simple(simple)) => match &simple.variety {
                Variety::Atomic(primitive) => *primitive == Builtin::AnyUri,
                Variety::List(item) => self.holds_references(*item),
                Variety::Union(members) => members.iter().any(|one| self.holds_references(*one)),
                Variety::Any => false,
            },
            _ => false,
        }
    }

    /// Whether the type is an ID or a reference to one, which stand for themselves.
    pub(crate) fn identity(&self, type_: TypeId) -> Option<Builtin> {
        let mut at = type_;
        loop {
            if let Some(
                builtin @ (Builtin::Id
                | Builtin::IdRef
                | Builtin::IdRefs
                | Builtin::Entity
                | Builtin::Entities),
            ) = Builtin::from_id(at)
            {
                return Some(builtin);
            }
            match self.model.types.get(at.index())? {
                Type::Simple(simple) if simple.base != at => at = simple.base,
                _ => return None,
            }
        }
    }

    fn candidates(&self, type_: TypeId, out: &mut Vec<String>, depth: usize) {
        let Some(Type::Simple(first)) = self.model.types.get(type_.index()) else {
            return;
        };
        if depth > 4 {
            return;
        }
        let mut steps = vec![first];
        while let Some(Type::Simple(base)) = steps
            .last()
            .and_then(|s| self.model.types.get(s.base.index()))
        {
            if steps.len() > 64 || std::ptr::eq(base, *steps.last().unwrap()) {
                break;
            }
            steps.push(base);
        }
        for step in &steps {
            self.enumerated(step, out);
            samples(step, out);
            bounds(step, out);
            lengths(step, out);
        }
        match &first.variety {
            Variety::List(item) => {
                let mut items = Vec::new();
                self.candidates(*item, &mut items, depth + 1);
                items.extend(COMMON.iter().map(|t| (*t).to_owned()));
                items.retain(|text| {
                    self.accepts(*item, text)
                        && !text.contains(char::is_whitespace)
                        && !text.is_empty()
                });
                for count in [1, 2, 3, 5, 10] {
                    let some: Vec<&str> = items
                        .iter()
                        .cycle()
                        .take(if items.is_empty() { 0 } else { count })
                        .map(String::as_str)
                        .collect();
                    out.push(some.join(" "));
                }
            }
            Variety::Union(members) => {
                for member in members {
                    self.candidates(*member, out, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn enumerated(&self, step: &SimpleType, out: &mut Vec<String>) {
        for value in &step.facets.enumeration {
            out.push(value.lexical.clone());
            if let Some((prefix, local)) = value.lexical.trim().split_once(':')
                && let Some(namespace) = namespace(&value.scope, prefix)
                && let Some(ours) = self.prefixes.of(&namespace)
            {
                out.push(format!("{ours}:{local}"));
            }
        }
        if let Some(value) = step.facets.enumeration.first() {
            out.extend([
                format!("{}x", value.lexical),
                value.lexical.to_lowercase(),
                format!(" {} ", value.lexical),
            ]);
        }
    }
}

fn namespace(scope: &Scope, prefix: &str) -> Option<String> {
    scope
        .iter()
        .rev()
        .find(|(p, _)| &**p == prefix)
        .map(|(_, n)| n.to_string())
}

/// XML 1.0, 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Texts that match the patterns of a step, short and long.
fn samples(step: &SimpleType, out: &mut Vec<String>) {
    for facet in &step.facets.patterns {
        let Ok(hir) = pattern::parse(&facet.value) else {
            continue;
        };
        for turn in 0..6 {
            let mut text = String::new();
            sample(&hir, turn, &mut text);
            out.push(format!("{text}~"));
            out.push(text);
        }
    }
}

fn sample(hir: &Hir, turn: usize, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let usable = |c: &char| is_xml(*c) && !c.is_control();
            let c = match turn % 3 {
                0 => ranges
                    .iter()
                    .map(|r| r.start())
                    .find(|c| c.is_ascii_graphic()),
                1 => ranges
                    .get(turn % ranges.len().max(1))
                    .map(|r| r.end())
                    .filter(usable),
                _ => ranges
                    .iter()
                    .rev()
                    .map(|r| r.end())
                    .find(|c| c.is_ascii_graphic()),
            };
            let any = || {
                ranges
                    .iter()
                    .flat_map(|r| [r.start(), r.end()])
                    .find(usable)
            };
            out.extend(c.or_else(any));
        }
        HirKind::Class(Class::Bytes(_)) => {}
        HirKind::Repetition(repetition) => {
            let least = repetition.min;
            let most = repetition
                .max
                .unwrap_or(least.saturating_add(3))
                .min(least.saturating_add(64));
            let count = match turn % 3 {
                0 => least,
                1 => most,
                _ => least.midpoint(most).max(least.max(1).min(most)),
            };
            for index in 0..count.min(300) {
                sample(&repetition.sub, turn + index as usize * (turn % 2), out);
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, turn, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, turn, out)),
        HirKind::Alternation(arms) => {
            if let Some(arm) = arms.get(turn % arms.len()) {
                sample(arm, turn / arms.len().max(1), out);
            }
        }
    }
}

/// The ends of the range of values, what lies just beyond them, and as many digits as are allowed and one more.
fn bounds(step: &SimpleType, out: &mut Vec<String>) {
    let f = &step.facets;
    let written = [
        &f.min_inclusive,
        &f.max_inclusive,
        &f.min_exclusive,
        &f.max_exclusive,
    ];
    let digits = f.fraction_digits.as_ref().map_or(0, |d| d.value.min(20)) as usize;
    for bound in written.into_iter().flatten() {
        let text = bound.value.trim();
        out.push(text.to_owned());
        if let Ok(value) = Decimal::parse(text)
            && let Some((unscaled, scale)) = value.to_scaled()
            && scale < 15
            && unscaled.unsigned_abs() < 10_u128.pow(18)
        {
            let finest = (digits as u32).max(scale).min(18);
            for scale_to in [0, finest] {
                let Some(more) = scale_to.checked_sub(scale) else {
                    continue;
                };
                let fine = unscaled * 10_i128.pow(more);
                for step in [-1, 1] {
                    let mut text = String::new();
                    soapstone::datatype::Datatype::write(
                        &Decimal::new(fine + step, scale_to),
                        &mut text,
                    );
                    out.push(text);
                }
            }
        }
    }
    if let Some(total) = &f.total_digits {
        let total = total.value.min(400) as usize;
        for count in [total, total + 1] {
            let whole = count - digits.min(count);
            out.push("9".repeat(count));
            out.push(format!(
                "{}.{}",
                "9".repeat(whole.max(1)),
                "9".repeat(digits.max(1).min(count))
            ));
            out.push(format!(
                "-{}.{}",
                "9".repeat(whole.max(1)),
                "9".repeat(digits.max(1).min(count))
            ));
            out.push(format!("-{}", "9".repeat(count)));
        }
    }
    if let Some(fraction) = &f.fraction_digits {
        let fraction = fraction.value.min(400) as usize;
        out.extend([
            format!("0.{}", "1".repeat(fraction.max(1))),
            format!("0.{}1", "1".repeat(fraction)),
            format!("1.5{}", "0".repeat(fraction + 2)),
        ]);
    }
}

/// Texts as short and as long as is allowed, and by one more or less, of letters, of octets and beyond the basic plane.
fn lengths(step: &SimpleType, out: &mut Vec<String>) {
    let f = &step.facets;
    for facet in [&f.length, &f.min_length, &f.max_length]
        .into_iter()
        .flatten()
    {
        let length = facet.value.min(1200) as usize;
        for length in [length, length + 1, length.saturating_sub(1)] {
            out.push("x".repeat(length));
            out.push("1".repeat(length));
            out.push("\u{1f682}".repeat(length));
            out.push("0f".repeat(length));
            out.push(format!(
                "{}{}",
                "AAAA".repeat(length / 3),
                ["", "AA==", "AAA="][length % 3]
            ));
            out.push(vec!["1"; length].join(" "));
            out.push(vec!["a"; length].join(" "));
        }
    }
}

/// Whether what stands before the first colon, if anything does, is the scheme of a URI (RFC 2396, 3.1), in each word.
fn begins_as_reference(text: &str) -> bool {
    text.split_ascii_whitespace().all(|word| {
        let path = word.find(['/', '?', '#']).unwrap_or(word.len());
        match word.get(..path).and_then(|start| start.split_once(':')) {
            Some((scheme, rest)) => {
                let more = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                    && scheme.chars().all(more)
                    && !(rest.is_empty() && path == word.len())
            }
            None => true,
        }
    })
}
