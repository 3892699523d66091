//! `urn:case`

use soapstone::{codec, datatype};

soapstone::union! {
pub enum R {
    Decimal(datatype::Decimal),
    Double(f64),
}
}

soapstone::tags! {
    R_TAG = 1 "c:r";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
