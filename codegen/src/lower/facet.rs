//! Facets as calls of the runtime's builder, and the representation that the facets are checked on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use soapstone::datatype::{Integer, space};
use soapstone_schema::model::{Builtin, Scope, SimpleType, TypeId, Variety, WhiteSpace};

use crate::emit::literal;
use crate::item::{FacetCall, Rust};

/// How many variants an enum is made of at most.
const CATALOG: usize = 2_000;

/// The Rust type that holds the values of a restriction: the built-in's, or a machine integer where the bounds allow one.
pub(super) fn representation(root: Builtin, steps: &[&SimpleType]) -> &'static str {
    let Rust::Path(path) = super::simple::builtin(root) else {
        return "String";
    };
    let unbounded = matches!(
        root,
        Builtin::Integer
            | Builtin::NonNegativeInteger
            | Builtin::PositiveInteger
            | Builtin::NonPositiveInteger
            | Builtin::NegativeInteger
    );
    if !unbounded {
        return path;
    }
    let fits = |text: &String| {
        text.trim()
            .trim_start_matches('+')
            .parse::<i64>()
            .is_ok_and(|v| v.abs() < 1_000_000_000_000_000_000)
    };
    let digits = steps.iter().any(|s| {
        s.facets
            .total_digits
            .as_ref()
            .is_some_and(|d| d.value <= 18)
    });
    let above = steps.iter().any(|s| {
        s.facets
            .max_inclusive
            .as_ref()
            .is_some_and(|f| fits(&f.value))
            || s.facets
                .max_exclusive
                .as_ref()
                .is_some_and(|f| fits(&f.value))
    }) || matches!(root, Builtin::NonPositiveInteger | Builtin::NegativeInteger);
    let below = steps.iter().any(|s| {
        s.facets
            .min_inclusive
            .as_ref()
            .is_some_and(|f| fits(&f.value))
            || s.facets
                .min_exclusive
                .as_ref()
                .is_some_and(|f| fits(&f.value))
    }) || matches!(root, Builtin::NonNegativeInteger | Builtin::PositiveInteger);
    if digits || (above && below) {
        "i64"
    } else {
        path
    }
}

/// The representation inside a newtype: the texts that have a lexical check of their own are plain strings there, and the
/// unbounded integers with a sign are integers.
pub(super) fn unchecked(representation: &'static str) -> &'static str {
    match representation {
        "codec::NonPositiveInteger"
        | "codec::NegativeInteger"
        | "codec::NonNegativeInteger"
        | "codec::PositiveInteger" => "datatype::Integer",
        "codec::NmTokens" | "codec::IdRefs" | "codec::Entities" | "codec::QName" => representation,
        path if path.starts_with("codec::") => "String",
        path => path,
    }
}

/// Adds the check that the built-in's own newtype would have made. A bound of the contract's own that is at least as strict as that
/// of the built-in stands in its place; another one is a mistake (XSD 1.0 part 2, 4.3.7 to 4.3.10), and says nothing.
pub(super) fn with_lexical(
    root: Builtin,
    representation: &'static str,
    mut facets: Vec<FacetCall>,
) -> Vec<FacetCall> {
    let call = |method, argument: &str| FacetCall {
        method,
        argument: argument.to_owned(),
    };
    let mut bound = |side: &str, method, limit: i32| {
        let is_kept = |facet: &FacetCall| {
            let Ok(own) = Integer::parse(facet.argument.trim_matches('"')) else {
                return true;
            };
            match facet.method {
                "min_inclusive" => side != "min_" || own >= Integer::from(limit),
                "min_exclusive" => side != "min_" || own >= Integer::from(limit - 1),
                "max_inclusive" => side != "max_" || own <= Integer::from(limit),
                "max_exclusive" => side != "max_" || own <= Integer::from(limit + 1),
                _ => true,
            }
        };
        facets.retain(is_kept);
        if !facets.iter().any(|facet| facet.method.starts_with(side)) {
            facets.push(call(method, &literal(&limit.to_string())));
        }
    };
    match root {
        Builtin::NonPositiveInteger => bound("max_", "max_inclusive", 0),
        Builtin::NegativeInteger => bound("max_", "max_inclusive", -1),
        Builtin::NonNegativeInteger => bound("min_", "min_inclusive", 0),
        Builtin::PositiveInteger => bound("min_", "min_inclusive", 1),
        _ => {}
    }
    match representation.strip_prefix("codec::") {
        None | Some("NmTokens" | "IdRefs" | "Entities" | "QName") => {}
        Some(text) if unchecked(representation) == "String" => {
            facets.insert(0, call("lexical", &format!("codec::Lexical::{text}")));
        }
        Some(_) => {}
    }
    facets
}

/// Collects the facets of every step, nearest first; of one kind the nearest is the strictest, so it alone counts, but
/// patterns of all steps apply (XSD 1.0 part 2, 4.3.4.3), if `has_pattern` says that the step's are patterns: those of a contract
/// with mistakes, used as far as it goes, may be none. `written` writes a listed value of a base as generated code reads it.
pub(super) fn calls(
    steps: &[&SimpleType],
    root: Builtin,
    has_pattern: impl Fn(usize) -> bool,
    written: impl Fn(TypeId, &str, &Scope) -> String,
) -> Vec<FacetCall> {
    let mut calls: Vec<FacetCall> = Vec::new();
    let mut once = |method: &'static str, argument: String| {
        if !calls.iter().any(|c| c.method == method) {
            calls.push(FacetCall { method, argument });
        }
    };
    let temporal_or_text = |text: &str| literal(text.trim());
    for (at, step) in steps.iter().enumerate() {
        let f = &step.facets;
        if let Some(space) = &f.white_space {
            let stronger = match (space.value, root) {
                (WhiteSpace::Preserve, _) => None,
                (WhiteSpace::Replace, Builtin::String) => Some("Replace"),
                (WhiteSpace::Collapse, Builtin::String | Builtin::NormalizedString) => {
                    Some("Collapse")
                }
                _ => None,
            };
            if let Some(name) = stronger {
                once("white_space", format!("codec::WhiteSpace::{name}"));
            }
        }
        for (method, facet) in [
            ("length", &f.length),
            ("min_length", &f.min_length),
            ("max_length", &f.max_length),
        ] {
            // `minLength="0"` says nothing.
            if let Some(facet) = facet
                .as_ref()
                .filter(|x| method != "min_length" || x.value > 0)
            {
                once(method, facet.value.to_string());
            }
        }
        for (method, facet) in [
            ("min_inclusive", &f.min_inclusive),
            ("max_inclusive", &f.max_inclusive),
            ("min_exclusive", &f.min_exclusive),
            ("max_exclusive", &f.max_exclusive),
        ] {
            if let Some(facet) = facet {
                once(method, temporal_or_text(&facet.value));
            }
        }
        for (method, facet) in [
            ("total_digits", &f.total_digits),
            ("fraction_digits", &f.fraction_digits),
        ] {
            if let Some(facet) = facet {
                once(method, facet.value.to_string());
            }
        }
        if is_catalog(step) {
            // Values of the base (XSD 1.0 part 2, 4.3.5).
            let base = white_space(steps.get(at + 1..).unwrap_or_default(), root);
            let texts: BTreeSet<Cow<'_, str>> = f
                .enumeration
                .iter()
                .map(|value| settled(base, &value.lexical))
                .collect();
            let lines: String = texts
                .iter()
                .map(|text| format!("    {},\n", literal(text)))
                .collect();
            once("one_of", format!("&[\n{lines}]"));
        } else if !f.enumeration.is_empty() {
            let values: Vec<String> = f
                .enumeration
                .iter()
                .map(|value| literal(&written(step.base, &value.lexical, &value.scope)))
                .collect();
            once("enumeration", format!("&[{}]", values.join(", ")));
        }
    }
    for (_, step) in steps.iter().enumerate().filter(|(at, _)| has_pattern(*at)) {
        let patterns = step.facets.patterns.iter().map(|p| p.value.as_str());
        let patterns: Vec<&str> = patterns.collect();
        if !patterns.is_empty() {
            calls.push(FacetCall {
                method: "pattern",
                argument: literal(&patterns.join("|")),
            });
        }
    }
    calls
}

/// The values of a text that this step lists are more than an enum is made of: a compiler takes minutes for some ten thousand
/// variants, and nobody names them.
pub(super) fn is_catalog(step: &SimpleType) -> bool {
    let text = matches!(
        step.variety,
        Variety::Atomic(Builtin::String | Builtin::AnyUri)
    );
    text && step.facets.enumeration.len() > CATALOG
}

/// What becomes of the white space in a type's values: the nearest step says it, else the built-in.
pub(super) fn white_space(steps: &[&SimpleType], root: Builtin) -> WhiteSpace {
    let written = steps.iter().find_map(|s| s.facets.white_space.as_ref());
    match (written, root) {
        (Some(facet), _) => facet.value,
        (None, Builtin::String) => WhiteSpace::Preserve,
        (None, Builtin::NormalizedString) => WhiteSpace::Replace,
        (None, _) => WhiteSpace::Collapse,
    }
}

/// A text as it is once that is done.
pub(super) fn settled(white_space: WhiteSpace, text: &str) -> Cow<'_, str> {
    match white_space {
        WhiteSpace::Preserve => Cow::Borrowed(text),
        WhiteSpace::Replace => space::replace(text),
        WhiteSpace::Collapse => space::collapse(text),
    }
}
