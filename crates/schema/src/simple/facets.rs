//! The facets in effect for a type: those of its own step over those of its base (part 2, 4.3).

use std::sync::Arc;

use soapstone::datatype::{Datatype, Decimal};

use super::Value;
use crate::model::{Builtin, WhiteSpace};

/// The facets in effect, patterns and enumerations aside.
#[derive(Debug, Clone)]
pub struct Effective {
    /// `length`.
    pub length: Option<u64>,
    /// `minLength`.
    pub min_length: Option<u64>,
    /// `maxLength`.
    pub max_length: Option<u64>,
    /// `whiteSpace`; `Preserve` for unions, whose members decide.
    pub white_space: WhiteSpace,
    /// `minInclusive` or `minExclusive`, whichever is nearer.
    pub min: Option<Bound>,
    /// `maxInclusive` or `maxExclusive`, whichever is nearer.
    pub max: Option<Bound>,
    /// `totalDigits`.
    pub total_digits: Option<u64>,
    /// `fractionDigits`.
    pub fraction_digits: Option<u64>,
    /// The names of the facets that a derived type may not change.
    pub fixed: Vec<&'static str>,
}

/// An end of the range of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The value of the facet.
    pub value: Value,
    /// The value itself is within.
    pub inclusive: bool,
    /// As written.
    pub lexical: Arc<str>,
}

impl Effective {
    /// No facets.
    pub(super) fn none(white_space: WhiteSpace) -> Effective {
        Effective {
            length: None,
            min_length: None,
            max_length: None,
            white_space,
            min: None,
            max: None,
            total_digits: None,
            fraction_digits: None,
            fixed: Vec::new(),
        }
    }

    /// The facets of a built-in type (part 2, 3.2 and 3.3).
    pub(super) fn of_builtin(builtin: Builtin) -> Effective {
        let white_space = match builtin {
            Builtin::AnyType | Builtin::AnySimpleType | Builtin::String => WhiteSpace::Preserve,
            Builtin::NormalizedString => WhiteSpace::Replace,
            _ => WhiteSpace::Collapse,
        };
        let mut facets = Effective::none(white_space);
        if matches!(
            builtin,
            Builtin::NmTokens | Builtin::IdRefs | Builtin::Entities
        ) {
            facets.min_length = Some(1);
        }
        if let Some((min, max)) = integer_range(builtin) {
            facets.fraction_digits = Some(0);
            facets.fixed.push("fractionDigits");
            facets.min = min.map(inclusive);
            facets.max = max.map(inclusive);
        }
        if !string_like(builtin) {
            facets.fixed.push("whiteSpace");
        }
        facets
    }

    /// The integers from the least to the greatest that the bounds leave.
    pub(super) fn integers(&self) -> (i128, i128) {
        let integer = |bound: &Bound| match &bound.value {
            Value::Decimal(value) => value.to_i128().or_else(|| beyond(value)),
            _ => None,
        };
        let min = self.min.as_ref();
        let min =
            min.and_then(|min| Some(integer(min)?.saturating_add(i128::from(!min.inclusive))));
        let max = self.max.as_ref();
        let max =
            max.and_then(|max| Some(integer(max)?.saturating_sub(i128::from(!max.inclusive))));
        (min.unwrap_or(i128::MIN), max.unwrap_or(i128::MAX))
    }
}

fn inclusive(value: i128) -> Bound {
    Bound {
        value: Value::Decimal(Decimal::from(value)),
        inclusive: true,
        lexical: Decimal::from(value).lexical().into(),
    }
}

/// Strings leave their white space to the types derived from them.
fn string_like(builtin: Builtin) -> bool {
    use Builtin as B;
    matches!(
        builtin,
        B::AnyType
            | B::AnySimpleType
            | B::String
            | B::NormalizedString
            | B::Token
            | B::Language
            | B::Name
            | B::NcName
            | B::NmToken
            | B::NmTokens
            | B::Id
            | B::IdRef
            | B::IdRefs
            | B::Entity
            | B::Entities
    )
}

/// Tells whether the values of a built-in type are numbers.
pub(crate) fn is_number(builtin: Builtin) -> bool {
    matches!(builtin, Builtin::Decimal | Builtin::Float | Builtin::Double)
        || integer_range(builtin).is_some()
}

/// The least and the greatest value of an integer type (part 2, 3.3.13 to 3.3.25); absent for other types.
pub(super) fn integer_range(builtin: Builtin) -> Option<(Option<i128>, Option<i128>)> {
    fn of<T: Into<i128>>(min: T, max: T) -> (Option<i128>, Option<i128>) {
        (Some(min.into()), Some(max.into()))
    }
    Some(match builtin {
        Builtin::Integer => (None, None),
        Builtin::NonPositiveInteger => (None, Some(0)),
        Builtin::NegativeInteger => (None, Some(-1)),
        Builtin::Long => of(i64::MIN, i64::MAX),
        Builtin::Int => of(i32::MIN, i32::MAX),
        Builtin::Short => of(i16::MIN, i16::MAX),
        Builtin::Byte => of(i8::MIN, i8::MAX),
        Builtin::NonNegativeInteger => (Some(0), None),
        Builtin::UnsignedLong => of(u64::MIN, u64::MAX),
        Builtin::UnsignedInt => of(u32::MIN, u32::MAX),
        Builtin::UnsignedShort => of(u16::MIN, u16::MAX),
        Builtin::UnsignedByte => of(u8::MIN, u8::MAX),
        Builtin::PositiveInteger => (Some(1), None),
        _ => return None,
    })
}

/// A bound that 128 bits do not hold lies beyond them; one with a fraction leaves the decision to the bound itself.
fn beyond(value: &Decimal) -> Option<i128> {
    (value.fraction_digits() == 0).then_some(if value.is_negative() {
        i128::MIN
    } else {
        i128::MAX
    })
}
