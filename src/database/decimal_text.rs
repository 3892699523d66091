//! Decimals that SQLite keeps as text, in the order of their values.

use std::cmp::Ordering;

/// Compares decimals kept as text by their value; what is no decimal comes after all that are, by its bytes.
pub(crate) fn compare_decimals(a: &str, b: &str) -> Ordering {
    match (DecimalText::read(a), DecimalText::read(b)) {
        (Some(a), Some(b)) => a.compare(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// A decimal in its parts, without zeros that mean nothing.
struct DecimalText<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> DecimalText<'a> {
    fn read(text: &'a str) -> Option<DecimalText<'a>> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        let negative = text.starts_with('-') && !(whole.is_empty() && fraction.is_empty());
        Some(DecimalText {
            negative,
            whole,
            fraction,
        })
    }

    fn compare(&self, other: &DecimalText<'_>) -> Ordering {
        let magnitude = |a: &DecimalText<'_>, b: &DecimalText<'_>| {
            (a.whole.len(), a.whole, a.fraction).cmp(&(b.whole.len(), b.whole, b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_ordered_by_value() {
        let ascending = [
            "-100",
            "-20.5",
            "-3",
            "-0.001",
            "0",
            "0.5",
            "0.55",
            "1",
            "2.0",
            "10",
            "123456789012345678.01",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(
                compare_decimals(pair[0], pair[1]),
                Ordering::Less,
                "{pair:?}"
            );
            assert_eq!(
                compare_decimals(pair[1], pair[0]),
                Ordering::Greater,
                "{pair:?}"
            );
        }
        for (a, b) in [("1.50", "1.5"), ("-0", "0.00"), ("007", "7"), ("+1", "1.")] {
            assert_eq!(compare_decimals(a, b), Ordering::Equal, "{a} {b}");
        }
        assert_eq!(compare_decimals("1", "x"), Ordering::Less);
    }
}
