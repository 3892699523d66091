//! The codec with types written as the generator writes them.

use crate::codec::{self, Element, Group, Nillable, Reader, Result, Type, Writer};
use crate::datatype::Decimal;

/// The first entry of every contract's table.
pub(super) const NONE: codec::Namespace = codec::Namespace {
    uri: "",
    prefix: "",
    types: &[],
};
/// An element of a second one, for what is tried alone.
pub(super) const E: &codec::Tag = &codec::Tag::new(1, "t:e", "<t:e>", "</t:e>");

const NAMESPACES: &[codec::Namespace] = &[
    NONE,
    codec::Namespace {
        uri: "urn:orders",
        prefix: "o",
        types: &[],
    },
];

crate::tags! {
    ORDER = 1 "o:order";
    LINE = 1 "o:line";
    QTY = 1 "o:qty";
    PRICE = 1 "o:price";
    NOTE = 1 "o:note";
    CARD = 1 "o:card";
    CASH = 1 "o:cash";
    BIG_LINE = 1 "o:BigLine";
    LINE_TYPE = 1 "o:Line";
}

crate::newtype! {
    struct Price(Decimal): min_inclusive("0"), fraction_digits(2);
}

crate::newtype! {
    struct Place(String): white_space(codec::WhiteSpace::Collapse), one_of(&["10115", "20095", "80331"]);
}

crate::enumeration! {
    enum Unit { Each = "EA", Kilo = "KG" }
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    unit: Option<Unit>,
    qty: i32,
    price: Price,
}

impl Type for Line {
    const NAME: Option<&'static codec::Tag> = Some(LINE_TYPE);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            unit: r.optional_attribute("unit")?,
            qty: r.one(QTY)?,
            price: r.one(PRICE)?,
        })
    }
    fn attributes(&self, w: &mut Writer) {
        w.optional_attribute("unit", &self.unit);
    }
    fn content(&self, w: &mut Writer) {
        w.one(QTY, &self.qty);
        w.one(PRICE, &self.price);
    }
}

crate::family! {
    #[derive(Debug, Clone, PartialEq)]
    enum AnyLine {
        LINE_TYPE => Line(Line),
        BIG_LINE => Big(Box<Line>),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Payment {
    Card(String),
    Cash(Vec<i32>),
}

impl Group for Payment {
    fn read(r: &mut Reader<'_>) -> Result<Option<Self>> {
        if let Some(x) = r.option(CARD)? {
            return Ok(Some(Self::Card(x)));
        }
        if let Some(x) = r.some(CASH, 1, codec::UNBOUNDED)? {
            return Ok(Some(Self::Cash(x)));
        }
        Ok(None)
    }
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Card(x) => w.one(CARD, x),
            Self::Cash(x) => w.many(CASH, x),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Order {
    note: Option<Nillable<String>>,
    payment: Payment,
    line: Vec<AnyLine>,
}

impl Type for Order {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            note: r.option(NOTE)?,
            payment: r.group()?,
            line: r.times(LINE, 1, codec::UNBOUNDED)?,
        })
    }
    fn content(&self, w: &mut Writer) {
        w.option(NOTE, &self.note);
        w.group(&self.payment);
        w.many(LINE, &self.line);
    }
}

const ELEMENT: Element<Order> = Element::new(ORDER, NAMESPACES);

/// The same document in the shapes that peers write it in.
#[test]
fn one_order_is_read_from_every_shape_of_it() {
    let documents = [
        r#"<o:order xmlns:o="urn:orders"><o:note>a &amp; b</o:note><o:cash>1</o:cash><o:cash>2</o:cash><o:line unit="EA"><o:qty>3</o:qty><o:price>1.50</o:price></o:line><o:line><o:qty>4</o:qty><o:price>2</o:price></o:line></o:order>"#,
        "<order xmlns=\"urn:orders\">\n  <note>a <![CDATA[&]]> b</note>\n  <cash>1</cash><!-- two -->\n <cash> 2 </cash>\r\n<line unit='EA'><qty>3</qty><price>1.50</price></line><line xmlns:y='urn:y'><qty>+4</qty><price>2.0</price></line></order>",
        r#"<x:order xmlns:x="urn:orders"><x:note>a &#38; b</x:note><x:cash>1</x:cash><y:cash xmlns:y="urn:orders">2</y:cash><x:line unit="EA"><z:qty xmlns:z="urn:orders">3</z:qty><x:price>1.50</x:price></x:line><x:line><x:qty>4</x:qty><x:price>2</x:price></x:line></x:order>"#,
    ];
    let mut texts: Vec<String> = Vec::new();
    for document in documents {
        let order = ELEMENT.read(document).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(order.line.len(), 2);
        let text = ELEMENT.write(&order).unwrap();
        assert_eq!(ELEMENT.read(&text).unwrap(), order);
        texts.push(text);
    }
    assert_eq!(
        texts.first().unwrap().len(),
        documents.first().unwrap().len()
    );
}

#[test]
fn nil_and_xsi_type_are_kept() {
    let text = r#"<o:order xmlns:o="urn:orders" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><o:note xsi:nil="true"></o:note><o:card>x</o:card><o:line xsi:type="o:BigLine" unit="KG"><o:qty>3</o:qty><o:price>1.5</o:price></o:line></o:order>"#;
    let order = ELEMENT.read(text).unwrap();
    assert_eq!(order.note, Some(Nillable::Nil));
    assert!(matches!(order.line.first(), Some(AnyLine::Big(_))));
    assert_eq!(ELEMENT.write(&order).unwrap(), text);
}

#[test]
fn mistakes_name_path_and_rule() {
    let wrap = |inner: &str| {
        format!(
            "<o:order xmlns:o=\"urn:orders\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{inner}</o:order>"
        )
    };
    let line = "<o:line><o:qty>3</o:qty><o:price>1.5</o:price></o:line>";
    let cases = [
        (
            wrap(line),
            "order: <line> where one of <note>, <card>, <cash> is due (1:",
        ),
        (
            wrap("<o:card>x</o:card>"),
            "order: 0 of line, at least 1 are due",
        ),
        (
            wrap(&format!(
                "<o:card>x</o:card>{line}<o:line><o:qty>ten</o:qty></o:line>"
            )),
            "order/line[2]/qty: \"ten\" is not an xs:int",
        ),
        (
            wrap(&format!(
                "<o:card>x</o:card>{line}<o:line><o:qty>1</o:qty><o:price>1.234</o:price></o:line>"
            )),
            "order/line[2]/price: \"1.234\" breaks fractionDigits 2",
        ),
        (
            wrap("<o:card>x</o:card><o:line unit=\"XX\"><o:qty>3</o:qty></o:line>"),
            "order/line[1]: attribute unit: \"XX\" is none of the values listed",
        ),
        (
            wrap("<o:card>x</o:card><o:line size=\"1\"><o:qty>3</o:qty></o:line>"),
            "order/line[1]: the attribute size is not allowed",
        ),
        (
            wrap("<o:card xsi:nil=\"true\"/>"),
            "order/card: xsi:nil is not allowed",
        ),
        (
            wrap(&format!("<o:card>x</o:card>{line}<o:extra/>")),
            "order: <extra> where <line> is due",
        ),
        (
            wrap("<o:card>x</o:card><o:line xsi:type=\"o:Other\"/>"),
            "order/line[1]: xsi:type \"o:Other\" may not stand here",
        ),
        (wrap("text<o:card>x</o:card>"), "order: text \"text\" where"),
        (
            "<o:order xmlns:o=\"urn:other\"/>".to_owned(),
            "<order> where <order> is due",
        ),
    ];
    for (text, expected) in cases {
        let error = ELEMENT.read(&text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn lenient_reading_takes_any_order_and_passes_over_the_unknown() {
    let text = r#"<o:order xmlns:o="urn:orders"><o:new/><o:line new="1"><o:price>1.5</o:price><o:x><o:qty>9</o:qty></o:x><o:qty>3</o:qty></o:line><o:card>x</o:card><o:note>n</o:note><o:more>y</o:more></o:order>"#;
    let options = crate::xml::Options::message();
    let order = ELEMENT
        .read_with(text, &options, codec::Strictness::Lenient)
        .unwrap();
    assert_eq!(order.note, Some(Nillable::Value("n".to_owned())));
    assert_eq!(order.payment, Payment::Card("x".to_owned()));
    assert!(matches!(order.line.first(), Some(AnyLine::Line(line)) if line.qty == 3));
}

#[test]
fn what_stands_behind_the_root_is_read_however_reading_is() {
    let text = r#"<o:order xmlns:o="urn:orders"><o:card>x</o:card><o:line><o:qty>3</o:qty><o:price>1.5</o:price></o:line></o:order>"#;
    let options = crate::xml::Options::message();
    for strictness in [codec::Strictness::Strict, codec::Strictness::Lenient] {
        let read = |tail: &str| ELEMENT.read_with(&format!("{text}{tail}"), &options, strictness);
        for tail in ["", "\n<!-- end --> "] {
            assert!(read(tail).is_ok(), "{strictness:?}: {tail}");
        }
        for tail in ["<a/>", "</o:order>", "<", "words", "&", "<!-- "] {
            let read = read(tail).map_err(|error| error.to_string());
            assert!(
                read.is_err_and(|e| e.contains("(1:")),
                "{strictness:?}: {tail}"
            );
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Named {
    id: Option<String>,
    kind: Option<String>,
}

impl Type for Named {
    const NAME: Option<&'static codec::Tag> = Some(LINE_TYPE);
    const ATTRIBUTES: bool = true;
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            id: r.optional_attribute("id")?,
            kind: r.optional_attribute("kind")?,
        })
    }
    fn nil(r: &mut Reader<'_>) -> Result<()> {
        Self::read(r).map(drop)
    }
    fn content(&self, _: &mut Writer) {}
}

#[derive(Debug, Clone, PartialEq)]
struct Names<T>(Vec<T>);

impl<T: Type> Type for Names<T> {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.times(LINE, 1, codec::UNBOUNDED)?))
    }
    fn content(&self, _: &mut Writer) {}
}

fn read_encoded<T: Type>(lines: &str) -> Result<Names<T>> {
    let text = format!(
        r#"<o:order id="x" xmlns:o="urn:orders" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:v="http://schemas.xmlsoap.org/soap/envelope/">{lines}</o:order>"#
    );
    Element::<Names<T>>::new(ORDER, NAMESPACES).read_with(
        &text,
        &crate::xml::Options::message(),
        codec::Strictness::Encoded,
    )
}

/// The second element of a name is read as predicted, the first by the general path.
#[test]
fn attributes_of_the_encoding_are_read_where_a_type_declares_them() {
    let read = read_encoded::<Named>;
    let some = |text: &str| Some(text.to_owned());
    let names = read(r#"<o:line id="a"/><o:line id="b" v:encodingStyle="e"/>"#).unwrap();
    let ids: Vec<_> = names.0.into_iter().map(|line| line.id).collect();
    assert_eq!(ids, [some("a"), some("b")]);
    let line = r#"<o:line id="a" xsi:type="o:Line" kind="k"/>"#;
    let named = Named {
        id: some("a"),
        kind: some("k"),
    };
    assert_eq!(read(&line.repeat(2)).unwrap().0, [named.clone(), named]);
    let error = read(&format!("{line}<o:line id=\"b\" size=\"1\"/>")).unwrap_err();
    assert!(
        error.to_string().contains("the attribute size is not"),
        "{error}"
    );
}

#[test]
fn a_declared_id_of_a_nil_element_is_kept_and_what_the_encoding_alone_says_is_not() {
    let nil = r#"<o:line id="a" xsi:nil="1" v:encodingStyle="e"/>"#;
    let kept: Nillable<Named> = Nillable::NilWith(vec![codec::AnyAttribute {
        name: codec::QName::new("", "id"),
        value: "a".to_owned(),
    }]);
    let read = read_encoded::<Nillable<Named>>(&nil.repeat(2));
    assert_eq!(read, Ok(Names(vec![kept.clone(), kept])));
}

#[test]
fn a_text_is_one_of_a_list() {
    assert_eq!(codec::parse::<Place>(" 20095\n").unwrap().0, "20095");
    for other in ["20096", "", "1011", "80331 1"] {
        assert_eq!(
            codec::parse::<Place>(other),
            Err(codec::Invalid::Enumeration)
        );
    }
    // As leaves: borrowed from the document and put together, both told as they are where they do not fit.
    for (lines, expected) in [
        (
            "<o:line> 10115 </o:line><o:line>1&#48;<!-- -->115</o:line>",
            "10115 10115",
        ),
        (
            "<o:line>10115</o:line><o:line>&lt;20095</o:line>",
            "order/line[2]: \"<20095\" is none of the values listed (1:183)",
        ),
    ] {
        let read = read_encoded::<Place>(lines);
        let told = match &read {
            Ok(names) => names
                .0
                .iter()
                .map(|place| place.0.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }
}

#[test]
fn nil_in_the_encoding_says_that_an_optional_value_is_not_there() {
    #[derive(Debug, PartialEq)]
    struct Notes(Option<String>, Option<i32>);
    impl Type for Notes {
        fn read(r: &mut Reader<'_>) -> Result<Self> {
            let mut number = None;
            let note = r.option(NOTE)?;
            while r.once(QTY, &mut number)? {}
            Ok(Self(note, number))
        }
        fn content(&self, _: &mut Writer) {}
    }
    let text = r#"<o:order xmlns:o="urn:orders" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><o:note i:nil="1"/><o:qty i:nil="true"/></o:order>"#;
    let element = Element::<Notes>::new(ORDER, NAMESPACES);
    let read = |strictness| element.read_with(text, &crate::xml::Options::message(), strictness);
    assert_eq!(read(codec::Strictness::Encoded), Ok(Notes(None, None)));
    assert!(read(codec::Strictness::Strict).is_err());
}

/// The tag looks like that of the optional element up to the declaration in it.
#[test]
fn an_element_that_binds_its_own_prefix_elsewhere_is_another() {
    #[derive(Debug, PartialEq)]
    struct Open(Option<Named>, Vec<codec::AnyElement>);
    impl Type for Open {
        fn read(r: &mut Reader<'_>) -> Result<Self> {
            Ok(Self(
                r.option(LINE)?,
                r.anys(&codec::Wildcard::Any, 0, codec::UNBOUNDED)?,
            ))
        }
        fn content(&self, _: &mut Writer) {}
    }
    let element = Element::<Open>::new(ORDER, NAMESPACES);
    let line = r#"<line kind="k" xmlns="urn:other"/>"#;
    let own = r#"<o:line kind="k"/>"#;
    for (lines, is_own, others) in [
        (line.to_owned(), false, 1),
        (own.to_owned() + line, true, 1),
        (line.replace("kind", "id=\"1\" other"), false, 1),
        (own.to_owned(), true, 0),
    ] {
        let text = format!(r#"<order xmlns="urn:orders" xmlns:o="urn:orders">{lines}</order>"#);
        let open = element.read(&text).unwrap();
        assert_eq!((open.0.is_some(), open.1.len()), (is_own, others), "{text}");
    }
}
