//! Any bytes as an instance of a schema that has a bit of everything: judging ends, what is read as a value is written and
//! reads the same, and an encoded message ends in parts or in an error.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use soapstone::name::QName;
use soapstone::xml;
use soapstone_schema::load::{LoadOptions, NoFetch, Source, load};
use soapstone_schema::model::Builtin;
use soapstone_schema::validate::{Expect, Options, Validator};
use soapstone_schema::value::{Root, Values};

const SCHEMA: &str = r###"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:f" targetNamespace="urn:f"
    elementFormDefault="qualified">
  <xs:element name="a" type="A"><xs:key name="k"><xs:selector xpath="b"/><xs:field xpath="@i"/></xs:key>
    <xs:keyref name="r" refer="k"><xs:selector xpath=".//c"/><xs:field xpath="@i"/></xs:keyref></xs:element>
  <xs:element name="c" type="C" nillable="true"/><xs:element name="d" type="D" substitutionGroup="c"/>
  <xs:complexType name="A" mixed="true"><xs:sequence><xs:choice minOccurs="0" maxOccurs="1000000">
    <xs:element name="b" maxOccurs="3"><xs:complexType><xs:attribute name="i" type="xs:ID" use="required"/></xs:complexType></xs:element>
    <xs:element ref="c"/><xs:element ref="a"/></xs:choice><xs:element name="e" type="E" minOccurs="0"/>
    <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="q" type="xs:QName"/><xs:attribute name="f" type="xs:dateTime" default="2000-01-01T00:00:00Z"/>
    <xs:anyAttribute namespace="##other" processContents="lax"/></xs:complexType>
  <xs:complexType name="C"><xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="i" type="xs:IDREF"/></xs:extension>
    </xs:simpleContent></xs:complexType>
  <xs:complexType name="D"><xs:simpleContent><xs:restriction base="C"><xs:totalDigits value="4"/></xs:restriction></xs:simpleContent></xs:complexType>
  <xs:simpleType name="E"><xs:union memberTypes="xs:int xs:duration xs:base64Binary"/></xs:simpleType>
</xs:schema>"###;

static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let source = Source::Bytes("f.xsd".to_owned(), SCHEMA.as_bytes().to_vec());
    let loaded = load(&[source], &mut NoFetch, &LoadOptions::default());
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    Values::new(Arc::new(Validator::new(Arc::new(loaded.contract))))
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = xml::decode(bytes, None) else { return };
    let options = xml::Options::document();
    let mut reader = xml::Reader::new(&text, &options);
    let _ = VALUES.validator().validate(&mut reader, &Options { lenient: true, ..Options::collect() }, &mut ());
    let a = VALUES.model().globals.elements[&QName::new("urn:f", "a")];
    if let Ok(value) = VALUES.read(&text, Expect::Element(a), &options) {
        let root = Root::Element(a);
        let written = VALUES.write(&value, &root).expect("what was read can be written");
        let again = VALUES.read(&written, Expect::Element(a), &options).expect("what was written can be read");
        assert_eq!(value, again, "{written}");
        let json = VALUES.to_json(&value, &root);
        let _ = VALUES.from_json(&json, &root);
    }
    let type_ = VALUES.model().globals.types.get(&QName::new("urn:f", "A")).copied().unwrap_or(Builtin::AnyType.id());
    let part = ("p".to_owned(), Root::Type { name: QName::new("", "p"), type_ });
    let _ = VALUES.read_encoded(&text, &options, &[part]);
});
