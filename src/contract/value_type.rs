//! What an element holds: SQL types as XSD types, by the mapping of ISO 9075-14, 9.5.

use std::sync::Arc;

use soapstone_schema::model::Builtin;

use crate::catalog::SqlType;

/// The type of an element's value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueType {
    /// A built-in type.
    Plain(Kind),
    /// A type with a name in the contract.
    Named(TypeReference),
}

/// Indexes [`Contract::types`](super::Contract::types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeReference(pub usize);

/// A type with a name.
#[derive(Debug, Clone)]
pub struct NamedType {
    /// Indexes [`Contract::namespaces`](super::Contract::namespaces).
    pub namespace: usize,
    /// Its local name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// What is told of it.
    pub documentation: Option<String>,
}

/// What a value is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// One value.
    Atomic(Atomic),
    /// `item` elements.
    List(Arc<ValueType>),
    /// An element for each field.
    Composite(Arc<[(Arc<str>, ValueType)]>),
}

/// One value: a built-in type and its facets.
#[derive(Debug, Clone, PartialEq)]
pub struct Atomic {
    /// The built-in.
    pub builtin: Builtin,
    /// `maxLength`, in characters or bytes.
    pub max_length: Option<u32>,
    /// `totalDigits`
    pub total_digits: Option<u32>,
    /// `fractionDigits`
    pub fraction_digits: Option<u32>,
    /// `minInclusive` and `maxInclusive`
    pub range: Option<(Option<i64>, Option<i64>)>,
    /// `pattern`
    pub pattern: Option<&'static str>,
    /// `enumeration`; empty for none.
    pub labels: Vec<String>,
}

impl Kind {
    /// A text of any length.
    pub const TEXT: Kind = Kind::Atomic(Atomic::new(Builtin::String));
}

impl Atomic {
    /// A built-in type without facets.
    pub const fn new(builtin: Builtin) -> Atomic {
        Atomic {
            builtin,
            max_length: None,
            total_digits: None,
            fraction_digits: None,
            range: None,
            pattern: None,
            labels: Vec::new(),
        }
    }

    /// Tells whether it is just the built-in.
    pub fn is_bare(&self) -> bool {
        *self == Atomic::new(self.builtin)
    }
}

/// Maps a type without a name of its own; named ones (enums, domains, lists, composites) are the naming's concern.
pub(super) fn atomic(sql_type: &SqlType) -> Atomic {
    let bare = Atomic::new;
    match sql_type {
        SqlType::Boolean => bare(Builtin::Boolean),
        SqlType::Integer { bits, unsigned } => integer(*bits, *unsigned),
        SqlType::Decimal {
            precision,
            scale,
            unsigned,
        } => Atomic {
            // XSD 1.0 part 2, 4.3.12: fractionDigits may not exceed totalDigits, which SQL allows.
            total_digits: precision.map(|precision| precision.max(scale.unwrap_or(0))),
            fraction_digits: *scale,
            range: unsigned.then_some((Some(0), None)),
            ..bare(Builtin::Decimal)
        },
        SqlType::Float32 => bare(Builtin::Float),
        SqlType::Float64 => bare(Builtin::Double),
        SqlType::Text { length, .. } => Atomic {
            max_length: *length,
            ..bare(Builtin::String)
        },
        SqlType::Date => bare(Builtin::Date),
        SqlType::Time { .. } => bare(Builtin::Time),
        SqlType::Timestamp { .. } => bare(Builtin::DateTime),
        SqlType::Year => bare(Builtin::UnsignedShort),
        SqlType::Uuid => Atomic {
            pattern: Some(UUID),
            ..bare(Builtin::String)
        },
        SqlType::Bytes { length } => Atomic {
            max_length: *length,
            ..bare(Builtin::Base64Binary)
        },
        SqlType::Bit { length, .. } => Atomic {
            pattern: Some(BITS),
            max_length: *length,
            ..bare(Builtin::String)
        },
        SqlType::Enum { labels, .. } => Atomic {
            labels: labels.clone(),
            ..bare(Builtin::String)
        },
        SqlType::Domain { base, .. } => atomic(base),
        SqlType::Interval
        | SqlType::Json
        | SqlType::Xml
        | SqlType::Range
        | SqlType::Any
        | SqlType::Other
        | SqlType::Set { .. }
        | SqlType::Array { .. }
        | SqlType::Composite { .. } => bare(Builtin::String),
    }
}

/// The form of a UUID.
pub(crate) const UUID: &str =
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/// The form of a string of bits.
pub(crate) const BITS: &str = "[01]*";

fn integer(bits: u8, unsigned: bool) -> Atomic {
    match (bits, unsigned) {
        (8, false) => Atomic::new(Builtin::Byte),
        (8, true) => Atomic::new(Builtin::UnsignedByte),
        (16, false) => Atomic::new(Builtin::Short),
        (16, true) => Atomic::new(Builtin::UnsignedShort),
        (24, false) => Atomic {
            range: Some((Some(-8_388_608), Some(8_388_607))),
            ..Atomic::new(Builtin::Int)
        },
        (24, true) => Atomic {
            range: Some((Some(0), Some(16_777_215))),
            ..Atomic::new(Builtin::UnsignedInt)
        },
        (32, false) => Atomic::new(Builtin::Int),
        (32, true) => Atomic::new(Builtin::UnsignedInt),
        (_, false) => Atomic::new(Builtin::Long),
        (_, true) => Atomic::new(Builtin::UnsignedLong),
    }
}
