//! Mixed content: text may stand anywhere and the items are one list, whose elements are compared with a content model after
//! they were read.

use std::collections::HashSet;

use smallvec::SmallVec;

use super::error::ErrorKind;
use super::reader::Ahead;
use super::{Invalid, Mixed, Reader, Result, Strictness, Wildcard};
use crate::xml::{Event, NsId};

/// A content model; its leaves are the variants of the enum of items, and wildcards.
#[derive(Debug, Clone, Copy)]
pub enum Model {
    /// The variant with this index.
    Arm(usize),
    /// An element of any variant that a wildcard admits: what is declared too has a variant of its own wherever it stands.
    Any(Wildcard),
    /// One after another.
    Sequence(&'static [Model]),
    /// One of them.
    Choice(&'static [Model]),
    /// Each once, or as often as it may be repeated, in any order.
    All(&'static [Model]),
    /// So many times at least, and at most.
    Repeat(&'static Model, usize, usize),
}

/// An element as a model sees it: its variant and its namespace.
type Met<'a> = (usize, &'a str);

/// Numbers of elements that a part of a model may have taken, each once.
type Ends = SmallVec<[usize; 4]>;

/// What an element takes at most while the order is compared: twice what is known of it, and its place in two lists and a set.
const TOLD: usize = 2 * size_of::<Met<'static>>() + 4 * size_of::<usize>();

impl Model {
    /// Tells whether the model accepts these elements, in this order, and no other.
    ///
    /// Every way is followed at once: Unique Particle Attribution (XSD 1.0 part 1, 3.8.6) mostly leaves one, but contracts that
    /// break it are in use.
    pub(super) fn accepts(&self, met: &[Met]) -> bool {
        self.ends(met, &Ends::from_slice(&[0])).contains(&met.len())
    }

    /// Where the model may end that begins at one of these places.
    fn ends(&self, met: &[Met], from: &[usize]) -> Ends {
        let leaf = |admits: &dyn Fn(&Met) -> bool| {
            let admitted = |at: &&usize| met.get(**at).is_some_and(admits);
            from.iter().filter(admitted).map(|at| at + 1).collect()
        };
        match self {
            Model::Arm(arm) => leaf(&|(found, _)| found == arm),
            Model::Any(wildcard) => leaf(&|(_, namespace)| wildcard.admits(namespace)),
            Model::Sequence(members) => members.iter().fold(from.into(), |from: Ends, member| {
                if from.is_empty() {
                    return from;
                }
                member.ends(met, &from)
            }),
            Model::Choice(members) => {
                let ends = members.iter().map(|member| member.ends(met, from));
                distinct(ends.flatten().collect())
            }
            Model::All(members) => {
                let ends = from.iter().filter_map(|at| all(members, met, *at));
                distinct(ends.collect())
            }
            Model::Repeat(member, min, max) => member.repeated(met, from, (*min, *max)),
        }
    }

    fn repeated(&self, met: &[Met], from: &[usize], (min, max): (usize, usize)) -> Ends {
        let mut last: Ends = from.into();
        for _ in 0..min {
            let next = self.ends(met, &last);
            if next == last {
                break;
            }
            last = next;
        }
        let mut ends = last.clone();
        let mut seen: HashSet<usize> = last.iter().copied().collect();
        for _ in min..max {
            // Who came to a place by fewer turns may go on as far as who came by more.
            last = self.ends(met, &last);
            last.retain(|at| seen.insert(*at));
            if last.is_empty() {
                break;
            }
            ends.extend_from_slice(&last);
        }
        distinct(ends)
    }

    /// What occurs, how often at least, and at most.
    fn range(&self) -> (&Model, usize, usize) {
        match self {
            Model::Repeat(member, min, max) => (member, *min, *max),
            once => (once, 1, 1),
        }
    }

    fn is_emptiable(&self) -> bool {
        self.ends(&[], &[0]).contains(&0)
    }
}

/// Where members in any order end, if each that must be there is; an element belongs to the first that takes it.
fn all(members: &[Model], met: &[Met], mut at: usize) -> Option<usize> {
    let mut counts = vec![0; members.len()];
    loop {
        let next = members.iter().zip(&mut counts).find_map(|(member, count)| {
            let (once, _, max) = member.range();
            let end = once.ends(met, &[at]).into_iter().max()?;
            (*count < max && end > at).then_some((count, end))
        });
        let Some((count, end)) = next else {
            break;
        };
        *count += 1;
        at = end;
    }
    let enough = members.iter().zip(counts).all(|(member, count)| {
        let (once, min, _) = member.range();
        count >= min || once.is_emptiable()
    });
    enough.then_some(at)
}

fn distinct(mut ends: Ends) -> Ends {
    ends.sort_unstable();
    ends.dedup();
    ends
}

impl Reader<'_> {
    /// Reads text and elements up to the end tag; where there are none, the text that is due then.
    ///
    /// # Errors
    /// Where an element is not one that may stand there, or the text is fixed and another, or has elements in it (XSD 1.0 part 1,
    /// 3.3.4).
    pub fn mixed<T: Mixed>(&mut self) -> Result<Vec<T>> {
        let Some((due, fixed)) = self.value.take() else {
            return self.mixed_items(|_| {});
        };
        let (mut text, mut texts) = (String::new(), 0);
        let mut items = self.mixed_items(|more| {
            text.push_str(more);
            texts += 1;
        })?;
        if items.is_empty() {
            items.push(T::text(due.to_owned()));
        } else if fixed && (text != due || items.len() > texts) {
            return Err(self.invalid(&text, Invalid::Fixed(due)));
        }
        Ok(items)
    }

    fn mixed_items<T: Mixed>(&mut self, mut text_is: impl FnMut(&str)) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let model = T::MODEL.filter(|_| self.strictness != Strictness::Lenient);
        let mut met: Vec<(usize, NsId)> = Vec::new();
        self.expect_no_attributes()?;
        loop {
            if matches!(self.ahead, Ahead::Nothing) {
                match self.xml.next()? {
                    Event::Text(text) => {
                        text_is(&text);
                        self.grow(size_of::<T>())?;
                        items.push(T::text(text.into_owned()));
                        continue;
                    }
                    Event::Start(tag) => self.ahead = Ahead::Start(tag),
                    Event::End(_) | Event::Eof => self.ahead = Ahead::End,
                }
            }
            match &self.ahead {
                Ahead::End => {
                    let met: Vec<Met> = met
                        .iter()
                        .map(|(arm, ns)| (*arm, self.xml.namespace(*ns)))
                        .collect();
                    if model.is_some_and(|model| !model.accepts(&met)) {
                        return Err(self.error(ErrorKind::Order));
                    }
                    return Ok(items);
                }
                Ahead::Start(tag) => {
                    let ns = tag.ns;
                    match T::read(self)? {
                        Some(item) => {
                            self.grow(size_of::<T>())?;
                            if model.is_some() {
                                self.grow(TOLD)?;
                                met.extend(item.arm().map(|arm| (arm, ns)));
                            }
                            items.push(item);
                        }
                        None if self.strictness == Strictness::Lenient => {
                            self.xml.skip_element()?;
                            self.ahead = Ahead::Nothing;
                        }
                        None => return Err(self.missing()),
                    }
                }
                Ahead::Nothing => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Model::{All, Any, Arm, Choice, Repeat, Sequence};
    use super::{Model, Wildcard};

    fn accepts(model: &Model, arms: &[usize]) -> bool {
        // The variants from 8 on are of another namespace.
        let namespace = |arm: &usize| if *arm < 8 { "urn:own" } else { "urn:other" };
        let met: Vec<_> = arms.iter().map(|arm| (*arm, namespace(arm))).collect();
        model.accepts(&met)
    }

    #[test]
    fn a_model_accepts_its_words_and_no_others() {
        let model = Sequence(&[
            Repeat(&Arm(0), 0, 2),
            Choice(&[Arm(1), Sequence(&[Arm(2), Repeat(&Arm(3), 1, usize::MAX)])]),
            All(&[Arm(4), Repeat(&Arm(5), 0, 1), Repeat(&Arm(6), 0, 2)]),
        ]);
        for [good, bad] in [
            [&[1, 4][..], &[1][..]],
            [&[0, 0, 1, 5, 4], &[0, 0, 0, 1, 4]],
            [&[2, 3, 3, 4], &[2, 4]],
            [&[0, 2, 3, 4, 5], &[0, 2, 3, 4, 5, 5]],
            [&[1, 4, 5], &[4, 1]],
            [&[1, 6, 4, 6], &[1, 6, 4, 6, 6]],
        ] {
            assert!(accepts(&model, good), "{good:?}");
            assert!(!accepts(&model, bad), "{bad:?}");
        }
    }

    #[test]
    fn what_is_declared_may_stand_where_a_wildcard_is_due() {
        let model = Sequence(&[
            Arm(0),
            Repeat(&Any(Wildcard::In(&["urn:other"])), 1, 2),
            Repeat(&Any(Wildcard::Any), 0, usize::MAX),
            Arm(1),
        ]);
        for [good, bad] in [
            [&[0, 8, 1][..], &[0, 1][..]],
            [&[0, 9, 8, 9, 1], &[8, 0, 1]],
            [&[0, 8, 0, 1, 1], &[0, 8, 1, 0]],
        ] {
            assert!(accepts(&model, good), "{good:?}");
            assert!(!accepts(&model, bad), "{bad:?}");
        }
    }

    #[test]
    fn counts_of_a_group_that_repeats_are_taken_in_every_way() {
        let model = Repeat(&Repeat(&Arm(0), 2, 3), 1, 2);
        for count in 0..9 {
            let arms = vec![0; count];
            assert_eq!(accepts(&model, &arms), (2..=6).contains(&count), "{count}");
        }
        let often = Repeat(
            &Choice(&[Repeat(&Arm(0), 0, usize::MAX), Arm(1)]),
            0,
            usize::MAX,
        );
        assert!(accepts(&often, &[0; 20_000]));
        assert!(!accepts(&often, &[2]));
    }
}
