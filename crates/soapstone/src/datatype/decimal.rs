//! `decimal` (XSD 1.0 part 2, 3.2.3), exact: no digit is lost and no float is on the way.

mod order;

use super::digits::{Ascii, Cursor, eight, front, push, put_number};
use super::{DatatypeError, textual};

/// A decimal number of any precision.
///
/// It keeps the zeroes at the end of its fraction, so that `10.50` is written as it was read; `10.5` is equal to it and
/// hashes alike.
#[derive(Debug, Clone)]
pub struct Decimal(Form);

#[derive(Debug, Clone)]
enum Form {
    /// `unscaled` × 10^-`scale`.
    Small { unscaled: i128, scale: u32 },
    /// What 128 bits cannot hold: the digits of `unscaled` without leading zeroes. Kept as text so that a number of a
    /// million digits costs a million steps, not their square.
    Big {
        negative: bool,
        digits: Box<str>,
        scale: u32,
    },
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal(Form::Small {
        unscaled: 0,
        scale: 0,
    });

    /// Makes `unscaled` × 10^-`scale`.
    pub fn new(unscaled: i128, scale: u32) -> Decimal {
        Decimal(Form::Small { unscaled, scale })
    }

    /// Reads `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)` (part 2, 3.2.3.1).
    ///
    /// # Errors
    /// [`DatatypeError`] where the text has another form; an exponent is one.
    #[inline]
    pub fn parse(lexical: &str) -> Result<Decimal, DatatypeError> {
        match short(lexical.as_bytes()) {
            Some(value) => Ok(value),
            None => Decimal::parse_any(lexical),
        }
    }

    /// Reads a word as [`Datatype::from_word`](super::Datatype::from_word) does.
    #[inline]
    fn of_word(word: u64, length: usize) -> Option<Decimal> {
        let text = front(word, length)?;
        // The high bit of the first byte that is a point, and perhaps of later ones.
        let differs = text ^ 0x2E2E_2E2E_2E2E_2E2E;
        let points = differs.wrapping_sub(0x0101_0101_0101_0101) & !differs & 0x8080_8080_8080_8080;
        let at = points.trailing_zeros() as usize / 8;
        if at >= length {
            return eight(text, length).map(|value| Decimal::new(i128::from(value), 0));
        }
        let whole = text & !(u64::MAX << (8 * at));
        let fraction = (text >> (8 * at)) >> 8;
        let value = eight(whole | fraction << (8 * at), length - 1)?;
        Some(Decimal::new(i128::from(value), (length - 1 - at) as u32))
    }

    fn parse_any(lexical: &str) -> Result<Decimal, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "decimal")?;
        let negative = cursor.take(b'-');
        if !negative {
            cursor.take(b'+');
        }
        let whole = cursor.digits();
        let fraction = if cursor.take(b'.') {
            cursor.digits()
        } else {
            ""
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(cursor.error("a digit"));
        }
        cursor.finish()?;
        let whole = whole.trim_start_matches('0');
        let scale = u32::try_from(fraction.len()).map_err(|_| cursor.range("the length"))?;
        if whole.len() + fraction.len() <= 38 {
            let unscaled = match (
                super::digits::number(whole),
                super::digits::number(fraction),
            ) {
                (Some(whole), Some(fraction)) if scale < 19 => {
                    i128::from(whole) * i128::from(10u64.pow(scale)) + i128::from(fraction)
                }
                _ => whole
                    .bytes()
                    .chain(fraction.bytes())
                    .fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0')),
            };
            return Ok(Decimal::new(
                if negative { -unscaled } else { unscaled },
                scale,
            ));
        }
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        let significant = digits.trim_start_matches('0');
        if significant.len() <= 38 {
            let unscaled = significant
                .bytes()
                .fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'));
            return Ok(Decimal::new(
                if negative { -unscaled } else { unscaled },
                scale,
            ));
        }
        Ok(Decimal(Form::Big {
            negative,
            digits: significant.into(),
            scale,
        }))
    }

    /// Appends the number with the fraction's digits that it holds, without `+` and leading zeroes.
    pub fn write(&self, out: &mut String) {
        self.put_to(out);
    }

    #[inline]
    fn put_to(&self, out: &mut impl Ascii) {
        if let Form::Small { unscaled, scale } = &self.0
            && *scale < POWERS.len() as u32
            && let Ok(value) = u64::try_from(unscaled.unsigned_abs())
        {
            if *unscaled < 0 {
                out.put(b"-");
            }
            // Division by a number that is known when the program is built is cheaper, and money mostly has two places.
            let (whole, fraction) = match (*scale, POWERS.get(*scale as usize)) {
                (2, _) => (value / 100, value % 100),
                (1.., Some(power)) => (value / power, value % power),
                _ => return put_number(out, value, 1),
            };
            put_number(out, whole, 1);
            out.put(b".");
            return put_number(out, fraction, *scale as usize);
        }
        let (negative, digits, scale) = self.parts();
        if negative {
            out.put(b"-");
        }
        put_digits(digits.as_str(), scale as usize, out);
    }

    /// The value as `unscaled` × 10^-`scale`, where 128 bits hold the digits.
    pub fn to_scaled(&self) -> Option<(i128, u32)> {
        match self.0 {
            Form::Small { unscaled, scale } => Some((unscaled, scale)),
            Form::Big { .. } => None,
        }
    }

    /// The value as an integer, where it is one and 128 bits hold it.
    pub fn to_i128(&self) -> Option<i128> {
        let (unscaled, scale) = self.to_scaled()?;
        if unscaled == 0 || scale == 0 {
            return Some(unscaled);
        }
        let power = 10i128.checked_pow(scale)?;
        (unscaled % power == 0).then_some(unscaled / power)
    }

    /// Tells whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match self.0 {
            Form::Small { unscaled, .. } => unscaled < 0,
            Form::Big { negative, .. } => negative,
        }
    }

    /// The digits that the fraction needs: the least `fractionDigits` (part 2, 4.3.12) that the value satisfies.
    pub fn fraction_digits(&self) -> u64 {
        let (zeroes, scale) = match &self.0 {
            Form::Small { unscaled: 0, .. } => return 0,
            Form::Small { unscaled, scale } => (zeroes(unscaled.unsigned_abs(), *scale), *scale),
            Form::Big { digits, scale, .. } => {
                let digits = digits.bytes().rev();
                (
                    digits.take_while(|digit| *digit == b'0').count() as u64,
                    *scale,
                )
            }
        };
        u64::from(scale).saturating_sub(zeroes)
    }

    /// The least `totalDigits` (part 2, 4.3.11) that the value satisfies: for i × 10^-n in lowest terms, the greater of
    /// the digits of i and n.
    pub fn total_digits(&self) -> u64 {
        let (digits, scale) = match &self.0 {
            Form::Small { unscaled, scale } => {
                let most = unscaled.unsigned_abs().checked_ilog10();
                (most.map_or(0, |most| u64::from(most) + 1), *scale)
            }
            Form::Big { digits, scale, .. } => (digits.len() as u64, *scale),
        };
        let fraction = self.fraction_digits();
        let dropped = u64::from(scale) - fraction.min(u64::from(scale));
        digits.saturating_sub(dropped).max(fraction).max(1)
    }

    /// Sign, digits without leading zeroes (empty for zero) and scale.
    fn parts(&self) -> (bool, Digits<'_>, u32) {
        match &self.0 {
            Form::Small { unscaled, scale } => {
                let mut digits = String::new();
                if *unscaled != 0 {
                    push(&mut digits, unscaled.unsigned_abs(), 1);
                }
                (*unscaled < 0, Digits::Made(digits), *scale)
            }
            Form::Big {
                negative,
                digits,
                scale,
            } => (*negative, Digits::Kept(digits), *scale),
        }
    }
}

/// How many zeroes a number that is not zero ends with, up to a most.
fn zeroes(mut number: u128, most: u32) -> u64 {
    let mut zeroes = 0;
    while zeroes < u64::from(most) {
        // Division of 64 bits is several times cheaper, and most numbers are small.
        number = match u64::try_from(number) {
            Ok(small) if small.is_multiple_of(10) => u128::from(small / 10),
            Err(_) if number.is_multiple_of(10) => number / 10,
            _ => break,
        };
        zeroes += 1;
    }
    zeroes
}

enum Digits<'a> {
    Made(String),
    Kept(&'a str),
}

impl Digits<'_> {
    fn as_str(&self) -> &str {
        match self {
            Digits::Made(text) => text,
            Digits::Kept(text) => text,
        }
    }
}

fn put_digits(digits: &str, scale: usize, out: &mut impl Ascii) {
    if digits.len() > scale {
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        out.put(whole.as_bytes());
        if !fraction.is_empty() {
            out.put(b".");
            out.put(fraction.as_bytes());
        }
    } else if scale == 0 {
        out.put(b"0");
    } else {
        out.put(b"0.");
        for _ in digits.len()..scale {
            out.put(b"0");
        }
        out.put(digits.as_bytes());
    }
}

/// The powers of ten that 64 bits hold.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Reads a decimal of up to 19 characters without `+` and white space, which most are.
#[inline]
fn short(lexical: &[u8]) -> Option<Decimal> {
    let (negative, digits) = match lexical {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 19 {
        return None;
    }
    let mut sum = 0u64;
    let mut behind_point = None;
    for (at, byte) in (1..).zip(digits) {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            sum = sum * 10 + u64::from(digit);
        } else if *byte == b'.' && behind_point.is_none() {
            behind_point = Some(at);
        } else {
            return None;
        }
    }
    if digits.len() <= usize::from(behind_point.is_some()) {
        return None;
    }
    let scale = behind_point.map_or(0, |at: usize| digits.len() - at) as u32;
    let unscaled = i128::from(sum);
    Some(Decimal::new(
        if negative { -unscaled } else { unscaled },
        scale,
    ))
}

macro_rules! from_integer {
    ($($type:ty),+) => {$(
        impl From<$type> for Decimal {
            fn from(value: $type) -> Decimal {
                Decimal::new(i128::from(value), 0)
            }
        }
    )+};
}
from_integer!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

textual!(number: Decimal);
