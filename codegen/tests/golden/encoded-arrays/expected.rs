//! `urn:case`

use soapstone::{codec, datatype};

soapstone::encoded_array! {
/// `Dates`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dates(pub codec::Items<datatype::Date>): TYPE_DATE;
}

soapstone::encoded_array! {
/// `Names`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names(pub codec::Items<String>): TYPE_STRING;
}

/// `Node`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    pub name: String,
    pub nodes: Option<Nodes>,
}

impl codec::Type for Node {
    const NAME: Option<&'static codec::Tag> = Some(TYPE_NODE);
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            name: r.one(NAME)?,
            nodes: r.option(NODES)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NAME, &self.name);
        w.option(NODES, &self.nodes);
    }
}

soapstone::encoded_array! {
/// `Nodes`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nodes(pub codec::Items<Node>): TYPE_NODE;
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct R {
    pub names: Names,
    pub rows: Option<Rows>,
    pub table: Option<Table>,
    pub nodes: Option<Nodes>,
    pub dates: Option<Dates>,
}

impl codec::Type for R {
    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {
        Ok(Self {
            names: r.one(NAMES)?,
            rows: r.option(ROWS)?,
            table: r.option(TABLE)?,
            nodes: r.option(NODES)?,
            dates: r.option(DATES)?,
        })
    }
    fn content(&self, w: &mut codec::Writer) {
        w.one(NAMES, &self.names);
        w.option(ROWS, &self.rows);
        w.option(TABLE, &self.table);
        w.option(NODES, &self.nodes);
        w.option(DATES, &self.dates);
    }
}

soapstone::encoded_array! {
/// `Rows`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows(pub codec::Items<RowsItem>): TYPE_INT;
}

soapstone::encoded_array! {
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowsItem(pub codec::Items<i32>): TYPE_INT_2;
}

soapstone::encoded_array! {
/// `Table`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table(pub codec::Grid<i32, 2>): TYPE_INT_2;
}

soapstone::tags! {
    R_TAG = 1 "c:r";
    TYPE_NAMES = 1 "c:Names";
    TYPE_STRING = 3 "xs:string";
    NAMES = 0 "names";
    TYPE_ROWS = 1 "c:Rows";
    TYPE_INT = 3 "xs:int[]";
    TYPE_INT_2 = 3 "xs:int";
    ROWS = 0 "rows";
    TYPE_TABLE = 1 "c:Table";
    TABLE = 0 "table";
    TYPE_NODES = 1 "c:Nodes";
    TYPE_NODE = 1 "c:Node";
    NODES = 0 "nodes";
    TYPE_DATES = 1 "c:Dates";
    TYPE_DATE = 3 "xs:date";
    DATES = 0 "dates";
    NAME = 0 "name";
}

impl codec::Root for R {
    const ELEMENT: codec::Element<Self> = element::R;
}

/// The global elements: what a document or a message part can be.
pub mod element {
    use soapstone::{codec, datatype};

    pub const R: codec::Element<super::super::case::R> = codec::Element::new(super::super::case::R_TAG, super::super::NAMESPACES);
}
