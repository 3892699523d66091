//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub a: Vec<i32>,
    pub b: Vec<i32>,
    pub c: Vec<i32>,
    pub d: Vec<i32>,
    pub e: Vec<i32>,
    pub sequence: Option<RSequence>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            a: r.times(A_TAG, 2, codec::UNBOUNDED)?,
            b: r.times(B_TAG, 4, 12)?,
            c: r.times(C_TAG, 4, 4)?,
            d: r.many(D_TAG).and_then(|x| r.in_turns(x, (0, codec::UNBOUNDED), (2, 3)))?,
            e: r.times(E_TAG, 0, 8).and_then(|x| r.in_turns(x, (0, 2), (3, 4)))?,
            sequence: r.optional_group()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(A_TAG, &self.a);
        w.many(B_TAG, &self.b);
        w.many(C_TAG, &self.c);
        w.many(D_TAG, &self.d);
        w.many(E_TAG, &self.e);
        w.optional_group(&self.sequence);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RSequence {
    pub f: Vec<i32>,
}

impl codec::Group for RSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[F_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            f: r.times(F_TAG, 8, 15).and_then(|x| r.in_turns(x, (2, 3), (4, 5)))?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.many(F_TAG, &self.f);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    C_TAG = 1 "c:c";
    D_TAG = 1 "c:d";
    E_TAG = 1 "c:e";
    F_TAG = 1 "c:f";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
