//! Reads a MySQL or MariaDB catalog: the tables and routines of the database in the URL, from `information_schema`.

use std::collections::HashMap;

use sqlx::MySqlPool;

use super::assemble::{ForeignKey, Found, UniqueRow, gather};
use super::mysql_grants::may_delete;
use super::mysql_types::{generation, sql_type};
use super::origin::{made_elsewhere, take_over_generation, view_origins};
use super::{
    Column, Dialect, Generation, Privileges, Schema, Table, TableKind, Unique, Versioning, view,
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
    let relations = relations(&mut connection, &schema).await?;
    let all_transactional = relations
        .iter()
        .all(|(_, _, _, transactional)| *transactional);
    for (name, kind, comment, transactional) in relations {
        places.insert(name.clone(), found.tables.len());
        let delete = may_delete
            .as_ref()
            .is_none_or(|tables| tables.contains(&name));
        found.tables.push(Table {
            // A view has no engine: it may be over any of the tables.
            transactional: transactional && (all_transactional || !kind.ends_with("VIEW")),
            ..table(&schema, name, &kind, comment, delete)
        });
    }
    let mut names: HashMap<(usize, usize), String> = HashMap::new();
    for row in columns(&mut connection, &schema).await? {
        let Some(place) = places.get(&row.table_name) else {
            continue;
        };
        let Some(table) = found.tables.get_mut(*place) else {
            continue;
        };
        let at = usize::try_from(row.ordinal - 1).unwrap_or_default();
        names.insert((*place, at), row.name.clone());
        table.privileges.insert |= row.privileges.contains("insert");
        table.privileges.update |= row.privileges.contains("update");
        table.columns.push(row.column());
    }
    for (table, column, system) in coordinate_systems(&mut connection, &schema).await? {
        let table = places
            .get(&table)
            .and_then(|place| found.tables.get_mut(*place));
        let columns = table.into_iter().flat_map(|table| &mut table.columns);
        for found in columns.filter(|found| found.name == column) {
            found.type_name = format!("{} srid {system}", found.type_name);
        }
    }
    let updatable = updatable_views(&mut connection, &schema).await?;
    for table in found.tables.iter_mut().filter(|one| one.kind.is_view()) {
        let taken = match updatable.iter().any(|(name, _)| *name == table.name) {
            true => view::taken::<sqlx::MySql>(&mut connection, Dialect::Mysql, table).await?,
            false => view::Taken::default(),
        };
        view::settle(table, &taken);
    }
    let origins = view_origins(&updatable, &places, &names);
    let elsewhere = made_elsewhere(&mut connection, &schema, &origins).await?;
    found.perhaps_numbered = take_over_generation(&mut found.tables, origins, elsewhere);
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
    found.routines = super::mysql_routines::routines(&mut connection, &schema).await?;
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
            delete: may_delete,
        },
        versioning: Versioning::Digest,
        transactional: true,
        lockable: true,
        key_may_repeat: false,
    }
}

/// The views of which something may be written, and their texts.
async fn updatable_views(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        "select cast(table_name as char), cast(coalesce(view_definition, '') as char) from information_schema.views
         where table_schema = ? and is_updatable = 'YES'",
    )
    .bind(schema)
    .fetch_all(connection)
    .await
}

async fn relations(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<(String, String, String, bool)>, sqlx::Error> {
    sqlx::query_as(
        "select cast(table_name as char), cast(table_type as char), cast(coalesce(table_comment, '') as char),
                coalesce((select e.transactions = 'YES' from information_schema.engines e where e.engine = tables.engine), true)
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
    ordinal: i64,
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
                cast(ordinal_position as signed) as ordinal,
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
        let generation = generation(&self.extra);
        let computed = generation == Generation::Computed;
        Column {
            public_name: self.name.clone(),
            name: self.name,
            sql_type: sql_type(&self.data_type, &self.column_type, self.length),
            type_name: self.column_type,
            nullable: self.nullable,
            default: self.default_text.filter(|text| text != "NULL").map(|text| {
                match self.extra.contains("default_generated") {
                    true => unescaped(&text),
                    false => text,
                }
            }),
            generation,
            comment: Some(self.comment).filter(|text| !text.is_empty()),
            insertable: !computed && self.privileges.contains("insert"),
            updatable: !computed && self.privileges.contains("update"),
        }
    }
}

/// The SQL of a default, in which MySQL writes backslashes before quotes and before themselves.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' {
            chars.next().unwrap_or(c)
        } else {
            c
        });
    }
    plain
}

/// The geometry columns of MySQL that hold coordinates of one system only; MariaDB has none.
async fn coordinate_systems(
    connection: &mut sqlx::MySqlConnection,
    schema: &str,
) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    let (known,): (i64,) = sqlx::query_as(
        "select count(*) from information_schema.tables
         where table_schema = 'information_schema' and lower(table_name) = 'st_geometry_columns'",
    )
    .fetch_one(&mut *connection)
    .await?;
    if known == 0 {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "select cast(table_name as char), cast(column_name as char), cast(srs_id as signed)
         from information_schema.st_geometry_columns where table_schema = ? and srs_id is not null",
    )
    .bind(schema)
    .fetch_all(connection)
    .await
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
