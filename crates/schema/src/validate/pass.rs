//! One pass over a document: the frames of the open elements, and the loop that drives them. Depth costs frames, not stack.

use std::borrow::Cow;
use std::sync::Arc;

use soapstone::xml::{Error, Event, NsId, Reader, Tag};

use crate::automaton::Run;
use crate::automaton::names::{NameId, NamespaceId};
use crate::model::{ElementId, Model, TypeId};
use crate::simple::{self, Context};

use super::compiled::{Compiled, Complex};
use super::identity::Identity;
use super::ids::Ids;
use super::{Expect, Options, Sink, Validator, Violation, path};

/// The state of one validation.
pub(super) struct Pass<'v, 's, 'a, S: Sink> {
    pub(super) model: &'v Model,
    pub(super) compiled: &'v Compiled,
    pub(super) options: &'s Options,
    pub(super) sink: &'s mut S,
    pub(super) frames: Vec<Frame<'v, 'a>>,
    /// The namespaces of the reader as the model's.
    namespaces: Vec<Option<NamespaceId>>,
    /// The text of the innermost element, where it has simple content.
    pub(super) text: Cow<'a, str>,
    pub(super) text_offset: usize,
    pub(super) identity: Identity<'v>,
    pub(super) ids: Ids,
    /// Which uses of the element at hand were met.
    pub(super) met: Vec<bool>,
    pub(super) found: Vec<Violation>,
    pub(super) stopped: bool,
}

/// An open element.
pub(super) struct Frame<'v, 'a> {
    pub(super) tag: Tag<'a>,
    pub(super) element: Option<ElementId>,
    pub(super) state: State<'v>,
    pub(super) offset: usize,
    /// Some child element was met.
    pub(super) children: bool,
    /// Some text was met.
    pub(super) text: bool,
}

/// How the content of an open element is judged.
pub(super) enum State<'v> {
    /// Not at all: `processContents="skip"`, or what a lenient pass does not know.
    Skip,
    /// No type is known: children are assessed where they have a declaration.
    Lax,
    /// `xsi:nil`: nothing may be there.
    Nil,
    Empty,
    Simple(TypeId, &'v Arc<simple::Compiled>),
    Elements {
        complex: &'v Arc<Complex>,
        run: Run,
        mixed: bool,
        /// The children are no longer followed: one was out of place.
        disorder: bool,
        /// In a lenient pass: the children met.
        seen: Vec<ElementId>,
    },
}

impl<'v, 's, 'a, S: Sink> Pass<'v, 's, 'a, S> {
    pub(super) fn new(validator: &'v Validator, options: &'s Options, sink: &'s mut S) -> Self {
        Pass {
            model: &validator.contract.model,
            compiled: &validator.compiled,
            options,
            sink,
            frames: Vec::with_capacity(16),
            namespaces: Vec::with_capacity(8),
            text: Cow::Borrowed(""),
            text_offset: 0,
            identity: Identity::default(),
            ids: Ids::default(),
            met: Vec::new(),
            found: Vec::new(),
            stopped: false,
        }
    }

    /// Reads a document to its end.
    pub(super) fn document(&mut self, reader: &mut Reader<'a>) {
        match reader.next() {
            Ok(Event::Start(tag)) => self.element(reader, tag, Expect::Declared),
            Ok(_) => {}
            Err(error) => self.broken(&error),
        }
        while !self.stopped {
            match reader.next() {
                Ok(Event::Eof) => return,
                Ok(_) => {}
                Err(error) => self.broken(&error),
            }
        }
    }

    /// Reads an element, from after its start tag to its end tag.
    pub(super) fn element(&mut self, reader: &mut Reader<'a>, tag: Tag<'a>, expect: Expect) {
        self.start(reader, tag, Some(expect));
        while !self.stopped && !self.frames.is_empty() {
            match reader.next() {
                Ok(Event::Start(tag)) => self.start(reader, tag, None),
                Ok(Event::End(_)) => self.end(reader),
                Ok(Event::Text(text)) => self.characters(reader, text),
                Ok(Event::Eof) => return,
                Err(error) => self.broken(&error),
            }
        }
        if !self.stopped {
            self.identifiers(reader);
        }
    }

    /// Answers what was found, each violation with its path.
    pub(super) fn finish(mut self, reader: &Reader<'a>) -> Result<(), Vec<Violation>> {
        if self.found.is_empty() {
            return Ok(());
        }
        path::complete(reader, &mut self.found);
        Err(self.found)
    }

    /// Notes a violation at an offset of the document.
    #[cold]
    pub(super) fn violation(
        &mut self,
        reader: &Reader<'a>,
        rule: &'static str,
        offset: usize,
        message: String,
    ) {
        if self.stopped {
            return;
        }
        let place = reader.place(offset);
        self.found.push(Violation {
            rule,
            path: String::new(),
            offset,
            place,
            message,
        });
        self.stopped = self.found.len() >= self.options.violations.max(1);
    }

    #[cold]
    fn broken(&mut self, error: &Error) {
        let message = error.kind.to_string();
        self.found.push(Violation {
            rule: "xml",
            path: String::new(),
            offset: error.offset,
            place: error.place,
            message,
        });
        self.stopped = true;
    }

    /// The model's number for a namespace of the reader.
    #[inline]
    pub(super) fn namespace(&mut self, reader: &Reader<'a>, ns: NsId) -> NamespaceId {
        match self.namespaces.get(ns.0 as usize) {
            Some(Some(known)) => *known,
            _ => self.new_namespace(reader, ns),
        }
    }

    #[cold]
    fn new_namespace(&mut self, reader: &Reader<'a>, ns: NsId) -> NamespaceId {
        let index = ns.0 as usize;
        if self.namespaces.len() <= index {
            self.namespaces.resize(index + 1, None);
        }
        let id = self.compiled.names.namespace(reader.namespace(ns));
        if let Some(slot) = self.namespaces.get_mut(index) {
            *slot = Some(id);
        }
        id
    }

    #[inline]
    pub(super) fn name(&self, namespace: NamespaceId, local: &str) -> Option<NameId> {
        self.compiled.names.name(namespace, local)
    }
}

/// What simple values may ask of the document.
pub(super) struct InDocument<'r, 'a> {
    pub(super) reader: &'r Reader<'a>,
}

impl Context for InDocument<'_, '_> {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        self.reader
            .resolve(prefix)
            .map(|ns| self.reader.namespace(ns))
    }

    fn unparsed_entity(&self, name: &str) -> bool {
        self.reader.unparsed_entity(name)
    }
}
