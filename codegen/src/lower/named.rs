//! The names of simple types, as `xsi:type` may tell them.

use std::collections::HashMap;

use soapstone_schema::model::{Builtin, Type, TypeId};

use super::Lowering;
use super::simple::builtin;
use crate::item::{ItemId, Kind, Rust, SimpleName};

impl Lowering<'_> {
    /// Notes the names of the simple types that were made, and what each derives from of those or of the built-in ones; and of
    /// those that were not, or are other names, where they derive from a member of a union: they tell which member is meant.
    pub(super) fn name_simple_types(&mut self) {
        // Of types that are made as one item, one is the item's own.
        let own: HashMap<ItemId, TypeId> = self
            .simples
            .iter()
            .filter(|(id, rust)| self.is_own(**id, rust))
            .filter_map(|(id, rust)| Some((self.checked(rust)?, *id)))
            .collect();
        let mut others: HashMap<TypeId, Rust> = HashMap::new();
        for index in 0..self.model.types.len() {
            let id = TypeId(u32::try_from(index).unwrap_or(u32::MAX));
            let is_simple = matches!(self.model.types.get(index), Some(Type::Simple(_)));
            if is_simple
                && Builtin::from_id(id).is_none()
                && self
                    .type_name(id)
                    .is_some_and(|name| &*name.namespace != super::SOAP_ENCODING)
                && !self
                    .simples
                    .get(&id)
                    .is_some_and(|rust| self.is_own(id, rust))
                && self.bases(id).any(|base| self.members.contains(&base))
            {
                let made = self
                    .bases(id)
                    .find_map(|base| match Builtin::from_id(base) {
                        Some(built_in) => Some(builtin(built_in)),
                        None => self.simples.get(&base).cloned(),
                    });
                others.extend(made.map(|rust| (id, rust)));
            }
        }
        let mut named = Vec::new();
        for index in 0..self.package.modules.len() {
            let items = self.package.modules.get(index).map(|m| m.items.clone());
            let types = items.unwrap_or_default().into_iter();
            named.extend(
                types.filter_map(|item| Some((index, *own.get(&item)?, Rust::Item(item), true))),
            );
        }
        let mut more: Vec<TypeId> = others.keys().copied().collect();
        more.sort_by_key(|id| self.type_name(*id));
        for id in more {
            if let (Some(name), Some(rust)) = (self.type_name(id), others.get(&id)) {
                let module = self.module(&name.namespace);
                named.push((module, id, rust.clone(), false));
            }
        }
        for (module, id, rust, is_own) in named {
            let Some(name) = self.type_name(id) else {
                continue;
            };
            self.namespace(&name.namespace);
            let known = |base: &TypeId| {
                let made = self.simples.get(base);
                others.contains_key(base) || made.is_some_and(|rust| self.is_own(*base, rust))
            };
            let base = self
                .bases(id)
                .skip(1)
                .find(|base| Builtin::from_id(*base).is_some() || known(base));
            let base = match base.map(|base| (Builtin::from_id(base), self.type_name(base))) {
                Some((None, Some(name))) => (
                    Some(self.namespace(&name.namespace)),
                    name.local.to_string(),
                ),
                Some((Some(built_in), _)) => (None, built_in.name().to_owned()),
                _ => (None, Builtin::AnySimpleType.name().to_owned()),
            };
            if let Some(module) = self.package.modules.get_mut(module) {
                module.simple_types.push(SimpleName {
                    rust,
                    is_own,
                    local: name.local.to_string(),
                    base,
                });
            }
        }
    }

    /// Tells whether a Rust type was made for the type and has its name.
    pub(super) fn is_own(&self, id: TypeId, rust: &Rust) -> bool {
        let item = self
            .checked(rust)
            .and_then(|item| self.package.items.get(item.0));
        item.is_some_and(|item| item.qname.as_ref() == self.type_name(id))
    }

    /// The item of a simple type that checks something.
    fn checked(&self, rust: &Rust) -> Option<ItemId> {
        let Rust::Item(id) = rust else {
            return None;
        };
        let checks = |kind: &Kind| {
            matches!(
                kind,
                Kind::Enumeration(_) | Kind::Newtype(_) | Kind::Union(_)
            )
        };
        let item = self.package.items.get(id.0)?;
        (item.qname.is_some() && checks(&item.kind)).then_some(*id)
    }

    /// A simple type and its bases, up to a built-in one.
    fn bases(&self, id: TypeId) -> impl Iterator<Item = TypeId> {
        let base = |id: &TypeId| match self.model.types.get(id.index()) {
            Some(Type::Simple(type_)) if Builtin::from_id(*id).is_none() => Some(type_.base),
            _ => None,
        };
        std::iter::successors(Some(id), base).take(256)
    }
}
