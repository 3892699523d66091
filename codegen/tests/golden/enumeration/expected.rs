//! `urn:case`

use soapstone::{codec, datatype};

soapstone::enumeration! {
/// `Currency`
pub enum Currency {
    /// The euro.
    Eur = "EUR",
    UsD = "US-D",
    Value1 = "1",
    LessEqual = "<=",
    Empty = "",
}
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Currency>("Currency", None, "string"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::Currency> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
