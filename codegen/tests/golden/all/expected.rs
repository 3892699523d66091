//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub n: Option<i32>,
    pub a: i32,
    pub b: Option<String>,
    pub c: datatype::Date,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        let attribute0 = r.optional_attribute("n")?;
        let mut found = (None, None, None,);
        while r.once(A_TAG, &mut found.0)?
            || r.once(B_TAG, &mut found.1)?
            || r.once(C_TAG, &mut found.2)?
            || r.pass()?
        {}
        Ok(Self {
            n: attribute0,
            a: r.required(A_TAG, found.0)?,
            b: found.1,
            c: r.required(C_TAG, found.2)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("n", &self.n);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(A_TAG, &self.a);
        w.option(B_TAG, &self.b);
        w.one(C_TAG, &self.c);
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
