//! The start of an element: its declaration, its type, and what they allow (part 1, 3.3.4 "Element Locally Valid").

use soapstone::xml::{Reader, Tag};

use crate::automaton::names::{NameId, NamespaceId};
use crate::automaton::{Expected, Matched};
use crate::model::{Builtin, ElementId, Process, Type, TypeId};
use crate::rules::derivation;

use super::compiled::Kind;
use super::instance::Instance;
use super::pass::{Frame, Pass, State};
use super::{Expect, Sink, Start};

/// How many of the elements that could stand at a place a message names.
const NAMED: usize = 12;

/// What the context says of an element before its attributes are looked at.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// A declaration.
    Element(ElementId),
    /// A type, with any name.
    Type(TypeId),
    /// No declaration: `xsi:type` may still name a type; otherwise strict is a violation.
    Unknown { strict: bool },
    /// It is passed over.
    Skip,
}

impl<'v, 'a, S: Sink> Pass<'v, '_, 'a, S> {
    /// Takes a start tag. `expect` is there for the first element.
    pub(super) fn start(&mut self, reader: &Reader<'a>, tag: Tag<'a>, expect: Option<Expect>) {
        let namespace = self.namespace(reader, tag.ns);
        let name = self.name(namespace, tag.local);
        let offset = reader.offset();
        let found = match expect {
            Some(expect) => self.first(reader, tag, name, expect),
            None => self.child(reader, tag, namespace, name),
        };
        let instance = match found {
            Found::Skip => Instance::default(),
            _ if reader.attributes().is_empty() => Instance::default(),
            _ => self.instance(reader),
        };
        let declaration = match found {
            Found::Element(id) => self
                .model
                .elements
                .get(id.index())
                .map(|element| (id, element)),
            _ => None,
        };
        let mut type_ = match found {
            Found::Element(_) => declaration.map(|(_, element)| element.type_),
            Found::Type(type_) => Some(type_),
            Found::Unknown { strict } => {
                if strict && instance.type_.is_none() {
                    let name = self.written(reader, tag);
                    let rule = if self.frames.is_empty() {
                        "cvc-elt.1"
                    } else {
                        "cvc-complex-type.2.4.c"
                    };
                    self.violation(
                        reader,
                        rule,
                        offset,
                        format!("the element {name} is not declared"),
                    );
                }
                None
            }
            Found::Skip => None,
        };
        if let Some((retyped, at)) = instance.type_ {
            type_ = Some(self.retype(reader, declaration.map(|(id, _)| id), type_, retyped, at));
        }
        let mut nil = false;
        if let Some((id, element)) = declaration {
            if element.abstract_ {
                let name = &element.name;
                self.violation(reader, "cvc-elt.2", offset, format!("the element {name} is abstract: a member of its substitution group must stand here"));
            }
            if let Some((value, at)) = instance.nil {
                if !element.nillable {
                    self.violation(
                        reader,
                        "cvc-elt.3.1",
                        at,
                        "xsi:nil is not allowed: the element is not nillable".to_owned(),
                    );
                } else if value {
                    nil = true;
                    if element.value.as_ref().is_some_and(|value| value.fixed) {
                        self.violation(
                            reader,
                            "cvc-elt.3.2.2",
                            at,
                            "an element with a fixed value can't be nil".to_owned(),
                        );
                    }
                }
            }
            self.identity
                .enter(self.model, &self.compiled.routes, id, self.frames.len());
        } else if let Some((value, _)) = instance.nil {
            nil = value && type_.is_some();
        }
        if let Some(type_) = type_
            && let Some(Type::Complex(complex)) = self.model.types.get(type_.index())
            && complex.abstract_
        {
            let name = self.type_name(type_);
            self.violation(
                reader,
                "cvc-type.2",
                offset,
                format!("the type {name} is abstract: xsi:type must name a type derived from it"),
            );
        }
        let state = self.state(found, type_, nil);
        if S::VALUES || !matches!(found, Found::Skip) {
            let start = Start {
                namespace: reader.namespace(tag.ns),
                local: tag.local,
                element: declaration.map(|(id, _)| id),
                type_,
                retyped: instance.type_.is_some(),
                nil,
                offset,
            };
            self.sink.start(&start);
        }
        self.text = std::borrow::Cow::Borrowed("");
        self.frames.push(Frame {
            tag,
            element: declaration.map(|(id, _)| id),
            state,
            offset,
            children: false,
            text: false,
        });
        self.attributes(reader, type_);
        if self.identity.is_active() {
            self.identity
                .start(self.frames.len(), namespace, name, offset);
            self.attribute_fields(reader);
        }
    }

    /// The declaration of the first element.
    fn first(
        &mut self,
        reader: &Reader<'a>,
        tag: Tag<'a>,
        name: Option<NameId>,
        expect: Expect,
    ) -> Found {
        match expect {
            Expect::Type(type_) => Found::Type(type_),
            Expect::Declared => match self.compiled.element(name) {
                Some(id) => Found::Element(id),
                None => Found::Unknown { strict: true },
            },
            Expect::Element(expected) => {
                for id in derivation::substitutes(self.model, expected) {
                    let declared = self.model.elements.get(id.index());
                    if declared.is_some_and(|element| {
                        self.compiled.names.find(&element.name) == name && name.is_some()
                    }) {
                        return Found::Element(id);
                    }
                }
                let (found, expected) = (self.written(reader, tag), self.element_name(expected));
                self.violation(
                    reader,
                    "cvc-elt.1",
                    reader.offset(),
                    format!("{found} where {expected} is due"),
                );
                Found::Skip
            }
        }
    }

    /// The declaration of a child, by its parent's content model.
    fn child(
        &mut self,
        reader: &Reader<'a>,
        tag: Tag<'a>,
        namespace: NamespaceId,
        name: Option<NameId>,
    ) -> Found {
        let lenient = self.options.lenient;
        let global = self.compiled.element(name);
        let Some(parent) = self.frames.last_mut() else {
            return Found::Skip;
        };
        let first = !parent.children;
        parent.children = true;
        let unknown = match global {
            Some(id) => Found::Element(id),
            None => Found::Unknown { strict: false },
        };
        match &mut parent.state {
            State::Skip => Found::Skip,
            State::Lax => unknown,
            State::Elements {
                complex,
                run,
                disorder,
                seen,
                ..
            } => {
                let Kind::Elements {
                    automaton: Some(automaton),
                    ..
                } = &complex.content
                else {
                    return unknown;
                };
                if lenient {
                    seen.extend(name.and_then(|name| automaton.declaration(name)));
                }
                if *disorder {
                    return automaton_declaration(automaton, name).unwrap_or(if lenient {
                        Found::Skip
                    } else {
                        unknown
                    });
                }
                match automaton.step(run, name, namespace) {
                    Some(Matched::Element(id)) => Found::Element(id),
                    Some(Matched::Any(Process::Skip)) => Found::Skip,
                    Some(Matched::Any(process)) => match global {
                        Some(id) => Found::Element(id),
                        None => Found::Unknown {
                            strict: process == Process::Strict,
                        },
                    },
                    None if lenient => match automaton_declaration(automaton, name) {
                        Some(found) => {
                            *disorder = true;
                            found
                        }
                        None => Found::Skip,
                    },
                    None => {
                        *disorder = true;
                        let expected = automaton.expected(run, NAMED);
                        let found = automaton_declaration(automaton, name).unwrap_or(unknown);
                        let rule = if expected == [Expected::End] {
                            "cvc-complex-type.2.4.d"
                        } else {
                            "cvc-complex-type.2.4.a"
                        };
                        let message = format!(
                            "{} is not allowed here; expected: {}",
                            self.written(reader, tag),
                            self.list(&expected)
                        );
                        self.violation(reader, rule, reader.offset(), message);
                        found
                    }
                }
            }
            State::Nil | State::Empty | State::Simple(..) if lenient => Found::Skip,
            State::Nil if first => {
                let message = format!(
                    "{} is not allowed: the element is nil",
                    self.written(reader, tag)
                );
                self.violation(reader, "cvc-elt.3.2.1", reader.offset(), message);
                Found::Skip
            }
            State::Empty if first => {
                let message = format!(
                    "{} is not allowed: the element must be empty",
                    self.written(reader, tag)
                );
                self.violation(reader, "cvc-complex-type.2.1", reader.offset(), message);
                Found::Skip
            }
            State::Simple(..) if first => {
                let message = format!(
                    "{} is not allowed: the element holds a value only",
                    self.written(reader, tag)
                );
                self.violation(reader, "cvc-complex-type.2.2", reader.offset(), message);
                Found::Skip
            }
            State::Nil | State::Empty | State::Simple(..) => Found::Skip,
        }
    }

    fn state(&self, found: Found, type_: Option<TypeId>, nil: bool) -> State<'v> {
        let Some(type_) = type_ else {
            return if matches!(found, Found::Skip) {
                State::Skip
            } else {
                State::Lax
            };
        };
        if nil {
            return State::Nil;
        }
        if type_ == Builtin::AnyType.id() {
            return State::Lax;
        }
        match self.compiled.complex(self.model, type_) {
            None => State::Simple(type_, self.compiled.simple(self.model, type_)),
            Some(complex) => match &complex.content {
                Kind::Empty => State::Empty,
                Kind::Simple(type_, simple) => State::Simple(*type_, simple),
                Kind::Elements {
                    automaton: Some(automaton),
                    mixed,
                } => State::Elements {
                    complex,
                    run: automaton.start(),
                    mixed: *mixed,
                    disorder: false,
                    seen: Vec::new(),
                },
                Kind::Elements {
                    automaton: None, ..
                } => State::Lax,
            },
        }
    }
}

fn automaton_declaration(
    automaton: &crate::automaton::Automaton,
    name: Option<NameId>,
) -> Option<Found> {
    automaton.declaration(name?).map(Found::Element)
}
