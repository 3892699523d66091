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
    C(String),
}

impl codec::Group for RContent {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(B_TAG)? {
            return Ok(Some(Self::B(x)));
        }
        if let Some(x) = r.arm(C_TAG)? {
            return Ok(Some(Self::C(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Text(x) => w.text(x),
            Self::B(x) => w.one(B_TAG, x),
            Self::C(x) => w.one(C_TAG, x),
        }
    }
}

impl codec::Mixed for RContent {
    const MODEL: Option<codec::Model> = Some(codec::Model::Sequence(&[codec::Model::Repeat(&codec::Model::Arm(0), 0, 1), codec::Model::Sequence(&[]), codec::Model::Choice(&[codec::Model::Arm(1), codec::Model::Sequence(&[])])]));
    fn text(text: String) -> Self {
        Self::Text(text)
    }
    fn arm(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::B(_) => Some(0),
            Self::C(_) => Some(1),
        }
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
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
