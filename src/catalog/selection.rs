//! What the configuration says about a catalog: what is left out, what is called otherwise, which keys are known.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Limits;

/// What of the database is offered, and under which names.
///
/// Names are `schema.table`, `schema.table.column` or `schema.routine`; patterns may hold `*` for any characters.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only tables and routines that match one of these; empty means all.
    pub include: Vec<String>,
    /// No tables, routines or columns that match one of these.
    pub exclude: Vec<String>,
    /// Other names for tables, columns and routines.
    pub rename: BTreeMap<String, String>,
    /// Keys of views and of tables without one: names of columns.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The folder of named SQL files.
    pub routines: Option<PathBuf>,
    /// The bounds of calls.
    pub limits: Limits,
}

impl Selection {
    /// Tells whether a table or routine is offered.
    pub(crate) fn takes(&self, schema: &str, name: &str) -> bool {
        let full = format!("{schema}.{name}");
        (self.include.is_empty() || self.include.iter().any(|pattern| matches(pattern, &full)))
            && !self.exclude.iter().any(|pattern| matches(pattern, &full))
    }

    /// Tells whether a column of an offered table is offered.
    pub(crate) fn takes_column(&self, schema: &str, table: &str, column: &str) -> bool {
        let full = format!("{schema}.{table}.{column}");
        !self
            .exclude
            .iter()
            .any(|pattern| pattern.matches('.').count() >= 2 && matches(pattern, &full))
    }

    /// The names that must be there: what is renamed, and the columns of keys.
    pub(crate) fn named(&self) -> impl Iterator<Item = String> {
        let keys = self.keys.iter().flat_map(|(table, columns)| {
            columns
                .iter()
                .map(move |column| format!("{table}.{column}"))
        });
        self.rename.keys().cloned().chain(keys)
    }

    /// The name that the contract is made from.
    pub(crate) fn public_name(&self, full: &str, name: &str) -> String {
        self.rename
            .get(full)
            .map_or(name, String::as_str)
            .to_owned()
    }
}

/// Compares a name with a pattern in time proportional to both lengths.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("public.*", "public.order", true),
            ("public.order", "public.order", true),
            ("public.order", "public.orders", false),
            ("*.log_*", "crm.log_2024", true),
            ("*a*a", "ba", false),
            ("*a*a", "baa", true),
            ("*", "x.y", true),
            ("*order*", "public.sales_order_line", true),
            ("a*a", "a", false),
            ("sales_order", "sales_order_line", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
