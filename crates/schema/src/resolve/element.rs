//! Element and attribute declarations, substitution groups (XSD 1.0 part 1, 3.2, 3.3).

use std::collections::HashSet;

use soapstone::name::QName;

use super::symbols::{attribute, element};
use super::{At, Resolver, next, order};
use crate::document::schema::{Attribute, Element, TypeUse};
use crate::model::{AttributeId, Builtin, Derivations, ElementId, Type, XSI};

impl Resolver<'_, '_> {
    /// Makes a local element declaration.
    pub(super) fn local_element(&mut self, at: At, written: &Element) -> ElementId {
        let default = self
            .schema(at)
            .is_some_and(|schema| schema.elements_qualified);
        let name = self.local_name(at, &written.name, written.qualified.unwrap_or(default));
        let id = ElementId(next(self.model.elements.len()));
        self.model
            .elements
            .push(element(name, false, written.place));
        self.declare_element(at, id, written);
        id
    }

    fn local_name(&self, at: At, local: &std::sync::Arc<str>, qualified: bool) -> QName {
        let namespace = if qualified {
            self.namespace(at)
        } else {
            Default::default()
        };
        QName {
            namespace,
            local: local.clone(),
        }
    }

    pub(super) fn declare_element(&mut self, at: At, id: ElementId, written: &Element) {
        let type_ = written
            .type_
            .as_ref()
            .map(|type_| self.type_use(at, type_, written.place));
        let head = written.substitution_group.as_ref();
        let head = head.and_then(|head| self.element_reference(at, head, written.place));
        let constraints = written
            .constraints
            .iter()
            .map(|constraint| self.constraint(at, constraint))
            .collect();
        let (block_default, final_default) = match self.schema(at) {
            Some(schema) => (schema.block_default, schema.final_default),
            None => Default::default(),
        };
        let block = written.block.unwrap_or(block_default);
        let final_ = written.final_.unwrap_or(final_default);
        if type_.is_none() {
            self.untyped.insert(id);
        }
        if let Some(element) = self.model.elements.get_mut(id.index()) {
            element.type_ = type_.unwrap_or(Builtin::AnyType.id());
            element.nillable = written.nillable;
            element.value = written.value.clone();
            element.abstract_ = written.abstract_;
            element.substitution_head = head;
            element.block = Derivations {
                list: false,
                union: false,
                ..block
            };
            element.final_ = Derivations {
                substitution: false,
                list: false,
                union: false,
                ..final_
            };
            element.constraints = constraints;
            element.foreign = written.foreign.clone();
            element.annotation = written.annotation.clone();
        }
    }

    /// Makes a local attribute declaration.
    pub(super) fn local_attribute(&mut self, at: At, written: &Attribute) -> AttributeId {
        let default = self
            .schema(at)
            .is_some_and(|schema| schema.attributes_qualified);
        let name = self.local_name(at, &written.name, written.qualified.unwrap_or(default));
        let id = AttributeId(next(self.model.attributes.len()));
        self.model
            .attributes
            .push(attribute(name, false, written.place));
        self.declare_attribute(at, id, written);
        id
    }

    pub(super) fn declare_attribute(&mut self, at: At, id: AttributeId, written: &Attribute) {
        let mut type_ = Builtin::AnySimpleType.id();
        if let Some(use_) = &written.type_ {
            type_ = self.type_use(at, use_, written.place);
            if matches!(self.model.types.get(type_.index()), Some(Type::Complex(_))) {
                // A name that could not be bound became anyType, and was reported.
                let is_any =
                    matches!(use_, TypeUse::Named(name) if &*name.local == Builtin::AnyType.name());
                if type_ != Builtin::AnyType.id() || is_any {
                    let message =
                        format!("the attribute {} can't have a complex type", written.name);
                    self.report.error(
                        written.place,
                        "src-resolve",
                        message,
                        "give it a simple type",
                    );
                }
                type_ = Builtin::AnySimpleType.id();
            }
        }
        let Some(attribute) = self.model.attributes.get_mut(id.index()) else {
            return;
        };
        attribute.type_ = type_;
        attribute.value = written.value.clone();
        attribute.foreign = written.foreign.clone();
        attribute.annotation = written.annotation.clone();
        if &*attribute.name.namespace == XSI {
            let message = "no attribute can be declared in the namespace of xsi:type";
            self.report.error(written.place, "no-xsi", message, "");
        }
    }

    /// Elements without a type have that of their substitution group's head (3.3.2); circles of heads are broken.
    pub(super) fn element_types(&mut self) {
        let heads: Vec<Option<ElementId>> = self
            .model
            .elements
            .iter()
            .map(|element| element.substitution_head)
            .collect();
        let mut circular = Vec::new();
        let mut sequence = Vec::new();
        let needs = |index: usize| {
            heads
                .get(index)
                .copied()
                .flatten()
                .map(ElementId::index)
                .into_iter()
                .collect()
        };
        order::order(
            heads.len(),
            needs,
            |from, _| circular.push(from),
            |index| sequence.push(index),
        );
        for index in circular {
            if let Some(element) = self.model.elements.get_mut(index) {
                element.substitution_head = None;
                let message = format!(
                    "the element {} is in a circle of substitution groups",
                    element.name
                );
                self.report.error(
                    element.place,
                    "e-props-correct",
                    message,
                    "break the circle",
                );
            }
        }
        let untyped: HashSet<ElementId> = std::mem::take(&mut self.untyped);
        for index in sequence
            .into_iter()
            .filter(|index| untyped.contains(&ElementId(next(*index))))
        {
            let head = self
                .model
                .elements
                .get(index)
                .and_then(|element| element.substitution_head);
            let type_ = head
                .and_then(|head| self.model.elements.get(head.index()))
                .map(|head| head.type_);
            if let (Some(type_), Some(element)) = (type_, self.model.elements.get_mut(index)) {
                element.type_ = type_;
            }
        }
    }

    /// Lists the members of each substitution group, by any number of steps.
    pub(super) fn substitutions(&mut self) {
        for index in 0..self.model.elements.len() {
            let member = ElementId(next(index));
            let mut head = self
                .model
                .elements
                .get(index)
                .and_then(|element| element.substitution_head);
            while let Some(id) = head {
                self.model.substitutions.entry(id).or_default().push(member);
                head = self
                    .model
                    .elements
                    .get(id.index())
                    .and_then(|element| element.substitution_head);
            }
        }
    }
}
