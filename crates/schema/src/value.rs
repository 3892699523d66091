//! Values of any type of a schema as trees: read from XML as validated, put in order, written to XML. This is how
//! programs speak to services that no code was generated for. Nothing here knows SOAP.

mod arrange;
mod build;
mod shape;
mod write;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use soapstone::name::QName;
use soapstone::xml::{self, Event, Reader, Tag};
use thiserror::Error;

use crate::automaton::names::Names;
use crate::model::{ElementId, Model, Type, TypeId};
use crate::simple::{self, SimpleTypes};
use crate::validate::{Expect, Options, Validator, Violation};

pub(crate) use arrange::order;
pub use shape::{Field, Shape};

/// An element with its meaning.
///
/// Made by hand, only `name`, `attributes` and `content` are needed: where `element` and `type_` are absent, they are
/// found by name when it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its name.
    pub name: QName,
    /// Its declaration, the substitution group's member where it is one.
    pub element: Option<ElementId>,
    /// Its type, `xsi:type` considered; absent where it is not assessed.
    pub type_: Option<TypeId>,
    /// `xsi:type` is written, whether it is needed or not.
    pub retyped: bool,
    /// Its attributes, those of `xsi` left out, defaults included.
    pub attributes: Vec<Attribute>,
    /// What it holds.
    pub content: Content,
}

/// An attribute with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: QName,
    /// Its value.
    pub text: Text,
    /// It was not in the document, and is not written.
    pub defaulted: bool,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// `xsi:nil`: no value, which is not the same as an empty one.
    Nil,
    /// A value of a simple type.
    Simple(Text),
    /// Elements in order, and text between them where the type is mixed or unknown; none where it is empty.
    Nodes(Vec<Node>),
}

/// A part of element content.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text of mixed content.
    Text(String),
}

/// A simple value: its exact text, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// As it stood in the document; a name (`QName`) as `{namespace}local`.
    pub lexical: String,
    /// The value; absent where it is not assessed, or not known yet. Names (`QName`) are written by it, everything else by
    /// `lexical`.
    pub value: Option<simple::Value>,
}

impl Element {
    /// Makes an element of a name, empty.
    pub fn new(name: QName) -> Element {
        let content = Content::Nodes(Vec::new());
        Element {
            name,
            element: None,
            type_: None,
            retyped: false,
            attributes: Vec::new(),
            content,
        }
    }

    /// The child elements, in order.
    pub fn children(&self) -> impl Iterator<Item = &Element> {
        let nodes = match &self.content {
            Content::Nodes(nodes) => nodes.as_slice(),
            _ => &[],
        };
        nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child of a local name, in whatever namespace.
    pub fn child(&self, local: &str) -> Option<&Element> {
        self.children().find(|child| &*child.name.local == local)
    }

    /// The exact text of simple content.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Simple(text) => Some(&text.lexical),
            _ => None,
        }
    }

    /// The first attribute of a local name.
    pub fn attribute(&self, local: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| &*attribute.name.local == local)
    }
}

impl Text {
    /// A text whose meaning is found when it is written.
    pub fn new(lexical: impl Into<String>) -> Text {
        Text {
            lexical: lexical.into(),
            value: None,
        }
    }
}

/// What the outermost element of a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A declared element.
    Element(ElementId),
    /// A type under a name that the schema does not give: a part of an rpc message.
    Type {
        /// The element's name.
        name: QName,
        /// Its type.
        type_: TypeId,
    },
}

/// Why a value was not read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The document breaks rules of the schema, or is not well-formed.
    #[error("{}", list(.0))]
    Invalid(Vec<Violation>),
    /// The document holds no element.
    #[error("there is no element")]
    Empty,
}

/// Why a value was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// What would be written breaks rules of the schema.
    #[error("{}", list(.0))]
    Invalid(Vec<Violation>),
    /// The tree is deeper than can be written.
    #[error("elements are nested more than {limit} deep")]
    Depth {
        /// The limit.
        limit: usize,
    },
}

fn list(violations: &[Violation]) -> String {
    let lines: Vec<_> = violations
        .iter()
        .map(|one| {
            if one.path.is_empty() {
                one.message.clone()
            } else {
                [&one.path, ": ", &one.message].concat()
            }
        })
        .collect();
    lines.join("; ")
}

/// Reads and writes the values of one contract's types. Shared between threads.
#[derive(Debug)]
pub struct Values {
    validator: Arc<Validator>,
    names: Names,
    pub(crate) simple: SimpleTypes,
    /// The types of encoded arrays, with the types of their items.
    pub(crate) arrays: HashMap<TypeId, TypeId>,
    shapes: Vec<OnceLock<Arc<Shape>>>,
}

impl Values {
    /// Makes a reader and writer on a validator.
    pub fn new(validator: Arc<Validator>) -> Values {
        let model = validator.model();
        let names = Names::of(model);
        let simple = SimpleTypes::of(model);
        let shapes = std::iter::repeat_with(OnceLock::new)
            .take(model.types.len())
            .collect();
        let arrays = crate::encoded::arrays(model);
        Values {
            validator,
            names,
            simple,
            arrays,
            shapes,
        }
    }

    /// The schemas.
    pub fn model(&self) -> &Model {
        self.validator.model()
    }

    /// What it validates with.
    pub fn validator(&self) -> &Arc<Validator> {
        &self.validator
    }

    /// The shape of a complex type with element content; absent for other types.
    pub fn shape(&self, type_: TypeId) -> Option<&Arc<Shape>> {
        let Some(Type::Complex(complex)) = self.model().types.get(type_.index()) else {
            return None;
        };
        Some(
            self.shapes
                .get(type_.index())?
                .get_or_init(|| Arc::new(Shape::of(self.model(), &self.names, complex))),
        )
    }

    /// Reads a whole document.
    ///
    /// # Errors
    /// [`ReadError`] with every violation, each with its path.
    pub fn read(
        &self,
        text: &str,
        root: Expect,
        options: &xml::Options,
    ) -> Result<Element, ReadError> {
        let mut reader = Reader::new(text, options);
        let tag = loop {
            match reader.next() {
                Ok(Event::Start(tag)) => break tag,
                Ok(Event::Eof) => return Err(ReadError::Empty),
                Ok(_) => {}
                Err(_) => {
                    let mut sink = build::Builder::default();
                    let found = self.validator.validate(
                        &mut Reader::new(text, options),
                        &Options::collect(),
                        &mut sink,
                    );
                    return Err(ReadError::Invalid(found.err().unwrap_or_default()));
                }
            }
        };
        self.read_element(&mut reader, tag, root, &Options::collect())
    }

    /// Reads one element of a message, whose start tag the reader has just answered, to its end tag.
    ///
    /// # Errors
    /// [`ReadError`] with the violations, each with its path.
    pub fn read_element<'a>(
        &self,
        reader: &mut Reader<'a>,
        tag: Tag<'a>,
        expect: Expect,
        options: &Options,
    ) -> Result<Element, ReadError> {
        let mut builder = build::Builder::default();
        self.validator
            .validate_element(reader, tag, expect, options, &mut builder)
            .map_err(ReadError::Invalid)?;
        builder.finish().ok_or(ReadError::Empty)
    }

    /// Writes a value as an element that stands on its own: it declares every prefix that it uses. Children are put in the
    /// order that the schema asks for, `xsi:type` is written where the type is not the declared one, and the result is
    /// valid.
    ///
    /// # Errors
    /// [`WriteError`] where no order of the children makes the value valid, or a value is not one of its type.
    pub fn write(&self, value: &Element, root: &Root) -> Result<String, WriteError> {
        let text = write::write(self, value, root)?;
        let expect = match root {
            Root::Element(element) => Expect::Element(*element),
            Root::Type { type_, .. } => Expect::Type(*type_),
        };
        let mut reader = Reader::new(&text, &write::LIMITS);
        if let Ok(Event::Start(tag)) = reader.next() {
            self.validator
                .validate_element(&mut reader, tag, expect, &Options::collect(), &mut ())
                .map_err(WriteError::Invalid)?;
        }
        drop(reader);
        Ok(text)
    }

    /// Writes a value without judging the result: for encoded messages, which no schema describes.
    pub(crate) fn write_as(&self, value: &Element, root: &Root) -> Result<String, WriteError> {
        write::write(self, value, root)
    }

    /// Writes a value as it is, unchecked: for elements that no schema knows.
    ///
    /// # Errors
    /// [`WriteError::Depth`] only.
    pub fn write_unchecked(&self, value: &Element) -> Result<String, WriteError> {
        let type_ = value.type_.unwrap_or(crate::model::Builtin::AnyType.id());
        write::write(
            self,
            value,
            &Root::Type {
                name: value.name.clone(),
                type_,
            },
        )
    }
}

#[cfg(test)]
mod tests;
