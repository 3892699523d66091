//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub shape: Vec<ShapeGroup>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            shape: r.groups(1, codec::UNBOUNDED)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.groups(&self.shape);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ShapeGroup {
    Circle(String),
    Square(codec::Token),
}

impl codec::Group for ShapeGroup {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(CIRCLE)? {
            return Ok(Some(Self::Circle(x)));
        }
        if let Some(x) = r.arm(SQUARE)? {
            return Ok(Some(Self::Square(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Circle(x) => w.one(CIRCLE, x),
            Self::Square(x) => w.one(SQUARE, x),
        }
    }
}

soapstone::tags! {
    CIRCLE = 1 "c:circle";
    SQUARE = 1 "c:square";
    R_TAG = 1 "c:r";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const CIRCLE: codec::Element<String> = codec::Element::new(super::super::case::CIRCLE, super::super::NAMESPACES);

    pub const SQUARE: codec::Element<codec::Token> = codec::Element::new(super::super::case::SQUARE, super::super::NAMESPACES);

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
