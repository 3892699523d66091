//! Namespaces: their ids, and the prefixes that are bound where the reader stands (Namespaces in XML 1.0).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{NsId, XML_NAMESPACE};

/// How many namespaces are found by looking at each, before a map is made.
const FEW: usize = 12;

/// The namespaces that a document has named, and the bindings in scope.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    names: Vec<Cow<'a, str>>,
    ids: HashMap<Cow<'a, str>, NsId>,
    bindings: Vec<Binding<'a>>,
    /// Counts every change of the bindings.
    pub(crate) version: u64,
}

#[derive(Debug, Clone, Copy)]
struct Binding<'a> {
    prefix: &'a str,
    ns: NsId,
}

impl<'a> Scope<'a> {
    pub(crate) fn new() -> Scope<'a> {
        Scope {
            names: vec![Cow::Borrowed(""), Cow::Borrowed(XML_NAMESPACE)],
            ids: HashMap::new(),
            bindings: Vec::with_capacity(8),
            version: 0,
        }
    }

    /// The id of a namespace, new if it was not named before.
    pub(crate) fn intern(&mut self, namespace: Cow<'a, str>) -> NsId {
        if self.names.len() <= FEW {
            if let Some(at) = self.names.iter().position(|name| same(name, &namespace)) {
                return id(at);
            }
        } else if let Some(id) = self.ids.get(&namespace) {
            return *id;
        }
        let new = id(self.names.len());
        self.names.push(namespace);
        if self.names.len() == FEW + 1 {
            self.ids = self
                .names
                .iter()
                .enumerate()
                .map(|(at, name)| (name.clone(), id(at)))
                .collect();
        } else if self.names.len() > FEW
            && let Some(name) = self.names.last()
        {
            self.ids.insert(name.clone(), new);
        }
        new
    }

    pub(crate) fn namespace(&self, ns: NsId) -> &str {
        self.names.get(ns.0 as usize).map_or("", |name| name)
    }

    /// Looks a namespace up that may not have been named.
    pub(crate) fn find(&self, namespace: &str) -> Option<NsId> {
        if self.names.len() <= FEW {
            self.names
                .iter()
                .position(|name| *name == namespace)
                .map(id)
        } else {
            self.ids.get(namespace).copied()
        }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bindings.len()
    }

    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        if self.bindings.len() > len {
            self.bindings.truncate(len);
            self.version += 1;
        }
    }

    pub(crate) fn bind(&mut self, prefix: &'a str, ns: NsId) {
        self.bindings.push(Binding { prefix, ns });
        self.version += 1;
    }

    /// Tells whether a prefix was bound since there were `mark` bindings.
    pub(crate) fn bound_since(&self, mark: usize, prefix: &str) -> bool {
        self.bindings
            .iter()
            .skip(mark)
            .any(|binding| same(binding.prefix, prefix))
    }

    /// The namespace of a prefix; the empty prefix is the default namespace.
    #[inline]
    pub(crate) fn resolve(&self, prefix: &str) -> Option<NsId> {
        for binding in self.bindings.iter().rev() {
            if same(binding.prefix, prefix) {
                return Some(binding.ns);
            }
        }
        match prefix {
            "" => Some(NsId::NONE),
            "xml" => Some(NsId::XML),
            _ => None,
        }
    }

    /// Every prefix in scope with its namespace, innermost first; the default namespace only where there is one.
    pub(crate) fn in_scope(&self) -> impl Iterator<Item = (&'a str, NsId)> {
        let mut seen = HashSet::new();
        self.bindings
            .iter()
            .rev()
            .filter(move |binding| seen.insert(binding.prefix))
            .filter(|binding| !(binding.prefix.is_empty() && binding.ns == NsId::NONE))
            .map(|binding| (binding.prefix, binding.ns))
    }

    /// A namespace's name, to keep.
    pub(crate) fn name(&self, ns: NsId) -> Cow<'a, str> {
        self.names.get(ns.0 as usize).cloned().unwrap_or_default()
    }
}

/// Compares short texts in place: a call would cost more, and on an empty text of no address a vector load that is masked out
/// costs a hundred times more.
#[inline(always)]
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().eq(other.bytes())
}

fn id(at: usize) -> NsId {
    NsId(u32::try_from(at).unwrap_or(u32::MAX))
}
