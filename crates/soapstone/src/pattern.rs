//! The `pattern` facet: regular expressions of XSD 1.0 (part 2, appendix F), matched in linear time.
//!
//! An expression is parsed by the grammar of the specification into regex syntax, and runs on the `regex` crate. Where
//! that is too large, written out, it runs on a matcher that counts. It always matches a whole text.

mod blocks;
mod class;
mod counting;
pub mod language;
mod parse;

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use thiserror::Error;

use counting::Program;
pub use parse::parse;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Pattern(Engine);

#[derive(Debug, Clone)]
enum Engine {
    Regex(regex::Regex),
    Counting(Box<Program>),
}

/// Says why a text is no regular expression of XSD, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem} at character {position}")]
pub struct PatternError {
    /// In characters of the expression, from 1.
    pub position: usize,
    /// What is wrong.
    pub problem: PatternProblem,
}

/// What can be wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternProblem {
    /// Something that the grammar does not allow there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A character that has a meaning stands where none is possible.
    #[error("`{0}` must be escaped here")]
    Unescaped(char),
    /// A backslash before a character that makes no escape.
    #[error("`\\{0}` is no escape")]
    Escape(char),
    /// A name in `\p{…}` that is neither a category nor a block.
    #[error("`{0}` is no Unicode category or block")]
    Property(String),
    /// A range or a count whose end is before its start.
    #[error("the range ends before it starts")]
    Range,
    /// Groups or subtractions nested more than 200 deep.
    #[error("nested too deep")]
    Depth,
    /// Counts of groups that multiply to more states than are allowed.
    #[error("the counts multiply to more than {limit} states")]
    Size {
        /// How many are allowed.
        limit: usize,
    },
}

/// How many ranges of characters an expression may be made of, written out, to run on the regex crate first: that takes a
/// millisecond to compile these, and fifty to find that an expression is too large. What is larger runs on the matcher that counts.
const REGEX_WEIGHT: usize = 2_000;
/// What the regex crate may use for one expression, in bytes.
const REGEX_SIZE: usize = 2 << 20;

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// [`PatternError`] where the text is not in the grammar of appendix F, or its counted groups multiply too far.
    pub fn compile(expression: &str) -> Result<Pattern, PatternError> {
        Pattern::compile_any([expression])
    }

    /// Compiles several expressions of which one must match (part 2, 4.3.4.3: the patterns of one derivation step).
    ///
    /// # Errors
    /// [`PatternError`] of the first expression that has one.
    pub fn compile_any<'a>(
        expressions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Pattern, PatternError> {
        let whole = whole(expressions)?;
        let on_regex = || regex(&whole).map(Engine::Regex);
        let counting = || Some(Engine::Counting(Box::new(Program::compile(&whole)?)));
        let engine = if weight(&whole) <= REGEX_WEIGHT {
            on_regex().or_else(counting)
        } else {
            counting().or_else(on_regex)
        };
        engine.map(Pattern).ok_or(PatternError {
            position: 1,
            problem: PatternProblem::Size {
                limit: counting::STATES,
            },
        })
    }

    /// Tells whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.0 {
            Engine::Regex(regex) => regex.is_match(text),
            Engine::Counting(program) => program.is_match(text),
        }
    }
}

/// One expression of several of which one must match.
fn whole<'a>(expressions: impl IntoIterator<Item = &'a str>) -> Result<Hir, PatternError> {
    let parsed: Result<Vec<Hir>, _> = expressions.into_iter().map(parse).collect();
    Ok(Hir::alternation(parsed?))
}

fn regex(whole: &Hir) -> Option<regex::Regex> {
    let anchored = Hir::concat(vec![
        Hir::look(Look::Start),
        whole.clone(),
        Hir::look(Look::End),
    ]);
    regex::RegexBuilder::new(&anchored.to_string())
        .size_limit(REGEX_SIZE)
        .nest_limit(1000)
        .build()
        .ok()
}

/// How many ranges of characters an expression is made of, written out.
fn weight(expression: &Hir) -> usize {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(set)) => set.ranges().len(),
        HirKind::Class(Class::Bytes(set)) => set.ranges().len(),
        HirKind::Capture(capture) => weight(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .fold(0, |sum, part| sum.saturating_add(weight(part))),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1) as usize;
            weight(&repetition.sub).saturating_mul(times)
        }
    }
}

#[cfg(test)]
mod tests;
