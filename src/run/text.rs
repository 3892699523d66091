//! Lexical forms, written straight into the rows.

use crate::rows::Rows;

pub(crate) fn push_integer(rows: &mut Rows, number: i64) {
    rows.push_with(|out| decimal(out, number));
}

/// Writes an integer in decimal.
pub(crate) fn decimal(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    unsigned(out, number.unsigned_abs());
}

/// Writes an unsigned integer in decimal.
pub(crate) fn unsigned(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        length += 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(20 - length..).unwrap_or_default());
}

/// Writes a double as xs:double: the shortest digits that read back to the same value.
pub(crate) fn push_double(rows: &mut Rows, number: f64) {
    match number {
        _ if number.is_nan() => rows.push_with(|out| out.extend_from_slice(b"NaN")),
        _ if number.is_infinite() => {
            rows.push_with(|out| out.extend_from_slice(if number > 0.0 { b"INF" } else { b"-INF" }))
        }
        // Far from 1 the plain form is hundreds of zeros.
        _ if number != 0.0 && !(1e-5..1e17).contains(&number.abs()) => {
            rows.push_with(|out| push_display(out, format_args!("{number:E}")))
        }
        _ => rows.push_with(|out| push_display(out, format_args!("{number}"))),
    }
}

/// Writes a single as xs:float.
pub(crate) fn push_single(rows: &mut Rows, number: f32) {
    match number {
        _ if number.is_nan() => rows.push_with(|out| out.extend_from_slice(b"NaN")),
        _ if number.is_infinite() => {
            rows.push_with(|out| out.extend_from_slice(if number > 0.0 { b"INF" } else { b"-INF" }))
        }
        _ if number != 0.0 && !(1e-5..1e9).contains(&number.abs()) => {
            rows.push_with(|out| push_display(out, format_args!("{number:E}")))
        }
        _ => rows.push_with(|out| push_display(out, format_args!("{number}"))),
    }
}

fn push_display(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into a vector does not fail.
    let _ = std::io::Write::write_fmt(out, text);
}

const HEX: &[u8; 16] = b"0123456789abcdef";

pub(crate) fn push_uuid(rows: &mut Rows, bytes: &[u8]) {
    rows.push_with(|out| {
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                out.push(b'-');
            }
            for four in [byte >> 4, byte & 15] {
                out.push(HEX.get(usize::from(four)).copied().unwrap_or(b'0'));
            }
        }
    });
}

fn two_digits(out: &mut Vec<u8>, number: i64) {
    out.push(b'0' + (number / 10 % 10) as u8);
    out.push(b'0' + (number % 10) as u8);
}

/// Writes four digits.
pub(crate) fn four_digits(out: &mut Vec<u8>, number: i64) {
    two_digits(out, number / 100);
    two_digits(out, number % 100);
}

/// Writes a date; years before 1 as XSD 1.0 has them, without a year 0.
pub(crate) fn civil_date(out: &mut Vec<u8>, (year, month, day): (i64, i64, i64)) {
    let year = if year <= 0 { year - 1 } else { year };
    if year < 0 {
        out.push(b'-');
    }
    let year = year.abs();
    if year > 9999 {
        decimal(out, year);
    } else {
        four_digits(out, year);
    }
    out.push(b'-');
    two_digits(out, month);
    out.push(b'-');
    two_digits(out, day);
}

/// Writes a time of day with as many digits after the point as mean something.
pub(crate) fn clock(out: &mut Vec<u8>, hour: i64, minute: i64, second: i64, micros: i64) {
    two_digits(out, hour);
    out.push(b':');
    two_digits(out, minute);
    out.push(b':');
    two_digits(out, second);
    if micros > 0 {
        out.push(b'.');
        two_digits(out, micros / 10_000);
        four_digits(out, micros % 10_000);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Cell;

    #[test]
    fn floats() {
        let double = |number: f64| {
            let mut rows = Rows::default();
            push_double(&mut rows, number);
            rows.end_row(0, "");
            match rows.row(0).next() {
                Some(Cell::Text(text)) => text.to_owned(),
                other => panic!("{other:?}"),
            }
        };
        for (number, expected) in [
            (0.1, "0.1"),
            (1e300, "1E300"),
            (-0.0, "-0"),
            (123456789.125, "123456789.125"),
            (1e-7, "1E-7"),
        ] {
            assert_eq!(double(number), expected);
        }
    }
}
