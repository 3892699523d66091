//! Contract → WSDL 1.1 documents of a service, in the four layouts that are served.

use std::sync::Arc;

use soapstone::name::QName;
use soapstone_schema::contract::{SoapVersion, Style};
use soapstone_schema::document::schema::{Reference, ReferenceKind};
use soapstone_schema::document::wsdl::{
    Binding, Body, BoundFault, BoundMessage, BoundOperation, Exchanged, Message,
    Operation as Abstract, Part, PartContent, Port, PortType, Protocol, Service as Served,
};
use soapstone_schema::document::{Definitions, Schema};
use soapstone_schema::model::Place;
use soapstone_schema::write;

use super::schema::schemas;
use super::{Contract, Operation, Service, Target};
use crate::catalog::Catalog;
use crate::principal::Action;

/// The transport URI of SOAP over HTTP (WSDL 1.1, 3.3), for both versions.
const HTTP: &str = "http://schemas.xmlsoap.org/soap/http";

/// Which document of a service is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `?wsdl`: one document with a SOAP 1.1 port, what the oldest stacks need.
    Soap11,
    /// `?wsdl=1.2`: one document with a SOAP 1.2 port.
    Soap12,
    /// `?wsdl=all`: one document with both ports.
    All,
    /// `?wsdl=split`: both ports, the schemas imported from `?xsd=N`.
    Split,
}

impl Layout {
    fn versions(self) -> &'static [SoapVersion] {
        match self {
            Layout::Soap11 => &[SoapVersion::V11],
            Layout::Soap12 => &[SoapVersion::V12],
            Layout::All | Layout::Split => &[SoapVersion::V11, SoapVersion::V12],
        }
    }
}

/// Where the documents of a service say that it and its parts are.
pub struct Addresses<'a> {
    /// The service's own address.
    pub service: &'a str,
    /// The address of the schema of that index among the namespaces used, for [`Layout::Split`].
    pub schema: &'a dyn Fn(usize) -> String,
}

/// Writes the WSDL of a service.
pub fn wsdl(
    catalog: &Catalog,
    contract: &Contract,
    service: Service,
    layout: Layout,
    addresses: &Addresses<'_>,
) -> String {
    write::definitions(&definitions(catalog, contract, service, layout, addresses))
}

/// Writes the schema documents of a service, each with its imports located.
pub fn xsds(
    catalog: &Catalog,
    contract: &Contract,
    service: Service,
    location: &dyn Fn(usize) -> String,
) -> Vec<String> {
    let schemas = schemas(catalog, contract, service);
    let namespaces: Vec<Option<Arc<str>>> = schemas
        .iter()
        .map(|schema| schema.target_namespace.clone())
        .collect();
    let mut texts = Vec::with_capacity(schemas.len());
    for mut schema in schemas {
        for reference in &mut schema.references {
            if let ReferenceKind::Import(namespace) = &reference.kind {
                reference.location = namespaces
                    .iter()
                    .position(|known| known == namespace)
                    .map(location);
            }
        }
        texts.push(write::schema(&schema));
    }
    texts
}

/// The namespaces that a service's schemas have, in the schemas' order: indexes of [`Contract::namespaces`].
pub fn used_namespaces(catalog: &Catalog, contract: &Contract, service: Service) -> Vec<usize> {
    let index = |schema: &Schema| {
        let uri = schema.target_namespace.as_deref().unwrap_or_default();
        contract
            .namespaces
            .iter()
            .position(|known| &*known.uri == uri)
            .unwrap_or_default()
    };
    schemas(catalog, contract, service)
        .iter()
        .map(index)
        .collect()
}

/// Makes the WSDL of a service as syntax.
pub fn definitions(
    catalog: &Catalog,
    contract: &Contract,
    service: Service,
    layout: Layout,
    addresses: &Addresses<'_>,
) -> Definitions {
    let index = contract.namespace_of(service);
    let namespace: Arc<str> = Arc::from(contract.namespace(index));
    let own = |local: &str| QName::new(Arc::clone(&namespace), local);
    let name = contract.service_name(service);
    let port_type = contract.port_type_name(service);
    let operations: Vec<&Operation> = contract.operations_of(service).collect();
    let versions = layout.versions();
    let schemas = schemas(catalog, contract, service);
    let mut prefixes: Vec<(Arc<str>, Arc<str>)> = vec![
        (
            Arc::from("wsdl"),
            Arc::from("http://schemas.xmlsoap.org/wsdl/"),
        ),
        (
            Arc::from("soap"),
            Arc::from("http://schemas.xmlsoap.org/wsdl/soap/"),
        ),
        (
            Arc::from("soap12"),
            Arc::from("http://schemas.xmlsoap.org/wsdl/soap12/"),
        ),
        (Arc::from("xs"), Arc::from(soapstone_schema::model::XSD)),
    ];
    prefixes.retain(|(prefix, _)| match &**prefix {
        "soap" => versions.contains(&SoapVersion::V11),
        "soap12" => versions.contains(&SoapVersion::V12),
        _ => true,
    });
    for (at, known) in contract.namespaces.iter().enumerate() {
        if at == index || operations.iter().any(|operation| operation.namespace == at) {
            let prefix = if at == index { "tns" } else { &known.prefix };
            prefixes.push((Arc::from(prefix), Arc::clone(&known.uri)));
        }
    }
    Definitions {
        name: Some(Arc::from(name.as_str())),
        target_namespace: Arc::clone(&namespace),
        prefixes: prefixes.into(),
        documentation: documentation(catalog, service),
        schemas: if layout == Layout::Split {
            vec![importing(&schemas, addresses)]
        } else {
            schemas
        },
        messages: messages(contract, &operations, &own),
        port_types: vec![PortType {
            name: Arc::from(port_type.as_str()),
            operations: operations
                .iter()
                .map(|operation| abstracted(catalog, contract, operation, &own))
                .collect(),
            ..PortType::default()
        }],
        bindings: versions
            .iter()
            .map(|version| binding(contract, &name, &port_type, *version, &operations, &own))
            .collect(),
        services: vec![Served {
            name: Arc::from(format!("{name}Service")),
            ports: versions
                .iter()
                .map(|version| port(&name, *version, addresses.service, &own))
                .collect(),
            ..Served::default()
        }],
        ..Definitions::default()
    }
}

/// A schema that only imports the others, as WS-I BP R2001 to R2003 would have it.
fn importing(schemas: &[Schema], addresses: &Addresses<'_>) -> Schema {
    let references = schemas.iter().enumerate().map(|(index, schema)| Reference {
        kind: ReferenceKind::Import(schema.target_namespace.clone()),
        location: Some((addresses.schema)(index)),
        place: Place::default(),
    });
    Schema {
        references: references.collect(),
        ..Schema::default()
    }
}

fn messages(
    contract: &Contract,
    operations: &[&Operation],
    own: &impl Fn(&str) -> QName,
) -> Vec<Message> {
    let message = |name: &str, part: &str, element: QName| Message {
        name: Arc::from(name),
        parts: vec![Part {
            name: Arc::from(part),
            content: Some(PartContent::Element(element)),
            place: Place::default(),
        }],
        ..Message::default()
    };
    let mut messages = Vec::with_capacity(operations.len() * 2 + 1);
    let mut namespaces: Vec<usize> = Vec::new();
    for operation in operations {
        let namespace = contract.namespace(operation.namespace);
        messages.push(message(
            &operation.name,
            "parameters",
            QName::new(namespace, Arc::clone(&operation.name)),
        ));
        messages.push(message(
            &operation.reply,
            "parameters",
            QName::new(namespace, Arc::clone(&operation.reply)),
        ));
        if !namespaces.contains(&operation.namespace) {
            namespaces.push(operation.namespace);
        }
    }
    for namespace in namespaces {
        let name = own(&contract.word(namespace, "ProblemFault"));
        messages.push(message(
            &name.local,
            "fault",
            QName::new(
                contract.namespace(namespace),
                contract.word(namespace, "Problem"),
            ),
        ));
    }
    messages
}

fn abstracted(
    catalog: &Catalog,
    contract: &Contract,
    operation: &Operation,
    own: &impl Fn(&str) -> QName,
) -> Abstract {
    Abstract {
        name: Arc::clone(&operation.name),
        input: Some(Exchanged::new(own(&operation.name))),
        output: Some(Exchanged::new(own(&operation.reply))),
        faults: vec![Exchanged {
            name: Some(Arc::from("Problem")),
            ..Exchanged::new(own(&contract.word(operation.namespace, "ProblemFault")))
        }],
        documentation: operation_documentation(catalog, operation),
        ..Abstract::default()
    }
}

fn binding(
    contract: &Contract,
    name: &str,
    port_type: &str,
    version: SoapVersion,
    operations: &[&Operation],
    own: &impl Fn(&str) -> QName,
) -> Binding {
    let literal = || BoundMessage {
        body: Some(Body::default()),
        ..BoundMessage::default()
    };
    let bound = |operation: &&Operation| BoundOperation {
        name: Arc::clone(&operation.name),
        action: Some(contract.action(operation)),
        style: Some(Style::Document),
        input: Some(literal()),
        output: Some(literal()),
        faults: vec![BoundFault {
            name: Arc::from("Problem"),
            encoded: false,
            namespace: None,
            place: Place::default(),
        }],
        ..BoundOperation::default()
    };
    Binding {
        name: Arc::from(port_name(name, version)),
        port_type: own(port_type),
        protocol: Protocol::Soap(version, HTTP.to_owned()),
        style: Some(Style::Document),
        operations: operations.iter().map(bound).collect(),
        extensions: Vec::new(),
        documentation: String::new(),
        place: Place::default(),
    }
}

fn port(name: &str, version: SoapVersion, address: &str, own: &impl Fn(&str) -> QName) -> Port {
    let port = port_name(name, version);
    Port {
        binding: own(&port),
        name: Arc::from(port),
        address: Some(address.to_owned()),
        foreign: Vec::new(),
        extensions: Vec::new(),
        documentation: String::new(),
        place: Place::default(),
    }
}

fn port_name(name: &str, version: SoapVersion) -> String {
    match version {
        SoapVersion::V11 => format!("{name}Soap11"),
        SoapVersion::V12 => format!("{name}Soap12"),
    }
}

fn documentation(catalog: &Catalog, service: Service) -> String {
    match service {
        Service::Crm => "Every table, view and routine of the CRM.".to_owned(),
        Service::Routines => "Every routine of the CRM.".to_owned(),
        Service::Table(table) => catalog
            .table(table)
            .and_then(|table| table.comment.clone())
            .unwrap_or_default(),
    }
}

/// What is told of an operation, in the WSDL and on the pages.
pub fn operation_documentation(catalog: &Catalog, operation: &Operation) -> String {
    let table = match operation.target {
        Target::Routine(routine) => {
            return catalog
                .routine(routine)
                .and_then(|routine| routine.comment.clone())
                .unwrap_or_default();
        }
        Target::Table(table) => catalog.table(table),
    };
    let name = table
        .map(|table| table.public_name.as_str())
        .unwrap_or_default();
    match operation.action {
        Action::Get => format!(
            "Answers the record of {name} with that key; where there is none, a NotFound problem."
        ),
        Action::Query => format!(
            "Answers the records of {name} that the filter lets through, page by page: {} records unless pageSize says otherwise, \
             {} at most. Pages stay right while records are written.",
            catalog.limits.page_size, catalog.limits.page_size_limit
        ),
        Action::Count => format!("Counts the records of {name} that the filter lets through."),
        Action::Create => format!(
            "Creates records of {name}, with related records below them; all or none unless mode is perRecord."
        ),
        Action::Update => format!(
            "Changes the given fields of records of {name}: an absent field stays, a nil one becomes NULL. A version that is no longer \
             current is a Conflict problem. Related records may come with them as they are stored, and are not written."
        ),
        Action::Upsert => format!(
            "Creates records of {name}, or changes those that exist by the key or by matchOn."
        ),
        Action::Delete => format!(
            "Deletes records of {name}. A version that is no longer current is a Conflict problem."
        ),
        Action::Changes => {
            format!("Answers what happened to records of {name} since a place in the change log.")
        }
        Action::Call => String::new(),
    }
}
