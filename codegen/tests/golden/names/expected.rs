//! `urn:case`

use soapstone::{codec, datatype};

soapstone::enumeration! {
/// `E`
pub enum E {
    A = "a",
    A2 = "A",
    A3 = "-a",
    Plus = "+",
    Empty = "",
    Self_ = "Self",
    Value01 = "01",
    Type = "type",
    X = " x",
    X2 = "x ",
}
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub self_: Option<Self_>,
    pub self_2: Option<E>,
    pub vec: Option<Vec2>,
    pub r#type: Option<Type>,
    pub super_: Option<E>,
    pub a_b: Option<E>,
    pub a_b_2: Option<E>,
    pub a_b_3: Option<E>,
    pub ab: Option<E>,
    pub u8: Option<E>,
    pub found: Option<E>,
    pub r: Option<E>,
    pub w: Option<E>,
    pub n0: Option<i32>,
    pub n1: Option<i32>,
    pub n2: Option<i32>,
    pub n3: Option<i32>,
    pub n4: Option<i32>,
    pub n5: Option<i32>,
    pub n6: Option<i32>,
    pub n7: Option<i32>,
    pub n8: Option<i32>,
    pub n9: Option<i32>,
    pub n10: Option<i32>,
    pub n11: Option<i32>,
    pub n12: Option<i32>,
    pub n13: Option<i32>,
    pub n14: Option<i32>,
    pub n15: Option<i32>,
    pub n16: Option<i32>,
    pub n17: Option<i32>,
    pub n18: Option<i32>,
    pub n19: Option<i32>,
    pub n20: Option<i32>,
    pub n21: Option<i32>,
    pub n22: Option<i32>,
    pub n23: Option<i32>,
    pub n24: Option<i32>,
    pub n25: Option<i32>,
    pub n26: Option<i32>,
    pub n27: Option<i32>,
    pub n28: Option<i32>,
    pub n29: Option<i32>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            self_: r.option(SELF)?,
            self_2: r.option(SELF_2)?,
            vec: r.option(VEC)?,
            r#type: r.option(TYPE)?,
            super_: r.option(SUPER)?,
            a_b: r.option(A_B)?,
            a_b_2: r.option(A_B_2)?,
            a_b_3: r.option(A_B_3)?,
            ab: r.option(AB)?,
            u8: r.option(U8_TAG)?,
            found: r.option(FOUND)?,
            r: r.option(R_TAG)?,
            w: r.option(W_TAG)?,
            n0: r.option(N0_TAG)?,
            n1: r.option(N1_TAG)?,
            n2: r.option(N2_TAG)?,
            n3: r.option(N3_TAG)?,
            n4: r.option(N4_TAG)?,
            n5: r.option(N5_TAG)?,
            n6: r.option(N6_TAG)?,
            n7: r.option(N7_TAG)?,
            n8: r.option(N8_TAG)?,
            n9: r.option(N9_TAG)?,
            n10: r.option(N10_TAG)?,
            n11: r.option(N11_TAG)?,
            n12: r.option(N12_TAG)?,
            n13: r.option(N13_TAG)?,
            n14: r.option(N14_TAG)?,
            n15: r.option(N15_TAG)?,
            n16: r.option(N16_TAG)?,
            n17: r.option(N17_TAG)?,
            n18: r.option(N18_TAG)?,
            n19: r.option(N19_TAG)?,
            n20: r.option(N20_TAG)?,
            n21: r.option(N21_TAG)?,
            n22: r.option(N22_TAG)?,
            n23: r.option(N23_TAG)?,
            n24: r.option(N24_TAG)?,
            n25: r.option(N25_TAG)?,
            n26: r.option(N26_TAG)?,
            n27: r.option(N27_TAG)?,
            n28: r.option(N28_TAG)?,
            n29: r.option(N29_TAG)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(SELF, &self.self_);
        w.option(SELF_2, &self.self_2);
        w.option(VEC, &self.vec);
        w.option(TYPE, &self.r#type);
        w.option(SUPER, &self.super_);
        w.option(A_B, &self.a_b);
        w.option(A_B_2, &self.a_b_2);
        w.option(A_B_3, &self.a_b_3);
        w.option(AB, &self.ab);
        w.option(U8_TAG, &self.u8);
        w.option(FOUND, &self.found);
        w.option(R_TAG, &self.r);
        w.option(W_TAG, &self.w);
        w.option(N0_TAG, &self.n0);
        w.option(N1_TAG, &self.n1);
        w.option(N2_TAG, &self.n2);
        w.option(N3_TAG, &self.n3);
        w.option(N4_TAG, &self.n4);
        w.option(N5_TAG, &self.n5);
        w.option(N6_TAG, &self.n6);
        w.option(N7_TAG, &self.n7);
        w.option(N8_TAG, &self.n8);
        w.option(N9_TAG, &self.n9);
        w.option(N10_TAG, &self.n10);
        w.option(N11_TAG, &self.n11);
        w.option(N12_TAG, &self.n12);
        w.option(N13_TAG, &self.n13);
        w.option(N14_TAG, &self.n14);
        w.option(N15_TAG, &self.n15);
        w.option(N16_TAG, &self.n16);
        w.option(N17_TAG, &self.n17);
        w.option(N18_TAG, &self.n18);
        w.option(N19_TAG, &self.n19);
        w.option(N20_TAG, &self.n20);
        w.option(N21_TAG, &self.n21);
        w.option(N22_TAG, &self.n22);
        w.option(N23_TAG, &self.n23);
        w.option(N24_TAG, &self.n24);
        w.option(N25_TAG, &self.n25);
        w.option(N26_TAG, &self.n26);
        w.option(N27_TAG, &self.n27);
        w.option(N28_TAG, &self.n28);
        w.option(N29_TAG, &self.n29);
    }
}

/// `Self`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Self_ {
    pub self_: Option<E>,
    pub self_2: Option<i32>,
}

impl codec::Type for Self_ {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_SELF);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            self_: r.optional_attribute("Self")?,
            self_2: r.option(SELF)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("Self", &self.self_);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(SELF, &self.self_2);
    }
}

/// `type`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Type {
    pub r#type: Option<E>,
    pub type_2: Option<i32>,
}

impl codec::Type for Type {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_TYPE);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            r#type: r.optional_attribute("type")?,
            type_2: r.option(TYPE)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("type", &self.r#type);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(TYPE, &self.type_2);
    }
}

/// `Vec`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vec2 {
    pub vec: Option<E>,
    pub vec_2: Option<i32>,
}

impl codec::Type for Vec2 {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_VEC);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            vec: r.optional_attribute("Vec")?,
            vec_2: r.option(VEC)?,
        })
    }
    fn attributes(&self, w: &mut codec::Writer) {
        w.optional_attribute("Vec", &self.vec);
    }
    fn content(&self, w: &mut codec::Writer) {
        w.option(VEC, &self.vec_2);
    }
}

pub(crate) const SIMPLE_TYPES: &[codec::NamedType] = &[
    codec::NamedType::of::<E>("E", None, "string"),
];

soapstone::tags! {
    R_TAG = 1 "c:r";
    TYPE_SELF = 1 "c:Self";
    SELF = 1 "c:Self";
    SELF_2 = 1 "c:self";
    TYPE_VEC = 1 "c:Vec";
    VEC = 1 "c:Vec";
    TYPE_TYPE = 1 "c:type";
    TYPE = 1 "c:type";
    SUPER = 1 "c:super";
    A_B = 1 "c:a.b";
    A_B_2 = 1 "c:a-b";
    A_B_3 = 1 "c:aB";
    AB = 1 "c:Ab";
    U8_TAG = 1 "c:u8";
    FOUND = 1 "c:found";
    W_TAG = 1 "c:w";
    N0_TAG = 1 "c:n0";
    N1_TAG = 1 "c:n1";
    N2_TAG = 1 "c:n2";
    N3_TAG = 1 "c:n3";
    N4_TAG = 1 "c:n4";
    N5_TAG = 1 "c:n5";
    N6_TAG = 1 "c:n6";
    N7_TAG = 1 "c:n7";
    N8_TAG = 1 "c:n8";
    N9_TAG = 1 "c:n9";
    N10_TAG = 1 "c:n10";
    N11_TAG = 1 "c:n11";
    N12_TAG = 1 "c:n12";
    N13_TAG = 1 "c:n13";
    N14_TAG = 1 "c:n14";
    N15_TAG = 1 "c:n15";
    N16_TAG = 1 "c:n16";
    N17_TAG = 1 "c:n17";
    N18_TAG = 1 "c:n18";
    N19_TAG = 1 "c:n19";
    N20_TAG = 1 "c:n20";
    N21_TAG = 1 "c:n21";
    N22_TAG = 1 "c:n22";
    N23_TAG = 1 "c:n23";
    N24_TAG = 1 "c:n24";
    N25_TAG = 1 "c:n25";
    N26_TAG = 1 "c:n26";
    N27_TAG = 1 "c:n27";
    N28_TAG = 1 "c:n28";
    N29_TAG = 1 "c:n29";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
