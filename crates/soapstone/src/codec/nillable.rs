//! `xsi:nil`: an element that is there and has no value, which differs from one that is absent and from one that is empty.

use super::error::ErrorKind;
use super::{AnyAttribute, Namespace, Reader, Result, Strictness, Tag, Type, Writer};
use crate::xml::Prediction;

/// The value of a nillable element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Nillable<T> {
    /// `xsi:nil="true"`.
    #[default]
    Nil,
    /// `xsi:nil="true"` beside attributes of the type, which have no value to stand in: they are kept as they were read. One of
    /// the types that may stand there is kept too, as `xsi:type` with the value `{namespace}local`.
    NilWith(Vec<AnyAttribute>),
    /// A value.
    Value(T),
}

impl<T> Nillable<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Nillable::Nil | Nillable::NilWith(_) => None,
            Nillable::Value(value) => Some(value),
        }
    }

    /// A reference to the value, if there is one.
    pub fn as_ref(&self) -> Option<&T> {
        match self {
            Nillable::Nil | Nillable::NilWith(_) => None,
            Nillable::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Nillable<T> {
    fn from(value: T) -> Nillable<T> {
        Nillable::Value(value)
    }
}

impl<T: Type> Type for Nillable<T> {
    const NAME: Option<&'static Tag> = T::NAME;
    const ATTRIBUTES: bool = true;
    const FAMILY: bool = T::FAMILY;
    const UNION: bool = T::UNION;
    const NILLABLE: bool = true;

    fn read(reader: &mut Reader<'_>) -> Result<Nillable<T>> {
        if !reader.take_nil() {
            return T::read(reader).map(Nillable::Value);
        }
        reader.value = None;
        reader.told = None;
        reader.told_name = None;
        let left = reader.left_attributes()?;
        let type_ = reader.type_.clone();
        if T::ATTRIBUTES && reader.strictness != Strictness::Lenient {
            T::nil(reader)?;
        }
        let mut attributes = reader.declared_attributes(&left);
        reader.expect_no_attributes()?;
        reader.type_ = type_;
        if let Some(name) = reader.take_type()?
            && T::FAMILY
        {
            attributes.push(AnyAttribute::of_type(&name));
        }
        // XSD 1.0 part 1, 3.3.4, 3.2.1: neither characters nor elements.
        let text = reader.text()?.unwrap_or(reader.own.as_str());
        if !text.is_empty() {
            return Err(reader.error(ErrorKind::NilWithContent));
        }
        Ok(if attributes.is_empty() {
            Nillable::Nil
        } else {
            Nillable::NilWith(attributes)
        })
    }

    fn attributes(&self, writer: &mut Writer) {
        match self {
            Nillable::Nil => writer.nil(),
            Nillable::NilWith(attributes) => {
                writer.nil();
                writer.any_attributes(attributes);
            }
            Nillable::Value(value) => value.attributes(writer),
        }
    }

    fn content(&self, writer: &mut Writer) {
        if let Nillable::Value(value) = self {
            value.content(writer);
        }
    }

    fn accepts_type(namespace: &str, local: &str, known: &[Namespace]) -> bool {
        T::accepts_type(namespace, local, known)
    }

    fn element(reader: &mut Reader<'_>, tag: &'static Tag) -> Result<Option<Nillable<T>>> {
        if let Some(read) = T::near(reader, tag) {
            return read.map(Some);
        }
        // Without attributes it is not nil, and the value's own way is the shorter one.
        if reader.predict(tag)? == Prediction::Hit {
            return Ok(T::element(reader, tag)?.map(Nillable::Value));
        }
        if !reader.start(tag)? {
            return Ok(None);
        }
        reader.finish(tag).map(Some)
    }

    fn write_element(&self, tag: &'static Tag, writer: &mut Writer) {
        match self {
            Nillable::Value(value) => value.write_element(tag, writer),
            _ => writer.whole(tag, self),
        }
    }
}
