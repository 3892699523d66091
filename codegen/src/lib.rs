//! Contracts become Rust: types that read like their schema, server traits, clients. A library for `build.rs`; what the
//! generated code calls is in the crate `soapstone`. It reports and never panics, and the same contract gives the same bytes.
//!
//! The way of a contract, top to bottom: [`choose`] what to make, [`lower`](lower::lower) it to items,
//! [`settle`](lower::settle) what depends on all of them, [`emit`](emit::emit) text.

mod build;
mod choose;
mod documents;
mod emit;
mod item;
mod lower;
mod names;
mod occurs;
mod options;
mod service;

use soapstone_schema::contract::Contract;
use soapstone_schema::report::Report;

pub use build::{BuildError, build, build_with, generate_files, write_crate, write_files};
pub use emit::File;
pub use options::Options;

/// Makes Rust of a contract. What is left out is reported; the rest is made.
///
/// `documents` are the contract's own documents, which a service that is made shows; there may be none.
pub fn generate(
    contract: &Contract,
    documents: &[File],
    options: &Options,
    report: &mut Report,
) -> Vec<File> {
    let chosen = choose::choose(contract, options, report);
    let mut package = lower::lower(contract, &chosen, options, report);
    lower::settle(&mut package);
    options.check(&contract.model, &package, report);
    if options.unwrapped {
        service::unwrap(&mut package);
    }
    emit::emit(&package, documents, options)
}
