//! The shape of a type: what JSON needs to know of it, told once by generated code, and here for the types of the runtime.

use crate::codec::{self, AnyType, ByteString, List, Namespace, Nillable, QName, Tag, Type};
use crate::datatype::{
    Base64Binary, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear, GYearMonth,
    HexBinary, Integer, Time,
};

/// A type that has a form in JSON.
pub trait Json: Type {
    /// The namespaces of its contract.
    const NAMESPACES: &'static [Namespace] = &[];

    /// Its shape.
    fn shape() -> Shape;
}

/// A group of elements that has a form in JSON: its elements are those of the type around it.
pub trait JsonGroup {
    /// Its elements.
    fn entries() -> &'static [Entry];
}

/// What JSON needs to know of a type.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Its content.
    pub content: Content,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Its name in JSON, without `@`.
    pub key: &'static str,
    /// Its tag, where it is qualified.
    pub tag: Option<&'static Tag>,
    /// Its type.
    pub shape: fn() -> Shape,
}

/// Types with their names.
pub type Types = &'static [(&'static Tag, fn() -> Shape)];
/// Types with what tells whether a text is a value of each.
pub type Members = &'static [(fn(&str) -> bool, fn() -> Shape)];

/// What stands between the start and the end tag.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// A value.
    Scalar(Scalar),
    /// A value of a simple type that generated code made.
    Value(fn() -> Shape),
    /// Elements; nothing where there are none.
    Elements(&'static [Entry]),
    /// Elements and text.
    Mixed(&'static [Entry]),
    /// What one of these types has, told apart by `xsi:type`; whether the first is meant where there is none.
    Types(Types, bool),
    /// Elements of any name, each of that type.
    List(fn() -> Shape),
    /// Anything.
    Raw,
}

/// A simple value.
#[derive(Debug, Clone, Copy)]
pub enum Scalar {
    /// A string.
    Text,
    /// A number without an exponent.
    Number,
    /// A number; `INF` and `NaN` are strings.
    Float,
    /// What has that shape, and of whose texts a pattern may take only some: what makes one of them of another.
    Spelled(fn(&str) -> Option<String>, fn() -> Shape),
    /// `true` or `false`.
    Boolean,
    /// A name: `{namespace}local`.
    Name,
    /// An array of values.
    List(fn() -> Shape),
    /// As the first of these types that reads it.
    Union(Members),
}

/// An element, or several.
#[derive(Debug, Clone, Copy)]
pub enum Entry {
    /// An element.
    Field {
        /// Its name in JSON.
        key: &'static str,
        /// Its tag.
        tag: &'static Tag,
        /// It may stand more than once.
        repeated: bool,
        /// Its type.
        shape: fn() -> Shape,
    },
    /// The elements of a group.
    Group {
        /// It may stand more than once.
        repeated: bool,
        /// Its elements come in turns where it does: it is a sequence of which two or more must be there.
        turns: bool,
        /// Its elements.
        entries: fn() -> &'static [Entry],
    },
    /// What a wildcard admits.
    Any,
}

impl Shape {
    /// A simple type.
    pub const fn scalar(scalar: Scalar) -> Shape {
        Shape {
            attributes: &[],
            content: Content::Scalar(scalar),
        }
    }

    /// How a simple value stands in JSON.
    pub(super) fn as_scalar(&self) -> Scalar {
        let mut shape = *self;
        loop {
            match shape.content {
                Content::Scalar(scalar) => return scalar,
                Content::Value(of) => shape = of(),
                _ => return Scalar::Text,
            }
        }
    }
}

impl Scalar {
    /// The shape of what has more texts than its pattern takes.
    pub(super) fn unspelled(self) -> Scalar {
        match self {
            Scalar::Spelled(_, of) => of().as_scalar().unspelled(),
            scalar => scalar,
        }
    }
}

macro_rules! scalars {
    ($($scalar:ident: $($type:ty),+;)+) => {$($(
        impl Json for $type {
            fn shape() -> Shape {
                Shape::scalar(Scalar::$scalar)
            }
        }
    )+)+};
}

scalars!(
    Text: String, ByteString, Duration, DateTime, Time, Date, GYearMonth, GYear, GMonthDay, GDay, GMonth, HexBinary, Base64Binary;
    Float: f32, f64;
    Number: i8, i16, i32, i64, u8, u16, u32, u64, Decimal, Integer, codec::NonPositiveInteger,
        codec::NegativeInteger, codec::NonNegativeInteger, codec::PositiveInteger;
    Boolean: bool;
    Name: QName;
);

macro_rules! lists {
    ($($type:ty: $item:ty),+ $(,)?) => {$(
        impl Json for $type {
            fn shape() -> Shape {
                Shape::scalar(Scalar::List(<$item as Json>::shape))
            }
        }
    )+};
}

/// The texts of a module with a check of their own, and the lists of them.
macro_rules! texts {
    ($($module:ident)::+) => {
        scalars!(
            Text: $($module)::+::AnyUri, $($module)::+::NormalizedString, $($module)::+::Token, $($module)::+::Language,
                $($module)::+::NmToken, $($module)::+::Name, $($module)::+::NcName, $($module)::+::Id, $($module)::+::IdRef,
                $($module)::+::Entity;
        );
        lists!(
            $($module)::+::NmTokens: $($module)::+::NmToken,
            $($module)::+::IdRefs: $($module)::+::IdRef,
            $($module)::+::Entities: $($module)::+::Entity,
        );
        crate::serde_by_shape!(
            $($module)::+::AnyUri,
            $($module)::+::NormalizedString,
            $($module)::+::Token,
            $($module)::+::Language,
            $($module)::+::NmToken,
            $($module)::+::NmTokens,
            $($module)::+::Name,
            $($module)::+::NcName,
            $($module)::+::Id,
            $($module)::+::IdRef,
            $($module)::+::IdRefs,
            $($module)::+::Entity,
            $($module)::+::Entities,
        );
    };
}

texts!(codec);
texts!(codec::shared);

crate::serde_by_shape!(
    Decimal,
    Integer,
    Duration,
    DateTime,
    Time,
    Date,
    GYearMonth,
    GYear,
    GMonthDay,
    GDay,
    GMonth,
    HexBinary,
    Base64Binary,
    codec::NonPositiveInteger,
    codec::NegativeInteger,
    codec::NonNegativeInteger,
    codec::PositiveInteger,
    AnyType,
);

impl Json for AnyType {
    fn shape() -> Shape {
        Shape {
            attributes: &[],
            content: Content::Raw,
        }
    }
}

impl<T: Json + codec::Simple> Json for List<T> {
    fn shape() -> Shape {
        Shape::scalar(Scalar::List(T::shape))
    }
}

impl<T: Json> Json for Nillable<T> {
    const NAMESPACES: &'static [Namespace] = T::NAMESPACES;
    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Json> Json for Box<T> {
    const NAMESPACES: &'static [Namespace] = T::NAMESPACES;
    fn shape() -> Shape {
        T::shape()
    }
}
