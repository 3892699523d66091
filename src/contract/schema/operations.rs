//! The wrapper elements of a service's operations, and the types that only they use: filters, keys, results, changes.

use std::sync::Arc;

use soapstone::name::QName;
use soapstone_schema::document::schema::{
    ComplexType, Component, Content, Element, Particle, TypeUse,
};
use soapstone_schema::model::{Builtin, Derivation, Place};

use super::super::{Operation, Routine, Table};
use super::shared::condition_name;
use super::written::{documented, enumeration, field, many, nillable, optional, sequence, xsd};
use super::{Build, Conditions, complex, conditions, version};
use crate::catalog::{self, Parameter};
use crate::principal::Action;

/// Operations that can meet a record which somebody else has changed.
const CONFLICTING: &[Action] = &[Action::Update, Action::Upsert, Action::Delete];

impl Build<'_> {
    pub(super) fn table(&mut self, sql: &catalog::Table, table: &Table, operations: &[&Operation]) {
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
            let word = |word: &str| TypeUse::Named(self.word(namespace, word));
            let mode = || optional(field("mode", word("Mode")));
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
                        field("kind", TypeUse::Named(self.word(namespace, "ChangeKind"))),
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
                other => (
                    namespace,
                    self.contract.word(namespace, &condition_name(other)),
                ),
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
        let word = |word: &str| TypeUse::Named(self.word(namespace, word));
        let mut particles = vec![field("status", word("Status"))];
        if keyed {
            particles.push(optional(field("key", own(&format!("{name}Key")))));
            particles.push(optional(field("version", xsd(Builtin::String))));
        }
        let problem = if conflicts {
            own(&format!("{name}Problem"))
        } else {
            word("Problem")
        };
        particles.push(optional(field("problem", problem)));
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
                base: self.word(namespace, "Problem"),
                mixed: None,
                particle: Some(sequence(vec![particle])),
                place: Place::default(),
            },
            ..ComplexType::default()
        };
        self.add(namespace, Component::ComplexType(conflict));
        self.add(namespace, Component::ComplexType(problem));
    }

    pub(super) fn routine(
        &mut self,
        sql: &catalog::Routine,
        routine: &Routine,
        operation: &Operation,
    ) {
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
            let defaulted = sql.parameters.get(*index).is_some_and(Parameter::optional);
            request.push(if defaulted {
                optional(particle)
            } else {
                particle
            });
        }
        let mut reply = Vec::new();
        for (_, column) in &routine.answered {
            reply.push(nillable(field(
                &column.element,
                self.type_use(namespace, &column.value),
            )));
        }
        if let Some(value) = &routine.returns {
            reply.push(nillable(field("return", self.type_use(namespace, value))));
        }
        if let Some(columns) = &routine.rows {
            let mut particles = Vec::new();
            for column in columns {
                particles.push(optional(nillable(field(
                    &column.element,
                    self.type_use(namespace, &column.value),
                ))));
            }
            let misfit = self.word(namespace, "Misfit");
            particles.push(many(field("misfit", TypeUse::Named(misfit))));
            let name = format!("{}Row", routine.name);
            self.add(namespace, Component::ComplexType(complex(&name, particles)));
            let row = self.name(namespace, namespace, name);
            reply.push(many(field("row", TypeUse::Named(row))));
        }
        if routine.unknown_rows {
            self.part(namespace).unknown_rows = true;
            let row = self.word(namespace, "UnknownRow");
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
}

fn some(mut particle: Particle) -> Particle {
    particle.max = None;
    particle
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
