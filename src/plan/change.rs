//! The statements of writes: insert, update, delete, and the row that they concern.

use super::compare::key_condition;
use super::read::{column, select_list, shape, table, whole};
use super::sql::{Bind, Sql, Statement};
use super::value;
use super::write::Change;
use super::{Shape, VersionFrom};
use crate::call::{Key, Value};
use crate::catalog::{Catalog, Column, Dialect, Generation, Table, TableId, Versioning};
use crate::problem::{Place, PlanError};

/// What is read back of a written row: the key, the columns that related records refer to, and the version.
pub(crate) fn written(target: &Table, id: TableId) -> Shape {
    let mut columns: Vec<usize> = target.key.clone().unwrap_or_default();
    columns.extend(
        target
            .relations
            .iter()
            .flat_map(|relation| relation.columns.iter().copied()),
    );
    columns.sort_unstable();
    columns.dedup();
    let version = if target.versioning == Versioning::Xmin {
        VersionFrom::Xmin
    } else {
        VersionFrom::Nothing
    };
    shape(target, id, columns, version)
}

/// `select` the default of a column; nothing where it has none, or where the database counts.
pub(crate) fn default_statement(
    catalog: &Catalog,
    id: TableId,
    index: usize,
) -> Result<Option<(Statement, Shape)>, PlanError> {
    let target = table(catalog, id)?;
    let column = column(target, id, index)?;
    let (Generation::None, Some(default)) = (column.generation, &column.default) else {
        return Ok(None);
    };
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select ").push(default);
    let shape = shape(target, id, vec![index], VersionFrom::Nothing);
    Ok(Some((sql.finish(), shape)))
}

/// The bind of a value that is stored in a column; the values have been checked while planning.
fn stored_bind(
    dialect: Dialect,
    column: &Column,
    id: TableId,
    index: usize,
    given: &Value,
) -> Result<Bind, PlanError> {
    value::bind(dialect, &column.sql_type, &column.type_name, given).map_err(|kind| PlanError {
        kind,
        place: Place::column(id, index),
    })
}

/// `insert … returning …`; without `returning` where the server does not know it.
pub(crate) fn insert_statement(
    catalog: &Catalog,
    id: TableId,
    values: &[(usize, Value)],
    returning: Option<&Shape>,
) -> Result<Statement, PlanError> {
    let target = table(catalog, id)?;
    let mut sql = Sql::new(catalog.dialect);
    sql.push("insert into ").table(target);
    if values.is_empty() {
        sql.push(if catalog.dialect == Dialect::Mysql {
            " () values ()"
        } else {
            " default values"
        });
    } else {
        sql.push(" (");
        for (place, (index, _)) in values.iter().enumerate() {
            sql.push(if place > 0 { ", " } else { "" })
                .name(&column(target, id, *index)?.name);
        }
        sql.push(") values (");
        for (place, (index, value)) in values.iter().enumerate() {
            let column = column(target, id, *index)?;
            let bind = stored_bind(catalog.dialect, column, id, *index, value)?;
            sql.push(if place > 0 { ", " } else { "" })
                .store_bind(column, bind);
        }
        sql.push(")");
    }
    returning_clause(&mut sql, target, returning);
    Ok(sql.finish())
}

fn returning_clause(sql: &mut Sql, target: &Table, returning: Option<&Shape>) {
    let Some(shape) = returning else { return };
    sql.push(" returning ");
    if shape.columns.is_empty() && shape.version != VersionFrom::Xmin {
        sql.push("1");
    } else if shape.columns.is_empty() {
        sql.push("xmin");
    } else {
        select_list(sql, target, shape);
    }
}

/// `update … set … where key`, with the version where PostgreSQL compares it, answering what `returning` says.
pub(crate) fn update_statement(
    catalog: &Catalog,
    id: TableId,
    change: &Change,
    returning: Option<&Shape>,
) -> Result<Statement, PlanError> {
    let target = table(catalog, id)?;
    let mut sql = Sql::new(catalog.dialect);
    sql.push("update ").table(target).push(" set ");
    for (place, (index, value)) in change.set.iter().enumerate() {
        let column = column(target, id, *index)?;
        let bind = stored_bind(catalog.dialect, column, id, *index, value)?;
        sql.push(if place > 0 { ", " } else { "" })
            .name(&column.name)
            .push(" = ")
            .store_bind(column, bind);
    }
    sql.push(" where ");
    key_condition(
        &mut sql,
        target,
        id,
        target.key.as_deref().unwrap_or_default(),
        &change.key,
    )?;
    version_condition(&mut sql, target, change.version.as_deref());
    returning_clause(&mut sql, target, returning);
    Ok(sql.finish())
}

/// `delete from … where key`, with the version where PostgreSQL compares it.
pub(crate) fn delete_statement(
    catalog: &Catalog,
    id: TableId,
    key: &Key,
) -> Result<Statement, PlanError> {
    let target = table(catalog, id)?;
    let mut sql = Sql::new(catalog.dialect);
    sql.push("delete from ").table(target).push(" where ");
    key_condition(
        &mut sql,
        target,
        id,
        target.key.as_deref().unwrap_or_default(),
        &key.values,
    )?;
    version_condition(&mut sql, target, key.version.as_deref());
    Ok(sql.finish())
}

fn version_condition(sql: &mut Sql, target: &Table, version: Option<&str>) {
    if let (Versioning::Xmin, Some(version)) = (target.versioning, version) {
        sql.push(" and xmin::text = ")
            .plain_bind(Bind::Text(version.to_owned()));
    }
}

/// `select` all columns of the row with these values, locked until the transaction ends where `lock`; a second row tells that several have
/// them.
pub(crate) fn find_statement(
    catalog: &Catalog,
    id: TableId,
    values: &[(usize, Value)],
    lock: bool,
) -> Result<(Statement, Shape), PlanError> {
    let target = table(catalog, id)?;
    let shape = whole(target, id);
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select ");
    select_list(&mut sql, target, &shape);
    sql.push(" from ").table(target).push(" where ");
    let (columns, values): (Vec<usize>, Vec<Value>) = values.iter().cloned().unzip();
    key_condition(&mut sql, target, id, &columns, &values)?;
    sql.push(" limit 2");
    // SQLite's write transactions lock the whole file.
    if lock && target.lockable && catalog.dialect != Dialect::Sqlite {
        sql.push(" for update");
    }
    Ok((sql.finish(), shape))
}
