//! Simple types at work (XSD 1.0 part 2): white space, lexical forms, values, and every facet of every derivation step,
//! compiled beside the model when a type is first asked for.
//!
//! A compiled type stands on its own: it is cheap to share, checks without the model, and allocates nothing to check a
//! string, a number or a name. Nothing here recurses over a chain of derivations or reads a document.

mod atom;
mod check;
mod compile;
mod facets;
mod rules;
mod value;
mod violation;

use std::sync::{Arc, OnceLock};

use soapstone::xml::XML_NAMESPACE;

use crate::model::{Builtin, Model, TypeId};

pub use check::Checked;
pub use compile::{Compiled, Kind};
pub(crate) use facets::is_number;
pub use facets::{Bound, Effective};
pub use rules::check_facets;
pub use value::Value;
pub use violation::{Problem, Violation};

/// What a text may refer to from where it stands: prefixes for `QName` and `NOTATION`, entities for `ENTITY`.
pub trait Context {
    /// The namespace of a prefix in scope (empty prefix: the default one; empty namespace: none); absent where the prefix
    /// is not declared.
    fn namespace(&self, prefix: &str) -> Option<&str>;

    /// Tells whether the document declares an unparsed entity of that name.
    fn unparsed_entity(&self, name: &str) -> bool;
}

/// No prefixes but `xml`, and no entities.
impl Context for () {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        match prefix {
            "" => Some(""),
            "xml" => Some(XML_NAMESPACE),
            _ => None,
        }
    }

    fn unparsed_entity(&self, _: &str) -> bool {
        false
    }
}

/// The prefixes where a literal of the schema stands. A schema has no entities to speak of, so every name is one.
impl Context for crate::model::Scope {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        let declared = self.iter().rev().find(|(name, _)| &**name == prefix);
        declared
            .map(|(_, namespace)| &**namespace)
            .or(match prefix {
                "" => Some(""),
                "xml" => Some(XML_NAMESPACE),
                _ => None,
            })
    }

    fn unparsed_entity(&self, _: &str) -> bool {
        true
    }
}

/// The compiled simple types of one model, each made when it is first asked for. `Send` and `Sync`.
#[derive(Debug)]
pub struct SimpleTypes {
    slots: Vec<OnceLock<Arc<Compiled>>>,
    /// For ids that are not in the model.
    any: Arc<Compiled>,
}

impl SimpleTypes {
    /// Makes room for the types of a model; compiles none.
    pub fn of(model: &Model) -> SimpleTypes {
        let slots = std::iter::repeat_with(OnceLock::new)
            .take(model.types.len())
            .collect();
        SimpleTypes {
            slots,
            any: compile::any(Builtin::AnySimpleType.id()),
        }
    }

    /// The compiled type. `model` is the one that [`SimpleTypes::of`] was given.
    ///
    /// A complex type, or a type that is made of itself, acts as `anySimpleType`; the rules of a schema report such.
    #[inline]
    pub fn get(&self, model: &Model, type_: TypeId) -> &Arc<Compiled> {
        match self.slots.get(type_.index()) {
            Some(slot) => slot.get().unwrap_or_else(|| self.make(model, type_, slot)),
            None => &self.any,
        }
    }

    #[cold]
    fn make<'t>(
        &'t self,
        model: &Model,
        type_: TypeId,
        slot: &'t OnceLock<Arc<Compiled>>,
    ) -> &'t Arc<Compiled> {
        let made = compile::compile(self, model, type_, &mut compile::Path::default());
        slot.get_or_init(|| made)
    }

    /// Checks a text as it stands in a document and gives its value.
    ///
    /// # Errors
    /// [`Violation`] with the first rule that the text breaks.
    pub fn check(
        &self,
        model: &Model,
        type_: TypeId,
        text: &str,
        context: &dyn Context,
    ) -> Result<Value, Violation> {
        self.get(model, type_)
            .check(text, context)
            .map(|checked| checked.value)
    }

    /// Checks a text without making its value.
    ///
    /// # Errors
    /// As [`SimpleTypes::check`].
    pub fn accepts(
        &self,
        model: &Model,
        type_: TypeId,
        text: &str,
        context: &dyn Context,
    ) -> Result<(), Violation> {
        self.get(model, type_).accept(text, context).map(|_| ())
    }
}

#[cfg(test)]
mod tests;
