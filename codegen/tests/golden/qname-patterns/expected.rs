//! `urn:case`

use soapstone::{codec, datatype};

soapstone::newtype! {
/// `Code`
pub struct Code(codec::QName): pattern("[^:]+:[a-z]+");
}

soapstone::newtype! {
/// `Codes`
pub struct Codes(codec::List<codec::QName>): pattern("([^:]+:[a-z]+ ?)+");
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub kind: Code,
    pub code: Code,
    pub codes: Option<Codes>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            kind: r.attribute_or("kind", "{urn:other}b")?,
            code: r.or("{urn:other}a").one(CODE)?,
            codes: r.fixed("{urn:other}a {urn:other}b").option(CODES)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("kind", &self.kind);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(CODE, &self.code);
        w.option(CODES, &self.codes);
    }
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Code>("Code", None, "QName"),
    codec::NamedType::of::<Codes>("Codes", None, "anySimpleType"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    CODE = 1 "c:code";
    CODES = 1 "c:codes";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
