//! Lenient reading: what is not where the schema has it is looked for among its later siblings, and what nobody looks for is
//! passed over.

use std::collections::{HashMap, VecDeque};

use super::error::ErrorKind;
use super::reader::Ahead;
use super::{Group, Reader, Result, Strictness, Tag, Type};
use crate::xml::{self, Event};

/// How many times the length of the document may be looked through in all.
const PASSES: usize = 16;

/// The elements that were read before their turn, and the looking that it took.
#[derive(Debug, Default)]
pub(super) struct Seeking<'a> {
    /// Where they start, ascending.
    read: Vec<usize>,
    seen: usize,
    /// In a box, since it stands on the stack while the children are read.
    around: Option<Box<Around<'a>>>,
}

/// What seeking knows of the element whose children are read.
#[derive(Debug, Default)]
pub(super) struct Around<'a> {
    /// Where its children of each name start, as far as they were not met.
    children: Option<HashMap<&'a str, VecDeque<usize>>>,
    /// Behind the child that was found last.
    behind: Option<(xml::Reader<'a>, Ahead<'a>)>,
    /// How the occurrence of a group that repeats began, in which the reader is: the next one begins so.
    turn: Option<xml::Tag<'a>>,
}

impl<'a> Seeking<'a> {
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

    /// Enters an element; what was known of the one around it is given back when it is left.
    pub(super) fn enter(&mut self) -> Option<Box<Around<'a>>> {
        self.around.take()
    }

    pub(super) fn leave(&mut self, around: Option<Box<Around<'a>>>) {
        self.around = around;
    }

    fn around(&mut self) -> &mut Around<'a> {
        self.around.get_or_insert_default()
    }

    fn turn(&self) -> Option<xml::Tag<'a>> {
        self.around.as_ref().and_then(|around| around.turn)
    }

    /// Tells whether an occurrence of what repeats is read: only what is due in it is sought.
    pub(super) fn is_in_turn(&self) -> bool {
        self.turn().is_some()
    }

    /// Tells whether an element begins the next occurrence of the group that is read.
    fn ends_turn(&self, tag: &xml::Tag<'a>) -> bool {
        self.turn()
            .is_some_and(|start| start.local == tag.local && start.ns == tag.ns)
    }
}

impl<'a> Reader<'a> {
    /// Reads the first later sibling with this tag, and stays in place.
    pub(super) fn seek<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        let found = match self.next_child(tag.local)? {
            Some(at) => self.seek_by(at, |reader| {
                let Ahead::Start(candidate) = reader.ahead else {
                    return Ok(None);
                };
                if reader.matches(candidate, tag) {
                    T::element(reader, tag)
                } else {
                    Ok(None)
                }
            }),
            None => Ok(None),
        };
        self.value = None;
        found
    }

    /// As [`seek`](Reader::seek), for what need not be there: in what repeats, a later sibling is the next occurrence's.
    pub(super) fn seek_more<T: Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        if self.seeking.is_in_turn() {
            return Ok(None);
        }
        self.seek(tag)
    }

    /// Reads the first later siblings that are the group, and stays in place.
    pub(super) fn seek_group<T: Group>(&mut self) -> Result<Option<T>> {
        self.seek_by(0, T::read)
    }

    /// Reads an occurrence of a group that repeats.
    pub(super) fn turn<T: Group>(&mut self) -> Result<Option<T>> {
        if self.strictness != Strictness::Lenient {
            return T::read(self);
        }
        match self.one_turn()? {
            None => self.seek_by(0, Self::one_turn),
            value => Ok(value),
        }
    }

    /// Reads the first occurrence of a group that repeats, where it comes next.
    pub(super) fn first_turn<T: Group>(&mut self) -> Result<Option<T>> {
        match self.strictness {
            Strictness::Lenient => self.one_turn(),
            _ => T::read(self),
        }
    }

    fn one_turn<T: Group>(&mut self) -> Result<Option<T>> {
        self.look()?;
        let Ahead::Start(start) = self.ahead else {
            return Ok(None);
        };
        let outer = self.seeking.around().turn.replace(start);
        let value = T::read(self);
        self.seeking.around().turn = outer;
        value
    }

    /// Where the next child of that name starts that was not read.
    fn next_child(&mut self, local: &str) -> Result<Option<usize>> {
        if self.strictness != Strictness::Lenient {
            return Ok(None);
        }
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Ok(None);
        }
        let here = self.xml.offset();
        let children = match self.seeking.around().children.take() {
            Some(children) => children,
            None => self.children()?,
        };
        let Seeking { read, around, .. } = &mut self.seeking;
        let around = around.get_or_insert_default();
        let children = around.children.insert(children);
        let Some(places) = children.get_mut(local) else {
            return Ok(None);
        };
        while let Some(at) = places.front() {
            if *at >= here && read.binary_search(at).is_err() {
                return Ok(Some(*at));
            }
            places.pop_front();
        }
        Ok(None)
    }

    /// The siblings from here on, by their names.
    fn children(&mut self) -> Result<HashMap<&'a str, VecDeque<usize>>> {
        let mut children: HashMap<&'a str, VecDeque<usize>> = HashMap::new();
        let mut xml = self.xml.clone();
        let Ahead::Start(mut tag) = self.ahead else {
            return Ok(children);
        };
        let begin = xml.offset();
        loop {
            children
                .entry(tag.local)
                .or_default()
                .push_back(xml.offset());
            xml.skip_element()?;
            tag = loop {
                match xml.next()? {
                    Event::Start(tag) => break tag,
                    Event::Text(_) => {}
                    Event::End(_) | Event::Eof => {
                        self.looked(xml.offset().saturating_sub(begin))?;
                        return Ok(children);
                    }
                }
            };
        }
    }

    /// Counts what was looked through.
    fn looked(&mut self, bytes: usize) -> Result<()> {
        self.seeking.seen += bytes;
        if self.seeking.seen > self.xml.source().len().saturating_mul(PASSES) {
            return Err(self.error(ErrorKind::Limit("elements out of order")));
        }
        Ok(())
    }

    /// Tries each sibling from here on; what is found is not met again. There is nothing to be found before that place.
    fn seek_by<R>(
        &mut self,
        at: usize,
        mut attempt: impl FnMut(&mut Self) -> Result<Option<R>>,
    ) -> Result<Option<R>> {
        if self.strictness != Strictness::Lenient {
            return Ok(None);
        }
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Ok(None);
        }
        let (xml, ahead) = (self.xml.clone(), self.ahead.clone());
        let in_turn = self.seeking.is_in_turn();
        if let Some((behind, next)) = &self.seeking.around().behind
            && (xml.offset() + 1..=at).contains(&behind.offset())
            && !in_turn
        {
            self.xml = behind.clone();
            self.ahead = next.clone();
            self.look()?;
        }
        let (first, begin) = (self.xml.clone(), self.xml.offset());
        let mut found = None;
        while let Ahead::Start(next) = self.ahead {
            if self.seeking.ends_turn(&next) {
                break;
            }
            let from = self.xml.offset();
            found = attempt(self)?;
            if found.is_some() {
                let to = match self.ahead {
                    Ahead::Nothing => self.xml.end_offset(),
                    _ => self.xml.offset(),
                };
                self.mark(first, from, to)?;
                self.seeking.around().behind = Some((self.xml.clone(), self.ahead.clone()));
                break;
            }
            self.pass()?;
            self.look()?;
        }
        let looked = self.looked(self.xml.offset().saturating_sub(begin));
        self.xml = xml;
        self.ahead = ahead;
        looked.map(|()| found)
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
