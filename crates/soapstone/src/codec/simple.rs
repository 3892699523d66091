//! Values of the built-in datatypes, and lists of values.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use super::array::SOAP_ENCODING;
use super::error::Invalid;
use super::tag::{NamedType, derives_from_built_in};
use super::writer::Mode;
use super::{Bindings, ByteString, Namespace, Reader, Result, Simple, Type, Writer, spelling};
use crate::datatype::{
    Base64Binary, Datatype, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, HexBinary, Integer, Room, Time, space,
};

/// Gives a simple type the part of an element's type.
#[doc(hidden)]
#[macro_export]
macro_rules! __simple_element {
    ($type:ty) => {
        impl $crate::codec::Type for $type {
            $crate::__simple_element!();
            #[inline]
            fn accepts_type(
                namespace: &str,
                local: &str,
                known: &[$crate::codec::Namespace],
            ) -> bool {
                $crate::codec::admits_type::<Self>(namespace, local, known)
            }
        }
    };
    () => {
        const ATTRIBUTES: bool = <Self as $crate::codec::Simple>::UNION;
        const UNION: bool = <Self as $crate::codec::Simple>::UNION;

        #[inline]
        fn read(reader: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<Self> {
            reader.value()
        }
        fn nil(_: &mut $crate::codec::Reader<'_>) -> $crate::codec::Result<()> {
            Ok(())
        }
        #[inline]
        fn attributes(&self, writer: &mut $crate::codec::Writer) {
            writer.union_type(self);
        }
        #[inline]
        fn content(&self, writer: &mut $crate::codec::Writer) {
            writer.simple_content(self);
        }
        #[inline]
        fn element(
            reader: &mut $crate::codec::Reader<'_>,
            tag: &'static $crate::codec::Tag,
        ) -> $crate::codec::Result<Option<Self>> {
            reader.leaf(tag)
        }
        #[inline]
        fn near(
            reader: &mut $crate::codec::Reader<'_>,
            tag: &'static $crate::codec::Tag,
        ) -> Option<$crate::codec::Result<$crate::codec::Nillable<Self>>> {
            reader.nillable_leaf(tag)
        }
        #[inline]
        fn write_element(
            &self,
            tag: &'static $crate::codec::Tag,
            writer: &mut $crate::codec::Writer,
        ) {
            writer.union_leaf(tag, self);
        }
    };
}

/// Tells whether `xsi:type` may name a type where a simple one is declared: that one, one derived from it (XSD 1.0 part 1,
/// 3.3.4), or for a union a member or one derived from a member (3.14.6, Type Derivation OK (Simple), 2.2.4). What the contract
/// does not have, or nothing in the generated code uses, may be named.
pub fn admits_type<T: Simple + 'static>(namespace: &str, local: &str, known: &[Namespace]) -> bool {
    if namespace == XSD || namespace == SOAP_ENCODING {
        return derives_from_built_in(T::BUILT_IN, local);
    }
    NamedType::find(known, namespace, local).is_none_or(|found| found.derives_from::<T>(known))
        || T::has_member(namespace, local, known)
}

/// The namespace of the built-in datatypes.
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";

macro_rules! spelled {
    ($how:path) => {
        const OTHER_TEXTS: bool = true;
        fn other_texts(&self) -> Box<dyn Iterator<Item = String>> {
            $how(&lexical(self))
        }
    };
}

macro_rules! datatypes {
    ($($type:ty = $name:literal $({ $($own:tt)* })?),+ $(,)?) => {$(
        impl Simple for $type {
            const BUILT_IN: Option<&'static str> = Some($name);
            $($($own)*)?

            #[inline]
            fn from_text(text: Cow<'_, str>, _bindings: &dyn Bindings) -> std::result::Result<Self, Invalid> {
                Ok(<$type as Datatype>::parse(&text)?)
            }
            #[inline]
            fn to_text(&self, writer: &mut Writer) {
                writer.datatype(self);
            }
            const WORD: bool = <$type as Datatype>::WORD;
            #[inline]
            fn from_word(word: u64, length: usize) -> Option<$type> {
                <$type as Datatype>::from_word(word, length)
            }
            const SHORT: bool = <$type as Datatype>::SHORT;
            #[inline]
            fn put(&self, room: &mut Room<'_>) {
                Datatype::put(self, room);
            }
        }
        $crate::__simple_element!($type);
    )+};
}

datatypes!(
    bool = "boolean" {
        const OTHER_TEXTS: bool = true;
        fn other_texts(&self) -> Box<dyn Iterator<Item = String>> {
            Box::new(std::iter::once(u8::from(*self).to_string()))
        }
    },
    i8 = "byte" { spelled!(spelling::of_integer); },
    i16 = "short" { spelled!(spelling::of_integer); },
    i32 = "int" { spelled!(spelling::of_integer); },
    i64 = "long" { spelled!(spelling::of_integer); },
    u8 = "unsignedByte" { spelled!(spelling::of_integer); },
    u16 = "unsignedShort" { spelled!(spelling::of_integer); },
    u32 = "unsignedInt" { spelled!(spelling::of_integer); },
    u64 = "unsignedLong" { spelled!(spelling::of_integer); },
    Decimal = "decimal" { spelled!(spelling::of_decimal); },
    Integer = "integer" { spelled!(spelling::of_integer); },
    Duration = "duration",
    DateTime = "dateTime" { spelled!(spelling::of_moment); },
    Time = "time" { spelled!(spelling::of_moment); },
    Date = "date" { spelled!(spelling::of_moment); },
    GYearMonth = "gYearMonth" { spelled!(spelling::of_moment); },
    GYear = "gYear" { spelled!(spelling::of_moment); },
    GMonthDay = "gMonthDay" { spelled!(spelling::of_moment); },
    GDay = "gDay" { spelled!(spelling::of_moment); },
    GMonth = "gMonth" { spelled!(spelling::of_moment); },
    HexBinary = "hexBinary" { spelled!(spelling::of_hex); },
);

impl Simple for Base64Binary {
    const BUILT_IN: Option<&'static str> = Some("base64Binary");

    fn from_text(
        text: Cow<'_, str>,
        _bindings: &dyn Bindings,
    ) -> std::result::Result<Base64Binary, Invalid> {
        Ok(Base64Binary::parse(&text)?)
    }

    fn to_text(&self, writer: &mut Writer) {
        if !writer.put_aside(&self.0) {
            writer.datatype(self);
        }
    }
}
crate::__simple_element!(Base64Binary);

macro_rules! floats {
    ($($type:ty = $name:literal),+) => {$(
        impl Simple for $type {
            const BUILT_IN: Option<&'static str> = Some($name);
            #[inline]
            fn from_text(text: Cow<'_, str>, _bindings: &dyn Bindings) -> std::result::Result<Self, Invalid> {
                Ok(<$type as Datatype>::parse(&text)?)
            }
            #[inline]
            fn to_text(&self, writer: &mut Writer) {
                writer.datatype(self);
            }
            const OTHER_TEXTS: bool = true;
            fn other_texts(&self) -> Box<dyn Iterator<Item = String>> {
                if self.is_finite() {
                    // Rust writes no exponent.
                    spelling::of_decimal(&self.to_string())
                } else {
                    Box::new(std::iter::empty())
                }
            }
            fn to_own_text(&self, writer: &mut Writer) {
                if self.is_finite() {
                    // No decimal has an exponent (XSD 1.0 part 2, 3.2.3.1).
                    writer.raw(&format!("{self:E}"));
                } else {
                    self.to_text(writer);
                }
            }
        }
        crate::__simple_element!($type);
    )+};
}

floats!(f32 = "float", f64 = "double");

impl Simple for String {
    const KEEPS: bool = true;

    #[inline]
    fn from_text(
        text: Cow<'_, str>,
        _bindings: &dyn Bindings,
    ) -> std::result::Result<String, Invalid> {
        Ok(text.into_owned())
    }

    #[inline]
    fn to_text(&self, writer: &mut Writer) {
        writer.text(self);
    }
}
crate::__simple_element!(String);

impl Simple for ByteString {
    const KEEPS: bool = true;

    #[inline]
    fn from_text(
        text: Cow<'_, str>,
        bindings: &dyn Bindings,
    ) -> std::result::Result<ByteString, Invalid> {
        Ok(bindings.keep(text))
    }

    #[inline]
    fn to_text(&self, writer: &mut Writer) {
        writer.text(self);
    }
}
crate::__simple_element!(ByteString);

/// White-space separated values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List(Vec::new())
    }
}

impl<T: Simple> Simple for List<T> {
    const NAMES: bool = T::NAMES;

    fn from_text(
        text: Cow<'_, str>,
        bindings: &dyn Bindings,
    ) -> std::result::Result<List<T>, Invalid> {
        space::words(&text)
            .map(|word| T::from_text(Cow::Borrowed(word), bindings))
            .collect::<std::result::Result<_, _>>()
            .map(List)
    }

    fn to_text(&self, writer: &mut Writer) {
        writer.inline(|writer| {
            for (index, value) in self.0.iter().enumerate() {
                if index > 0 {
                    writer.raw(" ");
                }
                value.to_text(writer);
            }
        });
    }

    const OTHER_TEXTS: bool = T::OTHER_TEXTS;
    fn other_texts(&self) -> Box<dyn Iterator<Item = String>> {
        let words: Vec<String> = self.0.iter().map(lexical).collect();
        spelling::list_spellings(&words)
    }
}

impl<T: Simple> Type for List<T> {
    crate::__simple_element!();

    fn accepts_type(_namespace: &str, _local: &str, _known: &[Namespace]) -> bool {
        true
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(values: Vec<T>) -> List<T> {
        List(values)
    }
}

impl Reader<'_> {
    /// Reads the text of the element as a value.
    ///
    /// # Errors
    /// Where the text is no value of the type, or there are elements in it.
    pub fn value<T: Simple>(&mut self) -> Result<T> {
        if self.value.is_none() && self.told.is_none() && self.told_name.is_none() {
            let mut span = self.begun_rest();
            if span.is_none() {
                self.settle()?;
                if !self.is_busy() && self.told.is_none() && self.told_name.is_none() {
                    span = self.xml.take_content();
                }
            }
            if let Some(span) = span {
                return self
                    .span_value(span)
                    .map_err(|problem| self.invalid(self.xml.text(span), problem));
            }
        }
        self.constrained_value()
    }

    /// Reads a value by the general path.
    #[inline(never)]
    fn constrained_value<T: Simple>(&mut self) -> Result<T> {
        let constraint = self.value.take();
        let told = self.told.take();
        let name = self.told_name.take();
        let text = self.text()?.unwrap_or(self.own.as_str());
        if let Some(check) = told.filter(|_| constraint.is_none() || !text.is_empty()) {
            check(text, &self.xml).map_err(|problem| self.invalid(text, problem))?;
        }
        if let Some(name) = name
            && constraint.is_none_or(|(_, fixed)| !fixed && !text.is_empty())
            && let Some(value) = self.told_member(&name, text)
        {
            return value.map_err(|problem| self.invalid(text, problem));
        }
        self.value_of(text, constraint)
    }

    fn value_of<T: Simple>(
        &self,
        text: &str,
        constraint: Option<(&'static str, bool)>,
    ) -> Result<T> {
        let read = || {
            T::from_text(Cow::Borrowed(text), &self.xml)
                .map_err(|problem| self.invalid(text, problem))
        };
        let Some((lexical_, _)) = constraint.filter(|(_, fixed)| *fixed || text.is_empty()) else {
            return read();
        };
        let default = T::from_text(Cow::Borrowed(lexical_), &())
            .map_err(|problem| self.invalid(lexical_, problem))?;
        if text.is_empty() {
            return Ok(default);
        }
        let value = read()?;
        if value != default {
            return Err(self.invalid(text, Invalid::Fixed(lexical_)));
        }
        Ok(value)
    }
}

/// Reads a value from a text that is in no document: no prefix is bound, and a QName is read as [`lexical`] writes it.
///
/// # Errors
/// [`Invalid`] where the text is no value of the type.
pub fn parse<T: Simple>(text: &str) -> std::result::Result<T, Invalid> {
    T::from_text(Cow::Borrowed(text), &())
}

/// The text of a value, without escapes; a QName is written as `{namespace}local`.
pub fn lexical<T: Simple>(value: &T) -> String {
    let mut writer = Writer::plain(Mode::Plain);
    value.to_text(&mut writer);
    writer.into_text()
}
