//! Files → documents → a contract as meant: follows imports, includes and redefinitions, each document read once, and hands
//! everything to [`resolve`]. The only thing here that reads files is [`Files`]; nothing reaches a network
//! by itself.

mod catalog;
mod fetch;
mod gather;
mod location;
mod units;

use std::path::PathBuf;

use crate::contract::Contract;
use crate::document::Document;
use crate::report::Report;
use crate::resolve;

pub(crate) use units::Unit;

pub use fetch::{Fetch, FetchError, Files, NoFetch};

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
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions {
    /// Documents in all.
    pub documents: usize,
    /// Bytes of all documents together.
    pub bytes: usize,
}

impl Default for LoadOptions {
    /// 5,000 documents, 512 MB.
    fn default() -> LoadOptions {
        LoadOptions {
            documents: 5_000,
            bytes: 512 << 20,
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

/// Loads documents and everything that they refer to. Several roots make one contract.
///
/// A mistake does not stop it: all go to the report.
pub fn load(roots: &[Source], fetch: &mut dyn Fetch, options: &LoadOptions) -> Loaded {
    let mut gathered = gather::gather(roots, fetch, options);
    let units = units::units(&mut gathered);
    let gather::Gathered {
        documents,
        mut report,
        roots,
        ..
    } = gathered;
    let contract = resolve::contract(&documents, &units, &roots, &mut report);
    report.sort();
    Loaded { contract, report }
}

/// Loads files, and the files beside them that they refer to.
pub fn load_files(paths: &[PathBuf]) -> Loaded {
    let roots: Vec<Source> = paths
        .iter()
        .map(|path| Source::Location(path.display().to_string()))
        .collect();
    load(&roots, &mut Files, &LoadOptions::default())
}

/// Loads documents that are in memory already; they may refer to each other by location.
pub fn load_documents(documents: Vec<Document>) -> Loaded {
    let roots: Vec<Source> = documents.into_iter().map(Source::Document).collect();
    load(&roots, &mut NoFetch, &LoadOptions::default())
}
