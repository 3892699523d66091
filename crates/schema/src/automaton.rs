//! Content models as deterministic automata (XSD 1.0 part 1, 3.4.4, 3.8.4, 3.9.4), without expanding counts.
//!
//! Unique Particle Attribution (3.8.6) makes the particle that a child matches depend on the children before it alone. So
//! the state of a match is the particle matched last, together with a count for each enclosing particle whose occurrences
//! need counting; its size does not depend on `maxOccurs`. An automaton never looks at attributes, values or text.

mod ambiguity;
pub mod names;
mod step;
mod tally;
mod tree;

use crate::automaton::names::{NameId, Names, NamespaceId};
use crate::automaton::tree::{Leaf, LeafTerm, Node};
use crate::model::{Compositor, ElementId, Model, Particle, Process, Term, Wildcard};
use crate::rules::derivation;

pub use crate::automaton::ambiguity::{Ambiguity, Competitor, ambiguity};
pub use crate::automaton::step::Run;
pub use crate::automaton::tree::TooLarge;

/// The content model of one complex type, compiled.
#[derive(Debug)]
pub struct Automaton {
    nodes: Vec<Node>,
    /// The node of each leaf.
    leaves: Vec<u32>,
    /// What each leaf admits.
    terms: Vec<Admits>,
    /// Every name that an element particle admits (members of its substitution group included), sorted.
    by_name: Vec<Named>,
    /// The leaves that are wildcards.
    wildcards: Vec<u32>,
    /// More than one tally of occurrences can be consistent with what was read.
    ambiguous: bool,
    /// The largest number of counters in use at once.
    slots: usize,
    /// Set where the content is an `all` group.
    all: Option<All>,
}

#[derive(Debug, Clone, Copy)]
struct Named {
    name: NameId,
    leaf: u32,
    element: ElementId,
}

/// An `all` group at the top of a content model (3.8.6, `cos-all-limited`): its members are the leaves.
#[derive(Debug)]
struct All {
    /// It may be left out.
    optional: bool,
    /// The members that must occur, as a bit set.
    required: Vec<u64>,
    /// Some member may occur more than once, as XSD 1.1 has it.
    repeats: bool,
}

/// What a leaf admits, apart from names.
#[derive(Debug, Clone)]
enum Admits {
    Element(ElementId),
    Any {
        process: Process,
        wildcard: Box<Wildcard>,
        namespaces: Vec<NamespaceId>,
        kind: Kind,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Not,
    In,
}

/// The particle that a child element matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// An element particle; the declaration with the child's own name, which may be a substitution group's member.
    Element(ElementId),
    /// A wildcard, and how what it admits is assessed.
    Any(Process),
}

/// Something that would have been allowed at a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The element, or a member of its substitution group.
    Element(ElementId),
    /// Anything that the wildcard admits.
    Any(Wildcard),
    /// The end of the content.
    End,
}

impl Automaton {
    /// Compiles a content model. The work and the size are linear in its particles and the members of the substitution
    /// groups that they head.
    ///
    /// # Errors
    /// Returns [`TooLarge`] where nested groups multiply past a fixed limit, which circular groups always do.
    pub fn compile(
        model: &Model,
        names: &Names,
        content: &Particle,
    ) -> Result<Automaton, TooLarge> {
        let all = all_group(model, content);
        let (nodes, leaves) = match &all {
            Some((_, particle)) => tree::build(model, particle)?,
            None => tree::build(model, content)?,
        };
        let mut by_name = Vec::new();
        let mut wildcards = Vec::new();
        for (index, leaf) in leaves.iter().enumerate() {
            let index = index as u32;
            match leaf.term {
                LeafTerm::Element(element) => {
                    for member in derivation::substitutes(model, element) {
                        let name = model
                            .elements
                            .get(member.index())
                            .and_then(|member| names.find(&member.name));
                        if let Some(name) = name {
                            by_name.push(Named {
                                name,
                                leaf: index,
                                element: member,
                            });
                        }
                    }
                }
                LeafTerm::Any(_) => wildcards.push(index),
            }
        }
        by_name.sort_by_key(|named| (named.name, named.leaf));
        let all = all.map(|(optional, _)| All {
            optional,
            required: required(&nodes, &leaves),
            repeats: leaves.iter().any(|leaf| {
                let node = nodes.get(leaf.node as usize);
                node.is_some_and(|node| node.max > 1)
            }),
        });
        Ok(Automaton {
            ambiguous: all.is_none() && step::is_ambiguous(&nodes),
            slots: nodes
                .iter()
                .map(|node| node.slots as usize)
                .max()
                .unwrap_or(0),
            terms: leaves.iter().map(|leaf| admitted(leaf, names)).collect(),
            leaves: leaves.iter().map(|leaf| leaf.node).collect(),
            nodes,
            by_name,
            wildcards,
            all,
        })
    }

    /// The automaton of content without any element.
    pub fn empty() -> Automaton {
        Automaton {
            nodes: tree::empty(),
            leaves: Vec::new(),
            terms: Vec::new(),
            by_name: Vec::new(),
            wildcards: Vec::new(),
            ambiguous: false,
            slots: 0,
            all: None,
        }
    }

    /// The leaves that an element's name matches, by name first.
    fn candidates(&self, name: Option<NameId>) -> &[Named] {
        let Some(name) = name else { return &[] };
        let start = if self.by_name.len() <= 8 {
            self.by_name
                .iter()
                .position(|named| named.name >= name)
                .unwrap_or(self.by_name.len())
        } else {
            self.by_name.partition_point(|named| named.name < name)
        };
        let rest = self.by_name.get(start..).unwrap_or(&[]);
        let len = rest
            .iter()
            .position(|named| named.name != name)
            .unwrap_or(rest.len());
        rest.get(..len).unwrap_or(&[])
    }

    fn admits(&self, leaf: u32, namespace: NamespaceId) -> Option<Process> {
        let Some(Admits::Any {
            process,
            namespaces,
            kind,
            ..
        }) = self.terms.get(leaf as usize)
        else {
            return None;
        };
        let admitted = match kind {
            Kind::Any => true,
            Kind::Not => namespace != NamespaceId::NONE && !namespaces.contains(&namespace),
            Kind::In => namespaces.contains(&namespace),
        };
        admitted.then_some(*process)
    }

    /// Finds the declaration that any particle of the content model has for a name, wherever in the content that is.
    pub fn declaration(&self, name: NameId) -> Option<ElementId> {
        self.candidates(Some(name))
            .first()
            .map(|named| named.element)
    }

    /// The elements that every valid content has and that are not among those met, whatever their order: those whose
    /// particle, and every group around it, must occur, with no choice between.
    pub fn required(&self, met: &[ElementId]) -> Vec<ElementId> {
        let mut required = Vec::new();
        for (leaf, term) in self.terms.iter().enumerate() {
            let Admits::Element(element) = term else {
                continue;
            };
            let mut at = self.leaves.get(leaf).copied().unwrap_or(tree::NONE);
            let mut needed = true;
            while let Some(node) = self.nodes.get(at as usize) {
                needed &= node.min > 0 && node.body != tree::Body::Choice;
                at = node.parent;
            }
            let mut names = self
                .by_name
                .iter()
                .filter(|named| named.leaf as usize == leaf);
            if needed && !names.any(|named| met.contains(&named.element)) {
                required.push(*element);
            }
        }
        required
    }

    /// Every element declaration that the content model's particles name, in document order.
    pub fn elements(&self) -> impl Iterator<Item = ElementId> + '_ {
        self.terms.iter().filter_map(|term| match term {
            Admits::Element(element) => Some(*element),
            Admits::Any { .. } => None,
        })
    }
}

/// Recognises a content model that is one `all` group, perhaps wrapped in groups of one particle.
fn all_group<'m>(model: &'m Model, content: &'m Particle) -> Option<(bool, &'m Particle)> {
    let mut particle = content;
    let mut optional = false;
    // A chain of references that never ends is circular, and no `all` group.
    for _ in 0..64 {
        let Term::Group(id) = &particle.term else {
            return None;
        };
        let group = model.groups.get(id.index())?;
        if particle.max != Some(1) {
            return None;
        }
        optional |= particle.min == 0;
        if group.compositor == Compositor::All {
            let plain = group
                .particles
                .iter()
                .all(|member| matches!(member.term, Term::Element(_)));
            return plain.then_some((optional, particle));
        }
        let [only] = group.particles.as_slice() else {
            return None;
        };
        particle = only;
    }
    None
}

fn required(nodes: &[Node], leaves: &[Leaf<'_>]) -> Vec<u64> {
    let mut bits = vec![0u64; leaves.len().div_ceil(64).max(1)];
    for (index, leaf) in leaves.iter().enumerate() {
        let needed = nodes
            .get(leaf.node as usize)
            .is_some_and(|node| node.min > 0);
        if let Some(word) = bits.get_mut(index / 64) {
            *word |= u64::from(needed) << (index % 64);
        }
    }
    bits
}

fn admitted(leaf: &Leaf<'_>, names: &Names) -> Admits {
    use crate::model::Namespaces;
    match leaf.term {
        LeafTerm::Element(element) => Admits::Element(element),
        LeafTerm::Any(wildcard) => {
            let (kind, namespaces) = match &wildcard.namespaces {
                Namespaces::Any => (Kind::Any, Vec::new()),
                Namespaces::Not(namespace) => (Kind::Not, vec![names.namespace(namespace)]),
                Namespaces::In(list) => (
                    Kind::In,
                    list.iter()
                        .map(|namespace| names.namespace(namespace))
                        .collect(),
                ),
            };
            Admits::Any {
                process: wildcard.process,
                wildcard: Box::new(wildcard.clone()),
                namespaces,
                kind,
            }
        }
    }
}

#[cfg(test)]
mod tests;
