//! The edge to the file system: contracts are loaded and generated files written, for `build.rs` and for the command.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use soapstone_schema::load;
use soapstone_schema::report::Report;
use thiserror::Error;

use crate::emit::File;
use crate::{Options, documents, generate};

/// Why no code was made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The contract is wrong: all mistakes, each with its place.
    #[error("the contract cannot be used:\n{0}")]
    Contract(Report),
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

/// Generates a contract from `build.rs`: `soapstone_codegen::build("orders", &["../wsdl/orders.wsdl"])?`.
///
/// The code goes to `OUT_DIR`; `soapstone::include_contract!("orders")` includes it. The build runs again when any document
/// of the contract changes.
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
    // A document that is not a file (built in, or on the network) would make cargo run this at every build.
    let documents = report
        .documents
        .iter()
        .map(|document| PathBuf::from(&**document));
    for path in paths
        .iter()
        .cloned()
        .chain(documents.filter(|path| path.exists()))
    {
        let _ = writeln!(stdout, "cargo:rerun-if-changed={}", path.display());
    }
    for diagnostic in &report.diagnostics {
        let _ = writeln!(
            stdout,
            "cargo:warning={}",
            report.line(diagnostic).replace('\n', " ")
        );
    }
    write_files(&generated, &Path::new(&out).join(name))
}

/// Loads a contract and makes Rust of it.
///
/// Mistakes in a contract that leave something to make are in the report only: what cannot be resolved is left raw.
///
/// # Errors
/// Where nothing is left to make, or an operation that was asked for is not there.
pub fn generate_files(
    paths: &[PathBuf],
    options: &Options,
) -> Result<(Vec<File>, Report), BuildError> {
    let mut loaded = load::load_files(paths);
    let documents = documents::embed(&loaded.contract);
    let known = loaded.report.errors();
    let files = generate(&loaded.contract, &documents, options, &mut loaded.report);
    let empty = files.len() < 2 && known > 0;
    if empty || loaded.report.errors() > known {
        return Err(BuildError::Contract(loaded.report));
    }
    Ok((files, loaded.report))
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
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nsoapstone = {{ path = {runtime:?}, features = [\"server\", \"client\"] }}\n\n[workspace]\n"
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
