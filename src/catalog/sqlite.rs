//! Reads a SQLite catalog through its pragma functions, joined so that one query answers for all tables.
//!
//! SQLite keeps a column's declared type as text and takes values of any storage class (unless the table is strict); the
//! declared type decides what the contract says, and what does not fit it is read as a misfit.

use std::collections::{HashMap, HashSet};

use sqlx::SqlitePool;

use super::assemble::{ForeignKey, Found, UniqueRow, gather};
use super::{
    Column, Dialect, Generation, Privileges, Schema, SqlType, Table, TableKind, Unique, Versioning,
    view,
};

pub(crate) async fn read(pool: &SqlitePool) -> Result<Found, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut found = Found {
        default_schema: "main".to_owned(),
        schemas: vec![Schema {
            name: "main".to_owned(),
            comment: None,
        }],
        ..Found::default()
    };
    // By names as SQLite compares them: letters beyond ASCII have a case.
    let mut places: HashMap<String, usize> = HashMap::new();
    let indexed = indexed_primary_keys(&mut connection).await?;
    for (name, kind, sql) in relations(&mut connection).await? {
        places.insert(name.to_ascii_lowercase(), found.tables.len());
        found.tables.push(table(name, &kind, sql));
    }
    let mut primary: HashMap<usize, Vec<(i64, usize)>> = HashMap::new();
    for row in columns(&mut connection).await? {
        let Some(&place) = places.get(&row.table_name.to_ascii_lowercase()) else {
            continue;
        };
        let Some(table) = found.tables.get_mut(place) else {
            continue;
        };
        if row.pk > 0 {
            primary
                .entry(place)
                .or_default()
                .push((row.pk, table.columns.len()));
        }
        table.columns.push(row.column());
    }
    for (place, mut columns) in primary {
        columns.sort_unstable();
        let Some(table) = found.tables.get_mut(place) else {
            continue;
        };
        let columns: Vec<usize> = columns.into_iter().map(|(_, column)| column).collect();
        if let [column] = columns.as_slice()
            && !indexed.contains(&table.name)
            && let Some(column) = table.columns.get_mut(*column)
            && column.type_name.eq_ignore_ascii_case("integer")
        {
            // The column is the rowid: it has a value always, and SQLite gives one when the writer does not.
            column.generation = Generation::Default;
            column.nullable = false;
        }
        table.uniques.push(Unique {
            name: String::new(),
            columns,
            primary: true,
        });
    }
    for (table, name, columns) in uniques(&mut connection).await? {
        let Some(table) = places
            .get(&table.to_ascii_lowercase())
            .and_then(|place| found.tables.get_mut(*place))
        else {
            continue;
        };
        let columns: Option<Vec<usize>> = columns
            .iter()
            .map(|column| table.find_column(column))
            .collect();
        if let Some(columns) = columns.filter(|columns| {
            !table
                .uniques
                .iter()
                .any(|unique| unique.columns == *columns)
        }) {
            table.uniques.push(Unique {
                name,
                columns,
                primary: false,
            });
        }
    }
    let triggered: Vec<(String,)> =
        sqlx::query_as("select lower(tbl_name) from sqlite_schema where type = 'trigger'")
            .fetch_all(&mut *connection)
            .await?;
    for table in found.tables.iter_mut().filter(|one| one.kind.is_view()) {
        let name = table.name.to_ascii_lowercase();
        let taken = match triggered.iter().any(|(of,)| *of == name) {
            true => view::taken::<sqlx::Sqlite>(&mut connection, Dialect::Sqlite, table).await?,
            false => view::Taken::default(),
        };
        view::settle(table, &taken);
    }
    found.foreign_keys = foreign_keys(&mut connection, &found.tables, &places).await?;
    Ok(found)
}

fn table(name: String, kind: &str, sql: Option<String>) -> Table {
    let kind = if kind == "view" {
        TableKind::View
    } else {
        TableKind::Table
    };
    Table {
        schema: "main".to_owned(),
        public_name: name.clone(),
        name,
        kind,
        comment: sql.as_deref().and_then(leading_comment),
        columns: Vec::new(),
        key: None,
        uniques: Vec::new(),
        relations: Vec::new(),
        privileges: Privileges {
            select: true,
            insert: true,
            update: true,
            delete: true,
        },
        versioning: Versioning::Digest,
        transactional: true,
        lockable: true,
        key_may_repeat: false,
    }
}

/// The tables whose primary key has an index of its own, and so is not the rowid: that of a table without one, and `integer primary key desc`
/// (SQLite, lang_createtable, 5).
async fn indexed_primary_keys(
    connection: &mut sqlx::SqliteConnection,
) -> Result<HashSet<String>, sqlx::Error> {
    let names: Vec<(String,)> = sqlx::query_as(
        "select t.name from pragma_table_list t join pragma_index_list(t.name, 'main') l
         where t.schema = 'main' and t.type = 'table' and l.origin = 'pk'",
    )
    .fetch_all(connection)
    .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

type RelationRow = (String, String, Option<String>);

async fn relations(
    connection: &mut sqlx::SqliteConnection,
) -> Result<Vec<RelationRow>, sqlx::Error> {
    sqlx::query_as(
        "select t.name, t.type, s.sql
         from pragma_table_list t left join sqlite_schema s on s.name = t.name and s.type in ('table', 'view')
         where t.schema = 'main' and t.type in ('table', 'view', 'virtual') and t.name not like 'sqlite\\_%' escape '\\'
           and t.name not like 'soapstone\\_%' escape '\\'
         order by t.name",
    )
    .fetch_all(connection)
    .await
}

#[derive(sqlx::FromRow)]
struct ColumnRow {
    table_name: String,
    name: String,
    declared: String,
    not_null: bool,
    default_text: Option<String>,
    pk: i64,
    hidden: i64,
    strict: bool,
}

/// The columns of all tables at once; those of views and virtual tables one by one, since one that is broken (a view of what was dropped,
/// a module that is not there) fails the whole query: it is left without columns.
async fn columns(connection: &mut sqlx::SqliteConnection) -> Result<Vec<ColumnRow>, sqlx::Error> {
    let mut columns: Vec<ColumnRow> = sqlx::query_as(
        "select t.name as table_name, c.name as name, coalesce(c.type, '') as declared, c.\"notnull\" <> 0 as not_null,
                cast(c.dflt_value as text) as default_text, c.pk as pk, c.hidden as hidden, t.strict <> 0 as strict
         from pragma_table_list t join pragma_table_xinfo(t.name, 'main') c
         where t.schema = 'main' and t.type = 'table' and c.hidden <> 1
         order by t.name, c.cid",
    )
    .fetch_all(&mut *connection)
    .await?;
    let others: Vec<(String,)> = sqlx::query_as(
        "select t.name from pragma_table_list t where t.schema = 'main' and t.type in ('view', 'virtual')",
    )
    .fetch_all(&mut *connection)
    .await?;
    for (name,) in others {
        let read = sqlx::query_as(
            "select ?1 as table_name, c.name as name, coalesce(c.type, '') as declared, c.\"notnull\" <> 0 as not_null,
                    cast(c.dflt_value as text) as default_text, c.pk as pk, c.hidden as hidden, false as strict
             from pragma_table_xinfo(?1, 'main') c where c.hidden <> 1 order by c.cid",
        )
        .bind(&name)
        .fetch_all(&mut *connection)
        .await;
        match read {
            Ok(read) => columns.extend::<Vec<ColumnRow>>(read),
            Err(error) => tracing::debug!(name, %error, "its columns cannot be read"),
        }
    }
    Ok(columns)
}

impl ColumnRow {
    fn column(self) -> Column {
        let computed = self.hidden == 2 || self.hidden == 3;
        Column {
            public_name: self.name.clone(),
            name: self.name,
            sql_type: sql_type(&self.declared, self.strict),
            type_name: self.declared,
            nullable: !self.not_null,
            default: self
                .default_text
                .filter(|text| !text.eq_ignore_ascii_case("null")),
            generation: if computed {
                Generation::Computed
            } else {
                Generation::None
            },
            comment: None,
            insertable: !computed,
            updatable: !computed,
        }
    }
}

/// What a declared type means: its own name where it is a known one of SQL, else its affinity (SQLite, datatype3, 3.1).
pub(crate) fn sql_type(declared: &str, strict: bool) -> SqlType {
    let lower = declared.trim().to_ascii_lowercase();
    let (name, arguments) = match lower.split_once('(') {
        Some((name, rest)) => (
            name.trim(),
            rest.trim_end_matches(|c| c != ')').trim_end_matches(')'),
        ),
        None => (lower.as_str(), ""),
    };
    let numbers: Vec<u32> = arguments
        .split(',')
        .filter_map(|number| number.trim().parse().ok())
        .collect();
    let first = numbers.first().copied();
    if name.is_empty() || (strict && name == "any") {
        return SqlType::Any;
    }
    let word = |words: &[&str]| words.contains(&name);
    if word(&["boolean", "bool"]) {
        SqlType::Boolean
    } else if word(&["date"]) {
        SqlType::Date
    } else if word(&["time"]) {
        SqlType::Time { zone: false }
    } else if word(&[
        "datetime",
        "timestamp",
        "timestamp without time zone",
        "timestamptz",
        "timestamp with time zone",
    ]) {
        SqlType::Timestamp {
            zone: name.ends_with("tz") || name.ends_with("with time zone"),
        }
    } else if word(&["uuid", "guid"]) {
        SqlType::Uuid
    } else if word(&["json"]) {
        SqlType::Json
    } else if name.contains("int") {
        SqlType::Integer {
            bits: 64,
            unsigned: false,
        }
    } else if name.starts_with("decimal")
        || name.starts_with("numeric")
        || name == "dec"
        || name == "money"
    {
        let scale = first.map(|_| numbers.get(1).copied().unwrap_or(0));
        SqlType::Decimal {
            precision: first,
            scale,
            unsigned: false,
        }
    } else if name.contains("char") || name.contains("clob") || name.contains("text") {
        SqlType::Text {
            length: first,
            fixed: false,
        }
    } else if name.contains("blob") || name.contains("binary") || name == "bytea" {
        SqlType::Bytes { length: first }
    } else if name.contains("real") || name.contains("floa") || name.contains("doub") {
        SqlType::Float64
    } else {
        // Affinity NUMERIC under a name that says nothing: any number, and any text that is none.
        SqlType::Any
    }
}

async fn uniques(connection: &mut sqlx::SqliteConnection) -> Result<Vec<UniqueRow>, sqlx::Error> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select t.name, l.name, i.name
         from pragma_table_list t join pragma_index_list(t.name, 'main') l join pragma_index_xinfo(l.name, 'main') i
         where t.schema = 'main' and t.type = 'table' and l.\"unique\" and not l.partial and l.origin <> 'pk' and i.key
         order by t.name, l.name, i.seqno",
    )
    .fetch_all(connection)
    .await?;
    Ok(gather(rows.into_iter()))
}

async fn foreign_keys(
    connection: &mut sqlx::SqliteConnection,
    tables: &[Table],
    places: &HashMap<String, usize>,
) -> Result<Vec<ForeignKey>, sqlx::Error> {
    let rows: Vec<(String, i64, String, String, Option<String>)> = sqlx::query_as(
        "select t.name, f.id, f.\"table\", f.\"from\", f.\"to\"
         from pragma_table_list t join pragma_foreign_key_list(t.name, 'main') f
         where t.schema = 'main' and t.type = 'table'
         order by t.name, f.id, f.seq",
    )
    .fetch_all(connection)
    .await?;
    // SQLite compares names without case; the catalog needs them as they were declared.
    let table_named = |name: &str| {
        places
            .get(&name.to_ascii_lowercase())
            .and_then(|place| tables.get(*place))
    };
    let column_named = |table: &str, name: &str| {
        let columns = table_named(table)
            .map(|table| table.columns.as_slice())
            .unwrap_or_default();
        columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
            .map_or(name, |column| &column.name)
            .to_owned()
    };
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    for (table, id, other, from, to) in rows {
        let Some(other) = table_named(&other).map(|table| table.name.clone()) else {
            continue;
        };
        let column = column_named(&table, &from);
        let other_column = to.map(|to| column_named(&other, &to));
        match keys.last_mut() {
            Some((last, key)) if *last == id && key.table.1 == table => {
                key.columns.push(column);
                key.other_columns.extend(other_column);
            }
            _ => keys.push((
                id,
                ForeignKey {
                    name: None,
                    table: ("main".to_owned(), table),
                    columns: vec![column],
                    other: ("main".to_owned(), other),
                    other_columns: other_column.into_iter().collect(),
                },
            )),
        }
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// SQLite has no comments on tables, but keeps the text of `create table`: a comment between the name and the first
/// column is the table's.
fn leading_comment(sql: &str) -> Option<String> {
    let (_, rest) = sql.split_once('(')?;
    let mut lines = Vec::new();
    for line in rest.lines().map(str::trim) {
        match line.strip_prefix("--") {
            Some(comment) => lines.push(comment.trim()),
            None if line.is_empty() => {}
            None => break,
        }
    }
    let text = lines.join(" ");
    Some(text).filter(|text| !text.is_empty())
}
