//! Whether a column's values fit a target's type: length, digits, range, kind. What can never fit is a mistake, what may not is a
//! warning. Pure; it sees types, never values.

use serde_json::Value as Json;
use soapstone::datatype::Datatype as _;
use soapstone_schema::model::Builtin;
use soapstone_schema::simple::{Bound, Compiled, Kind, Value};

use crate::catalog::{Column, Dialect, SqlType};

/// What values go to.
pub struct Target<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub type_: &'a Compiled,
    /// It must be there, with a value.
    pub required: bool,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// No value fits.
    pub never: bool,
    /// What a person is told.
    pub message: String,
}

/// What the target's values are, as far as columns differ in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Text,
    Boolean,
    Number,
    Float,
    Date,
    DateTime,
    Time,
    Base64,
    Hex,
    Other,
}

fn class(builtin: Builtin) -> Class {
    use Builtin as B;
    match builtin {
        B::Boolean => Class::Boolean,
        B::Float | B::Double => Class::Float,
        B::Date => Class::Date,
        B::DateTime => Class::DateTime,
        B::Time => Class::Time,
        B::Base64Binary => Class::Base64,
        B::HexBinary => Class::Hex,
        B::Decimal
        | B::Integer
        | B::NonPositiveInteger
        | B::NegativeInteger
        | B::Long
        | B::Int
        | B::Short
        | B::Byte
        | B::NonNegativeInteger
        | B::UnsignedLong
        | B::UnsignedInt
        | B::UnsignedShort
        | B::UnsignedByte
        | B::PositiveInteger => Class::Number,
        B::String | B::NormalizedString | B::Token | B::AnyUri | B::AnySimpleType | B::AnyType => {
            Class::Text
        }
        _ => Class::Other,
    }
}

/// Tells why a value that is always the same does not fit.
pub fn constant(target: &Target<'_>, value: &Json) -> Option<String> {
    let text = match value {
        Json::Null if target.required => {
            return Some(format!("`{}` must be there, and this is null", target.name));
        }
        Json::String(text) => text.as_str(),
        _ => return None,
    };
    let refused = target.type_.accept(text, &()).err()?;
    Some(format!("`{}`: {refused}", target.name))
}

/// Tells what of a column's values does not fit.
pub fn column(target: &Target<'_>, column: &Column, dialect: Dialect) -> Vec<Finding> {
    let mut found = Vec::new();
    if column.nullable && target.required {
        found.push(may(format!(
            "`{}` may be null, and `{}` must be there",
            column.name, target.name
        )));
    }
    let Kind::Atomic(builtin) = &target.type_.kind else {
        return found;
    };
    let class = class(*builtin);
    let values = Values {
        target,
        column,
        class,
        dialect,
    };
    found.extend(match column.sql_type.base() {
        SqlType::Enum { labels, .. } => values.labels(labels),
        SqlType::Boolean => values.labels(&["true".to_owned(), "false".to_owned()]),
        SqlType::Text { length, fixed } => values.text(*length, *fixed),
        SqlType::Integer { bits, unsigned } => values.integer(*bits, *unsigned),
        SqlType::Decimal {
            precision, scale, ..
        } => values.decimal(*precision, *scale),
        SqlType::Float32 | SqlType::Float64 => values.float(),
        SqlType::Date => values.written(10, &[Class::Date, Class::DateTime]),
        SqlType::Timestamp { .. } => values.written(19, &[Class::DateTime, Class::Date]),
        SqlType::Time { .. } => values.written(8, &[Class::Time]),
        SqlType::Uuid => values.written(36, &[]),
        SqlType::Bytes { .. } => match class {
            Class::Base64 | Class::Text => None,
            _ => Some(values.never("bytes, which are Base64 here")),
        },
        _ => None,
    });
    found
}

fn may(message: String) -> Finding {
    Finding {
        never: false,
        message,
    }
}

/// A column's values on their way to a target.
struct Values<'a> {
    target: &'a Target<'a>,
    column: &'a Column,
    class: Class,
    dialect: Dialect,
}

impl Values<'_> {
    fn never(&self, what: &str) -> Finding {
        Finding {
            never: true,
            message: format!(
                "`{}` holds {what}; `{}` takes {}",
                self.column.name, self.target.name, self.target.type_.name
            ),
        }
    }

    fn some(&self, what: &str, room: &str) -> Finding {
        may(format!(
            "`{}` may hold {what}; {room} in `{}`",
            self.column.name, self.target.name
        ))
    }

    /// Values from a list: each is tried.
    fn labels(&self, labels: &[String]) -> Option<Finding> {
        let refused: Vec<&str> = labels
            .iter()
            .filter(|label| self.target.type_.accept(label, &()).is_err())
            .map(String::as_str)
            .collect();
        match refused.len() {
            0 => None,
            all if all == labels.len() => Some(self.never(&refused.join(", "))),
            _ => Some(self.some(&refused.join(", "), "it is not taken")),
        }
    }

    fn text(&self, length: Option<u32>, fixed: bool) -> Option<Finding> {
        let facets = &self.target.type_.facets;
        if !matches!(self.class, Class::Text | Class::Other) {
            let name = &self.target.type_.name;
            return Some(self.some("any text", &format!("only {name} fits")));
        }
        let most = facets.length.or(facets.max_length)?;
        let long = length.map(u64::from);
        if fixed
            && facets
                .min_length
                .or(facets.length)
                .is_some_and(|least| long < Some(least))
        {
            return Some(self.never(&format!("{} characters", length.unwrap_or(0))));
        }
        match long {
            Some(long) if long <= most => None,
            Some(long) => Some(self.some(
                &format!("{long} characters"),
                &format!("at most {most} fit"),
            )),
            None => Some(self.some(
                "a text of any length",
                &format!("at most {most} characters fit"),
            )),
        }
    }

    fn integer(&self, bits: u8, unsigned: bool) -> Option<Finding> {
        let power = |bits: u8| 1_i128 << bits.min(100);
        let (least, most) = match unsigned {
            true => (0, power(bits) - 1),
            false => (
                -power(bits.saturating_sub(1)),
                power(bits.saturating_sub(1)) - 1,
            ),
        };
        match self.class {
            Class::Number => {
                let facets = &self.target.type_.facets;
                let (low, high) = (end(facets.min.as_ref(), 1), end(facets.max.as_ref(), -1));
                if low.is_some_and(|low| most < low) || high.is_some_and(|high| least > high) {
                    return Some(self.never(&format!("{least} to {most}")));
                }
                // SQLite's integers are all of 64 bits, whatever they count: that tells nothing of an xs:int.
                let usual = match self.dialect {
                    Dialect::Sqlite => i128::from(i32::MAX),
                    _ => most,
                };
                let digits = facets
                    .total_digits
                    .and_then(|digits| u32::try_from(digits).ok())
                    .and_then(|digits| 10_i128.checked_pow(digits))
                    .is_some_and(|limit| most.min(usual) >= limit);
                let above = high.is_some_and(|high| most.min(usual) > high);
                // A sign that no value will have, such as that of a quantity, is not worth a word where the type is wide enough.
                (digits || above).then(|| {
                    let name = &self.target.type_.name;
                    self.some(&format!("up to {most}"), &format!("only {name} fits"))
                })
            }
            Class::Float | Class::Other => None,
            Class::Text => self.length(most.to_string().len() as u64),
            Class::Boolean => Some(self.some("any whole number", "only 0 and 1 fit")),
            _ => Some(self.never("whole numbers")),
        }
    }

    fn decimal(&self, precision: Option<u32>, scale: Option<u32>) -> Option<Finding> {
        let facets = &self.target.type_.facets;
        match self.class {
            Class::Number => {
                let scale_wide = match (scale, facets.fraction_digits) {
                    (Some(scale), Some(most)) => u64::from(scale) > most,
                    (None, Some(_)) => true,
                    (_, None) => false,
                };
                if scale_wide {
                    let digits =
                        scale.map_or("any number of".to_owned(), |scale| scale.to_string());
                    let most = facets.fraction_digits.unwrap_or(0);
                    return Some(self.some(
                        &format!("{digits} digits after the point"),
                        &format!("at most {most} fit"),
                    ));
                }
                let (Some(precision), Some(total)) = (precision, facets.total_digits) else {
                    return None;
                };
                let before = u64::from(precision.saturating_sub(scale.unwrap_or(0)));
                let room = total.saturating_sub(facets.fraction_digits.unwrap_or(0).min(total));
                let tight = before > room || u64::from(precision) > total;
                tight.then(|| {
                    self.some(
                        &format!("{precision} digits"),
                        &format!("at most {total} fit"),
                    )
                })
            }
            Class::Float | Class::Other => None,
            // The sign and the point.
            Class::Text => self.length(u64::from(precision?) + 2),
            _ => Some(self.never("decimal numbers")),
        }
    }

    fn float(&self) -> Option<Finding> {
        match self.class {
            Class::Float | Class::Text | Class::Other => None,
            Class::Number => Some(self.some("numbers with an exponent", "only decimals fit")),
            _ => Some(self.never("numbers")),
        }
    }

    /// Values that are always about as long, and of one of these classes.
    fn written(&self, length: u64, classes: &[Class]) -> Option<Finding> {
        match self.class {
            Class::Text => self.length(length),
            Class::Other => None,
            class if classes.contains(&class) => None,
            _ => Some(self.never(&format!("values of type {}", self.column.type_name))),
        }
    }

    fn length(&self, length: u64) -> Option<Finding> {
        let facets = &self.target.type_.facets;
        let most = facets.length.or(facets.max_length)?;
        (length > most).then(|| {
            self.some(
                &format!("{length} characters"),
                &format!("at most {most} fit"),
            )
        })
    }
}

/// The nearest whole number within an end of a range; `step` leads inwards.
fn end(bound: Option<&Bound>, step: i128) -> Option<i128> {
    let bound = bound?;
    let Value::Decimal(value) = &bound.value else {
        return None;
    };
    let whole: i128 = value.lexical().split('.').next()?.parse().ok()?;
    Some(if bound.inclusive { whole } else { whole + step })
}
