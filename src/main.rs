//! The `soapstone` command.
fn main() {}
