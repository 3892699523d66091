//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub sizes: Sizes,
    pub size: Size,
    pub names: codec::NmTokens,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            sizes: r.one(SIZES)?,
            size: r.one(SIZE)?,
            names: r.one(NAMES)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(SIZES, &self.sizes);
        w.one(SIZE, &self.size);
        w.one(NAMES, &self.names);
    }
}

soapstone::union! {
/// `Size`
pub enum Size {
    Int(i32),
    Member2(SizeMember2),
}
}

soapstone::token_enumeration! {
pub enum SizeMember2 {
    Small = "small",
    Large = "large",
}
}

soapstone::newtype! {
/// `Sizes`
pub struct Sizes(codec::List<i32>): max_length(3);
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Size>("Size", None, "anySimpleType"),
    codec::NamedType::of::<Sizes>("Sizes", None, "anySimpleType"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    SIZES = 1 "c:sizes";
    SIZE = 1 "c:size";
    NAMES = 1 "c:names";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
