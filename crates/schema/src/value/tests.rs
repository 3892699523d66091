//! Values through XML and JSON and back.

use std::sync::Arc;

use serde_json::json;
use soapstone::name::QName;
use soapstone::xml;

use super::{Content, Element, Node, Root, Text, Values};
use crate::load::{LoadOptions, Source, load};
use crate::validate::{Expect, Validator};

const SCHEMA: &str = r###"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:o="urn:o" targetNamespace="urn:o"
    elementFormDefault="qualified">
  <xs:element name="order" type="o:Order"/>
  <xs:element name="thing" type="xs:string"/>
  <xs:element name="special" type="o:Special" substitutionGroup="o:line"/>
  <xs:element name="line" type="o:Line"/>
  <xs:complexType name="Order">
    <xs:sequence>
      <xs:element name="number" type="xs:int"/>
      <xs:element name="total" type="xs:decimal" nillable="true"/>
      <xs:element name="note" type="xs:string" minOccurs="0"/>
      <xs:element name="codes" minOccurs="0"><xs:simpleType><xs:list itemType="xs:int"/></xs:simpleType></xs:element>
      <xs:element name="kind" type="xs:QName" minOccurs="0"/>
      <xs:choice minOccurs="0" maxOccurs="unbounded">
        <xs:element name="a" type="xs:boolean"/>
        <xs:element name="b" type="xs:date"/>
      </xs:choice>
      <xs:element ref="o:line" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="text" type="o:Rich" minOccurs="0"/>
      <xs:element name="any" minOccurs="0"/>
      <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="2"/>
    </xs:sequence>
    <xs:attribute name="id" type="xs:ID" use="required"/>
    <xs:attribute name="state" type="xs:string" default="new"/>
  </xs:complexType>
  <xs:complexType name="Line">
    <xs:sequence><xs:element name="qty" type="o:Amount"/></xs:sequence>
  </xs:complexType>
  <xs:complexType name="Special">
    <xs:complexContent><xs:extension base="o:Line"><xs:sequence>
      <xs:element name="why" type="xs:string"/>
    </xs:sequence></xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:complexType name="Amount">
    <xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="unit" type="xs:string"/></xs:extension></xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Remark" mixed="true"><xs:attribute name="by" type="xs:string"/></xs:complexType>
  <xs:simpleType name="Padded"><xs:restriction base="xs:int"><xs:pattern value="[0-9]{3}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="WordList"><xs:restriction><xs:simpleType><xs:list itemType="xs:token"/></xs:simpleType>
            <xs:pattern value="\d{3}( \d{3})*"/><xs:pattern value="[01]( [01])*"/></xs:restriction></xs:simpleType>
        <xs:simpleType name="NumberList"><xs:restriction><xs:simpleType><xs:list itemType="xs:decimal"/></xs:simpleType>
            <xs:pattern value="\d{3}( \d{3})*"/></xs:restriction></xs:simpleType>
        <xs:simpleType name="PaddedList"><xs:list itemType="o:Padded"/></xs:simpleType>
  <xs:simpleType name="PaddedOrNot"><xs:union memberTypes="o:PaddedList xs:string"/></xs:simpleType>
  <xs:simpleType name="Code"><xs:restriction base="xs:string"><xs:pattern value="[0-9]{5}"/></xs:restriction></xs:simpleType>
  <xs:complexType name="Rich" mixed="true">
    <xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="em" type="xs:string"/></xs:choice>
  </xs:complexType>
</xs:schema>"###;

fn values() -> Values {
    let source = Source::Bytes("order.xsd".into(), SCHEMA.as_bytes().to_vec());
    let loaded = load(
        &[source],
        &mut crate::load::NoFetch,
        &LoadOptions::default(),
    );
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    Values::new(Arc::new(Validator::new(Arc::new(loaded.contract))))
}

fn order(values: &Values) -> Root {
    Root::Element(values.model().globals.elements[&QName::new("urn:o", "order")])
}

fn read(values: &Values, text: &str) -> Element {
    values
        .read(text, Expect::Declared, &xml::Options::message())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// XML → tree → XML → the same tree; tree → JSON → tree → the same XML.
fn survives(xml: &str) -> serde_json::Value {
    let values = values();
    let root = order(&values);
    let value = read(&values, xml);
    let written = values
        .write(&value, &root)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read(&values, &written), value, "{written}");
    let json = values.to_json(&value, &root);
    let back = values
        .from_json(&json, &root)
        .unwrap_or_else(|error| panic!("{error}\n{json:#}"));
    let again = values
        .write(&back, &root)
        .unwrap_or_else(|error| panic!("{error}\n{json:#}"));
    assert_eq!(
        values.to_json(&read(&values, &again), &root),
        json,
        "{again}"
    );
    json
}

#[test]
fn orders_go_round() {
    let json = survives(
        r#"<order xmlns="urn:o" id="x1"><number>7</number><total>10.500000000000000000000000001</total><codes> 1 2
         3</codes><a>true</a><line><qty unit="kg">1.50</qty></line></order>"#,
    );
    let expected: serde_json::Value = serde_json::from_str(
        r#"{"@id": "x1", "number": 7, "total": 10.500000000000000000000000001, "codes": [1, 2, 3], "a": [true],
            "line": [{"qty": {"@unit": "kg", "$": 1.50}}]}"#,
    )
    .unwrap();
    assert_eq!(json, expected);
}

#[test]
fn nil_is_not_empty_is_not_absent() {
    let xsi = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
    let json = survives(&format!(
        "<order xmlns='urn:o' {xsi} id='x1'><number>7</number><total xsi:nil='true'/><note/></order>"
    ));
    assert_eq!(
        json,
        json!({"@id": "x1", "number": 7, "total": null, "note": ""})
    );
}

#[test]
fn order_that_json_would_lose_is_kept() {
    let json = survives(
        "<order xmlns='urn:o' id='x1'><number>7</number><total>1</total><a>true</a><b>2001-01-01</b><a>0</a></order>",
    );
    assert_eq!(json["$children"][4], json!({"a": false}));
}

#[test]
fn types_names_mixed_and_wild() {
    let json = survives(
        r#"<o:order xmlns:o="urn:o" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="x1"><o:number>7</o:number>
        <o:total>1</o:total><o:kind xmlns:k="urn:k">k:big</o:kind><o:line xsi:type="o:Special"><o:qty>1</o:qty><o:why>w</o:why></o:line><o:special><o:qty>2</o:qty><o:why/></o:special><o:text>so <o:em>very</o:em> rich</o:text><o:any><z p="1">t</z></o:any><x:free xmlns:x="urn:x" x:y="1">a<x:b/>c</x:free></o:order>"#,
    );
    assert_eq!(json["kind"], json!("{urn:k}big"));
    assert_eq!(
        json["line"],
        json!([{"$type": "{urn:o}Special", "qty": 1, "why": "w"}])
    );
    assert_eq!(json["special"], json!([{"qty": 2, "why": ""}]));
    assert_eq!(
        json["text"],
        json!({"$children": ["so ", {"em": "very"}, " rich"]})
    );
    assert!(
        json["$any"][0].as_str().unwrap().contains("free"),
        "{json:#}"
    );
}

#[test]
fn children_are_put_in_order() {
    let values = values();
    let root = order(&values);
    let json = json!({"line": [{"qty": {"$": 2}}], "b": "2001-01-01", "total": 1e2, "number": 7, "@id": "x"});
    let value = values.from_json(&json, &root).unwrap();
    let text = values.write(&value, &root).unwrap();
    let read = read(&values, &text);
    let names: Vec<&str> = read.children().map(|child| &*child.name.local).collect();
    assert_eq!(names, ["number", "total", "b", "line"]);
    assert_eq!(read.child("total").and_then(Element::text), Some("100.0"));
}

#[test]
fn mistakes_have_a_path() {
    let values = values();
    let root = order(&values);
    let error = |json: serde_json::Value| match values.from_json(&json, &root) {
        Err(error) => error.to_string(),
        Ok(value) => values.write(&value, &root).unwrap_err().to_string(),
    };
    let line = json!({"@id": "x", "number": 7, "total": 1, "line": [{"qty": 1}, {"qty": "ten"}]});
    assert!(error(line).starts_with("order/line[2]/qty: \"ten\" is not valid for xs:decimal"));
    assert!(
        error(json!({"@id": "x", "nmber": 7}))
            .starts_with("order: unknown name \"nmber\"; known: ")
    );
    assert!(error(json!({"@id": "x", "number": 7})).contains("total"));
    assert!(error(json!({"@idd": "x"})).contains("known: @id, @state"));
    assert!(
        error(json!({"@id": "x", "line": [{"qty": {"$": 1, "unit": "kg"}}]}))
            .starts_with("order/line[1]/qty: unknown name \"unit\"; known: $")
    );
}

fn of_type(values: &Values, name: &str) -> Root {
    Root::Type {
        name: QName::new("", "part"),
        type_: values.model().globals.types[&QName::new("urn:o", name)],
    }
}

#[test]
fn a_number_is_spelled_as_a_number_asks_and_as_no_text_does() {
    let values = values();
    for (type_, json, text) in [
        ("Padded", json!(7), Some("007")),
        ("PaddedList", json!([7, 12, "013"]), Some("007 012 013")),
        ("PaddedList", json!([7, 1000, 8]), None),
        ("NumberList", json!([7, "012"]), Some("007 012")),
        ("NumberList", json!(["1".repeat(70_000)]), None),
        ("WordList", json!(["007", "012"]), Some("007 012")),
        ("WordList", json!(["7"]), None),
        ("WordList", json!(["true", "false"]), None),
        ("Code", json!(1234), None),
        ("Code", json!(12345), Some("12345")),
    ] {
        let root = of_type(&values, type_);
        let read = values.from_json(&json, &root).ok();
        let read = read.as_ref().and_then(Element::text);
        assert_eq!(read, text, "{type_} {json}");
    }
}

#[test]
fn text_of_a_union_or_of_mixed_content_alone_comes_back_from_json() {
    let values = values();
    for (type_, xml, json) in [
        ("PaddedOrNot", "<part>007 012</part>", json!(["007", "012"])),
        ("PaddedOrNot", "<part>107 112</part>", json!([107, 112])),
        ("Remark", "<part>hello</part>", json!("hello")),
        (
            "Remark",
            r#"<part by="me">hello</part>"#,
            json!({"@by": "me", "$": "hello"}),
        ),
        (
            "Remark",
            r#"<part by="me"/>"#,
            json!({"@by": "me", "$": ""}),
        ),
    ] {
        let root = of_type(&values, type_);
        let Root::Type { type_, .. } = &root else {
            unreachable!()
        };
        let read = |text: &str| {
            let read = values.read(text, Expect::Type(*type_), &xml::Options::message());
            values.to_json(&read.unwrap(), &root)
        };
        assert_eq!(read(xml), json);
        let back = values.from_json(&json, &root).unwrap();
        assert_eq!(read(&values.write(&back, &root).unwrap()), json);
    }
    let remark = of_type(&values, "Remark");
    for json in [json!({"text": "hello"}), json!({"$any": ["<a/>"]})] {
        assert!(values.from_json(&json, &remark).is_err(), "{json}");
    }
}

#[test]
fn values_of_types_under_any_name() {
    let values = values();
    let type_ = values.model().globals.types[&QName::new("urn:o", "Line")];
    let root = Root::Type {
        name: QName::new("", "part"),
        type_,
    };
    let mut value = Element::new(QName::new("", "part"));
    let qty = Element {
        content: Content::Simple(Text::new("3")),
        ..Element::new(QName::new("urn:o", "qty"))
    };
    value.content = Content::Nodes(vec![Node::Element(qty)]);
    let text = values.write(&value, &root).unwrap();
    assert_eq!(text, r#"<part xmlns:n1="urn:o"><n1:qty>3</n1:qty></part>"#);
    let read = values
        .read(&text, Expect::Type(type_), &xml::Options::message())
        .unwrap();
    assert_eq!(values.to_json(&read, &root), json!({"qty": 3}));
}
