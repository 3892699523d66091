//! The reader of typed values: it stands before, in or behind an element, and its calls say what the schema expects there.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::error::{Error, ErrorKind};
use super::predict::Known;
use super::tag::{Check, Namespace, Tag};
use super::{
    Bindings, ByteString, QName, Result, Strictness, Type, has_full_name, is_full_name,
    words_of_names,
};
use crate::xml::{self, Beginning, Event, Listed, Pieces};

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
    pub(super) known: SmallVec<[Known<'a>; 2]>,
    /// How leaves say that they have a built-in type, and the version of the scope for which that holds.
    pub(super) typed: Option<(Beginning, u64)>,
    /// How leaves say that they are nil, likewise.
    pub(super) nils: Option<(Beginning, u64)>,
    pub(super) ahead: Ahead<'a>,
    /// Attributes of the element just started that nothing has asked for yet.
    pub(super) pending: usize,
    /// The start tag whose attributes are being read as predicted.
    pub(super) begun: Option<super::start::Begun>,
    /// Those of its attributes that stand in another order.
    pub(super) listed: SmallVec<[Listed; 8]>,
    /// The element was read with its end tag.
    pub(super) is_closed: bool,
    /// The start tag that was begun turned out to be that of another element.
    pub(super) strayed: bool,
    /// Which attributes were asked for.
    pub(super) taken: Vec<bool>,
    /// Behind the attribute that was found last.
    pub(super) next_attribute: usize,
    pub(super) nil: Option<bool>,
    pub(super) type_: Option<Cow<'a, str>>,
    /// What the value that is read next must be besides, by `xsi:type`.
    pub(super) told: Option<Check>,
    /// The name of that type, where the value is of a union.
    pub(super) told_name: Option<QName>,
    /// The default or fixed value of the element that is read next.
    pub(super) value: Option<(&'static str, bool)>,
    pub(super) strictness: Strictness,
    /// What the wildcard that is read next leaves alone.
    pub(super) stops: &'static [&'static Tag],
    tried: [Option<&'static Tag>; TRIED],
    pub(super) tries: usize,
    nested: usize,
    memory: usize,
    pub(super) seeking: super::lenient::Seeking<'a>,
    /// Room for a text that does not stand in the document as it is.
    pub(super) own: Pieces,
}

/// What was read of the document beyond the last answer.
#[derive(Debug, Clone)]
pub(super) enum Ahead<'a> {
    Nothing,
    Start(xml::Tag<'a>),
    End,
}

impl<'a> Reader<'a> {
    /// Makes a reader that goes on where an XML reader stands.
    #[inline]
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
        Reader {
            xml,
            namespaces,
            known: SmallVec::from_elem(Known::NOTHING, namespaces.len()),
            typed: None,
            nils: None,
            ahead: Ahead::Nothing,
            pending: 0,
            begun: None,
            listed: SmallVec::new(),
            is_closed: false,
            strayed: false,
            taken: Vec::new(),
            next_attribute: 0,
            nil: None,
            type_: None,
            told: None,
            told_name: None,
            value: None,
            strictness,
            stops: &[],
            tried: [None; TRIED],
            tries: 0,
            nested: 0,
            memory,
            seeking: super::lenient::Seeking::default(),
            own: Pieces::default(),
        }
    }

    /// The XML reader, to go on with.
    pub fn into_xml(self) -> xml::Reader<'a> {
        self.xml
    }

    pub(super) fn miss(&mut self, tag: &'static Tag) {
        if let Some(slot) = self.tried.get_mut(self.tries) {
            *slot = Some(tag);
            self.tries += 1;
        }
        // Where reading is lenient the element may come later.
        if self.strictness != Strictness::Lenient {
            self.value = None;
        }
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
                    if self.strictness != Strictness::Lenient {
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
    #[inline]
    pub fn finish<T: Type>(&mut self, tag: &'static Tag) -> Result<T> {
        // What was read is given back where it stands: a large value is moved as seldom as possible.
        let mut value = match self.enter::<T>() {
            Ok(()) => self.inside(),
            Err(error) => Err(error),
        };
        self.nested = self.nested.saturating_sub(cost::<T>());
        if value.is_ok()
            && let Err(error) = self.end()
        {
            value = Err(error);
        }
        if let Err(error) = &mut value {
            error.add(tag.local, None);
        }
        value
    }

    /// Checks whether an element of that type may be read here.
    #[inline]
    fn enter<T: Type>(&mut self) -> Result<()> {
        self.nested += cost::<T>();
        if self.type_.is_some() && !T::FAMILY {
            self.check_type::<T>()?;
        }
        match self.nested > NESTED {
            true => Err(self.error(ErrorKind::Limit("nesting"))),
            false => Ok(()),
        }
    }

    /// Reads what stands in an element: where reading is lenient, apart from what is known of the element around it.
    #[inline]
    fn inside<T: Type>(&mut self) -> Result<T> {
        if self.strictness != Strictness::Lenient {
            return T::read(self);
        }
        let around = self.seeking.enter();
        let value = T::read(self);
        self.seeking.leave(around);
        value
    }

    /// Reads the end tag of the innermost element.
    pub(super) fn end(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_closed) {
            self.tries = 0;
            return Ok(());
        }
        if matches!(self.ahead, Ahead::Nothing) {
            self.expect_no_attributes()?;
            self.xml.skip_indent();
            if self.xml.take_end() {
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
                    if self.strictness != Strictness::Lenient {
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
            Event::Text(text) if !is_blank(text) && self.strictness != Strictness::Lenient => {
                return Err(self.unexpected(format!("text {:?}", super::error::shorten(text))));
            }
            _ => {}
        }
        Ok(event)
    }

    /// Reads the text of an element with simple content, borrowed or put into `own`; its end tag stays ahead.
    pub(super) fn text(&mut self) -> Result<Option<&'a str>> {
        self.expect_no_attributes()?;
        let text = self.xml.text_before_tag(&mut self.own)?;
        match self.xml.next()? {
            Event::Start(tag) => {
                let found = format!("<{}>", tag.local);
                self.ahead = Ahead::Start(tag);
                self.tries = 0;
                Err(self.unexpected(found))
            }
            Event::End(_) | Event::Eof | Event::Text(_) => {
                self.ahead = Ahead::End;
                Ok(text)
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

    fn keep(&self, text: Cow<'_, str>) -> ByteString {
        match self.shared_part(&text) {
            Some(part) => part,
            None => text.into_owned().into(),
        }
    }

    // A prefix stands in for the namespace, in which anything may stand.
    fn expanded<'t>(&'t self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let (prefix, local) = split_braced(text).filter(|_| self.names_in_full)?;
        Some((Bindings::resolve(self, prefix)?, local))
    }

    fn has_expanded(&self, text: &str) -> bool {
        self.names_in_full && has_full_name(self, text)
    }

    fn forms(&self, text: &str) -> Vec<String> {
        let words = |form: fn(&str, &str) -> String| {
            let words = words_of_names(text).map(|word| match split_braced(word) {
                Some((prefix, local)) if is_full_name(self, word) => form(prefix, local),
                _ => word.to_owned(),
            });
            words.collect::<Vec<_>>().join(" ")
        };
        vec![
            words(|prefix, local| format!("{prefix}:{local}")),
            words(|_, local| local.to_owned()),
        ]
    }
}

/// `{o}local`
fn split_braced(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('{')?.split_once('}')
}

/// How much nesting a value of a type is.
const fn cost<T>() -> usize {
    size_of::<T>() + 128
}

/// XML white space only.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
