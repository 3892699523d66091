//! Making schema documents by hand: components that say no more than they must.

use std::sync::Arc;

use soapstone::name::QName;

use super::schema::{
    Attribute, Element, Group, Particle, SimpleDefinition, SimpleType, Term, TypeUse,
};
use crate::model::{Compositor, Facets, Place};

impl Particle {
    /// Makes a particle that occurs between `min` and `max` times (`None`: without limit).
    pub fn new(min: u64, max: Option<u64>, term: Term) -> Particle {
        Particle {
            min,
            max,
            term,
            place: Place::default(),
        }
    }

    /// Makes a sequence that occurs once.
    pub fn sequence(particles: Vec<Particle>) -> Particle {
        Particle::new(
            1,
            Some(1),
            Term::Group(Group {
                compositor: Compositor::Sequence,
                particles,
                annotation: None,
            }),
        )
    }
}

impl Element {
    /// Makes a declaration of that name and named type, and nothing else said.
    pub fn new(name: impl Into<Arc<str>>, type_: Option<TypeUse>) -> Element {
        Element {
            name: name.into(),
            qualified: None,
            type_,
            nillable: false,
            value: None,
            abstract_: false,
            substitution_group: None,
            block: None,
            final_: None,
            constraints: Vec::new(),
            foreign: Vec::new(),
            annotation: None,
            place: Place::default(),
        }
    }
}

impl Attribute {
    /// Makes a declaration of that name and type, and nothing else said.
    pub fn new(name: impl Into<Arc<str>>, type_: Option<TypeUse>) -> Attribute {
        Attribute {
            name: name.into(),
            qualified: None,
            type_,
            value: None,
            foreign: Vec::new(),
            annotation: None,
            place: Place::default(),
        }
    }
}

impl SimpleType {
    /// Makes a restriction of `base` by `facets`; without a name it is anonymous.
    pub fn restriction(name: Option<Arc<str>>, base: QName, facets: Facets) -> SimpleType {
        SimpleType {
            name,
            final_: None,
            definition: SimpleDefinition::Restriction {
                base: TypeUse::Named(base),
                facets: Box::new(facets),
            },
            annotation: None,
            place: Place::default(),
        }
    }
}
