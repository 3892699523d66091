//! quick-xml's events with namespaces, read by hand into values with our exact decimals and dates; and its writer.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use soapstone::datatype::{Datatype, DateTime, Decimal};

use crate::document::NAMESPACE;

/// `SubmitOrder`
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Order {
    pub order_id: String,
    pub customer: String,
    pub order_date: Option<DateTime>,
    pub currency: String,
    pub priority: i32,
    pub express: bool,
    pub discount: Option<Decimal>,
    pub note: Option<String>,
    pub line: Vec<Line>,
}

/// `OrderLine`
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Line {
    pub line_no: i32,
    pub sku: String,
    pub description: String,
    pub quantity: i32,
    pub unit_price: Option<Decimal>,
    pub taxable: bool,
    pub ship_date: Option<DateTime>,
    pub said: Vec<String>,
}

type Read<T> = Result<T, String>;

/// Reads any of the roots.
pub fn read(text: &str) -> Read<Order> {
    let mut reader = NsReader::from_str(text);
    let mut order = Order::default();
    match child(&mut reader)? {
        Some(root) if local(&root) == "SubmitOrder" => read_order(&mut reader, &mut order)?,
        Some(root) if local(&root) == "ListedOrder" => {
            order.order_id = attribute(&root, "orderId")?;
            while let Some(entry) = child(&mut reader)? {
                order.line.push(read_entry(&mut reader, &entry)?);
            }
        }
        Some(root) if ["OpenOrder", "PricedOrder", "WideOrder"].contains(&local(&root)) => {
            while child(&mut reader)?.is_some() {
                order.line.push(read_line(&mut reader)?);
            }
        }
        _ => return Err("another root".to_owned()),
    }
    Ok(order)
}

fn read_order(reader: &mut NsReader<&[u8]>, order: &mut Order) -> Read<()> {
    while let Some(tag) = child(reader)? {
        match local(&tag) {
            "orderId" => order.order_id = string(reader)?,
            "customer" => order.customer = string(reader)?,
            "orderDate" => order.order_date = Some(value(reader)?),
            "currency" => {
                order.currency = string(reader)?;
                if !["EUR", "USD", "GBP", "CHF"].contains(&order.currency.as_str()) {
                    return Err("no currency".to_owned());
                }
            }
            "priority" => order.priority = value(reader)?,
            "express" => order.express = value(reader)?,
            "discount" => order.discount = Some(value(reader)?),
            "note" => order.note = Some(string(reader)?),
            "line" => order.line.push(read_line(reader)?),
            other => return Err(other.to_owned()),
        }
    }
    Ok(())
}

fn read_line(reader: &mut NsReader<&[u8]>) -> Read<Line> {
    let mut line = Line::default();
    'fields: while let Some(tag) = child(reader)? {
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            let text = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|e| e.to_string())?;
            match attribute.key.as_ref() {
                "xsi:nil" if text == "true" => {
                    string(reader)?;
                    continue 'fields;
                }
                _ => line.said.push(text.into_owned()),
            }
        }
        match local(&tag) {
            "shipTo" => {
                while child(reader)?.is_some() {
                    line.said.push(string(reader)?);
                }
            }
            "lineNo" => line.line_no = value(reader)?,
            "sku" => line.sku = string(reader)?,
            "description" => line.description = string(reader)?,
            "quantity" => line.quantity = value(reader)?,
            "unitPrice" => line.unit_price = Some(value(reader)?),
            "taxable" => line.taxable = value(reader)?,
            "shipDate" => line.ship_date = Some(value(reader)?),
            other => return Err(other.to_owned()),
        }
    }
    Ok(line)
}

fn read_entry(reader: &mut NsReader<&[u8]>, entry: &BytesStart<'_>) -> Read<Line> {
    let mut line = Line::default();
    for attribute in entry.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let text = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|e| e.to_string())?;
        match attribute.key.as_ref() {
            "lineNo" => line.line_no = parse(&text)?,
            "sku" => line.sku = text.into_owned(),
            "quantity" => line.quantity = parse(&text)?,
            "unitPrice" => line.unit_price = Some(parse(&text)?),
            "taxable" => line.taxable = parse(&text)?,
            "shipDate" => line.ship_date = Some(parse(&text)?),
            other => return Err(other.to_owned()),
        }
    }
    while let Some(tag) = child(reader)? {
        match local(&tag) {
            "description" => line.description = string(reader)?,
            other => return Err(other.to_owned()),
        }
    }
    Ok(line)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Read<String> {
    let found = tag.try_get_attribute(name).map_err(|e| e.to_string())?;
    let found = found.ok_or("an attribute is missing")?;
    Ok(found
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
        .map_err(|e| e.to_string())?
        .into_owned())
}

fn local<'t>(tag: &'t BytesStart<'_>) -> &'t str {
    tag.local_name().into_inner()
}

/// The next child's start tag; none at the parent's end.
fn child<'a>(reader: &mut NsReader<&'a [u8]>) -> Read<Option<BytesStart<'a>>> {
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|e| e.to_string())?;
        match event {
            Event::Start(tag) => {
                return if namespace == ResolveResult::Bound(Namespace(NAMESPACE)) {
                    Ok(Some(tag))
                } else {
                    Err("another namespace".to_owned())
                };
            }
            Event::End(_) => return Ok(None),
            Event::Eof => return Err("the document ends".to_owned()),
            _ => {}
        }
    }
}

/// The text up to the end tag.
fn text<'a>(reader: &mut NsReader<&'a [u8]>) -> Read<Cow<'a, str>> {
    let mut whole = Cow::Borrowed("");
    let add = |whole: &mut Cow<'a, str>, piece: Cow<'a, str>| {
        if whole.is_empty() {
            *whole = piece;
        } else {
            whole.to_mut().push_str(&piece);
        }
    };
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Text(text) => add(&mut whole, text.xml10_content()),
            Event::CData(text) => add(&mut whole, text.xml10_content()),
            Event::GeneralRef(reference) => {
                match reference.resolve_char_ref().map_err(|e| e.to_string())? {
                    Some(character) => whole.to_mut().push(character),
                    None => {
                        let name: &str = &reference;
                        whole.to_mut().push_str(
                            quick_xml::escape::resolve_predefined_entity(name)
                                .ok_or("an entity")?,
                        );
                    }
                }
            }
            Event::End(_) => return Ok(whole),
            Event::Comment(_) => {}
            _ => return Err("not text".to_owned()),
        }
    }
}

fn string(reader: &mut NsReader<&[u8]>) -> Read<String> {
    text(reader).map(Cow::into_owned)
}

fn value<T: Datatype>(reader: &mut NsReader<&[u8]>) -> Read<T> {
    parse(&text(reader)?)
}

fn parse<T: Datatype>(text: &str) -> Read<T> {
    T::parse(text).map_err(|e| e.to_string())
}

/// Writes an order.
pub fn write(order: &Order, out: &mut Vec<u8>) -> Read<()> {
    let mut writer = Writer::new(out);
    write_order(order, &mut writer).map_err(|e| e.to_string())
}

fn write_order(order: &Order, w: &mut Writer<&mut Vec<u8>>) -> std::io::Result<()> {
    let mut root = BytesStart::new("o:SubmitOrder");
    root.push_attribute(("xmlns:o", NAMESPACE));
    w.write_event(Event::Start(root))?;
    leaf(w, "o:orderId", &order.order_id)?;
    leaf(w, "o:customer", &order.customer)?;
    leaf(w, "o:orderDate", &lexical(&order.order_date))?;
    leaf(w, "o:currency", &order.currency)?;
    leaf(w, "o:priority", &order.priority.to_string())?;
    leaf(w, "o:express", &order.express.to_string())?;
    leaf(w, "o:discount", &lexical(&order.discount))?;
    if let Some(note) = &order.note {
        leaf(w, "o:note", note)?;
    }
    for line in &order.line {
        w.write_event(Event::Start(BytesStart::new("o:line")))?;
        leaf(w, "o:lineNo", &line.line_no.to_string())?;
        leaf(w, "o:sku", &line.sku)?;
        leaf(w, "o:description", &line.description)?;
        leaf(w, "o:quantity", &line.quantity.to_string())?;
        leaf(w, "o:unitPrice", &lexical(&line.unit_price))?;
        leaf(w, "o:taxable", &line.taxable.to_string())?;
        leaf(w, "o:shipDate", &lexical(&line.ship_date))?;
        w.write_event(Event::End(BytesEnd::new("o:line")))?;
    }
    w.write_event(Event::End(BytesEnd::new("o:SubmitOrder")))
}

fn leaf(w: &mut Writer<&mut Vec<u8>>, name: &str, text: &str) -> std::io::Result<()> {
    w.write_event(Event::Start(BytesStart::new(name)))?;
    w.write_event(Event::Text(BytesText::new(text)))?;
    w.write_event(Event::End(BytesEnd::new(name)))
}

fn lexical<T: Datatype>(value: &Option<T>) -> String {
    value.as_ref().map(Datatype::lexical).unwrap_or_default()
}
