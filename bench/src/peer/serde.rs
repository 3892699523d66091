//! The contract for quick-xml's serde; decimals and dates stay text, which spares it their checks.

use serde::{Deserialize, Serialize};

/// `SubmitOrder`
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename = "SubmitOrder", rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Order {
    pub order_id: String,
    pub customer: String,
    pub order_date: String,
    pub currency: Currency,
    pub priority: i32,
    pub express: bool,
    pub discount: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default)]
    pub line: Vec<Line>,
}

/// `Currency`
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Currency {
    Eur,
    Usd,
    Gbp,
    Chf,
}

/// `OrderLine`
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

/// `ListedOrder`
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename = "ListedOrder")]
#[allow(missing_docs)]
pub struct Listed {
    #[serde(rename = "@orderId")]
    pub order_id: String,
    #[serde(default)]
    pub entry: Vec<ListedLine>,
}

/// `ListedLine`
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct ListedLine {
    #[serde(rename = "@lineNo")]
    pub line_no: i32,
    #[serde(rename = "@sku")]
    pub sku: String,
    #[serde(rename = "@quantity")]
    pub quantity: i32,
    #[serde(rename = "@unitPrice")]
    pub unit_price: String,
    #[serde(rename = "@taxable", default, skip_serializing_if = "Option::is_none")]
    pub taxable: Option<bool>,
    #[serde(rename = "@shipDate", default, skip_serializing_if = "Option::is_none")]
    pub ship_date: Option<String>,
    pub description: String,
}
