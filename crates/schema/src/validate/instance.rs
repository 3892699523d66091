//! What an element says of itself: `xsi:type` and `xsi:nil` (part 1, 2.6 and 3.3.4).

use soapstone::xml::Reader;

use crate::automaton::names::NamespaceId;
use crate::model::{Derivations, ElementId, Type, TypeId};
use crate::rules::derivation;

use super::Sink;
use super::pass::Pass;

/// What the `xsi` attributes of a start tag say; each with its offset.
#[derive(Default)]
pub(super) struct Instance {
    pub(super) type_: Option<(TypeId, usize)>,
    pub(super) nil: Option<(bool, usize)>,
}

impl<'a, S: Sink> Pass<'_, '_, 'a, S> {
    /// Reads `xsi:type` and `xsi:nil`.
    pub(super) fn instance(&mut self, reader: &Reader<'a>) -> Instance {
        let mut instance = Instance::default();
        for attribute in reader.attributes() {
            if self.namespace(reader, attribute.ns) != NamespaceId::XSI {
                continue;
            }
            let value = attribute.value.trim_matches([' ', '\t', '\r', '\n']);
            match attribute.local {
                "nil" => match value {
                    "true" | "1" => instance.nil = Some((true, attribute.offset)),
                    "false" | "0" => instance.nil = Some((false, attribute.offset)),
                    _ => {
                        let message = format!("xsi:nil is {value:?}, not an xs:boolean");
                        self.violation(reader, "cvc-elt.3.1", attribute.offset, message);
                    }
                },
                "type" => {
                    let (prefix, local) = value.split_once(':').unwrap_or(("", value));
                    let namespace = reader.resolve(prefix).map(|ns| reader.namespace(ns));
                    match namespace.and_then(|namespace| self.compiled.type_(namespace, local)) {
                        Some(type_) => instance.type_ = Some((type_, attribute.offset)),
                        None => {
                            let message =
                                format!("xsi:type names {value:?}, which is no type of the schema");
                            self.violation(reader, "cvc-elt.4.2", attribute.offset, message);
                        }
                    }
                }
                _ => {}
            }
        }
        instance
    }

    /// Checks that `xsi:type` may replace the declared type (3.3.4, 4.3); answers the type to go on with.
    pub(super) fn retype(
        &mut self,
        reader: &Reader<'a>,
        element: Option<ElementId>,
        declared: Option<TypeId>,
        type_: TypeId,
        offset: usize,
    ) -> TypeId {
        let Some(declared) = declared else {
            return type_;
        };
        if declared == type_ {
            return type_;
        }
        let mut barred = element
            .and_then(|id| self.model.elements.get(id.index()))
            .map_or(Derivations::default(), |element| element.block);
        if let Some(Type::Complex(complex)) = self.model.types.get(declared.index()) {
            barred = derivation::union(barred, complex.block);
        }
        if derivation::derives(self.model, type_, declared, barred) {
            return type_;
        }
        let (type_name, declared_name) = (self.type_name(type_), self.type_name(declared));
        let why = if derivation::derives(self.model, type_, declared, Derivations::default()) {
            "its derivation is blocked"
        } else {
            "it does not derive from it"
        };
        self.violation(
            reader,
            "cvc-elt.4.3",
            offset,
            format!("xsi:type {type_name} can't stand for {declared_name}: {why}"),
        );
        declared
    }
}
