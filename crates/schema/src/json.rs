//! Values as JSON, for people and flows, and back.
//!
//! The form, by the type of the element:
//! * a simple value is a string, a number or a boolean; numbers keep every digit; `INF`, `NaN` and names (`{namespace}local`)
//!   are strings, and so is a number that its pattern wants otherwise than JSON has it (`"007"`; 7 is read as that); a list is an
//!   array;
//! * a complex type is an object: attributes are `"@name"`, a simple content is `"$"` (or the value alone where there are no
//!   attributes), child elements stand under their local name, under `{namespace}local` where two share it;
//! * an element that may stand more than once is an array, however many there are;
//! * absent is absent, nil is `null` (`"$nil": true` beside attributes), empty is `""` or `{}`;
//! * an array of the SOAP encoding is an array of its items, under `"$items"` beside a `"$type"`;
//! * `"$type"` names the type where `xsi:type` does;
//! * what a wildcard admits stands in `"$any"`: objects of one name where a declaration was found, XML text where not;
//!   an `xs:anyType` is `{"$xml": "…"}`;
//! * where the schema could not put the children back in order, and for text between elements, `"$children"` holds
//!   all of them in order: strings, and objects of one name.

mod read;
mod text;
mod write;

use thiserror::Error;

use crate::simple::Violation;

/// Why JSON is not a value of a type: where, and what.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{path}: {problem}")]
pub struct JsonError {
    /// The element: `order/line[2]/qty`; an attribute ends in `/@name`.
    pub path: String,
    /// What is wrong.
    pub problem: JsonProblem,
}

/// What can be wrong with JSON.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum JsonProblem {
    /// The type has no element or attribute of the name.
    #[error("unknown name \"{key}\"; known: {known}")]
    Unknown {
        /// As written.
        key: String,
        /// Some of those that are known.
        known: String,
    },
    /// `"$type"` names no type.
    #[error("\"{0}\" is no type of the schema")]
    Type(String),
    /// Another kind of JSON value is due.
    #[error("expected {expected}")]
    Expected {
        /// What is due.
        expected: &'static str,
    },
    /// The text is not valid for its type.
    #[error("{0}")]
    Value(Box<Violation>),
    /// XML text in `"$xml"` or `"$any"` can't be read.
    #[error("{0}")]
    Xml(String),
}
