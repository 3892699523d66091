//! Types that list their values.

use super::{Comparison, Difference, is_number, texts, white_space};
use crate::diff::Effect;
use crate::model::Builtin;
use crate::simple::{Compiled, Kind, Value};

impl Comparison<'_> {
    /// Compares where a side lists its values: each must be allowed on the other side.
    pub(super) fn enumerations(&mut self, old: &Compiled, new: &Compiled) -> Vec<Difference> {
        let only = |these: &Compiled, those: &Compiled| {
            let values = these.listed().filter(|value| allows(these, value));
            let values = values.filter(|value| !allows(those, value));
            let mut texts: Vec<String> = values.map(written).collect();
            texts.sort();
            texts
        };
        let mut found = Vec::new();
        if !old.enumerates() {
            let message = "only listed values are allowed now".to_owned();
            found.push(Difference::new(
                Effect::Tightened,
                "enumeration-added",
                message,
            ));
        } else {
            found.extend(only(old, new).into_iter().map(|value| {
                let message = format!("the value {value:?} is gone");
                Difference::new(Effect::Tightened, "enumeration-value-removed", message)
            }));
        }
        if !new.enumerates() {
            let message = "other values than those listed are allowed now".to_owned();
            found.push(Difference::new(
                Effect::Relaxed,
                "enumeration-removed",
                message,
            ));
        } else {
            found.extend(only(new, old).into_iter().map(|value| {
                let message = format!("the value {value:?} is new");
                Difference::new(Effect::Relaxed, "enumeration-value-added", message)
            }));
        }
        match (&old.kind, &new.kind) {
            (Kind::Atomic(from), Kind::Atomic(to)) => {
                let space = white_space(old, new);
                found.extend(space.filter(|difference| difference.effect.is_some()));
                if [*from, *to].iter().all(|of| is_number(self.models.0, *of)) {
                    found.extend(self.points((old, *from), (new, *to)));
                }
            }
            (Kind::List(before), Kind::List(after)) => {
                if let (Kind::Atomic(from), Kind::Atomic(to)) = (&before.kind, &after.kind)
                    && [*from, *to].iter().all(|of| is_number(self.models.0, *of))
                    && has_whole_items(old, before)
                    && has_whole_items(new, after)
                {
                    let spelled = self.spelled((before, *from), (after, *to));
                    found.extend(spelled.map(|difference| Difference {
                        items: difference.items + 1,
                        ..difference
                    }));
                }
            }
            _ => {}
        }
        found
    }
}

/// The items may be whole numbers: all are, or some of those listed.
fn has_whole_items(list: &Compiled, item: &Compiled) -> bool {
    let whole =
        |value: &Value| matches!(value, Value::List(items) if items.iter().any(texts::is_whole));
    item.facets.fraction_digits == Some(0) || list.listed().any(whole)
}

/// Tells whether a type allows a value of another one, by its text; names that have a prefix by what they mean.
fn allows(type_: &Compiled, value: &Value) -> bool {
    match value {
        Value::QName(_) | Value::Notation(_) if type_.enumerates() => {
            type_.listed().any(|other| other == value)
        }
        Value::QName(_) => {
            matches!(type_.kind, Kind::Atomic(Builtin::QName)) || texts::is_free(type_)
        }
        Value::Notation(_) => texts::is_free(type_),
        // A pattern may ask for another of its texts, as `0\d` does for 5; texts have only one.
        Value::String(_) | Value::AnyUri(_) => accepts(type_, value),
        value if type_.listed().any(|other| other == value) => true,
        value => accepts(type_, value),
    }
}

fn accepts(type_: &Compiled, value: &Value) -> bool {
    let scope = crate::model::Scope::from([]);
    type_.accept(&written(value), &scope).is_ok()
}

fn written(value: &Value) -> String {
    let mut text = String::new();
    value.write(&mut text);
    text
}
