//! Reads a PostgreSQL catalog with a handful of queries over whole sets, however many tables there are.
//!
//! It offers what the role may use: tables and columns with the privilege to read, routines with the privilege to
//! execute. Partitions, system schemas and what belongs to an extension's routines are left out.

use std::collections::HashMap;

use sqlx::PgPool;

use super::assemble::{ForeignKey, Found};
use super::postgres_types::{Types, load_types};
use super::{
    Column, Generation, Privileges, Schema, SqlType, Table, TableKind, Unique, Versioning, view,
};

pub(crate) async fn read(pool: &PgPool) -> Result<Found, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    // One snapshot for all queries, so that the parts fit together.
    sqlx::query("begin isolation level repeatable read read only")
        .execute(&mut *connection)
        .await?;
    let found = read_all(&mut connection).await;
    sqlx::query("rollback").execute(&mut *connection).await?;
    found
}

async fn read_all(connection: &mut sqlx::PgConnection) -> Result<Found, sqlx::Error> {
    // A role called `soapstone` has the gateway's own schema first in its path, as `"$user"`: that is not the CRM's.
    let (default_schema,): (Option<String>,) = sqlx::query_as(
        "select coalesce((select place.name::text
                          from unnest(current_schemas(false)) with ordinality as place (name, number)
                          where place.name <> 'soapstone'
                          order by place.number
                          limit 1), current_schema()::text)",
    )
    .fetch_one(&mut *connection)
    .await?;
    let schemas: Vec<(String, Option<String>)> = sqlx::query_as(
        "select nspname::text, obj_description(oid, 'pg_namespace') from pg_namespace
         where has_schema_privilege(oid, 'usage')",
    )
    .fetch_all(&mut *connection)
    .await?;
    let relations = relations(connection).await?;
    let columns = columns(connection).await?;
    let routines = super::postgres_routines::routines(connection).await?;
    let needed = columns
        .iter()
        .map(|column| column.type_oid)
        .chain(routines.iter().flat_map(|r| r.types()))
        .collect();
    let types = load_types(connection, needed).await?;

    let mut tables = Vec::with_capacity(relations.len());
    let mut places = HashMap::with_capacity(relations.len());
    for relation in relations {
        places.insert(relation.oid, (tables.len(), HashMap::new()));
        tables.push(relation.table());
    }
    for column in columns {
        let Some((table, numbers)) = places.get_mut(&column.table) else {
            continue;
        };
        let Some(table) = tables.get_mut(*table) else {
            continue;
        };
        numbers.insert(column.number, table.columns.len());
        table.columns.push(column.lower(&types));
    }
    for oid in view::over_generated(connection).await? {
        let place = places.get(&oid).map(|(place, _)| *place);
        if let Some(view) = place.and_then(|place| tables.get_mut(place)) {
            view::settle_generated(connection, view).await?;
        }
    }
    for (oid, name, primary, numbers) in uniques(connection).await? {
        let Some((table, places)) = places.get(&oid) else {
            continue;
        };
        let columns: Option<Vec<usize>> = numbers
            .iter()
            .map(|number| places.get(number).copied())
            .collect();
        if let (Some(columns), Some(table)) = (columns, tables.get_mut(*table)) {
            table.uniques.push(Unique {
                name,
                columns,
                primary,
            });
        }
    }
    let (mut offered, mut omitted) = (Vec::with_capacity(routines.len()), Vec::new());
    for routine in routines {
        match routine.lower(&types) {
            Ok(routine) => offered.push(routine),
            Err(reason) => omitted.push(reason),
        }
    }
    Ok(Found {
        default_schema: default_schema.unwrap_or_else(|| "public".to_owned()),
        schemas: schemas
            .into_iter()
            .map(|(name, comment)| Schema { name, comment })
            .collect(),
        tables,
        foreign_keys: foreign_keys(connection).await?,
        routines: offered,
        omitted,
        ..Found::default()
    })
}

/// A row of `pg_class`.
#[derive(sqlx::FromRow)]
struct RelationRow {
    oid: i64,
    schema: String,
    name: String,
    kind: String,
    comment: Option<String>,
    may_insert: bool,
    may_update: bool,
    may_delete: bool,
    /// Grants on single columns leave out the system's own.
    may_read_xmin: bool,
    lockable: bool,
    inherited: bool,
}

impl RelationRow {
    fn table(self) -> Table {
        let kind = match self.kind.as_str() {
            "p" => TableKind::Partitioned,
            "f" => TableKind::Foreign,
            "v" => TableKind::View,
            "m" => TableKind::Materialized,
            _ => TableKind::Table,
        };
        Table {
            public_name: self.name.clone(),
            schema: self.schema,
            name: self.name,
            kind,
            comment: self.comment,
            columns: Vec::new(),
            key: None,
            uniques: Vec::new(),
            relations: Vec::new(),
            privileges: Privileges {
                select: true,
                insert: self.may_insert,
                update: self.may_update,
                delete: self.may_delete,
            },
            versioning: match kind {
                TableKind::Table if self.may_read_xmin => Versioning::Xmin,
                _ => Versioning::Digest,
            },
            transactional: true,
            lockable: self.lockable,
            key_may_repeat: self.inherited,
        }
    }
}

async fn relations(connection: &mut sqlx::PgConnection) -> Result<Vec<RelationRow>, sqlx::Error> {
    sqlx::query_as(
        "select c.oid::int8 as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
                obj_description(c.oid, 'pg_class') as comment,
                has_any_column_privilege(c.oid, 'insert') and w.events & 8 <> 0 as may_insert,
                has_any_column_privilege(c.oid, 'update') and w.events & 4 <> 0 as may_update,
                has_table_privilege(c.oid, 'delete') and w.events & 16 <> 0 as may_delete,
                has_table_privilege(c.oid, 'select') as may_read_xmin,
                has_any_column_privilege(c.oid, 'update') and (c.relkind <> 'v' or pg_relation_is_updatable(c.oid, false) & 4 <> 0) as lockable,
                c.relkind in ('r', 'f') and exists (select from pg_inherits i where i.inhparent = c.oid) as inherited
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         -- What a rule does in the place of a write answers no row.
         cross join lateral (select case when c.relkind in ('r', 'p', 'f') then 28
             when c.relkind = 'v' and not exists (select from pg_rewrite r where r.ev_class = c.oid and r.ev_type <> '1')
             then pg_relation_is_updatable(c.oid, true) else 0 end as events) w
         where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
           and n.nspname not in ('pg_catalog', 'information_schema', 'soapstone') and n.nspname !~ '^pg_(toast|temp)'
           and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
         order by n.nspname, c.relname",
    )
    .fetch_all(connection)
    .await
}

/// A row of `pg_attribute`.
#[derive(sqlx::FromRow)]
struct ColumnRow {
    table: i64,
    number: i16,
    name: String,
    type_oid: i64,
    modifier: i32,
    type_name: String,
    not_null: bool,
    default: Option<String>,
    identity: String,
    generated: String,
    comment: Option<String>,
    may_insert: bool,
    may_update: bool,
}

impl ColumnRow {
    fn lower(self, types: &Types) -> Column {
        let serial = self
            .default
            .as_deref()
            .is_some_and(|default| default.starts_with("nextval("));
        let generation = match (self.identity.as_str(), self.generated.as_str()) {
            ("a", _) => Generation::Always,
            ("d", _) => Generation::Default,
            (_, "s" | "v") => Generation::Computed,
            _ if serial => Generation::Default,
            _ => Generation::None,
        };
        let free = !matches!(generation, Generation::Always | Generation::Computed);
        let sql_type = types.lower(self.type_oid, self.modifier);
        let not_null = self.not_null || matches!(&sql_type, SqlType::Domain { not_null: true, .. });
        Column {
            public_name: self.name.clone(),
            name: self.name,
            sql_type,
            type_name: self.type_name,
            nullable: !not_null,
            default: self.default.or_else(|| types.default_of(self.type_oid)),
            generation,
            comment: self.comment,
            insertable: free && self.may_insert,
            updatable: free && self.may_update,
        }
    }
}

async fn columns(connection: &mut sqlx::PgConnection) -> Result<Vec<ColumnRow>, sqlx::Error> {
    sqlx::query_as(
        "select a.attrelid::int8 as table, a.attnum as number, a.attname::text as name, a.atttypid::int8 as type_oid,
                a.atttypmod as modifier, format_type(a.atttypid, -1) as type_name,
                -- Since PostgreSQL 18 a rule may hold for new rows alone.
                a.attnotnull and not exists (select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'n'
                  and not k.convalidated and a.attnum = any(k.conkey)) as not_null,
                pg_get_expr(d.adbin, d.adrelid) as default, a.attidentity::text as identity,
                case when v.inserts or v.updates then '' when not (v.inserts or v.updates) then 's' else a.attgenerated::text end as generated,
                col_description(a.attrelid, a.attnum) as comment,
                has_column_privilege(a.attrelid, a.attnum, 'insert') and v.inserts is not false as may_insert,
                has_column_privilege(a.attrelid, a.attnum, 'update') and v.updates is not false as may_update
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         -- Of a view, what is written to the table below or given to a trigger (`instead of`: 64; insert: 4; update: 16).
         left join lateral (select pg_column_is_updatable(c.oid, a.attnum, false) or bool_or(t.tgtype & 68 = 68) is true as inserts,
                                   pg_column_is_updatable(c.oid, a.attnum, false) or bool_or(t.tgtype & 80 = 80) is true as updates
                            from (values (1)) one left join pg_trigger t on c.relkind = 'v' and t.tgrelid = c.oid and not t.tgisinternal
                            having c.relkind = 'v' and pg_relation_is_updatable(c.oid, true) & 12 <> 0) v on true
         where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
           and n.nspname not in ('pg_catalog', 'information_schema', 'soapstone') and n.nspname !~ '^pg_(toast|temp)'
           and has_column_privilege(a.attrelid, a.attnum, 'select')
         order by a.attrelid, a.attnum",
    )
    .fetch_all(connection)
    .await
}

type UniqueRow = (i64, String, bool, Vec<i16>);

/// Unique indexes over plain columns and all rows; constraints have one each.
async fn uniques(connection: &mut sqlx::PgConnection) -> Result<Vec<UniqueRow>, sqlx::Error> {
    sqlx::query_as(
        "select i.indrelid::int8, x.relname::text, i.indisprimary, (i.indkey::int2[])[0 : i.indnkeyatts - 1]
         from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
         where i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
           and c.relkind in ('r', 'p', 'm') and not c.relispartition
         order by i.indrelid, x.relname",
    )
    .fetch_all(connection)
    .await
}

async fn foreign_keys(connection: &mut sqlx::PgConnection) -> Result<Vec<ForeignKey>, sqlx::Error> {
    type Row = (
        String,
        String,
        String,
        Vec<String>,
        String,
        String,
        Vec<String>,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "select k.conname::text, n.nspname::text, c.relname::text,
                array(select a.attname::text from unnest(k.conkey) with ordinality u (number, place)
                      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number order by u.place),
                pn.nspname::text, p.relname::text,
                array(select a.attname::text from unnest(k.confkey) with ordinality u (number, place)
                      join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number order by u.place)
         from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
         join pg_class p on p.oid = k.confrelid join pg_namespace pn on pn.oid = p.relnamespace
         where k.contype = 'f' and k.conparentid = 0
           -- Where times are contained, since PostgreSQL 18, one row refers to several, by more than equality.
           and to_jsonb(k) -> 'conperiod' is distinct from 'true'
         order by 2, 3, 1",
    )
    .fetch_all(connection)
    .await?;
    let lower =
        |(name, schema, table, columns, other_schema, other, other_columns): Row| ForeignKey {
            name: Some(name),
            table: (schema, table),
            columns,
            other: (other_schema, other),
            other_columns,
        };
    Ok(rows.into_iter().map(lower).collect())
}
