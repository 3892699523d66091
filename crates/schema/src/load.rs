//! Files → documents → a contract as meant: follows imports, includes and redefinitions, each document read once, hands
//! everything to [`resolve`], and judges the result by every rule. The only thing here that reads files is [`Files`];
//! nothing reaches a network by itself.

mod catalog;
mod fetch;
mod gather;
mod location;
mod units;

use std::path::PathBuf;

use crate::contract::Contract;
use crate::document::{Document, Root};
use crate::read::Renamed;
use crate::report::{Diagnostic, Report, Severity};
use crate::{resolve, rules};

pub(crate) use units::Unit;

pub use fetch::{Fetch, FetchError, Files, NoFetch};
pub use location::unescape;

/// What to load.
#[derive(Debug, Clone)]
pub enum Source {
    /// A document to fetch from there.
    Location(String),
    /// A document in memory; its references are resolved against the location.
    Bytes(String, Vec<u8>),
    /// A document that was read or made before.
    Document(Document),
}

/// Bounds on what one contract may pull in.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Documents in all.
    pub documents: usize,
    /// Bytes of all documents together.
    pub bytes: usize,
    /// Judges as SOAP toolkits do, as where a root is a WSDL: what breaks a rule that none of them insists on is a warning.
    pub as_toolkits: bool,
    /// Namespaces that the documents' own are read as.
    pub renamed: Renamed,
}

impl Default for LoadOptions {
    /// 5,000 documents, 512 MB, an XSD judged as the specification has it.
    fn default() -> LoadOptions {
        LoadOptions {
            documents: 5_000,
            bytes: 512 << 20,
            as_toolkits: false,
            renamed: Renamed::default(),
        }
    }
}

/// A contract with what is wrong with it.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What could be resolved. What is missing became `anyType`.
    pub contract: Contract,
    /// What is wrong.
    pub report: Report,
}

/// What is an error of a schema, but only a warning where a WSDL is loaded, or code is made of a schema: no toolkit judges the schemas of a service by
/// these rules, and what breaks them is read in one way all the same (the first declaration counts, an unknown attribute
/// is passed over, a content model takes the first particle that fits).
const PASSED_OVER: &[&str] = &[
    "cos-all-limited",
    "cos-ct-extends",
    "cos-st-restricts",
    "enc-array",
    "no-xsi",
    "p-props-correct",
    "s4s-att",
    "s4s-derivation",
    "s4s-id",
    "s4s-place",
    "s4s-text",
    "sch-props-correct",
    "src-element",
    "src-import",
    "src-include",
    "src-single-facet-value",
    "wsdl-part",
    "xsd-11",
];

/// Loads documents and everything that they refer to. Several roots make one contract.
///
/// A mistake does not stop it: all go to the report. The constraints on components are judged too. Where a root is a
/// WSDL, what breaks a rule that no SOAP toolkit insists on is a warning.
pub fn load(roots: &[Source], fetch: &mut dyn Fetch, options: &LoadOptions) -> Loaded {
    let mut gathered = gather::gather(roots, fetch, options);
    let units = units::units(&mut gathered);
    let gather::Gathered {
        documents,
        mut report,
        roots,
        ..
    } = gathered;
    let is_wsdl = |root: &usize| {
        let document = documents.get(*root);
        document.is_some_and(|document| matches!(document.root, Root::Definitions(_)))
    };
    let lax = options.as_toolkits || roots.iter().any(is_wsdl);
    let contract = resolve::contract(&documents, &units, &roots, &mut report);
    let found = report.diagnostics.len();
    rules::check(&contract.model, &mut report);
    // A base that is missing stands as the ur-type; only that it is missing is worth telling.
    let missing = |diagnostic: &Diagnostic| matches!(diagnostic.rule, "src-resolve" | "src-qname");
    if report.diagnostics.iter().any(missing) {
        let derived = |diagnostic: &Diagnostic| diagnostic.rule == "cos-st-restricts";
        report.diagnostics.retain(|diagnostic| !derived(diagnostic));
    }
    if lax {
        for (at, diagnostic) in report.diagnostics.iter_mut().enumerate() {
            if at >= found || PASSED_OVER.contains(&diagnostic.rule) {
                diagnostic.severity = Severity::Warning;
            }
        }
    }
    report.sort();
    Loaded { contract, report }
}

/// Loads files, and the files beside them that they refer to.
pub fn load_files(paths: &[PathBuf]) -> Loaded {
    load_files_with(paths, &LoadOptions::default())
}

/// Loads files, and the files beside them that they refer to, with bounds and a judgement of one's own.
pub fn load_files_with(paths: &[PathBuf], options: &LoadOptions) -> Loaded {
    let roots: Vec<Source> = paths
        .iter()
        .map(|path| Source::Location(path.display().to_string()))
        .collect();
    load(&roots, &mut Files, options)
}

/// Loads documents that are in memory already; they may refer to each other by location.
pub fn load_documents(documents: Vec<Document>) -> Loaded {
    let roots: Vec<Source> = documents.into_iter().map(Source::Document).collect();
    load(&roots, &mut NoFetch, &LoadOptions::default())
}
