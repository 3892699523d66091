//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub a: Vec<i32>,
    pub b: Vec<String>,
    pub c: Option<datatype::Date>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        let mut found = (Vec::new(), Vec::new(), None,);
        while r.again(A_TAG, codec::UNBOUNDED, &mut found.0)?
            || r.again(B_TAG, 3, &mut found.1)?
            || r.once(C_TAG, &mut found.2)?
            || r.pass()?
        {}
        r.together(&[!found.0.is_empty(), !found.1.is_empty(), found.2.is_some()], &[0, 1])?;
        Ok(Self {
            a: found.0,
            b: r.at_least("b", if found.1.is_empty() { 0 } else { 2 }, found.1)?,
            c: found.2,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(A_TAG, &self.a);
        w.many(B_TAG, &self.b);
        w.option(C_TAG, &self.c);
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
