//! Element declarations, substitution groups and identity constraints (part 1, 3.3.6, 3.11.6).

use crate::model::{ConstraintKind, Content, Derivations, Element, ElementId, Type};

use super::attribute::{bare_notation, is_id};
use super::{Rules, derivation, particle, shown};

impl Rules<'_, '_> {
    pub(super) fn elements(&mut self) {
        let model = self.model;
        for (index, element) in model.elements.iter().enumerate() {
            self.default(element);
            if bare_notation(model, element.type_) {
                let message = format!(
                    "the element {} is of type NOTATION itself",
                    element.name.local
                );
                self.report.error(
                    element.place,
                    "enumeration-required-notation",
                    message,
                    "restrict NOTATION by enumeration first",
                );
            }
            let Some(head_id) = element.substitution_head else {
                continue;
            };
            let Some(head) = model.elements.get(head_id.index()) else {
                continue;
            };
            let name = &element.name.local;
            if self.circular(ElementId(index as u32)) {
                let message = format!("the element {name} is in its own substitution group");
                self.report
                    .error(element.place, "e-props-correct.6", message, "");
                continue;
            }
            let barred = Derivations {
                list: false,
                union: false,
                ..head.final_
            };
            if !derivation::derives(model, element.type_, head.type_, barred) {
                let message = format!(
                    "the type of {name} can't stand for that of {}, its substitution group's head",
                    head.name.local
                );
                self.report.error(
                    element.place,
                    "e-props-correct.4",
                    message,
                    "derive it, by a method that the head does not exclude",
                );
            }
        }
    }

    /// "Element Default Valid (Immediate)", and no default for an ID.
    fn default(&mut self, element: &Element) {
        let model = self.model;
        let Some(constraint) = &element.value else {
            return;
        };
        let name = &element.name.local;
        let simple = match model.types.get(element.type_.index()) {
            Some(Type::Simple(_)) => element.type_,
            Some(Type::Complex(complex)) => match &complex.content {
                Content::Simple(simple) => *simple,
                Content::Mixed(None) => return,
                Content::Mixed(Some(particle)) => {
                    if !particle::emptiable(model, particle) {
                        let message = format!(
                            "{name} has a default or fixed value, but its content can't be empty"
                        );
                        self.report
                            .error(element.place, "cos-valid-default.2.2.2", message, "");
                    }
                    return;
                }
                Content::Empty | Content::Elements(_) => {
                    let message =
                        format!("{name} has a default or fixed value, but its type allows no text");
                    self.report
                        .error(element.place, "cos-valid-default.2.1", message, "");
                    return;
                }
            },
            None => return,
        };
        if let Err(violation) = self
            .types
            .get(model, simple)
            .check(&constraint.lexical, &constraint.scope)
        {
            let message = format!("the default or fixed value of {name}: {violation}");
            self.report
                .error(element.place, "e-props-correct.2", message, "");
        }
        if is_id(model, simple) {
            let message = format!("the element {name} is an ID and has a default or fixed value");
            self.report
                .error(element.place, "e-props-correct.5", message, "");
        }
    }

    fn circular(&self, element: ElementId) -> bool {
        let head =
            |element: &ElementId| self.model.elements.get(element.index())?.substitution_head;
        let mut slow = Some(element);
        let mut fast = head(&element);
        // Two walkers meet where the chain is a ring; it counts only where the element itself is on it.
        while let (Some(one), Some(other)) = (slow, fast) {
            if other == element {
                return true;
            }
            if one == other {
                return false;
            }
            slow = head(&one);
            fast = head(&other).and_then(|next| {
                if next == element {
                    Some(next)
                } else {
                    head(&next)
                }
            });
        }
        false
    }

    /// "Identity-constraint Definition Properties Correct".
    pub(super) fn constraints(&mut self) {
        for constraint in &self.model.constraints {
            let ConstraintKind::KeyRef(key) = constraint.kind else {
                continue;
            };
            let Some(key) = self.model.constraints.get(key.index()) else {
                continue;
            };
            if matches!(key.kind, ConstraintKind::KeyRef(_)) {
                let message = format!("the keyref {} refers to a keyref", constraint.name.local);
                self.report.error(
                    constraint.place,
                    "c-props-correct.1",
                    message,
                    "refer to a key or unique",
                );
            } else if key.fields.len() != constraint.fields.len() {
                let message = format!(
                    "the keyref {} has {} fields, {} has {}",
                    constraint.name.local,
                    constraint.fields.len(),
                    shown(Some(&key.name)),
                    key.fields.len()
                );
                self.report
                    .error(constraint.place, "c-props-correct.2", message, "");
            }
        }
    }
}
