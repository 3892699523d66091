//! A fixed spread of real contracts is generated and what is generated compiles: one crate with a module for each, one check.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use soapstone_codegen::{File, Options, generate_files, write_crate};

/// The contracts, from ../shared/corpus, each with a limit on the bytes of Rust (0: none of its own).
const CONTRACTS: &str = include_str!("corpus.txt");

#[test]
fn a_spread_of_real_contracts_generates_and_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let corpus = root.join("../shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: {} is not there", corpus.display());
        return;
    }
    let out = root.join("target/corpus-check");
    let mut all: Vec<File> = Vec::new();
    let mut modules = String::from("#![allow(missing_docs)]\n");
    let contracts = CONTRACTS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    for (index, line) in contracts.enumerate() {
        let (limit, path) = line.split_once(' ').unwrap();
        let limit: usize = limit.parse().unwrap();
        let generate = || generate_files(&[corpus.join(path)], &Options::default());
        let (files, _) = generate().unwrap_or_else(|error| panic!("{path}: {error}"));
        let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
        let bytes: usize = rust.map(|file| file.text.len()).sum();
        assert!(
            limit == 0 || bytes < limit,
            "{path}: {bytes} bytes of Rust, {limit} allowed"
        );
        // The large ones are not made twice: that costs seconds and shows nothing more.
        if bytes < 500_000 {
            assert_eq!(files, generate().unwrap().0, "{path}: two runs differ");
        }
        modules.push_str(&format!("/// `{path}`\npub mod c{index};\n"));
        all.extend(files.into_iter().map(|file| File {
            path: format!("c{index}/{}", file.path),
            text: file.text,
        }));
    }
    all.push(File {
        path: "mod.rs".to_owned(),
        text: modules,
    });
    let runtime = root.join("crates/soapstone").canonicalize().unwrap();
    write_crate(&all, &out, "corpus-check", &runtime.display().to_string()).unwrap();
    std::fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock")).unwrap();
    let started = Instant::now();
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let check = Command::new(cargo)
        .args(["check", "--quiet", "--offline"])
        .current_dir(&out)
        .env("CARGO_TARGET_DIR", root.join("target/corpus"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&check.stderr);
    let head: Vec<&str> = text.lines().take(60).collect();
    assert!(check.status.success(), "{}", head.join("\n"));
    println!("the check took {:?}", started.elapsed());
}
