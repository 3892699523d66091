//! The lexical forms of the built-in atomic types and their values.

use soapstone::datatype::{
    Base64Binary, Datatype, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, HexBinary, Integer, Time, name,
};
use soapstone::name::QName;

use super::facets::integer_range;
use super::{Context, Problem, Value};
use crate::model::Builtin;

/// Reads a text, white space already normalised, as a value of a built-in atomic type. Facets are not looked at.
pub(super) fn read(builtin: Builtin, text: &str, context: &dyn Context) -> Result<Value, Problem> {
    Ok(match builtin {
        Builtin::Boolean => Value::Boolean(bool::parse(text)?),
        Builtin::Decimal => Value::Decimal(Decimal::parse(text)?),
        Builtin::Float => Value::Float(f32::parse(text)?),
        Builtin::Double => Value::Double(f64::parse(text)?),
        Builtin::Duration => Value::Duration(Box::new(Duration::parse(text)?)),
        Builtin::DateTime => Value::DateTime(Box::new(DateTime::parse(text)?)),
        Builtin::Time => Value::Time(Box::new(Time::parse(text)?)),
        Builtin::Date => Value::Date(Date::parse(text)?),
        Builtin::GYearMonth => Value::GYearMonth(GYearMonth::parse(text)?),
        Builtin::GYear => Value::GYear(GYear::parse(text)?),
        Builtin::GMonthDay => Value::GMonthDay(GMonthDay::parse(text)?),
        Builtin::GDay => Value::GDay(GDay::parse(text)?),
        Builtin::GMonth => Value::GMonth(GMonth::parse(text)?),
        Builtin::HexBinary => Value::HexBinary(HexBinary::parse(text)?),
        Builtin::Base64Binary => Value::Base64Binary(Base64Binary::parse(text)?),
        Builtin::AnyUri => {
            form(builtin, text, context)?;
            Value::AnyUri(text.into())
        }
        Builtin::QName => Value::QName(qualified(text, "QName", context)?),
        Builtin::Notation => Value::Notation(qualified(text, "NOTATION", context)?),
        integer if integer_range(integer).is_some() => match Integer::parse(text)?.to_i128() {
            Some(value) => Value::Decimal(Decimal::from(value)),
            None => Value::Decimal(Decimal::parse(text)?),
        },
        _ => {
            form(builtin, text, context)?;
            Value::String(text.into())
        }
    })
}

/// Checks the text of a type whose values are texts.
pub(super) fn form(builtin: Builtin, text: &str, context: &dyn Context) -> Result<(), Problem> {
    let valid = match builtin {
        Builtin::AnyUri => name::is_any_uri(text),
        Builtin::Language => name::is_language(text),
        Builtin::NmToken => name::is_nmtoken(text),
        Builtin::Name => name::is_name(text),
        Builtin::NcName | Builtin::Id | Builtin::IdRef => name::is_ncname(text),
        Builtin::Entity if name::is_ncname(text) => {
            return if context.unparsed_entity(text) {
                Ok(())
            } else {
                Err(Problem::Entity)
            };
        }
        Builtin::Entity => false,
        _ => true,
    };
    if valid {
        Ok(())
    } else {
        Err(Problem::Form(builtin.name()))
    }
}

/// Tells whether the values of a built-in type are its normalised texts, so that a check needs no value.
pub(super) fn is_text(builtin: Builtin) -> bool {
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
            | B::Id
            | B::IdRef
            | B::Entity
            | B::AnyUri
    )
}

fn qualified(text: &str, type_: &'static str, context: &dyn Context) -> Result<QName, Problem> {
    let (prefix, local) = name::split_qname(text).ok_or(Problem::Form(type_))?;
    let namespace = context.namespace(prefix).ok_or(Problem::Prefix(type_))?;
    Ok(QName::new(namespace, local))
}
