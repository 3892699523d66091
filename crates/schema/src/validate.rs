//! Validation: one streaming pass over the XML reader's events (XSD 1.0 part 1, 3.3.4, 3.4.4 and 5.2).
//!
//! A [`Validator`] is compiled once, shared between threads and never changes; content models are compiled when the first
//! element needs them. What one message needs lives in its pass. Schema location hints in instances are never followed.

mod attribute;
mod compiled;
mod content;
mod element;
mod identity;
mod ids;
mod instance;
mod naming;
mod pass;
mod path;
mod sink;

use std::fmt;
use std::sync::Arc;

use soapstone::xml::{self, Reader, Tag};

use crate::contract::Contract;
use crate::model::{ElementId, Model, TypeId};

pub use sink::{Attribute, Simple, Sink, Start};

use compiled::Compiled;
use pass::Pass;

/// Judges documents and messages by a set of schemas.
pub struct Validator {
    contract: Arc<Contract>,
    compiled: Compiled,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").finish_non_exhaustive()
    }
}

/// What a rule finds wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule's name in the specification (`cvc-complex-type.2.4.a`), or `xml` where the document is not well-formed.
    pub rule: &'static str,
    /// The element, from the root of what was validated: `order/line[3]/qty`; an attribute ends in `/@name`.
    pub path: String,
    /// Where the tag, attribute or value is, in bytes.
    pub offset: usize,
    /// Where it is, as a person counts.
    pub place: xml::Place,
    /// What was found, and what was expected.
    pub message: String,
}

impl fmt::Display for Violation {
    /// Writes `line:column: path: message [rule]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} [{}]", self.message, self.rule)
    }
}

/// How strictly to judge, and how much to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Stop after so many violations; at least 1.
    pub violations: usize,
    /// Pass over elements and attributes that the schema does not know, and let children come in any order. Everything else
    /// is judged as ever.
    pub lenient: bool,
}

impl Options {
    /// Stops at the first violation, as a service does.
    pub fn first() -> Options {
        Options {
            violations: 1,
            lenient: false,
        }
    }

    /// Collects violations, for people: a thousand at most.
    pub fn collect() -> Options {
        Options {
            violations: 1000,
            lenient: false,
        }
    }
}

/// What an element in the middle of a message has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The declaration, or a member of its substitution group.
    Element(ElementId),
    /// Any name, of this type.
    Type(TypeId),
    /// A global declaration of the element's name.
    Declared,
}

impl Validator {
    /// Makes a validator of a contract's schemas.
    pub fn new(contract: Arc<Contract>) -> Validator {
        let compiled = Compiled::of(&contract.model);
        Validator { contract, compiled }
    }

    /// The contract whose schemas it judges by.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }

    /// The schemas that it judges by.
    pub fn model(&self) -> &Model {
        &self.contract.model
    }

    /// Validates a whole document, to its end.
    ///
    /// # Errors
    /// Returns the violations, in document order; a document that is not well-formed is one of rule `xml`.
    pub fn validate(
        &self,
        reader: &mut Reader<'_>,
        options: &Options,
        sink: &mut impl Sink,
    ) -> Result<(), Vec<Violation>> {
        let mut pass = Pass::new(self, options, sink);
        pass.document(reader);
        pass.finish(reader)
    }

    /// Validates one element of a message, whose start tag the reader has just answered, to its end tag.
    ///
    /// # Errors
    /// Returns the violations, as [`Validator::validate`] does.
    pub fn validate_element<'a>(
        &self,
        reader: &mut Reader<'a>,
        tag: Tag<'a>,
        expect: Expect,
        options: &Options,
        sink: &mut impl Sink,
    ) -> Result<(), Vec<Violation>> {
        let mut pass = Pass::new(self, options, sink);
        pass.element(reader, tag, expect);
        pass.finish(reader)
    }
}

#[cfg(test)]
mod tests;
