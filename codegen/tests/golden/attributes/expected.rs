//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub id: codec::Id,
    pub unit: String,
    pub version: datatype::Decimal,
    pub note: Option<codec::NormalizedString>,
    pub any_attributes: Vec<codec::AnyAttribute>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            id: r.attribute("id")?,
            unit: r.attribute_or("unit", "kg")?,
            version: r.fixed_attribute("version", "1.0")?,
            note: r.optional_attribute("note")?,
            any_attributes: r.any_attributes(&codec::Wildcard::Not("urn:case"))?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("id", &self.id);
        w.attribute("unit", &self.unit);
        w.attribute("version", &self.version);
        w.optional_attribute("note", &self.note);
        w.any_attributes(&self.any_attributes);
    }
    fn content(&self, w: &mut codec::Writer) {
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
