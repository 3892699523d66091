//! The W3C XML Schema Test Suite: every verdict of ours beside the suite's.
//!
//! `w3c-known.txt` lists the verdicts that differ, each with its reason. The test fails where another differs, and where a
//! listed one agrees. `W3C_ONLY=text` runs the groups whose name holds the text and prints what is found in each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use soapstone::xml::{self, Reader};
use soapstone_schema::load::load_files;
use soapstone_schema::validate::{Options, Validator};

/// One verdict that the suite states.
struct Verdict {
    /// The group, and `schema` or the instance's file.
    case: String,
    expected: bool,
    ours: bool,
    /// Why ours is "invalid".
    found: String,
}

/// Unpacks the suite under `target`; none where it is not there.
#[allow(clippy::expect_used)]
fn suite() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let archive = root.join("../shared/xsts/suite.tar.gz");
    let folder = root.join("target/w3c");
    if folder.join("cases.jsonl").exists() {
        return Some(folder);
    }
    if !archive.exists() {
        return None;
    }
    fs::create_dir_all(&folder).expect("target is writable");
    let unpacked = Command::new("tar")
        .arg("xzf")
        .arg(&archive)
        .arg("-C")
        .arg(&folder)
        .status();
    unpacked
        .is_ok_and(|status| status.success())
        .then_some(folder)
}

fn load(folder: &Path, files: &[&str]) -> (Option<Validator>, String) {
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    let loaded = load_files(&paths);
    let found = loaded.report.to_string();
    let validator = loaded
        .report
        .is_valid()
        .then(|| Validator::new(Arc::new(loaded.contract)));
    (validator, found)
}

fn validate(validator: &Validator, file: &Path) -> Result<(), String> {
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let text = xml::decode(&bytes, None).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&text, &xml::Options::document());
    validator
        .validate(&mut reader, &Options::collect(), &mut ())
        .map_err(|violations| {
            let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
            lines.join("\n")
        })
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Judges one group.
fn judge(folder: &Path, case: &Value) -> Vec<Verdict> {
    let group = case["group"].as_str().unwrap_or_default();
    let schemas = strings(&case["schemas"]);
    let (validator, found) = load(folder, &schemas);
    let mut verdicts = Vec::new();
    if let Some(expected) = case["schema"].as_str() {
        verdicts.push(Verdict {
            case: format!("{group} schema"),
            expected: expected == "valid",
            ours: validator.is_some(),
            found: found.clone(),
        });
    }
    for instance in case["instances"].as_array().into_iter().flatten() {
        let file = instance["file"].as_str().unwrap_or_default();
        let hints = strings(&instance["hints"]);
        let outcome = if hints.is_empty() {
            match &validator {
                Some(validator) => validate(validator, &folder.join(file)),
                None => Err(found.clone()),
            }
        } else {
            let all: Vec<&str> = schemas.iter().chain(&hints).copied().collect();
            match load(folder, &all) {
                (Some(validator), _) => validate(&validator, &folder.join(file)),
                (None, found) => Err(found),
            }
        };
        verdicts.push(Verdict {
            case: format!("{group} {file}"),
            expected: instance["expected"] == "valid",
            ours: outcome.is_ok(),
            found: outcome.err().unwrap_or_default(),
        });
    }
    verdicts
}

/// The verdicts that are known to differ, with what is ours and why.
fn known(path: &Path) -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entries = lines.filter_map(|line| {
        let mut parts = line.splitn(3, '\t');
        Some((
            parts.next()?.to_owned(),
            (parts.next()?.to_owned(), parts.next()?.to_owned()),
        ))
    });
    entries.collect()
}

#[test]
fn agrees_with_the_w3c_suite() {
    let Some(folder) = suite() else {
        eprintln!("skipped: ../shared/xsts/suite.tar.gz is not there");
        return;
    };
    let only = std::env::var("W3C_ONLY").unwrap_or_default();
    let text = fs::read_to_string(folder.join("cases.jsonl")).expect("the suite's list");
    let cases: Vec<Value> = text
        .lines()
        .filter(|line| line.contains(&only))
        .map(|line| serde_json::from_str(line).expect("a case is JSON"))
        .collect();
    let next = Mutex::new(cases.iter());
    let verdicts = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().expect("no panic").next() else {
                        return;
                    };
                    let judged = judge(&folder, case);
                    verdicts.lock().expect("no panic").extend(judged);
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().expect("no panic");
    verdicts.sort_by(|a, b| a.case.cmp(&b.case));
    report(&verdicts, &only);
}

#[allow(clippy::print_stdout)]
fn report(verdicts: &[Verdict], only: &str) {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/w3c-known.txt");
    let known = known(&list);
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::new();
    for verdict in verdicts {
        let kind = if verdict.case.ends_with(" schema") {
            "schema"
        } else {
            "instance"
        };
        let count: &mut (usize, usize) = counts.entry(kind).or_default();
        count.1 += 1;
        let word = if verdict.ours { "valid" } else { "invalid" };
        if !only.is_empty() {
            println!("{}: {word}\n{}", verdict.case, verdict.found);
        }
        if verdict.ours == verdict.expected {
            count.0 += 1;
            if known.contains_key(&verdict.case) {
                wrong.push(format!("{} agrees now: take it off the list", verdict.case));
            }
        } else if known
            .get(&verdict.case)
            .is_none_or(|(listed, _)| listed != word)
        {
            let found = verdict.found.lines().next().unwrap_or_default();
            wrong.push(format!("{}\t{word}\t{found}", verdict.case));
        }
    }
    for (kind, (agree, all)) in &counts {
        eprintln!(
            "{kind}: {agree} of {all} agree, {:.2} %",
            *agree as f64 * 100.0 / *all as f64
        );
    }
    assert!(
        wrong.is_empty(),
        "{} verdicts are not as listed:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
