//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub a: Option<i32>,
    pub b: Option<String>,
    pub c: Option<datatype::Date>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        let mut found = (None, None, None,);
        while r.once(A_TAG, &mut found.0)?
            || r.once(B_TAG, &mut found.1)?
            || r.once(C_TAG, &mut found.2)?
            || r.pass()?
        {}
        r.together(&[found.0.is_some(), found.1.is_some(), found.2.is_some()], &[0, 2])?;
        Ok(Self {
            a: found.0,
            b: found.1,
            c: found.2,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(A_TAG, &self.a);
        w.option(B_TAG, &self.b);
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
