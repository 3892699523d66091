//! Start tags with attributes in every order, read attribute by attribute, by a list and by the general path.

use crate::codec::tests::NONE;
use crate::codec::{self, Element, QName, Reader, Result, Strictness, Type, Writer};
use crate::datatype::Decimal;
use crate::xml;

const NAMESPACES: &[codec::Namespace] = &[
    NONE,
    codec::Namespace {
        uri: "urn:o",
        prefix: "o",
        types: &[],
    },
];

crate::tags! {
    ORDER = 1 "o:order";
    LINE = 1 "o:line";
    NOTE = 1 "o:note";
}

#[derive(Debug, PartialEq)]
struct Order {
    lines: Vec<Line>,
}

impl Type for Order {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            lines: r.many(LINE)?,
        })
    }
    fn content(&self, _: &mut Writer) {}
}

#[derive(Debug, PartialEq)]
struct Line {
    count: i32,
    price: Option<Decimal>,
    a_kind_with_quite_a_long_name: Option<QName>,
    unit: String,
    note: Option<String>,
}

impl Type for Line {
    const ATTRIBUTES: bool = true;

    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            count: r.attribute("count")?,
            price: r.optional_attribute("price")?,
            a_kind_with_quite_a_long_name: r.optional_attribute("aKindWithQuiteALongName")?,
            unit: r.attribute_or("unit", "kg")?,
            note: r.option(NOTE)?,
        })
    }
    fn content(&self, _: &mut Writer) {}
}

fn read(document: &str) -> std::result::Result<Order, String> {
    let options = xml::Options::document();
    let read = Element::new(ORDER, NAMESPACES).read_with(document, &options, Strictness::Strict);
    read.map_err(|error| {
        let text = error.to_string();
        text.split(" (").next().unwrap_or_default().to_owned()
    })
}

/// What a start tag may say besides its name.
const SAID: [&str; 22] = [
    "",
    " ",
    "\n\t",
    r#" count="7""#,
    r#"  count="8""#,
    r#" count="x""#,
    r#"count="7""#,
    r#" count ="7""#,
    r#" count='7'"#,
    r#" count="&#55;""#,
    r#" price="1.50""#,
    r#" aKindWithQuiteALongName="o:a""#,
    r#" aKindWithQuiteALongName="p:a""#,
    r#" unit="m&amp;m""#,
    "\r\n unit=\"m\tm\"",
    r#" xmlns:o="urn:other""#,
    r#" xmlns:p="urn:q""#,
    r#" xmlns="urn:o""#,
    r#" xml:lang="en""#,
    r#" o:count="7""#,
    r#" other="1""#,
    r#" =="1""#,
];

#[test]
fn attributes_in_any_order_are_what_the_general_path_says() {
    let mut read_well = 0;
    let mut refused = 0;
    for end in [
        "/>",
        " />",
        "\n>\n</o:line>",
        "><o:note>a</o:note></o:line>",
        "><o:line>",
    ] {
        for first in SAID {
            for second in SAID {
                for third in SAID {
                    let document = format!(
                        r#"<o:order xmlns:o="urn:o" xmlns:p="urn:p"><o:line count="1"/><o:line{first}{second}{third}{end}<o:line unit="t" count="1"></o:line></o:order>"#
                    );
                    let fast = read(&document);
                    // Where there is a document type, nothing is predicted.
                    let general = read(&format!("<!DOCTYPE o:order>{document}"));
                    assert_eq!(fast, general, "{document}");
                    match fast {
                        Ok(_) => read_well += 1,
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    assert!(
        read_well > 1000 && refused > 10_000,
        "{read_well} {refused}"
    );
}

#[test]
fn defaults_of_the_document_type_hold_where_a_tag_stands_as_predicted() {
    let order = read(
        r#"<!DOCTYPE o:order [<!ATTLIST o:line unit CDATA "lb">]><o:order xmlns:o="urn:o"><o:line count="1"/><o:line count="2"><o:note>a</o:note></o:line><o:line count="3" unit="t"/></o:order>"#,
    )
    .unwrap();
    let units: Vec<_> = order.lines.iter().map(|line| line.unit.as_str()).collect();
    assert_eq!(units, ["lb", "lb", "t"]);
}
