//! Documents as written → XSD and WSDL text: indented, the same bytes for the same document, prefixes declared once at the
//! root of each schema and of the WSDL. It decides nothing about the contract.

mod attribute;
mod schema;
mod simple;
mod text;
mod wsdl;

use crate::document::schema::Component;
use crate::document::{Definitions, Document, Root, Schema};

/// Writes a document of either kind, with its XML declaration.
pub fn document(document: &Document) -> String {
    match &document.root {
        Root::Schema(schema) => self::schema(schema),
        Root::Definitions(definitions) => self::definitions(definitions),
    }
}

/// Writes a schema document, with its XML declaration.
pub fn schema(schema: &Schema) -> String {
    text::DECLARATION.to_owned() + &schema::schema(schema, 0)
}

/// Writes a WSDL document, with its XML declaration.
pub fn definitions(definitions: &Definitions) -> String {
    text::DECLARATION.to_owned() + &wsdl::definitions(definitions)
}

/// Writes one global component, to compare it with another.
pub(crate) fn component(component: &Component) -> String {
    schema::only(component)
}
