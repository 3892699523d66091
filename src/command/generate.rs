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
  soapstone generate service.wsdl --out service --crate --operation GetOrder
  soapstone generate service.wsdl --out src/service --module http://example.com/orders=orders \\
    --derive Eq --attribute 'Order=#[non_exhaustive]' --replace Sku=crate::Sku")]
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
    /// Make every named type, not only what operations reach
    #[arg(long)]
    all_types: bool,
    /// Call the module of a namespace so; may be given several times
    #[arg(long = "module", value_name = "NAMESPACE=NAME", value_parser = pair)]
    modules: Vec<(String, String)>,
    /// Derive this for every type; may be given several times
    #[arg(long = "derive", value_name = "TRAIT")]
    derives: Vec<String>,
    /// Put an attribute before a type or a field: `Order=#[derive(Hash)]`, `Order.comment=#[deprecated]`; may be given several times
    #[arg(long = "attribute", value_name = "NAME=ATTRIBUTE", value_parser = attribute)]
    attributes: Vec<(String, String)>,
    /// Use a Rust type of your own in the place of a schema type: `Sku=crate::Sku`, `{namespace}Sku=crate::Sku`; may be given
    /// several times
    #[arg(long = "replace", value_name = "TYPE=RUST", value_parser = pair)]
    replacements: Vec<(String, String)>,
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

impl Arguments {
    fn options(&self) -> Options {
        Options {
            operations: self.operations.clone(),
            all_elements: self.all_elements,
            all_types: self.all_types,
            modules: self.modules.clone(),
            derives: self.derives.clone(),
            attributes: self.attributes.clone(),
            replacements: self.replacements.clone(),
            open_enumerations: self.open_enumerations,
            shared_strings: self.shared_strings,
            tolerant: self.tolerant,
            unwrapped: self.unwrapped,
            json: self.json,
            no_clients: self.no_clients,
            no_servers: self.no_servers,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let options = arguments.options();
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

/// Takes a pair apart at the last `=`, since a namespace may have some of its own.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("there is no `=` with something on either side of it".to_owned()),
    }
}

/// Takes a name and an attribute apart, which may have an `=` each.
fn attribute(text: &str) -> Result<(String, String), String> {
    match text.split_once("=#[") {
        Some((key, rest)) if !key.is_empty() && rest.ends_with(']') => {
            Ok((key.to_owned(), format!("#[{rest}")))
        }
        _ => Err("an attribute is written as in Rust: Name=#[...]".to_owned()),
    }
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
    let plain = plain.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let plain = plain.trim_end_matches('-');
    if plain.is_empty() {
        "contract".to_owned()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn a_crate_is_called_as_its_contract_as_far_as_cargo_takes_that() {
        for (folder, name) in [
            ("hl7", "hl7"),
            ("UBL 2.1", "ubl-2-1"),
            ("4711", "contract"),
            ("_x_", "x"),
            ("Bestellung (neu)", "bestellung--neu"),
        ] {
            assert_eq!(crate_name(folder), name);
        }
    }

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn parsed(flags: &[&str]) -> Result<Options, String> {
        let line = ["generate", "a.wsdl", "--out", "b"].iter().chain(flags);
        let line = Line::try_parse_from(line).map_err(|error| error.to_string())?;
        Ok(line.arguments.options())
    }

    #[test]
    fn each_option_has_a_flag() {
        let switches = [
            "--all-elements",
            "--all-types",
            "--open-enumerations",
            "--shared-strings",
            "--tolerant",
            "--unwrapped",
            "--json",
            "--no-clients",
            "--no-servers",
        ];
        let pairs = [
            ("--operation", "Get"),
            ("--module", "http://a.example/?v=1=orders"),
            ("--module", "urn:b=b"),
            ("--derive", "Eq"),
            ("--derive", "serde::Serialize"),
            ("--attribute", "{urn:a?b=c}Order=#[doc = \"a=#[b]\"]"),
            ("--attribute", "Order.comment=#[deprecated]"),
            ("--replace", "{urn:a?b=c}Sku=crate::Sku"),
        ];
        let mut flags = switches.to_vec();
        for (flag, value) in pairs {
            flags.extend([flag, value]);
        }
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = Options {
            operations: vec!["Get".to_owned()],
            all_elements: true,
            all_types: true,
            modules: vec![pair("http://a.example/?v=1", "orders"), pair("urn:b", "b")],
            derives: vec!["Eq".to_owned(), "serde::Serialize".to_owned()],
            attributes: vec![
                pair("{urn:a?b=c}Order", "#[doc = \"a=#[b]\"]"),
                pair("Order.comment", "#[deprecated]"),
            ],
            replacements: vec![pair("{urn:a?b=c}Sku", "crate::Sku")],
            shared_strings: true,
            tolerant: true,
            unwrapped: true,
            json: true,
            open_enumerations: true,
            no_clients: true,
            no_servers: true,
        };
        let options = parsed(&flags).unwrap();
        assert_eq!(format!("{options:#?}"), format!("{expected:#?}"));
    }

    #[test]
    fn a_pair_without_both_sides_is_told() {
        for (flag, value, part) in [
            ("--module", "urn:a", "there is no `=`"),
            ("--module", "urn:a=", "there is no `=`"),
            ("--replace", "=crate::Sku", "there is no `=`"),
            ("--attribute", "Order=deprecated", "as in Rust"),
            ("--attribute", "Order=#[deprecated", "as in Rust"),
        ] {
            let error = parsed(&[flag, value]).unwrap_err();
            assert!(error.contains(part) && error.contains(value), "{error}");
        }
    }
}
