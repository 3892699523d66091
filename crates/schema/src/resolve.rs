//! Documents as written → the contract as meant (XSD 1.0 part 1, 3; WSDL 1.1): every reference bound, every default applied,
//! inherited content and attributes composed. A reference that leads nowhere is reported where it stands and becomes
//! `anyType`. Whether the components obey the constraints on them is the business of [`rules`](crate::rules).

mod attributes;
mod binding;
mod builtin;
mod complex;
mod constraint;
mod content;
mod element;
mod lookup;
mod order;
mod particle;
mod redefine;
mod simple;
mod symbols;
mod wildcard;
mod wsdl;
mod xpath;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use soapstone::name::QName;

use crate::contract::Contract;
use crate::document::schema::Schema;
use crate::document::{Document, Root};
use crate::load::Unit;
use crate::model::{AttributeGroupId, AttributeId, ElementId, GroupId, Model, Place, TypeId};
use crate::report::Report;

/// Resolves documents that were gathered into units.
pub(crate) fn contract(
    documents: &[Document],
    units: &[Unit],
    roots: &[usize],
    report: &mut Report,
) -> Contract {
    let model = model(documents, units, report);
    wsdl::contract(documents, roots, model, report)
}

fn model(documents: &[Document], units: &[Unit], report: &mut Report) -> Model {
    let schemas = units
        .iter()
        .filter_map(|unit| schema(documents, unit))
        .collect();
    let mut resolver = Resolver::new(units, schemas, report);
    resolver.model.documents = documents
        .iter()
        .map(|document| document.location.clone())
        .collect();
    builtin::fill(&mut resolver.model);
    let globals = resolver.register();
    resolver.declare(&globals);
    resolver.order_simple_types();
    resolver.break_group_cycles();
    resolver.flatten_all_groups();
    resolver.element_types();
    resolver.flatten_attribute_groups();
    resolver.compose_complex_types();
    resolver.attributes_with_foreign();
    resolver.bind_keyrefs();
    resolver.check_redefinitions(&globals);
    resolver.substitutions();
    resolver.model
}

fn schema<'d>(documents: &'d [Document], unit: &Unit) -> Option<&'d Schema> {
    match &documents.get(unit.document)?.root {
        Root::Schema(schema) => Some(schema),
        Root::Definitions(definitions) => definitions.schemas.get(unit.schema),
    }
}

/// Everything that resolving works on.
struct Resolver<'d, 'r> {
    units: &'d [Unit],
    schemas: Vec<&'d Schema>,
    /// The namespaces that each unit may refer to (src-resolve 4).
    visible: Vec<HashSet<Arc<str>>>,
    /// What was said once about a unit and a namespace is not said again.
    said: HashSet<(usize, Arc<str>)>,
    model: Model,
    report: &'r mut Report,
    /// How many names led nowhere.
    missed: usize,
    /// Redefinitions, by number: the name and what stood under it before.
    redefinitions: Vec<(QName, Original)>,
    /// How simple types are made, until their order is known.
    simple: HashMap<TypeId, simple::Form>,
    /// What complex types say themselves, until composed with their bases.
    complex: HashMap<TypeId, complex::Own>,
    /// What attribute groups say themselves, by id.
    attribute_groups: Vec<attributes::Own>,
    /// Elements without a type of their own.
    untyped: HashSet<ElementId>,
    /// Attribute uses that carry foreign attributes: copy, original, what the copy carries.
    carrying: Vec<(AttributeId, AttributeId, Vec<crate::model::Foreign>)>,
    /// Key references, with the name of the key.
    keyrefs: Vec<(crate::model::ConstraintId, QName, At, Place)>,
}

/// Where a component is written: its unit, and the redefinition that it is, if it is one.
#[derive(Debug, Clone, Copy)]
struct At {
    unit: usize,
    redefinition: Option<usize>,
}

/// What a redefinition's own name means inside it.
#[derive(Debug, Clone, Copy)]
enum Original {
    Type(TypeId),
    Group(GroupId),
    AttributeGroup(AttributeGroupId),
}

impl<'d, 'r> Resolver<'d, 'r> {
    fn new(
        units: &'d [Unit],
        schemas: Vec<&'d Schema>,
        report: &'r mut Report,
    ) -> Resolver<'d, 'r> {
        let visible = units
            .iter()
            .zip(&schemas)
            .map(|(unit, schema)| lookup::visible(unit, schema))
            .collect();
        Resolver {
            units,
            schemas,
            visible,
            said: HashSet::new(),
            model: Model::default(),
            report,
            missed: 0,
            redefinitions: Vec::new(),
            simple: HashMap::new(),
            complex: HashMap::new(),
            attribute_groups: Vec::new(),
            untyped: HashSet::new(),
            carrying: Vec::new(),
            keyrefs: Vec::new(),
        }
    }

    /// The namespace of the components in a unit.
    fn namespace(&self, at: At) -> Arc<str> {
        self.units
            .get(at.unit)
            .map(|unit| unit.namespace.clone())
            .unwrap_or_default()
    }

    /// The schema that a unit is.
    fn schema(&self, at: At) -> Option<&'d Schema> {
        self.schemas.get(at.unit).copied()
    }
}

/// The next id of an arena.
fn next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
