//! `urn:case`

use soapstone::{codec, datatype};

soapstone::newtype! {
/// `Bare`
pub struct Bare(codec::QName): pattern("[a-z]+");
}

/// `BareList`
pub type BareList = codec::List<Bare>;

soapstone::newtype! {
/// `Bares`
pub struct Bares(codec::List<codec::QName>): pattern("[a-z ]+");
}

soapstone::union! {
/// `Either`
pub enum Either {
    Int(i32),
    Bare(Bare),
}
}

/// `Leaf`
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    pub bare: Option<Bare>,
    pub free: Option<codec::QName>,
    pub value: codec::QName,
}

impl codec::Type for Leaf {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_LEAF);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            bare: r.optional_attribute("bare")?,
            free: r.optional_attribute("free")?,
            value: r.value()?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("bare", &self.bare);
        w.optional_attribute("free", &self.free);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.value(&self.value);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub bare: Option<Bare>,
    pub bares: Option<Bares>,
    pub bare_2: Vec<Bare>,
    pub list: Option<BareList>,
    pub either: Vec<Either>,
    pub free: Option<codec::QName>,
    pub leaf: Vec<Leaf>,
    pub r#in: Option<RIn>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            bare: r.optional_attribute("bare")?,
            bares: r.optional_attribute("bares")?,
            bare_2: r.many(BARE)?,
            list: r.option(LIST)?,
            either: r.many(EITHER)?,
            free: r.option(FREE)?,
            leaf: r.many(LEAF)?,
            r#in: r.option(IN)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("bare", &self.bare);
        w.optional_attribute("bares", &self.bares);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(BARE, &self.bare_2);
        w.option(LIST, &self.list);
        w.many(EITHER, &self.either);
        w.option(FREE, &self.free);
        w.many(LEAF, &self.leaf);
        w.option(IN, &self.r#in);
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct RIn {
    pub bare: Option<Bare>,
    pub list: Option<BareList>,
    pub either: Option<Either>,
    pub plain: Option<codec::QName>,
    pub own: Option<codec::QName>,
}

impl codec::Type for RIn {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            bare: r.optional_attribute("bare")?,
            list: r.optional_attribute("list")?,
            either: r.optional_attribute("either")?,
            plain: r.option(PLAIN)?,
            own: r.option(OWN)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("bare", &self.bare);
        w.optional_attribute("list", &self.list);
        w.optional_attribute("either", &self.either);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(PLAIN, &self.plain);
        w.option(OWN, &self.own);
    }
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Bare>("Bare", None, "QName"),
    codec::NamedType::of::<Bares>("Bares", None, "anySimpleType"),
    codec::NamedType::of::<Either>("Either", None, "anySimpleType"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    BARE = 0 "bare";
    LIST = 0 "list";
    EITHER = 0 "either";
    FREE = 0 "free";
    TYPE_LEAF = 1 "c:Leaf";
    LEAF = 1 "c:leaf";
    IN = 1 "c:in";
    PLAIN = 0 "plain";
    OWN = 1 "c:own";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
