//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub name: String,
    pub width: i32,
    pub depth: Option<i32>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        let mut found = (None, None, None,);
        while r.once(NAME, &mut found.0)?
            || r.once(WIDTH, &mut found.1)?
            || r.once(DEPTH, &mut found.2)?
            || r.pass()?
        {}
        Ok(Self {
            name: r.required(NAME, found.0)?,
            width: r.required(WIDTH, found.1)?,
            depth: found.2,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NAME, &self.name);
        w.one(WIDTH, &self.width);
        w.option(DEPTH, &self.depth);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    NAME = 1 "c:name";
    WIDTH = 1 "c:width";
    DEPTH = 1 "c:depth";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
