//! The flows of the storms, as files.

/// A flow, with what differs in capitals.
pub(crate) const FLOW: &str = r#"
[source]
table = "orders"
each = "EACH"
ERP
[write]
erp_number = "reference"
[policy]
idempotent = IDEMPOTENT
concurrency = CONCURRENCY
attempts = 100
backoff_seconds = 0.2
backoff_limit_seconds = 2
circuit_failures = 50
circuit_seconds = 0.5
connect_seconds = 1
first_byte_seconds = 1
whole_seconds = 2
"#;

/// How orders reach the ERP of these runs.
pub(crate) const OWN: &str = r#"
[sink]
wsdl = "erp.wsdl"
operation = "PlaceOrder"
address = "ADDRESS"
[map]
"requestId" = "message_id"
"number" = "record.number"
"customer" = "record.customer"
[answer]
duplicate = "answer.duplicate"
reference = "answer.erpNumber"
"#;

/// How orders are looked up in it.
pub(crate) const OWN_LOOK_UP: &str = r#"
[look_up]
operation = "FindOrder"
found = "has(answer.erpNumber)"
reference = "answer.erpNumber"
after_seconds = 1.5
[look_up.map]
"requestId" = "message_id"
"#;

/// How orders reach the sample ERP.
pub(crate) const SAMPLE: &str = r#"
[sink]
wsdl = "sample-erp.wsdl"
operation = "SubmitOrder"
[map]
"Order/ExternalReference" = "message_id"
"Order/Customer/CustomerNumber" = "'C-1'"
"Order/Customer/Name" = "record.customer"
"Order/OrderDate" = "'2026-01-01'"
"Order/Currency" = "'EUR'"
"Order/Lines/Line[]" = "[1]"
"Order/Lines/Line[]/@lineNumber" = "Line"
"Order/Lines/Line[]/ItemNumber" = "'SKU-1'"
"Order/Lines/Line[]/Quantity" = "'1.5'"
"Order/Lines/Line[]/UnitPrice" = "'9.99'"
"Order/Comment" = "record.number"
[answer]
duplicate = "has(fault.detail.DuplicateOrder)"
reference = "fault == null ? answer.Confirmation.OrderNumber : fault.detail.DuplicateOrder.Existing.OrderNumber"
"#;

/// How orders are looked up in it.
pub(crate) const SAMPLE_LOOK_UP: &str = r#"
[look_up]
operation = "FindOrderByReference"
found = "has(answer.Confirmation)"
reference = "answer.Confirmation.OrderNumber"
after_seconds = 1.5
[look_up.map]
"ExternalReference" = "message_id"
"#;
