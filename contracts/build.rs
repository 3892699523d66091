//! Makes Rust of the contracts in `wsdl/`.

use soapstone_codegen::{BuildError, Options, build, build_with};

fn main() -> Result<(), BuildError> {
    build("sample_erp", &["../wsdl/sample-erp.wsdl"])?;
    build("gateway", &["../wsdl/gateway.wsdl"])?;
    let unwrapped = Options {
        unwrapped: true,
        ..Options::default()
    };
    build_with("accounts", &["../wsdl/sample-accounts.wsdl"], &unwrapped)?;
    build("encoded", &["../tests/interop/encoded.wsdl"])?;
    if std::env::var_os("CARGO_FEATURE_CRM").is_none() {
        return Ok(());
    }
    let operations = [
        "GetCompany",
        "QueryCompany",
        "CreateCompany",
        "UpdateCompany",
        "CustomerBalance",
    ];
    let chosen = Options {
        operations: operations.map(str::to_owned).to_vec(),
        modules: vec![(
            "http://soapstone.local/crm/main".to_owned(),
            "records".to_owned(),
        )],
        no_servers: true,
        ..Options::default()
    };
    build_with("crm", &["../wsdl/crm.wsdl"], &chosen)
}
