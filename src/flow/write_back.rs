//! Writing what became of a delivery into the source row, in the transaction that settles it.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::capture::log::fields;
use crate::capture::trigger::{qualified, quoted};
use crate::catalog::{Column, Dialect, SqlType, Table};
use crate::store::session::{Bind, Session};

use super::expression::{Expression, Names, Scope, Shape};
use super::{FlowError, Pending, Settled, WriteBack};

/// The columns that get values.
pub struct Columns {
    /// The SQL that the database speaks.
    pub dialect: Dialect,
    /// The source table.
    pub table: Table,
    /// Columns and values when it is delivered.
    pub delivered: Vec<(usize, Expression)>,
    /// Columns and values when it is dead.
    pub dead: Vec<(usize, Expression)>,
}

/// A row that is written.
#[derive(Default)]
struct Row<'a> {
    values: Vec<(&'a Column, Option<String>)>,
    key: Vec<(&'a Column, Option<String>)>,
}

/// The names that the values may use.
pub fn names() -> Names {
    [
        ("answer", Shape::Any),
        ("reference", Shape::Scalar),
        ("reason", Shape::Scalar),
    ]
    .into_iter()
    .map(|(name, shape)| (name.to_owned(), shape))
    .collect()
}

impl WriteBack for Columns {
    fn wants(&self, delivered: bool) -> bool {
        !self.of(delivered).is_empty()
    }

    fn write<'a>(
        &'a self,
        session: &'a mut Session,
        settled: &'a [Settled<'a>],
    ) -> Pending<'a, Result<(), FlowError>> {
        Box::pin(async move {
            let rows: Result<Vec<Row<'_>>, String> =
                settled.iter().map(|settled| self.row(settled)).collect();
            let rows = rows.map_err(FlowError::WriteBack)?;
            if let Some((sql, bind)) = self.together(&rows) {
                session.run(&sql, &[bind]).await?;
                return Ok(());
            }
            for row in &rows {
                let (sql, binds) = self.statement(row);
                session.run(&sql, &binds).await?;
            }
            Ok(())
        })
    }
}

impl Columns {
    fn of(&self, delivered: bool) -> &[(usize, Expression)] {
        if delivered {
            &self.delivered
        } else {
            &self.dead
        }
    }

    /// The columns of the row that is written, with their values, and those of its key.
    fn row(&self, settled: &Settled<'_>) -> Result<Row<'_>, String> {
        let answer: Json = settled
            .answer
            .and_then(|answer| serde_json::from_str(answer).ok())
            .unwrap_or(Json::Null);
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::from);
        let scope = Scope::new(&[
            ("answer", &answer),
            ("reference", &text(settled.reference)),
            ("reason", &text(settled.reason)),
        ]);
        let mut row = Row::default();
        for (index, value) in self.of(settled.delivered) {
            let Some(column) = self.table.columns.get(*index) else {
                continue;
            };
            let value = self.lexical(value.evaluate(&scope)?, column);
            row.values.push((column, value));
        }
        let key = fields(settled.key).ok_or_else(|| format!("\"{}\" is not a key", settled.key))?;
        for (name, value) in key {
            let column = self
                .table
                .find_column(&name)
                .and_then(|index| self.table.columns.get(index));
            let column = column
                .ok_or_else(|| format!("{} has no column {name} any more", self.table.name))?;
            row.key.push((column, value));
        }
        Ok(row)
    }

    /// The statement that writes a row, with its values.
    fn statement(&self, row: &Row<'_>) -> (String, Vec<Bind>) {
        let (mut binds, mut equal) = (Vec::new(), Vec::new());
        for (column, value) in row.values.iter().chain(&row.key) {
            binds.push(Bind::Text(value.clone()));
            let name = quoted(self.dialect, &column.name);
            equal.push(format!("{name} = {}", self.placeholder(column, "?")));
        }
        let tests = equal.split_off(row.values.len());
        let table = qualified(self.dialect, &self.table);
        let (sets, tests) = (equal.join(", "), tests.join(" and "));
        (format!("update {table} set {sets} where {tests}"), binds)
    }

    /// One statement for many rows, which PostgreSQL takes as one JSON text; absent elsewhere, and where the rows do not go together.
    fn together(&self, rows: &[Row<'_>]) -> Option<(String, Bind)> {
        let first = rows.first().filter(|_| rows.len() > 1)?;
        let names = |row: &Row<'_>| -> Vec<String> {
            let columns = row.values.iter().chain(&row.key);
            columns.map(|(column, _)| column.name.clone()).collect()
        };
        let (wanted, mut keys) = (names(first), HashSet::new());
        let alike = |row: &Row<'_>| names(row) == wanted && row.values.len() == first.values.len();
        let apart = |row: &Row<'_>| {
            let key: Vec<Option<String>> = row.key.iter().map(|(_, value)| value.clone()).collect();
            !keys.insert(key)
        };
        if self.dialect != Dialect::Postgres || !rows.iter().all(alike) || rows.iter().any(apart) {
            return None;
        }
        let (mut sets, mut tests, mut given, mut cast) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (place, (column, _)) in first.values.iter().chain(&first.key).enumerate() {
            let name = quoted(self.dialect, &column.name);
            given.push(format!("c{place} text"));
            cast.push(format!(
                "{} as c{place}",
                self.placeholder(column, &format!("c{place}"))
            ));
            if place < first.values.len() {
                sets.push(format!("{name} = given.c{place}"));
            } else {
                // The first test has PostgreSQL look rows up by their key, however many it thinks are given. An array of arrays is no array of keys.
                if !matches!(column.sql_type.base(), SqlType::Array { .. }) {
                    tests.push(format!(
                        "changed.{name} = any(array(select c{place} from given))"
                    ));
                }
                tests.push(format!("changed.{name} = given.c{place}"));
            }
        }
        let texts: Vec<Json> = rows
            .iter()
            .map(|row| {
                let values = row.values.iter().chain(&row.key).enumerate();
                let object: serde_json::Map<String, Json> = values
                    .map(|(place, (_, value))| (format!("c{place}"), value.clone().into()))
                    .collect();
                Json::Object(object)
            })
            .collect();
        let sql = format!(
            "with given as materialized (select {} from json_to_recordset(?::text::json) as given ({})) update {} as changed set {} from given where {}",
            cast.join(", "),
            given.join(", "),
            qualified(self.dialect, &self.table),
            sets.join(", "),
            tests.join(" and ")
        );
        Some((sql, Bind::from(Json::from(texts).to_string())))
    }

    /// PostgreSQL does not make a number of a text by itself; to texts of any length it assigns.
    fn placeholder(&self, column: &Column, value: &str) -> String {
        match (self.dialect, column.sql_type.base()) {
            (Dialect::Postgres, SqlType::Text { .. }) => value.to_owned(),
            (Dialect::Postgres, _) => format!("{value}::{}", column.type_name),
            (_, SqlType::Bytes { .. }) => format!("unhex({value})"),
            _ => value.to_owned(),
        }
    }

    /// A value as the column takes it; a text that is too long for it is cut, since the fact is worth more than its last words.
    fn lexical(&self, value: Json, column: &Column) -> Option<String> {
        let text = match value {
            Json::Null => return None,
            Json::Bool(value) if self.dialect == Dialect::Postgres => value.to_string(),
            Json::Bool(value) => u8::from(value).to_string(),
            Json::String(text) => text,
            other => other.to_string(),
        };
        Some(match column.sql_type.base() {
            SqlType::Text {
                length: Some(length),
                ..
            } => text.chars().take(*length as usize).collect(),
            _ => text,
        })
    }
}
