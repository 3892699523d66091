//! Calls of MySQL's functions and procedures.

use super::{AnswerForm, Arguments, RoutinePlan, fields_shape};
use crate::catalog::{ParameterMode, RoutineKind};
use crate::plan::sql::Sql;
use crate::problem::PlanError;

impl Arguments<'_> {
    /// On MySQL a function is selected; a procedure takes session variables where it answers parameters.
    pub(super) fn mysql(&self) -> Result<RoutinePlan, PlanError> {
        let routine = self.routine;
        if routine.kind == RoutineKind::Function {
            let mut sql = Sql::new(self.dialect);
            sql.push("select ").routine(routine).push("(");
            for (index, parameter) in routine.parameters.iter().enumerate() {
                sql.push(if index > 0 { ", " } else { "" })
                    .plain_bind(self.bind(index, parameter)?);
            }
            sql.push(")");
            let answer = AnswerForm::One {
                parameters: Vec::new(),
                shape: fields_shape(&self.returned()),
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
        call.push("call ").routine(routine).push("(");
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
