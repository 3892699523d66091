//! The form of JSON, by shapes as generated code tells them.
#![allow(clippy::unwrap_used)]

mod corners;

use serde_json::json;

use crate::codec::{self, AnyType, Nillable, Reader, Result, Tag, Type, Writer};
use crate::datatype::{Date, Decimal};

const NAMESPACES: &[codec::Namespace] = &[
    codec::Namespace {
        uri: "",
        prefix: "",
        types: &[],
    },
    codec::Namespace {
        uri: "urn:o",
        prefix: "o",
        types: &[],
    },
];
const LINE: &Tag = &Tag::new(1, "o:line", "<o:line>", "</o:line>");
const TOTAL: &Tag = &Tag::new(1, "o:total", "<o:total>", "</o:total>");
const DAY: &Tag = &Tag::new(1, "o:day", "<o:day>", "</o:day>");

#[derive(Debug, Clone, PartialEq)]
struct Line {
    unit: Option<String>,
    value: Decimal,
}

impl Type for Line {
    const ATTRIBUTES: bool = true;
    fn read(r: &mut Reader<'_>) -> Result<Line> {
        Ok(Line {
            unit: r.optional_attribute("unit")?,
            value: r.value()?,
        })
    }
    fn attributes(&self, w: &mut Writer) {
        w.optional_attribute("unit", &self.unit);
    }
    fn content(&self, w: &mut Writer) {
        w.value(&self.value);
    }
}

crate::json_type!(
    Line,
    NAMESPACES,
    [crate::json::Attribute {
        key: "unit",
        tag: None,
        shape: <String as crate::json::Json>::shape,
    }],
    crate::json::Content::Value(<Decimal as crate::json::Json>::shape)
);

#[derive(Debug, Clone, PartialEq)]
struct Order {
    line: Vec<Nillable<Line>>,
    total: Option<Decimal>,
    day: Date,
}

impl Type for Order {
    fn read(r: &mut Reader<'_>) -> Result<Order> {
        Ok(Order {
            line: r.many(LINE)?,
            total: r.option(TOTAL)?,
            day: r.one(DAY)?,
        })
    }
    fn content(&self, w: &mut Writer) {
        w.many(LINE, &self.line);
        w.option(TOTAL, &self.total);
        w.one(DAY, &self.day);
    }
}

crate::json_type!(
    Order,
    NAMESPACES,
    [],
    crate::json::Content::Elements(&[
        crate::json::Entry::Field {
            key: "line",
            tag: LINE,
            repeated: true,
            shape: <Nillable<Line> as crate::json::Json>::shape,
        },
        crate::json::Entry::Field {
            key: "total",
            tag: TOTAL,
            repeated: false,
            shape: <Decimal as crate::json::Json>::shape,
        },
        crate::json::Entry::Field {
            key: "day",
            tag: DAY,
            repeated: false,
            shape: <Date as crate::json::Json>::shape,
        },
    ])
);

#[test]
fn numbers_keep_their_digits_and_nil_is_null() {
    let json = json!({
        "line": [{"@unit": "kg", "$": serde_json::from_str::<serde_json::Value>("1234567890123456.78").unwrap()}, 2, null],
        "day": "2026-02-03",
    });
    let order: Order = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(order.line.len(), 3);
    assert_eq!(order.line.get(2), Some(&Nillable::Nil));
    assert_eq!(serde_json::to_value(&order).unwrap(), json);
    assert!(
        serde_json::to_string(&order)
            .unwrap()
            .contains("1234567890123456.78")
    );
}

#[test]
fn what_is_wrong_is_told_with_its_path() {
    let cases = [
        (
            json!({"line": [{"@unit": "kg", "$": "x"}], "day": "2026-02-03"}),
            "line",
        ),
        (
            json!({"day": "2026-02-03", "lines": []}),
            "unknown name \"lines\"; known: line, total, day",
        ),
        (json!({}), "<day>"),
        (json!(1), "value: expected an object"),
        (json!({"day": {"x": 1}}), "day"),
        (
            json!({"line": [{"@a=\"1\" b": "x", "$": 1}], "day": "2026-02-03"}),
            r#"unknown name "@a=\"1\" b"; known: unit"#,
        ),
    ];
    for (json, expected) in cases {
        let error = crate::json::from_value::<Order>(&json)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{json}: {error}");
    }
}

#[test]
fn an_attribute_has_a_name() {
    for key in [
        "@",
        "@a b",
        "@p:a",
        "@xmlns",
        "@{urn:x",
        "@{urn:x}a:b",
        "@{http://www.w3.org/2000/xmlns/}p",
        "@a=\"1\"><line",
    ] {
        let json = json!({(key): "x", "$": 1});
        let error = crate::json::from_value::<Line>(&json).unwrap_err();
        assert!(
            matches!(&error, crate::json::JsonError::Unknown { key: told, .. } if told == key),
            "{key}: {error}"
        );
    }
}

#[test]
fn open_content_may_declare_what_the_document_does() {
    let xml = r#"<any xmlns:o="urn:o" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" at="1" xsi:nil="true"/>"#;
    for json in [
        json!({"$xml": xml}),
        json!({"$type": "{urn:o}Line", "$xml": xml}),
    ] {
        let open: Nillable<AnyType> = crate::json::from_value(&json).unwrap();
        assert!(matches!(open, Nillable::NilWith(_)), "{open:?}");
        let again: Nillable<AnyType> =
            crate::json::from_value(&crate::json::to_value(&open).unwrap()).unwrap();
        assert_eq!(again, open);
    }
}

#[test]
fn the_type_of_open_content_keeps_its_namespace_whatever_the_xml_declares() {
    for xml in [
        r#"<any a="1>0" xmlns:o="urn:o"/>"#,
        r#"<any xmlns:o="urn:other" o:a="1" xmlns:v.0="urn:v"/>"#,
        r#"<any a=" xmlns:o=" b='" xsi:type="'/>"#,
    ] {
        let json = json!({"$type": "{urn:o}Line", "$xml": xml});
        let open: AnyType = crate::json::from_value(&json).unwrap();
        let again = crate::json::to_value(&open).unwrap();
        assert_eq!(again.get("$type"), json.get("$type"), "{xml}: {again}");
    }
}

crate::encoded_array! {
    #[derive(Debug, Clone, PartialEq)]
    struct Lines(pub codec::Items<Line>): LINE;
}
crate::json_type!(
    Lines,
    NAMESPACES,
    [],
    crate::json::Content::List(<Line as crate::json::Json>::shape)
);

/// What holds arrays: one that must be there, and any number.
#[derive(Debug, PartialEq)]
struct Holder {
    first: Lines,
    more: Vec<Lines>,
}

impl Type for Holder {
    fn read(r: &mut Reader<'_>) -> Result<Holder> {
        Ok(Holder {
            first: r.one(DAY)?,
            more: r.many(TOTAL)?,
        })
    }
    fn content(&self, w: &mut Writer) {
        w.one(DAY, &self.first);
        w.many(TOTAL, &self.more);
    }
}

crate::json_type!(
    Holder,
    NAMESPACES,
    [],
    crate::json::Content::Elements(&[
        crate::json::Entry::Field {
            key: "first",
            tag: DAY,
            repeated: false,
            shape: <Lines as crate::json::Json>::shape,
        },
        crate::json::Entry::Field {
            key: "more",
            tag: TOTAL,
            repeated: true,
            shape: <Lines as crate::json::Json>::shape,
        },
    ])
);

#[test]
fn fields_of_encoded_arrays_are_arrays() {
    let line = |text| {
        Nillable::Value(Line {
            unit: None,
            value: codec::parse(text).unwrap(),
        })
    };
    for (first, more, expected) in [
        (vec![line("1"), line("2")], vec![], json!({"first": [1, 2]})),
        (
            vec![],
            vec![vec![line("3")], vec![]],
            json!({"first": [], "more": [[3], []]}),
        ),
    ] {
        let holder = Holder {
            first: Lines(first),
            more: more.into_iter().map(Lines).collect(),
        };
        let json = crate::json::to_value(&holder).unwrap();
        assert_eq!(json, expected);
        assert_eq!(crate::json::from_value::<Holder>(&json).unwrap(), holder);
    }
}

#[test]
fn an_encoded_array_is_an_array() {
    let line = Line {
        unit: None,
        value: codec::parse("1.5").unwrap(),
    };
    let lines = Lines(vec![Nillable::Value(line), Nillable::Nil]);
    let json = crate::json::to_value(&lines).unwrap();
    assert_eq!(json, json!([1.5, null]));
    assert_eq!(crate::json::from_value::<Lines>(&json).unwrap(), lines);
    let error = crate::json::from_value::<Lines>(&json!([1, "x"])).unwrap_err();
    assert!(error.to_string().contains("item[2]"), "{error}");
}
