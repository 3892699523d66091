//! The contract for yaserde; decimals and dates stay text.

use yaserde_derive::{YaDeserialize, YaSerialize};

/// `SubmitOrder`
#[derive(Debug, Default, YaDeserialize, YaSerialize)]
#[yaserde(rename = "SubmitOrder", prefix = "o", namespaces = {"o" = "http://example.com/orders"})]
#[allow(missing_docs)]
pub struct Order {
    #[yaserde(prefix = "o", rename = "orderId")]
    pub order_id: String,
    #[yaserde(prefix = "o")]
    pub customer: String,
    #[yaserde(prefix = "o", rename = "orderDate")]
    pub order_date: String,
    #[yaserde(prefix = "o")]
    pub currency: String,
    #[yaserde(prefix = "o")]
    pub priority: i32,
    #[yaserde(prefix = "o")]
    pub express: bool,
    #[yaserde(prefix = "o")]
    pub discount: String,
    #[yaserde(prefix = "o")]
    pub note: Option<String>,
    #[yaserde(prefix = "o")]
    pub line: Vec<Line>,
}

/// `OrderLine`
#[derive(Debug, Default, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "o", namespaces = {"o" = "http://example.com/orders"})]
#[allow(missing_docs)]
pub struct Line {
    #[yaserde(prefix = "o", rename = "lineNo")]
    pub line_no: i32,
    #[yaserde(prefix = "o")]
    pub sku: String,
    #[yaserde(prefix = "o")]
    pub description: String,
    #[yaserde(prefix = "o")]
    pub quantity: i32,
    #[yaserde(prefix = "o", rename = "unitPrice")]
    pub unit_price: String,
    #[yaserde(prefix = "o")]
    pub taxable: bool,
    #[yaserde(prefix = "o", rename = "shipDate")]
    pub ship_date: String,
}
