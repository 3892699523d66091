//! WSDL 1.1 and XSD 1.0: contracts as written, contracts as meant, and what follows from the meaning (validation,
//! values by schema, contract text, differences). It knows no SQL, no CRM and no Rust generation.

pub mod automaton;
pub mod contract;
pub mod diff;
pub mod document;
pub mod encoded;
pub mod json;
pub mod load;
pub mod model;
pub mod read;
pub mod report;
pub(crate) mod resolve;
pub(crate) mod rules;
pub mod simple;
pub mod validate;
pub mod value;
pub mod write;

pub use soapstone::pattern;
