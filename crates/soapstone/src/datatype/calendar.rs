//! Dates and times (XSD 1.0 part 2, 3.2.7 to 3.2.14): an optional time zone kept apart from UTC, years beyond four
//! digits and before the common era, seconds of any precision, and the partial order of 3.2.7.3.
//!
//! There is no year 0000; -0001 is the year before 0001. `24:00:00` becomes the first instant of the next day.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::digits::{Ascii, Cursor, number, push, push_pair};
use super::{DatatypeError, textual};

/// A time zone as an offset from UTC in minutes, from -840 to 840.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone {
    /// East of Greenwich is positive.
    pub minutes: i16,
}

impl Zone {
    /// UTC, written `Z`.
    pub const UTC: Zone = Zone { minutes: 0 };
}

/// The fraction of a second, of any precision. Zeroes at the end do not change its value.
#[derive(Debug, Clone, Default)]
pub struct Fraction {
    /// The first nine digits.
    pub nanos: u32,
    /// How many of the first nine digits are written, from 0 to 9.
    pub digits: u8,
    /// The digits after the ninth, without zeroes at the end; absent where there are none.
    pub rest: Option<Box<str>>,
}

impl Fraction {
    /// Makes a fraction of nanoseconds (below 1,000,000,000), written with as many digits as it needs.
    pub fn from_nanos(nanos: u32) -> Fraction {
        let mut digits = 9;
        let mut left = nanos;
        while digits > 0 && left.is_multiple_of(10) {
            left /= 10;
            digits -= 1;
        }
        Fraction {
            nanos,
            digits,
            rest: None,
        }
    }

    pub(super) fn parse(text: &str) -> Fraction {
        let (first, rest) = text.split_at_checked(9).unwrap_or((text, ""));
        let digits = u8::try_from(first.len()).unwrap_or(9);
        let value = number(first)
            .and_then(|value| u32::try_from(value).ok())
            .unwrap_or_default();
        let rest = rest.trim_end_matches('0');
        Fraction {
            nanos: value * 10u32.pow(9 - u32::from(digits)),
            digits,
            rest: (!rest.is_empty()).then(|| rest.into()),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.nanos == 0 && self.rest.is_none()
    }

    #[inline]
    pub(super) fn put(&self, out: &mut impl Ascii) {
        if self.digits == 0 && self.is_zero() {
            return;
        }
        let digits = if self.rest.is_some() {
            9
        } else {
            self.digits.clamp(1, 9)
        };
        out.put(b".");
        push(
            out,
            u128::from(self.nanos / 10u32.pow(9 - u32::from(digits))),
            usize::from(digits),
        );
        out.put(self.rest.as_deref().unwrap_or_default().as_bytes());
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Fraction) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl Ord for Fraction {
    fn cmp(&self, other: &Fraction) -> Ordering {
        (self.nanos, &self.rest).cmp(&(other.nanos, &other.rest))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Fraction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.nanos, &self.rest).hash(state);
    }
}

/// Places a value on the line of time: seconds from 0001-01-01T00:00:00, in UTC where it has a zone.
struct Instant<'a> {
    seconds: i128,
    fraction: &'a Fraction,
    zoned: bool,
}

impl Instant<'_> {
    /// Compares by part 2, 3.2.7.3: a value without a zone lies somewhere within 14 hours on either side.
    fn compare(&self, other: &Instant<'_>) -> Option<Ordering> {
        const SWING: i128 = 14 * 3600;
        let against = |shift: i128| {
            self.seconds
                .cmp(&(other.seconds + shift))
                .then_with(|| self.fraction.cmp(other.fraction))
        };
        if self.zoned == other.zoned {
            return Some(against(0));
        }
        if against(-SWING) == Ordering::Less {
            return Some(Ordering::Less);
        }
        (against(SWING) == Ordering::Greater).then_some(Ordering::Greater)
    }
}

/// Days from 0001-01-01 in the proleptic Gregorian calendar to the first of a month. `year` counts a year 0.
pub(super) fn days_to_month(year: i128, month: u8) -> i128 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let in_year: i128 = (1..month)
        .map(|month| i128::from(days_in_month(year, month)))
        .sum();
    before * 365 + leaps + in_year
}

/// The last day of a month. `year` counts a year 0.
fn days_in_month(year: i128, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.rem_euclid(4) == 0
            && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) =>
        {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// Makes a year of a line with a year 0 from one of a line without.
fn astronomical(year: i64) -> i128 {
    i128::from(year) + i128::from(year < 0)
}

/// A month without a year is placed in a leap year, and December holds every day of a month.
const ANY_YEAR: i64 = 1972;
const ANY_MONTH: u8 = 12;
/// What a value has that names no seconds.
static NO_FRACTION: Fraction = Fraction {
    nanos: 0,
    digits: 0,
    rest: None,
};

fn instant<'a>(
    date: (i64, u8, u8),
    time: (u8, u8, u8),
    fraction: &'a Fraction,
    zone: Option<Zone>,
) -> Instant<'a> {
    let (year, month, day) = date;
    let days = days_to_month(astronomical(year), month) + i128::from(day) - 1;
    let (hour, minute, second) = time;
    let local =
        days * 86_400 + i128::from(hour) * 3600 + i128::from(minute) * 60 + i128::from(second);
    let offset = zone.map_or(0, |zone| i128::from(zone.minutes) * 60);
    Instant {
        seconds: local - offset,
        fraction,
        zoned: zone.is_some(),
    }
}

fn read_year(cursor: &mut Cursor<'_>) -> Result<i64, DatatypeError> {
    let negative = cursor.take(b'-');
    let digits = cursor.digits();
    // 3.2.7.1: at least four digits; leading zeroes only to make four.
    if digits.len() < 4 || (digits.len() > 4 && digits.starts_with('0')) {
        return Err(cursor.error("a year of four or more digits"));
    }
    let year = number(digits)
        .and_then(|year| i64::try_from(year).ok())
        .ok_or_else(|| cursor.range("the year"))?;
    if year == 0 {
        return Err(cursor.range("the year"));
    }
    Ok(if negative { -year } else { year })
}

fn read_month(cursor: &mut Cursor<'_>) -> Result<u8, DatatypeError> {
    let month = cursor.pair("a month of two digits")?;
    if (1..=12).contains(&month) {
        Ok(month)
    } else {
        Err(cursor.range("the month"))
    }
}

fn read_day(cursor: &mut Cursor<'_>, year: i64, month: u8) -> Result<u8, DatatypeError> {
    let day = cursor.pair("a day of two digits")?;
    if (1..=days_in_month(astronomical(year), month)).contains(&day) {
        Ok(day)
    } else {
        Err(cursor.range("the day"))
    }
}

/// A time of day as written.
struct TimeOfDay {
    hour: u8,
    minute: u8,
    second: u8,
    fraction: Fraction,
    /// It was written `24:00:00`; `hour` is 0.
    next_day: bool,
}

/// Reads `hh:mm:ss(.s+)?`.
fn read_time(cursor: &mut Cursor<'_>) -> Result<TimeOfDay, DatatypeError> {
    let hour = cursor.pair("an hour of two digits")?;
    cursor.expect(b':', "`:`")?;
    let minute = cursor.pair("a minute of two digits")?;
    cursor.expect(b':', "`:`")?;
    let second = cursor.pair("a second of two digits")?;
    let fraction = read_fraction(cursor)?;
    let next_day = hour == 24 && minute == 0 && second == 0 && fraction.is_zero();
    if hour > 23 && !next_day {
        return Err(cursor.range("the hour"));
    }
    if minute > 59 {
        return Err(cursor.range("the minute"));
    }
    if second > 59 {
        return Err(cursor.range("the second"));
    }
    Ok(TimeOfDay {
        hour: if next_day { 0 } else { hour },
        minute,
        second,
        fraction,
        next_day,
    })
}

/// Reads `(.s+)?`.
fn read_fraction(cursor: &mut Cursor<'_>) -> Result<Fraction, DatatypeError> {
    if !cursor.take(b'.') {
        return Ok(Fraction::default());
    }
    let digits = cursor.digits();
    if digits.is_empty() {
        return Err(cursor.error("a digit of the fraction"));
    }
    Ok(Fraction::parse(digits))
}

/// Reads `(Z|[+-]hh:mm)?` and the end.
fn read_zone(cursor: &mut Cursor<'_>) -> Result<Option<Zone>, DatatypeError> {
    let zone = match cursor.peek() {
        None => return Ok(None),
        Some(b'Z') => {
            cursor.take(b'Z');
            Zone::UTC
        }
        Some(sign @ (b'+' | b'-')) => {
            cursor.take(sign);
            let hours = cursor.pair("an hour of the zone")?;
            cursor.expect(b':', "`:`")?;
            let minutes = cursor.pair("a minute of the zone")?;
            let total = i16::from(hours) * 60 + i16::from(minutes);
            if minutes > 59 || total > 840 {
                return Err(cursor.range("the zone"));
            }
            Zone {
                minutes: if sign == b'-' { -total } else { total },
            }
        }
        Some(_) => return Err(cursor.error("a zone or the end")),
    };
    cursor.finish()?;
    Ok(Some(zone))
}

#[inline]
fn put_year(year: i64, out: &mut impl Ascii) {
    if year < 0 {
        out.put(b"-");
    }
    push(out, u128::from(year.unsigned_abs()), 4);
}

#[inline]
fn put_time(hour: u8, minute: u8, second: u8, fraction: &Fraction, out: &mut impl Ascii) {
    let [[h, i], [m, n], [s, t]] = [hour, minute, second].map(two);
    out.put(&[h, i, b':', m, n, b':', s, t]);
    fraction.put(out);
}

#[inline]
fn put_zone(zone: Option<Zone>, out: &mut impl Ascii) {
    match zone {
        None => {}
        Some(Zone { minutes: 0 }) => out.put(b"Z"),
        Some(Zone { minutes }) => {
            out.put(if minutes < 0 { b"-" } else { b"+" });
            let minutes = minutes.unsigned_abs();
            push_pair(out, u8::try_from(minutes / 60).unwrap_or_default());
            out.put(b":");
            push_pair(out, u8::try_from(minutes % 60).unwrap_or_default());
        }
    }
}

fn two(value: u8) -> [u8; 2] {
    super::digits::pair(u64::from(value))
}

/// Gives a type its equality, order and hash by its instant.
macro_rules! ordered {
    ($($type:ty),+) => {$(
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.partial_cmp(other) == Some(Ordering::Equal)
            }
        }
        impl Eq for $type {}
        impl PartialOrd for $type {
            /// Compares by part 2, 3.2.7.3; two values of which one has a zone may have no order.
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.instant().compare(&other.instant())
            }
        }
        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                let instant = self.instant();
                (instant.seconds, instant.fraction, instant.zoned).hash(state);
            }
        }
    )+};
}

mod moment;
mod partial;

pub use moment::{Date, DateTime, Time};
pub use partial::{GDay, GMonth, GMonthDay, GYear, GYearMonth};

ordered!(
    DateTime, Time, Date, GYearMonth, GYear, GMonthDay, GDay, GMonth
);
textual!(short: DateTime, Time, Date);
textual!(GYearMonth, GYear, GMonthDay, GDay, GMonth);
