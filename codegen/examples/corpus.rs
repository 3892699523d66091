//! Generates every contract of a corpus into one workspace that cargo checks:
//! `cargo run -p soapstone-codegen --example corpus -- OUT PATH…`, then `cargo check --keep-going` in OUT. A PATH is a contract
//! or a folder of them; each becomes a module. Contracts share documents: a module that another contract of the same crate
//! has made already, with all that it refers to, is used from there. Says how large each contract becomes and how long that takes.

#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use soapstone_codegen::{BuildError, File, Options, generate_files, write_files};

/// A crate of so many bytes is full: what rustc holds in memory grows with it.
const FULL: usize = 6_000_000;

fn main() -> Result<(), BuildError> {
    let mut arguments = std::env::args().skip(1);
    let Some(out) = arguments.next() else {
        return Ok(());
    };
    let mut paths = Vec::new();
    for path in arguments {
        contracts(Path::new(&path), &mut paths);
    }
    let types_only = std::env::var_os("TYPES_ONLY").is_some();
    let options = Options {
        no_clients: types_only,
        no_servers: types_only,
        json: true,
        ..Options::default()
    };
    let mut workspace = Workspace::default();
    let (mut bytes_in_all, mut refused, mut left_out) = (0, 0, 0);
    for (index, path) in paths.iter().enumerate() {
        let started = Instant::now();
        let generated = generate_files(std::slice::from_ref(path), &options);
        let millis = started.elapsed().as_millis();
        let path = path.display();
        match generated {
            Ok((files, report)) => {
                let left = report
                    .diagnostics
                    .iter()
                    .filter(|one| one.rule == "operation-left-out");
                for diagnostic in left {
                    left_out += 1;
                    println!("left out\t{index}\t{}", report.line(diagnostic));
                }
                let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
                let (bytes, lines) = rust.fold((0, 0), |(bytes, lines), file| {
                    (bytes + file.text.len(), lines + file.text.lines().count())
                });
                bytes_in_all += bytes;
                println!("ok\t{index}\t{bytes}\t{lines}\t{millis}\t{path}");
                workspace.add(&format!("c{index}"), &path.to_string(), files);
            }
            Err(error) => {
                refused += 1;
                let why: Vec<String> = error
                    .to_string()
                    .lines()
                    .take(3)
                    .map(String::from)
                    .collect();
                println!(
                    "refused\t{index}\t0\t0\t{millis}\t{path}\t{}",
                    why.join(" | ")
                );
            }
        }
    }
    let files = workspace.finish();
    let written: usize = files.iter().map(|file| file.text.len()).sum();
    println!(
        "{} contracts, {refused} refused, {left_out} operations left out; {bytes_in_all} bytes of Rust, {written} where each module is counted once",
        paths.len()
    );
    write_files(&files, Path::new(&out))
}

/// Adds a contract, or those in a folder, in the order of their names.
fn contracts(path: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        out.push(path.to_owned());
        return;
    };
    let mut inside: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    inside.sort();
    for path in inside {
        let contract = path.extension().is_some_and(|e| {
            e.eq_ignore_ascii_case("wsdl")
                || e == "xsd"
                || e == "xml"
                    && std::fs::read_to_string(&path).is_ok_and(|text| {
                        let head: String = text.chars().take(2000).collect();
                        head.contains("http://schemas.xmlsoap.org/wsdl/")
                    })
        });
        if contract || path.is_dir() {
            contracts(&path, out);
        }
    }
}

/// Crates in the order in which they were begun.
#[derive(Default)]
struct Workspace {
    files: Vec<File>,
    crates: Vec<Crate>,
    /// Where a module of the last crate is, by its text and the text of all that it refers to.
    known: HashMap<String, String>,
}

#[derive(Default)]
struct Crate {
    bytes: usize,
    modules: String,
}

impl Workspace {
    fn add(&mut self, name: &str, path: &str, files: Vec<File>) {
        if self.crates.last().is_none_or(|last| last.bytes > FULL) {
            self.crates.push(Crate::default());
            self.known.clear();
        }
        let at = self.crates.len() - 1;
        let texts: BTreeMap<String, &str> = files
            .iter()
            .filter_map(|file| Some((file.path.strip_suffix(".rs")?.to_owned(), &*file.text)))
            .collect();
        let keys: BTreeMap<&str, String> = texts
            .keys()
            .filter(|module| *module != "mod")
            .map(|module| (module.as_str(), closure(module, &texts)))
            .collect();
        let root = texts.get("mod").copied().unwrap_or_default();
        for file in &files {
            let module = file.path.strip_suffix(".rs").unwrap_or_default();
            let mut text = file.text.clone();
            if let Some(key) = keys.get(module) {
                let raw = root.contains(&format!("pub mod r#{module};"));
                let raw = if raw { "r#" } else { "" };
                let here = format!("crate::{name}::{raw}{module}");
                let there = self.known.entry(key.clone()).or_insert(here.clone());
                if *there != here {
                    text = format!("pub use {there}::*;\n");
                }
            }
            if let Some(last) = self.crates.last_mut() {
                last.bytes += text.len();
            }
            self.files.push(File {
                path: format!("b{at}/src/{name}/{}", file.path),
                text,
            });
        }
        if let Some(last) = self.crates.last_mut() {
            last.modules
                .push_str(&format!("/// `{path}`\npub mod {name};\n"));
        }
    }

    fn finish(mut self) -> Vec<File> {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/soapstone");
        let runtime = runtime.display();
        for (at, made) in self.crates.iter().enumerate() {
            self.files.push(File {
                path: format!("b{at}/Cargo.toml"),
                text: format!(
                    "[package]\nname = \"b{at}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nsoapstone = {{ path = \"{runtime}\", features = [\"server\", \"client\", \"serde\"] }}\n"
                ),
            });
            self.files.push(File {
                path: format!("b{at}/src/lib.rs"),
                text: made.modules.clone(),
            });
        }
        let members: Vec<String> = (0..self.crates.len())
            .map(|at| format!("\"b{at}\""))
            .collect();
        self.files.push(File {
            path: "Cargo.toml".to_owned(),
            text: format!(
                "[workspace]\nresolver = \"3\"\nmembers = [{}]\n",
                members.join(", ")
            ),
        });
        self.files
    }
}

/// A module's text with the texts of all modules that it leads to.
fn closure(module: &str, texts: &BTreeMap<String, &str>) -> String {
    let mut reached = BTreeSet::from([module.to_owned()]);
    let mut open = vec![module.to_owned()];
    while let Some(next) = open.pop() {
        let text = texts.get(&next).copied().unwrap_or_default();
        let names: HashSet<&str> = text
            .split("super::")
            .skip(1)
            .map(|rest| {
                let rest = rest.trim_start_matches("r#");
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                end.and_then(|end| rest.get(..end)).unwrap_or(rest)
            })
            .collect();
        for name in names {
            if texts.contains_key(name) && reached.insert(name.to_owned()) {
                open.push(name.to_owned());
            }
        }
    }
    let parts = reached
        .iter()
        .map(|name| format!("{name}\0{}\0", texts.get(name).copied().unwrap_or_default()));
    format!("{module}\0{}", parts.collect::<String>())
}
