//! Values of simple types: equal, ordered and hashed as part 2 says (2.2 and 4.2), whatever their text was.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use soapstone::datatype::{
    Base64Binary, Datatype, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, HexBinary, Time,
};
use soapstone::name::QName;

/// A value, by the primitive type that it comes from. Values of different primitives are never equal (part 2, 2.2.1).
#[derive(Debug, Clone)]
pub enum Value {
    /// Of `string` and all derived from it, and of `anySimpleType`.
    String(Box<str>),
    /// Of `boolean`.
    Boolean(bool),
    /// Of `decimal` and all derived from it, the integers too.
    Decimal(Decimal),
    /// Of `float`.
    Float(f32),
    /// Of `double`.
    Double(f64),
    /// Of `duration`.
    Duration(Box<Duration>),
    /// Of `dateTime`.
    DateTime(Box<DateTime>),
    /// Of `time`.
    Time(Box<Time>),
    /// Of `date`.
    Date(Date),
    /// Of `gYearMonth`.
    GYearMonth(GYearMonth),
    /// Of `gYear`.
    GYear(GYear),
    /// Of `gMonthDay`.
    GMonthDay(GMonthDay),
    /// Of `gDay`.
    GDay(GDay),
    /// Of `gMonth`.
    GMonth(GMonth),
    /// Of `hexBinary`.
    HexBinary(HexBinary),
    /// Of `base64Binary`.
    Base64Binary(Base64Binary),
    /// Of `anyURI`.
    AnyUri(Box<str>),
    /// Of `QName`.
    QName(QName),
    /// Of `NOTATION`.
    Notation(QName),
    /// Of a list.
    List(Vec<Value>),
}

impl Value {
    /// Appends the lexical form. For a QName or notation that is `{namespace}local`, since a prefix is not part of it.
    pub fn write(&self, out: &mut String) {
        match self {
            Value::String(text) | Value::AnyUri(text) => out.push_str(text),
            Value::Boolean(value) => value.write(out),
            Value::Decimal(value) => value.write(out),
            Value::Float(value) => value.write(out),
            Value::Double(value) => value.write(out),
            Value::Duration(value) => value.write(out),
            Value::DateTime(value) => value.write(out),
            Value::Time(value) => value.write(out),
            Value::Date(value) => value.write(out),
            Value::GYearMonth(value) => value.write(out),
            Value::GYear(value) => value.write(out),
            Value::GMonthDay(value) => value.write(out),
            Value::GDay(value) => value.write(out),
            Value::GMonth(value) => value.write(out),
            Value::HexBinary(value) => value.write(out),
            Value::Base64Binary(value) => value.write(out),
            Value::QName(name) | Value::Notation(name) => out.push_str(&name.to_string()),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    item.write(out);
                }
            }
        }
    }

    /// The length in the units of the `length` facet (part 2, 4.3.1); absent for types that have none, and for `QName`
    /// and `NOTATION`, of which every value is valid.
    pub fn length(&self) -> Option<u64> {
        let length = match self {
            Value::String(text) | Value::AnyUri(text) => text.chars().count(),
            Value::HexBinary(HexBinary(octets)) | Value::Base64Binary(Base64Binary(octets)) => {
                octets.len()
            }
            Value::List(items) => items.len(),
            _ => return None,
        };
        Some(length as u64)
    }
}

/// Equality of floats by part 2, 3.2.4: `NaN` is equal to itself, and there is one zero.
fn same_float(left: f64, right: f64) -> bool {
    left == right || (left.is_nan() && right.is_nan())
}

fn float_bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::String(left), Value::String(right))
            | (Value::AnyUri(left), Value::AnyUri(right)) => left == right,
            (Value::Boolean(left), Value::Boolean(right)) => left == right,
            (Value::Decimal(left), Value::Decimal(right)) => left == right,
            (Value::Float(left), Value::Float(right)) => {
                same_float(f64::from(*left), f64::from(*right))
            }
            (Value::Double(left), Value::Double(right)) => same_float(*left, *right),
            (Value::Duration(left), Value::Duration(right)) => left == right,
            (Value::DateTime(left), Value::DateTime(right)) => left == right,
            (Value::Time(left), Value::Time(right)) => left == right,
            (Value::Date(left), Value::Date(right)) => left == right,
            (Value::GYearMonth(left), Value::GYearMonth(right)) => left == right,
            (Value::GYear(left), Value::GYear(right)) => left == right,
            (Value::GMonthDay(left), Value::GMonthDay(right)) => left == right,
            (Value::GDay(left), Value::GDay(right)) => left == right,
            (Value::GMonth(left), Value::GMonth(right)) => left == right,
            (Value::HexBinary(left), Value::HexBinary(right)) => left == right,
            (Value::Base64Binary(left), Value::Base64Binary(right)) => left == right,
            (Value::QName(left), Value::QName(right))
            | (Value::Notation(left), Value::Notation(right)) => left == right,
            (Value::List(left), Value::List(right)) => left == right,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Value::String(text) | Value::AnyUri(text) => text.hash(state),
            Value::Boolean(value) => value.hash(state),
            Value::Decimal(value) => value.hash(state),
            Value::Float(value) => float_bits(f64::from(*value)).hash(state),
            Value::Double(value) => float_bits(*value).hash(state),
            Value::Duration(value) => value.hash(state),
            Value::DateTime(value) => value.hash(state),
            Value::Time(value) => value.hash(state),
            Value::Date(value) => value.hash(state),
            Value::GYearMonth(value) => value.hash(state),
            Value::GYear(value) => value.hash(state),
            Value::GMonthDay(value) => value.hash(state),
            Value::GDay(value) => value.hash(state),
            Value::GMonth(value) => value.hash(state),
            Value::HexBinary(value) => value.hash(state),
            Value::Base64Binary(value) => value.hash(state),
            Value::QName(name) | Value::Notation(name) => name.hash(state),
            Value::List(items) => items.hash(state),
        }
    }
}

impl PartialOrd for Value {
    /// The order of the primitive type (part 2, 2.4.2.2); none where the type has no order or leaves the two apart.
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Decimal(left), Value::Decimal(right)) => left.partial_cmp(right),
            (Value::Float(left), Value::Float(right)) if !left.is_nan() => left.partial_cmp(right),
            (Value::Double(left), Value::Double(right)) if !left.is_nan() => {
                left.partial_cmp(right)
            }
            (Value::Duration(left), Value::Duration(right)) => left.partial_cmp(right),
            (Value::DateTime(left), Value::DateTime(right)) => left.partial_cmp(right),
            (Value::Time(left), Value::Time(right)) => left.partial_cmp(right),
            (Value::Date(left), Value::Date(right)) => left.partial_cmp(right),
            (Value::GYearMonth(left), Value::GYearMonth(right)) => left.partial_cmp(right),
            (Value::GYear(left), Value::GYear(right)) => left.partial_cmp(right),
            (Value::GMonthDay(left), Value::GMonthDay(right)) => left.partial_cmp(right),
            (Value::GDay(left), Value::GDay(right)) => left.partial_cmp(right),
            (Value::GMonth(left), Value::GMonth(right)) => left.partial_cmp(right),
            _ => (self == other).then_some(Ordering::Equal),
        }
    }
}
