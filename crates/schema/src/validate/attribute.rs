//! The attributes of an element against the uses and the wildcard of its type (part 1, 3.4.4, clauses 3 to 5).

use std::sync::Arc;

use soapstone::xml::{self, Reader};

use crate::automaton::names::{NameId, NamespaceId};
use crate::model::{AttributeId, Builtin, Process, TypeId, ValueConstraint};
use crate::simple::{Compiled, Value};

use super::compiled::{Complex, is_id};
use super::pass::Pass;
use super::{Attribute, Sink};

impl<'v, 'a, S: Sink> Pass<'v, '_, 'a, S> {
    /// Judges the attributes of the element that has just started.
    pub(super) fn attributes(&mut self, reader: &Reader<'a>, type_: Option<TypeId>) {
        let complex = match type_ {
            None => return self.unassessed(reader),
            Some(type_) if type_ == Builtin::AnyType.id() => return self.lax(reader),
            Some(type_) => self.compiled.complex(self.model, type_),
        };
        let Some(complex) = complex else {
            return self.of_simple(reader);
        };
        if reader.attributes().is_empty() && !complex.wanted {
            return;
        }
        self.met.clear();
        self.met.resize(complex.uses.len(), false);
        let mut wild_ids = 0;
        for attribute in reader.attributes() {
            self.one(reader, complex, attribute, &mut wild_ids);
            if self.stopped {
                return;
            }
        }
        self.missing(reader, complex);
    }

    fn one(
        &mut self,
        reader: &Reader<'a>,
        complex: &'v Arc<Complex>,
        attribute: &xml::Attribute<'a>,
        wild_ids: &mut usize,
    ) {
        let namespace = self.namespace(reader, attribute.ns);
        let name = self.name(namespace, attribute.local);
        let known = complex.uses.iter().position(|use_| Some(use_.name) == name);
        if let Some(index) = known
            && let Some(use_) = complex.uses.get(index)
        {
            if let Some(met) = self.met.get_mut(index) {
                *met = true;
            }
            self.typed(
                reader,
                attribute,
                name,
                (use_.attribute, &use_.type_, use_.value.as_ref()),
            );
            return;
        }
        if is_instance(namespace, attribute.local) {
            // They are nodes too, which a field's `@*` selects.
            if self.identity.is_active() {
                let value = Value::String((*attribute.value).into());
                self.identity
                    .attribute(namespace, name, value, attribute.offset);
            }
            return;
        }
        match self.compiled.admitted(
            complex.wildcard.as_ref(),
            namespace,
            reader.namespace(attribute.ns),
        ) {
            Some(Process::Skip) => self.untyped(reader, attribute),
            Some(process) => {
                let id = self.global(reader, attribute, name, process);
                if !id {
                    return;
                }
                // 3.4.4, clause 5: one ID at most comes by a wildcard, and none beside a declared one.
                *wild_ids += 1;
                if *wild_ids > 1 || complex.has_id {
                    let message =
                        format!("attribute {}: the element has a second ID", attribute.local);
                    let rule = if complex.has_id {
                        "cvc-complex-type.5.2"
                    } else {
                        "cvc-complex-type.5.1"
                    };
                    self.violation(reader, rule, attribute.offset, message);
                }
            }
            None if self.options.lenient => self.untyped(reader, attribute),
            None => {
                let named: Vec<&str> = complex
                    .uses
                    .iter()
                    .map(|use_| self.compiled.names.local(use_.name))
                    .take(12)
                    .collect();
                let message = format!(
                    "the attribute {} is not allowed; allowed: {}",
                    qualified(reader, attribute),
                    if named.is_empty() {
                        "none".to_owned()
                    } else {
                        named.join(", ")
                    }
                );
                self.violation(reader, "cvc-complex-type.3.2.2", attribute.offset, message);
            }
        }
    }

    /// Judges an attribute by its global declaration; tells whether that makes it an ID.
    fn global(
        &mut self,
        reader: &Reader<'a>,
        attribute: &xml::Attribute<'a>,
        name: Option<NameId>,
        process: Process,
    ) -> bool {
        let declared = self.compiled.attribute(name);
        let declaration = declared.and_then(|id| {
            self.model
                .attributes
                .get(id.index())
                .map(|declaration| (id, declaration))
        });
        match declaration {
            Some((id, declaration)) => {
                let type_ = self.compiled.simple(self.model, declaration.type_);
                self.typed(
                    reader,
                    attribute,
                    name,
                    (id, type_, declaration.value.as_ref()),
                );
                is_id(self.model, declaration.type_)
            }
            None => {
                if process == Process::Strict {
                    let message = format!(
                        "the attribute {} is not declared",
                        qualified(reader, attribute)
                    );
                    self.violation(reader, "cvc-complex-type.3.2.2", attribute.offset, message);
                }
                self.untyped(reader, attribute);
                false
            }
        }
    }

    fn typed(
        &mut self,
        reader: &Reader<'a>,
        attribute: &xml::Attribute<'a>,
        name: Option<NameId>,
        (id, type_, constraint): (AttributeId, &Compiled, Option<&ValueConstraint>),
    ) {
        let active = self.identity.is_active();
        let value = self.attribute_value(reader, type_, constraint, attribute, S::VALUES || active);
        if S::VALUES {
            self.sink.attribute(&Attribute {
                namespace: reader.namespace(attribute.ns),
                local: attribute.local,
                attribute: Some(id),
                lexical: &attribute.value,
                value: value.as_ref(),
                defaulted: false,
            });
        }
        if active && let (Some(name), Some(value)) = (name, value) {
            self.identity.attribute(
                self.compiled.names.namespace_of(name),
                Some(name),
                value,
                attribute.offset,
            );
        }
    }

    fn untyped(&mut self, reader: &Reader<'a>, attribute: &xml::Attribute<'a>) {
        if S::VALUES {
            self.sink.attribute(&Attribute {
                namespace: reader.namespace(attribute.ns),
                local: attribute.local,
                attribute: None,
                lexical: &attribute.value,
                value: None,
                defaulted: false,
            });
        }
    }

    /// Reports required attributes that are absent, and tells of defaults.
    fn missing(&mut self, reader: &Reader<'a>, complex: &'v Arc<Complex>) {
        if !complex.wanted {
            return;
        }
        for (index, use_) in complex.uses.iter().enumerate() {
            if self.met.get(index) == Some(&true) {
                continue;
            }
            if use_.required {
                let message = format!(
                    "the attribute {} is missing",
                    self.compiled.names.local(use_.name)
                );
                self.violation(reader, "cvc-complex-type.4", reader.offset(), message);
            }
            let Some(constraint) = &use_.value else {
                continue;
            };
            let active = self.identity.is_active();
            if !S::VALUES && !active {
                continue;
            }
            let value = use_
                .type_
                .check(&constraint.lexical, &constraint.scope)
                .ok()
                .map(|checked| checked.value);
            if S::VALUES {
                self.sink.attribute(&Attribute {
                    namespace: self
                        .compiled
                        .names
                        .uri(self.compiled.names.namespace_of(use_.name)),
                    local: self.compiled.names.local(use_.name),
                    attribute: Some(use_.attribute),
                    lexical: &constraint.lexical,
                    value: value.as_ref(),
                    defaulted: true,
                });
            }
            if active && let Some(value) = value {
                let namespace = self.compiled.names.namespace_of(use_.name);
                self.identity
                    .attribute(namespace, Some(use_.name), value, reader.offset());
            }
        }
    }

    /// Only `xsi` attributes stand on an element of a simple type (3.3.4 "Element Locally Valid (Type)", 3.1.1).
    fn of_simple(&mut self, reader: &Reader<'a>) {
        for attribute in reader.attributes() {
            let namespace = self.namespace(reader, attribute.ns);
            if self.options.lenient || is_instance(namespace, attribute.local) {
                continue;
            }
            let message = format!(
                "the attribute {} is not allowed: the element has a simple type",
                qualified(reader, attribute)
            );
            self.violation(reader, "cvc-type.3.1.1", attribute.offset, message);
        }
    }

    /// `anyType` admits any attribute, assessed where it is declared.
    fn lax(&mut self, reader: &Reader<'a>) {
        for attribute in reader.attributes() {
            let namespace = self.namespace(reader, attribute.ns);
            if namespace != NamespaceId::XSI {
                let name = self.name(namespace, attribute.local);
                self.global(reader, attribute, name, Process::Lax);
            }
        }
    }

    fn unassessed(&mut self, reader: &Reader<'a>) {
        let skipped = self
            .frames
            .last()
            .is_some_and(|frame| matches!(frame.state, super::pass::State::Skip));
        if !skipped {
            return self.lax(reader);
        }
        for attribute in reader.attributes() {
            self.untyped(reader, attribute);
        }
    }

    /// Hands the attributes of an element that a field selects to the identity constraints.
    pub(super) fn attribute_fields(&mut self, reader: &Reader<'a>) {
        let twice = self.identity.take_attributes();
        for offset in twice {
            self.violation(
                reader,
                "cvc-identity-constraint.3",
                offset,
                "a field selects more than one node".to_owned(),
            );
        }
    }
}

/// Tells whether an attribute is one of the four that any element may have (3.4.4, 3).
fn is_instance(namespace: NamespaceId, local: &str) -> bool {
    namespace == NamespaceId::XSI
        && matches!(
            local,
            "type" | "nil" | "schemaLocation" | "noNamespaceSchemaLocation"
        )
}

/// The name of an attribute, for messages.
#[cold]
fn qualified(reader: &Reader<'_>, attribute: &xml::Attribute<'_>) -> String {
    match reader.namespace(attribute.ns) {
        "" => attribute.local.to_owned(),
        namespace => format!("{} of {namespace}", attribute.local),
    }
}

/// A value of an attribute for the identity constraints.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) namespace: NamespaceId,
    pub(super) name: Option<NameId>,
    pub(super) value: Value,
    pub(super) offset: usize,
}
