//! `urn:case`

use soapstone::{codec, datatype};

/// `Alias`
pub type Alias = Key;

soapstone::union! {
/// `Any`
pub enum Any {
    Int(i32),
    Text(Text) = TYPE_TEXT,
    Token(codec::Token),
}
}

soapstone::union! {
/// `Both`
pub enum Both {
    String(String),
    Alias(Alias) = TYPE_ALIAS,
}
}

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
/// `Length`
pub struct Length(i16): min_inclusive("1");
}

soapstone::union! {
/// `Named`
pub enum Named {
    Code(Code),
    Length(Length),
}
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub key: Vec<codec::Nillable<Key>>,
    pub named: Vec<Named>,
    pub any: Vec<Any>,
    pub both: Vec<Both>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            key: r.many(KEY)?,
            named: r.many(NAMED)?,
            any: r.many(ANY)?,
            both: r.many(BOTH)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(KEY, &self.key);
        w.many(NAMED, &self.named);
        w.many(ANY, &self.any);
        w.many(BOTH, &self.both);
    }
}

soapstone::newtype! {
/// `Size`
pub struct Size(i16): min_inclusive("1");
}

/// `Text`
pub type Text = String;

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Any>("Any", None, "anySimpleType"),
    codec::NamedType::of::<Both>("Both", None, "anySimpleType"),
    codec::NamedType::of::<Code>("Code", None, "token"),
    codec::NamedType::of::<Key>("Key", None, "anySimpleType"),
    codec::NamedType::of::<Length>("Length", Some(1), "Size"),
    codec::NamedType::of::<Named>("Named", None, "anySimpleType"),
    codec::NamedType::of::<Size>("Size", None, "short"),
    codec::NamedType::other::<Alias>("Alias", Some(1), "Key"),
    codec::NamedType::other::<codec::Token>("Label", None, "token"),
    codec::NamedType::other::<Length>("Short", Some(1), "Length"),
    codec::NamedType::other::<Text>("Text", None, "string"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    KEY = 1 "c:key";
    NAMED = 1 "c:named";
    TYPE_TEXT = 1 "c:Text";
    ANY = 1 "c:any";
    TYPE_ALIAS = 1 "c:Alias";
    BOTH = 1 "c:both";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
