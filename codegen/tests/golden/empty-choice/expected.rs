//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub never: Option<RNever>,
    pub choice: Option<RChoice>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            never: r.option(NEVER)?,
            choice: r.optional_group()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(NEVER, &self.never);
        w.optional_group(&self.choice);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RChoice {
    A(i32),
}

impl codec::Group for RChoice {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(A_TAG)? {
            return Ok(Some(Self::A(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::A(x) => w.one(A_TAG, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RNever {
}

impl codec::Type for RNever {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
        })
    }
    fn content(&self, w: &mut codec::Writer) {
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    NEVER = 1 "c:never";
    A_TAG = 1 "c:a";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
