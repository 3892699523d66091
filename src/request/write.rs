//! Reads what writes records: records with the related ones below them, keys, modes.

use std::rc::Rc;

use super::cursor::{Cursor, RequestError, Slot};
use super::{Request, column, value};
use crate::call::{Call, Delete, Key, Mode, Record, Value, Write};
use crate::catalog::{Direction, TableId};
use crate::contract::Table;

impl<'c> Request<'c> {
    pub(super) fn write(
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
            &[Slot::some("record").versioned(), Slot::optional("mode")],
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

    pub(super) fn upsert(
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
            Slot::some("record").versioned(),
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

    pub(super) fn delete(
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
        let namespace = self.namespace;
        cursor.sequence(
            namespace,
            &[Slot::some("key").versioned(), Slot::optional("mode")],
            |cursor, index| {
                if index == 1 {
                    delete.mode = mode(cursor)?;
                    return Ok(());
                }
                self.spend(cursor)?;
                let mut key = Key {
                    values: vec![Value::Null; slots.len()],
                    version: cursor.version()?,
                };
                cursor.sequence(namespace, &slots, |cursor, index| {
                    let read = self.key_value(cursor, id, table, index)?;
                    if let Some(value) = key.values.get_mut(index) {
                        *value = read;
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
            } else {
                self.related(cursor, id, table, &mut record, create)?;
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
        create: bool,
    ) -> Result<(), RequestError> {
        let Some(sql) = self.catalog.table(id) else {
            return Ok(());
        };
        let slots: Vec<Slot<'c>> = sql
            .relations
            .iter()
            .zip(&table.relations)
            .map(|(relation, name)| match relation.direction {
                Direction::Parent => Slot::optional(name).versioned(),
                Direction::Children => Slot::many(name).versioned(),
            })
            .collect();
        cursor.sequence(
            self.contract.namespace(table.namespace),
            &slots,
            |cursor, index| {
                let Some(relation) = sql.relations.get(index) else {
                    return Ok(());
                };
                let related = self.record(cursor, relation.table, create)?;
                match record.related.iter_mut().find(|(known, _)| *known == index) {
                    Some((_, records)) => records.push(related),
                    None => record.related.push((index, vec![related])),
                }
                Ok(())
            },
        )
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
