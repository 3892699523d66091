//! Lexical forms, their values, and what they are written as.

use std::cmp::Ordering;

use super::{
    Base64Binary, Datatype, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, HexBinary, Integer, Time, name, space,
};

/// Checks what each valid form is written as; `!` marks the invalid ones.
fn check<T: Datatype>(cases: &[(&str, &str)]) {
    for (lexical, expected) in cases {
        let written = T::parse(lexical).map_or_else(|_| "!".to_owned(), |value| value.lexical());
        assert_eq!(&written, expected, "{lexical:?}");
    }
}

fn order<T: Datatype + PartialOrd>(left: &str, right: &str) -> Option<Ordering> {
    let read = |text| T::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    read(left).partial_cmp(&read(right))
}

#[test]
fn numbers() {
    check::<Decimal>(&[
        ("0", "0"),
        ("-0", "0"),
        ("+1.50", "1.50"),
        (" 00012.5\n", "12.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-.25", "-0.25"),
        ("", "!"),
        (".", "!"),
        ("-", "!"),
        ("1e3", "!"),
        ("1 2", "!"),
        ("١", "!"),
        ("1.2.3", "!"),
        (
            "123456789012345678901234567890.123456789012345678901234567890",
            "123456789012345678901234567890.123456789012345678901234567890",
        ),
        (
            "0.0000000000000000000000000000000000000000000000000001",
            "0.0000000000000000000000000000000000000000000000000001",
        ),
        (
            "-99999999999999999999999999999999999999",
            "-99999999999999999999999999999999999999",
        ),
        (
            "999999999999999999999999999999999999999999",
            "999999999999999999999999999999999999999999",
        ),
    ]);
    check::<Integer>(&[
        ("-000", "0"),
        (
            "+170141183460469231731687303715884105727",
            "170141183460469231731687303715884105727",
        ),
        (
            "-170141183460469231731687303715884105728",
            "-170141183460469231731687303715884105728",
        ),
        (
            "-170141183460469231731687303715884105729",
            "-170141183460469231731687303715884105729",
        ),
        ("1.0", "!"),
    ]);
    check::<i8>(&[("-128", "-128"), ("128", "!"), ("+007", "7")]);
    check::<u64>(&[
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "!"),
        ("-0", "0"),
        ("-1", "!"),
    ]);
    check::<f64>(&[
        ("1e3", "1000"),
        ("INF", "INF"),
        ("-INF", "-INF"),
        ("NaN", "NaN"),
        ("+INF", "!"),
        ("inf", "!"),
        ("1.", "1"),
        (".5E-3", "0.0005"),
        ("1E400", "INF"),
        ("1e", "!"),
        ("1e300", "1E300"),
        ("0x1", "!"),
        ("", "!"),
    ]);
    check::<f32>(&[("0.1", "0.1"), ("16777217", "16777216")]);
    check::<bool>(&[("1", "true"), (" false ", "false"), ("True", "!")]);
}

#[test]
fn decimals_compare_by_value() {
    for (left, right, expected) in [
        ("1.0", "1", Ordering::Equal),
        ("-1.5", "1.25", Ordering::Less),
        ("0.10", "0.1", Ordering::Equal),
        (
            "100000000000000000000000000000000000000000",
            "99999999999999999999999999999999999999999.9",
            Ordering::Greater,
        ),
        (
            "0.00000000000000000000000000000000000000000001",
            "0",
            Ordering::Greater,
        ),
        ("-0.0", "0", Ordering::Equal),
        (
            "123456789012345678901234567890123456789012.0",
            "123456789012345678901234567890123456789012",
            Ordering::Equal,
        ),
    ] {
        assert_eq!(
            order::<Decimal>(left, right),
            Some(expected),
            "{left} {right}"
        );
        assert_eq!(
            order::<Decimal>(right, left),
            Some(expected.reverse()),
            "{right} {left}"
        );
    }
    let digits = |text: &str| {
        Decimal::parse(text).map(|value| (value.total_digits(), value.fraction_digits()))
    };
    assert_eq!(digits("0012.3400"), Ok((4, 2)));
    assert_eq!(digits("0.001"), Ok((3, 3)));
    assert_eq!(digits("1200"), Ok((4, 0)));
    assert_eq!(digits("0.00"), Ok((1, 0)));
}

#[test]
fn dates() {
    check::<DateTime>(&[
        ("2002-10-10T12:00:00-05:00", "2002-10-10T12:00:00-05:00"),
        ("2002-10-10T12:00:00.50Z", "2002-10-10T12:00:00.50Z"),
        ("2002-10-10T12:00:00.050Z", "2002-10-10T12:00:00.050Z"),
        ("2002-10-10T12:00:00.0:0Z", "!"),
        ("2002-12-31T24:00:00", "2003-01-01T00:00:00"),
        ("-0001-12-31T24:00:00", "0001-01-01T00:00:00"),
        ("12002-10-10T12:00:00+00:00", "12002-10-10T12:00:00Z"),
        ("02002-10-10T12:00:00", "!"),
        ("0000-10-10T12:00:00", "!"),
        ("2002-02-29T12:00:00", "!"),
        ("2000-02-29T12:00:00", "2000-02-29T12:00:00"),
        ("2002-10-10T24:00:01", "!"),
        ("2002-10-10T12:00:60", "!"),
        ("2002-10-10T12:00:00+14:01", "!"),
        ("2002-10-10", "!"),
        ("2002-10-10T12:00:00.", "!"),
        (
            "2002-10-10T12:00:00.1234567890123400",
            "2002-10-10T12:00:00.12345678901234",
        ),
        ("2002-1-10T12:00:00", "!"),
    ]);
    check::<Date>(&[
        ("-2002-10-10Z", "-2002-10-10Z"),
        ("2002-10-32", "!"),
        ("2002-10-10+14:00", "2002-10-10+14:00"),
        ("+2002-10-10", "!"),
    ]);
    check::<Time>(&[
        ("13:20:00-05:00", "13:20:00-05:00"),
        ("24:00:00", "00:00:00"),
        ("13:20", "!"),
    ]);
    check::<GYearMonth>(&[("1999-05", "1999-05"), ("1999-13", "!")]);
    check::<GYear>(&[("1999Z", "1999Z"), ("99", "!")]);
    check::<GMonthDay>(&[("--02-29", "--02-29"), ("--02-30", "!")]);
    check::<GDay>(&[("---31", "---31"), ("---32", "!"), ("--31", "!")]);
    check::<GMonth>(&[
        ("--05", "--05"),
        ("--05--Z", "!"),
        ("--05-05:00", "--05-05:00"),
    ]);
}

#[test]
fn dates_are_partly_ordered() {
    // Part 2, 3.2.7.3, the table.
    assert_eq!(
        order::<DateTime>("2000-01-15T00:00:00", "2000-02-15T00:00:00"),
        Some(Ordering::Less)
    );
    assert_eq!(
        order::<DateTime>("2000-01-15T12:00:00", "2000-01-16T12:00:00Z"),
        Some(Ordering::Less)
    );
    assert_eq!(
        order::<DateTime>("2000-01-01T12:00:00", "1999-12-31T23:00:00Z"),
        None
    );
    assert_eq!(
        order::<DateTime>("2000-01-16T12:00:00", "2000-01-16T12:00:00Z"),
        None
    );
    assert_eq!(
        order::<DateTime>("2000-01-16T00:00:00", "2000-01-16T12:00:00Z"),
        None
    );
    assert_eq!(
        order::<DateTime>("2000-01-16T12:00:00+01:00", "2000-01-16T11:00:00.0Z"),
        Some(Ordering::Equal)
    );
    assert_eq!(
        order::<DateTime>("2000-01-16T12:00:00.589Z", "2000-01-16T12:00:00.58900Z"),
        Some(Ordering::Equal)
    );
    assert_eq!(
        order::<DateTime>("2000-01-16T12:00:00.25", "2000-01-16T12:00:00.3"),
        Some(Ordering::Less)
    );
    assert_eq!(
        order::<Date>("2002-10-10+13:00", "2002-10-09-11:00"),
        Some(Ordering::Equal)
    );
    assert_eq!(order::<GYear>("-0001", "0001"), Some(Ordering::Less));
}

#[test]
fn durations() {
    check::<Duration>(&[
        ("P1Y2M3DT10H30M5.50S", "P1Y2M3DT10H30M5.50S"),
        ("-P120D", "-P120D"),
        ("PT0S", "PT0S"),
        ("P0Y", "PT0S"),
        ("P", "!"),
        ("P1YT", "!"),
        ("P-1Y", "!"),
        ("P1M1Y", "!"),
        ("PT1D", "!"),
        ("P1H", "!"),
        ("P1.5D", "!"),
        ("PT.5S", "!"),
        ("PT1.5M", "!"),
        ("PT36H", "PT36H"),
        ("PT1.S", "!"),
        ("1Y", "!"),
        ("P1Y1Y", "!"),
    ]);
    // Part 2, 3.2.6.2, the table.
    for (left, right, expected) in [
        ("P1Y", "P364D", Some(Ordering::Greater)),
        ("P1Y", "P365D", None),
        ("P1Y", "P366D", None),
        ("P1Y", "P367D", Some(Ordering::Less)),
        ("P1M", "P27D", Some(Ordering::Greater)),
        ("P1M", "P28D", None),
        ("P1M", "P31D", None),
        ("P1M", "P32D", Some(Ordering::Less)),
        ("P5M", "P149D", Some(Ordering::Greater)),
        ("P5M", "P150D", None),
        ("P5M", "P153D", None),
        ("P5M", "P154D", Some(Ordering::Less)),
        ("P1Y", "P12M", Some(Ordering::Equal)),
        ("PT24H", "P1D", Some(Ordering::Equal)),
        ("-PT0.5S", "-PT0.25S", Some(Ordering::Less)),
        ("-PT0.5S", "PT0.5S", Some(Ordering::Less)),
        ("PT0S", "-PT0S", Some(Ordering::Equal)),
    ] {
        assert_eq!(order::<Duration>(left, right), expected, "{left} {right}");
    }
}

#[test]
fn octets() {
    check::<HexBinary>(&[
        ("0fB7", "0FB7"),
        ("", ""),
        ("0", "!"),
        ("0g", "!"),
        ("0 1", "!"),
    ]);
    check::<Base64Binary>(&[
        ("", ""),
        ("aGVsbG8=", "aGVsbG8="),
        ("aGVs\n bG8=", "aGVsbG8="),
        ("a G V s", "aGVs"),
        ("aGVsbG8", "!"),
        ("aGVsbG9=", "!"),
        ("a===", "!"),
        ("====", "!"),
        ("aGVs=", "!"),
        ("aGVsb!==", "!"),
        ("YQ = =", "YQ=="),
    ]);
}

#[test]
fn texts() {
    assert!(
        name::is_ncname("été")
            && !name::is_ncname("a:b")
            && name::is_name("a:b")
            && !name::is_name("1a")
    );
    assert!(name::is_nmtoken("1-a.b") && !name::is_nmtoken("") && !name::is_nmtoken("a b"));
    assert_eq!(name::split_qname("p:l"), Some(("p", "l")));
    assert_eq!(name::split_qname("l"), Some(("", "l")));
    assert!(
        ["a:", ":a", "a:b:c", "", "1:a"]
            .iter()
            .all(|text| name::split_qname(text).is_none())
    );
    assert!(
        name::is_language("en-GB-x1")
            && !name::is_language("englishes")
            && !name::is_language("en-")
            && !name::is_language("1")
    );
    assert!(
        name::is_any_uri("http://a/x y")
            && name::is_any_uri("é")
            && !name::is_any_uri("%zz")
            && !name::is_any_uri("a#b#c")
    );
    assert_eq!(space::collapse("  a \n\t b  "), "a b");
    assert_eq!(space::replace("a\tb\r\n"), "a b  ");
}
