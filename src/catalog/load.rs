//! Reads a whole catalog: what the database says, what the routines folder says, what the configuration says.

use super::assemble::{Found, assemble};
use super::named::{self, NamedError, NamedSql, Piece};
use super::postgres_types::load_types;
use super::{
    Catalog, Dialect, Field, Known, NamedStatement, Parameter, ParameterMode, Returns, Routine,
    RoutineKind, Selection, SqlType, mysql, mysql_types, postgres, sqlite,
};
use crate::database::Database;

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The database did not answer, or not as it should.
    #[error("the database's catalog cannot be read")]
    Database(#[from] sqlx::Error),
    /// Files of the routines folder are wrong: all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Named(Vec<NamedError>),
    /// The configuration names tables, columns or routines that are not there.
    #[error("the configuration names what the database has not: {}", .0.join("; "))]
    Unknown(Vec<String>),
}

/// Reads the catalog of a database.
pub async fn load(database: &Database, selection: &Selection) -> Result<Catalog, CatalogError> {
    let mut found = match database {
        Database::Postgres(connections) => postgres::read(&connections.pool).await?,
        Database::Mysql(connections) => mysql::read(&connections.pool).await?,
        Database::Sqlite(connections) => sqlite::read(&connections.pool).await?,
    };
    if let Some(folder) = &selection.routines {
        let named = named::load(folder).map_err(CatalogError::Named)?;
        add_named(database, &mut found, named).await?;
    }
    let unknown = unknown_names(&found, selection);
    if !unknown.is_empty() {
        return Err(CatalogError::Unknown(unknown));
    }
    Ok(assemble(database.dialect(), found, selection))
}

/// Names of the configuration that name nothing, most likely misspelled, and what may be meant.
fn unknown_names(found: &Found, selection: &Selection) -> Vec<String> {
    let known = Known::of(&found.tables, &found.routines, &found.omitted);
    selection
        .named()
        .filter(|name| !known.has(name))
        .map(|name| format!("`{name}`: {}", known.advice(&name)))
        .collect()
}

async fn add_named(
    database: &Database,
    found: &mut Found,
    named: Vec<NamedSql>,
) -> Result<(), CatalogError> {
    let mut names: Vec<&str> = Vec::new();
    for routine in &named {
        names.extend(
            routine
                .parameters
                .iter()
                .map(|parameter| parameter.type_name.as_str()),
        );
        names.extend(
            routine
                .columns
                .iter()
                .map(|(_, type_name)| type_name.as_str()),
        );
    }
    let types = resolve(database, &names).await?;
    let mut types = types.into_iter();
    let mut next = || types.next().unwrap_or((SqlType::Other, "text".to_owned()));
    for routine in named {
        let parameters: Vec<Parameter> = routine
            .parameters
            .into_iter()
            .map(|parameter| {
                let (sql_type, type_name) = next();
                Parameter {
                    name: parameter.name,
                    named: true,
                    mode: ParameterMode::In,
                    sql_type,
                    type_name,
                    defaulted: parameter.optional,
                    default: None,
                }
            })
            .collect();
        let columns: Vec<Field> = routine
            .columns
            .into_iter()
            .map(|(name, _)| {
                let (sql_type, type_name) = next();
                Field {
                    name,
                    sql_type,
                    type_name,
                }
            })
            .collect();
        let statements = routine
            .statements
            .into_iter()
            .map(|pieces| statement(database.dialect(), pieces, &parameters));
        found.routines.push(Routine {
            schema: found.default_schema.clone(),
            public_name: routine.name.clone(),
            name: routine.name,
            overload: 0,
            kind: RoutineKind::Named {
                statements: statements.collect(),
            },
            comment: routine.comment,
            parameters,
            returns: if columns.is_empty() {
                Returns::Unknown
            } else {
                Returns::Rows { columns }
            },
            read_only: routine.reads,
            commits: true,
        });
    }
    Ok(())
}

/// Finds the types that the files write, in order.
async fn resolve(
    database: &Database,
    names: &[&str],
) -> Result<Vec<(SqlType, String)>, sqlx::Error> {
    let Database::Postgres(connections) = database else {
        let mysql = database.dialect() == Dialect::Mysql;
        let lower = |name: &&str| match mysql {
            true => {
                let word = name
                    .split(|c: char| c == '(' || c.is_whitespace())
                    .next()
                    .unwrap_or_default()
                    .to_lowercase();
                mysql_types::sql_type(&word, name, None)
            }
            false => sqlite::sql_type(name, false),
        };
        return Ok(names
            .iter()
            .map(|name| (lower(name), (*name).to_owned()))
            .collect());
    };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut connection = connections.pool.acquire().await?;
    let oids: Vec<(i64, String)> = sqlx::query_as(
        "select u.name::regtype::oid::int8, format_type(u.name::regtype, -1)
         from unnest($1::text[]) with ordinality u (name, place) order by u.place",
    )
    .bind(names)
    .fetch_all(&mut *connection)
    .await?;
    let types = load_types(&mut connection, oids.iter().map(|(oid, _)| *oid).collect()).await?;
    Ok(oids
        .into_iter()
        .map(|(oid, name)| (types.lower(oid, -1), name))
        .collect())
}

/// Puts the dialect's placeholders into a statement.
fn statement(dialect: Dialect, pieces: Vec<Piece>, parameters: &[Parameter]) -> NamedStatement {
    let mut sql = String::new();
    let mut order = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Sql(text) => sql.push_str(&text),
            Piece::Parameter(index) => {
                order.push(index);
                let Some(parameter) = parameters.get(index) else {
                    continue;
                };
                sql.push_str(&crate::plan::placeholder(
                    dialect,
                    order.len(),
                    &parameter.sql_type,
                    &parameter.type_name,
                ));
            }
        }
    }
    NamedStatement {
        sql: sql.trim().to_owned(),
        parameters: order,
    }
}
