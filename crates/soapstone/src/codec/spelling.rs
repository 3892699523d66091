//! Other texts of the same value (XSD 1.0 part 2, 2.3): a pattern may take `100.50` for an amount, and not `100.5`.

use crate::datatype::{Datatype, Decimal};

/// How many zeroes are tried, before the point or behind it.
const ZEROES: usize = 40;

/// How many words of lists are spelled, all tries together.
const WORDS: usize = 100_000;

/// Texts, made as they are asked for.
type Texts = Box<dyn Iterator<Item = String>>;

/// An integer with zeroes before it, and with its sign.
///
/// `7`  →  `7`, `07`, `007`, …, `+7`, `+07`, …
pub(super) fn of_integer(text: &str) -> Texts {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits.to_owned()),
        None => ("", text.to_owned()),
    };
    let signs = [Some(sign), sign.is_empty().then_some("+")];
    let padded = move |sign: &'static str| {
        let digits = digits.clone();
        (0..=ZEROES).map(move |zeroes| [sign, &"0".repeat(zeroes), &digits].concat())
    };
    Box::new(signs.into_iter().flatten().flat_map(padded))
}

/// A decimal with fewer zeroes at its end, or more, and before it as an integer has them; a whole of 0 may be left out.
///
/// `100.5`  →  `100.5`, `100.50`, …, `0100.5`, …
pub(super) fn of_decimal(text: &str) -> Texts {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0').to_owned();
    let bare = whole
        .strip_suffix('0')
        .filter(|sign| matches!(*sign, "" | "-"));
    let wholes = of_integer(whole).chain(bare.map(str::to_owned));
    Box::new(wholes.flat_map(move |whole| {
        let fraction = fraction.clone();
        (0..=ZEROES).filter_map(move |zeroes| {
            let fraction = [&*fraction, &"0".repeat(zeroes)].concat();
            match (
                fraction.is_empty(),
                whole.ends_with(|c: char| c.is_ascii_digit()),
            ) {
                (false, _) => Some([&*whole, ".", &fraction].concat()),
                (true, true) => Some(whole.clone()),
                (true, false) => None,
            }
        })
    }))
}

/// Octets in small letters.
pub(super) fn of_hex(text: &str) -> Texts {
    Box::new(std::iter::once(text.to_ascii_lowercase()))
}

/// A date or a time with more digits behind the seconds, and with its zone written out where that is UTC.
///
/// `04:05:06.5Z`  →  `04:05:06.5Z`, `04:05:06.50Z`, …, `04:05:06.5+00:00`, …
pub(super) fn of_moment(text: &str) -> Texts {
    let at = text.find('T').map_or(0, |at| at + 1);
    let zone = text
        .get(at..)
        .and_then(|time| time.find(['Z', '+', '-']))
        .filter(|_| text.contains(':'))
        .map(|zone| at + zone)
        .or(text.strip_suffix('Z').map(str::len));
    let (moment, zone) = text.split_at(zone.unwrap_or(text.len()));
    let zones: &[&str] = if zone == "Z" {
        &["+00:00", "-00:00"]
    } else {
        &[]
    };
    let zones: Vec<String> = std::iter::once(zone)
        .chain(zones.iter().copied())
        .map(str::to_owned)
        .collect();
    let has_seconds = moment.contains(':');
    let (whole, fraction) = moment.split_once('.').unwrap_or((moment, ""));
    let (whole, fraction) = (whole.to_owned(), fraction.to_owned());
    Box::new(zones.into_iter().flat_map(move |zone| {
        let (whole, fraction) = (whole.clone(), fraction.clone());
        let digits = if has_seconds {
            fraction.len()..=ZEROES
        } else {
            0..=0
        };
        digits.map(move |digits| match digits {
            0 => [&*whole, &*zone].concat(),
            _ => format!("{whole}.{fraction:0<digits$}{zone}"),
        })
    }))
}

/// Spells a list of truths or of numbers, all in one manner, where a pattern holds of the whole list: so many digits before the
/// point, so many behind it, with a sign or without; first as many as each has of itself. Whether the items are such, and not texts
/// that look like them, their type has to say.
///
/// `9.5 10`  →  `9 10`, `9.5 10.0`, `9.50 10.00`, …, `09.5 10`, …, `+9.5 +10`, …
pub fn list_spellings(words: &[String]) -> Texts {
    let truths = words.iter().map(|word| match word.as_str() {
        "true" => Some("1"),
        "false" => Some("0"),
        _ => None,
    });
    if let Some(truths) = truths.collect::<Option<Vec<_>>>() {
        return Box::new(std::iter::once(truths.join(" ")));
    }
    let plain = words
        .iter()
        .map(|word| without_exponent(word).unwrap_or_else(|| word.clone()));
    let numbers: Option<Vec<Decimal>> = plain.map(|word| Decimal::parse(&word).ok()).collect();
    let Some(numbers) = numbers else {
        return Box::new(std::iter::empty());
    };
    let numbers: Vec<String> = numbers.iter().map(Decimal::lexical).collect();
    let most = || std::iter::once(None).chain((0..=ZEROES).map(Some));
    let manners = ["", "+"].into_iter().flat_map(move |sign| {
        most().flat_map(move |whole| most().map(move |fraction| (sign, whole, fraction)))
    });
    // All of a list is spelled anew each time: of a long one fewer manners are tried.
    let manners = manners.take(1 + WORDS / numbers.len().max(1));
    Box::new(manners.filter_map(move |(sign, whole, fraction)| {
        let words = numbers
            .iter()
            .map(|number| in_manner(number, sign, whole, fraction));
        Some(words.collect::<Option<Vec<_>>>()?.join(" "))
    }))
}

/// A number with so many digits before the point and behind it, where it has no more.
fn in_manner(
    number: &str,
    sign: &str,
    whole: Option<usize>,
    fraction: Option<usize>,
) -> Option<String> {
    let (sign, number) = number
        .strip_prefix('-')
        .map_or((sign, number), |number| ("-", number));
    let (digits, rest) = number.split_once('.').unwrap_or((number, ""));
    let rest = rest.trim_end_matches('0');
    // A whole of 0 may be left out where something is behind the point.
    let digits = match (digits, whole) {
        ("0", Some(0)) => "",
        _ => digits,
    };
    let (whole, fraction) = (
        whole.unwrap_or(digits.len()),
        fraction.unwrap_or(rest.len()),
    );
    if whole + fraction == 0 {
        return None;
    }
    // The widths of `format!` end at 65,535.
    let before = "0".repeat(whole.checked_sub(digits.len())?);
    let behind = "0".repeat(fraction.checked_sub(rest.len())?);
    let point = if fraction == 0 { "" } else { "." };
    Some([sign, &before, digits, point, rest, &behind].concat())
}

/// Writes out a number with an exponent of up to 400 either way: JSON may write a whole number or a decimal with one, and XSD
/// does not. Nothing where it has none.
pub fn without_exponent(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent
        .parse()
        .ok()
        .filter(|exponent: &i32| exponent.unsigned_abs() <= 400)?;
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let length = i32::try_from(digits.len()).ok()?;
    let text = if point <= 0 {
        let zeroes = "0".repeat(usize::try_from(-point).ok()?);
        ["0.", &zeroes, &digits].concat()
    } else if point >= length {
        let zeroes = "0".repeat(usize::try_from(point - length).ok()?);
        [digits.as_str(), &zeroes].concat()
    } else {
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
        if fraction.bytes().all(|digit| digit == b'0') {
            whole.to_owned()
        } else {
            [whole, ".", fraction].concat()
        }
    };
    Some([sign, &text].concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::codec::{List, lexical, parse};
    use crate::datatype::{Date, DateTime, Decimal, HexBinary, Integer, Time};

    crate::newtype! { struct Truths(List<bool>): pattern("[01]( [01])*"); }
    crate::newtype! { struct Pairs(List<i32>): pattern("([0-9]{2} ?)*"); }
    crate::newtype! { struct Amounts(List<f64>): pattern(r"\d+\.\d\d( \d+\.\d\d)*"); }
    crate::newtype! { struct Wides(List<Decimal>): pattern(r"\+\d{3}\.\d( \+\d{3}\.\d)*"); }
    crate::newtype! { struct Parts(List<Decimal>): pattern(r"-?\.\d( -?\.\d)*"); }

    crate::newtype! { struct Digest(HexBinary): pattern("[0-9a-f]*"); }
    crate::newtype! { struct Millis(DateTime): pattern(r".*\.\d{3}(Z|[+-]\d\d:\d\d)"); }
    crate::newtype! { struct Offset(DateTime): pattern(r".*[+-]\d\d:\d\d"); }
    crate::newtype! { struct Tenths(Time): pattern(r".*\.\d"); }
    crate::newtype! { struct Zoned(Date): pattern(r".*[+-]\d\d:\d\d"); }

    #[test]
    fn octets_and_moments_are_written_as_their_pattern_asks() {
        assert_eq!(
            lexical(&Digest::new(HexBinary(vec![0xab, 1])).unwrap()),
            "ab01"
        );
        for text in ["2026-02-03T04:05:06.000Z", "2026-02-03T04:05:06.250-05:00"] {
            assert_eq!(lexical(&parse::<Millis>(text).unwrap()), text);
        }
        let late = parse::<DateTime>("2026-02-03T04:05:06.1234Z").unwrap();
        assert!(Millis::new(late).is_err());
        for text in ["2026-02-03T04:05:06+00:00", "2026-02-03T04:05:06.5+01:00"] {
            assert_eq!(lexical(&parse::<Offset>(text).unwrap()), text);
        }
        assert_eq!(
            lexical(&parse::<Tenths>("04:05:06.0").unwrap()),
            "04:05:06.0"
        );
        assert_eq!(
            lexical(&parse::<Zoned>("2026-02-03+00:00").unwrap()),
            "2026-02-03+00:00"
        );
    }

    #[test]
    fn a_list_is_written_as_its_pattern_asks() {
        for text in ["1 0", "1"] {
            assert_eq!(lexical(&parse::<Truths>(text).unwrap()), text);
        }
        assert_eq!(lexical(&Truths::new(vec![true, false]).unwrap()), "1 0");
        assert_eq!(lexical(&parse::<Pairs>("99 09 00").unwrap()), "99 09 00");
        assert_eq!(
            lexical(&Amounts::new(vec![0.0, 99.5, 1e3]).unwrap()),
            "0.00 99.50 1000.00"
        );
        assert!(Amounts::new(vec![0.125]).is_err());
        for text in ["+001.0 +123.5", "+000.0"] {
            assert_eq!(lexical(&parse::<Wides>(text).unwrap()), text);
        }
        assert_eq!(lexical(&parse::<Parts>("-.5 .0").unwrap()), "-.5 .0");
        for long in [
            ["+", &"1".repeat(70_000)].concat(),
            format!("+1.{}", "5".repeat(70_000)),
        ] {
            assert_eq!(lexical(&parse::<Signed>(&long).unwrap()), long);
        }
    }

    crate::newtype! { struct Signed(List<Decimal>): pattern(r"\+[\d.]+( \+[\d.]+)*"); }
    crate::union! { enum Either { Number(Decimal), Truth(bool) } }
    crate::newtype! { struct Eithers(List<Either>): pattern("[01]( [01])*"); }

    #[test]
    fn another_text_of_a_list_is_of_the_same_items() {
        let truth = || vec![Either::Truth(true)];
        assert!(Eithers::new(truth()).is_err());
        let number = vec![Either::Number(Decimal::from(1))];
        assert_eq!(lexical(&Eithers::new(number).unwrap()), "1");
    }

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

    crate::newtype! {
        struct Account(Integer): pattern(r"\d{26}");
    }
    crate::newtype! {
        struct Part(Decimal): pattern(r"\.\d{2}");
    }
    crate::newtype! {
        struct Wide(Decimal): pattern(r"\+?0\d{3}\.\d");
    }

    #[test]
    fn an_exponent_is_written_out_up_to_a_size() {
        use super::without_exponent;
        for (text, plain) in [
            ("1e3", Some("1000")),
            ("-12.50E-1", Some("-1.250")),
            ("1.5e1", Some("15")),
            ("2E-3", Some("0.002")),
            ("15", None),
            ("1e401", None),
            ("1e-2147483648", None),
            ("1e2147483648", None),
        ] {
            assert_eq!(without_exponent(text).as_deref(), plain, "{text}");
        }
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
        for text in ["00012345678901234567890123", "99999999999999999999999999"] {
            assert_eq!(lexical(&parse::<Account>(text).unwrap()), text);
        }
        assert_eq!(lexical(&parse::<Part>(".50").unwrap()), ".50");
        for (text, written) in [("+0007.5", "0007.5"), ("0012.0", "0012.0")] {
            assert_eq!(lexical(&parse::<Wide>(text).unwrap()), written);
        }
    }
}
