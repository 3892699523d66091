//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub join0: Box<Wide>,
    pub join1: Option<Box<Wide>>,
    pub join2: Option<codec::Nillable<Box<Wide>>>,
    pub join3: Box<Wide>,
    pub join4: Option<Box<Wide>>,
    pub join5: Vec<Wide>,
    pub join6: Option<Box<Wide>>,
    pub join7: Option<Box<Wide>>,
    pub two: Option<Two>,
    pub note: Option<String>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            join0: r.one(JOIN0)?,
            join1: r.option(JOIN1)?,
            join2: r.option(JOIN2)?,
            join3: r.one(JOIN3)?,
            join4: r.option(JOIN4)?,
            join5: r.times(JOIN5, 0, 2)?,
            join6: r.option(JOIN6)?,
            join7: r.option(JOIN7)?,
            two: r.option(TWO)?,
            note: r.option(NOTE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(JOIN0, &self.join0);
        w.option(JOIN1, &self.join1);
        w.option(JOIN2, &self.join2);
        w.one(JOIN3, &self.join3);
        w.option(JOIN4, &self.join4);
        w.many(JOIN5, &self.join5);
        w.option(JOIN6, &self.join6);
        w.option(JOIN7, &self.join7);
        w.option(TWO, &self.two);
        w.option(NOTE, &self.note);
    }
}

/// `Two`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Two {
    pub left: Box<Wide>,
    pub right: Option<Box<Wide>>,
}

impl codec::Type for Two {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_TWO);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            left: r.one(LEFT)?,
            right: r.option(RIGHT)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(LEFT, &self.left);
        w.option(RIGHT, &self.right);
    }
}

/// `Wide`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wide {
    pub a0: Option<String>,
    pub a1: Option<String>,
    pub a2: Option<String>,
    pub a3: Option<String>,
    pub a4: Option<String>,
    pub a5: Option<String>,
    pub a6: Option<String>,
    pub a7: Option<String>,
    pub a8: Option<String>,
    pub a9: Option<String>,
    pub a10: Option<String>,
    pub a11: Option<String>,
    pub a12: Option<String>,
    pub a13: Option<String>,
    pub a14: Option<String>,
    pub a15: Option<String>,
    pub a16: Option<String>,
    pub a17: Option<String>,
    pub a18: Option<String>,
    pub a19: Option<String>,
}

impl codec::Type for Wide {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_WIDE);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            a0: r.optional_attribute("a0")?,
            a1: r.optional_attribute("a1")?,
            a2: r.optional_attribute("a2")?,
            a3: r.optional_attribute("a3")?,
            a4: r.optional_attribute("a4")?,
            a5: r.optional_attribute("a5")?,
            a6: r.optional_attribute("a6")?,
            a7: r.optional_attribute("a7")?,
            a8: r.optional_attribute("a8")?,
            a9: r.optional_attribute("a9")?,
            a10: r.optional_attribute("a10")?,
            a11: r.optional_attribute("a11")?,
            a12: r.optional_attribute("a12")?,
            a13: r.optional_attribute("a13")?,
            a14: r.optional_attribute("a14")?,
            a15: r.optional_attribute("a15")?,
            a16: r.optional_attribute("a16")?,
            a17: r.optional_attribute("a17")?,
            a18: r.optional_attribute("a18")?,
            a19: r.optional_attribute("a19")?,
        })
    }
    fn nil(r: &mut codec::Reader<'_>) -> codec::Result<()> {
        let _: Option<String> = r.optional_attribute("a0")?;
        let _: Option<String> = r.optional_attribute("a1")?;
        let _: Option<String> = r.optional_attribute("a2")?;
        let _: Option<String> = r.optional_attribute("a3")?;
        let _: Option<String> = r.optional_attribute("a4")?;
        let _: Option<String> = r.optional_attribute("a5")?;
        let _: Option<String> = r.optional_attribute("a6")?;
        let _: Option<String> = r.optional_attribute("a7")?;
        let _: Option<String> = r.optional_attribute("a8")?;
        let _: Option<String> = r.optional_attribute("a9")?;
        let _: Option<String> = r.optional_attribute("a10")?;
        let _: Option<String> = r.optional_attribute("a11")?;
        let _: Option<String> = r.optional_attribute("a12")?;
        let _: Option<String> = r.optional_attribute("a13")?;
        let _: Option<String> = r.optional_attribute("a14")?;
        let _: Option<String> = r.optional_attribute("a15")?;
        let _: Option<String> = r.optional_attribute("a16")?;
        let _: Option<String> = r.optional_attribute("a17")?;
        let _: Option<String> = r.optional_attribute("a18")?;
        let _: Option<String> = r.optional_attribute("a19")?;
        Ok(())
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("a0", &self.a0);
        w.optional_attribute("a1", &self.a1);
        w.optional_attribute("a2", &self.a2);
        w.optional_attribute("a3", &self.a3);
        w.optional_attribute("a4", &self.a4);
        w.optional_attribute("a5", &self.a5);
        w.optional_attribute("a6", &self.a6);
        w.optional_attribute("a7", &self.a7);
        w.optional_attribute("a8", &self.a8);
        w.optional_attribute("a9", &self.a9);
        w.optional_attribute("a10", &self.a10);
        w.optional_attribute("a11", &self.a11);
        w.optional_attribute("a12", &self.a12);
        w.optional_attribute("a13", &self.a13);
        w.optional_attribute("a14", &self.a14);
        w.optional_attribute("a15", &self.a15);
        w.optional_attribute("a16", &self.a16);
        w.optional_attribute("a17", &self.a17);
        w.optional_attribute("a18", &self.a18);
        w.optional_attribute("a19", &self.a19);
    }
    fn content(&self, w: &mut codec::Writer) {
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    TYPE_WIDE = 1 "c:Wide";
    JOIN0 = 1 "c:join0";
    JOIN1 = 1 "c:join1";
    JOIN2 = 1 "c:join2";
    JOIN3 = 1 "c:join3";
    JOIN4 = 1 "c:join4";
    JOIN5 = 1 "c:join5";
    JOIN6 = 1 "c:join6";
    JOIN7 = 1 "c:join7";
    TYPE_TWO = 1 "c:Two";
    TWO = 1 "c:two";
    NOTE = 1 "c:note";
    LEFT = 1 "c:left";
    RIGHT = 1 "c:right";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
