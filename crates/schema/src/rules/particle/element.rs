//! Elements in place of elements and of wildcards (XSD 1.0 part 1, 3.9.6 "NameAndTypeOK" and "NSCompat").

use super::reduce::{Kind, Node, within};
use super::{Check, Outcome, refuse};
use crate::automaton::names::admits;
use crate::model::{Compositor, Derivations, ElementId, Wildcard};
use crate::rules::derivation;

impl<'c> Check<'c> {
    /// "NameAndTypeOK": an element restricts an element.
    pub(super) fn element(
        &self,
        one: ElementId,
        other: ElementId,
        derived: &Node<'c>,
        base: &Node<'c>,
    ) -> Outcome {
        let (Some(element), Some(of)) = (
            self.model.elements.get(one.index()),
            self.model.elements.get(other.index()),
        ) else {
            return Ok(());
        };
        let named = format!("the element {}", element.name);
        if element.name != of.name {
            return refuse(
                "rcase-NameAndTypeOK.1",
                format!("{named} stands where the base has {}", of.name),
            );
        }
        if !within((derived.min, derived.max), (base.min, base.max)) {
            return refuse(
                "rcase-NameAndTypeOK.3",
                format!("{named} may occur more or less often than in the base"),
            );
        }
        if one == other {
            return Ok(());
        }
        if element.nillable && !of.nillable {
            return refuse(
                "rcase-NameAndTypeOK.2",
                format!("{named} is nillable, in the base it is not"),
            );
        }
        if of.value.as_ref().is_some_and(|value| value.fixed) && !(self.same_fixed)(element, of) {
            return refuse(
                "rcase-NameAndTypeOK.4",
                format!("{named} does not keep the fixed value of the base"),
            );
        }
        if !element
            .constraints
            .iter()
            .all(|constraint| of.constraints.contains(constraint))
        {
            return refuse(
                "rcase-NameAndTypeOK.5",
                format!("{named} has identity constraints that the base's has not"),
            );
        }
        if !covers(element.block, of.block) {
            return refuse(
                "rcase-NameAndTypeOK.6",
                format!("{named} does not block what the base's blocks"),
            );
        }
        let barred = Derivations {
            extension: true,
            list: true,
            union: true,
            ..Derivations::default()
        };
        if !derivation::derives(self.model, element.type_, of.type_, barred) {
            return refuse(
                "rcase-NameAndTypeOK.7",
                format!("the type of {named} does not restrict that of the base's"),
            );
        }
        Ok(())
    }

    /// "NSCompat": an element restricts a wildcard.
    pub(super) fn element_of(
        &self,
        id: ElementId,
        wildcard: &Wildcard,
        derived: &Node<'c>,
        base: &Node<'c>,
        counted: bool,
    ) -> Outcome {
        let Some(element) = self.model.elements.get(id.index()) else {
            return Ok(());
        };
        if !admits(&wildcard.namespaces, &element.name.namespace) {
            return refuse(
                "rcase-NSCompat.1",
                format!(
                    "the base's wildcard does not admit the element {}",
                    element.name
                ),
            );
        }
        if counted && !within((derived.min, derived.max), (base.min, base.max)) {
            return refuse(
                "rcase-NSCompat.2",
                format!(
                    "the element {} may occur more or less often than the base's wildcard",
                    element.name
                ),
            );
        }
        Ok(())
    }

    pub(super) fn choice(&self, id: ElementId, node: &Node<'c>) -> Node<'c> {
        // The head stands for itself here, not for its group again.
        let member = |id| Node {
            min: 1,
            max: Some(1),
            kind: Kind::Element { id, head: false },
        };
        let members = derivation::substitutes(self.model, id)
            .map(member)
            .collect();
        Node {
            min: node.min,
            max: node.max,
            kind: Kind::Group(Compositor::Choice, members),
        }
    }
}

fn covers(all: Derivations, part: Derivations) -> bool {
    (all.extension || !part.extension)
        && (all.restriction || !part.restriction)
        && (all.substitution || !part.substitution)
}
