//! Attribute uses: fields of the struct, before those of the content.

use soapstone_schema::model::ComplexType;

use super::{Lowering, Owner, SOAP_ENCODING, documentation};
use crate::item::{AttributeField, AttributeKey, Wildcard};
use crate::names::{self, Names};

impl<'m> Lowering<'m> {
    /// Lowers the attributes of a type.
    ///
    /// `<attribute name="unit" type="string" default="kg"/>`  →  `unit: String`
    pub(super) fn attributes(
        &mut self,
        type_: &'m ComplexType,
        owner: &Owner,
        names: &mut Names,
    ) -> (Vec<AttributeField>, Option<(String, Wildcard)>) {
        let mut fields = Vec::new();
        for use_ in &type_.attributes {
            let Some(attribute) = self.model.attributes.get(use_.attribute.index()) else {
                continue;
            };
            if &*attribute.name.namespace == SOAP_ENCODING {
                continue;
            }
            let nested = if attribute.global {
                let module = self.module(&attribute.name.namespace);
                Owner {
                    module,
                    name: names::pascal(&attribute.name.local),
                }
            } else {
                owner.nested(&attribute.name.local)
            };
            let nested = if self.type_name(attribute.type_).is_some() {
                self.owner_of(attribute.type_)
            } else {
                nested
            };
            let rust = self.declared(attribute.type_, &nested);
            let key = if attribute.name.namespace.is_empty() {
                AttributeKey::Plain(attribute.name.local.to_string())
            } else {
                AttributeKey::Qualified(self.tag(
                    &attribute.name.namespace,
                    &attribute.name.local,
                    owner.module,
                ))
            };
            let value = use_.value.as_ref().or(attribute.value.as_ref());
            fields.push(AttributeField {
                name: names.claim_snake(&names::snake(&attribute.name.local)),
                documentation: documentation(attribute.annotation.as_deref()),
                rust,
                key,
                required: use_.required,
                value: value.map(|value| self.constraint_of(attribute.type_, value)),
            });
        }
        let any = type_.any_attribute.as_ref().map(|any| {
            (
                names.claim_snake("any_attributes"),
                super::particle::wildcard(any),
            )
        });
        (fields, any)
    }
}
