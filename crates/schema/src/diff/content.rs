//! Complex types: their kind of content, their attributes, default and fixed values.

use soapstone::name::QName;

use super::{Direction, Effect, Walk, language};
use crate::model::{AttributeUse, ComplexType, Content, Model, Type, TypeId, ValueConstraint};

impl Walk<'_> {
    pub(super) fn complex(
        &mut self,
        old: &ComplexType,
        new: &ComplexType,
        direction: Direction,
        path: &str,
    ) {
        if old.abstract_ != new.abstract_ {
            let (effect, message) = match new.abstract_ {
                true => (Effect::Tightened, "the type is abstract now"),
                false => (Effect::Relaxed, "the type is abstract no longer"),
            };
            self.judge(
                direction,
                effect,
                "abstract-changed",
                path,
                message.to_owned(),
            );
        }
        self.attributes(old, new, direction, path);
        match (&old.content, &new.content) {
            (Content::Simple(old), Content::Simple(new)) => {
                self.later(*old, *new, direction, path.to_owned())
            }
            (Content::Simple(_), _) | (_, Content::Simple(_)) => {
                let message = "between simple and complex content".to_owned();
                self.judge(direction, Effect::Changed, "content-changed", path, message);
            }
            (before, after) => {
                let mixed = |content: &Content| matches!(content, Content::Mixed(_));
                if mixed(before) != mixed(after) {
                    let (effect, message) = match mixed(after) {
                        true => (Effect::Relaxed, "text may stand between the elements now"),
                        false => (
                            Effect::Tightened,
                            "text may stand between the elements no longer",
                        ),
                    };
                    self.judge(direction, effect, "mixed-changed", path, message.to_owned());
                }
                self.content(before, after, direction, path);
            }
        }
    }

    /// A simple type became complex: the same as long as that has simple content and requires no attribute.
    pub(super) fn complex_for_simple(
        &mut self,
        old: TypeId,
        new: &ComplexType,
        direction: Direction,
        path: &str,
    ) {
        let Content::Simple(inner) = new.content else {
            let message = "it had a simple type and has a complex one".to_owned();
            return self.judge(direction, Effect::Changed, "type-changed", path, message);
        };
        for use_ in &new.attributes {
            self.added_attribute(use_, direction, path);
        }
        self.later(old, inner, direction, path.to_owned());
    }

    fn attributes(
        &mut self,
        old: &ComplexType,
        new: &ComplexType,
        direction: Direction,
        path: &str,
    ) {
        let (olds, news) = (self.old, self.new);
        for before in &old.attributes {
            let Some(known) = name(olds, before) else {
                continue;
            };
            let path = format!("{path}/@{}", known.local);
            let Some(after) = new
                .attributes
                .iter()
                .find(|after| name(news, after) == Some(known))
            else {
                let effect = if before.required {
                    Effect::Changed
                } else {
                    Effect::Tightened
                };
                self.judge(
                    direction,
                    effect,
                    "attribute-removed",
                    &path,
                    "the attribute is gone".to_owned(),
                );
                continue;
            };
            if before.required != after.required {
                let (effect, message) = match after.required {
                    true => (Effect::Tightened, "it is required now"),
                    false => (Effect::Relaxed, "it is optional now"),
                };
                self.judge(
                    direction,
                    effect,
                    "attribute-use-changed",
                    &path,
                    message.to_owned(),
                );
            }
            let declared = (
                olds.attributes.get(before.attribute.index()),
                news.attributes.get(after.attribute.index()),
            );
            if let (Some(old), Some(new)) = declared {
                let (value, other) = (before.value.as_ref(), after.value.as_ref());
                self.value(
                    value.or(old.value.as_ref()),
                    other.or(new.value.as_ref()),
                    direction,
                    &path,
                );
                self.later(old.type_, new.type_, direction, path);
            }
        }
        for after in &new.attributes {
            if !old
                .attributes
                .iter()
                .any(|before| name(olds, before) == name(news, after))
            {
                self.added_attribute(after, direction, path);
            }
        }
        let (effect, rule, message) = match (&old.any_attribute, &new.any_attribute) {
            (None, Some(_)) => (
                Effect::Relaxed,
                "attribute-wildcard-added",
                "other attributes are allowed now",
            ),
            (Some(_), None) => (
                Effect::Tightened,
                "attribute-wildcard-removed",
                "other attributes are allowed no longer",
            ),
            (Some(before), Some(after)) => {
                let namespaces = olds.namespaces.iter().chain(&news.namespaces);
                let namespaces = namespaces.map(|namespace| namespace.to_string()).collect();
                let less =
                    !language::admits_all(&before.namespaces, &after.namespaces, &namespaces);
                let more =
                    !language::admits_all(&after.namespaces, &before.namespaces, &namespaces);
                let effect = match (less, more) {
                    (false, false) => return,
                    (false, true) => Effect::Relaxed,
                    (true, false) => Effect::Tightened,
                    (true, true) => Effect::Changed,
                };
                (
                    effect,
                    "attribute-wildcard-changed",
                    "attributes of other namespaces are allowed",
                )
            }
            (None, None) => return,
        };
        self.judge(direction, effect, rule, path, message.to_owned());
    }

    fn added_attribute(&mut self, use_: &AttributeUse, direction: Direction, path: &str) {
        let Some(name) = name(self.new, use_) else {
            return;
        };
        let path = format!("{path}/@{}", name.local);
        let (effect, message) = match use_.required {
            true => (Effect::Changed, "the attribute is new, and required"),
            false => (Effect::Relaxed, "the attribute is new"),
        };
        self.judge(
            direction,
            effect,
            "attribute-added",
            &path,
            message.to_owned(),
        );
    }

    /// Compares default and fixed values.
    pub(super) fn value(
        &mut self,
        old: Option<&ValueConstraint>,
        new: Option<&ValueConstraint>,
        direction: Direction,
        path: &str,
    ) {
        let split = |value: Option<&ValueConstraint>| {
            let fixed = value
                .filter(|value| value.fixed)
                .map(|value| value.lexical.clone());
            (fixed, value.map(|value| value.lexical.clone()))
        };
        let ((old_fixed, old), (new_fixed, new)) = (split(old), split(new));
        let (effect, rule, message) = match (old_fixed, new_fixed) {
            (None, Some(value)) => (
                Effect::Tightened,
                "fixed-added",
                format!("the value is fixed to {value:?} now"),
            ),
            (Some(_), None) => (
                Effect::Relaxed,
                "fixed-removed",
                "any value is allowed now".to_owned(),
            ),
            // Who leaves it out means another value from now on.
            (None, None) if old != new => {
                let show = |value: Option<String>| {
                    value.map_or("none".to_owned(), |value| format!("{value:?}"))
                };
                (
                    Effect::Changed,
                    "default-changed",
                    format!("from {} to {}", show(old), show(new)),
                )
            }
            (Some(old), Some(new)) if old != new => (
                Effect::Changed,
                "fixed-changed",
                format!("from {old:?} to {new:?}"),
            ),
            _ => return,
        };
        self.judge(direction, effect, rule, path, message);
    }
}

fn name<'m>(model: &'m Model, use_: &AttributeUse) -> Option<&'m QName> {
    model
        .attributes
        .get(use_.attribute.index())
        .map(|attribute| &attribute.name)
}

/// The name of a type for messages.
pub(super) fn type_name(model: &Model, id: TypeId) -> String {
    let name = match model.types.get(id.index()) {
        Some(Type::Simple(type_)) => type_.name.as_ref(),
        Some(Type::Complex(type_)) => type_.name.as_ref(),
        None => None,
    };
    name.map_or_else(
        || "an anonymous type".to_owned(),
        |name| name.local.to_string(),
    )
}
