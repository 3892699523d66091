//! Services as Rust: operations with their messages laid out, before any text is made.

use soapstone_schema::contract::Contract;
use soapstone_schema::report::Report;

use crate::choose::Chosen;
use crate::lower::Lowering;

/// A port type with its ports.
#[derive(Debug)]
pub(crate) struct Service {}

/// Lowers the services of a contract.
pub(crate) fn lower(
    _contract: &Contract,
    _chosen: &Chosen,
    _lowering: &mut Lowering<'_>,
    _report: &mut Report,
) {
}
