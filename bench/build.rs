//! Makes Rust of the contract that every codec reads and writes; with the feature `peers` xsd-parser makes its own of it.

use soapstone_codegen::{BuildError, Options, build_with};

fn main() -> Result<(), BuildError> {
    #[cfg(feature = "peers")]
    xsd_parser_code();
    let shared = Options {
        shared_strings: true,
        ..Options::default()
    };
    build_with("orders_shared", &["contract/orders.xsd"], &shared)?;
    build_with("orders", &["contract/orders.xsd"], &Options::default())
}

#[cfg(feature = "peers")]
fn xsd_parser_code() {
    use xsd_parser::config::{GeneratorFlags, InterpreterFlags, Resolver, Schema};
    use xsd_parser::{Config, generate};
    let mut config = Config::default().with_quick_xml();
    config.parser.resolver = vec![Resolver::File];
    config.parser.schemas = vec![Schema::File("contract/orders.xsd".into())];
    // Without this every xs:int is a number of any size.
    config.interpreter.flags = InterpreterFlags::all() - InterpreterFlags::WITH_NUM_BIG_INT;
    config.generator.flags = GeneratorFlags::all() - GeneratorFlags::USE_MODULES;
    let code = generate(config)
        .expect("xsd-parser reads the contract")
        .to_string();
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(std::path::Path::new(&out).join("xsd_parser.rs"), code)
        .expect("OUT_DIR can be written");
}
