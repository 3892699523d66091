//! A content model as a tree of occurrences: every particle once, however often it may occur.
//!
//! The positions of the automaton are the leaves. Which leaf may follow which is not tabulated (that would be quadratic);
//! each node instead knows what can open and close the bodies of its ancestors, which answers the question in the
//! depth of the tree.

use crate::model::{Compositor, ElementId, Model, Particle, Place, Term, Wildcard};

/// `max` of a node that may repeat for ever.
pub(super) const UNBOUNDED: u32 = u32::MAX;
/// No counter, or no parent.
pub(super) const NONE: u32 = u32::MAX;

/// Content models larger or deeper than these are refused: named groups can be nested so that they double with each level.
const NODES: usize = 400_000;
const DEPTH: u32 = 2_000;

/// The content model has more particles than can be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the content model is too large: its groups multiply to more than {NODES} particles, or nest more than {DEPTH} deep"
)]
pub struct TooLarge;

/// One particle of the tree, in the order of the document (a node's descendants follow it directly).
#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) depth: u32,
    /// Position among the parent's children.
    pub(super) index: u32,
    /// One past the last descendant.
    pub(super) end: u32,
    /// Effective minimum: 0 where the body can be empty, since empty rounds can always be added.
    pub(super) min: u32,
    pub(super) max: u32,
    /// The counter's slot, where occurrences need counting.
    pub(super) slot: u32,
    /// Counters in use here: its own and its ancestors'.
    pub(super) slots: u32,
    pub(super) body: Body,
    /// May be left out altogether.
    pub(super) nullable: bool,
    /// In a sequence: the last sibling that may come directly after this one.
    pub(super) reach: u32,
    /// Nothing needs to come before it in its parent's body.
    pub(super) starts: bool,
    /// Nothing needs to come after it in its parent's body.
    pub(super) ends: bool,
    /// The depth of the outermost ancestor whose body it can open.
    pub(super) opens: u32,
    /// The depth of the outermost ancestor whose body it can close.
    pub(super) closes: u32,
}

/// What one occurrence of a node consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// The leaf with that index.
    Leaf(u32),
    Sequence,
    Choice,
    /// An empty choice: no content at all satisfies it (part 1, 3.8.4).
    Never,
}

impl Node {
    pub(super) fn loops(&self) -> bool {
        self.max > 1
    }

    /// Tells whether the node is the one with that id or an ancestor of it.
    pub(super) fn holds(&self, own: u32, other: u32) -> bool {
        own <= other && other < self.end
    }
}

/// A leaf of the tree.
#[derive(Debug)]
pub(super) struct Leaf<'m> {
    pub(super) node: u32,
    pub(super) term: LeafTerm<'m>,
    pub(super) place: Place,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum LeafTerm<'m> {
    Element(ElementId),
    Any(&'m Wildcard),
}

/// Builds the tree of a content model: its nodes and its leaves, both in document order.
pub(super) fn build<'m>(
    model: &'m Model,
    content: &'m Particle,
) -> Result<(Vec<Node>, Vec<Leaf<'m>>), TooLarge> {
    enum Work<'m> {
        Visit { particle: &'m Particle, parent: u32 },
        Close(u32),
    }
    let mut nodes = vec![node(NONE, 0, 1, 1, Body::Sequence)];
    let mut leaves = Vec::new();
    let mut work = vec![
        Work::Close(0),
        Work::Visit {
            particle: content,
            parent: 0,
        },
    ];
    // Inlined groups make no node; the count of visits bounds those too.
    let mut visits = 0;
    while let Some(step) = work.pop() {
        let (particle, parent) = match step {
            Work::Close(id) => {
                close(&mut nodes, id);
                continue;
            }
            Work::Visit { particle, parent } => (particle, parent),
        };
        visits += 1;
        if particle.max == Some(0) {
            continue;
        }
        let (depth, outer) = match nodes.get(parent as usize) {
            Some(node) => (node.depth + 1, node.body),
            None => continue,
        };
        if visits > NODES || depth > DEPTH {
            return Err(TooLarge);
        }
        let min = u32::try_from(particle.min)
            .unwrap_or(UNBOUNDED - 1)
            .min(UNBOUNDED - 1);
        let max = match particle.max {
            None => UNBOUNDED,
            Some(max) => u32::try_from(max)
                .unwrap_or(UNBOUNDED - 1)
                .min(UNBOUNDED - 1),
        };
        let id = nodes.len() as u32;
        match &particle.term {
            Term::Element(element) => {
                nodes.push(node(
                    parent,
                    depth,
                    min,
                    max,
                    Body::Leaf(leaves.len() as u32),
                ));
                leaves.push(Leaf {
                    node: id,
                    term: LeafTerm::Element(*element),
                    place: particle.place,
                });
                close(&mut nodes, id);
            }
            Term::Any(wildcard) => {
                nodes.push(node(
                    parent,
                    depth,
                    min,
                    max,
                    Body::Leaf(leaves.len() as u32),
                ));
                leaves.push(Leaf {
                    node: id,
                    term: LeafTerm::Any(wildcard),
                    place: particle.place,
                });
                close(&mut nodes, id);
            }
            Term::Group(group) => {
                let Some(group) = model.groups.get(group.index()) else {
                    continue;
                };
                let (body, min, max) = match group.compositor {
                    Compositor::Sequence => (Body::Sequence, min, max),
                    Compositor::Choice if group.particles.is_empty() => (Body::Never, min, max),
                    Compositor::Choice => (Body::Choice, min, max),
                    // Only a wrong schema has it here; its members in any order is the nearest meaning.
                    Compositor::All => (Body::Choice, 0, UNBOUNDED),
                };
                let inline = (min, max) == (1, 1)
                    && body != Body::Never
                    && (body == outer || group.particles.len() == 1);
                let parent = if inline {
                    parent
                } else {
                    nodes.push(node(parent, depth, min, max, body));
                    work.push(Work::Close(id));
                    id
                };
                let inner = group.particles.iter().rev();
                work.extend(inner.map(|particle| Work::Visit { particle, parent }));
                if work.len() > NODES {
                    return Err(TooLarge);
                }
            }
        }
    }
    relate(&mut nodes);
    Ok((nodes, leaves))
}

/// The tree of content without any element.
pub(super) fn empty() -> Vec<Node> {
    let mut root = node(NONE, 0, 0, 1, Body::Sequence);
    root.nullable = true;
    root.end = 1;
    vec![root]
}

fn node(parent: u32, depth: u32, min: u32, max: u32, body: Body) -> Node {
    Node {
        parent,
        depth,
        index: 0,
        end: 0,
        min,
        max,
        slot: NONE,
        slots: 0,
        body,
        nullable: false,
        reach: 0,
        starts: false,
        ends: false,
        opens: depth,
        closes: depth,
    }
}

/// The children of a node, by id.
pub(super) fn children(nodes: &[Node], id: u32) -> impl DoubleEndedIterator<Item = u32> + use<> {
    let mut ids = Vec::new();
    let end = nodes.get(id as usize).map_or(0, |node| node.end);
    let mut child = id + 1;
    while child < end {
        ids.push(child);
        child = nodes.get(child as usize).map_or(end, |node| node.end);
    }
    ids.into_iter()
}

/// Finishes a node whose descendants are complete: where it ends, and whether it can be empty.
fn close(nodes: &mut [Node], id: u32) {
    let end = nodes.len() as u32;
    if let Some(node) = nodes.get_mut(id as usize) {
        node.end = end;
    }
    let nullable = |child: u32| nodes.get(child as usize).is_some_and(|node| node.nullable);
    let empty = match nodes.get(id as usize).map(|node| node.body) {
        Some(Body::Sequence) => children(nodes, id).all(nullable),
        // A choice whose branches were all `maxOccurs="0"` is as unsatisfiable as one without branches.
        Some(Body::Choice) => children(nodes, id).any(nullable),
        _ => false,
    };
    if let Some(node) = nodes.get_mut(id as usize) {
        if empty {
            node.min = 0;
        }
        node.nullable = node.min == 0;
    }
}

/// Works out, parents first, what each node may open, close and be followed by.
fn relate(nodes: &mut [Node]) {
    for id in 0..nodes.len() as u32 {
        let Some(node) = nodes.get(id as usize) else {
            return;
        };
        let (body, opens, closes) = (node.body, node.opens, node.closes);
        let counted = node.max != 1 && !(node.max == UNBOUNDED && node.min <= 1);
        let taken = nodes
            .get(node.parent as usize)
            .map_or(0, |parent| parent.slots);
        if let Some(node) = nodes.get_mut(id as usize) {
            node.slots = taken + u32::from(counted);
            if counted {
                node.slot = taken;
            }
        }
        let ids: Vec<u32> = children(nodes, id).collect();
        let last = ids.len() as u32;
        let mut starts = true;
        for (index, &child) in ids.iter().enumerate() {
            let Some(node) = nodes.get_mut(child as usize) else {
                continue;
            };
            node.index = index as u32;
            node.starts = starts || body == Body::Choice;
            if node.starts {
                node.opens = opens;
            }
            starts &= node.nullable;
        }
        let (mut ends, mut reach) = (true, last);
        for &child in ids.iter().rev() {
            let Some(node) = nodes.get_mut(child as usize) else {
                continue;
            };
            node.ends = ends || body == Body::Choice;
            node.reach = if body == Body::Choice { 0 } else { reach };
            if node.ends {
                node.closes = closes;
            }
            if !node.nullable {
                ends = false;
                reach = node.index;
            }
        }
    }
}
