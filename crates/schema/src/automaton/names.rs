//! Names of elements and attributes as small numbers, so that a step of an automaton compares integers.
//!
//! The table is filled from a model and never grows afterwards: names that only a message knows cost nothing and are
//! answered with "none".

use std::collections::HashMap;

use soapstone::name::QName;

use crate::model::{Model, Namespaces, Step, Wildcard, XSI};

/// A namespace that the model mentions; [`NamespaceId::UNKNOWN`] for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamespaceId(pub u32);

impl NamespaceId {
    /// No namespace.
    pub const NONE: NamespaceId = NamespaceId(0);
    /// The namespace of `xsi:type` and `xsi:nil`.
    pub const XSI: NamespaceId = NamespaceId(1);
    /// A namespace that the model never mentions.
    pub const UNKNOWN: NamespaceId = NamespaceId(u32::MAX);
}

/// An expanded name that the model declares or mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// The names of a model.
#[derive(Debug)]
pub struct Names {
    namespaces: Vec<String>,
    by_uri: HashMap<String, NamespaceId>,
    names: Vec<Entry>,
    locals: String,
    /// Open addressing, a power of two long; `EMPTY` or an index into `names`.
    slots: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    hash: u32,
    namespace: NamespaceId,
    start: u32,
    end: u32,
}

const EMPTY: u32 = u32::MAX;

impl Names {
    /// Collects every name of elements, attributes, types and identity constraint paths of the model.
    pub fn of(model: &Model) -> Names {
        let mut names = Names {
            namespaces: vec![String::new()],
            by_uri: HashMap::from([(String::new(), NamespaceId::NONE)]),
            names: Vec::new(),
            locals: String::new(),
            slots: vec![EMPTY; 64],
        };
        names.add_namespace(XSI);
        for namespace in &model.namespaces {
            names.add_namespace(namespace);
        }
        for name in model.globals.types.keys() {
            names.add(name);
        }
        for element in &model.elements {
            names.add(&element.name);
        }
        for attribute in &model.attributes {
            names.add(&attribute.name);
        }
        for constraint in &model.constraints {
            for path in constraint
                .selector
                .iter()
                .chain(constraint.fields.iter().flatten())
            {
                for step in path.steps.iter().chain(&path.attribute) {
                    match step {
                        Step::Any => {}
                        Step::Namespace(namespace) => {
                            names.add_namespace(namespace);
                        }
                        Step::Name(name) => {
                            names.add(name);
                        }
                    }
                }
            }
        }
        names.add_wildcards(model);
        names
    }

    fn add_wildcards(&mut self, model: &Model) {
        use crate::model::{Content, Term, Type};
        let in_groups = model.groups.iter().flat_map(|group| &group.particles);
        let in_types = model.types.iter().filter_map(|type_| match type_ {
            Type::Complex(complex) => match &complex.content {
                Content::Elements(particle) | Content::Mixed(Some(particle)) => Some(particle),
                _ => None,
            },
            Type::Simple(_) => None,
        });
        let wildcards = in_groups
            .chain(in_types)
            .filter_map(|particle| match &particle.term {
                Term::Any(wildcard) => Some(wildcard),
                _ => None,
            });
        let of_attributes = model.types.iter().filter_map(|type_| match type_ {
            Type::Complex(complex) => complex.any_attribute.as_ref(),
            Type::Simple(_) => None,
        });
        let found: Vec<&Namespaces> = wildcards
            .chain(of_attributes)
            .map(|wildcard: &Wildcard| &wildcard.namespaces)
            .collect();
        for namespaces in found {
            match namespaces {
                Namespaces::Any => {}
                Namespaces::Not(namespace) => {
                    self.add_namespace(namespace);
                }
                Namespaces::In(list) => {
                    for namespace in list {
                        self.add_namespace(namespace);
                    }
                }
            }
        }
    }

    /// Finds a namespace; compare the answer with [`NamespaceId::UNKNOWN`].
    pub fn namespace(&self, uri: &str) -> NamespaceId {
        self.by_uri
            .get(uri)
            .copied()
            .unwrap_or(NamespaceId::UNKNOWN)
    }

    /// The namespace's name; empty for none and for the unknown one.
    pub fn uri(&self, namespace: NamespaceId) -> &str {
        self.namespaces
            .get(namespace.0 as usize)
            .map_or("", String::as_str)
    }

    /// Finds a name in a namespace.
    pub fn name(&self, namespace: NamespaceId, local: &str) -> Option<NameId> {
        let hash = hash(namespace, local);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let index = *self.slots.get(slot)?;
            let entry = self.names.get(index as usize)?;
            if entry.hash == hash && entry.namespace == namespace && self.local_of(entry) == local {
                return Some(NameId(index));
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Finds an expanded name.
    pub fn find(&self, name: &QName) -> Option<NameId> {
        self.name(self.namespace(&name.namespace), &name.local)
    }

    /// How many names there are; ids are below this.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Tells whether the model has no name at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The namespace of a name.
    pub fn namespace_of(&self, name: NameId) -> NamespaceId {
        self.names
            .get(name.0 as usize)
            .map_or(NamespaceId::UNKNOWN, |entry| entry.namespace)
    }

    /// The local part of a name.
    pub fn local(&self, name: NameId) -> &str {
        self.names
            .get(name.0 as usize)
            .map_or("", |entry| self.local_of(entry))
    }

    fn local_of(&self, entry: &Entry) -> &str {
        self.locals
            .get(entry.start as usize..entry.end as usize)
            .unwrap_or("")
    }

    fn add_namespace(&mut self, uri: &str) -> NamespaceId {
        let known = self.namespace(uri);
        if known != NamespaceId::UNKNOWN {
            return known;
        }
        let id = NamespaceId(self.namespaces.len() as u32);
        self.namespaces.push(uri.to_owned());
        self.by_uri.insert(uri.to_owned(), id);
        id
    }

    fn add(&mut self, name: &QName) -> NameId {
        let namespace = self.add_namespace(&name.namespace);
        if let Some(known) = self.name(namespace, &name.local) {
            return known;
        }
        if (self.names.len() + 1) * 2 > self.slots.len() {
            self.slots = vec![EMPTY; self.slots.len() * 2];
            for index in 0..self.names.len() {
                self.place(index);
            }
        }
        let start = self.locals.len() as u32;
        self.locals.push_str(&name.local);
        let end = self.locals.len() as u32;
        self.names.push(Entry {
            hash: hash(namespace, &name.local),
            namespace,
            start,
            end,
        });
        self.place(self.names.len() - 1);
        NameId(self.names.len() as u32 - 1)
    }

    fn place(&mut self, index: usize) {
        let Some(entry) = self.names.get(index) else {
            return;
        };
        let mask = self.slots.len() - 1;
        let mut slot = entry.hash as usize & mask;
        while self.slots.get(slot).is_some_and(|&taken| taken != EMPTY) {
            slot = (slot + 1) & mask;
        }
        if let Some(free) = self.slots.get_mut(slot) {
            *free = index as u32;
        }
    }
}

/// Mixes eight bytes at a time; the table holds only the schema's own names, so a hostile message cannot fill it.
fn hash(namespace: NamespaceId, local: &str) -> u32 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = (u64::from(namespace.0) ^ ((local.len() as u64) << 32)).wrapping_mul(MIX);
    let mut chunks = local.as_bytes().chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        state = (state.rotate_left(29) ^ word).wrapping_mul(MIX);
    }
    let tail = chunks
        .remainder()
        .iter()
        .fold(0u64, |word, &byte| (word << 8) | u64::from(byte));
    state = (state.rotate_left(29) ^ tail).wrapping_mul(MIX);
    (state >> 32) as u32
}

/// Tells whether a wildcard admits names of a namespace (XSD 1.0 part 1, 3.10.4 "Wildcard allows Namespace Name").
pub fn admits(namespaces: &Namespaces, uri: &str) -> bool {
    match namespaces {
        Namespaces::Any => true,
        Namespaces::Not(not) => !uri.is_empty() && uri != &**not,
        Namespaces::In(list) => list.iter().any(|one| &**one == uri),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Element;
    use crate::model::{Builtin, Derivations, Place};

    fn element(namespace: &str, local: &str) -> Element {
        Element {
            name: QName::new(namespace, local),
            type_: Builtin::String.id(),
            global: true,
            nillable: false,
            value: None,
            abstract_: false,
            substitution_head: None,
            block: Derivations::default(),
            final_: Derivations::default(),
            constraints: Vec::new(),
            foreign: Vec::new(),
            annotation: None,
            place: Place::default(),
        }
    }

    #[test]
    fn finds_what_the_model_names_and_nothing_else() {
        let mut model = Model::default();
        for number in 0..500 {
            model
                .elements
                .push(element("urn:a", &format!("name-number-{number}")));
            model.elements.push(element("", &format!("n{number}")));
        }
        let names = Names::of(&model);
        assert_eq!(names.len(), 1000);
        let a = names.namespace("urn:a");
        let id = names.name(a, "name-number-77").expect("declared");
        assert_eq!(names.local(id), "name-number-77");
        assert_eq!(names.namespace_of(id), a);
        assert_eq!(names.name(a, "n7"), None);
        assert_eq!(
            names
                .name(NamespaceId::NONE, "n7")
                .map(|id| names.local(id)),
            Some("n7")
        );
        assert_eq!(names.namespace("urn:b"), NamespaceId::UNKNOWN);
        assert_eq!(names.name(NamespaceId::UNKNOWN, "n7"), None);
    }
}
