//! Reads what asks for records: filters, order, fields, relations, pages.

use super::cursor::{Cursor, RequestError, Slot};
use super::{Request, column, filter, value};
use crate::call::{Call, Expand, Filter, OrderBy, Query};
use crate::catalog::TableId;
use crate::changes::Changes;
use crate::config::nearest;
use crate::contract::Table;

impl<'c> Request<'c> {
    pub(super) fn query(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        table: &'c Table,
    ) -> Result<Call, RequestError> {
        const SLOTS: &[Slot<'static>] = &[
            Slot::optional("filter"),
            Slot::many("orderBy"),
            Slot::many("field"),
            Slot::many("expand"),
            Slot::optional("pageSize"),
            Slot::optional("cursor"),
        ];
        let mut query = Query {
            table: id,
            filter: None,
            order: Vec::new(),
            fields: Vec::new(),
            expand: Vec::new(),
            page_size: None,
            cursor: None,
        };
        cursor.sequence(self.namespace, SLOTS, |cursor, index| {
            match index {
                0 => query.filter = Some(self.filter(cursor, id)?),
                1 => query.order.push(self.order_by(cursor, table)?),
                2 => query.fields.push(column(cursor, table)?),
                3 => self.expand(cursor, id, &mut query.expand)?,
                4 => query.page_size = Some(page_size(cursor)?),
                _ => query.cursor = Some(cursor.text()?),
            }
            Ok(())
        })?;
        Ok(Call::Query(query))
    }

    fn filter(&self, cursor: &mut Cursor<'_, '_>, id: TableId) -> Result<Filter, RequestError> {
        cursor.strictly(|cursor| filter::read(cursor, self.catalog, self.contract, id))
    }

    fn order_by(
        &self,
        cursor: &mut Cursor<'_, '_>,
        table: &'c Table,
    ) -> Result<OrderBy, RequestError> {
        let mut order = OrderBy {
            column: 0,
            descending: false,
        };
        cursor.sequence(
            self.namespace,
            &[Slot::one("field"), Slot::optional("descending")],
            |cursor, index| {
                match index {
                    0 => order.column = column(cursor, table)?,
                    _ => order.descending = value::boolean(cursor)?,
                }
                Ok(())
            },
        )?;
        Ok(order)
    }

    /// Adds a path of relations to the tree of what is to be expanded.
    pub(super) fn expand(
        &self,
        cursor: &mut Cursor<'_, '_>,
        table: TableId,
        into: &mut Vec<Expand>,
    ) -> Result<(), RequestError> {
        let text = cursor.text()?;
        let mut into = into;
        let mut at = table;
        for name in text.trim().split('/') {
            let known = self
                .contract
                .tables
                .get(at.0)
                .map(|table| table.relations.as_slice())
                .unwrap_or_default();
            let Some(relation) = known.iter().position(|relation| **relation == *name) else {
                let message =
                    match nearest(name, &known.iter().map(|name| &**name).collect::<Vec<_>>()) {
                        Some(near) => format!("{name:?} is no relation; did you mean {near:?}?"),
                        None => {
                            format!("{name:?} is no relation; known here: {}", known.join(", "))
                        }
                    };
                return Err(cursor.error("UnknownName", message));
            };
            let place = match into.iter().position(|expand| expand.relation == relation) {
                Some(place) => place,
                None => {
                    into.push(Expand {
                        relation,
                        expand: Vec::new(),
                    });
                    into.len() - 1
                }
            };
            let (Some(expand), Some(next)) = (
                into.get_mut(place),
                self.catalog
                    .table(at)
                    .and_then(|table| table.relations.get(relation)),
            ) else {
                return Err(cursor.error("UnknownName", "the relation is not offered any more"));
            };
            into = &mut expand.expand;
            at = next.table;
        }
        Ok(())
    }

    pub(super) fn count(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
        _: &'c Table,
    ) -> Result<Call, RequestError> {
        let mut found = None;
        cursor.sequence(self.namespace, &[Slot::optional("filter")], |cursor, _| {
            found = Some(self.filter(cursor, id)?);
            Ok(())
        })?;
        Ok(Call::Count {
            table: id,
            filter: found,
        })
    }

    pub(super) fn changes(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        id: TableId,
    ) -> Result<Changes, RequestError> {
        let mut changes = Changes {
            table: id,
            since: None,
            page_size: None,
        };
        cursor.sequence(
            self.namespace,
            &[Slot::optional("since"), Slot::optional("pageSize")],
            |cursor, index| {
                match index {
                    0 => changes.since = Some(cursor.text()?),
                    _ => changes.page_size = Some(page_size(cursor)?),
                }
                Ok(())
            },
        )?;
        Ok(changes)
    }
}

fn page_size(cursor: &mut Cursor<'_, '_>) -> Result<u64, RequestError> {
    let text = cursor.text()?;
    match text.trim().parse::<i32>() {
        Ok(size) if size > 0 => Ok(u64::from(size.unsigned_abs())),
        _ => Err(cursor.error(
            "InvalidValue",
            format!(
                "{:?} is no page size: a whole number from 1",
                value::shortened(text.trim())
            ),
        )),
    }
}
