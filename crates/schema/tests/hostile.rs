//! Documents made to hurt: loading, judging and reading end, in errors that say why, and ask for nothing that they should not.

use std::sync::Arc;

use soapstone::name::QName;
use soapstone::xml::{self, Reader};
use soapstone_schema::load::{Fetch, FetchError, LoadOptions, Loaded, NoFetch, Source, load};
use soapstone_schema::pattern::{Pattern, parse};
use soapstone_schema::validate::{Options, Validator};
use soapstone_schema::value::{Root, Values};

fn schema(body: &str) -> String {
    format!(
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:h" targetNamespace="urn:h" elementFormDefault="qualified">{body}</xs:schema>"#
    )
}

fn loaded(text: &str) -> Loaded {
    let source = Source::Bytes("h.xsd".to_owned(), text.as_bytes().to_vec());
    load(&[source], &mut NoFetch, &LoadOptions::default())
}

/// Judges an instance by whatever came of a schema.
fn judge(loaded: Loaded, instance: &str) -> bool {
    let validator = Validator::new(Arc::new(loaded.contract));
    let mut reader = Reader::new(instance, &xml::Options::document());
    validator
        .validate(&mut reader, &Options::collect(), &mut ())
        .is_ok()
}

/// A stream of numbers that is the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// Changes a text in one to four places: drops, doubles, swaps in something else that documents are made of.
fn mutate(text: &str, numbers: &mut Numbers) -> Vec<u8> {
    const PIECES: [&str; 20] = [
        "<",
        ">",
        "\"",
        "&",
        "]]>",
        "<!--",
        "xs:",
        "h:",
        "name=\"a\"",
        "ref=\"a\"",
        "base=\"A\"",
        "type=\"A\"",
        "maxOccurs=\"99999999999\"",
        "minOccurs=\"0\"",
        "unbounded",
        "<xs:any/>",
        "<xs:element ref=\"a\"/>",
        "</xs:sequence>",
        "\u{1F682}",
        "\0",
    ];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.next(3) {
        let at = numbers.next(bytes.len());
        let end = (at + 1 + numbers.next(40)).min(bytes.len());
        match numbers.next(4) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copy = bytes[at..end].to_vec();
                let to = numbers.next(bytes.len());
                bytes.splice(to..to, copy);
            }
            2 => drop(bytes.splice(at..at, PIECES[numbers.next(PIECES.len())].bytes())),
            _ => bytes[at] = bytes[at].wrapping_add(1 + numbers.next(3) as u8),
        }
    }
    bytes
}

const SEED: &str = r###"<xs:element name="a" type="A" nillable="true"><xs:key name="k"><xs:selector xpath=".//b"/><xs:field xpath="@i"/></xs:key>
    <xs:keyref name="r" refer="k"><xs:selector xpath="c"/><xs:field xpath="."/></xs:keyref></xs:element>
  <xs:element name="d" type="A" substitutionGroup="a"/>
  <xs:complexType name="A" mixed="true"><xs:sequence><xs:choice minOccurs="0" maxOccurs="7"><xs:element name="b" type="B"/>
    <xs:element name="c" type="C" default="3"/><xs:group ref="G"/></xs:choice><xs:any namespace="##other" processContents="lax"/></xs:sequence>
    <xs:attributeGroup ref="T"/></xs:complexType>
  <xs:complexType name="B"><xs:complexContent><xs:extension base="A"><xs:attribute name="i" type="C"/></xs:extension></xs:complexContent></xs:complexType>
  <xs:simpleType name="C"><xs:restriction base="xs:decimal"><xs:pattern value="[0-9-[3]]{1,4}"/><xs:maxInclusive value="10"/>
    <xs:enumeration value="3"/></xs:restriction></xs:simpleType>
  <xs:group name="G"><xs:all><xs:element name="e" minOccurs="0"><xs:simpleType><xs:list itemType="C"/></xs:simpleType></xs:element></xs:all></xs:group>
  <xs:attributeGroup name="T"><xs:attribute name="q" type="xs:QName" fixed="xs:q"/><xs:anyAttribute namespace="##local"/></xs:attributeGroup>"###;

const INSTANCE: &str = r#"<a xmlns="urn:h" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" q="xs:q" xmlns:xs="http://www.w3.org/2001/XMLSchema">x
    <b i="1"><c>3</c></b><c/><d xsi:type="B" xsi:nil="true"/><e>1 2</e><o:o xmlns:o="urn:o"/></a>"#;

#[test]
fn whatever_is_changed_in_a_schema_or_an_instance_loading_and_judging_end() {
    let mut numbers = Numbers(0x5eed);
    let (mut kept, mut judged) = (0, 0);
    for round in 0..1500 {
        let text = mutate(&schema(SEED), &mut numbers);
        let source = Source::Bytes("h.xsd".to_owned(), text);
        let loaded = load(&[source], &mut NoFetch, &LoadOptions::default());
        kept += usize::from(loaded.contract.model.globals.elements.len() > 1);
        let instance = mutate(INSTANCE, &mut numbers);
        if let (true, Ok(instance)) = (round % 3 == 0, std::str::from_utf8(&instance)) {
            judge(loaded, instance);
            judged += 1;
        }
    }
    assert!(
        kept > 50 && judged > 100,
        "{kept} schemas kept something, {judged} instances were judged"
    );
}

#[test]
fn whatever_an_encoded_message_says_reading_ends() {
    let values = Values::new(Arc::new(Validator::new(Arc::new(
        loaded(&schema(SEED)).contract,
    ))));
    let type_ = values.model().globals.types[&QName::new("urn:h", "A")];
    let part = (
        "a".to_owned(),
        Root::Type {
            name: QName::new("", "a"),
            type_,
        },
    );
    let message = r##"<m xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="urn:h"><a href="#1"/><x id="1" xsi:type="B">
      <b href="#2"/><c>3</c></x><y id="2"><c href="#1"/></y></m>"##;
    let mut numbers = Numbers(0xfeed);
    for _ in 0..1000 {
        if let Ok(text) = String::from_utf8(mutate(message, &mut numbers)) {
            let _ =
                values.read_encoded(&text, &xml::Options::message(), std::slice::from_ref(&part));
        }
    }
}

#[test]
fn whatever_a_pattern_is_it_compiles_or_is_refused() {
    const PIECES: [&str; 24] = [
        "a",
        "b",
        "(",
        ")",
        "[",
        "]",
        "^",
        "-",
        "-[",
        "|",
        "*",
        "+",
        "?",
        "{2,3}",
        "{1000}",
        "{0,",
        "\\d",
        "\\i",
        "\\p{L}",
        "\\P{IsGreek}",
        "\\",
        ".",
        "\u{1F682}",
        "\\-",
    ];
    let mut numbers = Numbers(0xbeef);
    let mut compiled = 0;
    for _ in 0..2000 {
        let pattern: String = (0..=numbers.next(8))
            .map(|_| PIECES[numbers.next(PIECES.len())])
            .collect();
        let made = Pattern::compile(&pattern);
        assert_eq!(made.is_ok(), parse(&pattern).is_ok(), "{pattern}");
        if let Ok(made) = made {
            compiled += 1;
            made.is_match("aab1\u{3b1}");
        }
    }
    assert!(compiled > 100, "only {compiled} compiled");
    // Backtracking would not end on these.
    let text = "a".repeat(50_000) + "!";
    for pattern in [
        "(a*)*b",
        "(a|a)*b",
        "(a{0,100}){0,100}b",
        "(.*)*(.*)*b",
        "a{1,100000}b",
    ] {
        if let Ok(made) = Pattern::compile(pattern) {
            assert!(!made.is_match(&text), "{pattern}");
        }
    }
}

#[test]
fn what_refers_to_itself_is_an_error_and_no_loop() {
    for (body, rule) in [
        (
            r#"<xs:complexType name="A"><xs:complexContent><xs:extension base="A"/></xs:complexContent></xs:complexType>"#,
            "ct-props-correct",
        ),
        (
            r#"<xs:complexType name="A"><xs:complexContent><xs:extension base="B"/></xs:complexContent></xs:complexType>
            <xs:complexType name="B"><xs:complexContent><xs:restriction base="A"/></xs:complexContent></xs:complexType>"#,
            "ct-props-correct",
        ),
        (
            r#"<xs:simpleType name="A"><xs:restriction base="A"/></xs:simpleType>"#,
            "st-props-correct",
        ),
        (
            r#"<xs:simpleType name="A"><xs:union memberTypes="xs:int B"/></xs:simpleType>
            <xs:simpleType name="B"><xs:union memberTypes="A"/></xs:simpleType>"#,
            "",
        ),
        (
            r#"<xs:group name="G"><xs:sequence><xs:group ref="H" minOccurs="0"/></xs:sequence></xs:group>
            <xs:group name="H"><xs:choice><xs:group ref="G"/></xs:choice></xs:group><xs:complexType name="A"><xs:group ref="G"/></xs:complexType>"#,
            "mg-props-correct",
        ),
        (
            r#"<xs:attributeGroup name="T"><xs:attributeGroup ref="T"/></xs:attributeGroup>"#,
            "src-attribute_group",
        ),
        (
            r#"<xs:element name="x" substitutionGroup="y"/><xs:element name="y" substitutionGroup="x"/>"#,
            "e-props-correct",
        ),
        (
            r#"<xs:include schemaLocation="h.xsd"/><xs:include schemaLocation="./h.xsd#again"/>"#,
            "",
        ),
    ] {
        let text = schema(&format!(r#"{body}<xs:element name="a" type="xs:string"/>"#));
        let loaded = loaded(&text);
        let report = loaded.report.to_string();
        assert!(report.contains(rule), "{body}: {report}");
        assert!(
            judge(loaded, r#"<a xmlns="urn:h">x</a>"#),
            "{body}: {report}"
        );
    }
}

#[test]
fn large_counts_cost_nothing() {
    let group = |inner: &str| {
        format!(r#"<xs:sequence minOccurs="0" maxOccurs="1000000">{inner}</xs:sequence>"#)
    };
    let content = group(&group(&group(
        r#"<xs:element name="b" maxOccurs="999999999999999999999"/>"#,
    )));
    let loaded = loaded(&schema(&format!(
        r#"<xs:element name="a"><xs:complexType>{content}</xs:complexType></xs:element>"#
    )));
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    let instance = format!(r#"<a xmlns="urn:h">{}</a>"#, "<b/>".repeat(10_000));
    assert!(judge(loaded, &instance));
}

#[test]
fn entities_and_depth_are_bounded() {
    let mut laughs = String::from("<!DOCTYPE a [<!ENTITY e0 \"ha\">");
    for level in 1..60 {
        laughs.push_str(&format!("<!ENTITY e{level} \"&e{0};&e{0};\">", level - 1));
    }
    let text = format!(
        "{laughs}]>{}",
        schema(r#"<xs:annotation><xs:documentation>&e59;</xs:documentation></xs:annotation>"#)
    );
    let report = loaded(&text).report;
    assert!(
        !report.is_valid() && report.to_string().contains("[xml]"),
        "{report}"
    );
    let external = format!(
        "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}",
        schema(r#"<xs:annotation><xs:documentation>&e;</xs:documentation></xs:annotation>"#)
    );
    assert!(!loaded(&external).report.to_string().contains("root:"));
    let deep = schema(&format!(
        "{}{}",
        "<xs:sequence>".repeat(100_000),
        "</xs:sequence>".repeat(100_000)
    ));
    assert!(loaded(&deep).report.to_string().contains("[xml]"));
}

/// Answers a few addresses, and keeps what it was asked for.
struct Network {
    asked: Vec<String>,
}

impl Fetch for Network {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        self.asked.push(location.to_owned());
        match location {
            "http://h.example/a.xsd" => Ok(schema(
                r#"<xs:include schemaLocation="/etc/passwd"/><xs:include schemaLocation="file:///etc/shadow"/>
                <xs:include schemaLocation="FILE:/etc/hosts"/><xs:import namespace="urn:x" schemaLocation="b.xsd"/>
                <xs:redefine schemaLocation="file://localhost/etc/group"/>"#,
            )
            .into_bytes()),
            _ => Err(FetchError::Network),
        }
    }
}

#[test]
fn a_document_from_the_network_names_no_file() {
    let mut network = Network { asked: Vec::new() };
    let root = Source::Location("http://h.example/a.xsd".to_owned());
    let report = load(&[root], &mut network, &LoadOptions::default())
        .report
        .to_string();
    let expected = [
        "http://h.example/a.xsd",
        "http://h.example/etc/passwd",
        "http://h.example/b.xsd",
    ];
    assert_eq!(network.asked, expected);
    assert_eq!(
        report.matches("may not refer to a file").count(),
        3,
        "{report}"
    );
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    const LENGTH: usize = 900;
    let chain = |each: &dyn Fn(usize) -> String| -> String { (0..LENGTH).map(each).collect() };
    for (what, body) in [
        (
            "groups",
            chain(&|n| {
                format!(
                    r#"<xs:group name="g{n}"><xs:sequence><xs:group ref="g{}" minOccurs="0"/></xs:sequence></xs:group>"#,
                    n + 1
                )
            }) + &format!(
                r#"<xs:group name="g{LENGTH}"><xs:sequence><xs:element name="e"/></xs:sequence></xs:group>
                    <xs:complexType name="T"><xs:group ref="g0"/></xs:complexType>"#
            ),
        ),
        (
            "extensions",
            r#"<xs:complexType name="t0"/>"#.to_owned()
                + &chain(&|n| {
                    format!(
                        r#"<xs:complexType name="t{}"><xs:complexContent><xs:extension base="t{n}"/></xs:complexContent></xs:complexType>"#,
                        n + 1
                    )
                })
                + &format!(
                    r#"<xs:complexType name="T"><xs:complexContent><xs:extension base="t{LENGTH}"/></xs:complexContent></xs:complexType>"#
                ),
        ),
        (
            "restrictions",
            r#"<xs:simpleType name="t0"><xs:restriction base="xs:string"/></xs:simpleType>"#
                .to_owned()
                + &chain(&|n| {
                    format!(
                        r#"<xs:simpleType name="t{}"><xs:restriction base="t{n}"><xs:minLength value="0"/></xs:restriction></xs:simpleType>"#,
                        n + 1
                    )
                })
                + r#"<xs:complexType name="T"/>"#,
        ),
        (
            "attribute groups",
            chain(&|n| {
                format!(
                    r#"<xs:attributeGroup name="g{n}"><xs:attributeGroup ref="g{}"/></xs:attributeGroup>"#,
                    n + 1
                )
            }) + &format!(
                r#"<xs:attributeGroup name="g{LENGTH}"/><xs:complexType name="T"><xs:attributeGroup ref="g0"/></xs:complexType>"#
            ),
        ),
    ] {
        let loaded = loaded(&schema(&format!(
            r#"{body}<xs:element name="a" type="T"/>"#
        )));
        assert!(loaded.report.is_valid(), "{what}: {}", loaded.report);
        let valid = judge(loaded, r#"<a xmlns="urn:h"/>"#);
        assert!(valid || what == "groups", "{what}");
    }
}
