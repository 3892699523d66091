//! Reads: which columns come back, how each is read, and the statements of Get, Query, Count and expand.

use std::sync::Arc;

use super::compare::key_condition;
use super::cursor::{self, Start};
use super::filter;
use super::order::{self, Step};
use super::sql::{Sql, Statement, is_shown};
use crate::call::{Expand, Filter, Get, Query, Value};
use crate::catalog::{Catalog, Column, Dialect, SqlType, Table, TableId, Versioning};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// What the rows of a statement are.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The table that the rows are of.
    pub table: Option<TableId>,
    /// What each answered cell is: an index of the table's columns, or of a routine's fields.
    pub columns: Arc<[usize]>,
    /// How each of them is read.
    pub reads: Vec<SqlType>,
    /// Where the version comes from.
    pub version: VersionFrom,
    /// How many columns follow those, for the cursor; read as they are stored (SQLite).
    pub raw: usize,
}

/// Where a row's version comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionFrom {
    /// There is none.
    Nothing,
    /// The column after the answered ones.
    Xmin,
    /// A digest over the answered ones, which are all of the table's.
    Digest,
}

/// A statement whose rows are answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The statement.
    pub statement: Statement,
    /// Its rows.
    pub shape: Shape,
    /// What is fetched for them afterwards.
    pub expand: Vec<ExpandRead>,
}

/// A relation that is fetched for rows that are there.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpandRead {
    /// Index in the relations of the rows' table.
    pub relation: usize,
    /// The other table.
    pub table: TableId,
    /// The rows' columns, and the other table's that are equal to them.
    pub columns: Vec<(usize, usize)>,
    /// The related rows.
    pub shape: Shape,
    /// What is fetched for the related rows.
    pub expand: Vec<ExpandRead>,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The statement asks for one row more than the page holds.
    pub read: Read,
    /// Records in the page.
    pub size: u32,
    /// Bytes of rows after which it ends earlier.
    pub bytes: usize,
    /// What the next cursor is made with.
    pub cursor: cursor::Form,
}

pub(super) fn error(kind: PlanErrorKind, place: Place) -> PlanError {
    PlanError { kind, place }
}

pub(crate) fn table(catalog: &Catalog, id: TableId) -> Result<&Table, PlanError> {
    catalog
        .table(id)
        .ok_or_else(|| error(PlanErrorKind::Unknown("table"), Place::default()))
}

pub(crate) fn column(table: &Table, id: TableId, index: usize) -> Result<&Column, PlanError> {
    table
        .columns
        .get(index)
        .ok_or_else(|| error(PlanErrorKind::Unknown("column"), Place::column(id, index)))
}

/// The shape of all columns of a table.
pub(crate) fn whole(table: &Table, id: TableId) -> Shape {
    let version = match table.versioning {
        Versioning::Xmin => VersionFrom::Xmin,
        Versioning::Digest if table.key.is_some() => VersionFrom::Digest,
        Versioning::Digest => VersionFrom::Nothing,
    };
    shape(table, id, (0..table.columns.len()).collect(), version)
}

/// The shape of some columns. Without all of them a digest cannot be made, so all are fetched where one is needed.
fn chosen(table: &Table, id: TableId, fields: &[usize]) -> Result<Shape, PlanError> {
    if fields.is_empty() || (table.versioning == Versioning::Digest && table.key.is_some()) {
        return Ok(whole(table, id));
    }
    for field in fields {
        column(table, id, *field)?;
    }
    let key = table.key.as_deref().unwrap_or_default();
    let columns = (0..table.columns.len())
        .filter(|index| fields.contains(index) || key.contains(index))
        .collect();
    let version = if table.versioning == Versioning::Xmin {
        VersionFrom::Xmin
    } else {
        VersionFrom::Nothing
    };
    Ok(shape(table, id, columns, version))
}

pub(crate) fn shape(
    table: &Table,
    id: TableId,
    columns: Vec<usize>,
    version: VersionFrom,
) -> Shape {
    let reads = columns
        .iter()
        .filter_map(|index| table.columns.get(*index))
        .map(|column| column.sql_type.clone())
        .collect();
    Shape {
        table: Some(id),
        columns: columns.into(),
        reads,
        version,
        raw: 0,
    }
}

/// Adds the select list of a shape.
pub(crate) fn select_list(sql: &mut Sql, table: &Table, shape: &Shape) {
    for (place, index) in shape.columns.iter().enumerate() {
        if place > 0 {
            sql.push(", ");
        }
        if let Some(column) = table.columns.get(*index) {
            if sql.dialect == Dialect::Mysql && is_shown(&column.type_name) {
                sql.shown(None, column);
                continue;
            }
            let function = match sql.dialect {
                // A cast would add the mask of a single host, which SQL does not show.
                Dialect::Postgres if column.type_name == "inet" => Some("pg_catalog.abbrev("),
                _ => None,
            };
            if let Some(function) = function {
                sql.push(function);
            }
            sql.name(&column.name);
            if function.is_some() {
                sql.push(")");
            } else if let Some(cast) = read_cast(sql.dialect, &column.sql_type) {
                sql.push(cast);
            }
        }
    }
    if shape.version == VersionFrom::Xmin {
        sql.push(", xmin");
    }
}

/// The cast under which a column is read: PostgreSQL's types whose binary form is not read here come as text.
pub(crate) fn read_cast(dialect: Dialect, sql_type: &SqlType) -> Option<&'static str> {
    if dialect != Dialect::Postgres {
        return None;
    }
    match sql_type.base() {
        SqlType::Boolean
        | SqlType::Integer {
            unsigned: false, ..
        }
        | SqlType::Decimal { .. }
        | SqlType::Float32
        | SqlType::Float64
        | SqlType::Date
        | SqlType::Timestamp { .. }
        | SqlType::Time { zone: false }
        | SqlType::Uuid
        | SqlType::Bytes { .. } => None,
        // Also for text: `char` and extension types have other binary forms, and a cast from varchar costs nothing.
        _ => Some("::text"),
    }
}

fn key_of(table: &Table, operation: &'static str) -> Result<Vec<usize>, PlanError> {
    table
        .key
        .clone()
        .ok_or_else(|| error(PlanErrorKind::NotOffered(operation), Place::default()))
}

pub(crate) fn get(catalog: &Catalog, call: &Get) -> Result<Read, PlanError> {
    let target = table(catalog, call.table)?;
    let key = key_of(target, "Get")?;
    let shape = whole(target, call.table);
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select ");
    select_list(&mut sql, target, &shape);
    sql.push(" from ").table(target).push(" where ");
    key_condition(&mut sql, target, call.table, &key, &call.key)?;
    // A second row tells that several have the key.
    sql.push(" limit 2");
    let expand = expand(
        catalog,
        call.table,
        &call.expand,
        catalog.limits.expand_depth,
    )?;
    Ok(Read {
        statement: sql.finish(),
        shape,
        expand,
    })
}

pub(crate) fn query(catalog: &Catalog, call: &Query) -> Result<Page, PlanError> {
    let target = table(catalog, call.table)?;
    let size = match call.page_size {
        Some(0) => {
            return Err(error(
                PlanErrorKind::Value {
                    value: "0".to_owned(),
                    expected: "a page size from 1",
                },
                Place::default(),
            ));
        }
        Some(size) => u32::try_from(size)
            .unwrap_or(u32::MAX)
            .min(catalog.limits.page_size_limit),
        None => catalog.limits.page_size.min(catalog.limits.page_size_limit),
    };
    let order = order::whole_order(catalog.dialect, target, call.table, &call.order)?;
    let form = cursor::Form::new(catalog, target, call, order);
    let start = match &call.cursor {
        Some(text) => form.read(text)?,
        None => Start::default(),
    };
    let mut shape = chosen(target, call.table, &call.fields)?;
    // The cursor needs the order's columns as they are stored: beside the answered ones, where those do not say it.
    let answered = |by: &Step| {
        let column = target.columns.get(by.column);
        shape.columns.contains(&by.column)
            && column.is_some_and(|column| cursor::kept_by_cell(catalog.dialect, column))
    };
    let from_cells = !form.duplicates && form.order.iter().all(answered);
    let raw: &[Step] = if from_cells { &[] } else { &form.order };
    shape.raw = raw.len();
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select ");
    select_list(&mut sql, target, &shape);
    for step in raw {
        sql.push(", ");
        if let Some(column) = target.columns.get(step.column) {
            cursor::raw_column(&mut sql, column);
        }
    }
    sql.push(" from ").table(target);
    let mut joint = " where ";
    if let Some(filter) = &call.filter {
        sql.push(joint);
        filter::condition(&mut sql, target, call.table, filter, FILTER_DEPTH)?;
        joint = " and ";
    }
    if !start.values.is_empty() {
        sql.push(joint);
        order::after(&mut sql, target, &form, &start);
    }
    order::order_by(&mut sql, target, &form.order);
    // One more than the page: whether there is a next one.
    sql.push(&format!(" limit {}", u64::from(size) + 1));
    if start.skip > 0 {
        sql.push(&format!(" offset {}", start.skip));
    }
    let expand = expand(
        catalog,
        call.table,
        &call.expand,
        catalog.limits.expand_depth,
    )?;
    Ok(Page {
        read: Read {
            statement: sql.finish(),
            shape,
            expand,
        },
        size,
        bytes: catalog.limits.page_bytes,
        cursor: form.starting(start),
    })
}

/// How deep filters may nest.
const FILTER_DEPTH: u32 = 16;

pub(crate) fn count(
    catalog: &Catalog,
    id: TableId,
    filter: Option<&Filter>,
) -> Result<Statement, PlanError> {
    let target = table(catalog, id)?;
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select count(*) from ").table(target);
    if let Some(filter) = filter {
        sql.push(" where ");
        filter::condition(&mut sql, target, id, filter, FILTER_DEPTH)?;
    }
    Ok(sql.finish())
}

/// Plans the relations of rows of a table.
pub(crate) fn expand(
    catalog: &Catalog,
    id: TableId,
    asked: &[Expand],
    depth: u32,
) -> Result<Vec<ExpandRead>, PlanError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let Some(depth) = depth.checked_sub(1) else {
        let limit = u64::from(catalog.limits.expand_depth);
        return Err(error(
            PlanErrorKind::Limit {
                what: "levels of related records",
                limit,
            },
            Place::default(),
        ));
    };
    let source = table(catalog, id)?;
    let mut reads = Vec::with_capacity(asked.len());
    for one in asked {
        let relation = source.relations.get(one.relation);
        let relation =
            relation.ok_or_else(|| error(PlanErrorKind::Unknown("relation"), Place::default()))?;
        let other = table(catalog, relation.table)?;
        reads.push(ExpandRead {
            relation: one.relation,
            table: relation.table,
            columns: relation
                .columns
                .iter()
                .copied()
                .zip(relation.other.iter().copied())
                .collect(),
            shape: whole(other, relation.table),
            expand: expand(catalog, relation.table, &one.expand, depth)?,
        });
    }
    Ok(reads)
}

/// How many parents one statement asks for where each is a placeholder of its own.
pub(crate) const BATCH: usize = 200;

/// The statement that fetches the related rows of some parents, whose values come in the order of
/// [`ExpandRead::columns`]; at most `limit` of them.
pub(crate) fn related(
    catalog: &Catalog,
    read: &ExpandRead,
    parents: &[Vec<Value>],
    limit: u32,
) -> Result<Statement, PlanError> {
    let target = table(catalog, read.table)?;
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select ");
    select_list(&mut sql, target, &read.shape);
    sql.push(" from ").table(target).push(" where ");
    let columns: Vec<&Column> = read
        .columns
        .iter()
        .map(|(_, other)| column(target, read.table, *other))
        .collect::<Result<_, _>>()?;
    match catalog.dialect {
        Dialect::Postgres => filter::any_of_rows(&mut sql, &columns, parents, read.table)?,
        _ => filter::one_of_rows(&mut sql, &columns, parents, read.table)?,
    }
    let order = order::whole_order(catalog.dialect, target, read.table, &[])?;
    order::order_by(&mut sql, target, &order.steps);
    sql.push(&format!(" limit {}", u64::from(limit) + 1));
    Ok(sql.finish())
}
