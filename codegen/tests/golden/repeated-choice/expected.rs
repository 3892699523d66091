//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub choice: Vec<RChoice>,
    pub sequence: Vec<RSequence>,
    pub sequence_2: Option<RSequence2>,
    pub choice_2: Vec<RChoice2>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            choice: r.groups(0, codec::UNBOUNDED)?,
            sequence: r.groups(0, 2)?,
            sequence_2: r.optional_group()?,
            choice_2: r.groups(0, codec::UNBOUNDED)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.groups(&self.choice);
        w.groups(&self.sequence);
        w.optional_group(&self.sequence_2);
        w.groups(&self.choice_2);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RChoice {
    A(i32),
    B(String),
}

impl codec::Group for RChoice {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(A_TAG)? {
            return Ok(Some(Self::A(x)));
        }
        if let Some(x) = r.arm(B_TAG)? {
            return Ok(Some(Self::B(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::A(x) => w.one(A_TAG, x),
            Self::B(x) => w.one(B_TAG, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum RChoice2 {
    P(Vec<i32>),
    Q(i32),
}

impl codec::Group for RChoice2 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.some(P_TAG, 2, codec::UNBOUNDED)?.map(|x| r.in_turns(x, (1, codec::UNBOUNDED), (2, 3))).transpose()? {
            return Ok(Some(Self::P(x)));
        }
        if let Some(x) = r.arm(Q_TAG)? {
            return Ok(Some(Self::Q(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::P(x) => w.many(P_TAG, x),
            Self::Q(x) => w.one(Q_TAG, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RSequence {
    pub k: codec::Token,
    pub v: Option<i32>,
}

impl codec::Group for RSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[K_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            k: r.one(K_TAG)?,
            v: r.option(V_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(K_TAG, &self.k);
        w.option(V_TAG, &self.v);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RSequence2 {
    pub x: i32,
    pub y: i32,
}

impl codec::Group for RSequence2 {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[X_TAG])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            x: r.one(X_TAG)?,
            y: r.one(Y_TAG)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(X_TAG, &self.x);
        w.one(Y_TAG, &self.y);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    K_TAG = 1 "c:k";
    V_TAG = 1 "c:v";
    X_TAG = 1 "c:x";
    Y_TAG = 1 "c:y";
    P_TAG = 1 "c:p";
    Q_TAG = 1 "c:q";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
