//! Lenient reading: an element that is not where the schema has it is looked for among its later siblings.

use super::error::ErrorKind;
use super::reader::Ahead;
use super::{Reader, Result, Strictness, Tag, Type};

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
}

impl Reader<'_> {
    /// Reads the first later sibling with this tag, and stays in place.
    pub(super) fn seek<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        if self.strictness == Strictness::Strict {
            return Ok(None);
        }
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Ok(None);
        }
        let (xml, ahead, begin) = (self.xml.clone(), self.ahead.clone(), self.xml.offset());
        let mut found = None;
        while let Ahead::Start(candidate) = self.ahead {
            if self.matches(candidate, tag) {
                let offset = self.xml.offset();
                found = T::element(self, tag)?;
                if let Err(at) = self.seeking.read.binary_search(&offset) {
                    self.seeking.read.insert(at, offset);
                }
                break;
            }
            self.xml.skip_element()?;
            self.ahead = Ahead::Nothing;
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
}
