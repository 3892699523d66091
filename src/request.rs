//! Reads a request's body element by the contract: XML → [`Call`], strictly, in one pass.
//!
//! Element by element it is what the schema says: order, occurrence, types, facets. The first thing that is wrong ends it, with the path
//! to it. It asks no database.

mod cursor;
mod filter;
mod value;

use std::collections::HashMap;
use std::rc::Rc;

use soapstone::xml::Reader;

pub use self::cursor::RequestError;
use self::cursor::{Cursor, Slot};
use crate::call::{Call, Delete, Expand, Get, Key, Mode, OrderBy, Query, Record, Value, Write};
use crate::catalog::{Catalog, Direction, RoutineId, TableId};
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

/// Reads the call of an operation; the reader stands before the start tag of the body's element and is left behind its end tag.
///
/// `most_records` bounds the records and keys of one write, those below them included.
pub fn read(
    catalog: &Catalog,
    contract: &Contract,
    operation: &Operation,
    most_records: usize,
    reader: &mut Reader<'_>,
) -> Result<Asked, RequestError> {
    let mut cursor = Cursor::new(reader);
    cursor.enter_root(&operation.name)?;
    let mut request = Request {
        catalog,
        contract,
        namespace: contract.namespace(operation.namespace),
        records: HashMap::new(),
        left: most_records,
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
        let (mut key, mut expand) = (Vec::new(), Vec::new());
        let columns = self.key_columns(id);
        cursor.sequence(self.namespace, &slots, |cursor, index| {
            match columns
                .get(index)
                .and_then(|column| table.columns.get(*column))
            {
                Some(column) if index < width => {
                    key.push(value::read(cursor, self.contract, &column.value, false)?)
                }
                _ => self.expand(cursor, id, &mut expand)?,
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

    fn query(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &'c Table,
    ) -> Result<Call, RequestError> {
        const SLOTS: &[Slot<'static>] = &[
            Slot::optional("filter"),
            Slot::many("orderBy"),
            Slot::many("field"),
            Slot::many("expand"),
            Slot::optional("pageSize"),
            Slot::optional("cursor"),
        ];
        let mut query = Query {
            table: id,
            filter: None,
            order: Vec::new(),
            fields: Vec::new(),
            expand: Vec::new(),
            page_size: None,
            cursor: None,
        };
        cursor.sequence(self.namespace, SLOTS, |cursor, index| {
            match index {
                0 => query.filter = Some(filter::read(cursor, self.catalog, self.contract, id)?),
                1 => query.order.push(self.order_by(cursor, table)?),
                2 => query.fields.push(column(cursor, table)?),
                3 => self.expand(cursor, id, &mut query.expand)?,
                4 => query.page_size = Some(page_size(cursor)?),
                _ => query.cursor = Some(cursor.text()?),
            }
            Ok(())
        })?;
        Ok(Call::Query(query))
    }

    fn order_by(
        &self,
        cursor: &mut Cursor<'_, '_>,
        table: &'c Table,
    ) -> Result<OrderBy, RequestError> {
        let mut order = OrderBy {
            column: 0,
            descending: false,
        };
        cursor.sequence(
            self.namespace,
            &[Slot::one("field"), Slot::optional("descending")],
            |cursor, index| {
                match index {
                    0 => order.column = column(cursor, table)?,
                    _ => order.descending = value::boolean(cursor)?,
                }
                Ok(())
            },
        )?;
        Ok(order)
    }

    /// Adds a path of relations to the tree of what is to be expanded.
    fn expand(
        &self,
        cursor: &mut Cursor<'_, '_>,
        table: TableId,
        into: &mut Vec<Expand>,
    ) -> Result<(), RequestError> {
        let text = cursor.text()?;
        let mut into = into;
        let mut at = table;
        for name in text.trim().split('/') {
            let known = self
                .contract
                .tables
                .get(at.0)
                .map(|table| table.relations.as_slice())
                .unwrap_or_default();
            let Some(relation) = known.iter().position(|relation| **relation == *name) else {
                let message =
                    match nearest(name, &known.iter().map(|name| &**name).collect::<Vec<_>>()) {
                        Some(near) => format!("{name:?} is no relation; did you mean {near:?}?"),
                        None => {
                            format!("{name:?} is no relation; known here: {}", known.join(", "))
                        }
                    };
                return Err(cursor.error("UnknownName", message));
            };
            let place = match into.iter().position(|expand| expand.relation == relation) {
                Some(place) => place,
                None => {
                    into.push(Expand {
                        relation,
                        expand: Vec::new(),
                    });
                    into.len() - 1
                }
            };
            let (Some(expand), Some(next)) = (
                into.get_mut(place),
                self.catalog
                    .table(at)
                    .and_then(|table| table.relations.get(relation)),
            ) else {
                return Err(cursor.error("UnknownName", "the relation is not offered any more"));
            };
            into = &mut expand.expand;
            at = next.table;
        }
        Ok(())
    }

    fn count(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        _: &'c Table,
    ) -> Result<Call, RequestError> {
        let mut found = None;
        cursor.sequence(self.namespace, &[Slot::optional("filter")], |cursor, _| {
            found = Some(filter::read(cursor, self.catalog, self.contract, id)?);
            Ok(())
        })?;
        Ok(Call::Count {
            table: id,
            filter: found,
        })
    }

    fn changes(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
    ) -> Result<Changes, RequestError> {
        let mut changes = Changes {
            table: id,
            since: None,
            page_size: None,
        };
        cursor.sequence(
            self.namespace,
            &[Slot::optional("since"), Slot::optional("pageSize")],
            |cursor, index| {
                match index {
                    0 => changes.since = Some(cursor.text()?),
                    _ => changes.page_size = Some(page_size(cursor)?),
                }
                Ok(())
            },
        )?;
        Ok(changes)
    }

    fn write(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        create: bool,
    ) -> Result<Write, RequestError> {
        let mut write = Write {
            table: id,
            records: Vec::new(),
            mode: Mode::Atomic,
        };
        let namespace = self.namespace;
        cursor.sequence(
            namespace,
            &[Slot::some("record"), Slot::optional("mode")],
            |cursor, index| {
                match index {
                    0 => write.records.push(self.record(cursor, id, create)?),
                    _ => write.mode = mode(cursor)?,
                }
                Ok(())
            },
        )?;
        Ok(write)
    }

    fn upsert(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &'c Table,
    ) -> Result<Call, RequestError> {
        let mut write = Write {
            table: id,
            records: Vec::new(),
            mode: Mode::Atomic,
        };
        let mut match_on = Vec::new();
        let namespace = self.namespace;
        let slots = [
            Slot::some("record"),
            Slot::optional("mode"),
            Slot::many("matchOn"),
        ];
        cursor.sequence(namespace, &slots, |cursor, index| {
            match index {
                0 => write.records.push(self.record(cursor, id, false)?),
                1 => write.mode = mode(cursor)?,
                _ => match_on.push(column(cursor, table)?),
            }
            Ok(())
        })?;
        Ok(Call::Upsert { write, match_on })
    }

    fn delete(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &'c Table,
    ) -> Result<Call, RequestError> {
        let mut delete = Delete {
            table: id,
            keys: Vec::new(),
            mode: Mode::Atomic,
        };
        let slots = self.key_slots(id, table);
        let columns = self.key_columns(id);
        let (contract, namespace) = (self.contract, self.namespace);
        cursor.sequence(
            namespace,
            &[Slot::some("key"), Slot::optional("mode")],
            |cursor, index| {
                if index == 1 {
                    delete.mode = mode(cursor)?;
                    return Ok(());
                }
                self.spend(cursor)?;
                let mut key = Key {
                    values: Vec::new(),
                    version: cursor.version()?,
                };
                cursor.sequence(namespace, &slots, |cursor, index| {
                    if let Some(column) = columns
                        .get(index)
                        .and_then(|column| table.columns.get(*column))
                    {
                        key.values
                            .push(value::read(cursor, contract, &column.value, false)?);
                    }
                    Ok(())
                })?;
                delete.keys.push(key);
                Ok(())
            },
        )?;
        Ok(Call::Delete(delete))
    }

    fn spend(&mut self, cursor: &Cursor<'_, '_>) -> Result<(), RequestError> {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => {
                return Err(cursor.error(
                    "LimitExceeded",
                    "the request has more records than the limit allows",
                ));
            }
        }
        Ok(())
    }

    /// Reads a record; the recursion through related records is bounded by the reader's limit of depth.
    fn record(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        create: bool,
    ) -> Result<Record, RequestError> {
        self.spend(cursor)?;
        let table = self.table(cursor, id)?;
        let mut record = Record {
            version: cursor.version()?,
            ..Record::default()
        };
        let slots = self.record_slots(id, table);
        let columns = table.columns.len();
        let namespace = self.contract.namespace(table.namespace);
        cursor.sequence(namespace, &slots, |cursor, index| {
            if let Some(column) = table.columns.get(index) {
                record.fields.push((
                    index,
                    value::read(cursor, self.contract, &column.value, column.nillable)?,
                ));
            } else if index == columns {
                // What a record that was read could not express comes back with it: an update leaves the field as it is.
                if create {
                    return Err(cursor.error("InvalidValue", "a misfit cannot be created"));
                }
                cursor.skip()?;
            } else if create {
                self.related(cursor, id, table, &mut record)?;
            } else {
                return Err(
                    cursor.error("NotOffered", "related records are written by Create only")
                );
            }
            Ok(())
        })?;
        Ok(record)
    }

    fn record_slots(&mut self, id: TableId, table: &'c Table) -> Rc<Vec<Slot<'c>>> {
        let made = self.records.entry(id).or_insert_with(|| {
            let mut slots: Vec<Slot<'c>> = table
                .columns
                .iter()
                .map(|column| Slot::optional(&column.element))
                .collect();
            slots.push(Slot::many("misfit"));
            if !table.relations.is_empty() {
                slots.push(Slot::optional("related"));
            }
            Rc::new(slots)
        });
        Rc::clone(made)
    }

    fn related(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &'c Table,
        record: &mut Record,
    ) -> Result<(), RequestError> {
        let Some(sql) = self.catalog.table(id) else {
            return Ok(());
        };
        let slots: Vec<Slot<'c>> = sql
            .relations
            .iter()
            .zip(&table.relations)
            .map(|(relation, name)| match relation.direction {
                Direction::Parent => Slot::optional(name),
                Direction::Children => Slot::many(name),
            })
            .collect();
        cursor.sequence(
            self.contract.namespace(table.namespace),
            &slots,
            |cursor, index| {
                let Some(relation) = sql.relations.get(index) else {
                    return Ok(());
                };
                let related = self.record(cursor, relation.table, true)?;
                match record.related.iter_mut().find(|(known, _)| *known == index) {
                    Some((_, records)) => records.push(related),
                    None => record.related.push((index, vec![related])),
                }
                Ok(())
            },
        )
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
                let defaulted = sql
                    .parameters
                    .get(*index)
                    .is_some_and(|parameter| parameter.defaulted);
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
            arguments,
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

fn page_size(cursor: &mut Cursor<'_, '_>) -> Result<u64, RequestError> {
    let text = cursor.text()?;
    match text.trim().parse::<i32>() {
        Ok(size) if size > 0 => Ok(u64::from(size.unsigned_abs())),
        _ => Err(cursor.error(
            "InvalidValue",
            format!(
                "{:?} is no page size: a whole number from 1",
                value::shortened(text.trim())
            ),
        )),
    }
}

fn mode(cursor: &mut Cursor<'_, '_>) -> Result<Mode, RequestError> {
    let text = cursor.text()?;
    match text.trim() {
        "atomic" => Ok(Mode::Atomic),
        "perRecord" => Ok(Mode::PerRecord),
        other => Err(cursor.error(
            "InvalidValue",
            format!(
                "{:?} is neither atomic nor perRecord",
                value::shortened(other)
            ),
        )),
    }
}
