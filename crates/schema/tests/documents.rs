//! Schema documents as they lie on disks: in the encodings of the world, with document types and entities of their own, and of
//! languages that this is not.

use std::sync::Arc;

use soapstone::xml::{self, Reader};
use soapstone_schema::load::{LoadOptions, Loaded, NoFetch, Source, load};
use soapstone_schema::validate::{Options, Validator};

fn loaded(bytes: Vec<u8>) -> Loaded {
    let source = Source::Bytes("case.xsd".to_owned(), bytes);
    load(&[source], &mut NoFetch, &LoadOptions::default())
}

/// Tells whether an instance is valid by a schema, which is.
fn judge(schema: Vec<u8>, instance: &str) -> bool {
    let loaded = loaded(schema);
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    let validator = Validator::new(Arc::new(loaded.contract));
    let mut reader = Reader::new(instance, &xml::Options::document());
    validator
        .validate(&mut reader, &Options::collect(), &mut ())
        .is_ok()
}

/// A schema of an element that may only hold one character.
fn schema(declared: &str, character: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="{declared}"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a">
        <xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="{character}"/></xs:restriction></xs:simpleType>
        </xs:element></xs:schema>"#
    )
}

#[test]
fn every_encoding_of_the_world_is_read() {
    let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    };
    let byte = |text: &str, character: &str, bytes: &[u8]| -> Vec<u8> {
        let (before, after) = text.split_once(character).expect("it is there");
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let utf16 = schema("UTF-16", "é");
    let cases = [
        (
            "UTF-16, little end first",
            wide(&format!("\u{FEFF}{utf16}"), u16::to_le_bytes),
            "é",
        ),
        (
            "UTF-16, big end first",
            wide(&format!("\u{FEFF}{utf16}"), u16::to_be_bytes),
            "é",
        ),
        ("UTF-16 without a mark", wide(&utf16, u16::to_le_bytes), "é"),
        (
            "UTF-8 with a mark",
            format!("\u{FEFF}{}", schema("utf-8", "é")).into_bytes(),
            "é",
        ),
        ("UTF-8 that says UTF-16", utf16.clone().into_bytes(), "é"),
        (
            "Latin-1",
            byte(&schema("ISO-8859-1", "é"), "é", &[0xE9]),
            "é",
        ),
        (
            "Latin-9",
            byte(&schema("ISO-8859-15", "€"), "€", &[0xA4]),
            "€",
        ),
        (
            "Windows",
            byte(&schema("windows-1252", "€"), "€", &[0x80]),
            "€",
        ),
        (
            "Windows, Cyrillic",
            byte(&schema("windows-1251", "Ж"), "Ж", &[0xC6]),
            "Ж",
        ),
        (
            "Chinese",
            byte(&schema("GB2312", "中"), "中", &[0xD6, 0xD0]),
            "中",
        ),
        (
            "Japanese",
            byte(&schema("Shift_JIS", "日"), "日", &[0x93, 0xFA]),
            "日",
        ),
        ("plain", schema("US-ASCII", "&#233;").into_bytes(), "é"),
    ];
    for (name, bytes, character) in cases {
        assert!(
            judge(bytes.clone(), &format!("<a>{character}</a>")),
            "{name}"
        );
        assert!(!judge(bytes, "<a>?</a>"), "{name}");
    }
}

#[test]
fn bytes_that_the_declared_encoding_does_not_have_are_refused() {
    for declared in ["utf-8", "us-ascii", "no-such-encoding"] {
        let bytes = schema(declared, "x").into_bytes();
        let text = [bytes, vec![0xE9]].concat();
        let report = loaded(text).report;
        let rules: Vec<&str> = report.diagnostics.iter().map(|d| d.rule).collect();
        assert_eq!(rules, ["xml"], "{report}");
        let named = |kind: &str| report.to_string().contains(kind);
        assert!(
            named("the byte 0xE9 at offset") || named("is not known"),
            "{report}"
        );
    }
}

#[test]
fn entities_of_the_internal_subset_are_read_wherever_they_stand() {
    let schema = r#"<?xml version="1.0"?>
    <!DOCTYPE xs:schema PUBLIC "-//W3C//DTD XMLSCHEMA 200102//EN" "XMLSchema.dtd" [
      <!ENTITY % p 'xs:'> <!ENTITY % s ':xs'>
      <!ENTITY % more "<!ENTITY most '3'>"> %more;
      <!ENTITY xsd "http://www.w3.org/2001/XMLSchema#"> <!ENTITY schema "http://www.w3.org/2001/XMLSchema">
      <!ENTITY urn "urn:t"> <!ENTITY digit "[0-9&#x5D;"> <!ENTITY name "code">
      <!ENTITY facets "<xs:maxLength value='&most;'/>">
      <!ATTLIST xs:schema elementFormDefault CDATA "qualified">
      <!ATTLIST xs:element id ID #IMPLIED>
    ]>
    <xs:schema xmlns:xs="&schema;" targetNamespace="&urn;" xmlns="&urn;">
      <xs:element name="a"><xs:complexType><xs:sequence><xs:element name="&name;" type="Code"/></xs:sequence></xs:complexType></xs:element>
      <xs:simpleType name="Code"><xs:restriction base="xs:string"><xs:pattern value="&digit;+"/>&facets;</xs:restriction></xs:simpleType>
      <xs:annotation><xs:documentation>&xsd;int &amp; more</xs:documentation></xs:annotation>
    </xs:schema>"#;
    let instance = |code: &str| format!(r#"<a xmlns="urn:t"><code>{code}</code></a>"#);
    for (code, valid) in [("123", true), ("1234", false), ("x", false)] {
        let schema = schema.as_bytes().to_vec();
        assert_eq!(judge(schema, &instance(code)), valid, "{code}");
    }
}

#[test]
fn what_later_versions_of_the_language_have_is_named() {
    for (written, element, rule) in [
        (
            r#"<xs:override schemaLocation="x.xsd"><xs:simpleType name="T"/></xs:override>"#,
            "override",
            "[src-override]",
        ),
        (
            r#"<xs:defaultOpenContent><xs:any/></xs:defaultOpenContent>"#,
            "defaultOpenContent",
            "[xsd-11]",
        ),
        (
            r#"<xs:complexType name="T"><xs:assert test="true()"/></xs:complexType>"#,
            "assert",
            "[xsd-11]",
        ),
    ] {
        let schema = format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{written}</xs:schema>"#
        );
        let report = loaded(schema.into_bytes()).report.to_string();
        assert!(
            report.contains(rule) && report.contains(element),
            "{report}"
        );
    }
}
