//! The judgement of changes: each case is a change of one schema, with what is said of it in either direction.

use std::fs;
use std::path::Path;

use soapstone_schema::contract::Contract;
use soapstone_schema::diff::{diff, likely_releases};
use soapstone_schema::load::{LoadOptions, NoFetch, Source, load};
use soapstone_schema::read::Renamed;

/// A service whose one operation takes and returns the element `order`.
fn contract(components: &str) -> Contract {
    parsed("contract.wsdl", wsdl(components))
}

fn parsed(name: &str, text: String) -> Contract {
    parsed_with(name, text, &LoadOptions::default())
}

fn parsed_with(name: &str, text: String, options: &LoadOptions) -> Contract {
    let source = Source::Bytes(name.to_owned(), text.into_bytes());
    let loaded = load(&[source], &mut NoFetch, options);
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    loaded.contract
}

fn wsdl(components: &str) -> String {
    format!(
        r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema"
            xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="urn:t">
          <types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">{components}</xs:schema></types>
          <message name="m"><part name="p" element="t:order"/></message>
          <portType name="pt"><operation name="Send"><input message="t:m"/><output message="t:m"/></operation></portType>
          <binding name="b" type="t:pt"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
            <operation name="Send"><soap:operation soapAction="send"/>
              <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
          <service name="S"><port name="P" binding="t:b"><soap:address location="http://localhost/"/></port></service>
        </definitions>"#
    )
}

fn order(content: &str) -> String {
    format!(r#"<xs:element name="order"><xs:complexType>{content}</xs:complexType></xs:element>"#)
}

fn sequence(elements: &str) -> String {
    order(&format!("<xs:sequence>{elements}</xs:sequence>"))
}

fn typed(facets: &str) -> String {
    sequence(&format!(
        r#"<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string">{facets}</xs:restriction></xs:simpleType></xs:element>"#
    ))
}

const A: &str = r#"<xs:element name="a" type="xs:int"/>"#;
const B: &str = r#"<xs:element name="b" type="xs:int"/>"#;
const B_OPTIONAL: &str = r#"<xs:element name="b" type="xs:int" minOccurs="0"/>"#;

/// Checks what is said of the request, then of the response: `!rule` where it breaks, `rule` where it does not.
fn check(old: &str, new: &str, request: &str, response: &str) {
    let changes = diff(&contract(old), &contract(new));
    for (way, expected) in [("/request", request), ("/response", response)] {
        let said: Vec<String> = changes
            .iter()
            .filter(|change| change.path.contains(way))
            .map(|change| format!("{}{}", if change.breaking { "!" } else { "" }, change.rule))
            .collect();
        assert_eq!(
            said.join(" "),
            expected,
            "{way} of\n{old}\n{new}\n{changes:#?}"
        );
    }
}

#[test]
fn releases_that_name_themselves_in_their_namespaces_are_compared_as_one() {
    let release = |version: &str, content: &str| {
        let any = r#"<xs:any namespace="urn:other urn:t" processContents="lax" minOccurs="0"/>"#;
        let kind = r#"<xs:simpleType name="Kind"><xs:restriction base="xs:QName"><xs:enumeration value="t:a"/></xs:restriction></xs:simpleType>"#;
        let typed = r#"<xs:element name="kind" type="t:Kind"/>"#;
        wsdl(&(kind.to_owned() + &sequence(&[content, typed, any].concat())))
            .replace("urn:t", version)
    };
    let (old, new) = ("urn:sales_2023_1.t", "urn:sales_2023_2.t");
    let before = release(old, A);
    let after = parsed("new.wsdl", release(new, &(A.to_owned() + B_OPTIONAL)));
    let apart = parsed("old.wsdl", before.clone());
    assert!(diff(&apart, &after).iter().any(|change| change.breaking));
    let pairs = likely_releases(&apart, &after);
    assert_eq!(pairs, [(old.to_owned(), new.to_owned())]);
    let renamed = LoadOptions {
        renamed: Renamed(pairs),
        ..LoadOptions::default()
    };
    let together = parsed_with("old.wsdl", before, &renamed);
    assert_eq!(likely_releases(&together, &after), []);
    let changes = diff(&together, &after);
    let rules: Vec<&str> = changes.iter().map(|change| change.rule).collect();
    assert_eq!(rules, ["element-added", "element-added"], "{changes:#?}");
}

#[test]
fn a_namespace_that_is_nowhere_cannot_be_taken_for_another() {
    let renamed = |old: &str| LoadOptions {
        renamed: Renamed(vec![(old.to_owned(), "urn:new".to_owned())]),
        ..LoadOptions::default()
    };
    let source = || Source::Bytes("w.wsdl".to_owned(), wsdl(&sequence(A)).into_bytes());
    let report = |old: &str| load(&[source()], &mut NoFetch, &renamed(old)).report;
    assert!(report("urn:t").is_valid());
    // However the document writes it.
    for written in ["urn:t?a>b", "urn:t?a&gt;b", "urn:t?a&#62;b"] {
        let text = wsdl(&sequence(A)).replace("urn:t\"", &format!("{written}\""));
        let source = Source::Bytes("w.wsdl".to_owned(), text.into_bytes());
        let report = load(&[source], &mut NoFetch, &renamed("urn:t?a>b")).report;
        assert!(report.is_valid(), "{written}: {report}");
    }
    for wrong in ["urn:", "urn:t_2", "http://schemas.xmlsoap.org/soap"] {
        let said = report(wrong).to_string();
        assert!(
            said.contains(&format!("no document names {wrong:?}")),
            "{said}"
        );
    }
}

#[test]
fn the_same_contract_has_no_changes() {
    let one = contract(&sequence(A));
    assert_eq!(diff(&one, &contract(&sequence(A))), []);
}

#[test]
fn a_request_may_be_relaxed_and_a_response_tightened() {
    let both = |first: &str, second: &str| sequence(&format!("{first}{second}"));
    check(
        &sequence(A),
        &both(A, B_OPTIONAL),
        "element-added",
        "!element-added",
    );
    check(
        &sequence(A),
        &both(A, B),
        "!element-added",
        "!element-added",
    );
    check(
        &both(A, B_OPTIONAL),
        &sequence(A),
        "!element-removed",
        "element-removed",
    );
    check(
        &both(A, B),
        &sequence(A),
        "!element-removed",
        "!element-removed",
    );
    check(
        &both(A, B),
        &both(B, A),
        "!element-order-changed",
        "!element-order-changed",
    );
    check(
        &both(A, B),
        &both(A, B_OPTIONAL),
        "min-occurs-changed",
        "!min-occurs-changed",
    );
    check(
        &both(A, B_OPTIONAL),
        &both(A, B),
        "!min-occurs-changed",
        "min-occurs-changed",
    );
    let many = r#"<xs:element name="a" type="xs:int" maxOccurs="unbounded"/>"#;
    check(
        &sequence(A),
        &sequence(many),
        "max-occurs-changed",
        "!max-occurs-changed",
    );
    let nillable = r#"<xs:element name="a" type="xs:int" nillable="true"/>"#;
    check(
        &sequence(A),
        &sequence(nillable),
        "nillable-changed",
        "!nillable-changed",
    );
}

#[test]
fn types_are_compared_by_the_values_that_they_allow() {
    let of = |name: &str| sequence(&format!(r#"<xs:element name="a" type="xs:{name}"/>"#));
    check(&of("int"), &of("long"), "type-widened", "!type-widened");
    check(&of("long"), &of("int"), "!type-narrowed", "type-narrowed");
    check(&of("int"), &of("string"), "type-widened", "!type-widened");
    check(&of("int"), &of("date"), "!type-changed", "!type-changed");
    let (one, two) = (
        r#"<xs:enumeration value="x"/>"#,
        r#"<xs:enumeration value="x"/><xs:enumeration value="y"/>"#,
    );
    check(
        &typed(one),
        &typed(two),
        "enumeration-value-added",
        "!enumeration-value-added",
    );
    check(
        &typed(two),
        &typed(one),
        "!enumeration-value-removed",
        "enumeration-value-removed",
    );
    check(
        &typed(""),
        &typed(one),
        "!enumeration-added",
        "enumeration-added",
    );
    let (short, long) = (
        r#"<xs:maxLength value="5"/>"#,
        r#"<xs:maxLength value="9"/>"#,
    );
    check(
        &typed(short),
        &typed(long),
        "max-length-changed",
        "!max-length-changed",
    );
    check(
        &typed(""),
        &typed(r#"<xs:pattern value="x*"/>"#),
        "!pattern-changed",
        "pattern-changed",
    );
}

#[test]
fn a_union_of_many_members_is_compared() {
    let length = |max: usize| {
        format!(
            r#"<xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="{max}"/></xs:restriction></xs:simpleType>"#
        )
    };
    let of = |members: String| {
        sequence(&format!(
            r#"<xs:element name="a"><xs:simpleType><xs:union>{members}</xs:union></xs:simpleType></xs:element>"#
        ))
    };
    let all: String = (1..=50).map(length).collect();
    check(&of(all.clone()), &of(all.clone()), "", "");
    check(
        &of(all.clone()),
        &of(all + &length(60)),
        "union-members-changed",
        "!union-members-changed",
    );
}

#[test]
fn white_space_that_is_kept_counts_for_facets() {
    let of = |base: &str, facets: &str| {
        sequence(&format!(
            r#"<xs:element name="a"><xs:simpleType><xs:restriction base="xs:{base}">{facets}</xs:restriction></xs:simpleType></xs:element>"#
        ))
    };
    for facets in [
        r#"<xs:maxLength value="3"/>"#,
        r#"<xs:pattern value="[a-z]+"/>"#,
        r#"<xs:enumeration value="a"/>"#,
    ] {
        let (settled, kept) = (of("token", facets), of("string", facets));
        check(
            &settled,
            &kept,
            "!white-space-changed",
            "white-space-changed",
        );
        check(
            &kept,
            &settled,
            "white-space-changed",
            "!white-space-changed",
        );
    }
    let names = r#"<xs:pattern value="\c+"/>"#;
    check(
        &of("NMTOKEN", ""),
        &of("string", names),
        "!white-space-changed",
        "white-space-changed",
    );
}

#[test]
fn listed_values_count_however_a_pattern_wants_them_spelled() {
    let of = |values: &str| {
        sequence(&format!(
            r#"<xs:element name="a"><xs:simpleType><xs:restriction base="xs:hexBinary"><xs:pattern value="[0-9a-f]+"/>{values}</xs:restriction></xs:simpleType></xs:element>"#
        ))
    };
    let one = r#"<xs:enumeration value="ab"/>"#;
    let two = format!(r#"{one}<xs:enumeration value="cd"/>"#);
    check(
        &of(one),
        &of(&two),
        "enumeration-value-added",
        "!enumeration-value-added",
    );
}

#[test]
fn no_integer_is_spelled_with_a_point() {
    let whole = |pattern: &str| {
        sequence(&format!(
            r#"<xs:element name="a"><xs:simpleType><xs:restriction base="xs:decimal"><xs:fractionDigits value="0"/>{pattern}</xs:restriction></xs:simpleType></xs:element>"#
        ))
    };
    let integer = sequence(r#"<xs:element name="a" type="xs:integer"/>"#);
    check(&whole(""), &integer, "!type-narrowed", "type-narrowed");
    check(&integer, &whole(""), "type-widened", "!type-widened");
    let digits = r#"<xs:pattern value="[0-9]+"/>"#;
    check(
        &whole(digits),
        &integer,
        "pattern-changed",
        "!pattern-changed",
    );
}

#[test]
fn the_items_of_listed_lists_are_spelled_as_their_type_has_it() {
    let of = |item: &str| {
        sequence(&format!(
            r#"<xs:element name="a"><xs:simpleType><xs:restriction><xs:simpleType><xs:list itemType="{item}"/></xs:simpleType><xs:enumeration value="1 2"/></xs:restriction></xs:simpleType></xs:element>"#
        ))
    };
    let (decimals, integers) = (of("xs:decimal"), of("xs:int"));
    check(&decimals, &integers, "!type-narrowed", "type-narrowed");
    check(&integers, &decimals, "type-widened", "!type-widened");
}

#[test]
fn attributes_are_compared_like_elements() {
    let with = |attribute: &str| order(&format!("<xs:sequence>{A}</xs:sequence>{attribute}"));
    let (optional, required) = (
        r#"<xs:attribute name="x" type="xs:int"/>"#,
        r#"<xs:attribute name="x" type="xs:int" use="required"/>"#,
    );
    check(
        &with(""),
        &with(optional),
        "attribute-added",
        "!attribute-added",
    );
    check(
        &with(""),
        &with(required),
        "!attribute-added",
        "!attribute-added",
    );
    check(
        &with(optional),
        &with(required),
        "!attribute-use-changed",
        "attribute-use-changed",
    );
    check(
        &with(optional),
        &with(""),
        "!attribute-removed",
        "attribute-removed",
    );
}

/// Each folder in `tests/diff` is a case: `old` and `new`, whole WSDLs or the components of the schema of one, and what is
/// said of the change. `UPDATE_EXPECT=1` rewrites what is expected.
#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    cases.sort_by_key(fs::DirEntry::file_name);
    assert!(!cases.is_empty());
    let mut failures = String::new();
    for case in cases {
        let read = |side: &str| match fs::read_to_string(case.path().join(format!("{side}.wsdl"))) {
            Ok(text) => parsed(&format!("{side}.wsdl"), text),
            Err(_) => {
                let components = fs::read_to_string(case.path().join(format!("{side}.xsd")));
                parsed(&format!("{side}.wsdl"), wsdl(&components.unwrap()))
            }
        };
        let said: String = diff(&read("old"), &read("new"))
            .iter()
            .map(|change| format!("{change}\n"))
            .collect();
        let expected = case.path().join("expected.txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(expected, said).unwrap();
        } else if fs::read_to_string(expected).unwrap_or_default() != said {
            failures.push_str(&format!("{}:\n{said}\n", case.path().display()));
        }
    }
    assert!(
        failures.is_empty(),
        "UPDATE_EXPECT=1 takes these:\n{failures}"
    );
}
