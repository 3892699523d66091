//! The names of generated items: stable when a contract grows, apart where the contract's names come together in Rust.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use soapstone_codegen::{Options, generate_files};

/// The Rust that a schema becomes.
fn rust(name: &str, body: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.xsd"));
    let schema = format!(
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:n\" targetNamespace=\"urn:n\" elementFormDefault=\"qualified\">{body}</xs:schema>"
    );
    fs::write(&path, schema).unwrap();
    let options = Options {
        all_types: true,
        ..Options::default()
    };
    let (files, report) = generate_files(&[path], &options).unwrap();
    assert!(report.is_valid(), "{report}");
    files.into_iter().map(|file| file.text).collect()
}

/// The declarations of the Rust that a schema becomes.
fn names(name: &str, body: &str) -> Vec<String> {
    let rust = rust(name, body);
    let lines = rust.lines().map(str::trim);
    let declared = lines.filter(|line| line.starts_with("pub "));
    declared.map(str::to_owned).collect()
}

const SMALL: &str = r#"<xs:element name="order" type="Order"/>
    <xs:complexType name="Order"><xs:sequence>
      <xs:element name="line" maxOccurs="unbounded"><xs:complexType><xs:sequence><xs:element name="qty" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
      <xs:choice><xs:element name="card" type="xs:string"/><xs:element name="cash" type="xs:decimal"/></xs:choice>
    </xs:sequence></xs:complexType>"#;

#[test]
fn a_contract_that_grows_keeps_its_names() {
    let more = r#"<xs:element name="orderLine" type="OrderLine2"/>
      <xs:complexType name="OrderLine2"><xs:sequence><xs:element name="choice" type="xs:int"/></xs:sequence></xs:complexType>
      <xs:complexType name="order"><xs:sequence><xs:element name="Line" type="xs:int"/></xs:sequence></xs:complexType>"#;
    let before = names("grows-before", SMALL);
    let after = names("grows-after", &format!("{SMALL}{more}"));
    let gone: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
    assert!(gone.is_empty(), "{gone:#?}");
    assert!(after.len() > before.len());
}

#[test]
fn what_comes_together_is_kept_apart() {
    let schema = r#"<xs:element name="r" type="T"/>
      <xs:complexType name="T"><xs:sequence>
        <xs:element name="a-b" type="xs:int"/><xs:element name="a_b" type="xs:int"/><xs:element name="aB" type="xs:int"/>
        <xs:element name="type" type="xs:int"/><xs:element name="Type" type="xs:int"/><xs:element name="self" type="xs:int"/>
        <xs:element name="größe" type="xs:int"/><xs:element name="数量" type="xs:int"/><xs:element name="gen" type="xs:int"/>
      </xs:sequence><xs:attribute name="a-b" type="xs:int"/><xs:attribute name="Self" type="xs:int"/></xs:complexType>
      <xs:complexType name="t"><xs:sequence/></xs:complexType>
      <xs:complexType name="Option"><xs:sequence/></xs:complexType>"#;
    let names = names("apart", schema);
    let expected = [
        "pub a_b: Option<i32>,",
        "pub a_b_2: i32,",
        "pub a_b_3: i32,",
        "pub a_b_4: i32,",
        "pub r#type: i32,",
        "pub type_2: i32,",
        "pub self_: Option<i32>,",
        "pub self_2: i32,",
        "pub größe: i32,",
        "pub 数量: i32,",
        "pub r#gen: i32,",
        "pub struct T {",
        "pub struct T2 {",
        "pub struct Option2 {",
    ];
    for name in expected {
        assert!(
            names.iter().any(|n| n == name),
            "{name} is not in {names:#?}"
        );
    }
}

#[test]
fn mistakes_are_told_all_at_once_with_their_places() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes.xsd");
    let schema = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n<xs:element name=\"a\" type=\"none\"/>\n<xs:element name=\"b\" type=\"nothing\"/>\n</xs:schema>";
    fs::write(&path, schema).unwrap();
    let paths = [path];
    let error = generate_files(&paths, &Options::default()).unwrap_err();
    // `main` of a build script shows the error by `Debug`.
    let text = format!("{error:?}");
    assert!(
        text.contains("mistakes.xsd:2:") && text.contains("mistakes.xsd:3:"),
        "{text}"
    );
    let tolerant = Options {
        tolerant: true,
        ..Options::default()
    };
    assert!(generate_files(&paths, &tolerant).is_ok());
}

#[test]
fn a_count_as_large_as_they_go_is_kept() {
    let most = u64::MAX;
    let body = format!(
        r#"<xs:element name="r"><xs:complexType><xs:sequence minOccurs="{most}" maxOccurs="unbounded"><xs:element name="a" type="xs:int" maxOccurs="2"/></xs:sequence></xs:complexType></xs:element>"#
    );
    let rust = rust("count", &body);
    assert!(
        rust.contains(&format!(", {most}, codec::UNBOUNDED)?")),
        "{rust}"
    );
}

/// A list of codes too long for an enum is a text that is looked up; one that restricts it to a few is an enum again.
#[test]
fn a_catalog_of_codes_is_a_text_that_is_looked_up() {
    let values = |count: u32| -> String {
        (0..count)
            .rev()
            .map(|n| format!("<xs:enumeration value=\"{n:05}&#9; \"/>"))
            .collect()
    };
    let body = format!(
        r#"<xs:simpleType name="Code"><xs:restriction base="xs:token">{}</xs:restriction></xs:simpleType>
        <xs:simpleType name="Few"><xs:restriction base="Code">{}</xs:restriction></xs:simpleType>
        <xs:simpleType name="Line"><xs:restriction base="xs:normalizedString">{}</xs:restriction></xs:simpleType>
        <xs:simpleType name="Text"><xs:restriction base="xs:string">{}</xs:restriction></xs:simpleType>"#,
        values(2_001),
        values(2),
        values(2_001),
        values(2_001)
    );
    let rust = rust("catalog", &body);
    // The values have the white space that a text has when it is looked up.
    for expected in [
        "pub struct Code(String): lexical(codec::Lexical::Token), one_of(&[\n    \"00000\",\n",
        "pub struct Line(String): lexical(codec::Lexical::NormalizedString), one_of(&[\n    \"00000  \",\n",
        "pub struct Text(String): one_of(&[\n    \"00000\\t \",\n",
        "pub enum Few {",
    ] {
        assert!(rust.contains(expected), "{expected}");
    }
}
