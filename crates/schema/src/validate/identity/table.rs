//! The tables of keys: what a scope has seen, and what keyrefs of outer elements may refer to (part 1, 3.11.5).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::model::ConstraintId;
use crate::simple::Value;

/// The values of a row's fields.
pub(super) type Key = Box<[Value]>;

/// The rows of one key or unique constraint; false where two elements below have the row, so that it refers to neither.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: HashMap<Key, bool>,
}

impl Table {
    /// Adds a row; answers it as text where it is there already.
    pub(super) fn add(&mut self, key: Key) -> Result<(), String> {
        match self.rows.entry(key) {
            Entry::Occupied(known) => Err(shown(known.key())),
            Entry::Vacant(free) => {
                free.insert(true);
                Ok(())
            }
        }
    }

    fn join(&mut self, mut other: Table) {
        if other.rows.len() > self.rows.len() {
            std::mem::swap(self, &mut other);
        }
        for (key, single) in other.rows {
            self.rows
                .entry(key)
                .and_modify(|single| *single = false)
                .or_insert(single);
        }
    }
}

/// A row as messages show it.
pub(super) fn shown(key: &[Value]) -> String {
    let shown = |value: &Value| {
        let mut text = String::new();
        value.write(&mut text);
        format!("{text:?}")
    };
    key.iter().map(shown).collect::<Vec<String>>().join(", ")
}

/// The tables that an open keyref may look into, each at the depth of the element that it belongs to.
#[derive(Debug, Default)]
pub(super) struct Tables {
    tables: Vec<(usize, ConstraintId, Table)>,
}

impl Tables {
    pub(super) fn holds(&self, depth: usize) -> bool {
        self.tables.last().is_some_and(|table| table.0 == depth)
    }

    /// Adds an element's own table: its rows go before those of the elements below.
    pub(super) fn own(&mut self, depth: usize, constraint: ConstraintId, mut table: Table) {
        match self.at(depth, constraint) {
            Some(below) => {
                if table.rows.len() < below.rows.len() {
                    below.rows.extend(table.rows);
                } else {
                    for (key, single) in below.rows.drain() {
                        table.rows.entry(key).or_insert(single);
                    }
                    *below = table;
                }
            }
            None => self.tables.push((depth, constraint, table)),
        }
    }

    pub(super) fn contains(
        &mut self,
        depth: usize,
        constraint: ConstraintId,
        key: &[Value],
    ) -> bool {
        self.at(depth, constraint)
            .is_some_and(|table| table.rows.get(key) == Some(&true))
    }

    /// Moves the tables of an element to its parent, those that an open keyref looks for.
    pub(super) fn rise(&mut self, depth: usize, open: impl Fn(ConstraintId) -> bool) {
        let mut rising = Vec::new();
        while let Some(table) = self.tables.pop_if(|table| table.0 == depth) {
            rising.push(table);
        }
        for (_, constraint, table) in rising {
            if !open(constraint) {
                continue;
            }
            match self.at(depth - 1, constraint) {
                Some(above) => above.join(table),
                None => self.tables.push((depth - 1, constraint, table)),
            }
        }
    }

    fn at(&mut self, depth: usize, constraint: ConstraintId) -> Option<&mut Table> {
        let mut tables = self
            .tables
            .iter_mut()
            .rev()
            .take_while(|table| table.0 == depth);
        tables
            .find(|table| table.1 == constraint)
            .map(|table| &mut table.2)
    }
}
