//! The writer of XML in one operation's namespace: elements, and the rows of tables by the contract's tables.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use soapstone::xml::{escape_attribute, escape_text};
use soapstone_schema::model::XSI;

use super::Asker;
use crate::authorise::visible;
use crate::call::Value;
use crate::catalog::{Catalog, TableId};
use crate::contract::{Column, Contract, Kind, Operation, Table, ValueType};
use crate::principal::{Columns, Principal};
use crate::rows::{Cell, Rows, in_xml};

/// Writes XML of one operation's namespace.
pub(crate) struct Writer<'c, 'o> {
    pub(crate) catalog: &'c Catalog,
    pub(crate) contract: &'c Contract,
    /// The namespace that is the default one where this is written.
    pub(crate) home: usize,
    pub(crate) out: &'o mut String,
    /// Who reads it, where columns may have to be left out.
    restricted: Option<&'c Principal>,
}

impl<'c, 'o> Writer<'c, 'o> {
    /// Starts to write where the namespace `home` is the default one.
    pub(crate) fn new(
        catalog: &'c Catalog,
        contract: &'c Contract,
        home: usize,
        principal: &'c Principal,
        out: &'o mut String,
    ) -> Writer<'c, 'o> {
        let restricted = (!principal.may_everything()).then_some(principal);
        Writer {
            catalog,
            contract,
            home,
            out,
            restricted,
        }
    }

    /// Starts to write the reply of an operation.
    pub(super) fn of(asker: Asker<'c>, out: &'o mut String) -> Writer<'c, 'o> {
        let home = asker.operation.namespace;
        Writer::new(asker.catalog, asker.contract, home, asker.principal, out)
    }

    pub(super) fn start_reply(&mut self, operation: &Operation) {
        self.out.push('<');
        self.out.push_str(&operation.reply);
        self.declare_namespaces();
        self.out.push('>');
    }

    /// Declares the default namespace, `xsi`, and the other namespaces that records may come from.
    pub(crate) fn declare_namespaces(&mut self) {
        self.attribute("xmlns", self.contract.namespace(self.home));
        self.attribute("xmlns:xsi", XSI);
        for (index, namespace) in self.contract.namespaces.iter().enumerate() {
            if index != self.home {
                self.attribute(&format!("xmlns:{}", namespace.prefix), &namespace.uri);
            }
        }
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_attribute(value, self.out);
        self.out.push('"');
    }

    /// The prefix of a namespace here, with its colon; empty for the default one.
    pub(super) fn prefix(&self, namespace: usize) -> &'c str {
        if namespace == self.home {
            return "";
        }
        self.contract
            .namespaces
            .get(namespace)
            .map(|namespace| namespace.prefix.as_str())
            .unwrap_or_default()
    }

    pub(super) fn name(&mut self, prefix: &str, name: &str) {
        self.out.push_str(prefix);
        if !prefix.is_empty() {
            self.out.push(':');
        }
        self.out.push_str(name);
    }

    pub(super) fn open(&mut self, prefix: &str, name: &str) {
        self.out.push('<');
        self.name(prefix, name);
        self.out.push('>');
    }

    pub(crate) fn close(&mut self, prefix: &str, name: &str) {
        self.out.push_str("</");
        self.name(prefix, name);
        self.out.push('>');
    }

    pub(super) fn nil(&mut self, prefix: &str, name: &str) {
        self.out.push('<');
        self.name(prefix, name);
        self.out.push_str(" xsi:nil=\"true\"/>");
    }

    /// An element of the default namespace with a text.
    pub(crate) fn element(&mut self, name: &str, text: &str) {
        self.prefixed("", name, text);
    }

    pub(super) fn prefixed(&mut self, prefix: &str, name: &str, text: &str) {
        self.open(prefix, name);
        escape_text(text, self.out);
        self.close(prefix, name);
    }

    pub(super) fn bytes(&mut self, prefix: &str, name: &str, bytes: &[u8]) {
        self.open(prefix, name);
        STANDARD.encode_string(bytes, self.out);
        self.close(prefix, name);
    }

    /// The columns of a table that are left out of an answer with these fields; no fields mean all.
    pub(super) fn left_out(&self, table: TableId, fields: &[usize]) -> Vec<usize> {
        let mut hidden = self.hidden(table);
        if !fields.is_empty()
            && let Some(sql) = self.catalog.table(table)
        {
            // More may have been read than was chosen: a version can be a digest over every column.
            let key = sql.key.as_deref().unwrap_or_default();
            hidden.extend(
                (0..sql.columns.len())
                    .filter(|column| !fields.contains(column) && !key.contains(column)),
            );
        }
        hidden
    }

    /// Every row as an element of that name in the default namespace.
    pub(super) fn records(&mut self, table: TableId, name: &str, fields: &[usize], rows: &Rows) {
        let hidden = self.left_out(table, fields);
        for row in 0..rows.len() {
            self.record(table, "", name, &hidden, rows, row);
        }
    }

    /// One row, with its related ones; the recursion ends where the rows were expanded no further.
    pub(crate) fn record(
        &mut self,
        id: TableId,
        prefix: &str,
        name: &str,
        hidden: &[usize],
        rows: &Rows,
        row: usize,
    ) {
        let Some(table) = self.contract.tables.get(id.0) else {
            return;
        };
        self.out.push('<');
        self.name(prefix, name);
        let version = rows.version(row);
        if !version.is_empty() {
            self.attribute("version", version);
        }
        self.out.push('>');
        let own = self.prefix(table.namespace);
        self.row(own, &table.columns, hidden, rows, row);
        self.related(id, table, own, rows, row);
        self.close(prefix, name);
    }

    /// The columns of a table that the reader may not see.
    pub(crate) fn hidden(&self, id: TableId) -> Vec<usize> {
        let (Some(principal), Some(table)) = (self.restricted, self.catalog.table(id)) else {
            return Vec::new();
        };
        match visible(principal, self.catalog, id) {
            Columns::All => Vec::new(),
            columns => {
                let unseen = table
                    .columns
                    .iter()
                    .enumerate()
                    .filter(|(_, column)| !columns.has(&column.name));
                unseen.map(|(index, _)| index).collect()
            }
        }
    }

    /// The cells of a row, in the columns' order, then those that their types cannot hold.
    pub(super) fn row(
        &mut self,
        prefix: &str,
        columns: &[Column],
        hidden: &[usize],
        rows: &Rows,
        row: usize,
    ) {
        let mut misfits: Vec<(&str, &[u8])> = Vec::new();
        let places = rows.columns();
        if places.is_sorted() {
            for (place, cell) in places
                .iter()
                .zip(rows.row(row))
                .filter(|(place, _)| !hidden.contains(place))
            {
                if let Some(column) = columns.get(*place) {
                    self.cell(prefix, column, cell, &mut misfits);
                }
            }
        } else {
            // The schema's order is the table's, whatever order the fields were asked for in.
            let mut cells: Vec<(usize, Cell<'_>)> = places
                .iter()
                .copied()
                .zip(rows.row(row))
                .filter(|(place, _)| !hidden.contains(place))
                .collect();
            cells.sort_by_key(|(place, _)| *place);
            for (place, cell) in cells {
                if let Some(column) = columns.get(place) {
                    self.cell(prefix, column, cell, &mut misfits);
                }
            }
        }
        for (name, bytes) in misfits {
            self.misfit(prefix, name, bytes);
        }
    }

    fn cell<'r>(
        &mut self,
        prefix: &str,
        column: &'r Column,
        cell: Cell<'r>,
        misfits: &mut Vec<(&'r str, &'r [u8])>,
    ) {
        match cell {
            Cell::Null if column.nillable => self.nil(prefix, &column.element),
            Cell::Null => {}
            Cell::Misfit(bytes) => misfits.push((&column.element, bytes)),
            cell => self.value(prefix, &column.element, &column.value, cell),
        }
    }

    /// A value that is not NULL; the recursion ends with the type.
    fn value(&mut self, prefix: &str, name: &str, type_: &ValueType, cell: Cell<'_>) {
        match cell {
            Cell::Null => self.nil(prefix, name),
            Cell::Text(text) => self.prefixed(prefix, name, text),
            Cell::Bytes(bytes) => self.bytes(prefix, name, bytes),
            // Inside a list or composite there is no place beside it.
            Cell::Misfit(bytes) => self.prefixed(prefix, name, &String::from_utf8_lossy(bytes)),
            Cell::List(items) => {
                self.open(prefix, name);
                if let Kind::List(item) = self.contract.kind(type_) {
                    let own = self.type_prefix(type_);
                    for cell in items {
                        self.value(own, "item", item, cell);
                    }
                }
                self.close(prefix, name);
            }
            Cell::Fields(cells) => {
                self.open(prefix, name);
                if let Kind::Composite(fields) = self.contract.kind(type_) {
                    let own = self.type_prefix(type_);
                    for ((element, type_), cell) in fields.iter().zip(cells) {
                        self.value(own, element, type_, cell);
                    }
                }
                self.close(prefix, name);
            }
        }
    }

    /// The prefix of the local elements of a named type.
    fn type_prefix(&self, type_: &ValueType) -> &'c str {
        match self.contract.named(type_) {
            Some(named) => self.prefix(named.namespace),
            None => "",
        }
    }

    fn misfit(&mut self, prefix: &str, field: &str, bytes: &[u8]) {
        self.open(prefix, "misfit");
        self.misfit_content(prefix, field, bytes);
        self.close(prefix, "misfit");
    }

    pub(super) fn misfit_content(&mut self, prefix: &str, field: &str, bytes: &[u8]) {
        self.prefixed(prefix, "field", field);
        match std::str::from_utf8(bytes) {
            Ok(text) if in_xml(text) => self.prefixed(prefix, "text", text),
            _ => self.bytes(prefix, "bytes", bytes),
        }
    }

    fn related(&mut self, id: TableId, table: &Table, prefix: &str, rows: &Rows, row: usize) {
        if rows.related.is_empty() {
            return;
        }
        let Some(sql) = self.catalog.table(id) else {
            return;
        };
        self.open(prefix, "related");
        let mut order: Vec<usize> = (0..rows.related.len()).collect();
        order.sort_by_key(|index| rows.related.get(*index).map(|related| related.relation));
        for related in order
            .into_iter()
            .filter_map(|index| rows.related.get(index))
        {
            let (Some(relation), Some(name)) = (
                sql.relations.get(related.relation),
                table.relations.get(related.relation),
            ) else {
                continue;
            };
            let hidden = self.hidden(relation.table);
            for index in related.of.get(row).into_iter().flatten() {
                self.record(
                    relation.table,
                    prefix,
                    name,
                    &hidden,
                    &related.rows,
                    *index as usize,
                );
            }
        }
        self.close(prefix, "related");
    }

    /// A value that is kept outside of rows.
    pub(super) fn owned(&mut self, prefix: &str, name: &str, type_: &ValueType, value: &Value) {
        match value {
            Value::Null => self.nil(prefix, name),
            Value::Text(text) => self.prefixed(prefix, name, text),
            Value::Bytes(bytes) => self.bytes(prefix, name, bytes),
            Value::List(items) => {
                self.open(prefix, name);
                if let Kind::List(item) = self.contract.kind(type_) {
                    let own = self.type_prefix(type_);
                    for value in items {
                        self.owned(own, "item", item, value);
                    }
                }
                self.close(prefix, name);
            }
            Value::Fields(values) => {
                self.open(prefix, name);
                if let Kind::Composite(fields) = self.contract.kind(type_) {
                    let own = self.type_prefix(type_);
                    for (index, value) in values {
                        if let Some((element, type_)) = fields.get(*index) {
                            self.owned(own, element, type_, value);
                        }
                    }
                }
                self.close(prefix, name);
            }
        }
    }
}
