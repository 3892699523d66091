//! Makes Rust of the contracts in `wsdl/`.

fn main() -> Result<(), soapstone_codegen::BuildError> {
    soapstone_codegen::build("sample_erp", &["../wsdl/sample-erp.wsdl"])?;
    soapstone_codegen::build("gateway", &["../wsdl/gateway.wsdl"])?;
    let options = soapstone_codegen::Options {
        unwrapped: true,
        ..soapstone_codegen::Options::default()
    };
    soapstone_codegen::build_with("accounts", &["../wsdl/sample-accounts.wsdl"], &options)
}
