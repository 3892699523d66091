//! Writes: the steps of Update and Delete, planned for all records before the first one runs, and what all writes ask.

use super::Mark;
use super::beside::{Beside, beside};
use super::compare::key_condition;
use super::read::table;
use super::sql::Sql;
use super::value;
use crate::call::{Delete, Key, Mode, Value, Write};
use crate::catalog::{Catalog, Column, Dialect, Table, TableId};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// A whole write: one unit for each record or key.
#[derive(Debug, Clone, PartialEq)]
pub struct WritePlan {
    /// The records' table.
    pub table: TableId,
    /// All or none, or each for itself.
    pub mode: Mode,
    /// What is done for each record.
    pub units: Vec<Unit>,
    /// What tells the change log whose changes they are.
    pub mark: Option<Mark>,
}

/// What is done for one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// Inserts in order; the record's own is [`Unit::Create`]'s `own`.
    Create {
        /// Parents come before, children after what they refer to.
        inserts: Vec<Insert>,
        /// Which of them is the record itself.
        own: usize,
    },
    /// A change of one row.
    Update(Change),
    /// A change where the row exists, otherwise an insert.
    Upsert(Upsert),
    /// A row to delete.
    Delete(Key),
}

/// A change of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The row, in the key's order.
    pub key: Vec<Value>,
    /// The columns to set.
    pub set: Vec<(usize, Value)>,
    /// The version that the caller read.
    pub version: Option<String>,
    /// The related records that came with it.
    pub beside: Beside,
}

/// A change where the row exists, otherwise an insert.
#[derive(Debug, Clone, PartialEq)]
pub struct Upsert {
    /// Finds the row: equal in the `matchOn` columns.
    pub find: Vec<(usize, Value)>,
    /// What to set where it exists.
    pub set: Vec<(usize, Value)>,
    /// The version that the caller read.
    pub version: Option<String>,
    /// The related records that came with it, where it exists.
    pub beside: Beside,
    /// What to insert where it does not; nothing where only the database can make the key that was looked for.
    pub insert: Option<Insert>,
}

/// One row to insert.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// Where.
    pub table: TableId,
    /// Columns and where their values come from.
    pub values: Vec<(usize, Source)>,
    /// Where the row stands in the call.
    pub place: Place,
}

/// Where an inserted value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The caller.
    Given(Value),
    /// A column of the row that an earlier insert of the same unit made.
    Earlier {
        /// Which insert.
        insert: usize,
        /// Which column of its table.
        column: usize,
    },
}

pub(super) fn error(kind: PlanErrorKind, place: &Place) -> PlanError {
    PlanError {
        kind,
        place: place.clone(),
    }
}

/// Where a record or key stands in the call.
pub(super) fn place_of(index: usize, table: TableId) -> Place {
    Place {
        record: Some(index),
        table: Some(table),
        ..Place::default()
    }
}

/// Most records or keys of one call.
pub(super) const BATCH_LIMIT: usize = 10_000;

/// Refuses what is to be written whole or not at all and could stay half written.
pub(super) fn undoable(target: &Table, whole: bool, place: &Place) -> Result<(), PlanError> {
    match target.transactional || !whole {
        true => Ok(()),
        false => Err(error(
            PlanErrorKind::NotOffered(
                "transactions, so that several records cannot be written together or not at all: write one by one, or with mode perRecord",
            ),
            place,
        )),
    }
}

/// Tells whether several records are to be written all or none.
pub(super) fn all_or_none(mode: Mode, records: usize) -> bool {
    mode == Mode::Atomic && records > 1
}

pub(super) fn bounded(count: usize) -> Result<(), PlanError> {
    match count > BATCH_LIMIT {
        true => Err(error(
            PlanErrorKind::Limit {
                what: "records in one call",
                limit: BATCH_LIMIT as u64,
            },
            &Place::default(),
        )),
        false => Ok(()),
    }
}

pub(crate) fn update(catalog: &Catalog, write: &Write) -> Result<WritePlan, PlanError> {
    let target = table(catalog, write.table)?;
    offered(target.privileges.update, "Update")?;
    bounded(write.records.len())?;
    let whole = all_or_none(write.mode, write.records.len());
    undoable(target, whole, &Place::default())?;
    let key = key_of(target, "Update")?;
    let mut units = Vec::with_capacity(write.records.len());
    for (index, record) in write.records.iter().enumerate() {
        let place = place_of(index, write.table);
        let set = taken_fields(
            catalog.dialect,
            target,
            write.table,
            &record.fields,
            &place,
            |column| !key.contains(&column) && !made(target, column),
            |column| column.updatable,
        )?;
        let key = key_values(target, write.table, &key, &record.fields, &place)?;
        check_key(catalog.dialect, target, write.table, &key, &place)?;
        units.push(Unit::Update(Change {
            key,
            set,
            version: record.version.clone(),
            beside: beside(catalog, write.table, record, &place)?,
        }));
    }
    Ok(WritePlan {
        table: write.table,
        mode: write.mode,
        units,
        mark: None,
    })
}

pub(crate) fn delete(catalog: &Catalog, call: &Delete) -> Result<WritePlan, PlanError> {
    let target = table(catalog, call.table)?;
    offered(target.privileges.delete, "Delete")?;
    bounded(call.keys.len())?;
    let whole = all_or_none(call.mode, call.keys.len());
    undoable(target, whole, &Place::default())?;
    key_of(target, "Delete")?;
    let mut units = Vec::with_capacity(call.keys.len());
    for (index, key) in call.keys.iter().enumerate() {
        let place = place_of(index, call.table);
        check_key(catalog.dialect, target, call.table, &key.values, &place)?;
        units.push(Unit::Delete(key.clone()));
    }
    Ok(WritePlan {
        table: call.table,
        mode: call.mode,
        units,
        mark: None,
    })
}

pub(super) fn offered(allowed: bool, operation: &'static str) -> Result<(), PlanError> {
    match allowed {
        true => Ok(()),
        false => Err(error(
            PlanErrorKind::NotOffered(operation),
            &Place::default(),
        )),
    }
}

/// Tells whether only the database makes a column's values.
pub(super) fn made(target: &Table, column: usize) -> bool {
    target.columns.get(column).is_some_and(Column::made)
}

pub(super) fn key_of(target: &Table, operation: &'static str) -> Result<Vec<usize>, PlanError> {
    target
        .key
        .clone()
        .ok_or_else(|| error(PlanErrorKind::NotOffered(operation), &Place::default()))
}

/// The fields of a record that are written, of those that are `taken`. Each is known, given once, may be written, and has a value of its
/// type.
pub(super) fn taken_fields(
    dialect: Dialect,
    target: &Table,
    id: TableId,
    fields: &[(usize, Value)],
    place: &Place,
    taken: impl Fn(usize) -> bool,
    writable: impl Fn(&Column) -> bool,
) -> Result<Vec<(usize, Value)>, PlanError> {
    let fields: Vec<(usize, Value)> = fields
        .iter()
        .filter(|(column, _)| taken(*column))
        .cloned()
        .collect();
    let mut seen = vec![false; target.columns.len()];
    for (index, value) in &fields {
        let at = || Place {
            table: Some(id),
            columns: vec![*index],
            ..place.clone()
        };
        let column = target
            .columns
            .get(*index)
            .ok_or_else(|| error(PlanErrorKind::Unknown("column"), &at()))?;
        match seen.get_mut(*index) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(error(PlanErrorKind::Twice, &at())),
        }
        if !writable(column) {
            return Err(error(PlanErrorKind::ReadOnly, &at()));
        }
        value::bind(dialect, &column.sql_type, &column.type_name, value)
            .map_err(|kind| error(kind, &at()))?;
    }
    Ok(fields)
}

pub(super) fn key_values(
    target: &Table,
    id: TableId,
    key: &[usize],
    fields: &[(usize, Value)],
    place: &Place,
) -> Result<Vec<Value>, PlanError> {
    let value = |column: &usize| {
        let given = fields
            .iter()
            .find(|(index, value)| index == column && *value != Value::Null);
        let missing = || {
            error(
                PlanErrorKind::Key,
                &Place {
                    table: Some(id),
                    columns: vec![*column],
                    ..place.clone()
                },
            )
        };
        target
            .columns
            .get(*column)
            .and(given)
            .map(|(_, value)| value.clone())
            .ok_or_else(missing)
    };
    key.iter().map(value).collect()
}

/// Plans the key's condition for its checks alone.
fn check_key(
    dialect: Dialect,
    target: &Table,
    id: TableId,
    values: &[Value],
    place: &Place,
) -> Result<(), PlanError> {
    let key = target.key.as_deref().unwrap_or_default();
    key_condition(&mut Sql::new(dialect), target, id, key, values).map_err(|error| PlanError {
        kind: error.kind,
        place: Place {
            record: place.record,
            ..error.place
        },
    })
}
