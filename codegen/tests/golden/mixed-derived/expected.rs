//! `urn:case`

use soapstone::{codec, datatype};

soapstone::family! {
/// `Note`
#[derive(Debug, Clone, PartialEq)]
pub enum AnyNote {
    TYPE_NOTE => Note(Note),
    TYPE_LONG => Long(Long),
    TYPE_TEXT => Text(Text),
}
}

soapstone::family! {
/// `Open`
#[derive(Debug, Clone, PartialEq)]
pub enum AnyOpen {
    TYPE_OPEN => Open(Open),
    TYPE_CLOSED => Closed(Closed),
}
}

/// `Closed`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Closed {
    pub b: Option<String>,
}

impl codec::Type for Closed {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_CLOSED);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            b: r.option(B_TAG)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(B_TAG, &self.b);
    }
}

/// `Long`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Long {
    pub id: Option<i32>,
    pub content: Vec<LongContent>,
}

impl codec::Type for Long {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_LONG);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            id: r.optional_attribute("id")?,
            content: r.mixed()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("id", &self.id);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum LongContent {
    /// Text between the elements.
    Text(String),
    B(String),
    I(String),
}

impl codec::Group for LongContent {
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

impl codec::Mixed for LongContent {
    const MODEL: Option<codec::Model> = Some(codec::Model::Sequence(&[codec::Model::Sequence(&[codec::Model::Repeat(&codec::Model::Arm(0), 0, 1)]), codec::Model::Sequence(&[codec::Model::Repeat(&codec::Model::Arm(1), 0, 1)])]));
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

/// `Note`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Note {
    pub id: Option<i32>,
    pub content: Vec<NoteContent>,
}

impl codec::Type for Note {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_NOTE);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            id: r.optional_attribute("id")?,
            content: r.mixed()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("id", &self.id);
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

/// `Open`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Open {
    pub content: Vec<OpenContent>,
}

impl codec::Type for Open {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_OPEN);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            content: r.mixed()?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.mixed(&self.content);
    }
}

pub type OpenContent = NoteContent;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub fixed: Vec<AnyNote>,
    pub default: Vec<AnyNote>,
    pub long: Option<AnyNote>,
    pub open: Vec<AnyOpen>,
    pub alone: Option<AnyNote>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            fixed: r.fixed("stone").many(FIXED)?,
            default: r.or("soap").many(DEFAULT)?,
            long: r.or("soapstone").option(LONG)?,
            open: r.many(OPEN)?,
            alone: r.fixed("stone").option(ALONE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(FIXED, &self.fixed);
        w.many(DEFAULT, &self.default);
        w.option(LONG, &self.long);
        w.many(OPEN, &self.open);
        w.option(ALONE, &self.alone);
    }
}

/// `Text`
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub id: Option<i32>,
    pub value: TextValue,
}

impl codec::Type for Text {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_TEXT);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            id: r.optional_attribute("id")?,
            value: r.value()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("id", &self.id);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
    }
}

soapstone::newtype! {
pub struct TextValue(String): max_length(5);
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    ALONE = 1 "c:alone";
    COUNT = 1 "c:count";
    FIXED = 1 "c:fixed";
    DEFAULT = 1 "c:default";
    LONG = 1 "c:long";
    OPEN = 1 "c:open";
    TYPE_NOTE = 1 "c:Note";
    TYPE_LONG = 1 "c:Long";
    TYPE_TEXT = 1 "c:Text";
    TYPE_OPEN = 1 "c:Open";
    TYPE_CLOSED = 1 "c:Closed";
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

    pub const ALONE: codec::Element<super::super::case::AnyNote> = codec::Element::new(super::super::case::ALONE, super::super::NAMESPACES).fixed("stone");

    pub const COUNT: codec::Element<i32> = codec::Element::new(super::super::case::COUNT, super::super::NAMESPACES).or("7");
}
