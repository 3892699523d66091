//! A request to copy for each operation: valid by the schema, with values that are only examples.

use soapstone::xml::Writer;
use soapstone_schema::model::Builtin;

use crate::catalog::{self, Catalog};
use crate::contract::{
    Atomic, Conditions, Contract, Kind, Operation, Table, Target, ValueType, conditions,
};
use crate::principal::Action;

/// Writes an envelope with an example of the operation's request, indented.
pub(super) fn request(catalog: &Catalog, contract: &Contract, operation: &Operation) -> String {
    let mut writer = Writer::new();
    writer.start("s:Envelope");
    writer.attribute("xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/");
    writer.start("s:Body");
    writer.start(&operation.name);
    writer.attribute("xmlns", contract.namespace(operation.namespace));
    match operation.target {
        Target::Table(id) => {
            if let (Some(sql), Some(table)) = (catalog.table(id), contract.tables.get(id.0)) {
                Example {
                    contract,
                    sql,
                    table,
                }
                .content(&mut writer, operation.action);
            }
        }
        Target::Routine(id) => {
            for (_, column) in contract
                .routines
                .get(id.0)
                .into_iter()
                .flat_map(|routine| &routine.given)
            {
                value(contract, &mut writer, &column.element, &column.value);
            }
        }
    }
    writer.end();
    writer.end();
    writer.end();
    indented(&writer.finish())
}

struct Example<'c> {
    contract: &'c Contract,
    sql: &'c catalog::Table,
    table: &'c Table,
}

impl Example<'_> {
    fn content(&self, writer: &mut Writer, action: Action) {
        let key = self.sql.key.as_deref().unwrap_or_default();
        match action {
            Action::Get => self.columns(writer, key.iter().copied()),
            Action::Query => {
                self.filter(writer);
                writer.element("pageSize", "10");
            }
            Action::Count => self.filter(writer),
            Action::Create => {
                writer.start("record");
                let given = |(index, column): (usize, &catalog::Column)| {
                    (column.insertable && column.required()).then_some(index)
                };
                self.columns(
                    writer,
                    self.sql.columns.iter().enumerate().filter_map(given),
                );
                writer.end();
            }
            Action::Update | Action::Upsert => {
                writer.start("record");
                let other = self
                    .sql
                    .columns
                    .iter()
                    .position(|column| column.updatable)
                    .filter(|index| !key.contains(index));
                let last = (0..self.sql.columns.len()).rev().find(|index| {
                    !key.contains(index)
                        && self
                            .sql
                            .columns
                            .get(*index)
                            .is_some_and(|column| column.updatable)
                });
                let mut columns: Vec<usize> = key.iter().copied().chain(other.or(last)).collect();
                columns.sort_unstable();
                self.columns(writer, columns.into_iter());
                writer.end();
            }
            Action::Delete => {
                writer.start("key");
                self.columns(writer, key.iter().copied());
                writer.end();
            }
            Action::Changes | Action::Call => {}
        }
    }

    fn columns(&self, writer: &mut Writer, columns: impl Iterator<Item = usize>) {
        for column in columns.filter_map(|index| self.table.columns.get(index)) {
            value(self.contract, writer, &column.element, &column.value);
        }
    }

    fn filter(&self, writer: &mut Writer) {
        let found = self
            .table
            .columns
            .iter()
            .zip(&self.sql.columns)
            .find_map(|(column, sql)| {
                let operator = match conditions(self.contract, column, &sql.sql_type) {
                    Conditions::Text => "startsWith",
                    Conditions::Ordered(_) => "ge",
                    _ => return None,
                };
                Some((column, operator))
            });
        if let Some((column, operator)) = found {
            writer.start("filter");
            writer.start(&column.element);
            if let Kind::Atomic(atomic) = self.contract.kind(&column.value) {
                writer.element(operator, &text(atomic));
            }
            writer.end();
            writer.end();
        }
    }
}

/// An example of a value; the recursion ends with the type.
fn value(contract: &Contract, writer: &mut Writer, name: &str, type_: &ValueType) {
    match contract.kind(type_) {
        Kind::Atomic(atomic) => writer.element(name, &text(atomic)),
        Kind::List(item) => {
            writer.start(name);
            value(contract, writer, "item", item);
            writer.end();
        }
        Kind::Composite(fields) => {
            writer.start(name);
            for (element, type_) in fields.iter() {
                value(contract, writer, element, type_);
            }
            writer.end();
        }
    }
}

fn text(atomic: &Atomic) -> String {
    if let Some(label) = atomic.labels.first() {
        return label.clone();
    }
    let text = match atomic.builtin {
        Builtin::String if atomic.pattern == Some(crate::contract::UUID) => {
            "6f1e2c3a-5b7d-4e9f-8a01-23456789abcd"
        }
        Builtin::String if atomic.pattern.is_some() => "1",
        Builtin::String => "text",
        Builtin::Boolean => "true",
        Builtin::Decimal if atomic.fraction_digits == Some(0) => "1",
        Builtin::Decimal | Builtin::Float | Builtin::Double => "1.5",
        Builtin::Date => "2026-01-31",
        Builtin::Time => "12:30:00",
        Builtin::DateTime => "2026-01-31T12:30:00Z",
        Builtin::Base64Binary => "AA==",
        _ => "1",
    };
    text.chars()
        .take(atomic.max_length.map_or(usize::MAX, |most| most as usize))
        .collect()
}

/// Puts each element on a line of its own; elements with text stay on one.
fn indented(xml: &str) -> String {
    let mut out = String::with_capacity(xml.len() * 2);
    let mut depth = 0_usize;
    let mut after_start = false;
    for piece in xml.split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.find('<').unwrap_or(0));
        let ends = tag.starts_with("</");
        if ends {
            depth = depth.saturating_sub(1);
        }
        if !text.is_empty() || (ends && after_start) {
            out.push_str(text);
        } else {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&"  ".repeat(depth));
        }
        out.push_str(tag);
        after_start = !ends && !tag.ends_with("/>");
        if after_start {
            depth += 1;
        }
    }
    out
}
