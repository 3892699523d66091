//! Envelopes, faults and media types, in both versions, as real stacks write them.
#![allow(clippy::unwrap_used, clippy::panic)]

use soapstone::name::QName;
use soapstone::soap::{
    Addressing, Code, Detail, EnvelopeError, Fault, MediaType, Posted, SOAP_11, SOAP_12, Version,
    read_envelope, read_fault, write_envelope,
};
use soapstone::xml::{Event, Options, Reader};

fn message(version: Version, headers: &str, body: &str) -> String {
    let mut out = String::new();
    write_envelope(version, headers, &mut out, |out| out.push_str(body));
    out
}

#[test]
fn an_envelope_is_read_up_to_its_payload_and_finished_behind_it() {
    for version in [Version::Soap11, Version::Soap12] {
        let text = message(
            version,
            "<h:a xmlns:h='u' soap:mustUnderstand='1'>x</h:a><b/>",
            "\n<p xmlns='v'>1</p>\n",
        );
        let mut reader = Reader::new(&text, &Options::message());
        let envelope = read_envelope(&mut reader).unwrap();
        assert_eq!(envelope.version, version);
        let block = envelope.header("u", "a").unwrap();
        assert!(block.must_understand);
        assert_eq!(
            block.xml,
            "<h:a xmlns:h='u' soap:mustUnderstand='1'>x</h:a>"
        );
        let mut header = envelope.header_reader(block, &Options::message());
        assert!(matches!(header.next(), Ok(Event::Start(tag)) if tag.local == "a"));
        assert_eq!(
            header.attributes().first().map(|a| header.namespace(a.ns)),
            Some(version.namespace())
        );
        let payload = envelope.payload.as_ref().unwrap();
        assert_eq!((&*payload.namespace, payload.local), ("v", "p"));
        assert!(matches!(reader.next(), Ok(Event::Start(tag)) if tag.local == "p"));
        reader.skip_element().unwrap();
        envelope.finish(&mut reader).unwrap();
    }
}

#[test]
fn what_is_no_message_is_refused_with_its_place() {
    let cases = [
        ("<a/>", "1:1: the root element is a, not a SOAP Envelope"),
        (
            "<Envelope/>",
            "the envelope's namespace \"\" is of no known version of SOAP",
        ),
        (
            "<s:Envelope xmlns:s='urn:other'/>",
            "the envelope's namespace \"urn:other\" is of no known version of SOAP",
        ),
        (
            "<s:Envelope xmlns:s='S11'/>",
            "1:28: the Envelope has no Body",
        ),
        (
            "<s:Envelope xmlns:s='S11'><s:Header/></s:Envelope>",
            "1:38: the Envelope has no Body",
        ),
        (
            "<s:Envelope xmlns:s='S11'><Body/></s:Envelope>",
            "1:27: Body where the SOAP Body is due",
        ),
        (
            "<s:Envelope xmlns:s='S11'>x<s:Body/></s:Envelope>",
            "1:27: text stands where only elements may",
        ),
        (
            "<s:Envelope xmlns:s='S11'><s:Body><a/><b/></s:Body></s:Envelope>",
            "1:39: b stands behind the payload",
        ),
        (
            "<s:Envelope xmlns:s='S12'><s:Body/><b/></s:Envelope>",
            "1:36: b stands behind the Body",
        ),
        (
            "<s:Envelope xmlns:s='S11'><s:Header><a s:mustUnderstand='2'/></s:Header><s:Body/></s:Envelope>",
            "1:40: mustUnderstand: \"2\" is not a boolean",
        ),
    ];
    for (text, expected) in cases {
        // The places are those with the short names.
        let mut reader_text = text.to_owned();
        let mut shift = 0;
        for (short, namespace) in [("S11", SOAP_11), ("S12", SOAP_12)] {
            if reader_text.contains(short) {
                shift = namespace.len() - short.len();
                reader_text = reader_text.replace(short, namespace);
            }
        }
        let mut reader = Reader::new(&reader_text, &Options::message());
        let error = read_envelope(&mut reader)
            .and_then(|envelope| {
                if envelope.payload.is_some() {
                    reader.next()?;
                    reader.skip_element()?;
                }
                envelope.finish(&mut reader)
            })
            .unwrap_err();
        let found = match &error {
            EnvelopeError::Structure { what, place } if place.column > 3 => {
                format!("1:{}: {what}", place.column as usize - shift)
            }
            other => other.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn header_blocks_for_us_must_be_understood() {
    let blocks = "<a xmlns='u' soap:mustUnderstand='true'/><b xmlns='u' soap:mustUnderstand='1' soap:ROLE='urn:x'/>";
    for (version, role) in [(Version::Soap11, "actor"), (Version::Soap12, "role")] {
        let text = message(version, &blocks.replace("ROLE", role), "");
        let envelope = read_envelope(&mut Reader::new(&text, &Options::message())).unwrap();
        assert!(
            envelope
                .check_understood(|block| block.local == "a")
                .is_ok()
        );
        let fault = envelope.check_understood(|_| false).unwrap_err();
        assert_eq!(fault.not_understood, [QName::new("u", "a")]);
        let mut out = String::new();
        fault.write(version, "", &mut out);
        assert_eq!(
            out.contains("<soap:NotUnderstood qname=\"q:a\" xmlns:q=\"u\"/>"),
            version == Version::Soap12
        );
        assert!(out.contains("soap:MustUnderstand<"));
    }
}

#[test]
fn a_fault_is_read_back_as_it_was_written() {
    for version in [Version::Soap11, Version::Soap12] {
        let mut fault = Fault::new(Code::Sender, "a < b & \u{1F600}");
        fault.node = Some("urn:node".to_owned());
        fault.detail = Some(Detail::new(
            "<p:Problem xmlns:p=\"u\">x &amp; y</p:Problem>",
        ));
        if version == Version::Soap12 {
            fault.subcodes = vec![QName::new("u", "One"), QName::new("", "Two")];
            fault.role = Some("urn:role".to_owned());
        }
        let mut text = String::new();
        fault.write(version, "", &mut text);
        let mut reader = Reader::new(&text, &Options::message());
        let envelope = read_envelope(&mut reader).unwrap();
        let payload = envelope.payload.as_ref().unwrap();
        assert_eq!(
            (&*payload.namespace, payload.local),
            (version.namespace(), "Fault")
        );
        let mut read = read_fault(&mut reader, version).unwrap();
        envelope.finish(&mut reader).unwrap();
        let detail = read.detail.as_mut().unwrap();
        assert!(detail.document().starts_with("<detail xmlns:soap=\""));
        detail.bindings.clear();
        assert_eq!(read, fault);
        assert_eq!(
            fault.status(version),
            if version == Version::Soap12 { 400 } else { 500 }
        );
    }
    let mut text = String::new();
    Fault::new(Code::VersionMismatch, "no").write(Version::Soap12, "", &mut text);
    let mut reader = Reader::new(&text, &Options::message());
    let envelope = read_envelope(&mut reader).unwrap();
    assert!(envelope.header(SOAP_12, "Upgrade").is_some());
}

#[test]
fn faults_of_other_stacks_are_read() {
    let text = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultstring>x\n<b>y</b></faultstring>\
        <faultcode xmlns:t='urn:t'> t:Oops </faultcode><detail xmlns:q='v'><q:e>1</q:e><f/></detail><other/></s:Fault></s:Body></s:Envelope>";
    let mut reader = Reader::new(text, &Options::message());
    let envelope = read_envelope(&mut reader).unwrap();
    let fault = read_fault(&mut reader, envelope.version).unwrap();
    assert_eq!(fault.code, Code::Other(QName::new("urn:t", "Oops")));
    assert_eq!(fault.reason, "x\ny");
    let document = fault.detail.unwrap().document();
    assert!(document.contains("xmlns:q=\"v\"") && document.ends_with("><q:e>1</q:e><f/></detail>"));
}

#[test]
fn the_finer_codes_of_a_fault_are_read_in_either_version() {
    let dotted = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultcode>s:Client.Order.NoStock</faultcode><faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>";
    let nested = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>Order</s:Value><s:Subcode><s:Value>NoStock</s:Value></s:Subcode></s:Subcode></s:Code><s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";
    for text in [dotted, nested] {
        let mut reader = Reader::new(text, &Options::message());
        let envelope = read_envelope(&mut reader).unwrap();
        let fault = read_fault(&mut reader, envelope.version).unwrap();
        assert_eq!(fault.code, Code::Sender);
        let expected = ["Order", "NoStock"].map(|name| QName::new("", name));
        assert_eq!(fault.subcodes, expected, "{text}");
    }
}

#[test]
fn media_types_are_read_in_every_spelling() {
    let cases = [
        (
            Some("text/xml"),
            None,
            Ok((Some(Version::Soap11), None, None)),
        ),
        (
            Some("Text/XML ; Charset=\"UTF-8\""),
            Some("\"urn:a\""),
            Ok((Some(Version::Soap11), Some("UTF-8"), Some("urn:a"))),
        ),
        (
            Some("text/xml;charset=utf-16;"),
            Some(" urn:a "),
            Ok((Some(Version::Soap11), Some("utf-16"), Some("urn:a"))),
        ),
        (
            Some("text/xml; charset='utf-8'"),
            Some("\"\""),
            Ok((Some(Version::Soap11), Some("utf-8"), None)),
        ),
        (
            Some("application/soap+xml;action=\"urn:a;b\\\"c\" ; charset=utf-8"),
            Some("urn:other"),
            Ok((Some(Version::Soap12), Some("utf-8"), Some("urn:a;b\"c"))),
        ),
        (
            Some("application/soap+xml; charset=utf-8; action=urn:a"),
            None,
            Ok((Some(Version::Soap12), Some("utf-8"), Some("urn:a"))),
        ),
        (Some("application/xml"), None, Ok((None, None, None))),
        (None, None, Ok((None, None, None))),
        (Some("application/json"), None, Err("application/json")),
    ];
    for (content_type, action, expected) in cases {
        let found = Posted::read(content_type, action).map_err(|error| error.0);
        let found = found
            .as_ref()
            .map(|p| (p.version, p.charset.as_deref(), p.action.as_deref()));
        assert_eq!(
            found.map_err(|essence| &**essence),
            expected,
            "{content_type:?}"
        );
    }
    assert_eq!(MediaType::parse(";;=;a=\"").parameters.len(), 2);
}

#[test]
fn an_answer_names_the_message_that_it_answers() {
    let headers =
        "<w:MessageID xmlns:w='http://www.w3.org/2005/08/addressing'> urn:1 </w:MessageID>";
    let text = message(Version::Soap12, headers, "");
    let envelope = read_envelope(&mut Reader::new(&text, &Options::message())).unwrap();
    let addressing = Addressing::read(&envelope, &Options::message())
        .unwrap()
        .unwrap();
    let mut out = String::new();
    addressing.write_answer("urn:answer", "urn:2", &mut out);
    assert!(out.ends_with("<wsa:RelatesTo xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">urn:1</wsa:RelatesTo>"), "{out}");
}

#[test]
fn reference_parameters_come_back_as_header_blocks() {
    let (last, draft) = (
        "http://www.w3.org/2005/08/addressing",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    );
    let parameters = |name: &str, id: &str| {
        format!(
            "<w:{name}><w:Address>{last}/anonymous</w:Address><w:ReferenceParameters><p:id wsa='1'>{id}</p:id><d xmlns='urn:d' xmlns:wsa='urn:w'><e/></d><p:known w:IsReferenceParameter='true'/></w:ReferenceParameters></w:{name}>"
        )
    };
    for (namespace, is_marked) in [(last, true), (draft, false)] {
        for (endpoints, in_answer, in_fault) in [
            (parameters("ReplyTo", "r"), "r", "r"),
            (
                parameters("ReplyTo", "r") + &parameters("FaultTo", "f"),
                "r",
                "f",
            ),
            (parameters("FaultTo", "f"), "", "f"),
        ] {
            let endpoints = endpoints.replace(last, namespace);
            let endpoints = endpoints
                .replace(
                    "<w:ReplyTo",
                    &format!("<w:ReplyTo xmlns:w='{namespace}' xmlns:p='urn:p'"),
                )
                .replace(
                    "<w:FaultTo",
                    &format!("<w:FaultTo xmlns:w='{namespace}' xmlns:p='urn:p'"),
                );
            let text = message(Version::Soap11, &endpoints, "");
            let envelope = read_envelope(&mut Reader::new(&text, &Options::message())).unwrap();
            let asked = Addressing::read(&envelope, &Options::message())
                .unwrap()
                .unwrap();
            let (mut answer, mut fault) = (String::new(), String::new());
            asked.write_answer("urn:answer", "urn:2", &mut answer);
            asked.write_fault(None, "urn:2", &mut fault);
            for (blocks, id) in [(answer, in_answer), (fault, in_fault)] {
                let text = message(Version::Soap11, &blocks, "");
                let answer = read_envelope(&mut Reader::new(&text, &Options::message())).unwrap();
                let found = |namespace: &str, local: &str| {
                    let block = answer.header(namespace, local)?;
                    let mut reader = answer.header_reader(block, &Options::message());
                    reader.next().unwrap();
                    let mut marks = reader
                        .attributes()
                        .iter()
                        .filter(|a| a.local == "IsReferenceParameter");
                    let mark = marks
                        .next()
                        .map(|a| (reader.namespace(a.ns) == last, a.value.to_string()));
                    assert!(marks.next().is_none(), "{text}");
                    Some((block.xml, mark))
                };
                assert_eq!(found("urn:p", "id").is_some(), !id.is_empty(), "{text}");
                if id.is_empty() {
                    continue;
                }
                let (xml, mark) = found("urn:p", "id").unwrap();
                assert!(xml.contains(&format!(">{id}</p:id>")), "{xml}");
                let due = is_marked.then(|| (true, "true".to_owned()));
                assert_eq!(mark, due, "{xml}");
                let (xml, mark) = found("urn:d", "d").unwrap();
                assert!(xml.contains("<e/>"), "{xml}");
                assert_eq!(mark, due, "{xml}");
                assert_eq!(found("urn:p", "known").unwrap().1.unwrap().0, is_marked);
            }
        }
    }
}

#[test]
fn an_answer_goes_back_where_the_request_came_from() {
    let namespaces = [
        ("http://www.w3.org/2005/08/addressing", "anonymous"),
        ("http://www.w3.org/2005/08/addressing", "none"),
        (
            "http://schemas.xmlsoap.org/ws/2004/08/addressing",
            "role/anonymous",
        ),
    ];
    for (namespace, role) in namespaces {
        for (to, is_here) in [
            (format!("{namespace}/{role}"), true),
            ("http://x/".to_owned(), false),
        ] {
            let headers = format!(
                "<w:FaultTo xmlns:w='{namespace}'><w:ReferenceParameters><a>1</a></w:ReferenceParameters><w:Address> {to} </w:Address></w:FaultTo>"
            );
            let text = message(Version::Soap11, &headers, "");
            let envelope = read_envelope(&mut Reader::new(&text, &Options::message())).unwrap();
            let read = Addressing::read(&envelope, &Options::message())
                .unwrap()
                .unwrap();
            assert_eq!(read.answer_to, [to.as_str()]);
            let checked = read.check_answer();
            assert_eq!(checked.is_ok(), is_here, "{to}: {checked:?}");
            assert!(read.fault_action().starts_with(namespace));
        }
    }
}
