//! The lexical forms of dates and times, checked before they reach a database that would take `tomorrow` for one.

/// A date or time as XSD writes it, cut into what databases differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment<'a> {
    /// `2024-02-29`, with a sign for years before 1; empty for a time.
    pub(crate) date: &'a str,
    /// `23:59:59.5`; empty for a date.
    pub(crate) time: &'a str,
    /// `Z`, `+02:00`, or empty.
    pub(crate) zone: &'a str,
}

/// Reads an xs:date, without zone.
pub(crate) fn date(text: &str) -> Option<Moment<'_>> {
    let (date, zone) = cut_zone(text, 10);
    (date_form(date) && zone.is_empty()).then_some(Moment {
        date,
        time: "",
        zone,
    })
}

/// Reads an xs:date of a column, which has no zone: a `Z`, which strong-soap writes behind dates too, is passed over.
pub(crate) fn column_date(text: &str) -> Option<Moment<'_>> {
    date(text.strip_suffix('Z').unwrap_or(text))
}

/// Reads an xs:time.
pub(crate) fn time(text: &str) -> Option<Moment<'_>> {
    let (time, zone) = cut_zone(text, 8);
    time_form(time).then_some(Moment {
        date: "",
        time,
        zone,
    })
}

/// Reads an xs:dateTime.
pub(crate) fn date_time(text: &str) -> Option<Moment<'_>> {
    let (date, rest) = text.split_once('T')?;
    let (time, zone) = cut_zone(rest, 8);
    (date_form(date) && time_form(time)).then_some(Moment { date, time, zone })
}

/// Tells whether a text is an xs:date without zone.
pub(crate) fn is_date(text: &str) -> bool {
    date(text).is_some()
}

/// Tells whether a text is an xs:time.
pub(crate) fn is_time(text: &str) -> bool {
    time(text).is_some()
}

/// Tells whether a text is an xs:dateTime.
pub(crate) fn is_date_time(text: &str) -> bool {
    date_time(text).is_some()
}

fn cut_zone(text: &str, least: usize) -> (&str, &str) {
    if let Some(rest) = text.strip_suffix('Z') {
        return (rest, "Z");
    }
    let Some(at) = text
        .len()
        .checked_sub(6)
        .filter(|at| *at >= least && text.is_char_boundary(*at))
    else {
        return (text, "");
    };
    let (rest, zone) = text.split_at(at);
    let bytes = zone.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|b| b.iter().all(u8::is_ascii_digit))
    };
    // XSD 1.0 part 2, 3.2.7.3: no further from UTC than 14 hours.
    if matches!(bytes.first(), Some(b'+' | b'-'))
        && bytes.get(3) == Some(&b':')
        && digits(1..3)
        && digits(4..6)
        && zone.get(1..).is_some_and(|offset| offset <= "14:00")
        && bytes.get(4).is_some_and(|tens| *tens < b'6')
    {
        (rest, zone)
    } else {
        (text, "")
    }
}

fn date_form(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let mut parts = unsigned.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if year.len() < 4
        || year.len() > 6
        || month.len() != 2
        || day.len() != 2
        || ![year, month, day].into_iter().all(digits)
    {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (
        year.parse::<i64>(),
        month.parse::<u32>(),
        day.parse::<u32>(),
    ) else {
        return false;
    };
    // XSD 1.0 has no year 0 (part 2, 3.2.7.1).
    year != 0 && (1..=12).contains(&month) && (1..=days(year, month)).contains(&day)
}

fn time_form(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |at: usize| match (bytes.get(at), bytes.get(at + 1)) {
        (Some(a @ b'0'..=b'9'), Some(b @ b'0'..=b'9')) => Some((a - b'0') * 10 + (b - b'0')),
        _ => None,
    };
    let fraction = match bytes.get(8..) {
        Some([]) => true,
        Some([b'.', digits @ ..]) => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let midnight_after = text == "24:00:00";
    fraction
        && bytes.get(2) == Some(&b':')
        && bytes.get(5) == Some(&b':')
        && (midnight_after || number(0).is_some_and(|hour| hour < 24))
        && number(3).is_some_and(|minute| minute < 60)
        && number(6).is_some_and(|second| second < 60)
}

fn days(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Moves a date and time to UTC: what MariaDB cannot do by itself. `None` when the result leaves four-digit years.
pub(crate) fn to_utc(moment: Moment<'_>) -> Option<String> {
    let day = civil_day(moment.date)?;
    let hour: i64 = moment.time.get(0..2)?.parse().ok()?;
    let minute: i64 = moment.time.get(3..5)?.parse().ok()?;
    let rest = moment.time.get(5..)?;
    let offset = match moment.zone.split_at_checked(1) {
        Some((sign @ ("+" | "-"), zone)) => {
            let (hours, minutes) = zone.split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if sign == "-" { -minutes } else { minutes }
        }
        _ => 0,
    };
    let minutes = day * 1440 + hour * 60 + minute - offset;
    let (year, month, day) = civil(minutes.div_euclid(1440));
    let minute = minutes.rem_euclid(1440);
    (1..=9999).contains(&year).then(|| {
        format!(
            "{year:04}-{month:02}-{day:02} {:02}:{:02}{rest}",
            minute / 60,
            minute % 60
        )
    })
}

/// A time in a form in which equal moments are equal: in UTC where it has a zone, without zeros at the end.
pub(crate) fn same_moment(text: &str) -> Option<String> {
    let moment = date_time(text)
        .or_else(|| time(text))
        .or_else(|| column_date(text))?;
    let form = match (moment.date, moment.zone) {
        ("", _) | (_, "") => format!("{}T{}{}", moment.date, moment.time, moment.zone),
        _ => to_utc(moment)?,
    };
    Some(match form.contains('.') {
        true => form.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => form,
    })
}

/// Days since 1970-01-01 of a date as XSD writes it, without sign.
pub(crate) fn civil_day(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    Some(day_number(parts.next()??, parts.next()??, parts.next()??))
}

/// Days since 1970-01-01 of a proleptic Gregorian date, counting years from March.
pub(crate) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a day number: year, month, day.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, good) in [
            ("2024-02-29T23:59:59.123456+02:00", true),
            ("2024-02-29T24:00:00", true),
            ("2023-02-29T00:00:00", false),
            ("0000-01-01T00:00:00", false),
            ("-0044-03-15T12:00:00Z", true),
            ("2024-01-01T00:00:60", false),
            ("2024-01-01 00:00:00", false),
            ("tomorrow", false),
            ("2024-01-01T00:00", false),
            ("2024-01-01T00:00:00-14:00", true),
            ("2024-01-01T00:00:00+14:01", false),
            ("2024-01-01T00:00:00+02:60", false),
        ] {
            assert_eq!(date_time(text).is_some(), good, "{text}");
        }
        assert!(
            date("2024-02-29").is_some()
                && date("infinity").is_none()
                && date("2024-1-1").is_none()
        );
        assert!(
            time("12:00:00Z").is_some()
                && time("25:00:00").is_none()
                && time("12:00:00.").is_none()
        );
    }

    #[test]
    fn utc() {
        let utc = |text| to_utc(date_time(text).unwrap()).unwrap();
        assert_eq!(utc("2024-03-01T01:30:00.5+02:00"), "2024-02-29 23:30:00.5");
        assert_eq!(utc("2023-12-31T23:00:00-02:30"), "2024-01-01 01:30:00");
        for day in [-800_000, -1, 0, 1, 59, 60, 365, 19_000, 2_000_000] {
            let (y, m, d) = civil(day);
            assert_eq!(day_number(y, m, d), day);
        }
    }
}
