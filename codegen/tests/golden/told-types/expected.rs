//! `urn:case`

use soapstone::{codec, datatype};

soapstone::newtype! {
/// `Code`
pub struct Code(String): lexical(codec::Lexical::Token), max_length(4);
}

soapstone::union! {
/// `Key`
pub enum Key {
    Code(Code),
    Size(Size),
}
}

soapstone::newtype! {
/// `Letter`
pub struct Letter(Key): pattern("[a-z]");
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub code: Code,
    pub short: codec::Nillable<Short>,
    pub size: Size,
    pub int: i32,
    pub any: String,
    pub key: Option<Key>,
    pub letter: Option<Letter>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            code: r.one(CODE)?,
            short: r.one(SHORT)?,
            size: r.one(SIZE)?,
            int: r.one(INT)?,
            any: r.one(ANY)?,
            key: r.option(KEY)?,
            letter: r.option(LETTER)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(CODE, &self.code);
        w.one(SHORT, &self.short);
        w.one(SIZE, &self.size);
        w.one(INT, &self.int);
        w.one(ANY, &self.any);
        w.option(KEY, &self.key);
        w.option(LETTER, &self.letter);
    }
}

soapstone::newtype! {
/// `Short`
pub struct Short(String): lexical(codec::Lexical::Token), max_length(2);
}

soapstone::newtype! {
/// `Size`
pub struct Size(i16): min_inclusive("1");
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Code>("Code", None, "token"),
    codec::NamedType::of::<Key>("Key", None, "anySimpleType"),
    codec::NamedType::of::<Letter>("Letter", Some(1), "Key"),
    codec::NamedType::of::<Short>("Short", Some(1), "Code"),
    codec::NamedType::of::<Size>("Size", None, "short"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    CODE = 1 "c:code";
    SHORT = 1 "c:short";
    SIZE = 1 "c:size";
    INT = 1 "c:int";
    ANY = 1 "c:any";
    KEY = 1 "c:key";
    LETTER = 1 "c:letter";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
