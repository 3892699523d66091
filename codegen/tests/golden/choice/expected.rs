//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub enum R {
    Card(String),
    Cash(Vec<datatype::Decimal>),
    Sequence(RSequence),
}

impl codec::Group for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(CARD)? {
            return Ok(Some(Self::Card(x)));
        }
        if let Some(x) = r.some(CASH, 1, codec::UNBOUNDED)? {
            return Ok(Some(Self::Cash(x)));
        }
        if let Some(x) = r.arm_group()? {
            return Ok(Some(Self::Sequence(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Card(x) => w.one(CARD, x),
            Self::Cash(x) => w.many(CASH, x),
            Self::Sequence(x) => w.group(x),
        }
    }
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        r.group()
    }
    fn content(&self, w: &mut codec::Writer) {
        w.group(self);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RSequence {
    pub bank: String,
    pub account: i64,
}

impl codec::Group for RSequence {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if !(r.at(&[BANK])?) {
            return Ok(None);
        }
        Ok(Some(Self {
            bank: r.one(BANK)?,
            account: r.one(ACCOUNT)?,
        }))
    }
    fn write(&self, w: &mut codec::Writer) {
        w.one(BANK, &self.bank);
        w.one(ACCOUNT, &self.account);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    CARD = 1 "c:card";
    CASH = 1 "c:cash";
    BANK = 1 "c:bank";
    ACCOUNT = 1 "c:account";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
