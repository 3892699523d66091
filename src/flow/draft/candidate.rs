//! The columns that a target's value may come from, and how alike each is to it. Pure.

use soapstone_schema::model::TypeId;

use crate::catalog::{Catalog, Column, Direction, Table};

use super::likeness::{Words, likeness};
use super::reference::member;

/// The record at hand.
pub(super) struct Place<'p, 'a> {
    pub(super) variable: String,
    pub(super) table: &'a Table,
    pub(super) outer: Option<&'p Place<'p, 'a>>,
}

/// A column with the way to it.
pub(super) struct Candidate<'a> {
    pub(super) expression: String,
    /// The relations to load for it, as `expand` names them; empty for none.
    pub(super) expand: String,
    pub(super) table: &'a Table,
    /// The relation's words, else the table's.
    pub(super) of: Words,
    pub(super) own: bool,
    pub(super) column: &'a Column,
}

/// A target.
pub(super) struct Goal<'a> {
    pub(super) path: &'a str,
    pub(super) name: &'a str,
    pub(super) parent: &'a str,
    pub(super) type_: TypeId,
    pub(super) required: bool,
}

impl<'a> Candidate<'a> {
    /// The columns that a value may come from: of the record at hand, of what it refers to, of the records around it.
    pub(super) fn all(catalog: &'a Catalog, at: &Place<'_, 'a>) -> Vec<Candidate<'a>> {
        let mut found = Vec::new();
        let mut place = Some(at);
        let mut own = true;
        while let Some(at) = place {
            let of = Words::of(&at.table.name);
            found.extend(at.table.columns.iter().map(|column| Candidate {
                expression: member(&at.variable, &column.name),
                expand: String::new(),
                table: at.table,
                of: of.clone(),
                own,
                column,
            }));
            // Only what the outermost record refers to can be named in `expand` without knowing the way.
            let parents =
                at.table.relations.iter().filter(|relation| {
                    at.outer.is_none() && relation.direction == Direction::Parent
                });
            for relation in parents {
                let Some(table) = catalog.table(relation.table) else {
                    continue;
                };
                let of = Words::of(&relation.name);
                let way = member(&at.variable, &relation.name);
                found.extend(table.columns.iter().map(|column| Candidate {
                    expression: member(&way, &column.name),
                    expand: relation.name.clone(),
                    table,
                    of: of.clone(),
                    own: false,
                    column,
                }));
            }
            place = at.outer;
            own = false;
        }
        found
    }
}

/// How alike a column is to a target, of 100: its own name, or with what it is of; what is of another record counts where the target
/// stands in a part of that name.
pub(super) fn alike(goal: &Goal<'_>, candidate: &Candidate<'_>, at: &Place<'_, '_>) -> u32 {
    let (leaf, parent) = (Words::of(goal.name), Words::of(goal.parent));
    let column = Words::of(&candidate.column.name);
    let whole = candidate.of.with(&column);
    let plain = likeness(&leaf, &column);
    let with_of = likeness(&leaf, &whole);
    let with_both = likeness(&parent.with(&leaf), &whole);
    let here = parent.is_empty() || likeness(&parent, &Words::of(&at.table.name)) > 0;
    match candidate.own {
        true if here => plain
            .max(with_of.saturating_sub(2))
            .max(with_both.saturating_sub(4)),
        // A column of the record for a target in a part of another name.
        true => (plain * 7 / 10)
            .max(with_of * 9 / 10)
            .max(with_both.saturating_sub(4)),
        false => with_of
            .saturating_sub(1)
            .max(with_both.saturating_sub(3))
            .max(
                match likeness(
                    &parent,
                    &candidate.of.with(&Words::of(&candidate.table.name)),
                ) {
                    0 => plain * 4 / 10,
                    _ => plain * 9 / 10,
                },
            ),
    }
}
