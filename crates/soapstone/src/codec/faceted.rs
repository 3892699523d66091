//! What facets look at in a value: its order, its length, its digits.

use std::cmp::Ordering;

use super::simple::List;
use super::{ByteString, QName, Simple};
use crate::datatype::{
    Base64Binary, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear, GYearMonth,
    HexBinary, Integer, Time,
};

/// A representation on which facets are checked.
pub trait Faceted: Simple + PartialEq {
    /// White space matters unless a facet says otherwise.
    const TEXT: bool = false;

    /// The order of two values, for types that have one.
    fn order(&self, _other: &Self) -> Option<Ordering> {
        None
    }

    /// The length in the units of the type (part 2, 4.3.1).
    fn length(&self) -> Option<usize> {
        None
    }

    /// The number of digits in all, and behind the point (part 2, 4.3.11, 4.3.12).
    fn digits(&self) -> Option<(u64, u64)> {
        None
    }
}

macro_rules! texts {
    ($($type:ty),+) => {$(
        impl Faceted for $type {
            const TEXT: bool = true;
            fn length(&self) -> Option<usize> {
                // Most texts are ASCII and short; counting characters of the others is linear too.
                Some(if self.is_ascii() {
                    self.len()
                } else {
                    self.chars().count()
                })
            }
        }
    )+};
}
texts!(String, ByteString);

impl Faceted for HexBinary {
    fn length(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl Faceted for Base64Binary {
    fn length(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl Faceted for Decimal {
    fn order(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }
    fn digits(&self) -> Option<(u64, u64)> {
        Some((self.total_digits(), self.fraction_digits()))
    }
}

impl Faceted for Integer {
    fn order(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }
    fn digits(&self) -> Option<(u64, u64)> {
        Some((self.digit_count(), 0))
    }
}

impl<T: Simple + PartialEq> Faceted for List<T> {
    fn length(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

macro_rules! faceted {
    ($($type:ty),+) => {$(
        impl Faceted for $type {
            fn order(&self, other: &Self) -> Option<Ordering> {
                self.partial_cmp(other)
            }
        }
    )+};
}
faceted!(
    f32, f64, Duration, DateTime, Time, Date, GYearMonth, GYear, GMonthDay, GDay, GMonth
);
impl Faceted for bool {}
impl Faceted for QName {}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Faceted for $type {
            fn order(&self, other: &Self) -> Option<Ordering> {
                self.partial_cmp(other)
            }
            fn digits(&self) -> Option<(u64, u64)> {
                Some((u64::from(self.checked_ilog10_of()) + 1, 0))
            }
        }
        impl Digits for $type {
            fn checked_ilog10_of(self) -> u32 {
                i128::from(self).unsigned_abs().checked_ilog10().unwrap_or(0)
            }
        }
    )+};
}

trait Digits {
    fn checked_ilog10_of(self) -> u32;
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);
