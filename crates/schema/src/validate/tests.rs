//! Documents judged by small schemas: data only. Each case is a schema, a document, and the rules that it breaks, in order.

use std::sync::Arc;

use soapstone::xml::{self, Event, Reader};

use super::{Expect, Options, Validator, Violation};
use crate::load::{LoadOptions, NoFetch, Source, load};
use crate::model::TypeId;

fn validator(schema: &str) -> Validator {
    let text = format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns='urn:t' targetNamespace='urn:t' \
         elementFormDefault='qualified'>{schema}</xs:schema>"
    );
    let source = Source::Bytes("test.xsd".into(), text.into_bytes());
    let loaded = load(&[source], &mut NoFetch, &LoadOptions::default());
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    Validator::new(Arc::new(loaded.contract))
}

/// Puts the namespaces on the root element.
fn document(body: &str) -> String {
    let at = body.find(['>', '/', ' ']).unwrap();
    let declared = " xmlns='urn:t' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
                    xmlns:xs='http://www.w3.org/2001/XMLSchema'";
    [&body[..at], declared, &body[at..]].concat()
}

fn judge(validator: &Validator, body: &str, options: &Options) -> Vec<Violation> {
    let document = document(body);
    let mut reader = Reader::new(&document, &xml::Options::document());
    validator
        .validate(&mut reader, options, &mut ())
        .err()
        .unwrap_or_default()
}

#[track_caller]
fn check(schema: &str, cases: &[(&str, &[&str])]) {
    let validator = validator(schema);
    for (body, rules) in cases {
        let found = judge(&validator, body, &Options::collect());
        let found_rules: Vec<&str> = found.iter().map(|violation| violation.rule).collect();
        assert_eq!(found_rules, *rules, "{body}: {found:#?}");
    }
}

#[test]
fn judges_content_and_attributes() {
    check(
        "<xs:element name='r'><xs:complexType>
           <xs:sequence><xs:element name='a' type='xs:int'/><xs:element name='b' minOccurs='0' maxOccurs='2'/></xs:sequence>
           <xs:attribute name='n' type='xs:int' use='required'/><xs:attribute name='f' fixed='1' type='xs:decimal'/>
         </xs:complexType></xs:element>",
        &[
            ("<r n='1'><a>1</a></r>", &[]),
            ("<r n='1' f='1.0'><a> 1 </a><b/><b>x<y/></b></r>", &[]),
            ("<r n='1' f='2'><a>1</a></r>", &["cvc-attribute.4"]),
            ("<r><a>x</a></r>", &["cvc-complex-type.4", "cvc-datatype-valid"]),
            ("<r n='1' m='1'><b/></r>", &["cvc-complex-type.3.2.2", "cvc-complex-type.2.4.a"]),
            ("<r n='1'><a>1</a>text<b/><b/><b/></r>", &["cvc-complex-type.2.3", "cvc-complex-type.2.4.d"]),
            ("<r n='1'/>", &["cvc-complex-type.2.4.b"]),
            ("<r n='1'><a>1<b/></a></r>", &["cvc-complex-type.2.2"]),
            ("<q/>", &["cvc-elt.1"]),
            ("<r n='1'><a>1</a>", &["xml"]),
        ],
    );
}

#[test]
fn judges_types_that_instances_name() {
    check(
        "<xs:complexType name='base' block='restriction'><xs:sequence><xs:element name='a' minOccurs='0'/></xs:sequence></xs:complexType>
         <xs:complexType name='more'><xs:complexContent><xs:extension base='base'><xs:sequence><xs:element name='b'/></xs:sequence>
         </xs:extension></xs:complexContent></xs:complexType>
         <xs:complexType name='less'><xs:complexContent><xs:restriction base='base'/></xs:complexContent></xs:complexType>
         <xs:complexType name='never' abstract='true'/>
         <xs:element name='r' type='base'/><xs:element name='n' type='xs:int' nillable='true'/>
         <xs:element name='v' type='never'/>",
        &[
            ("<r xsi:type='more'><b/></r>", &[]),
            ("<r xsi:type='more'/>", &["cvc-complex-type.2.4.b"]),
            ("<r xsi:type='less'/>", &["cvc-elt.4.3"]),
            ("<r xsi:type='xs:int'/>", &["cvc-elt.4.3"]),
            ("<r xsi:type='gone'/>", &["cvc-elt.4.2"]),
            ("<n xsi:nil='true'/>", &[]),
            ("<n xsi:nil='true'>1</n>", &["cvc-elt.3.2.1"]),
            ("<n xsi:nil='false'/>", &["cvc-datatype-valid"]),
            ("<n xsi:type='xs:byte'>200</n>", &["cvc-maxInclusive-valid"]),
            ("<r xsi:nil='true'/>", &["cvc-elt.3.1"]),
            ("<v/>", &["cvc-type.2"]),
        ],
    );
}

#[test]
fn judges_substitution_and_wildcards() {
    check(
        "<xs:element name='head' type='xs:decimal' abstract='true'/><xs:element name='one' type='xs:int' substitutionGroup='head'/>
         <xs:element name='barred' type='xs:decimal' block='substitution'/>
         <xs:element name='two' type='xs:decimal' substitutionGroup='barred'/>
         <xs:attribute name='g' type='xs:int'/>
         <xs:element name='r'><xs:complexType><xs:choice maxOccurs='unbounded'><xs:element ref='head'/><xs:element ref='barred'/>
           <xs:element name='strict'><xs:complexType><xs:sequence><xs:any maxOccurs='9'/></xs:sequence><xs:anyAttribute/></xs:complexType></xs:element>
           <xs:element name='lax'><xs:complexType><xs:sequence><xs:any processContents='lax'/></xs:sequence></xs:complexType></xs:element>
           <xs:element name='skip'><xs:complexType><xs:sequence><xs:any processContents='skip'/></xs:sequence></xs:complexType></xs:element>
         </xs:choice></xs:complexType></xs:element>",
        &[
            ("<r><one>1</one><barred>1</barred></r>", &[]),
            ("<r><head>1</head></r>", &["cvc-elt.2"]),
            ("<r><two>1</two></r>", &["cvc-complex-type.2.4.a"]),
            ("<r><strict><one>1</one></strict><lax><any/></lax><skip><one>x</one></skip></r>", &[]),
            ("<r><strict><any/></strict></r>", &["cvc-complex-type.2.4.c"]),
            ("<r><strict><any xsi:type='xs:int'>1</any></strict></r>", &[]),
            ("<r><lax><one>x</one></lax></r>", &["cvc-datatype-valid"]),
            ("<r><lax><any><one>x</one></any></lax></r>", &["cvc-datatype-valid"]),
            ("<r><strict xmlns:t='urn:t' t:g='x'><one>1</one></strict></r>", &["cvc-datatype-valid"]),
            ("<r><strict h='x'><one>1</one></strict></r>", &["cvc-complex-type.3.2.2"]),
        ],
    );
}

#[test]
fn judges_defaults_and_fixed_values() {
    check(
        "<xs:element name='r'><xs:complexType><xs:sequence>
           <xs:element name='d' type='xs:int' default='7' minOccurs='0'/><xs:element name='f' type='xs:decimal' fixed='1.50' minOccurs='0'/>
           <xs:element name='m' fixed='so' minOccurs='0'><xs:complexType mixed='true'><xs:sequence><xs:element name='x' minOccurs='0'/>
           </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>",
        &[
            ("<r><d/><f/><m/></r>", &[]),
            ("<r><f>1.5</f><m>so</m></r>", &[]),
            ("<r><d> </d></r>", &["cvc-datatype-valid"]),
            ("<r><f>1.6</f></r>", &["cvc-elt.5.2.2.2.2"]),
            ("<r><m>no</m></r>", &["cvc-elt.5.2.2.2.1"]),
            ("<r><m><x/></m></r>", &["cvc-elt.5.2.2.1"]),
        ],
    );
}

#[test]
fn judges_identity() {
    check(
        "<xs:element name='r'><xs:complexType><xs:sequence>
           <xs:element name='p' minOccurs='0' maxOccurs='unbounded'><xs:complexType><xs:sequence><xs:element name='v' type='xs:decimal' minOccurs='0'/></xs:sequence>
             <xs:attribute name='id' type='xs:ID'/><xs:attribute name='to' type='xs:IDREFS'/></xs:complexType></xs:element>
           <xs:element name='q' type='xs:decimal' minOccurs='0' maxOccurs='unbounded'/></xs:sequence></xs:complexType>
           <xs:key name='k'><xs:selector xpath='p' xmlns='urn:t'/><xs:field xpath='t:v' xmlns:t='urn:t'/></xs:key>
           <xs:keyref name='f' refer='k'><xs:selector xpath='t:q' xmlns:t='urn:t'/><xs:field xpath='.'/></xs:keyref></xs:element>",
        &[("<r><p id='a' to='a b'/><p id='b'/><p id='b'/></r>", &["cvc-id.2"]), ("<r><p to='a'/></r>", &["cvc-id.1"])],
    );
    check(
        "<xs:element name='r'><xs:complexType><xs:sequence>
           <xs:element name='p' minOccurs='0' maxOccurs='unbounded'><xs:complexType><xs:sequence><xs:element name='v' type='xs:decimal' minOccurs='0'/></xs:sequence>
           </xs:complexType></xs:element>
           <xs:element name='q' type='xs:decimal' minOccurs='0' maxOccurs='unbounded'/></xs:sequence></xs:complexType>
           <xs:key name='k'><xs:selector xpath='t:p' xmlns:t='urn:t'/><xs:field xpath='t:v' xmlns:t='urn:t'/></xs:key>
           <xs:keyref name='f' refer='k'><xs:selector xpath='.//t:q' xmlns:t='urn:t'/><xs:field xpath='.'/></xs:keyref></xs:element>",
        &[
            ("<r><p><v>1</v></p><p><v>2</v></p><q>1.0</q><q>02</q></r>", &[]),
            ("<r><p><v>1</v></p><p><v>1.0</v></p></r>", &["cvc-identity-constraint.4.2.2"]),
            ("<r><p/></r>", &["cvc-identity-constraint.4.2.1"]),
            ("<r><p><v>1</v></p><q>3</q></r>", &["cvc-identity-constraint.4.3"]),
        ],
    );
}

#[test]
fn says_where_and_what_was_expected() {
    let validator = validator(
        "<xs:element name='order'><xs:complexType><xs:sequence><xs:element name='line' maxOccurs='9'><xs:complexType><xs:sequence>
           <xs:element name='sku'/><xs:element name='qty' type='xs:int'/></xs:sequence></xs:complexType></xs:element></xs:sequence>
         </xs:complexType></xs:element>",
    );
    let body = "<order>\n <line><sku/><qty>1</qty></line>\n <line><sku/><qty>ten</qty></line>\n <line><qty>1</qty></line>\n</order>";
    let found = judge(&validator, body, &Options::collect());
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    let expected = [
        "3:19: order/line[2]/qty: \"ten\" is not valid for xs:int: not an xs:int [cvc-datatype-valid]",
        "4:8: order/line[3]/qty: <qty> of urn:t is not allowed here; expected: <sku> of urn:t [cvc-complex-type.2.4.a]",
    ];
    for (told, expected) in told.iter().zip(expected) {
        let (place, rest) = expected.split_once(": \"ten\"").unwrap_or((expected, ""));
        assert!(told.starts_with(place), "{told}");
        assert!(
            rest.is_empty() || told.contains("\"ten\" is not valid for xs:int"),
            "{told}"
        );
    }
    assert_eq!(told.len(), 2);
    assert_eq!(judge(&validator, body, &Options::first()).len(), 1);
}

#[test]
fn passes_over_the_unknown_where_it_is_lenient() {
    let validator = validator(
        "<xs:element name='r'><xs:complexType><xs:sequence><xs:element name='a' type='xs:int'/><xs:element name='b'/></xs:sequence>
         </xs:complexType></xs:element>",
    );
    let lenient = Options {
        lenient: true,
        ..Options::collect()
    };
    assert_eq!(
        judge(
            &validator,
            "<r z='1'><new><a>x</a></new><b/><a>1</a></r>",
            &lenient
        ),
        []
    );
    let found = judge(&validator, "<r><b/><a>x</a></r>", &lenient);
    assert_eq!(found.len(), 1, "{found:?}");
    let found = judge(&validator, "<r><b/></r>", &lenient);
    assert_eq!(found.len(), 1, "a required element is missing: {found:?}");
}

#[test]
fn judges_one_element_of_a_message() {
    let validator = validator("<xs:element name='r' type='xs:int'/>");
    let document = document("<e><body><r>1</r></body><r>x</r></e>");
    let mut reader = Reader::new(&document, &xml::Options::message());
    let mut verdicts = Vec::new();
    loop {
        match reader.next().unwrap() {
            Event::Start(tag) if tag.local == "r" => {
                let found = validator.validate_element(
                    &mut reader,
                    tag,
                    Expect::Declared,
                    &Options::first(),
                    &mut (),
                );
                verdicts.push(found.is_ok());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(verdicts, [true, false]);
    let int = TypeId(crate::model::Builtin::Int as u32);
    let mut reader = Reader::new("<any>12</any>", &xml::Options::message());
    let Ok(Event::Start(tag)) = reader.next() else {
        panic!("a start tag")
    };
    assert!(
        validator
            .validate_element(
                &mut reader,
                tag,
                Expect::Type(int),
                &Options::first(),
                &mut ()
            )
            .is_ok()
    );
}

#[test]
fn bears_depth_and_unknown_names() {
    let validator = validator("<xs:element name='r'/>");
    let deep = format!("<r>{}{}</r>", "<x>".repeat(900), "</x>".repeat(900));
    assert_eq!(judge(&validator, &deep, &Options::collect()), []);
    let names: String = (0..50_000)
        .map(|number| format!("<n{number} a{number}='1'/>"))
        .collect();
    assert_eq!(
        judge(&validator, &format!("<r>{names}</r>"), &Options::collect()),
        []
    );
}

#[test]
fn a_fixed_text_of_mixed_content_holds_of_a_derived_type_with_a_value() {
    check(
        "<xs:complexType name='Note' mixed='true'><xs:sequence><xs:element name='b' minOccurs='0'/></xs:sequence></xs:complexType>
         <xs:complexType name='Text'><xs:simpleContent><xs:restriction base='Note'><xs:simpleType>
           <xs:restriction base='xs:token'/>
         </xs:simpleType></xs:restriction></xs:simpleContent></xs:complexType>
         <xs:element name='r' type='Note' fixed='stone'/>",
        &[
            ("<r/>", &[]),
            ("<r xsi:type='Text'/>", &[]),
            ("<r xsi:type='Text'> stone </r>", &[]),
            ("<r xsi:type='Text'>soap</r>", &["cvc-elt.5.2.2.2.2"]),
        ],
    );
}
