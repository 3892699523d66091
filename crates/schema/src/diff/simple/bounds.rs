//! Facets that are numbers: lengths, digits, and the bounds of values.

use super::{Difference, texts};
use crate::diff::Effect;
use crate::simple::{Bound, Compiled, Value};

/// Compares the facets of length.
pub(super) fn lengths(old: &Compiled, new: &Compiled) -> Vec<Difference> {
    let ((old_min, old_max), (new_min, new_max)) = (texts::lengths(old), texts::lengths(new));
    let least = |min: u64| (min > 0).then_some(min);
    let mut found = Vec::new();
    found.extend(limits("max-length-changed", old_max, new_max, true));
    let (old, new) = (least(old_min), least(new_min));
    found.extend(limits("min-length-changed", old, new, false));
    found
}

/// Compares the bounds of numbers, dates and the like, and their digits.
pub(super) fn bounds(old: &Compiled, new: &Compiled) -> Vec<Difference> {
    let (before, after) = (&old.facets, &new.facets);
    let mut found = Vec::new();
    let (digits, other) = (before.total_digits, after.total_digits);
    found.extend(limits("total-digits-changed", digits, other, true));
    let (digits, other) = (before.fraction_digits, after.fraction_digits);
    found.extend(limits("fraction-digits-changed", digits, other, true));
    let integers = before.fraction_digits == Some(0) && after.fraction_digits == Some(0);
    for (rule, old, new, upper) in [
        ("minimum-changed", &before.min, &after.min, false),
        ("maximum-changed", &before.max, &after.max, true),
    ] {
        let message = format!("from {} to {}", shown(old), shown(new));
        let effect = bound(old.as_ref(), new.as_ref(), upper, integers);
        found.extend(effect.map(|effect| Difference::new(effect, rule, message)));
    }
    found
}

fn limits(
    rule: &'static str,
    old: Option<u64>,
    new: Option<u64>,
    upper: bool,
) -> Option<Difference> {
    let room = |limit: Option<u64>| match upper {
        true => limit.unwrap_or(u64::MAX),
        false => u64::MAX - limit.unwrap_or(0),
    };
    let effect = match room(new).cmp(&room(old)) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => Effect::Relaxed,
        std::cmp::Ordering::Less => Effect::Tightened,
    };
    let show = |limit: Option<u64>| limit.map_or("none".to_owned(), |limit| limit.to_string());
    let message = format!("from {} to {}", show(old), show(new));
    Some(Difference::new(effect, rule, message))
}

/// What a change of a bound does; `None` for no change of what is within.
fn bound(old: Option<&Bound>, new: Option<&Bound>, upper: bool, integers: bool) -> Option<Effect> {
    let room = |more: bool| {
        if more {
            Effect::Relaxed
        } else {
            Effect::Tightened
        }
    };
    let (old, new) = match (old, new) {
        (None, None) => return None,
        (None, Some(_)) => return Some(Effect::Tightened),
        (Some(_), None) => return Some(Effect::Relaxed),
        (Some(old), Some(new)) => (old, new),
    };
    // The last integer within, where both have one.
    let last = |bound: &Bound| match &bound.value {
        Value::Decimal(value) if integers => {
            let outside = i128::from(!bound.inclusive);
            let value = value.to_i128()?;
            Some(if upper {
                value - outside
            } else {
                value + outside
            })
        }
        _ => None,
    };
    if let (Some(old), Some(new)) = (last(old), last(new)) {
        return (old != new).then(|| room((new > old) == upper));
    }
    match new.value.partial_cmp(&old.value) {
        None => Some(Effect::Changed),
        Some(std::cmp::Ordering::Equal) => {
            (old.inclusive != new.inclusive).then(|| room(new.inclusive))
        }
        Some(order) => Some(room((order == std::cmp::Ordering::Greater) == upper)),
    }
}

fn shown(bound: &Option<Bound>) -> String {
    match bound {
        None => "none".to_owned(),
        Some(bound) if bound.inclusive => bound.lexical.to_string(),
        Some(bound) => format!("{} (exclusive)", bound.lexical),
    }
}
