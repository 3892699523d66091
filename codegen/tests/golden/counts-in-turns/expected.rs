//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub sequence: Vec<RSequence>,
    pub choice: Vec<RChoice>,
    pub sequence_2: Vec<RSequence2>,
    pub choice_2: Vec<RChoice2>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            sequence: r.groups(0, codec::UNBOUNDED)?,
            choice: r.groups(0, 4)?,
            sequence_2: r.groups(1, codec::UNBOUNDED)?,
            choice_2: r.groups(0, 3)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.groups(&self.sequence);
        w.groups(&self.choice);
        w.groups(&self.sequence_2);
        w.groups(&self.choice_2);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RChoice {
    C(Vec<i32>),
    D(i32),
}

impl codec::Group for RChoice {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.some_in_turn(C_TAG, 2, 3)? {
            return Ok(Some(Self::C(x)));
        }
        if let Some(x) = r.arm(D_TAG)? {
            return Ok(Some(Self::D(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::C(x) => w.many(C_TAG, x),
            Self::D(x) => w.one(D_TAG, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RChoice2 {
    Sequence(RChoice2Sequence),
    I(i32),
}

impl codec::Group for RChoice2 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm_group()? {
            return Ok(Some(Self::Sequence(x)));
        }
        if let Some(x) = r.arm(I_TAG)? {
            return Ok(Some(Self::I(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Sequence(x) => w.group(x),
            Self::I(x) => w.one(I_TAG, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RChoice2Sequence {
    pub g: Vec<i32>,
    pub h: Option<i32>,
}

impl codec::Group for RChoice2Sequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[G_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            g: r.times_in_turn(G_TAG, 2, 3)?,
            h: r.option(H_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.many(G_TAG, &self.g);
        w.option(H_TAG, &self.h);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RSequence {
    pub a: Vec<i32>,
    pub b: Option<i32>,
}

impl codec::Group for RSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[A_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            a: r.times_in_turn(A_TAG, 2, 3)?,
            b: r.option(B_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.many(A_TAG, &self.a);
        w.option(B_TAG, &self.b);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RSequence2 {
    pub e: Option<i32>,
    pub f: Vec<i32>,
}

impl codec::Group for RSequence2 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[E_TAG, F_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            e: r.option(E_TAG)?,
            f: r.times_in_turn(F_TAG, 4, 5)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.option(E_TAG, &self.e);
        w.many(F_TAG, &self.f);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    C_TAG = 1 "c:c";
    D_TAG = 1 "c:d";
    E_TAG = 1 "c:e";
    F_TAG = 1 "c:f";
    I_TAG = 1 "c:i";
    G_TAG = 1 "c:g";
    H_TAG = 1 "c:h";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
