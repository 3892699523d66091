//! Attributes and their groups as text.

use super::schema::{form, in_place, value, wildcard};
use super::text::Text;
use crate::document::schema::{
    Attribute, AttributeGroup, AttributeItem, Attributes, TypeUse, Usage,
};

pub(super) fn attribute_group(text: &mut Text, group: &AttributeGroup) {
    text.start(text.xs("attributeGroup"));
    text.attribute("name", &group.name);
    text.annotation(&group.annotation);
    attributes(text, &group.attributes);
    text.end();
}

pub(super) fn attributes(text: &mut Text, attributes: &Attributes) {
    for item in &attributes.items {
        match item {
            AttributeItem::Local(usage, attribute) => self::attribute(text, attribute, *usage),
            AttributeItem::Reference {
                usage,
                name,
                value,
                foreign,
                annotation,
                ..
            } => {
                text.start(text.xs("attribute"));
                text.name_attribute("ref", name);
                self::usage(text, *usage);
                self::value(text, value);
                text.foreign(foreign);
                text.annotation(annotation);
                text.end();
            }
            AttributeItem::Group(name, _) => {
                text.start(text.xs("attributeGroup"));
                text.name_attribute("ref", name);
                text.end();
            }
        }
    }
    if let Some(any) = &attributes.any {
        text.start(text.xs("anyAttribute"));
        wildcard(text, any);
        text.annotation(&any.annotation);
        text.end();
    }
}

pub(super) fn attribute(text: &mut Text, attribute: &Attribute, usage: Usage) {
    text.start(text.xs("attribute"));
    text.attribute("name", &attribute.name);
    form(text, attribute.qualified);
    if let Some(TypeUse::Named(name)) = &attribute.type_ {
        text.name_attribute("type", name);
    }
    self::usage(text, usage);
    value(text, &attribute.value);
    text.foreign(&attribute.foreign);
    text.annotation(&attribute.annotation);
    in_place(text, &attribute.type_);
    text.end();
}

fn usage(text: &mut Text, usage: Usage) {
    match usage {
        Usage::Optional => {}
        Usage::Required => text.attribute("use", "required"),
        Usage::Prohibited => text.attribute("use", "prohibited"),
    }
}
