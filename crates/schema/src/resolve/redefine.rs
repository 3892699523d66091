//! What a redefinition may do (XSD 1.0 part 1, 4.2.2, src-redefine 5 to 7).

use super::symbols::{Declared, Global};
use super::{At, Original, Resolver};
use crate::document::schema::{
    AttributeItem, ComplexType, Content, Group, SimpleDefinition, SimpleType, Term, TypeUse,
};
use crate::model::{Place, Redefinition};
use soapstone::name::QName;

impl Resolver<'_, '_> {
    /// Checks every redefinition.
    pub(super) fn check_redefinitions(&mut self, globals: &[Global<'_>]) {
        for Global { at, component } in globals {
            let Some((name, original)) = at
                .redefinition
                .and_then(|number| self.redefinitions.get(number))
            else {
                continue;
            };
            let (name, original) = (name.clone(), *original);
            match component {
                Declared::Simple(_, type_) => self.redefined_simple(*at, &name, type_),
                Declared::Complex(_, type_) => self.redefined_complex(*at, &name, type_),
                Declared::Group(id, definition) => {
                    let mut references = Vec::new();
                    self.group_references(*at, &name, &definition.group, &mut references);
                    self.redefined_group(&references);
                    if let (Original::Group(before), true) = (original, references.is_empty()) {
                        self.model
                            .redefinitions
                            .push(Redefinition::Group(*id, before));
                    }
                }
                Declared::AttributeGroup(id, group) => {
                    let own = |item: &&AttributeItem| matches!(item, AttributeItem::Group(reference, _) if self.meant(*at, reference) == name);
                    let count = group.attributes.items.iter().filter(own).count();
                    match original {
                        Original::AttributeGroup(before) if count == 0 => {
                            self.model
                                .redefinitions
                                .push(Redefinition::Attributes(*id, before));
                        }
                        _ if count > 1 => {
                            let message =
                                format!("the redefinition refers {count} times to {name}");
                            self.report.error(
                                group.place,
                                "src-redefine",
                                message,
                                "refer to it once",
                            );
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn redefined_simple(&mut self, at: At, name: &QName, written: &SimpleType) {
        let own = matches!(&written.definition,
            SimpleDefinition::Restriction { base: TypeUse::Named(base), .. } if self.meant(at, base) == *name);
        if !own {
            let message = format!("the redefinition of {name} must restrict {name} itself");
            self.report
                .error(written.place, "src-redefine", message, "");
        }
    }

    fn redefined_complex(&mut self, at: At, name: &QName, written: &ComplexType) {
        let base = match &written.content {
            Content::Plain(_) => None,
            Content::Complex { base, .. }
            | Content::SimpleExtension { base, .. }
            | Content::SimpleRestriction { base, .. } => Some(self.meant(at, base)),
        };
        if base.as_ref() != Some(name) {
            let message =
                format!("the redefinition of {name} must extend or restrict {name} itself");
            self.report
                .error(written.place, "src-redefine", message, "");
        }
    }

    fn group_references(
        &self,
        at: At,
        name: &QName,
        group: &Group,
        into: &mut Vec<(u64, Option<u64>, Place)>,
    ) {
        for particle in &group.particles {
            match &particle.term {
                Term::GroupReference(reference) if self.meant(at, reference) == *name => {
                    into.push((particle.min, particle.max, particle.place));
                }
                Term::Group(inner) => self.group_references(at, name, inner, into),
                _ => {}
            }
        }
    }

    /// 6.1: at most one reference to itself, which occurs exactly once.
    fn redefined_group(&mut self, references: &[(u64, Option<u64>, Place)]) {
        if let [_, (_, _, place), ..] = references {
            let message = "the redefined group refers to itself more than once";
            self.report
                .error(*place, "src-redefine", message, "refer to it once");
        }
        if let [(min, max, place)] = references
            && (*min != 1 || *max != Some(1))
        {
            let message = "the redefined group's reference to itself must occur exactly once";
            self.report.error(
                *place,
                "src-redefine",
                message,
                "drop minOccurs and maxOccurs",
            );
        }
    }
}
