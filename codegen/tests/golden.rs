//! Every construct has a folder: a schema, the Rust that it becomes, and documents that are valid or not. The Rust is
//! compared, compiled, and reads and writes the documents. `UPDATE_EXPECT=1` rewrites what is expected.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use soapstone_codegen::{File, Options, generate_files, write_crate};

/// What the program with the generated code does with each document; the root element of every case is `r`.
const CHECK: &str = include_str!("program/check.rs");

#[test]
fn each_construct_becomes_the_rust_expected_and_round_trips() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases: Vec<PathBuf> = fs::read_dir(root.join("tests/golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut all: Vec<File> = Vec::new();
    let mut modules = String::new();
    let mut calls = String::new();
    let mut differing = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let (files, report) =
            generate_files(&[case.join("schema.xsd")], &Options::default()).unwrap();
        assert!(report.is_valid(), "{}: {report}", case.display());
        let module = files
            .iter()
            .find(|file| file.path == "case.rs")
            .map_or("", |file| &file.text);
        let expected = case.join("expected.rs");
        if update {
            fs::write(&expected, module).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != module {
            differing.push(case.display().to_string());
        }
        let _ = writeln!(modules, "pub mod c{index};");
        all.extend(files.into_iter().map(|file| File {
            path: format!("c{index}/{}", file.path),
            text: file.text,
        }));
        let mut documents: Vec<PathBuf> = fs::read_dir(case)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        documents.sort();
        for document in documents
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "xml"))
        {
            let valid = document
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("valid"));
            let path = document.display().to_string();
            let _ = writeln!(
                calls,
                "    check(golden::c{index}::case::element::R, {path:?}, {valid}, &mut failed);"
            );
        }
    }
    assert!(
        differing.is_empty(),
        "these differ from expected.rs (UPDATE_EXPECT=1 rewrites it): {differing:#?}"
    );
    all.push(File {
        path: "mod.rs".to_owned(),
        text: modules,
    });
    all.push(File {
        path: "check.rs".to_owned(),
        text: CHECK.to_owned(),
    });
    all.push(File {
        path: "main.rs".to_owned(),
        text: format!(
            "mod check;\n\nuse check::check;\nuse corpus_golden as golden;\n\nfn main() {{\n    let mut failed = 0;\n{calls}    std::process::exit(i32::from(failed > 0));\n}}\n"
        ),
    });
    let workspace = root.join("..");
    let out = workspace.join("target/golden-check");
    let runtime = workspace.join("crates/soapstone").canonicalize().unwrap();
    write_crate(&all, &out, "corpus_golden", &runtime.display().to_string()).unwrap();
    fs::copy(workspace.join("Cargo.lock"), out.join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let run = Command::new(cargo)
        .args(["run", "--quiet", "--offline"])
        .current_dir(&out)
        .env("CARGO_TARGET_DIR", workspace.join("target/corpus"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{text}");
}
