//! The pull reader: what comes next, with well-formedness and namespaces checked on the way (XML 1.0 fifth edition).
//!
//! It reads text in place and borrows whatever can be borrowed. [`tag`](super::tag) reads tags, [`text`](super::text) reads
//! character data, [`subset`](super::subset) reads a document type declaration.

use std::borrow::Cow;

use bytes::Bytes;
use bytestring::ByteString;
use smallvec::SmallVec;

use super::doctype::Doctype;
use super::error::{Error, ErrorKind, Limited, Place};
use super::pieces::Pieces;
use super::predict::Sight;
use super::scope::Scope;
use super::survey::{self, Survey};
use super::{Attribute, Event, NsId, Options, Tag};

/// Reads a document's events one after another.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    pub(crate) source: &'a str,
    /// The bytes that the source is a part of, where its texts are to be kept without copies.
    shared: Option<&'a Bytes>,
    /// The source up to the end of what is being read: all of it, or an entity's replacement text.
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
    pub(crate) options: Options,
    pub(crate) survey: Survey,
    pub(crate) scope: Scope<'a>,
    /// How many bindings of the scope hold for what comes next.
    pub(crate) kept: usize,
    pub(crate) open: SmallVec<[Open; 8]>,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// The prefix that the last start tag bound to the namespace to which it was bound already.
    pub(super) bound_again: Option<&'a str>,
    pub(crate) elements: usize,
    /// The last start tag was that of an empty element: its end comes next.
    pub(crate) empty: bool,
    pub(crate) doctype: Option<Box<Doctype<'a>>>,
    /// The entities being read, outermost first.
    pub(crate) frames: Vec<Frame<'a>>,
    /// How many elements were open where the innermost entity began.
    pub(crate) floor: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The tag that was looked at last before it was read.
    pub(super) sight: Sight,
    pub(super) part: Part,
    /// Values that are names have their prefix in braces: no pattern is to see it.
    pub(crate) names_in_full: bool,
}

/// An element whose end tag is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    /// Where its start tag begins.
    pub(crate) at: usize,
    /// The length of its qualified name.
    pub(crate) name: usize,
    /// The length of its prefix and the colon; none without a prefix.
    pub(crate) prefix: usize,
    pub(crate) ns: NsId,
    /// How many bindings there were before it.
    pub(crate) mark: usize,
}

/// Where to go on after an entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
    pub(crate) floor: usize,
    /// Where the entity's replacement text starts: no two entities start at one place.
    pub(crate) entity: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Declaration,
    Prolog,
    Content,
    Epilog,
}

impl<'a> Reader<'a> {
    /// Makes a reader of a whole document; [`decode`](super::decode) makes the text.
    #[inline]
    pub fn new(text: &'a str, options: &Options) -> Reader<'a> {
        let within = text.len() <= options.limits.bytes;
        let survey = survey::survey(if within { text } else { "" });
        Reader {
            source: text,
            shared: None,
            bytes: text.as_bytes(),
            at: 0,
            options: *options,
            survey,
            scope: Scope::new(),
            kept: 0,
            open: SmallVec::new(),
            attributes: Vec::new(),
            bound_again: None,
            elements: 0,
            empty: false,
            doctype: None,
            frames: Vec::new(),
            floor: 0,
            start: 0,
            end: 0,
            sight: Sight::NOTHING,
            part: Part::Declaration,
            names_in_full: false,
        }
    }

    /// Lets texts be kept as parts of the bytes that were decoded, where the source is a part of them: as UTF-8 mostly is.
    pub fn share(&mut self, bytes: &'a Bytes) {
        self.shared = Some(bytes);
    }

    /// A text as a part of the shared bytes, if it stands there.
    pub(crate) fn shared_part(&self, text: &str) -> Option<ByteString> {
        let bytes = self.shared?;
        let from = (text.as_ptr() as usize).checked_sub(bytes.as_ptr() as usize)?;
        let to = from
            .checked_add(text.len())
            .filter(|to| *to <= bytes.len())?;
        ByteString::try_from(bytes.slice(from..to)).ok()
    }

    /// Makes a reader of one element as written somewhere, with the prefixes that were bound around it.
    pub fn within(
        text: &'a str,
        bindings: impl DoubleEndedIterator<Item = (&'a str, &'a str)>,
        options: &Options,
    ) -> Reader<'a> {
        let mut reader = Reader::new(text, options);
        // They come innermost first.
        for (prefix, namespace) in bindings.rev() {
            let ns = reader.scope.intern(Cow::Borrowed(namespace));
            reader.scope.bind(prefix, ns);
        }
        reader.kept = reader.scope.len();
        reader
    }

    /// Reads the next event.
    ///
    /// # Errors
    /// Whatever keeps the document from being well-formed, and every limit that it goes over. After an error the reader is
    /// of no further use.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Event<'a>, Error> {
        if self.empty {
            self.empty = false;
            self.start = self.at;
            return self.close();
        }
        if self.part == Part::Content {
            self.scope.truncate(self.kept);
            return self.content();
        }
        self.outside()
    }

    /// Reads on from inside the root element.
    #[inline]
    fn content(&mut self) -> Result<Event<'a>, Error> {
        loop {
            self.start = self.at;
            match self.bytes.get(self.at) {
                Some(b'<') => match self.bytes.get(self.at + 1) {
                    Some(b'/') => return self.end_tag(),
                    Some(b'!' | b'?') => {}
                    _ => return self.start_tag(),
                },
                Some(_) => {
                    if let Some(text) = self.plain_text()? {
                        self.end = self.at;
                        return Ok(Event::Text(Cow::Borrowed(text)));
                    }
                }
                None if self.frames.is_empty() => {
                    return Err(self.syntax(self.at, "the document ends inside an element"));
                }
                None => {
                    self.leave_entity()?;
                    continue;
                }
            }
            let mut own = Pieces::default();
            let text = match self.mixed_text(&mut own)? {
                Some(text) => Cow::Borrowed(text),
                None => Cow::Owned(own.take()),
            };
            if !text.is_empty() {
                self.end = self.at;
                return Ok(Event::Text(text));
            }
        }
    }

    #[inline]
    pub(super) fn start_tag(&mut self) -> Result<Event<'a>, Error> {
        let tag = self.read_start_tag()?;
        self.end = self.at;
        Ok(Event::Start(tag))
    }

    #[inline]
    fn end_tag(&mut self) -> Result<Event<'a>, Error> {
        self.read_end_tag()?;
        self.close()
    }

    /// Closes the innermost element; its bindings stay in scope until the next event.
    #[inline]
    pub(crate) fn close(&mut self) -> Result<Event<'a>, Error> {
        let Some(open) = self.open.pop() else {
            return Err(self.syntax(self.start, "an end tag without its start tag"));
        };
        self.kept = open.mark;
        self.end = self.at;
        if self.open.is_empty() {
            self.part = Part::Epilog;
        }
        Ok(Event::End(self.tag_of(open)))
    }

    /// The qualified name of an open element as written.
    #[inline]
    pub(crate) fn name_of(&self, open: Open) -> &'a str {
        let from = open.at + 1;
        self.source.get(from..from + open.name).unwrap_or_default()
    }

    #[inline]
    fn tag_of(&self, open: Open) -> Tag<'a> {
        let name = self.name_of(open);
        Tag {
            ns: open.ns,
            prefix: name
                .get(..open.prefix.saturating_sub(1))
                .unwrap_or_default(),
            local: name.get(open.prefix..).unwrap_or_default(),
        }
    }

    /// Where the last event starts, in bytes.
    pub fn offset(&self) -> usize {
        self.start
    }

    /// Where the last event ends, in bytes; the next one starts here or later.
    pub fn end_offset(&self) -> usize {
        self.end
    }

    /// Counts the line and column of an offset; linear in the offset.
    pub fn place(&self, offset: usize) -> Place {
        Place::of(self.source, offset)
    }

    /// The attributes of the last start tag, namespace declarations left out; defaults of a document type are there.
    #[inline]
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The name of a namespace; empty for none, and for an id of another reader.
    pub fn namespace(&self, id: NsId) -> &str {
        self.scope.namespace(id)
    }

    /// The name of a namespace, borrowed from the document where it stands there.
    pub fn namespace_name(&self, id: NsId) -> Cow<'a, str> {
        self.scope.name(id)
    }

    /// Resolves a prefix at the last event; an unbound default namespace is [`NsId::NONE`].
    ///
    /// At an end event the element's own declarations are still in scope.
    pub fn resolve(&self, prefix: &str) -> Option<NsId> {
        self.scope.resolve(prefix)
    }

    /// Every prefix in scope at the last event with its namespace, innermost first; `xml` is left out.
    pub fn bindings(&self) -> Vec<(&str, &str)> {
        self.scope
            .in_scope()
            .map(|(prefix, ns)| (prefix, self.scope.namespace(ns)))
            .collect()
    }

    /// The same, to keep.
    pub fn bindings_owned(&self) -> Vec<(&'a str, Cow<'a, str>)> {
        self.scope
            .in_scope()
            .map(|(prefix, ns)| (prefix, self.scope.name(ns)))
            .collect()
    }

    /// How many elements are open: the one just started is counted, the one just ended is not.
    #[inline]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The whole text.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Tells whether there is a document type. What it declares of attributes is added by [`next`](Reader::next) alone.
    pub fn has_doctype(&self) -> bool {
        self.doctype.is_some()
    }

    /// Tells whether the document type declares this unparsed entity.
    pub fn unparsed_entity(&self, name: &str) -> bool {
        self.doctype
            .as_ref()
            .is_some_and(|doctype| doctype.is_unparsed(name))
    }

    /// Tells whether the document type declares this notation.
    pub fn notation(&self, name: &str) -> bool {
        self.doctype
            .as_ref()
            .is_some_and(|doctype| doctype.is_notation(name))
    }

    #[inline(always)]
    pub(crate) fn set_start(&mut self, start: usize) {
        self.start = start;
        self.end = self.at;
    }

    #[inline(always)]
    pub(crate) fn in_content(&self) -> bool {
        self.part == Part::Content && !self.empty
    }

    pub(crate) fn reopen(&mut self) {
        self.part = if self.open.is_empty() {
            Part::Prolog
        } else {
            Part::Content
        };
    }

    #[cold]
    pub(crate) fn error(&self, offset: usize, kind: ErrorKind) -> Error {
        Error {
            kind,
            offset,
            place: Place::of(self.source, offset),
        }
    }

    #[cold]
    pub(crate) fn syntax(&self, offset: usize, what: &'static str) -> Error {
        self.error(offset, ErrorKind::Syntax(what))
    }

    #[cold]
    pub(crate) fn limit(&self, offset: usize, what: Limited, limit: usize) -> Error {
        self.error(offset, ErrorKind::Limit { what, limit })
    }
}
