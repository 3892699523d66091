//! Contract → schema documents: the types and elements of a service, one schema for each namespace, each type once.

mod shared;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use soapstone::name::QName;
use soapstone_schema::document::Schema;
use soapstone_schema::document::schema::{
    AttributeItem, Attributes, ComplexType, Component, Content, Element, Particle, Reference,
    ReferenceKind, SimpleType, TypeUse, Usage,
};
use soapstone_schema::model::{Builtin, Derivation, Place};

use self::shared::{common, condition_name, condition_types};
use self::written::{
    documented, enumeration, facets, field, many, nillable, optional, sequence, xsd,
};
use super::value_type::{Kind, ValueType};
use super::{Column, Contract, Operation, Routine, Service, Table, Target};
use crate::catalog::{self, Catalog, Direction, SqlType, TableId};
use crate::principal::Action;

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

/// Operations that can meet a record which somebody else has changed.
const CONFLICTING: &[Action] = &[Action::Update, Action::Upsert, Action::Delete];

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
                    column.comment.as_deref(),
                );
                particles.push(if contract.nillable {
                    nillable(particle)
                } else {
                    particle
                });
            }
            let misfit = self.name(namespace, namespace, "Misfit");
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

    fn table(&mut self, sql: &catalog::Table, table: &Table, operations: &[&Operation]) {
        let namespace = table.namespace;
        let name = &table.name;
        self.part(namespace).operations = true;
        let has = |actions: &[Action]| {
            operations
                .iter()
                .any(|operation| actions.contains(&operation.action))
        };
        let conflicts = has(CONFLICTING) && sql.key.is_some();
        if conflicts || has(&[Action::Query, Action::Upsert]) {
            let elements = table
                .columns
                .iter()
                .map(|column| column.element.to_string());
            self.add(
                namespace,
                Component::SimpleType(enumeration(&format!("{name}Field"), elements)),
            );
        }
        if has(&[Action::Query, Action::Count]) {
            self.filter(sql, table);
        }
        let key = self.key_fields(namespace, sql, table);
        if has(&[
            Action::Update,
            Action::Upsert,
            Action::Delete,
            Action::Create,
            Action::Changes,
        ]) && sql.key.is_some()
        {
            let type_ = ComplexType {
                attributes: version(),
                ..complex(&format!("{name}Key"), key.clone())
            };
            self.add(namespace, Component::ComplexType(type_));
        }
        if has(&[
            Action::Create,
            Action::Update,
            Action::Upsert,
            Action::Delete,
        ]) {
            self.part(namespace).writes = true;
            self.result(namespace, name, sql.key.is_some(), conflicts);
        }
        for operation in operations {
            let own =
                |local: &str| TypeUse::Named(QName::new(self.contract.namespace(namespace), local));
            let expand = documented(
                many(field("expand", xsd(Builtin::String))),
                Some(&expand_text(table)),
            );
            let mode = || optional(field("mode", own("Mode")));
            let records = || some(field("record", own(name)));
            let results = || vec![some(field("result", own(&format!("{name}Result"))))];
            let (request, reply) = match operation.action {
                Action::Get => {
                    let mut request = key.clone();
                    request.push(expand);
                    (request, vec![field("record", own(name))])
                }
                Action::Query => (
                    vec![
                        optional(field("filter", own(&format!("{name}Filter")))),
                        many(field(
                            "orderBy",
                            TypeUse::Complex(Box::new(order_by(own(&format!("{name}Field"))))),
                        )),
                        documented(
                            many(field("field", own(&format!("{name}Field")))),
                            Some("The fields to answer; by default all."),
                        ),
                        expand,
                        documented(
                            optional(field("pageSize", xsd(Builtin::Int))),
                            Some(&self.page_size_text()),
                        ),
                        documented(
                            optional(field("cursor", xsd(Builtin::String))),
                            Some("The nextCursor of the page before."),
                        ),
                    ],
                    vec![
                        many(field("record", own(name))),
                        documented(
                            optional(field("nextCursor", xsd(Builtin::String))),
                            Some("Absent on the last page."),
                        ),
                    ],
                ),
                Action::Count => (
                    vec![optional(field("filter", own(&format!("{name}Filter"))))],
                    vec![field("count", xsd(Builtin::Long))],
                ),
                Action::Create | Action::Update => (vec![records(), mode()], results()),
                Action::Upsert => {
                    let match_on = documented(
                        many(field("matchOn", own(&format!("{name}Field")))),
                        Some(
                            "The fields of a unique key that tell whether the record exists; by default the key.",
                        ),
                    );
                    (vec![records(), mode(), match_on], results())
                }
                Action::Delete => (
                    vec![some(field("key", own(&format!("{name}Key")))), mode()],
                    results(),
                ),
                Action::Changes => {
                    self.part(namespace).changes = true;
                    let change = vec![
                        field("kind", own("ChangeKind")),
                        field("key", own(&format!("{name}Key"))),
                        field("at", xsd(Builtin::DateTime)),
                        documented(
                            optional(field("record", own(name))),
                            Some("The record as it is now; absent where it is gone."),
                        ),
                    ];
                    self.add(
                        namespace,
                        Component::ComplexType(complex(&format!("{name}Change"), change)),
                    );
                    (
                        vec![
                            documented(
                                optional(field("since", xsd(Builtin::String))),
                                Some("The nextSince of the page before."),
                            ),
                            documented(
                                optional(field("pageSize", xsd(Builtin::Int))),
                                Some(&self.page_size_text()),
                            ),
                        ],
                        vec![
                            many(field("change", own(&format!("{name}Change")))),
                            field("nextSince", xsd(Builtin::String)),
                        ],
                    )
                }
                Action::Call => continue,
            };
            self.wrappers(operation, request, reply);
        }
    }

    fn page_size_text(&self) -> String {
        let limits = &self.catalog.limits;
        format!(
            "Records in a page: by default {}, at most {}; fewer where they are large.",
            limits.page_size, limits.page_size_limit
        )
    }

    fn key_fields(&mut self, user: usize, sql: &catalog::Table, table: &Table) -> Vec<Particle> {
        let columns = sql
            .key
            .iter()
            .flatten()
            .filter_map(|index| table.columns.get(*index));
        columns
            .map(|column| field(&column.element, self.type_use(user, &column.value)))
            .collect()
    }

    fn filter(&mut self, sql: &catalog::Table, table: &Table) {
        let namespace = table.namespace;
        let name = format!("{}Filter", table.name);
        let mut particles = Vec::new();
        for (column, contract) in sql.columns.iter().zip(&table.columns) {
            let conditions = conditions(self.contract, contract, &column.sql_type);
            let (home, local) = match &conditions {
                Conditions::Label(index) => match self.contract.types.get(*index) {
                    Some(named) => (named.namespace, format!("{}Condition", named.name)),
                    None => continue,
                },
                other => (namespace, condition_name(other)),
            };
            self.part(home).conditions.insert(conditions);
            let type_ = self.name(namespace, home, local);
            particles.push(optional(field(&contract.element, TypeUse::Named(type_))));
        }
        let own = self.name(namespace, namespace, name.as_str());
        particles.extend(
            ["allOf", "anyOf", "noneOf"].map(|word| many(field(word, TypeUse::Named(own.clone())))),
        );
        self.add(namespace, Component::ComplexType(complex(&name, particles)));
    }

    fn result(&mut self, namespace: usize, name: &str, keyed: bool, conflicts: bool) {
        let own =
            |local: &str| TypeUse::Named(QName::new(self.contract.namespace(namespace), local));
        let mut particles = vec![field("status", own("Status"))];
        if keyed {
            particles.push(optional(field("key", own(&format!("{name}Key")))));
            particles.push(optional(field("version", xsd(Builtin::String))));
        }
        let problem = if conflicts {
            format!("{name}Problem")
        } else {
            "Problem".to_owned()
        };
        particles.push(optional(field("problem", own(&problem))));
        self.add(
            namespace,
            Component::ComplexType(complex(&format!("{name}Result"), particles)),
        );
        if conflicts {
            self.conflict(namespace, name);
        }
    }

    /// A problem that tells the current record: it extends `Problem`, and stands in a fault's detail by `xsi:type`.
    fn conflict(&mut self, namespace: usize, name: &str) {
        let own = |local: &str| QName::new(self.contract.namespace(namespace), local);
        let field_name = TypeUse::Named(own(&format!("{name}Field")));
        let conflict = complex(
            &format!("{name}Conflict"),
            vec![
                documented(
                    field("record", TypeUse::Named(own(name))),
                    Some("The record as it is now."),
                ),
                documented(
                    many(field("field", field_name)),
                    Some("The given fields whose current values differ."),
                ),
            ],
        );
        let particle = optional(field(
            "conflict",
            TypeUse::Named(own(&format!("{name}Conflict"))),
        ));
        let problem = ComplexType {
            name: Some(Arc::from(format!("{name}Problem"))),
            content: Content::Complex {
                derivation: Derivation::Extension,
                base: own("Problem"),
                mixed: None,
                particle: Some(sequence(vec![particle])),
                place: Place::default(),
            },
            ..ComplexType::default()
        };
        self.add(namespace, Component::ComplexType(conflict));
        self.add(namespace, Component::ComplexType(problem));
    }

    fn routine(&mut self, sql: &catalog::Routine, routine: &Routine, operation: &Operation) {
        let namespace = routine.namespace;
        let part = self.part(namespace);
        part.operations = true;
        part.misfits = true;
        part.routines = true;
        let mut request = Vec::new();
        for (index, column) in &routine.given {
            let particle = nillable(field(
                &column.element,
                self.type_use(namespace, &column.value),
            ));
            let defaulted = sql
                .parameters
                .get(*index)
                .is_some_and(|parameter| parameter.defaulted);
            request.push(if defaulted {
                optional(particle)
            } else {
                particle
            });
        }
        let mut reply = Vec::new();
        for (_, column) in &routine.answered {
            reply.push(optional(nillable(field(
                &column.element,
                self.type_use(namespace, &column.value),
            ))));
        }
        if let Some(value) = &routine.returns {
            reply.push(optional(nillable(field(
                "return",
                self.type_use(namespace, value),
            ))));
        }
        if let Some(columns) = &routine.rows {
            let mut particles = Vec::new();
            for column in columns {
                particles.push(optional(nillable(field(
                    &column.element,
                    self.type_use(namespace, &column.value),
                ))));
            }
            let misfit = self.name(namespace, namespace, "Misfit");
            particles.push(many(field("misfit", TypeUse::Named(misfit))));
            let name = format!("{}Row", routine.name);
            self.add(namespace, Component::ComplexType(complex(&name, particles)));
            let row = self.name(namespace, namespace, name);
            reply.push(many(field("row", TypeUse::Named(row))));
        }
        if routine.unknown_rows {
            self.part(namespace).unknown_rows = true;
            let row = self.name(namespace, namespace, "UnknownRow");
            reply.push(many(field("row", TypeUse::Named(row))));
        }
        self.wrappers(operation, request, reply);
    }

    /// The two wrapper elements of an operation.
    fn wrappers(&mut self, operation: &Operation, request: Vec<Particle>, reply: Vec<Particle>) {
        for (name, particles) in [(&operation.name, request), (&operation.reply, reply)] {
            let type_ = ComplexType {
                content: Content::Plain(Some(sequence(particles))),
                ..ComplexType::default()
            };
            let element = Element::new(Arc::clone(name), Some(TypeUse::Complex(Box::new(type_))));
            self.add(operation.namespace, Component::Element(element));
        }
    }

    /// The type of a value as used from a namespace; named types are written when they are first used.
    fn type_use(&mut self, user: usize, value: &ValueType) -> TypeUse {
        match value {
            ValueType::Plain(Kind::Atomic(atomic)) => written::atomic(atomic),
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
            let own = |local: &str| QName::new(uri, local);
            for conditions in &part.conditions {
                part.components
                    .extend(condition_types(contract, conditions, &own));
            }
            part.components.extend(common(&part, &own));
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

fn label(conditions: &Conditions) -> Option<usize> {
    match conditions {
        Conditions::Label(index) => Some(*index),
        _ => None,
    }
}

fn some(mut particle: Particle) -> Particle {
    particle.max = None;
    particle
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

fn order_by(field_type: TypeUse) -> ComplexType {
    let particles = vec![
        field("field", field_type),
        optional(field("descending", xsd(Builtin::Boolean))),
    ];
    ComplexType {
        content: Content::Plain(Some(sequence(particles))),
        ..ComplexType::default()
    }
}

fn expand_text(table: &Table) -> String {
    if table.relations.is_empty() {
        return "Nothing is related to this table.".to_owned();
    }
    format!(
        "Related records to answer too, by name or by a path such as a/b; known here: {}.",
        table.relations.join(", ")
    )
}
