//! Members of unions, told and by their texts.
#![allow(clippy::unwrap_used)]

use crate::codec::tests::{E, NONE};
use crate::codec::{
    Element, Invalid, List, NamedType, Namespace, Nillable, Simple, Tag, Type, lexical, parse,
};
use crate::datatype::Decimal;

const NAMESPACES: &[Namespace] = &[
    NONE,
    Namespace {
        uri: "urn:t",
        prefix: "t",
        types: &[
            NamedType::of::<Amount>("Amount", None, "double"),
            NamedType::of::<Code>("Code", None, "string"),
            NamedType::of::<Inner>("Inner", None, "anySimpleType"),
            NamedType::of::<Key>("Key", None, "anySimpleType"),
            NamedType::of::<Named>("Named", None, "anySimpleType"),
            NamedType::of::<Free>("Free", None, "anySimpleType"),
            NamedType::other::<Key>("Alias", Some(1), "Key"),
            NamedType::other::<Size>("Length", Some(1), "Size"),
            NamedType::other::<Size>("Half", Some(1), "Length"),
            NamedType::other::<String>("Text", None, "string"),
            NamedType::other::<i16>("Step", None, "short"),
            NamedType::of::<Letter>("Letter", Some(1), "Key"),
            NamedType::of::<Measure>("Measure", None, "anySimpleType"),
            NamedType::of::<Outer>("Outer", None, "anySimpleType"),
            NamedType::of::<Price>("Price", None, "decimal"),
            NamedType::of::<Short>("Short", Some(1), "Code"),
            NamedType::of::<Size>("Size", None, "short"),
            NamedType::of::<Tiny>("Tiny", Some(1), "Size"),
        ],
    },
];

crate::newtype! { struct Code(String): max_length(4); }
crate::newtype! { struct Short(String): max_length(2); }
crate::newtype! { struct Size(i16): min_inclusive("1"); }
crate::newtype! { struct Tiny(i16): min_inclusive("1"), max_inclusive("9"); }
crate::newtype! { struct Price(Decimal): total_digits(3); }
crate::newtype! { struct Amount(f64): pattern(r"\d+(\.\d\d)?"); }
crate::union! { enum Key { Code(Code), Size(Size) } }
crate::union! { enum Named { Code(Code), Length(Size) = LENGTH } }
crate::union! { enum Free { Number(i32), Text(String) = TEXT, Word(String), Key(Key) = ALIAS } }
const LENGTH: &Tag = &Tag::new(1, "t:Length", "<t:Length>", "</t:Length>");
const TEXT: &Tag = &Tag::new(1, "t:Text", "<t:Text>", "</t:Text>");
const ALIAS: &Tag = &Tag::new(1, "t:Alias", "<t:Alias>", "</t:Alias>");
crate::union! { enum Measure { Price(Price), Amount(Amount), Double(f64) } }
crate::union! { enum Inner { Truth(bool), Double(f64) } }
crate::union! { enum Outer { Decimal(Decimal), Inner(Inner), Key(Key), Letter(Letter) } }
crate::newtype! { struct Letter(Key): pattern("[a-z]|[0-9]+"); }

fn size(value: i16) -> Size {
    Size::new(value).unwrap()
}

/// What is read is that value, and what is written of it is read as that again.
fn check<T: Type + PartialEq + std::fmt::Debug>(type_: &str, text: &str, expected: &T) {
    let element = Element::<T>::new(E, NAMESPACES);
    let xml = format!(
        r#"<t:e xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{type_}">{text}</t:e>"#
    );
    assert_eq!(&element.read(&xml).unwrap(), expected, "{xml}");
    let written = element.write(expected).unwrap();
    assert_eq!(&element.read(&written).unwrap(), expected, "{written}");
}

#[test]
fn a_member_that_is_told_is_kept_through_derivation_restriction_and_nesting() {
    check("t:Size", "5", &Key::Size(size(5)));
    check("t:Tiny", "5", &Key::Size(size(5)));
    check("t:Short", "5", &Key::Code(Code::new("5").unwrap()));
    check("t:Key", "5", &Key::Code(Code::new("5").unwrap()));
    let letter = |key: Key| Letter::new(key).unwrap();
    check("t:Size", "5", &letter(Key::Size(size(5))));
    check("t:Tiny", "5", &letter(Key::Size(size(5))));
    check("t:Letter", "5", &letter(Key::Code(Code::new("5").unwrap())));
    check("t:Size", "5", &Outer::Key(Key::Size(size(5))));
    check(
        "t:Key",
        "5",
        &Outer::Key(Key::Code(Code::new("5").unwrap())),
    );
    check(
        "t:Letter",
        "5",
        &Outer::Letter(letter(Key::Code(Code::new("5").unwrap()))),
    );
    check("xs:double", "5", &Outer::Inner(Inner::Double(5.0)));
    check("xs:boolean", "1", &Outer::Inner(Inner::Truth(true)));
    check("t:Inner", "1", &Outer::Inner(Inner::Truth(true)));
    check("xs:int", "1", &Outer::Decimal(Decimal::from(1)));
}

#[test]
fn a_member_that_another_name_tells_is_kept_and_written_by_its_name() {
    for type_ in ["t:Length", "t:Half"] {
        check(type_, "5", &Key::Size(size(5)));
        check(type_, "5", &Nillable::Value(Key::Size(size(5))));
        check(type_, "5", &Box::new(Key::Size(size(5))));
        check(type_, "5", &Named::Length(size(5)));
        check(type_, "5", &Free::Key(Key::Size(size(5))));
    }
    check("t:Text", "5", &Free::Text("5".to_owned()));
    check("xs:string", "5", &Free::Word("5".to_owned()));
    check("t:Step", "5", &Free::Number(5));
    check(
        "t:Alias",
        "5",
        &Free::Key(Key::Code(Code::new("5").unwrap())),
    );
    let named = Element::<Named>::new(E, NAMESPACES);
    assert!(
        named
            .write(&Named::Length(size(5)))
            .unwrap()
            .contains("\"t:Length\"")
    );
    for (type_, text) in [("Size", "5"), ("Text", "5"), ("Half", "abc")] {
        let xml = format!(
            r#"<t:e xmlns:t="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:{type_}">{text}</t:e>"#
        );
        assert!(named.read(&xml).is_err(), "{xml}");
    }
}

#[test]
fn a_value_of_a_derived_type_that_is_told_is_one_of_that_type() {
    let element = Element::<Key>::new(E, NAMESPACES);
    for (type_, text) in [("Tiny", "10"), ("Short", "abc"), ("Size", "a")] {
        let xml = format!(
            r#"<t:e xmlns:t="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:{type_}">{text}</t:e>"#
        );
        assert!(element.read(&xml).is_err(), "{xml}");
    }
}

#[test]
fn a_member_is_written_as_its_pattern_asks_though_another_reads_it() {
    for value in [1.0, 100.0, 2.5] {
        let amount = Measure::Amount(Amount::new(value).unwrap());
        check("t:Amount", &lexical(&Amount::new(value).unwrap()), &amount);
        assert!(Amount::new(1e-9).is_err_and(|broken| matches!(broken, Invalid::Facet { .. })));
    }
    // No decimal has an exponent: the text alone tells which it is, in an attribute too.
    assert_eq!(lexical(&Measure::Double(7.0)), "7E0");
    assert_eq!(lexical(&Outer::Inner(Inner::Double(7.0))), "7E0");
}

/// In attributes and lists nothing names a member: its text has to.
#[test]
fn a_member_that_another_would_read_has_another_text_where_there_is_one() {
    crate::newtype! { struct Digits(i32): pattern("[0-9]{3}"); }
    crate::newtype! { struct Half(Decimal): pattern("[0-9]+(.5)?"); }
    crate::union! { enum Count { Truth(bool), Number(i16) } }
    crate::union! { enum Code { Digits(Digits), Number(i32), Decimal(Decimal) } }
    crate::union! { enum Rate { Number(i32), Half(Half), Decimal(Decimal), Double(f64) } }
    fn check<T: Simple + Clone + std::fmt::Debug>(value: T, text: &str) {
        assert_eq!(lexical(&value), text);
        assert_eq!(parse::<T>(text).unwrap(), value);
        let list = List(vec![value.clone(), value]);
        assert_eq!(parse::<List<T>>(&lexical(&list)).unwrap(), list);
    }
    check(Count::Number(1), "01");
    check(Count::Number(-1), "-1");
    check(Count::Number(2), "2");
    check(Code::Number(123), "0123");
    check(Code::Decimal(Decimal::from(7)), "7.0");
    check(Rate::Decimal(Decimal::from(7)), "7.0");
    check(Rate::Double(7.0), "7E0");
}

crate::union! { enum Mark { Number(i32), Word(String) } }

#[test]
fn a_member_of_a_union_that_another_would_read_is_named() {
    let element: Element<Mark> = Element::new(E, NAMESPACES);
    for (value, type_) in [
        (Mark::Number(5), None),
        (Mark::Word("five".to_owned()), None),
        (Mark::Word("5".to_owned()), Some("xs:string")),
    ] {
        let text = element.write(&value).unwrap();
        let named = type_.map(|type_| format!(" xsi:type=\"{type_}\""));
        assert_eq!(text.contains("xsi:type"), named.is_some(), "{text}");
        assert_eq!(element.read(&text).unwrap(), value, "{text}");
    }
}

#[test]
fn a_member_that_no_text_tells_is_refused_where_nothing_names_it() {
    crate::union! { enum Taken { Double(f64), Word(String) } }
    let list = Element::<List<Taken>>::new(E, NAMESPACES);
    let refused = list
        .write(&List(vec![Taken::Double(1.0), Taken::Word("5".into())]))
        .unwrap_err();
    let said = r#"e: "5" would be read as another member of its union"#;
    assert_eq!(refused.to_string(), said);
    let good = List(vec![Taken::Word("five".into()), Taken::Double(f64::NAN)]);
    let expected = r#"<t:e xmlns:t="urn:t">five NaN</t:e>"#;
    assert_eq!(list.write(&good).unwrap(), expected);
    let mut out = "<!-- before -->".to_owned();
    let inner = List(vec![Outer::Key(Key::Size(size(5)))]);
    let outer = Element::<List<Outer>>::new(E, NAMESPACES);
    assert!(outer.write_to(&inner, &mut out).is_err());
    assert_eq!(out, "<!-- before -->");
}
