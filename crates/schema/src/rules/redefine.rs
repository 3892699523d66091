//! Redefined groups (XSD 1.0 part 1, 4.2.2): one that does not refer to itself restricts what it replaces.

use crate::model::{
    AttributeGroupId, Builtin, ComplexType, Content, Derivation, Derivations, Particle, Place,
    Redefinition, Term,
};

use super::{Rules, shown};

impl Rules<'_, '_> {
    /// Checks src-redefine 6.2.2 and 7.2.2, as for types that have nothing but the group.
    pub(super) fn redefinitions(&mut self) {
        for redefinition in &self.model.redefinitions {
            match *redefinition {
                Redefinition::Group(new, old) => {
                    let place = self
                        .model
                        .groups
                        .get(new.index())
                        .map(|group| group.place)
                        .unwrap_or_default();
                    let content = |group| {
                        Content::Elements(Particle {
                            min: 1,
                            max: Some(1),
                            term: Term::Group(group),
                            place,
                        })
                    };
                    let (derived, base) = (alone(content(new), place), alone(content(old), place));
                    let name = self
                        .model
                        .groups
                        .get(new.index())
                        .and_then(|group| group.name.as_ref());
                    self.restricted_content(
                        &derived,
                        &base,
                        &format!("the redefined group {}", shown(name)),
                    );
                }
                Redefinition::Attributes(new, old) => {
                    let (Some(derived), Some(base)) =
                        (self.attributes_alone(new), self.attributes_alone(old))
                    else {
                        continue;
                    };
                    let name = self
                        .model
                        .attribute_groups
                        .get(new.index())
                        .map(|group| &group.name);
                    let name = format!("the redefined attribute group {}", shown(name));
                    self.attribute_uses(&derived, &base, &name);
                    let (own, of) = (derived.any_attribute.as_ref(), base.any_attribute.as_ref());
                    self.attribute_wildcard(own, of, &derived, &name);
                }
            }
        }
    }

    fn attributes_alone(&self, id: AttributeGroupId) -> Option<ComplexType> {
        let group = self.model.attribute_groups.get(id.index())?;
        let mut type_ = alone(Content::Empty, group.place);
        type_.attributes = group.attributes.clone();
        type_.any_attribute = group.any_attribute.clone();
        Some(type_)
    }
}

fn alone(content: Content, place: Place) -> ComplexType {
    ComplexType {
        name: None,
        base: Builtin::AnyType.id(),
        derivation: Derivation::Restriction,
        abstract_: false,
        content,
        added: None,
        attributes: Vec::new(),
        inherited_attributes: 0,
        any_attribute: None,
        block: Derivations::default(),
        final_: Derivations::default(),
        annotation: None,
        place,
    }
}
