//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub content: Vec<RContent>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            content: r.mixed()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RContent {
    /// Text between the elements.
    Text(String),
    B(String),
    I(String),
}

impl codec::Group for RContent {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(B_TAG)? {
            return Ok(Some(Self::B(x)));
        }
        if let Some(x) = r.arm(I_TAG)? {
            return Ok(Some(Self::I(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Text(x) => w.text(x),
            Self::B(x) => w.one(B_TAG, x),
            Self::I(x) => w.one(I_TAG, x),
        }
    }
}

impl codec::Mixed for RContent {
    fn text(text: String) -> Self {
        Self::Text(text)
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    B_TAG = 1 "c:b";
    I_TAG = 1 "c:i";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
