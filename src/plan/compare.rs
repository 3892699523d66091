//! Columns beside given values: keys, and what is equal to a value however it is stored.

use super::moment;
use super::read::{column, error};
use super::sql::{Bind, Comparison, Sql, comparison};
use super::value;
use crate::call::Value;
use crate::catalog::{Column, Dialect, SqlType, Table, TableId};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// Adds `a = ? and b = ?` for a whole key.
pub(crate) fn key_condition(
    sql: &mut Sql,
    target: &Table,
    id: TableId,
    key: &[usize],
    values: &[Value],
) -> Result<(), PlanError> {
    if key.len() != values.len() {
        return Err(error(
            PlanErrorKind::Key,
            Place {
                table: Some(id),
                columns: key.to_vec(),
                ..Place::default()
            },
        ));
    }
    for (place, (index, given)) in key.iter().zip(values).enumerate() {
        let column = column(target, id, *index)?;
        if *given == Value::Null {
            return Err(error(PlanErrorKind::Key, Place::column(id, *index)));
        }
        if place > 0 {
            sql.push(" and ");
        }
        equals(sql, column, given, false).map_err(|kind| error(kind, Place::column(id, *index)))?;
    }
    Ok(())
}

/// Adds `a = ?`, or `a <> ?`; `in` where a value may be stored in two ways.
pub(crate) fn equals(
    sql: &mut Sql,
    column: &Column,
    given: &Value,
    negated: bool,
) -> Result<(), PlanErrorKind> {
    let bind = compared_bind(sql.dialect, column, given)?;
    if !negated && comparison(sql.dialect, column) == Comparison::Moment {
        moment::compare(sql, column, " = ", vec![bind]);
        return Ok(());
    }
    if is_document(sql.dialect, column) {
        sql.name(&column.name)
            .push(if negated { " <> cast(" } else { " = cast(" })
            .plain_bind(bind)
            .push(" as json)");
        return Ok(());
    }
    let Some(other) = stored_otherwise(sql.dialect, column, &bind) else {
        sql.compared(column)
            .push(if negated { " <> " } else { " = " })
            .compare_bind(column, bind);
        return Ok(());
    };
    sql.name(&column.name)
        .push(if negated { " not in (" } else { " in (" })
        .plain_bind(bind)
        .push(", ")
        .plain_bind(other)
        .push(")");
    Ok(())
}

/// Tells whether a column holds documents of MySQL, which are equal by what they say; MariaDB's are texts.
pub(crate) fn is_document(dialect: Dialect, column: &Column) -> bool {
    dialect == Dialect::Mysql && column.sql_type == SqlType::Json
}

/// The other way in which SQLite may keep a value: a number in a column without a type.
pub(crate) fn stored_otherwise(dialect: Dialect, column: &Column, bind: &Bind) -> Option<Bind> {
    let Bind::Text(text) = bind else {
        return None;
    };
    if dialect != Dialect::Sqlite || column.sql_type != SqlType::Any {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(Bind::Long(number));
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(Bind::Double(number))
}

/// The bind of a value that is compared with a column.
pub(crate) fn compared_bind(
    dialect: Dialect,
    column: &Column,
    given: &Value,
) -> Result<Bind, PlanErrorKind> {
    match (comparison(dialect, column), given) {
        (Comparison::Text, Value::Text(text)) => Ok(Bind::Text(text.clone())),
        (Comparison::Text, Value::Fields(_)) => {
            Ok(Bind::Text(value::literal(&column.sql_type, given)?))
        }
        _ => value::bind(dialect, &column.sql_type, &column.type_name, given),
    }
}
