//! Global elements as constants: the way into and out of a document, or a part of a message.

use std::fmt;
use std::marker::PhantomData;

use super::writer::text_of;
use super::{
    Aside, ByteString, Namespace, QName, Reader, Result, Strictness, Tag, Type, WriteError, Writer,
    declares_xop,
};
use crate::xml;

/// A global element of a contract, with the type of its content.
pub struct Element<T> {
    tag: &'static Tag,
    namespaces: &'static [Namespace],
    /// The value that it has where it is empty, or must have.
    value: Option<(&'static str, bool)>,
    type_: PhantomData<fn() -> T>,
}

/// A type that belongs to one global element.
pub trait Root: Type + Sized + 'static {
    /// The element.
    const ELEMENT: Element<Self>;

    /// Reads a document.
    ///
    /// # Errors
    /// Where it is not well-formed, or not as the schema says.
    fn from_xml(text: &str) -> Result<Self> {
        Self::ELEMENT.read(text)
    }

    /// Writes a document.
    ///
    /// # Errors
    /// Where no document says the value.
    fn to_xml(&self) -> std::result::Result<String, WriteError> {
        Self::ELEMENT.write(self)
    }
}

impl<T> Element<T> {
    /// Makes the constant; generated code calls it.
    pub const fn new(tag: &'static Tag, namespaces: &'static [Namespace]) -> Element<T> {
        Element {
            tag,
            namespaces,
            value: None,
            type_: PhantomData,
        }
    }

    /// Says what value the element has where it is empty.
    #[must_use]
    pub const fn or(self, lexical: &'static str) -> Element<T> {
        Element {
            value: Some((lexical, false)),
            ..self
        }
    }

    /// Says what value the element must have.
    #[must_use]
    pub const fn fixed(self, lexical: &'static str) -> Element<T> {
        Element {
            value: Some((lexical, true)),
            ..self
        }
    }

    /// The element's name.
    pub fn name(&self) -> QName {
        let namespace = self
            .namespaces
            .get(self.tag.namespace)
            .map_or("", |n| n.uri);
        QName::new(namespace, self.tag.local)
    }

    /// The element's tag.
    pub fn tag(&self) -> &'static Tag {
        self.tag
    }

    /// The namespaces of its contract.
    pub fn namespaces(&self) -> &'static [Namespace] {
        self.namespaces
    }
}

impl<T: Type> Element<T> {
    /// Reads a document with this root element.
    ///
    /// # Errors
    /// Where it is not well-formed, or not as the schema says.
    pub fn read(&self, text: &str) -> Result<T> {
        self.read_with(text, &xml::Options::message(), Strictness::Strict)
    }

    /// Reads a document with this root element within other limits, or leniently.
    ///
    /// # Errors
    /// As [`read`](Element::read).
    pub fn read_with(
        &self,
        text: &str,
        options: &xml::Options,
        strictness: Strictness,
    ) -> Result<T> {
        self.read_document(xml::Reader::new(text, options), strictness)
    }

    /// Reads a document in UTF-8 whose texts, in types that were made so, stay parts of it.
    ///
    /// # Errors
    /// As [`read`](Element::read).
    pub fn read_shared(&self, document: &ByteString) -> Result<T> {
        let mut xml = xml::Reader::new(document, &xml::Options::message());
        xml.share(document.as_bytes());
        self.read_document(xml, Strictness::Strict)
    }

    pub(crate) fn read_document(&self, xml: xml::Reader<'_>, strictness: Strictness) -> Result<T> {
        let mut reader = Reader::new(xml, self.namespaces, strictness);
        let value = self.read_from(&mut reader)?;
        reader.finish_document()?;
        Ok(value)
    }

    /// Reads a document whose root element has any name.
    #[cfg(any(feature = "server", feature = "client"))]
    pub(crate) fn read_nameless(
        &self,
        text: &str,
        options: &xml::Options,
        strictness: Strictness,
    ) -> Result<T> {
        let mut reader = Reader::new(xml::Reader::new(text, options), self.namespaces, strictness);
        reader.start_any()?;
        reader.value = self.value;
        reader.finish(self.tag)
    }

    /// Reads the element at a reader that stands before it, as in the body of an envelope.
    ///
    /// # Errors
    /// As [`read`](Element::read).
    pub fn read_from(&self, reader: &mut Reader<'_>) -> Result<T> {
        reader.value = self.value;
        match T::element(reader, self.tag)? {
            Some(value) => Ok(value),
            None => Err(reader.missing()),
        }
    }

    /// Reads the element at an XML reader that stands before it, and gives the reader back behind it.
    ///
    /// # Errors
    /// As [`read`](Element::read).
    pub fn read_at<'a>(
        &self,
        xml: xml::Reader<'a>,
        strictness: Strictness,
    ) -> Result<(T, xml::Reader<'a>)> {
        let mut reader = Reader::new(xml, self.namespaces, strictness);
        let value = self.read_from(&mut reader)?;
        Ok((value, reader.into_xml()))
    }

    /// Writes the element as a document without an XML declaration.
    ///
    /// # Errors
    /// Where no document says the value: a member of a union that is read as another, a name whose namespace cannot be said.
    pub fn write(&self, value: &T) -> std::result::Result<String, WriteError> {
        self.write_bytes(value, Vec::new()).map(text_of)
    }

    /// Appends the element, with every namespace that it uses declared on it.
    ///
    /// # Errors
    /// As [`write`](Element::write); nothing is appended then.
    pub fn write_to(&self, value: &T, out: &mut String) -> std::result::Result<(), WriteError> {
        let writer = Writer::new(std::mem::take(out).into_bytes(), self.namespaces);
        self.append(value, writer, out).map(drop)
    }

    /// Appends the element; long values of `xs:base64Binary` are put aside, and the element refers to them by `xop:Include`,
    /// unless the contract [declares](declares_xop) that itself.
    ///
    /// # Errors
    /// As [`write`](Element::write); nothing is appended then.
    pub fn write_aside(
        &self,
        value: &T,
        out: &mut String,
        aside: &mut Vec<Aside>,
    ) -> std::result::Result<(), WriteError> {
        if declares_xop(self.namespaces) {
            return self.write_to(value, out);
        }
        let mut writer = Writer::new(std::mem::take(out).into_bytes(), self.namespaces);
        writer.aside = Some(Vec::new());
        let put = self.append(value, writer, out)?;
        aside.extend(put.unwrap_or_default());
        Ok(())
    }

    /// Appends the element to bytes: the same as [`write_to`](Element::write_to), for who goes on with bytes.
    ///
    /// # Errors
    /// As [`write`](Element::write).
    pub fn write_bytes(&self, value: &T, out: Vec<u8>) -> std::result::Result<Vec<u8>, WriteError> {
        let mut writer = Writer::new(out, self.namespaces);
        writer.root(self.tag, value);
        writer.finish()
    }

    /// Writes a document for a reader that has names in full: every name has its prefix, whatever its pattern says. Tells where each
    /// element of open content begins.
    #[cfg(feature = "serde")]
    pub(crate) fn write_in_full(
        &self,
        value: &T,
    ) -> std::result::Result<(String, Vec<usize>), WriteError> {
        let mut writer = Writer::new(Vec::new(), self.namespaces);
        writer.in_full = Some(Vec::new());
        writer.root(self.tag, value);
        let open = writer.in_full.take().unwrap_or_default();
        Ok((text_of(writer.finish()?), open))
    }

    /// Appends what a writer makes of a value, whole or not at all; gives what was put aside.
    fn append(
        &self,
        value: &T,
        mut writer: Writer,
        out: &mut String,
    ) -> std::result::Result<Option<Vec<Aside>>, WriteError> {
        writer.root(self.tag, value);
        let (begin, aside, error) = (writer.begin, writer.aside.take(), writer.unwritable.take());
        *out = text_of(writer.into_bytes());
        match error {
            None => Ok(aside),
            Some(error) => {
                out.truncate(begin);
                Err(*error)
            }
        }
    }
}

impl<T> Clone for Element<T> {
    fn clone(&self) -> Element<T> {
        *self
    }
}

impl<T> Copy for Element<T> {}

impl<T> fmt::Debug for Element<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Element({})", self.name())
    }
}
