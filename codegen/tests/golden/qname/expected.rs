//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub e: Vec<RE>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            e: r.times(E_TAG, 1, codec::UNBOUNDED)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(E_TAG, &self.e);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RE {
    pub q: Option<codec::QName>,
    pub n: Option<i32>,
    pub value: codec::QName,
}

impl codec::Type for RE {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            q: r.optional_attribute("q")?,
            n: r.optional_attribute("n")?,
            value: r.value()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("q", &self.q);
        w.optional_attribute("n", &self.n);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    E_TAG = 1 "c:e";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
