//! Holds answers against the contract that the gateway serves.

use std::sync::Arc;

use soapstone::soap::{read_envelope, read_fault};
use soapstone::xml::{Event, Options as XmlOptions, Reader};
use soapstone_schema::load::{LoadOptions, Loaded, NoFetch, Source, load};
use soapstone_schema::validate::{Expect, Options, Validator};

use crate::http::{Answer, Request};
use crate::process::Gateway;

pub(crate) struct Contract(Validator);

fn loaded(wsdl: &str) -> Loaded {
    let source = Source::Bytes("served.wsdl".to_owned(), wsdl.as_bytes().to_vec());
    load(&[source], &mut NoFetch, &LoadOptions::default())
}

/// Everything that is wrong with a WSDL and its schemas.
pub(crate) fn mistakes(wsdl: &str) -> Vec<String> {
    let loaded = loaded(wsdl);
    let report = &loaded.report;
    report
        .diagnostics
        .iter()
        .map(|diagnostic| report.line(diagnostic))
        .collect()
}

impl Contract {
    pub(crate) fn served(gateway: &Gateway) -> Contract {
        let wsdl = Request::get("/soap/crm?wsdl").send(gateway).body;
        Contract(Validator::new(Arc::new(loaded(&wsdl).contract)))
    }

    /// Checks the payload of an answer: the reply's element, or what stands in a fault's detail.
    pub(crate) fn check(&self, answer: &Answer) -> Result<(), String> {
        let mut reader = Reader::new(&answer.body, &XmlOptions::message());
        let envelope = read_envelope(&mut reader).map_err(|error| error.to_string())?;
        let payload = envelope.payload.as_ref().ok_or("the body is empty")?;
        if payload.local != "Fault" {
            return self.element(&mut reader);
        }
        let fault = read_fault(&mut reader, envelope.version).map_err(|error| error.to_string())?;
        match fault.detail {
            Some(detail) => self.element(&mut Reader::new(&detail.content, &XmlOptions::message())),
            None => Ok(()),
        }
    }

    fn element(&self, reader: &mut Reader<'_>) -> Result<(), String> {
        let Ok(Event::Start(tag)) = reader.next() else {
            return Err("no element".to_owned());
        };
        let judged =
            self.0
                .validate_element(reader, tag, Expect::Declared, &Options::collect(), &mut ());
        judged.map_err(|violations| {
            violations
                .iter()
                .map(|one| format!("{}: {}", one.path, one.message))
                .collect::<Vec<_>>()
                .join("\n")
        })
    }
}
