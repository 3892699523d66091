//! The orders that are read and written, in every manner of writing them.

use std::fmt::Write;

/// The namespace of the contract.
pub const NAMESPACE: &str = "http://example.com/orders";

/// How an order is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Every tag has a prefix, no white space.
    Compact,
    /// The same, indented.
    Indented,
    /// Indented by tabs, with the line ends of Windows.
    Windows,
    /// One default namespace, no white space.
    Default,
    /// Every element declares the default namespace.
    Declared,
    /// Every element says its type (`xsi:type`).
    Typed,
    /// A `ListedOrder`: six fields of a line are attributes.
    Attributes,
    /// The same with the attributes in another order than that of the type.
    Shuffled,
    /// A `PricedOrder`: four fields of a line have an attribute beside their value.
    Priced,
    /// A `WideOrder`: twenty-two fields of a line are absent, and of its address all but two.
    Wide,
    /// An `OpenOrder`: every other field is nil.
    Nil,
    /// Nothing is as a reader might guess: each line binds a prefix of its own, tags have white space in them, text comes as
    /// CDATA and references, comments stand between the elements.
    Worst,
}

impl Style {
    /// Every style with its name.
    pub const ALL: [(&str, Style); 12] = [
        ("compact", Style::Compact),
        ("indented", Style::Indented),
        ("windows", Style::Windows),
        ("default namespace", Style::Default),
        ("declared", Style::Declared),
        ("typed", Style::Typed),
        ("attributes", Style::Attributes),
        ("shuffled attributes", Style::Shuffled),
        ("priced", Style::Priced),
        ("wide", Style::Wide),
        ("nil", Style::Nil),
        ("worst", Style::Worst),
    ];
}

const WORDS: [&str; 13] = [
    "widget", "blue", "steel", "hex", "bolt", "round", "cover", "plate", "seal", "kit", "motor",
    "valve", "pump",
];

/// The fields of a line, escaped.
fn fields(line: usize) -> [(&'static str, String); 7] {
    let mut description = String::from("Spare");
    for word in 0..10 {
        let _ = write!(
            description,
            " {}",
            WORDS[(line * 7 + word * 5) % WORDS.len()]
        );
    }
    if line.is_multiple_of(5) {
        description += " &amp; café";
    }
    [
        ("lineNo", line.to_string()),
        ("sku", format!("SKU-{:06}", line * 7919 % 1_000_000)),
        ("description", description),
        ("quantity", (line % 99 + 1).to_string()),
        ("unitPrice", format!("{}.{:02}", line % 999, line % 100)),
        ("taxable", (line.is_multiple_of(2)).to_string()),
        (
            "shipDate",
            format!(
                "2026-{:02}-{:02}T{:02}:30:00Z",
                line % 12 + 1,
                line % 28 + 1,
                line % 24
            ),
        ),
    ]
}

const HEAD: [(&str, &str); 7] = [
    ("orderId", "ORD-2026-000123"),
    ("customer", "ACME Industries &lt;EU&gt; GmbH"),
    ("orderDate", "2026-03-14T09:26:53.589Z"),
    ("currency", "EUR"),
    ("priority", "3"),
    ("express", "true"),
    ("discount", "12.50"),
];

/// The types of the fields, the line and the order, as `xsi:type` says them.
const TYPES: [(&str, &str); 14] = [
    ("line", "o:OrderLine"),
    ("lineNo", "xsd:int"),
    ("sku", "xsd:string"),
    ("description", "xsd:string"),
    ("quantity", "xsd:int"),
    ("unitPrice", "xsd:decimal"),
    ("taxable", "xsd:boolean"),
    ("shipDate", "xsd:dateTime"),
    ("orderId", "xsd:string"),
    ("customer", "xsd:string"),
    ("orderDate", "xsd:dateTime"),
    ("priority", "xsd:int"),
    ("express", "xsd:boolean"),
    ("discount", "xsd:decimal"),
];

/// Writes an order of so many lines as a document.
pub fn order(lines: usize, style: Style) -> String {
    match style {
        Style::Attributes => listed(lines, false),
        Style::Shuffled => listed(lines, true),
        Style::Priced => priced(lines),
        Style::Wide => wide(lines),
        Style::Nil => open(lines),
        Style::Worst => worst(lines),
        _ => plain(lines, style),
    }
}

fn plain(lines: usize, style: Style) -> String {
    let [outer, inner] = match style {
        Style::Indented => ["\n  ", "\n    "],
        Style::Windows => ["\r\n\t", "\r\n\t\t"],
        _ => ["", ""],
    };
    let p = match style {
        Style::Default | Style::Declared => "",
        _ => "o:",
    };
    let attributes = |name: &str| match style {
        Style::Declared => format!(" xmlns=\"{NAMESPACE}\""),
        Style::Typed => TYPES
            .iter()
            .find(|(typed, _)| *typed == name)
            .map_or(String::new(), |(_, type_)| format!(" xsi:type=\"{type_}\"")),
        _ => String::new(),
    };
    let element =
        |name: &str, value: &str| format!("<{p}{name}{}>{value}</{p}{name}>", attributes(name));
    let binding = if p.is_empty() { "xmlns" } else { "xmlns:o" };
    let more = match style {
        Style::Typed => {
            " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
        }
        _ => "",
    };
    let mut out = format!("<{p}SubmitOrder {binding}=\"{NAMESPACE}\"{more}>");
    for (name, value) in HEAD {
        out += outer;
        out += &element(name, value);
    }
    for line in 1..=lines {
        let _ = write!(out, "{outer}<{p}line{}>", attributes("line"));
        for (name, value) in fields(line) {
            out += inner;
            out += &element(name, &value);
        }
        let _ = write!(out, "{outer}</{p}line>");
    }
    if !outer.is_empty() {
        out.push('\n');
    }
    let _ = write!(out, "</{p}SubmitOrder>");
    out
}

fn listed(lines: usize, is_shuffled: bool) -> String {
    let mut out = format!("<o:ListedOrder xmlns:o=\"{NAMESPACE}\" orderId=\"ORD-2026-000123\">");
    for line in 1..=lines {
        out += "<o:entry";
        let fields = fields(line);
        let mut attributes: Vec<_> = fields
            .iter()
            .filter(|(name, _)| *name != "description")
            .collect();
        if is_shuffled {
            attributes.reverse();
            attributes.swap(1, 3);
        }
        for (name, value) in attributes {
            let _ = write!(out, " {name}=\"{value}\"");
        }
        let _ = write!(
            out,
            "><o:description>{}</o:description></o:entry>",
            fields[2].1
        );
    }
    out += "</o:ListedOrder>";
    out
}

fn priced(lines: usize) -> String {
    let mut out = format!("<o:PricedOrder xmlns:o=\"{NAMESPACE}\">");
    for line in 1..=lines {
        out += "<o:entry>";
        for (name, value) in fields(line) {
            let attribute = match name {
                "sku" => " scheme=\"SKU\"",
                "description" => " language=\"en\"",
                "quantity" => " unit=\"KGM\"",
                "unitPrice" => " currency=\"EUR\"",
                _ => "",
            };
            let _ = write!(out, "<o:{name}{attribute}>{value}</o:{name}>");
        }
        out += "</o:entry>";
    }
    out += "</o:PricedOrder>";
    out
}

fn wide(lines: usize) -> String {
    let mut out = format!("<o:WideOrder xmlns:o=\"{NAMESPACE}\">");
    for line in 1..=lines {
        out += "<o:entry>";
        for (name, value) in fields(line) {
            let _ = write!(out, "<o:{name}>{value}</o:{name}>");
        }
        out += "<o:shipTo><o:city>Porto</o:city><o:country>PT</o:country></o:shipTo></o:entry>";
    }
    out += "</o:WideOrder>";
    out
}

fn open(lines: usize) -> String {
    let mut out = format!(
        "<o:OpenOrder xmlns:o=\"{NAMESPACE}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
    );
    for line in 1..=lines {
        out += "<o:entry>";
        for (at, (name, value)) in fields(line).iter().enumerate() {
            let _ = match (line + at).is_multiple_of(2) {
                true => write!(out, "<o:{name} xsi:nil=\"true\"/>"),
                false => write!(out, "<o:{name}>{value}</o:{name}>"),
            };
        }
        out += "</o:entry>";
    }
    out += "</o:OpenOrder>";
    out
}

fn worst(lines: usize) -> String {
    let mut out = format!("<o:SubmitOrder xmlns:o=\"{NAMESPACE}\">");
    for (name, value) in HEAD {
        let _ = write!(out, "<o:{name} >{value}</o:{name} ><!-- {name} -->");
    }
    for line in 1..=lines {
        let p = ["a", "b", "other"][line % 3];
        let _ = write!(
            out,
            "<{p}:line xmlns:{p}=\"{NAMESPACE}\" ><!-- line {line} -->"
        );
        for (name, value) in fields(line) {
            let value = value.replace("&amp;", "&");
            let (first, rest) = value.split_at(1);
            let _ = write!(
                out,
                "<{p}:{name} ><![CDATA[{first}]]>{}</{p}:{name} >",
                rest.replace('&', "&#38;").replace(' ', "&#32;")
            );
        }
        let _ = write!(out, "</{p}:line >");
    }
    out += "</o:SubmitOrder>";
    out
}
