//! Several records of a table by their keys in one statement: what `Get`s that arrive together cost the database once (PostgreSQL).

use super::filter;
use super::read::{self, Read};
use super::sql::Sql;
use crate::call::Value;
use crate::catalog::{Catalog, Column, Dialect, SqlType, Table, TableId};
use crate::problem::PlanError;

/// How many records one statement asks for at most.
pub const MOST_TOGETHER: usize = 16;

/// What the keys are called in the statement.
const ASKED: &str = "asked for";

/// The columns of a key by which records can be read together: equality of whole numbers and UUIDs knows no collation and no second spelling.
fn key_columns(table: &Table) -> Option<Vec<&Column>> {
    let columns = table.key.as_deref()?.iter();
    columns
        .map(|index| {
            let column = table.columns.get(*index)?;
            matches!(column.sql_type, SqlType::Integer { .. } | SqlType::Uuid).then_some(column)
        })
        .collect()
}

/// Tells whether records of a table can be read together.
pub fn can_read_together(catalog: &Catalog, table: &Table) -> bool {
    catalog.dialect == Dialect::Postgres && key_columns(table).is_some()
}

/// Plans to read the records of some keys: a row for each of them, in their order; all NULL where there is no such record. `None` where
/// [`can_read_together`] says no.
pub fn records(
    catalog: &Catalog,
    id: TableId,
    keys: &[Vec<Value>],
) -> Result<Option<Read>, PlanError> {
    let target = read::table(catalog, id)?;
    let Some(columns) = key_columns(target).filter(|_| can_read_together(catalog, target)) else {
        return Ok(None);
    };
    let shape = read::whole(target, id);
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select r.* from unnest(");
    filter::arrays(&mut sql, &columns, keys, id)?;
    // The inner select would take the table for what is asked, were it called the same.
    let asked = if target.name == ASKED { "asked" } else { ASKED };
    sql.push(") with ordinality as ").name(asked).push("(");
    for place in 0..columns.len() {
        sql.push(&format!("k{place}, "));
    }
    sql.push("place) left join lateral (select ");
    read::select_list(&mut sql, target, &shape);
    sql.push(" from ").table(target);
    for (place, column) in columns.iter().enumerate() {
        sql.push(if place == 0 { " where " } else { " and " })
            .name(&column.name)
            .push(" = ")
            .name(asked)
            .push(&format!(".k{place}"));
    }
    // With an offset the inner select stays one of its own, run for each key as it is alone: a view is not made whole first.
    sql.push(" offset 0) r on true order by ")
        .name(asked)
        .push(".place");
    Ok(Some(Read {
        statement: sql.finish(),
        shape,
        expand: Vec::new(),
    }))
}
