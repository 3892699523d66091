//! A map's targets against a third party's schema: every path, every type, what must be there and is not. Pure.

use std::collections::HashMap;

use soapstone_schema::model::{Builtin, ElementId, Model, Particle, Term, Type, TypeId};
use soapstone_schema::simple::SimpleTypes;
use soapstone_schema::value::{Root, Values};

use crate::catalog::Catalog;
use crate::flow::mapping::{Mistake, Node, Origin};

use super::fits::{self, Target};
use crate::body::Body;

use super::{Operation, type_of};

/// What is found: mistakes, and what may go wrong with some values.
#[derive(Debug, Default)]
pub struct Found {
    /// No message can be made, or none that is valid.
    pub wrong: Vec<Mistake>,
    /// Messages can be made, and some will not be valid.
    pub warnings: Vec<Mistake>,
}

/// How deep maps and types are followed.
const DEPTH: usize = 64;

/// Where a step of a path stands.
enum Place {
    Type(Option<TypeId>),
    Parts(HashMap<String, Option<TypeId>>),
}

impl Body {
    /// The element or type that a map's first steps stand in: the only part's content, or the parts by name.
    fn roots(&self, values: &Values) -> Place {
        match self.only() {
            Some(root) => Place::Type(type_of(values.model(), root)),
            None => parts_of(values, &self.parts),
        }
    }

    /// Tells what is wrong with a map's targets: unknown names, values where fields are wanted, values that do not fit, what must be
    /// there and is not.
    pub fn check(&self, values: &Values, catalog: &Catalog, map: Option<&Node>) -> Found {
        let mut check = Check::new(values, catalog);
        let none = Node::default();
        check.node(&self.roots(values), map.unwrap_or(&none), "the request", 0);
        check.found
    }
}

impl Operation {
    /// Tells what is wrong with the targets of a map of header blocks.
    pub fn check_headers(&self, values: &Values, catalog: &Catalog, map: &Node) -> Found {
        let mut check = Check::new(values, catalog);
        let place = parts_of(values, &self.headers);
        check.named(&place, map, "the header", 0);
        check.found
    }
}

fn parts_of(values: &Values, parts: &[(String, Root)]) -> Place {
    Place::Parts(
        parts
            .iter()
            .map(|(name, root)| (name.clone(), type_of(values.model(), root)))
            .collect(),
    )
}

struct Check<'a> {
    values: &'a Values,
    catalog: &'a Catalog,
    simple: SimpleTypes,
    found: Found,
}

/// What a target's name stands for.
struct Named {
    type_: Option<TypeId>,
    element: Option<ElementId>,
    repeated: bool,
}

impl<'a> Check<'a> {
    fn new(values: &'a Values, catalog: &'a Catalog) -> Check<'a> {
        Check {
            values,
            catalog,
            simple: SimpleTypes::of(values.model()),
            found: Found::default(),
        }
    }

    fn wrong(&mut self, node: &Node, message: String) {
        self.found.wrong.push((node.at.clone(), message));
    }

    /// Checks what is below a node: what it names, and what it does not.
    fn node(&mut self, place: &Place, node: &Node, of: &str, depth: usize) {
        if depth > DEPTH {
            return;
        }
        self.named(place, node, of, depth);
        let needed: Vec<String> = match place {
            Place::Parts(parts) => parts.keys().cloned().collect(),
            Place::Type(Some(type_)) => required(self.values.model(), *type_),
            Place::Type(None) => Vec::new(),
        };
        for name in needed {
            let key = name.strip_prefix('@').unwrap_or(&name);
            if !node
                .children
                .iter()
                .any(|child| child.name == key && child.attribute == name.starts_with('@'))
            {
                self.wrong(
                    node,
                    format!("{of} needs `{name}`, and nothing is mapped to it"),
                );
            }
        }
    }

    fn named(&mut self, place: &Place, node: &Node, of: &str, depth: usize) {
        let must = match place {
            Place::Type(Some(type_)) => required(self.values.model(), *type_),
            _ => Vec::new(),
        };
        for child in &node.children {
            let named = match place {
                Place::Parts(parts) => match parts.get(&child.name) {
                    Some(type_) => Named {
                        type_: *type_,
                        element: None,
                        repeated: false,
                    },
                    None => {
                        let mut known: Vec<&str> = parts.keys().map(String::as_str).collect();
                        known.sort_unstable();
                        let known = match known.is_empty() {
                            true => "nothing".to_owned(),
                            false => known.join(", "),
                        };
                        let name = &child.name;
                        self.wrong(child, format!("{of} has no part `{name}`; it has: {known}"));
                        continue;
                    }
                },
                Place::Type(None) => continue,
                Place::Type(Some(type_)) => match find(self.values, *type_, child) {
                    Ok(named) => named,
                    Err(known) => {
                        let name = &child.name;
                        self.wrong(child, format!("{of} has no `{name}`; it has: {known}"));
                        continue;
                    }
                },
            };
            let written = match child.attribute {
                true => format!("@{}", child.name),
                false => child.name.clone(),
            };
            self.target(&named, child, of, must.contains(&written), depth);
        }
    }

    /// Checks one target that the schema knows.
    fn target(&mut self, named: &Named, child: &Node, of: &str, must: bool, depth: usize) {
        let Some(type_) = named.type_ else { return };
        // What is mapped to an encoded array are its items.
        let item = self.values.array_item(type_);
        let (type_, repeated) = (item.unwrap_or(type_), named.repeated || item.is_some());
        let simple = is_simple(self.values, type_);
        let name = &child.name;
        if child.list && !repeated {
            let message = format!("`{name}` stands once in {of}, not for each item of a list");
            self.wrong(child, message);
        }
        let only_attributes = child.children.iter().all(|inner| inner.attribute);
        if !child.children.is_empty() && simple && !only_attributes {
            self.wrong(
                child,
                format!("`{name}` is a single value and has no fields"),
            );
        } else if child.children.is_empty()
            && child.value.is_some()
            && !simple
            && !mixed(self.values, type_)
        {
            let fields = known(self.values, type_);
            self.wrong(
                child,
                format!("`{name}` has fields, each of which is mapped: {fields}"),
            );
        } else if child.children.is_empty() && simple {
            self.value(named, type_, child, must);
        } else if !child.children.is_empty() {
            let of = format!("`{name}`");
            self.node(&Place::Type(Some(type_)), child, &of, depth + 1);
        }
    }

    /// Holds what is known of a target's values against its type.
    fn value(&mut self, named: &Named, type_: TypeId, child: &Node, must: bool) {
        let model = self.values.model();
        let simple = self
            .values
            .shape(type_)
            .and_then(|shape| shape.simple)
            .unwrap_or(type_);
        let nillable = named
            .element
            .and_then(|id| model.elements.get(id.index()))
            .is_some_and(|element| element.nillable);
        let target = Target {
            name: &child.name,
            type_: self.simple.get(model, simple),
            required: must && !nillable,
        };
        match &child.origin {
            Origin::Computed => {}
            Origin::Constant(value) => {
                let told = super::arrange::simple(self.values, Some(simple), value);
                if let Some(reason) = fits::constant(&target, &told) {
                    self.found.wrong.push((child.at.clone(), reason));
                }
            }
            Origin::Column { table, column } => {
                let table = self.catalog.table(*table);
                let Some(column) = table.and_then(|table| table.columns.get(*column)) else {
                    return;
                };
                for finding in fits::column(&target, column, self.catalog.dialect) {
                    let found = match finding.never {
                        true => &mut self.found.wrong,
                        false => &mut self.found.warnings,
                    };
                    found.push((child.at.clone(), finding.message));
                }
            }
        }
    }
}

/// What a child's name stands for; what there is, where it stands for nothing.
fn find(values: &Values, type_: TypeId, child: &Node) -> Result<Named, String> {
    let model = values.model();
    if type_ == Builtin::AnyType.id() {
        return Ok(Named {
            type_: None,
            element: None,
            repeated: true,
        });
    }
    let Some(shape) = values.shape(type_) else {
        return Err("nothing: it is a single value".to_owned());
    };
    if child.attribute {
        let found = shape
            .attributes
            .iter()
            .find(|(name, _)| *name.local == *child.name);
        let found_type = found
            .and_then(|(_, id)| model.attributes.get(id.index()))
            .map(|attribute| attribute.type_);
        return found_type
            .map(|found| Named {
                type_: Some(found),
                element: None,
                repeated: false,
            })
            .ok_or_else(|| known(values, type_));
    }
    match shape.field_by_key(&child.name) {
        Some(field) => Ok(Named {
            type_: model
                .elements
                .get(field.element.index())
                .map(|element| element.type_),
            element: Some(field.element),
            repeated: field.repeated,
        }),
        None => Err(known(values, type_)),
    }
}

/// The names that a type has, for people.
fn known(values: &Values, type_: TypeId) -> String {
    let Some(shape) = values.shape(type_) else {
        return "nothing".to_owned();
    };
    let mut names: Vec<String> = shape.fields.iter().map(|field| field.key.clone()).collect();
    names.extend(
        shape
            .attributes
            .iter()
            .map(|(name, _)| format!("@{}", name.local)),
    );
    names.truncate(30);
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

pub(crate) fn is_simple(values: &Values, type_: TypeId) -> bool {
    match values.shape(type_) {
        Some(shape) => shape.simple.is_some(),
        None => type_ != Builtin::AnyType.id(),
    }
}

fn mixed(values: &Values, type_: TypeId) -> bool {
    values.shape(type_).is_some_and(|shape| shape.mixed) || type_ == Builtin::AnyType.id()
}

/// The elements and attributes (`@name`) that must stand in a type, whatever else does: arms of a choice are not among them.
pub(crate) fn required(model: &Model, type_: TypeId) -> Vec<String> {
    use soapstone_schema::model::Content as Model_;
    let Some(Type::Complex(complex)) = model.types.get(type_.index()) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    if let Model_::Elements(particle) | Model_::Mixed(Some(particle)) = &complex.content {
        required_elements(model, particle, &mut names, 0);
    }
    for use_ in complex
        .attributes
        .iter()
        .filter(|use_| use_.required && use_.value.is_none())
    {
        if let Some(attribute) = model.attributes.get(use_.attribute.index()) {
            names.push(format!("@{}", attribute.name.local));
        }
    }
    names
}

fn required_elements(model: &Model, particle: &Particle, names: &mut Vec<String>, depth: usize) {
    use soapstone_schema::model::Compositor;
    if particle.min == 0 || depth > DEPTH {
        return;
    }
    match &particle.term {
        Term::Element(id) => {
            if let Some(element) = model
                .elements
                .get(id.index())
                .filter(|element| !element.abstract_)
            {
                names.push(element.name.local.to_string());
            }
        }
        Term::Group(id) => {
            let Some(group) = model.groups.get(id.index()) else {
                return;
            };
            if group.compositor != Compositor::Choice || group.particles.len() == 1 {
                for particle in &group.particles {
                    required_elements(model, particle, names, depth + 1);
                }
            }
        }
        Term::Any(_) => {}
    }
}
