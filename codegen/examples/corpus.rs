//! Generates contracts and says how large they become and how long it takes:
//! `cargo run -p soapstone-codegen --example corpus -- OUT FILE…`; each file becomes a module of the crate at OUT.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use soapstone_codegen::{BuildError, File, Options, generate_files, write_crate};

fn main() -> Result<(), BuildError> {
    let mut arguments = std::env::args().skip(1);
    let Some(out) = arguments.next() else {
        return Ok(());
    };
    let mut all: Vec<File> = Vec::new();
    let mut modules = String::new();
    for (index, path) in arguments.enumerate() {
        let started = Instant::now();
        let types_only = std::env::var_os("TYPES_ONLY").is_some();
        let options = Options {
            no_clients: types_only,
            no_servers: types_only,
            ..Options::default()
        };
        let generated = generate_files(&[PathBuf::from(&path)], &options);
        let millis = started.elapsed().as_millis();
        match generated {
            Ok((files, _)) => {
                let bytes: usize = files
                    .iter()
                    .filter(|f| f.path.ends_with(".rs"))
                    .map(|f| f.text.len())
                    .sum();
                let lines: usize = files
                    .iter()
                    .filter(|f| f.path.ends_with(".rs"))
                    .map(|f| f.text.lines().count())
                    .sum();
                println!("ok\t{index}\t{bytes}\t{lines}\t{millis}\t{path}");
                let name = format!("c{index}");
                modules.push_str(&format!("/// `{path}`\npub mod {name};\n"));
                all.extend(files.into_iter().map(|f| File {
                    path: format!("{name}/{}", f.path),
                    text: f.text,
                }));
            }
            Err(error) => println!(
                "refused\t{index}\t0\t0\t{millis}\t{path}\t{}",
                error
                    .to_string()
                    .lines()
                    .take(3)
                    .collect::<Vec<_>>()
                    .join(" | ")
            ),
        }
    }
    all.push(File {
        path: "mod.rs".to_owned(),
        text: modules,
    });
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/soapstone");
    write_crate(
        &all,
        Path::new(&out),
        "corpus",
        &runtime.display().to_string(),
    )
}
