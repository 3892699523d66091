//! Other texts of the same value (XSD 1.0 part 2, 2.3): a pattern may take `100.50` for an amount, and not `100.5`.

/// How many digits are tried at most, before the point or behind it.
const DIGITS: usize = 20;

/// An integer with zeroes before it, and with its sign.
///
/// `7`  →  `07`, `007`, …, `+7`
pub(super) fn of_integer(text: &str) -> Vec<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let padded = (digits.len() + 1..=DIGITS).map(|width| format!("{sign}{digits:0>width$}"));
    let signed = sign.is_empty().then(|| format!("+{digits}"));
    padded.chain(signed).collect()
}

/// A decimal with fewer zeroes at its end, or more.
///
/// `100.5`  →  `100.5`, `100.50`, …
pub(super) fn of_decimal(text: &str) -> Vec<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    (fraction.len()..=DIGITS)
        .map(|places| match places {
            0 => whole.to_owned(),
            places => format!("{whole}.{fraction:0<places$}"),
        })
        .collect()
}

/// A number without exponent, with as many places as leave it what it is.
///
/// `1e3`  →  `1000`, `1000.0`, …
pub(super) fn of_float<T>(value: T) -> Vec<String>
where
    T: std::fmt::Display + std::str::FromStr + PartialEq,
{
    (0..=DIGITS)
        .map(|places| format!("{value:.places$}"))
        .filter(|text| text.parse().is_ok_and(|read: T| read == value))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::codec::{lexical, parse};
    use crate::datatype::{Decimal, Integer};

    crate::newtype! {
        struct Amount(f64): pattern(r"-?[0-9]+\.[0-9]{2}");
    }
    crate::newtype! {
        struct Positive(Amount): pattern("[^-]+");
    }
    crate::newtype! {
        struct Rate(Decimal): pattern(r"\d+\.\d{3}");
    }
    crate::newtype! {
        struct Code(Integer): pattern(r"\d{3}"), max_inclusive("500");
    }
    crate::newtype! {
        struct Count(u32): pattern(r"\+?\d{1,2}");
    }

    #[test]
    fn a_value_is_written_as_its_pattern_asks() {
        for (value, text) in [(100.5, "100.50"), (0.0, "0.00"), (-1e3, "-1000.00")] {
            assert_eq!(lexical(&Amount::new(value).unwrap()), text);
            assert_eq!(parse::<Amount>(text).unwrap(), Amount(value));
        }
        assert!(Amount::new(0.125).is_err() && Amount::new(f64::INFINITY).is_err());
        let positive = Amount::new(2.5).and_then(Positive::new).unwrap();
        assert_eq!(lexical(&positive), "2.50");
        assert!(Amount::new(-2.5).and_then(Positive::new).is_err());
        for (value, text) in [("7", "7.000"), ("7.25", "7.250"), ("7.25000", "7.250")] {
            let rate = Rate::new(Decimal::parse(value).unwrap()).unwrap();
            assert_eq!(lexical(&rate), text);
        }
        assert!(Rate::new(Decimal::parse("7.0001").unwrap()).is_err());
        assert_eq!(lexical(&parse::<Code>("011").unwrap()), "011");
        assert_eq!(lexical(&Code::new(0).unwrap()), "000");
        assert!(Code::new(501).is_err() && Code::new(-1).is_err());
        assert_eq!(lexical(&Count::new(7u32).unwrap()), "7");
    }
}
