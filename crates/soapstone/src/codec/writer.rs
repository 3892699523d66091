//! The writer of typed values: constant tags and escaped text, appended to one run of bytes, which are always UTF-8. Which
//! namespaces a document uses is noted on the way, and they are declared on its root.

use super::any::AnyAttribute;
use super::attribute::Key;
use super::buffer::Buffer;
use super::{Group, Mixed, Namespace, Simple, Tag, Type, WriteError};
use crate::datatype::{Datatype, Room};
use crate::name::XSI;
use crate::xml::{Sink, escape};

/// The prefix for names that are in no contract's table; the writer numbers them.
pub(super) const EXTRA: &str = "q";

/// Writes typed values.
#[derive(Debug)]
pub struct Writer {
    pub(super) out: Buffer,
    pub(super) namespaces: &'static [Namespace],
    /// Which of the first namespaces were used, a bit each, and whether any later one was: those are then all declared.
    used: u64,
    /// Namespaces that are not in the table.
    pub(super) extra: Vec<String>,
    pub(super) xsi: bool,
    pub(super) mode: Mode,
    /// Where the last name without a prefix stands that is of no namespace.
    pub(super) bare_at: Option<usize>,
    /// A default namespace was bound on an element.
    pub(super) binds_default: bool,
    /// Where it was last looked whether the default namespace is taken, so that a name without a prefix is none of no namespace; and
    /// whether it was.
    pub(super) looked: Option<(usize, bool)>,
    /// One was bound on the element that is being written, for one of its attributes.
    pub(super) is_rebound: bool,
    /// `xsi:type` names the member of the union that is being written.
    pub(super) is_told: bool,
    /// Octets that travel beside the message, where they may.
    pub(super) aside: Option<Vec<super::Aside>>,
    /// What is written is read with names in full, whatever patterns say of prefixes; and where each element of open content begins.
    pub(super) in_full: Option<Vec<usize>>,
    /// Where the document begins behind what it is appended to.
    pub(super) begin: usize,
    /// The first value that no document says.
    pub(super) unwritable: Option<Box<WriteError>>,
}

/// How text is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Text,
    Attribute,
    /// Not at all.
    Plain,
}

impl Writer {
    pub(super) fn new(out: Vec<u8>, namespaces: &'static [Namespace]) -> Writer {
        Writer {
            begin: out.len(),
            in_full: None,
            unwritable: None,
            out: Buffer::new(out),
            namespaces,
            used: 0,
            extra: Vec::new(),
            xsi: false,
            mode: Mode::Text,
            bare_at: None,
            binds_default: false,
            looked: None,
            is_rebound: false,
            is_told: false,
            aside: None,
        }
    }

    pub(super) fn plain(mode: Mode) -> Writer {
        Writer {
            mode,
            ..Writer::new(Vec::new(), &[])
        }
    }

    pub(super) fn namespaces(&self) -> &'static [Namespace] {
        self.namespaces
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    pub(super) fn into_text(self) -> String {
        text_of(self.into_bytes())
    }

    /// Writes the outermost element, and the declarations into its start tag.
    pub(super) fn root<T: Type>(&mut self, tag: &'static Tag, value: &T) {
        self.out.make_first_room();
        self.raw(tag.start());
        // Its own namespace is declared at once; most documents use no other, and nothing has to be moved for one.
        let own = self.namespaces.get(tag.namespace);
        if let Some(namespace) = own {
            namespace.declare(&mut self.out);
        }
        let at = self.out.len();
        value.attributes(self);
        self.raw(">");
        self.content(value);
        self.raw(tag.close);
        let mut declarations: Vec<u8> = Vec::new();
        for (index, namespace) in self.namespaces.iter().enumerate() {
            if self.used & bit(index) != 0 && index != tag.namespace {
                namespace.declare(&mut declarations);
            }
        }
        for (index, namespace) in self.extra.iter().enumerate() {
            declare(&mut declarations, &format!("{EXTRA}{index}"), namespace);
        }
        // A contract may claim that namespace for itself.
        let is_own = |(index, namespace): (usize, &Namespace)| {
            let declared = index == tag.namespace || self.used & bit(index) != 0;
            declared && namespace.prefix == "xsi"
        };
        if self.xsi && !self.namespaces.iter().enumerate().any(is_own) {
            declare(&mut declarations, "xsi", XSI);
        }
        if !declarations.is_empty() {
            for begin in self.in_full.iter_mut().flatten() {
                *begin += declarations.len();
            }
            self.out.insert(at, declarations);
        }
    }

    /// Writes an element.
    #[inline]
    pub fn one<T: Type>(&mut self, tag: &'static Tag, value: &T) {
        value.write_element(tag, self);
    }

    /// Writes an element with what the type says of its attributes and content.
    #[inline]
    pub(super) fn whole<T: Type>(&mut self, tag: &'static Tag, value: &T) {
        self.use_namespace(tag.namespace);
        self.start(tag);
        if T::ATTRIBUTES {
            // Attributes stand where the tag was closed.
            self.out.take_back(1);
            value.attributes(self);
            self.raw(">");
            self.content(value);
        } else {
            value.content(self);
        }
        self.end(tag);
    }

    /// Writes the content of an element behind its attributes.
    #[inline]
    fn content<T: Type>(&mut self, value: &T) {
        if self.is_rebound {
            self.is_rebound = false;
            let from = self.out.len();
            value.content(self);
            self.unbind_children(from);
        } else {
            value.content(self);
        }
    }

    /// Writes an element with a value for content.
    #[inline]
    pub fn leaf<T: Simple>(&mut self, tag: &'static Tag, value: &T) {
        self.use_namespace(tag.namespace);
        if T::SHORT
            && let Some(length) = self.short_leaf(tag, value)
        {
            self.out.keep(length);
            return;
        }
        self.start(tag);
        value.to_text(self);
        self.end(tag);
    }

    /// Puts a leaf into the room ahead, where it is short; its length.
    #[inline(always)]
    fn short_leaf<T: Simple>(&mut self, tag: &'static Tag, value: &T) -> Option<usize> {
        let room = self.out.room::<192>()?;
        let start = tag.markup.put_start(room)?;
        let length = put(value, room.get_mut(start..)?)?;
        let end = tag.markup.put_end(room.get_mut(start + length..)?)?;
        Some(start + length + end)
    }

    #[inline]
    fn start(&mut self, tag: &'static Tag) {
        match self
            .out
            .room::<64>()
            .and_then(|room| tag.markup.put_start(room))
        {
            Some(length) => self.out.keep(length),
            None => self.raw(tag.open),
        }
    }

    #[inline]
    fn end(&mut self, tag: &'static Tag) {
        match self
            .out
            .room::<64>()
            .and_then(|room| tag.markup.put_end(room))
        {
            Some(length) => self.out.keep(length),
            None => self.raw(tag.close),
        }
    }

    /// Writes an element, if there is one.
    #[inline]
    pub fn option<T: Type>(&mut self, tag: &'static Tag, value: &Option<T>) {
        if let Some(value) = value {
            self.one(tag, value);
        }
    }

    /// Writes several elements.
    #[inline]
    pub fn many<T: Type>(&mut self, tag: &'static Tag, values: &[T]) {
        for value in values {
            self.one(tag, value);
        }
    }

    /// Writes a group.
    #[inline]
    pub fn group<T: Group>(&mut self, value: &T) {
        value.write(self);
    }

    /// Writes a group, if there is one.
    #[inline]
    pub fn optional_group<T: Group>(&mut self, value: &Option<T>) {
        if let Some(value) = value {
            value.write(self);
        }
    }

    /// Writes several groups.
    #[inline]
    pub fn groups<T: Group>(&mut self, values: &[T]) {
        for value in values {
            value.write(self);
        }
    }

    /// Writes text and elements.
    pub fn mixed<T: Mixed>(&mut self, items: &[T]) {
        self.groups(items);
    }

    /// Writes the content of an element of a simple type.
    #[inline]
    pub fn simple_content<T: Simple>(&mut self, value: &T) {
        value.to_text(self);
        self.is_told = false;
    }

    /// Writes the value of simple content.
    #[inline]
    pub fn value<T: Simple>(&mut self, value: &T) {
        value.to_text(self);
    }

    /// Writes an attribute.
    #[inline]
    pub fn attribute<T: Simple>(&mut self, key: impl Key, value: &T) {
        let (name, namespace) = key.qualified();
        self.use_namespace(namespace);
        self.raw(" ");
        self.raw(name);
        self.raw("=\"");
        if T::SHORT
            && let Some(length) = self.out.room::<64>().and_then(|room| put(value, room))
        {
            self.out.keep(length);
        } else {
            let mode = std::mem::replace(&mut self.mode, Mode::Attribute);
            value.to_text(self);
            self.mode = mode;
        }
        self.raw("\"");
    }

    /// Writes an attribute, if there is one.
    #[inline]
    pub fn optional_attribute<T: Simple>(&mut self, key: impl Key, value: &Option<T>) {
        if let Some(value) = value {
            self.attribute(key, value);
        }
    }

    /// Writes attributes that a wildcard admitted.
    pub fn any_attributes(&mut self, attributes: &[AnyAttribute]) {
        for attribute in attributes {
            if let Some(type_) = attribute.type_() {
                self.xsi_type_of(&type_);
                continue;
            }
            // No default namespace holds for the names of attributes (Namespaces in XML 1.0, 6.2).
            let name = match attribute.name.namespace.is_empty() {
                true => attribute.name.local.to_string(),
                false => self.prefixed(&attribute.name),
            };
            self.raw(" ");
            self.raw(&name);
            self.raw("=\"");
            self.out.text::<true>(&attribute.value);
            self.raw("\"");
        }
    }

    /// Writes text, escaped for where it stands.
    #[inline]
    pub fn text(&mut self, text: &str) {
        match self.mode {
            Mode::Text => self.out.text::<false>(text),
            Mode::Attribute => self.out.text::<true>(text),
            Mode::Plain => self.raw(text),
        }
    }

    /// Writes markup as it is.
    #[inline]
    pub fn raw(&mut self, markup: &str) {
        self.out.append(markup.as_bytes());
    }

    /// Writes a value whose lexical form needs no escapes.
    #[inline]
    pub(super) fn datatype<T: Datatype + Simple>(&mut self, value: &T) {
        if <T as Datatype>::SHORT
            && let Some(length) = self.out.room::<64>().and_then(|room| put(value, room))
        {
            self.out.keep(length);
        } else {
            self.raw(&value.lexical());
        }
    }

    #[inline]
    pub(super) fn use_namespace(&mut self, index: usize) {
        self.used |= bit(index);
    }
}

/// Puts a value into room where it is short; its length.
#[inline(always)]
fn put<T: Simple>(value: &T, room: &mut [u8]) -> Option<usize> {
    let mut room = Room::new(room.first_chunk_mut()?);
    value.put(&mut room);
    room.kept()
}

/// The bit that stands for a namespace.
#[inline(always)]
fn bit(index: usize) -> u64 {
    1 << index.min(63)
}

/// The text of bytes that were written.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    // They came from text alone; the check finds nothing.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

impl Namespace {
    /// Appends its declaration, unless it needs none.
    fn declare(&self, out: &mut impl Sink) {
        if !self.prefix.is_empty() && self.prefix != "xml" {
            declare(out, self.prefix, self.uri);
        }
    }
}

pub(super) fn declare(out: &mut impl Sink, prefix: &str, uri: &str) {
    out.add(" xmlns");
    if !prefix.is_empty() {
        out.add(":");
        out.add(prefix);
    }
    out.add("=\"");
    escape::<true>(uri, out);
    out.add("\"");
}
