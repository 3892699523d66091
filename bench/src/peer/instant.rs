//! The contract for instant-xml; decimals and dates stay text.

use instant_xml::{FromXml, ToXml};

/// `SubmitOrder`
#[derive(Debug, FromXml, ToXml)]
#[xml(
    rename = "SubmitOrder",
    rename_all = "camelCase",
    ns("http://example.com/orders", o = "http://example.com/orders")
)]
#[allow(missing_docs)]
pub struct Order {
    pub order_id: String,
    pub customer: String,
    pub order_date: String,
    pub currency: String,
    pub priority: i32,
    pub express: bool,
    pub discount: String,
    pub note: Option<String>,
    pub line: Vec<Line>,
}

/// `OrderLine`
#[derive(Debug, FromXml, ToXml)]
#[xml(
    rename = "line",
    rename_all = "camelCase",
    ns("http://example.com/orders", o = "http://example.com/orders")
)]
#[allow(missing_docs)]
pub struct Line {
    pub line_no: i32,
    pub sku: String,
    pub description: String,
    pub quantity: i32,
    pub unit_price: String,
    pub taxable: bool,
    pub ship_date: String,
}
