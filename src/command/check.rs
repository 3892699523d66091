//! `soapstone check`: everything that is wrong with a configuration, its database and the contract that follows, at once.

use clap::Args;
use soapstone_schema::document::{Document, Root};
use soapstone_schema::load::load_documents;

use super::serve::{Common, database_url};
use super::wsdl::Scratch;
use super::{Failure, block_on, print};
use crate::contract::Service;
use crate::contract::wsdl::{Addresses, Layout, definitions};
use crate::gateway::Gateway;
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
    let mut config = arguments.common.config()?;
    let mut wrong: Vec<String> = Vec::new();
    let unguarded = config.users.is_empty();
    for user in std::mem::take(&mut config.users) {
        // Each by itself, so that all are told, and without those that are wrong, so that the database is looked at too.
        config.users.push(user);
        if let Err(error) = Users::new(&config, &config.folder) {
            wrong.push(Failure::of(&error).message);
            config.users.pop();
        }
    }
    let server = &config.server;
    if unguarded && !server.listen.ip().is_loopback() {
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
    let scratch = Scratch::new()?;
    let mut summary = String::new();
    match database_url(&mut config, &scratch.0).await {
        Err(failure) => wrong.push(failure.message),
        Ok(url) => match Gateway::start(config, url).await {
            Err(error) => wrong.push(Failure::of(&error).message),
            Ok(gateway) => {
                let served = gateway.served();
                wrong.extend(contract(&served));
                let (mistakes, warnings) = super::flow::wrong_with(&gateway).await;
                wrong.extend(mistakes);
                summary = format!(
                    "{warnings}{} tables and views, {} routines, {} operations: nothing is wrong\n",
                    served.catalog.tables.len(),
                    served.catalog.routines.len(),
                    served.contract.operations.len()
                );
                for omitted in &served.catalog.omitted {
                    summary.push_str(&format!("{omitted}\n"));
                }
                gateway.database().close().await;
            }
        },
    }
    if wrong.is_empty() {
        print(&summary)
    } else {
        Err(Failure::new(wrong.join("\nsoapstone: ")))
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
