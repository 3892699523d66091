//! What a program does with each document of a golden case by the code that was generated of it. The document is read as it
//! stands, and written otherwise with the same meaning, so that every tag takes the general path: both must give the same value
//! or both be refused. Then so for documents that chance made of it.

use soapstone::codec::{Element, Strictness, Type};
use soapstone::xml::{Event, NsId, Options, Reader, escape_attribute, escape_text};

/// How many documents are made of each; `SOAPSTONE_MUTATIONS` says otherwise.
fn mutations() -> u32 {
    let asked = std::env::var("SOAPSTONE_MUTATIONS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(400)
}

pub(crate) fn check<T: Type + PartialEq + std::fmt::Debug>(
    element: Element<T>,
    path: &str,
    valid: bool,
    failed: &mut usize,
) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut problems: Vec<String> = Vec::new();
    problems.extend(round_trip(element, &text, valid));
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    problems.extend(both_ways(element, &text, &mut chance));
    for _ in 0..mutations() {
        let changed = mutate(&text, &mut chance);
        let problem = both_ways(element, &changed, &mut chance);
        if let Some(problem) = problem.or_else(|| written_back(element, &changed)) {
            problems.push(problem);
            break;
        }
        // Lenient reading takes what strict reading takes, as it takes it.
        let lenient = element.read_with(&changed, &Options::message(), Strictness::Lenient);
        if let Ok(strict) = element.read(&changed)
            && !lenient
                .as_ref()
                .is_ok_and(|lenient| shown(lenient) == shown(&strict))
        {
            problems.push(format!("leniently {changed}\n  reads as {lenient:?}"));
            break;
        }
    }
    if valid {
        problems.extend(lenient(element, path, &text));
    }
    for problem in &problems {
        eprintln!("{path}: {problem}");
    }
    *failed += problems.len();
}

fn round_trip<T: Type + PartialEq + std::fmt::Debug>(
    element: Element<T>,
    text: &str,
    valid: bool,
) -> Option<String> {
    match element.read(text) {
        Ok(_) if !valid => Some("read, though it is not valid".to_owned()),
        Err(_) if !valid => None,
        Err(error) => Some(error.to_string()),
        Ok(_) => written_back(element, text),
    }
}

/// What is read of a document is written, and read again: it is the same value.
pub(crate) fn written_back<T: Type + PartialEq + std::fmt::Debug>(
    element: Element<T>,
    text: &str,
) -> Option<String> {
    let value = element.read(text).ok()?;
    let written = match element.write(&value) {
        Ok(written) => written,
        Err(error) => return Some(format!("{text}\n  reads as {value:?}\nand {error}")),
    };
    match element.read(&written) {
        Ok(again) if again == value || shown(&again) == shown(&value) => None,
        Ok(again) => Some(format!(
            "{text}\n  reads as {value:?}\nand after writing, {written}\n  as {again:?}"
        )),
        Err(error) => Some(format!("{error} after writing: {written}")),
    }
}

/// A value as it is shown, without the declarations of namespaces in open content: it has those of prefixes that only look used
/// in its texts, and writing binds prefixes that the document did not. NaN is shown as NaN, and equals nothing.
fn shown<T: std::fmt::Debug>(value: &T) -> String {
    let text = format!("{value:?}");
    let mut parts = text.split(" xmlns");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out += part.splitn(3, "\\\"").nth(2).unwrap_or(part);
    }
    out
}

/// Where what stands between the elements, and their order, is part of the value.
const ORDERED: [&str; 10] = [
    "/substitution/",
    "/wildcards/",
    "/wildcards-in-turns/",
    "/mixed/",
    "/mixed-order/",
    "/mixed-shared/",
    "/mixed-wildcards/",
    "/repeated-choice/",
    "/repeated-sequence/",
    "/counts-in-turns/",
];

/// Reads a valid document leniently with an element in it that the schema does not know, and with its elements out of order:
/// the value is the same.
fn lenient<T: Type + PartialEq + std::fmt::Debug>(
    element: Element<T>,
    path: &str,
    text: &str,
) -> Option<String> {
    if ORDERED.iter().any(|case| path.contains(case)) {
        return None;
    }
    let strict = element.read(text).ok()?;
    let options = Options::message();
    let mut reader = Reader::new(text, &options);
    reader.next().ok()?;
    let head = reader.end_offset();
    let mut children: Vec<(String, &str)> = Vec::new();
    let mut tail = head;
    while reader.depth() > 0 {
        match reader.next().ok()? {
            Event::Start(tag) => {
                let name = tag.local.to_owned();
                children.push((name, reader.skip_element().ok()?));
                tail = reader.end_offset();
            }
            Event::Text(text) if !text.trim_ascii().is_empty() => return None,
            _ => {}
        }
    }
    if children.is_empty() {
        return None;
    }
    // Those of one name stay in their order.
    children.sort_by(|(one, _), (other, _)| other.cmp(one));
    let unknown = "<zz:unknown xmlns:zz='urn:zz' at='1'>x<zz:y/></zz:unknown>";
    for (children, what) in [
        (text.get(head..tail)?.to_owned() + unknown, "behind"),
        (unknown.to_owned() + text.get(head..tail)?, "before"),
        (
            children.iter().map(|(_, child)| *child).collect(),
            "out of order",
        ),
        (
            children
                .iter()
                .map(|(_, child)| unknown.to_owned() + child)
                .collect(),
            "out of order",
        ),
    ] {
        let changed = [text.get(..head)?, &children, text.get(tail..)?].concat();
        let read = element.read_with(&changed, &options, Strictness::Lenient);
        if !read
            .as_ref()
            .is_ok_and(|read| shown(read) == shown(&strict))
        {
            return Some(format!("{what}: leniently {changed}\n  reads as {read:?}"));
        }
    }
    None
}

/// Reads a document as it stands and written otherwise.
pub(crate) fn both_ways<T: Type>(
    element: Element<T>,
    text: &str,
    chance: &mut Chance,
) -> Option<String> {
    let other = vary(text, chance)?;
    let written = |text: &str| {
        let value = element.read(text).map_err(|error| error.to_string())?;
        let written = element.write(&value).map_err(|error| error.to_string())?;
        canonical(&written).ok_or(format!("not well-formed: {written}"))
    };
    match (written(text), written(&other)) {
        (Ok(one), Ok(two)) if one == two => None,
        (Err(_), Err(_)) => None,
        (one, two) => Some(format!(
            "{text}\n  reads as {one:?}\n{other}\n  reads as {two:?}"
        )),
    }
}

/// Writes a document otherwise: other prefixes, bound anew on every element, attributes in another order, comments, white space
/// in tags and between elements, text as CDATA and references. Nothing where it is not well-formed.
fn vary(text: &str, chance: &mut Chance) -> Option<String> {
    let options = Options::message();
    let mut events = Vec::new();
    let mut reader = Reader::new(text, &options);
    let mut names: Vec<String> = Vec::new();
    loop {
        match reader.next().ok()? {
            Event::Start(tag) => {
                let prefix = if tag.ns == NsId::NONE {
                    String::new()
                } else {
                    format!("z{}_{}", tag.ns.0, names.len() % 3)
                };
                let name = if prefix.is_empty() {
                    tag.local.to_owned()
                } else {
                    format!("{prefix}:{}", tag.local)
                };
                let mut out = format!("<{name}");
                let mut parts = Vec::new();
                if reader.resolve("") == Some(NsId::NONE) {
                    parts.push(" xmlns=\"\"".to_owned());
                }
                for (bound, uri) in reader.bindings() {
                    let mut part = if bound.is_empty() {
                        " xmlns=\"".to_owned()
                    } else {
                        format!(" xmlns:{bound}=\"")
                    };
                    escape_attribute(uri, &mut part);
                    parts.push(part + "\"");
                }
                if !prefix.is_empty() {
                    let mut part = format!("\n xmlns:{prefix} = \"");
                    escape_attribute(reader.namespace(tag.ns), &mut part);
                    parts.push(part + "\"");
                }
                for attribute in reader.attributes() {
                    let colon = if attribute.prefix.is_empty() { "" } else { ":" };
                    let mut part = format!(" {}{colon}{}=\"", attribute.prefix, attribute.local);
                    escape_attribute(&attribute.value, &mut part);
                    parts.push(part + "\"");
                }
                parts.reverse();
                out.extend(parts);
                out += [">", " >"][chance.below(2)];
                events.push(Said::Start(out));
                names.push(name);
            }
            Event::End(_) => events.push(Said::End(format!("</{} >", names.pop()?))),
            Event::Text(text) => events.push(Said::Text(text.into_owned())),
            Event::Eof => break,
        }
    }
    let mut out = String::new();
    for (at, said) in events.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| events.get(at));
        match said {
            // White space counts for nothing beside an element, unless there is text.
            Said::Start(tag) => {
                if matches!(before, Some(Said::Start(_) | Said::End(_))) && chance.below(2) == 0 {
                    out += "\r\n\t <!-- a -->";
                }
                out += tag;
            }
            Said::End(tag) => {
                if matches!(before, Some(Said::End(_))) {
                    out += "\n";
                }
                out += tag;
            }
            Said::Text(text) => write_text(text, &mut out, chance),
        }
    }
    Some(out)
}

enum Said {
    Start(String),
    End(String),
    Text(String),
}

fn write_text(text: &str, out: &mut String, chance: &mut Chance) {
    for character in text.chars() {
        match chance.below(6) {
            0 => *out += &format!("&#{};", u32::from(character)),
            1 if !matches!(character, ']' | '\r') => *out += &format!("<![CDATA[{character}]]>"),
            2 => {
                *out += "<!---->";
                escape_text(character.encode_utf8(&mut [0; 4]), out);
            }
            _ => escape_text(character.encode_utf8(&mut [0; 4]), out),
        }
    }
}

/// What a document says, whichever way it is written; white space between elements says nothing.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let mut reader = Reader::new(text, &Options::message());
    let mut out = String::new();
    loop {
        match reader.next().ok()? {
            Event::Start(tag) => {
                out += &format!("<{{{}}}{}", reader.namespace(tag.ns), tag.local);
                let mut attributes: Vec<String> = reader
                    .attributes()
                    .iter()
                    .map(|a| {
                        format!(
                            " {{{}}}{}={:?}",
                            reader.namespace(a.ns),
                            a.local,
                            without_prefix(&a.value)
                        )
                    })
                    .collect();
                attributes.sort();
                out.extend(attributes);
                out.push('>');
            }
            Event::End(_) => out += "</>",
            Event::Text(text) if text.trim_ascii().is_empty() => {}
            Event::Text(text) => out += &text,
            Event::Eof => return Some(out),
        }
    }
}

/// An attribute's value; of a QName only the local part, since the prefix is the writer's choice.
fn without_prefix(value: &str) -> &str {
    match value.split_once(':') {
        Some((prefix, local)) if prefix.starts_with(['q', 'z', 'c']) => local,
        _ => value,
    }
}

/// Changes a document here and there.
fn mutate(text: &str, chance: &mut Chance) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=chance.below(3) {
        let from = chance.below(bytes.len());
        let to = (from + chance.below(24)).min(bytes.len());
        let piece = bytes[from..to].to_vec();
        let at = chance.below(bytes.len());
        match chance.below(5) {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(at..at, piece)),
            2 => bytes[at] = b"<>/= \"'&0a9.-:]!"[chance.below(16)],
            3 => drop(bytes.splice(at..at, element_at(text, chance).into_bytes())),
            _ => {
                let gone = element_at(&String::from_utf8_lossy(&bytes), chance);
                let whole = String::from_utf8_lossy(&bytes).replacen(&gone, "", 1);
                bytes = whole.into_bytes();
            }
        }
        if bytes.is_empty() {
            return text.to_owned();
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One of the elements of a document, as written; or nothing.
fn element_at(text: &str, chance: &mut Chance) -> String {
    let options = Options::message();
    let mut reader = Reader::new(text, &options);
    let mut left = chance.below(12);
    while let Ok(event) = reader.next() {
        match event {
            Event::Start(_) if left == 0 => {
                return reader.skip_element().unwrap_or_default().to_owned();
            }
            Event::Start(_) => left -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    String::new()
}

/// Numbers without a pattern, the same in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}
