//! What a WSDL says beyond messages: headers and their faults, policies, attachments, other bindings; and what vendors' WSDLs
//! get wrong without anybody minding.

use soapstone_schema::contract::{SoapVersion, Style};
use soapstone_schema::load::{LoadOptions, Loaded, NoFetch, Source, load};
use soapstone_schema::report::Severity;

fn loaded(text: &str) -> Loaded {
    let source = Source::Bytes("w.wsdl".to_owned(), text.as_bytes().to_vec());
    load(&[source], &mut NoFetch, &LoadOptions::default())
}

/// A WSDL of one operation; what each part is may be replaced.
fn wsdl(types: &str, messages: &str, body: &str, rest: &str) -> String {
    format!(
        r#"<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:http="http://schemas.xmlsoap.org/wsdl/http/" xmlns:mime="http://schemas.xmlsoap.org/wsdl/mime/"
    xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy"
    xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" targetNamespace="urn:t">
  <wsdl:types>{types}</wsdl:types>
  <wsdl:message name="In"><wsdl:part name="p" element="t:in"/></wsdl:message>{messages}
  <wsdl:portType name="PT"><wsdl:operation name="Do"><wsdl:input wsaw:Action="urn:t:do" message="t:In"/><wsdl:output message="t:In"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="B" type="t:PT"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{rest}
    <wsdl:operation name="Do"><soap:operation soapAction="do"/><wsdl:input>{body}</wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="S"><wsdl:port name="P" binding="t:B"><soap:address location="http://localhost/"/></wsdl:port></wsdl:service>
</wsdl:definitions>"#
    )
}

const TYPES: &str = r#"<xs:schema targetNamespace="urn:t" elementFormDefault="qualified"><xs:element name="in" type="xs:string"/>
    <xs:element name="token" type="xs:string"/><xs:element name="expired" type="xs:string"/></xs:schema>"#;
const BODY: &str = r#"<soap:body use="literal"/>"#;

#[test]
fn headers_and_their_faults() {
    let messages = r#"<wsdl:message name="H"><wsdl:part name="token" element="t:token"/><wsdl:part name="expired" element="t:expired"/></wsdl:message>"#;
    let body = r#"<soap:body use="literal" parts="p"/><soap:header message="t:H" part="token" use="literal">
        <soap:headerfault message="t:H" part="expired" use="literal"/></soap:header>"#;
    let loaded = loaded(&wsdl(TYPES, messages, body, ""));
    assert!(loaded.report.diagnostics.is_empty(), "{}", loaded.report);
    let input = loaded.contract.bindings[0].operations[0]
        .input
        .as_ref()
        .unwrap();
    let header = &input.headers[0];
    assert_eq!(
        (&*header.part.name, &*header.faults[0].part.name),
        ("token", "expired")
    );
    assert_eq!(input.body.len(), 1);
}

#[test]
fn policies_and_actions_are_kept() {
    let rest =
        r##"<wsp:Policy><wsaw:UsingAddressing/></wsp:Policy><wsp:PolicyReference URI="#p"/>"##;
    let loaded = loaded(&wsdl(TYPES, "", BODY, rest));
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    let binding = &loaded.contract.bindings[0];
    let kept = binding.policies.join("");
    assert!(
        kept.contains("UsingAddressing") && kept.contains("#p"),
        "{kept}"
    );
    let input = loaded.contract.port_types[0].operations[0]
        .input
        .as_ref()
        .unwrap();
    assert_eq!(input.action.as_deref(), Some("urn:t:do"));
}

#[test]
fn attachments_are_hinted() {
    let messages = r#"<wsdl:message name="Unused"/>"#;
    let text = wsdl(TYPES, messages, r#"<mime:multipartRelated><mime:part><soap:body use="literal" parts="p"/></mime:part>
        <mime:part><mime:content part="file" type="image/png"/><mime:content part="file" type="image/gif"/></mime:part></mime:multipartRelated>"#, "")
        .replace(r#"<wsdl:part name="p" element="t:in"/>"#, r#"<wsdl:part name="p" element="t:in"/><wsdl:part name="file" type="xs:base64Binary"/>"#);
    let loaded = loaded(&text);
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    let input = loaded.contract.bindings[0].operations[0]
        .input
        .as_ref()
        .unwrap();
    assert_eq!((&*input.attachments[0].part, input.body.len()), ("file", 1));
    assert_eq!(input.attachments[0].media_types, ["image/png", "image/gif"]);
}

#[test]
fn other_bindings_are_passed_over() {
    let http = r#"<wsdl:binding name="H" type="t:PT"><http:binding verb="POST"/><wsdl:operation name="Do"><http:operation location="/do"/>
        <wsdl:input><mime:content type="application/x-www-form-urlencoded"/></wsdl:input><wsdl:output><mime:mimeXml part="p"/></wsdl:output></wsdl:operation></wsdl:binding>
      <wsdl:binding name="B12" type="t:PT"><soap12:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="Do">
        <soap12:operation soapAction="do12" style="document"/><wsdl:input><soap12:body use="literal"/></wsdl:input><wsdl:output><soap12:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>"#;
    let port = r#"<wsdl:port name="PH" binding="t:H"><http:address location="http://localhost/"/></wsdl:port>
        <wsdl:port name="P12" binding="t:B12"><soap12:address location="http://localhost/"/></wsdl:port></wsdl:service>"#;
    let text = wsdl(TYPES, "", BODY, "").replace("</wsdl:service>", port);
    let text = text.replace("  <wsdl:service", &format!("{http}<wsdl:service"));
    let loaded = loaded(&text);
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    let ports: Vec<&str> = loaded.contract.services[0]
        .ports
        .iter()
        .map(|port| &*port.name)
        .collect();
    assert_eq!(ports, ["P", "P12"]);
    let bound = loaded
        .contract
        .bindings
        .iter()
        .find(|binding| binding.soap == SoapVersion::V12)
        .unwrap();
    assert_eq!(
        (bound.operations[0].style, &*bound.operations[0].action),
        (Style::Document, "do12")
    );
}

#[test]
fn wsdl_20_and_drafts_of_xsd_are_refused_by_name() {
    let report =
        loaded(r#"<description xmlns="http://www.w3.org/ns/wsdl" targetNamespace="urn:t"/>"#)
            .report
            .to_string();
    assert!(report.contains("WSDL 2.0 is not supported"), "{report}");
    let report = loaded(r#"<schema xmlns="http://www.w3.org/1999/XMLSchema"/>"#)
        .report
        .to_string();
    assert!(report.contains("a draft of XSD"), "{report}");
}

#[test]
fn what_would_be_read_otherwise_than_it_says_is_refused() {
    let all = |name: &str, particles: &str| {
        format!(r#"<xs:group name="{name}"><xs:all>{particles}</xs:all></xs:group>"#)
    };
    let element = r#"<xs:element name="a" type="xs:int"/>"#;
    let elements: String = (0..1_000)
        .map(|at| format!(r#"<xs:element name="a{at}" type="xs:int"/>"#))
        .collect();
    let reference = r#"<xs:group ref="t:G"/>"#;
    let many: String = (0..1_000)
        .map(|at| all(&format!("M{at}"), &reference.repeat(10)))
        .collect();
    for (types, rule) in [
        (
            r#"<xs:override schemaLocation="x.xsd"/>"#.to_owned(),
            "src-override",
        ),
        (
            all("G", element) + &all("O", r#"<xs:group ref="t:G" minOccurs="0"/>"#),
            "cos-all-limited.1.3",
        ),
        (
            format!(r#"<xs:group name="G"><xs:sequence>{element}</xs:sequence></xs:group>"#)
                + &all("O", reference),
            "cos-all-limited.2",
        ),
        (all("G", &elements) + &many, "cos-all-limited.2"),
    ] {
        let types = format!(
            r#"<xs:schema targetNamespace="urn:t"><xs:element name="in" type="xs:string"/>{types}</xs:schema>"#
        );
        let report = loaded(&wsdl(&types, "", BODY, "")).report;
        let errors = report.diagnostics.iter();
        let errors: Vec<&str> = errors
            .filter(|one| one.severity == Severity::Error)
            .map(|one| one.rule)
            .collect();
        assert_eq!(errors, [rule], "{report}");
    }
}

/// What is wrong, as warnings by rule; an error fails the test.
fn warnings(name: &str, text: &str) -> Vec<&'static str> {
    let loaded = loaded(text);
    assert!(loaded.report.is_valid(), "{name}: {}", loaded.report);
    assert!(
        loaded.contract.services[0].ports.len() == 1,
        "{name}: {}",
        loaded.report
    );
    let found = loaded.report.diagnostics.iter();
    assert!(found.clone().all(|one| one.severity == Severity::Warning));
    let mut rules: Vec<&str> = found.map(|one| one.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[test]
fn what_everybody_reads_is_a_warning() {
    let in_ = r#"<xs:element name="in" type="xs:string"/>"#;
    let types = |attributes: &str, more: &str| {
        format!(r#"<xs:schema targetNamespace="urn:t" {attributes}>{in_}{more}</xs:schema>"#)
    };
    let array = r#"<xs:complexType name="L"><xs:complexContent><xs:restriction base="enc:Array"><xs:attribute ref="enc:arrayType"
        wsdl:arrayType="xs:string[]"/></xs:restriction></xs:complexContent></xs:complexType>"#;
    let any = r#"<xs:complexType name="DS"><xs:sequence><xs:element name="a" minOccurs="0"/><xs:any minOccurs="0"/>
        <xs:element name="b" minOccurs="0"/></xs:sequence></xs:complexType>"#;
    let cases: &[(&str, String, &[&str])] = &[
        (
            "an encoded array without import of the encoding",
            types("", array),
            &["src-resolve"],
        ),
        (
            "xml:lang without import",
            types(
                "",
                r#"<xs:complexType name="X"><xs:attribute ref="xml:lang"/></xs:complexType>"#,
            ),
            &["src-resolve"],
        ),
        (
            "names of the schema's own without prefix, where there is no default namespace",
            types(
                "",
                r#"<xs:complexType name="X"><xs:sequence><xs:element ref="in"/><xs:element name="y" type="Y"/></xs:sequence></xs:complexType>
                    <xs:simpleType name="Y"><xs:restriction base="xs:string"/></xs:simpleType>"#,
            ),
            &["src-resolve"],
        ),
        (
            "the same namespace twice in types",
            types("", "") + &types("", "").replace(in_, r#"<xs:element name="other"/>"#),
            &[],
        ),
        (
            "the same import twice",
            format!(
                r#"<xs:schema targetNamespace="urn:a"><xs:import namespace="urn:t"/><xs:import namespace="urn:t"/></xs:schema>{}"#,
                types("", "")
            ),
            &[],
        ),
        (
            "an import whose location is elsewhere, of a namespace that is here",
            format!(
                r#"<xs:schema targetNamespace="urn:a"><xs:import namespace="urn:t" schemaLocation="http://vendor.example/t.xsd"/><xs:element name="x" type="xs:int"/></xs:schema>{}"#,
                types("", "")
            ),
            &["src-import"],
        ),
        (
            "an import of nothing that is used",
            types("", "").replace(
                in_,
                &format!(r#"<xs:import namespace="urn:gone" schemaLocation="gone.xsd"/>{in_}"#),
            ),
            &["src-import"],
        ),
        (
            "a schema that imports its own namespace",
            types("", "").replace(in_, &format!(r#"<xs:import namespace="urn:t"/>{in_}"#)),
            &["src-import"],
        ),
        ("an ambiguous DataSet", types("", any), &["cos-nonambig"]),
        (
            "an attribute that XSD does not know",
            types("nillable=\"true\"", ""),
            &["s4s-att"],
        ),
        (
            "minOccurs on a global element",
            types("", r#"<xs:element name="m" minOccurs="0"/>"#),
            &["s4s-att"],
        ),
        (
            "the same element twice",
            types("", in_),
            &["sch-props-correct"],
        ),
        (
            "rules that XSD 1.1 adds",
            types(
                "",
                r#"<xs:complexType name="X"><xs:openContent/><xs:sequence/><xs:attribute name="a"/><xs:assert test="@a"/></xs:complexType>"#,
            ),
            &["xsd-11"],
        ),
        (
            "complexContent that derives nothing",
            types(
                "",
                r#"<xs:complexType name="X"><xs:complexContent><xs:sequence/><xs:attribute name="a"/></xs:complexContent></xs:complexType>"#,
            ),
            &["s4s-derivation"],
        ),
        (
            "a simple type restricted where a complex one is due",
            types(
                "",
                r#"<xs:complexType name="X"><xs:simpleContent><xs:restriction base="xs:string"><xs:maxLength value="3"/><xs:attribute name="a"/></xs:restriction></xs:simpleContent></xs:complexType>"#,
            ),
            &["derivation-ok-restriction.1"],
        ),
        (
            "an encoded array that is extended",
            types("", &array.replace("restriction", "extension")),
            &["enc-array", "src-resolve"],
        ),
        (
            "documentation behind what it is of, twice, and outside of an annotation",
            types(
                "",
                r#"<xs:complexType name="X"><xs:sequence><xs:element name="a" type="t:Y"><xs:documentation>x</xs:documentation></xs:element>
                    <xs:annotation/><xs:element name="b"/></xs:sequence></xs:complexType>
                    <xs:simpleType name="Y"><xs:annotation/><xs:annotation/><xs:restriction base="xs:string"/></xs:simpleType>
                    <wsdl:documentation>x</wsdl:documentation>"#,
            ),
            &["s4s-place"],
        ),
        (
            "an import behind a declaration",
            types(
                "",
                r#"<xs:import namespace="http://www.w3.org/XML/1998/namespace"/>"#,
            ),
            &["s4s-place"],
        ),
        (
            "text between declarations",
            types("", "and <!-- a comment -->"),
            &["s4s-text"],
        ),
        (
            "an all group that repeats",
            types(
                "",
                r#"<xs:complexType name="X"><xs:all maxOccurs="1"><xs:element name="a" maxOccurs="2"/></xs:all></xs:complexType>"#,
            ),
            &["cos-all-limited"],
        ),
        (
            "a facet twice",
            types(
                "",
                r#"<xs:simpleType name="X"><xs:restriction base="xs:string"><xs:maxLength value="1"/><xs:maxLength value="1"/></xs:restriction></xs:simpleType>"#,
            ),
            &["src-single-facet-value"],
        ),
        (
            "an import in types without a schema",
            format!(r#"<xs:import namespace="urn:x"/>{}"#, types("", "")),
            &["wsdl-types"],
        ),
        (
            "Microsoft's serialization types by name only",
            types(
                r#"xmlns:ms="http://schemas.microsoft.com/2003/10/Serialization/""#,
                r#"<xs:element name="g" type="ms:guid"/>"#,
            ),
            &["src-resolve"],
        ),
        (
            "a signature by name only",
            types(
                r#"xmlns:ds="http://www.w3.org/2000/09/xmldsig#""#,
                r##"<xs:complexType name="X"><xs:sequence><xs:element ref="ds:Signature"/></xs:sequence></xs:complexType>"##,
            ),
            &["src-resolve"],
        ),
    ];
    for (name, types, expected) in cases {
        assert_eq!(
            warnings(name, &wsdl(types, "", BODY, "")),
            *expected,
            "{name}"
        );
    }
    let message = |message: &str| wsdl(TYPES, message, BODY, "");
    for (name, text, expected) in [
        (
            "a part with element and type",
            message(
                r#"<wsdl:message name="M"><wsdl:part name="p" element="t:in" type="xs:string"/></wsdl:message>"#,
            ),
            "wsdl-part",
        ),
        (
            "a part with neither",
            message(r#"<wsdl:message name="M"><wsdl:part name="p"/></wsdl:message>"#),
            "wsdl-part",
        ),
        (
            "a fault without a name",
            message(
                r#"<wsdl:portType name="Q"><wsdl:operation name="o"><wsdl:input message="t:In"/><wsdl:fault message="t:In"/></wsdl:operation></wsdl:portType>"#,
            ),
            "wsdl-fault",
        ),
        (
            "a bound operation that is not there",
            wsdl(TYPES, "", BODY, r#"<wsdl:operation name="Gone"/>"#),
            "wsdl-binding",
        ),
        (
            "a use that nobody knows",
            wsdl(TYPES, "", r#"<soap:body use="Literal"/>"#, ""),
            "wsdl-binding",
        ),
        (
            "JAX-WS customisations",
            wsdl(
                TYPES,
                "",
                BODY,
                r#"<jaxws:bindings xmlns:jaxws="http://java.sun.com/xml/ns/jaxws"/>"#,
            ),
            "",
        ),
    ] {
        assert_eq!(warnings(name, &text).join(","), expected, "{name}");
    }
    // Files that were UTF-16 once, and were saved again in UTF-8 with the declaration left as it was.
    let declared = format!(
        "<?xml version=\"1.0\" encoding=\"utf-16\"?>{}",
        wsdl(TYPES, "", BODY, "")
    );
    assert!(warnings("an encoding that is not so", &declared).is_empty());
}
