//! Checking a text against a compiled type (part 2, 4.1.4: Datatype Valid).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use soapstone::datatype::{Decimal, Integer, space};

use super::compile::{Compiled, Kind};
use super::{Bound, Context, Problem, Value, Violation, atom};
use crate::model::{Builtin, TypeId, WhiteSpace};

/// What a valid text means.
#[derive(Debug, Clone)]
pub struct Checked<'c> {
    /// The value.
    pub value: Value,
    /// The type that accepted it: the type itself, or the member of a union, at any depth.
    pub by: &'c Compiled,
}

impl Compiled {
    /// Normalises white space as the type asks for. A union keeps all: the member that accepts a text decides.
    pub fn normalize<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.facets.white_space {
            WhiteSpace::Preserve => Cow::Borrowed(text),
            WhiteSpace::Replace => space::replace(text),
            WhiteSpace::Collapse => space::collapse(text),
        }
    }

    /// Checks a text as it stands in a document and gives its value.
    ///
    /// # Errors
    /// [`Violation`] with the first rule that the text breaks.
    pub fn check(&self, text: &str, context: &dyn Context) -> Result<Checked<'_>, Violation> {
        match self.run(text, context, true) {
            Ok((Some(value), by)) => Ok(Checked { value, by }),
            Ok((None, by)) => Ok(Checked {
                value: Value::String(text.into()),
                by,
            }),
            Err(problem) => Err(self.violation(text, problem)),
        }
    }

    /// Checks a text without making its value; gives the type that accepted it.
    ///
    /// # Errors
    /// As [`Compiled::check`].
    pub fn accept(&self, text: &str, context: &dyn Context) -> Result<&Compiled, Violation> {
        match self.run(text, context, false) {
            Ok((_, by)) => Ok(by),
            Err(problem) => Err(self.violation(text, problem)),
        }
    }

    /// Tells whether the type holds `ID`, `IDREF` or `IDREFS`, itself or in an item or member.
    pub fn identifies(&self) -> bool {
        self.identifies
    }

    /// Calls `found` with each `ID` and `IDREF` in a valid text. Quick where [`Compiled::identifies`] is false.
    pub fn identifiers(
        &self,
        text: &str,
        context: &dyn Context,
        found: &mut dyn FnMut(Builtin, &str),
    ) {
        if !self.identifies {
            return;
        }
        match &self.kind {
            Kind::Atomic(builtin @ (Builtin::Id | Builtin::IdRef)) => {
                found(*builtin, space::trim(text))
            }
            Kind::Atomic(_) => {}
            Kind::List(item) => {
                space::words(text).for_each(|word| item.identifiers(word, context, found))
            }
            Kind::Union(members) => {
                if let Some(member) = members
                    .iter()
                    .find(|member| member.run(text, context, false).is_ok())
                {
                    member.identifiers(text, context, found);
                }
            }
        }
    }

    fn violation(&self, text: &str, problem: Problem) -> Violation {
        let cut = text.char_indices().nth(80).map_or(text.len(), |(at, _)| at);
        let lexical = text.get(..cut).unwrap_or_default().into();
        Violation {
            rule: problem.rule(),
            lexical,
            type_name: Arc::clone(&self.name),
            problem,
        }
    }

    /// Checks, and makes the value where it is wanted.
    fn run(
        &self,
        text: &str,
        context: &dyn Context,
        wanted: bool,
    ) -> Result<(Option<Value>, &Compiled), Problem> {
        match &self.kind {
            Kind::Atomic(builtin) => {
                let text = self.normalize(text);
                self.match_patterns(&text)?;
                Ok((self.run_atomic(*builtin, &text, context, wanted)?, self))
            }
            Kind::List(item) => {
                let text = self.normalize(text);
                self.match_patterns(&text)?;
                Ok((self.run_list(item, &text, context, wanted)?, self))
            }
            Kind::Union(members) => {
                let wanted = wanted || self.enumeration.is_some();
                if members
                    .iter()
                    .any(|member| matches!(member.kind, Kind::Union(_)))
                {
                    return self.run_nested(text, context, &mut HashMap::new());
                }
                let found = members
                    .iter()
                    .find_map(|member| member.run(text, context, wanted).ok());
                self.run_member(text, found.ok_or(Problem::Union)?)
            }
        }
    }

    /// Judges what a member of this union made of a text.
    fn run_member<'t>(
        &'t self,
        text: &str,
        (value, by): (Option<Value>, &'t Compiled),
    ) -> Result<(Option<Value>, &'t Compiled), Problem> {
        if !self.patterns.is_empty() {
            self.match_patterns(&by.normalize(text))?;
        }
        if let Some(value) = &value {
            self.enumerated(value)?;
        }
        Ok((value, by))
    }

    /// Checks a union that has unions as members, which may share members of theirs: what a type made of the text is
    /// kept, so that each is asked once.
    fn run_nested<'t>(
        &'t self,
        text: &str,
        context: &dyn Context,
        made: &mut HashMap<TypeId, Option<(Option<Value>, &'t Compiled)>>,
    ) -> Result<(Option<Value>, &'t Compiled), Problem> {
        let Kind::Union(members) = &self.kind else {
            return self.run(text, context, true);
        };
        for member in members.iter() {
            let found = match made.get(&member.type_) {
                Some(found) => found.clone(),
                None => {
                    let found = member.run_nested(text, context, made).ok();
                    made.insert(member.type_, found.clone());
                    found
                }
            };
            if let Some(found) = found {
                return self.run_member(text, found);
            }
        }
        Err(Problem::Union)
    }

    fn match_patterns(&self, text: &str) -> Result<(), Problem> {
        for (written, pattern) in &self.patterns {
            if !pattern.is_match(text) {
                return Err(Problem::Pattern(Arc::clone(written)));
            }
        }
        Ok(())
    }

    fn run_atomic(
        &self,
        builtin: Builtin,
        text: &str,
        context: &dyn Context,
        wanted: bool,
    ) -> Result<Option<Value>, Problem> {
        if atom::is_text(builtin) {
            atom::form(builtin, text, context)?;
            self.measure(|| text.chars().count() as u64)?;
            if let Some(enumeration) = &self.enumeration
                && !enumeration
                    .texts
                    .as_ref()
                    .is_some_and(|texts| texts.contains(text))
            {
                return Err(Problem::Enumeration(Arc::clone(&enumeration.listed)));
            }
            let value = || {
                if builtin == Builtin::AnyUri {
                    Value::AnyUri(text.into())
                } else {
                    Value::String(text.into())
                }
            };
            return Ok(wanted.then(value));
        }
        if let Some(range) = self.range
            && let Some(value) = Integer::parse(text)?.to_i128()
        {
            return self.run_integer(value, range, wanted);
        }
        let value = atom::read(builtin, text, context)?;
        if let Some(length) = value.length() {
            self.measure(|| length)?;
        }
        if let Value::Decimal(value) = &value {
            self.count_digits(value)?;
        }
        self.bounded(&value)?;
        self.enumerated(&value)?;
        Ok(wanted.then_some(value))
    }

    /// Integers of 128 bits have their bounds at hand.
    fn run_integer(
        &self,
        value: i128,
        range: (i128, i128),
        wanted: bool,
    ) -> Result<Option<Value>, Problem> {
        if value < range.0 || value > range.1 {
            self.bounded(&Value::Decimal(Decimal::from(value)))?;
        }
        if self.facets.total_digits.is_some() {
            self.count_digits(&Decimal::from(value))?;
        }
        if !wanted && self.enumeration.is_none() {
            return Ok(None);
        }
        let value = Value::Decimal(Decimal::from(value));
        self.enumerated(&value)?;
        Ok(wanted.then_some(value))
    }

    fn run_list(
        &self,
        item: &Compiled,
        text: &str,
        context: &dyn Context,
        wanted: bool,
    ) -> Result<Option<Value>, Problem> {
        let keep = wanted || self.enumeration.is_some();
        let mut values = Vec::new();
        let mut count = 0;
        for word in space::words(text) {
            count += 1;
            match item.run(word, context, keep) {
                Ok((value, _)) => values.extend(value),
                Err(problem) => {
                    return Err(Problem::Item {
                        index: count,
                        problem: Box::new(problem),
                    });
                }
            }
        }
        self.measure(|| count as u64)?;
        let value = Value::List(values);
        if keep {
            self.enumerated(&value)?;
        }
        Ok(wanted.then_some(value))
    }

    /// The facets of length (part 2, 4.3.1 to 4.3.3).
    fn measure(&self, length: impl FnOnce() -> u64) -> Result<(), Problem> {
        let facets = &self.facets;
        if facets.length.is_none() && facets.min_length.is_none() && facets.max_length.is_none() {
            return Ok(());
        }
        let actual = length();
        if let Some(expected) = facets.length.filter(|expected| *expected != actual) {
            return Err(Problem::Length { actual, expected });
        }
        if let Some(least) = facets.min_length.filter(|least| actual < *least) {
            return Err(Problem::MinLength { actual, least });
        }
        if let Some(most) = facets.max_length.filter(|most| actual > *most) {
            return Err(Problem::MaxLength { actual, most });
        }
        Ok(())
    }

    /// `totalDigits` and `fractionDigits` (part 2, 4.3.11 and 4.3.12).
    fn count_digits(&self, value: &Decimal) -> Result<(), Problem> {
        if let Some(most) = self.facets.total_digits {
            let actual = value.total_digits();
            if actual > most {
                return Err(Problem::TotalDigits { actual, most });
            }
        }
        if let Some(most) = self.facets.fraction_digits {
            let actual = value.fraction_digits();
            if actual > most {
                return Err(Problem::FractionDigits { actual, most });
            }
        }
        Ok(())
    }

    /// The bounds (part 2, 4.3.7 to 4.3.10). A value that has no order with a bound is not within it.
    fn bounded(&self, value: &Value) -> Result<(), Problem> {
        let within = |bound: &Bound, side: Ordering| match value.partial_cmp(&bound.value) {
            Some(Ordering::Equal) => bound.inclusive,
            order => order == Some(side),
        };
        if let Some(min) = self
            .facets
            .min
            .as_ref()
            .filter(|min| !within(min, Ordering::Greater))
        {
            let (facet, relation) = if min.inclusive {
                ("minInclusive", "at least")
            } else {
                ("minExclusive", "above")
            };
            return Err(Problem::Bound {
                facet,
                relation,
                bound: Arc::clone(&min.lexical),
            });
        }
        if let Some(max) = self
            .facets
            .max
            .as_ref()
            .filter(|max| !within(max, Ordering::Less))
        {
            let (facet, relation) = if max.inclusive {
                ("maxInclusive", "at most")
            } else {
                ("maxExclusive", "below")
            };
            return Err(Problem::Bound {
                facet,
                relation,
                bound: Arc::clone(&max.lexical),
            });
        }
        Ok(())
    }

    fn enumerated(&self, value: &Value) -> Result<(), Problem> {
        match &self.enumeration {
            Some(enumeration) if !enumeration.values.contains(value) => {
                Err(Problem::Enumeration(Arc::clone(&enumeration.listed)))
            }
            _ => Ok(()),
        }
    }
}
