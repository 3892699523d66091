//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub currency: String,
    pub value: datatype::Decimal,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            currency: r.attribute("currency")?,
            value: r.value()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("currency", &self.currency);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
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
