//! The `pattern` facet: regular expressions of XSD 1.0 (part 2, appendix F), matched in linear time.
//!
//! An expression is parsed by the grammar of the specification into regex syntax, and runs on the `regex` crate. Where
//! its counts are too large for that, it runs on a matcher that counts. It always matches a whole text.

mod blocks;
mod class;
mod counting;
pub(crate) mod language;
mod parse;

use regex_syntax::hir::{Hir, Look};
use thiserror::Error;

use counting::Program;

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

/// What the regex crate may use for one expression, in bytes; beyond it the counting matcher takes over.
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
        let parsed = expressions
            .into_iter()
            .map(parse::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let whole = Hir::alternation(parsed);
        let anchored = Hir::concat(vec![
            Hir::look(Look::Start),
            whole.clone(),
            Hir::look(Look::End),
        ]);
        match regex::RegexBuilder::new(&anchored.to_string())
            .size_limit(REGEX_SIZE)
            .nest_limit(1000)
            .build()
        {
            Ok(regex) => Ok(Pattern(Engine::Regex(regex))),
            Err(_) => match Program::compile(&whole) {
                Some(program) => Ok(Pattern(Engine::Counting(Box::new(program)))),
                None => Err(PatternError {
                    position: 1,
                    problem: PatternProblem::Size {
                        limit: counting::STATES,
                    },
                }),
            },
        }
    }

    /// The text that the `regex` crate takes for several expressions of which one must match, anchored at both ends: for
    /// code that is generated and checks without this crate.
    ///
    /// # Errors
    /// [`PatternError`] of the first expression that has one, or where the text would be too large for that crate.
    pub fn to_regex<'a>(
        expressions: impl IntoIterator<Item = &'a str>,
    ) -> Result<String, PatternError> {
        let parsed = expressions
            .into_iter()
            .map(parse::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let anchored = Hir::concat(vec![
            Hir::look(Look::Start),
            Hir::alternation(parsed),
            Hir::look(Look::End),
        ])
        .to_string();
        match regex::RegexBuilder::new(&anchored)
            .size_limit(REGEX_SIZE)
            .build()
        {
            Ok(_) => Ok(anchored),
            Err(_) => Err(PatternError {
                position: 1,
                problem: PatternProblem::Size { limit: REGEX_SIZE },
            }),
        }
    }

    /// Tells whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.0 {
            Engine::Regex(regex) => regex.is_match(text),
            Engine::Counting(program) => program.is_match(text),
        }
    }
}

/// Checks an expression without compiling it.
///
/// # Errors
/// [`PatternError`] where the text is not in the grammar of appendix F.
pub fn check(expression: &str) -> Result<(), PatternError> {
    parse::parse(expression).map(|_| ())
}

#[cfg(test)]
mod tests;
