//! Writes an operation's reply element straight from rows, by the contract's tables. It decides nothing and asks nobody.

mod pieces;
mod writer;

use crate::call::{Answer, Answered, Key, Outcome, Reply, Status, Value};
use crate::catalog::{Catalog, TableId};
use crate::changes::Changed;
use crate::contract::{Contract, Operation, Routine, Target, ValueType};
use crate::fault::Problem;
use crate::principal::Principal;
use crate::problem::RunErrorKind;
use crate::rows::Rows;

pub use pieces::{LARGE, Pieces};
pub(crate) use writer::Writer;

/// What a reply is to: the same for all of its parts.
#[derive(Clone, Copy)]
pub struct Asker<'c> {
    /// What the database offers.
    pub catalog: &'c Catalog,
    /// How it is offered.
    pub contract: &'c Contract,
    /// What was called.
    pub operation: &'c Operation,
    /// Who called.
    pub principal: &'c Principal,
    /// The id of the exchange.
    pub correlation: &'c str,
}

/// Writes the reply element of an operation; `fields` are the columns that a query chose, empty for all.
pub fn write(asker: Asker<'_>, fields: &[usize], reply: &Reply, out: &mut String) {
    let Asker {
        operation,
        correlation,
        ..
    } = asker;
    let mut writer = Writer::of(asker, out);
    writer.start_reply(operation);
    match (reply, operation.target) {
        (Reply::Record(rows), Target::Table(table)) => {
            writer.records(table, "record", fields, rows)
        }
        (Reply::Page { rows, next }, Target::Table(table)) => {
            writer.records(table, "record", fields, rows);
            if let Some(next) = next {
                writer.element("nextCursor", next);
            }
        }
        (Reply::Count(count), _) => writer.element("count", &count.to_string()),
        (Reply::Results(outcomes), Target::Table(table)) => {
            for outcome in outcomes {
                writer.result(operation, table, correlation, outcome);
            }
        }
        (Reply::Routine(answer), Target::Routine(routine)) => writer.answer(routine.0, answer),
        _ => {}
    }
    writer.close("", &operation.reply);
}

/// Writes the reply element of `Changes{T}`.
pub fn write_changes(asker: Asker<'_>, changed: &Changed, out: &mut String) {
    let operation = asker.operation;
    let mut writer = Writer::of(asker, out);
    let Target::Table(table) = operation.target else {
        return;
    };
    writer.start_reply(operation);
    let hidden = writer.hidden(table);
    for change in &changed.changes {
        writer.open("", "change");
        writer.element("kind", change.kind.word());
        writer.key(table, &change.key);
        writer.element("at", &change.at);
        if let Some(row) = change.row {
            writer.record(table, "", "record", &hidden, &changed.rows, row);
        }
        writer.close("", "change");
    }
    writer.element("nextSince", &changed.next);
    writer.close("", &operation.reply);
}
impl Writer<'_, '_> {
    fn result(&mut self, operation: &Operation, id: TableId, correlation: &str, outcome: &Outcome) {
        let conflict = outcome
            .problem
            .as_ref()
            .is_some_and(|problem| matches!(problem.kind, RunErrorKind::Conflict(_)));
        self.open("", "result");
        let status = match outcome.status {
            Status::Created => "created",
            Status::Updated => "updated",
            Status::Deleted => "deleted",
            Status::Failed if conflict => "conflict",
            Status::Failed => "failed",
        };
        self.element("status", status);
        if let Some(key) = &outcome.key {
            self.key(id, key);
        }
        if let Some(error) = &outcome.problem {
            let problem = Problem::of_run(self.catalog, self.contract, Some(operation), error);
            self.open("", "problem");
            problem.write_content(self, correlation);
            self.close("", "problem");
        }
        self.close("", "result");
    }

    fn key(&mut self, id: TableId, key: &Key) {
        let Some(table) = self.contract.tables.get(id.0) else {
            return;
        };
        let columns = self
            .catalog
            .table(id)
            .and_then(|table| table.key.as_deref())
            .unwrap_or_default();
        let prefix = self.prefix(table.namespace);
        self.out.push('<');
        self.name(prefix, "key");
        if let Some(version) = &key.version {
            self.attribute("version", version);
        }
        self.out.push('>');
        for (column, value) in columns
            .iter()
            .filter_map(|column| table.columns.get(*column))
            .zip(&key.values)
        {
            self.owned(prefix, &column.element, &column.value, value);
        }
        self.close(prefix, "key");
        if let Some(version) = &key.version {
            self.element("version", version);
        }
    }

    fn answer(&mut self, routine: usize, answer: &Answer) {
        let Some(routine) = self.contract.routines.get(routine) else {
            return;
        };
        for (element, type_, value) in answered(routine, answer) {
            match value {
                Some(Answered::Value(value)) => self.owned("", element, type_, value),
                Some(Answered::Misfit(_)) | None => self.nil("", element),
            }
        }
        if let (Some(rows), Some(columns)) = (&answer.rows, &routine.rows) {
            for row in 0..rows.len() {
                self.open("", "row");
                self.row("", columns, &[], rows, row);
                self.close("", "row");
            }
        }
        for row in &answer.unknown {
            self.unknown_row(row);
        }
    }

    fn unknown_row(&mut self, row: &[(String, Answered)]) {
        self.open("", "row");
        for (name, value) in row {
            self.open("", "field");
            self.element("name", name);
            match value {
                Answered::Value(Value::Null) => self.nil("", "text"),
                Answered::Value(Value::Text(text)) => self.element("text", text),
                Answered::Value(Value::Bytes(bytes)) | Answered::Misfit(bytes) => {
                    self.bytes("", "bytes", bytes)
                }
                Answered::Value(Value::List(_) | Value::Fields(_)) => {}
            }
            self.close("", "field");
        }
        self.close("", "row");
    }
}

/// The values of a routine beside its rows, with their elements and types.
fn answered<'a>(
    routine: &'a Routine,
    answer: &'a Answer,
) -> impl Iterator<Item = (&'a str, &'a ValueType, Option<&'a Answered>)> {
    let parameters = routine.answered.iter().map(|(index, column)| {
        let known = answer.parameters.iter().find(|(known, _)| known == index);
        (
            &*column.element,
            &column.value,
            known.map(|(_, value)| value),
        )
    });
    let returned = routine.returns.as_ref();
    parameters.chain(returned.map(|type_| ("return", type_, answer.value.as_ref())))
}

/// Writes the header of a routine's answer: what its types cannot hold, which is nil in the body. An element beside `return` would keep
/// stacks from answering the bare value.
pub fn write_header(asker: Asker<'_>, reply: &Reply, out: &mut String) {
    let (Reply::Routine(answer), Target::Routine(id)) = (reply, asker.operation.target) else {
        return;
    };
    let Some(routine) = asker.contract.routines.get(id.0) else {
        return;
    };
    let namespace = asker.operation.namespace;
    let block = asker.contract.word(namespace, "Misfit");
    let mut writer = Writer::of(asker, out);
    for (element, _, value) in answered(routine, answer) {
        if let Some(Answered::Misfit(bytes)) = value {
            writer.out.push('<');
            writer.out.push_str(&block);
            writer.attribute("xmlns", asker.contract.namespace(namespace));
            writer.out.push('>');
            writer.misfit_content("", element, bytes);
            writer.close("", &block);
        }
    }
}

/// Tells how many records a reply is about, for logs: never what is in them.
pub fn count(reply: &Reply) -> usize {
    match reply {
        Reply::Record(rows) | Reply::Page { rows, .. } => rows.len(),
        Reply::Results(outcomes) => outcomes.len(),
        Reply::Routine(answer) => answer.rows.as_ref().map_or(answer.unknown.len(), Rows::len),
        Reply::Count(_) => 1,
    }
}
