//! What is worked out of a model once, for all messages: names as numbers, global declarations by name, simple types, and
//! content models, each of these when it is first met.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use crate::automaton::Automaton;
use crate::automaton::names::{NameId, Names, NamespaceId, admits};
use crate::model::{
    AttributeId, Builtin, ConstraintId, ConstraintKind, Content, ElementId, Model, Process, Type,
    TypeId, ValueConstraint, Wildcard,
};
use crate::rules::derivation;
use crate::simple::{self, SimpleTypes};

use super::identity::Routes;

/// The compiled side of a model.
pub(super) struct Compiled {
    pub(super) names: Names,
    simple: SimpleTypes,
    elements: Vec<Option<ElementId>>,
    attributes: Vec<Option<AttributeId>>,
    types: Vec<Option<TypeId>>,
    complex: Vec<OnceLock<Arc<Complex>>>,
    /// The paths of the identity constraints.
    pub(super) routes: Vec<Routes>,
    /// The keys that a keyref refers to: only their tables need to be kept.
    pub(super) referred: HashSet<ConstraintId>,
}

/// A complex type, compiled.
#[derive(Debug)]
pub(super) struct Complex {
    pub(super) content: Kind,
    pub(super) uses: Vec<Use>,
    pub(super) wildcard: Option<Wildcard>,
    /// Some use is required, or has a default.
    pub(super) wanted: bool,
    /// Some use is of an ID type.
    pub(super) has_id: bool,
}

/// What an element may hold.
#[derive(Debug)]
pub(super) enum Kind {
    Empty,
    Simple(TypeId, Arc<simple::Compiled>),
    Elements {
        automaton: Option<Automaton>,
        mixed: bool,
    },
}

/// An attribute use, with its declaration's part.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) name: NameId,
    pub(super) attribute: AttributeId,
    pub(super) type_: Arc<simple::Compiled>,
    pub(super) required: bool,
    pub(super) value: Option<ValueConstraint>,
}

impl Compiled {
    pub(super) fn of(model: &Model) -> Compiled {
        let names = Names::of(model);
        let mut elements = vec![None; names.len()];
        for (name, id) in &model.globals.elements {
            put(&mut elements, names.find(name), *id);
        }
        let mut attributes = vec![None; names.len()];
        for (name, id) in &model.globals.attributes {
            put(&mut attributes, names.find(name), *id);
        }
        let mut types = vec![None; names.len()];
        for (name, id) in &model.globals.types {
            put(&mut types, names.find(name), *id);
        }
        let mut complex = Vec::new();
        complex.resize_with(model.types.len(), OnceLock::new);
        let referred = model
            .constraints
            .iter()
            .filter_map(|constraint| match constraint.kind {
                ConstraintKind::KeyRef(key) => Some(key),
                _ => None,
            });
        let referred = referred.collect();
        let routes = model
            .constraints
            .iter()
            .map(|constraint| Routes::of(constraint, &names))
            .collect();
        let simple = SimpleTypes::of(model);
        Compiled {
            names,
            routes,
            simple,
            elements,
            attributes,
            types,
            complex,
            referred,
        }
    }

    pub(super) fn element(&self, name: Option<NameId>) -> Option<ElementId> {
        *self.elements.get(name?.0 as usize)?
    }

    pub(super) fn attribute(&self, name: Option<NameId>) -> Option<AttributeId> {
        *self.attributes.get(name?.0 as usize)?
    }

    pub(super) fn type_(&self, namespace: &str, local: &str) -> Option<TypeId> {
        let name = self.names.name(self.names.namespace(namespace), local)?;
        *self.types.get(name.0 as usize)?
    }

    /// The compiled form of a simple type.
    pub(super) fn simple(&self, model: &Model, id: TypeId) -> &Arc<simple::Compiled> {
        self.simple.get(model, id)
    }

    /// The compiled form of a complex type; none for a simple one.
    pub(super) fn complex(&self, model: &Model, id: TypeId) -> Option<&Arc<Complex>> {
        let Some(Type::Complex(_)) = model.types.get(id.index()) else {
            return None;
        };
        Some(
            self.complex
                .get(id.index())?
                .get_or_init(|| Arc::new(self.compile(model, id))),
        )
    }

    fn compile(&self, model: &Model, id: TypeId) -> Complex {
        let Some(Type::Complex(type_)) = model.types.get(id.index()) else {
            return Complex {
                content: Kind::Empty,
                uses: Vec::new(),
                wildcard: None,
                wanted: false,
                has_id: false,
            };
        };
        let elements = |particle, mixed| Kind::Elements {
            // A content model too large to compile is an error of the schema; here anything goes.
            automaton: Automaton::compile(model, &self.names, particle).ok(),
            mixed,
        };
        let content = match &type_.content {
            Content::Empty => Kind::Empty,
            Content::Simple(simple) => {
                Kind::Simple(*simple, self.simple.get(model, *simple).clone())
            }
            Content::Elements(particle) => elements(particle, false),
            Content::Mixed(Some(particle)) => elements(particle, true),
            Content::Mixed(None) => Kind::Elements {
                automaton: Some(Automaton::empty()),
                mixed: true,
            },
        };
        let uses: Vec<Use> = type_
            .attributes
            .iter()
            .filter_map(|use_| {
                let attribute = model.attributes.get(use_.attribute.index())?;
                Some(Use {
                    name: self.names.find(&attribute.name)?,
                    attribute: use_.attribute,
                    type_: self.simple.get(model, attribute.type_).clone(),
                    required: use_.required,
                    value: use_.value.clone().or_else(|| attribute.value.clone()),
                })
            })
            .collect();
        Complex {
            content,
            wanted: uses
                .iter()
                .any(|use_| use_.required || use_.value.is_some()),
            has_id: type_.attributes.iter().any(|use_| {
                model
                    .attributes
                    .get(use_.attribute.index())
                    .is_some_and(|attribute| is_id(model, attribute.type_))
            }),
            uses,
            wildcard: type_.any_attribute.clone(),
        }
    }

    /// Tells whether a wildcard admits a name of a namespace, and how that is then assessed.
    pub(super) fn admitted(
        &self,
        wildcard: Option<&Wildcard>,
        namespace: NamespaceId,
        uri: &str,
    ) -> Option<Process> {
        let wildcard = wildcard?;
        let uri = if namespace == NamespaceId::UNKNOWN {
            uri
        } else {
            self.names.uri(namespace)
        };
        admits(&wildcard.namespaces, uri).then_some(wildcard.process)
    }
}

fn put<T>(table: &mut [Option<T>], name: Option<NameId>, id: T) {
    if let Some(slot) = name.and_then(|name| table.get_mut(name.0 as usize)) {
        *slot = Some(id);
    }
}

/// Tells whether a type is `ID` or derived from it.
pub(super) fn is_id(model: &Model, type_: TypeId) -> bool {
    derivation::chain(model, type_).any(|type_| type_ == Builtin::Id.id())
}
