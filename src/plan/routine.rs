//! Calls of routines.

use std::sync::Arc;

use super::read::read_cast;
use super::sql::{Bind, Sql, Statement, postgres_type};
use super::value;
use super::{Mark, Shape, VersionFrom};
use crate::call::Value;
use crate::catalog::{
    Catalog, Dialect, Field, Parameter, ParameterMode, Returns, Routine, RoutineId, RoutineKind,
    SqlType,
};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// A routine call, run in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct RoutinePlan {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// What the rows of the last one are.
    pub answer: AnswerForm,
    /// Changes nothing, so it may be tried again.
    pub read_only: bool,
    /// Commits nothing itself, so that a transaction which the database undid left nothing of it.
    pub undone_whole: bool,
    /// What tells the change log whose its writes are.
    pub mark: Option<Mark>,
}

/// What the rows of a routine's last statement are.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerForm {
    /// Nothing is read.
    Nothing,
    /// One row: the parameters with these indexes, or the value where there is none.
    One {
        /// Indexes of parameters.
        parameters: Vec<usize>,
        /// The row.
        shape: Shape,
    },
    /// Rows of known columns.
    Rows(Shape),
    /// Rows by name (MySQL result sets come from the statement before the last when parameters are answered).
    Unknown {
        /// Parameters that the last statement answers; empty when the rows are its own.
        parameters: Vec<usize>,
        /// The row of those parameters.
        shape: Shape,
    },
}

pub(crate) fn routine(
    catalog: &Catalog,
    id: RoutineId,
    arguments: &[(usize, Value)],
) -> Result<RoutinePlan, PlanError> {
    let error = |kind, columns| PlanError {
        kind,
        place: Place {
            columns,
            ..Place::default()
        },
    };
    let routine = catalog
        .routine(id)
        .ok_or_else(|| error(PlanErrorKind::Unknown("routine"), Vec::new()))?;
    for (place, (index, _)) in arguments.iter().enumerate() {
        match routine.parameters.get(*index) {
            Some(parameter) if parameter.mode.given() => {}
            _ => return Err(error(PlanErrorKind::Unknown("parameter"), vec![*index])),
        }
        if arguments
            .iter()
            .take(place)
            .any(|(other, _)| other == index)
        {
            return Err(error(PlanErrorKind::Twice, vec![*index]));
        }
    }
    for (index, parameter) in routine.parameters.iter().enumerate() {
        let absent = !arguments.iter().any(|(given, _)| *given == index);
        if parameter.mode.given() && absent && !parameter.optional() {
            return Err(error(PlanErrorKind::Required, vec![index]));
        }
    }
    let given = Arguments {
        dialect: catalog.dialect,
        routine,
        arguments,
    };
    match (&routine.kind, catalog.dialect) {
        (RoutineKind::Named { .. }, _) => given.named(),
        (_, Dialect::Mysql) => given.mysql(),
        (RoutineKind::Procedure, _) => given.procedure(),
        _ => given.function(),
    }
}

struct Arguments<'a> {
    dialect: Dialect,
    routine: &'a Routine,
    arguments: &'a [(usize, Value)],
}

impl Arguments<'_> {
    fn bind(&self, index: usize, parameter: &Parameter) -> Result<Bind, PlanError> {
        let given = self
            .arguments
            .iter()
            .find(|(place, _)| *place == index)
            .map_or(&Value::Null, |(_, value)| value);
        value::bind(
            self.dialect,
            &parameter.sql_type,
            &parameter.type_name,
            given,
        )
        .map_err(|kind| PlanError {
            kind,
            place: Place {
                columns: vec![index],
                ..Place::default()
            },
        })
    }

    fn present(&self, index: usize) -> bool {
        self.arguments.iter().any(|(place, _)| *place == index)
    }

    /// The statements of a file, each with its parameters' values.
    fn named(&self) -> Result<RoutinePlan, PlanError> {
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
                    None => Bind::Null(super::Kind::Text),
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
        Ok(RoutinePlan {
            mark: None,
            statements: planned,
            answer,
            read_only: self.routine.read_only,
            undone_whole: self.dialect != Dialect::Mysql,
        })
    }

    /// Adds the arguments: by place until one is absent, by name from there (PostgreSQL, 4.3.3).
    fn list(&self, sql: &mut Sql, out_as_null: bool) -> Result<(), PlanError> {
        let mut by_name = false;
        let mut first = true;
        for (index, parameter) in self.routine.parameters.iter().enumerate() {
            let out = parameter.mode == ParameterMode::Out;
            if out && !out_as_null {
                continue;
            }
            let present = self.present(index);
            if !out && !present && parameter.defaulted {
                by_name = true;
                continue;
            }
            if !std::mem::take(&mut first) {
                sql.push(", ");
            }
            if parameter.mode == ParameterMode::Variadic {
                sql.push("variadic ");
            }
            if by_name {
                if !parameter.named {
                    return Err(PlanError {
                        kind: PlanErrorKind::Required,
                        place: Place {
                            columns: vec![index],
                            ..Place::default()
                        },
                    });
                }
                sql.name(&parameter.name).push(" => ");
            }
            let type_name = postgres_type(&parameter.sql_type, &parameter.type_name);
            if out {
                sql.push("null::").push(&type_name);
            } else if !present {
                // Without an item there is no such function, but there is one of an empty array.
                sql.push("'{}'::").push(&type_name);
            } else {
                // The cast chooses among overloads.
                let bind = self.bind(index, parameter)?;
                sql.binds.push(bind);
                let number = sql.binds.len();
                let placeholder = super::placeholder(
                    self.dialect,
                    number,
                    &parameter.sql_type,
                    &parameter.type_name,
                );
                sql.push(&placeholder).push("::").push(&type_name);
            }
        }
        Ok(())
    }

    fn answered(&self) -> Vec<usize> {
        let parameters = self.routine.parameters.iter().enumerate();
        parameters
            .filter(|(_, parameter)| parameter.mode.answered())
            .map(|(index, _)| index)
            .collect()
    }

    fn fields(&self, indexes: &[usize]) -> Vec<Field> {
        let parameter = |index: &usize| self.routine.parameters.get(*index);
        let field = |parameter: &Parameter| Field {
            name: parameter.name.clone(),
            sql_type: parameter.sql_type.clone(),
            type_name: parameter.type_name.clone(),
        };
        indexes.iter().filter_map(parameter).map(field).collect()
    }

    /// `select … from f(…)`.
    fn function(&self) -> Result<RoutinePlan, PlanError> {
        let answered = self.answered();
        let (fields, answer) = match &self.routine.returns {
            Returns::Rows { columns } => (columns.clone(), AnswerForm::Rows(fields_shape(columns))),
            Returns::Scalar {
                sql_type,
                type_name,
            } => {
                let fields = vec![Field {
                    name: "value".to_owned(),
                    sql_type: sql_type.clone(),
                    type_name: type_name.clone(),
                }];
                let shape = fields_shape(&fields);
                (
                    fields,
                    AnswerForm::One {
                        parameters: Vec::new(),
                        shape,
                    },
                )
            }
            _ if !answered.is_empty() => {
                let fields = self.fields(&answered);
                let shape = fields_shape(&fields);
                (
                    fields,
                    AnswerForm::One {
                        parameters: answered,
                        shape,
                    },
                )
            }
            _ => (Vec::new(), AnswerForm::Nothing),
        };
        let mut sql = Sql::new(self.dialect);
        // `record` without columns cannot stand in a `from`; its text can be selected.
        let record = matches!(&self.routine.returns, Returns::Scalar { type_name, .. } if type_name == "record")
            || matches!(&self.routine.returns, Returns::Rows { columns } if columns.iter().any(|c| c.type_name == "record"));
        let from = !record && !fields.is_empty();
        sql.push("select ");
        if from {
            alias_list(&mut sql, &fields);
            sql.push(" from ");
        }
        sql.name(&self.routine.schema)
            .push(".")
            .name(&self.routine.name)
            .push("(");
        self.list(&mut sql, false)?;
        sql.push(")");
        if from {
            sql.push(" as r (");
            for place in 0..fields.len() {
                sql.push(if place > 0 { ", " } else { "" })
                    .push(&format!("c{place}"));
            }
            sql.push(")");
        } else if self.routine.returns != Returns::Void || record {
            sql.push("::text");
        }
        let answer = if fields.is_empty() {
            AnswerForm::Nothing
        } else {
            answer
        };
        Ok(RoutinePlan {
            mark: None,
            statements: vec![sql.finish()],
            answer,
            read_only: self.routine.read_only,
            undone_whole: true,
        })
    }

    /// `call p(…)` on PostgreSQL: out parameters come back as one row, in the types' own binary form.
    fn procedure(&self) -> Result<RoutinePlan, PlanError> {
        let answered = self.answered();
        let mut sql = Sql::new(self.dialect);
        sql.push("call ")
            .name(&self.routine.schema)
            .push(".")
            .name(&self.routine.name)
            .push("(");
        self.list(&mut sql, true)?;
        sql.push(")");
        let answer = match answered.is_empty() {
            true => AnswerForm::Nothing,
            false => AnswerForm::One {
                shape: fields_shape(&self.fields(&answered)),
                parameters: answered,
            },
        };
        Ok(RoutinePlan {
            mark: None,
            statements: vec![sql.finish()],
            answer,
            read_only: false,
            undone_whole: false,
        })
    }

    /// On MySQL a function is selected; a procedure takes session variables where it answers parameters.
    fn mysql(&self) -> Result<RoutinePlan, PlanError> {
        let routine = self.routine;
        if routine.kind == RoutineKind::Function {
            let mut sql = Sql::new(self.dialect);
            sql.push("select ")
                .name(&routine.schema)
                .push(".")
                .name(&routine.name)
                .push("(");
            for (index, parameter) in routine.parameters.iter().enumerate() {
                sql.push(if index > 0 { ", " } else { "" })
                    .plain_bind(self.bind(index, parameter)?);
            }
            sql.push(")");
            let fields = match &routine.returns {
                Returns::Scalar {
                    sql_type,
                    type_name,
                } => {
                    vec![Field {
                        name: "value".to_owned(),
                        sql_type: sql_type.clone(),
                        type_name: type_name.clone(),
                    }]
                }
                _ => Vec::new(),
            };
            let answer = AnswerForm::One {
                parameters: Vec::new(),
                shape: fields_shape(&fields),
            };
            return Ok(RoutinePlan {
                mark: None,
                statements: vec![sql.finish()],
                answer,
                read_only: routine.read_only,
                undone_whole: true,
            });
        }
        let mut statements = Vec::new();
        let mut call = Sql::new(self.dialect);
        call.push("call ")
            .name(&routine.schema)
            .push(".")
            .name(&routine.name)
            .push("(");
        for (index, parameter) in routine.parameters.iter().enumerate() {
            call.push(if index > 0 { ", " } else { "" });
            if parameter.mode.answered() {
                call.push(&format!("@soapstone_{index}"));
                let mut set = Sql::new(self.dialect);
                set.push(&format!("set @soapstone_{index} = "));
                match parameter.mode {
                    ParameterMode::InOut => set.plain_bind(self.bind(index, parameter)?),
                    _ => set.push("null"),
                };
                statements.push(set.finish());
            } else {
                call.plain_bind(self.bind(index, parameter)?);
            }
        }
        call.push(")");
        statements.push(call.finish());
        let answered = self.answered();
        let fields = self.fields(&answered);
        if !answered.is_empty() {
            let mut read = Sql::new(self.dialect);
            read.push("select ");
            for (place, index) in answered.iter().enumerate() {
                // A session variable forgets the type, so each is read as text.
                read.push(if place > 0 { ", " } else { "" })
                    .push(&format!("cast(@soapstone_{index} as char)"));
            }
            statements.push(read.finish());
        }
        let answer = AnswerForm::Unknown {
            parameters: answered,
            shape: fields_shape(&fields),
        };
        Ok(RoutinePlan {
            mark: None,
            statements,
            answer,
            read_only: false,
            undone_whole: false,
        })
    }
}

/// Adds `c0, c1::text, …` for the columns of a function's alias.
fn alias_list(sql: &mut Sql, fields: &[Field]) {
    for (place, field) in fields.iter().enumerate() {
        sql.push(if place > 0 { ", " } else { "" })
            .push(&format!("r.c{place}"));
        if let Some(cast) = read_cast(Dialect::Postgres, &field.sql_type) {
            sql.push(cast);
        }
    }
}

/// Wraps the last statement of a file, where it is a query, so that its columns are read in the declared types.
fn cast_rows(sql: &str, columns: &[Field]) -> String {
    let word = sql
        .trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
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

fn fields_shape(fields: &[Field]) -> Shape {
    let columns: Arc<[usize]> = (0..fields.len()).collect();
    let reads: Vec<SqlType> = fields.iter().map(|field| field.sql_type.clone()).collect();
    Shape {
        table: None,
        columns,
        reads,
        version: VersionFrom::Nothing,
        raw: 0,
    }
}
