//! Values such as a column may hold, to try expressions with before anything runs. Pure.

use serde_json::{Value as Json, json};

use crate::catalog::{Catalog, SqlType};

use super::is_number;
use super::shape::Shape;

/// The names whose single values are texts.
const TEXTS: [&str; 4] = ["kind", "message_id", "reference", "reason"];

/// A value for a name of a shape; absent where nothing is known of it.
pub(super) fn named(catalog: &Catalog, name: &str, shape: &Shape) -> Option<Json> {
    match shape {
        Shape::Scalar if TEXTS.contains(&name) => Some("1".into()),
        _ => of(catalog, shape),
    }
}

fn of(catalog: &Catalog, shape: &Shape) -> Option<Json> {
    Some(match shape {
        Shape::Record { table, related } => {
            let table = catalog.table(*table)?;
            let mut fields: serde_json::Map<String, Json> = table
                .columns
                .iter()
                .map(|column| (column.name.clone(), value(&column.sql_type)))
                .collect();
            for (name, shape) in related {
                fields.insert(name.clone(), of(catalog, shape)?);
            }
            Json::Object(fields)
        }
        Shape::List(item) => Json::Array(vec![of(catalog, item)?]),
        Shape::Keys(keys) => keys.iter().map(|key| (key.clone(), json!({}))).collect(),
        Shape::Column { table, column } => {
            value(&catalog.table(*table)?.columns.get(*column)?.sql_type)
        }
        Shape::Scalar | Shape::Any => return None,
    })
}

/// A value of a type in the form that records have.
fn value(type_: &SqlType) -> Json {
    if is_number(type_) {
        return 1.into();
    }
    match type_.base() {
        SqlType::Boolean => true.into(),
        SqlType::Float32 | SqlType::Float64 => 1.5.into(),
        SqlType::Date => "2026-01-01".into(),
        SqlType::Time { .. } => "12:00:00".into(),
        SqlType::Timestamp { .. } => "2026-01-01T12:00:00Z".into(),
        SqlType::Enum { labels, .. } => labels.first().cloned().unwrap_or_default().into(),
        SqlType::Array { item } => json!([value(item)]),
        SqlType::Composite { fields, .. } => fields
            .iter()
            .map(|field| (field.name.clone(), value(&field.sql_type)))
            .collect(),
        _ => "1".into(),
    }
}
