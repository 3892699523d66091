//! Encoded messages as services write them, and as they are written here.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use soapstone::name::QName;
use soapstone::xml;

use crate::load::{LoadOptions, NoFetch, Source, load};
use crate::validate::Validator;
use crate::value::{Root, Values};

const SCHEMA: &str = r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:e">
  <types><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"
      xmlns:enc12="http://www.w3.org/2003/05/soap-encoding" xmlns:e="urn:e" targetNamespace="urn:e">
    <xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>
    <xs:import namespace="http://www.w3.org/2003/05/soap-encoding"/>
    <xs:complexType name="Line"><xs:all><xs:element name="sku" type="xs:string"/><xs:element name="qty" type="xs:int"/>
      <xs:element name="tags" type="e:Tags" minOccurs="0"/></xs:all></xs:complexType>
    <xs:complexType name="Gift"><xs:complexContent><xs:extension base="e:Line"><xs:sequence>
      <xs:element name="note" type="xs:string"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
    <xs:complexType name="Order"><xs:sequence><xs:element name="id" type="xs:long"/>
      <xs:element name="lines" type="e:Lines"/><xs:element name="parent" type="e:Order" nillable="true" minOccurs="0"/>
      <xs:element name="extra" type="xs:anyType" minOccurs="0"/></xs:sequence></xs:complexType>
    <xs:complexType name="Lines"><xs:complexContent><xs:restriction base="enc:Array">
      <xs:attribute ref="enc:arrayType" wsdl:arrayType="e:Line[]"/></xs:restriction></xs:complexContent></xs:complexType>
    <xs:complexType name="Tags"><xs:complexContent><xs:restriction base="enc:Array"><xs:sequence>
      <xs:element name="tag" type="xs:string" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
      </xs:restriction></xs:complexContent></xs:complexType>
    <xs:complexType name="Numbers"><xs:complexContent><xs:restriction base="enc12:Array"><xs:sequence>
      <xs:element name="n" type="xs:int" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
      </xs:restriction></xs:complexContent></xs:complexType>
  </xs:schema></types></definitions>"#;

fn values() -> Values {
    let source = Source::Bytes("e.wsdl".to_owned(), SCHEMA.as_bytes().to_vec());
    let loaded = load(&[source], &mut NoFetch, &LoadOptions::default());
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    Values::new(Arc::new(Validator::new(Arc::new(loaded.contract))))
}

fn part(values: &Values, type_: &str) -> (String, Root) {
    let name = QName::new("", "return");
    let type_ = values.model().globals.types[&QName::new("urn:e", type_)];
    ("return".to_owned(), Root::Type { name, type_ })
}

fn read(values: &Values, type_: &str, body: &str) -> Result<Json, String> {
    let text = format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:e="urn:e" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"
        xmlns:enc12="http://www.w3.org/2003/05/soap-encoding"><s:Body>{body}</s:Body></s:Envelope>"#
    );
    let part = part(values, type_);
    let read = values.read_encoded(&text, &xml::Options::message(), std::slice::from_ref(&part));
    let mut read = read.map_err(|error| error.to_string())?;
    let (name, element) = read.pop().expect("a part");
    assert_eq!(name, "return");
    Ok(values.to_json(&element, &part.1))
}

#[test]
fn references_are_followed_and_accessors_come_in_any_order() {
    let values = values();
    let json = read(
        &values,
        "Order",
        r##"<e:getResponse><anyName href="#id0"/></e:getResponse>
      <multiRef id="id0" enc:root="0" xsi:type="e:Order"><lines xsi:type="enc:Array" enc:arrayType="e:Line[2]">
        <item href="#id1"/><lines href="#id1"/></lines><parent xsi:nil="true"/><id xsi:type="xsd:long">7</id></multiRef>
      <multiRef id="id1" xsi:type="e:Line"><qty xsi:type="xsd:int">2</qty><sku href="#id2"/></multiRef>
      <multiRef id="id2" xsi:type="xsd:string">a b</multiRef>"##,
    );
    assert_eq!(
        json,
        Ok(
            json!({"lines": [{"qty": 2, "sku": "a b"}, {"qty": 2, "sku": "a b"}], "parent": null, "id": 7})
        )
    );
}

#[test]
fn types_that_fit_are_believed_and_others_are_not() {
    let values = values();
    let json = read(
        &values,
        "Order",
        r#"<r><return xsi:type="e:Unknown"><id xsi:type="xsd:int">7</id>
      <lines enc:arrayType="e:Line[1]"><item xsi:type="e:Gift"><sku>s</sku><qty>1</qty><note>n</note></item></lines>
      <extra xsi:type="xsd:int">5</extra></return></r>"#,
    );
    assert_eq!(
        json,
        Ok(json!({"id": 7,
        "lines": [{"$type": "{urn:e}Gift", "sku": "s", "qty": 1, "note": "n"}],
        "extra": {"$type": "{http://www.w3.org/2001/XMLSchema}int", "$": 5}}))
    );
}

#[test]
fn sparse_arrays_have_nil_in_their_gaps() {
    let values = values();
    let json = read(
        &values,
        "Tags",
        r#"<r><return enc:arrayType="xsd:string[9]" enc:offset="[1]"><i>b</i>
      <i enc:position="[3]">d</i></return></r>"#,
    );
    assert_eq!(json, Ok(json!([null, "b", null, "d"])));
    let error = read(
        &values,
        "Tags",
        r#"<r><return><i enc:position="[4000000000]">d</i></return></r>"#,
    );
    assert_eq!(error.unwrap_err(), "3:82: return: the array is too sparse");
}

#[test]
fn soap_12_refers_and_sizes_in_its_own_way() {
    let values = values();
    let json = read(
        &values,
        "Numbers",
        r#"<r><return enc12:itemType="xsd:int" enc12:arraySize="2"><n>1</n><n enc12:ref="x"/></return></r>
      <n enc12:id="x">2</n>"#,
    );
    assert_eq!(json, Ok(json!([1, 2])));
}

#[test]
fn mistakes_and_malice_are_refused() {
    let values = values();
    for (body, expected) in [
        (
            r##"<r><return href="#no"/></r>"##,
            "the reference \"no\" leads nowhere",
        ),
        (
            r##"<r><return href="#a"/></r><o id="a"><id>1</id><lines/><parent href="#a"/></o>"##,
            "the value \"a\" is part of itself",
        ),
        (
            r#"<r><return><id>ten</id></return></r>"#,
            "return/id: \"ten\" is not",
        ),
        (
            r#"<r><return><id><b/></id></return></r>"#,
            "the value is a text, and b stands in it",
        ),
        (
            r#"<r><return><odd/></return></r>"#,
            "return: the type has no odd",
        ),
        (r#"<r><one/><two/></r>"#, "one is no part of the message"),
        ("", "the body is empty"),
    ] {
        let error = read(&values, "Order", body).unwrap_err();
        assert!(error.contains(expected), "{body}: {error}");
    }
    // Each level refers twice to the one below: 2^40 values.
    let mut body =
        String::from(r##"<r><return><id>1</id><lines/><extra href="#l40"/></return></r>"##);
    for level in 1..=40 {
        body.push_str(&format!(
            r##"<x id="l{level}"><a href="#l{0}"/><b href="#l{0}"/></x>"##,
            level - 1
        ));
    }
    body.push_str(r#"<x id="l0"/>"#);
    let error = read(&values, "Order", &body).unwrap_err();
    assert!(error.contains("too large"), "{error}");
}

#[test]
fn what_is_written_tells_its_types_and_reads_the_same() {
    let values = values();
    let (_, root) = part(&values, "Order");
    let json = json!({"id": 7, "lines": [{"sku": "s", "qty": 1, "tags": ["x", "y"]},
        {"$type": "{urn:e}Gift", "sku": "t", "qty": 2, "note": "n"}], "parent": null});
    let element = values.from_json(&json, &root).unwrap();
    let text = values.write_encoded(&element, &root).unwrap();
    for told in [
        r#"xsi:type="n1:Order""#,
        r#"xsi:type="n1:Lines""#,
        r#":arrayType="n1:Line[2]""#,
        r#"xsi:type="n1:Gift""#,
        r#":string[2]""#,
        ":string\">x</tag>",
        r#":int">1</qty>"#,
        r#"xsi:nil="true""#,
    ] {
        assert!(text.contains(told), "{told} is not in {text}");
    }
    let again = read(&values, "Order", &format!("<r>{text}</r>"));
    assert_eq!(again, Ok(json));
    let (_, root) = part(&values, "Numbers");
    let element = values.from_json(&json!([1, 2, 3]), &root).unwrap();
    let text = values.write_encoded(&element, &root).unwrap();
    assert!(
        text.contains(":itemType=") && text.contains(r#":arraySize="3""#),
        "{text}"
    );
    assert_eq!(
        read(&values, "Numbers", &format!("<r>{text}</r>")),
        Ok(json!([1, 2, 3]))
    );
}
