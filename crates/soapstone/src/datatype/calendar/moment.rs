//! Values with a time of day or a whole date: `dateTime`, `time`, `date` (XSD 1.0 part 2, 3.2.7 to 3.2.9).

use super::super::DatatypeError;
use super::super::digits::{Cursor, push_pair};
use super::{
    ANY_MONTH, ANY_YEAR, Fraction, Instant, NO_FRACTION, TimeOfDay, Zone, astronomical,
    days_in_month, instant, read_day, read_month, read_time, read_year, read_zone, write_time,
    write_year, write_zone,
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
    pub fn parse(lexical: &str) -> Result<DateTime, DatatypeError> {
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
        write_date(self.year, self.month, self.day, out);
        out.push('T');
        write_time(self.hour, self.minute, self.second, &self.fraction, out);
        write_zone(self.zone, out);
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
        write_time(self.hour, self.minute, self.second, &self.fraction, out);
        write_zone(self.zone, out);
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
        write_date(self.year, self.month, self.day, out);
        write_zone(self.zone, out);
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

fn write_date(year: i64, month: u8, day: u8, out: &mut String) {
    write_year(year, out);
    out.push('-');
    push_pair(out, month);
    out.push('-');
    push_pair(out, day);
}
