//! Writing what became of a delivery into the source row, in the transaction that settles it.

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
        settled: Settled<'a>,
    ) -> Pending<'a, Result<(), FlowError>> {
        Box::pin(async move {
            let (sql, binds) = self.statement(&settled).map_err(FlowError::WriteBack)?;
            session.run(&sql, &binds).await?;
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

    /// The statement that writes, with its values.
    fn statement(&self, settled: &Settled<'_>) -> Result<(String, Vec<Bind>), String> {
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
        let (mut sets, mut tests, mut binds) = (Vec::new(), Vec::new(), Vec::new());
        for (index, value) in self.of(settled.delivered) {
            let Some(column) = self.table.columns.get(*index) else {
                continue;
            };
            binds.push(Bind::Text(self.lexical(value.evaluate(&scope)?, column)));
            sets.push(format!(
                "{} = {}",
                quoted(self.dialect, &column.name),
                self.placeholder(column)
            ));
        }
        let key = fields(settled.key).ok_or_else(|| format!("\"{}\" is not a key", settled.key))?;
        for (name, value) in key {
            let column = self
                .table
                .find_column(&name)
                .and_then(|index| self.table.columns.get(index));
            let column = column
                .ok_or_else(|| format!("{} has no column {name} any more", self.table.name))?;
            binds.push(Bind::Text(value));
            tests.push(format!(
                "{} = {}",
                quoted(self.dialect, &name),
                self.placeholder(column)
            ));
        }
        let table = qualified(self.dialect, &self.table);
        Ok((
            format!(
                "update {table} set {} where {}",
                sets.join(", "),
                tests.join(" and ")
            ),
            binds,
        ))
    }

    /// PostgreSQL does not make a number of a text by itself; to texts of any length it assigns.
    fn placeholder(&self, column: &Column) -> String {
        match (self.dialect, column.sql_type.base()) {
            (Dialect::Postgres, SqlType::Text { .. }) => "?".to_owned(),
            (Dialect::Postgres, _) => format!("?::{}", column.type_name),
            (_, SqlType::Bytes { .. }) => "unhex(?)".to_owned(),
            _ => "?".to_owned(),
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
