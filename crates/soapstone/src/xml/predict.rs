//! Steps for a reader that knows which name may come next and which prefix the document gave to its namespace.

use std::borrow::Cow;

use super::chars::{in_name, is_space};
use super::reader::{Open, Reader};
use super::reference;
use super::scan;
use super::words::Words;
use super::{NsId, Tag};

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
    start: Words,
    end: Words,
    prefixed: bool,
}

impl Openings {
    /// Makes them of a prefix, empty for none; a prefix that is too long is not predicted.
    pub fn new(prefix: &str) -> Option<Openings> {
        let mut text = [0; Words::MOST];
        let end = prefix.len() + 2 + usize::from(!prefix.is_empty());
        let (marks, rest) = text.split_at_mut_checked(2)?;
        marks.copy_from_slice(b"</");
        rest.get_mut(..prefix.len())?
            .copy_from_slice(prefix.as_bytes());
        if !prefix.is_empty() {
            *rest.get_mut(prefix.len())? = b':';
        }
        let close = Words::new(text.get(..end)?);
        // The same without the slash.
        text.copy_within(2..end, 1);
        Some(Openings {
            start: Words::new(text.get(..end - 1)?),
            end: close,
            prefixed: !prefix.is_empty(),
        })
    }
}

/// A local name that may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The name.
    pub text: &'static str,
    words: Words,
}

impl Local {
    /// Makes it ready.
    pub const fn new(text: &'static str) -> Local {
        Local {
            text,
            words: Words::new(text.as_bytes()),
        }
    }

    /// Tells whether the name, or a longer one that begins with it, stands at an offset.
    #[inline(always)]
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        self.words.stand_at(bytes, at)
            && (self.text.len() <= Words::MOST
                || bytes.get(at..at + self.text.len()) == Some(self.text.as_bytes()))
    }

    /// Tells whether the name and then `>` stand at an offset.
    #[inline(always)]
    fn ends_tag_at(&self, bytes: &[u8], at: usize) -> bool {
        self.stands_at(bytes, at) && bytes.get(at + self.text.len()) == Some(&b'>')
    }
}

impl<'a> Reader<'a> {
    /// Compares the bytes at the cursor with a start tag without attributes.
    #[inline]
    pub fn predict_name(&self, openings: &Openings, local: &Local) -> Prediction {
        if !self.in_content() {
            return Prediction::Unknown;
        }
        let name = self.at + openings.start.len();
        if openings.start.stand_at(self.bytes, self.at) {
            if local.ends_tag_at(self.bytes, name) {
                return Prediction::Hit;
            }
        } else if self.bytes.get(self.at + 1) == Some(&b'/') {
            return Prediction::Miss;
        } else {
            return Prediction::Unknown;
        }
        self.predict_other(name, openings.prefixed, local)
    }

    /// Tells whether the name at an offset, which is not that name and then `>`, is surely another.
    fn predict_other(&self, at: usize, prefixed: bool, local: &Local) -> Prediction {
        let rest = self.bytes.get(at..).unwrap_or_default();
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

    /// Takes the start tag that [`predict_name`](Reader::predict_name) has just hit, if the limits allow it.
    #[inline]
    pub fn take_start(&mut self, openings: &Openings, local: &Local, ns: NsId) -> bool {
        if !self.has_room() {
            return false;
        }
        let start = self.at;
        if !self.push_open(start, openings, local, ns) {
            return false;
        }
        self.at = start + openings.start.len() + local.text.len() + 1;
        self.set_start(start);
        true
    }

    /// Moves behind the name of a start tag with attributes, if it stands at the cursor with this name and one space behind it.
    /// Until [`take_tag_end`](Reader::take_tag_end) or [`take_back_name`](Reader::take_back_name) nothing but attributes may be
    /// read.
    #[inline]
    pub fn take_name(&mut self, openings: &Openings, local: &Local) -> bool {
        let name = self.at + openings.start.len();
        let to = name + local.text.len();
        if !openings.start.stand_at(self.bytes, self.at)
            || !local.stands_at(self.bytes, name)
            || self.bytes.get(to) != Some(&b' ')
            || !self.in_content()
            || !self.has_room()
        {
            return false;
        }
        let start = self.at;
        self.at = to;
        self.set_start(start);
        true
    }

    /// Takes an attribute without a prefix from a start tag, if it comes next and its value stands there as it is. `before` is
    /// how many there were.
    #[inline]
    pub fn take_attribute(&mut self, name: &str, before: usize) -> Option<&'a str> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b" ")?;
        let value = rest.strip_prefix(name.as_bytes())?.strip_prefix(b"=\"")?;
        let length = scan::value_stop(value, b'"')?;
        if value.get(length) != Some(&b'"')
            || length > self.options.limits.text
            || before >= self.options.limits.attributes
        {
            return None;
        }
        let from = self.at + name.len() + 3;
        self.at = from + length + 1;
        self.source.get(from..from + length)
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
        if !self.push_open(start, openings, local, ns) {
            return false;
        }
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
    fn push_open(&mut self, start: usize, openings: &Openings, local: &Local, ns: NsId) -> bool {
        let behind_prefix = start + openings.start.len();
        let to = behind_prefix + local.text.len();
        let (Some(name), Some(local)) = (
            self.source.get(start + 1..to),
            self.source.get(behind_prefix..to),
        ) else {
            return false;
        };
        let prefix = if openings.prefixed {
            self.source
                .get(start + 1..behind_prefix - 1)
                .unwrap_or_default()
        } else {
            ""
        };
        self.scope.truncate(self.kept);
        self.open.push(Open {
            name,
            at: start,
            tag: Tag { ns, prefix, local },
            mark: self.kept,
        });
        self.elements += 1;
        self.attributes.clear();
        true
    }

    /// Takes the end tag of the innermost element, if it stands at the cursor with this name and without white space.
    #[inline]
    pub fn take_end(&mut self, openings: &Openings, local: &Local) -> bool {
        let from = self.at + openings.end.len();
        if !self.in_content()
            || self.open.len() <= 1
            || self.open.len() <= self.floor
            || !openings.end.stand_at(self.bytes, self.at)
            || !local.ends_tag_at(self.bytes, from)
        {
            return false;
        }
        // The element may have been opened under another prefix, or be another one altogether.
        let Some(open) = self.open.last().filter(|open| {
            let source = self.source.as_bytes();
            open.name.len() + 1 == openings.start.len() + local.text.len()
                && openings.start.stand_at(source, open.at)
                && local.stands_at(source, open.at + openings.start.len())
        }) else {
            return false;
        };
        self.kept = open.mark;
        self.open.pop();
        let start = self.at;
        self.at = from + local.text.len() + 1;
        self.set_start(start);
        true
    }

    /// Takes a whole element with this name from the cursor, if it has no attributes and holds nothing but text: no comment, no
    /// carriage return, nothing over a limit.
    #[inline]
    pub fn take_leaf(&mut self, openings: &Openings, local: &Local) -> Option<Cow<'a, str>> {
        let bytes = self.bytes;
        let start = self.at;
        let name = start + openings.start.len();
        if !openings.start.stand_at(bytes, start) || !local.ends_tag_at(bytes, name) {
            return None;
        }
        let from = name + local.text.len() + 1;
        let to = self.find_markup(from)?;
        if bytes.get(to) == Some(&b'&') {
            return self.take_leaf_with_references(openings, local, from, to);
        }
        self.take_leaf_end(openings, local, from, to)?;
        self.source.get(from..to).map(Cow::Borrowed)
    }

    /// Takes the end tag of a leaf whose text stands between two offsets.
    #[inline(always)]
    fn take_leaf_end(
        &mut self,
        openings: &Openings,
        local: &Local,
        from: usize,
        to: usize,
    ) -> Option<()> {
        let name = to + openings.end.len();
        if !openings.end.stand_at(self.bytes, to)
            || !local.ends_tag_at(self.bytes, name)
            || !self.in_content()
            || !self.has_room()
            || to - from > self.options.limits.text
            || !self.is_plain(from, to)
        {
            return None;
        }
        let start = self.at;
        self.elements += 1;
        self.at = name + local.text.len() + 1;
        self.set_start(start);
        Some(())
    }

    /// Takes a leaf in whose text there are references to characters and to what every document has; the first one is at `to`.
    #[inline(never)]
    fn take_leaf_with_references(
        &mut self,
        openings: &Openings,
        local: &Local,
        from: usize,
        to: usize,
    ) -> Option<Cow<'a, str>> {
        let end = to + memchr::memchr(b'<', self.bytes.get(to..)?)?;
        let mut rest = self.source.get(from..end)?;
        let mut text = String::with_capacity(rest.len());
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
        self.take_leaf_end(openings, local, from, end)?;
        Some(Cow::Owned(text))
    }
}
