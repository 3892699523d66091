//! `urn:case`

use soapstone::{codec, datatype};

/// `C`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct C {
    pub unit: Option<String>,
    pub d: i32,
}

impl codec::Type for C {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_C);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            unit: r.optional_attribute("unit")?,
            d: r.one(D_TAG)?,
        })
    }
    fn nil(r: &mut codec::Reader<'_>) -> codec::Result<()> {
        let _: Option<String> = r.optional_attribute("unit")?;
        Ok(())
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("unit", &self.unit);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(D_TAG, &self.d);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub a: codec::Nillable<i32>,
    pub b: Option<codec::Nillable<String>>,
    pub c: Option<codec::Nillable<C>>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            a: r.one(A_TAG)?,
            b: r.option(B_TAG)?,
            c: r.option(C_TAG)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(A_TAG, &self.a);
        w.option(B_TAG, &self.b);
        w.option(C_TAG, &self.c);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    TYPE_C = 1 "c:C";
    C_TAG = 1 "c:c";
    D_TAG = 1 "c:d";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
