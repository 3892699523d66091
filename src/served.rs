//! What is served between two reloads: a catalog, its contract, and the documents made of them, kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::contract::wsdl::{Addresses, Layout, wsdl, xsds};
use crate::contract::{self, Contract, Service};
use crate::run::Together;

/// A catalog with everything that follows from it.
pub struct Served {
    /// What the database offers.
    pub catalog: Catalog,
    /// How it is offered.
    pub contract: Contract,
    /// Changes of its tables are logged, with the id of the request that makes them.
    pub captures: bool,
    /// What reads its records.
    pub together: Together,
    documents: Mutex<Documents>,
}

/// A document of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A WSDL.
    Wsdl(Layout),
    /// A schema, by its index.
    Xsd(usize),
}

#[derive(Default)]
struct Documents {
    made: HashMap<(Service, Wanted), Arc<Document>>,
    /// With the address in it: what most clients ask for, again and again.
    sent: HashMap<(Service, Wanted, String), Arc<Sent>>,
    bytes: usize,
}

/// A document without its address, which differs from client to client.
struct Document {
    pieces: Vec<String>,
    digest: [u8; 32],
}

/// A document as it is sent.
#[derive(Debug)]
pub struct Sent {
    /// The text.
    pub text: Bytes,
    /// The text as gzip.
    pub packed: Bytes,
    /// The ETag.
    pub tag: String,
}

/// Documents kept in memory at most; past it, those of single tables are made anew when they are asked for.
const MOST_BYTES: usize = 64 << 20;

/// Stands for the service's address until a document is sent: a private character, which no address has.
const ADDRESS: &str = "\u{E000}";

impl Served {
    /// Derives the contract of a catalog; `captured` names the tables whose changes are logged, by schema and name.
    pub fn new(catalog: Catalog, namespace: &str, captured: &[(String, String)]) -> Served {
        let contract = contract::build(&catalog, namespace, captured);
        Served {
            together: Together::new(&catalog),
            catalog,
            contract,
            captures: !captured.is_empty(),
            documents: Mutex::default(),
        }
    }

    /// Makes the documents that are asked for first, so that nobody waits for them.
    pub fn warm(&self) {
        let _ = self.made(Service::Crm, Wanted::Wsdl(Layout::Soap11));
    }

    /// A document with the service's address in it, where it was sent before.
    pub fn sent(&self, service: Service, wanted: Wanted, address: &str) -> Option<Arc<Sent>> {
        let key = (service, wanted, address.to_owned());
        self.documents().sent.get(&key).cloned()
    }

    /// A document with the service's address in it; `None` where there is no such document.
    pub fn document(&self, service: Service, wanted: Wanted, address: &str) -> Option<Arc<Sent>> {
        let document = self.made(service, wanted)?;
        let mut escaped = String::new();
        soapstone::xml::escape_attribute(address, &mut escaped);
        let text = document.pieces.join(&escaped);
        let digest = Sha256::new()
            .chain_update(document.digest)
            .chain_update(address)
            .finalize();
        let tag: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let sent = Arc::new(Sent {
            packed: soapstone::http::pack(text.as_bytes()),
            text: text.into(),
            tag: format!("\"{tag}\""),
        });
        let mut documents = self.documents();
        documents.make_room(sent.text.len() + sent.packed.len());
        let key = (service, wanted, address.to_owned());
        documents.sent.insert(key, Arc::clone(&sent));
        Some(sent)
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self, service: Service, wanted: Wanted) -> Option<Arc<Document>> {
        let key = (service, wanted);
        if let Some(document) = self.documents().made.get(&key) {
            return Some(Arc::clone(document));
        }
        let text = self.write(service, wanted)?;
        let document = Arc::new(Document {
            digest: Sha256::digest(&text).into(),
            pieces: text.split(ADDRESS).map(str::to_owned).collect(),
        });
        let mut documents = self.documents();
        documents.make_room(text.len());
        documents.made.insert(key, Arc::clone(&document));
        Some(document)
    }

    fn write(&self, service: Service, wanted: Wanted) -> Option<String> {
        match wanted {
            Wanted::Wsdl(layout) => {
                let addresses = Addresses {
                    service: ADDRESS,
                    schema: &|index| format!("{ADDRESS}?xsd={index}"),
                };
                Some(wsdl(
                    &self.catalog,
                    &self.contract,
                    service,
                    layout,
                    &addresses,
                ))
            }
            Wanted::Xsd(index) => {
                let texts = xsds(&self.catalog, &self.contract, service, &|index| {
                    format!("{ADDRESS}?xsd={index}")
                });
                texts.into_iter().nth(index)
            }
        }
    }
}

impl Documents {
    /// Makes room for so many bytes: what whole services are made of stays.
    fn make_room(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes <= MOST_BYTES {
            return;
        }
        self.sent.clear();
        self.made
            .retain(|(service, _), _| !matches!(service, Service::Table(_)));
        let kept = self.made.values().flat_map(|made| &made.pieces);
        self.bytes = bytes + kept.map(String::len).sum::<usize>();
    }
}
