//! Reads the documents that a contract is made of: the roots and everything that they refer to, each once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fetch::{Fetch, FetchError};
use super::{LoadOptions, Source, catalog, location};
use crate::document::schema::{Reference, ReferenceKind};
use crate::document::wsdl::PartContent;
use crate::document::{Definitions, Document, Root, Schema};
use crate::model::{Place, XSD};
use crate::read;
use crate::report::Report;
use soapstone::xml::XML_NAMESPACE;

/// The documents, and which reference leads where.
pub(super) struct Gathered {
    /// Every document that could be read; places in the report index this list.
    pub(super) documents: Vec<Document>,
    /// What is wrong so far.
    pub(super) report: Report,
    /// The roots' documents.
    pub(super) roots: Vec<usize>,
    /// Where references lead: by document, schema in it, reference in that.
    pub(super) links: HashMap<(usize, usize, usize), usize>,
    /// Where the imports of WSDL documents lead.
    pub(super) imports: HashMap<(usize, usize), usize>,
}

/// The schemas of a document: itself, or those in its `types`.
pub(super) fn schemas(document: &Document) -> &[Schema] {
    match &document.root {
        Root::Schema(schema) => std::slice::from_ref(schema),
        Root::Definitions(definitions) => &definitions.schemas,
    }
}

struct Gatherer<'f> {
    fetch: &'f mut dyn Fetch,
    options: &'f LoadOptions,
    gathered: Gathered,
    /// Every location that was tried; absent where it could not be read.
    tried: HashMap<String, Option<usize>>,
    bytes: usize,
    /// The document that counts for each well-known namespace.
    first: HashMap<String, usize>,
    /// Well-known namespaces that a WSDL uses, perhaps without importing them.
    used: Vec<Arc<str>>,
    /// The namespaces to be read as others that some document names.
    named: HashSet<String>,
}

/// Reads everything that can be reached from the roots.
pub(super) fn gather(roots: &[Source], fetch: &mut dyn Fetch, options: &LoadOptions) -> Gathered {
    let gathered = Gathered {
        documents: Vec::new(),
        report: Report::default(),
        roots: Vec::new(),
        links: HashMap::new(),
        imports: HashMap::new(),
    };
    let mut gatherer = Gatherer {
        fetch,
        options,
        gathered,
        tried: HashMap::new(),
        bytes: 0,
        first: HashMap::new(),
        used: Vec::new(),
        named: HashSet::new(),
    };
    for root in roots {
        gatherer.root(root);
    }
    let mut next = 0;
    while next < gatherer.gathered.documents.len() {
        gatherer.follow(next);
        next += 1;
    }
    gatherer.without_location();
    for (old, _) in &options.renamed.0 {
        if !gatherer.named.contains(old) {
            let message = format!("no document names {old:?}, which is to be read as another");
            let help = "give a namespace as the documents write it";
            let report = &mut gatherer.gathered.report;
            report.error(Place::default(), "load", message, help);
        }
    }
    gatherer.gathered
}

impl Gatherer<'_> {
    fn root(&mut self, source: &Source) {
        let index = match source {
            Source::Location(place) => {
                let place = location::normal(place);
                match self.tried.get(&place) {
                    Some(known) => *known,
                    None => match self.fetch.fetch(&place) {
                        Ok(bytes) => self.read(&place, &bytes),
                        Err(error) => {
                            self.gathered.report.error(
                                Place::default(),
                                "load",
                                format!("{place}: {error}"),
                                "",
                            );
                            None
                        }
                    },
                }
            }
            Source::Bytes(place, bytes) => self.read(&location::normal(place), bytes),
            Source::Document(document) => {
                let index = self.gathered.documents.len();
                self.gathered
                    .report
                    .documents
                    .push(document.location.clone());
                self.gathered.documents.push(document.clone());
                self.tried
                    .insert(document.location.to_string(), Some(index));
                Some(index)
            }
        };
        self.gathered
            .roots
            .extend(index.filter(|index| !self.gathered.roots.contains(index)));
    }

    /// Reads bytes as a document; what can't be read keeps its place in the list of names only.
    fn read(&mut self, place: &str, bytes: &[u8]) -> Option<usize> {
        self.tried.insert(place.to_owned(), None);
        self.bytes = self.bytes.saturating_add(bytes.len());
        let report = &mut self.gathered.report;
        if self.bytes > self.options.bytes
            || self.gathered.documents.len() >= self.options.documents
        {
            let message = format!("{place}: the contract is larger than allowed");
            report.error(
                Place::default(),
                "load",
                message,
                "raise the limit if the source can be trusted",
            );
            return None;
        }
        let index = self.gathered.documents.len();
        let document = u32::try_from(index).ok()?;
        report.documents.push(place.into());
        let text = read::decode(bytes, document, report);
        let read = |text: &String| read::read(text, document, &self.options.renamed, report);
        let root = text.as_ref().and_then(read);
        let text = text.unwrap_or_default();
        if let Some(Root::Definitions(definitions)) = &root {
            self.used.extend(used(definitions, &text));
        }
        self.named.extend(self.options.renamed.named(&text));
        // Places point at this number even where nothing was read, so something has to take it.
        let is_read = root.is_some();
        self.gathered.documents.push(Document {
            location: place.into(),
            root: root.unwrap_or_else(|| Root::Schema(Schema::default())),
        });
        if !is_read {
            return None;
        }
        self.tried.insert(place.to_owned(), Some(index));
        Some(index)
    }

    fn follow(&mut self, index: usize) {
        let Some(document) = self.gathered.documents.get(index) else {
            return;
        };
        let base = document.location.clone();
        let mut references: Vec<(usize, usize, Reference)> = Vec::new();
        for (at, schema) in schemas(document).iter().enumerate() {
            for (number, reference) in schema.references.iter().enumerate() {
                // A redefinition that changes nothing is an include.
                let kind = match &reference.kind {
                    ReferenceKind::Redefine(components) if components.is_empty() => {
                        ReferenceKind::Include
                    }
                    ReferenceKind::Redefine(_) => ReferenceKind::Redefine(Vec::new()),
                    kind => kind.clone(),
                };
                let (location, place) = (reference.location.clone(), reference.place);
                references.push((
                    at,
                    number,
                    Reference {
                        kind,
                        location,
                        place,
                    },
                ));
            }
        }
        let imports = match &document.root {
            Root::Definitions(definitions) => definitions.imports.clone(),
            Root::Schema(_) => Vec::new(),
        };
        for (at, number, reference) in references {
            if let Some(target) = self.locate(&base, &reference) {
                self.gathered.links.insert((index, at, number), target);
            }
        }
        for (number, import) in imports.into_iter().enumerate() {
            let Some(written) = &import.location else {
                if let Some(target) = self.well_known(&import.namespace) {
                    self.gathered.imports.insert((index, number), target);
                    continue;
                }
                let message = format!("the import of {} names no location", import.namespace);
                self.gathered
                    .report
                    .warning(import.place, "wsdl-import", message, "");
                continue;
            };
            let place = location::join(&base, written);
            match self.open(&base, &place) {
                Ok(Some(target)) => {
                    self.gathered.imports.insert((index, number), target);
                }
                Ok(None) => {}
                Err(error) => {
                    if let Some(target) = self.well_known(&import.namespace) {
                        self.gathered.imports.insert((index, number), target);
                        continue;
                    }
                    let message = format!("{written} can't be loaded: {error}");
                    let help = "give the document beside this one, or load it too";
                    self.gathered
                        .report
                        .warning(import.place, "wsdl-import", message, help);
                }
            }
        }
    }

    /// Finds the document of a reference between schemas.
    fn locate(&mut self, base: &str, reference: &Reference) -> Option<usize> {
        let namespace = match &reference.kind {
            ReferenceKind::Import(namespace) => namespace.as_deref().unwrap_or(""),
            _ => "",
        };
        if namespace == XSD {
            return None; // Its types are built in.
        }
        if let Some(known) = self.first.get(namespace) {
            return Some(*known);
        }
        let target = self.locate_anew(base, reference, namespace);
        // Every project has its copy of some well-known schemas; one is enough.
        if let (Some(target), Some(_)) = (target, catalog::find(namespace)) {
            self.first.insert(namespace.to_owned(), target);
        }
        target
    }

    fn locate_anew(&mut self, base: &str, reference: &Reference, namespace: &str) -> Option<usize> {
        let written = reference
            .location
            .as_deref()
            .filter(|written| !written.is_empty())?;
        let place = location::join(base, written);
        match self.open(base, &place) {
            Ok(target) => target,
            Err(error) => {
                let known = self
                    .well_known(namespace)
                    .or_else(|| self.well_known(place.trim_end_matches('/')));
                if known.is_some() {
                    return known;
                }
                let message = format!("{written} can't be loaded: {error}");
                let help = "give the document beside this one, or load it too";
                let report = &mut self.gathered.report;
                match reference.kind {
                    // 4.2.2, 4.2.3: for include and import a location is a hint; a redefine must find its document.
                    ReferenceKind::Include => {
                        report.warning(reference.place, "src-include", message, help)
                    }
                    ReferenceKind::Import(_) => {
                        report.warning(reference.place, "src-import", message, help)
                    }
                    ReferenceKind::Redefine(_) => {
                        report.error(reference.place, "src-redefine", message, help)
                    }
                }
                None
            }
        }
    }

    /// Opens a location once. `Ok(None)`: it was tried, and reported, before.
    ///
    /// What came from the network may say anything; it never names a file of this machine.
    fn open(&mut self, base: &str, place: &str) -> Result<Option<usize>, FetchError> {
        if let Some(known) = self.tried.get(place) {
            return Ok(*known);
        }
        if location::is_remote(base) && !location::is_remote(place) {
            return Err(FetchError::Confined);
        }
        let missing = &mut self.gathered.report.missing;
        let bytes = self.fetch.fetch(place);
        let bytes = bytes.inspect_err(|_| missing.push(place.to_owned()))?;
        Ok(self.read(place, &bytes))
    }

    /// Our schema for a well-known namespace.
    fn well_known(&mut self, namespace: &str) -> Option<usize> {
        let text = catalog::find(namespace)?;
        let place = format!("well-known:{namespace}");
        match self.tried.get(&place) {
            Some(known) => *known,
            None => self.read(&place, text.as_bytes()),
        }
    }

    /// Brings in our schemas for well-known namespaces that are imported by name only, or used in a WSDL without import.
    fn without_location(&mut self) {
        let mut wanted: Vec<Arc<str>> = Vec::new();
        let mut there: Vec<Arc<str>> = Vec::new();
        for document in &self.gathered.documents {
            if let Root::Definitions(definitions) = &document.root {
                there.push(definitions.target_namespace.clone());
            }
            for schema in schemas(document) {
                there.extend(schema.target_namespace.clone());
                for reference in &schema.references {
                    if let ReferenceKind::Import(Some(namespace)) = &reference.kind {
                        wanted.push(namespace.clone());
                    }
                }
            }
        }
        wanted.append(&mut self.used);
        let mut next = 0;
        while let Some(namespace) = wanted.get(next).cloned() {
            next += 1;
            if !there.contains(&namespace) {
                if let Some(document) = self.well_known(&namespace)
                    && let Some(document) = self.gathered.documents.get(document)
                {
                    // A well-known schema may itself name others.
                    let references = schemas(document)
                        .iter()
                        .flat_map(|schema| &schema.references);
                    wanted.extend(references.filter_map(|reference| match &reference.kind {
                        ReferenceKind::Import(namespace) => namespace.clone(),
                        _ => None,
                    }));
                }
                there.push(namespace);
            }
        }
    }
}

/// The well-known namespaces that values in a WSDL refer to, beyond WSDL's own.
fn used(definitions: &Definitions, text: &str) -> Vec<Arc<str>> {
    let schemas = definitions
        .schemas
        .iter()
        .flat_map(|schema| schema.prefixes.iter());
    let mut used: Vec<Arc<str>> = Vec::new();
    let mut add = |namespace: &Arc<str>| {
        let known = &**namespace != read::WSDL && catalog::find(namespace).is_some();
        if known && !used.contains(namespace) {
            used.push(namespace.clone());
        }
    };
    for (prefix, namespace) in definitions.prefixes.iter().chain(schemas) {
        if text.contains(&format!("\"{prefix}:")) || text.contains(&format!("'{prefix}:")) {
            add(namespace);
        }
    }
    // A part may declare the prefix itself.
    for part in definitions
        .messages
        .iter()
        .flat_map(|message| &message.parts)
    {
        if let Some(PartContent::Element(name) | PartContent::Type(name)) = &part.content {
            add(&name.namespace);
        }
    }
    if text.contains("\"xml:") || text.contains("'xml:") {
        used.push(XML_NAMESPACE.into());
    }
    used
}
