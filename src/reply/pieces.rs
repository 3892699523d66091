//! A page that is written while it is sent: never all of its XML is in memory.
//!
//! Its rows are, and the database has done its part, so that nothing can go wrong any more.

use std::sync::Arc;

use bytes::Bytes;
use soapstone::soap::BODY_END;

use super::{Asker, Writer};
use crate::call::Query;
use crate::catalog::TableId;
use crate::principal::Principal;
use crate::rows::Rows;
use crate::served::Served;

/// From how many bytes of rows on an answer is worth being written in pieces.
pub const LARGE: usize = 256 << 10;

/// Bytes of a piece, about.
const PIECE: usize = 64 << 10;

/// The pieces of an envelope with a page in it.
pub struct Pieces {
    served: Arc<Served>,
    principal: Principal,
    /// The namespace of the operation.
    home: usize,
    table: TableId,
    left_out: Vec<usize>,
    rows: Rows,
    /// The next row to write.
    row: usize,
    /// What stands before the rows, until it is sent.
    head: String,
    /// What stands after them.
    tail: String,
}

impl Pieces {
    /// Takes the start of the envelope, the rows that a query found, and where the next page starts.
    pub fn new(
        served: &Arc<Served>,
        mut head: String,
        asker: Asker<'_>,
        query: &Query,
        (rows, next): (Rows, Option<String>),
    ) -> Pieces {
        let mut tail = String::new();
        let mut writer = Writer::of(asker, &mut head);
        writer.start_reply(asker.operation);
        let left_out = writer.left_out(query.table, &query.fields);
        let mut writer = Writer::of(asker, &mut tail);
        if let Some(next) = next {
            writer.element("nextCursor", &next);
        }
        writer.close("", &asker.operation.reply);
        tail.push_str(BODY_END);
        Pieces {
            served: Arc::clone(served),
            principal: asker.principal.clone(),
            home: asker.operation.namespace,
            table: query.table,
            left_out,
            rows,
            row: 0,
            head,
            tail,
        }
    }
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut out = String::with_capacity(PIECE + PIECE / 4);
        out.push_str(&std::mem::take(&mut self.head));
        let (catalog, contract) = (&self.served.catalog, &self.served.contract);
        let mut writer = Writer::new(catalog, contract, self.home, &self.principal, &mut out);
        while self.row < self.rows.len() && writer.out.len() < PIECE {
            writer.record(
                self.table,
                "",
                "record",
                &self.left_out,
                &self.rows,
                self.row,
            );
            self.row += 1;
        }
        if self.row == self.rows.len() {
            out.push_str(&std::mem::take(&mut self.tail));
        }
        (!out.is_empty()).then(|| Bytes::from(out))
    }
}
