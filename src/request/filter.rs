//! Reads a typed filter: an element of conditions for each column, and groups of filters.

use soapstone_schema::model::Builtin;

use super::cursor::{Cursor, RequestError, Slot};
use super::value;
use crate::call::{Condition, Filter, Value};
use crate::catalog::{Catalog, TableId};
use crate::contract::{Atomic, Conditions, Contract, Kind, conditions};

/// Reads a filter's content, to its end tag; the recursion is bounded by the reader's limit of depth.
pub(super) fn read(
    cursor: &mut Cursor<'_, '_>,
    catalog: &Catalog,
    contract: &Contract,
    id: TableId,
) -> Result<Filter, RequestError> {
    let (Some(sql), Some(table)) = (catalog.table(id), contract.tables.get(id.0)) else {
        return Err(cursor.error("UnknownOperation", "the table is not offered any more"));
    };
    let mut slots: Vec<Slot<'_>> = table
        .columns
        .iter()
        .map(|column| Slot::optional(&column.element))
        .collect();
    let columns = slots.len();
    slots.extend(["allOf", "anyOf", "noneOf"].map(Slot::many));
    let mut filter = Filter::default();
    cursor.sequence(
        contract.namespace(table.namespace),
        &slots,
        |cursor, index| {
            if let (Some(column), Some(sql)) = (table.columns.get(index), sql.columns.get(index)) {
                let conditions = conditions(contract, column, &sql.sql_type);
                return condition(
                    cursor,
                    contract,
                    table.namespace,
                    &conditions,
                    index,
                    &mut filter,
                );
            }
            let group = match index - columns {
                0 => &mut filter.all_of,
                1 => &mut filter.any_of,
                _ => &mut filter.none_of,
            };
            group.push(read(cursor, catalog, contract, id)?);
            Ok(())
        },
    )?;
    Ok(filter)
}

/// The operators in the schema's order; which of them a kind has follows from [`Conditions`].
const OPERATORS: &[&str] = &[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "between",
    "like",
    "startsWith",
    "contains",
    "isNull",
];

fn operators(conditions: &Conditions) -> Vec<Slot<'static>> {
    let has = |operator: &str| match conditions {
        Conditions::Null => operator == "isNull",
        Conditions::Equal(_) => matches!(operator, "eq" | "ne" | "isNull"),
        Conditions::Label(_) => matches!(operator, "eq" | "ne" | "in" | "isNull"),
        Conditions::Ordered(_) => !matches!(operator, "like" | "startsWith" | "contains"),
        Conditions::Text => true,
    };
    OPERATORS
        .iter()
        .filter(|operator| has(operator))
        .map(|operator| {
            if *operator == "in" {
                Slot::many(operator)
            } else {
                Slot::optional(operator)
            }
        })
        .collect()
}

fn condition(
    cursor: &mut Cursor<'_, '_>,
    contract: &Contract,
    table_namespace: usize,
    conditions: &Conditions,
    column: usize,
    filter: &mut Filter,
) -> Result<(), RequestError> {
    let plain = |builtin| (Atomic::new(builtin), table_namespace);
    let (atomic, namespace) = match conditions {
        Conditions::Null | Conditions::Text => plain(Builtin::String),
        Conditions::Equal(builtin) | Conditions::Ordered(builtin) => plain(*builtin),
        Conditions::Label(index) => match contract.types.get(*index) {
            Some(named) => match &named.kind {
                Kind::Atomic(atomic) => (atomic.clone(), named.namespace),
                _ => plain(Builtin::String),
            },
            None => plain(Builtin::String),
        },
    };
    let namespace = contract.namespace(namespace);
    let slots = operators(conditions);
    let one = |cursor: &mut Cursor<'_, '_>| -> Result<Value, RequestError> {
        let text = cursor.text()?;
        value::check(&atomic, text).map_err(|message| cursor.error("InvalidValue", message))
    };
    cursor.sequence(namespace, &slots, |cursor, index| {
        let operator = slots.get(index).map(Slot::name).unwrap_or_default();
        let condition = match operator {
            "eq" => Condition::Eq(one(cursor)?),
            "ne" => Condition::Ne(one(cursor)?),
            "lt" => Condition::Lt(one(cursor)?),
            "le" => Condition::Le(one(cursor)?),
            "gt" => Condition::Gt(one(cursor)?),
            "ge" => Condition::Ge(one(cursor)?),
            "in" => {
                let next = one(cursor)?;
                match filter.columns.last_mut() {
                    Some((last, Condition::In(values))) if *last == column => values.push(next),
                    _ => filter.columns.push((column, Condition::In(vec![next]))),
                }
                return Ok(());
            }
            "between" => {
                let (mut from, mut to) = (Value::Null, Value::Null);
                cursor.sequence(
                    namespace,
                    &[Slot::one("from"), Slot::one("to")],
                    |cursor, index| {
                        *(if index == 0 { &mut from } else { &mut to }) = one(cursor)?;
                        Ok(())
                    },
                )?;
                Condition::Between(from, to)
            }
            "like" => Condition::Like(cursor.text()?),
            "startsWith" => Condition::StartsWith(cursor.text()?),
            "contains" => Condition::Contains(cursor.text()?),
            _ => Condition::IsNull(value::boolean(cursor)?),
        };
        filter.columns.push((column, condition));
        Ok(())
    })
}
