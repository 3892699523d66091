//! `soapstone sample-erp`: the sample ERP on its own, as a peer to try flows against.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use soapstone_contracts::sample::wire::{self, Manners, PATH};
use soapstone_contracts::sample::{SampleErp, write_contract};
use tokio::net::TcpListener;

use super::{Failure, block_on, print};
use crate::sample_flow::clock;

/// Run the sample ERP: it takes orders by SOAP, and misbehaves as it is told.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  soapstone sample-erp --listen 127.0.0.1:8099 --faults 10 --busy 5 --reset-before 5 --reset-after 5 --hangs 2 --garbage 1")]
pub(super) struct Arguments {
    /// The address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8099", value_name = "ADDR:PORT")]
    listen: SocketAddr,
    /// Where the orders that it took are written: reference, number, status, time, total.
    #[arg(long, default_value = "sample-erp.journal", value_name = "FILE")]
    journal: PathBuf,
    /// Write its contract into this folder, with its address.
    #[arg(long, value_name = "FOLDER")]
    contract: Option<PathBuf>,
    /// Percent of orders rejected.
    #[arg(long, default_value_t = 0)]
    refusals: u64,
    /// Percent of orders answered with a fault of the server.
    #[arg(long, default_value_t = 0)]
    faults: u64,
    /// Percent answered with status 503.
    #[arg(long, default_value_t = 0)]
    busy: u64,
    /// Percent hung up on before the order is taken.
    #[arg(long, default_value_t = 0)]
    reset_before: u64,
    /// Percent hung up on after the order is taken.
    #[arg(long, default_value_t = 0)]
    reset_after: u64,
    /// Percent taken and not answered.
    #[arg(long, default_value_t = 0)]
    hangs: u64,
    /// Percent taken and answered with garbage.
    #[arg(long, default_value_t = 0)]
    garbage: u64,
    /// Percent taken and answered twice.
    #[arg(long, default_value_t = 0)]
    twice: u64,
    /// Take an order anew when its reference comes again.
    #[arg(long)]
    forgetful: bool,
    /// Milliseconds before each answer.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
    /// Where its dice start: the same seed misbehaves in the same order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let manners = Manners {
        refusals: arguments.refusals,
        faults: arguments.faults,
        busy: arguments.busy,
        reset_before: arguments.reset_before,
        reset_after: arguments.reset_after,
        hangs: arguments.hangs,
        garbage: arguments.garbage,
        twice: arguments.twice,
        delay: arguments.delay_ms,
        seed: arguments.seed,
    };
    let mut erp =
        SampleErp::open(clock, &arguments.journal).map_err(|error| Failure::of(&error))?;
    if arguments.forgetful {
        erp = erp.forgetful();
    }
    block_on(async {
        let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
            Failure::new(format!("cannot listen on {}: {error}", arguments.listen))
        })?;
        let address = format!(
            "http://{}{PATH}",
            listener.local_addr().map_err(Failure::new)?
        );
        if let Some(folder) = &arguments.contract {
            write_contract(folder, &address)
                .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
        }
        print(&format!(
            "The sample ERP takes orders at {address}; its contract is at {address}?wsdl\n"
        ))?;
        wire::serve(Arc::new(erp), manners, listener)
            .await
            .map_err(Failure::new)
    })
}
