//! A third party's contract at run time: loading it, and finding an operation. How a map's targets are held against its schema is in
//! [`targets`].

mod arrange;
pub mod fits;
pub mod targets;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use soapstone::name::QName;
use soapstone::soap::Version;
use soapstone_schema::contract::{Contract, PartContent, SoapVersion};
use soapstone_schema::load::{Fetch, FetchError, Files, LoadOptions, Source, load};
use soapstone_schema::model::{ElementId, Model, TypeId};
use soapstone_schema::validate::Validator;
use soapstone_schema::value::{Root, Values};

use crate::body::{self, Body};

/// A loaded contract.
#[derive(Debug, Clone)]
pub struct ThirdParty {
    /// What it says.
    pub contract: Arc<Contract>,
    /// Reads and writes its values.
    pub values: Arc<Values>,
    /// The digest of its documents.
    pub digest: Vec<u8>,
}

/// An operation, ready to be called.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// The address that the WSDL tells.
    pub address: String,
    /// The version of SOAP.
    pub version: Version,
    /// `SOAPAction`.
    pub action: String,
    /// WS-Addressing is asked for.
    pub addressing: bool,
    /// What is sent.
    pub request: Body,
    /// What comes back; absent for one-way.
    pub answer: Option<Body>,
    /// The header blocks that the request may have, by local name.
    pub headers: Vec<(String, Root)>,
}

impl ThirdParty {
    /// Loads a contract from a file, or from a URL: what was fetched stays in the folder `fetched`, so the network is asked once.
    ///
    /// # Errors
    /// What is wrong with it, one line each.
    pub fn load(location: &str, folder: &Path) -> Result<ThirdParty, Vec<String>> {
        let root = if location.contains("://") {
            location.to_owned()
        } else {
            folder.join(location).display().to_string()
        };
        let mut fetch = Kept {
            folder: folder.join("fetched"),
            digest: Sha256::new(),
        };
        let loaded = load(
            &[Source::Location(root)],
            &mut fetch,
            &LoadOptions::default(),
        );
        if !loaded.report.is_valid() {
            return Err(loaded
                .report
                .diagnostics
                .iter()
                .map(|one| loaded.report.line(one))
                .collect());
        }
        let contract = Arc::new(loaded.contract);
        let validator = Arc::new(Validator::new(Arc::clone(&contract)));
        Ok(ThirdParty {
            contract,
            values: Arc::new(Values::new(validator)),
            digest: fetch.digest.finalize().to_vec(),
        })
    }

    /// Finds an operation of a port; without a port, of the only one that has it (SOAP 1.1 before 1.2).
    ///
    /// # Errors
    /// There is none, with what there is.
    pub fn operation(&self, port: Option<&str>, name: &str) -> Result<Operation, String> {
        let contract = &*self.contract;
        let mut found = Vec::new();
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for at in contract.operations() {
            if port.is_some_and(|port| port != at.port) {
                others.push(at.port);
                continue;
            }
            known.push(at.operation.name.to_string());
            if &*at.operation.name == name {
                found.push(at);
            }
        }
        let Some(at) = found
            .into_iter()
            .min_by_key(|at| at.binding.soap == SoapVersion::V12)
        else {
            others.dedup();
            known.sort();
            known.dedup();
            let of = port.map_or("the contract".to_owned(), |port| format!("port {port}"));
            return Err(match known.is_empty() {
                true if !others.is_empty() => format!(
                    "there is no {of} with operations; there are: {}",
                    others.join(", ")
                ),
                true => format!("{of} binds no operation to SOAP"),
                false => format!(
                    "{of} has no operation `{name}`; it has: {}",
                    known.join(", ")
                ),
            });
        };
        let (operation, bound, binding) = (at.operation, at.bound, at.binding);
        let input = operation.input.as_ref().zip(bound.input.as_ref());
        let (message, input) = input.ok_or_else(|| format!("`{name}` takes no request"))?;
        let output = operation.output.as_ref().zip(bound.output.as_ref());
        let headers = input
            .headers
            .iter()
            .filter_map(|header| match header.part.content {
                PartContent::Element(id) => Some((local(&contract.model, id)?, Root::Element(id))),
                PartContent::Type(type_) => {
                    let name = QName::new(header.namespace.as_str(), &*header.part.name);
                    Some((header.part.name.to_string(), Root::Type { name, type_ }))
                }
            });
        Ok(Operation {
            name: name.to_owned(),
            address: at.address.to_owned(),
            version: body::version(binding.soap),
            action: bound.action.clone(),
            addressing: binding.addressing,
            request: Body::of(name, bound, message, input),
            answer: output.map(|(message, output)| {
                Body::of(&format!("{name}Response"), bound, message, output)
            }),
            headers: headers.collect(),
        })
    }
}

fn local(model: &Model, id: ElementId) -> Option<String> {
    model
        .elements
        .get(id.index())
        .map(|element| element.name.local.to_string())
}

/// The type of a root.
pub(crate) fn type_of(model: &Model, root: &Root) -> Option<TypeId> {
    match root {
        Root::Element(id) => model.elements.get(id.index()).map(|element| element.type_),
        Root::Type { type_, .. } => Some(*type_),
    }
}

/// A single value in the form that the values of a root take.
pub(super) fn single(values: &Values, root: &Root, value: &Json) -> Json {
    arrange::simple(values, type_of(values.model(), root), value)
}

/// Fetches files as they are, and URLs once: what came is kept in a folder and read from there ever after.
struct Kept {
    folder: PathBuf,
    /// Over everything that was read, in order.
    digest: Sha256,
}

impl Fetch for Kept {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        let bytes = self.read(location)?;
        self.digest.update(&bytes);
        Ok(bytes)
    }
}

impl Kept {
    fn read(&self, location: &str) -> Result<Vec<u8>, FetchError> {
        if !location.starts_with("http://") && !location.starts_with("https://") {
            return Files.fetch(location);
        }
        let name: String = location
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '.' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let path = self.folder.join(name);
        if let Ok(bytes) = std::fs::read(&path) {
            return Ok(bytes);
        }
        let bytes = get(location)?;
        std::fs::create_dir_all(&self.folder)?;
        std::fs::write(&path, &bytes)?;
        Ok(bytes)
    }
}

/// Gets a URL on a thread of its own, since loading is synchronous.
fn get(location: &str) -> Result<Vec<u8>, FetchError> {
    let refused = |reason: String| FetchError::Refused(reason);
    let url = location.to_owned();
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let client = soapstone::http::Client::new(super::Times::default().options())
                .map_err(|error| error.to_string())?;
            let answer = client
                .send(soapstone::http::Outgoing::get(url))
                .await
                .map_err(|error| error.to_string())?;
            if answer.status.is_success() {
                Ok(answer.body.to_vec())
            } else {
                Err(format!("it answered {}", answer.status))
            }
        })
    });
    asking
        .join()
        .map_err(|_| refused("it could not be asked".to_owned()))?
        .map_err(refused)
}
