//! Types that may stand in for others by `xsi:type`: which there are, and what they allow.

use std::collections::{BTreeMap, HashMap};

use soapstone::name::QName;

use super::{Effect, Task, Walk};
use crate::model::{Builtin, Model, Type, TypeId};
use crate::rules::derivation;

/// The named complex types that derive from each complex type of a schema, by any number of steps.
pub(super) struct Derived(HashMap<TypeId, BTreeMap<QName, TypeId>>);

impl Derived {
    pub(super) fn of(model: &Model) -> Derived {
        let mut derived: HashMap<TypeId, BTreeMap<QName, TypeId>> = HashMap::new();
        for (index, type_) in model.types.iter().enumerate() {
            let id = TypeId(u32::try_from(index).unwrap_or(u32::MAX));
            let Type::Complex(complex) = type_ else {
                continue;
            };
            let Some(name) = complex.name.as_ref().filter(|_| !complex.abstract_) else {
                continue;
            };
            let bases = derivation::chain(model, id).skip(1);
            for base in bases.take_while(|base| *base != Builtin::AnyType.id()) {
                derived.entry(base).or_default().insert(name.clone(), id);
            }
        }
        Derived(derived)
    }
}

impl Walk<'_> {
    /// Compares the types that may stand in for two.
    pub(super) fn derived(&mut self, task: &Task) {
        let empty = BTreeMap::new();
        let olds = self.derived.0.0.get(&task.old).unwrap_or(&empty).clone();
        let news = self.derived.1.0.get(&task.new).unwrap_or(&empty).clone();
        for (name, old) in &olds {
            match news.get(name) {
                Some(new) => {
                    let path = format!("{}({})", task.path, name.local);
                    self.later(*old, *new, task.direction, path);
                }
                None => {
                    let message = format!("the type {} may stand there no longer", name.local);
                    let rule = "derived-type-removed";
                    self.judge(task.direction, Effect::Tightened, rule, &task.path, message);
                }
            }
        }
        for name in news.keys().filter(|name| !olds.contains_key(*name)) {
            let message = format!("the type {} may stand there now", name.local);
            let rule = "derived-type-added";
            self.judge(task.direction, Effect::Relaxed, rule, &task.path, message);
        }
    }
}
