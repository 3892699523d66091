//! `soapstone generate`: makes Rust of a contract, as files to look at or to commit.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use soapstone_codegen::{Options, generate_files, write_crate, write_files};

use super::{Failure, print};

/// The crate `soapstone` beside which this program was built.
const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/soapstone");

/// Make Rust of a contract: types, server traits and clients, one file a namespace
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  soapstone generate service.wsdl --out src/service
  soapstone generate service.wsdl --out service --crate --operation GetOrder")]
pub(super) struct Arguments {
    /// WSDL and XSD files; what they import is found beside them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where the files go
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Make DIR a crate that builds by itself
    #[arg(long = "crate")]
    as_crate: bool,
    /// The folder of the crate `soapstone`, for --crate
    #[arg(long, value_name = "DIR", default_value = RUNTIME)]
    runtime: PathBuf,
    /// Make this operation only; may be given several times
    #[arg(long = "operation", value_name = "NAME")]
    operations: Vec<String>,
    /// Make every global element, not only what operations reach
    #[arg(long)]
    all_elements: bool,
    /// Give enumerations a variant for values that the contract does not list
    #[arg(long)]
    open_enumerations: bool,
    /// Let texts share the bytes of the message that they were read from
    #[arg(long)]
    shared_strings: bool,
    /// Use a contract with mistakes as far as it goes, and leave raw what cannot be resolved
    #[arg(long)]
    tolerant: bool,
    /// Let methods take the parts of a request one by one, where it is a plain sequence
    #[arg(long)]
    unwrapped: bool,
    /// Serialise every type as JSON
    #[arg(long)]
    json: bool,
    /// Make no clients
    #[arg(long)]
    no_clients: bool,
    /// Make no servers
    #[arg(long)]
    no_servers: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let options = Options {
        operations: arguments.operations.clone(),
        all_elements: arguments.all_elements,
        open_enumerations: arguments.open_enumerations,
        shared_strings: arguments.shared_strings,
        tolerant: arguments.tolerant,
        unwrapped: arguments.unwrapped,
        json: arguments.json,
        no_clients: arguments.no_clients,
        no_servers: arguments.no_servers,
        ..Options::default()
    };
    let (files, report) =
        generate_files(&arguments.files, &options).map_err(|e| Failure::of(&e))?;
    let mut err = std::io::stderr().lock();
    for diagnostic in &report.diagnostics {
        let _ = writeln!(err, "{}", report.line(diagnostic));
    }
    if arguments.as_crate {
        // The manifest stands in another folder than this one.
        let runtime = arguments.runtime.canonicalize().map_err(|error| {
            let folder = arguments.runtime.display();
            Failure::new(format!(
                "the crate soapstone is not at {folder} ({error}); say where with --runtime DIR"
            ))
        })?;
        let name = arguments
            .files
            .first()
            .and_then(|f| f.file_stem())
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        write_crate(
            &files,
            &arguments.out,
            &crate_name(&name),
            &runtime.display().to_string(),
        )
        .map_err(|e| Failure::of(&e))?;
    } else {
        write_files(&files, &arguments.out).map_err(|e| Failure::of(&e))?;
    }
    let bytes: usize = files.iter().map(|f| f.text.len()).sum();
    print(&format!(
        "{} files, {bytes} bytes in {}\n",
        files.len(),
        arguments.out.display()
    ))
}

/// A name that cargo takes: letters, digits, `-` and `_`, a letter first.
fn crate_name(file: &str) -> String {
    let plain: String = file
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let plain = plain.trim_matches(|c: char| !c.is_ascii_alphabetic());
    if plain.is_empty() {
        "contract".to_owned()
    } else {
        plain.to_owned()
    }
}
