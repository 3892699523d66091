//! Every contract of a corpus generates, or is listed in `corpus_refusals.tsv` with the reason; what is generated of a fixed
//! spread compiles: one crate with a module for each, one check.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use soapstone_codegen::{File, Options, generate_files, write_crate};

/// The contracts, from ../shared/corpus, each with a limit on the bytes of Rust (0: none of its own).
const CONTRACTS: &str = include_str!("corpus.txt");

/// Contracts in the manner of vendors whose own are not at hand.
fn vendors() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendors");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_spread_of_real_contracts_generates_and_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let corpus = root.join("../shared/corpus");
    let is_there = corpus.is_dir();
    if !is_there {
        eprintln!("only the vendors': {} is not there", corpus.display());
    }
    let out = root.join("target/corpus-check");
    let mut all: Vec<File> = Vec::new();
    let mut modules = String::from("#![allow(missing_docs)]\n");
    let listed = CONTRACTS
        .lines()
        .filter(|line| is_there && !line.is_empty() && !line.starts_with('#'));
    let mut contracts: Vec<(usize, PathBuf)> = listed
        .map(|line| line.split_once(' ').unwrap())
        .map(|(limit, path)| (limit.parse().unwrap(), corpus.join(path)))
        .collect();
    contracts.extend(vendors().into_iter().map(|path| (0, path)));
    for (index, (limit, path)) in contracts.into_iter().enumerate() {
        // Every second one is made with every option.
        let options = Options {
            json: index % 2 == 1 && limit == 0,
            unwrapped: index % 2 == 1,
            tolerant: true,
            ..Options::default()
        };
        let generate = || generate_files(std::slice::from_ref(&path), &options);
        let path = path.display();
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

#[test]
fn every_contract_generates_or_says_why_not() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let Ok(corpus) = corpus.canonicalize() else {
        eprintln!("skipped: {} is not there", corpus.display());
        return;
    };
    let index = std::fs::read_to_string(corpus.join("INDEX.tsv")).unwrap();
    let files: Vec<&str> = index
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
        .collect();
    let next = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<String, String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let generated = generate_files(&[corpus.join(file)], &Options::default());
                    if let Err(error) = generated {
                        let why = first_mistake(&error.to_string(), &corpus);
                        found.lock().unwrap().insert((*file).to_owned(), why);
                    }
                }
            });
        }
    });
    let found: String = found
        .into_inner()
        .unwrap()
        .iter()
        .map(|(file, why)| format!("{file}\t{why}\n"))
        .collect();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus_refusals.tsv");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&committed, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&committed).unwrap_or_default();
    let now: BTreeSet<&str> = found.lines().collect();
    let listed: BTreeSet<&str> = expected.lines().collect();
    let joined: Vec<&&str> = now.difference(&listed).collect();
    let left: Vec<&&str> = listed.difference(&now).collect();
    assert!(
        joined.is_empty() && left.is_empty(),
        "refused now: {joined:#?}\nno longer: {left:#?}\n(UPDATE_EXPECT=1)"
    );
}

/// The first mistake without the folder that the corpus is in.
fn first_mistake(error: &str, corpus: &Path) -> String {
    let line = error.lines().nth(1).unwrap_or(error);
    line.replace(&format!("{}/", corpus.display()), "")
        .replace('\t', " ")
}
