//! `urn:case`

use soapstone::{codec, datatype};

#[derive(Debug, Clone, PartialEq)]
pub enum HeadGroup {
    Head(String),
    Member(String),
}

impl codec::Group for HeadGroup {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {
        if let Some(x) = r.arm(HEAD)? {
            return Ok(Some(Self::Head(x)));
        }
        if let Some(x) = r.arm(MEMBER)? {
            return Ok(Some(Self::Member(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut codec::Writer) {
        match self {
            Self::Head(x) => w.one(HEAD, x),
            Self::Member(x) => w.one(MEMBER, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub n: Option<i32>,
    pub a: Vec<i32>,
    pub b: Vec<String>,
    pub c: datatype::Date,
    pub head: Vec<HeadGroup>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        let attribute0 = r.optional_attribute("n")?;
        let mut found = (Vec::new(), Vec::new(), None, Vec::new(),);
        while r.again(A_TAG, codec::UNBOUNDED, &mut found.0)?
            || r.again(B_TAG, 2, &mut found.1)?
            || r.once(C_TAG, &mut found.2)?
            || r.group_again(codec::UNBOUNDED, &mut found.3)?
            || r.pass()?
        {}
        Ok(Self {
            n: attribute0,
            a: r.at_least("a", 1, found.0)?,
            b: found.1,
            c: r.required(C_TAG, found.2)?,
            head: found.3,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("n", &self.n);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(A_TAG, &self.a);
        w.many(B_TAG, &self.b);
        w.one(C_TAG, &self.c);
        w.groups(&self.head);
    }
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    HEAD = 1 "c:head";
    MEMBER = 1 "c:member";
    A_TAG = 1 "c:a";
    B_TAG = 1 "c:b";
    C_TAG = 1 "c:c";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);

    pub const HEAD: codec::Element<String> = codec::Element::new(super::super::case::HEAD, super::super::NAMESPACES);

    pub const MEMBER: codec::Element<String> = codec::Element::new(super::super::case::MEMBER, super::super::NAMESPACES);
}
