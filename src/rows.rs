//! Rows as they were read: one buffer of text, one of bytes, one list of cells; no allocation for a value.
//!
//! It only holds what [`crate::run`] pushed; walking it is how an answer is written.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Rows of one table, or of a routine, with their related rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// What each cell of a row is: indexes of the table's columns, or of the routine's row fields.
    columns: Arc<[usize]>,
    /// What is text, apart from what is not: it is read as it was checked when it was pushed.
    text: String,
    bytes: Vec<u8>,
    /// What is being written, before it is text.
    scratch: Vec<u8>,
    cells: Vec<Slot>,
    /// Where each row's cells start in `cells`.
    starts: Vec<usize>,
    /// Each row's version in `text`.
    versions: Vec<(u32, u32)>,
    /// Related rows, one for each expanded relation.
    pub related: Vec<Related>,
}

/// The rows of one expanded relation, for all the rows of the table that they belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// Index in the table's relations.
    pub relation: usize,
    /// Every related row once.
    pub rows: Rows,
    /// For each row of the outer table, the indexes of its related rows in [`Related::rows`], in the order of their key.
    pub of: Vec<Vec<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Slot {
    Null,
    Text(u32, u32),
    Bytes(u32, u32),
    Misfit(u32, u32),
    /// A list or composite: that many slots follow (those inside them included).
    List(u32),
    Fields(u32),
}

/// One cell of a row.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// The lexical form of its XSD type; holds only characters that XML 1.0 has.
    Text(&'a str),
    /// Bytes of a bytes column.
    Bytes(&'a [u8]),
    /// A stored value that its XSD type cannot hold, exactly as the database gave it; mostly text.
    Misfit(&'a [u8]),
    /// The items of an array or set.
    List(Cells<'a>),
    /// The fields of a composite, all of them, in order.
    Fields(Cells<'a>),
}

/// Cells in order.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    rows: &'a Rows,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        if self.at >= self.end {
            return None;
        }
        let slot = *self.rows.cells.get(self.at)?;
        self.at += 1;
        Some(match slot {
            Slot::Null => Cell::Null,
            Slot::Text(start, end) => Cell::Text(self.rows.text(start, end)),
            Slot::Bytes(start, end) => Cell::Bytes(self.rows.bytes(start, end)),
            Slot::Misfit(start, end) => Cell::Misfit(self.rows.bytes(start, end)),
            Slot::List(count) => Cell::List(self.inside(count)),
            Slot::Fields(count) => Cell::Fields(self.inside(count)),
        })
    }
}

impl<'a> Cells<'a> {
    fn inside(&mut self, count: u32) -> Cells<'a> {
        let start = self.at;
        self.at = (start + count as usize).min(self.end);
        Cells {
            rows: self.rows,
            at: start,
            end: self.at,
        }
    }
}

impl Rows {
    /// Starts rows that will hold these columns.
    pub fn new(columns: Arc<[usize]>) -> Rows {
        Rows {
            columns,
            ..Rows::default()
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Tells whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The columns that the cells of each row stand for, in order.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The cells of a row; none where there is no such row.
    pub fn row(&self, index: usize) -> Cells<'_> {
        let at = self.starts.get(index).copied().unwrap_or(self.cells.len());
        let end = self
            .starts
            .get(index + 1)
            .copied()
            .unwrap_or(self.cells.len());
        Cells {
            rows: self,
            at,
            end,
        }
    }

    /// The cell of one column in a row.
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        let place = self.columns.iter().position(|c| *c == column)?;
        self.row(row).nth(place)
    }

    /// The version of a row; empty where the table keeps none.
    pub fn version(&self, row: usize) -> &str {
        self.versions
            .get(row)
            .map(|(start, end)| self.text(*start, *end))
            .unwrap_or_default()
    }

    /// The bytes that the rows take, related ones left out.
    pub fn size(&self) -> usize {
        self.text.len() + self.bytes.len() + self.cells.len() * size_of::<Slot>()
    }

    fn text(&self, start: u32, end: u32) -> &str {
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    fn bytes(&self, start: u32, end: u32) -> &[u8] {
        self.bytes
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }
}

/// Pushing, in order: the cells of a row, then [`Rows::end_row`].
impl Rows {
    /// Adds NULL.
    pub fn push_null(&mut self) {
        self.cells.push(Slot::Null);
    }

    /// Adds a text, or a misfit where XML has not all of its characters.
    pub fn push_text(&mut self, text: &str) {
        if in_xml(text) {
            let range = self.append_text(text);
            self.cells.push(Slot::Text(range.0, range.1));
        } else {
            self.push_misfit(text.as_bytes());
        }
    }

    /// Adds a text of ASCII characters that are known to be plain, written by `write`.
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        write(&mut scratch);
        let range = self.append_text(std::str::from_utf8(&scratch).unwrap_or_default());
        self.cells.push(Slot::Text(range.0, range.1));
        scratch.clear();
        self.scratch = scratch;
    }

    /// Adds bytes.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        let range = self.append(bytes);
        self.cells.push(Slot::Bytes(range.0, range.1));
    }

    /// Adds a value that its type cannot hold.
    pub fn push_misfit(&mut self, bytes: &[u8]) {
        let range = self.append(bytes);
        self.cells.push(Slot::Misfit(range.0, range.1));
    }

    /// Adds a list; `items` pushes what is in it.
    pub fn push_list<E>(
        &mut self,
        items: impl FnOnce(&mut Rows) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = self.cells.len();
        self.cells.push(Slot::List(0));
        items(self)?;
        self.close(place, Slot::List);
        Ok(())
    }

    /// Adds a composite; `fields` pushes its fields, all of them in order.
    pub fn push_fields<E>(
        &mut self,
        fields: impl FnOnce(&mut Rows) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = self.cells.len();
        self.cells.push(Slot::Fields(0));
        fields(self)?;
        self.close(place, Slot::Fields);
        Ok(())
    }

    /// Ends a row whose cells have all been pushed since the last end.
    pub fn end_row(&mut self, start: usize, version: &str) {
        self.starts.push(start);
        let range = self.append_text(version);
        self.versions.push(range);
    }

    /// A digest of the cells pushed since the mark, as a row's version: equal cells have equal digests.
    pub(crate) fn digest(&self, mark: usize) -> String {
        let mut digest = Sha256::new();
        for slot in self.cells.get(mark..).unwrap_or_default() {
            let (tag, content) = match *slot {
                Slot::Null => (0_u8, &[][..]),
                Slot::Text(start, end) => (1, self.text(start, end).as_bytes()),
                Slot::Bytes(start, end) => (2, self.bytes(start, end)),
                Slot::Misfit(start, end) => (3, self.bytes(start, end)),
                Slot::List(_) => (4, &[][..]),
                Slot::Fields(_) => (5, &[][..]),
            };
            let size = match *slot {
                Slot::List(count) | Slot::Fields(count) => u64::from(count),
                _ => content.len() as u64,
            };
            digest.update([tag]);
            digest.update(size.to_be_bytes());
            digest.update(content);
        }
        URL_SAFE_NO_PAD.encode(digest.finalize().get(..16).unwrap_or_default())
    }

    /// Where the next cell will stand: what [`Rows::end_row`] takes, asked before the row's first cell.
    pub fn mark(&self) -> usize {
        self.cells.len()
    }

    /// Drops what was pushed since the mark, as after a value that turned out not to fit.
    pub fn rewind(&mut self, mark: usize) {
        self.cells.truncate(mark);
    }

    /// Drops the rows from this index on.
    pub fn truncate(&mut self, rows: usize) {
        if let Some(start) = self.starts.get(rows) {
            self.cells.truncate(*start);
            self.starts.truncate(rows);
            self.versions.truncate(rows);
        }
    }

    fn close(&mut self, place: usize, slot: fn(u32) -> Slot) {
        let inside = (self.cells.len() - place - 1) as u32;
        if let Some(cell) = self.cells.get_mut(place) {
            *cell = slot(inside);
        }
    }

    fn append_text(&mut self, text: &str) -> (u32, u32) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    fn append(&mut self, bytes: &[u8]) -> (u32, u32) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        (start, self.bytes.len() as u32)
    }
}

/// Tells whether XML 1.0 has every character of the text (XML 1.0, 2.2).
pub fn in_xml(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !bytes
        .iter()
        .any(|byte| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0xEF)
    {
        return true;
    }
    text.chars().all(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
}
