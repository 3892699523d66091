//! Complex types: attributes, elements and their occurrence.

use std::collections::HashMap;

use soapstone::name::QName;

use super::{Direction, Effect, Walk};
use crate::model::{
    AttributeUse, ComplexType, Compositor, Content, ElementId, Model, Particle, Term, Type, TypeId,
    ValueConstraint,
};

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
    wildcards: usize,
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
    pub(super) fn complex(
        &mut self,
        old: &ComplexType,
        new: &ComplexType,
        direction: Direction,
        path: &str,
    ) {
        if old.abstract_ != new.abstract_ {
            let (effect, message) = match new.abstract_ {
                true => (Effect::Tightened, "the type is abstract now"),
                false => (Effect::Relaxed, "the type is abstract no longer"),
            };
            self.judge(
                direction,
                effect,
                "abstract-changed",
                path,
                message.to_owned(),
            );
        }
        self.attributes(old, new, direction, path);
        match (&old.content, &new.content) {
            (Content::Simple(old), Content::Simple(new)) => {
                self.later(*old, *new, direction, path.to_owned())
            }
            (Content::Simple(_), _) | (_, Content::Simple(_)) => {
                let message = "between simple and complex content".to_owned();
                self.judge(direction, Effect::Changed, "content-changed", path, message);
            }
            (before, after) => {
                let mixed = |content: &Content| matches!(content, Content::Mixed(_));
                if mixed(before) != mixed(after) {
                    let (effect, message) = match mixed(after) {
                        true => (Effect::Relaxed, "text may stand between the elements now"),
                        false => (
                            Effect::Tightened,
                            "text may stand between the elements no longer",
                        ),
                    };
                    self.judge(direction, effect, "mixed-changed", path, message.to_owned());
                }
                let (old, new) = (summary(self.old, before), summary(self.new, after));
                self.members(&old, &new, direction, path);
                self.arrangement(&old, &new, direction, path);
            }
        }
    }

    /// A simple type became complex: the same as long as that has simple content and requires no attribute.
    pub(super) fn complex_for_simple(
        &mut self,
        old: TypeId,
        new: &ComplexType,
        direction: Direction,
        path: &str,
    ) {
        let Content::Simple(inner) = new.content else {
            let message = "it had a simple type and has a complex one".to_owned();
            return self.judge(direction, Effect::Changed, "type-changed", path, message);
        };
        for use_ in &new.attributes {
            self.added_attribute(use_, direction, path);
        }
        self.later(old, inner, direction, path.to_owned());
    }

    fn attributes(
        &mut self,
        old: &ComplexType,
        new: &ComplexType,
        direction: Direction,
        path: &str,
    ) {
        let (olds, news) = (self.old, self.new);
        for before in &old.attributes {
            let Some(known) = name(olds, before) else {
                continue;
            };
            let path = format!("{path}/@{}", known.local);
            let Some(after) = new
                .attributes
                .iter()
                .find(|after| name(news, after) == Some(known))
            else {
                let effect = if before.required {
                    Effect::Changed
                } else {
                    Effect::Tightened
                };
                self.judge(
                    direction,
                    effect,
                    "attribute-removed",
                    &path,
                    "the attribute is gone".to_owned(),
                );
                continue;
            };
            if before.required != after.required {
                let (effect, message) = match after.required {
                    true => (Effect::Tightened, "it is required now"),
                    false => (Effect::Relaxed, "it is optional now"),
                };
                self.judge(
                    direction,
                    effect,
                    "attribute-use-changed",
                    &path,
                    message.to_owned(),
                );
            }
            let declared = (
                olds.attributes.get(before.attribute.index()),
                news.attributes.get(after.attribute.index()),
            );
            if let (Some(old), Some(new)) = declared {
                let (value, other) = (before.value.as_ref(), after.value.as_ref());
                self.value(
                    value.or(old.value.as_ref()),
                    other.or(new.value.as_ref()),
                    direction,
                    &path,
                );
                self.later(old.type_, new.type_, direction, path);
            }
        }
        for after in &new.attributes {
            if !old
                .attributes
                .iter()
                .any(|before| name(olds, before) == name(news, after))
            {
                self.added_attribute(after, direction, path);
            }
        }
        let (effect, rule, message) = match (&old.any_attribute, &new.any_attribute) {
            (None, Some(_)) => (
                Effect::Relaxed,
                "attribute-wildcard-added",
                "other attributes are allowed now",
            ),
            (Some(_), None) => (
                Effect::Tightened,
                "attribute-wildcard-removed",
                "other attributes are allowed no longer",
            ),
            _ => return,
        };
        self.judge(direction, effect, rule, path, message.to_owned());
    }

    fn added_attribute(&mut self, use_: &AttributeUse, direction: Direction, path: &str) {
        let Some(name) = name(self.new, use_) else {
            return;
        };
        let path = format!("{path}/@{}", name.local);
        let (effect, message) = match use_.required {
            true => (Effect::Changed, "the attribute is new, and required"),
            false => (Effect::Relaxed, "the attribute is new"),
        };
        self.judge(
            direction,
            effect,
            "attribute-added",
            &path,
            message.to_owned(),
        );
    }

    /// Compares default and fixed values.
    pub(super) fn value(
        &mut self,
        old: Option<&ValueConstraint>,
        new: Option<&ValueConstraint>,
        direction: Direction,
        path: &str,
    ) {
        let split = |value: Option<&ValueConstraint>| {
            let fixed = value
                .filter(|value| value.fixed)
                .map(|value| value.lexical.clone());
            (fixed, value.map(|value| value.lexical.clone()))
        };
        let ((old_fixed, old), (new_fixed, new)) = (split(old), split(new));
        let (effect, rule, message) = match (old_fixed, new_fixed) {
            (None, Some(value)) => (
                Effect::Tightened,
                "fixed-added",
                format!("the value is fixed to {value:?} now"),
            ),
            (Some(_), None) => (
                Effect::Relaxed,
                "fixed-removed",
                "any value is allowed now".to_owned(),
            ),
            // Who leaves it out means another value from now on.
            (None, None) if old != new => {
                let show = |value: Option<String>| {
                    value.map_or("none".to_owned(), |value| format!("{value:?}"))
                };
                (
                    Effect::Changed,
                    "default-changed",
                    format!("from {} to {}", show(old), show(new)),
                )
            }
            (Some(old), Some(new)) if old != new => (
                Effect::Changed,
                "fixed-changed",
                format!("from {old:?} to {new:?}"),
            ),
            _ => return,
        };
        self.judge(direction, effect, rule, path, message);
    }

    fn members(&mut self, old: &Summary, new: &Summary, direction: Direction, path: &str) {
        for (name, entry) in old.in_order() {
            let path = format!("{path}/{}", name.local);
            if let Some(other) = new.elements.get(name) {
                self.occurrence(entry, other, direction, &path);
                self.elements(entry.id, other.id, direction, &path);
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
        let wildcard = match new.wildcards.cmp(&old.wildcards) {
            std::cmp::Ordering::Equal => None,
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

fn name<'m>(model: &'m Model, use_: &AttributeUse) -> Option<&'m QName> {
    model
        .attributes
        .get(use_.attribute.index())
        .map(|attribute| &attribute.name)
}

fn summary(model: &Model, content: &Content) -> Summary {
    let mut summary = Summary {
        elements: HashMap::new(),
        wildcards: 0,
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
        Term::Any(_) => into.wildcards += 1,
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

/// The name of a type for messages.
pub(super) fn type_name(model: &Model, id: TypeId) -> String {
    let name = match model.types.get(id.index()) {
        Some(Type::Simple(type_)) => type_.name.as_ref(),
        Some(Type::Complex(type_)) => type_.name.as_ref(),
        None => None,
    };
    name.map_or_else(
        || "an anonymous type".to_owned(),
        |name| name.local.to_string(),
    )
}
