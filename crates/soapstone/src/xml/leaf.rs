//! Whole elements that hold nothing but text, taken in one step where they stand as predicted.

use std::borrow::Cow;

use super::NsId;
use super::pieces::Pieces;
use super::predict::Span;
use super::reader::Reader;
use super::scan;
use super::words::{Beginning, Local, Openings};

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

/// What the attributes of a leaf may say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'n> {
    /// The namespace of the leaf.
    pub namespace: &'n str,
    /// Its prefix is bound to that namespace anyway.
    pub is_bound: bool,
    /// It may be nil.
    pub nillable: bool,
}

/// A leaf that was taken.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// Its text, where it could be borrowed.
    pub text: Option<&'a str>,
    /// What it says of its type, or else that it is nil.
    pub said: Option<Said>,
    /// Whether it says that it is nil.
    pub nil: Nil,
}

/// Whether a leaf is nil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nil {
    /// It is not.
    No,
    /// It says so, and nothing of its type.
    Alone,
    /// It says so beside its type.
    Typed,
}

/// An attribute of `xsi`.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// Where the white space before it stands.
    at: usize,
    /// Its value.
    pub value: Span,
}

/// The start tag of a leaf.
struct StartTag {
    /// Behind it.
    end: usize,
    /// It is that of an empty element.
    is_empty: bool,
    said: Option<Said>,
    nil: Nil,
}

impl<'a> Reader<'a> {
    /// Takes a whole element with this name from the cursor, if it has no attributes and holds nothing but text.
    pub fn take_leaf(&mut self, openings: &Openings, local: &Local) -> Option<Cow<'a, str>> {
        if let Some(span) = self.take_plain_leaf(openings, local) {
            return Some(Cow::Borrowed(self.text(span)));
        }
        let mut own = Pieces::default();
        let leaf = self.take_mixed_leaf(openings, local, &mut own, None)?;
        let text = leaf.text;
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
        self.take_leaf_end(openings, local, span, self.at)?;
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
            || (to > self.survey.carriage_return.min(self.survey.section_end)
                && scan::is_near_plain(text, length) != Some(true))
        {
            return None;
        }
        self.pass_leaf(start, to + openings.length + local.text.len() + 2);
        Some(Near::Taken(Span { from, to }))
    }

    /// Takes the text from the cursor to the end tag of the innermost element, if it stands there as it is and nothing else does.
    #[inline]
    pub fn take_content(&mut self) -> Option<Span> {
        let text = self.rest();
        let length = scan::markup(text)?;
        let from = self.at;
        let to = from + length;
        if !text.get(length..)?.starts_with(b"</")
            || !self.in_content()
            || length > self.options.limits.text
            || !self.is_plain(from, to)
        {
            return None;
        }
        self.scope.truncate(self.kept);
        self.at = to;
        self.set_start(from);
        Some(Span { from, to })
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

    /// Takes the end tag of a leaf whose text is that, and which starts there.
    #[inline(always)]
    fn take_leaf_end(
        &mut self,
        openings: &Openings,
        local: &Local,
        span: Span,
        start: usize,
    ) -> Option<()> {
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
        self.pass_leaf(start, span.to + openings.length + local.text.len() + 2);
        Some(())
    }

    /// Takes the rest of a leaf from the end of its start tag, whose name [`take_name`](Reader::take_name) took, if its text stands
    /// there as it is.
    #[inline(always)]
    pub fn take_rest(&mut self, openings: &Openings, local: &Local) -> Option<Span> {
        let text = self.rest().strip_prefix(b">")?;
        let from = self.at + 1;
        let span = Span {
            from,
            to: from + scan::markup(text)?,
        };
        self.take_leaf_end(openings, local, span, self.offset())?;
        Some(span)
    }

    /// Takes a whole element as [`take_leaf`](Reader::take_leaf) does, with references, CDATA sections and comments in its text and
    /// white space in its tags; the text is borrowed, or put into `own`. Where its attributes may be looked at, it may be empty, and
    /// they may say the namespace that it has, its type, and that it is nil.
    #[inline(always)]
    pub fn take_mixed_leaf(
        &mut self,
        openings: &Openings,
        local: &Local,
        own: &mut Pieces,
        expected: Option<Expected<'_>>,
    ) -> Option<Leaf<'a>> {
        let start = self.at;
        let rest = self.rest();
        if !openings.start.begins(rest)
            || !self.in_content()
            || !self.has_room()
            || self.doctype.is_some()
        {
            return None;
        }
        let is_bound = expected.is_none_or(|expected| expected.is_bound);
        let name = rest.get(openings.length..)?;
        let (from, said, nil) = match local.tag_length(name) {
            Some(length) if is_bound => (start + openings.length + length, None, Nil::No),
            _ => {
                let tag = self.leaf_attributes(openings, local, expected?)?;
                if tag.is_empty {
                    self.pass_leaf(start, tag.end);
                    return Some(Leaf {
                        text: Some(""),
                        said: tag.said,
                        nil: tag.nil,
                    });
                }
                (tag.end, tag.said, tag.nil)
            }
        };
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
        self.pass_leaf(start, self.at + openings.length + 1 + length);
        Some(Leaf { text, said, nil })
    }

    /// How an attribute begins that names a type with the same prefix.
    pub fn beginning(&self, said: Said) -> Option<Beginning> {
        let colon = self.text(said.value).find(':')?;
        Beginning::new(self.source.get(said.at..=said.value.from + colon)?)
    }

    /// Takes a whole element as [`take_plain_leaf`](Reader::take_plain_leaf) does, whose one attribute begins so and then has a
    /// local name: that, and the text.
    #[inline(always)]
    pub fn take_typed_leaf(
        &mut self,
        openings: &Openings,
        local: &Local,
        beginning: &Beginning,
    ) -> Option<(Span, Span)> {
        let rest = self.rest();
        let name = rest.get(openings.length..)?;
        if !openings.start.begins(rest) || !local.begins(name) {
            return None;
        }
        let attribute = name.get(local.text.len()..)?;
        let type_ = attribute.get(beginning.length..)?;
        let (length, None) = scan::near_name(type_).filter(|_| beginning.text.begins(attribute))?
        else {
            return None;
        };
        let text = type_.get(length..)?.strip_prefix(b"\">")?;
        let from = self.bytes.len() - text.len();
        let span = Span {
            from,
            to: from + scan::markup(text)?,
        };
        self.take_leaf_end(openings, local, span, self.at)?;
        let type_ = Span {
            from: from - 2 - length,
            to: from - 2,
        };
        Some((type_, span))
    }

    /// A whole attribute, with the white space before it.
    pub fn whole(&self, said: Said) -> Option<Beginning> {
        Beginning::new(self.source.get(said.at..=said.value.to)?)
    }

    /// Takes a whole element without content, whose one attribute is that.
    #[inline(always)]
    pub fn take_empty_leaf(
        &mut self,
        openings: &Openings,
        local: &Local,
        attribute: &Beginning,
    ) -> Option<()> {
        let start = self.at;
        let rest = self.rest();
        let name = rest.get(openings.length..)?;
        if !openings.start.begins(rest) || !local.begins(name) {
            return None;
        }
        let said = name.get(local.text.len()..)?;
        let end = match said.get(attribute.length..)? {
            [b'/', b'>', ..] => 2,
            [b' ', b'/', b'>', ..] => 3,
            _ => return None,
        };
        if !attribute.text.begins(said) || !self.in_content() || !self.has_room() {
            return None;
        }
        let length = openings.length + local.text.len() + attribute.length + end;
        self.pass_leaf(start, start + length);
        Some(())
    }

    /// Looks at the start tag of a leaf. `None` where it says anything else than what that of a leaf may.
    #[inline(never)]
    fn leaf_attributes(
        &self,
        openings: &Openings,
        local: &Local,
        expected: Expected<'_>,
    ) -> Option<StartTag> {
        let rest = self.rest();
        if !local.begins(rest.get(openings.length..)?) || self.options.limits.attributes < 3 {
            return None;
        }
        let mut at = self.at + openings.length + local.text.len();
        let mut is_declared = false;
        let mut type_ = None;
        let mut nil = None;
        let (end, is_empty) = loop {
            let name = match self.bytes.get(at..)? {
                [b'>', ..] => break (at + 1, false),
                [b'/', b'>', ..] => break (at + 2, true),
                [b' ', b'/', b'>', ..] => break (at + 3, true),
                [b' ', name @ ..] => name,
                _ => return None,
            };
            let value = match openings.declaration(rest, name) {
                Some(behind) if !is_declared => {
                    let value = self.value_at(behind)?;
                    if self.text(value) != expected.namespace {
                        return None;
                    }
                    is_declared = true;
                    value
                }
                _ => {
                    let (length, colon) = scan::near_name(name)?;
                    let prefix = self.source.get(at + 1..at + 1 + colon?)?;
                    if self.scope.resolve(prefix) != Some(NsId::XSI) {
                        return None;
                    }
                    let value = self.value_at(name.get(length..)?)?;
                    match name.get(colon?..length)? {
                        b":type" if type_.is_none() => type_ = Some(Said { at, value }),
                        b":nil" if expected.nillable && self.text(value) == "true" => {
                            nil = nil.is_none().then_some(Said { at, value });
                            nil?;
                        }
                        _ => return None,
                    }
                    value
                }
            };
            at = value.to + 1;
        };
        // The type's prefix may be the one that is bound here.
        let is_known = expected.is_bound || (is_declared && type_.is_none());
        is_known.then_some(StartTag {
            end,
            is_empty,
            said: type_.or(nil),
            nil: match (nil, type_) {
                (None, _) => Nil::No,
                (_, None) => Nil::Alone,
                _ => Nil::Typed,
            },
        })
    }

    /// Moves behind a leaf.
    #[inline(always)]
    fn pass_leaf(&mut self, start: usize, to: usize) {
        self.elements += 1;
        self.at = to;
        self.set_start(start);
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
