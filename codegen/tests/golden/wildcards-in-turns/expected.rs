//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub turns: RTurns,
    pub one: ROne,
    pub two: RTwo,
    pub any: Vec<codec::AnyElement>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            turns: r.one(TURNS)?,
            one: r.one(ONE)?,
            two: r.one(TWO)?,
            any: r.anys(&codec::Wildcard::Not("urn:case"), 0, codec::UNBOUNDED).and_then(|x| r.in_turns(x, (0, codec::UNBOUNDED), (2, 3)))?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(TURNS, &self.turns);
        w.one(ONE, &self.one);
        w.one(TWO, &self.two);
        w.anys(&self.any);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ROne {
    pub any: codec::AnyElement,
    pub key: Option<i32>,
}

impl codec::Type for ROne {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            any: r.any(&codec::Wildcard::Any)?,
            key: r.option(KEY)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.any(&self.any);
        w.option(KEY, &self.key);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RTurns {
    pub sequence: Vec<RTurnsSequence>,
}

impl codec::Type for RTurns {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            sequence: r.groups(1, codec::UNBOUNDED)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.groups(&self.sequence);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RTurnsSequence {
    pub key: i32,
    pub any: Option<codec::AnyElement>,
}

impl codec::Group for RTurnsSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[KEY])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            key: r.one(KEY)?,
            any: r.before(&[KEY]).optional_any(&codec::Wildcard::Any)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(KEY, &self.key);
        w.optional_any(&self.any);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RTwo {
    pub any: Vec<codec::AnyElement>,
    pub key: Option<i32>,
}

impl codec::Type for RTwo {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            any: r.before(&[KEY]).anys(&codec::Wildcard::Any, 2, 3)?,
            key: r.option(KEY)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.anys(&self.any);
        w.option(KEY, &self.key);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    TURNS = 1 "c:turns";
    ONE = 1 "c:one";
    TWO = 1 "c:two";
    KEY = 1 "c:key";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
