//! `soapstone wsdl`: a database's contract as files.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use soapstone_schema::diff;
use soapstone_schema::load::{LoadOptions, Source, load};
use soapstone_schema::read::Renamed;

use super::fetch::{Access, Fetcher};
use super::serve::{Common, database_url};
use super::{Failure, block_on, print};
use crate::contract::wsdl::{Addresses, Layout, used_namespaces, wsdl, xsds};
use crate::contract::{Contract, Service};
use crate::gateway::Gateway;

/// Write a database's contract as files, or compare two contracts.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  soapstone wsdl export .
  soapstone wsdl diff wsdl/crm.wsdl 'http://127.0.0.1:8080/soap/crm?wsdl'"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Export(Export),
    Diff(Diff),
}

/// Write the contract of a database: DIR/wsdl/crm.wsdl with both ports, and the schemas that it imports in DIR/xsd.
///
/// Without a database it is the sample CRM's. The same catalog gives the same bytes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  soapstone wsdl export .
  soapstone wsdl export contract --db postgres://crm@localhost/crm --address https://crm.example.com")]
struct Export {
    /// The folder that gets wsdl/ and xsd/.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// Compare two contracts, as files or addresses: what may break a client of the old one, and what may not.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 nothing breaks, 1 something does, 2 the contracts cannot be read.

Examples:
  soapstone wsdl diff wsdl/crm.wsdl 'http://127.0.0.1:8080/soap/crm?wsdl'
  git show main:wsdl/crm.wsdl > old.wsdl && soapstone wsdl diff old.wsdl wsdl/crm.wsdl
  soapstone wsdl diff 2023_1.wsdl 2023_2.wsdl --namespace urn:sales_2023_1.example.com=urn:sales_2023_2.example.com"
)]
struct Diff {
    /// The contract that clients were made from.
    #[arg(value_name = "OLD")]
    old: String,
    /// The contract that is to be served.
    #[arg(value_name = "NEW")]
    new: String,
    /// Take a namespace of the old contract for that one of the new: releases may differ in it by their number. Repeatable.
    #[arg(long, value_name = "OLD=NEW", value_parser = namespaces)]
    namespace: Vec<(String, String)>,
    #[command(flatten)]
    access: Access,
}

/// The two halves of `OLD=NEW`; a namespace may have the character too, and two releases have it equally often.
fn namespaces(given: &str) -> Result<(String, String), String> {
    let signs: Vec<(usize, &str)> = given.match_indices('=').collect();
    let halves = signs
        .get(signs.len() / 2)
        .map(|(at, _)| given.split_at(*at));
    match halves.and_then(|(old, new)| Some((old, new.strip_prefix('=')?))) {
        Some((old, new)) if !old.is_empty() && !new.is_empty() && signs.len() % 2 == 1 => {
            Ok((old.to_owned(), new.to_owned()))
        }
        _ => Err("OLD=NEW is due, two namespaces".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Export(export) => block_on(self::export(export)),
        Command::Diff(diff) => block_on(self::diff(diff))
            .map_err(|failure| Failure {
                status: 2,
                ..failure
            })
            .and_then(|breaking| {
                if breaking {
                    Err(Failure {
                        message: String::new(),
                        status: 1,
                    })
                } else {
                    Ok(())
                }
            }),
    }
}

async fn export(arguments: &Export) -> Result<(), Failure> {
    let mut config = arguments.common.config()?;
    let scratch = Scratch::new()?;
    let url = database_url(&mut config, &scratch.0).await?;
    let address = config
        .server
        .address
        .clone()
        .unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let gateway = Gateway::start(config, url)
        .await
        .map_err(|error| Failure::of(&error))?;
    let served = gateway.served();
    let (catalog, contract) = (&served.catalog, &served.contract);
    let names = file_names(contract, &used_namespaces(catalog, contract, Service::Crm));
    let name = |index: usize| names.get(index).cloned().unwrap_or_default();
    let service = address.trim_end_matches('/').to_owned() + &contract.path(Service::Crm);
    let addresses = Addresses {
        service: &service,
        schema: &|index| format!("../xsd/{}", name(index)),
    };
    write(
        &arguments.folder.join("wsdl"),
        "crm.wsdl",
        &wsdl(catalog, contract, Service::Crm, Layout::Split, &addresses),
    )?;
    for (index, text) in xsds(catalog, contract, Service::Crm, &name)
        .iter()
        .enumerate()
    {
        write(&arguments.folder.join("xsd"), &name(index), text)?;
    }
    gateway.database().close().await;
    Ok(())
}

/// Prints what differs; tells whether anything of it breaks clients.
async fn diff(arguments: &Diff) -> Result<bool, Failure> {
    let renamed = Renamed(arguments.namespace.clone());
    let old = contract(&arguments.access, &arguments.old, renamed)?;
    let new = contract(&arguments.access, &arguments.new, Renamed::default())?;
    let changes = diff::diff(&old, &new);
    let releases = diff::likely_releases(&old, &new);
    if !releases.is_empty() {
        let flags = releases
            .iter()
            .map(|(old, new)| format!(" --namespace '{old}={new}'"));
        let flags: String = flags.collect();
        let hint =
            "these namespaces look like two releases of the same; to compare them as one, add";
        let _ = writeln!(std::io::stderr(), "soapstone: {hint}{flags}");
    }
    let lines: String = changes.iter().map(|change| format!("{change}\n")).collect();
    print(&lines)?;
    Ok(changes.iter().any(|change| change.breaking))
}

fn contract(
    access: &Access,
    location: &str,
    renamed: Renamed,
) -> Result<soapstone_schema::contract::Contract, Failure> {
    let mut fetch = Fetcher::new(&access.client()?, access, location)?;
    let loaded = load(
        &[Source::Location(location.to_owned())],
        &mut fetch,
        &LoadOptions {
            renamed,
            ..LoadOptions::default()
        },
    );
    if loaded.report.is_valid() {
        return Ok(loaded.contract);
    }
    let lines: Vec<String> = loaded
        .report
        .diagnostics
        .iter()
        .map(|diagnostic| loaded.report.line(diagnostic))
        .collect();
    Err(Failure::new(lines.join("\n")))
}

/// `crm.xsd` for the default schema, `crm.{schema}.xsd` for another.
fn file_names(contract: &Contract, namespaces: &[usize]) -> Vec<String> {
    let name = |index: &usize| match contract.namespaces.get(*index) {
        Some(namespace) if *index > 0 => {
            let plain: String = namespace
                .schema
                .chars()
                .map(|c| if c.is_alphanumeric() { c } else { '_' })
                .collect();
            format!("crm.{plain}.xsd")
        }
        _ => "crm.xsd".to_owned(),
    };
    namespaces.iter().map(name).collect()
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
    written
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))?;
    print(&format!("{}\n", path.display()))
}

/// A folder of the process's own, gone when it ends.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new() -> Result<Scratch, Failure> {
        let folder = std::env::temp_dir().join(format!("soapstone-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).map_err(Failure::new)?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::namespaces;

    #[test]
    fn a_namespace_may_have_the_sign_between_two() {
        for (old, new) in [("urn:a_1", "urn:a_2"), ("http://a/?v=1", "http://a/?v=2")] {
            let given = format!("{old}={new}");
            assert_eq!(namespaces(&given), Ok((old.to_owned(), new.to_owned())));
        }
        for given in ["", "urn:a", "=urn:a", "urn:a=", "urn:a=b=urn:c"] {
            assert!(namespaces(given).is_err(), "{given}");
        }
    }
}
