//! Expressions (CEL): compiled once, checked against what the record will hold, evaluated over JSON values.
//!
//! A number with a fraction is a text here, exactly as the database holds it: no expression rounds an amount unless it says
//! `double(…)`. Whole numbers are numbers, and NULL is null.

mod sample;
mod shape;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use cel::{Context, Env, ExecutionError, Program, Value};
use serde_json::Value as Json;

use crate::catalog::{Catalog, SqlType};

use shape::Walk;
pub use shape::{Names, Shape};

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    program: Program,
    /// As it was written.
    pub text: String,
}

fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| {
        let mut environment = Env::stdlib();
        // Only a name declared twice fails, and then the library has it already.
        let _ = environment.add_extension(cel::extensions::strings);
        Arc::new(environment)
    }))
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What the parser says, on one line.
    pub fn compile(text: &str) -> Result<Expression, String> {
        if text.len() > 64 << 10 {
            return Err("an expression is at most 64 KB".to_owned());
        }
        let program = environment().compile(text).map_err(|errors| {
            let told: Vec<String> = errors
                .errors
                .iter()
                .map(|error| error.msg.clone())
                .collect();
            told.join("; ").replace('\n', " ")
        })?;
        Ok(Expression {
            program,
            text: text.to_owned(),
        })
    }

    /// Tells what is wrong with the expression before anything runs: each unknown variable, column or relation, else a function that
    /// there is not, or one or an operator that does not take what the columns hold.
    pub fn check(&self, catalog: &Catalog, names: &Names) -> Vec<String> {
        let mut wrong = Vec::new();
        Walk {
            catalog,
            wrong: &mut wrong,
        }
        .shape(self.program.expression(), names);
        if wrong.is_empty() {
            wrong.extend(self.misfit(catalog, names));
        }
        wrong
    }

    /// What fails whatever values the columns have, found out with some.
    fn misfit(&self, catalog: &Catalog, names: &Names) -> Option<String> {
        let mut scope = Scope::new(&[]);
        for used in self.program.references().variables() {
            if let Some((name, shape)) = names.iter().rev().find(|(name, _)| name == used) {
                let value = sample::named(catalog, name, shape)?;
                scope
                    .context
                    .add_variable_from_value(name.as_str(), to_cel(&value));
            }
        }
        let error = self.program.execute(&scope.context).err()?;
        let hint = match &error {
            ExecutionError::NoSuchOverload(_) => {
                "; an amount is an exact text here, of which `double(…)` makes a number"
            }
            ExecutionError::InvalidArgumentCount { .. }
            | ExecutionError::UnsupportedTargetType { .. }
            | ExecutionError::NotSupportedAsMethod { .. }
            | ExecutionError::UnexpectedType { .. }
            | ExecutionError::UndeclaredReference(_)
            | ExecutionError::MissingArgumentOrTarget
            | ExecutionError::ValuesNotComparable(..)
            | ExecutionError::UnsupportedBinaryOperator(..) => "",
            // It depends on the values.
            _ => return None,
        };
        Some(format!("{}: {error}{hint}", self.text))
    }

    /// The value of an expression that uses no names.
    pub fn constant(&self) -> Option<Json> {
        if self.program.references().variables().is_empty() {
            self.evaluate(&Scope::new(&[])).ok()
        } else {
            None
        }
    }

    /// The shape of what the expression answers.
    pub fn shape(&self, catalog: &Catalog, names: &Names) -> Shape {
        Walk {
            catalog,
            wrong: &mut Vec::new(),
        }
        .shape(self.program.expression(), names)
    }

    /// Evaluates the expression.
    ///
    /// # Errors
    /// What can't be computed, in one line.
    pub fn evaluate(&self, scope: &Scope<'_, '_>) -> Result<Json, String> {
        let value = self
            .program
            .execute(&scope.context)
            .map_err(|error| format!("{}: {error}", self.text))?;
        to_json(&value)
            .ok_or_else(|| format!("{}: the result is no value that can be sent", self.text))
    }

    /// Evaluates a condition.
    ///
    /// # Errors
    /// What can't be computed, or that the result is neither true nor false.
    pub fn holds(&self, scope: &Scope<'_, '_>) -> Result<bool, String> {
        match self.evaluate(scope)? {
            Json::Bool(holds) => Ok(holds),
            other => Err(format!(
                "{}: a condition is true or false, not {other}",
                self.text
            )),
        }
    }
}

/// The values of names.
pub struct Scope<'p, 'v> {
    context: Context<'p, 'v>,
}

impl Scope<'static, 'static> {
    /// A scope of these values.
    pub fn new(values: &[(&str, &Json)]) -> Scope<'static, 'static> {
        let mut context = Context::with_env(environment());
        for (name, value) in values {
            context.add_variable_from_value(*name, to_cel(value));
        }
        Scope { context }
    }
}

impl<'v> Scope<'_, 'v> {
    /// The same, with one more value.
    pub fn with<'b>(&'b self, name: &str, value: &Json) -> Scope<'b, 'v> {
        let mut context = self.context.new_inner_scope();
        context.add_variable_from_value(name, to_cel(value));
        Scope { context }
    }
}

fn to_cel(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            _ => number
                .as_f64()
                .map_or_else(|| Value::from(number.to_string()), Value::Float),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(to_cel).collect())),
        Json::Object(fields) => {
            let map: HashMap<String, Value> = fields
                .iter()
                .map(|(name, value)| (name.clone(), to_cel(value)))
                .collect();
            Value::Map(map.into())
        }
    }
}

fn to_json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) => (*number).into(),
        Value::UInt(number) => (*number).into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| number.to_string().into(), Json::Number),
        Value::String(text) => text.as_str().into(),
        Value::Bytes(bytes) => {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD
                .encode(bytes.as_slice())
                .into()
        }
        Value::List(items) => Json::Array(items.iter().map(to_json).collect::<Option<_>>()?),
        Value::Map(map) => {
            let mut fields: Vec<(String, Json)> = map
                .map
                .iter()
                .map(|(key, value)| Some((key.to_string(), to_json(value)?)))
                .collect::<Option<_>>()?;
            fields.sort_by(|left, right| left.0.cmp(&right.0));
            Json::Object(fields.into_iter().collect())
        }
        Value::Timestamp(moment) => moment.to_rfc3339().into(),
        Value::Duration(_) | Value::Function(..) | Value::Opaque(_) | Value::Struct(_) => {
            return None;
        }
    })
}

/// What a column's values are to expressions.
pub fn is_number(type_: &SqlType) -> bool {
    matches!(type_.base(), SqlType::Integer { .. } | SqlType::Year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exact_stays_exact() {
        let record = serde_json::json!({
            "total": "123456789012345678.90", "n": 7, "none": null, "lines": [{"sku": "A"}, {"sku": "B"}]
        });
        let table = serde_json::json!({"country": {"Poland": "PL"}});
        let scope = Scope::new(&[("record", &record), ("table", &table)]);
        let evaluate = |text: &str| {
            Expression::compile(text)
                .expect("compiles")
                .evaluate(&scope)
        };
        assert_eq!(evaluate("record.total"), Ok("123456789012345678.90".into()));
        assert_eq!(evaluate("record.n + 1"), Ok(8.into()));
        assert_eq!(evaluate("record.none"), Ok(Json::Null));
        assert_eq!(
            evaluate("record.none == null ? 'x' : record.none"),
            Ok("x".into())
        );
        assert_eq!(
            evaluate("record.lines.map(l, l.sku)"),
            Ok(serde_json::json!(["A", "B"]))
        );
        assert_eq!(evaluate("table.country['Poland']"), Ok("PL".into()));
        assert!(evaluate("table.country['Atlantis']").is_err());
        assert!(evaluate("record.gone").is_err());
        assert!(Expression::compile("record.").is_err());
        let line = serde_json::json!({"sku": "C"});
        let inner = scope.with("line", &line);
        let both = Expression::compile("line.sku + string(record.n)").expect("compiles");
        assert_eq!(both.evaluate(&inner), Ok("C7".into()));
        assert!(both.holds(&inner).is_err());
    }
}
