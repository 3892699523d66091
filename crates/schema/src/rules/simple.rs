//! Simple types (part 1, 3.14.6): derivation and finality. Their facets are checked where facets are compiled.

use crate::model::{Builtin, Derivations, Model, Type, TypeId, Variety};

use super::derivation::derives;
use super::{Rules, shown};

impl Rules<'_, '_> {
    pub(super) fn simple_types(&mut self) {
        let model = self.model;
        for type_ in model.types.iter().skip(Builtin::ALL.len()) {
            let Type::Simple(simple) = type_ else {
                continue;
            };
            let name = shown(simple.name.as_ref());
            let mut error =
                |rule, message: String| self.report.error(simple.place, rule, message, "");
            let base = match model.types.get(simple.base.index()) {
                Some(Type::Simple(base)) => base,
                Some(Type::Complex(base)) => {
                    let base = shown(base.name.as_ref());
                    error(
                        "st-props-correct.1",
                        format!("the simple type {name} derives from {base}, which is complex"),
                    );
                    continue;
                }
                None => continue,
            };
            let from_root = simple.base == Builtin::AnySimpleType.id();
            if !from_root && base.final_.restriction {
                let base = shown(base.name.as_ref());
                error(
                    "st-props-correct.3",
                    format!("the type {name} restricts {base}, which is final for that"),
                );
            }
            match &simple.variety {
                Variety::List(item) => {
                    if from_root && finality(model, *item).list {
                        error(
                            "cos-st-restricts.2.3.1.1",
                            format!("the items of {name} are of a type that is final for lists"),
                        );
                    }
                    if holds_list(model, *item) {
                        error(
                            "cos-list-of-atomic",
                            format!("the items of the list {name} would be lists"),
                        );
                    }
                }
                Variety::Union(members) if from_root => {
                    if members.iter().any(|member| finality(model, *member).union) {
                        error(
                            "cos-st-restricts.3.3.1",
                            format!("a member of {name} is of a type that is final for unions"),
                        );
                    }
                    if members.iter().any(|member| {
                        matches!(model.types.get(member.index()), Some(Type::Complex(_)))
                    }) {
                        error(
                            "cos-st-restricts.3.1",
                            format!("a member of {name} is a complex type"),
                        );
                    }
                }
                _ => {}
            }
            if let (Variety::List(item), Variety::List(of)) = (&simple.variety, &base.variety)
                && !derives(model, *item, *of, Derivations::default())
            {
                error(
                    "cos-st-restricts.2.3.2.3",
                    format!("the items of {name} are not of a type derived from its base's"),
                );
            }
        }
    }
}

fn finality(model: &Model, type_: TypeId) -> Derivations {
    match model.types.get(type_.index()) {
        Some(Type::Simple(simple)) => simple.final_,
        Some(Type::Complex(complex)) => complex.final_,
        None => Derivations::default(),
    }
}

/// Tells whether values of a type can be lists: a list, or a union with one among its members (part 2, 2.5.1.2).
fn holds_list(model: &Model, type_: TypeId) -> bool {
    let mut work = vec![type_];
    let mut seen = std::collections::HashSet::new();
    while let Some(type_) = work.pop() {
        if !seen.insert(type_) {
            continue;
        }
        match model.types.get(type_.index()) {
            Some(Type::Simple(simple)) => match &simple.variety {
                Variety::List(_) => return true,
                Variety::Union(members) => work.extend(members.iter().copied()),
                _ => {}
            },
            _ => return matches!(model.types.get(type_.index()), Some(Type::Complex(_))),
        }
    }
    false
}
