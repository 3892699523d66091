//! What a column, parameter, field or item holds, the same for three dialects.

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
