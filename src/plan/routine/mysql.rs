//! Calls of MySQL's functions and procedures.

use super::{AnswerForm, Arguments, RoutinePlan, fields_shape};
use crate::catalog::{ParameterMode, Returns, RoutineKind, SqlType};
use crate::plan::sql::{Sql, geometry_text, is_geometry, is_shown};
use crate::problem::PlanError;

impl Arguments<'_> {
    /// On MySQL a function is selected; a procedure takes session variables where it answers parameters.
    pub(super) fn mysql(&self) -> Result<RoutinePlan, PlanError> {
        let routine = self.routine;
        if routine.kind == RoutineKind::Function {
            let mut sql = Sql::new(self.dialect);
            let (before, after) = match &routine.returns {
                // Called once, while its answer is named thrice.
                Returns::Scalar { type_name, .. } if is_geometry(type_name) => {
                    let text = geometry_text("answer.g");
                    (format!("{text} from (select "), ") as g) as answer")
                }
                Returns::Scalar { type_name, .. } if is_shown(type_name) => {
                    ("cast(".to_owned(), ") as binary)")
                }
                _ => (String::new(), ")"),
            };
            sql.push("select ").push(&before).routine(routine).push("(");
            for (index, parameter) in routine.parameters.iter().enumerate() {
                let bind = self.bind(index, parameter)?;
                sql.push(if index > 0 { ", " } else { "" }).typed_bind(
                    &parameter.sql_type,
                    &parameter.type_name,
                    bind,
                );
            }
            sql.push(after);
            let answer = AnswerForm::One {
                parameters: Vec::new(),
                shape: fields_shape(&self.returned()),
            };
            return Ok(self.planned(vec![sql.finish()], answer));
        }
        let mut statements = Vec::new();
        let mut call = Sql::new(self.dialect);
        call.push("call ").routine(routine).push("(");
        for (index, parameter) in routine.parameters.iter().enumerate() {
            call.push(if index > 0 { ", " } else { "" });
            if parameter.mode.answered() {
                let variable = variable(index, &parameter.sql_type);
                call.push(&variable);
                let mut set = Sql::new(self.dialect);
                set.push("set ").push(&variable).push(" = ");
                match parameter.mode {
                    ParameterMode::InOut => {
                        let bind = self.bind(index, parameter)?;
                        match number(&parameter.sql_type) {
                            Some(number) => {
                                set.push("cast(").plain_bind(bind);
                                set.push(" as ").push(number).push(")")
                            }
                            None => set.typed_bind(&parameter.sql_type, &parameter.type_name, bind),
                        }
                    }
                    _ => set.push("null"),
                };
                statements.push(set.finish());
            } else {
                let bind = self.bind(index, parameter)?;
                call.typed_bind(&parameter.sql_type, &parameter.type_name, bind);
            }
        }
        call.push(")");
        statements.push(call.finish());
        let answered = self.answered();
        let fields = self.fields(&answered);
        if !answered.is_empty() {
            let mut read = Sql::new(self.dialect);
            read.push("select ");
            for (place, (index, field)) in answered.iter().zip(&fields).enumerate() {
                let variable = variable(*index, &field.sql_type);
                // A session variable forgets the type, so each is read as text, but what is none.
                let form = match &field.sql_type {
                    _ if is_geometry(&field.type_name) => geometry_text(&variable),
                    SqlType::Bytes { .. } => format!("cast({variable} as binary)"),
                    SqlType::Bit { length, .. } => {
                        format!("lpad(bin({variable}), {}, '0')", length.unwrap_or(1))
                    }
                    _ => format!("cast({variable} as char)"),
                };
                read.push(if place > 0 { ", " } else { "" }).push(&form);
            }
            statements.push(read.finish());
        }
        let answer = AnswerForm::Unknown {
            parameters: answered,
            shape: fields_shape(&fields),
        };
        Ok(RoutinePlan {
            undone_whole: !routine.commits,
            ..self.planned(statements, answer)
        })
    }
}

/// The session variable of a parameter. MySQL keeps what type a variable had when a statement was prepared, so that those of another type
/// need statements of their own.
fn variable(index: usize, sql_type: &SqlType) -> String {
    let kind = match sql_type {
        SqlType::Decimal {
            precision, scale, ..
        } => {
            let (precision, scale) = (precision.unwrap_or_default(), scale.unwrap_or_default());
            format!("decimal_{precision}_{scale}")
        }
        SqlType::Bytes { .. } | SqlType::Other => "bytes".to_owned(),
        _ => number(sql_type).unwrap_or("text").to_owned(),
    };
    format!("@soapstone_{kind}_{index}")
}

/// What a number is cast to that a session variable takes: MySQL takes a NULL for a text, and every value after it.
fn number(sql_type: &SqlType) -> Option<&'static str> {
    match sql_type {
        SqlType::Integer { unsigned: true, .. } | SqlType::Bit { .. } => Some("unsigned"),
        SqlType::Integer { .. } | SqlType::Year => Some("signed"),
        SqlType::Float32 | SqlType::Float64 => Some("double"),
        _ => None,
    }
}
