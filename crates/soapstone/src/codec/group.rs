//! Particles: one, perhaps one, several; elements, groups, elements in any order.

use super::error::ErrorKind;
use super::reader::{Ahead, is_blank};
use super::{Group, Reader, Result, Strictness, Tag, Type};
use crate::xml::{Event, Prediction};

impl<'a> Reader<'a> {
    /// Reads an element that must come next.
    ///
    /// # Errors
    /// Where it does not, or is not as its type says.
    #[inline]
    pub fn one<T: Type>(&mut self, tag: &'static Tag) -> Result<T> {
        match T::element(self, tag)? {
            Some(value) => Ok(value),
            None => self.seek(tag)?.ok_or_else(|| self.missing()),
        }
    }

    /// Reads an element that may come next.
    ///
    /// # Errors
    /// Where it is not as its type says.
    #[inline]
    pub fn option<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        if self.is_absent(tag) {
            return Ok(None);
        }
        self.likely(tag)
    }

    /// Reads an element that may come next, and of which nothing is known yet.
    #[inline(never)]
    fn likely<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        if self.strictness == Strictness::Encoded && self.pass_nil::<T>(tag)? {
            return Ok(None);
        }
        let mut value = T::element(self, tag);
        if self.strictness == Strictness::Lenient && matches!(value, Ok(None)) {
            value = self.seek_more(tag);
        }
        value
    }

    /// Reads any number of elements.
    ///
    /// # Errors
    /// Where one is not as its type says.
    #[inline]
    pub fn many<T: Type>(&mut self, tag: &'static Tag) -> Result<Vec<T>> {
        self.times(tag, 0, usize::MAX)
    }

    /// Reads at least `min` and at most `max` elements.
    ///
    /// # Errors
    /// Where there are too few, or one is not as its type says.
    #[inline]
    pub fn times<T: Type>(&mut self, tag: &'static Tag, min: usize, max: usize) -> Result<Vec<T>> {
        if min == 0 && self.is_absent(tag) {
            return Ok(Vec::new());
        }
        self.several(tag, min, max)
    }

    /// Reads several elements, of which nothing is known yet.
    #[inline(never)]
    fn several<T: Type>(&mut self, tag: &'static Tag, min: usize, max: usize) -> Result<Vec<T>> {
        let mut values = Vec::new();
        let constraint = self.value;
        while values.len() < max {
            self.value = constraint;
            match T::element(self, tag) {
                Ok(Some(value)) => {
                    self.grow(size_of::<T>())?;
                    values.push(value);
                }
                Ok(None) => match self.seek_more(tag)? {
                    Some(value) => {
                        self.grow(size_of::<T>())?;
                        values.push(value);
                    }
                    None => break,
                },
                Err(error) => return Err(error.within(tag.local, Some(values.len() + 1))),
            }
        }
        self.value = None;
        if values.len() < min {
            return Err(self.error(ErrorKind::TooFew {
                name: tag.local,
                found: values.len(),
                min,
            }));
        }
        Ok(values)
    }

    /// Checks how many particles were read that stand alone in a group that repeats: so many as some number of turns has.
    ///
    /// `<sequence minOccurs="0" maxOccurs="unbounded"><element name="a" minOccurs="2" maxOccurs="3"/>`  →  any number but one
    ///
    /// # Errors
    /// Where no number of turns has that many.
    pub fn in_turns<T>(
        &mut self,
        values: Vec<T>,
        (least, most): (usize, usize),
        (min, max): (usize, usize),
    ) -> Result<Vec<T>> {
        let turns = values.len().div_ceil(max.max(1)).max(least);
        match turns <= most && turns.saturating_mul(min) <= values.len() {
            true => Ok(values),
            false => Err(self.missing()),
        }
    }

    /// Reads the elements of one turn of a group that repeats and whose next turn may begin with the same element: as many as leave
    /// enough for the turns behind it.
    ///
    /// four of `(a{2,3}, b?)*`  →  two
    ///
    /// # Errors
    /// As [`times`](Reader::times).
    pub fn times_in_turn<T: Type>(
        &mut self,
        tag: &'static Tag,
        min: usize,
        max: usize,
    ) -> Result<Vec<T>> {
        let most = self.share(tag, min, max)?;
        self.times(tag, min, most)
    }

    /// Does the same if at least one comes next.
    ///
    /// # Errors
    /// As [`times`](Reader::times).
    pub fn some_in_turn<T: Type>(
        &mut self,
        tag: &'static Tag,
        min: usize,
        max: usize,
    ) -> Result<Option<Vec<T>>> {
        let most = self.share(tag, min, max)?;
        self.some(tag, min, most)
    }

    /// The most elements of those that come next that one turn takes, so that the others fit some number of turns.
    fn share(&mut self, tag: &'static Tag, min: usize, max: usize) -> Result<usize> {
        let fits = |count: usize| count.div_ceil(max.max(1)).saturating_mul(min) <= count;
        // From as many on every count fits: the counts of so many turns and of one more leave nothing out between them.
        let turns = min.saturating_sub(1).div_ceil((max - min.min(max)).max(1));
        let run = self.run(tag, max.saturating_add(turns.saturating_mul(min)))?;
        let mut shares = (min..=max.min(run)).rev();
        Ok(shares.find(|share| fits(run - share)).unwrap_or(max))
    }

    /// How many elements with a tag come one after another; none are counted beyond the most. Where reading is lenient what is of no
    /// namespace of the contract may stand between them.
    fn run(&mut self, tag: &'static Tag, most: usize) -> Result<usize> {
        self.look()?;
        let Ahead::Start(mut found) = self.ahead else {
            return Ok(0);
        };
        let is_lenient = self.strictness == Strictness::Lenient;
        let mut xml = self.xml.clone();
        let mut count = 0;
        while count < most {
            if self.matches(found, tag) {
                count += usize::from(!self.seeking.was_read(xml.offset()));
            } else {
                let uri = xml.namespace(found.ns);
                if !is_lenient || self.namespaces.iter().any(|known| known.uri == uri) {
                    break;
                }
            }
            // What is wrong is told when it is read.
            if xml.skip_element().is_err() {
                return Ok(count);
            }
            found = loop {
                match xml.next() {
                    Ok(Event::Start(tag)) => break tag,
                    Ok(Event::Text(text)) if is_lenient || is_blank(&text) => {}
                    _ => return Ok(count),
                }
            };
        }
        Ok(count)
    }

    /// Reads several elements if at least one comes next.
    ///
    /// # Errors
    /// As [`times`](Reader::times).
    pub fn some<T: Type>(
        &mut self,
        tag: &'static Tag,
        min: usize,
        max: usize,
    ) -> Result<Option<Vec<T>>> {
        if !self.at(&[tag])? {
            self.value = None;
            return Ok(None);
        }
        self.times(tag, min, max).map(Some)
    }

    /// Tells whether an element with one of these tags comes next.
    ///
    /// # Errors
    /// Where something else than an element or the parent's end comes.
    pub fn at(&mut self, tags: &[&'static Tag]) -> Result<bool> {
        for tag in tags {
            if self.is_absent(tag) {
                continue;
            }
            match self.predict(tag)? {
                Prediction::Hit => return Ok(true),
                Prediction::Miss => self.miss(tag),
                Prediction::Name | Prediction::Unknown => {
                    if self.is_ahead(tag) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Says what value an empty element has: for the next element only.
    #[inline]
    pub fn or(&mut self, lexical: &'static str) -> &mut Reader<'a> {
        self.value = Some((lexical, false));
        self
    }

    /// Says what value the next element must have.
    #[inline]
    pub fn fixed(&mut self, lexical: &'static str) -> &mut Reader<'a> {
        self.value = Some((lexical, true));
        self
    }

    /// Reads a group that must come next.
    ///
    /// # Errors
    /// Where it does not, or is not as the schema says.
    #[inline]
    pub fn group<T: Group>(&mut self) -> Result<T> {
        match T::read(self)? {
            Some(value) => Ok(value),
            None => self.seek_group()?.ok_or_else(|| self.missing()),
        }
    }

    /// Reads a group that may come next.
    ///
    /// # Errors
    /// Where it is not as the schema says.
    #[inline]
    pub fn optional_group<T: Group>(&mut self) -> Result<Option<T>> {
        match T::read(self)? {
            None if self.seeking.is_in_turn() => Ok(None),
            None => self.seek_group(),
            value => Ok(value),
        }
    }

    /// Reads an element that may come next as one of several that may: it is not looked for any further.
    ///
    /// # Errors
    /// Where it is not as its type says.
    #[inline]
    pub fn arm<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        if self.is_absent(tag) {
            self.value = None;
            return Ok(None);
        }
        let value = T::element(self, tag);
        self.value = None;
        value
    }

    /// Reads a group that may come next as one of several that may.
    ///
    /// # Errors
    /// Where it is not as the schema says.
    #[inline]
    pub fn arm_group<T: Group>(&mut self) -> Result<Option<T>> {
        T::read(self)
    }

    /// Reads groups, at least `min` and at most `max`.
    ///
    /// # Errors
    /// Where there are too few, or one is not as the schema says.
    pub fn groups<T: Group>(&mut self, min: usize, max: usize) -> Result<Vec<T>> {
        let mut values = Vec::new();
        while values.len() < max {
            let Some(value) = self.turn()? else {
                break;
            };
            self.grow(size_of::<T>())?;
            values.push(value);
        }
        if values.len() < min {
            return Err(self.missing());
        }
        Ok(values)
    }

    /// Reads groups if at least one comes next.
    ///
    /// # Errors
    /// As [`groups`](Reader::groups).
    pub fn some_groups<T: Group>(&mut self, min: usize, max: usize) -> Result<Option<Vec<T>>> {
        let Some(first) = self.first_turn()? else {
            return Ok(None);
        };
        let mut values = vec![first];
        values.extend(self.groups(min.saturating_sub(1), max.saturating_sub(1))?);
        Ok(Some(values))
    }

    /// Reads an element of an `all` group into its slot, if it comes next and the slot is free.
    ///
    /// # Errors
    /// Where it is not as its type says.
    pub fn once<T: Type>(&mut self, tag: &'static Tag, slot: &mut Option<T>) -> Result<bool> {
        if slot.is_some() {
            self.value = None;
            return Ok(false);
        }
        if self.strictness == Strictness::Encoded && self.pass_nil::<T>(tag)? {
            return Ok(true);
        }
        *slot = T::element(self, tag)?;
        self.value = None;
        Ok(slot.is_some())
    }

    /// Reads a group of an `all` group into its slot.
    ///
    /// # Errors
    /// Where it is not as the schema says.
    pub fn group_once<T: Group>(&mut self, slot: &mut Option<T>) -> Result<bool> {
        if slot.is_some() {
            return Ok(false);
        }
        *slot = T::read(self)?;
        Ok(slot.is_some())
    }

    /// Checks an `all` group that may be absent: if any of its elements stands there, those that are due must.
    ///
    /// # Errors
    /// Where one of them does not.
    pub fn together(&mut self, found: &[bool], due: &[usize]) -> Result<()> {
        let lacks = due.iter().any(|index| found.get(*index) == Some(&false));
        if lacks && found.contains(&true) {
            return Err(self.missing());
        }
        Ok(())
    }

    /// The element of an `all` group that must be there.
    ///
    /// # Errors
    /// Where it is not.
    pub fn required<T>(&mut self, _tag: &'static Tag, slot: Option<T>) -> Result<T> {
        slot.ok_or_else(|| self.missing())
    }

    /// The group of an `all` group that must be there.
    ///
    /// # Errors
    /// Where it is not.
    pub fn required_group<T>(&mut self, slot: Option<T>) -> Result<T> {
        slot.ok_or_else(|| self.missing())
    }
}
