//! SQL text with its binds. Identifiers are quoted here and nowhere else; values never stand in the text.

use crate::catalog::{Column, Dialect, Routine, SqlType, Table, TypeName};

/// One statement, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text in the database's dialect.
    pub sql: String,
    /// A value for each placeholder, in order.
    pub binds: Vec<Bind>,
}

/// A value as the driver sends it.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// NULL, of a type that the placeholder's cast makes plain.
    Null(Kind),
    /// Text; the placeholder's cast makes it what it is.
    Text(String),
    /// 16 bits (PostgreSQL).
    Short(i16),
    /// 32 bits.
    Int(i32),
    /// 64 bits.
    Long(i64),
    /// 64 bits without sign (MySQL).
    Unsigned(u64),
    /// Single.
    Single(f32),
    /// Double.
    Double(f64),
    /// A truth value.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Texts in an array (PostgreSQL).
    Texts(Vec<Option<String>>),
    /// Bytes in an array (PostgreSQL).
    ByteArrays(Vec<Vec<u8>>),
}

/// What a NULL bind is sent as; it must be the same as for the values at the same place, since statements are prepared
/// once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As [`Bind::Text`].
    Text,
    /// As [`Bind::Short`].
    Short,
    /// As [`Bind::Int`].
    Int,
    /// As [`Bind::Long`].
    Long,
    /// As [`Bind::Single`].
    Single,
    /// As [`Bind::Double`].
    Double,
    /// As [`Bind::Bool`].
    Bool,
    /// As [`Bind::Bytes`].
    Bytes,
}

/// A statement in the making.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) dialect: Dialect,
    pub(crate) text: String,
    pub(crate) binds: Vec<Bind>,
}

impl Sql {
    pub(crate) fn new(dialect: Dialect) -> Sql {
        Sql {
            dialect,
            text: String::with_capacity(256),
            binds: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Adds an identifier, quoted. The only place where a name becomes SQL.
    pub(crate) fn name(&mut self, name: &str) -> &mut Sql {
        let quote = if self.dialect == Dialect::Mysql {
            '`'
        } else {
            '"'
        };
        self.text.push(quote);
        for c in name.chars() {
            if c == quote {
                self.text.push(quote);
            }
            self.text.push(c);
        }
        self.text.push(quote);
        self
    }

    pub(crate) fn table(&mut self, table: &Table) -> &mut Sql {
        self.name(&table.schema).push(".").name(&table.name)
    }

    pub(crate) fn routine(&mut self, routine: &Routine) -> &mut Sql {
        self.name(&routine.schema).push(".").name(&routine.name)
    }

    /// Adds a column as it is compared and ordered.
    pub(crate) fn compared(&mut self, column: &Column) -> &mut Sql {
        self.compared_of(None, column)
    }

    /// Adds a column as it is ordered: with its table, since a bare name in `order by` means the answered column first,
    /// which may have been cast.
    pub(crate) fn ordered(&mut self, table: &Table, column: &Column) -> &mut Sql {
        self.compared_of(Some(table), column)
    }

    fn compared_of(&mut self, table: Option<&Table>, column: &Column) -> &mut Sql {
        match self.dialect {
            Dialect::Mysql if is_shown(&column.type_name) => self.shown(table, column),
            Dialect::Mysql if column.sql_type == SqlType::Json => self
                .push("cast(")
                .column(table, column)
                .push(" as char) collate utf8mb4_bin"),
            _ => self.column(table, column).comparison_suffix(column),
        }
    }

    fn column(&mut self, table: Option<&Table>, column: &Column) -> &mut Sql {
        if let Some(table) = table {
            self.name(&table.name).push(".");
        }
        self.name(&column.name)
    }

    /// Adds a column of MySQL whose type is shown as another: a geometry as its well-known text, with the system of its coordinates where it
    /// has one (`SRID=4326;POINT(1 2)`), a vector as its bytes, since its text loses digits.
    pub(crate) fn shown(&mut self, table: Option<&Table>, column: &Column) -> &mut Sql {
        if !is_geometry(&column.type_name) {
            return self.push("cast(").column(table, column).push(" as binary)");
        }
        let mut place = Sql::new(self.dialect);
        place.column(table, column);
        self.push(&geometry_text(&place.text))
    }

    fn comparison_suffix(&mut self, column: &Column) -> &mut Sql {
        match comparison(self.dialect, column) {
            Comparison::Plain => {}
            Comparison::Text => {
                self.push("::text");
            }
            Comparison::Decimal => {
                self.push(" collate ").push(DECIMAL_COLLATION);
            }
            Comparison::Moment => {
                self.push(" collate ").push(MOMENT_COLLATION);
            }
        }
        self
    }

    /// Adds a placeholder for a value that is compared with the column.
    pub(crate) fn compare_bind(&mut self, column: &Column, bind: Bind) -> &mut Sql {
        self.binds.push(bind);
        let number = self.binds.len();
        let text = match comparison(self.dialect, column) {
            Comparison::Text => format!("${number}::text"),
            Comparison::Decimal | Comparison::Moment => "?".to_owned(),
            Comparison::Plain => match (self.dialect, column.sql_type.base()) {
                // A decimal beside a text would be compared as two doubles.
                (Dialect::Mysql, SqlType::Decimal { .. }) => "cast(? as decimal(65,30))".to_owned(),
                // A document, which is not the same as the string that it is written as.
                (Dialect::Mysql, SqlType::Json) => {
                    "cast(cast(? as json) as char) collate utf8mb4_bin".to_owned()
                }
                (Dialect::Mysql, _) => "?".to_owned(),
                (_, base) => placeholder(self.dialect, number, base, base_name(column)),
            },
        };
        self.push(&text)
    }

    /// Adds a placeholder for a value that is stored in the column.
    pub(crate) fn store_bind(&mut self, column: &Column, bind: Bind) -> &mut Sql {
        self.typed_bind(&column.sql_type, &column.type_name, bind)
    }

    /// Adds a placeholder for a value of a type.
    pub(crate) fn typed_bind(
        &mut self,
        sql_type: &SqlType,
        type_name: &str,
        bind: Bind,
    ) -> &mut Sql {
        if self.dialect == Dialect::Mysql
            && is_geometry(type_name)
            && let Bind::Text(text) = &bind
            && let (Some(system), text) = coordinates(type_name, text)
        {
            let text = Bind::Text(text.to_owned());
            return self
                .push("st_geomfromtext(")
                .plain_bind(text)
                .push(", ")
                .plain_bind(Bind::Long(system))
                .push(")");
        }
        self.binds.push(bind);
        let text = placeholder(self.dialect, self.binds.len(), sql_type, type_name);
        self.push(&text)
    }

    /// Adds a placeholder of the dialect as it is.
    pub(crate) fn plain_bind(&mut self, bind: Bind) -> &mut Sql {
        self.binds.push(bind);
        let number = self.binds.len();
        match self.dialect {
            Dialect::Postgres => self.push(&format!("${number}")),
            _ => self.push("?"),
        }
    }

    pub(crate) fn finish(self) -> Statement {
        Statement {
            sql: self.text,
            binds: self.binds,
        }
    }
}

/// The collation that compares decimals kept as text; [`crate::database`] registers it.
pub(crate) const DECIMAL_COLLATION: &str = "soapstone_decimal";

/// The collation that compares dates and times kept as text; [`crate::database`] registers it.
pub(crate) const MOMENT_COLLATION: &str = "soapstone_moment";

/// How the values of a column are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// By the database's own operators.
    Plain,
    /// By their text, since the type has no order or no equality.
    Text,
    /// As decimals kept as text.
    Decimal,
    /// As dates and times kept as text.
    Moment,
}

pub(crate) fn comparison(dialect: Dialect, column: &Column) -> Comparison {
    match (dialect, column.sql_type.base()) {
        (
            Dialect::Postgres,
            SqlType::Json | SqlType::Xml | SqlType::Composite { .. } | SqlType::Other,
        ) => Comparison::Text,
        (Dialect::Sqlite, SqlType::Decimal { .. }) if keeps_text(column) => Comparison::Decimal,
        (Dialect::Sqlite, SqlType::Date | SqlType::Time { .. } | SqlType::Timestamp { .. }) => {
            Comparison::Moment
        }
        _ => Comparison::Plain,
    }
}

/// Tells whether a SQLite column has text affinity (SQLite, datatype3, 3.1).
pub(crate) fn keeps_text(column: &Column) -> bool {
    text_affinity(&column.type_name)
}

pub(crate) fn text_affinity(declared: &str) -> bool {
    let declared = declared.to_ascii_lowercase();
    !declared.contains("int")
        && ["char", "clob", "text"]
            .iter()
            .any(|word| declared.contains(word))
}

/// The column's type below its domains, as SQL writes it. A value that is looked for need not meet a domain's checks.
fn base_name(column: &Column) -> &str {
    match &column.sql_type {
        SqlType::Domain { .. } => "",
        _ => &column.type_name,
    }
}

/// The placeholder for a value of a type: with the cast that turns the text that we send into it.
///
/// A cast never has a length: an explicit cast would cut the value to it in silence, where storing it reports an error.
pub(crate) fn placeholder(
    dialect: Dialect,
    number: usize,
    sql_type: &SqlType,
    type_name: &str,
) -> String {
    match dialect {
        Dialect::Sqlite => "?".to_owned(),
        Dialect::Mysql if is_geometry(type_name) => "st_geomfromtext(?)".to_owned(),
        // The driver knows no parameter of a vector's type.
        Dialect::Mysql if is_shown(type_name) => "cast(? as binary)".to_owned(),
        Dialect::Mysql => "?".to_owned(),
        Dialect::Postgres => match sql_type {
            SqlType::Boolean
            | SqlType::Integer {
                unsigned: false, ..
            }
            | SqlType::Float32
            | SqlType::Float64
            | SqlType::Bytes { .. } => format!("${number}"),
            SqlType::Text { fixed: false, .. } if !is_own_text(type_name) => format!("${number}"),
            _ => format!("${number}::text::{}", postgres_type(sql_type, type_name)),
        },
    }
}

/// Tells whether a type holds text and has operators of its own, such as `citext`: beside a plain text they would not be used.
pub(crate) fn is_own_text(type_name: &str) -> bool {
    !matches!(
        type_name,
        "" | "text" | "character varying" | "character" | "bpchar" | "name" | "\"char\""
    )
}

/// The type as PostgreSQL writes it, without length.
pub(crate) fn postgres_type(sql_type: &SqlType, type_name: &str) -> String {
    let named = |name: &TypeName| {
        let mut sql = Sql::new(Dialect::Postgres);
        sql.name(&name.schema).push(".").name(&name.name);
        sql.text
    };
    match sql_type {
        SqlType::Boolean => "bool".to_owned(),
        SqlType::Integer { unsigned: true, .. } => "oid".to_owned(),
        SqlType::Integer { bits: 16, .. } => "int2".to_owned(),
        SqlType::Integer { bits: 32, .. } => "int4".to_owned(),
        SqlType::Integer { .. } => "int8".to_owned(),
        SqlType::Decimal { .. } => "numeric".to_owned(),
        SqlType::Float32 => "float4".to_owned(),
        SqlType::Float64 => "float8".to_owned(),
        SqlType::Text { .. } if is_own_text(type_name) => type_name.to_owned(),
        // Nothing leads from text to it unasked.
        SqlType::Text { .. } if type_name == "\"char\"" => type_name.to_owned(),
        SqlType::Text { fixed: true, .. } => "bpchar".to_owned(),
        SqlType::Text { .. } => "text".to_owned(),
        SqlType::Date => "date".to_owned(),
        SqlType::Time { zone: false } => "time".to_owned(),
        SqlType::Time { zone: true } => "timetz".to_owned(),
        SqlType::Timestamp { zone: false } => "timestamp".to_owned(),
        SqlType::Timestamp { zone: true } => "timestamptz".to_owned(),
        SqlType::Interval => "interval".to_owned(),
        SqlType::Uuid => "uuid".to_owned(),
        SqlType::Bytes { .. } => "bytea".to_owned(),
        SqlType::Xml => "xml".to_owned(),
        // An explicit cast to `bit` would mean one bit.
        SqlType::Bit { .. } => "varbit".to_owned(),
        SqlType::Enum {
            name: Some(name), ..
        }
        | SqlType::Domain { name, .. }
        | SqlType::Composite { name, .. } => named(name),
        SqlType::Array { item } => match type_name.strip_suffix("[]") {
            Some(item_name) => format!("{}[]", postgres_type(item, item_name)),
            None => format!("{}[]", postgres_type(item, "text")),
        },
        // What has no name of its own here keeps the one that the server wrote (`format_type` quotes it).
        _ if !type_name.is_empty() => type_name.to_owned(),
        SqlType::Json => "jsonb".to_owned(),
        _ => "text".to_owned(),
    }
}

/// The system of a geometry's coordinates, which its text or else its column tells, and its well-known text.
fn coordinates<'t>(type_name: &str, text: &'t str) -> (Option<i64>, &'t str) {
    let told = text
        .strip_prefix("SRID=")
        .and_then(|rest| rest.split_once(';'))
        .and_then(|(system, text)| Some((system.parse().ok()?, text)));
    if let Some((system, text)) = told {
        return (Some(system), text);
    }
    let column = type_name.rsplit_once(" srid ");
    (column.and_then(|(_, system)| system.parse().ok()), text)
}

/// The text of a MySQL geometry, of an expression that is written several times.
pub(crate) fn geometry_text(of: &str) -> String {
    format!(
        "concat(if(st_srid({of}) = 0, '', concat('SRID=', st_srid({of}), ';')), st_astext({of}))"
    )
}

/// Tells whether a MySQL type is shown as another.
pub(crate) fn is_shown(type_name: &str) -> bool {
    is_geometry(type_name) || type_name.to_ascii_lowercase().starts_with("vector(")
}

/// Tells whether a MySQL type is read and written as well-known text.
pub(crate) fn is_geometry(type_name: &str) -> bool {
    let name = type_name
        .split(['(', ' '])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    ]
    .contains(&name.as_str())
}
