//! Why a text is not valid for a simple type.

use std::sync::Arc;

use soapstone::datatype::DatatypeError;
use thiserror::Error;

/// A text that a type does not accept.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("\"{lexical}\" is not valid for {type_name}: {problem}")]
pub struct Violation {
    /// The validation rule that is broken, by its name in part 2.
    pub rule: &'static str,
    /// The text, cut after 80 characters.
    pub lexical: Box<str>,
    /// The type as people know it: `xs:int`, `Sku`, or `a restriction of xs:string`.
    pub type_name: Arc<str>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a text. Cheap to make: a union tries its members in vain.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Problem {
    /// Not in the lexical space of the built-in type.
    #[error("{0}")]
    Datatype(#[from] DatatypeError),
    /// Not one of the names or codes that a string-like built-in allows.
    #[error("not an xs:{0}")]
    Form(&'static str),
    /// A prefix without a declaration.
    #[error("the prefix of this xs:{0} is not declared")]
    Prefix(&'static str),
    /// No unparsed entity has the name.
    #[error("no unparsed entity has this name")]
    Entity,
    /// The length differs from `length`.
    #[error("its length is {actual}, not {expected}")]
    Length {
        /// What it is.
        actual: u64,
        /// What it must be.
        expected: u64,
    },
    /// Shorter than `minLength`.
    #[error("its length is {actual}, below {least}")]
    MinLength {
        /// What it is.
        actual: u64,
        /// The least allowed.
        least: u64,
    },
    /// Longer than `maxLength`.
    #[error("its length is {actual}, above {most}")]
    MaxLength {
        /// What it is.
        actual: u64,
        /// The most allowed.
        most: u64,
    },
    /// No pattern of one derivation step matches.
    #[error("it does not match the pattern {0}")]
    Pattern(Arc<str>),
    /// Not one of the enumerated values.
    #[error("it is not one of {0}")]
    Enumeration(Arc<str>),
    /// Outside of a bound; the text says which.
    #[error("it is not {relation} {bound}")]
    Bound {
        /// The facet.
        facet: &'static str,
        /// `at least`, `above`, `at most`, `below`.
        relation: &'static str,
        /// The facet's value.
        bound: Arc<str>,
    },
    /// More digits than `totalDigits`.
    #[error("it has {actual} digits, more than {most}")]
    TotalDigits {
        /// What it has.
        actual: u64,
        /// The most allowed.
        most: u64,
    },
    /// More digits after the point than `fractionDigits`.
    #[error("it has {actual} digits after the point, more than {most}")]
    FractionDigits {
        /// What it has.
        actual: u64,
        /// The most allowed.
        most: u64,
    },
    /// An item of a list is not valid for the item type.
    #[error("item {index}: {problem}")]
    Item {
        /// From 1.
        index: usize,
        /// What is wrong with it.
        problem: Box<Problem>,
    },
    /// No member of the union accepts it.
    #[error("no member type accepts it")]
    Union,
}

impl Problem {
    /// The validation rule that is broken, by its name in part 2, 4.1.4 and 4.3.
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Problem::Datatype(_)
            | Problem::Form(_)
            | Problem::Prefix(_)
            | Problem::Entity
            | Problem::Union => "cvc-datatype-valid",
            Problem::Length { .. } => "cvc-length-valid",
            Problem::MinLength { .. } => "cvc-minLength-valid",
            Problem::MaxLength { .. } => "cvc-maxLength-valid",
            Problem::Pattern(_) => "cvc-pattern-valid",
            Problem::Enumeration(_) => "cvc-enumeration-valid",
            Problem::Bound {
                facet: "minInclusive",
                ..
            } => "cvc-minInclusive-valid",
            Problem::Bound {
                facet: "minExclusive",
                ..
            } => "cvc-minExclusive-valid",
            Problem::Bound {
                facet: "maxInclusive",
                ..
            } => "cvc-maxInclusive-valid",
            Problem::Bound { .. } => "cvc-maxExclusive-valid",
            Problem::TotalDigits { .. } => "cvc-totalDigits-valid",
            Problem::FractionDigits { .. } => "cvc-fractionDigits-valid",
            Problem::Item { problem, .. } => problem.rule(),
        }
    }
}
