//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct B {
    pub weight: Option<i32>,
    pub content: Vec<BContent>,
}

impl codec::Type for B {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            weight: r.optional_attribute("weight")?,
            content: r.mixed()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("weight", &self.weight);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum BContent {
    /// Text between the elements.
    Text(String),
    B(B),
    I(I),
}

impl codec::Group for BContent {
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

impl codec::Mixed for BContent {
    fn text(text: String) -> Self {
        Self::Text(text)
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct I {
    pub content: Vec<IContent>,
}

impl codec::Type for I {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            content: r.mixed()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

pub type IContent = BContent;

/// `Inline`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inline {
    pub content: Vec<InlineContent>,
}

impl codec::Type for Inline {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_INLINE);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            content: r.mixed()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

pub type InlineContent = BContent;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Once {
    pub content: Vec<OnceContent>,
}

impl codec::Type for Once {
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
pub enum OnceContent {
    /// Text between the elements.
    Text(String),
    B(B),
    I(I),
}

impl codec::Group for OnceContent {
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

impl codec::Mixed for OnceContent {
    const MODEL: Option<codec::Model> = Some(codec::Model::Choice(&[codec::Model::Arm(0), codec::Model::Arm(1)]));
    fn text(text: String) -> Self {
        Self::Text(text)
    }
    fn arm(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::B(_) => Some(0),
            Self::I(_) => Some(1),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub p: Inline,
    pub i: I,
    pub once: Option<Once>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            p: r.one(P_TAG)?,
            i: r.one(I_TAG)?,
            once: r.option(ONCE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(P_TAG, &self.p);
        w.one(I_TAG, &self.i);
        w.option(ONCE, &self.once);
    }
}

soapstone::tags! {
    B_TAG = 1 "c:b";
    I_TAG = 1 "c:i";
    ONCE = 1 "c:once";
    R_TAG = 1 "c:r";
    TYPE_INLINE = 1 "c:Inline";
    P_TAG = 1 "c:p";
}

impl codec::Root for B {
    const ELEMENT: codec::Element<Self> = element::B;
}

impl codec::Root for I {
    const ELEMENT: codec::Element<Self> = element::I;
}

impl codec::Root for Once {
    const ELEMENT: codec::Element<Self> = element::ONCE;
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const B: codec::Element<super::super::case::B> = codec::Element::new(super::super::case::B_TAG, super::super::NAMESPACES);

    pub const I: codec::Element<super::super::case::I> = codec::Element::new(super::super::case::I_TAG, super::super::NAMESPACES);

    pub const ONCE: codec::Element<super::super::case::Once> = codec::Element::new(super::super::case::ONCE, super::super::NAMESPACES);

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
