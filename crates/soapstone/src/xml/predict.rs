//! Steps for a reader that knows which name may come next and which prefix the document gave to its namespace.

use std::borrow::Cow;

use super::NsId;
use super::chars::{in_name, is_space};
use super::reader::{Open, Reader};
use super::reference;
use super::scan;
use super::words::{self, Word, Words};

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

/// How the tags of a namespace begin in a document: `<p:` and `</p:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Openings {
    start: Word,
    end: Word,
    /// The length of the first; the other has a byte more.
    length: usize,
}

impl Openings {
    /// Makes them of a prefix, empty for none; a prefix that is too long is not predicted.
    pub fn new(prefix: &str) -> Option<Openings> {
        let mut text = [0; 16];
        let end = prefix.len() + 2 + usize::from(!prefix.is_empty());
        let (marks, rest) = text.split_at_mut_checked(2)?;
        marks.copy_from_slice(b"</");
        rest.get_mut(..prefix.len())?
            .copy_from_slice(prefix.as_bytes());
        if !prefix.is_empty() {
            *rest.get_mut(prefix.len())? = b':';
        }
        let close = Word::new(text.get(..end)?);
        // The same without the slash.
        text.copy_within(2..end, 1);
        Some(Openings {
            start: Word::new(text.get(..end - 1)?),
            end: close,
            length: end - 1,
        })
    }

    #[inline(always)]
    fn prefixed(&self) -> bool {
        self.length > 1
    }
}

/// A local name that may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The name.
    pub text: &'static str,
    /// The name and `>`.
    tag: Words,
}

impl Local {
    /// Makes it ready.
    pub const fn new(text: &'static str) -> Local {
        let name = text.as_bytes();
        let mut tag = [b'>'; Words::MOST];
        let mut length = 0;
        while length < name.len() && length < tag.len() {
            tag[length] = name[length];
            length += 1;
        }
        if length < tag.len() {
            length += 1;
        }
        Local {
            text,
            tag: Words::new(tag.split_at(length).0),
        }
    }

    /// Tells whether bytes begin with the name, or with a longer one that begins with it.
    #[inline(always)]
    fn begins(&self, bytes: &[u8]) -> bool {
        self.tag.front().begins_up_to(self.text.len(), bytes)
            && (self.text.len() <= 16 || bytes.starts_with(self.text.as_bytes()))
    }

    /// Tells whether bytes begin with the name and then `>`.
    #[inline(always)]
    fn ends_tag(&self, bytes: &[u8]) -> bool {
        self.tag.begin(bytes) && (self.text.len() < Words::MOST || self.long_ends_tag(bytes))
    }

    #[inline(never)]
    fn long_ends_tag(&self, bytes: &[u8]) -> bool {
        bytes
            .strip_prefix(self.text.as_bytes())
            .is_some_and(|rest| rest.first() == Some(&b'>'))
    }
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
    fn rest(&self) -> &'a [u8] {
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
        words::word(self.bytes, span.from)
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

    /// Takes a whole element with this name from the cursor, if it has no attributes and holds nothing but text: no comment, no
    /// carriage return, nothing over a limit.
    pub fn take_leaf(&mut self, openings: &Openings, local: &Local) -> Option<Cow<'a, str>> {
        match self.take_plain_leaf(openings, local) {
            Some(span) => Some(Cow::Borrowed(self.text(span))),
            None => self.take_leaf_with_references(openings, local),
        }
    }

    /// Takes a whole element as [`take_leaf`](Reader::take_leaf) does, if there are no references in it.
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

    /// Takes a leaf in whose text there are references to characters and to what every document has.
    #[inline(never)]
    fn take_leaf_with_references(
        &mut self,
        openings: &Openings,
        local: &Local,
    ) -> Option<Cow<'a, str>> {
        let behind = self.leaf_text(openings, local)?;
        let length = memchr::memchr(b'<', behind)?;
        let from = self.at + openings.length + local.text.len() + 1;
        let span = Span {
            from,
            to: from + length,
        };
        let mut rest = self.source.get(span.from..span.to)?;
        let mut text = String::with_capacity(length);
        while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
            let (before, reference) = rest.split_at_checked(at)?;
            text.push_str(before);
            let (name, length) = reference::split(reference)?;
            text.push(match name.strip_prefix('#') {
                Some(number) => reference::character(number)?,
                None => reference::predefined(name)?,
            });
            rest = reference.get(length..)?;
        }
        text.push_str(rest);
        self.take_leaf_end(openings, local, span)?;
        Some(Cow::Owned(text))
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
