//! The SOAP runtime that generated code calls: XML reader and writer, XSD datatypes, envelope, headers and faults;
//! an HTTP server and client behind features. It knows no schema document, no SQL and no CRM.

pub mod codec;
pub mod datatype;
#[cfg(any(feature = "server", feature = "client"))]
pub mod http;
#[cfg(feature = "serde")]
pub mod json;
pub mod name;
pub mod pattern;
#[cfg(any(feature = "server", feature = "client"))]
pub mod service;
pub mod soap;
mod token;
pub mod xml;
