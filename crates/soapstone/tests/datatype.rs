//! Properties of the datatypes, on values made from a fixed seed: what is written reads back as the same value, orders are
//! orders, and no text makes a parser panic or run long.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::cmp::Ordering;

use num_bigint::BigInt;
use soapstone::datatype::{
    Base64Binary, Datatype, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, HexBinary, Integer, Time, name, space,
};

/// A small generator of numbers (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }

    fn digits(&mut self, most: u64) -> String {
        (0..self.below(most + 1))
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }
}

fn survives<T: Datatype + PartialEq + std::fmt::Debug>(lexical: &str) {
    let value = T::parse(lexical).unwrap_or_else(|error| panic!("{lexical}: {error}"));
    let written = value.lexical();
    let again = T::parse(&written).unwrap_or_else(|error| panic!("{lexical} → {written}: {error}"));
    assert_eq!(value, again, "{lexical} → {written}");
    assert_eq!(again.lexical(), written);
}

fn zone(random: &mut Random) -> String {
    match random.below(4) {
        0 => String::new(),
        1 => "Z".to_owned(),
        _ => format!(
            "{}{:02}:{:02}",
            random.pick(&["+", "-"]),
            random.below(14),
            random.below(60)
        ),
    }
}

fn year(random: &mut Random) -> String {
    let sign = random.pick(&["", "", "-"]);
    match random.below(4) {
        0 => format!("{sign}{:04}", 1 + random.below(9999)),
        1 => format!("{sign}{}", 10_000 + random.below(1 << 40)),
        _ => format!("{:04}", 1900 + random.below(200)),
    }
}

fn fraction(random: &mut Random) -> String {
    match random.below(3) {
        0 => format!(".{}{}", random.below(10), random.digits(30)),
        _ => String::new(),
    }
}

fn time(random: &mut Random) -> String {
    if random.below(20) == 0 {
        return "24:00:00".to_owned();
    }
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    format!("{hour:02}:{minute:02}:{second:02}{}", fraction(random))
}

#[test]
fn what_is_written_reads_back() {
    let mut random = Random(0x5eed);
    for _ in 0..4_000 {
        let r = &mut random;
        let sign = r.pick(&["", "-", "+"]);
        survives::<Decimal>(&format!(
            "{sign}{}{}.{}",
            r.below(10),
            r.digits(45),
            r.digits(45)
        ));
        survives::<Integer>(&format!("{sign}{}{}", r.below(10), r.digits(60)));
        survives::<f64>(&format!(
            "{sign}{}.{}e{}{}",
            r.below(10),
            r.digits(20),
            r.pick(&["", "-"]),
            r.below(330)
        ));
        survives::<f32>(&format!(
            "{sign}{}.{}e{}{}",
            r.below(10),
            r.digits(20),
            r.pick(&["", "-"]),
            r.below(50)
        ));
        survives::<i64>(&(r.next() as i64).to_string());
        let (month, day) = (1 + r.below(12), 1 + r.below(28));
        survives::<DateTime>(&format!(
            "{}-{month:02}-{day:02}T{}{}",
            year(r),
            time(r),
            zone(r)
        ));
        survives::<Time>(&format!("{}{}", time(r), zone(r)));
        survives::<Date>(&format!("{}-{month:02}-{day:02}{}", year(r), zone(r)));
        survives::<GYearMonth>(&format!("{}-{month:02}{}", year(r), zone(r)));
        survives::<GYear>(&format!("{}{}", year(r), zone(r)));
        survives::<GMonthDay>(&format!("--{month:02}-{day:02}{}", zone(r)));
        survives::<GDay>(&format!("---{day:02}{}", zone(r)));
        survives::<GMonth>(&format!("--{month:02}{}", zone(r)));
        let (days, seconds) = (r.below(1 << 40), r.below(100_000));
        survives::<Duration>(&format!(
            "{}P{}Y{}M{days}DT{seconds}{}S",
            r.pick(&["", "-"]),
            r.below(99),
            r.below(99),
            fraction(r)
        ));
        let octets: Vec<u8> = (0..r.below(40)).map(|_| r.next() as u8).collect();
        survives::<HexBinary>(&HexBinary(octets.clone()).lexical());
        survives::<Base64Binary>(&Base64Binary(octets).lexical());
    }
}

/// The order of decimals against that of big integers with the same scale.
#[test]
fn decimals_are_ordered_as_numbers() {
    let mut random = Random(7);
    for _ in 0..4_000 {
        let mut make = || {
            let whole = random.digits(42);
            let fraction = random.digits(42);
            let sign = random.pick(&["", "-"]);
            let scaled: BigInt = format!("{sign}0{whole}{fraction:0<42}").parse().unwrap();
            (
                Decimal::parse(&format!("{sign}0{whole}.{fraction}")).unwrap(),
                scaled,
            )
        };
        let (left, right) = (make(), make());
        assert_eq!(
            left.0.cmp(&right.0),
            left.1.cmp(&right.1),
            "{} {}",
            left.0,
            right.0
        );
    }
}

/// Dates and durations: the order is one, seen from either side, and equal values hash alike.
#[test]
fn partial_orders_hold() {
    let mut random = Random(11);
    let hash = |value: &DateTime| {
        let mut hasher = std::hash::DefaultHasher::new();
        std::hash::Hash::hash(value, &mut hasher);
        std::hash::Hasher::finish(&hasher)
    };
    let mut dates = Vec::new();
    let mut durations = Vec::new();
    for _ in 0..150 {
        let r = &mut random;
        let zone = r.pick(&["", "Z", "+01:00", "-05:00"]);
        dates.push(
            DateTime::parse(&format!(
                "2000-02-{:02}T{:02}:00:00{zone}",
                27 + r.below(3),
                r.below(24)
            ))
            .unwrap(),
        );
        let text = format!(
            "{}P{}M{}DT{}.{}S",
            r.pick(&["", "-"]),
            r.below(3),
            r.below(62),
            r.below(2),
            r.below(10)
        );
        durations.push(Duration::parse(&text).unwrap());
    }
    for left in &dates {
        for right in &dates {
            assert_eq!(
                left.partial_cmp(right),
                right.partial_cmp(left).map(Ordering::reverse),
                "{left} {right}"
            );
            if left == right {
                assert_eq!(hash(left), hash(right), "{left} {right}");
            }
        }
    }
    for left in &durations {
        for right in &durations {
            assert_eq!(
                left.partial_cmp(right),
                right.partial_cmp(left).map(Ordering::reverse),
                "{left} {right}"
            );
            assert_eq!(
                left == right,
                left.partial_cmp(right) == Some(Ordering::Equal),
                "{left} {right}"
            );
        }
    }
}

fn try_all(text: &str) {
    let _ = (
        Decimal::parse(text),
        Integer::parse(text),
        f64::parse(text),
        f32::parse(text),
        bool::parse(text),
    );
    let _ = (
        i8::parse(text),
        i16::parse(text),
        i32::parse(text),
        i64::parse(text),
        u64::parse(text),
    );
    let _ = (
        DateTime::parse(text),
        Time::parse(text),
        Date::parse(text),
        Duration::parse(text),
    );
    let _ = (
        GYearMonth::parse(text),
        GYear::parse(text),
        GMonthDay::parse(text),
        GDay::parse(text),
        GMonth::parse(text),
    );
    let _ = (HexBinary::parse(text), Base64Binary::parse(text));
    let _ = (
        name::is_name(text),
        name::is_nmtoken(text),
        name::split_qname(text),
        name::is_language(text),
    );
    let _ = (
        name::is_any_uri(text),
        space::collapse(text),
        space::replace(text),
    );
}

#[test]
fn hostile_texts_cost_little() {
    let mut random = Random(13);
    let parts = [
        "-",
        "+",
        "0",
        "9",
        "99999999999999999999",
        ":",
        "T",
        "Z",
        "P",
        "Y",
        "M",
        ".",
        "e",
        "é",
        " ",
        "\n",
        "\0",
        "=",
        "A",
        "14:00",
    ];
    for _ in 0..10_000 {
        let text: String = (0..random.below(12)).map(|_| random.pick(&parts)).collect();
        try_all(&text);
    }
    // What takes the square of its length does not end here.
    for unit in [
        "9",
        "0",
        "-",
        " ",
        ".",
        "P9999999999Y",
        "A",
        "é",
        "%41",
        "a-",
        "=",
        "0.",
    ] {
        try_all(&unit.repeat(300_000));
        try_all(&["0.", &unit.repeat(300_000), "1"].concat());
        try_all(&["2000-01-01T00:00:00.", &unit.repeat(300_000)].concat());
    }
    let long = Decimal::parse(&"9".repeat(1_000_000)).unwrap();
    assert!(
        long > Decimal::parse(&"8".repeat(1_000_000)).unwrap() && long.total_digits() == 1_000_000
    );
}
