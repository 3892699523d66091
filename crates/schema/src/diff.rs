//! Which changes of a contract break a client that was made for the old one, and which don't: each change by a named rule.
//!
//! What an old client sends must stay acceptable, so a request may be relaxed; what a new server sends must be what an old
//! client accepts, so a response may be tightened. The measure is validity by schema, not the patience of some client.

mod content;
mod derived;
mod elements;
mod language;
mod message;
mod operation;
mod releases;
mod service;
mod simple;

use std::collections::{HashSet, VecDeque};
use std::fmt;

use crate::automaton::names::Names;
use crate::contract::Contract;
use crate::model::{Element, ElementId, Model, Place, Type, TypeId};
use crate::simple::SimpleTypes;
use content::Valued;
use derived::Derived;

pub use releases::likely_releases;

/// One difference between two contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// A client of the old contract may fail with the new one.
    pub breaking: bool,
    /// The rule that says so, such as `element-added`.
    pub rule: &'static str,
    /// Where: `Service/Port/Operation/request/order/line`.
    pub path: String,
    /// What changed.
    pub message: String,
    /// Where that, or what is around it, stands in the old contract, as `file:line`; empty where nothing does.
    pub old: String,
    /// The same in the new contract.
    pub new: String,
}

impl fmt::Display for Change {
    /// Writes `BREAKING rule path: message (old.wsdl:1, new.wsdl:2)`, or `compatible` in place of the first word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.breaking {
            "BREAKING"
        } else {
            "compatible"
        };
        write!(f, "{verdict} {} {}: {}", self.rule, self.path, self.message)?;
        match (&*self.old, &*self.new) {
            ("", "") => Ok(()),
            ("", place) | (place, "") => write!(f, " ({place})"),
            (old, new) => write!(f, " ({old}, {new})"),
        }
    }
}

/// Compares two contracts. Contracts without services are compared by bindings, port types, or global elements.
pub fn diff(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut walk = Walk {
        old: &old.model,
        new: &new.model,
        names: (Names::of(&old.model), Names::of(&new.model)),
        derived: (Derived::of(&old.model), Derived::of(&new.model)),
        simple: (SimpleTypes::of(&old.model), SimpleTypes::of(&new.model)),
        at: (Place::default(), Place::default()),
        changes: Vec::new(),
        seen: HashSet::new(),
        pending: VecDeque::new(),
    };
    service::contracts(&mut walk, old, new);
    while let Some(task) = walk.pending.pop_front() {
        walk.types(task);
    }
    walk.changes
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Direction {
    Request,
    Response,
}

/// What a change does to the set of messages allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// More is allowed.
    Relaxed,
    /// Less is allowed.
    Tightened,
    /// Something else is allowed.
    Changed,
}

impl Effect {
    /// What an old client sends must stay acceptable; what it is sent must be what it accepts.
    fn breaks(self, direction: Direction) -> bool {
        match self {
            Effect::Changed => true,
            Effect::Relaxed => direction == Direction::Response,
            Effect::Tightened => direction == Direction::Request,
        }
    }
}

/// Two types to compare.
struct Task {
    old: TypeId,
    new: TypeId,
    direction: Direction,
    path: String,
    /// Where the types are used.
    at: (Place, Place),
}

/// The comparison in progress.
struct Walk<'m> {
    old: &'m Model,
    new: &'m Model,
    names: (Names, Names),
    derived: (Derived, Derived),
    simple: (SimpleTypes, SimpleTypes),
    /// What is being compared stands there.
    at: (Place, Place),
    changes: Vec<Change>,
    /// Pairs of types that were compared, or will be: types are recursive.
    seen: HashSet<(TypeId, TypeId, Direction)>,
    pending: VecDeque<Task>,
}

impl Walk<'_> {
    /// Notes a change that breaks or doesn't, whatever the direction.
    fn note(&mut self, breaking: bool, rule: &'static str, path: &str, message: String) {
        let shown = |model: &Model, place: Place| {
            let document = model.documents.get(place.document as usize);
            match document.filter(|_| place.line > 0) {
                Some(document) => format!("{document}:{}", place.line),
                None => String::new(),
            }
        };
        self.changes.push(Change {
            breaking,
            rule,
            path: path.to_owned(),
            message,
            old: shown(self.old, self.at.0),
            new: shown(self.new, self.at.1),
        });
    }

    /// Compares at other places: what is noted meanwhile stands there.
    fn at(&mut self, old: Place, new: Place, compare: impl FnOnce(&mut Self)) {
        let known = |place: Place, before: Place| if place.line > 0 { place } else { before };
        let before = self.at;
        self.at = (known(old, before.0), known(new, before.1));
        compare(self);
        self.at = before;
    }

    /// Notes a change of what is allowed in one direction.
    fn judge(
        &mut self,
        direction: Direction,
        effect: Effect,
        rule: &'static str,
        path: &str,
        message: String,
    ) {
        self.note(effect.breaks(direction), rule, path, message);
    }

    /// Compares two elements that stand in for each other, their types later.
    fn elements(&mut self, old: ElementId, new: ElementId, direction: Direction, path: &str) {
        let (Some(before), Some(after)) = (
            self.old.elements.get(old.index()),
            self.new.elements.get(new.index()),
        ) else {
            return;
        };
        self.at(before.place, after.place, |walk| {
            walk.declarations(before, after, direction, path);
        });
        self.later(before.type_, after.type_, direction, path.to_owned());
    }

    fn declarations(
        &mut self,
        before: &Element,
        after: &Element,
        direction: Direction,
        path: &str,
    ) {
        if before.abstract_ != after.abstract_ {
            let (effect, message) = match after.abstract_ {
                true => (
                    Effect::Tightened,
                    "only its substitutes may stand there now",
                ),
                false => (Effect::Relaxed, "it may stand there itself now"),
            };
            let rule = "element-abstract-changed";
            self.judge(direction, effect, rule, path, message.to_owned());
        }
        if before.nillable != after.nillable {
            let (effect, message) = match after.nillable {
                true => (Effect::Relaxed, "it may be nil now"),
                false => (Effect::Tightened, "it may be nil no longer"),
            };
            self.judge(
                direction,
                effect,
                "nillable-changed",
                path,
                message.to_owned(),
            );
        }
        let old = Valued::new(self.old, before.value.as_ref(), before.type_);
        let new = Valued::new(self.new, after.value.as_ref(), after.type_);
        self.value(old, new, direction, path);
    }

    /// Puts two types on the list, once.
    fn later(&mut self, old: TypeId, new: TypeId, direction: Direction, path: String) {
        if self.seen.insert((old, new, direction)) {
            self.pending.push_back(Task {
                old,
                new,
                direction,
                path,
                at: self.at,
            });
        }
    }

    fn types(&mut self, task: Task) {
        let (Some(old), Some(new)) = (
            self.old.types.get(task.old.index()),
            self.new.types.get(task.new.index()),
        ) else {
            return;
        };
        self.at = task.at;
        self.at(place_of(old), place_of(new), |walk| {
            walk.typed(old, new, &task)
        });
        self.derived(&task);
    }

    fn typed(&mut self, old: &Type, new: &Type, task: &Task) {
        let is_any = |type_: TypeId| type_ == crate::model::Builtin::AnyType.id();
        let (direction, path) = (task.direction, task.path.as_str());
        match (old, new) {
            _ if is_any(task.old) && is_any(task.new) => {}
            _ if is_any(task.new) => {
                self.judge(
                    direction,
                    Effect::Relaxed,
                    "type-widened",
                    path,
                    "it may hold anything now".to_owned(),
                );
            }
            _ if is_any(task.old) => {
                let message = "it could hold anything before".to_owned();
                self.judge(direction, Effect::Tightened, "type-narrowed", path, message);
            }
            (Type::Simple(_), Type::Simple(_)) => self.simple(task.old, task.new, direction, path),
            (Type::Complex(old), Type::Complex(new)) => self.complex(old, new, direction, path),
            (Type::Simple(_), Type::Complex(new)) => {
                self.complex_for_simple(task.old, new, direction, path)
            }
            (Type::Complex(_), Type::Simple(_)) => {
                let message = "it had a complex type and has a simple one".to_owned();
                self.judge(direction, Effect::Changed, "type-changed", path, message);
            }
        }
    }
}

fn place_of(type_: &Type) -> Place {
    match type_ {
        Type::Simple(simple) => simple.place,
        Type::Complex(complex) => complex.place,
    }
}
