//! `urn:case`

use soapstone::{codec, datatype};

/// `Amount`
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    pub currency: codec::NmToken,
    pub rounded: bool,
    pub value: datatype::Decimal,
}

impl codec::Type for Amount {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_AMOUNT);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            currency: r.attribute("currency")?,
            rounded: r.attribute_or("rounded", "false")?,
            value: r.value()?,
        })
    }
    fn nil(r: &mut codec::Reader<'_>) -> codec::Result<()> {
        let _: codec::NmToken = r.attribute("currency")?;
        let _: bool = r.attribute_or("rounded", "false")?;
        Ok(())
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("currency", &self.currency);
        w.attribute("rounded", &self.rounded);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
    }
}

soapstone::family! {
/// `Pet`
#[derive(Debug, Clone, PartialEq)]
pub enum AnyPet {
    TYPE_PET => Pet(Pet),
    TYPE_CAT => Cat(Cat),
}
}

/// `Cat`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cat {
    pub lives: i32,
    pub name: String,
}

impl codec::Type for Cat {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_CAT);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            lives: r.attribute("lives")?,
            name: r.one(NAME)?,
        })
    }
    fn nil(r: &mut codec::Reader<'_>) -> codec::Result<()> {
        let _: i32 = r.attribute("lives")?;
        Ok(())
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("lives", &self.lives);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NAME, &self.name);
    }
}

/// `Pet`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pet {
    pub name: String,
}

impl codec::Type for Pet {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_PET);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            name: r.one(NAME)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NAME, &self.name);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub a: codec::Nillable<Amount>,
    pub p: Vec<codec::Nillable<AnyPet>>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            a: r.one(A_TAG)?,
            p: r.many(P_TAG)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(A_TAG, &self.a);
        w.many(P_TAG, &self.p);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    TYPE_AMOUNT = 1 "c:Amount";
    A_TAG = 1 "c:a";
    P_TAG = 1 "c:p";
    TYPE_PET = 1 "c:Pet";
    TYPE_CAT = 1 "c:Cat";
    NAME = 1 "c:name";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
