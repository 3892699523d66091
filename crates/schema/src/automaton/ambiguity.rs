//! Unique Particle Attribution (XSD 1.0 part 1, 3.8.6 and appendix H): no child may match two particles.
//!
//! Works on the tree of occurrences, children before parents, with two sets a node: the particles that can open it, and
//! those that can follow, inside it, a particle that could also be its last. A conflict shows where one set meets the
//! opening particles of what comes next. Counts are never expanded: a particle that must occur exactly n times is either
//! repeated or left, never both, so its repetition does not compete with what follows it, unless its count is in doubt
//! itself, as that of `(b+){3}` is.

use std::collections::BTreeMap;

use crate::automaton::names::{NameId, Names, NamespaceId, admits};
use crate::automaton::tree::{self, Body, Leaf, LeafTerm, Node, TooLarge, UNBOUNDED};
use crate::model::{ElementId, Model, Namespaces, Particle, Place, Wildcard};
use crate::rules::derivation;

/// Two particles that can match the same child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// The earlier particle.
    pub first: Competitor,
    /// The later one.
    pub second: Competitor,
}

/// One of the particles of an [`Ambiguity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competitor {
    /// The element, or none for a wildcard.
    pub element: Option<ElementId>,
    /// Where the particle is written.
    pub place: Place,
}

/// Finds two particles of a content model that compete for a child, if any do.
///
/// # Errors
/// Returns [`TooLarge`] where the content model can't be compiled at all.
pub fn ambiguity(
    model: &Model,
    names: &Names,
    content: &Particle,
) -> Result<Option<Ambiguity>, TooLarge> {
    let (nodes, leaves) = tree::build(model, content)?;
    let search = Search {
        model,
        names,
        leaves: &leaves,
    };
    let found = search.run(&nodes).err().map(|(a, b)| {
        let (first, second) = (a.min(b), a.max(b));
        Ambiguity {
            first: search.competitor(first),
            second: search.competitor(second),
        }
    });
    Ok(found)
}

/// Leaves by what they admit; two for each key are enough to find one that differs from a third. In order, so that of
/// several conflicts the same one is told each time.
#[derive(Debug, Clone, Default)]
struct Set<'m> {
    names: BTreeMap<NameId, (u32, u32)>,
    namespaces: BTreeMap<NamespaceId, (u32, u32)>,
    wildcards: Vec<(&'m Wildcard, (u32, u32))>,
}

type Conflict = (u32, u32);

struct Search<'m, 's> {
    model: &'m Model,
    names: &'s Names,
    leaves: &'s [Leaf<'m>],
}

/// What is known of a node once its descendants are done.
#[derive(Debug, Default)]
struct Known<'m> {
    first: Set<'m>,
    follow_last: Set<'m>,
}

impl<'m> Search<'m, '_> {
    fn run(&self, nodes: &[Node]) -> Result<(), Conflict> {
        let vague = vague(nodes);
        let mut known: Vec<Option<Known<'m>>> = Vec::new();
        known.resize_with(nodes.len(), || None);
        for id in (0..nodes.len()).rev() {
            let Some(node) = nodes.get(id) else { continue };
            let mut parts = tree::children(nodes, id as u32).filter_map(|child| {
                let nullable = nodes.get(child as usize)?.nullable;
                Some((nullable, known.get_mut(child as usize)?.take()?))
            });
            let mut body = match node.body {
                Body::Leaf(leaf) => Known {
                    first: self.leaf(leaf),
                    follow_last: Set::default(),
                },
                Body::Sequence => self.sequence(&mut parts)?,
                Body::Choice => self.choice(&mut parts)?,
                Body::Never => Known::default(),
            };
            if node.loops() {
                self.compare(&body.follow_last, &body.first)?;
                if vague.get(id) != Some(&false) {
                    body.follow_last.add(body.first.clone());
                }
            }
            if let Some(slot) = known.get_mut(id) {
                *slot = Some(body);
            }
        }
        Ok(())
    }

    fn sequence(
        &self,
        parts: &mut dyn Iterator<Item = (bool, Known<'m>)>,
    ) -> Result<Known<'m>, Conflict> {
        let mut all = Known::default();
        let (mut empty_so_far, mut begun) = (true, false);
        for (nullable, part) in parts {
            self.compare(&all.follow_last, &part.first)?;
            if empty_so_far {
                self.compare(&all.first, &part.first)?;
            }
            if nullable {
                all.follow_last.add(part.follow_last);
                if begun {
                    all.follow_last.add(part.first.clone());
                }
            } else {
                all.follow_last = part.follow_last;
            }
            if empty_so_far {
                all.first.add(part.first);
            }
            begun = true;
            empty_so_far &= nullable;
        }
        Ok(all)
    }

    fn choice(
        &self,
        parts: &mut dyn Iterator<Item = (bool, Known<'m>)>,
    ) -> Result<Known<'m>, Conflict> {
        let mut all = Known::default();
        for (_, part) in parts {
            self.compare(&all.first, &part.first)?;
            all.first.add(part.first);
            all.follow_last.add(part.follow_last);
        }
        Ok(all)
    }

    fn leaf(&self, leaf: u32) -> Set<'m> {
        let mut set = Set::default();
        match self.leaves.get(leaf as usize).map(|leaf| leaf.term) {
            Some(LeafTerm::Element(element)) => {
                for member in derivation::substitutes(self.model, element) {
                    let name = self
                        .model
                        .elements
                        .get(member.index())
                        .and_then(|member| self.names.find(&member.name));
                    if let Some(name) = name {
                        set.names.insert(name, (leaf, leaf));
                        set.namespaces
                            .insert(self.names.namespace_of(name), (leaf, leaf));
                    }
                }
            }
            Some(LeafTerm::Any(wildcard)) => set.wildcards.push((wildcard, (leaf, leaf))),
            None => {}
        }
        set
    }

    /// Finds a leaf of one set and another of the other that admit a common name.
    fn compare(&self, a: &Set<'m>, b: &Set<'m>) -> Result<(), Conflict> {
        let (few, many) = if a.names.len() <= b.names.len() {
            (a, b)
        } else {
            (b, a)
        };
        for (name, &one) in &few.names {
            if let Some(&other) = many.names.get(name) {
                differ(one, other)?;
            }
        }
        for (names, wildcards) in [(a, b), (b, a)] {
            for (wildcard, two) in &wildcards.wildcards {
                for (namespace, &one) in &names.namespaces {
                    if admits(&wildcard.namespaces, self.names.uri(*namespace)) {
                        differ(one, *two)?;
                    }
                }
            }
        }
        for (wildcard, one) in &a.wildcards {
            for (other, two) in &b.wildcards {
                if overlap(&wildcard.namespaces, &other.namespaces) {
                    differ(*one, *two)?;
                }
            }
        }
        Ok(())
    }

    fn competitor(&self, leaf: u32) -> Competitor {
        match self.leaves.get(leaf as usize) {
            Some(Leaf {
                term: LeafTerm::Element(element),
                place,
                ..
            }) => Competitor {
                element: Some(*element),
                place: *place,
            },
            Some(Leaf { place, .. }) => Competitor {
                element: None,
                place: *place,
            },
            None => Competitor {
                element: None,
                place: Place::default(),
            },
        }
    }
}

/// Which repeated nodes can be both repeated and left after the same children: all but those with an exact count that
/// nothing inside them, opening and closing them, puts in doubt.
fn vague(nodes: &[Node]) -> Vec<bool> {
    let mut vague: Vec<bool> = nodes
        .iter()
        .map(|node| node.max == UNBOUNDED || node.min < node.max)
        .collect();
    for (id, inner) in nodes.iter().enumerate().rev() {
        if !inner.loops() || vague.get(id) != Some(&true) {
            continue;
        }
        let outermost = inner.opens.max(inner.closes);
        let mut above = inner.parent;
        while let Some(outer) = nodes.get(above as usize) {
            if outer.depth < outermost {
                break;
            }
            if let Some(vague) = vague.get_mut(above as usize) {
                *vague = true;
            }
            above = outer.parent;
        }
    }
    vague
}

impl<'m> Set<'m> {
    fn add(&mut self, mut other: Set<'m>) {
        if other.names.len() > self.names.len() {
            std::mem::swap(self, &mut other);
        }
        for (name, leaves) in other.names {
            self.names
                .entry(name)
                .and_modify(|known| *known = two(*known, leaves))
                .or_insert(leaves);
        }
        for (namespace, leaves) in other.namespaces {
            self.namespaces
                .entry(namespace)
                .and_modify(|known| *known = two(*known, leaves))
                .or_insert(leaves);
        }
        for (wildcard, leaves) in other.wildcards {
            match self
                .wildcards
                .iter_mut()
                .find(|(known, _)| known.namespaces == wildcard.namespaces)
            {
                Some((_, known)) => *known = two(*known, leaves),
                None => self.wildcards.push((wildcard, leaves)),
            }
        }
    }
}

/// Two leaves out of four, different where any are.
fn two(a: (u32, u32), b: (u32, u32)) -> (u32, u32) {
    let other = [a.1, b.0, b.1].into_iter().find(|leaf| *leaf != a.0);
    (a.0, other.unwrap_or(a.0))
}

fn differ(a: (u32, u32), b: (u32, u32)) -> Result<(), Conflict> {
    for pair in [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)] {
        if pair.0 != pair.1 {
            return Err(pair);
        }
    }
    Ok(())
}

/// Tells whether two wildcards admit a common namespace.
pub(crate) fn overlap(a: &Namespaces, b: &Namespaces) -> bool {
    match (a, b) {
        (Namespaces::In(list), other) | (other, Namespaces::In(list)) => {
            list.iter().any(|uri| admits(other, uri))
        }
        // Of the infinitely many namespaces each of these leaves out two at most.
        _ => true,
    }
}
