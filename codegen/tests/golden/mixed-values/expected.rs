//! `urn:case`

use soapstone::{codec, datatype};

soapstone::family! {
/// `Base`
#[derive(Debug, Clone, PartialEq)]
pub enum AnyBase {
    TYPE_BASE => Base(Base),
    TYPE_DERIVED => Derived(Derived),
}
}

/// `Base`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Base {
    pub content: Vec<BaseContent>,
}

impl codec::Type for Base {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_BASE);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            content: r.mixed()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

pub type BaseContent = NoteContent;

/// `Derived`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derived {
    pub b: Option<String>,
}

impl codec::Type for Derived {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_DERIVED);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            b: r.option(B_TAG)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(B_TAG, &self.b);
    }
}

/// `Note`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Note {
    pub by: Option<String>,
    pub content: Vec<NoteContent>,
}

impl codec::Type for Note {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_NOTE);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            by: r.optional_attribute("by")?,
            content: r.mixed()?,
        })
    }
    fn nil(r: &mut codec::Reader<'_>) -> codec::Result<()> {
        let _: Option<String> = r.optional_attribute("by")?;
        Ok(())
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("by", &self.by);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum NoteContent {
    /// Text between the elements.
    Text(String),
    B(String),
}

impl codec::Group for NoteContent {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(B_TAG)? {
            return Ok(Some(Self::B(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Text(x) => w.text(x),
            Self::B(x) => w.one(B_TAG, x),
        }
    }
}

impl codec::Mixed for NoteContent {
    const MODEL: Option<codec::Model> = Some(codec::Model::Sequence(&[codec::Model::Repeat(&codec::Model::Arm(0), 0, 1)]));
    fn text(text: String) -> Self {
        Self::Text(text)
    }
    fn arm(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::B(_) => Some(0),
        }
    }
}

/// `Plain`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plain {
    pub value: String,
}

impl codec::Type for Plain {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_PLAIN);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            value: r.value()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub fixed: Vec<Note>,
    pub default: Vec<codec::Nillable<Note>>,
    pub plain: Option<Plain>,
    pub base: Option<AnyBase>,
    pub b: Option<String>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            fixed: r.fixed(" as said").many(FIXED)?,
            default: r.or("no").many(DEFAULT)?,
            plain: r.fixed("so").option(PLAIN)?,
            base: r.option(BASE)?,
            b: r.option(B_TAG)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(FIXED, &self.fixed);
        w.many(DEFAULT, &self.default);
        w.option(PLAIN, &self.plain);
        w.option(BASE, &self.base);
        w.option(B_TAG, &self.b);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    TYPE_NOTE = 1 "c:Note";
    FIXED = 1 "c:fixed";
    DEFAULT = 1 "c:default";
    TYPE_PLAIN = 1 "c:Plain";
    PLAIN = 1 "c:plain";
    BASE = 1 "c:base";
    B_TAG = 1 "c:b";
    TYPE_BASE = 1 "c:Base";
    TYPE_DERIVED = 1 "c:Derived";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
