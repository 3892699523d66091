//! Reading the TOML text: every unknown key and wrong value at once, each with its place, and the nearest known key.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::de::DeTable;

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// Line and column, from 1; absent where the whole file is meant.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl ConfigError {
    /// Makes an error about a file as a whole.
    pub fn unplaced(file: &Path, message: impl Into<String>) -> ConfigError {
        ConfigError {
            file: file.to_path_buf(),
            place: None,
            message: message.into(),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

/// How many mistakes are reported at most.
const MOST: usize = 50;

/// Parses the text.
pub(crate) fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, Vec<ConfigError>> {
    match parse_what_is_right(file, text) {
        (Some(config), errors) if errors.is_empty() => Ok(config),
        (_, errors) => Err(errors),
    }
}

/// Parses the text. The lines of what is wrong are blanked and the text is parsed again, so that the next mistake is found too; what is left
/// at the end is answered with the mistakes.
pub(crate) fn parse_what_is_right<T: DeserializeOwned>(
    file: &Path,
    text: &str,
) -> (Option<T>, Vec<ConfigError>) {
    let mut errors = Vec::new();
    let mut rest = text.to_owned();
    let told = |error: &toml::de::Error| ConfigError {
        file: file.to_path_buf(),
        place: error.span().map(|span| place(text, span.start)),
        message: message(error.message()),
    };
    let (_, broken) = DeTable::parse_recoverable(text);
    for error in broken.iter().take(MOST) {
        errors.push(told(error));
        let Some(span) = error.span() else { continue };
        let lines = rest.get(lines(&rest, &span)).unwrap_or_default();
        if lines.trim_start().starts_with('[') {
            // Without its header a table's keys would be taken for those of the table before.
            return (None, broken.iter().take(MOST).map(told).collect());
        }
        blank_lines(&mut rest, span);
    }
    while errors.len() < MOST {
        let error = match toml::from_str::<T>(&rest) {
            Ok(config) => return (Some(config), errors),
            Err(error) => error,
        };
        let missing = error.message().starts_with("missing field");
        let is_toml = rest.parse::<toml::Table>().is_ok();
        if !errors.is_empty() && (missing || !is_toml) {
            // What the blanking left behind is no fault of the writer.
            break;
        }
        errors.push(told(&error));
        match error.span() {
            Some(span) if is_toml && !missing => blank_lines(&mut rest, span),
            _ => break,
        }
    }
    (None, errors)
}

/// Replaces the lines of `span` by as many spaces, so that offsets stay.
fn blank_lines(text: &mut String, span: Range<usize>) {
    let range = lines(text, &span);
    if let Some(lines) = text.get(range.clone()) {
        let blank: String = lines
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
            .collect();
        text.replace_range(range, &blank);
    }
}

/// The whole lines that `span` touches, without the last line's end.
fn lines(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text
        .get(..span.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let end = text
        .get(span.end..)
        .and_then(|after| after.find('\n'))
        .map_or(text.len(), |at| span.end + at);
    start..end
}

/// Line and column in characters, from 1.
pub(crate) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (line, column)
}

/// Turns "unknown field `a`, expected one of `b`, `c`" into what to do about it.
fn message(message: &str) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match names.split_first() {
        Some((wrong, known)) if message.starts_with("unknown field") => match nearest(wrong, known)
        {
            Some(near) => format!("unknown key `{wrong}`: did you mean `{near}`?"),
            None => format!("unknown key `{wrong}`; known here: {}", known.join(", ")),
        },
        _ => message.to_owned(),
    }
}

/// The candidate that is near enough to be what was meant.
pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known
        .iter()
        .map(|name| (distance(wrong, name), *name))
        .min()?;
    (near.0 <= 1 + wrong.chars().count() / 3).then_some(near.1)
}

/// Counts the insertions, deletions, replacements that lead from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut previous = i;
        let mut next = vec![i + 1];
        for (b, above) in right.iter().zip(row.iter().skip(1)) {
            let left_cell = next.last().copied().unwrap_or(i + 1);
            next.push(
                (previous + usize::from(a != *b))
                    .min(above + 1)
                    .min(left_cell + 1),
            );
            previous = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Config;
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        parse::<Config>(Path::new("soapstone.toml"), text)
            .expect_err("wrong")
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_unknown_key_is_told_with_its_place() {
        let text = "[server]\nlisten = \"127.0.0.1:1\"\nadress = \"x\"\n\n[contract]\npagesize = 3\nquux = 1\n";
        let found = errors(text);
        assert_eq!(
            found[0],
            "soapstone.toml:3:1: unknown key `adress`: did you mean `address`?"
        );
        assert_eq!(
            found[1],
            "soapstone.toml:6:1: unknown key `pagesize`: did you mean `page_size`?"
        );
        assert!(
            found[2].starts_with("soapstone.toml:7:1: unknown key `quux`; known here: "),
            "{}",
            found[2]
        );
    }

    #[test]
    fn a_wrong_value_is_told_with_its_place() {
        assert!(errors("[server]\nlisten = 5\n")[0].starts_with("soapstone.toml:2:10: "));
    }

    #[test]
    fn wrong_values_and_unknown_keys_are_told_together() {
        let found = errors(
            "[server]\nlisten = 5\nadress = \"x\"\n[limits]\nbytes = [\n  1,\n]\ndepth = \"deep\"\n",
        );
        let places: Vec<&str> = found
            .iter()
            .map(|error| error.split(':').nth(1).unwrap_or_default())
            .collect();
        assert_eq!(places, ["2", "3", "5", "8"], "{found:?}");
    }

    #[test]
    fn what_is_no_toml_is_told_together_with_the_rest() {
        let found = errors(
            "[server]\nlisten = 127.0.0.1:1\nadress = \"x\"\n[limits]\ndepth = \nbytes = \"many\"\n",
        );
        assert_eq!(lines_of(&found), ["2", "3", "5", "6"].into(), "{found:?}");
    }

    #[test]
    fn what_stands_below_a_broken_header_is_not_blamed() {
        let found = errors("[server]\nlisten = 127.0.0.1:1\n[limits\ndepth = 5\n");
        assert_eq!(lines_of(&found), ["2", "3"].into(), "{found:?}");
    }

    fn lines_of(found: &[String]) -> BTreeSet<&str> {
        let lines = found.iter();
        lines.filter_map(|error| error.split(':').nth(1)).collect()
    }

    #[test]
    fn the_empty_file_is_a_configuration() {
        assert_eq!(
            parse::<Config>(Path::new("x"), "")
                .expect("valid")
                .contract
                .page_size,
            100
        );
    }
}
