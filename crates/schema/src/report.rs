//! What is wrong with a contract: every mistake at once, each with its place, the rule that it breaks and what to do.

use std::fmt;
use std::sync::Arc;

use crate::model::Place;

/// The mistakes found, in the order of finding.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The documents that places point into; [`Place::document`] indexes this.
    pub documents: Vec<Arc<str>>,
    /// The mistakes.
    pub diagnostics: Vec<Diagnostic>,
    /// Where documents were looked for that could not be had.
    pub missing: Vec<String>,
}

/// How much a mistake matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The contract breaks a rule of its specification.
    Error,
    /// The contract breaks a rule that every processor lets pass, or something was left out on purpose.
    Warning,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The rule's name in its specification (`src-resolve`, `cos-nonambig`), or ours where it has none (`wsdl-binding`).
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl Report {
    /// Adds an error.
    pub fn error(
        &mut self,
        place: Place,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Error, place, rule, message.into(), help.into());
    }

    /// Adds a warning.
    pub fn warning(
        &mut self,
        place: Place,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Warning, place, rule, message.into(), help.into());
    }

    /// Counts the errors.
    pub fn errors(&self) -> usize {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    }

    /// Tells whether no rule is broken (warnings aside).
    pub fn is_valid(&self) -> bool {
        self.errors() == 0
    }

    /// Names the file that a place points into; empty for what is built in.
    pub fn file(&self, place: Place) -> &str {
        if place.line == 0 {
            return "";
        }
        self.documents
            .get(place.document as usize)
            .map_or("", |d| d)
    }

    /// Writes one diagnostic as `file:line:column: error: message [rule]`, with its help on a second line.
    pub fn line(&self, diagnostic: &Diagnostic) -> String {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Place { line, column, .. } = diagnostic.place;
        let mut text = match self.file(diagnostic.place) {
            "" => format!("{severity}: {} [{}]", diagnostic.message, diagnostic.rule),
            file => format!(
                "{file}:{line}:{column}: {severity}: {} [{}]",
                diagnostic.message, diagnostic.rule
            ),
        };
        if !diagnostic.help.is_empty() {
            text.push_str("\n  ");
            text.push_str(&diagnostic.help);
        }
        text
    }

    /// Drops repeats and puts the mistakes in the order of their places.
    pub fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| {
            (a.place, a.severity, a.rule, &a.message)
                .cmp(&(b.place, b.severity, b.rule, &b.message))
        });
        self.diagnostics.dedup();
    }

    fn add(
        &mut self,
        severity: Severity,
        place: Place,
        rule: &'static str,
        message: String,
        help: String,
    ) {
        self.diagnostics.push(Diagnostic {
            severity,
            place,
            rule,
            message,
            help,
        });
    }
}

impl fmt::Display for Report {
    /// Writes every mistake, as [`Report::line`] does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.diagnostics {
            writeln!(f, "{}", self.line(diagnostic))?;
        }
        Ok(())
    }
}
