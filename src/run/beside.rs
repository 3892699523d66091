//! Related records that come back with a record that is changed: they must be as they are stored, since an update does not write them.

use super::change::same_value;
use super::error::Failure;
use super::expand::expand;
use super::session::Session;
use super::value_of;
use crate::call::{Record, Value};
use crate::catalog::{Catalog, Table, TableId};
use crate::plan::Beside;
use crate::problem::{Place, RunError, RunErrorKind};
use crate::rows::{Cell, Rows};

/// The way down to a related record: relation and index of each level.
pub(super) type Way = Vec<(usize, usize)>;

/// The related records that are not as they are stored beside the row.
pub(super) async fn differing(
    session: &mut Session,
    catalog: &Catalog,
    id: TableId,
    row: &mut Rows,
    beside: &Beside,
) -> Result<Vec<Way>, Failure> {
    expand(session, catalog, row, &beside.reads).await?;
    let mut walk = Walk {
        catalog,
        way: Way::new(),
        found: Vec::new(),
    };
    walk.related(id, row, 0, &beside.records);
    Ok(walk.found)
}

/// Refuses a related record that was as stored neither before the change nor after it, which may have led to another one.
pub(super) fn refuse(table: TableId, before: &[Way], after: &[Way]) -> Result<(), Failure> {
    let Some(way) = before.iter().find(|way| after.contains(way)) else {
        return Ok(());
    };
    Err(RunError {
        place: Place {
            related: way.clone(),
            table: Some(table),
            ..Place::default()
        },
        ..RunError::new(RunErrorKind::RelatedDiffers)
    }
    .into())
}

/// A walk down the records as given, whose depth the plan has bounded, beside the rows as stored.
struct Walk<'c> {
    catalog: &'c Catalog,
    way: Way,
    found: Vec<Way>,
}

impl Walk<'_> {
    fn related(&mut self, id: TableId, rows: &Rows, row: usize, given: &[(usize, Vec<Record>)]) {
        for (relation, records) in given {
            let table = self.catalog.table(id);
            let other = table.and_then(|table| table.relations.get(*relation));
            let target = other.and_then(|other| self.catalog.table(other.table));
            let stored = rows.related.iter().find(|one| one.relation == *relation);
            let (Some(other), Some(target), Some(stored)) = (other, target, stored) else {
                continue;
            };
            let places = stored.of.get(row).map(Vec::as_slice).unwrap_or_default();
            // Mostly they come in the order in which they were answered.
            let mut next = 0;
            for (index, record) in records.iter().enumerate() {
                self.way.push((*relation, index));
                let (before, after) = places.split_at(next.min(places.len()));
                let mut candidates = after.iter().chain(before);
                let like = |place: &&u32| is_like(target, &stored.rows, **place as usize, record);
                match candidates.find(like) {
                    Some(place) => {
                        next = places
                            .iter()
                            .position(|one| one == place)
                            .map_or(0, |at| at + 1);
                        self.related(other.table, &stored.rows, *place as usize, &record.related);
                    }
                    None => self.found.push(self.way.clone()),
                }
                self.way.pop();
            }
        }
    }
}

/// Tells whether a row has all the values that a record gives; what its type cannot express came as nil.
fn is_like(table: &Table, rows: &Rows, row: usize, record: &Record) -> bool {
    record.fields.iter().all(|(column, given)| {
        let sql_type = table
            .columns
            .get(*column)
            .map(|column| column.sql_type.base());
        match rows.cell(row, *column) {
            Some(Cell::Misfit(_)) => *given == Value::Null,
            Some(cell) => same_value(sql_type, &settled(given), &settled(&value_of(cell))),
            None => false,
        }
    })
}

/// A value as stacks keep it that do not tell an empty list, or a composite of nothing but NULL, from NULL.
fn settled(value: &Value) -> Value {
    match value {
        Value::List(items) if items.is_empty() => Value::Null,
        Value::List(items) => Value::List(items.iter().map(settled).collect()),
        Value::Fields(fields) => {
            let fields = fields.iter().map(|(index, value)| (*index, settled(value)));
            let fields: Vec<(usize, Value)> = fields.collect();
            match fields.iter().all(|(_, value)| *value == Value::Null) {
                true => Value::Null,
                false => Value::Fields(fields),
            }
        }
        value => value.clone(),
    }
}
