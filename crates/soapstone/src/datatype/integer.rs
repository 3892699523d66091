//! `integer` and the types derived from it (XSD 1.0 part 2, 3.3.13 and on): Rust's integers, and one without bounds.

use std::cmp::Ordering;

use super::digits::{Ascii, Cursor, Room, eight, put_integer, short};
use super::{Datatype, DatatypeError, textual};

/// An integer of any size. Two forms of one value are equal; the lexical form written is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Integer(Form);

/// The invariant that makes equality structural: `Big` holds only what `i128` cannot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Small(i128),
    /// Digits without leading zeroes. Kept as text so that a number of a million digits costs a million steps, not their
    /// square.
    Big {
        negative: bool,
        digits: Box<str>,
    },
}

impl Integer {
    /// Reads `[+-]?[0-9]+` (part 2, 3.3.13.1).
    ///
    /// # Errors
    /// [`DatatypeError`] where the text has another form.
    pub fn parse(lexical: &str) -> Result<Integer, DatatypeError> {
        if let Some(value) = short(lexical.as_bytes()) {
            return Ok(Integer(Form::Small(i128::from(value))));
        }
        let (negative, digits) = sign_and_digits(lexical, "integer")?;
        if let Some(value) = small(negative, digits) {
            return Ok(Integer(Form::Small(value)));
        }
        Ok(Integer(Form::Big {
            negative,
            digits: digits.into(),
        }))
    }

    /// Appends the canonical form.
    pub fn write(&self, out: &mut String) {
        self.put_to(out);
    }

    #[inline]
    fn of_word(word: u64, length: usize) -> Option<Integer> {
        eight(word, length).map(Integer::from)
    }

    fn put_to(&self, out: &mut impl Ascii) {
        match &self.0 {
            Form::Small(value) => put_integer(*value, out),
            Form::Big { negative, digits } => {
                if *negative {
                    out.put(b"-");
                }
                out.put(digits.as_bytes());
            }
        }
    }

    /// The value, where 128 bits hold it.
    pub fn to_i128(&self) -> Option<i128> {
        match self.0 {
            Form::Small(value) => Some(value),
            Form::Big { .. } => None,
        }
    }

    /// The value, where 64 bits hold it.
    pub fn to_i64(&self) -> Option<i64> {
        self.to_i128().and_then(|value| i64::try_from(value).ok())
    }

    /// How many digits it has, without leading zeroes; 1 for zero.
    pub fn digit_count(&self) -> u64 {
        match &self.0 {
            Form::Small(value) => u64::from(value.unsigned_abs().checked_ilog10().unwrap_or(0)) + 1,
            Form::Big { digits, .. } => digits.len() as u64,
        }
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Integer) -> Ordering {
        let sign = |negative: bool| {
            if negative {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        };
        match (&self.0, &other.0) {
            (Form::Small(left), Form::Small(right)) => left.cmp(right),
            (Form::Big { negative, .. }, Form::Small(_)) => sign(*negative),
            (Form::Small(_), Form::Big { negative, .. }) => sign(!*negative),
            (
                Form::Big { negative: true, .. },
                Form::Big {
                    negative: false, ..
                },
            ) => Ordering::Less,
            (
                Form::Big {
                    negative: false, ..
                },
                Form::Big { negative: true, .. },
            ) => Ordering::Greater,
            (
                Form::Big {
                    negative,
                    digits: left,
                },
                Form::Big { digits: right, .. },
            ) => {
                let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
                if *negative { order.reverse() } else { order }
            }
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Integer) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_small {
    ($($type:ty),+) => {$(
        impl From<$type> for Integer {
            fn from(value: $type) -> Integer {
                Integer(Form::Small(i128::from(value)))
            }
        }
    )+};
}
from_small!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

textual!(number: Integer);

/// Splits off the sign and leading zeroes; `digits` is empty for zero.
fn sign_and_digits<'a>(
    lexical: &'a str,
    datatype: &'static str,
) -> Result<(bool, &'a str), DatatypeError> {
    let mut cursor = Cursor::new(lexical, datatype)?;
    let negative = cursor.take(b'-');
    if !negative {
        cursor.take(b'+');
    }
    let digits = cursor.digits();
    if digits.is_empty() {
        return Err(cursor.error("a digit"));
    }
    cursor.finish()?;
    Ok((negative, digits.trim_start_matches('0')))
}

fn small(negative: bool, digits: &str) -> Option<i128> {
    if digits.len() < 19 {
        let value = i128::from(super::digits::number(digits)?);
        return Some(if negative { -value } else { value });
    }
    if digits.len() > 39 {
        return None;
    }
    digits.bytes().try_fold(0i128, |sum, digit| {
        let digit = i128::from(digit - b'0');
        sum.checked_mul(10)?
            .checked_add(if negative { -digit } else { digit })
    })
}

macro_rules! machine {
    ($($type:ty, $name:literal);+ $(;)?) => {$(
        impl Datatype for $type {
            const WORD: bool = true;
            #[inline]
            fn from_word(word: u64, length: usize) -> Option<$type> {
                <$type>::try_from(eight(word, length)?).ok()
            }
            const SHORT: bool = true;

            #[inline]
            fn parse(lexical: &str) -> Result<$type, DatatypeError> {
                if let Some(value) = short(lexical.as_bytes())
                    && let Ok(value) = <$type>::try_from(value)
                {
                    return Ok(value);
                }
                let (negative, digits) = sign_and_digits(lexical, $name)?;
                small(negative, digits)
                    .and_then(|value| <$type>::try_from(value).ok())
                    .ok_or_else(|| DatatypeError::range($name, "the value"))
            }
            fn write(&self, out: &mut String) {
                put_integer(i128::from(*self), out);
            }
            #[inline]
            fn put(&self, room: &mut Room<'_>) {
                put_integer(i128::from(*self), room);
            }
        }
    )+};
}
machine!(
    i8, "byte"; i16, "short"; i32, "int"; i64, "long";
    u8, "unsignedByte"; u16, "unsignedShort"; u32, "unsignedInt"; u64, "unsignedLong";
);
