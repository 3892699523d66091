//! Values with a time of day or a whole date: `dateTime`, `time`, `date` (XSD 1.0 part 2, 3.2.7 to 3.2.9).

use super::super::DatatypeError;
use super::super::digits::{Ascii, Cursor};
use super::{
    ANY_MONTH, ANY_YEAR, Fraction, Instant, NO_FRACTION, TimeOfDay, Zone, astronomical,
    days_in_month, instant, put_time, put_year, put_zone, read_day, read_fraction, read_month,
    read_time, read_year, read_zone, two,
};

/// An instant, in a time zone or in none (`xs:dateTime`).
#[derive(Debug, Clone)]
pub struct DateTime {
    /// Never 0.
    pub year: i64,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59; there are no leap seconds.
    pub second: u8,
    /// Of the second.
    pub fraction: Fraction,
    /// Absent where none is written, which is not UTC.
    pub zone: Option<Zone>,
}

impl DateTime {
    /// Reads `-?yyyy-mm-ddThh:mm:ss(.s+)?(zone)?` (part 2, 3.2.7.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    #[inline]
    pub fn parse(lexical: &str) -> Result<DateTime, DatatypeError> {
        match short(lexical) {
            Some(value) => Ok(value),
            None => DateTime::parse_any(lexical),
        }
    }

    fn parse_any(lexical: &str) -> Result<DateTime, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "dateTime")?;
        let (year, month, day) = read_date(&mut cursor)?;
        cursor.expect(b'T', "`T`")?;
        let TimeOfDay {
            hour,
            minute,
            second,
            fraction,
            next_day,
        } = read_time(&mut cursor)?;
        let zone = read_zone(&mut cursor)?;
        let mut value = DateTime {
            year,
            month,
            day,
            hour,
            minute,
            second,
            fraction,
            zone,
        };
        if next_day {
            value.advance_a_day();
        }
        Ok(value)
    }

    /// Appends the lexical form, in the zone that the value has.
    pub fn write(&self, out: &mut String) {
        self.put_to(out);
    }

    #[inline]
    pub(in crate::datatype) fn put_to(&self, out: &mut impl Ascii) {
        put_date(self.year, self.month, self.day, out);
        out.put(b"T");
        put_time(self.hour, self.minute, self.second, &self.fraction, out);
        put_zone(self.zone, out);
    }

    fn advance_a_day(&mut self) {
        self.day += 1;
        if self.day > days_in_month(astronomical(self.year), self.month) {
            self.day = 1;
            self.month += 1;
        }
        if self.month > 12 {
            self.month = 1;
            self.year = if self.year == -1 {
                1
            } else {
                self.year.saturating_add(1)
            };
        }
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        let time = (self.hour, self.minute, self.second);
        instant(
            (self.year, self.month, self.day),
            time,
            &self.fraction,
            self.zone,
        )
    }
}

/// A time that recurs each day (`xs:time`).
#[derive(Debug, Clone)]
pub struct Time {
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59.
    pub second: u8,
    /// Of the second.
    pub fraction: Fraction,
    /// Absent where none is written, which is not UTC.
    pub zone: Option<Zone>,
}

impl Time {
    /// Reads `hh:mm:ss(.s+)?(zone)?` (part 2, 3.2.8.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<Time, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "time")?;
        let TimeOfDay {
            hour,
            minute,
            second,
            fraction,
            ..
        } = read_time(&mut cursor)?;
        let zone = read_zone(&mut cursor)?;
        Ok(Time {
            hour,
            minute,
            second,
            fraction,
            zone,
        })
    }

    /// Appends the lexical form, in the zone that the value has.
    pub fn write(&self, out: &mut String) {
        self.put_to(out);
    }

    #[inline]
    pub(in crate::datatype) fn put_to(&self, out: &mut impl Ascii) {
        put_time(self.hour, self.minute, self.second, &self.fraction, out);
        put_zone(self.zone, out);
    }

    /// 3.2.8: times are ordered as dateTimes of one date, whichever.
    pub(super) fn instant(&self) -> Instant<'_> {
        let time = (self.hour, self.minute, self.second);
        instant((ANY_YEAR, ANY_MONTH, 31), time, &self.fraction, self.zone)
    }
}

/// A day of the calendar (`xs:date`); ordered by its first instant.
#[derive(Debug, Clone)]
pub struct Date {
    /// Never 0.
    pub year: i64,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// Absent where none is written, which is not UTC.
    pub zone: Option<Zone>,
}

impl Date {
    /// Reads `-?yyyy-mm-dd(zone)?` (part 2, 3.2.9.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<Date, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "date")?;
        let (year, month, day) = read_date(&mut cursor)?;
        let zone = read_zone(&mut cursor)?;
        Ok(Date {
            year,
            month,
            day,
            zone,
        })
    }

    /// Appends the lexical form, in the zone that the value has.
    pub fn write(&self, out: &mut String) {
        self.put_to(out);
    }

    #[inline]
    pub(in crate::datatype) fn put_to(&self, out: &mut impl Ascii) {
        put_date(self.year, self.month, self.day, out);
        put_zone(self.zone, out);
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        instant(
            (self.year, self.month, self.day),
            (0, 0, 0),
            &NO_FRACTION,
            self.zone,
        )
    }
}

fn read_date(cursor: &mut Cursor<'_>) -> Result<(i64, u8, u8), DatatypeError> {
    let year = read_year(cursor)?;
    cursor.expect(b'-', "`-`")?;
    let month = read_month(cursor)?;
    cursor.expect(b'-', "`-`")?;
    let day = read_day(cursor, year, month)?;
    Ok((year, month, day))
}

#[inline]
fn put_date(year: i64, month: u8, day: u8, out: &mut impl Ascii) {
    let ([m, n], [d, e]) = (two(month), two(day));
    if let Ok(year @ 0..10_000) = u16::try_from(year) {
        let ([y, z], [c, a]) = (two((year / 100) as u8), two((year % 100) as u8));
        out.put(&[y, z, c, a, b'-', m, n, b'-', d, e]);
    } else {
        put_year(year, out);
        out.put(&[b'-', m, n, b'-', d, e]);
    }
}

/// Reads digits that stand between known marks, `form` having 0 for each digit: their values, each in its byte; absent where it is
/// not so.
#[inline(always)]
fn digits(text: &[u8; 8], form: &[u8; 8]) -> Option<u64> {
    let [text, form] = [text, form].map(|text| u64::from_le_bytes(*text));
    let values = text ^ form;
    // A digit may be up to 9, a mark must be 0: beyond that the high bit is set.
    let is_digit = (form & 0x1010_1010_1010_1010) >> 4 & !(form >> 3) & !(form >> 2);
    let most = 0x7F7F_7F7F_7F7F_7F7F - is_digit * 9;
    ((((values & 0x7F7F_7F7F_7F7F_7F7F) + most) | values) & 0x8080_8080_8080_8080 == 0)
        .then_some(values)
}

/// The number of the digit at an offset and the one behind it.
#[inline(always)]
fn pair(digits: u64, at: u32) -> u8 {
    (digits.wrapping_mul(2561) >> (8 * at + 8)) as u8
}

/// Reads `yyyy-mm-ddThh:mm:ss` and whatever fraction and zone follow: what most are. Another form is not read, or not so fast.
#[inline]
fn short(lexical: &str) -> Option<DateTime> {
    let bytes = lexical.as_bytes();
    let (front, rest) = bytes.split_first_chunk::<19>()?;
    let date = digits(front.first_chunk()?, b"0000-00-")?;
    let middle = digits(front.get(8..)?.first_chunk()?, b"00T00:00")?;
    let time = digits(front.last_chunk()?, b"00:00:00")?;
    let year = i64::from(pair(date, 0)) * 100 + i64::from(pair(date, 2));
    let (month, day) = (pair(date, 5), pair(middle, 0));
    let (hour, minute, second) = (pair(time, 0), pair(time, 3), pair(time, 6));
    let exists = year > 0
        && (1..=12).contains(&month)
        && day > 0
        && (day <= 28 || day <= days_in_month(astronomical(year), month));
    if !exists || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, zone) = match rest {
        [] => (Fraction::default(), None),
        b"Z" => (Fraction::default(), Some(Zone::UTC)),
        [
            b'.',
            a @ b'0'..=b'9',
            b @ b'0'..=b'9',
            c @ b'0'..=b'9',
            b'Z',
        ] => {
            let [a, b, c] = [a, b, c].map(|digit| u32::from(digit - b'0'));
            let fraction = Fraction {
                nanos: (a * 100 + b * 10 + c) * 1_000_000,
                digits: 3,
                rest: None,
            };
            (fraction, Some(Zone::UTC))
        }
        _ => {
            let mut cursor = Cursor::new(lexical, "dateTime").ok()?;
            cursor.at = lexical.len() - rest.len();
            (
                read_fraction(&mut cursor).ok()?,
                read_zone(&mut cursor).ok()?,
            )
        }
    };
    Some(DateTime {
        year,
        month,
        day,
        hour,
        minute,
        second,
        fraction,
        zone,
    })
}
