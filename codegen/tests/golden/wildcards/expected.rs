//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub a: codec::AnyType,
    pub any: Vec<codec::AnyElement>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            a: r.one(A_TAG)?,
            any: r.anys(&codec::Wildcard::Not("urn:case"), 0, 2)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(A_TAG, &self.a);
        w.anys(&self.any);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
