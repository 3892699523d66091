//! What a database offers: its tables, views and routines with their types, keys and comments, as plain values.
//!
//! It never speaks to a database: the modules below it read one and answer a [`Catalog`]; everything after it (contract,
//! plans, pages) is a pure function of the catalog. Tables, columns, relations and routines are named by their index.

mod assemble;
mod known;
mod load;
mod mysql;
mod mysql_grants;
mod mysql_routines;
mod mysql_types;
mod named;
mod origin;
mod postgres;
mod postgres_routines;
mod postgres_types;
mod routine;
mod selection;
mod sql_type;
mod sqlite;
mod view;

use std::fmt;

pub use known::Known;
pub use load::{CatalogError, load};
pub use named::{NamedError, names_in};
pub use routine::{NamedStatement, Parameter, ParameterMode, Returns, Routine, RoutineKind};
pub use selection::Selection;
pub(crate) use selection::matches;
pub use sql_type::{Field, SqlType, TypeName};

/// The SQL that a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL 13 or newer.
    Postgres,
    /// MySQL 8 or MariaDB 10.5, or newer.
    Mysql,
    /// SQLite 3.38 or newer.
    Sqlite,
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Dialect::Postgres => "PostgreSQL",
            Dialect::Mysql => "MySQL",
            Dialect::Sqlite => "SQLite",
        })
    }
}

/// Everything that one database offers to the connected role, in a stable order.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// The SQL that the database speaks.
    pub dialect: Dialect,
    /// The schema whose tables need no schema in their addresses: `public`, `main`, or the MySQL database.
    pub default_schema: String,
    /// Every schema that holds something below.
    pub schemas: Vec<Schema>,
    /// Tables and views, sorted by schema and name.
    pub tables: Vec<Table>,
    /// Routines, sorted by schema, name and overload.
    pub routines: Vec<Routine>,
    /// What is left out though nobody asked for that, sorted by schema and name: for logs and `soapstone check`.
    pub omitted: Vec<Omitted>,
    /// Every table of the database is undone with its transaction, those too that are left out.
    pub transactional: bool,
    /// The bounds that every plan keeps.
    pub limits: Limits,
}

/// A table or routine that is there and is not offered, though the role may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omitted {
    /// The schema that it stands in.
    pub schema: String,
    /// Its name in SQL.
    pub name: String,
    /// Why nobody could call it.
    pub reason: &'static str,
}

impl fmt::Display for Omitted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}.{} is not offered: {}",
            self.schema, self.name, self.reason
        )
    }
}

/// The bounds of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Records in a page when the call does not say.
    pub page_size: u32,
    /// Most records in a page; a larger `pageSize` is cut to it.
    pub page_size_limit: u32,
    /// Bytes of rows after which a page ends, however many were asked for.
    pub page_bytes: usize,
    /// How many relations deep `expand` and related writes may go.
    pub expand_depth: u32,
    /// Most related records in one reply, all relations together.
    pub related_rows: u32,
    /// Most rows that one routine call answers.
    pub routine_rows: u32,
}

impl Limits {
    /// Most bytes of the rows that one routine call answers, and of the related ones of a page.
    pub fn answer_bytes(&self) -> usize {
        self.page_bytes.saturating_mul(4)
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            page_size: 100,
            page_size_limit: 10_000,
            page_bytes: 8 << 20,
            expand_depth: 4,
            related_rows: 100_000,
            routine_rows: 100_000,
        }
    }
}

/// A namespace of the database: one target namespace of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The schema's name in SQL.
    pub name: String,
    /// The comment on it.
    pub comment: Option<String>,
}

/// The place of a table in [`Catalog::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub usize);

/// The place of a routine in [`Catalog::routines`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoutineId(pub usize);

/// What kind of relation a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// An ordinary table.
    Table,
    /// A partitioned table; its partitions are not in the catalog.
    Partitioned,
    /// A table of a foreign server.
    Foreign,
    /// A view.
    View,
    /// A materialized view.
    Materialized,
}

impl TableKind {
    /// Tells whether it shows rows that are kept elsewhere.
    pub fn is_view(self) -> bool {
        matches!(self, TableKind::View | TableKind::Materialized)
    }
}

/// What the connected role may do with a table; of a view, as far as the database lets it be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privileges {
    /// May read it; a table that may not be read is not in the catalog.
    pub select: bool,
    /// May create rows.
    pub insert: bool,
    /// May update rows.
    pub update: bool,
    /// May delete rows.
    pub delete: bool,
}

/// A table or view.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The schema that it stands in.
    pub schema: String,
    /// Its name in SQL.
    pub name: String,
    /// The name that the contract is made from: the configured one, else [`Table::name`].
    pub public_name: String,
    /// What it is.
    pub kind: TableKind,
    /// The comment on it.
    pub comment: Option<String>,
    /// Its columns, in the table's order; those that the role may not read are left out.
    pub columns: Vec<Column>,
    /// What identifies a record: the primary key, else the first unique key without nullable columns, else the
    /// configured key; `None` when no key is known. Indexes of columns.
    pub key: Option<Vec<usize>>,
    /// The primary key and the unique keys: what `matchOn` may name. Partial and expression indexes are not keys.
    pub uniques: Vec<Unique>,
    /// Every foreign key from and to this table, by name.
    pub relations: Vec<Relation>,
    /// What may be done.
    pub privileges: Privileges,
    /// What a record's version is made of.
    pub versioning: Versioning,
    /// What is written is undone with its transaction; not so in MySQL's older engines (MyISAM).
    pub transactional: bool,
    /// A row can be kept from others until the transaction ends; not so in PostgreSQL where the role may not update, and in a view that
    /// triggers alone write.
    pub lockable: bool,
    /// Several records may have one key: a configured one that no unique key is part of, or that of a table that others inherit from
    /// (PostgreSQL), whose rows are read and written with it and which no key of its own reaches.
    pub key_may_repeat: bool,
}

/// What the version of a record is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// PostgreSQL's `xmin`: the transaction that wrote the row last.
    Xmin,
    /// A digest over all the columns of the row.
    Digest,
}

/// A primary or unique key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// The constraint's name; on SQLite the index's.
    pub name: String,
    /// Indexes of columns, in the key's order.
    pub columns: Vec<usize>,
    /// The primary key.
    pub primary: bool,
}

/// Which way a relation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the one record that this table's foreign key names.
    Parent,
    /// To the records whose foreign key names this table's record.
    Children,
}

/// A foreign key seen from one of its two tables: what `expand` names.
///
/// The name is the same at every start: a parent is called by its column without a final `_id` (`customer_id` →
/// `customer`), or by its table when the key has several columns; children are called by their table. Names of one table
/// that clash get `_of_` (parents) or `_by_` (children) and the key's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The stable name, unique within the table.
    pub name: String,
    /// The foreign key's name, where the database has one.
    pub constraint: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
    /// The other table; it may be this one.
    pub table: TableId,
    /// This table's columns.
    pub columns: Vec<usize>,
    /// The other table's columns, paired with [`Relation::columns`].
    pub other: Vec<usize>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in SQL.
    pub name: String,
    /// The name that the contract is made from: the configured one, else [`Column::name`].
    pub public_name: String,
    /// What it holds.
    pub sql_type: SqlType,
    /// The type as SQL writes it, for casts (PostgreSQL, without lengths) and documentation.
    pub type_name: String,
    /// May hold NULL.
    pub nullable: bool,
    /// The default's SQL text.
    pub default: Option<String>,
    /// Who makes its values.
    pub generation: Generation,
    /// The comment on it.
    pub comment: Option<String>,
    /// May be given in `Create`.
    pub insertable: bool,
    /// May be given in `Update`.
    pub updatable: bool,
}

impl Column {
    /// Tells whether `Create` must be given a value: neither NULL, nor a default, nor the database fills it.
    pub fn required(&self) -> bool {
        !self.nullable && self.default.is_none() && self.generation == Generation::None
    }

    /// Tells whether only the database makes its values, so that a record can be written back as it was read: what it
    /// holds there is passed over.
    pub fn made(&self) -> bool {
        matches!(self.generation, Generation::Always | Generation::Computed)
    }
}

/// Who makes the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// The writer.
    None,
    /// The database unless the writer gives one: serial, `auto_increment`, `generated by default as identity`, rowid.
    Default,
    /// The database only: `generated always as identity`.
    Always,
    /// An expression over other columns, stored or virtual.
    Computed,
}

impl Catalog {
    /// Finds a table by its place.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.0)
    }

    /// Finds a routine by its place.
    pub fn routine(&self, id: RoutineId) -> Option<&Routine> {
        self.routines.get(id.0)
    }

    /// Finds a table by its names in SQL.
    pub fn find_table(&self, schema: &str, name: &str) -> Option<TableId> {
        self.tables
            .iter()
            .position(|table| table.schema == schema && table.name == name)
            .map(TableId)
    }
}

impl Table {
    /// Finds a column by its name in SQL.
    pub fn find_column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Finds a relation by its name.
    pub fn find_relation(&self, name: &str) -> Option<usize> {
        self.relations
            .iter()
            .position(|relation| relation.name == name)
    }
}
