//! Names of tables, columns and routines in the configuration that name nothing in the database.

use std::path::Path;

use crate::catalog::Known;
use crate::config::{Config, place};

/// Tells the names that name nothing, each with its place in the file and what may be meant, and takes them away where nothing
/// could be served with them.
pub(super) fn unknown(config: &mut Config, file: Option<&Path>, known: &Known) -> Vec<String> {
    let text = file.and_then(|file| std::fs::read_to_string(file).ok());
    let mut wrong = Vec::new();
    let mut tell = |key: &str, name: &str, word: &str| {
        let message = format!(
            "{key}: the database has no `{name}`: {}",
            known.advice(name)
        );
        wrong.push(match (file, &text) {
            (Some(file), Some(text)) => {
                let at = text
                    .find(&format!("\"{word}\""))
                    .or_else(|| text.find(word));
                let at = at.map(|at| place(text, at));
                let at = at.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
                format!("{}{at}: {message}", file.display())
            }
            _ => message,
        });
    };
    let database = &mut config.database;
    for pattern in &database.include {
        if !known.any(pattern) {
            tell("database.include", pattern, pattern);
        }
    }
    for name in &database.exclude {
        // A pattern may be for what other databases of its kind have.
        if !name.contains('*') && !known.has(name) {
            tell("database.exclude", name, name);
        }
    }
    database.rename.retain(|name, _| {
        let has = known.has(name);
        if !has {
            tell("database.rename", name, name);
        }
        has
    });
    database.keys.retain(|table, columns| {
        if !known.has(table) {
            tell("database.keys", table, table);
            return false;
        }
        let mut whole = true;
        for column in columns {
            let full = format!("{table}.{column}");
            if !known.has(&full) {
                tell("database.keys", &full, column);
                whole = false;
            }
        }
        whole
    });
    for (role, grants) in &config.roles {
        let key = format!("role.{role}");
        for grant in &grants.grants {
            for name in &grant.on {
                let named = |name: &str| known.any(name) || known.any(&format!("*.{name}"));
                if !name.starts_with("flow.") && !name.contains('*') && !named(name) {
                    tell(&key, name, name);
                }
            }
            for column in grant.columns.iter().flatten() {
                let of = |on: &String| known.any(&format!("{on}.{column}"));
                let bare = |on: &String| known.any(&format!("*.{on}.{column}"));
                if !grant.on.iter().any(|on| of(on) || bare(on)) {
                    let table = grant.on.first().map_or("*", String::as_str);
                    tell(&key, &format!("{table}.{column}"), column);
                }
            }
        }
    }
    wrong
}
