//! Which facets apply to what (XSD 1.0 part 2, 4.1.5), and the rules on their restriction.

use crate::model::{Builtin, Facets, Place};
use crate::simple::Kind;

pub(super) fn restriction_rule(facet: &'static str) -> &'static str {
    match facet {
        "length" => "length-valid-restriction",
        "minLength" => "minLength-valid-restriction",
        "maxLength" => "maxLength-valid-restriction",
        "totalDigits" => "totalDigits-valid-restriction",
        "fractionDigits" => "fractionDigits-valid-restriction",
        "whiteSpace" => "whiteSpace-valid-restriction",
        "minInclusive" => "minInclusive-valid-restriction",
        "minExclusive" => "minExclusive-valid-restriction",
        "maxInclusive" => "maxInclusive-valid-restriction",
        _ => "maxExclusive-valid-restriction",
    }
}

/// The facets that a kind of type can have (part 2, 4.1.5).
pub(super) fn applicable(kind: &Kind) -> &'static [&'static str] {
    use Builtin as B;
    const LENGTHS: &[&str] = &[
        "length",
        "minLength",
        "maxLength",
        "pattern",
        "enumeration",
        "whiteSpace",
    ];
    const BOUNDS: &[&str] = &[
        "pattern",
        "enumeration",
        "whiteSpace",
        "minInclusive",
        "minExclusive",
        "maxInclusive",
        "maxExclusive",
    ];
    const DIGITS: &[&str] = &[
        "pattern",
        "enumeration",
        "whiteSpace",
        "minInclusive",
        "minExclusive",
        "maxInclusive",
        "maxExclusive",
        "totalDigits",
        "fractionDigits",
    ];
    match kind {
        Kind::List(_) => LENGTHS,
        Kind::Union(_) => &["pattern", "enumeration"],
        Kind::Atomic(B::Boolean) => &["pattern", "whiteSpace"],
        Kind::Atomic(builtin)
            if *builtin == B::Decimal
                || crate::simple::facets::integer_range(*builtin).is_some() =>
        {
            DIGITS
        }
        Kind::Atomic(
            B::Float
            | B::Double
            | B::Duration
            | B::DateTime
            | B::Time
            | B::Date
            | B::GYearMonth
            | B::GYear
            | B::GMonthDay
            | B::GDay
            | B::GMonth,
        ) => BOUNDS,
        Kind::Atomic(_) => LENGTHS,
    }
}

/// The facets that a step writes, each name once, with its place.
pub(super) fn written(facets: &Facets) -> Vec<(&'static str, Place)> {
    let mut found = Vec::new();
    macro_rules! facet {
        ($($field:ident $name:literal),+) => {$(
            found.extend(facets.$field.iter().take(1).map(|facet| ($name, facet.place)));
        )+};
    }
    facet!(
        length "length", min_length "minLength", max_length "maxLength", patterns "pattern", enumeration "enumeration",
        white_space "whiteSpace", min_inclusive "minInclusive", max_inclusive "maxInclusive",
        min_exclusive "minExclusive", max_exclusive "maxExclusive", total_digits "totalDigits",
        fraction_digits "fractionDigits"
    );
    found
}
