//! Typed reading and writing of one large order, ours and quick-xml's, in one run: MB/s of XML, the best of several rounds.

use std::hint::black_box;
use std::time::Instant;

use orders::orders::{Currency, OrderLine, SubmitOrder, element};
use quick_xml::NsReader;
use quick_xml::events::Event;
use soapstone::codec::parse;
use soapstone::datatype::{DateTime, Decimal};

#[allow(dead_code, missing_docs)]
mod orders {
    soapstone::include_contract!("orders");
}

/// The same contract for quick-xml's serde; decimals and dates stay text, which spares it their checks.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename = "SubmitOrder", rename_all = "camelCase")]
struct SerdeOrder {
    order_id: String,
    customer: String,
    order_date: String,
    currency: SerdeCurrency,
    priority: i32,
    express: bool,
    discount: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default)]
    line: Vec<SerdeLine>,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum SerdeCurrency {
    Eur,
    Usd,
    Gbp,
    Chf,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct SerdeLine {
    line_no: i32,
    sku: String,
    description: String,
    quantity: i32,
    unit_price: String,
    taxable: bool,
    ship_date: String,
}

const ROUNDS: usize = 30;

fn main() {
    let order = order();
    let prefixed = element::SUBMIT_ORDER.write(&order);
    let indented = prefixed.replace("><", ">\n      <").replace(">\n      </o:lineNo", "></o:lineNo");
    let default = prefixed.replace("<o:", "<").replace("</o:", "</").replace("xmlns:o=", "xmlns=");
    for (name, text) in [("prefixed", &prefixed), ("indented", &indented), ("default namespace", &default)] {
        assert_eq!(element::SUBMIT_ORDER.read(text).as_ref(), Ok(&order), "{name}");
        let serde: SerdeOrder = quick_xml::de::from_str(text).unwrap();
        assert_eq!(serde.line.len(), order.line.len());
        println!("{name}, {} bytes", text.len());
        report("  in, ours", text.len(), || drop(black_box(element::SUBMIT_ORDER.read(black_box(text)))));
        report("  in, quick-xml events with namespaces", text.len(), || tokens(black_box(text)));
        report("  in, quick-xml serde", text.len(), || drop(black_box(quick_xml::de::from_str::<SerdeOrder>(black_box(text)))));
    }
    let serde: SerdeOrder = quick_xml::de::from_str(&prefixed).unwrap();
    let mut out = String::with_capacity(prefixed.len() * 2);
    report("out, ours", prefixed.len(), || {
        out.clear();
        element::SUBMIT_ORDER.write_to(black_box(&order), &mut out);
    });
    let length = quick_xml::se::to_string(&serde).unwrap().len();
    report("out, quick-xml serde", length, || drop(black_box(quick_xml::se::to_string(black_box(&serde)))));
}

/// An order of 1,000 lines.
fn order() -> SubmitOrder {
    let date = |text| DateTime::parse(text).unwrap();
    let line = (0..1000).map(|n| OrderLine {
        line_no: n,
        sku: format!("SKU-{n:06}"),
        description: format!("A thing of some use, number {n}"),
        quantity: n % 17 + 1,
        unit_price: Decimal::new(i128::from(n) * 101 + 99, 2),
        taxable: n % 3 == 0,
        ship_date: date("2024-05-06T07:08:09Z"),
    });
    SubmitOrder {
        order_id: "A-1".to_owned(),
        customer: "Fish & Sons".to_owned(),
        order_date: date("2024-05-06T07:08:09Z"),
        currency: Currency::Eur,
        priority: 3,
        express: true,
        discount: parse("2.50").unwrap(),
        note: None,
        line: line.collect(),
    }
}

fn tokens(text: &str) {
    let mut reader = NsReader::from_str(text);
    loop {
        match reader.read_resolved_event() {
            Ok((_, Event::Eof)) | Err(_) => return,
            Ok(event) => drop(black_box(event)),
        }
    }
}

fn report(name: &str, bytes: usize, mut run: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name:45} {:8.0} MB/s", bytes as f64 / best / 1e6);
}
