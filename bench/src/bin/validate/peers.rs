//! The others: the JDK, libxml2, quick-xml, and `xsd-schema`.

use std::path::{Path, PathBuf};
use std::process::Command;

use quick_xml::events::Event;
use quick_xml::reader::NsReader;

use crate::SECONDS;

/// A bare parse with namespaces.
pub fn quick(document: &str) {
    let mut reader = NsReader::from_str(document);
    while !matches!(reader.read_resolved_event(), Ok((_, Event::Eof)) | Err(_)) {}
}

/// Bytes a second over a document; without one, the seconds of loading the schema.
pub fn java(schema: &Path, document: Option<&Path>) -> Option<f64> {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("java/Validate.java");
    let mut command = Command::new("java");
    command.arg(program).arg(schema);
    if let Some(document) = document {
        command.arg(document).arg(SECONDS.to_string());
    }
    let out = command.output().ok()?;
    String::from_utf8_lossy(&out.stdout).trim().parse().ok()
}

/// `xmllint --timing` tells parsing and validating apart; it validates a tree, and the tree is part of the price.
pub fn libxml(schema: &Path, document: &Path, bytes: usize) -> Option<f64> {
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

/// `xsd-schema`, streaming.
#[cfg(feature = "peers")]
pub fn xsd_schema(schema: &Path, document: &str) -> Option<f64> {
    use xsd_schema::SchemaSetBuilder;
    use xsd_schema::validation::{
        CollectingValidationSink, SchemaValidator, ValidationFlags, drive_quick_xml,
    };
    let text = std::fs::read_to_string(schema).ok()?;
    let set = SchemaSetBuilder::new()
        .add_source(&text, "order.xsd")
        .ok()?
        .compile()
        .ok()?
        .into_schema_set();
    let validator = SchemaValidator::new(&set, ValidationFlags::default());
    Some(crate::measure(document.len(), || {
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        let mut run = validator.start_run(CollectingValidationSink {
            errors: &mut errors,
            warnings: &mut warnings,
        });
        drive_quick_xml(document.as_bytes(), &mut run, &set).unwrap();
        drop(run);
        assert!(errors.is_empty(), "{errors:?}");
    }))
}

#[cfg(not(feature = "peers"))]
pub fn xsd_schema(_: &Path, _: &str) -> Option<f64> {
    None
}
