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
    A(i32),
    B(String),
    I(String),
    End(String),
}

impl codec::Group for RContent {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(A_TAG)? {
            return Ok(Some(Self::A(x)));
        }
        if let Some(x) = r.arm(B_TAG)? {
            return Ok(Some(Self::B(x)));
        }
        if let Some(x) = r.arm(I_TAG)? {
            return Ok(Some(Self::I(x)));
        }
        if let Some(x) = r.arm(END)? {
            return Ok(Some(Self::End(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Text(x) => w.text(x),
            Self::A(x) => w.one(A_TAG, x),
            Self::B(x) => w.one(B_TAG, x),
            Self::I(x) => w.one(I_TAG, x),
            Self::End(x) => w.one(END, x),
        }
    }
}

impl codec::Mixed for RContent {
    const MODEL: Option<codec::Model> = Some(codec::Model::Sequence(&[codec::Model::Arm(0), codec::Model::Repeat(&codec::Model::Choice(&[codec::Model::Arm(1), codec::Model::Arm(2)]), 0, 2), codec::Model::Arm(3)]));
    fn text(text: String) -> Self {
        Self::Text(text)
    }
    fn arm(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::A(_) => Some(0),
            Self::B(_) => Some(1),
            Self::I(_) => Some(2),
            Self::End(_) => Some(3),
        }
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    I_TAG = 1 "c:i";
    END = 1 "c:end";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
