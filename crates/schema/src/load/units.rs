//! From documents to the order in which their components count: a unit is a schema under the namespace that it takes part in.
//!
//! One document can be several units: a chameleon (no namespace of its own) is one for each namespace that includes it
//! (XSD 1.0 part 1, 4.2.1).

use std::collections::HashMap;
use std::sync::Arc;

use super::gather::{Gathered, schemas};
use crate::document::Root;
use crate::document::schema::{Reference, ReferenceKind, Schema};
use crate::model::Place;
use crate::report::Report;

/// A schema under a namespace.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// Index of the document.
    pub(crate) document: usize,
    /// Index of the schema in it.
    pub(crate) schema: usize,
    /// The namespace that its components are in.
    pub(crate) namespace: Arc<str>,
    /// It has no namespace of its own and takes the includer's.
    pub(crate) chameleon: bool,
    /// It stands in a WSDL, where everybody is laxer.
    pub(crate) in_wsdl: bool,
}

struct Frame {
    unit: Unit,
    next: usize,
}

/// Puts the units in order: what a schema includes or redefines comes before it.
pub(super) fn units(gathered: &mut Gathered) -> Vec<Unit> {
    let mut report = std::mem::take(&mut gathered.report);
    let mut walk = Walk {
        gathered,
        report: &mut report,
        seen: HashMap::new(),
        units: Vec::new(),
    };
    // Roots first, then whatever is only reached from the inside of a WSDL, then what the catalog added.
    for document in 0..walk.gathered.documents.len() {
        walk.document(document);
    }
    let units = walk.units;
    gathered.report = report;
    units
}

struct Walk<'g> {
    gathered: &'g Gathered,
    report: &'g mut Report,
    seen: HashMap<(usize, usize, Arc<str>), ()>,
    units: Vec<Unit>,
}

impl<'g> Walk<'g> {
    /// Walks a document that nothing walked before: a root, an import's target, one of the catalog.
    fn document(&mut self, document: usize) {
        let gathered = self.gathered;
        let Some(entry) = gathered.documents.get(document) else {
            return;
        };
        let root = gathered.roots.contains(&document);
        for (at, schema) in schemas(entry).iter().enumerate() {
            let namespace = schema.target_namespace.clone().unwrap_or_default();
            // A document without namespace that is only included is no schema for "no namespace".
            let included = namespace.is_empty() && !root && matches!(entry.root, Root::Schema(_));
            if included && !self.imported(document) {
                continue;
            }
            self.walk(document, at, namespace);
        }
    }

    fn imported(&self, document: usize) -> bool {
        let by_wsdl = self
            .gathered
            .imports
            .values()
            .any(|target| *target == document);
        by_wsdl
            || self
                .gathered
                .links
                .iter()
                .any(|((from, schema, number), target)| {
                    *target == document
                        && self.gathered.documents.get(*from).is_some_and(|from| {
                            let reference = schemas(from)
                                .get(*schema)
                                .and_then(|s| s.references.get(*number));
                            reference.is_some_and(|r| matches!(r.kind, ReferenceKind::Import(_)))
                        })
                })
    }

    fn walk(&mut self, document: usize, schema: usize, namespace: Arc<str>) {
        let mut stack: Vec<Frame> = Vec::new();
        self.enter(&mut stack, document, schema, namespace);
        while let Some(frame) = stack.last_mut() {
            let unit = frame.unit.clone();
            let number = frame.next;
            frame.next += 1;
            let Some(schema) = self.schema(unit.document, unit.schema) else {
                return;
            };
            let Some(reference) = schema.references.get(number) else {
                self.units.push(unit);
                stack.pop();
                continue;
            };
            let target = self
                .gathered
                .links
                .get(&(unit.document, unit.schema, number))
                .copied();
            self.check(&unit, schema, reference, target);
            let Some(target) = target else { continue };
            let whole = self.gathered.documents.get(target).map_or(&[][..], schemas);
            match &reference.kind {
                ReferenceKind::Import(wanted) => {
                    let wanted = wanted.clone().unwrap_or_default();
                    for (at, imported) in whole.iter().enumerate() {
                        if imported.target_namespace.clone().unwrap_or_default() == wanted {
                            self.enter(&mut stack, target, at, wanted.clone());
                        }
                    }
                }
                _ => {
                    for (at, included) in whole.iter().enumerate() {
                        if included
                            .target_namespace
                            .as_ref()
                            .is_none_or(|namespace| *namespace == unit.namespace)
                        {
                            self.enter(&mut stack, target, at, unit.namespace.clone());
                        }
                    }
                }
            }
        }
    }

    fn enter(
        &mut self,
        stack: &mut Vec<Frame>,
        document: usize,
        schema: usize,
        namespace: Arc<str>,
    ) {
        if self
            .seen
            .insert((document, schema, namespace.clone()), ())
            .is_some()
        {
            return;
        }
        let Some(written) = self.schema(document, schema) else {
            return;
        };
        let chameleon = written.target_namespace.is_none() && !namespace.is_empty();
        let in_wsdl = self
            .gathered
            .documents
            .get(document)
            .is_some_and(|entry| matches!(entry.root, Root::Definitions(_)));
        stack.push(Frame {
            unit: Unit {
                document,
                schema,
                namespace,
                chameleon,
                in_wsdl,
            },
            next: 0,
        });
    }

    fn schema(&self, document: usize, schema: usize) -> Option<&'g Schema> {
        let gathered = self.gathered;
        gathered
            .documents
            .get(document)
            .and_then(|document| schemas(document).get(schema))
    }

    /// src-include, src-redefine, src-import: what the namespaces must be.
    fn check(
        &mut self,
        unit: &Unit,
        schema: &Schema,
        reference: &Reference,
        target: Option<usize>,
    ) {
        let place = reference.place;
        match &reference.kind {
            ReferenceKind::Import(namespace) => {
                if let Some(namespace) = namespace
                    && *namespace == unit.namespace
                    && !unit.chameleon
                {
                    let message = format!("a schema can't import its own namespace {namespace}");
                    self.own_import(unit, place, &message);
                }
                if namespace.is_none() && schema.target_namespace.is_none() {
                    let message =
                        "an import without namespace needs a schema with a targetNamespace";
                    self.own_import(unit, place, message);
                }
                self.imports_what_it_says(place, namespace, target);
            }
            kind => {
                let rule = if matches!(kind, ReferenceKind::Include) {
                    "src-include"
                } else {
                    "src-redefine"
                };
                let Some(found) = target.and_then(|target| self.gathered.documents.get(target))
                else {
                    return;
                };
                for included in schemas(found) {
                    if let Some(theirs) = &included.target_namespace
                        && *theirs != unit.namespace
                    {
                        let message = format!(
                            "the document included is in the namespace {theirs}, not in {}",
                            if unit.namespace.is_empty() {
                                "none"
                            } else {
                                &unit.namespace
                            }
                        );
                        self.report.error(place, rule, message, "import it instead");
                    }
                }
            }
        }
    }

    fn own_import(&mut self, unit: &Unit, place: Place, message: &str) {
        let help = "drop the import, or include the document";
        if unit.in_wsdl {
            self.report.warning(place, "src-import", message, help);
        } else {
            self.report.error(place, "src-import", message, help);
        }
    }

    fn imports_what_it_says(
        &mut self,
        place: Place,
        namespace: &Option<Arc<str>>,
        target: Option<usize>,
    ) {
        let Some(document) = target.and_then(|target| self.gathered.documents.get(target)) else {
            return;
        };
        let wanted = namespace.clone().unwrap_or_default();
        let found: Vec<Arc<str>> = schemas(document)
            .iter()
            .map(|schema| schema.target_namespace.clone().unwrap_or_default())
            .collect();
        if found.contains(&wanted)
            || (found.is_empty() && matches!(document.root, Root::Definitions(_)))
        {
            return;
        }
        let name = |namespace: &Arc<str>| match &**namespace {
            "" => "no namespace".to_owned(),
            namespace => namespace.to_owned(),
        };
        let message = format!(
            "{} defines {}, not {}",
            document.location,
            found.iter().map(name).collect::<Vec<_>>().join(", "),
            name(&wanted)
        );
        self.report.error(
            place,
            "src-import",
            message,
            "correct the namespace of the import or its location",
        );
    }
}
