//! Values of generated types as JSON, and back, in the form that people expect of a schema.
//!
//! * a simple value is a string, a number or a boolean; numbers keep every digit; `INF`, `NaN` and names are strings, and so is
//!   a number that its pattern wants otherwise than JSON has it (`"007"`; 7 is read as that); a list is an array;
//! * a complex type is an object: attributes are `"@name"`, simple content is `"$"` (or the value alone where there are no
//!   attributes), child elements stand under their local name, under `{namespace}local` where two share it;
//! * an element that may stand more than once is an array; absent is absent, nil is `null` (`"$nil": true` beside
//!   attributes), empty is `""` or `{}`; `"$type"` names the type where `xsi:type` does;
//! * what a wildcard admitted stands in `"$any"` as XML text, an `xs:anyType` is `{"$xml": "…"}`;
//! * elements of one name and several types in one type, which XSD forbids and contracts have, are `{"$xml": "…"}`;
//! * where the schema does not tell the order of the children, and for text between elements, `"$children"` holds all of
//!   them in order: strings, and objects of one name.
//!
//! A value goes through its XML, so that JSON says exactly what a message would, and what is read from JSON has passed the
//! same checks. Generated code only tells the shape of each type.

mod read;
mod shape;
mod write;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::{Element, Namespace, Simple, Tag};
use crate::xml;

pub use shape::{Attribute, Content, Entry, Json, JsonGroup, Members, Scalar, Shape, Types};

#[doc(hidden)]
pub use serde;

/// The element around a value that stands alone.
const ALONE: &Tag = &Tag::new(0, "value", "<value>", "</value>");
/// The table of types that know no namespace.
const NONE: &[Namespace] = &[Namespace {
    uri: "",
    prefix: "",
    types: &[],
}];

/// Why JSON is not a value of a type.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum JsonError {
    /// A name that the type does not have.
    #[error("{path}: unknown name {key:?}; known: {known}")]
    Unknown {
        /// The element: `order/line/qty`.
        path: String,
        /// As written.
        key: String,
        /// Some of those that are known.
        known: String,
    },
    /// Another kind of JSON value is due.
    #[error("{path}: expected {expected}")]
    Expected {
        /// The element.
        path: String,
        /// What is due.
        expected: &'static str,
    },
    /// No document says the value.
    #[error("{0}")]
    Write(#[from] crate::codec::WriteError),
    /// The value breaks a rule of the schema.
    #[error("{0}")]
    Value(#[from] crate::codec::Error),
}

fn table<T: Json>() -> &'static [Namespace] {
    if T::NAMESPACES.is_empty() {
        NONE
    } else {
        T::NAMESPACES
    }
}

/// Gives a value as JSON.
///
/// # Errors
/// Where a value holds XML of its own that is not well-formed, or is a union's member that no text tells.
pub fn to_value<T: Json>(value: &T) -> Result<serde_json::Value, JsonError> {
    let (text, open) = Element::<T>::new(ALONE, table::<T>()).write_in_full(value)?;
    write::document(&text, &open, &T::shape(), table::<T>())
}

/// Reads a value from JSON.
///
/// # Errors
/// [`JsonError`] with the path to the first mistake.
pub fn from_value<T: Json>(json: &serde_json::Value) -> Result<T, JsonError> {
    let text = read::document(json, &T::shape(), table::<T>())?;
    let element = Element::<T>::new(ALONE, table::<T>());
    let mut xml = xml::Reader::new(&text, &xml::Options::document());
    xml.names_in_full = true;
    Ok(element.read_document(xml, crate::codec::Strictness::Strict)?)
}

/// Tells whether a text is a value of a simple type.
#[doc(hidden)]
pub fn reads<T: Simple>(text: &str) -> bool {
    crate::codec::parse::<T>(text).is_ok()
}

/// Gives the text that a type takes for a value of its base, of any text that the base takes.
#[doc(hidden)]
pub fn spell<T: Simple + TryFrom<B>, B: Simple>(text: &str) -> Option<String> {
    if reads::<T>(text) {
        return Some(text.to_owned());
    }
    let value = T::try_from(crate::codec::parse::<B>(text).ok()?).ok()?;
    Some(crate::codec::lexical(&value))
}

/// Serialises a value.
///
/// # Errors
/// Those of the serialiser.
pub fn serialize<T: Json, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    to_value(value)
        .map_err(S::Error::custom)?
        .serialize(serializer)
}

/// Deserialises a value.
///
/// # Errors
/// Those of the deserialiser, and [`JsonError`] as its own.
pub fn deserialize<'de, T: Json, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let json = serde_json::Value::deserialize(deserializer)?;
    from_value(&json).map_err(D::Error::custom)
}

/// Gives a type serde's traits by its shape.
#[macro_export]
macro_rules! serde_by_shape {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::json::serde::Serialize for $type {
            fn serialize<S: $crate::json::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::json::serialize(self, serializer)
            }
        }

        impl<'de> $crate::json::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::json::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::json::deserialize(deserializer)
            }
        }
    )+};
}

/// Tells the shape of an enumeration.
#[macro_export]
macro_rules! json_enumeration {
    ($name:ty) => {
        impl $crate::json::Json for $name {
            fn shape() -> $crate::json::Shape {
                <String as $crate::json::Json>::shape()
            }
        }
        $crate::serde_by_shape!($name);
    };
}

/// Tells the shape of a type that is another type's with checks of its own.
#[macro_export]
macro_rules! json_newtype {
    ($name:ty, $base:ty) => {
        impl $crate::json::Json for $name {
            const NAMESPACES: &'static [$crate::codec::Namespace] =
                <$base as $crate::json::Json>::NAMESPACES;
            fn shape() -> $crate::json::Shape {
                if <$base as $crate::codec::Simple>::OTHER_TEXTS {
                    $crate::json::Shape::scalar($crate::json::Scalar::Spelled(
                        $crate::json::spell::<$name, $base>,
                        <$base as $crate::json::Json>::shape,
                    ))
                } else {
                    <$base as $crate::json::Json>::shape()
                }
            }
        }
        $crate::serde_by_shape!($name);
    };
}

/// Tells the shape of a union.
#[macro_export]
macro_rules! json_union {
    ($name:ty, $namespaces:expr, [$($member:ty),*]) => {
        impl $crate::json::Json for $name {
            const NAMESPACES: &'static [$crate::codec::Namespace] = $namespaces;
            fn shape() -> $crate::json::Shape {
                // A constant without a name: a tag of the contract may have any.
                const {
                    $crate::json::Shape::scalar($crate::json::Scalar::Union(&[$((
                        $crate::json::reads::<$member>,
                        <$member as $crate::json::Json>::shape,
                    )),*]))
                }
            }
        }
        $crate::serde_by_shape!($name);
    };
}

/// Tells the shape of a complex type.
#[macro_export]
macro_rules! json_type {
    ($name:ty, $namespaces:expr, [$($attribute:expr),*], $content:expr) => {
        impl $crate::json::Json for $name {
            const NAMESPACES: &'static [$crate::codec::Namespace] = $namespaces;
            fn shape() -> $crate::json::Shape {
                const {
                    $crate::json::Shape {
                        attributes: &[$($attribute),*],
                        content: $content,
                    }
                }
            }
        }
        $crate::serde_by_shape!($name);
    };
}

/// Tells the shape of a group of elements.
#[macro_export]
macro_rules! json_group {
    ($name:ty, [$($entry:expr),*]) => {
        impl $crate::json::JsonGroup for $name {
            fn entries() -> &'static [$crate::json::Entry] {
                const { &[$($entry),*] }
            }
        }
    };
}

#[cfg(test)]
mod tests;
