//! The XML reader against random changes of documents, with quick-xml as oracle: whatever we accept it accepts with the same
//! events, whatever it refuses we refuse, and nothing panics. The generator is seeded, so a failure comes again.
#![allow(clippy::unwrap_used, clippy::panic)]

mod chance;
mod said;

use chance::{Random, SEEDS};
use said::{Said, drop_space, expanded, ours, quick, step};
use soapstone::xml::{Event, Local, NsId, Openings, Options, Prediction, Reader, Writer, decode};

const ROUNDS: usize = 60_000;

#[test]
fn changed_documents_agree_with_quick_xml() {
    let mut random = Random(0x5EED_0001);
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let text = random.change(SEEDS[round % SEEDS.len()]);
        match ours(&text) {
            Ok(said) => {
                accepted += 1;
                assert_eq!(quick(&text), Ok(said), "{text:?}");
            }
            Err(error) => assert!(!error.is_empty()),
        }
    }
    assert!(
        accepted > ROUNDS / 20,
        "only {accepted} documents were accepted"
    );
}

/// Writes what was read with prefixes of our own, and reads it again.
#[test]
fn what_is_written_reads_back() {
    let mut random = Random(0x5EED_0002);
    for round in 0..ROUNDS / 4 {
        let text = random.change(SEEDS[round % SEEDS.len()]);
        let Ok(said) = ours(&text) else { continue };
        let mut writer = Writer::new();
        for event in &said {
            match event {
                Said::Start(name, attributes) => {
                    let (namespace, local) = name[1..].split_once('}').unwrap();
                    let prefix = if namespace.is_empty() { "" } else { "n:" };
                    writer.start(&format!("{prefix}{local}"));
                    if !namespace.is_empty() {
                        writer.attribute("xmlns:n", namespace);
                    }
                    for (at, (name, value)) in attributes.iter().enumerate() {
                        let (namespace, local) = name[1..].split_once('}').unwrap();
                        if namespace.is_empty() {
                            writer.attribute(local, value);
                        } else if namespace == soapstone::xml::XML_NAMESPACE {
                            writer.attribute(&format!("xml:{local}"), value);
                        } else {
                            writer.attribute(&format!("xmlns:a{at}"), namespace);
                            writer.attribute(&format!("a{at}:{local}"), value);
                        }
                    }
                }
                Said::End => writer.end(),
                Said::Text(text) => writer.text(text),
            }
        }
        let written = writer.finish();
        assert_eq!(ours(&written), Ok(said), "{text:?} as {written:?}");
    }
}

/// A reader that predicts says the same as one that does not, of good and of bad documents.
#[test]
fn prediction_changes_nothing() {
    let mut random = Random(0x5EED_0003);
    let seed = "<p:a xmlns:p='u'>\n <p:b>one</p:b>\r\n <p:b>t&amp;o</p:b><p:c><p:b>x</p:b></p:c><p:c> <!-- --> <p:b/></p:c>\n</p:a>";
    for _ in 0..ROUNDS / 4 {
        let text = random.change(seed);
        let plain = ours(&text).map(drop_space);
        let predicted = predicted(&text).map(drop_space);
        match (&plain, &predicted) {
            (Ok(plain), Ok(predicted)) => assert_eq!(plain, predicted, "{text:?}"),
            (Err(plain), Err(predicted)) => assert_eq!(plain, predicted, "{text:?}"),
            _ => panic!("{text:?}: {plain:?} but predicted {predicted:?}"),
        }
    }
}

fn predicted(text: &str) -> Result<Vec<Said>, String> {
    let mut reader = Reader::new(
        text,
        &Options {
            instructions: soapstone::xml::Instructions::Skip,
            ..Options::message()
        },
    );
    let name = |local: &str| Said::Start(expanded("u", local), Vec::new());
    let openings = Openings::new("p").unwrap();
    let (b, c) = (Local::new("b"), Local::new("c"));
    let mut said = Vec::new();
    loop {
        // The prefix is looked at anew where a binding may have changed.
        let version = reader.scope_version();
        if let Some(ns) = reader
            .resolve("p")
            .filter(|ns| reader.namespace(*ns) == "u")
        {
            reader.skip_indent();
            if let Some(text) = reader.take_leaf(&openings, &b) {
                said.extend([name("b"), Said::Text(text.into_owned()), Said::End]);
                continue;
            }
            if reader.take_near_start(&openings, &c, ns, version)
                || (reader.predict_name(&openings, &c) == Prediction::Hit
                    && reader.take_start(&openings, &c, ns))
            {
                said.push(name("c"));
                continue;
            }
        }
        if reader.take_end() {
            said.push(Said::End);
            continue;
        }
        if !step(&mut reader, &mut said)? {
            return Ok(said);
        }
    }
}

#[test]
fn bytes_of_any_kind_never_panic() {
    let mut random = Random(0x5EED_0004);
    let charsets = [
        None,
        Some("utf-8"),
        Some("iso-8859-1"),
        Some("windows-1250"),
        Some("us-ascii"),
        Some("shift_jis"),
        Some("?"),
    ];
    for round in 0..ROUNDS / 4 {
        let seed = SEEDS[round % SEEDS.len()];
        let mut bytes: Vec<u8> = match random.below(4) {
            0 => seed.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            1 => format!("\u{FEFF}{seed}")
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
            _ => seed.as_bytes().to_vec(),
        };
        for _ in 0..=random.below(8) {
            let at = random.below(bytes.len());
            bytes[at] = u8::try_from(random.below(256)).unwrap();
        }
        bytes.truncate(random.below(bytes.len() * 2));
        if let Ok(text) = decode(&bytes, charsets[random.below(charsets.len())]) {
            let _ = ours(&text);
            let mut reader = Reader::new(&text, &Options::document());
            while let Ok(event) = reader.next() {
                if event == Event::Eof {
                    break;
                }
                reader.resolve("p");
                reader.namespace(NsId(99));
            }
        }
    }
}

/// Document types, changed at random: no panic, and nothing that takes long.
#[test]
fn document_types_of_any_kind_end() {
    let mut random = Random(0x5EED_0005);
    let seeds = [
        "<!DOCTYPE a [<!ENTITY e 'x<b c=\"&f;\"/>'><!ENTITY f '&#38;g;'><!ENTITY g 'y'><!ENTITY % p '<!ATTLIST b d CDATA \"&f;\">'>%p;]><a>&e;&f;</a>",
        "<!DOCTYPE a PUBLIC '-//x' 'y' [<!ELEMENT a (b|c,(d+)?)*><!NOTATION n SYSTEM 'n'><!ENTITY u SYSTEM 'u' NDATA n><!-- -->]><a>&e;</a>",
    ];
    for round in 0..ROUNDS / 4 {
        let text = random.change(seeds[round % seeds.len()]);
        let mut reader = Reader::new(&text, &Options::document());
        while let Ok(event) = reader.next() {
            if event == Event::Eof {
                break;
            }
        }
    }
}

/// Documents made to be slow for a careless reader; each would take minutes if anything were quadratic.
#[test]
fn hostile_documents_take_linear_time() {
    let many = 200_000;
    let declarations = |level: usize| {
        (0..250)
            .map(|at| format!(" xmlns:p{level}x{at}='u'"))
            .collect::<String>()
    };
    let nested: String = (0..90)
        .map(|level| format!("<a{}>", declarations(level)))
        .collect();
    let attributes: String = (0..900).map(|at| format!(" a{at}=''")).collect();
    let prefixes: String = (0..900).map(|at| format!(" xmlns:a{at}='u{at}'")).collect();
    let cases = [
        ("<a>".repeat(many), false),
        (format!("<a>{}</a>", "&amp;".repeat(many)), true),
        (format!("<a>{}</a>", "]]".repeat(many)), true),
        (format!("<a><![CDATA[{}]]></a>", "]]".repeat(many)), true),
        (
            format!("<a>{}</a>", "<![CDATA[]]]]><![CDATA[>]]>".repeat(many / 10)),
            true,
        ),
        (format!("<a>{}</a>", "x<!---->".repeat(many)), true),
        (format!("<a>{}</a>", "\r".repeat(many)), true),
        (format!("<a>{}</a>", "\r\n<b/>".repeat(many)), true),
        (
            format!("<a>{}</a>", "<b xmlns='u'/><b xmlns=''/>".repeat(many / 4)),
            true,
        ),
        (format!("<a b='{}'/>", "&lt;\n".repeat(many)), true),
        (format!("<a{attributes}/>"), true),
        (format!("<a{prefixes}/>"), true),
        (
            format!("{nested}{}{}", "<p0x0:b/>".repeat(many), "</a>".repeat(90)),
            true,
        ),
        (format!("<a>{}", "<!--".repeat(many)), false),
        (format!("<a>{}", "<![CDATA[".repeat(many)), false),
        (format!("<a>{}", "&".repeat(many)), false),
        (format!("<a>{}</a>", "&#x41;\u{FF0C}".repeat(many)), true),
    ];
    for (text, good) in cases {
        let mut reader = Reader::new(&text, &Options::document());
        let ended = loop {
            match reader.next() {
                Ok(Event::Eof) => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        };
        assert_eq!(ended, good, "{}", &text[..60]);
    }
}
