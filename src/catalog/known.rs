//! The names of a database that a configuration may use, and what was meant by one that is none of them.

use std::collections::BTreeSet;

use super::selection::matches;
use super::{Omitted, Routine, Table};
use crate::config::nearest;

/// `schema.table`, `schema.table.column` and `schema.routine`, of everything that there is.
#[derive(Debug, Clone, Default)]
pub struct Known(BTreeSet<String>);

impl Known {
    /// Takes the names of tables with their columns, of routines, and of what is not offered.
    pub fn of(tables: &[Table], routines: &[Routine], omitted: &[Omitted]) -> Known {
        let mut names = BTreeSet::new();
        for table in tables {
            let full = format!("{}.{}", table.schema, table.name);
            let columns = table.columns.iter();
            names.extend(columns.map(|column| format!("{full}.{}", column.name)));
            names.insert(full);
        }
        let routines = routines.iter();
        names.extend(routines.map(|routine| format!("{}.{}", routine.schema, routine.name)));
        names.extend(
            omitted
                .iter()
                .map(|one| format!("{}.{}", one.schema, one.name)),
        );
        Known(names)
    }

    /// Adds the names of routines that a folder of named SQL is to hold.
    pub fn add_named(&mut self, schema: &str, names: &[String]) {
        let names = names.iter();
        self.0.extend(names.map(|name| format!("{schema}.{name}")));
    }

    /// Tells whether there is something of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Tells whether a pattern matches anything.
    pub fn any(&self, pattern: &str) -> bool {
        self.0.iter().any(|name| matches(pattern, name))
    }

    /// What to do about a name that is none: the one without its schema, or the nearest.
    pub fn advice(&self, name: &str) -> String {
        let depth = name.matches('.').count();
        let inner = format!(".{name}");
        let near = self.0.iter().find(|known| known.ends_with(&inner));
        let alike: Vec<&str> = self
            .0
            .iter()
            .filter(|known| known.matches('.').count() == depth)
            .map(String::as_str)
            .collect();
        match near.map(String::as_str).or_else(|| nearest(name, &alike)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if depth == 0 => "names start with their schema".to_owned(),
            None => "there is nothing like it".to_owned(),
        }
    }
}
