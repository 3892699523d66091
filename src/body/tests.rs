//! Bodies written and read in every style and version of SOAP.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use soapstone::soap::{read_envelope, write_envelope};
use soapstone::xml::{Options, Reader};
use soapstone_schema::contract::{Contract, SoapVersion};
use soapstone_schema::load::{Files, LoadOptions, Source, load};
use soapstone_schema::validate::{self, Validator};
use soapstone_schema::value::Values;

use super::{Body, Reading, version};

/// One operation with two parts, bound as rpc/encoded and as document, to both versions of SOAP.
fn contract() -> Arc<Contract> {
    let binding = |soap: &str, uri: &str, style: &str| {
        let (use_, part) = match style {
            "rpc" => ("use=\"encoded\" namespace=\"urn:shop\"", "T"),
            _ => ("use=\"literal\"", "E"),
        };
        format!(
            "<w:binding name='{style}{soap}' type='s:Port{part}'>
               <s{soap}:binding xmlns:s{soap}='{uri}' style='{style}' transport='http://schemas.xmlsoap.org/soap/http'/>
               <w:operation name='Ask'><s{soap}:operation xmlns:s{soap}='{uri}' soapAction=''/>
                 <w:input><s{soap}:body xmlns:s{soap}='{uri}' {use_}/></w:input>
               </w:operation>
             </w:binding>"
        )
    };
    let bindings: Vec<String> = [
        ("11", "http://schemas.xmlsoap.org/wsdl/soap/"),
        ("12", "http://schemas.xmlsoap.org/wsdl/soap12/"),
    ]
    .into_iter()
    .flat_map(|(soap, uri)| ["rpc", "document"].map(|style| binding(soap, uri, style)))
    .collect();
    let wsdl = format!(
        "<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/' xmlns:x='http://www.w3.org/2001/XMLSchema' xmlns:s='urn:shop' targetNamespace='urn:shop'>
           <w:types><x:schema targetNamespace='urn:shop'>
             <x:element name='first' type='x:int'/><x:element name='second' type='x:string'/>
           </x:schema></w:types>
           <w:message name='T'><w:part name='a' type='x:int'/><w:part name='b' type='x:string'/></w:message>
           <w:message name='E'><w:part name='a' element='s:first'/><w:part name='b' element='s:second'/></w:message>
           <w:portType name='PortT'><w:operation name='Ask'><w:input message='s:T'/></w:operation></w:portType>
           <w:portType name='PortE'><w:operation name='Ask'><w:input message='s:E'/></w:operation></w:portType>
           {}
         </w:definitions>",
        bindings.concat()
    );
    let source = Source::Bytes("shop.wsdl".to_owned(), wsdl.into_bytes());
    let loaded = load(&[source], &mut Files, &LoadOptions::default());
    assert!(loaded.report.is_valid(), "{:?}", loaded.report.diagnostics);
    Arc::new(loaded.contract)
}

/// Each body of the contract, with the version and name of its binding.
fn bodies(contract: &Contract) -> Vec<(SoapVersion, String, Body)> {
    contract
        .bindings
        .iter()
        .map(|binding| {
            let bound = &binding.operations[0];
            let operation = &contract.port_types[binding.port_type].operations[bound.operation];
            let (message, how) = (operation.input.as_ref(), bound.input.as_ref());
            let body = Body::of("Ask", bound, message.unwrap(), how.unwrap());
            (binding.soap, binding.name.local.to_string(), body)
        })
        .collect()
}

fn reading() -> Reading {
    Reading {
        limits: Options::message(),
        checks: validate::Options::collect(),
    }
}

fn read(values: &Values, body: &Body, envelope: &str) -> Result<Json, String> {
    let mut reader = Reader::new(envelope, &Options::message());
    read_envelope(&mut reader).unwrap();
    body.read(values, envelope, &mut reader, &reading())
}

#[test]
fn what_is_written_is_read_again_in_every_style_and_version() {
    let contract = contract();
    let values = Values::new(Arc::new(Validator::new(Arc::clone(&contract))));
    let bodies = bodies(&contract);
    assert_eq!(bodies.len(), 4);
    for (soap, name, body) in bodies {
        let given = [json!(7), json!("Łódź & <Sons>")];
        let parts: Vec<_> = body
            .parts
            .iter()
            .map(|(_, root)| root.clone())
            .zip(given)
            .collect();
        let content = body.write(&values, version(soap), &parts).unwrap();
        let mut envelope = String::new();
        write_envelope(version(soap), "", &mut envelope, |out| {
            out.push_str(&content)
        });
        let answer = read(&values, &body, &envelope).unwrap();
        assert_eq!(
            answer,
            json!({ "a": 7, "b": "Łódź & <Sons>" }),
            "{name}: {envelope}"
        );
        let style = match soap {
            SoapVersion::V11 => "http://schemas.xmlsoap.org/soap/encoding/",
            SoapVersion::V12 => "http://www.w3.org/2003/05/soap-encoding",
        };
        let told = content.contains(&format!("env:encodingStyle=\"{style}\""));
        assert_eq!(told, body.encoded, "{name}: {content}");
    }
}

#[test]
fn a_part_that_is_missing_or_unknown_is_named() {
    let contract = contract();
    let values = Values::new(Arc::new(Validator::new(Arc::clone(&contract))));
    let (_, _, document) = bodies(&contract).remove(1);
    assert!(document.wrapper.is_none());
    let envelope = |content: &str| {
        let mut envelope = String::new();
        let version = version(SoapVersion::V11);
        write_envelope(version, "", &mut envelope, |out| out.push_str(content));
        envelope
    };
    let first = "<f:first xmlns:f='urn:shop'>7</f:first>";
    let missing = read(&values, &document, &envelope(first)).unwrap_err();
    assert_eq!(missing, "the part b is missing");
    let mut rpc = document.clone();
    rpc.wrapper = Some(soapstone::name::QName::new("urn:shop", "Ask"));
    let unknown = "<f:Ask xmlns:f='urn:shop'><c>7</c></f:Ask>";
    let unknown = read(&values, &rpc, &envelope(unknown)).unwrap_err();
    assert_eq!(unknown, "c is no part of it");
}
