//! Keyset paging: the order of a page, where it starts, and the opaque text that says so.
//!
//! A cursor holds the last row's values of the order's columns, as stored; they only ever become binds. It carries a
//! digest of the query that it belongs to and a checksum, so that a changed or foreign one is refused with a reason.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::order::{Order, Step, is_numbered};
use super::sql::{Sql, is_shown};
use crate::call::Query;
use crate::catalog::{Catalog, Column, Dialect, SqlType, Table};
use crate::problem::{Place, PlanError, PlanErrorKind};

/// A value of an order's column, exactly as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum RawCell {
    /// NULL.
    Null,
    /// PostgreSQL: the type's text. MySQL: the lexical form of its type. SQLite: a text.
    Text(String),
    /// MySQL: a stored value without lexical form, as text.
    Misfit(String),
    /// SQLite: an integer.
    Long(i64),
    /// SQLite: a double.
    Double(f64),
    /// MySQL and SQLite: bytes.
    Bytes(Vec<u8>),
    /// SQLite: bytes that are stored as text and are none.
    BadText(Vec<u8>),
}

impl RawCell {
    /// Tells whether the database takes two values for the same in an exact order.
    fn same(&self, other: &RawCell) -> bool {
        match (self, other) {
            (RawCell::Long(whole), RawCell::Double(real))
            | (RawCell::Double(real), RawCell::Long(whole)) => {
                *whole as f64 == *real && *real as i64 == *whole
            }
            (one, other) => one == other,
        }
    }

    pub(crate) fn all_same(one: &[RawCell], other: &[RawCell]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.same(other))
    }
}

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Start {
    /// The values of the row before it, one for each column of the order; none on the first page.
    pub values: Vec<RawCell>,
    /// Of the rows that are equal to these values, how many came already. Only where the order has no key in it.
    pub skip: u32,
}

/// The order of a query and the digest that its cursors carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The columns, the asked ones first.
    pub order: Vec<Step>,
    /// Rows may be equal in all of the order.
    pub duplicates: bool,
    /// Where the page itself starts.
    pub start: Start,
    query: [u8; 8],
}

impl Form {
    pub(crate) fn new(catalog: &Catalog, table: &Table, call: &Query, order: Order) -> Form {
        let mut digest = Sha256::new();
        digest.update(format!(
            "{}\0{}\0{}\0",
            catalog.dialect, table.schema, table.name
        ));
        for step in &order.steps {
            if let Some(column) = table.columns.get(step.column) {
                digest.update(format!(
                    "{}\0{}\0{}\0{}\0",
                    column.name, column.type_name, step.descending, step.exact
                ));
            }
        }
        digest.update(format!("{:?}", call.filter));
        Form {
            order: order.steps,
            duplicates: order.duplicates,
            start: Start::default(),
            query: eight(&digest.finalize()),
        }
    }

    pub(crate) fn starting(self, start: Start) -> Form {
        Form { start, ..self }
    }

    /// Writes the cursor of a page that starts here.
    pub fn write(&self, start: &Start) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.query);
        bytes.extend_from_slice(&start.skip.to_be_bytes());
        for value in &start.values {
            let (tag, content) = match value {
                RawCell::Null => (b'n', Vec::new()),
                RawCell::Text(text) => (b't', text.clone().into_bytes()),
                RawCell::Misfit(text) => (b'm', text.clone().into_bytes()),
                RawCell::Long(number) => (b'i', number.to_be_bytes().to_vec()),
                RawCell::Double(number) => (b'r', number.to_bits().to_be_bytes().to_vec()),
                RawCell::Bytes(bytes) => (b'b', bytes.clone()),
                RawCell::BadText(bytes) => (b'x', bytes.clone()),
            };
            bytes.push(tag);
            bytes.extend_from_slice(
                &u32::try_from(content.len())
                    .unwrap_or(u32::MAX)
                    .to_be_bytes(),
            );
            bytes.extend_from_slice(&content);
        }
        let check = eight(&Sha256::digest(&bytes));
        bytes.extend_from_slice(&check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of this query.
    pub(crate) fn read(&self, text: &str) -> Result<Start, PlanError> {
        let error = |kind| PlanError {
            kind,
            place: Place::default(),
        };
        let bytes = URL_SAFE_NO_PAD
            .decode(text.trim())
            .map_err(|_| error(PlanErrorKind::Cursor))?;
        let (body, check) = bytes
            .split_last_chunk::<8>()
            .ok_or_else(|| error(PlanErrorKind::Cursor))?;
        if eight(&Sha256::digest(body)) != *check {
            return Err(error(PlanErrorKind::Cursor));
        }
        let start = self
            .parse(body)
            .ok_or_else(|| error(PlanErrorKind::Cursor))?;
        // The checksum is right, so it is ours: what differs is the query.
        start
            .filter(|start| start.values.len() == self.order.len())
            .ok_or_else(|| error(PlanErrorKind::ForeignCursor))
    }

    /// `None`: not the form of a cursor; `Some(None)`: of another query.
    fn parse(&self, body: &[u8]) -> Option<Option<Start>> {
        let (version, rest) = body.split_first()?;
        let (query, rest) = rest.split_first_chunk::<8>()?;
        if *version != VERSION || *query != self.query {
            return Some(None);
        }
        let (skip, mut rest) = rest.split_first_chunk::<4>()?;
        let mut values = Vec::new();
        while let Some((tag, after)) = rest.split_first() {
            let (length, after) = after.split_first_chunk::<4>()?;
            let (content, after) =
                after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
            let text = || String::from_utf8(content.to_vec()).ok();
            values.push(match tag {
                b'n' => RawCell::Null,
                b't' => RawCell::Text(text()?),
                b'm' => RawCell::Misfit(text()?),
                b'i' => RawCell::Long(i64::from_be_bytes(content.try_into().ok()?)),
                b'r' => {
                    RawCell::Double(f64::from_bits(u64::from_be_bytes(content.try_into().ok()?)))
                }
                b'b' => RawCell::Bytes(content.to_vec()),
                b'x' => RawCell::BadText(content.to_vec()),
                _ => return None,
            });
            rest = after;
        }
        Some(Some(Start {
            values,
            skip: u32::from_be_bytes(*skip),
        }))
    }
}

const VERSION: u8 = 1;

fn eight(digest: &[u8]) -> [u8; 8] {
    digest.first_chunk::<8>().copied().unwrap_or_default()
}

/// Tells whether the answered cell of a column says exactly what is stored, so that a cursor can be made of it.
pub(crate) fn kept_by_cell(dialect: Dialect, column: &Column) -> bool {
    match dialect {
        Dialect::Postgres => matches!(
            column.sql_type.base(),
            SqlType::Integer { .. }
                | SqlType::Decimal { .. }
                | SqlType::Text { .. }
                | SqlType::Uuid
                | SqlType::Enum { .. }
        ),
        Dialect::Mysql => !is_numbered(dialect, column),
        // The storage class may be another than the declared type's.
        Dialect::Sqlite => false,
    }
}

/// Adds a column of the order as the cursor reads it.
pub(crate) fn raw_column(sql: &mut Sql, column: &Column) {
    match sql.dialect {
        Dialect::Postgres => {
            sql.name(&column.name).push("::text");
        }
        Dialect::Mysql if is_numbered(sql.dialect, column) => {
            sql.push("cast(").name(&column.name).push(" as unsigned)");
        }
        Dialect::Mysql if is_shown(&column.type_name) => {
            sql.shown(None, column);
        }
        _ => {
            sql.name(&column.name);
        }
    }
}
