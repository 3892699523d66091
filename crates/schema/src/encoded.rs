//! Values in the encoding of SOAP 1.1 (section 5) and SOAP 1.2 (part 2, 3), as rpc/encoded services exchange them: every
//! value may tell its type, values may stand apart and be referred to, array items have any name and accessors any order.
//! Nothing here knows bindings; who calls knows which parts a message has.

mod decode;
mod encode;
mod tree;

use std::collections::HashMap;

use soapstone::name::QName;
use soapstone::xml;
use thiserror::Error;

use crate::model::{Builtin, ComplexType, Content, Model, Term, Type, TypeId};
use crate::read::WSDL;
use crate::rules::derivation;
use crate::value::{Element, Root, Values};

/// Which encoding a binding asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// SOAP 1.1, section 5.
    V11,
    /// SOAP 1.2, part 2, section 3.
    V12,
}

impl Encoding {
    /// Its namespace, which is also the value of `encodingStyle`.
    pub fn namespace(self) -> &'static str {
        match self {
            Encoding::V11 => "http://schemas.xmlsoap.org/soap/encoding/",
            Encoding::V12 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }
}

/// Why an encoded message was not read: where, and what.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {path}{message}")]
pub struct EncodedError {
    /// Where, as a person counts.
    pub place: xml::Place,
    /// The accessors that lead there, each with `: ` at its end; empty for the message itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Values {
    /// Reads the parts of an rpc/encoded message: `text` is the whole envelope, or the wrapper alone.
    ///
    /// References are followed, types that the message tells are believed where they fit the contract, accessors come in any
    /// order and may be absent. A part that is absent is left out of the answer.
    ///
    /// # Errors
    /// [`EncodedError`] with the first mistake.
    pub fn read_encoded(
        &self,
        text: &str,
        options: &xml::Options,
        parts: &[(String, Root)],
    ) -> Result<Vec<(String, Element)>, EncodedError> {
        let tree = tree::Tree::read(text, options).map_err(|error| EncodedError {
            place: error.place,
            path: String::new(),
            message: error.kind.to_string(),
        })?;
        decode::message(self, &tree, text, parts)
    }

    /// Writes one part of an rpc/encoded message: every value tells its type, arrays their item type and size.
    ///
    /// # Errors
    /// [`crate::value::WriteError::Depth`] only: simple values were checked when the tree was made.
    pub fn write_encoded(
        &self,
        value: &Element,
        root: &Root,
    ) -> Result<String, crate::value::WriteError> {
        encode::part(self, value, root)
    }

    /// The item type of a type derived from `Array` of either encoding; absent for other types.
    pub fn array_item(&self, type_: TypeId) -> Option<TypeId> {
        self.arrays.get(&type_).copied()
    }

    /// The encoding whose `Array` a type derives from.
    fn array_encoding(&self, type_: TypeId) -> Option<Encoding> {
        [Encoding::V11, Encoding::V12].into_iter().find(|encoding| {
            let array = self.model().globals.types.get(&array_name(*encoding));
            array.is_some_and(|array| {
                derivation::chain(self.model(), type_).any(|base| base == *array)
            })
        })
    }
}

fn array_name(encoding: Encoding) -> QName {
    QName::new(encoding.namespace(), "Array")
}

/// Every type derived from an `Array`, with the type of its items.
pub(crate) fn arrays(model: &Model) -> HashMap<TypeId, TypeId> {
    let mut arrays = HashMap::new();
    for encoding in [Encoding::V11, Encoding::V12] {
        let Some(array) = model.globals.types.get(&array_name(encoding)) else {
            continue;
        };
        for (index, type_) in model.types.iter().enumerate() {
            let id = TypeId(u32::try_from(index).unwrap_or(u32::MAX));
            if let Type::Complex(complex) = type_
                && derivation::chain(model, id).any(|base| base == *array)
            {
                arrays.insert(id, item(model, complex));
            }
        }
    }
    arrays
}

/// The item type as `wsdl:arrayType` names it (WSDL 1.1, 2.2), else the type of the only element in the content.
///
/// `<attribute ref="soapenc:arrayType" wsdl:arrayType="t:Line[]"/>`
fn item(model: &Model, array: &ComplexType) -> TypeId {
    for use_ in &array.attributes {
        let Some(attribute) = model.attributes.get(use_.attribute.index()) else {
            continue;
        };
        let written = attribute.foreign.iter().find(|foreign| {
            &*foreign.name.namespace == WSDL && &*foreign.name.local == "arrayType"
        });
        let Some(written) = written else { continue };
        let bare = written.value.split('[').next().unwrap_or("").trim();
        let (prefix, local) = bare.split_once(':').unwrap_or(("", bare));
        let namespace = written.scope.iter().find(|(known, _)| &**known == prefix);
        let name = QName::new(namespace.map_or("", |(_, namespace)| namespace), local);
        if let Some(type_) = model.globals.types.get(&name) {
            return *type_;
        }
    }
    let mut at = match &array.content {
        Content::Elements(particle) | Content::Mixed(Some(particle)) => Some(particle),
        _ => None,
    };
    // Older contracts restrict the content to one repeated element instead.
    for _ in 0..8 {
        match at.map(|particle| &particle.term) {
            Some(Term::Group(group)) => {
                at = match model
                    .groups
                    .get(group.index())
                    .map(|group| &*group.particles)
                {
                    Some([only]) => Some(only),
                    _ => None,
                };
            }
            Some(Term::Element(element)) => {
                return model
                    .elements
                    .get(element.index())
                    .map_or(Builtin::AnyType.id(), |element| element.type_);
            }
            _ => break,
        }
    }
    Builtin::AnyType.id()
}

#[cfg(test)]
mod tests;
