//! `urn:case`

use soapstone::{codec, datatype};

soapstone::newtype! {
/// `Adult`
pub struct Adult(datatype::Integer): min_inclusive("18");
}

soapstone::newtype! {
/// `Cold`
pub struct Cold(datatype::Integer): max_exclusive("-5");
}

soapstone::newtype! {
/// `Money`
pub struct Money(datatype::Decimal): min_inclusive("0"), total_digits(6), fraction_digits(2);
}

#[derive(Debug, Clone, PartialEq)]
pub struct R {
    pub sku: Sku,
    pub money: Money,
    pub small: Small,
    pub when: When,
    pub share: Option<Share>,
    pub adult: Option<Adult>,
    pub cold: Option<Cold>,
    pub plate: Vec<ShortPlate>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            sku: r.one(SKU)?,
            money: r.one(MONEY)?,
            small: r.one(SMALL)?,
            when: r.one(WHEN)?,
            share: r.option(SHARE)?,
            adult: r.option(ADULT)?,
            cold: r.option(COLD)?,
            plate: r.many(PLATE)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(SKU, &self.sku);
        w.one(MONEY, &self.money);
        w.one(SMALL, &self.small);
        w.one(WHEN, &self.when);
        w.option(SHARE, &self.share);
        w.option(ADULT, &self.adult);
        w.option(COLD, &self.cold);
        w.many(PLATE, &self.plate);
    }
}

soapstone::newtype! {
/// `Share`
pub struct Share(i64): max_inclusive("100"), min_inclusive("1");
}

soapstone::newtype! {
/// `ShortPlate`
pub struct ShortPlate(String): lexical(codec::Lexical::Token), pattern(".|.{3}"), pattern(r"[A-Z]+|0|\d-\d");
}

soapstone::newtype! {
/// `Sku`
pub struct Sku(String): max_length(6), pattern(r"[A-Z]{2}-\d+");
}

soapstone::newtype! {
/// `Small`
pub struct Small(i64): min_exclusive("0"), max_exclusive("10");
}

soapstone::newtype! {
/// `When`
pub struct When(datatype::Date): min_inclusive("2020-01-01");
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<Adult>("Adult", None, "nonNegativeInteger"),
    codec::NamedType::of::<Cold>("Cold", None, "negativeInteger"),
    codec::NamedType::of::<Money>("Money", None, "decimal"),
    codec::NamedType::of::<Share>("Share", None, "positiveInteger"),
    codec::NamedType::of::<ShortPlate>("ShortPlate", None, "token"),
    codec::NamedType::of::<Sku>("Sku", None, "string"),
    codec::NamedType::of::<Small>("Small", None, "integer"),
    codec::NamedType::of::<When>("When", None, "date"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    SKU = 1 "c:sku";
    MONEY = 1 "c:money";
    SMALL = 1 "c:small";
    WHEN = 1 "c:when";
    SHARE = 1 "c:share";
    ADULT = 1 "c:adult";
    COLD = 1 "c:cold";
    PLATE = 1 "c:plate";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
