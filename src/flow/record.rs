//! Records with what belongs to them, loaded by the plans that serve `Query`, as JSON for expressions.

use std::collections::HashMap;

use base64::Engine as _;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::call::{Call, Condition, Expand, Filter, Query, Reply, Value};
use crate::capture::log::Fields;
use crate::catalog::{Catalog, Direction, SqlType, Table, TableId};
use crate::database::Database;
use crate::plan::plan;
use crate::rows::{Cell, Rows};
use crate::run::run;

use super::FlowError;
use super::expression::{Shape, is_number};

/// What to load of each record.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// The table.
    pub table: TableId,
    /// The related records.
    pub expand: Vec<Expand>,
}

impl Graph {
    /// Resolves the names of relations (`company`, `sales_order_line.product`) from a table.
    ///
    /// # Errors
    /// For each path that names no relation, its position and what there is instead.
    pub fn of(
        catalog: &Catalog,
        table: TableId,
        paths: &[String],
    ) -> Result<Graph, Vec<(usize, String)>> {
        let (mut expand, mut wrong) = (Vec::new(), Vec::new());
        for (position, path) in paths.iter().enumerate() {
            if let Err(reason) = add(catalog, table, path, &mut expand, 0) {
                wrong.push((position, reason));
            }
        }
        if wrong.is_empty() {
            Ok(Graph { table, expand })
        } else {
            Err(wrong)
        }
    }

    /// What an expression sees of a record.
    pub fn shape(&self, catalog: &Catalog) -> Shape {
        shape(catalog, self.table, &self.expand)
    }

    /// Takes what the catalog says of the graph's tables into a digest; other tables, and the numbers that tables have, are not in it.
    pub fn mark(&self, catalog: &Catalog, digest: &mut Sha256) {
        mark(catalog, self.table, &self.expand, digest);
        digest.update(format!("{:?}", catalog.limits));
    }
}

fn mark(catalog: &Catalog, table: TableId, expand: &[Expand], digest: &mut Sha256) {
    let Some(table) = catalog.table(table) else {
        return;
    };
    let alone = Table {
        relations: Vec::new(),
        ..table.clone()
    };
    digest.update(format!("{alone:?}"));
    for expand in expand {
        if let Some(relation) = table.relations.get(expand.relation) {
            let (name, direction) = (&relation.name, relation.direction);
            let columns = (&relation.columns, &relation.other);
            digest.update(format!("{name:?} {direction:?} {columns:?}"));
            mark(catalog, relation.table, &expand.expand, digest);
        }
    }
}

fn add(
    catalog: &Catalog,
    table: TableId,
    path: &str,
    expand: &mut Vec<Expand>,
    depth: usize,
) -> Result<(), String> {
    let Some(described) = catalog.table(table) else {
        return Err("the table is gone".to_owned());
    };
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(relation) = described.find_relation(name) else {
        let known: Vec<&str> = described
            .relations
            .iter()
            .map(|relation| relation.name.as_str())
            .collect();
        return Err(format!(
            "{} has no relation `{name}`; it has: {}",
            described.name,
            known.join(", ")
        ));
    };
    if depth >= catalog.limits.expand_depth as usize {
        return Err(format!(
            "relations are loaded {} deep at most",
            catalog.limits.expand_depth
        ));
    }
    let known = expand.iter().position(|known| known.relation == relation);
    let index = known.unwrap_or(expand.len());
    if known.is_none() {
        expand.push(Expand {
            relation,
            expand: Vec::new(),
        });
    }
    match (
        rest,
        expand.get_mut(index),
        described.relations.get(relation),
    ) {
        (Some(rest), Some(inner), Some(relation)) => {
            add(catalog, relation.table, rest, &mut inner.expand, depth + 1)
        }
        _ => Ok(()),
    }
}

fn shape(catalog: &Catalog, table: TableId, expand: &[Expand]) -> Shape {
    let relations = catalog
        .table(table)
        .map(|table| table.relations.as_slice())
        .unwrap_or_default();
    let related = expand
        .iter()
        .filter_map(|expand| {
            relations
                .get(expand.relation)
                .map(|relation| (relation, expand))
        })
        .map(|(relation, expand)| {
            let of = shape(catalog, relation.table, &expand.expand);
            let of = if relation.direction == Direction::Children {
                Shape::List(Box::new(of))
            } else {
                of
            };
            (relation.name.clone(), of)
        })
        .collect();
    Shape::Record { table, related }
}

/// Loads records by their keys as the change log has them; a record that is gone is absent.
///
/// # Errors
/// The database can't be read.
pub async fn load(
    database: &Database,
    catalog: &Catalog,
    graph: &Graph,
    keys: &[&Fields],
) -> Result<Vec<Option<Json>>, FlowError> {
    let table = catalog
        .table(graph.table)
        .ok_or_else(|| FlowError::Records("the table is gone".to_owned()))?;
    let mut known: HashMap<&Fields, Json> = HashMap::new();
    if let Some(column) = plain_key(table) {
        let values: Vec<Value> = keys
            .iter()
            .filter_map(|key| key_values(table, key)?.into_iter().next())
            .collect();
        let conditions = vec![(column, Condition::In(values))];
        let page = page(database, catalog, graph, conditions, keys.len()).await;
        // Records with more related ones than one answer may hold are loaded alone, below.
        let rows = match page {
            Err(error) if keys.len() < 2 => return Err(error),
            page => page.ok(),
        };
        if let Some(rows) = rows {
            let name = table
                .columns
                .get(column)
                .map(|column| column.name.clone())
                .unwrap_or_default();
            let mut records: HashMap<String, Json> = records(catalog, graph.table, &rows)
                .into_iter()
                .filter_map(|record| Some((text(record.get(&name)?), record)))
                .collect();
            for key in keys {
                let wanted = key.iter().find(|(column, _)| *column == name);
                let found = wanted.and_then(|(_, wanted)| records.remove(wanted.as_deref()?));
                known.extend(found.map(|record| (*key, record)));
            }
        }
    }
    let mut loaded = Vec::with_capacity(keys.len());
    for key in keys {
        // Not found by the batch: gone, or its key is written another way there; asked for alone, the database tells.
        if !known.contains_key(key)
            && let Some(record) = load_one(database, catalog, graph, key).await?
        {
            known.insert(key, record);
        }
        loaded.push(known.get(key).cloned());
    }
    Ok(loaded)
}

/// Loads one record by its key.
///
/// # Errors
/// The database can't be read.
pub async fn load_one(
    database: &Database,
    catalog: &Catalog,
    graph: &Graph,
    key: &Fields,
) -> Result<Option<Json>, FlowError> {
    let table = catalog
        .table(graph.table)
        .ok_or_else(|| FlowError::Records("the table is gone".to_owned()))?;
    let Some(key) = key_values(table, key) else {
        return Ok(None);
    };
    let conditions = table.key.iter().flatten().copied();
    let conditions = conditions.zip(key.into_iter().map(Condition::Eq));
    // Where several records have the key, one of them goes out.
    let rows = page(database, catalog, graph, conditions.collect(), 1).await?;
    Ok(records(catalog, graph.table, &rows).into_iter().next())
}

/// The first records that meet all conditions.
async fn page(
    database: &Database,
    catalog: &Catalog,
    graph: &Graph,
    conditions: Vec<(usize, Condition)>,
    size: usize,
) -> Result<Rows, FlowError> {
    let query = Call::Query(Query {
        table: graph.table,
        filter: Some(Filter {
            columns: conditions,
            ..Filter::default()
        }),
        order: Vec::new(),
        fields: Vec::new(),
        expand: graph.expand.clone(),
        page_size: Some(size as u64),
        cursor: None,
    });
    let plan = plan(catalog, &query).map_err(|error| FlowError::Records(error.to_string()))?;
    match run(database, catalog, &plan).await {
        Ok(Reply::Page { rows, .. }) => Ok(rows),
        Ok(_) => Ok(Rows::default()),
        Err(error) => Err(FlowError::Records(error.to_string())),
    }
}

/// The only key column, where its text is the same in the log and in an answer.
fn plain_key(table: &Table) -> Option<usize> {
    let [column] = table.key.as_deref()? else {
        return None;
    };
    let type_ = &table.columns.get(*column)?.sql_type;
    matches!(
        type_.base(),
        SqlType::Integer { .. } | SqlType::Text { .. } | SqlType::Uuid
    )
    .then_some(*column)
}

fn key_values(table: &Table, key: &Fields) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for index in table.key.as_deref()? {
        let column = table.columns.get(*index)?;
        let (_, value) = key.iter().find(|(name, _)| *name == column.name)?;
        let value = value.as_deref()?;
        values.push(match column.sql_type.base() {
            SqlType::Bytes { .. } => Value::Bytes(bytes(value)?),
            _ => Value::Text(value.to_owned()),
        });
    }
    Some(values)
}

/// Reads hexadecimal, with or without PostgreSQL's `\x`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x").unwrap_or(text).as_bytes();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// A single value's text.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Rows as JSON objects: whole numbers as numbers, true and false, bytes in Base64, everything else as exact text.
pub(super) fn records(catalog: &Catalog, table: TableId, rows: &Rows) -> Vec<Json> {
    let Some(table) = catalog.table(table) else {
        return Vec::new();
    };
    let mut found: Vec<serde_json::Map<String, Json>> = (0..rows.len())
        .map(|row| {
            rows.columns()
                .iter()
                .filter_map(|index| table.columns.get(*index))
                .zip(rows.row(row))
                .map(|(column, cell)| (column.name.clone(), value(cell, &column.sql_type)))
                .collect()
        })
        .collect();
    for related in &rows.related {
        let Some(relation) = table.relations.get(related.relation) else {
            continue;
        };
        let others = records(catalog, relation.table, &related.rows);
        for (record, of) in found.iter_mut().zip(&related.of) {
            let mut of = of
                .iter()
                .filter_map(|index| others.get(*index as usize))
                .cloned();
            let related = match relation.direction {
                Direction::Parent => of.next().unwrap_or(Json::Null),
                Direction::Children => Json::Array(of.collect()),
            };
            record.insert(relation.name.clone(), related);
        }
    }
    found.into_iter().map(Json::Object).collect()
}

fn value(cell: Cell<'_>, type_: &SqlType) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Text(text) => lexical(text, type_),
        Cell::Bytes(bytes) => base64::engine::general_purpose::STANDARD
            .encode(bytes)
            .into(),
        Cell::Misfit(bytes) => String::from_utf8_lossy(bytes).into(),
        Cell::List(items) => {
            let item = match type_.base() {
                SqlType::Array { item } => (**item).clone(),
                _ => SqlType::Other,
            };
            Json::Array(items.map(|cell| value(cell, &item)).collect())
        }
        Cell::Fields(cells) => match type_.base() {
            SqlType::Composite { fields, .. } => Json::Object(
                fields
                    .iter()
                    .zip(cells)
                    .map(|(field, cell)| (field.name.clone(), value(cell, &field.sql_type)))
                    .collect(),
            ),
            _ => Json::Null,
        },
    }
}

fn lexical(text: &str, type_: &SqlType) -> Json {
    match type_.base() {
        SqlType::Boolean => match text {
            "true" | "t" | "1" => true.into(),
            "false" | "f" | "0" => false.into(),
            other => other.into(),
        },
        _ if is_number(type_) => text.parse::<i64>().map_or_else(|_| text.into(), Json::from),
        SqlType::Float32 | SqlType::Float64 => text
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| text.into(), Json::Number),
        _ => text.into(),
    }
}

/// A row that is gone, from what the log kept of it: the row before, else the key alone.
pub fn gone(table: &Table, before: Option<&Fields>, key: &Fields) -> Json {
    let fields = before.unwrap_or(key).iter().map(|(name, value)| {
        let type_ = table
            .find_column(name)
            .and_then(|index| table.columns.get(index))
            .map(|column| &column.sql_type);
        let value = match (value, type_) {
            (None, _) => Json::Null,
            (Some(text), Some(type_)) => lexical(text, type_),
            (Some(text), None) => text.as_str().into(),
        };
        (name.clone(), value)
    });
    Json::Object(fields.collect())
}
