//! `urn:case`

use soapstone::{codec, datatype};

soapstone::newtype! {
/// `Bare`
pub struct Bare(codec::QName): pattern("[a-z]+");
}

soapstone::newtype! {
/// `Bares`
pub struct Bares(codec::List<codec::QName>): pattern("[a-z ]+");
}

soapstone::newtype! {
/// `Code`
pub struct Code(codec::QName): pattern("[^:]+:[a-z]+");
}

soapstone::newtype! {
/// `Codes`
pub struct Codes(codec::List<codec::QName>): pattern("([^:]+:[a-z]+ ?)+");
}

/// `Kept`
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub at: Option<String>,
    pub value: Bare,
}

impl codec::Type for Kept {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_KEPT);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            at: r.optional_attribute("at")?,
            value: r.value()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("at", &self.at);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub kind: Code,
    pub code: Code,
    pub codes: Option<Codes>,
    pub bare: Vec<Bare>,
    pub bares: Option<Bares>,
    pub kept: Option<Kept>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            kind: r.attribute_or("kind", "{urn:other}b")?,
            code: r.or("{urn:other}a").one(CODE)?,
            codes: r.fixed("{urn:other}a {urn:other}b").option(CODES)?,
            bare: r.many(BARE)?,
            bares: r.option(BARES)?,
            kept: r.option(KEPT)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("kind", &self.kind);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(CODE, &self.code);
        w.option(CODES, &self.codes);
        w.many(BARE, &self.bare);
        w.option(BARES, &self.bares);
        w.option(KEPT, &self.kept);
    }
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Bare>("Bare", None, "QName"),
    codec::NamedType::of::<Bares>("Bares", None, "anySimpleType"),
    codec::NamedType::of::<Code>("Code", None, "QName"),
    codec::NamedType::of::<Codes>("Codes", None, "anySimpleType"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    CODE = 1 "c:code";
    CODES = 1 "c:codes";
    BARE = 1 "c:bare";
    BARES = 1 "c:bares";
    TYPE_KEPT = 1 "c:Kept";
    KEPT = 1 "c:kept";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
