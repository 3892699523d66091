//! Start tags with attributes, predicted attribute by attribute: while they stand in the order in which the type asks for them,
//! no list of them is made. At the first that does not, those that are left are listed; where more than names and plain values
//! stands there, or one is left that nothing asks for, the whole tag is read by the general path.

use super::attribute::Key;
use super::reader::Ahead;
use super::{Namespace, Reader, Result, Tag, Type};
use crate::xml::{Event, Prediction, Span};

/// Stands for the number of attributes that are left while that is not known.
const UNCOUNTED: usize = usize::MAX - 1;
/// Stands for that number where a begun tag ends.
pub(super) const AT_END: usize = usize::MAX;

/// A start tag that is read up to the cursor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    tag: &'static Tag,
    /// How many attributes were read.
    read: usize,
    /// Whether `xsi:type` may name that type.
    accepts_type: fn(&str, &str, &[Namespace]) -> bool,
}

impl Reader<'_> {
    /// Reads a whole element that may have attributes, if its start tag stands as predicted or another does; `None` where the general
    /// path has to look.
    ///
    /// # Errors
    /// As the type's [`read`](Type::read).
    pub fn begun<T: Type>(&mut self, tag: &'static Tag) -> Option<Result<Option<T>>> {
        let prediction = self.predict_near(tag);
        if prediction == Prediction::Miss {
            self.miss(tag);
            return Some(Ok(None));
        }
        let known = self.known.get(tag.namespace)?;
        let openings = known.openings.as_ref()?;
        let is_taken = match prediction {
            Prediction::Hit => self.xml.take_start(openings, &tag.name, known.id?),
            Prediction::Name => self.xml.take_name(openings, &tag.name),
            Prediction::Miss | Prediction::Unknown => false,
        };
        if !is_taken {
            return None;
        }
        self.tries = 0;
        if prediction == Prediction::Name {
            self.pending = UNCOUNTED;
            self.listed.clear();
            self.begun = Some(Begun {
                tag,
                read: 0,
                accepts_type: T::accepts_type,
            });
        }
        match self.finish(tag) {
            // The tag binds its own prefix to another namespace: it is another element.
            Err(_) if std::mem::take(&mut self.strayed) => {
                self.miss(tag);
                Some(Ok(None))
            }
            read => Some(read.map(Some)),
        }
    }

    /// Takes the rest of a leaf whose start tag was begun, where nothing else has to be looked at.
    #[inline(always)]
    pub(super) fn begun_rest(&mut self) -> Option<Span> {
        let begun = self.begun.as_ref()?;
        if self.listed.iter().any(|listed| !listed.is_taken) {
            return None;
        }
        let span = self.plain_rest(begun.tag)?;
        self.begun = None;
        self.pending = 0;
        self.is_closed = true;
        Some(span)
    }

    /// The value of an attribute, where a begun tag goes on with it or ends; `None` where the general path has to look.
    pub(super) fn predicted_attribute(&mut self, key: impl Key) -> Option<Option<Span>> {
        let begun = self.begun.as_mut()?;
        let (name, 0) = key.qualified() else {
            return None;
        };
        if self.listed.is_empty() {
            if let Some(value) = self.xml.take_attribute(name, begun.read) {
                begun.read += 1;
                return Some(Some(value));
            }
            if self.xml.at_tag_end() {
                self.pending = AT_END;
                return Some(None);
            }
            if !self.xml.list_attributes(begun.read, &mut self.listed) {
                return None;
            }
        }
        let mut all = self.listed.iter_mut();
        let Some(found) = all.find(|listed| self.xml.is_named(listed, name)) else {
            return Some(None);
        };
        begun.read += usize::from(!std::mem::replace(&mut found.is_taken, true));
        Some(Some(found.value))
    }

    /// Reads a begun tag to its end, and counts the attributes that are left.
    pub(super) fn settle(&mut self) -> Result<()> {
        let Some(begun) = self.begun.take() else {
            return Ok(());
        };
        self.pending = 0;
        if self.listed.iter().all(|listed| listed.is_taken) && self.plain_tag_end(begun.tag) {
            return Ok(());
        }
        self.xml.take_back_name();
        let Event::Start(found) = self.xml.next()? else {
            return Err(self.missing());
        };
        if !self.matches(found, begun.tag) {
            self.ahead = Ahead::Start(found);
            self.strayed = true;
            return Err(self.missing());
        }
        self.open_attributes();
        let listed = self.listed.iter().map(|listed| listed.is_taken);
        let in_order = begun.read - listed.clone().filter(|taken| *taken).count();
        let read = std::iter::repeat_n(true, in_order).chain(listed);
        for (taken, read) in self.taken.iter_mut().zip(read) {
            *taken |= read;
        }
        self.pending = self.pending.saturating_sub(begun.read);
        let Some(lexical) = self.type_.take() else {
            return Ok(());
        };
        self.type_in_place(&lexical, begun.accepts_type).map(drop)
    }
}

#[cfg(test)]
mod tests;
