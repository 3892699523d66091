//! Identifiers and literals in the text of triggers, and the names that triggers have. Pure.

use crate::catalog::{Dialect, Table};

/// Quotes an identifier.
pub(crate) fn quoted(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// The table's name with its schema.
pub(crate) fn qualified(dialect: Dialect, table: &Table) -> String {
    format!(
        "{}.{}",
        quoted(dialect, &table.schema),
        quoted(dialect, &table.name)
    )
}

/// A text literal. On MySQL a backslash means one thing or another by the session's mode, so such texts are given in hexadecimal.
pub(super) fn literal(dialect: Dialect, text: &str) -> String {
    if dialect == Dialect::Mysql && text.contains(['\\', '\'']) {
        let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        return format!("convert(x'{digits}' using utf8mb4)");
    }
    if dialect == Dialect::Postgres && text.contains('\\') {
        return format!("e'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// The name of the trigger for an event.
pub(super) fn trigger_name(table: &Table, event: &str) -> String {
    own_name(&format!("soapstone_{event}"), table)
}

/// The name of the function that the triggers of a table call.
pub(super) fn routine_name(table: &Table) -> String {
    own_name("capture", table)
}

/// A name of ours for a table: readable, within 64 bytes, different for tables whose beginnings are the same.
fn own_name(prefix: &str, table: &Table) -> String {
    let readable: String = table
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(24)
        .collect();
    format!("{prefix}_{readable}_{:016x}", digest(table))
}

/// FNV-1a over the table's names: stable for ever, since triggers are found again by it.
fn digest(table: &Table) -> u64 {
    [table.schema.as_str(), "\0", table.name.as_str()]
        .iter()
        .flat_map(|text| text.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// A name as a JSON string.
pub(super) fn json(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
