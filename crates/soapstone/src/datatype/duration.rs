//! `duration` (XSD 1.0 part 2, 3.2.6) with its partial order.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::calendar::days_to_month;
use super::digits::{Cursor, number, push};
use super::{DatatypeError, Fraction, textual};

/// A length of time in years, months, days, hours, minutes and seconds, as written: `P1Y` stays apart from `P12M` in its
/// text, and is equal to it.
#[derive(Debug, Clone, Default)]
pub struct Duration {
    /// The whole is below zero.
    pub negative: bool,
    /// Years.
    pub years: u64,
    /// Months, perhaps over 11.
    pub months: u64,
    /// Days.
    pub days: u64,
    /// Hours, perhaps over 23.
    pub hours: u64,
    /// Minutes, perhaps over 59.
    pub minutes: u64,
    /// Whole seconds, perhaps over 59.
    pub seconds: u64,
    /// Of the second.
    pub fraction: Fraction,
}

impl Duration {
    /// Reads `-?P(nY)?(nM)?(nD)?(T(nH)?(nM)?(n(.n)?S)?)?` with at least one part, and one after `T` (part 2, 3.2.6.1).
    ///
    /// # Errors
    /// [`DatatypeError`] where the text has another form or a number is beyond 64 bits.
    pub fn parse(lexical: &str) -> Result<Duration, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "duration")?;
        let mut value = Duration {
            negative: cursor.take(b'-'),
            ..Duration::default()
        };
        cursor.expect(b'P', "`P`")?;
        let mut reached = 0;
        let mut in_time = false;
        while cursor.peek().is_some() {
            if !in_time && cursor.take(b'T') {
                in_time = true;
                if cursor.peek().is_none() {
                    return Err(cursor.error("a number after `T`"));
                }
            }
            value.read_part(&mut cursor, in_time, &mut reached)?;
        }
        if reached == 0 {
            return Err(cursor.error("a number"));
        }
        Ok(value)
    }

    fn read_part(
        &mut self,
        cursor: &mut Cursor<'_>,
        in_time: bool,
        reached: &mut u8,
    ) -> Result<(), DatatypeError> {
        let digits = cursor.digits();
        if digits.is_empty() {
            return Err(cursor.error("a number"));
        }
        let amount = number(digits).ok_or_else(|| cursor.range("a number"))?;
        let mut fractional = false;
        if in_time && cursor.take(b'.') {
            let digits = cursor.digits();
            if digits.is_empty() {
                return Err(cursor.error("a digit of the fraction"));
            }
            self.fraction = Fraction::parse(digits);
            fractional = true;
        }
        let (order, slot) = match (cursor.peek(), in_time) {
            (Some(b'Y'), false) => (1, &mut self.years),
            (Some(b'M'), false) => (2, &mut self.months),
            (Some(b'D'), false) => (3, &mut self.days),
            (Some(b'H'), true) if !fractional => (4, &mut self.hours),
            (Some(b'M'), true) if !fractional => (5, &mut self.minutes),
            (Some(b'S'), true) => (6, &mut self.seconds),
            _ => return Err(cursor.error(if fractional { "`S`" } else { "a designator" })),
        };
        if order <= *reached {
            return Err(cursor.error("designators in order"));
        }
        *reached = order;
        *slot = amount;
        cursor.at += 1;
        Ok(())
    }

    /// Appends the lexical form: the parts that are not zero, or `PT0S`.
    pub fn write(&self, out: &mut String) {
        if self.negative {
            out.push('-');
        }
        out.push('P');
        let mut part = |amount: u64, designator: char| {
            if amount > 0 {
                push(out, u128::from(amount), 1);
                out.push(designator);
            }
        };
        part(self.years, 'Y');
        part(self.months, 'M');
        part(self.days, 'D');
        let has_date = self.years > 0 || self.months > 0 || self.days > 0;
        let has_seconds = self.seconds > 0 || !self.fraction.is_zero();
        let has_time = self.hours > 0 || self.minutes > 0 || has_seconds;
        if has_date && !has_time {
            return;
        }
        out.push('T');
        let mut part = |amount: u64, designator: char| {
            if amount > 0 {
                push(out, u128::from(amount), 1);
                out.push(designator);
            }
        };
        part(self.hours, 'H');
        part(self.minutes, 'M');
        if has_seconds || !has_time {
            push(out, u128::from(self.seconds), 1);
            self.fraction.put(out);
            out.push('S');
        }
    }

    /// Months and whole seconds, without the sign.
    fn totals(&self) -> (i128, i128) {
        let months = i128::from(self.years) * 12 + i128::from(self.months);
        let hours = i128::from(self.days) * 24 + i128::from(self.hours);
        let minutes = hours * 60 + i128::from(self.minutes);
        (months, minutes * 60 + i128::from(self.seconds))
    }

    /// Adds the duration to the first of a month (part 2, appendix E): seconds, then the fraction that adds or takes away.
    fn added_to(&self, year: i128, month: u8) -> (i128, Signed<'_>) {
        let (months, seconds) = self.totals();
        let (months, seconds) = if self.negative {
            (-months, -seconds)
        } else {
            (months, seconds)
        };
        let month = i128::from(month) - 1 + months;
        let year = year + month.div_euclid(12);
        let month = u8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
        let whole = days_to_month(year, month) * 86_400 + seconds;
        (
            whole,
            Signed {
                negative: self.negative && !self.fraction.is_zero(),
                fraction: &self.fraction,
            },
        )
    }
}

/// A fraction of a second with a sign; its order is that of the signed number.
#[derive(PartialEq, Eq)]
struct Signed<'a> {
    negative: bool,
    fraction: &'a Fraction,
}

impl Signed<'_> {
    fn compare(&self, other: &Signed<'_>) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.fraction.cmp(other.fraction),
            (true, true) => other.fraction.cmp(self.fraction),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// Compares whole seconds with signed fractions, whose difference may carry over a second.
fn compare_sums(left: &(i128, Signed<'_>), right: &(i128, Signed<'_>)) -> Ordering {
    // Two fractions with different signs differ by less than two seconds.
    match left.0 - right.0 {
        0 => left.1.compare(&right.1),
        1 if left.1.negative && !right.1.negative => {
            carried(left.1.fraction, right.1.fraction).reverse()
        }
        -1 if !left.1.negative && right.1.negative => carried(right.1.fraction, left.1.fraction),
        difference => difference.cmp(&0),
    }
}

/// Compares the sum of two fractions with one second.
fn carried(left: &Fraction, right: &Fraction) -> Ordering {
    let complement_digits = |fraction: &Fraction| {
        let mut digits = String::new();
        push(&mut digits, u128::from(fraction.nanos), 9);
        digits.push_str(fraction.rest.as_deref().unwrap_or_default());
        digits
    };
    let (left, right) = (complement_digits(left), complement_digits(right));
    let length = left.len().max(right.len());
    let digit =
        |text: &str, index: usize| text.as_bytes().get(index).map_or(0, |digit| digit - b'0');
    // The sum is one exactly when each pair of digits makes nine up to a last pair that makes ten, and zeroes follow.
    let mut pending = Ordering::Equal;
    for index in 0..length {
        match digit(&left, index) + digit(&right, index) {
            9 if pending == Ordering::Equal => {}
            10 if pending == Ordering::Equal => pending = Ordering::Greater,
            0 if pending == Ordering::Greater => {}
            sum if pending == Ordering::Equal => return sum.cmp(&9),
            _ => return Ordering::Greater,
        }
    }
    if pending == Ordering::Greater {
        Ordering::Equal
    } else {
        Ordering::Less
    }
}

impl PartialOrd for Duration {
    /// Compares by part 2, 3.2.6.2: the sums with four dates must agree.
    fn partial_cmp(&self, other: &Duration) -> Option<Ordering> {
        let mut orders = [(1696, 9), (1697, 2), (1903, 3), (1903, 7)]
            .into_iter()
            .map(|(year, month)| {
                compare_sums(&self.added_to(year, month), &other.added_to(year, month))
            });
        let first = orders.next()?;
        orders.all(|order| order == first).then_some(first)
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Duration) -> bool {
        let (left, right) = (self.totals(), other.totals());
        let zero =
            |totals: (i128, i128), fraction: &Fraction| totals == (0, 0) && fraction.is_zero();
        left == right
            && self.fraction == other.fraction
            && (self.negative == other.negative || zero(left, &self.fraction))
    }
}

impl Eq for Duration {}

impl Hash for Duration {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.totals(), &self.fraction).hash(state);
    }
}

textual!(Duration);
