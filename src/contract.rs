//! The public contract of a catalog: every name, every type and every operation, decided once.
//!
//! Reading requests, writing replies, the WSDL and the pages all follow these tables, so they cannot disagree. It is a pure function of
//! the catalog and the configuration, and it never speaks SQL or HTTP.

mod naming;
pub mod schema;
mod value_type;
pub mod wsdl;

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Catalog, RoutineId, TableId};
use crate::principal::Action;

pub use naming::build;
pub(crate) use schema::{Conditions, conditions};
pub use value_type::{Atomic, Kind, NamedType, TypeReference, ValueType};
pub(crate) use value_type::{BITS, UUID};

/// The contract of a catalog.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// The target namespaces, that of the default schema first.
    pub namespaces: Vec<Namespace>,
    /// By [`TableId`].
    pub tables: Vec<Table>,
    /// By [`RoutineId`].
    pub routines: Vec<Routine>,
    /// Types with names of their own: enums, domains, composites, arrays.
    pub types: Vec<NamedType>,
    /// Every operation: of the tables in the catalog's order, then of the routines.
    pub operations: Vec<Operation>,
    /// Finds an operation by the local name of the request's element: names are unique over all namespaces, since one WSDL has them all.
    by_element: HashMap<Arc<str>, usize>,
}

/// One target namespace: a schema of the database.
#[derive(Debug, Clone)]
pub struct Namespace {
    /// Its URI.
    pub uri: Arc<str>,
    /// The schema's name in SQL.
    pub schema: String,
    /// The prefix that stands for it in what we write.
    pub prefix: String,
    /// The comment on the schema.
    pub comment: Option<String>,
    /// What stands before the contract's own words here; nothing in the default schema's.
    pub stem: String,
}

/// The names of a table or view.
#[derive(Debug, Clone)]
pub struct Table {
    /// Indexes [`Contract::namespaces`].
    pub namespace: usize,
    /// The `{T}` of the operations and types.
    pub name: Arc<str>,
    /// By column.
    pub columns: Vec<Column>,
    /// The elements in `related`, by relation.
    pub relations: Vec<Arc<str>>,
    /// The path segment below `/soap/crm/tables/`.
    pub path: String,
    /// The operations that it has.
    pub actions: Vec<Action>,
}

/// The name and type of a column, parameter or field.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its element.
    pub element: Arc<str>,
    /// What its element holds.
    pub value: ValueType,
    /// The element may be nil.
    pub nillable: bool,
}

/// The names of a routine.
#[derive(Debug, Clone)]
pub struct Routine {
    /// Indexes [`Contract::namespaces`].
    pub namespace: usize,
    /// The operation's name.
    pub name: Arc<str>,
    /// Parameters that the caller gives, with their index in the catalog, in order.
    pub given: Vec<(usize, Column)>,
    /// Parameters that the routine answers, with their index in the catalog, in order.
    pub answered: Vec<(usize, Column)>,
    /// The `return` of a scalar function.
    pub returns: Option<ValueType>,
    /// The fields of `row`; `None` where it answers no rows.
    pub rows: Option<Vec<Column>>,
    /// Rows whose columns are known only when it runs: `row` holds `field`s with a name.
    pub unknown_rows: bool,
}

/// What an operation works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A table or view.
    Table(TableId),
    /// A routine.
    Routine(RoutineId),
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name, which is the request element's.
    pub name: Arc<str>,
    /// The reply element's name.
    pub reply: Arc<str>,
    /// Indexes [`Contract::namespaces`]: where both elements stand.
    pub namespace: usize,
    /// What it does.
    pub action: Action,
    /// What with.
    pub target: Target,
}

/// What stands in for a type that is not there.
static TEXT: Kind = Kind::TEXT;

impl Contract {
    /// Finds the operation that a body's element asks for.
    pub fn find(&self, namespace: &str, local: &str) -> Option<&Operation> {
        let operation = self.operations.get(*self.by_element.get(local)?)?;
        (self.namespace(operation.namespace) == namespace).then_some(operation)
    }

    /// The namespace with that index; the default one where there is none such.
    pub fn namespace(&self, index: usize) -> &str {
        self.namespaces
            .get(index)
            .or_else(|| self.namespaces.first())
            .map_or("", |namespace| &namespace.uri)
    }

    /// One of the contract's own words as a namespace has it: `Problem`, and `SalesProblem` in that of the schema `sales`, since stacks that
    /// are told to put everything into one package cannot have a word twice.
    pub fn word(&self, namespace: usize, word: &str) -> String {
        let stem = self.namespaces.get(namespace).map(|known| &*known.stem);
        format!("{}{word}", stem.unwrap_or_default())
    }

    /// Tells whether a name is a word of the contract, with or without its namespace's stem.
    pub fn is_word(&self, namespace: &str, local: &str, word: &str) -> bool {
        let Some(stem) = local.strip_suffix(word) else {
            return false;
        };
        let known = self
            .namespaces
            .iter()
            .find(|known| &*known.uri == namespace);
        known.is_some_and(|known| stem.is_empty() || stem == known.stem)
    }

    /// The `SOAPAction` of an operation, in ASCII: it goes into an HTTP header.
    pub fn action(&self, operation: &Operation) -> String {
        let action = format!("{}/{}", self.namespace(operation.namespace), operation.name);
        let mut ascii = String::with_capacity(action.len());
        for c in action.chars() {
            match c {
                c if c.is_ascii() => ascii.push(c),
                c => ascii.push_str(&encode_path(c.encode_utf8(&mut [0; 4]))),
            }
        }
        ascii
    }

    /// The action of an operation's answer by WS-Addressing, as a service's WSDL has it by the default pattern (WS-Addressing 1.0,
    /// metadata, 4.4.4).
    pub fn answer_action(&self, service: Service, operation: &Operation) -> String {
        self.default_action(service, &[&format!("{}Response", operation.name)])
    }

    /// The action of an operation's fault `Problem`, by the same pattern.
    pub fn fault_action(&self, service: Service, operation: &Operation) -> String {
        self.default_action(service, &[&operation.name, "Fault", "Problem"])
    }

    fn default_action(&self, service: Service, message: &[&str]) -> String {
        let namespace = self.namespace(self.namespace_of(service));
        let delimiter = match namespace.starts_with("urn:") {
            true => ":",
            false => "/",
        };
        let port_type = self.port_type_name(service);
        let begin = [namespace.trim_end_matches('/'), &port_type];
        [&begin, message].concat().join(delimiter)
    }

    /// The named type that a value refers to.
    pub fn named(&self, value: &ValueType) -> Option<&NamedType> {
        match value {
            ValueType::Named(reference) => self.types.get(reference.0),
            ValueType::Plain(_) => None,
        }
    }

    /// What a value is made of, whether its type has a name or not.
    pub fn kind<'a>(&'a self, value: &'a ValueType) -> &'a Kind {
        match value {
            ValueType::Plain(kind) => kind,
            ValueType::Named(reference) => self
                .types
                .get(reference.0)
                .map_or(&TEXT, |named| &named.kind),
        }
    }
}

/// The services that the gateway offers, each at its own address with its own WSDL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// `/soap/crm`: everything.
    Crm,
    /// `/soap/crm/tables/{table}`: one table or view.
    Table(TableId),
    /// `/soap/crm/routines`: every routine.
    Routines,
}

impl Contract {
    /// Finds the service at an address; the path's escapes are decoded already.
    pub fn service(&self, path: &str) -> Option<Service> {
        match path.trim_end_matches('/') {
            "/soap/crm" => Some(Service::Crm),
            "/soap/crm/routines" => (!self.routines.is_empty()).then_some(Service::Routines),
            path => {
                let table = path.strip_prefix("/soap/crm/tables/")?;
                let exact = self.tables.iter().position(|known| known.path == table);
                let index =
                    exact.or_else(|| self.tables.iter().position(|known| &*known.name == table))?;
                Some(Service::Table(TableId(index)))
            }
        }
    }

    /// The address of a service below the gateway's own, its escapes encoded.
    pub fn path(&self, service: Service) -> String {
        match service {
            Service::Crm => "/soap/crm".to_owned(),
            Service::Routines => "/soap/crm/routines".to_owned(),
            Service::Table(TableId(index)) => {
                let table = self
                    .tables
                    .get(index)
                    .map(|table| table.path.as_str())
                    .unwrap_or_default();
                format!("/soap/crm/tables/{}", encode_path(table))
            }
        }
    }

    /// The name that the service's WSDL names are made from.
    pub fn service_name(&self, service: Service) -> String {
        match service {
            Service::Crm => "Crm".to_owned(),
            Service::Routines => "Routines".to_owned(),
            Service::Table(TableId(index)) => self
                .tables
                .get(index)
                .map(|table| table.name.to_string())
                .unwrap_or_default(),
        }
    }

    /// The name of a service's port type.
    pub fn port_type_name(&self, service: Service) -> String {
        format!("{}PortType", self.service_name(service))
    }

    /// Tells whether an operation belongs to a service.
    pub fn offers(&self, service: Service, operation: &Operation) -> bool {
        match (service, operation.target) {
            (Service::Crm, _) => true,
            (Service::Table(table), Target::Table(target)) => table == target,
            (Service::Routines, Target::Routine(_)) => true,
            _ => false,
        }
    }

    /// The operations of a service, in their order.
    pub fn operations_of(&self, service: Service) -> impl Iterator<Item = &Operation> {
        self.operations
            .iter()
            .filter(move |operation| self.offers(service, operation))
    }

    /// The namespace of a service's WSDL names.
    pub fn namespace_of(&self, service: Service) -> usize {
        match service {
            Service::Table(TableId(index)) => {
                self.tables.get(index).map_or(0, |table| table.namespace)
            }
            Service::Crm | Service::Routines => 0,
        }
    }

    /// Every service that there is.
    pub fn services(&self, catalog: &Catalog) -> Vec<Service> {
        let mut services = vec![Service::Crm];
        services.extend((0..catalog.tables.len()).map(|index| Service::Table(TableId(index))));
        if !self.routines.is_empty() {
            services.push(Service::Routines);
        }
        services
    }
}

/// Percent-encodes what may not stand in a path segment (RFC 3986, 3.3).
fn encode_path(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
