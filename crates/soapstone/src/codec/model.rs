//! Mixed content: text may stand anywhere and the items are one list, whose elements are compared with a content model after
//! they were read.

use super::error::ErrorKind;
use super::reader::Ahead;
use super::{Invalid, Mixed, Reader, Result, Strictness};
use crate::xml::Event;

/// A content model; its leaves are the variants of the enum of items.
#[derive(Debug, Clone, Copy)]
pub enum Model {
    /// The variant with this index.
    Arm(usize),
    /// One after another.
    Sequence(&'static [Model]),
    /// One of them.
    Choice(&'static [Model]),
    /// Each once, or as often as it may be repeated, in any order.
    All(&'static [Model]),
    /// So many times at least, and at most.
    Repeat(&'static Model, usize, usize),
}

impl Model {
    /// Tells whether the model accepts these variants, in this order, and no other.
    ///
    /// XSD's Unique Particle Attribution rule (XSD 1.0 part 1, 3.8.6) means that the next element decides: nothing is tried twice.
    pub(super) fn accepts(&self, arms: &[usize]) -> bool {
        let mut rest = arms;
        self.take(&mut rest) && rest.is_empty()
    }

    fn take(&self, rest: &mut &[usize]) -> bool {
        match self {
            Model::Arm(arm) => match rest.split_first() {
                Some((next, behind)) if next == arm => {
                    *rest = behind;
                    true
                }
                _ => false,
            },
            Model::Sequence(members) => members.iter().all(|member| member.take_or_pass(rest)),
            Model::Choice(members) => match members.iter().find(|member| member.begins(rest)) {
                Some(member) => member.take(rest),
                None => self.is_emptiable(),
            },
            Model::All(members) => {
                let mut counts = vec![0; members.len()];
                loop {
                    let next = members.iter().zip(&mut counts).find(|(member, count)| {
                        let (once, _, max) = member.range();
                        **count < max && once.begins(rest)
                    });
                    let Some((member, count)) = next else {
                        break;
                    };
                    *count += 1;
                    if !member.range().0.take(rest) {
                        return false;
                    }
                }
                members.iter().zip(counts).all(|(member, count)| {
                    let (once, min, _) = member.range();
                    count >= min || once.is_emptiable()
                })
            }
            Model::Repeat(member, min, max) => {
                let mut count = 0;
                while count < *max && member.begins(rest) {
                    if !member.take(rest) {
                        return false;
                    }
                    count += 1;
                }
                count >= *min || member.is_emptiable()
            }
        }
    }

    /// What occurs, how often at least, and at most.
    fn range(&self) -> (&Model, usize, usize) {
        match self {
            Model::Repeat(member, min, max) => (member, *min, *max),
            once => (once, 1, 1),
        }
    }

    fn take_or_pass(&self, rest: &mut &[usize]) -> bool {
        if self.begins(rest) {
            self.take(rest)
        } else {
            self.is_emptiable()
        }
    }

    /// Tells whether the next element can be the first of the model.
    fn begins(&self, rest: &[usize]) -> bool {
        match self {
            Model::Arm(arm) => rest.first() == Some(arm),
            Model::Sequence(members) => {
                for member in *members {
                    if member.begins(rest) {
                        return true;
                    }
                    if !member.is_emptiable() {
                        return false;
                    }
                }
                false
            }
            Model::Choice(members) | Model::All(members) => {
                members.iter().any(|member| member.begins(rest))
            }
            Model::Repeat(member, _, max) => *max > 0 && member.begins(rest),
        }
    }

    fn is_emptiable(&self) -> bool {
        match self {
            Model::Arm(_) => false,
            Model::Sequence(members) | Model::All(members) => {
                members.iter().all(Model::is_emptiable)
            }
            Model::Choice(members) => members.is_empty() || members.iter().any(Model::is_emptiable),
            Model::Repeat(member, min, _) => *min == 0 || member.is_emptiable(),
        }
    }
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
                    if let Some(model) = T::MODEL.filter(|_| self.strictness != Strictness::Lenient)
                    {
                        let arms: Vec<usize> = items.iter().filter_map(T::arm).collect();
                        if !model.accepts(&arms) {
                            return Err(self.error(ErrorKind::Order));
                        }
                    }
                    return Ok(items);
                }
                Ahead::Start(_) => match T::read(self)? {
                    Some(item) => {
                        self.grow(size_of::<T>())?;
                        items.push(item);
                    }
                    None if self.strictness == Strictness::Lenient => {
                        self.xml.skip_element()?;
                        self.ahead = Ahead::Nothing;
                    }
                    None => return Err(self.missing()),
                },
                Ahead::Nothing => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Model::{All, Arm, Choice, Repeat, Sequence};

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
            assert!(model.accepts(good), "{good:?}");
            assert!(!model.accepts(bad), "{bad:?}");
        }
    }
}
