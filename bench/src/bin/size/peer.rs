//! xsd-parser on a contract. It reads schemas alone, from files and nowhere else: those in a WSDL are cut out for it, and what is
//! imported from the network is what our own loader takes in its place.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use xsd_parser::Config;
use xsd_parser::config::{GeneratorFlags, InterpreterFlags, Resolver, Schema};

use super::processor_seconds;

const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// The code, in one module, and how long that took; the files of the contract are put into a folder first.
pub fn generate(contract: &Path, folder: &Path) -> (String, f64) {
    fs::create_dir_all(folder).expect("the folder can be made");
    let mut gathered = Gathered {
        folder: folder.to_owned(),
        written: HashMap::new(),
        count: 0,
    };
    let schemas = gathered.schemas(contract);
    let mut config = Config::default().with_quick_xml();
    config.parser.resolver = vec![Resolver::File];
    config.parser.schemas = schemas.into_iter().map(Schema::File).collect();
    config.interpreter.flags = InterpreterFlags::all() - InterpreterFlags::WITH_NUM_BIG_INT;
    config.generator.flags = GeneratorFlags::all() - GeneratorFlags::USE_MODULES;
    let before = processor_seconds();
    let code = xsd_parser::generate(config).expect("xsd-parser reads the contract");
    (code.to_string(), processor_seconds() - before)
}

/// The same as people read it.
pub fn formatted(code: &str) -> String {
    let file = syn::parse_file(code).expect("what is generated is Rust");
    prettyplease::unparse(&file)
}

/// Documents with locations that lead to files.
struct Gathered {
    folder: PathBuf,
    written: HashMap<PathBuf, BTreeSet<PathBuf>>,
    count: usize,
}

impl Gathered {
    /// The schemas of a document and of the WSDLs that it imports.
    fn schemas(&mut self, path: &Path) -> BTreeSet<PathBuf> {
        let path = path.canonicalize().expect("the document is there");
        if let Some(known) = self.written.get(&path) {
            return known.clone();
        }
        let text = fs::read_to_string(&path).expect("the document can be read");
        let (cut, locations) = cut(text.trim_start_matches('\u{feff}'));
        let names: Vec<PathBuf> = cut
            .iter()
            .map(|_| {
                self.count += 1;
                self.folder.join(format!("{}.xsd", self.count))
            })
            .collect();
        let mut all: BTreeSet<PathBuf> = names.iter().cloned().collect();
        self.written.insert(path.clone(), all.clone());
        let beside = path.parent().unwrap_or(Path::new("/"));
        for location in locations {
            if beside.join(&location).is_file() {
                all.extend(self.schemas(&beside.join(location)));
            }
        }
        for (schema, name) in cut.iter().zip(names) {
            let located = self.located(schema, beside);
            fs::write(name, located).expect("the folder can be written");
        }
        self.written.insert(path, all.clone());
        all
    }

    /// A schema whose imports and includes lead to files.
    fn located(&mut self, schema: &str, beside: &Path) -> String {
        let mut reader = Reader::from_str(schema);
        let mut out = String::new();
        let mut copied = 0;
        loop {
            let before = reader.buffer_position() as usize;
            let event = reader.read_event().expect("the schema is well-formed");
            let after = reader.buffer_position() as usize;
            let (Event::Start(tag) | Event::Empty(tag)) = &event else {
                if matches!(event, Event::Eof) {
                    return out + &schema[copied..];
                }
                continue;
            };
            if !matches!(local(tag).as_str(), "import" | "include" | "redefine") {
                continue;
            }
            let attributes = attributes(tag);
            let value = |name: &str| {
                let found = attributes.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.as_str())
            };
            let file = value("schemaLocation").map(|location| beside.join(location));
            let target = match (file, value("namespace")) {
                (Some(file), _) if file.is_file() => self.schemas(&file).pop_first(),
                (_, Some(namespace)) => well_known(namespace).map(|known| {
                    let mut known = self.schemas(&known);
                    known.pop_first().unwrap_or_default()
                }),
                _ => None,
            };
            let whole = &schema[before..after];
            let written = value("schemaLocation").unwrap_or_default();
            let without = whole.replace(&format!("schemaLocation=\"{written}\""), "");
            let end = without.len() - if without.ends_with("/>") { 2 } else { 1 };
            out.push_str(&schema[copied..before]);
            out.push_str(&without[..end]);
            if let Some(target) = target {
                let _ = write!(out, " schemaLocation=\"file://{}\"", target.display());
            }
            out.push_str(&without[end..]);
            copied = after;
        }
    }
}

/// What our loader has in the place of a schema that everybody refers to.
fn well_known(namespace: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/schema/src/load/catalog");
    let told = format!("targetNamespace=\"{namespace}\"");
    let paths = fs::read_dir(folder).ok()?.flatten();
    paths
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "xsd"))
        .find(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(&told)))
}

/// The schemas in a document, each with the prefixes of what surrounds it, and the locations of imported WSDLs.
fn cut(text: &str) -> (Vec<String>, Vec<String>) {
    let mut reader = Reader::from_str(text);
    let mut scopes: Vec<Vec<(String, String)>> = Vec::new();
    let (mut schemas, mut locations) = (Vec::new(), Vec::new());
    let mut inside = None;
    loop {
        let before = reader.buffer_position() as usize;
        match reader.read_event().expect("the contract is well-formed") {
            Event::Start(tag) => {
                let mut declared = attributes(&tag);
                declared.retain(|(name, _)| name == "xmlns" || name.starts_with("xmlns:"));
                scopes.push(declared.clone());
                if inside.is_none() && is_schema(&tag, &scopes) {
                    let end = reader.buffer_position() as usize - 1;
                    let all = scopes.iter().rev().flatten();
                    let missing: Vec<(String, String)> = all
                        .filter(|(name, _)| !declared.iter().any(|(known, _)| known == name))
                        .cloned()
                        .collect();
                    let head = with_prefixes(text[before..end].to_owned(), &missing);
                    inside = Some((scopes.len(), head, end));
                }
            }
            Event::Empty(tag) if inside.is_none() && local(&tag) == "import" => {
                let found = attributes(&tag).into_iter();
                locations.extend(found.filter(|(n, _)| n == "location").map(|(_, v)| v));
            }
            Event::End(_) => {
                let ends = |(depth, ..): &(usize, String, usize)| *depth == scopes.len();
                if inside.as_ref().is_some_and(ends)
                    && let Some((_, head, from)) = inside.take()
                {
                    let rest = &text[from..reader.buffer_position() as usize];
                    schemas.push(format!("{head}{rest}"));
                }
                scopes.pop();
            }
            Event::Eof => return (schemas, locations),
            _ => {}
        }
    }
}

fn local(tag: &BytesStart<'_>) -> String {
    let name = tag.name();
    let name: &str = name.as_ref();
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn attributes(tag: &BytesStart<'_>) -> Vec<(String, String)> {
    tag.attributes()
        .flatten()
        .map(|attribute| {
            let name: &str = attribute.key.as_ref();
            (name.to_owned(), attribute.value.into_owned())
        })
        .collect()
}

fn is_schema(tag: &BytesStart<'_>, scopes: &[Vec<(String, String)>]) -> bool {
    let name = tag.name();
    let name: &str = name.as_ref();
    let declaration = match name.split_once(':') {
        Some((prefix, _)) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    };
    let mut all = scopes.iter().rev().flatten();
    let bound = all.find(|(name, _)| *name == declaration);
    local(tag) == "schema" && bound.is_some_and(|(_, uri)| uri == XSD)
}

/// Adds each declaration once; the innermost come first.
fn with_prefixes(mut head: String, missing: &[(String, String)]) -> String {
    for (index, (name, uri)) in missing.iter().enumerate() {
        if !missing[..index].iter().any(|(known, _)| known == name) {
            let _ = write!(head, " {name}=\"{uri}\"");
        }
    }
    head
}
