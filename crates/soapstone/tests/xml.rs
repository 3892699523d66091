//! The XML reader as a table: a document, and what is read of it, or what is wrong with it and where.
#![allow(clippy::unwrap_used, clippy::panic)]

use soapstone::xml::{Doctype, Event, Instructions, Limits, Options, Reader};

/// Renders the events in one line: `<{ns}local {ns}name="value">text</>`.
fn render(text: &str, options: &Options) -> Result<String, String> {
    let mut reader = Reader::new(text, options);
    let mut out = String::new();
    loop {
        match reader.next().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                out.push_str(&format!(
                    "<{}",
                    expanded(reader.namespace(tag.ns), tag.local)
                ));
                for attribute in reader.attributes() {
                    let name = expanded(reader.namespace(attribute.ns), attribute.local);
                    out.push_str(&format!(" {name}={:?}", attribute.value));
                }
                out.push('>');
            }
            Event::End(_) => out.push_str("</>"),
            Event::Text(text) => out.push_str(&format!("[{}]", text.escape_debug())),
            Event::Eof => return Ok(out),
        }
    }
}

fn expanded(namespace: &str, local: &str) -> String {
    if namespace.is_empty() {
        local.to_owned()
    } else {
        format!("{{{namespace}}}{local}")
    }
}

fn check(cases: &[(&str, &str)], options: &Options) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let found = match render(text, options) {
            Ok(events) => events,
            Err(error) => format!("! {error}"),
        };
        if found != *expected {
            wrong.push(format!("{text}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn documents_read_as_they_are_meant() {
    check(
        &[
            ("<a/>", "<a></>"),
            (
                "\u{FEFF}<?xml version='1.0' encoding=\"utf-8\" standalone='no' ?>\n<a/>\n<!-- x -->\n",
                "<a></>",
            ),
            (
                "<a>x&lt;&#65;&#x142;<![CDATA[<&]]>y<!-- c -->z</a>",
                "<a>[x<Ał<&yz]</>",
            ),
            ("<a>x\r\ny\rz</a>", "<a>[x\\ny\\nz]</>"),
            (
                "<a>\r\n  <b>\r</b>\r\n</a>",
                "<a>[\\n  ]<b>[\\n]</>[\\n]</>",
            ),
            ("<a><![CDATA[]]]]>x]]<!-- -->></a>", "<a>[]]x]]>]</>"),
            ("<a><![CDATA[x]]>]]></a>", "! 1:17: ]]> stands in text"),
            ("<a><![CDATA[]]></a>", "<a></>"),
            (
                "<a b=' x\t\r\ny&#10;&quot;' c=\"'\"/>",
                "<a b=\" x  y\\n\\\"\" c=\"'\"></>",
            ),
            (
                "<p:a xmlns:p='u' p:b='1' b='2'><p:c xmlns:p=\"v\"/><p:d/></p:a>",
                "<{u}a {u}b=\"1\" b=\"2\"><{v}c></><{u}d></></>",
            ),
            (
                "<a xmlns='u' b='1'><c xmlns=''/></a>",
                "<{u}a b=\"1\"><c></></>",
            ),
            (
                "<a xml:lang='pl'/>",
                "<a {http://www.w3.org/XML/1998/namespace}lang=\"pl\"></>",
            ),
            (
                "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
                "<a></>",
            ),
            ("<ż.ó xmlns:ł='u' ł:ś='1'></ż.ó  >", "<ż.ó {u}ś=\"1\"></>"),
            ("<a > ]] > </a\n>", "<a>[ ]] > ]</>"),
            ("<a b='x'c='y'/>", "! 1:9: white space, > or /> is due here"),
            ("<a>]]></a>", "! 1:4: ]]> stands in text"),
            ("<a>&amp;]]&gt;</a>", "<a>[&]]>]</>"),
            ("<a", "! 1:3: a start tag has no end"),
            ("<a>", "! 1:4: the document ends inside an element"),
            ("<a></b>", "! 1:4: end tag </b> where </a> is due"),
            ("<a></ab>", "! 1:4: end tag </ab> where </a> is due"),
            ("<ab></a>", "! 1:5: end tag </a> where </ab> is due"),
            ("<a/><b/>", "! 1:5: there is a second root element"),
            ("x<a/>", "! 1:1: there is text outside the root element"),
            ("<a/>&#32;", "! 1:5: there is text outside the root element"),
            ("", "! 1:1: the document has no element"),
            ("<!-- a -- b --><a/>", "! 1:8: -- stands inside a comment"),
            ("<a b='1' b='2'/>", "! 1:10: the attribute b is there twice"),
            (
                "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
                "! 1:36: the attribute q:b is there twice",
            ),
            (
                "<a xmlns:p='u' xmlns:p='v'/>",
                "! 1:16: the attribute xmlns:p is there twice",
            ),
            ("<p:a/>", "! 1:2: the prefix p is not bound to a namespace"),
            (
                "<a p:b=''/>",
                "! 1:4: the prefix p is not bound to a namespace",
            ),
            ("<a xmlns:p=''/>", "! 1:4: a prefix must not be unbound"),
            (
                "<a xmlns:xmlns='u'/>",
                "! 1:4: the prefix xmlns must not be declared",
            ),
            (
                "<a xmlns:xml='u'/>",
                "! 1:4: the prefix xml must not be bound to another namespace",
            ),
            (
                "<xmlns:a/>",
                "! 1:2: the prefix xmlns is not bound to a namespace",
            ),
            ("<a:b:c xmlns:a='u'/>", "! 1:2: \"a:b:c\" is not a name"),
            ("<:a/>", "! 1:2: \":a\" is not a name"),
            ("<a:/>", "! 1:2: \"a:\" is not a name"),
            ("<1a/>", "! 1:2: \"1a\" is not a name"),
            ("< a/>", "! 1:2: a name is due here"),
            ("<a b=1/>", "! 1:6: an attribute's value is not in quotes"),
            ("<a b/>", "! 1:5: an attribute has no ="),
            ("<a b='<'/>", "! 1:7: < stands in an attribute's value"),
            ("<a>&b;</a>", "! 1:4: the entity b is not declared"),
            ("<a>& </a>", "! 1:4: & does not start a reference"),
            (
                "<a>&#0;</a>",
                "! 1:4: a character reference names no character of XML",
            ),
            (
                "<a>&#xD800;</a>",
                "! 1:4: a character reference names no character of XML",
            ),
            ("<a>&#+65;</a>", "! 1:4: & does not start a reference"),
            ("<a>\u{1}</a>", "! 1:4: the character U+0001 is not allowed"),
            (
                "<a>\u{FFFF}</a>",
                "! 1:4: the character U+FFFF is not allowed",
            ),
            ("<a>\u{FF0C}</a>", "<a>[\u{FF0C}]</>"),
            (
                "<!DOCTYPE a><a/>",
                "! 1:1: a document type declaration is not allowed",
            ),
            (
                "<?p i?><a/>",
                "! 1:1: a processing instruction is not allowed",
            ),
            (
                "<a><?p i?></a>",
                "! 1:4: a processing instruction is not allowed",
            ),
            (
                " <?xml version='1.0'?><a/>",
                "! 1:2: a processing instruction is not allowed",
            ),
            (
                "<?xml version='1.0' standalone='maybe'?><a/>",
                "! 1:1: the XML declaration is broken",
            ),
            (
                "<?xml encoding='utf-8'?><a/>",
                "! 1:1: the XML declaration is broken",
            ),
        ],
        &Options::message(),
    );
}

#[test]
fn document_types_are_read_where_they_may_be() {
    check(
        &[
            (
                "<!DOCTYPE a [<!ENTITY e 'x<b>y</b>z'>]><a>1&e;2</a>",
                "<a>[1x]<b>[y]</>[z2]</>",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '&#38;#60;b'><!ENTITY f '&e;!'>]><a c='&f;'>&f;</a>",
                "<a c=\"<b!\">[<b!]</>",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e 'x\ny'>]><a b='&e;'>&e;</a>",
                "<a b=\"x y\">[x\\ny]</>",
            ),
            (
                "<!DOCTYPE a [<!ATTLIST a b CDATA 'd' c NMTOKENS ' p  q ' xmlns CDATA 'u' e CDATA #IMPLIED>]><a/>",
                "<{u}a b=\"d\" c=\"p q\"></>",
            ),
            (
                "<!DOCTYPE a [<!ATTLIST a b NMTOKEN #REQUIRED>]><a b='  x '/>",
                "<a b=\"x\"></>",
            ),
            (
                "<!DOCTYPE a SYSTEM 'a.dtd' [<!ELEMENT a (b?,(c|d)*)><!ELEMENT b (#PCDATA|c)*><?p i?><!-- c -->]><a/>",
                "<a></>",
            ),
            (
                "<!DOCTYPE a [<!ENTITY % p \"<!ENTITY e 'x'>\">%p;]><a>&e;</a>",
                "<a>[x]</>",
            ),
            (
                "<!DOCTYPE a [<!ENTITY % q '&#60;!ENTITY e \"x\">'><!ENTITY % p SYSTEM 'p'>%q;%p;<!ENTITY f 'y'>]><a>&e;</a>",
                "<a>[x]</>",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e SYSTEM '/etc/passwd'>]><a>&e;</a>",
                "! 1:51: the entity e is external, and nothing external is fetched",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '<b>'>]><a>&e;</b></a>",
                "! 1:29: an element that starts in an entity does not end in it",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '</a><a>'>]><a>&e;</a>",
                "! 1:26: an end tag without its start tag",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f '&e;'>]><a>&e;</a>",
                "! 1:43: the entity e contains itself",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f '&e;'>]><a b='&e;'/>",
                "! 1:56: the entity e contains itself",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '<'>]><a b='&e;'/>",
                "! 1:37: < stands in an attribute's value",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '&#65;]]>'>]><a>&e;</a>",
                "! 1:41: ]]> stands in text",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '%p;'>]><a/>",
                "! 1:25: a parameter entity reference stands inside a declaration",
            ),
            (
                "<!DOCTYPE a [<!ELEMENT a (b,c|d)>]><a/>",
                "! 1:30: a content model is broken",
            ),
            (
                "<!DOCTYPE a [<!FOO>]><a/>",
                "! 1:14: a declaration is due here",
            ),
            (
                "<!DOCTYPE a []><!DOCTYPE a []><a/>",
                "! 1:16: a document type declaration is out of place",
            ),
            ("<?p i?><a><?q?></a><?r s?>", "<a></>"),
            ("<?p i><a/>", "! 1:1: a processing instruction has no end"),
            ("<a/><?XML v?>", "! 1:5: an XML declaration is out of place"),
        ],
        &Options::document(),
    );
}

#[test]
fn each_limit_has_an_error_that_names_it() {
    let limits = Limits {
        bytes: 200,
        depth: 3,
        attributes: 2,
        name: 6,
        text: 30,
        elements: 6,
    };
    let options = Options {
        limits,
        doctype: Doctype::Read,
        instructions: Instructions::Refuse,
    };
    let long = format!("<a>{}</a>", " ".repeat(200));
    check(
        &[
            (&long, "! 1:1: document bytes over the limit of 200"),
            (
                "<a><b><c><d/></c></b></a>",
                "! 1:10: element depth over the limit of 3",
            ),
            (
                "<a xmlns='u' b='' c=''/>",
                "! 1:19: attributes of an element over the limit of 2",
            ),
            ("<abcdefg/>", "! 1:2: bytes of a name over the limit of 6"),
            (
                "<a>12345678901234561234567890123456</a>",
                "! 1:4: bytes of a text over the limit of 30",
            ),
            (
                "<a>1234567890123456<!-- -->1234567890123456</a>",
                "! 1:4: bytes of a text over the limit of 30",
            ),
            (
                "<a b='12345678901234561234567890123456'/>",
                "! 1:7: bytes of a text over the limit of 30",
            ),
            (
                "<a b='&amp;12345678901234561234567890123456'/>",
                "! 1:7: bytes of a text over the limit of 30",
            ),
            (
                "<a><b/><b/><b/><b/><b/><b/></a>",
                "! 1:24: elements over the limit of 6",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '1'><!ENTITY f '&e;&e;&e;&e;'><!ENTITY g '&f;&f;&f;&f;'>]><a>&g;</a>",
                "! 1:47: document bytes over the limit of 200",
            ),
        ],
        &options,
    );
}

#[test]
fn places_scope_and_the_way_back() {
    let text = "<a xmlns='u'\n  xmlns:p='v'><p:b c='1'>é<d/></p:b></a>";
    let mut reader = Reader::new(text, &Options::message());
    reader.next().unwrap();
    assert_eq!(reader.bindings(), [("p", "v"), ("", "u")]);
    reader.next().unwrap();
    assert_eq!(reader.place(reader.offset()).to_string(), "2:15");
    assert_eq!(reader.depth(), 2);
    reader.unread();
    assert_eq!(reader.depth(), 1);
    let Event::Start(tag) = reader.next().unwrap() else {
        panic!("a start is due")
    };
    assert_eq!(
        (tag.prefix, tag.local, reader.attributes().len()),
        ("p", "b", 1)
    );
    assert_eq!(reader.skip_element().unwrap(), "<p:b c='1'>é<d/></p:b>");
    assert_eq!(
        reader.resolve("p").map(|ns| reader.namespace(ns)),
        Some("v")
    );
    assert_eq!(reader.resolve("q"), None);
    reader.next().unwrap();
    assert_eq!(reader.next(), Ok(Event::Eof));
    assert_eq!(reader.next(), Ok(Event::Eof));
}
