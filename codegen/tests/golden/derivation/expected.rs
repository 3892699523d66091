//! `urn:case`

use soapstone::{codec, datatype};

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
    pub indoor: Option<bool>,
    pub name: String,
    pub lives: i32,
}

impl codec::Type for Cat {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_CAT);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            indoor: r.optional_attribute("indoor")?,
            name: r.one(NAME)?,
            lives: r.one(LIVES)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("indoor", &self.indoor);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NAME, &self.name);
        w.one(LIVES, &self.lives);
    }
}

/// `Circle`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Circle {
    pub radius: f64,
}

impl codec::Type for Circle {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_CIRCLE);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            radius: r.one(RADIUS)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(RADIUS, &self.radius);
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

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub pet: Vec<AnyPet>,
    pub shape: Shape,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            pet: r.times(PET, 1, codec::UNBOUNDED)?,
            shape: r.one(SHAPE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(PET, &self.pet);
        w.one(SHAPE, &self.shape);
    }
}

soapstone::abstract_family! {
/// `Shape`
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    TYPE_CIRCLE => Circle(Circle),
}
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    PET = 1 "c:pet";
    SHAPE = 1 "c:shape";
    TYPE_PET = 1 "c:Pet";
    TYPE_CAT = 1 "c:Cat";
    TYPE_CIRCLE = 1 "c:Circle";
    NAME = 1 "c:name";
    LIVES = 1 "c:lives";
    RADIUS = 1 "c:radius";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
