//! Conditions on dates and times that SQLite keeps as text: exact by their meaning, beside a range of texts that an index of the column
//! serves.
//!
//! The collation that compares by meaning is not the column's own, so no index has its order. Every text of one moment starts with a
//! date that is no more than a zone's offset away, which is what the range says.

use super::sql::{Bind, Sql};
use super::time;
use crate::catalog::{Column, SqlType};

/// Later than every moment that a text may mean, and before all that is no moment.
const LAST: &str = "'9999-12-31T24:00:00-14:00'";

/// Adds `a op ?`, or `a in (?, …)`. What is stored and is no moment, so that it is answered as nil, meets none of them.
pub(super) fn compare(sql: &mut Sql, column: &Column, operator: &str, given: Vec<Bind>) {
    let least = matches!(operator, " = " | " in " | " > " | " >= ");
    let most = matches!(operator, " = " | " in " | " < " | " <= ");
    let (first, end) = match column.sql_type.base() {
        SqlType::Time { .. } => (None, None),
        _ => texts(&given),
    };
    sql.push("(").name(&column.name);
    match first.filter(|_| least) {
        Some(first) => sql.push(" >= ").plain_bind(Bind::Text(first)),
        // A number is less than any text.
        None => sql.push(" >= ''"),
    };
    sql.push(" and ").name(&column.name);
    match end.filter(|_| most) {
        Some(end) => sql.push(" < ").plain_bind(Bind::Text(end)),
        // After every text that begins with a digit; SQLite rather scans than look for what has one end only.
        None => sql.push(" < ':'"),
    };
    if !most {
        sql.push(" and ").compared(column).push(" <= ").push(LAST);
    }
    sql.push(" and ").compared(column).push(operator);
    let several = operator == " in ";
    if several {
        sql.push("(");
    }
    for (place, bind) in given.into_iter().enumerate() {
        if place > 0 {
            sql.push(", ");
        }
        sql.compare_bind(column, bind);
    }
    sql.push(if several { "))" } else { ")" });
}

/// The first text that may mean one of the moments, and the first one after all that may.
fn texts(given: &[Bind]) -> (Option<String>, Option<String>) {
    let days = |bind: &Bind| match bind {
        Bind::Text(text) if text.as_bytes().get(4) == Some(&b'-') => {
            text.get(..10).and_then(time::civil_day)
        }
        _ => None,
    };
    let Some(days) = given.iter().map(days).collect::<Option<Vec<i64>>>() else {
        return (None, None);
    };
    // Up to 14 hours of offset on both sides, and 24:00, which is the next day's.
    let first = days.iter().min().and_then(|day| date(day - 3));
    let end = days.iter().max().and_then(|day| date(day + 4));
    (first, end)
}

fn date(day: i64) -> Option<String> {
    let (year, month, day) = time::civil(day);
    (1..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}
