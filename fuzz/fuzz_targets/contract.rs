//! Any bytes as a schema or WSDL: loading ends in a model and a report; what is valid has no difference to itself, and a
//! validator made of the model judges any bytes.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use soapstone::xml;
use soapstone_schema::diff::diff;
use soapstone_schema::load::{LoadOptions, NoFetch, Source, load};
use soapstone_schema::validate::{Options, Validator};

fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (schema, instance) = bytes.split_at(cut);
    let loaded = load(&[Source::Bytes("fuzz.xsd".to_owned(), schema.to_vec())], &mut NoFetch, &LoadOptions::default());
    if loaded.report.is_valid() {
        assert_eq!(diff(&loaded.contract, &loaded.contract), []);
    }
    let validator = Validator::new(Arc::new(loaded.contract));
    let Ok(text) = xml::decode(instance.get(1..).unwrap_or_default(), None) else { return };
    let mut reader = xml::Reader::new(&text, &xml::Options::document());
    let _ = validator.validate(&mut reader, &Options::collect(), &mut ());
});
