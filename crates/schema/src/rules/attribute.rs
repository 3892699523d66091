//! Attribute declarations, uses and groups (part 1, 3.2.6, 3.5.6, 3.6.6).

use crate::model::{AttributeUse, Builtin, Model, Place, Type, TypeId};

use super::derivation::chain;
use super::{Rules, same_value};

impl Rules<'_, '_> {
    pub(super) fn attributes(&mut self) {
        let model = self.model;
        for attribute in &model.attributes {
            let name = &attribute.name.local;
            if bare_notation(model, attribute.type_) {
                let message = format!("the attribute {name} is of type NOTATION itself");
                self.report.error(
                    attribute.place,
                    "enumeration-required-notation",
                    message,
                    "restrict NOTATION by enumeration first",
                );
            }
            let Some(constraint) = &attribute.value else {
                continue;
            };
            let type_ = self.types.get(model, attribute.type_);
            if let Err(violation) = type_.check(&constraint.lexical, &constraint.scope) {
                let message =
                    format!("the default or fixed value of the attribute {name}: {violation}");
                self.report
                    .error(attribute.place, "a-props-correct.2", message, "");
            }
            if is_id(model, attribute.type_) {
                let message =
                    format!("the attribute {name} is an ID and has a default or fixed value");
                self.report
                    .error(attribute.place, "a-props-correct.3", message, "");
            }
        }
        for group in &model.attribute_groups {
            let what = format!("the attribute group {}", group.name.local);
            self.uses(&group.attributes, group.place, "ag-props-correct.3", &what);
        }
    }

    /// Checks the attribute uses of a group or type: at most one ID, and values that fit.
    pub(super) fn uses(
        &mut self,
        uses: &[AttributeUse],
        place: Place,
        rule: &'static str,
        what: &str,
    ) {
        let model = self.model;
        let mut ids = 0;
        for use_ in uses {
            let Some(attribute) = model.attributes.get(use_.attribute.index()) else {
                continue;
            };
            let name = &attribute.name.local;
            if is_id(model, attribute.type_) {
                ids += 1;
                if ids == 2 {
                    self.report.error(
                        place,
                        rule,
                        format!("{what} has more than one attribute of an ID type"),
                        "",
                    );
                }
            }
            let Some(constraint) = &use_.value else {
                continue;
            };
            let type_ = self.types.get(model, attribute.type_);
            if let Err(violation) = type_.check(&constraint.lexical, &constraint.scope) {
                let message =
                    format!("the default or fixed value of the attribute {name}: {violation}");
                self.report
                    .error(use_.place, "a-props-correct.2", message, "");
            }
            if is_id(model, attribute.type_) {
                let message =
                    format!("the attribute {name} is an ID and has a default or fixed value");
                self.report
                    .error(use_.place, "a-props-correct.3", message, "");
            }
            if let Some(fixed) = attribute.value.as_ref().filter(|value| value.fixed)
                && !(constraint.fixed && same_value(type_, constraint, fixed))
            {
                let message = format!(
                    "the attribute {name} is declared with the fixed value {:?}",
                    fixed.lexical
                );
                self.report.error(
                    use_.place,
                    "au-props-correct.2",
                    message,
                    "repeat that value, or leave it away",
                );
            }
        }
    }
}

/// Tells whether a type is `ID` or derived from it.
pub(super) fn is_id(model: &Model, type_: TypeId) -> bool {
    chain(model, type_).any(|type_| type_ == Builtin::Id.id())
}

/// Tells whether a type is NOTATION without an enumeration (part 2, 3.2.19).
pub(super) fn bare_notation(model: &Model, type_: TypeId) -> bool {
    for type_ in chain(model, type_) {
        if type_ == Builtin::Notation.id() {
            return true;
        }
        match model.types.get(type_.index()) {
            Some(Type::Simple(simple)) if simple.facets.enumeration.is_empty() => {}
            _ => return false,
        }
    }
    false
}
