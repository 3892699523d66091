//! The edge to the file system: contracts are loaded and generated files written, for `build.rs` and for the command.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use soapstone_schema::load::{self, LoadOptions};
use soapstone_schema::model::Model;
use soapstone_schema::report::{Diagnostic, Report, Severity};
use thiserror::Error;

use crate::emit::File;
use crate::{Options, documents, generate};

/// Why no code was made.
#[derive(Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The contract is wrong: all mistakes, each with its place. [`Options::tolerant`] uses it as far as it goes.
    #[error("the contract cannot be used:\n{}\n`tolerant` uses it as far as it goes", mistakes(.0))]
    Contract(Report),
    /// A file or an operation that was asked for is not there, or nothing is left to make: all mistakes.
    #[error("the contract cannot be used:\n{}", mistakes(.0))]
    Unusable(Report),
    /// A file could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// `OUT_DIR` is not set: this is not a build script.
    #[error("OUT_DIR is not set; call this from build.rs")]
    NoOutDir,
}

/// As `Display`: it is what `main` of a build script shows.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The errors of a report, a line each with what to do about it.
fn mistakes(report: &Report) -> String {
    let errors = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    let lines: Vec<String> = errors.map(|diagnostic| report.line(diagnostic)).collect();
    lines.join("\n")
}

/// Generates a contract from `build.rs`: `soapstone_codegen::build("orders", &["../wsdl/orders.wsdl"])?`.
///
/// The code goes to `OUT_DIR`; `soapstone::include_contract!("orders")` includes it. The build runs again when any document
/// of the contract changes, or one may have come that was missing: while one is missing in a folder around `OUT_DIR`, at every build.
///
/// # Errors
/// Where the contract is wrong, or a file cannot be written.
pub fn build(name: &str, files: &[impl AsRef<Path>]) -> Result<(), BuildError> {
    build_with(name, files, &Options::default())
}

/// Generates a contract from `build.rs` with options.
///
/// # Errors
/// As [`build`].
pub fn build_with(
    name: &str,
    files: &[impl AsRef<Path>],
    options: &Options,
) -> Result<(), BuildError> {
    let out = std::env::var_os("OUT_DIR").ok_or(BuildError::NoOutDir)?;
    let paths: Vec<PathBuf> = files.iter().map(|f| f.as_ref().to_owned()).collect();
    let (generated, report) = generate_files(&paths, options)?;
    let mut stdout = std::io::stdout().lock();
    let out = Path::new(&out);
    for path in watched(&paths, &report, out) {
        let _ = writeln!(stdout, "cargo:rerun-if-changed={}", path.display());
    }
    // What other stacks may not understand of a style is made here all the same.
    let told = |diagnostic: &&Diagnostic| diagnostic.rule != "wsdl-style";
    for diagnostic in report.diagnostics.iter().filter(told) {
        let _ = writeln!(
            stdout,
            "cargo:warning={}",
            report.line(diagnostic).replace('\n', " ")
        );
    }
    write_files(&generated, &out.join(name))
}

/// What cargo is to watch: the contract's files, and the folders in which one is missing. A path where nothing is makes cargo run
/// this at every build, and so does a folder around what is built, with all that compiles after it: in such a folder it is the
/// missing document itself. What is built in or on the network is not watched.
fn watched(roots: &[PathBuf], report: &Report, out: &Path) -> Vec<PathBuf> {
    let out = out.canonicalize().unwrap_or_else(|_| out.to_owned());
    let documents = report.documents.iter().map(|path| PathBuf::from(&**path));
    let local = report.missing.iter().filter(|path| !path.contains("://"));
    let missing = local.filter_map(|path| {
        let path = Path::new(&**path);
        let here = |up: &Path| match up.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => up.to_owned(),
        };
        let mut folders = path.ancestors().skip(1).map(here);
        let folder = folders.find(|folder| folder.is_dir())?;
        let whole = folder.canonicalize().ok()?;
        match out.starts_with(whole) {
            true => Some(path.to_owned()),
            false => Some(folder),
        }
    });
    let found = documents.filter(|path| path.exists()).chain(missing);
    let mut all: Vec<PathBuf> = roots.iter().cloned().chain(found).collect();
    all.sort();
    all.dedup();
    all
}

/// Loads a contract and makes Rust of it.
///
/// What an import that cannot be loaded would have declared is left raw, and an operation that cannot be made is left out;
/// the report says so. Every other mistake is an error, unless [`Options::tolerant`] is set.
///
/// # Errors
/// Where the contract has mistakes, where nothing is left to make, or a file or an operation that was asked for is not there.
pub fn generate_files(
    paths: &[PathBuf],
    options: &Options,
) -> Result<(Vec<File>, Report), BuildError> {
    let judged = LoadOptions {
        as_toolkits: true,
        ..LoadOptions::default()
    };
    let mut loaded = load::load_files_with(paths, &judged);
    let documents = documents::embed(&loaded.contract);
    let known = loaded.report.errors();
    let unread = loaded.report.diagnostics.iter().any(|d| d.rule == "load");
    let files = generate(&loaded.contract, &documents, options, &mut loaded.report);
    let asked = loaded.report.errors() > known;
    let empty = files.len() < 2 && known > 0;
    let model = &loaded.contract.model;
    let usable = !empty && !asked && !unread;
    if usable {
        for diagnostic in &mut loaded.report.diagnostics {
            if options.tolerant || is_bearable(diagnostic, model) {
                diagnostic.severity = Severity::Warning;
            }
        }
    }
    match loaded.report.errors() {
        0 => Ok((files, loaded.report)),
        _ if usable => Err(BuildError::Contract(loaded.report)),
        _ => Err(BuildError::Unusable(loaded.report)),
    }
}

/// Tells whether a mistake leaves a contract that can be used: one in an operation, which is left out, or the reference to
/// a namespace of which no document could be loaded, or only what we keep of a well-known one.
fn is_bearable(diagnostic: &Diagnostic, model: &Model) -> bool {
    if diagnostic.rule.starts_with("wsdl-") {
        return true;
    }
    let missing = diagnostic
        .message
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    let is_loaded = |uri: &str| {
        let ours = model
            .documents
            .iter()
            .any(|document| document.strip_prefix("well-known:") == Some(uri));
        !ours && model.namespaces.iter().any(|known| **known == *uri)
    };
    diagnostic.rule == "src-resolve" && missing.is_some_and(|(uri, _)| !is_loaded(uri))
}

/// Writes generated files under a directory; files that are as they should be are left alone.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_files(files: &[File], directory: &Path) -> Result<(), BuildError> {
    for file in files {
        let path = directory.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &file.text));
        written.map_err(|source| BuildError::Write { path, source })?;
    }
    Ok(())
}

/// Writes generated files as a crate that builds by itself; `runtime` is the path of the crate `soapstone`.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_crate(
    files: &[File],
    directory: &Path,
    name: &str,
    runtime: &str,
) -> Result<(), BuildError> {
    // Types alone need no HTTP, and only shapes need serde.
    let uses = |text: &str| files.iter().any(|file| file.text.contains(text));
    let mut features = Vec::new();
    if uses("use soapstone::{codec, datatype, service}") {
        features.extend(["server", "client"]);
    }
    if uses("soapstone::json_") {
        features.push("serde");
    }
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nsoapstone = {{ path = {runtime:?}, features = {features:?} }}\n\n[workspace]\n"
    );
    let mut all = vec![File {
        path: "Cargo.toml".to_owned(),
        text: manifest,
    }];
    all.extend(files.iter().map(|file| File {
        path: if file.path == "mod.rs" {
            "src/lib.rs".to_owned()
        } else {
            format!("src/{}", file.path)
        },
        text: file.text.clone(),
    }));
    write_files(&all, directory)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_which_a_document_is_missing_is_watched() {
        let home = std::env::temp_dir().join(format!("soapstone-watched-{}", std::process::id()));
        let folder = home.join("xsd");
        std::fs::create_dir_all(&folder).unwrap();
        let root = folder.join("a.xsd");
        let import = |place: &str| {
            format!(r#"<xs:import namespace="urn:{place}" schemaLocation="{place}.xsd"/>"#)
        };
        let schema = format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}{}{}<xs:element name="a"/></xs:schema>"#,
            import("b"),
            import("../deep/c"),
            import("http://nowhere.invalid/d")
        );
        std::fs::write(&root, schema).unwrap();
        let roots = [root];
        let loaded = load::load_files_with(&roots, &LoadOptions::default());
        let within = |out: &str| watched(&roots, &loaded.report, &home.join(out));
        let (b, c) = (folder.join("b.xsd"), home.join("deep/c.xsd"));
        assert_eq!(within("xsd/target/out"), [c.clone(), roots[0].clone(), b]);
        let elsewhere = std::env::temp_dir().join("soapstone-out");
        assert_eq!(
            watched(&roots, &loaded.report, &elsewhere),
            [home.clone(), folder.clone(), roots[0].clone()]
        );
        assert_eq!(within("target/out"), [c, folder, roots[0].clone()]);
        std::fs::remove_dir_all(&home).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_built_may_stand_behind_a_link() {
        let home = std::env::temp_dir().join(format!("soapstone-linked-{}", std::process::id()));
        let (folder, link) = (home.join("package"), home.join("target"));
        std::fs::create_dir_all(folder.join("target/out")).unwrap();
        std::os::unix::fs::symlink(folder.join("target"), &link).unwrap();
        let missing = folder.join("b.xsd");
        let mut report = Report::default();
        report.missing.push(missing.display().to_string());
        assert_eq!(watched(&[], &report, &link.join("out")), [missing]);
        std::fs::remove_dir_all(&home).unwrap();
    }
}
