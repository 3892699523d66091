//! Calls of routines: functions and procedures of PostgreSQL here, the others below.

mod block;
mod mysql;
mod named;

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
    /// The routine.
    pub routine: RoutineId,
    /// What it is given, by parameter: a refusal may be about one of them.
    pub arguments: Arc<[(usize, Value)]>,
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
    arguments: &Arc<[(usize, Value)]>,
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
        id,
        routine,
        arguments,
    };
    let mut planned = match (&routine.kind, catalog.dialect) {
        (RoutineKind::Named { .. }, _) => given.named(),
        (_, Dialect::Mysql) => given.mysql(),
        (RoutineKind::Procedure, _) => given.procedure(),
        _ => given.function(),
    }?;
    // It may write to any table, and what has no transactions keeps what was written.
    planned.undone_whole &= catalog.transactional;
    Ok(planned)
}

/// `select` an argument alone, as it is given to the routine; nothing where the database is not asked what it takes.
pub(crate) fn argument(
    catalog: &Catalog,
    id: RoutineId,
    index: usize,
    value: &Value,
) -> Result<Option<Statement>, PlanError> {
    let routine = catalog.routine(id);
    let parameter = routine.and_then(|routine| routine.parameters.get(index));
    let (Some(routine), Some(parameter)) = (routine, parameter) else {
        return Ok(None);
    };
    let given = Arguments {
        dialect: catalog.dialect,
        id,
        routine,
        arguments: &[(index, value.clone())].into(),
    };
    let mut sql = Sql::new(catalog.dialect);
    sql.push("select ");
    match catalog.dialect {
        Dialect::Postgres => given.value(&mut sql, index, parameter)?,
        Dialect::Mysql => {
            let bind = given.bind(index, parameter)?;
            let is_json = parameter.sql_type == SqlType::Json;
            sql.push(if is_json { "cast(" } else { "" });
            sql.typed_bind(&parameter.sql_type, &parameter.type_name, bind);
            sql.push(if is_json { " as json)" } else { "" });
        }
        Dialect::Sqlite => return Ok(None),
    }
    Ok(Some(sql.finish()))
}

/// How arguments stand in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passed {
    /// As values; what is only answered is left out.
    ToFunction,
    /// As values; what is only answered is a NULL of its type.
    ToProcedure,
    /// As variables of a block.
    ByVariables,
}

struct Arguments<'a> {
    dialect: Dialect,
    id: RoutineId,
    routine: &'a Routine,
    arguments: &'a Arc<[(usize, Value)]>,
}

impl Arguments<'_> {
    /// A plan of these statements, which end no transaction.
    fn planned(&self, statements: Vec<Statement>, answer: AnswerForm) -> RoutinePlan {
        RoutinePlan {
            routine: self.id,
            arguments: Arc::clone(self.arguments),
            statements,
            answer,
            read_only: self.routine.read_only,
            undone_whole: true,
            mark: None,
        }
    }

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

    /// Adds the arguments in parentheses: by place until one is absent, by name from there (PostgreSQL, 4.3.3).
    fn list(&self, sql: &mut Sql, passed: Passed) -> Result<(), PlanError> {
        let mut by_name = false;
        let mut joint = "(";
        for (index, parameter) in self.routine.parameters.iter().enumerate() {
            let out = parameter.mode == ParameterMode::Out;
            if out && passed == Passed::ToFunction {
                continue;
            }
            let present = self.present(index);
            let type_name = postgres_type(&parameter.sql_type, &parameter.type_name);
            if !out && !present && parameter.defaulted {
                // What has a variadic parameter is not found by names that leave others out.
                let later = self.arguments.iter().any(|(given, _)| *given > index);
                match &parameter.default {
                    Some(default) if later => {
                        sql.push(std::mem::replace(&mut joint, ", "));
                        sql.push("(").push(default).push(")::").push(&type_name);
                    }
                    _ => by_name = true,
                }
                continue;
            }
            sql.push(std::mem::replace(&mut joint, ", "));
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
            if !out && !present {
                // Without an item there is no such function, but there is one of an empty array.
                sql.push("'{}'::").push(&type_name);
            } else if passed == Passed::ByVariables {
                sql.push(&block::variable(index));
            } else if out {
                sql.push("null::").push(&type_name);
            } else {
                self.value(sql, index, parameter)?;
            }
        }
        sql.push(if joint == "(" { "()" } else { ")" });
        Ok(())
    }

    /// Adds a given argument; its cast chooses among overloads.
    fn value(&self, sql: &mut Sql, index: usize, parameter: &Parameter) -> Result<(), PlanError> {
        let bind = self.bind(index, parameter)?;
        sql.binds.push(bind);
        let number = sql.binds.len();
        let placeholder = super::placeholder(
            self.dialect,
            number,
            &parameter.sql_type,
            &parameter.type_name,
        );
        let type_name = postgres_type(&parameter.sql_type, &parameter.type_name);
        sql.push(&placeholder).push("::").push(&type_name);
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

    /// The value that a function returns, as the field that it is read as.
    fn returned(&self) -> Vec<Field> {
        let Returns::Scalar {
            sql_type,
            type_name,
        } = &self.routine.returns
        else {
            return Vec::new();
        };
        vec![Field {
            name: "value".to_owned(),
            sql_type: sql_type.clone(),
            type_name: type_name.clone(),
        }]
    }

    /// `select … from f(…)`.
    fn function(&self) -> Result<RoutinePlan, PlanError> {
        let answered = self.answered();
        let one = |fields: Vec<Field>, parameters| {
            let shape = fields_shape(&fields);
            (fields, AnswerForm::One { parameters, shape })
        };
        let (fields, answer) = match &self.routine.returns {
            Returns::Rows { columns } => (columns.clone(), AnswerForm::Rows(fields_shape(columns))),
            Returns::Scalar { .. } => one(self.returned(), Vec::new()),
            _ if !answered.is_empty() => one(self.fields(&answered), answered),
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
        sql.routine(self.routine);
        self.list(&mut sql, Passed::ToFunction)?;
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
        Ok(self.planned(vec![sql.finish()], answer))
    }

    /// `call p(…)` on PostgreSQL: out parameters come back as one row, in the types' own binary form; where that cannot be read, a block calls.
    fn procedure(&self) -> Result<RoutinePlan, PlanError> {
        let answered = self.answered();
        if self.needs_block(&answered) {
            return self.block(answered);
        }
        let mut sql = Sql::new(self.dialect);
        sql.push("call ").routine(self.routine);
        self.list(&mut sql, Passed::ToProcedure)?;
        let answer = match answered.is_empty() {
            true => AnswerForm::Nothing,
            false => AnswerForm::One {
                shape: fields_shape(&self.fields(&answered)),
                parameters: answered,
            },
        };
        Ok(RoutinePlan {
            undone_whole: false,
            ..self.planned(vec![sql.finish()], answer)
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
