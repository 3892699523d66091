//! The reader of typed values: it stands before, in or behind an element, and its calls say what the schema expects there.

use std::borrow::Cow;

use super::error::{Error, ErrorKind};
use super::tag::{Namespace, Tag};
use super::{Bindings, Result, Strictness, Type};
use crate::xml::{self, Event, NsId, Openings, Prediction};

/// The sum of the sizes of the values that are being read inside each other (bytes); what nests deeper is refused, so that
/// no document exhausts the stack.
const NESTED: usize = 256 << 10;
/// How many bytes of values one byte of document may become, above a base that every document may use.
const GROWTH: usize = 48;
const BASE: usize = 1 << 20;
/// How many of the names that would have fitted an error lists.
const TRIED: usize = 12;

/// Reads typed values from a document or from a part of one.
pub struct Reader<'a> {
    pub(super) xml: xml::Reader<'a>,
    pub(super) namespaces: &'static [Namespace],
    known: Vec<Known<'a>>,
    pub(super) ahead: Ahead<'a>,
    /// Attributes of the element just started that nothing has asked for yet.
    pub(super) pending: usize,
    /// The start tag whose attributes are being read as predicted.
    pub(super) begun: Option<super::start::Begun>,
    /// Which attributes were asked for.
    pub(super) taken: Vec<bool>,
    /// Behind the attribute that was found last.
    pub(super) next_attribute: usize,
    pub(super) nil: Option<bool>,
    pub(super) type_: Option<Cow<'a, str>>,
    /// The default or fixed value of the element that is read next.
    pub(super) value: Option<(&'static str, bool)>,
    pub(super) strictness: Strictness,
    tried: [Option<&'static Tag>; TRIED],
    pub(super) tries: usize,
    nested: usize,
    memory: usize,
    pub(super) seeking: super::lenient::Seeking,
}

/// What was read of the document beyond the last answer.
#[derive(Debug, Clone)]
pub(super) enum Ahead<'a> {
    Nothing,
    Start(xml::Tag<'a>),
    End,
}

/// What the document says of a namespace of the contract.
#[derive(Debug, Clone, Copy)]
struct Known<'a> {
    id: Option<NsId>,
    /// How its tags begin; absent where that is not known.
    openings: Option<Openings>,
    prefix: &'a str,
    /// The version of the scope for which that holds.
    version: u64,
}

impl<'a> Reader<'a> {
    /// Makes a reader that goes on where an XML reader stands.
    pub fn new(
        xml: xml::Reader<'a>,
        namespaces: &'static [Namespace],
        strictness: Strictness,
    ) -> Reader<'a> {
        let memory = xml
            .source()
            .len()
            .saturating_mul(GROWTH)
            .saturating_add(BASE);
        let none = Known {
            id: None,
            openings: None,
            prefix: "",
            version: u64::MAX,
        };
        Reader {
            xml,
            namespaces,
            known: vec![none; namespaces.len()],
            ahead: Ahead::Nothing,
            pending: 0,
            begun: None,
            taken: Vec::new(),
            next_attribute: 0,
            nil: None,
            type_: None,
            value: None,
            strictness,
            tried: [None; TRIED],
            tries: 0,
            nested: 0,
            memory,
            seeking: super::lenient::Seeking::default(),
        }
    }

    /// The XML reader, to go on with.
    pub fn into_xml(self) -> xml::Reader<'a> {
        self.xml
    }

    /// Starts an element with this tag, if it comes next.
    ///
    /// # Errors
    /// Where something else than an element or the parent's end comes.
    #[inline]
    pub fn start(&mut self, tag: &'static Tag) -> Result<bool> {
        match self.predict(tag)? {
            Prediction::Hit => {
                if let Some(known) = self.known.get(tag.namespace)
                    && let (Some(id), Some(openings)) = (known.id, &known.openings)
                    && self.xml.take_start(openings, &tag.name, id)
                {
                    self.tries = 0;
                    return Ok(true);
                }
                self.look()?;
                self.start_general(tag)
            }
            Prediction::Miss => {
                self.miss(tag);
                Ok(false)
            }
            Prediction::Unknown => self.start_general(tag),
        }
    }

    /// Compares what comes next with a tag, by its bytes where that is possible.
    #[inline]
    pub(super) fn predict(&mut self, tag: &'static Tag) -> Result<Prediction> {
        self.expect_no_attributes()?;
        if !matches!(self.ahead, Ahead::Nothing) {
            return Ok(Prediction::Unknown);
        }
        if self.seeking.is_active() {
            self.look()?;
            return Ok(Prediction::Unknown);
        }
        self.xml.skip_indent();
        let version = self.xml.scope_version();
        if let Some(known) = self.known.get_mut(tag.namespace)
            && (known.version == version || known.revive(&self.xml, version))
            && let Some(openings) = &known.openings
        {
            match self.xml.predict_name(openings, &tag.name) {
                Prediction::Unknown => {}
                certain => return Ok(certain),
            }
        }
        self.look()?;
        Ok(Prediction::Unknown)
    }

    /// Compares the start tag that was read by the general path.
    fn start_general(&mut self, tag: &'static Tag) -> Result<bool> {
        let Ahead::Start(found) = self.ahead else {
            self.miss(tag);
            return Ok(false);
        };
        if !self.matches(found, tag) {
            self.miss(tag);
            return Ok(false);
        }
        self.learn(found, tag);
        self.ahead = Ahead::Nothing;
        self.tries = 0;
        if !self.xml.attributes().is_empty() {
            self.open_attributes();
        }
        Ok(true)
    }

    /// Tells whether a start tag has the name of a tag.
    pub(super) fn matches(&mut self, found: xml::Tag<'a>, tag: &'static Tag) -> bool {
        if found.local != tag.local {
            return false;
        }
        let Some(known) = self.known.get_mut(tag.namespace) else {
            return false;
        };
        match known.id {
            Some(id) => id == found.ns,
            None => {
                let uri = self.namespaces.get(tag.namespace).map_or("", |n| n.uri);
                if self.xml.namespace(found.ns) != uri {
                    return false;
                }
                known.id = Some(found.ns);
                true
            }
        }
    }

    /// Remembers the prefix that the document uses for a namespace.
    fn learn(&mut self, found: xml::Tag<'a>, tag: &'static Tag) {
        let version = self.xml.scope_version();
        if let Some(known) = self.known.get_mut(tag.namespace) {
            if known.openings.is_none() || known.prefix != found.prefix {
                known.openings = Openings::new(found.prefix);
                known.prefix = found.prefix;
            }
            known.id = Some(found.ns);
            known.version = version;
        }
    }

    /// Tells whether the start tag read ahead has this name.
    pub(super) fn is_ahead(&mut self, tag: &'static Tag) -> bool {
        let Ahead::Start(found) = self.ahead else {
            self.miss(tag);
            return false;
        };
        let matches = self.matches(found, tag);
        if !matches {
            self.miss(tag);
        }
        matches
    }

    /// Takes a whole leaf where it stands as predicted and nothing else has to be looked at.
    pub(super) fn leaf_text(&mut self, tag: &'static Tag) -> Option<&'a str> {
        if self.pending > 0
            || !matches!(self.ahead, Ahead::Nothing)
            || self.value.is_some()
            || self.seeking.is_active()
        {
            return None;
        }
        let known = self.known.get(tag.namespace)?;
        if known.version != self.xml.scope_version() {
            return None;
        }
        self.xml.skip_indent();
        let text = self.xml.take_leaf(known.openings.as_ref()?, &tag.name)?;
        self.tries = 0;
        Some(text)
    }

    /// How tags of a name's namespace begin here, if that is known.
    pub(super) fn openings(&mut self, tag: &'static Tag) -> Option<Openings> {
        let known = self.known.get(tag.namespace)?;
        if known.version != self.xml.scope_version() {
            return None;
        }
        known.openings
    }

    /// How tags of a name's namespace began when that was last known, and the namespace's id.
    pub(super) fn known_openings(&self, tag: &'static Tag) -> Option<(Openings, NsId)> {
        let known = self.known.get(tag.namespace)?;
        Some((known.openings?, known.id?))
    }

    pub(super) fn miss(&mut self, tag: &'static Tag) {
        if let Some(slot) = self.tried.get_mut(self.tries) {
            *slot = Some(tag);
            self.tries += 1;
        }
        self.value = None;
    }

    /// Reads up to the next tag by the general path.
    pub(super) fn look(&mut self) -> Result<()> {
        self.expect_no_attributes()?;
        if !matches!(self.ahead, Ahead::Nothing) {
            return Ok(());
        }
        loop {
            match self.xml.next()? {
                Event::Start(_) if self.seeking.was_read(self.xml.offset()) => {
                    self.xml.skip_element()?;
                }
                Event::Start(tag) => {
                    self.ahead = Ahead::Start(tag);
                    return Ok(());
                }
                Event::End(_) | Event::Eof => {
                    self.ahead = Ahead::End;
                    return Ok(());
                }
                Event::Text(text) if is_blank(&text) => {}
                Event::Text(text) => {
                    if self.strictness == Strictness::Strict {
                        return Err(
                            self.unexpected(format!("text {:?}", super::error::shorten(&text)))
                        );
                    }
                }
            }
        }
    }

    /// Reads an element's content and its end tag; its start tag has just been read.
    ///
    /// # Errors
    /// As the type's [`read`](Type::read).
    pub fn finish<T: Type>(&mut self, tag: &'static Tag) -> Result<T> {
        if self.type_.is_some() && !T::FAMILY {
            self.check_type::<T>()
                .map_err(|e| e.within(tag.local, None))?;
        }
        let size = size_of::<T>() + 128;
        self.nested += size;
        if self.nested > NESTED {
            return Err(self.error(ErrorKind::Limit("nesting")));
        }
        let value = T::read(self)
            .and_then(|value| self.end(tag).map(|()| value))
            .map_err(|e| e.within(tag.local, None))?;
        self.nested -= size;
        Ok(value)
    }

    /// Reads the end tag of the innermost element, which most likely has this name.
    pub(super) fn end(&mut self, tag: &'static Tag) -> Result<()> {
        if matches!(self.ahead, Ahead::Nothing) {
            self.expect_no_attributes()?;
            self.xml.skip_indent();
            if let Some(Known {
                openings: Some(openings),
                ..
            }) = self.known.get(tag.namespace)
                && self.xml.take_end(openings, &tag.name)
            {
                self.tries = 0;
                return Ok(());
            }
            if let Event::End(_) = self.xml_next()? {
                self.tries = 0;
                return Ok(());
            }
        }
        loop {
            self.look()?;
            match &self.ahead {
                Ahead::End => {
                    self.ahead = Ahead::Nothing;
                    self.tries = 0;
                    return Ok(());
                }
                Ahead::Start(tag) => {
                    let found = format!("<{}>", tag.local);
                    if self.strictness == Strictness::Strict {
                        return Err(self.unexpected(found));
                    }
                    self.xml.skip_element()?;
                    self.ahead = Ahead::Nothing;
                }
                Ahead::Nothing => {}
            }
        }
    }

    /// Reads one event into `ahead`, unless it is an end tag.
    fn xml_next(&mut self) -> Result<Event<'a>> {
        let event = self.xml.next()?;
        match &event {
            Event::Start(_) if self.seeking.was_read(self.xml.offset()) => {
                self.xml.skip_element()?;
            }
            Event::Start(tag) => self.ahead = Ahead::Start(*tag),
            Event::Text(text) if !is_blank(text) && self.strictness == Strictness::Strict => {
                return Err(self.unexpected(format!("text {:?}", super::error::shorten(text))));
            }
            _ => {}
        }
        Ok(event)
    }

    /// Reads the text of an element with simple content; its end tag stays ahead.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>> {
        self.expect_no_attributes()?;
        let mut text = Cow::Borrowed("");
        loop {
            match self.xml.next()? {
                Event::Text(more) if text.is_empty() => text = more,
                Event::Text(more) => text.to_mut().push_str(&more),
                Event::End(_) | Event::Eof => {
                    self.ahead = Ahead::End;
                    return Ok(text);
                }
                Event::Start(tag) => {
                    let found = format!("<{}>", tag.local);
                    self.ahead = Ahead::Start(tag);
                    self.tries = 0;
                    return Err(self.unexpected(found));
                }
            }
        }
    }

    /// Counts the memory of a value that is put into a list.
    #[inline]
    pub(super) fn grow(&mut self, bytes: usize) -> Result<()> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                Ok(())
            }
            None => Err(self.error(ErrorKind::Limit("memory"))),
        }
    }

    /// An error at what was read last.
    #[cold]
    pub(super) fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.xml.place(self.xml.offset()))
    }

    /// The error for what comes next, in place of what was tried.
    #[cold]
    pub(super) fn missing(&mut self) -> Error {
        if matches!(self.ahead, Ahead::Nothing)
            && let Err(error) = self.look()
        {
            return error;
        }
        let found = match &self.ahead {
            Ahead::Start(tag) => format!("<{}>", tag.local),
            Ahead::End | Ahead::Nothing => "the end".to_owned(),
        };
        self.unexpected(found)
    }

    #[cold]
    pub(super) fn unexpected(&self, found: String) -> Error {
        let names: Vec<String> = self
            .tried
            .iter()
            .take(self.tries)
            .flatten()
            .map(|t| format!("<{}>", t.local))
            .collect();
        let expected = match names.as_slice() {
            [] => "the end".to_owned(),
            [one] => one.clone(),
            more if self.tries == TRIED => format!("one of {}, …", more.join(", ")),
            more => format!("one of {}", more.join(", ")),
        };
        self.error(ErrorKind::Unexpected { found, expected })
    }
}

impl Bindings for xml::Reader<'_> {
    fn resolve(&self, prefix: &str) -> Option<&str> {
        xml::Reader::resolve(self, prefix).map(|id| self.namespace(id))
    }
}

impl<'a> Known<'a> {
    /// Tells whether the prefix is still bound to the namespace after bindings came or went.
    #[cold]
    fn revive(&mut self, xml: &xml::Reader<'a>, version: u64) -> bool {
        if self.openings.is_none() || self.id.is_none() || xml.resolve(self.prefix) != self.id {
            return false;
        }
        self.version = version;
        true
    }
}

/// XML white space only.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
