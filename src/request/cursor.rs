//! Walks through a request's elements, keeping the path for errors and the rules that all content has in common.

use std::borrow::Cow;
use std::fmt::Write;

use soapstone::xml::{self, Event, Reader, Tag};
use soapstone_schema::model::XSI;

use crate::config::nearest;

/// Why a request could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is not well-formed, or over a limit.
    #[error(transparent)]
    Xml(#[from] xml::Error),
    /// It is not what the schema says.
    #[error("{path}: {message}")]
    Schema {
        /// A word that stays the same.
        code: &'static str,
        /// Where, as a path of elements.
        path: String,
        /// What is wrong.
        message: String,
    },
}

/// An element that a sequence expects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'c> {
    name: &'c str,
    required: bool,
    many: bool,
    versioned: bool,
}

impl<'c> Slot<'c> {
    pub(super) const fn one(name: &'c str) -> Slot<'c> {
        Slot {
            name,
            required: true,
            many: false,
            versioned: false,
        }
    }

    pub(super) const fn optional(name: &'c str) -> Slot<'c> {
        Slot {
            required: false,
            ..Slot::one(name)
        }
    }

    pub(super) const fn many(name: &'c str) -> Slot<'c> {
        Slot {
            many: true,
            ..Slot::optional(name)
        }
    }

    pub(super) const fn some(name: &'c str) -> Slot<'c> {
        Slot {
            many: true,
            ..Slot::one(name)
        }
    }

    /// The same, with the attribute `version`: records and keys have it.
    pub(super) const fn versioned(self) -> Slot<'c> {
        Slot {
            versioned: true,
            ..self
        }
    }

    pub(super) fn name(&self) -> &'c str {
        self.name
    }
}

/// How closely a request has to follow the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Element by element, in order.
    Strict,
    /// Elements and attributes that are not known are passed over, and the order is free. Filters stay strict: a condition that is
    /// passed over would let more through.
    Lenient,
}

/// A reader inside an element whose start tag has been read.
pub(super) struct Cursor<'r, 'a> {
    reader: &'r mut Reader<'a>,
    reading: Reading,
    /// The way down: names, and which occurrence it is, from 1; 0 where it can be only one.
    path: Vec<(&'a str, usize)>,
}

impl<'r, 'a> Cursor<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>, reading: Reading) -> Cursor<'r, 'a> {
        Cursor {
            reader,
            reading,
            path: Vec::new(),
        }
    }

    /// Reads the start tag of the request's own element, whose name is known already.
    pub(super) fn enter_root(&mut self, name: &str) -> Result<(), RequestError> {
        loop {
            match self.reader.next()? {
                Event::Start(tag) => {
                    self.path.push((tag.local, 0));
                    return self.check_attributes(false);
                }
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => {
                    return Err(self.error("Malformed", format!("{name} is missing")));
                }
            }
        }
    }

    /// Makes an error about where the cursor is.
    pub(super) fn error(&self, code: &'static str, message: impl Into<String>) -> RequestError {
        RequestError::Schema {
            code,
            path: self.path_text(),
            message: message.into(),
        }
    }

    fn path_text(&self) -> String {
        let mut path = String::new();
        for (name, occurrence) in &self.path {
            path.push('/');
            path.push_str(name);
            if *occurrence > 0 {
                let _ = write!(path, "[{occurrence}]");
            }
        }
        path
    }

    /// Reads the element's content as the sequence says, to its end tag; `read` reads the content of each child.
    pub(super) fn sequence(
        &mut self,
        namespace: &str,
        slots: &[Slot<'_>],
        mut read: impl FnMut(&mut Self, usize) -> Result<(), RequestError>,
    ) -> Result<(), RequestError> {
        if self.reading == Reading::Lenient {
            return self.in_any_order(namespace, slots, read);
        }
        let mut at = 0;
        let mut occurrence = 0;
        while let Some(tag) = self.child()? {
            let found = self.find(namespace, slots, at, occurrence, tag)?;
            if found != at {
                self.check_passed(slots, at, occurrence, found)?;
                at = found;
                occurrence = 0;
            }
            occurrence += 1;
            self.enter(tag, slots.get(found), occurrence)?;
            read(self, found)?;
            self.path.pop();
        }
        self.check_passed(slots, at, occurrence, slots.len())
    }

    /// Goes into a child whose start tag has been read.
    fn enter(
        &mut self,
        tag: Tag<'a>,
        slot: Option<&Slot<'_>>,
        occurrence: usize,
    ) -> Result<(), RequestError> {
        let numbered = slot.is_some_and(|slot| slot.many);
        self.path
            .push((tag.local, if numbered { occurrence } else { 0 }));
        self.check_attributes(slot.is_some_and(|slot| slot.versioned))
    }

    /// Reads the element's content whatever its order, passing over what is not known.
    fn in_any_order(
        &mut self,
        namespace: &str,
        slots: &[Slot<'_>],
        mut read: impl FnMut(&mut Self, usize) -> Result<(), RequestError>,
    ) -> Result<(), RequestError> {
        let mut seen = vec![0; slots.len()];
        while let Some(tag) = self.child()? {
            let known = self.is_of(namespace, tag);
            let found = slots
                .iter()
                .position(|slot| known && slot.name == tag.local)
                .and_then(|found| Some((found, slots.get(found)?, seen.get_mut(found)?)));
            let Some((found, slot, seen)) = found else {
                self.skip()?;
                continue;
            };
            *seen += 1;
            if *seen > 1 && !slot.many {
                return Err(self.twice(tag));
            }
            self.enter(tag, Some(slot), *seen)?;
            read(self, found)?;
            self.path.pop();
        }
        match slots
            .iter()
            .zip(seen)
            .find(|(slot, seen)| slot.required && *seen == 0)
        {
            Some((slot, _)) => Err(self.missing(slot)),
            None => Ok(()),
        }
    }

    /// Reads with `read` as strictly as the schema says, however the rest is read.
    pub(super) fn strictly<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        let reading = std::mem::replace(&mut self.reading, Reading::Strict);
        let read = read(self);
        self.reading = reading;
        read
    }

    /// Tells whether an element is one of the schema's. One without a namespace is taken for it: SOAP::Lite and what is written by hand
    /// often leave the namespace out below the wrapper, and nothing else can be meant.
    fn is_of(&self, namespace: &str, tag: Tag<'a>) -> bool {
        tag.ns == xml::NsId::NONE || self.reader.namespace(tag.ns) == namespace
    }

    fn twice(&self, tag: Tag<'a>) -> RequestError {
        self.error("Unexpected", format!("{} stands there twice", tag.local))
    }

    fn missing(&self, slot: &Slot<'_>) -> RequestError {
        self.error("Required", format!("{} is missing", slot.name))
    }

    /// Finds the slot that a child is for, at or behind the current one.
    fn find(
        &self,
        namespace: &str,
        slots: &[Slot<'_>],
        at: usize,
        occurrence: usize,
        tag: Tag<'a>,
    ) -> Result<usize, RequestError> {
        let ours = self.is_of(namespace, tag);
        let ahead = slots
            .iter()
            .enumerate()
            .skip(at)
            .find(|(_, slot)| slot.name == tag.local);
        match ahead {
            Some((found, slot)) if ours => {
                if found == at && occurrence > 0 && !slot.many {
                    return Err(self.twice(tag));
                }
                Ok(found)
            }
            Some(_) => Err(self.error(
                "Unexpected",
                format!(
                    "{} is in namespace {:?}; {namespace:?} is due",
                    tag.local,
                    self.reader.namespace(tag.ns)
                ),
            )),
            None if slots.iter().take(at).any(|slot| slot.name == tag.local) => {
                let before = slots.get(at).map(|slot| slot.name).unwrap_or_default();
                Err(self.error(
                    "Unexpected",
                    format!("{} must stand before {before}", tag.local),
                ))
            }
            None => {
                let names: Vec<&str> = slots.iter().map(|slot| slot.name).collect();
                let help = match nearest(tag.local, &names) {
                    Some(near) => format!("did you mean {near}?"),
                    None if names.is_empty() => "nothing may stand here".to_owned(),
                    None => format!("known here: {}", names.join(", ")),
                };
                Err(self.error(
                    "UnknownElement",
                    format!("{} is not known; {help}", tag.local),
                ))
            }
        }
    }

    /// Checks that no required slot is passed over.
    fn check_passed(
        &self,
        slots: &[Slot<'_>],
        at: usize,
        occurrence: usize,
        next: usize,
    ) -> Result<(), RequestError> {
        let start = if occurrence > 0 { at + 1 } else { at };
        let passed = slots.get(start..next).unwrap_or_default();
        match passed.iter().find(|slot| slot.required) {
            Some(slot) => Err(self.missing(slot)),
            None => Ok(()),
        }
    }

    /// Reads the next child's start tag; nothing at the end tag.
    fn child(&mut self) -> Result<Option<Tag<'a>>, RequestError> {
        loop {
            match self.reader.next()? {
                Event::Start(tag) => return Ok(Some(tag)),
                Event::End(_) | Event::Eof => return Ok(None),
                Event::Text(text) if text.trim_ascii().is_empty() => {}
                Event::Text(text) => {
                    let text = super::value::shortened(text.trim());
                    return Err(self.error(
                        "Unexpected",
                        format!("the text {text:?} stands where only elements may"),
                    ));
                }
            }
        }
    }

    /// Reads the element's text, to its end tag.
    pub(super) fn text(&mut self) -> Result<String, RequestError> {
        let mut whole: Option<Cow<'a, str>> = None;
        loop {
            match self.reader.next()? {
                Event::Text(text) => match &mut whole {
                    None => whole = Some(text),
                    Some(before) => before.to_mut().push_str(&text),
                },
                Event::End(_) | Event::Eof => {
                    return Ok(whole.map(Cow::into_owned).unwrap_or_default());
                }
                Event::Start(tag) => {
                    return Err(self.error(
                        "Unexpected",
                        format!("{} stands where a value is due", tag.local),
                    ));
                }
            }
        }
    }

    /// Passes over the element's content, to its end tag.
    pub(super) fn skip(&mut self) -> Result<(), RequestError> {
        self.reader.skip_element()?;
        Ok(())
    }

    /// Reads an element that says it is nil, to its end tag; `false` where it does not say so.
    pub(super) fn nil(&mut self) -> Result<bool, RequestError> {
        let Some(nil) = self
            .reader
            .attributes()
            .iter()
            .find(|attribute| attribute.local == "nil" && self.is_xsi(attribute))
        else {
            return Ok(false);
        };
        match nil.value.trim() {
            "0" | "false" => return Ok(false),
            "1" | "true" => {}
            other => {
                return Err(self.error(
                    "InvalidValue",
                    format!("xsi:nil: {other:?} is not an xs:boolean"),
                ));
            }
        }
        match self.text()? {
            text if text.trim_ascii().is_empty() => Ok(true),
            _ => Err(self.error("InvalidValue", "a nil element may hold nothing")),
        }
    }

    /// The `version` attribute of the element whose start tag was read last.
    pub(super) fn version(&self) -> Result<Option<String>, RequestError> {
        let version = self
            .reader
            .attributes()
            .iter()
            .find(|attribute| attribute.ns == xml::NsId::NONE && attribute.local == "version");
        Ok(version
            .map(|version| version.value.to_string())
            .filter(|version| !version.is_empty()))
    }

    /// Refuses attributes that the schema does not have. Those of other namespaces (`xsi:type`, `encodingStyle`) are let pass: old
    /// stacks put them everywhere, and they change nothing.
    fn check_attributes(&self, version: bool) -> Result<(), RequestError> {
        if self.reading == Reading::Lenient {
            return Ok(());
        }
        let unknown = self.reader.attributes().iter().find(|attribute| {
            attribute.ns == xml::NsId::NONE && !(version && attribute.local == "version")
        });
        match unknown {
            Some(attribute) => Err(self.error(
                "UnknownAttribute",
                format!("the attribute {} is not known", attribute.local),
            )),
            None => Ok(()),
        }
    }

    fn is_xsi(&self, attribute: &xml::Attribute<'_>) -> bool {
        self.reader.namespace(attribute.ns) == XSI
    }
}
