//! Makes Rust of the contract that the peers are measured with; it is outside the project.

use soapstone_codegen::{BuildError, Options, build_with};

fn main() -> Result<(), BuildError> {
    let types_only = Options {
        no_clients: true,
        no_servers: true,
        ..Options::default()
    };
    build_with("orders", &["../../shared/perf/contract/orders.wsdl"], &types_only)
}
