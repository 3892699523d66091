//! Leaves with attributes, read in one step and by the general path.

use crate::codec::tag::NamedType;
use crate::codec::tests::NONE;
use crate::codec::{self, Element, Nillable, QName, Reader, Result, Strictness, Type, Writer};
use crate::datatype::Decimal;
use crate::xml;

crate::newtype! {
    struct Price(Decimal): min_inclusive("0"), fraction_digits(2);
}
crate::newtype! {
    struct Low(Price): max_inclusive("5");
}

const NAMESPACES: &[codec::Namespace] = &[
    NONE,
    codec::Namespace {
        uri: "urn:o",
        prefix: "o",
        types: &[
            NamedType::of::<Price>("Price", None, "decimal"),
            NamedType::of::<Low>("Low", Some(1), "Price"),
        ],
    },
];

crate::tags! {
    ORDER = 1 "o:order";
    QTY = 1 "o:qty";
    PRICE = 1 "o:price";
    KIND = 1 "o:kind";
    RATE = 1 "o:rate";
    NOTE = 1 "o:note";
}

#[derive(Debug, PartialEq)]
struct Order {
    qty: Option<i32>,
    price: Vec<Price>,
    kind: Option<QName>,
    rates: Vec<Nillable<Price>>,
    note: Option<String>,
}

impl Type for Order {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            qty: r.option(QTY)?,
            price: r.many(PRICE)?,
            kind: r.option(KIND)?,
            rates: r.many(RATE)?,
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

/// What a start tag may say besides its name: most of it alone is right somewhere, and little of it is twice.
const SAID: [&str; 21] = [
    "",
    " ",
    r#" xsi:type="xsd:int""#,
    r#" xsi:type="xsd:decimal""#,
    r#" xsi:type="o:Price""#,
    r#" xsi:type="o:Low""#,
    r#" xsi:type="p:Low""#,
    r#" xsi:type="xsd:QName""#,
    r#" xsi:type=" xsd:int""#,
    r#" xsi:type="xsd&#58;int""#,
    r#" xsi:type='xsd:int'"#,
    r#" xsi:nil="false""#,
    r#" xsi:nil="true""#,
    r#" xsi:nil="true" "#,
    r#" xmlns:o="urn:o""#,
    r#" xmlns:o="urn:other""#,
    r#" xmlns:p="urn:o""#,
    r#" xmlns="urn:o""#,
    r#" xmlns:xsd="urn:o""#,
    r#" xmlns:xsi="urn:o""#,
    r#" other="1""#,
];

/// Reads by prediction and by the general path, which must agree.
fn read_both_ways(document: &str) -> std::result::Result<Order, String> {
    let fast = read(document);
    // Where there is a document type, nothing is predicted.
    let general = read(&format!("<!DOCTYPE o:order>{document}"));
    assert_eq!(fast, general, "{document}");
    fast
}

#[test]
fn leaves_with_attributes_are_what_the_general_path_says() {
    let mut read_well = 0;
    let mut refused = 0;
    for prefix in ["o:", "p:", ""] {
        for first in SAID {
            for second in SAID {
                for again in SAID {
                    let document = format!(
                        r#"<o:order xmlns:o="urn:o" xmlns:p="urn:p" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><{prefix}qty{again}>7</{prefix}qty><{prefix}price{first}{second}>7.5</{prefix}price><o:price{again}>9.50</o:price><{prefix}price{again}>1</{prefix}price><o:kind{again}>o:a</o:kind><{prefix}note{first}{second}/></o:order>"#
                    );
                    match read_both_ways(&document) {
                        Ok(_) => read_well += 1,
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    assert!(read_well > 200 && refused > 2000, "{read_well} {refused}");
}

#[test]
fn leaves_that_may_be_nil_are_what_the_general_path_says() {
    let mut nil = 0;
    let mut refused = 0;
    for prefix in ["o:", "p:", ""] {
        for first in SAID {
            for second in SAID {
                for end in ["/>", "></", ">4</", "> </", "><!-- --></"] {
                    let end = match end.strip_suffix("</") {
                        Some(text) => format!("{text}</{prefix}rate>"),
                        None => end.to_owned(),
                    };
                    let document = format!(
                        r#"<o:order xmlns:o="urn:o" xmlns:p="urn:p" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><o:rate xsi:nil="true"/><{prefix}rate{first}{second}{end}<o:rate xsi:nil="true" /><{prefix}rate{second}{end}</o:order>"#
                    );
                    match read_both_ways(&document) {
                        Ok(order) => {
                            assert_eq!(order.rates.len(), 4);
                            nil += order.rates.iter().filter(|r| r.as_ref().is_none()).count();
                        }
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    assert!(nil > 500 && refused > 2000, "{nil} {refused}");
}

/// What may stand behind the elements of an order, at the very end of a short document.
const BEHIND: [&str; 12] = [
    "",
    "<o:x/>",
    "<o:not/>",
    "<o:notes>a</o:notes>",
    "<q:note>a</q:note>",
    "<o:ofANameThatIsLongerThanThreeTimesSixteenBytesAndEndsHere/>",
    "<o:1/>",
    "<o:note:a/>",
    "<o:é/>",
    "<o:qty=\"1\"/>",
    "text",
    "<",
];

#[test]
fn elements_that_are_absent_are_what_the_general_path_says() {
    let elements = [
        ("qty", "7"),
        ("price", "7.5"),
        ("kind", "o:a"),
        ("rate", "1"),
        ("note", "a"),
    ];
    let mut read_well = 0;
    let mut refused = 0;
    for present in 0..1 << elements.len() {
        for prefixes in [["o:", "o:"], ["o:", "p:"], ["", "p:"], ["o:", "q:"]] {
            for space in ["", "\n  ", " <!-- --> "] {
                for behind in BEHIND {
                    let children: String = elements
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| present >> at & 1 == 1)
                        .map(|(at, (name, value))| {
                            let prefix = prefixes[at % 2];
                            format!("{space}<{prefix}{name}>{value}</{prefix}{name}>")
                        })
                        .collect();
                    let document = format!(
                        r#"<o:order xmlns:o="urn:o" xmlns:p="urn:o" xmlns:q="urn:q" xmlns="urn:o">{children}{space}{behind}</o:order>"#
                    );
                    match read_both_ways(&document) {
                        Ok(order) => {
                            assert_eq!(order.qty.is_some(), present & 1 == 1, "{document}");
                            assert_eq!(order.note.is_some(), present >> 4 == 1, "{document}");
                            read_well += 1;
                        }
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    assert!(read_well > 250 && refused > 3000, "{read_well} {refused}");
}

#[test]
fn a_binding_that_is_made_again_changes_nothing_and_is_made_once() {
    let order = |attributes: &str| {
        read(&format!(
            r#"<order xmlns="urn:o"><qty xmlns="urn:o">1</qty><price {attributes}>2</price></order>"#
        ))
    };
    assert!(order(r#"xmlns="urn:o""#).is_ok());
    for twice in [
        r#"xmlns="urn:o" xmlns="urn:o""#,
        r#"xmlns="urn:o" xmlns="urn:p""#,
        r#"xmlns="urn:p" xmlns="urn:o""#,
        r#"xmlns="urn:o" xmlns:p="urn:p" xmlns="urn:o""#,
    ] {
        let error = order(twice).unwrap_err();
        assert!(error.contains("xmlns"), "{error}");
    }
}
