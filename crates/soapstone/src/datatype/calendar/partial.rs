//! Values that name a part of a date: `gYearMonth`, `gYear`, `gMonthDay`, `gDay`, `gMonth` (XSD 1.0 part 2, 3.2.10 to
//! 3.2.14). Each is ordered by its first instant; what it does not name is the same for all.

use super::super::DatatypeError;
use super::super::digits::{Cursor, push_pair};
use super::{
    ANY_MONTH, ANY_YEAR, Instant, NO_FRACTION, Zone, instant, put_year, put_zone, read_day,
    read_month, read_year, read_zone,
};

/// A month of a year (`xs:gYearMonth`), `yyyy-mm`.
#[derive(Debug, Clone)]
pub struct GYearMonth {
    /// Never 0.
    pub year: i64,
    /// From 1.
    pub month: u8,
    /// Absent where none is written.
    pub zone: Option<Zone>,
}

impl GYearMonth {
    /// Reads `-?yyyy-mm(zone)?` (part 2, 3.2.10.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<GYearMonth, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "gYearMonth")?;
        let year = read_year(&mut cursor)?;
        cursor.expect(b'-', "`-`")?;
        let month = read_month(&mut cursor)?;
        Ok(GYearMonth {
            year,
            month,
            zone: read_zone(&mut cursor)?,
        })
    }

    /// Appends the lexical form.
    pub fn write(&self, out: &mut String) {
        put_year(self.year, out);
        out.push('-');
        push_pair(out, self.month);
        put_zone(self.zone, out);
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        instant(
            (self.year, self.month, 1),
            (0, 0, 0),
            &NO_FRACTION,
            self.zone,
        )
    }
}

/// A year (`xs:gYear`), `yyyy`.
#[derive(Debug, Clone)]
pub struct GYear {
    /// Never 0.
    pub year: i64,
    /// Absent where none is written.
    pub zone: Option<Zone>,
}

impl GYear {
    /// Reads `-?yyyy(zone)?` (part 2, 3.2.11.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<GYear, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "gYear")?;
        let year = read_year(&mut cursor)?;
        Ok(GYear {
            year,
            zone: read_zone(&mut cursor)?,
        })
    }

    /// Appends the lexical form.
    pub fn write(&self, out: &mut String) {
        put_year(self.year, out);
        put_zone(self.zone, out);
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        instant((self.year, 1, 1), (0, 0, 0), &NO_FRACTION, self.zone)
    }
}

/// A day that recurs each year (`xs:gMonthDay`), `--mm-dd`.
#[derive(Debug, Clone)]
pub struct GMonthDay {
    /// From 1.
    pub month: u8,
    /// From 1; the 29th of February is one.
    pub day: u8,
    /// Absent where none is written.
    pub zone: Option<Zone>,
}

impl GMonthDay {
    /// Reads `--mm-dd(zone)?` (part 2, 3.2.12.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<GMonthDay, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "gMonthDay")?;
        cursor.expect(b'-', "`--`")?;
        cursor.expect(b'-', "`--`")?;
        let month = read_month(&mut cursor)?;
        cursor.expect(b'-', "`-`")?;
        let day = read_day(&mut cursor, ANY_YEAR, month)?;
        Ok(GMonthDay {
            month,
            day,
            zone: read_zone(&mut cursor)?,
        })
    }

    /// Appends the lexical form.
    pub fn write(&self, out: &mut String) {
        out.push_str("--");
        push_pair(out, self.month);
        out.push('-');
        push_pair(out, self.day);
        put_zone(self.zone, out);
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        instant(
            (ANY_YEAR, self.month, self.day),
            (0, 0, 0),
            &NO_FRACTION,
            self.zone,
        )
    }
}

/// A day that recurs each month (`xs:gDay`), `---dd`.
#[derive(Debug, Clone)]
pub struct GDay {
    /// From 1 to 31.
    pub day: u8,
    /// Absent where none is written.
    pub zone: Option<Zone>,
}

impl GDay {
    /// Reads `---dd(zone)?` (part 2, 3.2.13.1).
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<GDay, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "gDay")?;
        for _ in 0..3 {
            cursor.expect(b'-', "`---`")?;
        }
        let day = read_day(&mut cursor, ANY_YEAR, ANY_MONTH)?;
        Ok(GDay {
            day,
            zone: read_zone(&mut cursor)?,
        })
    }

    /// Appends the lexical form.
    pub fn write(&self, out: &mut String) {
        out.push_str("---");
        push_pair(out, self.day);
        put_zone(self.zone, out);
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        instant(
            (ANY_YEAR, ANY_MONTH, self.day),
            (0, 0, 0),
            &NO_FRACTION,
            self.zone,
        )
    }
}

/// A month that recurs each year (`xs:gMonth`), `--mm`.
#[derive(Debug, Clone)]
pub struct GMonth {
    /// From 1.
    pub month: u8,
    /// Absent where none is written.
    pub zone: Option<Zone>,
}

impl GMonth {
    /// Reads `--mm(zone)?` (part 2, 3.2.14.1); the first edition's `--mm--` is refused, as the W3C's test suite asks.
    ///
    /// # Errors
    /// [`DatatypeError`] naming the part that is missing or out of range.
    pub fn parse(lexical: &str) -> Result<GMonth, DatatypeError> {
        let mut cursor = Cursor::new(lexical, "gMonth")?;
        cursor.expect(b'-', "`--`")?;
        cursor.expect(b'-', "`--`")?;
        let month = read_month(&mut cursor)?;
        Ok(GMonth {
            month,
            zone: read_zone(&mut cursor)?,
        })
    }

    /// Appends the lexical form.
    pub fn write(&self, out: &mut String) {
        out.push_str("--");
        push_pair(out, self.month);
        put_zone(self.zone, out);
    }

    pub(super) fn instant(&self) -> Instant<'_> {
        instant(
            (ANY_YEAR, self.month, 1),
            (0, 0, 0),
            &NO_FRACTION,
            self.zone,
        )
    }
}
