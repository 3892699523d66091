//! Counts of one particle alone in a group that repeats: one range, or the counts of some number of turns.

use soapstone_schema::model::{Particle, Term};

use super::{Lowering, Owner};
use crate::item::{Field, Turns};
use crate::names::Names;

impl<'m> Lowering<'m> {
    /// The field of an element or a wildcard alone in a group that repeats, where some counts between the least and the most are of
    /// no number of turns.
    pub(super) fn in_turns(
        &mut self,
        turns: Turns,
        only: &'m Particle,
        owner: &Owner,
        names: &mut Names,
        depth: usize,
    ) -> Vec<Field> {
        let mut fields = self.single(only, turns.range(), owner, names, depth);
        for field in &mut fields {
            field.turns = Some(turns);
        }
        fields
    }
}

/// The turns of an element or a wildcard alone in a repeated group. Where each turn has the same number they stay apart.
pub(super) fn turns(outer: (u64, Option<u64>), inner: &Particle) -> Option<Turns> {
    let is_group = matches!(inner.term, Term::Group(_));
    if is_group || inner.max == Some(inner.min) || outer.1 == Some(0) || inner.max == Some(0) {
        return None;
    }
    Some(Turns {
        turns: outer,
        each: (inner.min, inner.max),
    })
}

/// The range of a particle alone in a repeated group, where one range says the same as both: the counts of `(a{2,3})+` are all
/// from 2 on, those of `(a{2,3})*` lack 1 (XSD 1.0 part 1, 3.8.4).
pub(super) fn multiply(outer: &Particle, inner: &Particle) -> Option<(u64, Option<u64>)> {
    let (least, most) = (inner.min, inner.max);
    match ((outer.min, outer.max), (least, most)) {
        ((1, Some(1)), range) | (range, (1, Some(1))) => return Some(range),
        ((_, Some(0)), _) | (_, (_, Some(0))) => return None,
        _ => {}
    }
    // From the fewest turns to one more no count may be left out; the more turns, the more their ranges overlap.
    let turns = outer.min;
    let joined = match most {
        _ if outer.max == Some(turns) => true,
        None => turns > 0 || least <= 1,
        Some(most) => {
            turns.saturating_mul(most).saturating_add(1)
                >= turns.saturating_add(1).saturating_mul(least)
        }
    };
    let all = Turns {
        turns: (outer.min, outer.max),
        each: (least, most),
    };
    joined.then(|| all.range())
}

impl Turns {
    /// The least count and the most.
    pub(super) fn range(self) -> (u64, Option<u64>) {
        let most = self.turns.1.zip(self.each.1);
        (
            self.turns.0.saturating_mul(self.each.0),
            most.map(|(turns, each)| turns.saturating_mul(each)),
        )
    }
}
