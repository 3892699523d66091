//! Contract → schema documents: the types and elements of a service, one schema for each namespace, each type once.

mod operations;
mod shared;
mod written;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use soapstone::name::QName;
use soapstone_schema::document::Schema;
use soapstone_schema::document::schema::{
    AttributeItem, Attributes, ComplexType, Component, Content, Element, Particle, Reference,
    ReferenceKind, SimpleType, TypeUse, Usage,
};
use soapstone_schema::model::{Builtin, Place};

use self::shared::Home;
use self::written::{documented, facets, field, many, nillable, optional, sequence, xsd};
use super::value_type::{Kind, ValueType};
use super::{Column, Contract, Operation, Service, Target};
use crate::catalog::{self, Catalog, Direction, SqlType, TableId};

/// What may be asked of a column in a filter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Conditions {
    /// Only whether it is NULL.
    Null,
    /// Equality: booleans and bytes.
    Equal(Builtin),
    /// One of an enumeration's labels: the index of the named type.
    Label(usize),
    /// Equality and order.
    Ordered(Builtin),
    /// Equality, order and patterns.
    Text,
}

/// Tells what may be asked of a column.
pub(crate) fn conditions(contract: &Contract, column: &Column, sql_type: &SqlType) -> Conditions {
    match sql_type.base() {
        SqlType::Json
        | SqlType::Xml
        | SqlType::Array { .. }
        | SqlType::Composite { .. }
        | SqlType::Set { .. }
        | SqlType::Other
        | SqlType::Range => return Conditions::Null,
        _ => {}
    }
    match (contract.kind(&column.value), &column.value) {
        (Kind::Atomic(atomic), ValueType::Named(reference)) if !atomic.labels.is_empty() => {
            Conditions::Label(reference.0)
        }
        (Kind::Atomic(atomic), _) => match atomic.builtin {
            Builtin::String => Conditions::Text,
            Builtin::Boolean | Builtin::Base64Binary => Conditions::Equal(atomic.builtin),
            ordered => Conditions::Ordered(ordered),
        },
        _ => Conditions::Null,
    }
}

/// Writes the schemas of a service, in the order of the namespaces; namespaces of which nothing is used are left out.
pub fn schemas(catalog: &Catalog, contract: &Contract, service: Service) -> Vec<Schema> {
    let mut build = Build {
        catalog,
        contract,
        parts: BTreeMap::new(),
        records: BTreeSet::new(),
        types: BTreeSet::new(),
    };
    build.service(service);
    build.finish()
}

struct Build<'a> {
    catalog: &'a Catalog,
    contract: &'a Contract,
    /// By namespace.
    parts: BTreeMap<usize, Part>,
    records: BTreeSet<TableId>,
    types: BTreeSet<usize>,
}

#[derive(Default)]
struct Part {
    components: Vec<Component>,
    conditions: BTreeSet<Conditions>,
    imports: BTreeSet<usize>,
    operations: bool,
    writes: bool,
    changes: bool,
    misfits: bool,
    routines: bool,
    unknown_rows: bool,
}

impl Build<'_> {
    fn part(&mut self, namespace: usize) -> &mut Part {
        self.parts.entry(namespace).or_default()
    }

    fn add(&mut self, namespace: usize, component: Component) {
        self.part(namespace).components.push(component);
    }

    /// A name in one of the contract's namespaces, imported where it is another than the user's.
    fn name(&mut self, user: usize, namespace: usize, local: impl Into<Arc<str>>) -> QName {
        if user != namespace {
            self.part(user).imports.insert(namespace);
        }
        QName::new(self.contract.namespace(namespace), local.into())
    }

    /// One of the contract's own words as the type of a namespace.
    fn word(&self, namespace: usize, word: &str) -> QName {
        let local = self.contract.word(namespace, word);
        QName::new(self.contract.namespace(namespace), local)
    }

    fn service(&mut self, service: Service) {
        let contract = self.contract;
        let operations: Vec<&Operation> = contract.operations_of(service).collect();
        let mut tables: BTreeMap<TableId, Vec<&Operation>> = BTreeMap::new();
        for operation in &operations {
            if let Target::Table(table) = operation.target {
                tables.entry(table).or_default().push(operation);
            }
        }
        for (id, operations) in tables {
            let (Some(sql), Some(table)) =
                (self.catalog.tables.get(id.0), contract.tables.get(id.0))
            else {
                continue;
            };
            self.record(id);
            self.table(sql, table, &operations);
        }
        for operation in operations {
            if let Target::Routine(id) = operation.target
                && let (Some(sql), Some(routine)) =
                    (self.catalog.routines.get(id.0), contract.routines.get(id.0))
            {
                self.routine(sql, routine, operation);
            }
        }
    }

    /// The record type of a table, and those of the tables that it is related to.
    fn record(&mut self, id: TableId) {
        // A list of what is left to do, since relations go round in circles.
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            if !self.records.insert(id) {
                continue;
            }
            let (Some(sql), Some(table)) = (
                self.catalog.tables.get(id.0),
                self.contract.tables.get(id.0),
            ) else {
                continue;
            };
            let name = &table.name;
            let namespace = table.namespace;
            self.part(namespace).misfits = true;
            let mut particles = Vec::new();
            for (column, contract) in sql.columns.iter().zip(&table.columns) {
                let type_ = self.type_use(namespace, &contract.value);
                let particle = documented(
                    optional(field(&contract.element, type_)),
                    told(column).as_deref(),
                );
                particles.push(if contract.nillable {
                    nillable(particle)
                } else {
                    particle
                });
            }
            let misfit = self.word(namespace, "Misfit");
            particles.push(many(field("misfit", TypeUse::Named(misfit))));
            if !sql.relations.is_empty() {
                let related = self.name(namespace, namespace, format!("{name}Related"));
                particles.push(optional(field("related", TypeUse::Named(related.clone()))));
                let mut relations = Vec::new();
                for (relation, element) in sql.relations.iter().zip(&table.relations) {
                    let Some(other) = self.contract.tables.get(relation.table.0) else {
                        continue;
                    };
                    left.push(relation.table);
                    let type_ = self.name(namespace, other.namespace, Arc::clone(&other.name));
                    let particle = field(element, TypeUse::Named(type_));
                    relations.push(match relation.direction {
                        Direction::Parent => optional(particle),
                        Direction::Children => many(particle),
                    });
                }
                let type_ = complex(&format!("{name}Related"), relations);
                self.add(namespace, Component::ComplexType(type_));
            }
            let record = ComplexType {
                attributes: version(),
                annotation: written::annotation(sql.comment.as_deref()),
                ..complex(name, particles)
            };
            self.add(namespace, Component::ComplexType(record));
            let type_ = self.name(namespace, namespace, Arc::clone(name));
            self.add(
                namespace,
                Component::Element(Element::new(Arc::clone(name), Some(TypeUse::Named(type_)))),
            );
        }
    }

    /// The type of a value as used from a namespace; named types are written when they are first used.
    fn type_use(&mut self, user: usize, value: &ValueType) -> TypeUse {
        match value {
            ValueType::Plain(Kind::Atomic(atomic)) => xsd(atomic.builtin),
            ValueType::Plain(_) => xsd(Builtin::String),
            ValueType::Named(reference) => {
                let Some(named) = self.contract.types.get(reference.0) else {
                    return xsd(Builtin::String);
                };
                if self.types.insert(reference.0) {
                    self.named(named);
                }
                TypeUse::Named(self.name(user, named.namespace, Arc::clone(&named.name)))
            }
        }
    }

    fn named(&mut self, named: &super::NamedType) {
        let annotation = written::annotation(named.documentation.as_deref());
        let component = match &named.kind {
            Kind::Atomic(atomic) => {
                let base = QName::new(soapstone_schema::model::XSD, atomic.builtin.name());
                let type_ =
                    SimpleType::restriction(Some(Arc::clone(&named.name)), base, facets(atomic));
                Component::SimpleType(SimpleType {
                    annotation,
                    ..type_
                })
            }
            Kind::List(item) => {
                let item = nillable(many(field("item", self.type_use(named.namespace, item))));
                Component::ComplexType(ComplexType {
                    annotation,
                    ..complex(&named.name, vec![item])
                })
            }
            Kind::Composite(fields) => {
                let mut particles = Vec::new();
                for (element, value) in fields.iter() {
                    particles.push(optional(nillable(field(
                        element,
                        self.type_use(named.namespace, value),
                    ))));
                }
                Component::ComplexType(ComplexType {
                    annotation,
                    ..complex(&named.name, particles)
                })
            }
        };
        self.add(named.namespace, component);
    }

    fn finish(mut self) -> Vec<Schema> {
        let contract = self.contract;
        // Conditions of an enumeration use its type, which nothing else of the service may have used.
        let labels: Vec<usize> = self
            .parts
            .values()
            .flat_map(|part| &part.conditions)
            .filter_map(label)
            .collect();
        for index in labels {
            self.type_use(0, &ValueType::Named(super::TypeReference(index)));
        }
        let mut schemas = Vec::new();
        for (namespace, mut part) in self.parts {
            let uri = contract.namespace(namespace);
            let home = Home {
                contract,
                namespace,
            };
            for conditions in &part.conditions {
                part.components.extend(home.condition_types(conditions));
            }
            part.components.extend(home.common(&part));
            let prefixes = [("xs", soapstone_schema::model::XSD)]
                .into_iter()
                .chain(
                    contract
                        .namespaces
                        .iter()
                        .enumerate()
                        .filter(|(index, _)| *index == namespace || part.imports.contains(index))
                        .map(|(_, namespace)| (namespace.prefix.as_str(), &*namespace.uri)),
                )
                .map(|(prefix, uri)| (Arc::from(prefix), Arc::from(uri)))
                .collect();
            let imported = part.imports.iter().map(|index| Reference {
                kind: ReferenceKind::Import(Some(Arc::from(contract.namespace(*index)))),
                location: None,
                place: Place::default(),
            });
            schemas.push(Schema {
                target_namespace: Some(Arc::from(uri)),
                elements_qualified: true,
                prefixes,
                references: imported.collect(),
                components: part.components,
                ..Schema::default()
            });
        }
        schemas
    }
}

/// What is said of a column: its comment, and that the database makes its values where it does.
fn told(column: &catalog::Column) -> Option<Cow<'_, str>> {
    let made = "Made by the database; passed over where it is written back.";
    match (column.comment.as_deref(), column.made()) {
        (comment, false) => comment.map(Cow::Borrowed),
        (None, true) => Some(Cow::Borrowed(made)),
        (Some(comment), true) => Some(Cow::Owned(format!("{comment}\n{made}"))),
    }
}

fn label(conditions: &Conditions) -> Option<usize> {
    match conditions {
        Conditions::Label(index) => Some(*index),
        _ => None,
    }
}

fn complex(name: &str, particles: Vec<Particle>) -> ComplexType {
    ComplexType {
        name: Some(Arc::from(name)),
        content: Content::Plain(Some(sequence(particles))),
        ..ComplexType::default()
    }
}

/// The attribute `version` of records and keys.
fn version() -> Attributes {
    let attribute =
        soapstone_schema::document::schema::Attribute::new("version", Some(xsd(Builtin::String)));
    Attributes {
        items: vec![AttributeItem::Local(Usage::Optional, attribute)],
        any: None,
    }
}
