//! What is wrong with a document, and where.

use std::fmt;

/// A line and a column, both from 1; a column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// Counts the lines and columns before a byte offset.
    pub fn of(text: &str, offset: usize) -> Place {
        let bytes = text.as_bytes();
        let before = bytes.get(..offset.min(bytes.len())).unwrap_or_default();
        // A line ends with LF, CR LF, or a lone CR (XML 1.0, 2.11).
        let mut line = 1u32;
        let mut start = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', before) {
            let crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !crlf {
                line = line.saturating_add(1);
                start = at + 1;
            }
        }
        let last = before.get(start..).unwrap_or_default();
        let column = last.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Place {
            line,
            column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A document that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where, in bytes of the text.
    pub offset: usize,
    /// Where, as a person counts.
    pub place: Place,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not text in the encoding that they claim, or the encoding is not known.
    #[error("{0}")]
    Encoding(String),
    /// The document asks for more than it may.
    #[error("{what} over the limit of {limit}")]
    Limit {
        /// What there is too much of.
        what: Limited,
        /// How much there may be.
        limit: usize,
    },
    /// There is a document type declaration, and none is allowed.
    #[error("a document type declaration is not allowed")]
    Doctype,
    /// There is a processing instruction, and none is allowed.
    #[error("a processing instruction is not allowed")]
    Instruction,
    /// A character that XML has no place for.
    #[error("the character U+{0:04X} is not allowed")]
    Character(u32),
    /// Broken syntax.
    #[error("{0}")]
    Syntax(&'static str),
    /// An end tag that does not belong to the element that is open.
    #[error("end tag </{found}> where </{expected}> is due")]
    EndTag {
        /// The name in the end tag.
        found: Box<str>,
        /// The name of the open element.
        expected: Box<str>,
    },
    /// A prefix that no declaration in scope binds.
    #[error("the prefix {0} is not bound to a namespace")]
    Prefix(Box<str>),
    /// Two attributes with one name.
    #[error("the attribute {0} is there twice")]
    Duplicate(Box<str>),
    /// A name that is none.
    #[error("{0:?} is not a name")]
    Name(Box<str>),
    /// A reference to an entity that cannot be followed.
    #[error("the entity {name} {why}")]
    Entity {
        /// Its name.
        name: Box<str>,
        /// Why not.
        why: &'static str,
    },
}

/// What a limit is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limited {
    /// Bytes of the document, with what its entities expand to.
    Bytes,
    /// Elements inside each other.
    Depth,
    /// Attributes of an element.
    Attributes,
    /// Bytes of a name.
    Name,
    /// Bytes of a text or of an attribute's value.
    Text,
    /// Elements in all.
    Elements,
    /// Entities inside each other.
    Entities,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limited::Bytes => "document bytes",
            Limited::Depth => "element depth",
            Limited::Attributes => "attributes of an element",
            Limited::Name => "bytes of a name",
            Limited::Text => "bytes of a text",
            Limited::Elements => "elements",
            Limited::Entities => "entity depth",
        })
    }
}
