//! Particles without the groups that say nothing (XSD 1.0 part 1, 3.9.6), and how often what is left occurs.

use crate::model::{Compositor, ElementId, Model, Particle, Term, Wildcard};
use crate::rules::derivation;

/// Content models that expand to more particles, or nest deeper, are left unchecked: their groups multiply.
pub(super) const NODES: usize = 50_000;
const DEPTH: usize = 150;

/// A particle without the groups that say nothing.
#[derive(Debug, Clone)]
pub(super) struct Node<'m> {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) kind: Kind<'m>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind<'m> {
    /// An element; `head` where members of a substitution group may stand in for it.
    Element {
        id: ElementId,
        head: bool,
    },
    Any(&'m Wildcard),
    Group(Compositor, Vec<Node<'m>>),
}

/// Builds the node of a particle; none where it is too large.
pub(super) fn reduce<'m>(
    model: &'m Model,
    particle: &'m Particle,
    budget: &mut usize,
    depth: usize,
) -> Option<Node<'m>> {
    *budget = budget.checked_sub(1)?;
    if depth > DEPTH {
        return None;
    }
    let (min, max) = (particle.min, particle.max);
    let kind = match &particle.term {
        Term::Element(id) => Kind::Element {
            id: *id,
            head: derivation::substitutes(model, *id).nth(1).is_some(),
        },
        Term::Any(wildcard) => Kind::Any(wildcard),
        Term::Group(id) => {
            let group = model.groups.get(id.index())?;
            let mut children = Vec::new();
            for inner in &group.particles {
                if inner.max == Some(0) {
                    continue;
                }
                let node = reduce(model, inner, budget, depth + 1)?;
                let once = (node.min, node.max) == (1, Some(1));
                match node.kind {
                    Kind::Group(Compositor::Choice, inner) if inner.is_empty() && node.min > 0 => {
                        children.push(Node {
                            kind: Kind::Group(Compositor::Choice, inner),
                            ..node
                        });
                    }
                    Kind::Group(_, inner) if inner.is_empty() => {}
                    Kind::Group(compositor, inner)
                        if once
                            && compositor == group.compositor
                            && compositor != Compositor::All =>
                    {
                        children.extend(inner);
                    }
                    kind => children.push(Node { kind, ..node }),
                }
            }
            if (min, max) == (1, Some(1)) && children.len() == 1 {
                return children.pop();
            }
            Kind::Group(group.compositor, children)
        }
    };
    Some(Node { min, max, kind })
}

impl Node<'_> {
    /// The effective total range (3.8.6).
    pub(super) fn range(&self) -> (u64, Option<u64>) {
        let Kind::Group(compositor, children) = &self.kind else {
            return (self.min, self.max);
        };
        let ranges = children.iter().map(Node::range);
        let (low, high) = match compositor {
            Compositor::Choice => {
                let low = ranges.clone().map(|range| range.0).min().unwrap_or(0);
                let high = ranges
                    .map(|range| range.1)
                    .try_fold(0u64, |most, high| Some(most.max(high?)));
                (low, high)
            }
            _ => {
                let low = ranges
                    .clone()
                    .fold(0u64, |sum, range| sum.saturating_add(range.0));
                let high = ranges
                    .map(|range| range.1)
                    .try_fold(0u64, |sum, high| Some(sum.saturating_add(high?)));
                (low, high)
            }
        };
        let max = match (self.max, high) {
            (_, Some(0)) => Some(0),
            (Some(max), Some(high)) => Some(max.saturating_mul(high)),
            (Some(0), None) => Some(0),
            _ => None,
        };
        (self.min.saturating_mul(low), max)
    }
}

/// "Occurrence Range OK" (3.9.6).
pub(super) fn within(derived: (u64, Option<u64>), base: (u64, Option<u64>)) -> bool {
    derived.0 >= base.0
        && match (derived.1, base.1) {
            (_, None) => true,
            (Some(derived), Some(base)) => derived <= base,
            (None, Some(_)) => false,
        }
}

/// A head in the derived model counts as a choice of its group, except under a wildcard, and where the base has that head too.
pub(super) fn expands(id: ElementId, base: &Node<'_>) -> bool {
    match &base.kind {
        Kind::Any(_) => false,
        Kind::Element { .. } => true,
        Kind::Group(_, children) => !children
            .iter()
            .any(|child| matches!(child.kind, Kind::Element { id: other, .. } if other == id)),
    }
}

pub(super) fn name(compositor: Compositor) -> &'static str {
    match compositor {
        Compositor::Sequence => "a sequence",
        Compositor::Choice => "a choice",
        Compositor::All => "an all group",
    }
}
