//! Validation beside the JDK's validator, libxml2 (`xmllint`) and a bare parse, in one run on the same documents.
//!
//! `cargo run --release --manifest-path bench/Cargo.toml --bin validate`

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_xml::events::Event as Quick;
use quick_xml::reader::NsReader;
use soapstone::xml::{self, Event, Reader};
use soapstone_schema::load::load_files;
use soapstone_schema::validate::{Options, Validator};

const SECONDS: f64 = 4.0;

fn main() {
    let folder = std::env::temp_dir().join("soapstone-bench-validate");
    fs::create_dir_all(&folder).unwrap();
    let cases = [
        ("purchase order, 6 MB", "order.xsd", ORDER, order(30_000)),
        ("purchase order, 2.5 kB", "order.xsd", ORDER, order(11)),
        ("key and keyref, 6 MB", "keys.xsd", KEYS, keys(60_000)),
    ];
    println!(
        "{:24} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "MB/s", "ours", "reader", "quick-xml", "JDK", "libxml2"
    );
    for (index, (name, schema, schema_text, document)) in cases.iter().enumerate() {
        let schema = folder.join(schema);
        fs::write(&schema, schema_text).unwrap();
        let path = folder.join(format!("{index}.xml"));
        fs::write(&path, document).unwrap();
        let ours = ours(&schema, document);
        let reader = measure(document.len(), || parse(document));
        let quick = measure(document.len(), || quick(document));
        let java = java(&schema, &path);
        let libxml = libxml(&schema, &path, document.len());
        let shown =
            |rate: Option<f64>| rate.map_or("-".to_owned(), |rate| format!("{:.0}", rate / 1e6));
        println!(
            "{name:24} {:>10} {:>10} {:>10} {:>10} {:>10}   {:.0} documents/s, {:.1} x JDK",
            shown(Some(ours)),
            shown(Some(reader)),
            shown(Some(quick)),
            shown(java),
            shown(libxml),
            ours / document.len() as f64,
            ours / java.unwrap_or(f64::NAN),
        );
    }
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

fn ours(schema: &Path, document: &str) -> f64 {
    let loaded = load_files(&[schema.to_path_buf()]);
    assert!(loaded.report.is_valid(), "{}", loaded.report);
    let validator = Validator::new(Arc::new(loaded.contract));
    measure(document.len(), || {
        // From bytes, as the others: the check of UTF-8 is part of it.
        let text = xml::decode(document.as_bytes(), None).unwrap();
        let mut reader = Reader::new(&text, &xml::Options::message());
        validator
            .validate(&mut reader, &Options::first(), &mut ())
            .unwrap();
    })
}

fn parse(document: &str) {
    let mut reader = Reader::new(document, &xml::Options::message());
    while !matches!(reader.next(), Ok(Event::Eof) | Err(_)) {}
}

fn quick(document: &str) {
    let mut reader = NsReader::from_str(document);
    while !matches!(reader.read_resolved_event(), Ok((_, Quick::Eof)) | Err(_)) {}
}

fn java(schema: &Path, document: &Path) -> Option<f64> {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("java/Validate.java");
    let out = Command::new("java")
        .arg(program)
        .args([schema, document])
        .arg(SECONDS.to_string())
        .output()
        .ok()?;
    String::from_utf8_lossy(&out.stdout).trim().parse().ok()
}

/// `xmllint --timing` tells parsing and validating apart; it validates a tree, and the tree is part of the price.
fn libxml(schema: &Path, document: &Path, bytes: usize) -> Option<f64> {
    let mut best = 0.0f64;
    for _ in 0..3 {
        let out = Command::new("xmllint")
            .args(["--noout", "--timing", "--schema"])
            .args([schema, document])
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        let took = |what: &str| -> Option<f64> {
            let line = text.lines().find(|line| line.starts_with(what))?;
            line.split_whitespace().rev().nth(1)?.parse().ok()
        };
        let millis = took("Parsing")? + took("Validating")?;
        if millis > 0.0 {
            best = best.max(bytes as f64 / millis * 1000.0);
        }
    }
    (best > 0.0).then_some(best)
}

fn order(lines: usize) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<o:order xmlns:o=\"urn:order\" id=\"ORD-2026-000123\" currency=\"EUR\">\n  \
         <o:customer>ACME</o:customer>\n  <o:date>2026-02-03</o:date>\n",
    );
    for line in 1..=lines {
        let _ = write!(
            out,
            "  <o:line number=\"{line}\">\n    <o:sku>SKU-{:06}</o:sku>\n    <o:quantity>{}</o:quantity>\n    \
             <o:price>{}.{:02}</o:price>\n    <o:taxable>{}</o:taxable>\n    <o:ships>2026-{:02}-{:02}</o:ships>\n  </o:line>\n",
            line * 7919 % 1_000_000,
            line % 99 + 1,
            line % 999,
            line % 100,
            line % 2 == 0,
            line % 12 + 1,
            line % 28 + 1,
        );
    }
    out + "</o:order>\n"
}

fn keys(rows: usize) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<stock>\n");
    for row in 0..rows {
        let _ = writeln!(
            out,
            "  <part code=\"P{row:07}\"><name>part {row}</name></part>"
        );
    }
    for row in 0..rows {
        let _ = writeln!(
            out,
            "  <move of=\"P{:07}\"><count>{}</count></move>",
            row * 7 % rows,
            row % 100
        );
    }
    out + "</stock>\n"
}

const ORDER: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:order" xmlns="urn:order"
    elementFormDefault="qualified">
  <xs:simpleType name="Sku"><xs:restriction base="xs:string"><xs:pattern value="SKU-\d{6}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Money">
    <xs:restriction base="xs:decimal"><xs:fractionDigits value="2"/><xs:minInclusive value="0"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Currency">
    <xs:restriction base="xs:string"><xs:enumeration value="EUR"/><xs:enumeration value="USD"/></xs:restriction>
  </xs:simpleType>
  <xs:complexType name="Line">
    <xs:sequence>
      <xs:element name="sku" type="Sku"/>
      <xs:element name="quantity" type="xs:positiveInteger"/>
      <xs:element name="price" type="Money"/>
      <xs:element name="taxable" type="xs:boolean" minOccurs="0"/>
      <xs:element name="note" type="xs:string" minOccurs="0"/>
      <xs:element name="ships" type="xs:date"/>
    </xs:sequence>
    <xs:attribute name="number" type="xs:int" use="required"/>
  </xs:complexType>
  <xs:element name="order">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="customer" type="xs:string"/>
        <xs:element name="date" type="xs:date"/>
        <xs:element name="line" type="Line" maxOccurs="unbounded"/>
      </xs:sequence>
      <xs:attribute name="id" type="xs:string"/>
      <xs:attribute name="currency" type="Currency"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"#;

const KEYS: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:element name="stock">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="part" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence><xs:element name="name" type="xs:string"/></xs:sequence>
            <xs:attribute name="code" type="xs:token" use="required"/>
          </xs:complexType>
        </xs:element>
        <xs:element name="move" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence><xs:element name="count" type="xs:int"/></xs:sequence>
            <xs:attribute name="of" type="xs:token" use="required"/>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
    <xs:key name="part"><xs:selector xpath="part"/><xs:field xpath="@code"/></xs:key>
    <xs:keyref name="move" refer="part"><xs:selector xpath="move"/><xs:field xpath="@of"/></xs:keyref>
  </xs:element>
</xs:schema>
"#;
