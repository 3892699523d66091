//! The built-in datatypes of XSD 1.0 part 2 as Rust values: exact, ordered as the specification says, read from and
//! written to their lexical forms without a detour over a float or a formatter. It knows nothing of facets and schemas.

mod binary;
mod calendar;
mod decimal;
mod digits;
mod duration;
mod float;
mod integer;
pub mod name;
pub mod space;

use thiserror::Error;

use digits::Ascii as _;

pub use binary::{Base64Binary, HexBinary};
pub use calendar::{
    Date, DateTime, Fraction, GDay, GMonth, GMonthDay, GYear, GYearMonth, Time, Zone,
};
pub use decimal::Decimal;
pub use digits::Room;
pub use duration::Duration;
pub use integer::Integer;

/// Says that a text is not in the lexical space of a datatype, and why.
///
/// The text itself is not kept: the caller has it, and unions try many types in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an xs:{datatype}: {problem}")]
pub struct DatatypeError {
    /// The local name of the datatype.
    pub datatype: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a lexical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// There is nothing to read.
    #[error("it is empty")]
    Empty,
    /// A character that the form does not allow there, or an end where more must follow.
    #[error("expected {expected} at byte {offset}")]
    Expected {
        /// What the form asks for.
        expected: &'static str,
        /// Where, in bytes of the trimmed text, from 0.
        offset: usize,
    },
    /// A part of it is beyond its range.
    #[error("{what} is out of range")]
    Range {
        /// Which part.
        what: &'static str,
    },
}

impl DatatypeError {
    pub(crate) fn empty(datatype: &'static str) -> DatatypeError {
        DatatypeError {
            datatype,
            problem: Problem::Empty,
        }
    }

    pub(crate) fn expected(
        datatype: &'static str,
        expected: &'static str,
        offset: usize,
    ) -> DatatypeError {
        DatatypeError {
            datatype,
            problem: Problem::Expected { expected, offset },
        }
    }

    pub(crate) fn range(datatype: &'static str, what: &'static str) -> DatatypeError {
        DatatypeError {
            datatype,
            problem: Problem::Range { what },
        }
    }
}

/// A Rust type that holds the values of an XSD datatype.
///
/// Implemented for the types of this module, `bool`, the integers up to 64 bits, `f32`, `f64` and `String`.
pub trait Datatype: Sized {
    /// Reads a lexical form; white space around it is trimmed, except by `String`, which takes all as it is.
    ///
    /// # Errors
    /// [`DatatypeError`] where the text is not in the lexical space.
    fn parse(lexical: &str) -> Result<Self, DatatypeError>;

    /// Appends a lexical form of the value.
    fn write(&self, out: &mut String);

    /// Whether [`from_word`](Datatype::from_word) reads most forms.
    const WORD: bool = false;

    /// Reads a lexical form of at most eight bytes, the first one lowest in the word, what stands behind them above; absent where
    /// only [`parse`](Datatype::parse) can tell.
    #[inline]
    fn from_word(_word: u64, _length: usize) -> Option<Self> {
        None
    }

    /// Whether [`put`](Datatype::put) writes most values.
    const SHORT: bool = false;

    /// Writes the same lexical form into room, where it is short.
    #[inline]
    fn put(&self, _room: &mut Room<'_>) {}

    /// Makes a text of the value.
    fn lexical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

impl Datatype for String {
    fn parse(lexical: &str) -> Result<String, DatatypeError> {
        Ok(lexical.to_owned())
    }

    fn write(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Datatype for bool {
    const WORD: bool = true;

    #[inline]
    fn from_word(word: u64, length: usize) -> Option<bool> {
        const TRUE: u64 = u64::from_le_bytes(*b"true\0\0\0\0");
        const FALSE: u64 = u64::from_le_bytes(*b"false\0\0\0");
        const ONE: u64 = b'1' as u64;
        const ZERO: u64 = b'0' as u64;
        match digits::front(word, length)? {
            TRUE | ONE => Some(true),
            FALSE | ZERO => Some(false),
            _ => None,
        }
    }

    const SHORT: bool = true;

    #[inline]
    fn parse(lexical: &str) -> Result<bool, DatatypeError> {
        match lexical.as_bytes() {
            b"true" | b"1" => Ok(true),
            b"false" | b"0" => Ok(false),
            _ => parse_bool(space::trim(lexical)),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    #[inline]
    fn put(&self, room: &mut Room<'_>) {
        if *self {
            room.put_front(*b"true    ", 4);
        } else {
            room.put_front(*b"false   ", 5);
        }
    }
}

fn parse_bool(trimmed: &str) -> Result<bool, DatatypeError> {
    match trimmed {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        "" => Err(DatatypeError::empty("boolean")),
        _ => Err(DatatypeError::expected("boolean", "true, false, 1 or 0", 0)),
    }
}

/// Gives a datatype with its own `parse` and `write` the traits that go with them.
macro_rules! textual {
    (short: $($type:ty),+ $(,)?) => {$(
        $crate::datatype::textual!(@ $type,
            const SHORT: bool = true;
            #[inline]
            fn put(&self, room: &mut $crate::datatype::Room<'_>) { self.put_to(room); });
    )+};
    (number: $($type:ty),+ $(,)?) => {$(
        $crate::datatype::textual!(@ $type,
            const WORD: bool = true;
            #[inline]
            fn from_word(word: u64, length: usize) -> Option<Self> { <$type>::of_word(word, length) }
            const SHORT: bool = true;
            #[inline]
            fn put(&self, room: &mut $crate::datatype::Room<'_>) { self.put_to(room); });
    )+};
    (@ $type:ty, $($put:tt)*) => {
        impl $crate::datatype::Datatype for $type {
            #[inline]
            fn parse(lexical: &str) -> Result<Self, $crate::datatype::DatatypeError> {
                <$type>::parse(lexical)
            }
            fn write(&self, out: &mut String) {
                <$type>::write(self, out);
            }
            $($put)*
        }
        impl std::str::FromStr for $type {
            type Err = $crate::datatype::DatatypeError;
            fn from_str(lexical: &str) -> Result<Self, Self::Err> {
                <$type>::parse(lexical)
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut out = String::new();
                <$type>::write(self, &mut out);
                f.write_str(&out)
            }
        }
    };
    ($($type:ty),+ $(,)?) => {$(
        $crate::datatype::textual!(@ $type,);
    )+};
}
pub(crate) use textual;

#[cfg(test)]
mod tests;
