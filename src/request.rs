//! Reads a request's body element by the contract: XML → [`Call`], in one pass.
//!
//! Element by element it is what the schema says: order, occurrence, types, facets ([`Reading`] tells what may be let pass). The first
//! thing that is wrong ends it, with the path to it. It asks no database.

mod cursor;
mod filter;
mod query;
mod value;
mod write;

use std::collections::HashMap;
use std::rc::Rc;

use soapstone::xml::Reader;

use self::cursor::{Cursor, Slot};
pub use self::cursor::{Reading, RequestError};
use crate::call::{Call, Get, Value};
use crate::catalog::{Catalog, Parameter, RoutineId, TableId};
use crate::changes::Changes;
use crate::config::nearest;
use crate::contract::{Contract, Operation, Table, Target};
use crate::principal::Action;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// A call on the tables and routines.
    Call(Call),
    /// A page of the change log.
    Changes(Changes),
}

/// How requests are read: set for each address.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How closely they have to follow the schema.
    pub reading: Reading,
    /// Records and keys of one write at most, those below them included.
    pub most_records: usize,
}

/// Reads the call of an operation; the reader stands before the start tag of the body's element and is left behind its end tag.
pub fn read(
    catalog: &Catalog,
    contract: &Contract,
    operation: &Operation,
    rules: Rules,
    reader: &mut Reader<'_>,
) -> Result<Asked, RequestError> {
    let mut cursor = Cursor::new(reader, rules.reading);
    cursor.enter_root(&operation.name)?;
    let mut request = Request {
        catalog,
        contract,
        namespace: contract.namespace(operation.namespace),
        records: HashMap::new(),
        left: rules.most_records,
    };
    let call = match operation.target {
        Target::Routine(id) => request.routine(&mut cursor, id),
        Target::Table(id) => {
            let table = request.table(&cursor, id)?;
            match operation.action {
                Action::Changes => return request.changes(&mut cursor, id).map(Asked::Changes),
                Action::Get => request.get(&mut cursor, id, table),
                Action::Query => request.query(&mut cursor, id, table),
                Action::Count => request.count(&mut cursor, id, table),
                Action::Create => Ok(Call::Create(request.write(&mut cursor, id, true)?)),
                Action::Update => Ok(Call::Update(request.write(&mut cursor, id, false)?)),
                Action::Upsert => request.upsert(&mut cursor, id, table),
                Action::Delete => request.delete(&mut cursor, id, table),
                Action::Call => {
                    Err(cursor.error("UnknownOperation", "the operation is not offered here"))
                }
            }
        }
    };
    call.map(Asked::Call)
}

struct Request<'c> {
    catalog: &'c Catalog,
    contract: &'c Contract,
    /// The namespace of the operation's own elements.
    namespace: &'c str,
    /// What records of a table look like, made once a request.
    records: HashMap<TableId, Rc<Vec<Slot<'c>>>>,
    /// How many more records there may be.
    left: usize,
}

impl<'c> Request<'c> {
    fn table(&self, cursor: &Cursor<'_, '_>, id: TableId) -> Result<&'c Table, RequestError> {
        self.contract
            .tables
            .get(id.0)
            .ok_or_else(|| cursor.error("UnknownOperation", "the table is not offered any more"))
    }

    fn get(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &'c Table,
    ) -> Result<Call, RequestError> {
        let mut slots = self.key_slots(id, table);
        let width = slots.len();
        slots.push(Slot::many("expand"));
        let mut key = vec![Value::Null; width];
        let mut expand = Vec::new();
        cursor.sequence(self.namespace, &slots, |cursor, index| {
            match key.get_mut(index) {
                Some(value) => *value = self.key_value(cursor, id, table, index)?,
                None => self.expand(cursor, id, &mut expand)?,
            }
            Ok(())
        })?;
        Ok(Call::Get(Get {
            table: id,
            key,
            expand,
        }))
    }

    fn key_columns(&self, id: TableId) -> &'c [usize] {
        self.catalog
            .table(id)
            .and_then(|table| table.key.as_deref())
            .unwrap_or_default()
    }

    fn key_slots(&self, id: TableId, table: &'c Table) -> Vec<Slot<'c>> {
        self.key_columns(id)
            .iter()
            .filter_map(|index| table.columns.get(*index))
            .map(|column| Slot::one(&column.element))
            .collect()
    }

    fn key_value(
        &self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &Table,
        index: usize,
    ) -> Result<Value, RequestError> {
        let column = self.key_columns(id).get(index);
        match column.and_then(|column| table.columns.get(*column)) {
            Some(column) => value::read(cursor, self.contract, &column.value, false),
            None => Err(cursor.error("UnknownOperation", "the key is not offered any more")),
        }
    }

    fn routine(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: RoutineId,
    ) -> Result<Call, RequestError> {
        let (Some(routine), Some(sql)) =
            (self.contract.routines.get(id.0), self.catalog.routine(id))
        else {
            return Err(cursor.error("UnknownOperation", "the routine is not offered any more"));
        };
        let slots: Vec<Slot<'c>> = routine
            .given
            .iter()
            .map(|(index, column)| {
                let defaulted = sql.parameters.get(*index).is_some_and(Parameter::optional);
                if defaulted {
                    Slot::optional(&column.element)
                } else {
                    Slot::one(&column.element)
                }
            })
            .collect();
        let mut arguments: Vec<(usize, Value)> = Vec::new();
        cursor.sequence(self.namespace, &slots, |cursor, index| {
            if let Some((parameter, column)) = routine.given.get(index) {
                arguments.push((
                    *parameter,
                    value::read(cursor, self.contract, &column.value, column.nillable)?,
                ));
            }
            Ok(())
        })?;
        Ok(Call::Routine {
            routine: id,
            arguments: arguments.into(),
        })
    }
}

/// Reads the name of a field: the element's name, as the enumeration `{T}Field` lists them.
fn column(cursor: &mut Cursor<'_, '_>, table: &Table) -> Result<usize, RequestError> {
    let text = cursor.text()?;
    let name = text.trim();
    table
        .columns
        .iter()
        .position(|column| *column.element == *name)
        .ok_or_else(|| {
            let known: Vec<&str> = table
                .columns
                .iter()
                .map(|column| &*column.element)
                .collect();
            let help = match nearest(name, &known) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("known here: {}", known.join(", ")),
            };
            cursor.error("UnknownName", format!("{name:?} is no field; {help}"))
        })
}
