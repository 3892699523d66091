//! Related records that come back with a record that is changed: they must be as they are stored, since an update does not write them.

use std::collections::HashMap;

use super::change::{same_text, same_value};
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
        left: COMPARISONS,
    };
    walk.related(id, row, 0, &beside.records)?;
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

/// Most comparisons of a record with a row in one call: they hold a thread for about a second.
const COMPARISONS: usize = 2_000_000;

/// A walk down the records as given, whose depth the plan has bounded, beside the rows as stored.
struct Walk<'c> {
    catalog: &'c Catalog,
    way: Way,
    found: Vec<Way>,
    left: usize,
}

impl Walk<'_> {
    fn related(
        &mut self,
        id: TableId,
        rows: &Rows,
        row: usize,
        given: &[(usize, Vec<Record>)],
    ) -> Result<(), Failure> {
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
            let mut by_key: Option<HashMap<Vec<&str>, usize>> = None;
            for (index, record) in records.iter().enumerate() {
                self.way.push((*relation, index));
                let stored_at = |at: usize| places.get(at).map(|place| *place as usize);
                let like = |at: usize, left: &mut usize| {
                    *left = left.checked_sub(1).ok_or_else(too_many)?;
                    let place = stored_at(at);
                    Ok::<bool, Failure>(
                        place.is_some_and(|place| is_like(target, &stored.rows, place, record)),
                    )
                };
                let mut at = like(next, &mut self.left)?.then_some(next);
                if let Some(key) = given_key(target, record).filter(|_| at.is_none()) {
                    if by_key.is_none() {
                        let left = self.left.checked_sub(places.len());
                        self.left = left.ok_or_else(too_many)?;
                    }
                    let by_key = by_key.get_or_insert_with(|| {
                        let rows = places.iter().enumerate();
                        rows.filter_map(|(at, place)| {
                            Some((stored_key(target, &stored.rows, *place as usize)?, at))
                        })
                        .collect()
                    });
                    if let Some(known) = by_key.get(&key) {
                        at = like(*known, &mut self.left)?.then_some(*known);
                    }
                }
                // A key may be written otherwise than it is answered, or be no key of the database's.
                let mut others = (next..places.len()).chain(0..next.min(places.len()));
                while at.is_none()
                    && let Some(one) = others.next()
                {
                    at = like(one, &mut self.left)?.then_some(one);
                }
                match at.and_then(|at| Some((at, stored_at(at)?))) {
                    Some((at, place)) => {
                        next = at + 1;
                        self.related(other.table, &stored.rows, place, &record.related)?;
                    }
                    None => self.found.push(self.way.clone()),
                }
                self.way.pop();
            }
        }
        Ok(())
    }
}

fn too_many() -> Failure {
    RunError::new(RunErrorKind::Limit {
        what: "comparisons of related records with stored ones",
        limit: COMPARISONS as u64,
    })
    .into()
}

/// The texts of a record's key, where it gives all of it.
fn given_key<'r>(table: &Table, record: &'r Record) -> Option<Vec<&'r str>> {
    let given = |column: &usize| {
        let field = record.fields.iter().find(|(index, _)| index == column)?;
        match &field.1 {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }
    };
    table.key.as_ref()?.iter().map(given).collect()
}

/// The texts of a row's key, where all of it is text.
fn stored_key<'r>(table: &Table, rows: &'r Rows, row: usize) -> Option<Vec<&'r str>> {
    let stored = |column: &usize| match rows.cell(row, *column) {
        Some(Cell::Text(text)) => Some(text),
        _ => None,
    };
    table.key.as_ref()?.iter().map(stored).collect()
}

/// Tells whether a row has all the values that a record gives; what its type cannot express came as nil.
fn is_like(table: &Table, rows: &Rows, row: usize, record: &Record) -> bool {
    record.fields.iter().all(|(column, given)| {
        let sql_type = table
            .columns
            .get(*column)
            .map(|column| column.sql_type.base());
        match (rows.cell(row, *column), given) {
            (Some(Cell::Misfit(_)), given) => *given == Value::Null,
            // Without a copy, which may be large and is made for each comparison.
            (Some(Cell::Text(stored)), Value::Text(given)) => same_text(sql_type, given, stored),
            (Some(Cell::Bytes(stored)), Value::Bytes(given)) => given == stored,
            (Some(cell), given) => same_value(sql_type, &settled(given), &settled(&value_of(cell))),
            (None, _) => false,
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
