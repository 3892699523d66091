//! Content that the schema leaves open: kept as written, with the namespaces that it needs, and with a typed way in and out.

use std::fmt::Write as _;

use super::element::Element;
use super::error::ErrorKind;
use super::reader::Ahead;
use super::{Namespace, QName, Reader, Result, Strictness, Tag, Type, WriteError, Writer};
use crate::name::XSI;
use crate::xml::{self, Event};

/// Which namespaces a wildcard admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wildcard {
    /// Any.
    Any,
    /// Any but this one and none (`##other`); with the empty string: any but none.
    Not(&'static str),
    /// These; the empty string is no namespace.
    In(&'static [&'static str]),
}

impl Wildcard {
    /// Tells whether names of that namespace are admitted (XSD 1.0 part 1, 3.10.4).
    pub fn admits(&self, namespace: &str) -> bool {
        match self {
            Wildcard::Any => true,
            Wildcard::Not(other) => !namespace.is_empty() && namespace != *other,
            Wildcard::In(these) => these.contains(&namespace),
        }
    }
}

/// An attribute that a wildcard admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyAttribute {
    /// Its name.
    pub name: QName,
    /// Its value, normalised.
    pub value: String,
}

impl AnyAttribute {
    /// `xsi:type` of an element that has no value to tell its type.
    pub(super) fn of_type(name: &QName) -> AnyAttribute {
        AnyAttribute {
            name: QName::new(XSI, "type"),
            value: name.to_string(),
        }
    }

    /// The type that it names, where it is `xsi:type`.
    pub fn type_(&self) -> Option<QName> {
        if !self.name.is(XSI, "type") {
            return None;
        }
        let named = self
            .value
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        let (namespace, local) = named.unwrap_or(("", &self.value));
        Some(QName::new(namespace, local))
    }
}

/// An element that a wildcard admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyElement {
    /// Its name.
    pub name: QName,
    /// The element as written, with the declarations of every prefix in it.
    pub xml: String,
}

impl AnyElement {
    /// Makes one of a typed value.
    ///
    /// # Errors
    /// As [`Element::write`].
    pub fn of<T: Type>(
        element: &Element<T>,
        value: &T,
    ) -> std::result::Result<AnyElement, WriteError> {
        Ok(AnyElement {
            name: element.name(),
            xml: element.write(value)?,
        })
    }

    /// Reads it as an element of a contract.
    ///
    /// # Errors
    /// Where it is another element, or is not as its type says.
    pub fn read<T: Type>(&self, element: &Element<T>) -> Result<T> {
        element.read(&self.xml)
    }
}

impl Writer {
    /// Writes an element as it was read.
    pub fn any(&mut self, value: &AnyElement) {
        if let Some(begins) = &mut self.in_full {
            begins.push(self.out.len());
        }
        self.raw(&value.xml);
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
}

/// The content of an element of type `xs:anyType`: anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnyType {
    /// What `xsi:type` says it is.
    pub type_: Option<QName>,
    /// The attributes.
    pub attributes: Vec<AnyAttribute>,
    /// Text and elements as written; each element has the declarations of every prefix in it.
    pub content: String,
}

/// The name under which content is read and written when it stands alone.
const ALONE: &Tag = &Tag::new(0, "value", "<value>", "</value>");

impl AnyType {
    /// Makes one of a text, which is escaped.
    pub fn text(text: &str) -> AnyType {
        let mut content = String::new();
        xml::escape_text(text, &mut content);
        AnyType {
            content,
            ..AnyType::default()
        }
    }

    /// Makes one of a typed value; a type with a name is named by `xsi:type`.
    ///
    /// # Errors
    /// As [`Element::write`].
    pub fn of<T: Type>(value: &T, namespaces: &'static [Namespace]) -> Result<AnyType> {
        let text = Element::<T>::new(ALONE, namespaces).write(value)?;
        let mut any = Element::<AnyType>::new(ALONE, namespaces).read(&text)?;
        if any.type_.is_none()
            && let Some(tag) = T::NAME
        {
            let namespace = namespaces.get(tag.namespace).map_or("", |n| n.uri);
            any.type_ = Some(QName::new(namespace, tag.local));
        }
        Ok(any)
    }

    /// Reads it as a type of a contract.
    ///
    /// # Errors
    /// Where it is not as the type says.
    pub fn read<T: Type>(&self, namespaces: &'static [Namespace]) -> Result<T> {
        let alone = Element::<AnyType>::new(ALONE, namespaces);
        let named = AnyType {
            type_: if T::FAMILY { self.type_.clone() } else { None },
            ..self.clone()
        };
        Element::<T>::new(ALONE, namespaces).read(&alone.write(&named)?)
    }
}

impl Type for AnyType {
    const ATTRIBUTES: bool = true;
    const FAMILY: bool = true;

    fn read(reader: &mut Reader<'_>) -> Result<AnyType> {
        let type_ = reader.take_type()?;
        if reader.take_nil() && reader.strictness != Strictness::Lenient {
            return Err(reader.error(ErrorKind::NotNillable));
        }
        let attributes = reader.any_attributes(&Wildcard::Any)?;
        reader.pending = 0;
        let mut content = String::new();
        loop {
            match reader.xml.next()? {
                Event::Text(text) => xml::escape_text(&text, &mut content),
                Event::Start(tag) => {
                    reader.ahead = Ahead::Start(tag);
                    content.push_str(&reader.capture()?.xml);
                }
                Event::End(_) | Event::Eof => break,
            }
        }
        reader.ahead = Ahead::End;
        Ok(AnyType {
            type_,
            attributes,
            content,
        })
    }

    fn attributes(&self, writer: &mut Writer) {
        if let Some(name) = &self.type_ {
            writer.xsi_type_of(name);
        }
        writer.any_attributes(&self.attributes);
    }

    fn content(&self, writer: &mut Writer) {
        writer.raw(&self.content);
    }

    fn accepts_type(_namespace: &str, _local: &str, _known: &[Namespace]) -> bool {
        true
    }
}

impl Reader<'_> {
    /// Reads an element that a wildcard admits, and that must come next.
    ///
    /// # Errors
    /// Where it does not.
    pub fn any(&mut self, wildcard: &Wildcard) -> Result<AnyElement> {
        self.optional_any(wildcard)?.ok_or_else(|| self.missing())
    }

    /// Reads an element that a wildcard admits, if one comes next.
    ///
    /// # Errors
    /// Where it is not well-formed.
    pub fn optional_any(&mut self, wildcard: &Wildcard) -> Result<Option<AnyElement>> {
        let admitted = self.at_any(wildcard)?;
        self.stops = &[];
        if !admitted {
            return Ok(None);
        }
        self.tries = 0;
        self.capture().map(Some)
    }

    /// Reads elements that a wildcard admits, at least `min` and at most `max`.
    ///
    /// # Errors
    /// Where there are too few.
    pub fn anys(&mut self, wildcard: &Wildcard, min: usize, max: usize) -> Result<Vec<AnyElement>> {
        let mut values = Vec::new();
        let stops = self.stops;
        while values.len() < max {
            // What must be there is taken before anything behind it.
            self.stops = if values.len() < min { &[] } else { stops };
            let Some(value) = self.optional_any(wildcard)? else {
                break;
            };
            self.grow(size_of::<AnyElement>())?;
            values.push(value);
        }
        if values.len() < min {
            return Err(self.missing());
        }
        Ok(values)
    }

    /// Reads elements that a wildcard admits, if at least one comes next.
    ///
    /// # Errors
    /// As [`anys`](Reader::anys).
    pub fn some_anys(
        &mut self,
        wildcard: &Wildcard,
        min: usize,
        max: usize,
    ) -> Result<Option<Vec<AnyElement>>> {
        if !self.at_any(wildcard)? {
            return Ok(None);
        }
        self.anys(wildcard, min, max).map(Some)
    }

    /// Lets the wildcard that is read next stop before these elements: they have places of their own behind it. Contracts
    /// that add elements to a type which ends in a wildcard mean that, though XSD calls it ambiguous.
    pub fn before(&mut self, tags: &'static [&'static Tag]) -> &mut Self {
        self.stops = tags;
        self
    }

    /// Tells whether an element that a wildcard admits comes next.
    ///
    /// # Errors
    /// Where something else than an element or the parent's end comes.
    pub fn at_any(&mut self, wildcard: &Wildcard) -> Result<bool> {
        self.look()?;
        let Ahead::Start(found) = self.ahead else {
            return Ok(false);
        };
        let stops = self.stops;
        Ok(wildcard.admits(self.xml.namespace(found.ns))
            && !stops.iter().any(|tag| self.matches(found, tag)))
    }

    /// Takes the element whose start tag was read ahead, as written, with the declarations that it needs from outside.
    pub(super) fn capture(&mut self) -> Result<AnyElement> {
        let Ahead::Start(tag) = self.ahead else {
            return Err(self.missing());
        };
        self.ahead = Ahead::Nothing;
        let name = QName::new(self.xml.namespace(tag.ns), tag.local);
        let source = self.xml.source();
        let start_tag = source
            .get(self.xml.offset()..self.xml.end_offset())
            .unwrap_or_default();
        let outside: Vec<(String, String)> = self
            .xml
            .bindings()
            .into_iter()
            .filter(|(prefix, _)| !declares(start_tag, prefix))
            .map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()))
            .collect();
        let element = self.xml.skip_element()?;
        let name_end = 1 + if tag.prefix.is_empty() {
            tag.local.len()
        } else {
            tag.prefix.len() + 1 + tag.local.len()
        };
        let (head, rest) = element.split_at_checked(name_end).unwrap_or((element, ""));
        let mut text = String::with_capacity(element.len() + 64);
        text.push_str(head);
        for (prefix, uri) in &outside {
            if prefix.is_empty() {
                text.push_str(" xmlns=\"");
            } else if uses(element, prefix) {
                let _ = write!(text, " xmlns:{prefix}=\"");
            } else {
                continue;
            }
            xml::escape_attribute(uri, &mut text);
            text.push('"');
        }
        text.push_str(rest);
        self.grow(text.len())?;
        Ok(AnyElement { name, xml: text })
    }
}

/// Tells whether a start tag declares a prefix itself.
pub(crate) fn declares(start_tag: &str, prefix: &str) -> bool {
    let name = if prefix.is_empty() {
        "xmlns".to_owned()
    } else {
        format!("xmlns:{prefix}")
    };
    start_tag.match_indices(&name).any(|(at, _)| {
        let before = start_tag.get(..at).unwrap_or_default();
        let after = start_tag.get(at + name.len()..).unwrap_or_default();
        before.ends_with([' ', '\t', '\n', '\r']) && after.trim_ascii_start().starts_with('=')
    })
}

/// Tells whether a prefix may be used in a text; a prefix that only looks used is declared in vain, which does no harm.
fn uses(text: &str, prefix: &str) -> bool {
    let bytes = text.as_bytes();
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte) || *byte >= 0x80;
    text.match_indices(prefix).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        bytes.get(at + prefix.len()) == Some(&b':') && !before.is_some_and(inside)
    })
}

impl Reader<'_> {
    /// The element that the reader stands before, with the declarations that it needs from outside.
    pub(crate) fn into_element(mut self) -> Option<String> {
        self.look().ok()?;
        self.capture().ok().map(|element| element.xml)
    }

    /// Passes over what is left of a document, which must be nothing: what else stands behind its root is no XML (XML 1.0, 2.1),
    /// however leniently the root is read.
    pub(super) fn finish_document(&mut self) -> Result<()> {
        self.xml.next()?;
        Ok(())
    }
}
