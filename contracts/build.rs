//! Makes Rust of the contracts in `wsdl/`.

fn main() -> Result<(), soapstone_codegen::BuildError> {
    soapstone_codegen::build("sample_erp", &["../wsdl/sample-erp.wsdl"])
}
