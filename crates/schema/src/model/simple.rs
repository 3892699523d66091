//! Simple types: how their values are made up, and the facets that constrain them.

use soapstone::name::QName;

use super::{Annotation, Builtin, Derivations, Place, Scope, TypeId};

/// A simple type definition (part 1, 3.14.1).
#[derive(Debug)]
pub struct SimpleType {
    /// Absent for an anonymous type.
    pub name: Option<QName>,
    /// The type it restricts; `anySimpleType` for lists, unions and primitives; itself for `anySimpleType`.
    pub base: TypeId,
    /// How values are made up.
    pub variety: Variety,
    /// The facets written on this step only; the base's apply too.
    pub facets: Facets,
    /// Derivations that this type forbids.
    pub final_: Derivations,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// How the values of a simple type are made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variety {
    /// `anySimpleType`: anything.
    Any,
    /// One value; the primitive type at the root of its derivation.
    Atomic(Builtin),
    /// White-space separated values of the item type.
    List(TypeId),
    /// A value of the first member type that accepts it.
    Union(Vec<TypeId>),
}

/// One facet's value and whether it is `fixed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet<T> {
    /// The value.
    pub value: T,
    /// A derived type may not change it.
    pub fixed: bool,
    /// Where it is written.
    pub place: Place,
}

/// The constraining facets of one derivation step (part 2, 4.3), as written.
#[derive(Debug, Clone, Default)]
pub struct Facets {
    /// `length`, in the units of the type.
    pub length: Option<Facet<u64>>,
    /// `minLength`.
    pub min_length: Option<Facet<u64>>,
    /// `maxLength`.
    pub max_length: Option<Facet<u64>>,
    /// `pattern`s of this step: alternatives.
    pub patterns: Vec<Facet<String>>,
    /// `enumeration`s of this step, with the scope for QName values and the documentation of each.
    pub enumeration: Vec<Enumerated>,
    /// `whiteSpace`.
    pub white_space: Option<Facet<WhiteSpace>>,
    /// `minInclusive`, lexical.
    pub min_inclusive: Option<Facet<String>>,
    /// `maxInclusive`, lexical.
    pub max_inclusive: Option<Facet<String>>,
    /// `minExclusive`, lexical.
    pub min_exclusive: Option<Facet<String>>,
    /// `maxExclusive`, lexical.
    pub max_exclusive: Option<Facet<String>>,
    /// `totalDigits`.
    pub total_digits: Option<Facet<u64>>,
    /// `fractionDigits`.
    pub fraction_digits: Option<Facet<u64>>,
}

/// One `enumeration` facet.
#[derive(Debug, Clone)]
pub struct Enumerated {
    /// The lexical form as written.
    pub lexical: String,
    /// For QName and NOTATION values.
    pub scope: Scope,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// `whiteSpace` (part 2, 4.3.6); what leaves more as it is comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhiteSpace {
    /// As it is.
    Preserve,
    /// Tab, line feed and carriage return become spaces.
    Replace,
    /// Also runs become one space, ends are trimmed.
    Collapse,
}
