//! Simple types: what values they allow. Texts are judged by the languages that they describe, numbers by their bounds, lists by
//! their items, unions by what each member finds on the other side.

mod bounds;
mod listed;
mod texts;

use crate::model::{Builtin, Model, Type, TypeId, WhiteSpace};
use crate::simple::{Compiled, Kind, SimpleTypes};

use super::{Direction, Effect, Walk};
use bounds::{bounds, lengths};

/// How many pairs of types are compared for one; unions of unions have more.
const PAIRS: usize = 2_000;
/// How many steps the languages of one pair and all its members are compared in.
const STEPS: usize = 4_000_000;

/// One difference between two simple types.
#[derive(Debug, Clone)]
struct Difference {
    /// What it does to the set of values; none where it changes what they mean, not which they are.
    effect: Option<Effect>,
    rule: &'static str,
    message: String,
    /// How many lists it is inside of.
    items: usize,
}

impl Difference {
    fn new(effect: Effect, rule: &'static str, message: String) -> Difference {
        Difference {
            effect: Some(effect),
            rule,
            message,
            items: 0,
        }
    }
}

impl Walk<'_> {
    pub(super) fn simple(&mut self, old: TypeId, new: TypeId, direction: Direction, path: &str) {
        let mut comparison = Comparison {
            models: (self.old, self.new),
            types: &self.simple,
            left: PAIRS,
            is_over: false,
            steps: STEPS,
        };
        for difference in comparison.types(old, new) {
            let path = format!("{path}{}", "[]".repeat(difference.items));
            let breaks = difference
                .effect
                .is_some_and(|effect| effect.breaks(direction));
            self.note(breaks, difference.rule, &path, difference.message);
        }
    }

    /// Tells whether two literals mean the same, each by its own type.
    pub(super) fn same_value(&self, old: (TypeId, &str), new: (TypeId, &str)) -> bool {
        let scope = crate::model::Scope::from([]);
        let value = |types: &SimpleTypes, model: &Model, (type_, literal): (TypeId, &str)| {
            types.check(model, type_, literal, &scope).ok()
        };
        let values = (
            value(&self.simple.0, self.old, old),
            value(&self.simple.1, self.new, new),
        );
        old.1 == new.1 || matches!(values, (Some(old), Some(new)) if old == new)
    }
}

/// What all differences together do; none where there is none.
fn overall(differences: &[Difference]) -> Option<Effect> {
    let mut effects = differences
        .iter()
        .filter_map(|difference| difference.effect);
    let first = effects.next()?;
    Some(if effects.all(|effect| effect == first) {
        first
    } else {
        Effect::Changed
    })
}

/// A comparison of simple types.
struct Comparison<'m> {
    models: (&'m Model, &'m Model),
    types: &'m (SimpleTypes, SimpleTypes),
    left: usize,
    /// There were more pairs than that.
    is_over: bool,
    /// The steps that are left for languages.
    steps: usize,
}

impl Comparison<'_> {
    fn types(&mut self, old: TypeId, new: TypeId) -> Vec<Difference> {
        let types = self.types;
        let old = types.0.get(self.models.0, old);
        let new = types.1.get(self.models.1, new);
        let found = self.compare(old, new);
        if self.is_over {
            // What was found is no more than how far it came.
            let message = "there are too many member types to compare".to_owned();
            return vec![Difference::new(Effect::Changed, "type-changed", message)];
        }
        found
    }

    fn compare(&mut self, old: &Compiled, new: &Compiled) -> Vec<Difference> {
        if self.left == 0 {
            self.is_over = true;
            return Vec::new();
        }
        self.left -= 1;
        if old.enumerates() || new.enumerates() {
            return self.enumerations(old, new);
        }
        match (&old.kind, &new.kind) {
            (Kind::Union(_), _) | (_, Kind::Union(_)) => self.unions(old, new),
            (Kind::Atomic(from), Kind::Atomic(to)) => self.atoms((old, *from), (new, *to)),
            (Kind::List(from), Kind::List(to)) => {
                let mut found = self.compare(from, to);
                for difference in &mut found {
                    difference.items += 1;
                }
                found.extend(self.patterns(old, new));
                found.extend(lengths(old, new));
                found
            }
            (_, Kind::Atomic(_)) if texts::is_free(new) => vec![retyped(Effect::Relaxed, old, new)],
            (Kind::Atomic(_), _) if texts::is_free(old) => {
                vec![retyped(Effect::Tightened, old, new)]
            }
            (_, Kind::List(item)) => vec![retyped(self.one_item(old, item, new), old, new)],
            (Kind::List(item), _) => vec![retyped(
                match self.one_item(new, item, old) {
                    Effect::Relaxed => Effect::Tightened,
                    effect => effect,
                },
                old,
                new,
            )],
        }
    }

    /// What it is for one value to become a list, of which it could be the only item.
    fn one_item(&mut self, single: &Compiled, item: &Compiled, list: &Compiled) -> Effect {
        let bounds = texts::lengths(list);
        let one = bounds.0 <= 1 && bounds.1.is_none_or(|max| max >= 1) && !list.has_patterns();
        let spaced =
            matches!(single.kind, Kind::Atomic(builtin) if texts::may_hold_spaces(builtin));
        let fits = |found: &[Difference]| matches!(overall(found), None | Some(Effect::Relaxed));
        if one && !spaced && fits(&self.compare(single, item)) {
            Effect::Relaxed
        } else {
            Effect::Changed
        }
    }

    /// Each member of a union must find one on the other side that allows all that it does.
    fn unions(&mut self, old: &Compiled, new: &Compiled) -> Vec<Difference> {
        let (olds, news) = (members(old), members(new));
        let mut covered = vec![false; news.len()];
        let mut gone = Vec::new();
        for (place, before) in olds.iter().enumerate() {
            let mut kept = false;
            for (at, after) in nearest(place, before, &news) {
                let effect = overall(&self.compare(before, after));
                if self.is_over {
                    return Vec::new();
                }
                if let Some(covered) = covered.get_mut(at) {
                    *covered |= matches!(effect, None | Some(Effect::Tightened));
                }
                kept = matches!(effect, None | Some(Effect::Relaxed));
                if kept {
                    break;
                }
            }
            if !kept {
                gone.push(&*before.name);
            }
        }
        let mut fresh = Vec::new();
        let uncovered = news.iter().enumerate().zip(&covered);
        for ((place, after), _) in uncovered.filter(|(_, covered)| !**covered) {
            let mut covered = false;
            for (_, before) in nearest(place, after, &olds) {
                let effect = overall(&self.compare(before, after));
                if self.is_over {
                    return Vec::new();
                }
                covered = matches!(effect, None | Some(Effect::Tightened));
                if covered {
                    break;
                }
            }
            if !covered {
                fresh.push(&*after.name);
            }
        }
        let mut found = Vec::new();
        let effect = match (gone.is_empty(), fresh.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Effect::Relaxed),
            (false, true) => Some(Effect::Tightened),
            (false, false) => Some(Effect::Changed),
        };
        let both = matches!((&old.kind, &new.kind), (Kind::Union(_), Kind::Union(_)));
        found.extend(effect.map(|effect| {
            if !both {
                return retyped(effect, old, new);
            }
            let said = [(&gone, "no longer"), (&fresh, "now")]
                .into_iter()
                .filter(|(names, _)| !names.is_empty())
                .map(|(names, when)| format!("it may be {} {when}", names.join(" or ")))
                .collect::<Vec<_>>();
            Difference::new(effect, "union-members-changed", said.join(", "))
        }));
        found.extend(self.patterns(old, new));
        found
    }

    fn atoms(&mut self, old: (&Compiled, Builtin), new: (&Compiled, Builtin)) -> Vec<Difference> {
        let ((before, from), (after, to)) = (old, new);
        if texts::is_text(from) && texts::is_text(to) {
            return self.texts(old, new);
        }
        let model = self.models.0;
        let numbers = |builtin| is_number(model, builtin);
        if from == to || (numbers(from) && numbers(to)) {
            let mut found = bounds(before, after);
            let bare = |type_: &Compiled| Builtin::from_id(type_.type_).is_some();
            if let (true, Some(effect)) = (bare(before) && bare(after), overall(&found)) {
                return vec![retyped(effect, before, after)];
            }
            found.splice(0..0, self.patterns(before, after));
            found.extend(lengths(before, after));
            found.extend(self.points(old, new));
            return found;
        }
        if let Some(effect) = self.between_text(old, new) {
            return vec![retyped(effect, before, after)];
        }
        // Each decimal is a float by its text, each float a double; not the other way round.
        let rank = |builtin| match builtin {
            Builtin::Float => 1,
            Builtin::Double => 2,
            builtin if numbers(builtin) => 0,
            _ => usize::MAX,
        };
        let (low, high) = (rank(from), rank(to));
        let effect = match (low.max(high), low < high) {
            (usize::MAX, _) => Effect::Changed,
            (_, true) if is_bare(after) => Effect::Relaxed,
            (_, false) if is_bare(before) => Effect::Tightened,
            _ => Effect::Changed,
        };
        vec![retyped(effect, before, after)]
    }
}

/// A decimal, or one of the integers.
fn is_number(model: &Model, builtin: Builtin) -> bool {
    primitive(model, builtin) == Builtin::Decimal
}

fn primitive(model: &Model, builtin: Builtin) -> Builtin {
    let mut at = builtin;
    for _ in Builtin::ALL {
        match model.types.get(at.id().index()) {
            Some(Type::Simple(simple)) => match Builtin::from_id(simple.base) {
                Some(base) if base > Builtin::AnySimpleType => at = base,
                _ => break,
            },
            _ => break,
        }
    }
    at
}

/// The type is another one.
fn retyped(effect: Effect, old: &Compiled, new: &Compiled) -> Difference {
    let rule = match effect {
        Effect::Relaxed => "type-widened",
        Effect::Tightened => "type-narrowed",
        Effect::Changed => "type-changed",
    };
    let bare = |type_: &Compiled| type_.name.trim_start_matches("xs:").to_owned();
    let message = format!("from {} to {}", bare(old), bare(new));
    Difference::new(effect, rule, message)
}

/// No facets but those of its built-in type.
fn is_bare(type_: &Compiled) -> bool {
    type_.facets.min.is_none() && type_.facets.max.is_none() && !type_.has_patterns()
}

fn members(type_: &Compiled) -> Vec<&Compiled> {
    match &type_.kind {
        Kind::Union(members) => members.iter().map(|member| &**member).collect(),
        _ => vec![type_],
    }
}

/// The members of the other side: first the one at the same place, or elsewhere by its name, then those around that place.
fn nearest<'c>(
    place: usize,
    member: &Compiled,
    others: &[&'c Compiled],
) -> impl Iterator<Item = (usize, &'c Compiled)> {
    let is_named = |other: &&Compiled| other.name == member.name;
    let first = match others.get(place).is_some_and(is_named) {
        true => place,
        false => others.iter().position(is_named).unwrap_or(place),
    };
    let around = (0..=place.max(others.len())).flat_map(move |distance| {
        let after = (distance > 0).then_some(place + distance);
        [place.checked_sub(distance), after].into_iter().flatten()
    });
    let all = std::iter::once(first).chain(around.filter(move |at| *at != first));
    all.filter_map(|at| Some((at, *others.get(at)?)))
}

/// Compares how white space is treated. It changes what a text means; and where the side that keeps more of it has facets,
/// whether it is allowed: they judge a text that is not settled.
fn white_space(old: &Compiled, new: &Compiled) -> Option<Difference> {
    let name = |white_space: WhiteSpace| match white_space {
        WhiteSpace::Preserve => "preserved",
        WhiteSpace::Replace => "replaced",
        WhiteSpace::Collapse => "collapsed",
    };
    let (before, after) = (old.facets.white_space, new.facets.white_space);
    let (keeping, settling, [less, more]) = match after < before {
        true => (new, old, [Effect::Tightened, Effect::Relaxed]),
        false => (old, new, [Effect::Relaxed, Effect::Tightened]),
    };
    let counts = before.max(after) == WhiteSpace::Collapse;
    let ((min, max), (other, _)) = (texts::lengths(keeping), texts::lengths(settling));
    let refuses = keeping.has_patterns() || keeping.enumerates() || (counts && max.is_some());
    // Spaces alone are long enough until they are collapsed.
    let admits = counts && min > 0 && other > 0 && !keeping.enumerates();
    let effect = match (refuses, admits) {
        (true, true) => Some(Effect::Changed),
        (true, false) => Some(less),
        (false, true) => Some(more),
        (false, false) => None,
    };
    (before != after).then(|| Difference {
        effect,
        rule: "white-space-changed",
        message: format!("it was {} and is {}", name(before), name(after)),
        items: 0,
    })
}
