//! The routines of a MySQL or MariaDB database, from `information_schema`.

use std::collections::HashMap;

use super::mysql_types::sql_type;
use super::{Parameter, ParameterMode, Returns, Routine, RoutineKind};

/// Specific name, name, kind, access, comment, and the body where the role may see it.
type RoutineRow = (String, String, String, String, String, Option<String>);

pub(super) async fn routines(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<Routine>, sqlx::Error> {
    let rows: Vec<RoutineRow> = sqlx::query_as(
        "select cast(specific_name as char), cast(routine_name as char), cast(routine_type as char),
                cast(sql_data_access as char), cast(coalesce(routine_comment, '') as char), cast(routine_definition as char)
         from information_schema.routines
         where routine_schema = ? and routine_type in ('FUNCTION', 'PROCEDURE') order by routine_name",
    )
    .bind(schema)
    .fetch_all(&mut *connection)
    .await?;
    type ParameterRow = (
        String,
        String,
        i64,
        Option<String>,
        Option<String>,
        String,
        String,
        Option<i64>,
    );
    let parameters: Vec<ParameterRow> = sqlx::query_as(
        "select cast(specific_name as char), cast(routine_type as char), cast(ordinal_position as signed),
                cast(parameter_mode as char), cast(parameter_name as char), lower(cast(data_type as char)),
                cast(dtd_identifier as char), cast(character_maximum_length as signed)
         from information_schema.parameters
         where specific_schema = ? order by specific_name, ordinal_position",
    )
    .bind(schema)
    .fetch_all(&mut *connection)
    .await?;
    let mut by_routine: HashMap<(String, String), Vec<ParameterRow>> = HashMap::new();
    for row in parameters {
        by_routine
            .entry((row.0.clone(), row.1.clone()))
            .or_default()
            .push(row);
    }
    let mut routines = Vec::with_capacity(rows.len());
    for (specific, name, kind, access, comment, definition) in rows {
        let rows = by_routine
            .remove(&(specific, kind.clone()))
            .unwrap_or_default();
        let procedure = kind == "PROCEDURE";
        let mut returns = if procedure {
            Returns::Unknown
        } else {
            Returns::Void
        };
        let mut parameters = Vec::new();
        for (_, _, place, mode, parameter, data_type, type_name, length) in rows {
            let sql_type = sql_type(&data_type, &type_name, length);
            if place == 0 {
                returns = Returns::Scalar {
                    sql_type,
                    type_name,
                };
                continue;
            }
            parameters.push(Parameter {
                name: parameter.unwrap_or_else(|| format!("arg{place}")),
                named: true,
                mode: match mode.as_deref() {
                    Some("OUT") => ParameterMode::Out,
                    Some("INOUT") => ParameterMode::InOut,
                    _ => ParameterMode::In,
                },
                sql_type,
                type_name,
                defaulted: false,
                default: None,
            });
        }
        routines.push(Routine {
            schema: schema.to_owned(),
            public_name: name.clone(),
            name,
            overload: 0,
            kind: if procedure {
                RoutineKind::Procedure
            } else {
                RoutineKind::Function
            },
            comment: Some(comment).filter(|text| !text.is_empty()),
            parameters,
            returns,
            read_only: !procedure && access != "MODIFIES SQL DATA",
            // A function may not.
            commits: procedure && definition.is_none_or(|definition| may_commit(&definition)),
        });
    }
    Ok(routines)
}

/// The words of statements that end a transaction, or may: what they run is not known (MySQL, 15.3.3).
const ENDING: [&str; 28] = [
    "alter",
    "analyze",
    "autocommit",
    "cache",
    "call",
    "change",
    "check",
    "commit",
    "create",
    "drop",
    "execute",
    "flush",
    "grant",
    "immediate",
    "install",
    "lock",
    "optimize",
    "password",
    "rename",
    "repair",
    "reset",
    "revoke",
    "rollback",
    "start",
    "stop",
    "truncate",
    "uninstall",
    "unlock",
];

/// Tells whether the body of a procedure may end the transaction that it is called in, by its words outside of texts, names and comments.
fn may_commit(definition: &str) -> bool {
    let mut rest = definition;
    while let Some(first) = rest.chars().next() {
        let end = |from: &str, mark: &str| {
            let after = rest.get(from.len()..).unwrap_or_default();
            after
                .find(mark)
                .map_or(rest.len(), |at| from.len() + at + mark.len())
        };
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            '#' => end("#", "\n"),
            // Such a comment is run.
            '/' if rest.starts_with("/*!") || rest.starts_with("/*M!") => return true,
            '/' if rest.starts_with("/*") => end("/*", "*/"),
            '-' if is_comment(rest) => end("--", "\n"),
            c if c.is_alphanumeric() || matches!(c, '_' | '@' | '$') => {
                let word = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '$' | '.'));
                let length = rest.find(word).unwrap_or(rest.len());
                let word = rest.get(..length).unwrap_or_default().to_ascii_lowercase();
                if ENDING.contains(&word.as_str()) || word.starts_with("@@") {
                    return true;
                }
                length
            }
            c => c.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

/// Tells whether a text begins with a comment: `5--1` is a difference (MySQL, 1.7.2.4).
fn is_comment(text: &str) -> bool {
    let after = text.strip_prefix("--").map(|rest| rest.chars().next());
    after.is_some_and(|next| next.is_none_or(|c| c.is_whitespace() || c.is_control()))
}

/// How long a quoted text is; a backslash takes the next character as it is, except in names.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return place + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_may_end_their_transaction() {
        for (body, ends) in [
            ("begin update a set b = 'commit; \\' rollback'; end", false),
            (
                "begin\n -- then commit\n select `call`, started, t.lock from t; # commit",
                false,
            ),
            ("begin insert into t values (1); COMMIT; end", true),
            ("begin start transaction; end", true),
            ("begin set n = 5--1; commit; end", true),
            ("begin stop replica; end", true),
            ("--", false),
            ("call other()", true),
            ("begin set autocommit = 1; end", true),
            ("begin set @@autocommit = 1; end", true),
            ("begin create temporary table x (n int); end", true),
            ("begin /*! commit */ end", true),
            (
                "begin /* commit */ delete from t where n = \"commit\"; end",
                false,
            ),
        ] {
            assert_eq!(may_commit(body), ends, "{body}");
        }
    }
}
