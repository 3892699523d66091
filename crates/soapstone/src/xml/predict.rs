//! Steps for a reader that knows which name may come next and which prefix the document gave to its namespace.

use std::borrow::Cow;

use super::NsId;
use super::chars::{in_name, is_space};
use super::pieces::Pieces;
use super::reader::{Open, Reader};
use super::scan;
use super::words::{Local, Openings, word};

/// What the bytes at the cursor say of an expected start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prediction {
    /// It stands there, without attributes.
    Hit,
    /// Another tag stands there.
    Miss,
    /// The general path has to look.
    Unknown,
}

/// What the bytes near the cursor say of an expected leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Near {
    /// It stood there, and was taken.
    Taken(Span),
    /// Something else stands there.
    Other,
    /// More has to be looked at than what is near.
    Far,
}

/// Where a text stands in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    from: usize,
    to: usize,
}

impl Span {
    /// How many bytes it has.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.to - self.from
    }

    /// Tells whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.from == self.to
    }
}

impl<'a> Reader<'a> {
    /// Compares the bytes at the cursor with a start tag without attributes.
    #[inline]
    pub fn predict_name(&self, openings: &Openings, local: &Local) -> Prediction {
        if !self.in_content() {
            return Prediction::Unknown;
        }
        let rest = self.rest();
        let name = rest.get(openings.length..).unwrap_or_default();
        if openings.start.begins(rest) {
            if local.ends_tag(name) {
                return Prediction::Hit;
            }
        } else if rest.get(1) == Some(&b'/') {
            return Prediction::Miss;
        } else {
            return Prediction::Unknown;
        }
        predict_other(name, openings.prefixed(), local)
    }

    #[inline(always)]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Takes the start tag that [`predict_name`](Reader::predict_name) has just hit, if the limits allow it.
    #[inline]
    pub fn take_start(&mut self, openings: &Openings, local: &Local, ns: NsId) -> bool {
        if !self.has_room() {
            return false;
        }
        let start = self.at;
        self.push_open(start, openings, local, ns);
        self.at = start + openings.length + local.text.len() + 1;
        self.set_start(start);
        true
    }

    /// Moves behind the name of a start tag with attributes, if it stands at the cursor with this name and one space behind it.
    /// Until [`take_tag_end`](Reader::take_tag_end) or [`take_back_name`](Reader::take_back_name) nothing but attributes may be
    /// read.
    #[inline]
    pub fn take_name(&mut self, openings: &Openings, local: &Local) -> bool {
        let rest = self.rest();
        let name = rest.get(openings.length..).unwrap_or_default();
        if !openings.start.begins(rest)
            || !local.begins(name)
            || name.get(local.text.len()) != Some(&b' ')
            || !self.in_content()
            || !self.has_room()
        {
            return false;
        }
        let start = self.at;
        self.at = start + openings.length + local.text.len();
        self.set_start(start);
        true
    }

    /// Takes an attribute without a prefix from a start tag, if it comes next and its value stands there as it is. `before` is
    /// how many there were.
    #[inline]
    pub fn take_attribute(&mut self, name: &str, before: usize) -> Option<Span> {
        let rest = self.rest().strip_prefix(b" ")?;
        let value = rest.strip_prefix(name.as_bytes())?.strip_prefix(b"=\"")?;
        let length = scan::value_stop(value, b'"')?;
        if value.get(length) != Some(&b'"')
            || length > self.options.limits.text
            || before >= self.options.limits.attributes
        {
            return None;
        }
        let from = self.at + name.len() + 3;
        let to = from + length;
        self.at = to + 1;
        Some(Span { from, to })
    }

    /// The text of a span.
    #[inline]
    pub fn text(&self, span: Span) -> &'a str {
        self.source.get(span.from..span.to).unwrap_or_default()
    }

    /// The first eight bytes of a span and of what stands behind it, the first one lowest.
    #[inline(always)]
    pub fn word(&self, span: Span) -> Option<u64> {
        word(self.bytes, span.from)
    }

    /// Tells whether a start tag ends at the cursor.
    #[inline]
    pub fn at_tag_end(&self) -> bool {
        matches!(
            self.bytes.get(self.at..),
            Some([b'>', ..] | [b'/', b'>', ..])
        )
    }

    /// Takes the end of a start tag that [`take_name`](Reader::take_name) began, if it is at the cursor.
    #[inline]
    pub fn take_tag_end(&mut self, openings: &Openings, local: &Local, ns: NsId) -> bool {
        if !self.at_tag_end() {
            return false;
        }
        let start = self.offset();
        let empty = self.bytes.get(self.at) == Some(&b'/');
        self.push_open(start, openings, local, ns);
        self.at += 1 + usize::from(empty);
        self.empty = empty;
        self.set_start(start);
        true
    }

    /// Moves back to the start tag that [`take_name`](Reader::take_name) began.
    pub fn take_back_name(&mut self) {
        self.at = self.offset();
    }

    /// Moves back to the leaf that was taken last, to take it once more.
    pub fn take_back_leaf(&mut self) {
        self.at = self.offset();
        self.elements = self.elements.saturating_sub(1);
    }

    /// Opens the element whose start tag begins at an offset.
    #[inline]
    fn push_open(&mut self, start: usize, openings: &Openings, local: &Local, ns: NsId) {
        self.scope.truncate(self.kept);
        self.open.push(Open {
            at: start,
            prefix: openings.length - 1,
            name: openings.length - 1 + local.text.len(),
            ns,
            mark: self.kept,
        });
        self.elements += 1;
        self.attributes.clear();
    }

    /// Takes the end tag of the innermost element, if it stands at the cursor with this name and without white space.
    #[inline]
    pub fn take_end(&mut self, openings: &Openings, local: &Local) -> bool {
        let rest = self.rest();
        let name = rest.get(openings.length + 1..).unwrap_or_default();
        if !openings.end.begins(rest)
            || !local.ends_tag(name)
            || !self.in_content()
            || self.open.len() <= 1
            || self.open.len() <= self.floor
        {
            return false;
        }
        // The element may have been opened under another prefix, or be another one altogether.
        let source = self.source.as_bytes();
        let Some(open) = self.open.last().filter(|open| {
            let rest = source.get(open.at..).unwrap_or_default();
            open.name + 1 == openings.length + local.text.len()
                && openings.start.begins(rest)
                && local.begins(rest.get(openings.length..).unwrap_or_default())
        }) else {
            return false;
        };
        self.kept = open.mark;
        self.open.pop();
        let start = self.at;
        self.at = start + openings.length + local.text.len() + 2;
        self.set_start(start);
        true
    }

    /// Takes a whole element with this name from the cursor, if it has no attributes and holds nothing but text.
    pub fn take_leaf(&mut self, openings: &Openings, local: &Local) -> Option<Cow<'a, str>> {
        if let Some(span) = self.take_plain_leaf(openings, local) {
            return Some(Cow::Borrowed(self.text(span)));
        }
        let mut own = Pieces::default();
        let text = self.take_mixed_leaf(openings, local, &mut own)?;
        Some(text.map_or_else(|| Cow::Owned(own.take()), Cow::Borrowed))
    }

    /// Takes a whole element as [`take_leaf`](Reader::take_leaf) does, if its text stands there as it is.
    #[inline]
    pub fn take_plain_leaf(&mut self, openings: &Openings, local: &Local) -> Option<Span> {
        let text = self.leaf_text(openings, local)?;
        let length = scan::markup(text)?;
        let from = self.at + openings.length + local.text.len() + 1;
        let span = Span {
            from,
            to: from + length,
        };
        self.take_leaf_end(openings, local, span)?;
        Some(span)
    }

    /// Takes a whole element as [`take_plain_leaf`](Reader::take_plain_leaf) does, if little white space stands before it, its name
    /// and text are short, and the bindings are those of a [version](Reader::scope_version).
    #[inline(always)]
    pub fn take_near_leaf(&mut self, openings: &Openings, local: &Local, version: u64) -> Near {
        if self.scope.version != version || self.scope.len() != self.kept {
            return Near::Far;
        }
        self.near_leaf(openings, local).unwrap_or(Near::Far)
    }

    /// `None` where more has to be looked at.
    #[inline(always)]
    fn near_leaf(&mut self, openings: &Openings, local: &Local) -> Option<Near> {
        let mut start = self.at;
        let mut rest = self.bytes.get(start..)?;
        if rest.first().is_some_and(|byte| *byte <= b' ') {
            let indent = scan::near_space(rest)?;
            start += indent;
            rest = rest.get(indent..)?;
        }
        if !openings.start.begins(rest) {
            return Some(Near::Other);
        }
        let name = rest.get(openings.length..)?;
        if !local.near_ends_tag(name)? {
            return Some(Near::Other);
        }
        let text = name.get(local.text.len() + 1..)?;
        let length = scan::near_markup(text)?;
        let end = text.get(length..)?;
        let name = end.get(openings.length + 1..)?;
        if !openings.end.begins(end) || !local.near_ends_tag(name)? {
            return Some(Near::Other);
        }
        let from = start + openings.length + local.text.len() + 1;
        let to = from + length;
        if !self.in_content()
            || !self.has_room()
            || length > self.options.limits.text
            || to > self.survey.carriage_return.min(self.survey.section_end)
        {
            return None;
        }
        self.elements += 1;
        self.at = to + openings.length + local.text.len() + 2;
        self.set_start(start);
        Some(Near::Taken(Span { from, to }))
    }

    /// What stands behind the start tag of a leaf.
    #[inline(always)]
    fn leaf_text(&self, openings: &Openings, local: &Local) -> Option<&'a [u8]> {
        let rest = self.rest();
        let name = rest.get(openings.length..)?;
        if !openings.start.begins(rest) || !local.ends_tag(name) {
            return None;
        }
        name.get(local.text.len() + 1..)
    }

    /// Takes the end tag of a leaf whose text is that.
    #[inline(always)]
    fn take_leaf_end(&mut self, openings: &Openings, local: &Local, span: Span) -> Option<()> {
        let behind = self.bytes.get(span.to..)?;
        let name = behind.get(openings.length + 1..)?;
        if !openings.end.begins(behind)
            || !local.ends_tag(name)
            || !self.in_content()
            || !self.has_room()
            || span.len() > self.options.limits.text
            || !self.is_plain(span.from, span.to)
        {
            return None;
        }
        let start = self.at;
        self.elements += 1;
        self.at = span.to + openings.length + local.text.len() + 2;
        self.set_start(start);
        Some(())
    }

    /// Takes a whole element as [`take_leaf`](Reader::take_leaf) does, with references, CDATA sections and comments in its text and
    /// white space in its tags; the text is borrowed, or put into `own`.
    #[inline(always)]
    pub fn take_mixed_leaf(
        &mut self,
        openings: &Openings,
        local: &Local,
        own: &mut Pieces,
    ) -> Option<Option<&'a str>> {
        let start = self.at;
        let rest = self.rest();
        if !openings.start.begins(rest)
            || !self.in_content()
            || !self.has_room()
            || self.doctype.is_some()
        {
            return None;
        }
        let length = local.tag_length(rest.get(openings.length..)?)?;
        let from = start + openings.length + length;
        let text = match self.near_text(from, own) {
            Some((text, to)) => {
                self.at = to;
                text
            }
            None => self.far_mixed_text(from, own)?,
        };
        let rest = self.rest();
        let end = rest.get(openings.length + 1..).unwrap_or_default();
        let length = local.tag_length(end).filter(|_| openings.end.begins(rest));
        let Some(length) = length else {
            self.at = start;
            return None;
        };
        self.elements += 1;
        self.at += openings.length + 1 + length;
        self.set_start(start);
        Some(text)
    }

    /// Moves behind the text that begins there; nowhere if there is something wrong with it.
    #[inline(never)]
    fn far_mixed_text(&mut self, from: usize, own: &mut Pieces) -> Option<Option<&'a str>> {
        let start = std::mem::replace(&mut self.at, from);
        let text = self.mixed_text(own);
        if text.is_err() {
            self.at = start;
        }
        text.ok()
    }
}

/// Tells whether the name at the front, which is not that name and then `>`, is surely another.
fn predict_other(rest: &[u8], prefixed: bool, local: &Local) -> Prediction {
    let length = rest.iter().take_while(|byte| in_name(**byte)).count();
    match rest.get(length) {
        // Without a prefix the name may turn out to have one, which may be bound to the same namespace.
        Some(b':') | None => Prediction::Unknown,
        Some(b'/') if length == 0 && !prefixed => Prediction::Miss,
        Some(_) if rest.get(..length) == Some(local.text.as_bytes()) => Prediction::Unknown,
        Some(b'>' | b'/') => Prediction::Miss,
        Some(byte) if is_space(*byte) => Prediction::Miss,
        Some(_) => Prediction::Unknown,
    }
}
