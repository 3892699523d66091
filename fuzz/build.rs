//! Makes Rust of every schema of the generator's goldens, and a function that reads a document by one of them.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut modules = String::new();
    let mut arms = String::new();
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir("../codegen/tests/golden")? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    for (index, name) in names.iter().enumerate() {
        soapstone_codegen::build(name, &[&format!("../codegen/tests/golden/{name}/schema.xsd")])?;
        writeln!(modules, "mod c{index} {{ soapstone::include_contract!(\"{name}\"); }}")?;
        writeln!(arms, "        {index} => problem(c{index}::case::element::R, text),")?;
    }
    let count = names.len();
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(
        Path::new(&out).join("cases.rs"),
        format!("{modules}\nfn problem_of(case: u8, text: &str) -> Option<String> {{\n    match case % {count} {{\n{arms}        _ => None,\n    }}\n}}\n"),
    )?;
    println!("cargo:rerun-if-changed=../codegen/tests/golden");
    Ok(())
}
