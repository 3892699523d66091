//! Elements in content models: which there are, how often, in what order. The language of the models has the last word on
//! whether a change breaks; what is found here says what the change is.

use std::collections::{BTreeSet, HashMap};

use soapstone::name::QName;

use super::language::{self, Relation, Side};
use super::{Direction, Effect, Walk};
use crate::model::{Compositor, Content, ElementId, Model, Particle, Term, Wildcard};
use crate::rules::{derivation, particle};

/// How deep groups are looked into, and how many particles.
const DEPTH: usize = 200;
const PARTICLES: usize = 100_000;

/// An element of a content model with all its occurrences together.
struct Entry {
    id: ElementId,
    min: u64,
    max: Option<u64>,
    order: usize,
}

/// What a content model holds, by name.
struct Summary {
    elements: HashMap<QName, Entry>,
    wildcards: Vec<Wildcard>,
    /// Nothing that repeats or an `all` group takes the meaning out of the order.
    ordered: bool,
    choices: usize,
    count: usize,
}

impl Summary {
    fn in_order(&self) -> Vec<(&QName, &Entry)> {
        let mut list: Vec<(&QName, &Entry)> = self.elements.iter().collect();
        list.sort_by_key(|(_, entry)| entry.order);
        list
    }

    fn has_local(&self, name: &QName) -> bool {
        self.elements.keys().any(|other| other.local == name.local)
    }
}

impl Walk<'_> {
    /// Compares content models of elements.
    pub(super) fn content(
        &mut self,
        before: &Content,
        after: &Content,
        direction: Direction,
        path: &str,
    ) {
        let (old, new) = (summary(self.old, before), summary(self.new, after));
        let first = self.changes.len();
        self.members(&old, &new, direction, path);
        self.arrangement(&old, &new, direction, path);
        self.judge_language(before, after, first, direction, path);
        self.strictness(&old.wildcards, &new.wildcards, direction, path);
        for (name, entry) in old.in_order() {
            if let Some(other) = new.elements.get(name) {
                let path = format!("{path}/{}", name.local);
                self.elements(entry.id, other.id, direction, &path);
            }
        }
    }

    /// Lets the languages of the content models judge the changes from `first` on.
    fn judge_language(
        &mut self,
        before: &Content,
        after: &Content,
        first: usize,
        direction: Direction,
        path: &str,
    ) {
        let (olds, news) = (self.old, self.new);
        let sides = (
            Side::of(olds, &self.names.0, before),
            Side::of(news, &self.names.1, after),
        );
        let (Some(old), Some(new)) = sides else {
            return;
        };
        let Some(relation) = language::relate(&old, &new) else {
            return;
        };
        let shown = |names: &[String]| match names {
            [] => "no element".to_owned(),
            names => names.join(" "),
        };
        let (effect, message) = match &relation {
            // Written in another way; names and numbers of what is allowed are the same.
            Relation::Equal => return self.changes.truncate(first),
            Relation::Wider(gained) => (
                Effect::Relaxed,
                format!("allowed now, for instance: {}", shown(gained)),
            ),
            Relation::Narrower(lost) => (
                Effect::Tightened,
                format!("allowed no longer, for instance: {}", shown(lost)),
            ),
            Relation::Apart(lost, gained) => (
                Effect::Changed,
                format!(
                    "allowed no longer, for instance: {}; only now: {}",
                    shown(lost),
                    shown(gained)
                ),
            ),
        };
        let breaking = effect.breaks(direction);
        let found = self.changes.get_mut(first..).unwrap_or_default();
        if effect != Effect::Changed {
            found
                .iter_mut()
                .for_each(|change| change.breaking = breaking);
        }
        if found.is_empty() || (breaking && found.iter().all(|change| !change.breaking)) {
            self.judge(direction, effect, "content-changed", path, message);
        }
    }

    fn members(&mut self, old: &Summary, new: &Summary, direction: Direction, path: &str) {
        for (name, entry) in old.in_order() {
            let path = format!("{path}/{}", name.local);
            if let Some(other) = new.elements.get(name) {
                self.occurrence(entry, other, direction, &path);
                self.substitutes(entry.id, other.id, direction, &path);
            } else if new.has_local(name) {
                let message = format!(
                    "it was in the namespace {:?} and is in another",
                    name.namespace
                );
                self.judge(
                    direction,
                    Effect::Changed,
                    "element-namespace-changed",
                    &path,
                    message,
                );
            } else {
                let effect = if entry.min > 0 {
                    Effect::Changed
                } else {
                    Effect::Tightened
                };
                self.judge(
                    direction,
                    effect,
                    "element-removed",
                    &path,
                    "the element is gone".to_owned(),
                );
            }
        }
        for (name, entry) in new.in_order() {
            if old.has_local(name) {
                continue;
            }
            let (effect, message) = match entry.min {
                0 => (Effect::Relaxed, "the element is new, and optional"),
                _ => (Effect::Changed, "the element is new, and required"),
            };
            self.judge(
                direction,
                effect,
                "element-added",
                &format!("{path}/{}", name.local),
                message.to_owned(),
            );
        }
    }

    /// Compares how strictly what wildcards admit is judged.
    fn strictness(&mut self, old: &[Wildcard], new: &[Wildcard], direction: Direction, path: &str) {
        let changed = |weaker: &[Wildcard], stronger: &[Wildcard]| {
            let mut pairs = weaker.iter().zip(stronger);
            pairs.any(|(weaker, stronger)| particle::weaker(weaker.process, stronger.process))
        };
        let (effect, message) = match (changed(old, new), changed(new, old)) {
            (false, false) => return,
            (true, false) => (Effect::Tightened, "other elements are judged more strictly"),
            (false, true) => (Effect::Relaxed, "other elements are judged less strictly"),
            (true, true) => (Effect::Changed, "other elements are judged differently"),
        };
        let rule = "wildcard-process-changed";
        self.judge(direction, effect, rule, path, message.to_owned());
    }

    /// Compares which elements may stand in place of one.
    fn substitutes(&mut self, old: ElementId, new: ElementId, direction: Direction, path: &str) {
        let members = |model: &Model, head: ElementId| -> BTreeSet<QName> {
            let members = derivation::substitutes(model, head);
            members
                .filter_map(|member| Some(model.elements.get(member.index())?.name.clone()))
                .collect()
        };
        let (olds, news) = (members(self.old, old), members(self.new, new));
        for gone in olds.difference(&news) {
            let message = format!("{} may stand in its place no longer", gone.local);
            let rule = "substitution-removed";
            self.judge(direction, Effect::Tightened, rule, path, message);
        }
        for added in news.difference(&olds) {
            let message = format!("{} may stand in its place now", added.local);
            let rule = "substitution-added";
            self.judge(direction, Effect::Relaxed, rule, path, message);
        }
    }

    fn occurrence(&mut self, old: &Entry, new: &Entry, direction: Direction, path: &str) {
        if old.min != new.min {
            let effect = if new.min > old.min {
                Effect::Tightened
            } else {
                Effect::Relaxed
            };
            let message = format!("from at least {} to at least {}", old.min, new.min);
            self.judge(direction, effect, "min-occurs-changed", path, message);
        }
        if old.max != new.max {
            let more = new.max.unwrap_or(u64::MAX) > old.max.unwrap_or(u64::MAX);
            let effect = if more {
                Effect::Relaxed
            } else {
                Effect::Tightened
            };
            let show = |max: Option<u64>| {
                max.map_or("any number".to_owned(), |max| format!("at most {max}"))
            };
            let message = format!("from {} to {}", show(old.max), show(new.max));
            self.judge(direction, effect, "max-occurs-changed", path, message);
        }
    }

    fn arrangement(&mut self, old: &Summary, new: &Summary, direction: Direction, path: &str) {
        let common: Vec<usize> = old
            .in_order()
            .into_iter()
            .filter_map(|(name, _)| new.elements.get(name).map(|entry| entry.order))
            .collect();
        let moved = common.windows(2).any(|pair| pair.first() > pair.last());
        let order = match (old.ordered, new.ordered) {
            (true, true) if moved => Some((
                Effect::Changed,
                "element-order-changed",
                "the elements are in another order",
            )),
            (true, false) if new.elements.len() > 1 => Some((
                Effect::Relaxed,
                "order-freed",
                "the order of the elements is free now",
            )),
            (false, true) if old.elements.len() > 1 => Some((
                Effect::Tightened,
                "order-fixed",
                "the order of the elements is fixed now",
            )),
            _ => None,
        };
        let choice = (old.choices != new.choices).then_some((
            Effect::Changed,
            "choice-changed",
            "the alternatives between elements changed",
        ));
        let wildcard = match new.wildcards.len().cmp(&old.wildcards.len()) {
            std::cmp::Ordering::Equal => wildcards_changed(&old.wildcards, &new.wildcards),
            std::cmp::Ordering::Greater => Some((
                Effect::Relaxed,
                "wildcard-added",
                "other elements are allowed now",
            )),
            std::cmp::Ordering::Less => Some((
                Effect::Tightened,
                "wildcard-removed",
                "other elements are allowed no longer",
            )),
        };
        for (effect, rule, message) in [order, choice, wildcard].into_iter().flatten() {
            self.judge(direction, effect, rule, path, message.to_owned());
        }
    }
}

/// Compares what wildcards admit, one by one.
fn wildcards_changed(
    old: &[Wildcard],
    new: &[Wildcard],
) -> Option<(Effect, &'static str, &'static str)> {
    let mut pairs = old.iter().zip(new);
    let changed = pairs.any(|(old, new)| old.namespaces != new.namespaces);
    changed.then_some((
        Effect::Changed,
        "wildcard-changed",
        "elements of other namespaces are allowed",
    ))
}

fn summary(model: &Model, content: &Content) -> Summary {
    let mut summary = Summary {
        elements: HashMap::new(),
        wildcards: Vec::new(),
        ordered: true,
        choices: 0,
        count: 0,
    };
    if let Content::Elements(particle) | Content::Mixed(Some(particle)) = content {
        gather(model, particle, (1, Some(1)), 0, &mut summary);
    }
    summary
}

fn gather(
    model: &Model,
    particle: &Particle,
    outer: (u64, Option<u64>),
    depth: usize,
    into: &mut Summary,
) {
    let min = outer.0.saturating_mul(particle.min);
    let max = match (outer.1, particle.max) {
        (Some(outer), Some(inner)) => Some(outer.saturating_mul(inner)),
        _ => None,
    };
    into.count += 1;
    if depth > DEPTH || into.count > PARTICLES {
        return;
    }
    match &particle.term {
        Term::Any(wildcard) => into.wildcards.push(wildcard.clone()),
        Term::Element(id) => {
            let Some(element) = model.elements.get(id.index()) else {
                return;
            };
            let order = into.elements.len();
            into.elements
                .entry(element.name.clone())
                .and_modify(|entry| {
                    entry.min = entry.min.saturating_add(min);
                    entry.max = entry.max.zip(max).map(|(a, b)| a.saturating_add(b));
                })
                .or_insert(Entry {
                    id: *id,
                    min,
                    max,
                    order,
                });
        }
        Term::Group(id) => {
            let Some(group) = model.groups.get(id.index()) else {
                return;
            };
            // A choice of one is no choice.
            let choice = group.compositor == Compositor::Choice && group.particles.len() > 1;
            into.choices += usize::from(choice);
            if group.compositor == Compositor::All || (max != Some(1) && group.particles.len() > 1)
            {
                into.ordered = false;
            }
            let min = if choice { 0 } else { min };
            for inner in &group.particles {
                gather(model, inner, (min, max), depth + 1, into);
            }
        }
    }
}
