//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub choice: Vec<RChoice>,
    pub sequence: Vec<RSequence>,
    pub sequence_2: Vec<RSequence2>,
    pub sequence_3: Vec<RSequence3>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            choice: r.groups(0, codec::UNBOUNDED)?,
            sequence: r.groups(2, 3)?,
            sequence_2: r.groups(0, codec::UNBOUNDED)?,
            sequence_3: r.groups(0, codec::UNBOUNDED)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.groups(&self.choice);
        w.groups(&self.sequence);
        w.groups(&self.sequence_2);
        w.groups(&self.sequence_3);
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

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RSequence2 {
    pub k: Option<i32>,
    pub v: i32,
    pub n: Option<i32>,
}

impl codec::Group for RSequence2 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[K_TAG, V_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            k: r.option(K_TAG)?,
            v: r.one(V_TAG)?,
            n: r.option(N_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.option(K_TAG, &self.k);
        w.one(V_TAG, &self.v);
        w.option(N_TAG, &self.n);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RSequence3 {
    pub a: i32,
    pub sequence: Vec<RSequence3Sequence>,
}

impl codec::Group for RSequence3 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[A_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            a: r.one(A_TAG)?,
            sequence: r.groups(0, codec::UNBOUNDED)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(A_TAG, &self.a);
        w.groups(&self.sequence);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RSequence3Sequence {
    pub b: Option<i32>,
    pub e: Option<i32>,
}

impl codec::Group for RSequence3Sequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[B_TAG, E_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            b: r.option(B_TAG)?,
            e: r.option(E_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.option(B_TAG, &self.b);
        w.option(E_TAG, &self.e);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    X_TAG = 1 "c:x";
    Y_TAG = 1 "c:y";
    Z_TAG = 1 "c:z";
    K_TAG = 1 "c:k";
    V_TAG = 1 "c:v";
    N_TAG = 1 "c:n";
    A_TAG = 1 "c:a";
    C_TAG = 1 "c:c";
    D_TAG = 1 "c:d";
    B_TAG = 1 "c:b";
    E_TAG = 1 "c:e";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
