//! Types of texts, and patterns of any type: compared as sets of texts.

use super::{Comparison, Difference, bounds, retyped, white_space};
use crate::diff::Effect;
use crate::model::{Builtin, Model, Type, TypeId, WhiteSpace};
use crate::pattern::language::{Language, missing};
use crate::simple::{Compiled, Kind, Value};

/// The steps of a derivation that are looked at.
const STEPS: usize = 1_000;

/// A text that the old side alone allows, and one that the new side alone does.
struct Apart {
    lost: Option<String>,
    gained: Option<String>,
}

impl Apart {
    fn effect(&self) -> Option<Effect> {
        match (&self.lost, &self.gained) {
            (None, None) => None,
            (None, Some(_)) => Some(Effect::Relaxed),
            (Some(_), None) => Some(Effect::Tightened),
            (Some(_), Some(_)) => Some(Effect::Changed),
        }
    }
}

impl Comparison<'_> {
    /// Compares types whose values are texts. The languages have the last word.
    pub(super) fn texts(
        &mut self,
        (old, from): (&Compiled, Builtin),
        (new, to): (&Compiled, Builtin),
    ) -> Vec<Difference> {
        let mut found: Vec<Difference> = builtins(from, to)
            .map(|effect| retyped(effect, old, new))
            .into_iter()
            .collect();
        found.extend(self.patterns(old, new));
        found.extend(bounds::lengths(old, new));
        let patterns = old.has_patterns() || new.has_patterns();
        if (found.len() > 1 || (patterns && !found.is_empty()))
            && !is_special(from)
            && !is_special(to)
            && let Some(apart) = self.apart(old, new)
        {
            match apart.effect() {
                // Written in another way.
                None => found.clear(),
                Some(Effect::Changed) => {}
                effect => found
                    .iter_mut()
                    .for_each(|difference| difference.effect = effect),
            }
        }
        found.extend(white_space(old, new));
        found
    }

    /// What it is for values of other types to become texts, or the other way round; `None` where neither are texts.
    pub(super) fn between_text(
        &mut self,
        (old, from): (&Compiled, Builtin),
        (new, to): (&Compiled, Builtin),
    ) -> Option<Effect> {
        let models = self.models;
        let steps = &mut self.steps;
        let mut inside = |inner: (&Model, &Compiled), outer: (&Model, &Compiled, Builtin)| {
            if is_free(outer.1) {
                return true;
            }
            // " 5 " is an integer, and no text of digits where white space is kept.
            if outer.1.facets.white_space != WhiteSpace::Collapse {
                return false;
            }
            let languages = (language(inner.0, inner.1), language(outer.0, outer.1));
            let (Some(inner), Some(other)) = languages else {
                return false;
            };
            !is_special(outer.2) && matches!(missing(&inner, &other, steps), Some(None))
        };
        let (before, after) = ((models.0, old), (models.1, new));
        match (is_text(from), is_text(to)) {
            (false, true) if inside(before, (after.0, new, to)) => Some(Effect::Relaxed),
            (true, false) if inside(after, (before.0, old, from)) => Some(Effect::Tightened),
            (false, false) => None,
            _ => Some(Effect::Changed),
        }
    }

    fn apart(&mut self, old: &Compiled, new: &Compiled) -> Option<Apart> {
        let old = language(self.models.0, old)?;
        let new = language(self.models.1, new)?;
        Some(Apart {
            lost: missing(&old, &new, &mut self.steps)?,
            gained: missing(&new, &old, &mut self.steps)?,
        })
    }

    /// Compares how numbers are spelled that have no fraction: "5.0" is a decimal, and no integer (part 2, 3.3.13.1).
    pub(super) fn points(
        &mut self,
        (old, from): (&Compiled, Builtin),
        (new, to): (&Compiled, Builtin),
    ) -> Option<Difference> {
        let whole = |type_: &Compiled| {
            type_.facets.fraction_digits == Some(0) || type_.listed().any(is_whole)
        };
        if !whole(old) || !whole(new) {
            return None;
        }
        self.spelled((old, from), (new, to))
    }

    /// Compares how two types of numbers spell a whole one.
    pub(super) fn spelled(
        &mut self,
        (old, from): (&Compiled, Builtin),
        (new, to): (&Compiled, Builtin),
    ) -> Option<Difference> {
        let (decimal, effect) = match (from == Builtin::Decimal, to == Builtin::Decimal) {
            (true, false) => ((self.models.0, old), Effect::Tightened),
            (false, true) => ((self.models.1, new), Effect::Relaxed),
            _ => return None,
        };
        let digits = [vec![r"[+\-]?[0-9]+".to_owned()]];
        let same = matches!(lost(decimal, &digits, &mut self.steps), Some(None));
        (!same).then(|| retyped(effect, old, new))
    }

    /// Compares the patterns that two types have themselves, members of unions aside.
    pub(super) fn patterns(&mut self, old: &Compiled, new: &Compiled) -> Option<Difference> {
        let own = |model, type_: &Compiled, beside: &Compiled| {
            match (&type_.kind, &beside.kind) {
                // A member stands there alone: it was compared with its patterns.
                (Kind::Atomic(_) | Kind::List(_), Kind::Union(_)) => Vec::new(),
                _ => patterns(model, type_.type_),
            }
        };
        let (before, after) = (own(self.models.0, old, new), own(self.models.1, new, old));
        if before == after {
            return None;
        }
        let gone = lost((self.models.0, old), &after, &mut self.steps);
        let gained = lost((self.models.1, new), &before, &mut self.steps);
        let (effect, message) = match (gone, gained) {
            (Some(lost), Some(gained)) => {
                let apart = Apart { lost, gained };
                let mut said = Vec::new();
                said.extend(
                    apart
                        .lost
                        .as_ref()
                        .map(|text| format!("{text:?} is allowed no longer")),
                );
                said.extend(
                    apart
                        .gained
                        .as_ref()
                        .map(|text| format!("{text:?} is allowed now")),
                );
                (apart.effect()?, said.join(", "))
            }
            _ if before.is_empty() => (Effect::Tightened, "there is a pattern now".to_owned()),
            _ if after.is_empty() => (Effect::Relaxed, "there is no pattern any more".to_owned()),
            _ => (
                Effect::Changed,
                "the pattern is another, and too large to show that it allows the same".to_owned(),
            ),
        };
        Some(Difference::new(effect, "pattern-changed", message))
    }
}

/// A text of a type that patterns do not allow; `None` where that is too much to tell.
fn lost(
    (model, type_): (&Model, &Compiled),
    patterns: &[Vec<String>],
    steps: &mut usize,
) -> Option<Option<String>> {
    let these = language(model, type_).or_else(|| of_length(model, type_, (0, None)))?;
    let those = Language::of(borrowed(patterns), (0, None))?;
    missing(&these, &those, steps)
}

fn borrowed(steps: &[Vec<String>]) -> Vec<Vec<&str>> {
    let steps = steps.iter();
    steps
        .map(|step| step.iter().map(String::as_str).collect())
        .collect()
}

/// All texts of a type, and for types whose values are no texts perhaps some more.
fn language(model: &Model, type_: &Compiled) -> Option<Language> {
    let bounds = match type_.kind {
        Kind::Atomic(builtin) if is_text(builtin) => lengths(type_),
        _ => (0, None),
    };
    of_length(model, type_, bounds)
}

fn of_length(model: &Model, type_: &Compiled, bounds: (u64, Option<u64>)) -> Option<Language> {
    let steps = patterns(model, type_.type_);
    let mut steps = borrowed(&steps);
    if let Kind::Atomic(builtin) = type_.kind {
        steps.extend(lexical(builtin).map(|expression| vec![expression]));
        if type_.facets.white_space == WhiteSpace::Collapse && may_hold_spaces(builtin) {
            steps.push(vec!["(\\S+( \\S+)*)?"]);
        }
    }
    Language::of(steps, bounds)
}

/// The patterns of each step of a derivation, nearest first.
fn patterns(model: &Model, type_: TypeId) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = type_;
    for _ in 0..STEPS {
        let Some(Type::Simple(step)) = model.types.get(at.index()) else {
            break;
        };
        if Builtin::from_id(at).is_some() {
            break;
        }
        if !step.facets.patterns.is_empty() {
            let patterns = step.facets.patterns.iter();
            found.push(patterns.map(|pattern| pattern.value.clone()).collect());
        }
        at = step.base;
    }
    found
}

/// The least and the greatest length.
pub(super) fn lengths(type_: &Compiled) -> (u64, Option<u64>) {
    let facets = &type_.facets;
    (
        facets.length.or(facets.min_length).unwrap_or(0),
        facets.length.or(facets.max_length),
    )
}

/// Tells whether the values of a type are texts of the document.
pub(super) fn is_text(builtin: Builtin) -> bool {
    use Builtin as B;
    is_plain(builtin)
        || is_special(builtin)
        || matches!(builtin, B::Language | B::NmToken | B::Name | B::NcName)
}

/// Any text will do.
fn is_plain(builtin: Builtin) -> bool {
    use Builtin as B;
    matches!(
        builtin,
        B::AnySimpleType | B::String | B::NormalizedString | B::Token
    )
}

/// What is allowed is not told by the text alone.
fn is_special(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::AnyUri | Builtin::Id | Builtin::IdRef | Builtin::Entity
    )
}

pub(super) fn may_hold_spaces(builtin: Builtin) -> bool {
    is_plain(builtin) || builtin == Builtin::AnyUri
}

/// Tells whether a type allows any text.
pub(super) fn is_free(type_: &Compiled) -> bool {
    matches!(type_.kind, Kind::Atomic(builtin) if is_plain(builtin))
        && !type_.has_patterns()
        && !type_.enumerates()
        && lengths(type_) == (0, None)
}

/// What it is for one built-in type of texts to become another.
fn builtins(from: Builtin, to: Builtin) -> Option<Effect> {
    use Builtin as B;
    // Wider ones first; each name allows what those after it do, but for `anyURI`, `language` and `NMTOKEN` aside of `Name`.
    let within = |inner: B, outer: B| {
        is_plain(outer)
            || inner == outer
            || match outer {
                B::AnyUri => !is_plain(inner),
                B::NmToken => !matches!(inner, B::AnyUri) && !is_plain(inner),
                B::Name => matches!(inner, B::NcName | B::Id | B::IdRef | B::Entity),
                B::NcName => matches!(inner, B::Id | B::IdRef | B::Entity),
                _ => false,
            }
    };
    match (within(from, to), within(to, from)) {
        (true, true) => None,
        (true, false) => Some(Effect::Relaxed),
        (false, true) => Some(Effect::Tightened),
        (false, false) => Some(Effect::Changed),
    }
}

/// The lexical form of a built-in type as an expression: exact for types of texts, no less than what is allowed for others.
fn lexical(builtin: Builtin) -> Option<&'static str> {
    use Builtin as B;
    Some(match builtin {
        B::Language => "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
        B::NmToken => "\\c+",
        B::Name => "\\i\\c*",
        B::NcName | B::Id | B::IdRef | B::Entity => "[\\i-[:]][\\c-[:]]*",
        B::Boolean => "true|false|0|1",
        B::Decimal => "[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)",
        B::Float | B::Double => {
            "[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+\\-]?[0-9]+)?|-?INF|NaN"
        }
        B::Date => "-?[0-9]{4,}(-[0-9]{2}){2}(Z|[+\\-][0-9]{2}:[0-9]{2})?",
        B::DateTime => {
            "-?[0-9]{4,}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\\.[0-9]+)?(Z|[+\\-][0-9]{2}:[0-9]{2})?"
        }
        B::Time => "[0-9]{2}(:[0-9]{2}){2}(\\.[0-9]+)?(Z|[+\\-][0-9]{2}:[0-9]{2})?",
        B::GYear => "-?[0-9]{4,}(Z|[+\\-][0-9]{2}:[0-9]{2})?",
        B::HexBinary => "([0-9a-fA-F]{2})*",
        B::Base64Binary => "[0-9a-zA-Z+/= ]*",
        B::Duration => "-?P[0-9YMDTHS.]+",
        integer if integer >= B::Integer => "[+\\-]?[0-9]+",
        _ => return None,
    })
}

/// A number without a fraction.
pub(super) fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Decimal(number) if number.fraction_digits() == 0)
}
