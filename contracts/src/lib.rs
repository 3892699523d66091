//! The contracts in `wsdl/` as Rust, made when this crate is built, and the sample ERP that implements one of them.
//!
//! It is the example to copy: a contract in `wsdl/`, a line in `build.rs`, a line here, and a type that implements the trait.

// The faults are as large as the contract makes them.
#[allow(clippy::result_large_err)]
pub mod sample;

/// The order service of the sample ERP: its types, its server trait and its client.
pub mod sample_erp {
    soapstone::include_contract!("sample_erp");
}

/// The gateway's own service, by which flows are seen and steered; the gateway implements it.
pub mod gateway {
    soapstone::include_contract!("gateway");
}

/// The accounts of a sample bank: the rpc style with parameters one by one, header blocks with faults of their own, and an
/// attachment. `tests/accounts.rs` implements and calls it.
pub mod accounts {
    soapstone::include_contract!("accounts");
}

/// An encoded service, as old stacks offer it: a client. `tests/encoded.rs` calls it.
pub mod encoded {
    soapstone::include_contract!("encoded");
}

/// The sample CRM as the gateway serves it: some of its operations, as a client.
#[cfg(feature = "crm")]
pub mod crm {
    soapstone::include_contract!("crm");
}
