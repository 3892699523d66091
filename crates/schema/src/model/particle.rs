//! Content models: particles, groups and wildcards.

use std::sync::Arc;

use soapstone::name::QName;

use super::{Annotation, ElementId, GroupId, Place};

/// A term with its occurrence range (part 1, 3.9).
#[derive(Debug, Clone)]
pub struct Particle {
    /// `minOccurs`.
    pub min: u64,
    /// `maxOccurs`; absent for `unbounded`.
    pub max: Option<u64>,
    /// What occurs.
    pub term: Term,
    /// Where it is written.
    pub place: Place,
}

/// What a particle repeats.
#[derive(Debug, Clone)]
pub enum Term {
    /// An element declaration.
    Element(ElementId),
    /// A model group; a reference to a named group points at the definition's own entry.
    Group(GroupId),
    /// A wildcard.
    Any(Wildcard),
}

/// A model group (part 1, 3.8), named or not.
#[derive(Debug)]
pub struct Group {
    /// The definition's name; absent for a group inside a content model.
    pub name: Option<QName>,
    /// How the particles combine.
    pub compositor: Compositor,
    /// The particles, in document order; those with `maxOccurs="0"` are left out.
    pub particles: Vec<Particle>,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
    /// Where it is written.
    pub place: Place,
}

/// How a group's particles combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compositor {
    /// In order.
    Sequence,
    /// One of them.
    Choice,
    /// Each at most once, in any order.
    All,
}

/// A wildcard (part 1, 3.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// Which namespaces it admits.
    pub namespaces: Namespaces,
    /// How what it admits is assessed.
    pub process: Process,
    /// Documentation and appinfo.
    pub annotation: Option<Box<Annotation>>,
}

/// The namespaces that a wildcard admits; the empty string stands for "no namespace".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    /// Any.
    Any,
    /// Any but this one and none (`##other`); with the empty string: any but none.
    Not(Arc<str>),
    /// These.
    In(Vec<Arc<str>>),
}

/// `processContents`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// A declaration must be found.
    Strict,
    /// Assessed where a declaration is found.
    Lax,
    /// Well-formed is enough.
    Skip,
}
