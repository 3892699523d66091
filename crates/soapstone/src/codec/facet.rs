//! Constraining facets (XSD 1.0 part 2, 4.3), built once for a type and checked on each value.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::error::Invalid;
use super::faceted::Faceted;
use super::simple::{lexical, parse};
use super::{Bindings, Simple};
use crate::datatype::{name, space};
use crate::pattern::Pattern;

/// What becomes of white space before anything is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhiteSpace {
    /// It stays.
    Preserve,
    /// Each becomes a space.
    Replace,
    /// Runs become one space, ends are trimmed.
    Collapse,
}

impl WhiteSpace {
    /// The text as it is then.
    pub fn settle(self, text: Cow<'_, str>) -> Cow<'_, str> {
        match (self, text) {
            (WhiteSpace::Preserve, text) => text,
            (WhiteSpace::Replace, Cow::Borrowed(text)) => space::replace(text),
            (WhiteSpace::Replace, Cow::Owned(text)) => {
                Cow::Owned(space::replace(&text).into_owned())
            }
            (WhiteSpace::Collapse, Cow::Borrowed(text)) => space::collapse(text),
            (WhiteSpace::Collapse, Cow::Owned(text)) => {
                Cow::Owned(space::collapse(&text).into_owned())
            }
        }
    }
}

/// The lexical spaces of the types that are derived from strings, and of `anyURI`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Lexical {
    NormalizedString,
    Token,
    Language,
    NmToken,
    Name,
    NcName,
    Id,
    IdRef,
    Entity,
    AnyUri,
}

impl Lexical {
    /// Tells whether a text, its white space settled, is in the space.
    fn admits(self, text: &str) -> bool {
        match self {
            Lexical::NormalizedString | Lexical::Token => true,
            Lexical::Language => name::is_language(text),
            Lexical::NmToken => name::is_nmtoken(text),
            Lexical::Name => name::is_name(text),
            Lexical::NcName | Lexical::Id | Lexical::IdRef | Lexical::Entity => {
                name::is_ncname(text)
            }
            Lexical::AnyUri => name::is_any_uri(text),
        }
    }

    /// The type's name.
    fn name(self) -> &'static str {
        match self {
            Lexical::NormalizedString => "normalizedString",
            Lexical::Token => "token",
            Lexical::Language => "language",
            Lexical::NmToken => "NMTOKEN",
            Lexical::Name => "Name",
            Lexical::NcName => "NCName",
            Lexical::Id => "ID",
            Lexical::IdRef => "IDREF",
            Lexical::Entity => "ENTITY",
            Lexical::AnyUri => "anyURI",
        }
    }
}

const ANY_LENGTH: (usize, usize) = (0, usize::MAX);

/// The facets of a type.
#[derive(Debug)]
pub struct Facets<B> {
    white_space: WhiteSpace,
    lexical: Option<Lexical>,
    length: Option<usize>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    min_inclusive: Option<B>,
    max_inclusive: Option<B>,
    min_exclusive: Option<B>,
    max_exclusive: Option<B>,
    total_digits: Option<u64>,
    fraction_digits: Option<u64>,
    enumeration: Vec<B>,
    listed: &'static [&'static str],
    patterns: Vec<(&'static str, Pattern)>,
    /// The least and the greatest length that all facets of length allow together.
    lengths: (usize, usize),
    /// There are bounds, or numbers of digits.
    is_limited: bool,
}

/// A bound or a pattern that cannot be read constrains nothing: the generator has checked them, so none is left here.
impl<B: Faceted> Facets<B> {
    /// No facets.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Facets<B> {
        Facets {
            white_space: if B::TEXT {
                WhiteSpace::Preserve
            } else {
                WhiteSpace::Collapse
            },
            lexical: None,
            length: None,
            min_length: None,
            max_length: None,
            min_inclusive: None,
            max_inclusive: None,
            min_exclusive: None,
            max_exclusive: None,
            total_digits: None,
            fraction_digits: None,
            enumeration: Vec::new(),
            listed: &[],
            patterns: Vec::new(),
            lengths: ANY_LENGTH,
            is_limited: false,
        }
    }

    /// `whiteSpace`.
    pub fn white_space(mut self, white_space: WhiteSpace) -> Facets<B> {
        self.white_space = white_space;
        self
    }

    /// The lexical space of a built-in base.
    pub fn lexical(mut self, lexical: Lexical) -> Facets<B> {
        let white_space = if lexical == Lexical::NormalizedString {
            WhiteSpace::Replace
        } else {
            WhiteSpace::Collapse
        };
        self.white_space = self.white_space.max(white_space);
        self.lexical = Some(lexical);
        self
    }

    /// `length`.
    pub fn length(mut self, length: usize) -> Facets<B> {
        self.length = Some(length);
        self.lengths = (self.lengths.0.max(length), self.lengths.1.min(length));
        self
    }

    /// `minLength`.
    pub fn min_length(mut self, length: usize) -> Facets<B> {
        self.min_length = Some(length);
        self.lengths.0 = self.lengths.0.max(length);
        self
    }

    /// `maxLength`.
    pub fn max_length(mut self, length: usize) -> Facets<B> {
        self.max_length = Some(length);
        self.lengths.1 = self.lengths.1.min(length);
        self
    }

    /// `minInclusive`.
    pub fn min_inclusive(mut self, bound: &str) -> Facets<B> {
        self.min_inclusive = value(bound);
        self.is_limited = true;
        self
    }

    /// `maxInclusive`.
    pub fn max_inclusive(mut self, bound: &str) -> Facets<B> {
        self.max_inclusive = value(bound);
        self.is_limited = true;
        self
    }

    /// `minExclusive`.
    pub fn min_exclusive(mut self, bound: &str) -> Facets<B> {
        self.min_exclusive = value(bound);
        self.is_limited = true;
        self
    }

    /// `maxExclusive`.
    pub fn max_exclusive(mut self, bound: &str) -> Facets<B> {
        self.max_exclusive = value(bound);
        self.is_limited = true;
        self
    }

    /// `totalDigits`.
    pub fn total_digits(mut self, digits: u64) -> Facets<B> {
        self.total_digits = Some(digits);
        self.is_limited = true;
        self
    }

    /// `fractionDigits`.
    pub fn fraction_digits(mut self, digits: u64) -> Facets<B> {
        self.fraction_digits = Some(digits);
        self.is_limited = true;
        self
    }

    /// `enumeration`.
    pub fn enumeration(mut self, values: &[&str]) -> Facets<B> {
        self.enumeration = values.iter().filter_map(|v| value(v)).collect();
        self
    }

    /// `enumeration` of more texts than an enum is made of, in the order of their bytes.
    pub fn one_of(mut self, texts: &'static [&'static str]) -> Facets<B> {
        self.listed = texts;
        self
    }

    /// The `pattern`s of one derivation step, as one expression of XSD.
    pub fn pattern(mut self, expression: &'static str) -> Facets<B> {
        let compiled = Pattern::compile(expression).ok();
        self.patterns
            .extend(compiled.map(|pattern| (expression, pattern)));
        self
    }

    /// Settles white space.
    #[inline]
    pub fn space<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if self.white_space == WhiteSpace::Preserve {
            return text;
        }
        self.white_space.settle(text)
    }

    /// Checks what holds of the text where it stands, and of a value's own text.
    ///
    /// # Errors
    /// [`Invalid`] with the facet that it breaks.
    #[inline]
    pub fn check_text(&self, text: &str, bindings: &dyn Bindings) -> Result<(), Invalid> {
        if self.has_text_checks() {
            self.check_lexical(text, bindings)?;
        }
        Ok(())
    }

    fn check_lexical(&self, text: &str, bindings: &dyn Bindings) -> Result<(), Invalid> {
        if B::NAMES && bindings.has_expanded(text) {
            let forms = bindings.forms(text);
            let checked = forms.iter().map(|form| self.check_text(form, &()));
            // What is wrong with all of them is wrong with the last.
            return checked.reduce(Result::or).unwrap_or(Ok(()));
        }
        if let Some(lexical) = self.lexical
            && !lexical.admits(text)
        {
            return Err(Invalid::Lexical(lexical.name()));
        }
        if !self.listed.is_empty() && self.listed.binary_search(&text).is_err() {
            return Err(Invalid::Enumeration);
        }
        match self.patterns.iter().find(|(_, p)| !p.is_match(text)) {
            Some((expression, _)) => Err(broken("pattern", expression)),
            None => Ok(()),
        }
    }

    /// Checks a value of the base that was read of a text.
    ///
    /// # Errors
    /// [`Invalid`] with the facet that it breaks.
    pub fn check(
        &self,
        text: &str,
        value: Result<B, Invalid>,
        bindings: &dyn Bindings,
    ) -> Result<B, Invalid> {
        self.check_text(text, bindings)?;
        let value = value?;
        self.check_value(&value)?;
        Ok(value)
    }

    /// Checks what holds of the text that a value is written as, its other one where there is one.
    ///
    /// # Errors
    /// [`Invalid`] with the facet that it breaks.
    pub fn check_written(&self, value: &B) -> Result<(), Invalid> {
        let checked = self.check_text(&lexical(value), &());
        checked.or_else(|broken| match self.other_text(value) {
            Some(_) => Ok(()),
            None => Err(broken),
        })
    }

    /// Another text of a value, where its own is not taken and that one is.
    pub fn other_text(&self, value: &B) -> Option<String> {
        if !self.has_text_checks() || self.takes(&lexical(value)) {
            return None;
        }
        let mut others = value.other_texts();
        others.find(|other| self.takes(other) && parse::<B>(other).is_ok_and(|read| read == *value))
    }

    /// Tells whether what holds of texts holds of this one.
    pub fn takes(&self, text: &str) -> bool {
        self.check_text(text, &()).is_ok()
    }

    /// Checks what holds of the value.
    ///
    /// # Errors
    /// [`Invalid`] with the facet that it breaks.
    #[inline]
    pub fn check_value(&self, value: &B) -> Result<(), Invalid> {
        let (least, most) = self.lengths;
        if self.lengths != ANY_LENGTH
            && let Some(length) = value.length()
            && (length < least || length > most)
        {
            return Err(self.wrong_length(length));
        }
        if self.is_limited {
            self.check_limits(value)?;
        }
        if !self.enumeration.is_empty() && !self.enumeration.contains(value) {
            return Err(Invalid::Enumeration);
        }
        Ok(())
    }

    /// The facet that a length breaks.
    #[cold]
    fn wrong_length(&self, length: usize) -> Invalid {
        let facets = [
            ("length", self.length.filter(|exact| length != *exact)),
            ("minLength", self.min_length.filter(|min| length < *min)),
            ("maxLength", self.max_length.filter(|max| length > *max)),
        ];
        let mut wrong = facets
            .into_iter()
            .filter_map(|(facet, limit)| Some((facet, limit?)));
        let (facet, limit) = wrong.next().unwrap_or(("length", length));
        broken(facet, &limit.to_string())
    }

    /// Checks the bounds and the numbers of digits.
    fn check_limits(&self, value: &B) -> Result<(), Invalid> {
        if let Some(bound) = self
            .min_inclusive
            .as_ref()
            .filter(|b| !value.order(b).is_some_and(Ordering::is_ge))
        {
            return Err(broken("minInclusive", &lexical(bound)));
        }
        if let Some(bound) = self
            .max_inclusive
            .as_ref()
            .filter(|b| !value.order(b).is_some_and(Ordering::is_le))
        {
            return Err(broken("maxInclusive", &lexical(bound)));
        }
        if let Some(bound) = self
            .min_exclusive
            .as_ref()
            .filter(|b| !value.order(b).is_some_and(Ordering::is_gt))
        {
            return Err(broken("minExclusive", &lexical(bound)));
        }
        if let Some(bound) = self
            .max_exclusive
            .as_ref()
            .filter(|b| !value.order(b).is_some_and(Ordering::is_lt))
        {
            return Err(broken("maxExclusive", &lexical(bound)));
        }
        if (self.total_digits.is_some() || self.fraction_digits.is_some())
            && let Some((total, fraction)) = value.digits()
        {
            if let Some(limit) = self.total_digits.filter(|limit| total > *limit) {
                return Err(broken("totalDigits", &limit.to_string()));
            }
            if let Some(limit) = self.fraction_digits.filter(|limit| fraction > *limit) {
                return Err(broken("fractionDigits", &limit.to_string()));
            }
        }
        Ok(())
    }

    /// Whether a value's text has to be made to check it.
    pub fn has_text_checks(&self) -> bool {
        self.lexical.is_some() || !self.patterns.is_empty() || !self.listed.is_empty()
    }
}

/// Tells whether a facet, by the name of its method, is a pattern.
#[doc(hidden)]
pub const fn is_pattern(facet: &str) -> bool {
    matches!(facet.as_bytes(), b"pattern")
}

fn value<B: Simple>(text: &str) -> Option<B> {
    B::from_text(Cow::Borrowed(text), &()).ok()
}

#[cold]
fn broken(facet: &'static str, limit: &str) -> Invalid {
    Invalid::Facet {
        facet,
        limit: limit.to_owned(),
    }
}
