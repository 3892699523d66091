//! Text → documents as written. Everything that the specifications demand of a document by itself is checked here: the schema
//! for schemas, the rules on its XML representation (`src-*`), the syntax of WSDL. Nothing is looked up in other documents.

mod attribute;
mod binding;
mod children;
mod complex;
mod context;
mod element;
mod fragment;
mod group;
mod schema;
mod simple;
mod tree;
mod wsdl;

use std::collections::HashSet;

use soapstone::xml::{self, Event};

use crate::document::Root;
use crate::model::{Place, XSD};
use crate::report::Report;
use context::Context;
use tree::Tree;

/// The namespace of WSDL 1.1.
pub(crate) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";

/// How deeply elements may nest in a schema or WSDL document. Everything that follows recurses at most that far.
const DEPTH: usize = 200;

/// Namespaces that are read as others, the old name before the new one: those of two releases may differ in nothing else.
#[derive(Debug, Clone, Default)]
pub struct Renamed(pub Vec<(String, String)>);

impl Renamed {
    /// Those of the namespaces that a document names, however it writes them.
    pub(crate) fn named(&self, text: &str) -> HashSet<String> {
        let is_old = |name: &&str| self.0.iter().any(|(old, _)| old == name);
        let mut named = HashSet::new();
        if self.0.is_empty() {
            return named;
        }
        let mut reader = xml::Reader::new(text, &xml::Options::document());
        while let Ok(event @ (Event::Start(_) | Event::Text(_) | Event::End(_))) = reader.next() {
            if !matches!(event, Event::Start(_)) {
                continue;
            }
            let bound = reader.bindings().into_iter().map(|(_, name)| name);
            let values = reader.attributes().iter();
            let words = values.flat_map(|one| one.value.split_ascii_whitespace());
            named.extend(bound.chain(words).filter(is_old).map(str::to_owned));
        }
        named
    }
}

/// Reads a schema or WSDL 1.1 document; `document` is its number in [`Report::documents`].
///
/// Mistakes go to `report`; what can be understood is returned. `None`: not XML, or neither kind of document.
pub fn read(text: &str, document: u32, renamed: &Renamed, report: &mut Report) -> Option<Root> {
    let tree = match Tree::read(text, document, DEPTH, renamed) {
        Ok(tree) => tree,
        Err(error) => {
            let place = Place {
                document,
                line: error.place.line,
                column: error.place.column,
            };
            report.error(place, "xml", error.kind.to_string(), "");
            return None;
        }
    };
    let root = tree.root()?;
    let mut context = Context::new(report);
    let name = root.qname();
    match (&*name.namespace, &*name.local) {
        (XSD, "schema") => Some(Root::Schema(schema::schema(&mut context, root))),
        (WSDL, "definitions") => Some(Root::Definitions(Box::new(wsdl::definitions(
            &mut context,
            root,
        )))),
        ("http://www.w3.org/ns/wsdl" | "http://www.w3.org/2006/01/wsdl", _) => {
            let help = "use the service's WSDL 1.1 document, or convert this one";
            context.error(root, "wsdl-version", "WSDL 2.0 is not supported", help);
            None
        }
        ("http://www.w3.org/1999/XMLSchema" | "http://www.w3.org/2000/10/XMLSchema", "schema") => {
            let help = format!("use the namespace of the recommendation, {XSD}");
            context.error(
                root,
                "s4s-elt",
                "this is a draft of XSD from before 2001, not XSD 1.0",
                &help,
            );
            None
        }
        _ => {
            let message =
                format!("the document element is {name}, not xs:schema or wsdl:definitions");
            context.error(root, "s4s-elt", &message, "");
            None
        }
    }
}

/// Reads a text whose bytes say, or a transport says, how it is encoded.
pub(crate) fn decode(bytes: &[u8], document: u32, report: &mut Report) -> Option<String> {
    match xml::decode(bytes, None) {
        Ok(text) => Some(text.into_owned()),
        Err(error) => {
            let place = Place {
                document,
                line: error.place.line,
                column: error.place.column,
            };
            report.error(place, "xml", error.kind.to_string(), "save it in UTF-8");
            None
        }
    }
}
