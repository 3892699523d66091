//! Values that no document says: found while one is written, and told once it is. Nothing here runs for any other value.

use super::Writer;
use super::error::shorten;
use super::writer::Mode;

/// Says which value no document says, and where it would have stood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {value:?} {problem}")]
pub struct WriteError {
    /// The elements around it from the root, each with its number where it is not the first of its name: `order/line[3]/code`.
    pub path: String,
    /// The value as it would have been written, shortened.
    pub value: String,
    /// Why it cannot be.
    pub problem: Unwritable,
}

/// Why a value cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unwritable {
    /// A value of a union whose every text is read as another member's, where no `xsi:type` may tell.
    #[error("would be read as another member of its union")]
    Member,
    /// A name whose namespace cannot be said where it stands: with a prefix the type's pattern refuses it, and without one it
    /// would be of another namespace.
    #[error("is a name whose namespace cannot be said there")]
    Namespace,
}

impl Writer {
    /// What was written.
    ///
    /// # Errors
    /// Where that does not say the value.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        match self.unwritable.take() {
            None => Ok(self.into_bytes()),
            Some(error) => Err(*error),
        }
    }

    /// Remembers a value that cannot be written, unless there was one before.
    #[cold]
    pub(super) fn refuse(&mut self, value: &str, problem: Unwritable) {
        if self.mode == Mode::Plain || self.unwritable.is_some() {
            return;
        }
        self.unwritable = Some(Box::new(WriteError {
            path: path(self.out.text_from(self.begin)),
            value: shorten(value),
            problem,
        }));
    }
}

/// The elements that are open at the end of markup that the writer made, by their local names.
fn path(markup: &str) -> String {
    let mut open: Vec<(&str, usize)> = Vec::new();
    // The elements that stood so far in each open one, and in the document.
    let mut met: Vec<Vec<&str>> = vec![Vec::new()];
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        let tag = rest.get(at..).unwrap_or_default();
        let ends = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        let other = ends.iter().find(|(begin, _)| tag.starts_with(begin));
        let length = match other {
            Some((_, end)) => tag.find(end).map(|at| at + end.len()),
            None => end_of(tag),
        };
        let piece = tag.get(..length.unwrap_or(tag.len())).unwrap_or_default();
        rest = tag.get(piece.len()..).unwrap_or_default();
        if other.is_some() {
            continue;
        }
        if piece.starts_with("</") {
            open.pop();
            met.pop();
            continue;
        }
        let name = piece.split(['<', ' ', '\t', '\n', '\r', '/', '>']).nth(1);
        let name = name.unwrap_or_default();
        let name = name.split_once(':').map_or(name, |(_, local)| local);
        let siblings = met.last_mut();
        let index = siblings.map_or(1, |siblings| {
            siblings.push(name);
            siblings.iter().filter(|one| **one == name).count()
        });
        if !piece.ends_with("/>") {
            open.push((name, index));
            met.push(Vec::new());
        }
    }
    let steps = open.iter().map(|(name, index)| match index {
        1 => (*name).to_owned(),
        _ => format!("{name}[{index}]"),
    });
    steps.collect::<Vec<_>>().join("/")
}

/// Where a tag ends; nothing where it is still being written.
fn end_of(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_is_of_the_elements_that_are_open() {
        for (markup, expected) in [
            ("<a:b x=\"", "b"),
            ("<a><b>1</b><c/><b at=\"/>\"><!-- <x> --><d", "a/b[2]/d"),
            ("<a><b><c/></b><b><c>", "a/b[2]/c"),
            ("<a><b/><?x <y>?><![CDATA[<z>]]>", "a"),
        ] {
            assert_eq!(path(markup), expected, "{markup}");
        }
    }
}
