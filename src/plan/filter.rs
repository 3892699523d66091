//! Filters as SQL conditions.

use super::compare::{compared_bind, equals, is_document, stored_otherwise};
use super::moment;
use super::read::column;
use super::sql::{Bind, Comparison, Sql, comparison, is_own_text, postgres_type};
use super::value;
use crate::call::{Condition, Filter, Value};
use crate::catalog::{Column, Dialect, SqlType, Table, TableId};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// Adds the condition of a filter: one boolean expression, in parentheses where it has several parts.
pub(crate) fn condition(
    sql: &mut Sql,
    table: &Table,
    id: TableId,
    filter: &Filter,
    depth: u32,
) -> Result<(), PlanError> {
    let Some(depth) = depth.checked_sub(1) else {
        let kind = PlanErrorKind::Limit {
            what: "levels of filters",
            limit: 16,
        };
        return Err(PlanError {
            kind,
            place: Place::default(),
        });
    };
    let mut parts = Parts::new(sql, " and ");
    for (index, one) in &filter.columns {
        let column = column(table, id, *index)?;
        let at_column = |kind| PlanError {
            kind,
            place: Place::column(id, *index),
        };
        on_column(parts.next(), column, one).map_err(at_column)?;
    }
    for inner in &filter.all_of {
        condition(parts.next(), table, id, inner, depth)?;
    }
    if !filter.any_of.is_empty() {
        let mut any = Parts::new(parts.next(), " or ");
        for inner in &filter.any_of {
            condition(any.next(), table, id, inner, depth)?;
        }
        any.end();
    }
    for inner in &filter.none_of {
        let sql = parts.next();
        // What is neither true nor false is not true.
        condition(sql, table, id, inner, depth)?;
        sql.push(" is not true");
    }
    parts.end();
    Ok(())
}

/// Several conditions with one joint between them; none at all is true.
struct Parts<'s> {
    sql: &'s mut Sql,
    joint: &'static str,
    count: usize,
}

impl<'s> Parts<'s> {
    fn new(sql: &'s mut Sql, joint: &'static str) -> Parts<'s> {
        sql.push("(");
        Parts {
            sql,
            joint,
            count: 0,
        }
    }

    fn next(&mut self) -> &mut Sql {
        if self.count > 0 {
            self.sql.push(self.joint);
        }
        self.count += 1;
        self.sql
    }

    fn end(self) {
        self.sql.push(if self.count == 0 { "1 = 1)" } else { ")" });
    }
}

fn on_column(sql: &mut Sql, column: &Column, condition: &Condition) -> Result<(), PlanErrorKind> {
    match condition {
        Condition::IsNull(true) => {
            sql.name(&column.name).push(" is null");
        }
        Condition::IsNull(false) => {
            sql.name(&column.name).push(" is not null");
        }
        Condition::Eq(given) => compare(sql, column, " = ", given)?,
        Condition::Ne(given) => {
            sql.push("(");
            compare(sql, column, " <> ", given)?;
            if column.nullable {
                sql.push(" or ").name(&column.name).push(" is null");
            }
            sql.push(")");
        }
        Condition::Lt(given) => compare(sql, column, " < ", given)?,
        Condition::Le(given) => compare(sql, column, " <= ", given)?,
        Condition::Gt(given) => compare(sql, column, " > ", given)?,
        Condition::Ge(given) => compare(sql, column, " >= ", given)?,
        Condition::Between(least, most) => {
            sql.push("(");
            compare(sql, column, " >= ", least)?;
            sql.push(" and ");
            compare(sql, column, " <= ", most)?;
            sql.push(")");
        }
        Condition::In(items) => one_of(sql, column, items)?,
        Condition::Like(pattern) => like(sql, column, pattern)?,
        Condition::StartsWith(text) => part(sql, column, text, false)?,
        Condition::Contains(text) => part(sql, column, text, true)?,
    }
    Ok(())
}

fn compare(
    sql: &mut Sql,
    column: &Column,
    operator: &str,
    given: &Value,
) -> Result<(), PlanErrorKind> {
    if *given == Value::Null {
        return Err(PlanErrorKind::Condition(
            "comparison with nil; isNull asks for it",
        ));
    }
    if operator == " = " || operator == " <> " {
        return equals(sql, column, given, operator == " <> ");
    }
    let bind = compared_bind(sql.dialect, column, given)?;
    if comparison(sql.dialect, column) == Comparison::Moment {
        moment::compare(sql, column, operator, vec![bind]);
    } else if let Some(number) = stored_otherwise(sql.dialect, column, &bind) {
        sql.name(&column.name).push(operator).plain_bind(number);
    } else {
        sql.compared(column)
            .push(operator)
            .compare_bind(column, bind);
    }
    Ok(())
}

fn one_of(sql: &mut Sql, column: &Column, items: &[Value]) -> Result<(), PlanErrorKind> {
    if items.contains(&Value::Null) {
        return Err(PlanErrorKind::Condition(
            "comparison with nil; isNull asks for it",
        ));
    }
    if items.is_empty() {
        sql.push("1 = 0");
        return Ok(());
    }
    if sql.dialect == Dialect::Postgres {
        // One array, so that the statement is the same for any number of items.
        sql.compared(column).push(" = any(");
        let array = array(column, items)?;
        array_bind(sql, column, array);
        sql.push(")");
        return Ok(());
    }
    if comparison(sql.dialect, column) == Comparison::Moment {
        let bind = |item| compared_bind(Dialect::Sqlite, column, item);
        let binds = items.iter().map(bind).collect::<Result<_, _>>()?;
        moment::compare(sql, column, " in ", binds);
        return Ok(());
    }
    // MySQL has no `in` for documents.
    let one_by_one = column.sql_type == SqlType::Any || is_document(sql.dialect, column);
    let mut parts = Parts::new(sql, " or ");
    if one_by_one {
        for item in items {
            compare(parts.next(), column, " = ", item)?;
        }
        parts.end();
        return Ok(());
    }
    let sql = parts.next();
    sql.compared(column).push(" in (");
    for (place, item) in items.iter().enumerate() {
        let bind = compared_bind(sql.dialect, column, item)?;
        if place > 0 {
            sql.push(", ");
        }
        sql.compare_bind(column, bind);
    }
    sql.push(")");
    parts.end();
    Ok(())
}

fn like(sql: &mut Sql, column: &Column, pattern: &str) -> Result<(), PlanErrorKind> {
    textual(column)?;
    let trailing = pattern.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
    if trailing {
        return Err(PlanErrorKind::Value {
            value: format!("\"{pattern}\""),
            expected: "a pattern: it ends with a lone \\",
        });
    }
    match sql.dialect {
        Dialect::Sqlite => {
            // SQLite's own `like` does not tell cases apart, its `glob` does.
            sql.name(&column.name)
                .push(" glob ")
                .plain_bind(Bind::Text(glob(pattern)));
        }
        Dialect::Postgres => {
            sql.name(&column.name)
                .push("::text like ")
                .plain_bind(Bind::Text(pattern.to_owned()));
        }
        Dialect::Mysql => {
            sql.name(&column.name)
                .push(" like ")
                .plain_bind(Bind::Text(pattern.to_owned()));
        }
    }
    Ok(())
}

/// A `like` pattern as a `glob` pattern.
fn glob(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 4);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => text.push('*'),
            '_' => text.push('?'),
            c => {
                let c = if c == '\\' {
                    chars.next().unwrap_or('\\')
                } else {
                    c
                };
                if matches!(c, '*' | '?' | '[') {
                    text.push('[');
                    text.push(c);
                    text.push(']');
                } else {
                    text.push(c);
                }
            }
        }
    }
    text
}

/// `startsWith` and `contains`: patterns with the text taken as it is.
fn part(sql: &mut Sql, column: &Column, text: &str, inside: bool) -> Result<(), PlanErrorKind> {
    let mut pattern = String::with_capacity(text.len() + 4);
    if inside {
        pattern.push('%');
    }
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    like(sql, column, &pattern)
}

fn textual(column: &Column) -> Result<(), PlanErrorKind> {
    match column.sql_type.base() {
        SqlType::Text { .. }
        | SqlType::Enum { .. }
        | SqlType::Any
        | SqlType::Other
        | SqlType::Json
        | SqlType::Xml => Ok(()),
        _ => Err(PlanErrorKind::Condition("text condition")),
    }
}

/// The binds of an array: texts, or byte strings for bytes.
fn array(column: &Column, items: &[Value]) -> Result<Bind, PlanErrorKind> {
    if matches!(column.sql_type.base(), SqlType::Bytes { .. }) {
        let bytes = items.iter().map(|item| match item {
            Value::Bytes(bytes) => Ok(bytes.clone()),
            _ => Err(PlanErrorKind::Value {
                value: "text".to_owned(),
                expected: "binary content",
            }),
        });
        return Ok(Bind::ByteArrays(bytes.collect::<Result<_, _>>()?));
    }
    let texts = items
        .iter()
        .map(|item| match comparison(Dialect::Postgres, column) {
            Comparison::Text => match item {
                Value::Text(text) => Ok(Some(text.clone())),
                item => value::literal(&column.sql_type, item).map(Some),
            },
            _ => value::literal(&column.sql_type, item).map(Some),
        });
    Ok(Bind::Texts(texts.collect::<Result<_, _>>()?))
}

fn array_bind(sql: &mut Sql, column: &Column, bind: Bind) {
    let bytes = matches!(bind, Bind::ByteArrays(_));
    sql.plain_bind(bind);
    let base = column.sql_type.base();
    let is_text = (matches!(base, SqlType::Text { fixed: false, .. })
        && !is_own_text(&column.type_name))
        || comparison(Dialect::Postgres, column) == Comparison::Text;
    if !bytes && !is_text {
        let name = if matches!(column.sql_type, SqlType::Domain { .. }) {
            ""
        } else {
            &column.type_name
        };
        let cast = format!("::text[]::{}[]", postgres_type(base, name));
        sql.push(&cast);
    }
}

/// `(a, b)` equal to one of the rows, by arrays: the same statement for any number of rows (PostgreSQL).
pub(crate) fn any_of_rows(
    sql: &mut Sql,
    columns: &[&Column],
    rows: &[Vec<Value>],
    id: TableId,
) -> Result<(), PlanError> {
    if let [column] = columns {
        sql.compared(column).push(" = any(");
        arrays(sql, columns, rows, id)?;
        sql.push(")");
        return Ok(());
    }
    sql.push("(");
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            sql.push(", ");
        }
        sql.compared(column);
    }
    sql.push(") in (select * from unnest(");
    arrays(sql, columns, rows, id)?;
    sql.push("))");
    Ok(())
}

/// The values of some rows as an array for each column (PostgreSQL).
pub(super) fn arrays(
    sql: &mut Sql,
    columns: &[&Column],
    rows: &[Vec<Value>],
    id: TableId,
) -> Result<(), PlanError> {
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            sql.push(", ");
        }
        let values: Vec<Value> = rows
            .iter()
            .filter_map(|row| row.get(place).cloned())
            .collect();
        let array = array(column, &values).map_err(|kind| PlanError {
            kind,
            place: Place {
                table: Some(id),
                ..Place::default()
            },
        })?;
        array_bind(sql, column, array);
    }
    Ok(())
}

/// `(a, b)` equal to one of the rows, by a placeholder for each value; the last row is repeated up to a round number of
/// rows, so that few different statements are prepared.
pub(crate) fn one_of_rows(
    sql: &mut Sql,
    columns: &[&Column],
    rows: &[Vec<Value>],
    id: TableId,
) -> Result<(), PlanError> {
    let round = [1, 10, 50, super::read::BATCH]
        .into_iter()
        .find(|size| *size >= rows.len())
        .unwrap_or(rows.len());
    let last = rows
        .last()
        .into_iter()
        .cycle()
        .take(round.saturating_sub(rows.len()));
    let mut parts = Parts::new(sql, " or ");
    for row in rows.iter().chain(last) {
        let mut one = Parts::new(parts.next(), " and ");
        for (column, given) in columns.iter().zip(row) {
            let at = |kind| PlanError {
                kind,
                place: Place {
                    table: Some(id),
                    ..Place::default()
                },
            };
            equals(one.next(), column, given, false).map_err(at)?;
        }
        one.end();
    }
    parts.end();
    Ok(())
}
