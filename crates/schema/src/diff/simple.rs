//! Simple types: what values they allow.

use std::collections::HashSet;

use soapstone::datatype::Decimal;

use super::content::type_name;
use super::{Direction, Effect, Walk};
use crate::model::{Builtin, Model, Type, TypeId, Variety};

/// The steps of a derivation that are looked at.
const STEPS: usize = 1_000;

/// A bound and whether it is allowed itself.
type Bound = Option<(String, bool)>;

/// The facets in effect, each by its nearest step.
#[derive(Debug, Default, PartialEq)]
struct Effective {
    enumeration: Option<Vec<String>>,
    patterns: Vec<Vec<String>>,
    min_length: Option<u64>,
    max_length: Option<u64>,
    total_digits: Option<u64>,
    fraction_digits: Option<u64>,
    min: Bound,
    max: Bound,
}

impl Walk<'_> {
    pub(super) fn simple(&mut self, old: TypeId, new: TypeId, direction: Direction, path: &str) {
        let types = (
            self.old.types.get(old.index()),
            self.new.types.get(new.index()),
        );
        let (Some(Type::Simple(before)), Some(Type::Simple(after))) = types else {
            return;
        };
        match (&before.variety, &after.variety) {
            (Variety::List(old), Variety::List(new)) => {
                self.later(*old, *new, direction, format!("{path}[]"))
            }
            (Variety::Union(old), Variety::Union(new)) if old.len() == new.len() => {
                for (old, new) in old.iter().zip(new) {
                    self.later(*old, *new, direction, path.to_owned());
                }
            }
            (Variety::Union(old), Variety::Union(new)) => {
                let effect = if new.len() > old.len() {
                    Effect::Relaxed
                } else {
                    Effect::Tightened
                };
                let message = format!("from {} to {} member types", old.len(), new.len());
                self.judge(direction, effect, "union-members-changed", path, message);
            }
            (Variety::Atomic(_) | Variety::Any, Variety::Atomic(_) | Variety::Any) => {
                if !self.same_builtin(old, new, direction, path) {
                    return;
                }
            }
            _ => {
                let message = format!(
                    "from {} to {}",
                    type_name(self.old, old),
                    type_name(self.new, new)
                );
                return self.judge(direction, Effect::Changed, "type-changed", path, message);
            }
        }
        let (before, after) = (effective(self.old, old), effective(self.new, new));
        self.facets(&before, &after, direction, path);
    }

    /// Compares the built-in types below; where one is not made of the other, facets say nothing.
    fn same_builtin(&mut self, old: TypeId, new: TypeId, direction: Direction, path: &str) -> bool {
        let (from, to) = (builtin(self.old, old), builtin(self.new, new));
        if from == to {
            return true;
        }
        // Every value of every type is a string.
        let (narrower, wider) = (derives(self.new, to, from), derives(self.old, from, to));
        let (effect, rule) = if narrower || from == Builtin::String {
            (Effect::Tightened, "type-narrowed")
        } else if wider || to == Builtin::String {
            (Effect::Relaxed, "type-widened")
        } else {
            (Effect::Changed, "type-changed")
        };
        let message = format!("from {} to {}", from.name(), to.name());
        self.judge(direction, effect, rule, path, message);
        narrower || wider
    }

    fn facets(&mut self, old: &Effective, new: &Effective, direction: Direction, path: &str) {
        self.enumeration(old, new, direction, path);
        if old.patterns != new.patterns {
            let (effect, message) = match (old.patterns.is_empty(), new.patterns.is_empty()) {
                (true, _) => (Effect::Tightened, "there is a pattern now"),
                (_, true) => (Effect::Relaxed, "there is no pattern any more"),
                _ => (Effect::Changed, "the pattern is another"),
            };
            self.judge(
                direction,
                effect,
                "pattern-changed",
                path,
                message.to_owned(),
            );
        }
        for (rule, old, new, upper) in [
            ("max-length-changed", old.max_length, new.max_length, true),
            ("min-length-changed", old.min_length, new.min_length, false),
            (
                "total-digits-changed",
                old.total_digits,
                new.total_digits,
                true,
            ),
            (
                "fraction-digits-changed",
                old.fraction_digits,
                new.fraction_digits,
                true,
            ),
        ] {
            if old == new {
                continue;
            }
            let room = |limit: Option<u64>| match upper {
                true => limit.unwrap_or(u64::MAX),
                false => u64::MAX - limit.unwrap_or(0),
            };
            let effect = if room(new) > room(old) {
                Effect::Relaxed
            } else {
                Effect::Tightened
            };
            let show =
                |limit: Option<u64>| limit.map_or("none".to_owned(), |limit| limit.to_string());
            self.judge(
                direction,
                effect,
                rule,
                path,
                format!("from {} to {}", show(old), show(new)),
            );
        }
        for (rule, old, new, upper) in [
            ("minimum-changed", &old.min, &new.min, false),
            ("maximum-changed", &old.max, &new.max, true),
        ] {
            if let Some(effect) = bounds(old, new, upper) {
                self.judge(
                    direction,
                    effect,
                    rule,
                    path,
                    format!("from {} to {}", shown(old), shown(new)),
                );
            }
        }
    }

    fn enumeration(&mut self, old: &Effective, new: &Effective, direction: Direction, path: &str) {
        match (&old.enumeration, &new.enumeration) {
            (None, Some(_)) => {
                let message = "only listed values are allowed now".to_owned();
                self.judge(
                    direction,
                    Effect::Tightened,
                    "enumeration-added",
                    path,
                    message,
                );
            }
            (Some(_), None) => {
                let message = "any value is allowed now".to_owned();
                self.judge(
                    direction,
                    Effect::Relaxed,
                    "enumeration-removed",
                    path,
                    message,
                );
            }
            (Some(old), Some(new)) => {
                for value in only(old, new) {
                    let message = format!("the value {value:?} is gone");
                    self.judge(
                        direction,
                        Effect::Tightened,
                        "enumeration-value-removed",
                        path,
                        message,
                    );
                }
                for value in only(new, old) {
                    let message = format!("the value {value:?} is new");
                    self.judge(
                        direction,
                        Effect::Relaxed,
                        "enumeration-value-added",
                        path,
                        message,
                    );
                }
            }
            (None, None) => {}
        }
    }
}

/// The values that stand in the first list only.
fn only<'v>(these: &'v [String], those: &[String]) -> Vec<&'v String> {
    let those: HashSet<&String> = those.iter().collect();
    these
        .iter()
        .filter(|value| !those.contains(value))
        .collect()
}

/// What a change of a bound does; `None` for no change of value.
fn bounds(old: &Bound, new: &Bound, upper: bool) -> Option<Effect> {
    let room = |more: bool| {
        if more {
            Effect::Relaxed
        } else {
            Effect::Tightened
        }
    };
    match (old, new) {
        (old, new) if old == new => None,
        (None, _) => Some(Effect::Tightened),
        (_, None) => Some(Effect::Relaxed),
        (Some((old, old_itself)), Some((new, new_itself))) => {
            match (Decimal::parse(old), Decimal::parse(new)) {
                (Ok(old), Ok(new)) if old == new => {
                    (old_itself != new_itself).then(|| room(*new_itself))
                }
                (Ok(old), Ok(new)) => Some(room((new > old) == upper)),
                _ => Some(Effect::Changed),
            }
        }
    }
}

fn shown(bound: &Bound) -> String {
    match bound {
        None => "none".to_owned(),
        Some((value, true)) => value.clone(),
        Some((value, false)) => format!("{value} (exclusive)"),
    }
}

/// The built-in type that a type is or restricts.
fn builtin(model: &Model, id: TypeId) -> Builtin {
    let mut at = id;
    for _ in 0..STEPS {
        if let Some(builtin) = Builtin::from_id(at) {
            return builtin;
        }
        let Some(Type::Simple(type_)) = model.types.get(at.index()) else {
            break;
        };
        at = type_.base;
    }
    Builtin::AnySimpleType
}

fn derives(model: &Model, type_: Builtin, from: Builtin) -> bool {
    let mut at = type_.id();
    for _ in 0..STEPS {
        if at == from.id() {
            return true;
        }
        match model.types.get(at.index()) {
            Some(Type::Simple(simple)) if simple.base != at => at = simple.base,
            _ => return false,
        }
    }
    false
}

/// The facets of a type down to the built-in one below it.
fn effective(model: &Model, type_: TypeId) -> Effective {
    let mut effective = Effective::default();
    let mut at = type_;
    for _ in 0..STEPS {
        let Some(Type::Simple(step)) = model.types.get(at.index()) else {
            break;
        };
        if Builtin::from_id(at).is_some() {
            break;
        }
        let facets = &step.facets;
        if effective.enumeration.is_none() && !facets.enumeration.is_empty() {
            effective.enumeration = Some(
                facets
                    .enumeration
                    .iter()
                    .map(|value| value.lexical.clone())
                    .collect(),
            );
        }
        if !facets.patterns.is_empty() {
            effective.patterns.push(
                facets
                    .patterns
                    .iter()
                    .map(|pattern| pattern.value.clone())
                    .collect(),
            );
        }
        let count =
            |facet: &Option<crate::model::Facet<u64>>| facet.as_ref().map(|facet| facet.value);
        let length = count(&facets.length);
        effective.min_length = effective
            .min_length
            .or(count(&facets.min_length))
            .or(length);
        effective.max_length = effective
            .max_length
            .or(count(&facets.max_length))
            .or(length);
        effective.total_digits = effective.total_digits.or(count(&facets.total_digits));
        effective.fraction_digits = effective.fraction_digits.or(count(&facets.fraction_digits));
        let bound = |inclusive: &Option<crate::model::Facet<String>>,
                     exclusive: &Option<crate::model::Facet<String>>| {
            let inclusive = inclusive.as_ref().map(|facet| (facet.value.clone(), true));
            inclusive.or_else(|| exclusive.as_ref().map(|facet| (facet.value.clone(), false)))
        };
        effective.min = effective
            .min
            .or_else(|| bound(&facets.min_inclusive, &facets.min_exclusive));
        effective.max = effective
            .max
            .or_else(|| bound(&facets.max_inclusive, &facets.max_exclusive));
        at = step.base;
    }
    effective
}
