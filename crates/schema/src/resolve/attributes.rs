//! Attribute uses, attribute groups and the attribute wildcard (XSD 1.0 part 1, 3.4.2 and 3.6.2).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use soapstone::name::QName;

use super::wildcard::intersection;
use super::{At, Resolver, next, order};
use crate::document::schema::{Attribute, AttributeGroup, AttributeItem, Attributes, Usage};
use crate::model::{
    AttributeGroupId, AttributeId, AttributeUse, Foreign, Namespaces, Place, ValueConstraint,
    Wildcard,
};

/// The attribute part of a type or group as written, names bound.
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    pub(super) items: Vec<Item>,
    pub(super) any: Option<Wildcard>,
    pub(super) place: Place,
}

/// One entry of an attribute part.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Use(AttributeUse),
    Prohibited(QName),
    Group(AttributeGroupId, Place),
}

/// An attribute part with its groups dissolved.
#[derive(Debug, Clone, Default)]
pub(super) struct Flat {
    pub(super) uses: Vec<AttributeUse>,
    pub(super) prohibited: Vec<QName>,
    pub(super) any: Option<Wildcard>,
}

impl Resolver<'_, '_> {
    pub(super) fn declare_attribute_group(
        &mut self,
        at: At,
        id: AttributeGroupId,
        written: &AttributeGroup,
    ) {
        let own = self.own_attributes(at, &written.attributes, written.place);
        if let Some(slot) = self.attribute_groups.get_mut(id.index()) {
            *slot = own;
        }
    }

    /// Binds the names in an attribute part.
    pub(super) fn own_attributes(&mut self, at: At, written: &Attributes, place: Place) -> Own {
        let mut items = Vec::new();
        for item in &written.items {
            match item {
                AttributeItem::Local(usage, attribute) => {
                    items.push(self.local_use(at, *usage, attribute))
                }
                AttributeItem::Reference {
                    usage,
                    name,
                    value,
                    foreign,
                    place,
                    ..
                } => {
                    let Some(id) = self.attribute_reference(at, name, *place) else {
                        continue;
                    };
                    items.push(self.reference_use(*usage, id, value, foreign, *place));
                }
                AttributeItem::Group(name, place) => {
                    let group = self.attribute_group_reference(at, name, *place);
                    items.extend(group.map(|group| Item::Group(group, *place)));
                }
            }
        }
        let any = written.any.as_ref().map(|any| self.wildcard(at, any));
        Own { items, any, place }
    }

    fn local_use(&mut self, at: At, usage: Usage, written: &Attribute) -> Item {
        let attribute = self.local_attribute(at, written);
        if usage == Usage::Prohibited {
            return Item::Prohibited(self.attribute_name(attribute));
        }
        // 3.2.2: a local declaration's value constraint is the use's; it stays with the declaration, which nobody shares.
        Item::Use(AttributeUse {
            required: usage == Usage::Required,
            attribute,
            value: None,
            place: written.place,
        })
    }

    fn attribute_name(&self, id: AttributeId) -> QName {
        let name = self
            .model
            .attributes
            .get(id.index())
            .map(|attribute| attribute.name.clone());
        name.unwrap_or_else(|| QName::new("", ""))
    }

    fn reference_use(
        &mut self,
        usage: Usage,
        id: AttributeId,
        value: &Option<ValueConstraint>,
        foreign: &[Foreign],
        place: Place,
    ) -> Item {
        let name = self.attribute_name(id);
        if usage == Usage::Prohibited {
            return Item::Prohibited(name);
        }
        let mut attribute = id;
        if !foreign.is_empty() {
            attribute = AttributeId(next(self.model.attributes.len()));
            self.model
                .attributes
                .push(super::symbols::attribute(name, true, place));
            self.carrying.push((attribute, id, foreign.to_vec()));
        }
        Item::Use(AttributeUse {
            required: usage == Usage::Required,
            attribute,
            value: value.clone(),
            place,
        })
    }

    /// Completes the copies of declarations that carry a use's foreign attributes (`wsdl:arrayType`).
    pub(super) fn attributes_with_foreign(&mut self) {
        for (copy, original, foreign) in std::mem::take(&mut self.carrying) {
            let Some(original) = self.model.attributes.get(original.index()) else {
                continue;
            };
            let (type_, value) = (original.type_, original.value.clone());
            let (mut all, annotation) = (original.foreign.clone(), original.annotation.clone());
            all.extend(foreign);
            if let Some(attribute) = self.model.attributes.get_mut(copy.index()) {
                attribute.type_ = type_;
                attribute.value = value;
                attribute.foreign = all;
                attribute.annotation = annotation;
            }
        }
    }

    /// Dissolves the references between attribute groups; src-attribute_group 3: none holds itself.
    pub(super) fn flatten_attribute_groups(&mut self) {
        let groups = std::mem::take(&mut self.attribute_groups);
        let inner = |item: &Item| match item {
            Item::Group(id, place) => Some((id.index(), *place)),
            _ => None,
        };
        let items = |index: usize| groups.get(index).map_or(&[][..], |own| &own.items);
        let needs = |index: usize| {
            items(index)
                .iter()
                .filter_map(|item| inner(item).map(|(id, _)| id))
                .collect()
        };
        let mut circular = Vec::new();
        let mut sequence = Vec::new();
        order::order(
            groups.len(),
            needs,
            |from, to| circular.push((from, to)),
            |index| sequence.push(index),
        );
        for (from, to) in &circular {
            let place = items(*from)
                .iter()
                .filter_map(inner)
                .find(|(id, _)| id == to)
                .map(|(_, place)| place);
            let message = "the attribute group holds itself";
            self.report.error(
                place.unwrap_or_default(),
                "src-attribute_group",
                message,
                "break the circle",
            );
        }
        // A group that is not visited yet is empty, so that the edge that closes a circle adds nothing.
        for index in sequence {
            let Some(own) = groups.get(index) else {
                continue;
            };
            let flat = self.flatten(own, "ag-props-correct");
            if let Some(group) = self.model.attribute_groups.get_mut(index) {
                group.attributes = flat.uses;
                group.any_attribute = flat.any;
            }
        }
    }

    /// Puts in what the groups referred to hold; `rule` is the one against the same attribute twice.
    pub(super) fn flatten(&mut self, own: &Own, rule: &'static str) -> Flat {
        let mut flat = Flat::default();
        let mut group_any: Option<Wildcard> = None;
        let mut intersected: Option<Namespaces> =
            own.any.as_ref().map(|any| any.namespaces.clone());
        for item in &own.items {
            match item {
                Item::Use(use_) => flat.uses.push(use_.clone()),
                Item::Prohibited(name) => flat.prohibited.push(name.clone()),
                Item::Group(id, place) => {
                    let Some(group) = self.model.attribute_groups.get(id.index()) else {
                        continue;
                    };
                    flat.uses.extend(group.attributes.iter().cloned());
                    let Some(any) = group.any_attribute.clone() else {
                        continue;
                    };
                    // 3.4.2: the complete wildcard is the intersection of the local one and the groups'.
                    let both = match &intersected {
                        Some(so_far) => intersection(so_far, &any.namespaces),
                        None => Some(any.namespaces.clone()),
                    };
                    if both.is_none() {
                        let message =
                            "the attribute wildcards have an intersection that can't be expressed";
                        self.report.error(
                            *place,
                            "src-ct",
                            message,
                            "use the same namespace in both",
                        );
                    }
                    intersected = both.or(intersected);
                    group_any.get_or_insert(any);
                }
            }
        }
        flat.any = own.any.clone().or(group_any);
        if let (Some(any), Some(namespaces)) = (&mut flat.any, intersected) {
            any.namespaces = namespaces;
        }
        self.once_each(&mut flat.uses, rule, own.place);
        flat
    }

    /// ct-props-correct 4, ag-props-correct 2: no two uses of one name. One use that comes by two ways (a group that is
    /// referred to twice) is still one.
    pub(super) fn once_each(
        &mut self,
        uses: &mut Vec<AttributeUse>,
        rule: &'static str,
        place: Place,
    ) {
        let mut seen: HashMap<&QName, (AttributeId, Place)> = HashMap::new();
        let (model, report) = (&self.model, &mut *self.report);
        uses.retain(|use_| {
            let Some(attribute) = model.attributes.get(use_.attribute.index()) else {
                return false;
            };
            let this = (use_.attribute, use_.place);
            match seen.entry(&attribute.name) {
                Entry::Vacant(slot) => {
                    slot.insert(this);
                    true
                }
                Entry::Occupied(first) => {
                    if *first.get() != this {
                        let message = format!("the attribute {} is there twice", attribute.name);
                        report.error(place, rule, message, "drop one of them");
                    }
                    false
                }
            }
        });
    }
}
