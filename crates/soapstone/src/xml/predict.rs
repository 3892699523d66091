//! Steps for a reader that knows which name may come next and which prefix the document gave to its namespace.

use smallvec::SmallVec;

use super::NsId;
use super::reader::{Open, Reader};
use super::scan;
use super::words::{Local, Openings, same, word};

/// What the bytes at the cursor say of an expected start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prediction {
    /// It stands there, without attributes.
    Hit,
    /// Its name stands there with a space behind it, as before attributes.
    Name,
    /// Another tag stands there.
    Miss,
    /// The general path has to look.
    Unknown,
}

/// Where a text stands in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
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

/// The tag that stands at some place of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    at: usize,
    /// Its local name; empty for an end tag.
    local: Span,
}

impl Sight {
    /// No tag at all.
    pub(super) const NOTHING: Sight = Sight {
        at: usize::MAX,
        local: Span { from: 0, to: 0 },
    };
}

/// An attribute without a prefix.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    name: Span,
    /// Its value, which stands there as it is.
    pub value: Span,
    /// It was asked for.
    pub is_taken: bool,
}

impl<'a> Reader<'a> {
    /// Compares the bytes at the cursor with a start tag.
    #[inline]
    pub fn predict_name(&mut self, openings: &Openings, local: &Local) -> Prediction {
        if !self.in_content() {
            return Prediction::Unknown;
        }
        let rest = self.rest();
        let name = rest.get(openings.length..).unwrap_or_default();
        if self.is_at(openings, local) {
            match name.get(local.text.len()) {
                Some(b'>') => return Prediction::Hit,
                Some(b' ') => return Prediction::Name,
                _ => {}
            }
        }
        if self.sees_other(local) {
            return Prediction::Miss;
        }
        Prediction::Unknown
    }

    /// Tells whether a start tag whose name begins with that one stands at the cursor.
    #[inline(always)]
    pub fn is_at(&self, openings: &Openings, local: &Local) -> bool {
        let rest = self.rest();
        openings.start.begins(rest) && local.begins(rest.get(openings.length..).unwrap_or_default())
    }

    /// Tells whether the tag at the cursor is surely not the start tag of an element with that local name, whatever its namespace.
    #[inline]
    pub fn sees_other(&mut self, local: &Local) -> bool {
        if self.sight.at != self.at {
            self.look_at_tag();
        }
        self.saw_other(local)
    }

    /// Tells the same where the tag at the cursor was looked at before.
    #[inline(always)]
    pub fn saw_other(&self, local: &Local) -> bool {
        let Sight { at, local: seen } = self.sight;
        at == self.at && (seen.len() != local.text.len() || !self.is_text(seen, local))
    }

    /// Tells whether a local name stands at a span of its length.
    #[inline(always)]
    fn is_text(&self, span: Span, local: &Local) -> bool {
        let bytes = self.bytes.get(span.from..).unwrap_or_default();
        local.begins(bytes) || bytes.get(..span.len()) == Some(local.text.as_bytes())
    }

    /// Looks at the tag at the cursor, if there is one.
    #[inline(never)]
    fn look_at_tag(&mut self) {
        let name = match self.rest() {
            _ if !self.in_content() || self.doctype.is_some() => None,
            [b'<', b'/', ..] => Some((0, 0)),
            [b'<', name @ ..] => scan::tag_name(name),
            _ => None,
        };
        if let Some((from, to)) = name {
            let name = self.at + 1;
            self.sight = Sight {
                at: self.at,
                local: Span {
                    from: name + from,
                    to: name + to,
                },
            };
        }
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

    /// Moves behind the name of a start tag with attributes that [`predict_name`](Reader::predict_name) has just seen, if the limits
    /// allow it. Until [`take_tag_end`](Reader::take_tag_end), [`take_rest`](Reader::take_rest) or
    /// [`take_back_name`](Reader::take_back_name) nothing but attributes may be read.
    #[inline]
    pub fn take_name(&mut self, openings: &Openings, local: &Local) -> bool {
        if !self.has_room() {
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
        let value = self.value_at(rest.strip_prefix(name.as_bytes())?)?;
        if before >= self.options.limits.attributes {
            return None;
        }
        self.at = value.to + 1;
        Some(value)
    }

    /// Takes the attributes from the cursor to the end of the start tag into a list, if none has a prefix or binds one, and their
    /// values stand there as they are; `before` is how many there were. That their names are legal and no two the same is known
    /// when each was asked for.
    pub fn list_attributes(&mut self, before: usize, list: &mut SmallVec<[Listed; 8]>) -> bool {
        let start = self.at;
        let room = self.options.limits.attributes.saturating_sub(before);
        loop {
            let is_spaced = match self.rest() {
                [b' ', next, ..] if *next > b' ' => {
                    self.at += 1;
                    true
                }
                _ => self.skip_space(),
            };
            if self.at_tag_end() {
                return true;
            }
            let Some(listed) = self.listed().filter(|_| is_spaced && list.len() < room) else {
                list.clear();
                self.at = start;
                return false;
            };
            self.at = listed.value.to + 1;
            list.push(listed);
        }
    }

    /// The attribute at the cursor.
    #[inline(always)]
    fn listed(&self) -> Option<Listed> {
        let rest = self.rest();
        let length = scan::near_equals(rest)?;
        let name = rest.get(..length)?;
        let is_plain = name.last().is_some_and(|byte| *byte > b' ')
            && !name.starts_with(b"xmlns")
            && length <= self.options.limits.name;
        let value = self.value_at(rest.get(length..).filter(|_| is_plain)?)?;
        let name = Span {
            from: self.at,
            to: self.at + length,
        };
        Some(Listed {
            name,
            value,
            is_taken: false,
        })
    }

    /// Tells whether an attribute has a name.
    #[inline(always)]
    pub fn is_named(&self, listed: &Listed, name: &str) -> bool {
        listed.name.len() == name.len() && self.text(listed.name) == name
    }

    /// The value of an attribute whose name ends where these bytes begin, if it stands there as it is.
    #[inline(always)]
    pub(super) fn value_at(&self, behind: &[u8]) -> Option<Span> {
        let value = behind.strip_prefix(b"=\"")?;
        let length = scan::value_stop(value, b'"')?;
        if value.get(length) != Some(&b'"') || length > self.options.limits.text {
            return None;
        }
        let from = self.bytes.len() - value.len();
        Some(Span {
            from,
            to: from + length,
        })
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

    /// Tells whether a start tag ends at the cursor; some write a space before the end of an empty element.
    #[inline]
    pub fn at_tag_end(&self) -> bool {
        matches!(
            self.bytes.get(self.at..),
            Some([b'>', ..] | [b'/', b'>', ..] | [b' ', b'/', b'>', ..])
        )
    }

    /// Takes the end of a start tag that [`take_name`](Reader::take_name) began, if it is at the cursor.
    #[inline]
    pub fn take_tag_end(&mut self, openings: &Openings, local: &Local, ns: NsId) -> bool {
        let length = match self.rest() {
            [b'>', ..] => 1,
            [b'/', b'>', ..] => 2,
            [b' ', b'/', b'>', ..] => 3,
            _ => return false,
        };
        let start = self.offset();
        self.push_open(start, openings, local, ns);
        self.at += length;
        self.empty = length > 1;
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

    /// Takes the end tag of the innermost element, if it stands at the cursor without white space.
    #[inline]
    pub fn take_end(&mut self) -> bool {
        let (Some(open), Some(name)) = (self.open.last(), self.rest().strip_prefix(b"</")) else {
            return false;
        };
        let started = self.source.as_bytes().get(open.at + 1..);
        if self.open.len() <= self.floor.max(1)
            || !self.in_content()
            || !same(started.unwrap_or_default(), name, open.name)
            || name.get(open.name) != Some(&b'>')
        {
            return false;
        }
        let start = self.at;
        self.at = start + open.name + 3;
        self.kept = open.mark;
        self.open.pop();
        self.set_start(start);
        true
    }

    /// Takes a start tag without attributes, if it stands at the cursor with this name, little white space stands before it, its name
    /// is short, and the bindings are those of a [version](Reader::scope_version).
    #[inline(always)]
    pub fn take_near_start(
        &mut self,
        openings: &Openings,
        local: &Local,
        ns: NsId,
        version: u64,
    ) -> bool {
        if self.scope.version != version || self.scope.len() != self.kept {
            return false;
        }
        let mut rest = self.rest();
        let mut start = self.at;
        if rest.first().is_some_and(|byte| *byte <= b' ') {
            let indent = scan::near_space(rest).unwrap_or_default();
            start += indent;
            rest = rest.get(indent..).unwrap_or_default();
        }
        let name = rest.get(openings.length..).unwrap_or_default();
        if !openings.start.begins(rest)
            || local.near_ends_tag(name) != Some(true)
            || !self.in_content()
            || !self.has_room()
        {
            return false;
        }
        self.push_open(start, openings, local, ns);
        self.at = start + openings.length + local.text.len() + 1;
        self.set_start(start);
        true
    }
}
