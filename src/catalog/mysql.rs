//! Reads a MySQL or MariaDB catalog: the tables and routines of the database in the URL, from `information_schema`.

use std::collections::HashMap;

use sqlx::MySqlPool;

use super::assemble::{ForeignKey, Found, UniqueRow, gather};
use super::mysql_types::sql_type;
use super::{
    Column, Generation, Parameter, ParameterMode, Privileges, Returns, Routine, RoutineKind,
    Schema, Table, TableKind, Unique, Versioning,
};

pub(crate) async fn read(pool: &MySqlPool) -> Result<Found, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let (schema,): (Option<String>,) = sqlx::query_as("select cast(database() as char)")
        .fetch_one(&mut *connection)
        .await?;
    let schema =
        schema.ok_or_else(|| sqlx::Error::Configuration("the url names no database".into()))?;
    let may_delete = may_delete(&mut connection, &schema).await?;
    let mut found = Found {
        default_schema: schema.clone(),
        schemas: vec![Schema {
            name: schema.clone(),
            comment: None,
        }],
        ..Found::default()
    };
    let mut places: HashMap<String, usize> = HashMap::new();
    for (name, kind, comment) in relations(&mut connection, &schema).await? {
        places.insert(name.clone(), found.tables.len());
        let delete = may_delete
            .as_ref()
            .is_none_or(|tables| tables.contains(&name));
        found
            .tables
            .push(table(&schema, name, &kind, comment, delete));
    }
    for row in columns(&mut connection, &schema).await? {
        let Some(table) = places
            .get(&row.table_name)
            .and_then(|place| found.tables.get_mut(*place))
        else {
            continue;
        };
        if table.kind.writable() {
            table.privileges.insert |= row.privileges.contains("insert");
            table.privileges.update |= row.privileges.contains("update");
        }
        table.columns.push(row.column());
    }
    for (table, name, columns) in uniques(&mut connection, &schema).await? {
        let Some(table) = places
            .get(&table)
            .and_then(|place| found.tables.get_mut(*place))
        else {
            continue;
        };
        let columns: Option<Vec<usize>> = columns
            .iter()
            .map(|column| table.find_column(column))
            .collect();
        if let Some(columns) = columns {
            let primary = name == "PRIMARY";
            table.uniques.push(Unique {
                name,
                columns,
                primary,
            });
        }
    }
    found.foreign_keys = foreign_keys(&mut connection, &schema).await?;
    found.routines = routines(&mut connection, &schema).await?;
    Ok(found)
}

fn table(schema: &str, name: String, kind: &str, comment: String, may_delete: bool) -> Table {
    let kind = if kind.ends_with("VIEW") {
        TableKind::View
    } else {
        TableKind::Table
    };
    let comment = Some(comment).filter(|text| !text.is_empty() && kind == TableKind::Table);
    Table {
        schema: schema.to_owned(),
        public_name: name.clone(),
        name,
        kind,
        comment,
        columns: Vec::new(),
        key: None,
        uniques: Vec::new(),
        relations: Vec::new(),
        // Privileges to insert and update are known by column.
        privileges: Privileges {
            select: true,
            insert: false,
            update: false,
            delete: kind.writable() && may_delete,
        },
        versioning: Versioning::Digest,
    }
}

/// The tables that the role may delete from; `None` means all of them.
async fn may_delete(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Option<Vec<String>>, sqlx::Error> {
    let rows: Vec<(Option<String>,)> = sqlx::query_as(
        "select cast(null as char) from information_schema.user_privileges where privilege_type = 'DELETE'
         union select cast(null as char) from information_schema.schema_privileges
           where privilege_type = 'DELETE' and ? like table_schema
         union select cast(table_name as char) from information_schema.table_privileges
           where privilege_type = 'DELETE' and table_schema = ?",
    )
    .bind(schema)
    .bind(schema)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(table,)| table).collect())
}

async fn relations(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    sqlx::query_as(
        "select cast(table_name as char), cast(table_type as char), cast(coalesce(table_comment, '') as char)
         from information_schema.tables
         where table_schema = ? and table_type in ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
           and table_name not like 'soapstone\\_%'
         order by table_name",
    )
    .bind(schema)
    .fetch_all(connection)
    .await
}

#[derive(sqlx::FromRow)]
struct ColumnRow {
    table_name: String,
    name: String,
    data_type: String,
    column_type: String,
    length: Option<i64>,
    nullable: bool,
    default_text: Option<String>,
    extra: String,
    comment: String,
    privileges: String,
}

async fn columns(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<ColumnRow>, sqlx::Error> {
    sqlx::query_as(
        "select cast(table_name as char) as table_name, cast(column_name as char) as name,
                lower(cast(data_type as char)) as data_type, cast(column_type as char) as column_type,
                cast(character_maximum_length as signed) as length, is_nullable = 'YES' as nullable,
                -- MariaDB tells defaults as SQL; MySQL tells literals bare, and marks what is not one.
                cast(if(version() like '%mariadb%' or extra like '%default_generated%', column_default, quote(column_default))
                     as char) as default_text, lower(cast(extra as char)) as extra,
                cast(column_comment as char) as comment, lower(cast(privileges as char)) as privileges
         from information_schema.columns
         where table_schema = ? and find_in_set('select', privileges)
         order by table_name, ordinal_position",
    )
    .bind(schema)
    .fetch_all(connection)
    .await
}

impl ColumnRow {
    fn column(self) -> Column {
        let computed = self.extra.contains("virtual")
            || self.extra.contains("stored generated")
            || self.extra.contains("persistent");
        let generation = match () {
            () if computed => Generation::Computed,
            () if self.extra.contains("auto_increment") => Generation::Default,
            () => Generation::None,
        };
        Column {
            public_name: self.name.clone(),
            name: self.name,
            sql_type: sql_type(&self.data_type, &self.column_type, self.length),
            type_name: self.column_type,
            nullable: self.nullable,
            default: self.default_text.filter(|text| text != "NULL"),
            generation,
            comment: Some(self.comment).filter(|text| !text.is_empty()),
            insertable: !computed && self.privileges.contains("insert"),
            updatable: !computed && self.privileges.contains("update"),
        }
    }
}

/// Unique indexes over whole columns: those with a prefix or an expression are no keys.
async fn uniques(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<UniqueRow>, sqlx::Error> {
    let rows: Vec<(String, String, Option<String>, bool)> = sqlx::query_as(
        "select cast(table_name as char), cast(index_name as char), cast(column_name as char), sub_part is not null
         from information_schema.statistics
         where table_schema = ? and non_unique = 0
         order by table_name, index_name, seq_in_index",
    )
    .bind(schema)
    .fetch_all(connection)
    .await?;
    // A prefix of a column tells nothing of the whole.
    let whole = |(table, name, column, prefix): (_, _, Option<String>, bool)| {
        (table, name, column.filter(|_| !prefix))
    };
    Ok(gather(rows.into_iter().map(whole)))
}

async fn foreign_keys(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<ForeignKey>, sqlx::Error> {
    let rows: Vec<(String, String, String, String, String, String)> = sqlx::query_as(
        "select cast(table_name as char), cast(constraint_name as char), cast(column_name as char),
                cast(referenced_table_schema as char), cast(referenced_table_name as char),
                cast(referenced_column_name as char)
         from information_schema.key_column_usage
         where table_schema = ? and referenced_table_name is not null
         order by table_name, constraint_name, ordinal_position",
    )
    .bind(schema)
    .fetch_all(connection)
    .await?;
    let mut keys: Vec<ForeignKey> = Vec::new();
    for (table, name, column, other_schema, other, other_column) in rows {
        match keys.last_mut() {
            Some(key) if key.table.1 == table && key.name.as_deref() == Some(&name) => {
                key.columns.push(column);
                key.other_columns.push(other_column);
            }
            _ => keys.push(ForeignKey {
                name: Some(name),
                table: (schema.to_owned(), table),
                columns: vec![column],
                other: (other_schema, other),
                other_columns: vec![other_column],
            }),
        }
    }
    Ok(keys)
}

async fn routines(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<Routine>, sqlx::Error> {
    let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(
        "select cast(specific_name as char), cast(routine_name as char), cast(routine_type as char),
                cast(sql_data_access as char), cast(coalesce(routine_comment, '') as char)
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
    for (specific, name, kind, access, comment) in rows {
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
        });
    }
    Ok(routines)
}
