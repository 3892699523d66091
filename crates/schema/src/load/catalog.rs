//! The schemas that everybody refers to and nobody ships, in as few lines as serve. Ours, not copies.

use std::borrow::Cow;

use soapstone::xml::XML_NAMESPACE;

/// Namespaces with the schema that stands in for theirs.
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

/// The schema for a well-known namespace.
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
