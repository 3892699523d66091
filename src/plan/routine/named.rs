//! Calls of named SQL: the statements of a file.

use super::{AnswerForm, Arguments, RoutinePlan, fields_shape};
use crate::catalog::{Dialect, Field, Returns, RoutineKind};
use crate::plan::Kind;
use crate::plan::read::read_cast;
use crate::plan::sql::{Bind, Sql, Statement, postgres_type};
use crate::problem::PlanError;

impl Arguments<'_> {
    /// The statements of a file, each with its parameters' values.
    pub(super) fn named(&self) -> Result<RoutinePlan, PlanError> {
        let RoutineKind::Named { statements } = &self.routine.kind else {
            return self.function();
        };
        let mut planned = Vec::with_capacity(statements.len());
        for statement in statements {
            let mut binds = Vec::with_capacity(statement.parameters.len());
            for index in &statement.parameters {
                let parameter = self.routine.parameters.get(*index);
                binds.push(match parameter {
                    Some(parameter) => self.bind(*index, parameter)?,
                    None => Bind::Null(Kind::Text),
                });
            }
            planned.push(Statement {
                sql: statement.sql.clone(),
                binds,
            });
        }
        let answer = match &self.routine.returns {
            Returns::Rows { columns } if self.dialect == Dialect::Postgres => {
                if let Some(last) = planned.last_mut() {
                    last.sql = cast_rows(&last.sql, columns);
                }
                AnswerForm::Rows(fields_shape(columns))
            }
            Returns::Rows { columns } => AnswerForm::Rows(fields_shape(columns)),
            _ => AnswerForm::Unknown {
                parameters: Vec::new(),
                shape: fields_shape(&[]),
            },
        };
        // Only what is run in one transaction is undone whole: a procedure or a block may commit on its own.
        let undone_whole =
            self.dialect == Dialect::Sqlite || planned.iter().all(|one| cannot_commit(&one.sql));
        Ok(RoutinePlan {
            undone_whole,
            ..self.planned(planned, answer)
        })
    }
}

/// The word that a statement begins with, in lower case; empty where a comment stands before it.
fn first_word(sql: &str) -> String {
    sql.trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// Tells whether a statement surely leaves ending its transaction to others.
fn cannot_commit(sql: &str) -> bool {
    matches!(
        first_word(sql).as_str(),
        "select" | "with" | "values" | "table" | "insert" | "update" | "delete" | "merge"
    )
}

/// Wraps the last statement of a file, where it is a query, so that its columns are read in the declared types.
fn cast_rows(sql: &str, columns: &[Field]) -> String {
    let word = first_word(sql);
    let mut text = Sql::new(Dialect::Postgres);
    let query = matches!(word.as_str(), "select" | "with" | "values" | "table");
    if query {
        text.push("select ")
    } else {
        text.push("with r as (").push(sql).push("\n) select ")
    };
    for (place, column) in columns.iter().enumerate() {
        text.push(if place > 0 { ", " } else { "" })
            .push("r.")
            .name(&column.name);
        text.push("::")
            .push(&postgres_type(&column.sql_type, &column.type_name));
        if let Some(cast) = read_cast(Dialect::Postgres, &column.sql_type) {
            text.push(cast);
        }
    }
    if query {
        text.push(" from (").push(sql).push("\n) r")
    } else {
        text.push(" from r")
    };
    text.text
}

#[cfg(test)]
mod tests {
    use super::cannot_commit;

    #[test]
    fn a_procedure_a_block_and_what_is_not_known_may_commit() {
        for sql in [
            " select 1",
            "WITH a as (select 1) table a",
            "insert into t values (1)",
        ] {
            assert!(cannot_commit(sql), "{sql}");
        }
        for sql in [
            "call settle()",
            "do $$begin commit; end$$",
            "commit",
            "-- note\nselect 1",
        ] {
            assert!(!cannot_commit(sql), "{sql}");
        }
    }
}
