//! What a redefinition may do (XSD 1.0 part 1, 4.2.2, src-redefine 5 to 7).

use super::symbols::{Declared, Global};
use super::{At, Original, Resolver};
use crate::document::schema::{AttributeItem, ComplexType, Content, Group, SimpleDefinition, SimpleType, Term, TypeUse};
use crate::model::{AttributeGroup, AttributeGroupId, Namespaces, Place};
use soapstone::name::QName;

impl Resolver<'_, '_> {
    /// Checks every redefinition.
    pub(super) fn check_redefinitions(&mut self, globals: &[Global<'_>]) {
        for Global { at, component } in globals {
            let Some((name, original)) = at.redefinition.and_then(|number| self.redefinitions.get(number)) else {
                continue;
            };
            let (name, original) = (name.clone(), *original);
            match component {
                Declared::Simple(_, type_) => self.redefined_simple(*at, &name, type_),
                Declared::Complex(_, type_) => self.redefined_complex(*at, &name, type_),
                Declared::Group(_, definition) => {
                    let mut references = Vec::new();
                    self.group_references(*at, &name, &definition.group, &mut references);
                    self.redefined_group(&references);
                }
                Declared::AttributeGroup(id, group) => {
                    let own = |item: &&AttributeItem| {
                        matches!(item, AttributeItem::Group(reference, _) if self.meant(*at, reference) == name)
                    };
                    let count = group.attributes.items.iter().filter(own).count();
                    match original {
                        Original::AttributeGroup(before) if count == 0 => {
                            self.redefined_attributes(*id, before, group.place);
                        }
                        _ if count > 1 => {
                            let message = format!("the redefinition refers {count} times to {name}");
                            self.report.error(group.place, "src-redefine", message, "refer to it once");
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
            self.report.error(written.place, "src-redefine", message, "");
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
            let message = format!("the redefinition of {name} must extend or restrict {name} itself");
            self.report.error(written.place, "src-redefine", message, "");
        }
    }

    fn group_references(&self, at: At, name: &QName, group: &Group, into: &mut Vec<(u64, Option<u64>, Place)>) {
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
            self.report.error(*place, "src-redefine", message, "refer to it once");
        }
        if let [(min, max, place)] = references
            && (*min != 1 || *max != Some(1))
        {
            let message = "the redefined group's reference to itself must occur exactly once";
            self.report.error(*place, "src-redefine", message, "drop minOccurs and maxOccurs");
        }
    }

    /// 7.2: without a reference to itself the attributes must restrict those before.
    fn redefined_attributes(&mut self, id: AttributeGroupId, before: AttributeGroupId, place: Place) {
        let groups = &self.model.attribute_groups;
        let (Some(new), Some(old)) = (groups.get(id.index()), groups.get(before.index())) else { return };
        let uses = |group: &AttributeGroup| -> Vec<(QName, bool)> {
            let name = |use_: &crate::model::AttributeUse| {
                self.model.attributes.get(use_.attribute.index()).map(|a| (a.name.clone(), use_.required))
            };
            group.attributes.iter().filter_map(name).collect()
        };
        let (new_uses, old_uses) = (uses(new), uses(old));
        let mut wrong = Vec::new();
        for (name, required) in &new_uses {
            match old_uses.iter().find(|(old, _)| old == name) {
                Some((_, true)) if !required => wrong.push(format!("{name} was required and is no longer")),
                Some(_) => {}
                None if old.any_attribute.as_ref().is_some_and(|any| admits(&any.namespaces, &name.namespace)) => {}
                None => wrong.push(format!("{name} is not among the attributes before")),
            }
        }
        for (name, required) in &old_uses {
            if *required && !new_uses.iter().any(|(new, _)| new == name) {
                wrong.push(format!("{name} was required and is missing"));
            }
        }
        if let Some(any) = &new.any_attribute
            && !old.any_attribute.as_ref().is_some_and(|old| subset(&any.namespaces, &old.namespaces))
        {
            wrong.push("the wildcard admits more than before".to_owned());
        }
        for message in wrong {
            let help = "refer to the attribute group itself to add to it";
            self.report.error(place, "src-redefine", message, help);
        }
    }
}

/// Part 1, 3.10.4 (Wildcard allows Namespace Name).
fn admits(namespaces: &Namespaces, name: &str) -> bool {
    match namespaces {
        Namespaces::Any => true,
        Namespaces::Not(not) => !name.is_empty() && **not != *name,
        Namespaces::In(list) => list.iter().any(|entry| **entry == *name),
    }
}

/// cos-ns-subset.
fn subset(sub: &Namespaces, of: &Namespaces) -> bool {
    match (sub, of) {
        (_, Namespaces::Any) => true,
        (Namespaces::In(list), of) => list.iter().all(|name| admits(of, name)),
        (sub, of) => sub == of,
    }
}
