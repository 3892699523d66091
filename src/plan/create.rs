//! Creates: the inserts of records with their related ones, parents before and children after what they refer to.

use super::read::table;
use super::write::{
    BATCH_LIMIT, Insert, Source, Unit, WritePlan, all_or_none, bounded, error, made, offered,
    place_of, taken_fields, undoable,
};
use crate::call::{Record, Write};
use crate::catalog::{Catalog, Direction, Generation, TableId};
use crate::problem::{Place, PlanError, PlanErrorKind};

pub(crate) fn create(catalog: &Catalog, write: &Write) -> Result<WritePlan, PlanError> {
    let target = table(catalog, write.table)?;
    offered(target.privileges.insert, "Create")?;
    bounded(write.records.len())?;
    let whole = all_or_none(write.mode, write.records.len());
    undoable(target, whole, &Place::default())?;
    let mut units = Vec::with_capacity(write.records.len());
    for (index, record) in write.records.iter().enumerate() {
        let mut inserts = Inserts {
            catalog,
            all: Vec::new(),
        };
        let at = place_of(index, write.table);
        let depth = catalog.limits.expand_depth + 1;
        let own = inserts.add(write.table, record, Vec::new(), at, depth)?;
        units.push(Unit::Create {
            inserts: inserts.all,
            own,
        });
    }
    Ok(WritePlan {
        table: write.table,
        mode: write.mode,
        units,
        mark: None,
    })
}

/// The inserts of one record.
struct Inserts<'c> {
    catalog: &'c Catalog,
    all: Vec<Insert>,
}

impl Inserts<'_> {
    /// Adds the inserts of a record: its parents, itself, its children. Answers which one is the record.
    fn add(
        &mut self,
        id: TableId,
        record: &Record,
        linked: Vec<(usize, Source)>,
        place: Place,
        depth: u32,
    ) -> Result<usize, PlanError> {
        let catalog = self.catalog;
        let Some(depth) = depth.checked_sub(1) else {
            let limit = u64::from(catalog.limits.expand_depth);
            return Err(error(
                PlanErrorKind::Limit {
                    what: "levels of related records",
                    limit,
                },
                &place,
            ));
        };
        let target = table(catalog, id)?;
        offered(target.privileges.insert, "Create")?;
        let computed = |index: usize| {
            let column = target.columns.get(index);
            column.is_some_and(|column| column.generation == Generation::Computed)
        };
        let key = target.key.as_deref().unwrap_or_default();
        // A key that only the database makes would not be the one that was given.
        let passed_over =
            |index: usize| made(target, index) && (computed(index) || !key.contains(&index));
        let fields = taken_fields(
            catalog.dialect,
            target,
            id,
            &record.fields,
            &place,
            |index| !passed_over(index),
            |column| column.insertable,
        )?;
        let mut values: Vec<(usize, Source)> = fields
            .into_iter()
            .map(|(index, value)| (index, Source::Given(value)))
            .collect();
        // What links records stands above what the caller gave for the same columns.
        let link = |values: &mut Vec<(usize, Source)>, column: usize, source: Source| {
            values.retain(|(index, _)| *index != column);
            values.push((column, source));
        };
        for (column, source) in linked {
            link(&mut values, column, source);
        }
        let below = |relation: usize, index: usize, table: TableId| {
            let mut place = place.clone();
            place.related.push((relation, index));
            place.table = Some(table);
            place
        };
        let relation_of = |index: usize| {
            target
                .relations
                .get(index)
                .ok_or_else(|| error(PlanErrorKind::Unknown("relation"), &place))
        };
        for (index, records) in &record.related {
            let relation = relation_of(*index)?;
            if relation.direction == Direction::Parent {
                let [parent] = records.as_slice() else {
                    return Err(error(
                        PlanErrorKind::Limit {
                            what: "records of a parent relation",
                            limit: 1,
                        },
                        &place,
                    ));
                };
                let at = below(*index, 0, relation.table);
                let parent = self.add(relation.table, parent, Vec::new(), at, depth)?;
                for (own, other) in relation.columns.iter().zip(&relation.other) {
                    link(
                        &mut values,
                        *own,
                        Source::Earlier {
                            insert: parent,
                            column: *other,
                        },
                    );
                }
            }
        }
        // A record that others stand beside is written with them or not at all.
        let beside = !record.related.is_empty() || !place.related.is_empty();
        undoable(target, beside, &place)?;
        let own = self.all.len();
        if own >= BATCH_LIMIT {
            return Err(error(
                PlanErrorKind::Limit {
                    what: "related records",
                    limit: BATCH_LIMIT as u64,
                },
                &place,
            ));
        }
        self.all.push(Insert {
            table: id,
            values,
            place: place.clone(),
        });
        for (index, records) in &record.related {
            let relation = relation_of(*index)?;
            if relation.direction == Direction::Children {
                for (number, child) in records.iter().enumerate() {
                    let pairs = relation.other.iter().zip(&relation.columns);
                    let linked = pairs
                        .map(|(theirs, ours)| {
                            (
                                *theirs,
                                Source::Earlier {
                                    insert: own,
                                    column: *ours,
                                },
                            )
                        })
                        .collect();
                    let at = below(*index, number, relation.table);
                    self.add(relation.table, child, linked, at, depth)?;
                }
            }
        }
        Ok(own)
    }
}
