//! `urn:case`

use soapstone::{codec, datatype};

soapstone::newtype! {
/// `Code`
pub struct Code(codec::QName): enumeration(&["{urn:other}Sender", "{urn:case}Receiver", "{urn:third}Third"]);
}

soapstone::union! {
/// `CodeOrNumber`
pub enum CodeOrNumber {
    Int(i32),
    QName(codec::QName),
}
}

soapstone::newtype! {
/// `Few`
pub struct Few(CodeOrNumber): enumeration(&["1", "{urn:other}a"]);
}

soapstone::newtype! {
/// `Pair`
pub struct Pair(codec::List<codec::QName>): enumeration(&["{urn:other}a {urn:other}b"]);
}

soapstone::newtype! {
/// `Picture`
pub struct Picture(codec::QName): enumeration(&["{urn:case}gif"]);
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub kind: Code,
    pub picture: Option<Picture>,
    pub code: Vec<Code>,
    pub pair: Option<Pair>,
    pub few: Vec<Few>,
    pub default: Option<codec::QName>,
    pub fixed: Option<codec::QName>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            kind: r.attribute_or("kind", "{urn:other}Sender")?,
            picture: r.optional_attribute("picture")?,
            code: r.many(CODE)?,
            pair: r.option(PAIR)?,
            few: r.many(FEW)?,
            default: r.or("{urn:other}a").option(DEFAULT)?,
            fixed: r.fixed("{urn:other}a").option(FIXED)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("kind", &self.kind);
        w.optional_attribute("picture", &self.picture);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(CODE, &self.code);
        w.option(PAIR, &self.pair);
        w.many(FEW, &self.few);
        w.option(DEFAULT, &self.default);
        w.option(FIXED, &self.fixed);
    }
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Code>("Code", None, "QName"),
    codec::NamedType::of::<CodeOrNumber>("CodeOrNumber", None, "anySimpleType"),
    codec::NamedType::of::<Few>("Few", Some(1), "CodeOrNumber"),
    codec::NamedType::of::<Pair>("Pair", None, "anySimpleType"),
    codec::NamedType::of::<Picture>("Picture", None, "NOTATION"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    CODE = 1 "c:code";
    PAIR = 1 "c:pair";
    FEW = 1 "c:few";
    DEFAULT = 1 "c:default";
    FIXED = 1 "c:fixed";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
