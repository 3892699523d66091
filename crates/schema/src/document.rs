//! Schema and WSDL 1.1 documents as written: plain typed syntax with places, names expanded, nothing looked up.
//!
//! A document is made by reading ([`read`](crate::read)) or by hand (a contract that is published from somewhere else);
//! [`write`](crate::write) turns it into text, [`load`](crate::load) and [`resolve`](crate::resolve) into a contract as meant.

mod make;
pub mod schema;
pub mod wsdl;

use std::sync::Arc;

pub use schema::Schema;
pub use wsdl::Definitions;

use crate::model::Foreign;
use crate::model::Place;
use soapstone::name::QName;

/// A document with the location that it came from.
#[derive(Debug, Clone)]
pub struct Document {
    /// Absolute path or URL; any unique name for a document that was made by hand. References are resolved against it.
    pub location: Arc<str>,
    /// What it is.
    pub root: Root,
}

/// What a document is.
#[derive(Debug, Clone)]
pub enum Root {
    /// `xs:schema`
    Schema(Schema),
    /// `wsdl:definitions`
    Definitions(Box<Definitions>),
}

/// An element from a foreign namespace, as written (a policy, a `partnerLinkType`).
#[derive(Debug, Clone)]
pub struct Fragment {
    /// The element's name.
    pub name: QName,
    /// Its own attributes.
    pub attributes: Vec<Foreign>,
    /// The markup, with the namespace declarations that it needs.
    pub text: String,
    /// The names of all elements inside, itself included, in document order.
    pub contains: Vec<QName>,
    /// Where it is written.
    pub place: Place,
}
