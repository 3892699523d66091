//! What keeps a document from being a value of its schema's type: which rule, at which path, in which place.

use std::fmt;

use super::WriteError;
use crate::datatype::DatatypeError;
use crate::xml::{self, Place};

/// Says what is wrong in a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    /// Innermost first.
    path: Vec<Step>,
    place: Place,
}

/// One element of the path to a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The element's local name.
    pub name: &'static str,
    /// Which of several, from 1.
    pub index: Option<usize>,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is not well-formed, or goes over a limit.
    #[error("{0}")]
    Xml(xml::Error),
    /// Something else than what the schema expects.
    #[error("{found} where {expected} is due")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: String,
    },
    /// Elements between text that are not in the order that the schema has them, or not as often.
    #[error("its elements are out of order, too few or too many")]
    Order,
    /// Too few of a repeated element.
    #[error("{found} of {name}, at least {min} are due")]
    TooFew {
        /// The element.
        name: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        min: usize,
    },
    /// A value that its type does not have.
    #[error("{value:?} {problem}")]
    Value {
        /// The value, shortened.
        value: String,
        /// What is wrong with it.
        problem: Invalid,
    },
    /// An attribute's value that its type does not have.
    #[error("attribute {name}: {value:?} {problem}")]
    Attribute {
        /// The attribute.
        name: String,
        /// The value, shortened.
        value: String,
        /// What is wrong with it.
        problem: Invalid,
    },
    /// An attribute that must be there is not.
    #[error("the attribute {0} is missing")]
    MissingAttribute(&'static str),
    /// An attribute that the schema does not know.
    #[error("the attribute {0} is not allowed")]
    UnexpectedAttribute(String),
    /// `xsi:nil` where the schema does not allow it.
    #[error("xsi:nil is not allowed")]
    NotNillable,
    /// A nil element that is not empty.
    #[error("an element with xsi:nil has content")]
    NilWithContent,
    /// `xsi:type` names no type that may stand there.
    #[error("xsi:type {0:?} may not stand here")]
    Type(String),
    /// The element's type is abstract, and `xsi:type` does not say which other it is.
    #[error("xsi:type is missing")]
    AbstractType,
    /// An item of an encoded array outside of its size.
    #[error("the array has no such place")]
    ArrayPlace,
    /// A typed value that was to become open content, and that no document says.
    #[error("{0}")]
    Unwritable(WriteError),
    /// The value would take more memory than its document justifies, or nests deeper than the stack allows.
    #[error("{0} over the limit")]
    Limit(&'static str),
}

/// What is wrong with the text of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The text is not in the lexical space.
    #[error("is {0}")]
    Datatype(#[from] DatatypeError),
    /// The text is not in the lexical space of a type derived from a string.
    #[error("is not an xs:{0}")]
    Lexical(&'static str),
    /// None of the values that the schema lists.
    #[error("is none of the values listed")]
    Enumeration,
    /// A facet that the value breaks.
    #[error("breaks {facet} {limit}")]
    Facet {
        /// The facet.
        facet: &'static str,
        /// Its value.
        limit: String,
    },
    /// No member of a union accepts it.
    #[error("is accepted by no member of the union")]
    Union,
    /// Not the value that the schema fixes.
    #[error("is not the fixed value {0:?}")]
    Fixed(&'static str),
    /// A prefix that is not bound.
    #[error("has a prefix that is not bound")]
    Prefix,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, place: Place) -> Error {
        Error(Box::new(Inner {
            kind,
            path: Vec::new(),
            place,
        }))
    }

    /// Adds the element around the mistake to its path.
    #[cold]
    pub(crate) fn within(mut self, name: &'static str, index: Option<usize>) -> Error {
        self.add(name, index);
        self
    }

    /// Does the same in place.
    #[cold]
    pub(crate) fn add(&mut self, name: &'static str, index: Option<usize>) {
        match self.0.path.last_mut() {
            // The occurrence is known one call further out than the name.
            Some(step) if index.is_some() && step.name == name && step.index.is_none() => {
                step.index = index
            }
            _ => self.0.path.push(Step { name, index }),
        }
    }

    /// What is wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Where, as a person counts.
    pub fn place(&self) -> Place {
        self.0.place
    }

    /// The path from the root, outermost first.
    pub fn path(&self) -> impl Iterator<Item = Step> + '_ {
        self.0.path.iter().rev().copied()
    }
}

impl From<xml::Error> for Error {
    #[cold]
    fn from(error: xml::Error) -> Error {
        let place = error.place;
        Error::new(ErrorKind::Xml(error), place)
    }
}

impl From<WriteError> for Error {
    #[cold]
    fn from(error: WriteError) -> Error {
        Error::new(ErrorKind::Unwritable(error), Place { line: 1, column: 1 })
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    /// Writes `order/line[3]/qty: "ten" is not an xs:int (7:12)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.path().enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            f.write_str(step.name)?;
            if let Some(index) = step.index {
                write!(f, "[{index}]")?;
            }
        }
        if !self.0.path.is_empty() {
            f.write_str(": ")?;
        }
        match &self.0.kind {
            ErrorKind::Xml(error) => write!(f, "{} ({})", error.kind, self.0.place),
            kind => write!(f, "{kind} ({})", self.0.place),
        }
    }
}

/// Shortens a value for an error.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 64;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
