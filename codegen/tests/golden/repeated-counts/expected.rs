//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub a: Vec<i32>,
    pub b: Vec<i32>,
    pub c: Vec<i32>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            a: r.times(A_TAG, 2, codec::UNBOUNDED)?,
            b: r.times(B_TAG, 4, 12)?,
            c: r.times(C_TAG, 4, 4)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(A_TAG, &self.a);
        w.many(B_TAG, &self.b);
        w.many(C_TAG, &self.c);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    C_TAG = 1 "c:c";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
