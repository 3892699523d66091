//! Unions: which member a value is of is told by its text, the first that reads it, or by `xsi:type`.

use std::any::TypeId;

use super::simple::{XSD, lexical, parse};
use super::tag::NamedType;
use super::text;
use super::{
    Bindings, Invalid, Namespace, QName, Reader, Result, Simple, Strictness, Tag, Type, Writer,
};

/// Gives a union the part of an element's type.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_element {
    ($type:ty) => {
        impl $crate::codec::Type for $type {
            const ATTRIBUTES: bool = true;
            const UNION: bool = true;

            fn read(reader: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<Self> {
                reader.union_value()
            }
            fn nil(_: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<()> {
                Ok(())
            }
            fn attributes(&self, writer: &mut $crate::codec::Writer) {
                writer.union_type(self);
            }
            fn content(&self, writer: &mut $crate::codec::Writer) {
                $crate::codec::Simple::to_text(self, writer);
            }
            fn element(
                reader: &mut $crate::codec::Reader<'_>,
                tag: &'static $crate::codec::Tag,
            ) -> $crate::codec::Result<Option<Self>> {
                reader.leaf(tag)
            }
            fn write_element(
                &self,
                tag: &'static $crate::codec::Tag,
                writer: &mut $crate::codec::Writer,
            ) {
                writer.union_leaf(tag, self);
            }
            fn accepts_type(
                namespace: &str,
                local: &str,
                known: &[$crate::codec::Namespace],
            ) -> bool {
                $crate::codec::admits_type::<Self>(namespace, local, known)
            }
        }
    };
}

/// A union, as generated code declares it.
pub trait Member: Simple {
    /// Reads a text as the member of that name; nothing where no member has it.
    fn told(
        name: &QName,
        known: &[Namespace],
        text: &str,
        bindings: &dyn Bindings,
    ) -> Option<std::result::Result<Self, Invalid>>;

    /// The name of the value's member, if it has one.
    fn name(&self, known: &[Namespace]) -> Option<QName>;
}

/// Tells whether a type has that name.
pub fn is_named<T: Simple + 'static>(name: &QName, known: &[Namespace]) -> bool {
    name_of::<T>(known).is_some_and(|own| own == *name)
}

/// The name of a simple type: the contract's, or that of a built-in type.
pub fn name_of<T: Simple + 'static>(known: &[Namespace]) -> Option<QName> {
    match T::BUILT_IN.or_else(text_name::<T>) {
        Some(local) => Some(QName::new(XSD, local)),
        None => NamedType::name_of::<T>(known),
    }
}

/// The name of a type of texts, or of names.
fn text_name<T: 'static>() -> Option<&'static str> {
    let own = TypeId::of::<T>();
    match () {
        () if own == TypeId::of::<QName>() => Some("QName"),
        () => text::name_of(own).or_else(|| text::shared::name_of(own)),
    }
}

impl Reader<'_> {
    /// Reads the text of an element as a value of a union.
    ///
    /// # Errors
    /// Where it is no value of the member that `xsi:type` names, or of none where it names none.
    pub fn union_value<T: Member>(&mut self) -> Result<T> {
        let name = self.told_name.take();
        self.value_by(|reader, text| {
            let told = T::told(name.as_ref()?, reader.namespaces, text, &reader.xml)?;
            // Read leniently, a text that is not what it is called may still be a value.
            (told.is_ok() || reader.strictness != Strictness::Lenient).then_some(told)
        })
    }
}

impl Writer {
    /// Writes an element with a value of a union: `xsi:type` names the member where another would read its text.
    pub fn union_leaf<T: Member + Type>(&mut self, tag: &'static Tag, value: &T) {
        match self.member_to_name(value) {
            None => self.leaf(tag, value),
            Some(_) => self.whole(tag, value),
        }
    }

    /// Writes the name of a value's member, where another member would read its text.
    pub fn union_type<T: Member>(&mut self, value: &T) {
        if let Some(name) = self.member_to_name(value) {
            self.xsi_type_of(&name);
        }
    }

    fn member_to_name<T: Member>(&self, value: &T) -> Option<QName> {
        match parse::<T>(&lexical(value)) {
            Ok(read) if read == *value => None,
            _ => value.name(self.namespaces()),
        }
    }
}
