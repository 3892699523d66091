//! The order of a page: its columns, how they are compared, and the condition of the rows after one of them.
//!
//! What is written in `order by` and what is compared with a cursor are the same expression, or rows would come twice or never.

use super::sql::{Bind, Comparison, Sql, comparison, is_geometry, postgres_type};
use super::value;
use super::{Form, Kind, RawCell, Start};
use crate::call::{OrderBy, Value};
use crate::catalog::{Column, Dialect, SqlType, Table, TableId};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// One column of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Index of the column.
    pub column: usize,
    /// From the largest down.
    pub descending: bool,
    /// Values that are stored differently are never equal, whatever the collation says.
    pub exact: bool,
}

/// An order in which every row has its place.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) steps: Vec<Step>,
    /// Rows may be equal in all steps; they are then equal in every column.
    pub(crate) duplicates: bool,
}

/// The order asked for, then the key; then every column where no key tells two rows apart.
pub(crate) fn whole_order(
    dialect: Dialect,
    target: &Table,
    id: TableId,
    asked: &[OrderBy],
) -> Result<Order, PlanError> {
    let mut steps: Vec<Step> = Vec::with_capacity(asked.len() + 2);
    let error = |kind, column| PlanError {
        kind,
        place: Place::column(id, column),
    };
    for by in asked {
        if target.columns.get(by.column).is_none() {
            return Err(error(PlanErrorKind::Unknown("column"), by.column));
        }
        if steps.iter().any(|step| step.column == by.column) {
            return Err(error(PlanErrorKind::Twice, by.column));
        }
        steps.push(Step {
            column: by.column,
            descending: by.descending,
            exact: false,
        });
    }
    let column = |index: usize| target.columns.get(index);
    for index in target.key.iter().flatten().copied() {
        // Two moments that are asked for as one may be two keys.
        let exact =
            column(index).is_some_and(|column| comparison(dialect, column) == Comparison::Moment);
        add(&mut steps, index, exact);
    }
    // SQLite takes NULL into a primary key, as often as it comes.
    let duplicates = target.key_may_repeat
        || target.key.as_ref().is_none_or(|key| {
            key.iter()
                .any(|index| column(*index).is_some_and(|column| column.nullable))
        });
    if duplicates {
        for (index, column) in target.columns.iter().enumerate() {
            add(&mut steps, index, !is_exact(dialect, column));
        }
    }
    Ok(Order { steps, duplicates })
}

fn add(steps: &mut Vec<Step>, column: usize, exact: bool) {
    if !steps
        .iter()
        .any(|step| step.column == column && (step.exact || !exact))
    {
        steps.push(Step {
            column,
            descending: false,
            exact,
        });
    }
}

/// Tells whether the database's own comparison takes only the same stored values for equal.
fn is_exact(dialect: Dialect, column: &Column) -> bool {
    match (dialect, column.sql_type.base()) {
        (Dialect::Sqlite, _) => false,
        (Dialect::Mysql, SqlType::Json) => true,
        (_, SqlType::Text { .. } | SqlType::Json | SqlType::Other) => {
            dialect == Dialect::Mysql && is_geometry(&column.type_name)
        }
        (Dialect::Mysql, _) => true,
        (
            _,
            SqlType::Boolean
            | SqlType::Integer { .. }
            | SqlType::Date
            | SqlType::Time { zone: false }
            | SqlType::Timestamp { .. }
            | SqlType::Uuid
            | SqlType::Bytes { .. }
            | SqlType::Enum { .. },
        ) => true,
        _ => false,
    }
}

/// MySQL orders the labels of enums and sets by their numbers, and compares them by their texts.
pub(crate) fn is_numbered(dialect: Dialect, column: &Column) -> bool {
    dialect == Dialect::Mysql
        && matches!(column.sql_type, SqlType::Enum { .. } | SqlType::Set { .. })
}

/// Adds ` order by …`: NULL last when ascending, first when descending.
pub(crate) fn order_by(sql: &mut Sql, table: &Table, order: &[Step]) {
    sql.push(" order by ");
    let mut first = true;
    for step in order {
        let Some(column) = table.columns.get(step.column) else {
            continue;
        };
        if !std::mem::take(&mut first) {
            sql.push(", ");
        }
        let direction = if step.descending { " desc" } else { "" };
        // PostgreSQL's own order of NULL is the one that we want, and its indexes have it.
        if column.nullable && sql.dialect != Dialect::Postgres {
            sql.name(&table.name)
                .push(".")
                .name(&column.name)
                .push(" is null")
                .push(direction)
                .push(", ");
        }
        // With its table, since a bare name means the answered column first, which may have been cast.
        expression(sql, column, *step, Some(table));
        sql.push(direction);
    }
}

/// Adds a column as a step compares it.
fn expression(sql: &mut Sql, column: &Column, step: Step, table: Option<&Table>) {
    let (before, after) = match (sql.dialect, step.exact) {
        (Dialect::Postgres, true) => ("", "::text collate \"C\""),
        (Dialect::Mysql, true) => ("cast(convert(", " using utf8mb4) as binary)"),
        (Dialect::Sqlite, true) => ("", " collate binary"),
        // In `order by` the number is what counts anyway, and an index may have it.
        (_, false) if table.is_none() && is_numbered(sql.dialect, column) => {
            ("cast(", " as unsigned)")
        }
        (_, false) => return natural(sql, column, table),
    };
    sql.push(before);
    if let Some(table) = table {
        sql.name(&table.name).push(".");
    }
    sql.name(&column.name).push(after);
}

fn natural(sql: &mut Sql, column: &Column, table: Option<&Table>) {
    match table {
        Some(table) => sql.ordered(table, column),
        None => sql.compared(column),
    };
}

/// Adds the condition of the rows after the start: `a > ? or (a = ? and (b > ? or …))`.
pub(crate) fn after(sql: &mut Sql, table: &Table, form: &Form, start: &Start) {
    let columns: Vec<(&Column, Step, &RawCell)> = form
        .order
        .iter()
        .zip(&start.values)
        .filter_map(|(step, value)| Some((table.columns.get(step.column)?, *step, value)))
        .collect();
    let plain = columns
        .iter()
        .all(|(column, step, _)| !column.nullable && !step.descending);
    if plain && (sql.dialect != Dialect::Mysql || columns.len() == 1) {
        // A row comparison can use an index over all of the columns; MySQL does not.
        row_after(sql, &columns, form.duplicates);
        return;
    }
    let last = columns.len().saturating_sub(1);
    sql.push("(");
    // It follows from the rest, and lets the database begin in an index where the rest does not.
    if let Some((column, step, value)) = columns.first()
        && **value != RawCell::Null
        && (step.descending || !column.nullable)
    {
        expression(sql, column, *step, None);
        sql.push(if step.descending { " <= " } else { " >= " });
        raw_bind(sql, column, *step, value);
        sql.push(" and (");
    } else {
        sql.push("(");
    }
    for (place, (column, step, value)) in columns.iter().enumerate() {
        later(sql, column, *step, value);
        sql.push(" or (");
        equal(sql, column, *step, value);
        if place < last {
            sql.push(" and (");
        }
    }
    // Rows equal in all of the order are left out, or counted by the offset where they are not one row.
    if !form.duplicates {
        sql.push(" and 1 = 0");
    }
    for place in 0..columns.len() {
        sql.push(if place < last { "))" } else { ")" });
    }
    sql.push("))");
}

/// `(a, b) > (?, ?)`, and without parentheses for one.
fn row_after(sql: &mut Sql, columns: &[(&Column, Step, &RawCell)], duplicates: bool) {
    let (open, close) = if columns.len() > 1 {
        ("(", ")")
    } else {
        ("", "")
    };
    sql.push(open);
    for (place, (column, step, _)) in columns.iter().enumerate() {
        sql.push(if place > 0 { ", " } else { "" });
        expression(sql, column, *step, None);
    }
    sql.push(close)
        .push(if duplicates { " >= " } else { " > " })
        .push(open);
    for (place, (column, step, value)) in columns.iter().enumerate() {
        sql.push(if place > 0 { ", " } else { "" });
        raw_bind(sql, column, *step, value);
    }
    sql.push(close);
}

fn later(sql: &mut Sql, column: &Column, step: Step, value: &RawCell) {
    match (value, step.descending) {
        (RawCell::Null, false) => {
            sql.push("1 = 0");
        }
        (RawCell::Null, true) => {
            sql.name(&column.name).push(" is not null");
        }
        (value, true) => {
            expression(sql, column, step, None);
            sql.push(" < ");
            raw_bind(sql, column, step, value);
        }
        (value, false) => {
            if column.nullable {
                sql.push("(");
            }
            expression(sql, column, step, None);
            sql.push(" > ");
            raw_bind(sql, column, step, value);
            if column.nullable {
                sql.push(" or ").name(&column.name).push(" is null)");
            }
        }
    }
}

fn equal(sql: &mut Sql, column: &Column, step: Step, value: &RawCell) {
    if *value == RawCell::Null {
        sql.name(&column.name).push(" is null");
    } else {
        expression(sql, column, step, None);
        sql.push(" = ");
        raw_bind(sql, column, step, value);
    }
}

/// Adds a placeholder for a value as it was stored.
fn raw_bind(sql: &mut Sql, column: &Column, step: Step, value: &RawCell) {
    match sql.dialect {
        Dialect::Postgres => {
            let text = match value {
                RawCell::Text(text) | RawCell::Misfit(text) => text.clone(),
                _ => String::new(),
            };
            sql.plain_bind(Bind::Text(text));
            let cast = match comparison(Dialect::Postgres, column) {
                _ if step.exact => "::text".to_owned(),
                Comparison::Text => String::new(),
                _ => {
                    let (sql_type, name) = match (&column.sql_type, column.sql_type.base()) {
                        // What it is over may have operators of its own; only the domain's name leads there.
                        (domain @ SqlType::Domain { .. }, SqlType::Text { .. }) => (domain, ""),
                        (SqlType::Domain { .. }, base) => (base, ""),
                        (_, base) => (base, column.type_name.as_str()),
                    };
                    format!("::text::{}", postgres_type(sql_type, name))
                }
            };
            sql.push(&cast);
        }
        Dialect::Mysql => mysql_bind(sql, column, step, value),
        Dialect::Sqlite => {
            let (before, after) = match value {
                RawCell::BadText(_) => ("cast(", " as text)"),
                _ => ("", ""),
            };
            sql.push(before)
                .plain_bind(match value {
                    RawCell::Text(text) | RawCell::Misfit(text) => Bind::Text(text.clone()),
                    RawCell::Long(number) => Bind::Long(*number),
                    RawCell::Double(number) => Bind::Double(*number),
                    RawCell::Bytes(bytes) | RawCell::BadText(bytes) => Bind::Bytes(bytes.clone()),
                    RawCell::Null => Bind::Null(Kind::Text),
                })
                .push(after);
        }
    }
}

fn mysql_bind(sql: &mut Sql, column: &Column, step: Step, value: &RawCell) {
    if is_numbered(Dialect::Mysql, column)
        && let RawCell::Text(number) = value
    {
        sql.plain_bind(Bind::Unsigned(number.parse().unwrap_or(0)));
        return;
    }
    if column.sql_type == SqlType::Json
        && let RawCell::Text(text) | RawCell::Misfit(text) = value
    {
        // Parsed again, a decimal of the document would become a double, and another text.
        sql.plain_bind(Bind::Text(text.clone()))
            .push(" collate utf8mb4_bin");
        return;
    }
    let bind = match value {
        RawCell::Text(text) | RawCell::Misfit(text) if step.exact => Bind::Text(text.clone()),
        RawCell::Text(text) => value::bind(
            Dialect::Mysql,
            &column.sql_type,
            &column.type_name,
            &Value::Text(text.clone()),
        )
        .unwrap_or_else(|_| Bind::Text(text.clone())),
        RawCell::Bytes(bytes) | RawCell::BadText(bytes) => Bind::Bytes(bytes.clone()),
        RawCell::Misfit(text) => Bind::Text(text.clone()),
        RawCell::Long(number) => Bind::Long(*number),
        RawCell::Double(number) => Bind::Double(*number),
        RawCell::Null => Bind::Null(Kind::Text),
    };
    if step.exact {
        sql.push("cast(").plain_bind(bind).push(" as binary)");
    } else {
        sql.compare_bind(column, bind);
    }
}
