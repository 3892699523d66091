//! Dates and times that SQLite keeps as text: as XSD writes them, and in the order of their values.
//!
//! SQLite's own functions take `2024-05-01`, `2024-05-01 10:00` and `2024-05-01T10:00:00.000` alike (SQLite, lang_datefunc, 2), and
//! what writes its files does not agree on one of them.

use std::cmp::Ordering;

use crate::catalog::SqlType;
use crate::plan::{civil_day, is_date, is_time};

/// Writes a text of SQLite as the XSD type of its column has it: midnight where a moment has no time, a date alone where the time is
/// midnight and a date is due. `None` where it is no such moment.
pub(crate) fn write_moment(sql_type: &SqlType, text: &str) -> Option<String> {
    let moment = MomentText::read(text)?;
    match sql_type {
        SqlType::Date => {
            let midnight = moment.hour_and_minute == "00:00" && moment.seconds() == "00";
            let plain = !moment.date.is_empty() && moment.zone.is_empty();
            (plain && midnight).then(|| moment.date.to_owned())
        }
        SqlType::Time { .. } if moment.date.is_empty() => Some(moment.time()),
        SqlType::Timestamp { .. } if !moment.date.is_empty() => {
            Some(format!("{}T{}", moment.date, moment.time()))
        }
        _ => None,
    }
}

/// Compares moments kept as text by their value, those without a zone as in UTC; what is no moment comes after all that are, by its bytes.
pub(crate) fn compare_moments(a: &str, b: &str) -> Ordering {
    match (MomentText::read(a), MomentText::read(b)) {
        (Some(a), Some(b)) => (a.minutes(), a.seconds()).cmp(&(b.minutes(), b.seconds())),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// A date, a time, or both, in its parts.
struct MomentText<'a> {
    /// Empty for a time.
    date: &'a str,
    hour_and_minute: &'a str,
    /// `:59.5`, or empty.
    rest: &'a str,
    zone: &'a str,
}

impl<'a> MomentText<'a> {
    fn read(text: &'a str) -> Option<MomentText<'a>> {
        let dated = text.as_bytes().get(4) == Some(&b'-');
        let (date, time) = match dated {
            true => text.split_at_checked(10)?,
            false => ("", text),
        };
        let time = match (dated, time) {
            (true, "") => "00:00",
            (true, time) => time.strip_prefix([' ', 'T'])?,
            (false, time) => time,
        };
        let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
        let (clock, zone) = time.split_at_checked(at)?;
        let (hour_and_minute, rest) = clock.split_at_checked(5)?;
        let moment = MomentText {
            date,
            hour_and_minute,
            rest,
            zone,
        };
        let clock = match rest {
            "" => is_time(&moment.time()),
            _ => is_time(time),
        };
        (clock && (date.is_empty() || is_date(date))).then_some(moment)
    }

    /// The time as XSD writes it, with its zone.
    fn time(&self) -> String {
        let rest = if self.rest.is_empty() {
            ":00"
        } else {
            self.rest
        };
        format!("{}{rest}{}", self.hour_and_minute, self.zone)
    }

    /// Minutes since 1970-01-01 in UTC.
    fn minutes(&self) -> i64 {
        let minutes = |text: &str| -> i64 {
            let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
            hours.parse::<i64>().unwrap_or(0) * 60 + minutes.parse::<i64>().unwrap_or(0)
        };
        let offset = match self.zone.split_at_checked(1) {
            Some(("+", zone)) => minutes(zone),
            Some(("-", zone)) => -minutes(zone),
            _ => 0,
        };
        civil_day(self.date).unwrap_or(0) * 1440 + minutes(self.hour_and_minute) - offset
    }

    /// The seconds without zeros that mean nothing.
    fn seconds(&self) -> &'a str {
        let seconds = self.rest.strip_prefix(':').unwrap_or("00");
        match seconds.contains('.') {
            true => seconds.trim_end_matches('0').trim_end_matches('.'),
            false => seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_ordered_by_value() {
        let ascending = [
            "1969-12-31 23:59:59.9",
            "2024-01-01",
            "2024-01-01 00:00:00.5",
            "2024-01-01T00:00:01",
            "2024-01-01 10:00+02:00",
            "2024-01-01 09:00",
            "2024-01-02",
            "tomorrow",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(
                compare_moments(pair[0], pair[1]),
                Ordering::Less,
                "{pair:?}"
            );
            assert_eq!(
                compare_moments(pair[1], pair[0]),
                Ordering::Greater,
                "{pair:?}"
            );
        }
        for (a, b) in [
            ("2024-01-01", "2024-01-01T00:00:00.000"),
            ("2024-01-01 10:00", "2024-01-01T10:00:00Z"),
            ("10:00", "10:00:00.0"),
        ] {
            assert_eq!(compare_moments(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn moments_are_written_as_their_type_has_them() {
        let (date, time, moment) = (
            SqlType::Date,
            SqlType::Time { zone: false },
            SqlType::Timestamp { zone: false },
        );
        for (sql_type, text, written) in [
            (&moment, "2024-01-01", Some("2024-01-01T00:00:00")),
            (&moment, "2024-01-01 10:00", Some("2024-01-01T10:00:00")),
            (
                &moment,
                "2024-01-01 10:00:00.10Z",
                Some("2024-01-01T10:00:00.10Z"),
            ),
            (&moment, "10:00:00", None),
            (&moment, "2024-02-30", None),
            (&date, "2024-01-01 00:00:00.000", Some("2024-01-01")),
            (&date, "2024-01-01 00:00:01", None),
            (&time, "10:00", Some("10:00:00")),
            (&time, "2024-01-01", None),
            (&moment, "żółw", None),
        ] {
            assert_eq!(write_moment(sql_type, text).as_deref(), written, "{text}");
        }
    }
}
