//! The text and the end of an element: values, defaults, and whether the content is complete (part 1, 3.3.4, 3.4.4).

use std::borrow::Cow;

use soapstone::xml::Reader;

use crate::model::{ElementId, TypeId, ValueConstraint};
use crate::simple::{Compiled, Value};

use super::compiled::{Complex, Kind};
use super::pass::{Frame, InDocument, Pass, State};
use super::{Simple, Sink};

const NAMED: usize = 12;

impl<'a, S: Sink> Pass<'_, '_, 'a, S> {
    /// Takes a run of text; comments do not split it, so an element with simple content has one at most.
    pub(super) fn characters(&mut self, reader: &Reader<'a>, text: Cow<'a, str>) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.text = true;
        match &frame.state {
            State::Simple(..) => {
                self.text = text;
                self.text_offset = reader.offset();
            }
            State::Elements { mixed: true, .. } => {
                if S::VALUES {
                    self.sink.text(&text);
                }
                // Kept for a fixed value; there is one only where no element stands between.
                self.text = text;
                self.text_offset = reader.offset();
            }
            State::Lax | State::Skip => {
                if S::VALUES {
                    self.sink.text(&text);
                }
            }
            State::Elements { .. } => {
                if !blank(&text) && !self.options.lenient {
                    let message = format!(
                        "the text {:?} is not allowed between elements",
                        short(&text)
                    );
                    self.violation(reader, "cvc-complex-type.2.3", reader.offset(), message);
                }
            }
            State::Empty => {
                if !(self.options.lenient && blank(&text)) {
                    let message = format!(
                        "the text {:?} is not allowed: the element must be empty",
                        short(&text)
                    );
                    self.violation(reader, "cvc-complex-type.2.1", reader.offset(), message);
                }
            }
            State::Nil => {
                let message = format!(
                    "the text {:?} is not allowed: the element is nil",
                    short(&text)
                );
                self.violation(reader, "cvc-elt.3.2.1", reader.offset(), message);
            }
        }
    }

    /// Takes an end tag.
    pub(super) fn end(&mut self, reader: &Reader<'a>) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let mut value = None;
        match &frame.state {
            State::Simple(type_, simple) => value = self.simple(reader, &frame, *type_, simple),
            State::Elements {
                complex,
                run,
                mixed,
                disorder,
                seen,
            } => {
                if *disorder && self.options.lenient {
                    self.absent(reader, complex, seen);
                }
                if let Kind::Elements {
                    automaton: Some(automaton),
                    ..
                } = &complex.content
                    && !*disorder
                    && !automaton.accepts(run)
                {
                    let name = self.written(reader, frame.tag);
                    let expected = self.list(&automaton.expected(run, NAMED));
                    let message = format!("{name} ends too early; expected: {expected}");
                    self.violation(reader, "cvc-complex-type.2.4.b", reader.offset(), message);
                }
                if *mixed {
                    self.mixed(reader, &frame);
                }
            }
            _ => {}
        }
        if self.identity.is_active() {
            self.end_identity(reader, &frame, value);
        }
        self.text = Cow::Borrowed("");
        if S::VALUES || !matches!(frame.state, State::Skip) {
            self.sink.end();
        }
    }

    /// Reports what a lenient pass misses among children that came in disorder.
    fn absent(&mut self, reader: &Reader<'a>, complex: &Complex, seen: &[ElementId]) {
        let Kind::Elements {
            automaton: Some(automaton),
            ..
        } = &complex.content
        else {
            return;
        };
        for element in automaton.required(seen) {
            let message = format!("{} is missing", self.element_name(element));
            self.violation(reader, "cvc-complex-type.2.4.b", reader.offset(), message);
        }
    }

    /// Checks the value of an element with simple content; answers it where somebody wants it.
    fn simple(
        &mut self,
        reader: &Reader<'a>,
        frame: &Frame<'_, 'a>,
        type_: TypeId,
        simple: &Compiled,
    ) -> Option<Value> {
        let text = std::mem::replace(&mut self.text, Cow::Borrowed(""));
        // Elements inside were reported, or passed over together with the text around them.
        if frame.children {
            return None;
        }
        let constraint = frame
            .element
            .and_then(|id| self.model.elements.get(id.index()))
            .and_then(|element| element.value.as_ref());
        // 3.3.4, 5.1: an empty element takes its default.
        let defaulted = constraint.filter(|_| text.is_empty());
        let offset = if text.is_empty() {
            frame.offset
        } else {
            self.text_offset
        };
        let fixed = constraint.filter(|constraint| constraint.fixed && defaulted.is_none());
        let wanted = S::VALUES || fixed.is_some() || self.identity.wants(self.frames.len() + 1);
        let lexical: &str = defaulted.map_or(&text, |constraint| &constraint.lexical);
        let checked = match defaulted {
            Some(constraint) => simple.check(lexical, &constraint.scope),
            None if wanted => simple.check(lexical, &InDocument { reader }),
            None => match simple.accept(lexical, &InDocument { reader }) {
                Ok(_) => {
                    self.note(reader, simple, lexical, offset);
                    return None;
                }
                Err(violation) => Err(violation),
            },
        };
        let value = match checked {
            Ok(checked) => checked.value,
            Err(violation) => {
                self.violation(reader, violation.rule, offset, violation.to_string());
                return None;
            }
        };
        self.note(reader, simple, lexical, offset);
        if let (Some(fixed), Some(element)) = (fixed, frame.element)
            && !self.equals(element, simple, fixed, &value)
        {
            let message = format!(
                "{:?} is not the fixed value {:?}",
                short(lexical),
                fixed.lexical
            );
            self.violation(reader, "cvc-elt.5.2.2.2.2", offset, message);
        }
        if S::VALUES {
            self.sink.simple(&Simple {
                type_,
                lexical,
                value: &value,
                defaulted: defaulted.is_some(),
            });
        }
        Some(value)
    }

    #[inline]
    fn note(&mut self, reader: &Reader<'a>, type_: &Compiled, lexical: &str, offset: usize) {
        if type_.identifies() {
            self.identify(reader, type_, lexical, offset);
        }
    }

    /// Compares a value with the fixed one, in the value space of the declaration's type; where that is of mixed content, in that of
    /// the actual one.
    fn equals(
        &self,
        element: ElementId,
        actual: &Compiled,
        fixed: &ValueConstraint,
        value: &Value,
    ) -> bool {
        let Some(element) = self.model.elements.get(element.index()) else {
            return true;
        };
        let simple = match self
            .compiled
            .complex(self.model, element.type_)
            .map(|complex| &complex.content)
        {
            None => self.compiled.simple(self.model, element.type_),
            Some(Kind::Simple(_, simple)) => simple,
            Some(_) => actual,
        };
        let fixed = simple.check(&fixed.lexical, &fixed.scope).ok();
        fixed.is_none_or(|fixed| fixed.value == *value)
    }

    /// Checks a fixed value of mixed content: no elements, and the very text (3.3.4, 5.2.2).
    fn mixed(&mut self, reader: &Reader<'a>, frame: &Frame<'_, 'a>) {
        let constraint = frame
            .element
            .and_then(|id| self.model.elements.get(id.index()))
            .and_then(|element| element.value.as_ref());
        let Some(constraint) = constraint else { return };
        if !frame.children && !frame.text {
            if S::VALUES {
                self.sink.text(&constraint.lexical);
            }
        } else if constraint.fixed && frame.children {
            let message = format!(
                "an element with the fixed value {:?} has no elements inside",
                constraint.lexical
            );
            self.violation(reader, "cvc-elt.5.2.2.1", frame.offset, message);
        } else if constraint.fixed && self.text != constraint.lexical {
            let message = format!(
                "{:?} is not the fixed value {:?}",
                short(&self.text),
                constraint.lexical
            );
            self.violation(reader, "cvc-elt.5.2.2.2.1", frame.offset, message);
        }
    }

    /// Checks an attribute's value; answers it where somebody wants it.
    pub(super) fn attribute_value(
        &mut self,
        reader: &Reader<'a>,
        type_: &Compiled,
        constraint: Option<&ValueConstraint>,
        attribute: &soapstone::xml::Attribute<'a>,
        wanted: bool,
    ) -> Option<Value> {
        let context = InDocument { reader };
        let fixed = constraint.filter(|constraint| constraint.fixed);
        let checked = if wanted || fixed.is_some() {
            type_
                .check(&attribute.value, &context)
                .map(|checked| Some(checked.value))
        } else {
            type_.accept(&attribute.value, &context).map(|_| None)
        };
        let value = match checked {
            Ok(value) => value,
            Err(violation) => {
                let message = format!("attribute {}: {violation}", attribute.local);
                self.violation(reader, violation.rule, attribute.offset, message);
                return None;
            }
        };
        self.note(reader, type_, &attribute.value, attribute.offset);
        if let (Some(fixed), Some(value)) = (fixed, &value)
            && type_
                .check(&fixed.lexical, &fixed.scope)
                .is_ok_and(|fixed| fixed.value != *value)
        {
            let (found, fixed) = (short(&attribute.value), &fixed.lexical);
            let message = format!(
                "attribute {}: {found:?} is not the fixed value {fixed:?}",
                attribute.local
            );
            self.violation(reader, "cvc-attribute.4", attribute.offset, message);
        }
        value
    }
}

/// Tells whether a text is white space only.
pub(super) fn blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// A text as it fits a message.
pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
