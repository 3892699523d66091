//! Stepping through a content model: from the particle matched last to the one that the next child matches.

use crate::automaton::names::{NameId, NamespaceId};
use crate::automaton::tally::merge;
use crate::automaton::tree::{Body, NONE, Node, UNBOUNDED};
use crate::automaton::{Admits, Automaton, Expected, Matched};

/// How far the children of one element have been matched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Run {
    /// The leaf matched last.
    at: Option<u32>,
    tally: Tally,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
enum Tally {
    /// Nothing is counted.
    #[default]
    Empty,
    /// The counts of the enclosing particles, outermost first.
    Few([u32; 4]),
    Many(Vec<u32>),
    /// Every combination of counts that what was read can have, as boxes of ranges.
    Boxes(Vec<Vec<(u32, u32)>>),
    /// How often each member of an `all` group that repeats was seen.
    Counted(Vec<u32>),
    /// The members of an `all` group seen so far, as a bit set.
    Seen(u64),
    SeenMany(Vec<u64>),
}

/// Tells whether counts can be read in more than one way: a repeated particle opens and closes another repeated one, so that
/// its next occurrence may belong to either, and taking the inner one first is not always best.
pub(super) fn is_ambiguous(nodes: &[Node]) -> bool {
    nodes.iter().any(|inner| {
        let outermost = inner.opens.max(inner.closes);
        let mut outer = inner.parent;
        while inner.loops() && outer != NONE {
            let Some(node) = nodes.get(outer as usize) else {
                return false;
            };
            if node.depth < outermost {
                return false;
            }
            // With both minima at most 1, filling the inner particle first is never worse.
            if node.loops() && (inner.min > 1 || node.min > 1) {
                return true;
            }
            outer = node.parent;
        }
        false
    })
}

impl Automaton {
    /// Starts a match of an element's children.
    pub fn start(&self) -> Run {
        let tally = match &self.all {
            Some(all) if all.repeats => Tally::Counted(vec![0; self.leaves.len()]),
            Some(all) if all.required.len() > 1 => Tally::SeenMany(vec![0; all.required.len()]),
            Some(_) => Tally::Seen(0),
            None if self.ambiguous => Tally::Boxes(vec![vec![(0, 0); self.slots]]),
            None if self.slots == 0 => Tally::Empty,
            None if self.slots <= 4 => Tally::Few([0; 4]),
            None => Tally::Many(vec![0; self.slots]),
        };
        Run { at: None, tally }
    }

    /// Matches the next child. On `None` the child is not allowed here, and the run is as it was.
    pub fn step(
        &self,
        run: &mut Run,
        name: Option<NameId>,
        namespace: NamespaceId,
    ) -> Option<Matched> {
        for named in self.candidates(name) {
            if self.take(run, named.leaf) {
                return Some(Matched::Element(named.element));
            }
        }
        for &leaf in &self.wildcards {
            if let Some(process) = self.admits(leaf, namespace)
                && self.take(run, leaf)
            {
                return Some(Matched::Any(process));
            }
        }
        None
    }

    /// Tells whether the children matched so far are the whole of a valid content.
    pub fn accepts(&self, run: &Run) -> bool {
        if let Some(all) = &self.all {
            let complete = match &run.tally {
                Tally::Counted(counts) => self.leaves.iter().zip(counts).all(|(leaf, count)| {
                    let node = self.nodes.get(*leaf as usize);
                    node.is_none_or(|node| node.min <= *count)
                }),
                Tally::Seen(seen) => all
                    .required
                    .first()
                    .is_none_or(|required| required & !seen == 0),
                Tally::SeenMany(seen) => all
                    .required
                    .iter()
                    .zip(seen)
                    .all(|(required, seen)| required & !seen == 0),
                _ => false,
            };
            return complete || (all.optional && run.at.is_none());
        }
        let Some(leaf) = run.at else {
            return self.nodes.first().is_some_and(|root| root.nullable);
        };
        let at = self.leaves.get(leaf as usize).copied().unwrap_or(0);
        match &run.tally {
            Tally::Boxes(boxes) => boxes.iter().any(|ranges| {
                self.ends(at, |slot| {
                    ranges.get(slot as usize).map_or(0, |range| range.1)
                })
            }),
            Tally::Few(counts) => {
                self.ends(at, |slot| counts.get(slot as usize).copied().unwrap_or(0))
            }
            Tally::Many(counts) => {
                self.ends(at, |slot| counts.get(slot as usize).copied().unwrap_or(0))
            }
            _ => self.ends(at, |_| 0),
        }
    }

    /// What could stand next, in document order: for messages.
    pub fn expected(&self, run: &Run, limit: usize) -> Vec<Expected> {
        let mut expected = Vec::new();
        for (leaf, term) in self.terms.iter().enumerate() {
            if expected.len() >= limit {
                return expected;
            }
            if self.take(&mut run.clone(), leaf as u32) {
                expected.push(match term {
                    Admits::Element(element) => Expected::Element(*element),
                    Admits::Any { wildcard, .. } => Expected::Any((**wildcard).clone()),
                });
            }
        }
        if self.accepts(run) {
            expected.push(Expected::End);
        }
        expected
    }

    /// Moves the run to a leaf where that may follow.
    fn take(&self, run: &mut Run, leaf: u32) -> bool {
        let Some(&to) = self.leaves.get(leaf as usize) else {
            return false;
        };
        let from = run
            .at
            .and_then(|leaf| self.leaves.get(leaf as usize).copied());
        let taken = match &mut run.tally {
            Tally::Counted(counts) => {
                let node = self.nodes.get(to as usize);
                let (min, max) = node.map_or((0, 0), |node| (node.min, node.max));
                // Where there is no upper bound, what is over the lower one makes no difference.
                let most = if max == UNBOUNDED { min } else { max };
                counts.get_mut(leaf as usize).is_some_and(|count| {
                    let fits = *count < max;
                    *count = (*count + u32::from(fits)).min(most);
                    fits
                })
            }
            Tally::Seen(seen) => {
                let bit = 1u64 << (leaf % 64);
                let fresh = *seen & bit == 0;
                *seen |= bit;
                fresh
            }
            Tally::SeenMany(seen) => {
                let bit = 1u64 << (leaf % 64);
                let word = seen.get_mut(leaf as usize / 64);
                word.is_some_and(|word| {
                    let fresh = *word & bit == 0;
                    *word |= bit;
                    fresh
                })
            }
            Tally::Empty => self.follow(from, to, &mut []),
            Tally::Few(counts) => self.follow(from, to, counts),
            Tally::Many(counts) => self.follow(from, to, counts),
            Tally::Boxes(boxes) => {
                let next = self.spread(from, to, boxes);
                let found = !next.is_empty();
                if found {
                    *boxes = next;
                }
                found
            }
        };
        if taken {
            run.at = Some(leaf);
        }
        taken
    }

    /// The innermost way from one leaf to another that the counts allow; the counts become those after it.
    fn follow(&self, from: Option<u32>, to: u32, counts: &mut [u32]) -> bool {
        let Some(target) = self.nodes.get(to as usize) else {
            return false;
        };
        let Some(mut at) = from else {
            if target.opens > 0 {
                return false;
            }
            self.enter(to, 0, |slot| set(counts, slot, 1));
            return true;
        };
        while let Some(node) = self.nodes.get(at as usize) {
            let count = counts.get(node.slot as usize).copied();
            if node.loops()
                && node.holds(at, to)
                && target.opens <= node.depth
                && count.is_none_or(|count| node.max == UNBOUNDED || count < node.max)
            {
                if let Some(count) = count {
                    set(
                        counts,
                        node.slot,
                        if node.max == UNBOUNDED {
                            (count + 1).min(node.min)
                        } else {
                            count + 1
                        },
                    );
                }
                self.enter(to, at, |slot| set(counts, slot, 1));
                return true;
            }
            if count.is_some_and(|count| count < node.min) {
                return false;
            }
            if self.is_next(node, to, target) {
                self.enter(to, node.parent, |slot| set(counts, slot, 1));
                return true;
            }
            if !node.ends {
                return false;
            }
            at = node.parent;
        }
        false
    }

    /// Every way from one leaf to another, for each box of counts.
    fn spread(
        &self,
        from: Option<u32>,
        to: u32,
        boxes: &[Vec<(u32, u32)>],
    ) -> Vec<Vec<(u32, u32)>> {
        let mut found = Vec::new();
        let Some(target) = self.nodes.get(to as usize) else {
            return found;
        };
        let mut arrive = |mut ranges: Vec<(u32, u32)>, above: u32| {
            self.enter(to, above, |slot| set(&mut ranges, slot, (1, 1)));
            // Counts of particles that do not enclose the target no longer matter.
            let kept = target.slots as usize;
            for range in ranges.iter_mut().skip(kept) {
                *range = (0, 0);
            }
            found.push(ranges);
        };
        for ranges in boxes {
            let Some(mut at) = from else {
                if target.opens == 0 {
                    arrive(ranges.clone(), 0);
                }
                continue;
            };
            while let Some(node) = self.nodes.get(at as usize) {
                let range = ranges.get(node.slot as usize).copied();
                if node.loops() && node.holds(at, to) && target.opens <= node.depth {
                    match range {
                        None => arrive(ranges.clone(), at),
                        Some((low, high)) if node.max == UNBOUNDED => {
                            let mut next = ranges.clone();
                            set(
                                &mut next,
                                node.slot,
                                ((low + 1).min(node.min), (high + 1).min(node.min)),
                            );
                            arrive(next, at);
                        }
                        Some((low, high)) if low < node.max => {
                            let mut next = ranges.clone();
                            set(&mut next, node.slot, (low + 1, (high + 1).min(node.max)));
                            arrive(next, at);
                        }
                        Some(_) => {}
                    }
                }
                if range.is_some_and(|(_, high)| high < node.min) {
                    break;
                }
                if self.is_next(node, to, target) {
                    arrive(ranges.clone(), node.parent);
                }
                if !node.ends {
                    break;
                }
                at = node.parent;
            }
        }
        merge(found)
    }

    /// Tells whether the target can come next after a node in their common sequence.
    fn is_next(&self, node: &Node, to: u32, target: &Node) -> bool {
        let Some(parent) = self.nodes.get(node.parent as usize) else {
            return false;
        };
        if parent.body != Body::Sequence
            || !parent.holds(node.parent, to)
            || target.opens > node.depth
        {
            return false;
        }
        let mut branch = target;
        while branch.depth > node.depth {
            let Some(above) = self.nodes.get(branch.parent as usize) else {
                return false;
            };
            branch = above;
        }
        branch.index > node.index && branch.index <= node.reach
    }

    /// Visits the counters between a node (its own excluded) and the target, the target's included.
    fn enter(&self, to: u32, above: u32, mut count: impl FnMut(u32)) {
        if self.slots == 0 {
            return;
        }
        let mut at = to;
        while at != above
            && let Some(node) = self.nodes.get(at as usize)
        {
            if node.slot != NONE {
                count(node.slot);
            }
            at = node.parent;
        }
    }

    fn ends(&self, mut at: u32, count: impl Fn(u32) -> u32) -> bool {
        while let Some(node) = self.nodes.get(at as usize) {
            if node.slot != NONE && count(node.slot) < node.min {
                return false;
            }
            if node.parent == NONE {
                return true;
            }
            if !node.ends {
                return false;
            }
            at = node.parent;
        }
        false
    }
}

fn set<T>(counts: &mut [T], slot: u32, value: T) {
    if let Some(count) = counts.get_mut(slot as usize) {
        *count = value;
    }
}
