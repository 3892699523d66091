//! Calls of PostgreSQL's procedures that answer what has to be cast before it is read: bits, networks, ranges and types that are not built in.
//!
//! The row that a `call` answers cannot be cast, and a block takes no parameters. So the arguments go into settings of the transaction, a block
//! calls with them and sets what came out, and a select reads that. Such a procedure cannot commit: it runs inside the transaction.

use super::{AnswerForm, Arguments, Passed, RoutinePlan, fields_shape};
use crate::catalog::{ParameterMode, SqlType};
use crate::plan::read::read_cast;
use crate::plan::sql::{Sql, Statement, postgres_type};
use crate::problem::PlanError;

/// The variable of a parameter.
pub(super) fn variable(index: usize) -> String {
    format!("soapstone_{index}")
}

/// The text of a setting, of which an empty one stands for NULL and the others begin with a letter.
fn setting(index: usize) -> String {
    let name = format!("current_setting('soapstone.p{index}')");
    format!("(case when {name} <> '' then substr({name}, 2) end)")
}

/// Puts a value into a setting, for this transaction.
fn set(
    sql: &mut Sql,
    index: usize,
    value: impl FnOnce(&mut Sql) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    sql.push(&format!(
        "set_config('soapstone.p{index}', coalesce('v' || ("
    ));
    value(sql)?;
    sql.push(")::text, ''), true)");
    Ok(())
}

impl Arguments<'_> {
    /// Tells whether anything that is answered has to be cast. An in-out parameter that takes its default has no variable.
    pub(super) fn needs_block(&self, answered: &[usize]) -> bool {
        let parameters = || {
            answered
                .iter()
                .filter_map(|index| Some((*index, self.routine.parameters.get(*index)?)))
        };
        parameters().any(|(_, parameter)| is_foreign(&parameter.sql_type, &parameter.type_name))
            && parameters().all(|(index, parameter)| {
                parameter.mode == ParameterMode::Out || self.present(index)
            })
    }

    /// Settings, block, select.
    pub(super) fn block(&self, answered: Vec<usize>) -> Result<RoutinePlan, PlanError> {
        let parameters = || self.routine.parameters.iter().enumerate();
        let mut statements = Vec::new();
        let mut given = Sql::new(self.dialect);
        let mut block = Sql::new(self.dialect);
        block.push("declare ");
        for (index, parameter) in parameters() {
            let type_name = exact(&parameter.sql_type, &parameter.type_name);
            block.push(&variable(index)).push(" ").push(&type_name);
            if self.present(index) {
                given.push(if given.text.is_empty() {
                    "select "
                } else {
                    ", "
                });
                set(&mut given, index, |sql| self.value(sql, index, parameter))?;
                block
                    .push(" := ")
                    .push(&setting(index))
                    .push("::")
                    .push(&type_name);
            }
            block.push("; ");
        }
        if !given.binds.is_empty() {
            statements.push(given.finish());
        }
        block.push("begin call ").routine(self.routine);
        self.list(&mut block, Passed::ByVariables)?;
        block.push("; ");
        for index in &answered {
            block.push("perform ");
            set(&mut block, *index, |sql| {
                sql.push(&variable(*index));
                Ok(())
            })?;
            block.push("; ");
        }
        block.push("end");
        statements.push(Statement {
            sql: quoted(&block.text),
            binds: Vec::new(),
        });
        let mut read = Sql::new(self.dialect);
        read.push("select ");
        for (place, index) in answered.iter().enumerate() {
            let Some(parameter) = self.routine.parameters.get(*index) else {
                continue;
            };
            read.push(if place > 0 { ", " } else { "" })
                .push(&setting(*index))
                .push("::")
                .push(&postgres_type(&parameter.sql_type, &parameter.type_name))
                .push(read_cast(self.dialect, &parameter.sql_type).unwrap_or_default());
        }
        statements.push(read.finish());
        let answer = AnswerForm::One {
            shape: fields_shape(&self.fields(&answered)),
            parameters: answered,
        };
        Ok(self.planned(statements, answer))
    }
}

/// The very type of a parameter, without length: a variable of a like one is not written.
fn exact(sql_type: &SqlType, type_name: &str) -> String {
    match (sql_type, type_name) {
        // Without quotes one of them would be one long.
        (SqlType::Bit { .. }, "bit") => "pg_catalog.\"bit\"".to_owned(),
        (SqlType::Text { .. }, "character") => "bpchar".to_owned(),
        (SqlType::Array { item }, name) if name.ends_with("[]") => {
            exact(item, name.trim_end_matches("[]")) + "[]"
        }
        (SqlType::Enum { .. } | SqlType::Domain { .. } | SqlType::Composite { .. }, name)
        | (_, name @ "") => postgres_type(sql_type, name),
        (_, name) => name.to_owned(),
    }
}

/// The ranges whose binary form is read. The driver knows no multiranges.
const RANGES: [&str; 6] = [
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
];

/// Tells whether a type's binary form is none that is read here.
fn is_foreign(sql_type: &SqlType, type_name: &str) -> bool {
    match sql_type.base() {
        SqlType::Range => !RANGES.contains(&type_name),
        SqlType::Bit { .. } | SqlType::Other => true,
        SqlType::Array { item } => is_foreign(item, type_name.trim_end_matches("[]")),
        SqlType::Composite { fields, .. } => fields
            .iter()
            .any(|field| is_foreign(&field.sql_type, &field.type_name)),
        _ => false,
    }
}

/// A block between dollar signs with a word that does not stand in it, whatever the names in it are.
fn quoted(block: &str) -> String {
    let mut word = "$soapstone$".to_owned();
    while block.contains(&word) {
        word.insert(1, '_');
    }
    format!("do {word}{block} {word}")
}
