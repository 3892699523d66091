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
    Any(codec::AnyElement),
    Mark(String),
    Any2(codec::AnyElement),
}

impl codec::Group for RContent {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(A_TAG)? {
            return Ok(Some(Self::A(x)));
        }
        if let Some(x) = r.arm(B_TAG)? {
            return Ok(Some(Self::B(x)));
        }
        if let Some(x) = r.optional_any(&codec::Wildcard::Not("urn:case"))? {
            return Ok(Some(Self::Any(x)));
        }
        if let Some(x) = r.arm(MARK)? {
            return Ok(Some(Self::Mark(x)));
        }
        if let Some(x) = r.optional_any(&codec::Wildcard::Any)? {
            return Ok(Some(Self::Any2(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Text(x) => w.text(x),
            Self::A(x) => w.one(A_TAG, x),
            Self::B(x) => w.one(B_TAG, x),
            Self::Any(x) => w.any(x),
            Self::Mark(x) => w.one(MARK, x),
            Self::Any2(x) => w.any(x),
        }
    }
}

impl codec::Mixed for RContent {
    const MODEL: Option<codec::Model> = Some(codec::Model::Sequence(&[codec::Model::Arm(0), codec::Model::Repeat(&codec::Model::Arm(1), 1, 2), codec::Model::Repeat(&codec::Model::Any(codec::Wildcard::Not("urn:case")), 0, 1), codec::Model::Arm(3), codec::Model::Repeat(&codec::Model::Any(codec::Wildcard::Any), 0, 2)]));
    fn text(text: String) -> Self {
        Self::Text(text)
    }
    fn arm(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::A(_) => Some(0),
            Self::B(_) => Some(1),
            Self::Any(_) => Some(2),
            Self::Mark(_) => Some(3),
            Self::Any2(_) => Some(4),
        }
    }
}

soapstone::tags! {
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    R_TAG = 1 "c:r";
    MARK = 1 "c:mark";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const A: codec::Element<i32> = codec::Element::new(super::super::case::A_TAG, super::super::NAMESPACES);

    pub const B: codec::Element<String> = codec::Element::new(super::super::case::B_TAG, super::super::NAMESPACES);

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
