//! `urn:case`

use soapstone::{codec, datatype};

soapstone::union! {
/// `Flag`
pub enum Flag {
    Boolean(bool),
    Double(f64),
    Duration(datatype::Duration),
    QName(codec::QName),
}
}

/// `FlagList`
pub type FlagList = codec::List<Flag>;

soapstone::newtype! {
/// `Flags`
pub struct Flags(Flag): enumeration(&["true", "INF", "P1D", "{urn:case}no"]);
}

soapstone::union! {
/// `NameOrText`
pub enum NameOrText {
    QName(codec::QName),
    String(String),
}
}

soapstone::newtype! {
/// `NamesOrTexts`
pub struct NamesOrTexts(NameOrText): enumeration(&["{urn:other}a", "a b", "z:a"]);
}

soapstone::union! {
/// `Octets`
pub enum Octets {
    HexBinary(datatype::HexBinary),
    QName(codec::QName),
}
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub flag: Flag,
    pub flags: FlagList,
    pub octets: Octets,
    pub text: Text,
    pub tokens: Tokens,
    pub scope: Scope,
    pub every: Scope,
    pub flag_2: Vec<Flags>,
    pub text_2: Option<Texts>,
    pub name: Vec<NamesOrTexts>,
    pub standard: Option<Standard>,
}

impl codec::Type for R {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            flag: r.fixed_attribute("flag", "true")?,
            flags: r.fixed_attribute("flags", "true {urn:other}a P1D {urn:case}no")?,
            octets: r.fixed_attribute("octets", "af")?,
            text: r.fixed_attribute("text", "o:a")?,
            tokens: r.fixed_attribute("tokens", "o:a o:b")?,
            scope: r.attribute_or("scope", "{urn:other}a")?,
            every: r.attribute_or("every", "##any")?,
            flag_2: r.many(FLAG)?,
            text_2: r.option(TEXT)?,
            name: r.many(NAME)?,
            standard: r.or("{http://www.w3.org/XML/1998/namespace}lang").option(STANDARD)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.attribute("flag", &self.flag);
        w.attribute("flags", &self.flags);
        w.attribute("octets", &self.octets);
        w.attribute("text", &self.text);
        w.attribute("tokens", &self.tokens);
        w.attribute("scope", &self.scope);
        w.attribute("every", &self.every);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.many(FLAG, &self.flag_2);
        w.option(TEXT, &self.text_2);
        w.many(NAME, &self.name);
        w.option(STANDARD, &self.standard);
    }
}

soapstone::union! {
/// `Scope`
pub enum Scope {
    Member1(codec::QName),
    Member2(ScopeMember2),
}
}

soapstone::token_enumeration! {
pub enum ScopeMember2 {
    Any = "##any",
}
}

soapstone::newtype! {
/// `Standard`
pub struct Standard(codec::QName): enumeration(&["{http://www.w3.org/XML/1998/namespace}lang"]);
}

soapstone::union! {
/// `Text`
pub enum Text {
    TextOrInt(TextOrInt),
    QName(codec::QName),
}
}

soapstone::union! {
/// `TextOrInt`
pub enum TextOrInt {
    String(String),
    Int(i32),
}
}

soapstone::newtype! {
/// `Texts`
pub struct Texts(Text): enumeration(&["o:a"]);
}

soapstone::union! {
/// `Tokens`
pub enum Tokens {
    Nmtokens(codec::NmTokens),
    QName(codec::QName),
}
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Flag>("Flag", None, "anySimpleType"),
    codec::NamedType::of::<Flags>("Flags", Some(1), "Flag"),
    codec::NamedType::of::<NameOrText>("NameOrText", None, "anySimpleType"),
    codec::NamedType::of::<NamesOrTexts>("NamesOrTexts", Some(1), "NameOrText"),
    codec::NamedType::of::<Octets>("Octets", None, "anySimpleType"),
    codec::NamedType::of::<Scope>("Scope", None, "anySimpleType"),
    codec::NamedType::of::<Standard>("Standard", None, "QName"),
    codec::NamedType::of::<Text>("Text", None, "anySimpleType"),
    codec::NamedType::of::<TextOrInt>("TextOrInt", None, "anySimpleType"),
    codec::NamedType::of::<Texts>("Texts", Some(1), "Text"),
    codec::NamedType::of::<Tokens>("Tokens", None, "anySimpleType"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    FLAG = 1 "c:flag";
    TEXT = 1 "c:text";
    NAME = 1 "c:name";
    STANDARD = 1 "c:standard";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
