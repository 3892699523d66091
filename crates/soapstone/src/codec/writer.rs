//! The writer of typed values: constant tags and escaped text, appended to one string. Which namespaces a document uses is
//! noted on the way, and they are declared on its root.

use std::fmt::Write as _;

use super::any::{AnyAttribute, AnyElement};
use super::attribute::{Key, XSI};
use super::{Group, Mixed, Namespace, QName, Simple, Tag, Type};
use crate::xml::{escape_attribute, escape_text};

/// The prefix for names that are in no contract's table; the writer numbers them.
const EXTRA: &str = "q";

/// Writes typed values.
#[derive(Debug)]
pub struct Writer {
    out: String,
    namespaces: &'static [Namespace],
    /// Which of the namespaces were used.
    used: Vec<bool>,
    /// Namespaces that are not in the table.
    extra: Vec<String>,
    xsi: bool,
    mode: Mode,
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
    pub(super) fn new(out: String, namespaces: &'static [Namespace]) -> Writer {
        Writer {
            out,
            namespaces,
            used: vec![false; namespaces.len()],
            extra: Vec::new(),
            xsi: false,
            mode: Mode::Text,
        }
    }

    pub(super) fn plain(mode: Mode) -> Writer {
        Writer {
            out: String::new(),
            namespaces: &[],
            used: Vec::new(),
            extra: Vec::new(),
            xsi: false,
            mode,
        }
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// Writes the outermost element, and the declarations into its start tag.
    pub(super) fn root<T: Type>(&mut self, tag: &'static Tag, value: &T) {
        let at = self.out.len() + tag.open.len().saturating_sub(1);
        self.one(tag, value);
        let mut declarations = String::new();
        for (namespace, used) in self.namespaces.iter().zip(&self.used) {
            if *used && !namespace.prefix.is_empty() && namespace.prefix != "xml" {
                declare(&mut declarations, namespace.prefix, namespace.uri);
            }
        }
        for (index, namespace) in self.extra.iter().enumerate() {
            declare(&mut declarations, &format!("{EXTRA}{index}"), namespace);
        }
        if self.xsi {
            declare(&mut declarations, "xsi", XSI);
        }
        if self.out.is_char_boundary(at) {
            self.out.insert_str(at, &declarations);
        }
    }

    /// Writes an element.
    #[inline]
    pub fn one<T: Type>(&mut self, tag: &'static Tag, value: &T) {
        self.use_namespace(tag.namespace);
        if T::ATTRIBUTES {
            self.out.push_str(
                tag.open
                    .get(..tag.open.len().saturating_sub(1))
                    .unwrap_or_default(),
            );
            value.attributes(self);
            self.out.push('>');
        } else {
            self.out.push_str(tag.open);
        }
        value.content(self);
        self.out.push_str(tag.close);
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

    /// Writes an element as it was read.
    pub fn any(&mut self, value: &AnyElement) {
        self.out.push_str(&value.xml);
    }

    /// Writes an element as it was read, if there is one.
    pub fn optional_any(&mut self, value: &Option<AnyElement>) {
        self.anys(value.as_slice());
    }

    /// Writes several elements as they were read.
    pub fn anys(&mut self, values: &[AnyElement]) {
        for value in values {
            self.any(value);
        }
    }

    /// Writes text and elements.
    pub fn mixed<T: Mixed>(&mut self, items: &[T]) {
        self.groups(items);
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
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        let mode = std::mem::replace(&mut self.mode, Mode::Attribute);
        value.to_text(self);
        self.mode = mode;
        self.out.push('"');
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
            self.out.push(' ');
            let name = self.prefixed(&attribute.name);
            self.out.push_str(&name);
            self.out.push_str("=\"");
            escape_attribute(&attribute.value, &mut self.out);
            self.out.push('"');
        }
    }

    /// Writes `xsi:nil="true"`.
    pub fn nil(&mut self) {
        self.xsi = true;
        self.out.push_str(" xsi:nil=\"true\"");
    }

    /// Writes `xsi:type`.
    pub fn xsi_type(&mut self, tag: &'static Tag) {
        self.xsi = true;
        self.use_namespace(tag.namespace);
        self.out.push_str(" xsi:type=\"");
        self.out.push_str(tag.qualified());
        self.out.push('"');
    }

    /// Writes `xsi:type` for a member of a family; the declared type, which stands first, goes without.
    pub fn member_type(&mut self, always: bool, tag: &'static Tag, members: &[&'static Tag]) {
        if always || members.first().is_none_or(|first| *first != tag) {
            self.xsi_type(tag);
        }
    }

    /// Writes `xsi:type` with a name that was read.
    pub fn xsi_type_of(&mut self, name: &QName) {
        self.xsi = true;
        let name = self.prefixed(name);
        let _ = write!(self.out, " xsi:type=\"{name}\"");
    }

    /// Writes the attributes of a SOAP-encoded array (SOAP 1.1, 5.4.2).
    pub fn array_type(&mut self, item: &'static Tag, length: usize) {
        self.use_namespace(item.namespace);
        self.xsi = true;
        let array = self.prefixed(&QName::new(super::array::SOAP_ENCODING, "Array"));
        let prefix = array.split(':').next().unwrap_or_default().to_owned();
        let _ = write!(
            self.out,
            " xsi:type=\"{array}\" {prefix}:arrayType=\"{}[{length}]\"",
            item.qualified()
        );
    }

    /// Writes text, escaped for where it stands.
    #[inline]
    pub fn text(&mut self, text: &str) {
        match self.mode {
            Mode::Text => escape_text(text, &mut self.out),
            Mode::Attribute => escape_attribute(text, &mut self.out),
            Mode::Plain => self.out.push_str(text),
        }
    }

    /// Writes markup as it is.
    #[inline]
    pub fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// The string to append to, for values that need no escapes.
    #[inline]
    pub fn out(&mut self) -> &mut String {
        &mut self.out
    }

    /// Writes a QName with a prefix that is declared on the root.
    pub(super) fn qname(&mut self, name: &QName) {
        if self.mode == Mode::Plain {
            let _ = write!(self.out, "{name}");
            return;
        }
        let name = self.prefixed(name);
        self.out.push_str(&name);
    }

    /// A name with its prefix; the namespace counts as used.
    fn prefixed(&mut self, name: &QName) -> String {
        if name.namespace.is_empty() {
            return name.local.to_string();
        }
        if let Some(index) = self
            .namespaces
            .iter()
            .position(|n| n.uri == &*name.namespace)
        {
            self.use_namespace(index);
            let prefix = self.namespaces.get(index).map_or("", |n| n.prefix);
            return format!("{prefix}:{}", name.local);
        }
        let index = self
            .extra
            .iter()
            .position(|n| **n == *name.namespace)
            .unwrap_or_else(|| {
                self.extra.push(name.namespace.to_string());
                self.extra.len() - 1
            });
        format!("{EXTRA}{index}:{}", name.local)
    }

    #[inline]
    fn use_namespace(&mut self, index: usize) {
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
    }
}

fn declare(out: &mut String, prefix: &str, uri: &str) {
    let _ = write!(out, " xmlns:{prefix}=\"");
    escape_attribute(uri, out);
    out.push('"');
}
