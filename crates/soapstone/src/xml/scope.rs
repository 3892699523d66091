//! Namespaces: their ids, and the prefixes that are bound where the reader stands (Namespaces in XML 1.0).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use smallvec::{SmallVec, smallvec};

use super::{NsId, XML_NAMESPACE};
use crate::name::XSI;

/// How many namespaces, or bindings, are found by looking at each, before a map is made.
const FEW: usize = 12;

/// The namespaces that a document has named, and the bindings in scope.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    names: SmallVec<[Cow<'a, str>; 7]>,
    bindings: SmallVec<[Binding<'a>; 4]>,
    /// What is kept while there are many of either, so that a hostile document gains nothing by them.
    index: Option<Box<Index<'a>>>,
    /// Counts every change of the bindings.
    pub(crate) version: u64,
}

#[derive(Debug, Clone, Default)]
struct Index<'a> {
    ids: HashMap<Cow<'a, str>, NsId>,
    /// The last binding of each prefix.
    last: HashMap<&'a str, usize>,
}

#[derive(Debug, Clone, Copy)]
struct Binding<'a> {
    prefix: &'a str,
    ns: NsId,
    /// The binding of the same prefix that this one hides; only kept with `last`.
    hidden: Option<usize>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new() -> Scope<'a> {
        Scope {
            names: smallvec![
                Cow::Borrowed(""),
                Cow::Borrowed(XML_NAMESPACE),
                Cow::Borrowed(XSI)
            ],
            bindings: SmallVec::new(),
            index: None,
            version: 0,
        }
    }

    /// The id of a namespace, new if it was not named before.
    pub(crate) fn intern(&mut self, namespace: Cow<'a, str>) -> NsId {
        if self.names.len() <= FEW {
            if let Some(at) = self.names.iter().position(|name| is(name, &namespace)) {
                return id(at);
            }
        } else if let Some(id) = self.indexed(&namespace) {
            return id;
        }
        let new = id(self.names.len());
        self.names.push(namespace);
        if self.names.len() > FEW {
            let ids = &mut self.index.get_or_insert_default().ids;
            // With the first of many those there are come in too.
            let from = if ids.is_empty() { 0 } else { new.0 as usize };
            let names = self.names.iter().enumerate().skip(from);
            ids.extend(names.map(|(at, name)| (name.clone(), id(at))));
        }
        new
    }

    fn indexed(&self, namespace: &str) -> Option<NsId> {
        self.index.as_ref()?.ids.get(namespace).copied()
    }

    pub(crate) fn namespace(&self, ns: NsId) -> &str {
        self.names.get(ns.0 as usize).map_or("", |name| name)
    }

    /// Tells whether a prefix is bound to a namespace.
    pub(crate) fn is_bound(&self, prefix: &str, namespace: &str) -> bool {
        self.resolve(prefix)
            .is_some_and(|ns| is(self.namespace(ns), namespace))
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bindings.len()
    }

    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        if self.bindings.len() > len {
            self.unbind(len);
        }
    }

    fn unbind(&mut self, len: usize) {
        self.version += 1;
        let last = self.index.as_mut().map(|index| &mut index.last);
        let ended = self.bindings.drain(len..);
        match last {
            Some(last) if len <= FEW => last.clear(),
            Some(last) => ended.rev().for_each(|binding| {
                match binding.hidden {
                    Some(hidden) => last.insert(binding.prefix, hidden),
                    None => last.remove(binding.prefix),
                };
            }),
            None => {}
        }
    }

    pub(crate) fn bind(&mut self, prefix: &'a str, ns: NsId) {
        self.version += 1;
        let at = self.bindings.len();
        let mut hidden = None;
        if at >= FEW {
            let last = &mut self.index.get_or_insert_default().last;
            if at == FEW {
                // From here on there are many: those there are come into the map first.
                for (at, binding) in self.bindings.iter_mut().enumerate() {
                    binding.hidden = last.insert(binding.prefix, at);
                }
            }
            hidden = last.insert(prefix, at);
        }
        self.bindings.push(Binding { prefix, ns, hidden });
    }

    /// Tells whether a prefix was bound since there were `mark` bindings.
    pub(crate) fn bound_since(&self, mark: usize, prefix: &str) -> bool {
        if self.bindings.len() > FEW {
            return self.last(prefix).is_some_and(|at| at >= mark);
        }
        self.bindings
            .iter()
            .skip(mark)
            .any(|binding| same(binding.prefix, prefix))
    }

    fn last(&self, prefix: &str) -> Option<usize> {
        self.index.as_ref()?.last.get(prefix).copied()
    }

    /// The namespace of a prefix; the empty prefix is the default namespace.
    #[inline]
    pub(crate) fn resolve(&self, prefix: &str) -> Option<NsId> {
        if self.bindings.len() > FEW {
            let found = self.last(prefix).and_then(|at| self.bindings.get(at));
            return found.map(|binding| binding.ns).or_else(|| unbound(prefix));
        }
        for binding in self.bindings.iter().rev() {
            if same(binding.prefix, prefix) {
                return Some(binding.ns);
            }
        }
        unbound(prefix)
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

/// What a prefix without a declaration means.
fn unbound(prefix: &str) -> Option<NsId> {
    match prefix {
        "" => Some(NsId::NONE),
        "xml" => Some(NsId::XML),
        _ => None,
    }
}

/// Compares short texts in place: a call would cost more, and on an empty text of no address a vector load that is masked out
/// costs a hundred times more.
#[inline(always)]
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().eq(other.bytes())
}

/// Compares texts that are mostly the same where their lengths are.
#[inline(always)]
fn is(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

fn id(at: usize) -> NsId {
    NsId(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_bindings_resolve_as_few_do() {
        let names: Vec<String> = (0..40).map(|at| format!("p{}", at % 25)).collect();
        let mut scope = Scope::new();
        let mut plain: Vec<(&str, NsId)> = Vec::new();
        let check = |scope: &Scope<'_>, plain: &[(&str, NsId)]| {
            for name in &names {
                let expected = plain
                    .iter()
                    .rev()
                    .find(|(prefix, _)| prefix == name)
                    .map(|(_, ns)| *ns);
                assert_eq!(scope.resolve(name), expected);
                let late = plain.iter().skip(5).any(|(prefix, _)| prefix == name);
                assert_eq!(scope.bound_since(5, name), late);
            }
        };
        for [most, least] in [[40, 3], [13, 12], [30, 14], [20, 0]] {
            for (at, name) in names.iter().enumerate().take(most).skip(scope.len()) {
                scope.bind(name, NsId(at as u32));
                plain.push((name, NsId(at as u32)));
                check(&scope, &plain);
            }
            for length in (least..most).rev() {
                scope.truncate(length);
                plain.truncate(length);
                check(&scope, &plain);
            }
        }
    }
}
