//! Validation beside the JDK's validator, libxml2 (`xmllint`), `xsd-schema` and a bare parse, in one run on the same documents.
//!
//! `cargo run --release --manifest-path bench/Cargo.toml --features peers --bin validate [documents] [keys] [memory] [FILE.xsd…]`
//!
//! `documents` are validated by everyone; `keys` are documents with key and keyref, of growing size, beside the JDK; `memory` validates a million messages, every second one hostile, and tells what the
//! process holds before and after; a file is a schema that is loaded. Without arguments: documents, keys and memory.

mod documents;
mod peers;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use soapstone::xml::{self, Event, Reader};
use soapstone_schema::load::load_files;
use soapstone_schema::validate::{Options, Validator};

use documents::{KEYS, ORDER, keys, order};

/// How long each of the peers is measured.
const SECONDS: f64 = 4.0;
/// Messages of the memory run.
const MESSAGES: usize = 1_000_000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let (schemas, parts): (Vec<&String>, Vec<&String>) =
        wanted.iter().partition(|name| name.ends_with(".xsd"));
    let wants = |part: &str| wanted.is_empty() || parts.iter().any(|name| *name == part);
    let folder = std::env::temp_dir().join("soapstone-bench-validate");
    fs::create_dir_all(&folder).unwrap();
    if wants("documents") {
        documents(&folder);
    }
    if wants("keys") {
        growth(&folder);
    }
    if wants("memory") {
        memory(&folder);
    }
    for schema in schemas {
        load(Path::new(schema));
    }
}

/// Everyone on the same documents, in bytes a second.
fn documents(folder: &Path) {
    let cases = [
        ("purchase order, 6 MB", "order.xsd", ORDER, order(30_000)),
        ("purchase order, 2.5 kB", "order.xsd", ORDER, order(11)),
        ("key and keyref, 6 MB", "keys.xsd", KEYS, keys(60_000)),
    ];
    println!(
        "{:24} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "MB/s", "ours", "reader", "quick-xml", "JDK", "libxml2", "xsd-schema"
    );
    for (index, (name, schema, schema_text, document)) in cases.iter().enumerate() {
        let schema = folder.join(schema);
        fs::write(&schema, schema_text).unwrap();
        let path = folder.join(format!("{index}.xml"));
        fs::write(&path, document).unwrap();
        let validator = validator(&schema);
        let ours = measure(document.len(), || validate(&validator, document));
        let java = peers::java(&schema, Some(&path));
        let rates = [
            Some(ours),
            Some(measure(document.len(), || parse(document))),
            Some(measure(document.len(), || peers::quick(document))),
            java,
            peers::libxml(&schema, &path, document.len()),
            peers::xsd_schema(&schema, document),
        ];
        print!("{name:24}");
        for rate in rates {
            print!(
                " {:>10}",
                rate.map_or("-".to_owned(), |rate| format!("{:.0}", rate / 1e6))
            );
        }
        println!(
            "   {:.0} documents/s, {:.1} x JDK",
            ours / document.len() as f64,
            ours / java.unwrap_or(f64::NAN),
        );
    }
}

/// Key and keyref in documents of growing size: ours stays in one proportion to the size, the JDK's does not.
fn growth(folder: &Path) {
    let schema = folder.join("keys.xsd");
    fs::write(&schema, KEYS).unwrap();
    let validator = validator(&schema);
    println!("{:24} {:>10} {:>10}", "key and keyref, MB/s", "ours", "JDK");
    for rows in [300, 1_000, 3_000, 6_000, 10_000] {
        let document = keys(rows);
        let path = folder.join("keys.xml");
        fs::write(&path, &document).unwrap();
        let ours = measure(document.len(), || validate(&validator, &document));
        let java = peers::java(&schema, Some(&path)).unwrap_or(f64::NAN);
        println!(
            "{:24} {:>10.1} {:>10.2}   {:.1} x JDK",
            format!("{} kB", document.len() / 1000),
            ours / 1e6,
            java / 1e6,
            ours / java
        );
    }
}

/// A million messages through one validator: what the process holds after the first thousand, and after the last.
fn memory(folder: &Path) {
    let schema = folder.join("order.xsd");
    fs::write(&schema, ORDER).unwrap();
    let validator = validator(&schema);
    let good = order(11);
    let start = Instant::now();
    let mut before = 0;
    let (mut valid, mut invalid) = (0usize, 0usize);
    for number in 0..MESSAGES {
        let hostile = number % 2 == 1;
        let found = if hostile {
            // A name, a prefix, a namespace, a type and a value that no message had before.
            let message = good
                .replacen("<o:sku>", &format!("<n{number}:e{number} xmlns:n{number}=\"urn:n:{number}\" a{number}=\"v\"/><o:sku>"), 1)
                .replacen("id=\"ORD", &format!("xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"t{number}\" b{number}=\"w\" id=\"ORD"), 1);
            judge(&validator, &message)
        } else {
            judge(&validator, &good)
        };
        match found {
            0 => valid += 1,
            _ => invalid += 1,
        }
        if number + 1 == MESSAGES / 1000 {
            before = resident();
        }
    }
    let after = resident();
    println!(
        "{MESSAGES} messages of {} bytes in {:.0} s ({valid} valid, {invalid} refused): {before} kB held after the first thousandth, {after} kB at the end",
        good.len(),
        start.elapsed().as_secs_f64(),
    );
}

/// A schema from its files to a validator that has seen one document, beside the JDK's.
fn load(schema: &Path) {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let start = Instant::now();
        let validator = validator(schema);
        std::hint::black_box(&validator);
        best = best.min(start.elapsed());
    }
    let java = peers::java(schema, None)
        .map_or("-".to_owned(), |seconds| format!("{:.0} ms", seconds * 1e3));
    println!(
        "{}: loaded in {:.1} ms, JDK {java}",
        schema.display(),
        best.as_secs_f64() * 1e3
    );
}

fn validator(schema: &Path) -> Validator {
    let loaded = load_files(&[PathBuf::from(schema)]);
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    Validator::new(Arc::new(loaded.contract))
}

/// Bytes a second, the best of several slices.
fn measure(bytes: usize, mut run: impl FnMut()) -> f64 {
    let mut best = 0.0f64;
    for _ in 0..8 {
        let start = Instant::now();
        let mut done = 0;
        while start.elapsed() < Duration::from_secs_f64(SECONDS / 8.0) {
            run();
            done += bytes;
        }
        best = best.max(done as f64 / start.elapsed().as_secs_f64());
    }
    best
}

fn validate(validator: &Validator, document: &str) {
    // From bytes, as the others: the check of UTF-8 is part of it.
    let text = xml::decode(document.as_bytes(), None).unwrap();
    let mut reader = Reader::new(&text, &xml::Options::message());
    validator
        .validate(&mut reader, &Options::first(), &mut ())
        .unwrap();
}

/// How many violations a document has.
fn judge(validator: &Validator, document: &str) -> usize {
    let text = xml::decode(document.as_bytes(), None).unwrap();
    let mut reader = Reader::new(&text, &xml::Options::message());
    validator
        .validate(&mut reader, &Options::collect(), &mut ())
        .map_or_else(|found| found.len(), |()| 0)
}

fn parse(document: &str) {
    let mut reader = Reader::new(document, &xml::Options::message());
    while !matches!(reader.next(), Ok(Event::Eof) | Err(_)) {}
}

/// What the process holds in memory, in kB, as Linux counts it.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
