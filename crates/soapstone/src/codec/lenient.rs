//! Lenient reading: what is not where the schema has it is looked for among its later siblings, and what nobody looks for is
//! passed over.

use super::error::ErrorKind;
use super::reader::Ahead;
use super::{Group, Reader, Result, Strictness, Tag, Type};
use crate::xml::{self, Event};

/// How many times the length of the document may be looked through in all.
const PASSES: usize = 16;

/// The elements that were read before their turn, and the looking that it took.
#[derive(Debug, Default)]
pub(super) struct Seeking {
    /// Where they start, ascending.
    read: Vec<usize>,
    seen: usize,
}

impl Seeking {
    pub(super) fn is_active(&self) -> bool {
        !self.read.is_empty()
    }

    /// Tells whether the element that starts there was read before.
    pub(super) fn was_read(&self, offset: usize) -> bool {
        !self.read.is_empty() && self.read.binary_search(&offset).is_ok()
    }

    fn mark(&mut self, offset: usize) {
        if let Err(at) = self.read.binary_search(&offset) {
            self.read.insert(at, offset);
        }
    }
}

impl<'a> Reader<'a> {
    /// Reads the first later sibling with this tag, and stays in place.
    pub(super) fn seek<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        let found = self.seek_by(|reader| {
            let Ahead::Start(candidate) = reader.ahead else {
                return Ok(None);
            };
            if reader.matches(candidate, tag) {
                T::element(reader, tag)
            } else {
                Ok(None)
            }
        });
        self.value = None;
        found
    }

    /// Reads the first later siblings that are the group, and stays in place.
    pub(super) fn seek_group<T: Group>(&mut self) -> Result<Option<T>> {
        self.seek_by(T::read)
    }

    /// Tries each sibling from here on; what is found is not met again.
    fn seek_by<R>(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<Option<R>>,
    ) -> Result<Option<R>> {
        if self.strictness != Strictness::Lenient {
            return Ok(None);
        }
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Ok(None);
        }
        let (xml, ahead, begin) = (self.xml.clone(), self.ahead.clone(), self.xml.offset());
        let mut found = None;
        while let Ahead::Start(_) = self.ahead {
            let from = self.xml.offset();
            found = attempt(self)?;
            if found.is_some() {
                let to = match self.ahead {
                    Ahead::Nothing => self.xml.end_offset(),
                    _ => self.xml.offset(),
                };
                self.mark(xml.clone(), from, to)?;
                break;
            }
            self.pass()?;
            self.look()?;
        }
        self.seeking.seen += self.xml.offset().saturating_sub(begin);
        if self.seeking.seen > self.xml.source().len().saturating_mul(PASSES) {
            return Err(self.error(ErrorKind::Limit("elements out of order")));
        }
        self.xml = xml;
        self.ahead = ahead;
        Ok(found)
    }

    /// Marks the siblings that start between two offsets as read; `xml` stands behind the start tag of one of them, or of one
    /// before them.
    fn mark(&mut self, mut xml: xml::Reader<'a>, from: usize, to: usize) -> Result<()> {
        while xml.offset() < to {
            if xml.offset() >= from {
                self.seeking.mark(xml.offset());
            }
            xml.skip_element()?;
            while !matches!(xml.next()?, Event::Start(_)) {
                if xml.end_offset() >= to {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Passes over an element that nobody asks for, where reading is lenient.
    ///
    /// # Errors
    /// Where it is not well-formed.
    pub fn pass(&mut self) -> Result<bool> {
        if self.strictness != Strictness::Lenient {
            return Ok(false);
        }
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Ok(false);
        }
        self.xml.skip_element()?;
        self.ahead = Ahead::Nothing;
        Ok(true)
    }
}
