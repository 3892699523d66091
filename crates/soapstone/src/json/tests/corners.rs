//! Types of which JSON loses a value easily: by their text, by the member that reads it, by both.

use serde_json::{Value, json};

use super::NAMESPACES;
use crate::codec::{List, NamedType, Namespace, Nillable, QName, Simple, Type};
use crate::datatype::{Decimal, Integer};
use crate::json::{Json, from_value, to_value};

const KNOWN: &[Namespace] = &[
    NAMESPACES[0],
    Namespace {
        types: &[
            NamedType::of::<Code>("Code", None, "int"),
            NamedType::of::<Flag>("Flag", None, "boolean"),
            NamedType::of::<Price>("Price", None, "decimal"),
            NamedType::of::<Word>("Word", None, "string"),
        ],
        ..NAMESPACES[1]
    },
];

crate::union! { enum NameOrText { Name(QName), Text(String) } }
crate::newtype! { struct Plain(NameOrText): pattern("[a-z ]*"); }
crate::newtype! { struct Braced(NameOrText): pattern(r"\{[a-z]+\}x y"); }
crate::newtype! { struct Code(i32): pattern("[0-9]{3}"); }
crate::newtype! { struct Account(Integer): pattern("0[0-9]{30}"); }
crate::newtype! { struct Price(Decimal): pattern(r"\+?\d+\.\d{2}"); }
crate::newtype! { struct Part(Decimal): pattern(r"-?\.\d+"); }
crate::newtype! { struct Signed(i64): pattern("[+-].*"); }
crate::newtype! { struct Amount(f64): pattern(r"-?\d+\.\d{3}"); }
crate::newtype! { struct Flag(bool): pattern("[01]"); }
crate::newtype! { struct Word(String): pattern("[a-z]+|[0-9]+"); }
crate::newtype! { struct Codes(List<Code>): max_length(4); }
crate::union! { enum Mixed { Number(i32), Code(Code), Flag(Flag), Word(Word) } }
crate::union! { enum Flags { Word(Word), Flag(Flag), Price(Price) } }
crate::union! { enum Floats { Decimal(Decimal), Double(f64) } }
crate::union! { enum Lists { Codes(Codes), Flags(List<Flag>), Mixed(Mixed) } }
crate::newtype! { struct Narrow(Mixed): pattern("[0-9]{3}|[a-z]*"); }

crate::newtype! { struct Bare(QName): pattern("[a-z]+"); }
crate::newtype! { struct Prefixed(QName): pattern("[^:]+:[a-z]+"); }
crate::newtype! { struct Bares(List<QName>): pattern("[a-z ]+"); }
crate::union! { enum Level { Number(i32), Name(QName) } }
crate::newtype! { struct Named(Level): pattern("[^0]*"); }
crate::union! { enum Either { Number(i32), Bare(Bare), Prefixed(Prefixed) } }

crate::json_union!(NameOrText, KNOWN, [QName, String]);
crate::json_newtype!(Plain, NameOrText);
crate::json_newtype!(Braced, NameOrText);
crate::json_newtype!(Bare, QName);
crate::json_newtype!(Prefixed, QName);
crate::json_newtype!(Bares, List<QName>);
crate::json_newtype!(Named, Level);
crate::json_union!(Level, KNOWN, [i32, QName]);
crate::json_union!(Either, KNOWN, [i32, Bare, Prefixed]);
crate::json_newtype!(Code, i32);
crate::json_newtype!(Account, Integer);
crate::json_newtype!(Price, Decimal);
crate::json_newtype!(Part, Decimal);
crate::json_newtype!(Signed, i64);
crate::json_newtype!(Amount, f64);
crate::json_newtype!(Flag, bool);
crate::json_newtype!(Word, String);
crate::json_newtype!(Codes, List<Code>);
crate::json_newtype!(Narrow, Mixed);
crate::json_union!(Mixed, KNOWN, [i32, Code, Flag, Word]);
crate::json_union!(Flags, KNOWN, [Word, Flag, Price]);
crate::json_union!(Floats, KNOWN, [Decimal, f64]);
crate::json_union!(Lists, KNOWN, [Codes, List<Flag>, Mixed]);

fn kept<T: Json + Type + PartialEq + std::fmt::Debug>(value: &T) -> Value {
    let json = to_value(value).unwrap();
    // As any program gives it on.
    let json: Value = serde_json::from_str(&json.to_string()).unwrap();
    let back = from_value::<T>(&json);
    // NaN equals nothing.
    let shown = format!("{back:?}");
    assert!(
        back.as_ref() == Ok(value) || shown == format!("Ok({value:?})"),
        "{json}: {shown}, not {value:?}"
    );
    json
}

/// Every text that the type reads comes back as the value that it is.
fn every<T: Json + Simple + PartialEq + std::fmt::Debug>(texts: &[String]) {
    let values = texts
        .iter()
        .filter_map(|text| crate::codec::parse::<T>(text).ok());
    let all: Vec<Value> = values.map(|value| kept(&value)).collect();
    assert!(all.len() > 1);
}

#[test]
fn every_value_comes_back() {
    let wholes = [
        "",
        "0",
        "1",
        "7",
        "12",
        "007",
        "123",
        "999",
        "0",
        "1234567890123456789012345678901",
    ];
    let accounts = [
        "0000000000000000000000000000007",
        "0123456789012345678901234567890",
    ];
    let fractions = ["", ".", ".0", ".00", ".50", ".5", ".125", ".000", ".120"];
    let mut texts: Vec<String> = Vec::new();
    for sign in ["", "+", "-"] {
        for whole in wholes.iter().chain(&accounts) {
            texts.extend(fractions.map(|fraction| [sign, whole, fraction].concat()));
            texts.extend(["E3", ".5E-7", "e300"].map(|end| [sign, whole, end].concat()));
        }
    }
    texts.extend(
        [
            "true",
            "false",
            "INF",
            "NaN",
            "abc",
            "1 0",
            "007 123",
            "0 1 1 0 1",
        ]
        .map(str::to_owned),
    );
    every::<Code>(&texts);
    every::<Account>(&texts);
    every::<Price>(&texts);
    every::<Part>(&texts);
    every::<Signed>(&texts);
    every::<Amount>(&texts);
    every::<Word>(&texts);
    every::<Codes>(&texts);
    every::<Mixed>(&texts);
    every::<Narrow>(&texts);
    every::<Flags>(&texts);
    every::<Floats>(&texts);
    every::<Lists>(&texts);
    every::<f64>(&texts);
    every::<Decimal>(&texts);
    every::<Integer>(&texts);
}

#[test]
fn a_member_that_is_told_comes_back_with_its_text() {
    for (value, due) in [
        (Mixed::Number(7), json!(7)),
        (
            Mixed::Code(Code::new(7).unwrap()),
            json!({"$type": "{urn:o}Code", "$": "007"}),
        ),
        (
            Mixed::Code(Code::new(123).unwrap()),
            json!({"$type": "{urn:o}Code", "$": 123}),
        ),
        (
            Mixed::Flag(Flag::new(true).unwrap()),
            json!({"$type": "{urn:o}Flag", "$": 1}),
        ),
        (
            Mixed::Word(Word::new("007").unwrap()),
            json!({"$type": "{urn:o}Word", "$": "007"}),
        ),
    ] {
        assert_eq!(kept(&value), due);
    }
    assert_eq!(
        kept(&Flags::Flag(Flag::new(true).unwrap())),
        json!({"$type": "{urn:o}Flag", "$": "1"})
    );
    kept(&Floats::Double(1000.0));
}

#[test]
fn a_number_and_a_truth_are_read_whatever_text_the_pattern_asks() {
    for (json, code) in [(json!(7), 7), (json!("007"), 7), (json!(123), 123)] {
        assert_eq!(
            from_value::<Code>(&json),
            Ok(Code::new(code).unwrap()),
            "{json}"
        );
    }
    let price = |text: &str| Price::new(Decimal::parse(text).unwrap()).unwrap();
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for (text, due) in [
        ("7", "7.00"),
        ("7.5", "7.50"),
        ("15e-1", "1.50"),
        ("1e2", "100.00"),
    ] {
        assert_eq!(from_value::<Price>(&number(text)), Ok(price(due)), "{text}");
    }
    assert_eq!(
        from_value::<Decimal>(&number("1e-7")),
        Ok(Decimal::parse("0.0000001").unwrap())
    );
    assert_eq!(from_value::<i64>(&number("2e3")), Ok(2000));
    assert_eq!(
        from_value::<Flag>(&json!(true)),
        Ok(Flag::new(true).unwrap())
    );
    assert_eq!(from_value::<Codes>(&json!([7, "008"])).unwrap().len(), 2);
    assert_eq!(from_value::<Mixed>(&json!("007")), Ok(Mixed::Number(7)));
    assert_eq!(
        from_value::<Flags>(&json!(7.5)),
        Ok(Flags::Price(price("7.5")))
    );
    for json in [json!("7"), json!(1000), json!(-7), json!(true)] {
        assert!(from_value::<Code>(&json).is_err(), "{json}");
    }
}

/// What a pattern says of prefixes holds of documents: in JSON a name says its namespace itself.
#[test]
fn names_come_back_whatever_their_pattern_says_of_prefixes() {
    for namespace in ["urn:o", "urn:other", "urn:with a space", ""] {
        let name = |local| QName::new(namespace, local);
        let bare = || Bare::new(name("a")).unwrap();
        let due = json!(name("a").to_string());
        assert_eq!(kept(&bare()), due);
        assert_eq!(kept(&Nillable::Value(bare())), due);
        let names = Bares::new(vec![name("a"), name("b")]).unwrap();
        assert_eq!(kept(&names), json!([due, name("b").to_string()]));
        assert_eq!(kept(&List(vec![bare(), bare()])), json!([due, due]));
        assert_eq!(kept(&Level::Name(name("a"))), due);
        assert_eq!(kept(&Named::new(Level::Name(name("a"))).unwrap()), due);
        assert_eq!(kept(&Either::Bare(bare())), due);
        if !namespace.is_empty() {
            assert_eq!(kept(&Prefixed::new(name("a")).unwrap()), due);
        }
    }
    for json in [
        json!("{urn:o}A"),
        json!("A"),
        json!("o:a"),
        json!("{urn:o}"),
        json!("{a"),
    ] {
        assert!(from_value::<Bare>(&json).is_err(), "{json}");
    }
    assert!(from_value::<Prefixed>(&json!("a")).is_err());
    assert!(from_value::<Prefixed>(&json!("{urn:o}A")).is_err());
}

/// What is in braces and is no name is text, of which the pattern holds as it stands.
#[test]
fn braces_that_are_no_name_turn_no_pattern_off() {
    assert!(from_value::<Plain>(&json!("{{")).is_err());
    assert!(Plain::new(NameOrText::Text("{{".into())).is_err());
    let braced = json!("{abc}x y");
    assert_eq!(
        from_value::<Braced>(&braced),
        Ok(Braced::new(NameOrText::Text("{abc}x y".into())).unwrap())
    );
    assert!(from_value::<Plain>(&braced).is_err());
    let name = NameOrText::Name(QName::new("urn:o", "a"));
    assert_eq!(kept(&Plain::new(name).unwrap()), json!("{urn:o}a"));
}
