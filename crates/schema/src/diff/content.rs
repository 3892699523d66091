//! Complex types: their kind of content, their attributes, default and fixed values.

use soapstone::name::QName;

use super::{Direction, Effect, Walk, language};
use crate::automaton::names::admits;
use crate::model::{
    AttributeUse, Builtin, ComplexType, Content, Model, Process, Type, TypeId, ValueConstraint,
    Wildcard,
};
use crate::rules::particle;

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
            self.added_attribute(use_, None, direction, path);
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
                let (effect, message) = match before.required {
                    _ if takes(news, new.any_attribute.as_ref(), known) => {
                        (Effect::Relaxed, "the attribute may hold anything now")
                    }
                    true => (Effect::Changed, "the attribute is gone"),
                    false => (Effect::Tightened, "the attribute is gone"),
                };
                self.judge(
                    direction,
                    effect,
                    "attribute-removed",
                    &path,
                    message.to_owned(),
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
                let value = before.value.as_ref().or(old.value.as_ref());
                let other = after.value.as_ref().or(new.value.as_ref());
                let value = Valued::new(olds, value, old.type_);
                let other = Valued::new(news, other, new.type_);
                self.value(value, other, direction, &path);
                self.later(old.type_, new.type_, direction, path);
            }
        }
        for after in &new.attributes {
            if !old
                .attributes
                .iter()
                .any(|before| name(olds, before) == name(news, after))
            {
                self.added_attribute(after, old.any_attribute.as_ref(), direction, path);
            }
        }
        let wildcards = (old.any_attribute.as_ref(), new.any_attribute.as_ref());
        self.attribute_wildcards(wildcards, direction, path);
    }

    fn attribute_wildcards(
        &mut self,
        wildcards: (Option<&Wildcard>, Option<&Wildcard>),
        direction: Direction,
        path: &str,
    ) {
        if let (Some(before), Some(after)) = wildcards {
            let weaker = |a: &Wildcard, b: &Wildcard| particle::weaker(a.process, b.process);
            let (effect, message) = match (weaker(before, after), weaker(after, before)) {
                (true, _) => (
                    Some(Effect::Tightened),
                    "other attributes are judged more strictly",
                ),
                (_, true) => (
                    Some(Effect::Relaxed),
                    "other attributes are judged less strictly",
                ),
                _ => (None, ""),
            };
            if let Some(effect) = effect {
                let rule = "attribute-wildcard-process-changed";
                self.judge(direction, effect, rule, path, message.to_owned());
            }
        }
        let (effect, rule, message) = match wildcards {
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
                let less = !language::admits_all(&before.namespaces, &after.namespaces);
                let more = !language::admits_all(&after.namespaces, &before.namespaces);
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

    fn added_attribute(
        &mut self,
        use_: &AttributeUse,
        before: Option<&Wildcard>,
        direction: Direction,
        path: &str,
    ) {
        let Some(name) = name(self.new, use_) else {
            return;
        };
        let (effect, message) = match use_.required {
            _ if takes(self.old, before, name) => (
                Effect::Tightened,
                "the attribute could hold anything before",
            ),
            true => (Effect::Changed, "the attribute is new, and required"),
            false => (Effect::Relaxed, "the attribute is new"),
        };
        let path = format!("{path}/@{}", name.local);
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
        old: Valued<'_>,
        new: Valued<'_>,
        direction: Direction,
        path: &str,
    ) {
        let literal = |value: &Valued<'_>| value.constraint.map(|value| value.lexical.clone());
        let fixed = |value: &Valued<'_>| value.constraint.is_some_and(|value| value.fixed);
        let (before, after) = (literal(&old), literal(&new));
        let same = match (&before, &after) {
            (Some(before), Some(after)) => self.same_value((old.type_, before), (new.type_, after)),
            (before, after) => before == after,
        };
        let show = |value: &Option<String>| match value {
            Some(value) => format!("{value:?}"),
            None => "none".to_owned(),
        };
        let (before, after) = (show(&before), show(&after));
        let left_out = match (fixed(&old), fixed(&new)) {
            (true, true) => {
                if !same {
                    let message = format!("from {before} to {after}");
                    self.judge(direction, Effect::Changed, "fixed-changed", path, message);
                }
                return;
            }
            (false, true) => {
                let message = format!("the value is fixed to {after} now");
                self.judge(direction, Effect::Tightened, "fixed-added", path, message);
                old.constraint.is_some()
            }
            (true, false) => {
                let message = "any value is allowed now".to_owned();
                self.judge(direction, Effect::Relaxed, "fixed-removed", path, message);
                true
            }
            (false, false) => true,
        };
        // Who leaves it out means another value from now on.
        if left_out && !same {
            let message = format!("from {before} to {after}");
            self.judge(direction, Effect::Changed, "default-changed", path, message);
        }
    }
}

/// A default or fixed value, and the simple type that says what it means.
pub(super) struct Valued<'m> {
    constraint: Option<&'m ValueConstraint>,
    type_: TypeId,
}

impl<'m> Valued<'m> {
    pub(super) fn new(
        model: &Model,
        constraint: Option<&'m ValueConstraint>,
        type_: TypeId,
    ) -> Valued<'m> {
        let type_ = match model.types.get(type_.index()) {
            Some(Type::Complex(complex)) => match complex.content {
                Content::Simple(inner) => inner,
                _ => Builtin::String.id(),
            },
            _ => type_,
        };
        Valued { constraint, type_ }
    }
}

fn name<'m>(model: &'m Model, use_: &AttributeUse) -> Option<&'m QName> {
    model
        .attributes
        .get(use_.attribute.index())
        .map(|attribute| &attribute.name)
}

/// Tells whether a wildcard takes an attribute of that name, whatever it holds.
fn takes(model: &Model, wildcard: Option<&Wildcard>, name: &QName) -> bool {
    wildcard.is_some_and(|wildcard| {
        let judged = match wildcard.process {
            Process::Skip => false,
            Process::Lax => model.globals.attributes.contains_key(name),
            Process::Strict => true,
        };
        !judged && admits(&wildcard.namespaces, &name.namespace)
    })
}
