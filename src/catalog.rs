//! What a database offers: its tables, views and routines with their types, keys and comments, as plain values.
//!
//! It never speaks to a database: the modules below it read one and answer a [`Catalog`]; everything after it (contract,
//! plans, pages) is a pure function of the catalog. Tables, columns, relations and routines are named by their index.

mod assemble;
mod load;
mod mysql;
mod mysql_types;
mod named;
mod postgres;
mod postgres_routines;
mod postgres_types;
mod selection;
mod sqlite;

use std::fmt;

pub use load::{CatalogError, load};
pub use named::NamedError;
pub use selection::Selection;

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
    /// The bounds that every plan keeps.
    pub limits: Limits,
}

/// The bounds of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Records in a page when the call does not say.
    pub page_size: u32,
    /// Most records in a page; a larger `pageSize` is cut to it.
    pub page_size_limit: u32,
    /// How many relations deep `expand` and related writes may go.
    pub expand_depth: u32,
    /// Most related records in one reply, all relations together.
    pub related_rows: u32,
    /// Most rows that one routine call answers.
    pub routine_rows: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            page_size: 100,
            page_size_limit: 10_000,
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
    /// Tells whether rows can be written: views have `Query`, `Count` and `Get` only.
    pub fn writable(self) -> bool {
        matches!(
            self,
            TableKind::Table | TableKind::Partitioned | TableKind::Foreign
        )
    }
}

/// What the connected role may do with a table.
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

/// What a column, parameter, field or item holds. Each variant says what its values look like in a [`crate::call::Value`].
///
/// A stored value that the variant's XSD type cannot hold (infinity in a PostgreSQL date, NaN in a numeric, a MySQL zero
/// date, a text in a SQLite integer column, text with characters that XML has not) is read as a misfit: nil in its
/// element, and exact beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SqlType {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// 8, 16, 24, 32 or 64.
        bits: u8,
        /// Without negative numbers.
        unsigned: bool,
    },
    /// An exact decimal, as xs:decimal without exponent; digits are kept as stored (`1.50`).
    Decimal {
        /// All digits; `None` is unbounded.
        precision: Option<u32>,
        /// Digits after the point.
        scale: Option<u32>,
        /// Without negative numbers (MySQL).
        unsigned: bool,
    },
    /// IEEE single, as xs:float: `INF`, `-INF` and `NaN` included.
    Float32,
    /// IEEE double, as xs:double.
    Float64,
    /// Text.
    Text {
        /// Most characters.
        length: Option<u32>,
        /// Blank-padded to the length.
        fixed: bool,
    },
    /// xs:date without zone.
    Date,
    /// xs:time; with a zone offset when `zone`. MySQL's values outside one day are misfits.
    Time {
        /// Keeps a zone offset.
        zone: bool,
    },
    /// xs:dateTime; with `Z` when `zone` (an instant), else without any zone. SQLite text keeps the zone it has.
    Timestamp {
        /// An instant.
        zone: bool,
    },
    /// ISO 8601 with a sign before each number (`P1Y-2M3DT-4H5M6.5S`), as PostgreSQL's `intervalstyle = iso_8601` writes:
    /// not always an xs:duration, so a string.
    Interval,
    /// A year of MySQL: `1901` to `2155`, and `0000`: four digits.
    Year,
    /// A UUID, in lower case.
    Uuid,
    /// Bytes: the only type whose values are [`crate::call::Value::Bytes`].
    Bytes {
        /// Most bytes.
        length: Option<u32>,
    },
    /// A JSON document as its text.
    Json,
    /// An XML document or fragment as its text.
    Xml,
    /// Bits as `0` and `1`.
    Bit {
        /// The number of bits, or most of them.
        length: Option<u32>,
        /// Fewer bits are allowed.
        varying: bool,
    },
    /// One of a list of labels.
    Enum {
        /// The schema and name of the type; MySQL's have none.
        name: Option<TypeName>,
        /// The labels in their order.
        labels: Vec<String>,
    },
    /// A set of labels: a list of texts.
    Set {
        /// The labels in their order.
        labels: Vec<String>,
    },
    /// A type with a name and constraints over another.
    Domain {
        /// Its name.
        name: TypeName,
        /// What it constrains.
        base: Box<SqlType>,
        /// NULL is refused.
        not_null: bool,
        /// The check constraints' SQL text, for documentation.
        checks: Vec<String>,
    },
    /// An array of one dimension: a list.
    Array {
        /// What it holds.
        item: Box<SqlType>,
    },
    /// A row: fields by index.
    Composite {
        /// Its name.
        name: TypeName,
        /// Its fields.
        fields: Vec<Field>,
    },
    /// A range, as PostgreSQL writes it: `[1,5)`.
    Range,
    /// A SQLite column of any storage class: numbers and text as text.
    Any,
    /// Every other type (network, geometric, full text, extensions), as the text that the database writes.
    Other,
}

impl SqlType {
    /// Looks through domains at what is stored.
    pub fn base(&self) -> &SqlType {
        let mut type_ = self;
        while let SqlType::Domain { base, .. } = type_ {
            type_ = base;
        }
        type_
    }
}

/// The name of a type that has one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeName {
    /// The schema that it stands in.
    pub schema: String,
    /// Its name in SQL.
    pub name: String,
}

/// A field of a composite.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name in SQL.
    pub name: String,
    /// What it holds.
    pub sql_type: SqlType,
    /// The type as SQL writes it.
    pub type_name: String,
}

/// A stored function or procedure, or a named SQL file.
#[derive(Debug, Clone, PartialEq)]
pub struct Routine {
    /// The schema that it stands in; the default schema for a named SQL file.
    pub schema: String,
    /// Its name in SQL.
    pub name: String,
    /// The name that the contract is made from: the configured one, else [`Routine::name`].
    pub public_name: String,
    /// 0 when no other routine of the schema has its name; otherwise from 1, in the order of the parameter types' names.
    pub overload: u32,
    /// How it is called.
    pub kind: RoutineKind,
    /// The comment on it.
    pub comment: Option<String>,
    /// Its parameters in order, out ones included; the columns of `returns table (…)` are not among them.
    pub parameters: Vec<Parameter>,
    /// What it answers besides its out parameters.
    pub returns: Returns,
    /// Changes nothing, by its own declaration: may be retried.
    pub read_only: bool,
}

/// How a routine is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutineKind {
    /// `select … from f(…)`.
    Function,
    /// `call p(…)`.
    Procedure,
    /// The statements of a file, run in one transaction.
    Named {
        /// The statements, each with the parameters that its placeholders take, in order.
        statements: Vec<NamedStatement>,
    },
}

/// One statement of a named routine, in the dialect's own placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedStatement {
    /// The SQL text.
    pub sql: String,
    /// Indexes of parameters, one for each placeholder in order.
    pub parameters: Vec<usize>,
}

/// A parameter of a routine.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name in SQL; `arg1`, `arg2`… where it has none.
    pub name: String,
    /// The name exists in SQL, so that it can be passed by name.
    pub named: bool,
    /// Which way it goes.
    pub mode: ParameterMode,
    /// What it holds; a variadic parameter's is its array.
    pub sql_type: SqlType,
    /// The type as SQL writes it.
    pub type_name: String,
    /// May be absent.
    pub defaulted: bool,
}

/// Which way a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterMode {
    /// Given.
    In,
    /// Answered.
    Out,
    /// Given and answered.
    InOut,
    /// Any number of items, given as one array.
    Variadic,
}

impl ParameterMode {
    /// Tells whether the caller gives it.
    pub fn given(self) -> bool {
        !matches!(self, ParameterMode::Out)
    }

    /// Tells whether the routine answers it.
    pub fn answered(self) -> bool {
        matches!(self, ParameterMode::Out | ParameterMode::InOut)
    }
}

/// What a routine answers besides its out parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// Nothing.
    Void,
    /// One value.
    Scalar {
        /// Its type.
        sql_type: SqlType,
        /// The type as SQL writes it.
        type_name: String,
    },
    /// Rows with known columns.
    Rows {
        /// The columns; a set of scalars has one, called `value`.
        columns: Vec<Field>,
    },
    /// Rows whose columns are known only when it runs (MySQL procedures, `returns setof record`): each row is a list
    /// of names and texts.
    Unknown,
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
