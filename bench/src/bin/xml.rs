//! The XML reader beside quick-xml with namespaces, on one document after another.
//!
//! `cargo run --release --manifest-path bench/Cargo.toml --bin xml`
//!
//! One run, MB/s (a shared machine, where only ratios say something): prefixed 171 : 515, predicted 1,158; default namespace
//! 158 : 526; indented 184 : 530, predicted 1,180; attributes 210 : 495; worst 142 : 269.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event as Quick;
use quick_xml::reader::NsReader;
use soapstone::xml::{Event, Local, NsId, Openings, Options, Prediction, Reader};
use soapstone_bench::document::{Style, order};
use soapstone_bench::measure;

fn ours(text: &str) -> usize {
    let mut reader = Reader::new(text, &Options::message());
    let mut sum = 0;
    loop {
        match reader.next() {
            Ok(Event::Start(tag)) => {
                sum += tag.local.len();
                sum += reader
                    .attributes()
                    .iter()
                    .map(|attribute| attribute.value.len())
                    .sum::<usize>();
            }
            Ok(Event::Text(text)) => sum += text.len(),
            Ok(Event::End(_)) => {}
            Ok(Event::Eof) => return sum,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Whole elements where they fit, as a reader by schema does: here with the names that the document has.
fn predicted(text: &str) -> usize {
    let names = [
        "lineNo",
        "sku",
        "description",
        "quantity",
        "unitPrice",
        "taxable",
        "shipDate",
    ]
    .map(Local::new);
    let line = Local::new("line");
    let mut reader = Reader::new(text, &Options::message());
    let Some(openings) = Openings::new("o") else {
        return 0;
    };
    let mut sum = 0;
    loop {
        reader.skip_indent();
        if reader.predict_name(&openings, &line) == Prediction::Hit
            && reader.take_start(&openings, &line, NsId(2))
        {
            for name in &names {
                reader.skip_indent();
                let Some(text) = reader.take_leaf(&openings, name) else {
                    break;
                };
                sum += text.len();
            }
            reader.skip_indent();
        }
        match reader.next() {
            Ok(Event::Text(text)) => sum += text.len(),
            Ok(Event::Eof) => return sum,
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn quick(text: &str) -> usize {
    let mut reader = NsReader::from_str(text);
    let mut sum = 0;
    loop {
        match reader.read_resolved_event() {
            Ok((_, Quick::Start(tag) | Quick::Empty(tag))) => {
                sum += tag.local_name().as_ref().len();
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("an attribute");
                    if attribute.key.as_namespace_binding().is_some() {
                        continue;
                    }
                    std::hint::black_box(reader.resolver().resolve_attribute(attribute.key));
                    sum += attribute
                        .normalized_value(XmlVersion::Implicit1_0)
                        .expect("a value")
                        .len();
                }
            }
            Ok((_, Quick::Text(text))) => sum += text.xml10_content().len(),
            Ok((_, Quick::CData(text))) => sum += text.xml10_content().len(),
            Ok((_, Quick::GeneralRef(reference))) => {
                let name: &str = &reference;
                sum += match reference.resolve_char_ref().expect("a reference") {
                    Some(character) => character.len_utf8(),
                    None => resolve_predefined_entity(name).expect("an entity").len(),
                };
            }
            Ok((_, Quick::Eof)) => return sum,
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn survey(text: &str) -> usize {
    Reader::new(text, &Options::message()).depth()
}

fn main() {
    println!(
        "{:<20}{:>8}{:>12}{:>12}{:>12}{:>12}{:>8}",
        "document", "KB", "quick-xml", "ours", "predicted", "survey", "ratio"
    );
    for (name, style) in Style::ALL {
        let text = order(1000, style);
        assert_eq!(ours(&text), quick(&text), "{name}");
        let figures = measure(
            text.len(),
            200,
            &mut [
                ("quick-xml", Box::new(|| quick(&text))),
                ("ours", Box::new(|| ours(&text))),
                ("predicted", Box::new(|| predicted(&text))),
                ("survey", Box::new(|| survey(&text))),
            ],
        );
        let ratio = figures[1] / figures[0];
        println!(
            "{name:<20}{:>8}{:>12.0}{:>12.0}{:>12.0}{:>12.0}{ratio:>8.2}",
            text.len() / 1000,
            figures[0],
            figures[1],
            figures[2],
            figures[3]
        );
    }
}
