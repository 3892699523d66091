//! Values go round: every valid instance of the W3C suite, read as a tree, written as XML and as JSON, and read again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use soapstone::xml;
use soapstone_schema::load::load_files;
use soapstone_schema::model::Builtin;
use soapstone_schema::validate::{Expect, Validator};
use soapstone_schema::value::{Element, Root, Values};

/// What went wrong on one way round; none where all is as it was.
fn go_round(values: &Values, text: &str) -> Option<String> {
    let options = xml::Options::document();
    let value = match values.read(text, Expect::Declared, &options) {
        Ok(value) => value,
        Err(error) => return Some(format!("read: {error}")),
    };
    let root = root(&value);
    let written = match values.write(&value, &root) {
        Ok(written) => written,
        Err(error) => return Some(format!("write: {error}")),
    };
    let expect = match &root {
        Root::Element(element) => Expect::Element(*element),
        Root::Type { type_, .. } => Expect::Type(*type_),
    };
    match values.read(&written, expect, &options) {
        Ok(again) if again == value => {}
        Ok(_) => return Some(format!("another tree:\n{written}")),
        Err(error) => return Some(format!("read again: {error}\n{written}")),
    }
    let json = values.to_json(&value, &root);
    let back = match values.from_json(&json, &root) {
        Ok(back) => back,
        Err(error) => return Some(format!("from JSON: {error}\n{json:#}")),
    };
    let written = match values.write(&back, &root) {
        Ok(written) => written,
        Err(error) => return Some(format!("write from JSON: {error}\n{json:#}")),
    };
    match values.read(&written, expect, &options) {
        Ok(again) if values.to_json(&again, &root) == json => None,
        Ok(again) => Some(format!(
            "other JSON:\n{json:#}\n{:#}",
            values.to_json(&again, &root)
        )),
        Err(error) => Some(format!("read from JSON: {error}\n{written}")),
    }
}

fn root(value: &Element) -> Root {
    match value.element {
        Some(element) => Root::Element(element),
        None => Root::Type {
            name: value.name.clone(),
            type_: value.type_.unwrap_or(Builtin::AnyType.id()),
        },
    }
}

#[test]
fn instances_of_the_w3c_suite_go_round() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // The other test of the suite unpacks it.
    let folder = workspace.join("target/w3c");
    let Ok(cases) = fs::read_to_string(folder.join("cases.jsonl")) else {
        println!(
            "skipped: the W3C suite is not unpacked in {}",
            folder.display()
        );
        return;
    };
    let only = std::env::var("W3C_ONLY").unwrap_or_default();
    let (mut count, mut failures) = (0, Vec::new());
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let group = case["group"].as_str().unwrap();
        let valid = |instance: &&serde_json::Value| {
            instance["expected"] == "valid" && instance.get("hints").is_none()
        };
        let instances: Vec<_> = case["instances"]
            .as_array()
            .unwrap()
            .iter()
            .filter(valid)
            .collect();
        // One in three, of those whose text is short: the same few shapes come a thousand times.
        let sampled = group
            .bytes()
            .map(usize::from)
            .sum::<usize>()
            .is_multiple_of(3)
            || !only.is_empty();
        if instances.is_empty() || case["schema"] == "invalid" || !group.contains(&only) || !sampled
        {
            continue;
        }
        let paths: Vec<PathBuf> = case["schemas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| folder.join(file.as_str().unwrap()))
            .collect();
        let loaded = load_files(&paths);
        if paths.is_empty() || !loaded.report.is_valid() {
            continue;
        }
        let validator = Arc::new(Validator::new(Arc::new(loaded.contract)));
        let values = Values::new(validator);
        for instance in instances {
            let file = instance["file"].as_str().unwrap();
            let bytes = fs::read(folder.join(file)).unwrap();
            let Ok(text) = xml::decode(&bytes, None) else {
                continue;
            };
            // What the suite and we judge differently is not the matter here.
            if bytes.len() > 100_000
                || values
                    .read(&text, Expect::Declared, &xml::Options::document())
                    .is_err()
            {
                continue;
            }
            count += 1;
            if let Some(failure) = go_round(&values, &text) {
                failures.push(format!("{group} {file}: {failure}"));
            }
        }
    }
    println!("{count} values went round, {} did not", failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
