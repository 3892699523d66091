//! Giving every global component its id and its entry in the symbol tables (XSD 1.0 part 1, 2.5 and 3.15.6).

use std::collections::HashMap;
use std::sync::Arc;

use soapstone::name::QName;

use super::attributes::Own;
use super::{At, Original, Resolver, next};
use crate::document::schema::{
    Attribute, AttributeGroup, ComplexType, Component, Element, GroupDefinition, ReferenceKind,
    SimpleType,
};
use crate::model::{
    self, AttributeGroupId, AttributeId, Builtin, Compositor, Content, Derivation, Derivations,
    ElementId, Facets, GroupId, NotationId, Place, Type, TypeId, Variety, XSD,
};
use crate::write;

/// A global component with where it is written.
pub(super) struct Global<'d> {
    pub(super) at: At,
    pub(super) component: Declared<'d>,
}

/// A global component as written, by kind, with its id.
pub(super) enum Declared<'d> {
    Simple(TypeId, &'d SimpleType),
    Complex(TypeId, &'d ComplexType),
    Element(ElementId, &'d Element),
    Attribute(AttributeId, &'d Attribute),
    Group(GroupId, &'d GroupDefinition),
    AttributeGroup(AttributeGroupId, &'d AttributeGroup),
    Notation,
}

impl Global<'_> {
    /// Tells whether it is the component of that kind and name.
    fn is(&self, kind: &str, name: &QName, model: &model::Model) -> bool {
        let known = &model.globals;
        match &self.component {
            Declared::Simple(id, _) | Declared::Complex(id, _) => {
                kind == "type" && known.types.get(name) == Some(id)
            }
            Declared::Group(id, _) => kind == "group" && known.groups.get(name) == Some(id),
            Declared::AttributeGroup(id, _) => {
                kind == "attribute group" && known.attribute_groups.get(name) == Some(id)
            }
            _ => false,
        }
    }
}

type Written<'d> = HashMap<(&'static str, QName), &'d Component>;

impl<'d> Resolver<'d, '_> {
    /// Registers every global component: what a unit redefines, then what it defines.
    pub(super) fn register(&mut self) -> Vec<Global<'d>> {
        let mut globals = Vec::new();
        let mut written: Written<'d> = HashMap::new();
        for unit in 0..self.units.len() {
            let at = At {
                unit,
                redefinition: None,
            };
            let Some(schema) = self.schema(at) else {
                continue;
            };
            let namespace = self.namespace(at);
            if !self.model.namespaces.contains(&namespace) {
                self.model.namespaces.push(namespace);
            }
            for reference in &schema.references {
                if let ReferenceKind::Redefine(components) = &reference.kind {
                    components
                        .iter()
                        .for_each(|component| self.redefine(at, component, &mut globals));
                }
            }
            for component in &schema.components {
                self.define(at, component, &mut globals, &mut written);
            }
        }
        globals
    }

    fn define(
        &mut self,
        at: At,
        component: &'d Component,
        globals: &mut Vec<Global<'d>>,
        written: &mut Written<'d>,
    ) {
        let (kind, local, place) = symbol(component);
        let name = QName {
            namespace: self.namespace(at),
            local,
        };
        if let Some(first) = written.get(&(kind, name.clone())) {
            self.duplicate(kind, &name, place, component, first);
            return;
        }
        if kind == "type"
            && &*name.namespace == XSD
            && Builtin::ALL
                .iter()
                .any(|builtin| *builtin.name() == *name.local)
        {
            return; // The schema for schemas: its built-in types are ours already.
        }
        written.insert((kind, name.clone()), component);
        let component = self.allocate(name, component);
        globals.push(Global { at, component });
    }

    /// sch-props-correct 2: one component of a kind and name. The same one again, word for word, does no harm.
    fn duplicate(
        &mut self,
        kind: &str,
        name: &QName,
        place: Place,
        component: &Component,
        first: &Component,
    ) {
        let before = symbol(first).2;
        let file = self
            .report
            .documents
            .get(before.document as usize)
            .map_or("", |file| &**file);
        let message = format!(
            "there is a {kind} {name} already, at {file}:{}:{}",
            before.line, before.column
        );
        if place.document != before.document
            && write::component(component) == write::component(first)
        {
            self.report.warning(
                place,
                "sch-props-correct",
                message,
                "they are the same; drop one",
            );
        } else {
            self.report.error(
                place,
                "sch-props-correct",
                message,
                "rename or drop one of them; the first counts",
            );
        }
    }

    /// Puts a component in the place of the one that it redefines (part 1, 4.2.2).
    fn redefine(&mut self, at: At, component: &'d Component, globals: &mut Vec<Global<'d>>) {
        let (kind, local, place) = symbol(component);
        let name = QName {
            namespace: self.namespace(at),
            local,
        };
        let own =
            |global: &&Global<'_>| global.at.unit == at.unit && global.at.redefinition.is_some();
        if globals
            .iter()
            .rev()
            .take_while(own)
            .any(|global| global.is(kind, &name, &self.model))
        {
            let message = format!("the {kind} {name} is redefined twice");
            self.report
                .error(place, "sch-props-correct", message, "keep one of the two");
            return;
        }
        let known = &self.model.globals;
        let original = match component {
            Component::SimpleType(_) | Component::ComplexType(_) => {
                known.types.get(&name).copied().map(Original::Type)
            }
            Component::Group(_) => known.groups.get(&name).copied().map(Original::Group),
            _ => known
                .attribute_groups
                .get(&name)
                .copied()
                .map(Original::AttributeGroup),
        };
        let at = match original {
            Some(original) => {
                self.unname(original);
                self.redefinitions.push((name.clone(), original));
                At {
                    redefinition: Some(self.redefinitions.len() - 1),
                    ..at
                }
            }
            None => {
                let message = format!("there is no {kind} {name} to redefine");
                self.report.error(
                    place,
                    "src-redefine",
                    message,
                    "define it in this schema instead",
                );
                at
            }
        };
        let component = self.allocate(name, component);
        globals.push(Global { at, component });
    }

    /// What was redefined has no name any more.
    fn unname(&mut self, original: Original) {
        match original {
            Original::Type(id) => match self.model.types.get_mut(id.index()) {
                Some(Type::Simple(type_)) => type_.name = None,
                Some(Type::Complex(type_)) => type_.name = None,
                None => {}
            },
            Original::Group(id) => {
                if let Some(group) = self.model.groups.get_mut(id.index()) {
                    group.name = None;
                }
            }
            Original::AttributeGroup(_) => {}
        }
    }

    fn allocate(&mut self, name: QName, component: &'d Component) -> Declared<'d> {
        let globals = &mut self.model.globals;
        match component {
            Component::SimpleType(type_) => {
                let id = TypeId(next(self.model.types.len()));
                globals.types.insert(name.clone(), id);
                self.model
                    .types
                    .push(Type::Simple(simple_type(Some(name), type_.place)));
                Declared::Simple(id, type_)
            }
            Component::ComplexType(type_) => {
                let id = TypeId(next(self.model.types.len()));
                globals.types.insert(name.clone(), id);
                self.model
                    .types
                    .push(Type::Complex(complex_type(Some(name), type_.place)));
                Declared::Complex(id, type_)
            }
            Component::Element(element) => {
                let id = ElementId(next(self.model.elements.len()));
                globals.elements.insert(name.clone(), id);
                self.model
                    .elements
                    .push(self::element(name, true, element.place));
                Declared::Element(id, element)
            }
            Component::Attribute(attribute) => {
                let id = AttributeId(next(self.model.attributes.len()));
                globals.attributes.insert(name.clone(), id);
                self.model
                    .attributes
                    .push(self::attribute(name, true, attribute.place));
                Declared::Attribute(id, attribute)
            }
            Component::Group(group) => {
                let id = GroupId(next(self.model.groups.len()));
                globals.groups.insert(name.clone(), id);
                self.model.groups.push(model::Group {
                    name: Some(name),
                    compositor: Compositor::Sequence,
                    particles: Vec::new(),
                    annotation: None,
                    place: group.place,
                });
                Declared::Group(id, group)
            }
            Component::AttributeGroup(group) => {
                let id = AttributeGroupId(next(self.model.attribute_groups.len()));
                globals.attribute_groups.insert(name.clone(), id);
                self.model.attribute_groups.push(model::AttributeGroup {
                    name,
                    attributes: Vec::new(),
                    any_attribute: None,
                    annotation: group.annotation.clone(),
                    place: group.place,
                });
                self.attribute_groups.push(Own::default());
                Declared::AttributeGroup(id, group)
            }
            Component::Notation(notation) => {
                let id = NotationId(next(self.model.notations.len()));
                globals.notations.insert(name.clone(), id);
                self.model.notations.push(model::Notation {
                    name,
                    public: notation.public.clone(),
                    system: notation.system.clone(),
                    place: notation.place,
                });
                Declared::Notation
            }
        }
    }

    /// Fills in what the components say themselves.
    pub(super) fn declare(&mut self, globals: &[Global<'d>]) {
        for Global { at, component } in globals {
            match component {
                Declared::Simple(id, type_) => self.declare_simple(*at, *id, type_),
                Declared::Complex(id, type_) => self.declare_complex(*at, *id, type_),
                Declared::Element(id, element) => self.declare_element(*at, *id, element),
                Declared::Attribute(id, attribute) => self.declare_attribute(*at, *id, attribute),
                Declared::Group(id, definition) => self.declare_group(*at, *id, definition),
                Declared::AttributeGroup(id, group) => {
                    self.declare_attribute_group(*at, *id, group)
                }
                Declared::Notation => {}
            }
        }
    }
}

/// Kind, local name and place of a component.
fn symbol(component: &Component) -> (&'static str, Arc<str>, Place) {
    match component {
        Component::SimpleType(c) => ("type", c.name.clone().unwrap_or_default(), c.place),
        Component::ComplexType(c) => ("type", c.name.clone().unwrap_or_default(), c.place),
        Component::Element(c) => ("element", c.name.clone(), c.place),
        Component::Attribute(c) => ("attribute", c.name.clone(), c.place),
        Component::Group(c) => ("group", c.name.clone(), c.place),
        Component::AttributeGroup(c) => ("attribute group", c.name.clone(), c.place),
        Component::Notation(c) => ("notation", c.name.clone(), c.place),
    }
}

/// A simple type about which nothing is known yet.
pub(super) fn simple_type(name: Option<QName>, place: Place) -> model::SimpleType {
    model::SimpleType {
        name,
        base: Builtin::AnySimpleType.id(),
        variety: Variety::Any,
        facets: Facets::default(),
        final_: Derivations::default(),
        annotation: None,
        place,
    }
}

/// A complex type about which nothing is known yet.
pub(super) fn complex_type(name: Option<QName>, place: Place) -> model::ComplexType {
    model::ComplexType {
        name,
        base: Builtin::AnyType.id(),
        derivation: Derivation::Restriction,
        abstract_: false,
        content: Content::Empty,
        added: None,
        attributes: Vec::new(),
        inherited_attributes: 0,
        any_attribute: None,
        block: Derivations::default(),
        final_: Derivations::default(),
        annotation: None,
        place,
    }
}

/// An element about which nothing is known yet.
pub(super) fn element(name: QName, global: bool, place: Place) -> model::Element {
    model::Element {
        name,
        type_: Builtin::AnyType.id(),
        global,
        nillable: false,
        value: None,
        abstract_: false,
        substitution_head: None,
        block: Derivations::default(),
        final_: Derivations::default(),
        constraints: Vec::new(),
        foreign: Vec::new(),
        annotation: None,
        place,
    }
}

/// An attribute about which nothing is known yet.
pub(super) fn attribute(name: QName, global: bool, place: Place) -> model::Attribute {
    model::Attribute {
        name,
        type_: Builtin::AnySimpleType.id(),
        value: None,
        global,
        foreign: Vec::new(),
        annotation: None,
        place,
    }
}
