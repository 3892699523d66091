//! The constraints on schema components (XSD 1.0 part 1, chapter 3) that need the resolved model: what makes a schema
//! invalid although each of its documents reads well. Nothing here looks at instances.

mod attribute;
mod complex;
mod content;
pub(crate) mod derivation;
mod element;
mod group;
pub(crate) mod particle;
mod redefine;
mod simple;
pub(crate) mod wildcard;

use crate::automaton::names::Names;
use crate::model::{Model, ValueConstraint, XSD};
use crate::report::Report;
use crate::simple::{Compiled, SimpleTypes, check_facets};
use soapstone::name::QName;

/// Reports every component that breaks a rule. Work is polynomial in the size of the model, whatever it says.
pub(crate) fn check(model: &Model, report: &mut Report) {
    let types = SimpleTypes::of(model);
    check_facets(model, &types, report);
    let mut rules = Rules {
        model,
        types,
        names: Names::of(model),
        report,
    };
    rules.simple_types();
    rules.attributes();
    rules.elements();
    rules.groups();
    rules.complex_types();
    rules.constraints();
    rules.redefinitions();
}

/// What the rules look at, and where they report.
struct Rules<'m, 'r> {
    model: &'m Model,
    types: SimpleTypes,
    names: Names,
    report: &'r mut Report,
}

/// Tells whether two fixed values are equal, as values of a type; texts that are no values compare as texts.
fn same_value(type_: &Compiled, one: &ValueConstraint, other: &ValueConstraint) -> bool {
    match (
        type_.check(&one.lexical, &one.scope),
        type_.check(&other.lexical, &other.scope),
    ) {
        (Ok(one), Ok(other)) => one.value == other.value,
        _ => one.lexical == other.lexical,
    }
}

/// A name as people write it, for messages.
fn shown(name: Option<&QName>) -> String {
    match name {
        Some(name) if &*name.namespace == XSD => format!("xs:{}", name.local),
        Some(name) => name.local.to_string(),
        None => "(anonymous)".to_owned(),
    }
}
