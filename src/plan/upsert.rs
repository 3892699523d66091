//! Upserts: which columns find a record, what is set where it is there, what is inserted where it is not.

use super::beside::{beside, none_beside};
use super::read::table;
use super::write::{
    Insert, Source, Unit, Upsert, WritePlan, all_or_none, bounded, error, key_of, key_values, made,
    offered, place_of, taken_fields, undoable,
};
use crate::call::{Value, Write};
use crate::catalog::{Catalog, Generation};
use crate::problem::{Place, PlanError, PlanErrorKind};

pub(crate) fn upsert(
    catalog: &Catalog,
    write: &Write,
    match_on: &[usize],
) -> Result<WritePlan, PlanError> {
    let target = table(catalog, write.table)?;
    offered(
        target.privileges.insert && target.privileges.update,
        "Upsert",
    )?;
    bounded(write.records.len())?;
    let whole = all_or_none(write.mode, write.records.len());
    undoable(target, whole, &Place::default())?;
    let key = key_of(target, "Upsert")?;
    let matched: Vec<usize> = if match_on.is_empty() {
        key.clone()
    } else {
        match_on.to_vec()
    };
    let same = |columns: &[usize]| {
        columns.len() == matched.len() && columns.iter().all(|column| matched.contains(column))
    };
    if !same(&key) && !target.uniques.iter().any(|unique| same(&unique.columns)) {
        let place = Place {
            table: Some(write.table),
            columns: matched,
            ..Place::default()
        };
        return Err(error(PlanErrorKind::MatchOn, &place));
    }
    let mut units = Vec::with_capacity(write.records.len());
    for (index, record) in write.records.iter().enumerate() {
        let place = place_of(index, write.table);
        let fields = taken_fields(
            catalog.dialect,
            target,
            write.table,
            &record.fields,
            &place,
            |column| !made(target, column),
            |column| column.insertable,
        )?;
        let values = fields.into_iter();
        let insert = Insert {
            table: write.table,
            values: values
                .map(|(column, value)| (column, Source::Given(value)))
                .collect(),
            place: place.clone(),
        };
        let given = |column: &usize| {
            record
                .fields
                .iter()
                .any(|(index, value)| index == column && *value != Value::Null)
        };
        let is = |column: &usize, generations: &[Generation]| {
            target
                .columns
                .get(*column)
                .is_some_and(|column| generations.contains(&column.generation))
        };
        let fresh = |column| is(column, &[Generation::Default, Generation::Always]);
        if matched.iter().all(|column| !given(column) && fresh(column)) {
            // The database makes the key, so the record cannot be there yet.
            none_beside(record, &place)?;
            units.push(Unit::Create {
                inserts: vec![insert],
                own: 0,
            });
            continue;
        }
        let find = matched
            .iter()
            .copied()
            .zip(key_values(
                target,
                write.table,
                &matched,
                &record.fields,
                &place,
            )?)
            .collect();
        let found_only = matched
            .iter()
            .any(|column| is(column, &[Generation::Always]));
        let settable = |column: usize| {
            !matched.contains(&column) && !key.contains(&column) && !made(target, column)
        };
        let set = taken_fields(
            catalog.dialect,
            target,
            write.table,
            &record.fields,
            &place,
            settable,
            |column| column.updatable,
        )?;
        units.push(Unit::Upsert(Upsert {
            find,
            set,
            version: record.version.clone(),
            beside: beside(catalog, write.table, record, &place)?,
            insert: (!found_only).then_some(insert),
        }));
    }
    Ok(WritePlan {
        table: write.table,
        mode: write.mode,
        units,
        mark: None,
    })
}
