//! A third party's contract at run time: loading it, and finding an operation. How a map's targets are held against its schema is in
//! [`targets`].

mod arrange;
pub mod fits;
pub mod targets;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use soapstone::name::QName;
use soapstone::soap::Version;
use soapstone_schema::contract::{
    BoundMessage, BoundOperation, Contract, Message, PartContent, SoapVersion, Style,
};
use soapstone_schema::load::{Fetch, FetchError, Files, LoadOptions, Source, load};
use soapstone_schema::model::{ElementId, Model, TypeId};
use soapstone_schema::validate::Validator;
use soapstone_schema::value::{Root, Values};

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

/// One direction of an operation: what stands in the body.
#[derive(Debug, Clone)]
pub struct Body {
    /// The rpc wrapper, where the style is rpc.
    pub wrapper: Option<QName>,
    /// The parts: one element for document style.
    pub parts: Vec<(String, Root)>,
    /// `use="encoded"`: every element tells its type.
    pub encoded: bool,
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
        // A binding that no service names is reached where the flow says.
        let ports = contract
            .services
            .iter()
            .flat_map(|service| &service.ports)
            .map(|port| (&*port.name, port.address.as_str(), port.binding));
        let named: HashSet<usize> = ports.clone().map(|(_, _, binding)| binding).collect();
        let bare = contract.bindings.iter().enumerate();
        let bare = bare
            .filter(|(index, _)| !named.contains(index))
            .map(|(index, binding)| (&*binding.name.local, "", index));
        let mut found = Vec::new();
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for (candidate, address, binding) in ports.chain(bare) {
            if port.is_some_and(|port| port != candidate) {
                others.push(candidate);
                continue;
            }
            let Some(binding) = contract.bindings.get(binding) else {
                continue;
            };
            let Some(port_type) = contract.port_types.get(binding.port_type) else {
                continue;
            };
            for bound in &binding.operations {
                let Some(operation) = port_type.operations.get(bound.operation) else {
                    continue;
                };
                known.push(operation.name.to_string());
                if &*operation.name == name {
                    let twelve = binding.soap == SoapVersion::V12;
                    found.push((twelve, address, binding, operation, bound));
                }
            }
        }
        found.sort_by_key(|one| one.0);
        let Some((_, address, binding, operation, bound)) = found.into_iter().next() else {
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
            address: address.to_owned(),
            version: if binding.soap == SoapVersion::V12 {
                Version::Soap12
            } else {
                Version::Soap11
            },
            action: bound.action.clone(),
            addressing: binding.addressing,
            request: body(name, bound, message, input)?,
            answer: output
                .map(|(message, output)| body(&format!("{name}Response"), bound, message, output))
                .transpose()?,
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

fn body(
    wrapper: &str,
    bound: &BoundOperation,
    message: &Message,
    how: &BoundMessage,
) -> Result<Body, String> {
    let parts = message
        .parts
        .iter()
        .filter(|part| how.body.contains(&part.name));
    let parts: Vec<(String, Root)> = parts
        .map(|part| {
            let root = match part.content {
                PartContent::Element(id) => Root::Element(id),
                // WS-I Basic Profile 1.1, R2735: the accessor of a part has no namespace.
                PartContent::Type(type_) => Root::Type {
                    name: QName::new("", &*part.name),
                    type_,
                },
            };
            (part.name.to_string(), root)
        })
        .collect();
    let wrapper = (bound.style == Style::Rpc).then(|| QName::new(how.namespace.as_str(), wrapper));
    Ok(Body {
        wrapper,
        parts,
        encoded: how.encoded,
    })
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
