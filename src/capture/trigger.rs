//! The text of the triggers that write a table's changes into the change log, for each dialect. Pure: nothing is run here.
//!
//! A trigger writes in the CRM's own transaction, so a change is in the log exactly if it happened. Values are kept as text in a
//! JSON object (`{"id":"7","note":null}`), bytes in hexadecimal. An update that changes the key is a delete and an insert.

mod name;

use crate::catalog::{Dialect, SqlType, Table};

use super::{CaptureError, Kept};

use name::{json, literal, routine_name, trigger_name};
pub(crate) use name::{qualified, quoted};

/// The statements that install the triggers of one table, in order; installing again replaces them.
///
/// # Errors
/// The table has no key, or is a view.
pub fn install(dialect: Dialect, table: &Table, kept: Kept) -> Result<Vec<String>, CaptureError> {
    let name = || format!("{}.{}", table.schema, table.name);
    if table.kind.is_view() {
        return Err(CaptureError::View(name()));
    }
    let Some(key) = table.key.as_ref().filter(|key| !key.is_empty()) else {
        return Err(CaptureError::NoKey(name()));
    };
    let writer = Writer {
        dialect,
        table,
        kept,
        key,
    };
    let mut statements = remove(dialect, table);
    statements.extend(match dialect {
        Dialect::Postgres => writer.postgres(),
        Dialect::Sqlite => writer.sqlite(),
        Dialect::Mysql => writer.mysql(),
    });
    Ok(statements)
}

/// The statements that remove the triggers of one table, whether they are there or not.
pub fn remove(dialect: Dialect, table: &Table) -> Vec<String> {
    let drop = |trigger: String| format!("drop trigger if exists {trigger}");
    let named = |event: &&str| quoted(dialect, &trigger_name(table, event));
    match dialect {
        Dialect::Postgres => {
            let table_name = qualified(dialect, table);
            let routine = quoted(dialect, &routine_name(table));
            vec![
                drop(format!("soapstone_change on {table_name}")),
                drop(format!("soapstone_truncate on {table_name}")),
                format!("drop function if exists soapstone.{routine}()"),
            ]
        }
        Dialect::Sqlite => ["insert", "update", "rekey", "delete"]
            .iter()
            .map(|event| drop(named(event)))
            .collect(),
        Dialect::Mysql => ["insert", "update", "delete"]
            .iter()
            .map(|event| {
                drop(format!(
                    "{}.{}",
                    quoted(dialect, &table.schema),
                    named(event)
                ))
            })
            .collect(),
    }
}

struct Writer<'a> {
    dialect: Dialect,
    table: &'a Table,
    kept: Kept,
    key: &'a [usize],
}

impl Writer<'_> {
    fn postgres(&self) -> Vec<String> {
        let name = quoted(self.dialect, &routine_name(self.table));
        let insert = self.insert("insert", "new", None, Some("new"));
        let delete = self.insert("delete", "old", Some("old"), None);
        let update = self.insert("update", "new", Some("old"), Some("new"));
        let body = format!(
            "#variable_conflict use_column
begin
  if tg_op = 'TRUNCATE' then
    insert into soapstone.change (at, table_schema, table_name, kind, row_key, columns, before_row, after_row, origin, correlation)
    select {truncated} from {table} old;
  elsif tg_op = 'INSERT' then
    {insert};
  elsif tg_op = 'DELETE' then
    {delete};
  elsif {same} then
    {update};
  else
    {delete};
    {insert};
  end if;
  if coalesce(current_setting('soapstone.origin', true), '') = '' then
    perform pg_notify('soapstone_change', '');
  end if;
  return null;
end",
            truncated = self.values("delete", "old", Some("old"), None),
            table = qualified(self.dialect, self.table),
            same = self.same_key(),
        );
        let mut tag = "$soapstone$".to_owned();
        while body.contains(&tag) {
            tag.insert(1, '_');
        }
        let (table, settings) = (qualified(self.dialect, self.table), self.settings());
        vec![
            // What a flow writes back wakes nobody: commits with a notification go one after another.
            // It runs as its owner, so that who writes to the CRM needs no right on the log; and with fixed settings where what it
            // writes would depend on the writer's session.
            format!(
                "create function soapstone.{name}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp{settings}
as {tag}
{body}
{tag}"
            ),
            format!("revoke all on function soapstone.{name}() from public"),
            format!(
                "create trigger soapstone_change after insert or update or delete on {table} for each row execute function soapstone.{name}()"
            ),
            format!(
                "create trigger soapstone_truncate before truncate on {table} for each statement execute function soapstone.{name}()"
            ),
        ]
    }

    /// The settings of PostgreSQL on which the text of a column's values depends. Each costs every written row about a tenth of what the
    /// trigger does, so only those are set that some column wants.
    fn settings(&self) -> String {
        let wanted = |type_: &SqlType| -> &'static [&'static str] {
            match type_.base() {
                SqlType::Boolean
                | SqlType::Integer { .. }
                | SqlType::Decimal { .. }
                | SqlType::Text { .. }
                | SqlType::Uuid
                | SqlType::Json
                | SqlType::Enum { .. } => &[],
                SqlType::Float32 | SqlType::Float64 => &["extra_float_digits = 1"],
                SqlType::Date | SqlType::Time { .. } | SqlType::Timestamp { .. } => {
                    &["timezone = 'UTC'", "datestyle = 'ISO, YMD'"]
                }
                SqlType::Bytes { .. } => &["bytea_output = 'hex'"],
                _ => &[
                    "timezone = 'UTC'",
                    "datestyle = 'ISO, YMD'",
                    "bytea_output = 'hex'",
                    "intervalstyle = 'iso_8601'",
                    "extra_float_digits = 1",
                ],
            }
        };
        let mut settings: Vec<&str> = Vec::new();
        for column in &self.table.columns {
            for setting in wanted(&column.sql_type) {
                if !settings.contains(setting) {
                    settings.push(setting);
                }
            }
        }
        settings
            .iter()
            .map(|setting| format!(" set {setting}"))
            .collect()
    }

    fn sqlite(&self) -> Vec<String> {
        let table = quoted(self.dialect, &self.table.name);
        let trigger = |event: &str| quoted(self.dialect, &trigger_name(self.table, event));
        let insert = self.insert("insert", "new", None, Some("new"));
        let delete = self.insert("delete", "old", Some("old"), None);
        let update = self.insert("update", "new", Some("old"), Some("new"));
        let same = self.same_key();
        vec![
            format!(
                "create trigger {} after insert on {table} begin {insert}; end",
                trigger("insert")
            ),
            format!(
                "create trigger {} after update on {table} when {same} begin {update}; end",
                trigger("update")
            ),
            format!(
                "create trigger {} after update on {table} when not ({same}) begin {delete}; {insert}; end",
                trigger("rekey")
            ),
            format!(
                "create trigger {} after delete on {table} begin {delete}; end",
                trigger("delete")
            ),
        ]
    }

    fn mysql(&self) -> Vec<String> {
        let table = qualified(self.dialect, self.table);
        let schema = quoted(self.dialect, &self.table.schema);
        let trigger = |event: &str| {
            format!(
                "{schema}.{}",
                quoted(self.dialect, &trigger_name(self.table, event))
            )
        };
        let insert = self.insert("insert", "new", None, Some("new"));
        let delete = self.insert("delete", "old", Some("old"), None);
        let update = self.insert("update", "new", Some("old"), Some("new"));
        let same = self.same_key();
        vec![
            format!(
                "create trigger {} after insert on {table} for each row {insert}",
                trigger("insert")
            ),
            format!(
                "create trigger {} after update on {table} for each row begin if {same} then {update}; else {delete}; {insert}; end if; end",
                trigger("update")
            ),
            format!(
                "create trigger {} after delete on {table} for each row {delete}",
                trigger("delete")
            ),
        ]
    }

    /// One insert into the log: `of` is the row whose key is written.
    fn insert(&self, kind: &str, of: &str, before: Option<&str>, after: Option<&str>) -> String {
        let log = match self.dialect {
            Dialect::Postgres => "soapstone.change",
            Dialect::Sqlite | Dialect::Mysql => "soapstone_change",
        };
        let values = self.values(kind, of, before, after);
        format!(
            "insert into {log} (at, table_schema, table_name, kind, row_key, columns, before_row, after_row, origin, correlation) {}",
            if self.dialect == Dialect::Postgres {
                format!("select {values}")
            } else {
                format!("values ({values})")
            }
        )
    }

    fn values(&self, kind: &str, of: &str, before: Option<&str>, after: Option<&str>) -> String {
        let all: Vec<usize> = (0..self.table.columns.len()).collect();
        let row = |row: Option<&str>, wanted: bool| match row {
            Some(row) if wanted => self.object(row, &all),
            _ => "null".to_owned(),
        };
        let (now, origin, correlation) = match self.dialect {
            Dialect::Postgres => (
                "floor(extract(epoch from clock_timestamp()) * 1000)::bigint",
                "nullif(current_setting('soapstone.origin', true), '')",
                "nullif(current_setting('soapstone.correlation', true), '')",
            ),
            Dialect::Sqlite => (
                "cast((julianday('now') - 2440587.5) * 86400000 as integer)",
                "(select origin from soapstone_origin)",
                "(select correlation from soapstone_origin)",
            ),
            Dialect::Mysql => (
                "floor(unix_timestamp(now(3)) * 1000)",
                "@soapstone_origin",
                "@soapstone_correlation",
            ),
        };
        [
            now.to_owned(),
            literal(self.dialect, &self.table.schema),
            literal(self.dialect, &self.table.name),
            format!("'{kind}'"),
            self.object(of, self.key),
            if kind == "update" {
                self.changed()
            } else {
                "null".to_owned()
            },
            row(before, self.kept == Kept::Both),
            row(after, self.kept != Kept::Key),
            origin.to_owned(),
            correlation.to_owned(),
        ]
        .join(", ")
    }

    /// The JSON object of some columns of a row.
    fn object(&self, row: &str, columns: &[usize]) -> String {
        let mut parts = Vec::with_capacity(columns.len() * 2 + 1);
        for (position, column) in columns
            .iter()
            .filter_map(|index| self.table.columns.get(*index))
            .enumerate()
        {
            let start = format!(
                "{}{}:",
                if position == 0 { "{" } else { "," },
                json(&column.name)
            );
            parts.push(literal(self.dialect, &start));
            let value = format!("{row}.{}", quoted(self.dialect, &column.name));
            parts.push(self.value(&value, &column.sql_type));
        }
        parts.push("'}'".to_owned());
        self.joined(&parts)
    }

    /// A value as JSON: a string, or null.
    fn value(&self, value: &str, type_: &SqlType) -> String {
        match self.dialect {
            Dialect::Postgres => match type_.base() {
                // ISO 8601, with the T.
                SqlType::Timestamp { .. } => format!("coalesce(to_json({value})::text, 'null')"),
                _ => format!("coalesce(to_json({value}::text)::text, 'null')"),
            },
            Dialect::Sqlite => format!(
                "coalesce(json_quote(case typeof({value}) when 'blob' then hex({value}) when 'real' then printf('%!.17g', {value}) else cast({value} as text) end), 'null')"
            ),
            Dialect::Mysql => match type_.base() {
                SqlType::Bytes { .. } | SqlType::Bit { .. } | SqlType::Other => {
                    format!("coalesce(json_quote(convert(hex({value}) using utf8mb4)), 'null')")
                }
                _ => format!(
                    "coalesce(json_quote(cast({value} as char character set utf8mb4)), 'null')"
                ),
            },
        }
    }

    /// The JSON list of the columns that an update changed.
    fn changed(&self) -> String {
        let mut parts: Vec<String> = self
            .table
            .columns
            .iter()
            .map(|column| {
                let (same, name) = (
                    self.same(&column.name),
                    literal(self.dialect, &format!(",{}", json(&column.name))),
                );
                format!("case when {same} then '' else {name} end")
            })
            .collect();
        // The list starts with a comma where it is not empty.
        parts.push("''".to_owned());
        let names = self.joined(&parts);
        match self.dialect {
            Dialect::Mysql => format!("concat('[', substr({names}, 2), ']')"),
            _ => format!("'[' || substr({names}, 2) || ']'"),
        }
    }

    fn same_key(&self) -> String {
        let tests: Vec<String> = self
            .key
            .iter()
            .filter_map(|index| self.table.columns.get(*index))
            .map(|column| self.same(&column.name))
            .collect();
        tests.join(" and ")
    }

    /// Tells whether a column is the same before and after, byte for byte: a collation may call `a` and `A` equal, and some
    /// types of PostgreSQL can't be compared at all.
    fn same(&self, column: &str) -> String {
        let column = quoted(self.dialect, column);
        match self.dialect {
            Dialect::Postgres => {
                format!("old.{column}::text is not distinct from new.{column}::text")
            }
            Dialect::Sqlite => format!("old.{column} collate binary is new.{column}"),
            Dialect::Mysql => {
                format!("cast(old.{column} as binary) <=> cast(new.{column} as binary)")
            }
        }
    }

    /// Joins pieces of text. In groups, since SQLite bounds the depth of an expression.
    fn joined(&self, parts: &[String]) -> String {
        if self.dialect == Dialect::Mysql {
            return format!("concat({})", parts.join(", "));
        }
        let groups: Vec<String> = parts
            .chunks(24)
            .map(|group| format!("({})", group.join(" || ")))
            .collect();
        if groups.len() <= 24 {
            groups.join(" || ")
        } else {
            self.joined(&groups)
        }
    }
}
