//! `soapstone validate`: judges schemas, and documents by them, without a gateway.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use soapstone::xml::{self, Reader};
use soapstone_schema::load::load_files;
use soapstone_schema::report::{Report, Severity};
use soapstone_schema::validate::{Options, Validator};

use super::{Failure, print};

/// Judge XML documents by schemas (XSD 1.0, or the types of a WSDL), or the schemas themselves.
#[derive(Debug, Args)]
#[command(after_help = "\
Every mistake is a line `file:line:column: rule: message`.
Exit status: 0 valid, 1 invalid, 2 could not run.

Examples:
  soapstone validate --schema order.xsd                       judge the schema
  soapstone validate --schema order.xsd order.xml other.xml   judge documents
  soapstone validate --schema service.wsdl -                  judge standard input")]
pub(super) struct Arguments {
    /// A schema or WSDL document; several are loaded together.
    #[arg(long = "schema", value_name = "FILE", required = true)]
    schemas: Vec<PathBuf>,
    /// Pass over elements and attributes that the schema does not know, and over their order.
    #[arg(long)]
    lenient: bool,
    /// The documents to judge; `-` is standard input. Without any, the schemas are judged.
    #[arg(value_name = "INSTANCE")]
    instances: Vec<PathBuf>,
}

/// The exit status where something keeps the command from judging at all.
const COULD_NOT_RUN: u8 = 2;

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    for schema in &arguments.schemas {
        std::fs::File::open(schema).map_err(|error| could_not_run(schema, &error))?;
    }
    let loaded = load_files(&arguments.schemas);
    print(&lines(&loaded.report, arguments.instances.is_empty()))?;
    if !loaded.report.is_valid() {
        return Err(invalid());
    }
    let validator = Validator::new(Arc::new(loaded.contract));
    let options = Options {
        lenient: arguments.lenient,
        ..Options::collect()
    };
    let mut valid = true;
    for instance in &arguments.instances {
        let found = judge(&validator, instance, &options)?;
        valid &= found.is_empty();
        print(&found)?;
    }
    if valid { Ok(()) } else { Err(invalid()) }
}

/// Judges one document; answers the lines to print, none where it is valid.
fn judge(validator: &Validator, file: &Path, options: &Options) -> Result<String, Failure> {
    let (bytes, name) = if file == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        read.map_err(|error| could_not_run(file, &error))?;
        (bytes, "(standard input)".to_owned())
    } else {
        let bytes = std::fs::read(file).map_err(|error| could_not_run(file, &error))?;
        (bytes, file.display().to_string())
    };
    let text = match xml::decode(&bytes, None) {
        Ok(text) => text,
        Err(error) => return Ok(format!("{name}:{}: xml: {}\n", error.place, error.kind)),
    };
    let mut reader = Reader::new(&text, &xml::Options::document());
    let mut lines = String::new();
    if let Err(violations) = validator.validate(&mut reader, options, &mut ()) {
        for violation in violations {
            let _ = write!(lines, "{name}:{}: {}: ", violation.place, violation.rule);
            if !violation.path.is_empty() {
                let _ = write!(lines, "{}: ", violation.path);
            }
            let _ = writeln!(lines, "{}", violation.message);
        }
    }
    Ok(lines)
}

/// The mistakes of the schemas; warnings only where the schemas are what is judged.
fn lines(report: &Report, warnings: bool) -> String {
    let mut lines = String::new();
    for diagnostic in &report.diagnostics {
        let kind = match diagnostic.severity {
            Severity::Error => "",
            Severity::Warning if warnings => "warning: ",
            Severity::Warning => continue,
        };
        let (file, place) = (report.file(diagnostic.place), diagnostic.place);
        if !file.is_empty() {
            let _ = write!(lines, "{file}:{}:{}: ", place.line, place.column);
        }
        let _ = writeln!(lines, "{}: {kind}{}", diagnostic.rule, diagnostic.message);
    }
    lines
}

fn invalid() -> Failure {
    Failure {
        message: String::new(),
        status: 1,
    }
}

fn could_not_run(file: &Path, error: &std::io::Error) -> Failure {
    Failure {
        message: format!("{}: {error}", file.display()),
        status: COULD_NOT_RUN,
    }
}
