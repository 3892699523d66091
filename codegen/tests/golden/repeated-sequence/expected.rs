//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub choice: Vec<RChoice>,
    pub sequence: Vec<RSequence>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            choice: r.groups(0, codec::UNBOUNDED)?,
            sequence: r.groups(2, 3)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.groups(&self.choice);
        w.groups(&self.sequence);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RChoice {
    Sequence(RChoiceSequence),
    Sequence2(RChoiceSequence2),
}

impl codec::Group for RChoice {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm_group()? {
            return Ok(Some(Self::Sequence(x)));
        }
        if let Some(x) = r.arm_group()? {
            return Ok(Some(Self::Sequence2(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Sequence(x) => w.group(x),
            Self::Sequence2(x) => w.group(x),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RChoiceSequence {
    pub c: i32,
    pub d: Option<String>,
}

impl codec::Group for RChoiceSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[C_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            c: r.one(C_TAG)?,
            d: r.option(D_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(C_TAG, &self.c);
        w.option(D_TAG, &self.d);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RChoiceSequence2 {
    pub d: String,
    pub c: Vec<i32>,
}

impl codec::Group for RChoiceSequence2 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[D_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            d: r.one(D_TAG)?,
            c: r.times(C_TAG, 1, 2)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(D_TAG, &self.d);
        w.many(C_TAG, &self.c);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RSequence {
    pub x: i32,
    pub y: Vec<i32>,
    pub z: Option<i32>,
}

impl codec::Group for RSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[X_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            x: r.one(X_TAG)?,
            y: r.times(Y_TAG, 1, codec::UNBOUNDED)?,
            z: r.option(Z_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(X_TAG, &self.x);
        w.many(Y_TAG, &self.y);
        w.option(Z_TAG, &self.z);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    X_TAG = 1 "c:x";
    Y_TAG = 1 "c:y";
    Z_TAG = 1 "c:z";
    C_TAG = 1 "c:c";
    D_TAG = 1 "c:d";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
