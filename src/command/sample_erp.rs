//! `soapstone sample-erp`: the sample ERP on its own, as a peer to try flows against.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::net::TcpListener;

use super::{Failure, block_on, print};
use crate::sample_erp::{Manners, SampleErp, WSDL};

/// Run the sample ERP: it takes orders by SOAP, and misbehaves as it is told.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  soapstone sample-erp --listen 127.0.0.1:8099 --faults 10 --busy 5 --reset-before 5 --reset-after 5 --hangs 2 --garbage 1")]
pub(super) struct Arguments {
    /// The address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8099", value_name = "ADDR:PORT")]
    listen: SocketAddr,
    /// Where the orders that it took are written: request id, number, order.
    #[arg(long, default_value = "sample-erp.journal", value_name = "FILE")]
    journal: PathBuf,
    /// Percent of orders answered with a fault.
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
    /// Take an order anew when its request id comes again.
    #[arg(long)]
    forgetful: bool,
    /// Milliseconds before each answer.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let manners = Manners {
        faults: arguments.faults,
        busy: arguments.busy,
        reset_before: arguments.reset_before,
        reset_after: arguments.reset_after,
        hangs: arguments.hangs,
        garbage: arguments.garbage,
        forgetful: arguments.forgetful,
        delay: arguments.delay_ms,
    };
    let wsdl = arguments.journal.with_extension("wsdl");
    std::fs::write(&wsdl, WSDL)
        .map_err(|error| Failure::new(format!("{}: {error}", wsdl.display())))?;
    let erp =
        SampleErp::open(&arguments.journal, &wsdl, manners).map_err(|error| Failure::of(&error))?;
    block_on(async {
        let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
            Failure::new(format!("cannot listen on {}: {error}", arguments.listen))
        })?;
        print(&format!(
            "The sample ERP takes orders at http://{}/erp\n",
            listener.local_addr().map_err(Failure::new)?
        ))?;
        erp.serve(listener).await;
        Ok(())
    })
}
