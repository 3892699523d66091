//! What a reader that predicts needs: the bytes at the cursor, and steps that keep the books as [`Reader::next`] does.
//!
//! A step that does not fit moves nothing, and `next` then reads the same bytes with every check: limits and
//! well-formedness hold on both ways, and errors come from one place.

use super::chars::is_space;
use super::reader::{Open, Reader};
use super::{Error, Event, NsId, Tag};

impl<'a> Reader<'a> {
    /// The bytes from the cursor to the end of what is being read; nothing where the next event is not at the cursor (before
    /// and after the root element, behind the start of an empty element).
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        if self.in_content() {
            self.bytes.get(self.at..).unwrap_or_default()
        } else {
            &[]
        }
    }

    /// Moves the cursor over bytes that the caller has read, which must be whole tokens other than tags, or whole elements.
    #[inline]
    pub fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.bytes.len());
    }

    /// Passes over white space that stands before a tag; text with anything else in it stays.
    #[inline]
    pub fn skip_indent(&mut self) {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| is_space(**byte)).count();
        if rest.get(length) == Some(&b'<') {
            self.at += length;
        }
    }

    /// Takes a start tag without attributes, `<p:name>`, if it stands at the cursor and the limits allow it.
    ///
    /// `tag` is the whole tag; `prefix` is the length of the prefix without the colon, 0 for none. The caller knows that the
    /// prefix is bound to `ns` here: see [`scope_version`](Reader::scope_version).
    #[inline]
    pub fn predict_start(&mut self, tag: &[u8], prefix: usize, ns: NsId) -> bool {
        let start = self.at;
        if !self.rest().starts_with(tag) || !self.has_room() {
            return false;
        }
        let name = self
            .source
            .get(start + 1..(start + tag.len()).saturating_sub(1))
            .unwrap_or_default();
        let (prefix, local) = match prefix {
            0 => ("", name),
            length => (
                name.get(..length).unwrap_or_default(),
                name.get(length + 1..).unwrap_or_default(),
            ),
        };
        self.scope.truncate(self.kept);
        self.open.push(Open {
            name,
            tag: Tag { ns, prefix, local },
            mark: self.kept,
        });
        self.elements += 1;
        self.attributes.clear();
        self.at = start + tag.len();
        self.set_start(start);
        true
    }

    /// Takes the end tag `</p:name>` of the innermost element if it stands at the cursor.
    #[inline]
    pub fn predict_end(&mut self, tag: &[u8]) -> bool {
        // The root's end and an entity's are left to `next`.
        if !self.rest().starts_with(tag) || self.open.len() <= self.floor + 1 {
            return false;
        }
        let start = self.at;
        self.at += tag.len();
        self.set_start(start);
        if let Some(open) = self.open.pop() {
            self.scope.truncate(self.kept);
            self.kept = open.mark;
        }
        true
    }

    /// Takes a whole element `<p:name>text</p:name>` if it stands at the cursor with plain text: no attribute, no reference,
    /// no comment, no carriage return, nothing over a limit.
    #[inline]
    pub fn predict_leaf(&mut self, start: &[u8], end: &[u8]) -> Option<&'a str> {
        let rest = self.rest();
        if !rest.starts_with(start) || !self.has_room() {
            return None;
        }
        let from = self.at + start.len();
        let to = self.find_markup(from)?;
        if !self
            .bytes
            .get(to..)
            .is_some_and(|rest| rest.starts_with(end))
        {
            return None;
        }
        if to > self.survey.carriage_return
            || to > self.survey.section_end
            || to - from > self.options.limits.text
        {
            return None;
        }
        let begin = self.at;
        self.elements += 1;
        self.at = to + end.len();
        self.set_start(begin);
        self.source.get(from..to)
    }

    /// Takes plain text up to the next tag, which may be none; a reference, a comment, a CDATA section or a carriage return
    /// leaves it to `next`.
    #[inline]
    pub fn predict_text(&mut self) -> Option<&'a str> {
        if !self.in_content() {
            return None;
        }
        self.plain_text().unwrap_or_default()
    }

    /// Changes whenever a prefix is bound or a binding ends; while it is the same, what [`resolve`](Reader::resolve) says of
    /// any prefix is too.
    #[inline]
    pub fn scope_version(&mut self) -> u64 {
        self.scope.truncate(self.kept);
        self.scope.version
    }

    /// Takes back the start tag that was just read: the cursor stands before it again, and `next` reads it anew.
    ///
    /// Only directly after [`Event::Start`].
    pub fn unread(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.at = self.offset();
        self.empty = false;
        self.elements = self.elements.saturating_sub(1);
        self.kept = open.mark;
        self.scope.truncate(open.mark);
        self.attributes.clear();
        self.reopen();
        self.set_start(self.at);
    }

    /// Reads to the end tag of the element whose start was just read, and returns the element as written.
    ///
    /// # Errors
    /// As [`next`](Reader::next).
    pub fn skip_element(&mut self) -> Result<&'a str, Error> {
        let start = self.offset();
        let depth = self.depth();
        loop {
            match self.next()? {
                Event::End(_) if self.depth() < depth => break,
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(self
            .source
            .get(start..self.end_offset())
            .unwrap_or_default())
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.open.len() < self.options.limits.depth && self.elements < self.options.limits.elements
    }
}
