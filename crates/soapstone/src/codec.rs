//! What generated code calls: values of a schema's types are read from XML while their structure is checked, and written
//! with constant tags. It knows no schema document; what a type looks like is told by the implementations of its traits.
//!
//! Reading predicts: the schema says which start tag comes next, and while the bytes at the cursor are that tag, nothing
//! else is looked at. Where they differ the general path reads the same bytes with every check.

mod all;
mod any;
mod array;
mod aside;
mod attribute;
mod buffer;
mod element;
mod enumerated;
mod error;
mod facet;
mod faceted;
mod group;
mod instance;
mod leaf;
mod lenient;
mod macros;
mod model;
mod multi_ref;
mod nillable;
mod predict;
mod qname;
mod reader;
mod simple;
mod spelling;
mod start;
mod tag;
mod text;
mod union;
mod unwritable;
mod writer;

use std::borrow::Cow;

#[cfg(feature = "serde")]
pub(crate) use any::declares;
pub use any::{AnyAttribute, AnyElement, AnyType, Wildcard};
pub use array::{Grid, Items};
pub use aside::{Aside, XOP, declares_xop};
pub use element::{Element, Root};
pub use error::{Error, ErrorKind, Invalid, Step};
pub use facet::{Facets, Lexical, WhiteSpace, is_pattern};
pub use faceted::Faceted;
#[cfg(any(feature = "server", feature = "client"))]
pub(crate) use instance::type_named;
pub use model::Model;
pub use multi_ref::inline_references;
pub use nillable::Nillable;
pub use reader::Reader;
pub use simple::{List, admits_type, lexical, parse};
pub use spelling::{list_spellings, without_exponent};
pub use tag::{NamedType, Namespace, Tag};
pub use text::shared;
pub use text::{
    AnyUri, Entities, Entity, Id, IdRef, IdRefs, Language, Name, NcName, NegativeInteger, NmToken,
    NmTokens, NonNegativeInteger, NonPositiveInteger, NormalizedString, PositiveInteger, Token,
};
pub use union::{is_named, is_or_derives, own_text, told_by};
pub use unwritable::{Unwritable, WriteError};
pub use writer::Writer;

use crate::datatype::{Room, name};
pub use crate::name::QName;
/// A text that shares the bytes of the message that it was read from.
pub use bytestring::ByteString;

/// The result of reading.
pub type Result<T> = std::result::Result<T, Error>;

/// No upper bound on occurrences.
pub const UNBOUNDED: usize = usize::MAX;

/// How messages are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// What is read is valid by its schema.
    #[default]
    Strict,
    /// Elements and attributes that the schema does not know are passed over, and the order of elements is free.
    Lenient,
    /// As strict, but for what SOAP encoding leaves open: the namespace of accessors, which stacks write or not, and the
    /// attributes of the encoding (SOAP 1.1, 5.1).
    Encoded,
}

/// A type that an element can have.
pub trait Type: Sized {
    /// The type's name, where it has one.
    const NAME: Option<&'static Tag> = None;
    /// There may be attributes: the start tag cannot be written as a constant.
    const ATTRIBUTES: bool = false;
    /// The type decides by `xsi:type` itself what it is.
    const FAMILY: bool = false;
    /// The type is a union, of which `xsi:type` may name a member.
    const UNION: bool = false;
    /// Elements may be nil.
    const NILLABLE: bool = false;

    /// Reads attributes and content; the start tag has been read, the end tag is left.
    ///
    /// # Errors
    /// Whatever is not as the schema says.
    fn read(reader: &mut Reader<'_>) -> Result<Self>;

    /// Checks the attributes of an element that is nil, which has them as any other (XSD 1.0 part 1, 3.4.4).
    ///
    /// # Errors
    /// Where one is missing or wrong. What may have attributes and does not say which takes all.
    fn nil(reader: &mut Reader<'_>) -> Result<()> {
        if Self::ATTRIBUTES {
            reader.any_attributes(&Wildcard::Any)?;
        }
        Ok(())
    }

    /// Writes the attributes into the open start tag.
    fn attributes(&self, _writer: &mut Writer) {}

    /// Writes the content.
    fn content(&self, writer: &mut Writer);

    /// Tells whether `xsi:type` may name this type for an element of the type.
    fn accepts_type(namespace: &str, local: &str, known: &[Namespace]) -> bool {
        Self::NAME.is_some_and(|name| name.is(namespace, local, known))
    }

    /// Reads a whole element with this tag, if it comes next.
    ///
    /// # Errors
    /// As [`read`](Type::read).
    #[inline]
    fn element(reader: &mut Reader<'_>, tag: &'static Tag) -> Result<Option<Self>> {
        if Self::ATTRIBUTES
            && !Self::FAMILY
            && let Some(read) = reader.begun(tag)
        {
            return read;
        }
        if !reader.start(tag)? {
            return Ok(None);
        }
        reader.finish(tag).map(Some)
    }

    /// Reads a whole element with this tag that may be nil, if it comes next and nothing but a leaf has to be looked at.
    ///
    /// # Errors
    /// As [`read`](Type::read).
    fn near(_reader: &mut Reader<'_>, _tag: &'static Tag) -> Option<Result<Nillable<Self>>> {
        None
    }

    /// Writes a whole element with this tag.
    #[inline]
    fn write_element(&self, tag: &'static Tag, writer: &mut Writer) {
        writer.whole(tag, self);
    }
}

/// A struct or enum of particles without an element of its own: a repeated sequence, a choice.
pub trait Group: Sized {
    /// Reads one occurrence, if what comes next begins one.
    ///
    /// # Errors
    /// Whatever is not as the schema says inside of it.
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>>;

    /// Writes the particles.
    fn write(&self, writer: &mut Writer);
}

/// An item of mixed content: an element, or text.
pub trait Mixed: Group {
    /// The order of the elements, where there is one.
    const MODEL: Option<Model> = None;

    /// Makes an item of text.
    fn text(text: String) -> Self;

    /// Which variant an element is, as the model counts them; none for text.
    fn arm(&self) -> Option<usize> {
        None
    }
}

/// A simple type: its values stand in text and in attributes.
pub trait Simple: Sized + PartialEq {
    /// The local name of the built-in datatype that this is.
    const BUILT_IN: Option<&'static str> = None;

    /// Values may be names: what a pattern says of prefixes holds of a document's text, and of no name that says its namespace.
    const NAMES: bool = false;

    /// The type is a union, or restricts one: `xsi:type` may name a member.
    const UNION: bool = false;

    /// Tells whether a type is a member of this one, or derives from one; only unions have members.
    fn has_member(_namespace: &str, _local: &str, _known: &[Namespace]) -> bool {
        false
    }

    /// Reads a text as the member of that name; nothing where no member has it.
    fn told(
        _name: &QName,
        _known: &[Namespace],
        _text: &str,
        _bindings: &dyn Bindings,
    ) -> Option<std::result::Result<Self, Invalid>> {
        None
    }

    /// The name of the value's member, if it has one.
    fn member(&self, _known: &[Namespace]) -> Option<QName> {
        None
    }

    /// Reads a value; white space is the type's own concern.
    ///
    /// # Errors
    /// [`Invalid`] where the text is no value of the type.
    fn from_text(text: Cow<'_, str>, bindings: &dyn Bindings)
    -> std::result::Result<Self, Invalid>;

    /// Writes a value as text.
    fn to_text(&self, writer: &mut Writer);

    /// Writes a value as text that no type of another kind reads, where there is such a text: in a union the first member
    /// that reads a text has it.
    fn to_own_text(&self, writer: &mut Writer) {
        self.to_text(writer);
    }

    /// Whether values have [other texts](Simple::other_texts).
    const OTHER_TEXTS: bool = false;

    /// Other texts of the same value, for a type whose pattern does not take the one that is written else: `1` for `true`.
    fn other_texts(&self) -> Box<dyn Iterator<Item = String>> {
        Box::new(std::iter::empty())
    }

    /// Whether a value keeps its text: [`from_text`](Simple::from_text) then takes one that is owned without a copy.
    const KEEPS: bool = false;

    /// Whether [`from_word`](Simple::from_word) reads most values.
    const WORD: bool = false;

    /// Reads a value of at most eight bytes, the first one lowest in the word, what stands behind them above; absent where only
    /// [`from_text`](Simple::from_text) can tell.
    #[inline]
    fn from_word(_word: u64, _length: usize) -> Option<Self> {
        None
    }

    /// Whether [`put`](Simple::put) writes most values.
    const SHORT: bool = false;

    /// Writes a value into room, where it is short; only of a type that is [`SHORT`](Simple::SHORT).
    #[inline]
    fn put(&self, _room: &mut Room<'_>) {}
}

/// Resolves the prefixes in values of type `xs:QName`.
pub trait Bindings {
    /// The namespace of a prefix; the empty prefix is the default namespace.
    fn resolve(&self, prefix: &str) -> Option<&str>;

    /// A text to keep: a part of the message where it stands in one that is [shared](crate::xml::Reader::share), a copy elsewhere.
    fn keep(&self, text: Cow<'_, str>) -> ByteString {
        text.into_owned().into()
    }

    /// Splits a name that says its namespace itself, `{urn:a}local`; no document has such names.
    fn expanded<'t>(&'t self, _text: &'t str) -> Option<(&'t str, &'t str)> {
        None
    }

    /// Tells whether names in a text may say their namespaces themselves.
    fn has_expanded(&self, _text: &str) -> bool {
        false
    }

    /// The texts that a document may have for a text with such names, with prefixes and without; none where that cannot be told.
    fn forms(&self, _text: &str) -> Vec<String> {
        Vec::new()
    }
}

/// No prefix is bound, and names say their namespace themselves: the texts of a contract are written so into generated code.
impl Bindings for () {
    fn resolve(&self, prefix: &str) -> Option<&str> {
        prefix.is_empty().then_some("")
    }

    fn expanded<'t>(&'t self, text: &'t str) -> Option<(&'t str, &'t str)> {
        text.strip_prefix('{')?.split_once('}')
    }

    fn has_expanded(&self, text: &str) -> bool {
        has_full_name(self, text)
    }
}

/// Tells whether a word of a text is a name that says its namespace itself.
fn has_full_name(bindings: &dyn Bindings, text: &str) -> bool {
    text.contains('{') && words_of_names(text).any(|word| is_full_name(bindings, word))
}

/// The words of a text, with spaces in the braces of names.
fn words_of_names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let braced = text.strip_prefix('{').and_then(|text| text.find('}'));
        let from = braced.unwrap_or(0);
        let end = text.get(from..)?.find(' ').map(|end| from + end);
        rest = end.and_then(|end| text.get(end + 1..));
        text.get(..end.unwrap_or(text.len()))
    })
}

fn is_full_name(bindings: &dyn Bindings, word: &str) -> bool {
    bindings
        .expanded(word)
        .is_some_and(|(_, local)| name::is_ncname(local))
}

impl<T: Type> Type for Box<T> {
    const NAME: Option<&'static Tag> = T::NAME;
    const ATTRIBUTES: bool = T::ATTRIBUTES;
    const FAMILY: bool = T::FAMILY;
    const NILLABLE: bool = T::NILLABLE;

    fn read(reader: &mut Reader<'_>) -> Result<Box<T>> {
        T::read(reader).map(Box::new)
    }

    fn nil(reader: &mut Reader<'_>) -> Result<()> {
        T::nil(reader)
    }

    fn attributes(&self, writer: &mut Writer) {
        T::attributes(self, writer);
    }

    fn content(&self, writer: &mut Writer) {
        T::content(self, writer);
    }

    fn accepts_type(namespace: &str, local: &str, known: &[Namespace]) -> bool {
        T::accepts_type(namespace, local, known)
    }

    fn element(reader: &mut Reader<'_>, tag: &'static Tag) -> Result<Option<Box<T>>> {
        match T::element(reader, tag) {
            Ok(Some(value)) => Ok(Some(Box::new(value))),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write_element(&self, tag: &'static Tag, writer: &mut Writer) {
        T::write_element(self, tag, writer);
    }
}

impl<T: Group> Group for Box<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Option<Box<T>>> {
        Ok(T::read(reader)?.map(Box::new))
    }

    fn write(&self, writer: &mut Writer) {
        T::write(self, writer);
    }
}

#[cfg(test)]
mod tests;
