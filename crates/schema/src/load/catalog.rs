//! The schemas, and a few WSDLs, that everybody refers to and nobody ships, in as few lines as serve. Ours, not copies.

use std::borrow::Cow;

use soapstone::xml::XML_NAMESPACE;

/// Namespaces with the document that stands in for theirs.
const WELL_KNOWN: &[(&str, &str)] = &[
    (XML_NAMESPACE, include_str!("catalog/xml.xsd")),
    (
        "http://schemas.xmlsoap.org/soap/encoding/",
        include_str!("catalog/encoding11.xsd"),
    ),
    (
        "http://www.w3.org/2003/05/soap-encoding",
        include_str!("catalog/encoding12.xsd"),
    ),
    (
        "http://schemas.xmlsoap.org/soap/envelope/",
        include_str!("catalog/envelope11.xsd"),
    ),
    (
        "http://www.w3.org/2003/05/soap-envelope",
        include_str!("catalog/envelope12.xsd"),
    ),
    (
        "http://schemas.xmlsoap.org/wsdl/",
        include_str!("catalog/wsdl.xsd"),
    ),
    (
        "http://www.w3.org/2004/08/xop/include",
        include_str!("catalog/xop.xsd"),
    ),
    (
        "http://www.w3.org/2005/05/xmlmime",
        include_str!("catalog/xmlmime.xsd"),
    ),
    (
        "http://ws-i.org/profiles/basic/1.1/xsd",
        include_str!("catalog/swaref.xsd"),
    ),
    (
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        include_str!("catalog/addressing200408.xsd"),
    ),
    (
        "http://www.w3.org/2005/08/addressing",
        include_str!("catalog/addressing200508.xsd"),
    ),
    (
        "http://www.w3.org/1999/xlink",
        include_str!("catalog/xlink.xsd"),
    ),
    (
        "http://schemas.microsoft.com/2003/10/Serialization/",
        include_str!("catalog/serialization.xsd"),
    ),
    (
        "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
        include_str!("catalog/arrays.xsd"),
    ),
    (
        "http://xml.apache.org/xml-soap",
        include_str!("catalog/apache.xsd"),
    ),
    (
        "http://www.w3.org/2000/09/xmldsig#",
        include_str!("catalog/xmldsig.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
        include_str!("catalog/wsu.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
        include_str!("catalog/wsse.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wsn/b-2",
        include_str!("catalog/notification.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wsn/t-1",
        include_str!("catalog/topics.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wsrf/bf-2",
        include_str!("catalog/basefaults.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wsrf/r-2",
        include_str!("catalog/resource.xsd"),
    ),
    (
        "http://docs.oasis-open.org/wsn/bw-2",
        include_str!("catalog/notification.wsdl"),
    ),
    (
        "http://docs.oasis-open.org/wsrf/rw-2",
        include_str!("catalog/resource.wsdl"),
    ),
];

/// Namespaces of drafts, with the namespace that came of them and has the same components.
const DRAFTS: &[(&str, &str)] = &[
    (
        "http://www.w3.org/2004/06/xmlmime",
        "http://www.w3.org/2005/05/xmlmime",
    ),
    (
        "http://www.w3.org/2004/11/xmlmime",
        "http://www.w3.org/2005/05/xmlmime",
    ),
    (
        "http://www.w3.org/2001/09/soap-encoding",
        "http://schemas.xmlsoap.org/soap/encoding/",
    ),
    (
        "http://www.w3.org/2001/12/soap-encoding",
        "http://schemas.xmlsoap.org/soap/encoding/",
    ),
];

/// The document for a well-known namespace.
pub(super) fn find(namespace: &str) -> Option<Cow<'static, str>> {
    let known = |namespace: &str| {
        WELL_KNOWN
            .iter()
            .find(|(name, _)| *name == namespace)
            .map(|(_, text)| *text)
    };
    if let Some((draft, final_)) = DRAFTS.iter().find(|(draft, _)| *draft == namespace) {
        return Some(known(final_)?.replace(final_, draft).into());
    }
    known(namespace).map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{LoadOptions, NoFetch, Source, load};

    #[test]
    fn every_document_is_valid_and_is_of_its_namespace() {
        for (namespace, text) in WELL_KNOWN {
            let source = Source::Bytes((*namespace).to_owned(), text.as_bytes().to_vec());
            let loaded = load(&[source], &mut NoFetch, &LoadOptions::default());
            assert!(
                loaded.report.diagnostics.is_empty(),
                "{namespace}:\n{}",
                loaded.report
            );
            assert!(
                text.contains(&format!("targetNamespace=\"{namespace}\"")),
                "{namespace}"
            );
        }
    }
}
