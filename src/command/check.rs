//! `soapstone check`: everything that is wrong with a configuration, its database and the contract that follows, at once.

mod names;

use std::path::Path;

use clap::Args;
use soapstone_schema::document::{Document, Root};
use soapstone_schema::load::load_documents;

use super::serve::{Common, database_url};
use super::wsdl::Scratch;
use super::{Failure, block_on, print};
use crate::catalog::{CatalogError, Known, names_in};
use crate::config::Config;
use crate::contract::Service;
use crate::contract::wsdl::{Addresses, Layout, definitions};
use crate::gateway::{Gateway, StartError};
use crate::principal::Users;
use crate::served::Served;

/// Check the configuration, the database and the contract: everything that is wrong, at once.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 nothing is wrong, 1 something is.

Examples:
  soapstone check --config soapstone.toml
  soapstone check --db postgres://crm@localhost/crm")]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    block_on(check(arguments))
}

async fn check(arguments: &Arguments) -> Result<(), Failure> {
    let (config, mistakes) = arguments.common.config_and_mistakes();
    let mut wrong: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let mut summary = String::new();
    if let Some(mut config) = config {
        wrong.extend(unusable(&mut config, wrong.is_empty()));
        // Where the file is wrong, the lines that name the database may be; the sample would not be meant.
        if wrong.is_empty() || config.database.url.is_some() {
            let file = arguments.common.file();
            summary = live(config, file, &mut wrong).await?;
        }
    }
    if wrong.is_empty() {
        print(&summary)
    } else {
        Err(Failure::new(wrong.join("\nsoapstone: ")))
    }
}

/// What is wrong beside the file and outside of the database: users, certificates. Takes away what would keep the gateway from starting.
fn unusable(config: &mut Config, whole: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let unguarded = config.users.is_empty();
    for user in std::mem::take(&mut config.users) {
        // Each by itself, so that all are told, and without those that are wrong, so that the database is looked at too.
        config.users.push(user);
        if let Err(error) = Users::new(config, &config.folder) {
            wrong.push(Failure::of(&error).message);
            config.users.pop();
        }
    }
    let server = &config.server;
    if whole && unguarded && !server.listen.ip().is_loopback() {
        wrong.push(format!(
            "listening on {} needs users: configure [[user]], or listen on 127.0.0.1",
            server.listen
        ));
    }
    for file in [&server.certificate, &server.key].into_iter().flatten() {
        if let Err(error) = std::fs::metadata(config.folder.join(file)) {
            wrong.push(format!("{}: {error}", file.display()));
        }
    }
    config.server.listen.set_ip([127, 0, 0, 1].into());
    wrong
}

/// Holds the configuration against the database, and the contract and the flows that follow. Answers what there is.
async fn live(
    mut config: Config,
    file: Option<&Path>,
    wrong: &mut Vec<String>,
) -> Result<String, Failure> {
    let scratch = Scratch::new()?;
    let url = match database_url(&mut config, &scratch.0).await {
        Ok(url) => url,
        Err(failure) => {
            wrong.push(failure.message);
            return Ok(String::new());
        }
    };
    match everything(&mut config, &url).await {
        Ok((known, mistakes)) => {
            wrong.extend(mistakes);
            wrong.extend(names::unknown(&mut config, file, &known));
        }
        Err(error) => {
            wrong.push(Failure::of(&error).message);
            return Ok(String::new());
        }
    }
    let gateway = match Gateway::start(config, url).await {
        Ok(gateway) => gateway,
        Err(error) => {
            wrong.push(Failure::of(&error).message);
            return Ok(String::new());
        }
    };
    let served = gateway.served();
    wrong.extend(contract(&served));
    let (mistakes, warnings) = super::flow::wrong_with(&gateway).await;
    wrong.extend(mistakes);
    let mut summary = format!(
        "{warnings}{} tables and views, {} routines, {} operations: nothing is wrong\n",
        served.catalog.tables.len(),
        served.catalog.routines.len(),
        served.contract.operations.len()
    );
    for omitted in &served.catalog.omitted {
        summary.push_str(&format!("{omitted}\n"));
    }
    gateway.database().close().await;
    Ok(summary)
}

/// The names of everything that the database has, whatever the configuration leaves out, and what is wrong with the routines folder,
/// which is taken away then.
async fn everything(config: &mut Config, url: &str) -> Result<(Known, Vec<String>), StartError> {
    let mut wrong = Vec::new();
    let mut named = Vec::new();
    loop {
        let mut bare = config.clone();
        bare.database.include.clear();
        bare.database.exclude.clear();
        bare.database.rename.clear();
        bare.database.keys.clear();
        match Gateway::start(bare, url.to_owned()).await {
            Ok(gateway) => {
                let catalog = &gateway.served().catalog;
                gateway.database().close().await;
                let mut known = Known::of(&catalog.tables, &catalog.routines, &catalog.omitted);
                known.add_named(&catalog.default_schema, &named);
                return Ok((known, wrong));
            }
            Err(StartError::Catalog(CatalogError::Named(errors))) if wrong.is_empty() => {
                wrong.extend(errors.iter().map(ToString::to_string));
                // Their names are no further mistakes where they are granted.
                if let Some(folder) = config.database.routines.take() {
                    named = names_in(&config.folder.join(folder));
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// What the schema processor finds wrong with the contract that would be served: nothing, unless we are to blame.
fn contract(served: &Served) -> Vec<String> {
    let addresses = Addresses {
        service: "http://127.0.0.1/",
        schema: &|index| format!("{index}.xsd"),
    };
    let definitions = definitions(
        &served.catalog,
        &served.contract,
        Service::Crm,
        Layout::All,
        &addresses,
    );
    let document = Document {
        location: "crm.wsdl".into(),
        root: Root::Definitions(Box::new(definitions)),
    };
    let loaded = load_documents(vec![document]);
    let report = &loaded.report;
    report
        .diagnostics
        .iter()
        .map(|diagnostic| report.line(diagnostic))
        .collect()
}
