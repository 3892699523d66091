//! The XML reader against random changes of documents, with quick-xml as oracle: whatever we accept it accepts with the same
//! events, whatever it refuses we refuse, and nothing panics. The generator is seeded, so a failure comes again.
#![allow(clippy::unwrap_used, clippy::panic)]

use quick_xml::XmlVersion;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::Event as Quick;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use soapstone::xml::{Event, Local, NsId, Openings, Options, Prediction, Reader, Writer, decode};

const ROUNDS: usize = 60_000;

const SEEDS: &[&str] = &[
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><o:a xmlns:o='u' \
     o:b=\"1\" c='2'>x &amp; y<o:d/>&#65;<![CDATA[<z>]]></o:a></s:Body></s:Envelope>",
    "<a xmlns='u'>\r\n <b c=' 1\t2 ' d=\"&lt;&#10;\">é\u{1F600}</b>\r<!-- x -->\n<e xmlns=''/></a>",
    "<p:a xmlns:p='u' xmlns:q='v' p:x='1' q:x='2'><q:b>]]</q:b><p:c xmlns:p='w'>t</p:c>tail</p:a>",
    "<a><b><c><d>deep</d></c></b><b/><b></b >&apos;&quot;&gt;</a>\n",
];

const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "</",
    "/>",
    "=",
    "\"",
    "'",
    "&",
    ";",
    "&amp;",
    "&#x41;",
    "&#0;",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "]]",
    "<?",
    "?>",
    "<!DOCTYPE a>",
    " ",
    "\n",
    "\r",
    "\t",
    ":",
    "xmlns",
    "xmlns:p='u'",
    " xmlns=''",
    " a='1'",
    "p:",
    "<b>",
    "</b>",
    "<b/>",
    "x",
    "é",
    "\u{FFFE}",
    "\u{0}",
    "\u{FEFF}",
    "1",
    "-",
    ".",
];

/// Xorshift, by Marsaglia.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit.max(1)
    }

    fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Changes a document in one to three places.
    fn change(&mut self, seed: &str) -> String {
        let mut text = seed.to_owned();
        for _ in 0..=self.below(3) {
            let (one, other) = (self.boundary(&text), self.boundary(&text));
            let (from, to) = (one.min(other), one.max(other));
            match self.below(4) {
                0 => text.insert_str(from, PIECES[self.below(PIECES.len())]),
                1 => {
                    let to = text[from..]
                        .char_indices()
                        .nth(1 + self.below(4))
                        .map_or(text.len(), |(at, _)| from + at);
                    text.replace_range(from..to, "");
                }
                2 if to - from < 60 => {
                    let copy = text[from..to].to_owned();
                    let at = self.boundary(&text);
                    text.insert_str(at, &copy);
                }
                _ => {
                    let to = text[from..]
                        .char_indices()
                        .nth(1)
                        .map_or(text.len(), |(at, _)| from + at);
                    text.replace_range(from..to, PIECES[self.below(PIECES.len())]);
                }
            }
        }
        text
    }
}

/// What an event says, adjacent text joined.
#[derive(Debug, PartialEq)]
enum Said {
    Start(String, Vec<(String, String)>),
    End,
    Text(String),
}

fn expanded(namespace: &str, local: &str) -> String {
    format!("{{{namespace}}}{local}")
}

fn ours(text: &str) -> Result<Vec<Said>, String> {
    let mut reader = Reader::new(
        text,
        &Options {
            instructions: soapstone::xml::Instructions::Skip,
            ..Options::message()
        },
    );
    let mut said = Vec::new();
    loop {
        match reader.next().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                let mut attributes: Vec<_> = reader
                    .attributes()
                    .iter()
                    .map(|a| {
                        (
                            expanded(reader.namespace(a.ns), a.local),
                            a.value.clone().into_owned(),
                        )
                    })
                    .collect();
                attributes.sort();
                said.push(Said::Start(
                    expanded(reader.namespace(tag.ns), tag.local),
                    attributes,
                ));
            }
            Event::End(_) => said.push(Said::End),
            Event::Text(text) => said.push(Said::Text(text.into_owned())),
            Event::Eof => return Ok(said),
        }
    }
}

fn append(said: &mut Vec<Said>, depth: usize, text: &str) {
    if depth == 0 || text.is_empty() {
        return;
    }
    match said.last_mut() {
        Some(Said::Text(last)) => last.push_str(text),
        _ => said.push(Said::Text(text.to_owned())),
    }
}

fn resolved(result: ResolveResult<'_>) -> Result<String, String> {
    match result {
        // It leaves namespace names as they are written.
        ResolveResult::Bound(namespace) => {
            let name = namespace
                .0
                .replace("\r\n", " ")
                .replace(['\t', '\n', '\r'], " ");
            unescape(&name)
                .map(Into::into)
                .map_err(|error| error.to_string())
        }
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(format!("unbound {prefix:?}")),
    }
}

fn quick(text: &str) -> Result<Vec<Said>, String> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut said = Vec::new();
    let mut depth = 0usize;
    loop {
        let (result, event) = reader
            .read_resolved_event()
            .map_err(|error| error.to_string())?;
        let namespace = resolved(result);
        match event {
            Quick::Start(ref tag) | Quick::Empty(ref tag) => {
                let mut attributes = Vec::new();
                for attribute in tag.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    if attribute.key.as_namespace_binding().is_some() {
                        continue;
                    }
                    let (result, local) = reader.resolver().resolve_attribute(attribute.key);
                    let value = attribute
                        .normalized_value(XmlVersion::Implicit1_0)
                        .map_err(|error| error.to_string())?;
                    attributes.push((
                        expanded(&resolved(result)?, local.as_ref()),
                        value.into_owned(),
                    ));
                }
                attributes.sort();
                said.push(Said::Start(
                    expanded(&namespace?, tag.local_name().as_ref()),
                    attributes,
                ));
                match event {
                    Quick::Start(_) => depth += 1,
                    _ => said.push(Said::End),
                }
            }
            Quick::End(_) => {
                depth = depth.saturating_sub(1);
                said.push(Said::End);
            }
            Quick::Text(text) => append(&mut said, depth, &text.xml10_content()),
            Quick::CData(text) => append(&mut said, depth, &text.xml10_content()),
            Quick::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?;
                match character {
                    Some(character) => append(&mut said, depth, &character.to_string()),
                    None => append(
                        &mut said,
                        depth,
                        resolve_predefined_entity(&reference).ok_or("entity")?,
                    ),
                }
            }
            Quick::Eof if depth > 0 => return Err("open elements".to_owned()),
            Quick::Eof => return Ok(said),
            Quick::DocType(_) => return Err("document type".to_owned()),
            Quick::Comment(_) | Quick::PI(_) | Quick::Decl(_) => {}
        }
    }
}

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

fn drop_space(said: Vec<Said>) -> Vec<Said> {
    said.into_iter()
        .filter(|said| !matches!(said, Said::Text(text) if text.trim_ascii().is_empty()))
        .collect()
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
        reader.scope_version();
        if let Some(ns) = reader
            .resolve("p")
            .filter(|ns| reader.namespace(*ns) == "u")
        {
            reader.skip_indent();
            if let Some(text) = reader.take_leaf(&openings, &b) {
                assert!(!text.contains(['<', '&', '\r']));
                said.extend([name("b"), Said::Text(text.to_owned()), Said::End]);
                continue;
            }
            if reader.predict_name(&openings, &c) == Prediction::Hit
                && reader.take_start(&openings, &c, ns)
            {
                said.push(name("c"));
                continue;
            }
        }
        // The end of whichever element this is, not only of one that was predicted.
        if reader.take_end(&openings, &c) {
            said.push(Said::End);
            continue;
        }
        match reader.next().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                let mut attributes: Vec<_> = reader
                    .attributes()
                    .iter()
                    .map(|a| {
                        (
                            expanded(reader.namespace(a.ns), a.local),
                            a.value.clone().into_owned(),
                        )
                    })
                    .collect();
                attributes.sort();
                said.push(Said::Start(
                    expanded(reader.namespace(tag.ns), tag.local),
                    attributes,
                ));
            }
            Event::End(_) => said.push(Said::End),
            Event::Text(text) => said.push(Said::Text(text.into_owned())),
            Event::Eof => return Ok(said),
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
        let start = std::time::Instant::now();
        let mut reader = Reader::new(&text, &Options::document());
        let ended = loop {
            match reader.next() {
                Ok(Event::Eof) => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        };
        assert_eq!(ended, good, "{}", &text[..60]);
        assert!(start.elapsed().as_secs() < 20, "{}", &text[..60]);
    }
}
