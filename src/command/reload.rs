//! `soapstone reload`: tells a running gateway to read its catalog anew.

use clap::Args;
use soapstone::http::{Outgoing, StatusCode};

use super::fetch::Access;
use super::{Failure, block_on, print};

/// Tell a running gateway to read the database's catalog anew; requests in flight are not disturbed.
#[derive(Debug, Args)]
#[command(
    after_help = "SIGHUP does the same, and so does `notify soapstone_reload` in PostgreSQL.

Examples:
  soapstone reload
  soapstone reload https://crm.example.com --user admin:secret"
)]
pub(super) struct Arguments {
    /// The address of the gateway.
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8080")]
    address: String,
    #[command(flatten)]
    access: Access,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    block_on(reload(arguments))
}

async fn reload(arguments: &Arguments) -> Result<(), Failure> {
    let address = format!("{}/reload", arguments.address.trim_end_matches('/'));
    let mut outgoing = Outgoing::post(&address, "text/plain", String::new());
    if let Some(credentials) = arguments.access.credentials()? {
        outgoing = outgoing.with_credentials(credentials);
    }
    let answer = arguments
        .access
        .client()?
        .send(outgoing)
        .await
        .map_err(|error| Failure::new(format!("{address}: {error}")))?;
    let told = String::from_utf8_lossy(&answer.body);
    if answer.status == StatusCode::OK {
        print(&told)
    } else {
        let told = told.trim();
        Err(Failure::new(format!(
            "{address} answered {}: {told}",
            answer.status
        )))
    }
}
