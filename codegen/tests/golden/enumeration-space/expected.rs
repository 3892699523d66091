//! `urn:case`

use soapstone::{codec, datatype};

soapstone::token_enumeration! {
/// `Code`
pub enum Code {
    A1 = "A 1",
    B = "B",
}
}

soapstone::normalized_enumeration! {
/// `Line`
pub enum Line {
    A1 = "A  1",
    A1_2 = "A 1",
}
}

soapstone::token_enumeration! {
/// `Name`
pub enum Name {
    A1 = "A 1",
}
}

soapstone::token_enumeration! {
/// `Own`
pub enum Own {
    B1 = "B 1",
}
}

soapstone::token_enumeration! {
/// `Place`
pub enum Place {
    UrnA = "urn:a",
}
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub line: Line,
    pub code: Code,
    pub place: Place,
    pub name: Name,
    pub own: Option<Own>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            line: r.one(LINE)?,
            code: r.one(CODE)?,
            place: r.one(PLACE)?,
            name: r.one(NAME)?,
            own: r.option(OWN)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(LINE, &self.line);
        w.one(CODE, &self.code);
        w.one(PLACE, &self.place);
        w.one(NAME, &self.name);
        w.option(OWN, &self.own);
    }
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Code>("Code", None, "token"),
    codec::NamedType::of::<Line>("Line", None, "normalizedString"),
    codec::NamedType::of::<Name>("Name", None, "string"),
    codec::NamedType::of::<Own>("Own", None, "string"),
    codec::NamedType::of::<Place>("Place", None, "anyURI"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    LINE = 1 "c:line";
    CODE = 1 "c:code";
    PLACE = 1 "c:place";
    NAME = 1 "c:name";
    OWN = 1 "c:own";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
