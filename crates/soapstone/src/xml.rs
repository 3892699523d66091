//! XML 1.0 with namespaces: a pull reader over text in memory that checks all of well-formedness, and a writer that appends
//! to one string. It reads no schema and fetches nothing.

mod chars;
mod cursor;
mod decode;
mod doctype;
mod error;
mod escape;
mod leaf;
mod pieces;
mod predict;
mod prolog;
mod reader;
mod reference;
mod scan;
mod scope;
mod subset;
mod surrogate;
mod survey;
mod tag;
mod text;
mod words;
mod writer;

use std::borrow::Cow;

pub use chars::{is_name, is_ncname, is_nmtoken, is_xml_char};
pub use decode::decode;
pub use error::{Error, ErrorKind, Limited, Place};
pub(crate) use escape::{Sink, copy_clean, escape};
pub use escape::{escape_attribute, escape_text};
pub use leaf::{Expected, Leaf, Near, Nil, Said};
pub use pieces::Pieces;
pub use predict::{Listed, Prediction, Span};
pub use reader::Reader;
pub use surrogate::join_surrogates;
pub use words::{Beginning, Local, Openings};
pub use writer::Writer;

/// The namespace that the prefix `xml` is always bound to.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace that the prefix `xmlns` is always bound to.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// Names a namespace within one reader: ids are dense and stable for the reader's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NsId(pub u32);

impl NsId {
    /// No namespace.
    pub const NONE: NsId = NsId(0);
    /// The namespace of the prefix `xml`.
    pub const XML: NsId = NsId(1);
    /// The namespace of `xsi:type` and `xsi:nil`.
    pub const XSI: NsId = NsId(2);
}

/// One thing that the reader met.
///
/// Adjacent text, CDATA sections and references come as one `Text`, which is never empty; comments and processing
/// instructions are dropped and do not split it. An empty element gives `Start`, then `End`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// A start tag; its attributes are in [`Reader::attributes`].
    Start(Tag<'a>),
    /// An end tag.
    End(Tag<'a>),
    /// Character data, its line ends normalised.
    Text(Cow<'a, str>),
    /// The document ended, well-formed.
    Eof,
}

/// The name in a tag, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The namespace.
    pub ns: NsId,
    /// The prefix as written; empty for none.
    pub prefix: &'a str,
    /// The local part.
    pub local: &'a str,
}

/// An attribute that is no namespace declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The namespace; none where there is no prefix.
    pub ns: NsId,
    /// The prefix as written; empty for none.
    pub prefix: &'a str,
    /// The local part.
    pub local: &'a str,
    /// The value, normalised (XML 1.0, 3.3.3).
    pub value: Cow<'a, str>,
    /// Where the name starts, in bytes.
    pub offset: usize,
}

/// What a document may ask for; each has an error that names it ([`Limited`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document as UTF-8, and of everything that its entities expand to.
    pub bytes: usize,
    /// Elements inside each other.
    pub depth: usize,
    /// Attributes and namespace declarations of one element.
    pub attributes: usize,
    /// Bytes of a qualified name.
    pub name: usize,
    /// Bytes of one run of text or of one attribute's value.
    pub text: usize,
    /// Elements in all.
    pub elements: usize,
}

impl Default for Limits {
    /// Fits messages: 16 MB, 100 levels, 256 attributes, names of 1,024 bytes, text of 16 MB, a million elements.
    fn default() -> Limits {
        Limits {
            bytes: 16 << 20,
            depth: 100,
            attributes: 256,
            name: 1024,
            text: 16 << 20,
            elements: 1_000_000,
        }
    }
}

/// What becomes of a document type declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doctype {
    /// It is an error (SOAP 1.2 part 1, 5).
    Refuse,
    /// Its internal subset is read: entities are expanded (bounded), attribute defaults applied. Nothing external is fetched.
    Read,
}

/// What becomes of processing instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// They are an error (SOAP 1.2 part 1, 5).
    Refuse,
    /// They are passed over.
    Skip,
}

/// How to read a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What the document may ask for.
    pub limits: Limits,
    /// What becomes of a document type declaration.
    pub doctype: Doctype,
    /// What becomes of processing instructions.
    pub instructions: Instructions,
}

impl Options {
    /// For SOAP messages from anywhere: default limits, no document type declaration, no processing instructions.
    pub fn message() -> Options {
        Options {
            limits: Limits::default(),
            doctype: Doctype::Refuse,
            instructions: Instructions::Refuse,
        }
    }

    /// For contracts and other documents that people write: roomy limits, both read.
    pub fn document() -> Options {
        Options {
            limits: Limits {
                bytes: 256 << 20,
                depth: 1_000,
                attributes: 1_000,
                name: 64 << 10,
                text: 256 << 20,
                elements: 50_000_000,
            },
            doctype: Doctype::Read,
            instructions: Instructions::Skip,
        }
    }
}
