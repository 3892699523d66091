//! What a reader that predicts needs: the bytes at the cursor, and steps that keep the books as [`Reader::next`] does.
//!
//! A step that does not fit moves nothing, and `next` then reads the same bytes with every check: limits and
//! well-formedness hold on both ways, and errors come from one place.

use super::reader::Reader;
use super::scan;
use super::{Error, Event};

impl<'a> Reader<'a> {
    /// Passes over white space that stands before a tag; text with anything else in it stays.
    #[inline]
    pub fn skip_indent(&mut self) {
        if self.bytes.get(self.at).is_some_and(|byte| *byte <= b' ') && self.in_content() {
            self.skip_some_indent();
        }
    }

    fn skip_some_indent(&mut self) {
        let length = scan::space(self.bytes.get(self.at..).unwrap_or_default());
        let to = self.at + length;
        // Before a comment it may be the beginning of text.
        if self.bytes.get(to) == Some(&b'<') && !matches!(self.bytes.get(to + 1), Some(b'!' | b'?'))
        {
            self.at = to;
        }
    }

    /// Passes over comments, and white space around them, that stand before a tag.
    #[inline]
    pub fn skip_comments(&mut self) {
        if matches!(self.rest(), [b'<', b'!', ..] | [..=b' ', ..]) && self.in_content() {
            self.skip_some_comments();
        }
    }

    #[inline(never)]
    fn skip_some_comments(&mut self) {
        let mut rest = self.rest();
        loop {
            rest = rest.get(scan::space(rest)..).unwrap_or_default();
            let body = rest.strip_prefix(b"<!--").unwrap_or_default();
            match scan::double(body, b'-').and_then(|end| body.get(end + 2..)) {
                Some([b'>', behind @ ..]) => rest = behind,
                _ => break,
            }
        }
        if matches!(rest, [b'<', next, ..] if !matches!(next, b'!' | b'?')) {
            self.at = self.bytes.len() - rest.len();
        }
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

    /// Tells whether text between two tags surely holds no carriage return and no `]]>`.
    #[inline(always)]
    pub(crate) fn is_plain(&self, from: usize, to: usize) -> bool {
        to <= self.survey.carriage_return.min(self.survey.section_end) || self.looks_plain(from, to)
    }

    #[inline(always)]
    fn looks_plain(&self, from: usize, to: usize) -> bool {
        let rest = self.bytes.get(from..).unwrap_or_default();
        match scan::is_near_plain(rest, to - from) {
            Some(plain) => plain,
            None => scan::is_plain(rest.get(..to - from).unwrap_or_default()),
        }
    }

    /// Tells whether the limits leave room for one more element.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        self.open.len() < self.options.limits.depth && self.elements < self.options.limits.elements
    }
}
