//! Related records that come back with a record that is changed, as `expand` answered them: what has to be read to see that they are as
//! they are stored.

use super::read::{ExpandRead, expand};
use crate::call::{Expand, Record};
use crate::catalog::{Catalog, TableId};
use crate::problem::{PlanError, PlanErrorKind};

use super::write::error;
use crate::problem::Place;

/// The related records of one record that is changed; they are not written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside {
    /// As they were given, by relation.
    pub records: Vec<(usize, Vec<Record>)>,
    /// The relations that they stand in.
    pub reads: Vec<ExpandRead>,
}

pub(super) fn beside(
    catalog: &Catalog,
    table: TableId,
    record: &Record,
    place: &Place,
) -> Result<Beside, PlanError> {
    let reads = expand(
        catalog,
        table,
        &relations(&record.related),
        catalog.limits.expand_depth,
    )
    .map_err(|found| error(found.kind, place))?;
    Ok(Beside {
        records: record.related.clone(),
        reads,
    })
}

/// Refuses related records of a record that is new in any case.
pub(super) fn none_beside(record: &Record, place: &Place) -> Result<(), PlanError> {
    let kind = PlanErrorKind::NotOffered("related records of new ones in Upsert");
    match record.related.is_empty() {
        true => Ok(()),
        false => Err(error(kind, place)),
    }
}

/// The relations of related records, of all of one relation together.
fn relations(related: &[(usize, Vec<Record>)]) -> Vec<Expand> {
    let mut found: Vec<Expand> = Vec::new();
    for (relation, records) in related {
        let inner = records.iter().map(|record| relations(&record.related));
        let inner = inner.fold(Vec::new(), joined);
        found = joined(
            found,
            vec![Expand {
                relation: *relation,
                expand: inner,
            }],
        );
    }
    found
}

fn joined(mut some: Vec<Expand>, others: Vec<Expand>) -> Vec<Expand> {
    for other in others {
        match some.iter_mut().find(|one| one.relation == other.relation) {
            Some(one) => one.expand = joined(std::mem::take(&mut one.expand), other.expand),
            None => some.push(other),
        }
    }
    some
}
