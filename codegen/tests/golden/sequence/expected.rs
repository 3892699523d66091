//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub one: i32,
    pub perhaps: Option<String>,
    pub several: Vec<datatype::Decimal>,
    pub r#type: bool,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            one: r.one(ONE)?,
            perhaps: r.option(PERHAPS)?,
            several: r.times(SEVERAL, 1, 3)?,
            r#type: r.one(TYPE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(ONE, &self.one);
        w.option(PERHAPS, &self.perhaps);
        w.many(SEVERAL, &self.several);
        w.one(TYPE, &self.r#type);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    ONE = 1 "c:one";
    PERHAPS = 1 "c:perhaps";
    SEVERAL = 1 "c:several";
    TYPE = 1 "c:type";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
