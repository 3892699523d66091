//! Named SQL: files that are routines on every database.
//!
//! ```sql
//! -- name: orders_of
//! -- Lists a customer's orders since a day.
//! -- param: company_id integer
//! -- param: since date optional
//! -- column: number varchar(24)
//! -- column: order_date date
//! select number, order_date from sales_order
//! where company_id = :company_id and (:since is null or order_date >= :since);
//! ```
//!
//! `-- name:` starts a routine; a file may hold several. `-- param: NAME TYPE [optional]` declares a parameter in the
//! database's own type; an absent optional one is NULL. `-- column: NAME TYPE` declares the columns of the rows that the
//! last statement answers; without one the rows go out by name as text, if there are any. `-- reads` says that nothing is
//! changed. Other comments before the first statement document the routine. `:name` in the SQL, outside quotes and
//! comments, is the parameter; all statements run in one transaction.

use std::path::{Path, PathBuf};

/// A routine as its file says; types are still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedSql {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) parameters: Vec<NamedParameter>,
    /// Names and types.
    pub(crate) columns: Vec<(String, String)>,
    pub(crate) reads: bool,
    pub(crate) statements: Vec<Vec<Piece>>,
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedParameter {
    pub(crate) name: String,
    pub(crate) type_name: String,
    pub(crate) optional: bool,
}

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// SQL as written.
    Sql(String),
    /// The parameter with this index.
    Parameter(usize),
}

/// Why a file is not named SQL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {what}", file.display())]
pub struct NamedError {
    /// The file.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Reads every `.sql` file of a folder, in the order of their names.
pub(crate) fn load(folder: &Path) -> Result<Vec<NamedSql>, Vec<NamedError>> {
    let failed = |file: &Path, error: std::io::Error| NamedError {
        file: file.to_owned(),
        line: 0,
        what: error.to_string(),
    };
    let files = files(folder).map_err(|error| vec![failed(folder, error)])?;
    let mut routines: Vec<NamedSql> = Vec::new();
    let mut errors = Vec::new();
    for file in files {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                errors.push(failed(&file, error));
                continue;
            }
        };
        match parse(&text) {
            Ok(found) => {
                for routine in found {
                    match routines.iter().any(|other| other.name == routine.name) {
                        true => errors.push(NamedError {
                            file: file.clone(),
                            line: 0,
                            what: format!("there are two routines called {}", routine.name),
                        }),
                        false => routines.push(routine),
                    }
                }
            }
            Err(found) => {
                errors.extend(found.into_iter().map(|(line, what)| NamedError {
                    file: file.clone(),
                    line,
                    what,
                }));
            }
        }
    }
    if errors.is_empty() {
        Ok(routines)
    } else {
        Err(errors)
    }
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

/// The names of a folder's routines, also of those that are wrong.
pub fn names_in(folder: &Path) -> Vec<String> {
    let files = files(folder).unwrap_or_default();
    let texts = files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok());
    texts
        .flat_map(|text| {
            text.lines()
                .filter_map(name)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The name that a line starts a routine with.
fn name(line: &str) -> Option<&str> {
    let comment = line.trim().strip_prefix("--")?.trim();
    comment.strip_prefix("name:").map(str::trim)
}

/// Reads one file.
fn parse(text: &str) -> Result<Vec<NamedSql>, Vec<(usize, String)>> {
    let mut routines: Vec<(NamedSql, usize, String)> = Vec::new();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let comment = line.trim().strip_prefix("--").map(str::trim);
        if let Some(name) = name(line) {
            if name.is_empty() || name.contains(char::is_whitespace) {
                errors.push((number, "`-- name:` takes one word".to_owned()));
            }
            let routine = NamedSql {
                name: name.to_owned(),
                comment: None,
                parameters: Vec::new(),
                columns: Vec::new(),
                reads: false,
                statements: Vec::new(),
            };
            routines.push((routine, number, String::new()));
            continue;
        }
        let Some((routine, _, sql)) = routines.last_mut() else {
            if !line.trim().is_empty() && comment.is_none() {
                errors.push((number, "SQL before the first `-- name:` line".to_owned()));
            }
            continue;
        };
        match comment.filter(|_| sql.trim().is_empty()) {
            Some(comment) => {
                if let Err(what) = directive(routine, comment) {
                    errors.push((number, what));
                }
                sql.push('\n');
            }
            None => {
                sql.push_str(line);
                sql.push('\n');
            }
        }
    }
    let mut finished = Vec::with_capacity(routines.len());
    for (mut routine, start, sql) in routines {
        match statements(&sql, &routine.parameters) {
            Ok(statements) if statements.is_empty() => {
                errors.push((start, format!("{} has no SQL", routine.name)))
            }
            Ok(statements) => routine.statements = statements,
            Err((line, what)) => errors.push((start + line, what)),
        }
        finished.push(routine);
    }
    if errors.is_empty() {
        Ok(finished)
    } else {
        Err(errors)
    }
}

/// Takes one comment line of a routine's head.
fn directive(routine: &mut NamedSql, comment: &str) -> Result<(), String> {
    if let Some(rest) = comment.strip_prefix("param:") {
        let (name, rest) = name_and_type(rest)
            .ok_or("`-- param:` takes a name and a type, as in `-- param: id integer`")?;
        if routine
            .parameters
            .iter()
            .any(|parameter| parameter.name == name)
        {
            return Err(format!("there are two parameters called {name}"));
        }
        let (type_name, optional) = match rest.strip_suffix("optional") {
            Some(type_name) if type_name.ends_with(char::is_whitespace) => (type_name.trim(), true),
            _ => (rest, false),
        };
        routine.parameters.push(NamedParameter {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            optional,
        });
    } else if let Some(rest) = comment.strip_prefix("column:") {
        let (name, type_name) = name_and_type(rest).ok_or(
            "`-- column:` takes a name and a type, as in `-- column: total numeric(18,2)`",
        )?;
        routine
            .columns
            .push((name.to_owned(), type_name.to_owned()));
    } else if comment == "reads" {
        routine.reads = true;
    } else if !comment.is_empty() {
        match &mut routine.comment {
            Some(text) => {
                text.push('\n');
                text.push_str(comment);
            }
            None => routine.comment = Some(comment.to_owned()),
        }
    }
    Ok(())
}

fn name_and_type(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.trim().split_once(char::is_whitespace)?;
    Some((name, rest.trim())).filter(|(_, rest)| !rest.is_empty())
}

/// Cuts SQL into statements and statements into pieces, stepping over quotes, dollar quotes and comments.
fn statements(
    sql: &str,
    parameters: &[NamedParameter],
) -> Result<Vec<Vec<Piece>>, (usize, String)> {
    let mut statements = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut text = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let line = || {
            sql.get(..sql.len() - rest.len())
                .unwrap_or_default()
                .matches('\n')
                .count()
                + 1
        };
        let skipped = match c {
            '\'' | '"' | '`' => {
                Some(quoted(rest, c).ok_or_else(|| (line(), format!("{c} is not closed")))?)
            }
            '-' if rest.starts_with("--") => Some(rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => Some(
                rest.find("*/")
                    .map(|end| end + 2)
                    .ok_or_else(|| (line(), "/* is not closed".to_owned()))?,
            ),
            '$' => dollar_quoted(rest),
            ':' if rest.starts_with("::") => Some(2),
            _ => None,
        };
        if let Some(length) = skipped {
            text.push_str(rest.get(..length).unwrap_or_default());
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let word = after
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(after.len());
        let starts_word = after.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if c == ':' && starts_word {
            let name = after.get(..word).unwrap_or_default();
            let index = parameters
                .iter()
                .position(|parameter| parameter.name == name);
            let index = index.ok_or_else(|| {
                (
                    line(),
                    format!("there is no parameter {name}; add `-- param: {name} TYPE`"),
                )
            })?;
            pieces.push(Piece::Sql(std::mem::take(&mut text)));
            pieces.push(Piece::Parameter(index));
            rest = after.get(word..).unwrap_or_default();
            continue;
        }
        if c == ';' {
            end_statement(&mut statements, &mut pieces, &mut text);
        } else {
            text.push(c);
        }
        rest = after;
    }
    end_statement(&mut statements, &mut pieces, &mut text);
    Ok(statements)
}

fn end_statement(statements: &mut Vec<Vec<Piece>>, pieces: &mut Vec<Piece>, text: &mut String) {
    let text = std::mem::take(text);
    let mut pieces = std::mem::take(pieces);
    let only_comments = text
        .lines()
        .all(|line| line.trim().is_empty() || line.trim().starts_with("--"));
    if pieces.is_empty() && only_comments {
        return;
    }
    pieces.push(Piece::Sql(text.trim_end().to_owned()));
    statements.push(pieces);
}

/// The length of a quoted text that starts here, doubled quotes inside included.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// The length of a `$tag$…$tag$` text that starts here.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = text.get(1..)?.find('$')? + 2;
    let opening = text.get(..tag)?;
    let inside = opening.get(1..tag - 1)?;
    if !inside.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    text.get(tag..)?.find(opening).map(|end| tag + end + tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(statement: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Sql(sql) => sql.clone(),
            Piece::Parameter(index) => format!("<{index}>"),
        };
        statement.iter().map(piece).collect()
    }

    #[test]
    fn a_file_of_two_routines() {
        let text = "-- name: one\n-- Does it.\n-- param: a integer\n-- param: b varchar(10) optional\n\n\
                    update t set x = ':a' || :b where \"y:a\" = :a and z::text = $$:a$$; -- :a\nselect :a;\n\
                    -- name: two\n-- reads\n-- column: n numeric(18, 2)\nselect 1 as n";
        let found = parse(text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].comment.as_deref(), Some("Does it."));
        assert_eq!(found[0].parameters[1].type_name, "varchar(10)");
        assert!(found[0].parameters[1].optional);
        let shapes: Vec<String> = found[0]
            .statements
            .iter()
            .map(|statement| shape(statement))
            .collect();
        assert_eq!(
            shapes[0].trim(),
            "update t set x = ':a' || <1> where \"y:a\" = <0> and z::text = $$:a$$"
        );
        assert!(shapes[1].ends_with("select <0>"), "{}", shapes[1]);
        assert_eq!(
            found[1].columns,
            [("n".to_owned(), "numeric(18, 2)".to_owned())]
        );
        assert!(found[1].reads);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("select 1", "SQL before"),
            (
                "-- name: x\n-- param: a\nselect 1",
                "takes a name and a type",
            ),
            ("-- name: x\nselect :a", "there is no parameter a"),
            ("-- name: x\n", "has no SQL"),
            ("-- name: x\nselect 'a", "is not closed"),
        ] {
            let errors = parse(text).unwrap_err();
            assert!(errors[0].1.contains(expected), "{text}: {errors:?}");
        }
    }
}
