//! Faults whose parts name types, as old stacks declare them: how the generated code tells one from another.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use soapstone_codegen::{Options, generate_files};

/// An operation with a fault for each message, of the type that stands beside it.
fn wsdl(faults: &[(&str, &str)]) -> String {
    let mut messages = String::new();
    let mut declared = String::new();
    let mut bound = String::new();
    for (name, type_) in faults {
        messages +=
            &format!(r#"<message name="{name}"><part name="fault" type="{type_}"/></message>"#);
        declared += &format!(r#"<fault name="{name}" message="t:{name}"/>"#);
        bound += &format!(r#"<fault name="{name}"><s:fault name="{name}" use="literal"/></fault>"#);
    }
    format!(
        r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
  <types><xs:schema targetNamespace="urn:t">
    <xs:complexType name="Base"><xs:sequence><xs:element name="why" type="xs:string"/></xs:sequence></xs:complexType>
    <xs:complexType name="Slow"><xs:complexContent><xs:extension base="t:Base"/></xs:complexContent></xs:complexType>
  </xs:schema></types>
  <message name="in"/><message name="out"/>{messages}
  <portType name="Port"><operation name="ask"><input message="t:in"/><output message="t:out"/>{declared}</operation></portType>
  <binding name="Bound" type="t:Port"><s:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="ask"><s:operation soapAction=""/><input><s:body use="literal" namespace="urn:t"/></input><output><s:body use="literal" namespace="urn:t"/></output>{bound}</operation>
  </binding>
</definitions>"#
    )
}

#[test]
fn faults_are_told_by_their_types_the_derived_first_and_by_name_where_types_do_not_tell() {
    let cases = [
        (
            [("one", "t:Base"), ("two", "t:Slow")],
            ["typed two", "typed one"],
        ),
        (
            [("one", "t:Base"), ("two", "t:Base")],
            ["named one", "named two"],
        ),
        (
            [("one", "xs:string"), ("two", "t:Slow")],
            ["named one", "typed two"],
        ),
    ];
    for (index, (faults, expected)) in cases.iter().enumerate() {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("faults{index}.wsdl"));
        std::fs::write(&path, wsdl(faults)).unwrap();
        let (files, _) = generate_files(&[path], &Options::default()).unwrap();
        let lines = files.iter().flat_map(|file| file.text.lines());
        let reads: Vec<String> = lines
            .filter_map(|line| line.trim().strip_prefix("if let Some(x) = detail."))
            .map(|read| {
                let name = read.rsplit('"').nth(1).unwrap();
                format!("{} {name}", read.split('(').next().unwrap())
            })
            .collect();
        assert_eq!(&reads, expected, "{faults:?}");
    }
}
