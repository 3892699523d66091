//! Holds the architecture's invariants: which crate and module may know which, and the habits of the house. Each finding
//! prints `file:line` and the mend.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Reads every Rust file that the project tracks, as paths from the root.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["src", "crates", "codegen", "tests", "contracts", "bench"]
        .iter()
        .map(|folder| root.join(folder))
        .collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path
                    .file_name()
                    .is_some_and(|name| name != "target" && name != "cases")
                {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(
        found.len() > 20,
        "found only {} sources under {}",
        found.len(),
        root.display()
    );
    found
}

/// Names every line of the sources that `rule` finds fault with, and fails if there is one.
fn check(mend: &str, mut rule: impl FnMut(&str, &str) -> bool) {
    let mut findings = Vec::new();
    for (file, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if rule(&file, line) {
                findings.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(findings.is_empty(), "{mend}\n{}", findings.join("\n"));
}

/// Tells whether the file is test code: a black-box test, a crate's test, or a module named for it.
fn is_test(file: &str) -> bool {
    file.starts_with("tests/")
        || file.contains("/tests/")
        || file.ends_with("tests.rs")
        || file.starts_with("bench/")
}

#[test]
fn crates_depend_downwards_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let allowed: [(&str, &[&str]); 3] = [
        ("crates/soapstone", &[]),
        ("crates/schema", &["soapstone"]),
        ("codegen", &["soapstone", "soapstone-schema"]),
    ];
    for (folder, edges) in allowed {
        let manifest: toml::Table = fs::read_to_string(root.join(folder).join("Cargo.toml"))
            .unwrap()
            .parse()
            .unwrap();
        let dependencies = manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .unwrap();
        for name in dependencies.keys() {
            let known = !name.starts_with("soapstone") || edges.contains(&name.as_str());
            assert!(
                known,
                "{folder}/Cargo.toml: {name} is above this crate: move what needs it up"
            );
            assert!(
                name != "sqlx",
                "{folder}/Cargo.toml: SQL belongs to the gateway, under src"
            );
        }
    }
}

#[test]
fn only_the_gateway_knows_sql() {
    check("SQL belongs to the gateway, under src", |file, line| {
        !file.starts_with("src/") && !is_test(file) && line.contains("sqlx::")
    });
}

#[test]
fn nothing_is_imported_by_glob() {
    check("name what is imported", |file, line| {
        let line = line.trim_start();
        !is_test(file)
            && line.starts_with("use ")
            && line.ends_with("::*;")
            && line != "use super::*;"
    });
}

#[test]
fn no_test_is_switched_off_or_sleeps_its_way() {
    check(
        "make the test wait for what it needs, or delete it",
        |file, line| {
            file != "tests/tidy.rs"
                && (line.contains("#[ignore")
                    || (file.starts_with("tests/")
                        && line.contains("thread::sleep(Duration::from_secs")))
        },
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    for (file, text) in sources() {
        assert!(
            text.starts_with("//!"),
            "{file}:1: begin with `//!`: what the file is for and what it never does"
        );
    }
}

#[test]
fn no_file_outgrows_its_concept() {
    const LINES: usize = 800;
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(file, lines)| format!("{file}: {lines} lines: split it by concept"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
