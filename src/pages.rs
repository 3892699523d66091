//! The pages that people read: what is served, each service's operations, fields and types, and requests to copy. Plain HTML without
//! scripts; everything from the catalog is escaped in one place.

mod contract_first;
mod example;
mod html;

use crate::catalog::{self, Generation, RoutineId, TableId};
use crate::contract::wsdl::operation_documentation;
use crate::contract::{Column, Contract, Kind, Operation, Service, Target, ValueType};
use crate::served::Served;
use crate::steering;

pub use contract_first::steering;
use html::Html;

/// A request that works on any database with a table: the operation's name and the envelope, for the shell.
pub fn first_call(served: &Served) -> Option<(String, String)> {
    let contract = &served.contract;
    let operation = contract
        .operations
        .iter()
        .find(|operation| &*operation.name == "QueryCompany")
        .or_else(|| {
            contract
                .operations
                .iter()
                .find(|operation| operation.action == crate::principal::Action::Query)
        })?;
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><{name} xmlns=\"{namespace}\"><pageSize>1</pageSize></{name}>\
         </s:Body></s:Envelope>",
        name = operation.name,
        namespace = contract.namespace(operation.namespace),
    );
    Some((operation.name.to_string(), body))
}

/// The page at `/`: every service.
pub fn landing(served: &Served, address: &str) -> String {
    let (catalog, contract) = (&served.catalog, &served.contract);
    let mut html = Html::new("Soapstone");
    html.paragraph(
        "lead",
        "Every table, view and routine of the CRM as a typed SOAP operation, described by WSDL.",
    );
    html.heading(2, "Everything in one service");
    documents(&mut html, contract, Service::Crm, address);
    if let Some((operation, body)) = first_call(served) {
        html.heading(3, &format!("A first call: {operation}"));
        html.code(&format!(
            "curl -s {address}/soap/crm -H 'Content-Type: text/xml; charset=utf-8' -d '{body}'"
        ));
    }
    html.heading(2, "Flows");
    html.open_table(&["Service", ""]);
    html.row(&[
        &html::link(steering::PATH, "FlowService"),
        "sees and steers what is carried to other systems",
    ]);
    html.close_table();
    html.heading(2, "Tables and views");
    html.open_table(&["Service", "", "Operations", ""]);
    for (index, table) in contract.tables.iter().enumerate() {
        let sql = catalog.tables.get(index);
        let kind = sql.map_or("", |sql| if sql.kind.is_view() { "view" } else { "table" });
        let actions: Vec<&str> = table.actions.iter().map(|action| action.name()).collect();
        let comment = sql
            .and_then(|sql| sql.comment.as_deref())
            .unwrap_or_default();
        html.row(&[
            &html::link(&contract.path(Service::Table(TableId(index))), &table.name),
            kind,
            &html::escape(&actions.join(", ")),
            &html::escape(comment),
        ]);
    }
    html.close_table();
    if !contract.routines.is_empty() {
        html.heading(2, "Routines");
        html.open_table(&["Operation", ""]);
        for (index, routine) in contract.routines.iter().enumerate() {
            let comment = catalog
                .routines
                .get(index)
                .and_then(|sql| sql.comment.as_deref())
                .unwrap_or_default();
            let path = format!("{}#{}", contract.path(Service::Routines), routine.name);
            html.row(&[&html::link(&path, &routine.name), &html::escape(comment)]);
        }
        html.close_table();
    }
    html.heading(2, "Operations");
    html.paragraph(
        "",
        "Health at /health/live and /health/ready, counters for Prometheus at /metrics.",
    );
    html.finish()
}

/// The page of a service.
pub fn service(served: &Served, service: Service, address: &str) -> String {
    match service {
        Service::Crm => landing(served, address),
        Service::Table(id) => table(served, id, address),
        Service::Routines => routines(served, address),
    }
}

/// The addresses of a service and of its documents.
fn documents(html: &mut Html, contract: &Contract, service: Service, address: &str) {
    let path = contract.path(service);
    html.paragraph(
        "",
        &format!("Endpoint for SOAP 1.1 and 1.2: {address}{path}"),
    );
    html.open_list();
    for (query, text) in [
        ("wsdl", "WSDL with a SOAP 1.1 port, in one document"),
        ("wsdl=1.2", "WSDL with a SOAP 1.2 port"),
        ("wsdl=all", "WSDL with both ports"),
        (
            "wsdl=split",
            "WSDL with both ports that imports its schemas",
        ),
    ] {
        html.item(&format!(
            "{} – {}",
            html::link(&format!("{path}?{query}"), &format!("?{query}")),
            html::escape(text)
        ));
    }
    html.close_list();
}

fn table(served: &Served, id: TableId, address: &str) -> String {
    let (catalog, contract) = (&served.catalog, &served.contract);
    let (Some(sql), Some(table)) = (catalog.table(id), contract.tables.get(id.0)) else {
        return Html::new("Nothing").finish();
    };
    let mut html = Html::new(&table.name);
    html.paragraph("lead", sql.comment.as_deref().unwrap_or_default());
    html.paragraph(
        "",
        &format!("Namespace: {}", contract.namespace(table.namespace)),
    );
    documents(&mut html, contract, Service::Table(id), address);
    html.heading(2, "Fields");
    html.open_table(&["Element", "Type", "", ""]);
    for (index, (column, sql_column)) in table.columns.iter().zip(&sql.columns).enumerate() {
        let comment = sql_column.comment.as_deref().unwrap_or_default();
        let name = format!("<code>{}</code>", html::escape(&column.element));
        html.row(&[
            &name,
            &html::escape(&type_text(contract, &column.value)),
            &notes(sql, sql_column, index),
            &html::escape(comment),
        ]);
    }
    html.close_table();
    if !sql.relations.is_empty() {
        html.heading(2, "Related records");
        html.open_table(&["expand", "Record", ""]);
        for (relation, name) in sql.relations.iter().zip(&table.relations) {
            let other = contract
                .tables
                .get(relation.table.0)
                .map(|table| table.name.to_string())
                .unwrap_or_default();
            let direction = match relation.direction {
                catalog::Direction::Parent => "one",
                catalog::Direction::Children => "any number",
            };
            html.row(&[
                &format!("<code>{}</code>", html::escape(name)),
                &html::link(&contract.path(Service::Table(relation.table)), &other),
                direction,
            ]);
        }
        html.close_table();
    }
    html.heading(2, "Operations");
    for operation in contract.operations_of(Service::Table(id)) {
        self::operation(&mut html, served, operation);
    }
    html.finish()
}

fn notes(table: &catalog::Table, column: &catalog::Column, index: usize) -> String {
    let mut notes: Vec<&str> = Vec::new();
    if table.key.as_ref().is_some_and(|key| key.contains(&index)) {
        notes.push("key");
    }
    if column.required() {
        notes.push("required");
    } else if column.nullable {
        notes.push("may be nil");
    }
    match column.generation {
        Generation::None => {}
        Generation::Default => notes.push("made by the database unless given"),
        Generation::Always | Generation::Computed => {
            notes.push("made by the database, not written")
        }
    }
    notes.join(", ")
}

fn routines(served: &Served, address: &str) -> String {
    let mut html = Html::new("Routines");
    html.paragraph("lead", "Every routine of the CRM.");
    documents(&mut html, &served.contract, Service::Routines, address);
    html.heading(2, "Operations");
    for operation in served.contract.operations_of(Service::Routines) {
        self::operation(&mut html, served, operation);
    }
    html.finish()
}

fn operation(html: &mut Html, served: &Served, operation: &Operation) {
    let (catalog, contract) = (&served.catalog, &served.contract);
    html.anchor(3, &operation.name);
    html.paragraph("", &operation_documentation(catalog, operation));
    if let Target::Routine(RoutineId(index)) = operation.target
        && let Some(routine) = contract.routines.get(index)
    {
        html.open_table(&["Element", "Type", ""]);
        let mut row = |column: &Column, way: &str| {
            let name = format!("<code>{}</code>", html::escape(&column.element));
            html.row(&[
                &name,
                &html::escape(&type_text(contract, &column.value)),
                way,
            ]);
        };
        routine
            .given
            .iter()
            .for_each(|(_, column)| row(column, "given"));
        routine
            .answered
            .iter()
            .for_each(|(_, column)| row(column, "answered"));
        routine
            .rows
            .iter()
            .flatten()
            .for_each(|column| row(column, "in each row"));
        html.close_table();
    }
    html.code(&example::request(catalog, contract, operation));
}

/// A type as a person reads it: `string, at most 40`.
fn type_text(contract: &Contract, value: &ValueType) -> String {
    match contract.kind(value) {
        Kind::List(item) => format!("list of {}", type_text(contract, item)),
        Kind::Composite(_) => contract
            .named(value)
            .map(|named| named.name.to_string())
            .unwrap_or_default(),
        Kind::Atomic(atomic) => {
            let mut text = atomic.builtin.name().to_owned();
            if let Some(length) = atomic.max_length {
                text.push_str(&format!(", at most {length}"));
            }
            match (atomic.total_digits, atomic.fraction_digits) {
                (Some(total), Some(fraction)) => {
                    text.push_str(&format!(", {total} digits, {fraction} after the point"))
                }
                (Some(total), None) => text.push_str(&format!(", {total} digits")),
                _ => {}
            }
            if !atomic.labels.is_empty() {
                text = format!("one of {}", atomic.labels.join(", "));
            }
            text
        }
    }
}
