//! Attributes of the element that was just started, those of `xsi` first.

use std::borrow::Cow;
use std::cell::Cell;

use super::any::{AnyAttribute, Wildcard};
use super::array::is_of_encoding;
use super::error::{Error, ErrorKind, Invalid, shorten};
use super::simple::lexical;
use super::start::AT_END;
use super::{Bindings, ByteString, QName, Reader, Result, Simple, Strictness, Tag};
use crate::name::XSI;
use crate::xml::{Attribute, NsId};

/// How an attribute is named: a plain local name, or a tag for one with a namespace.
pub trait Key: Copy {
    /// Tells whether an attribute in a document has this name.
    fn matches(self, namespace: &str, local: &str, reader: &Reader<'_>) -> bool;
    /// The name for errors.
    fn local(self) -> &'static str;
    /// The name as it is written, and the index of its namespace.
    fn qualified(self) -> (&'static str, usize);
}

impl Key for &'static str {
    #[inline]
    fn matches(self, namespace: &str, local: &str, _reader: &Reader<'_>) -> bool {
        namespace.is_empty() && local == self
    }
    fn local(self) -> &'static str {
        self
    }
    #[inline]
    fn qualified(self) -> (&'static str, usize) {
        (self, 0)
    }
}

impl Key for &'static Tag {
    fn matches(self, namespace: &str, local: &str, reader: &Reader<'_>) -> bool {
        self.is(namespace, local, reader.namespaces)
    }
    fn local(self) -> &'static str {
        self.local
    }
    fn qualified(self) -> (&'static str, usize) {
        (self.qualified(), self.namespace)
    }
}

/// The bindings in force so far; notes whether they mattered.
struct Asked<'x> {
    bindings: &'x dyn Bindings,
    asked: Cell<bool>,
}

impl<'x> Asked<'x> {
    fn of(bindings: &'x dyn Bindings) -> Asked<'x> {
        Asked {
            bindings,
            asked: Cell::new(false),
        }
    }
}

impl Bindings for Asked<'_> {
    fn resolve(&self, prefix: &str) -> Option<&str> {
        self.asked.set(true);
        self.bindings.resolve(prefix)
    }

    fn keep(&self, text: Cow<'_, str>) -> ByteString {
        self.bindings.keep(text)
    }

    fn expanded<'t>(&'t self, text: &'t str) -> Option<(&'t str, &'t str)> {
        self.asked.set(true);
        self.bindings.expanded(text)
    }

    fn has_expanded(&self, text: &str) -> bool {
        self.bindings.has_expanded(text)
    }

    fn forms(&self, text: &str) -> Vec<String> {
        self.bindings.forms(text)
    }
}

/// Tells whether a flag of `xsi` is set.
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim_ascii(), "true" | "1")
}

/// Tells whether an attribute says where schemas are: it needs no declaration (XSD 1.0 part 1, 3.4.4).
fn is_location(attribute: &Attribute<'_>, namespace: &str) -> bool {
    namespace == XSI
        && matches!(
            attribute.local,
            "schemaLocation" | "noNamespaceSchemaLocation"
        )
}

impl<'a> Reader<'a> {
    /// Notes which attributes the element has, and takes out those that speak of the schema.
    pub(super) fn open_attributes(&mut self) {
        self.next_attribute = 0;
        self.taken.clear();
        self.taken.resize(self.xml.attributes().len(), false);
        self.pending = self.taken.len();
        for (attribute, taken) in self.xml.attributes().iter().zip(&mut self.taken) {
            if attribute.ns != NsId::XSI {
                continue;
            }
            match attribute.local {
                "type" => self.type_ = Some(attribute.value.clone()),
                "nil" => self.nil = Some(is_true(&attribute.value)),
                // What speaks of files may stand anywhere, and a type may declare it all the same.
                _ => continue,
            }
            *taken = true;
            // What asks for the nil flag clears it; where nothing does, it stands for an attribute that is not allowed.
            if attribute.local != "nil" {
                self.pending -= 1;
            }
        }
    }

    /// Reads an attribute that must be there.
    ///
    /// # Errors
    /// Where it is not, or its value is not of the type.
    #[inline]
    pub fn attribute<T: Simple>(&mut self, key: impl Key) -> Result<T> {
        match self.optional_attribute(key)? {
            Some(value) => Ok(value),
            None => Err(self.missing_attribute(key)),
        }
    }

    /// Reads an attribute that may be there.
    ///
    /// # Errors
    /// Where its value is not of the type.
    #[inline(always)]
    pub fn optional_attribute<T: Simple>(&mut self, key: impl Key) -> Result<Option<T>> {
        // None is left, or no more stands there.
        if matches!(self.pending, 0 | AT_END) {
            return Ok(None);
        }
        self.present_attribute(key)
    }

    #[inline(never)]
    fn present_attribute<T: Simple>(&mut self, key: impl Key) -> Result<Option<T>> {
        if self.begun.is_some() {
            match self.predicted_attribute(key) {
                None => self.settle()?,
                Some(None) => return Ok(None),
                Some(Some(span)) => {
                    let value = if T::WORD || self.xml.at_tag_end() {
                        self.span_value(span)
                    } else {
                        let bindings = Asked::of(&self.xml);
                        let value = T::from_text(Cow::Borrowed(self.xml.text(span)), &bindings);
                        if bindings.asked.get() {
                            // What is behind it in the tag may bind the prefix.
                            self.settle()?;
                            return self.find_attribute(key);
                        }
                        value
                    };
                    return match value {
                        Ok(value) => Ok(Some(value)),
                        Err(problem) => {
                            let text = self.xml.text(span);
                            let error = self.invalid_attribute(key.local(), text, problem);
                            // It may be another element's.
                            self.settle()?;
                            Err(error)
                        }
                    };
                }
            }
        }
        self.find_attribute(key)
    }

    fn find_attribute<T: Simple>(&mut self, key: impl Key) -> Result<Option<T>> {
        let attributes = self.xml.attributes();
        let length = key.local().len();
        let is_it = |a: &Attribute<'_>| {
            a.local.len() == length && key.matches(self.xml.namespace(a.ns), a.local, self)
        };
        // They mostly stand in the order in which they are asked for.
        let next = self.next_attribute.min(attributes.len());
        let (before, behind) = attributes.split_at(next);
        let index = match behind.iter().position(is_it) {
            Some(index) => Some(next + index),
            None => before.iter().position(is_it),
        };
        let Some((index, attribute)) = index.and_then(|at| Some((at, attributes.get(at)?))) else {
            return Ok(None);
        };
        self.next_attribute = index + 1;
        match T::from_text(attribute.value.clone(), &self.xml) {
            Ok(value) => {
                if let Some(taken) = self.taken.get_mut(index)
                    && !std::mem::replace(taken, true)
                {
                    self.pending -= 1;
                }
                Ok(Some(value))
            }
            Err(problem) => Err(self.invalid_attribute(key.local(), &attribute.value, problem)),
        }
    }

    /// Reads an attribute with a default.
    ///
    /// # Errors
    /// Where its value is not of the type.
    pub fn attribute_or<T: Simple>(&mut self, key: impl Key, default: &'static str) -> Result<T> {
        match self.optional_attribute(key)? {
            Some(value) => Ok(value),
            None => T::from_text(Cow::Borrowed(default), &())
                .map_err(|problem| self.invalid_attribute(key.local(), default, problem)),
        }
    }

    /// Reads an attribute whose value is fixed; where it is absent it has that value too.
    ///
    /// # Errors
    /// Where it has another value.
    pub fn fixed_attribute<T: Simple>(&mut self, key: impl Key, fixed: &'static str) -> Result<T> {
        let expected: T = T::from_text(Cow::Borrowed(fixed), &())
            .map_err(|problem| self.invalid_attribute(key.local(), fixed, problem))?;
        let Some(value) = self.optional_attribute::<T>(key)? else {
            return Ok(expected);
        };
        if value == expected {
            return Ok(value);
        }
        Err(self.invalid_attribute(key.local(), &lexical(&value), Invalid::Fixed(fixed)))
    }

    /// Reads an attribute that must be there with its fixed value.
    ///
    /// # Errors
    /// Where it is not there, or has another value.
    pub fn required_fixed_attribute<T: Simple>(
        &mut self,
        key: impl Key,
        fixed: &'static str,
    ) -> Result<T> {
        self.settle()?;
        let present = self
            .xml
            .attributes()
            .iter()
            .any(|a| key.matches(self.xml.namespace(a.ns), a.local, self));
        if self.pending == 0 || !present {
            return Err(self.missing_attribute(key));
        }
        self.fixed_attribute(key, fixed)
    }

    /// Takes the attributes that a wildcard admits and nothing has asked for.
    ///
    /// # Errors
    /// None so far: the others are reported when the content is read.
    pub fn any_attributes(&mut self, wildcard: &Wildcard) -> Result<Vec<AnyAttribute>> {
        let mut found = Vec::new();
        self.settle()?;
        if self.pending == 0 {
            return Ok(found);
        }
        let encoded = self.strictness == Strictness::Encoded;
        for (attribute, taken) in self.xml.attributes().iter().zip(&mut self.taken) {
            let namespace = self.xml.namespace(attribute.ns);
            let encoding = encoded && is_of_encoding(namespace, attribute.local);
            if !*taken
                && !encoding
                && !is_location(attribute, namespace)
                && wildcard.admits(namespace)
            {
                *taken = true;
                self.pending -= 1;
                found.push(AnyAttribute {
                    name: QName::new(namespace, attribute.local),
                    value: attribute.value.to_string(),
                });
            }
        }
        Ok(found)
    }

    /// Which attributes nothing has asked for yet.
    pub(super) fn left_attributes(&mut self) -> Result<Vec<usize>> {
        self.settle()?;
        let all = self.xml.attributes().iter().zip(&self.taken).enumerate();
        let left = all.filter(|(_, (attribute, taken))| !**taken && attribute.ns != NsId::XSI);
        Ok(left.map(|(index, _)| index).collect())
    }

    /// Some of the attributes; of those of the encoding only what the type has asked for.
    pub(super) fn declared_attributes(&self, indexes: &[usize]) -> Vec<AnyAttribute> {
        let declared = |index: &usize| {
            let attribute = self.xml.attributes().get(*index)?;
            let namespace = self.xml.namespace(attribute.ns);
            let encoding = self.strictness == Strictness::Encoded
                && is_of_encoding(namespace, attribute.local);
            let asked = self.taken.get(*index) == Some(&true);
            (asked || !encoding).then(|| AnyAttribute {
                name: QName::new(namespace, attribute.local),
                value: attribute.value.to_string(),
            })
        };
        indexes.iter().filter_map(declared).collect()
    }

    /// Refuses every attribute that is left.
    #[inline]
    pub(super) fn expect_no_attributes(&mut self) -> Result<()> {
        if self.pending > 0 {
            self.unexpected_attributes()?;
        }
        Ok(())
    }

    /// The attributes that nothing asked for: an error, unless reading is lenient.
    pub(super) fn unexpected_attributes(&mut self) -> Result<()> {
        if self.begun.is_some() {
            self.settle()?;
            if self.pending == 0 {
                return Ok(());
            }
        }
        self.unexpected_attribute()
    }

    #[cold]
    fn unexpected_attribute(&mut self) -> Result<()> {
        // Only now: a type may declare some of them.
        if self.strictness == Strictness::Encoded {
            self.forget_encoding_attributes();
        }
        self.pending = 0;
        let nil = self.nil.take();
        if self.strictness == Strictness::Lenient {
            return Ok(());
        }
        let other = self
            .xml
            .attributes()
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| !**taken)
            .find(|(a, _)| !is_location(a, self.xml.namespace(a.ns)))
            .map(|(a, _)| a.local.to_owned());
        Err(match other {
            Some(name) => self.error(ErrorKind::UnexpectedAttribute(name)),
            None if nil.is_some() => self.error(ErrorKind::NotNillable),
            None => return Ok(()),
        })
    }

    #[cold]
    fn missing_attribute(&mut self, key: impl Key) -> Error {
        // There may be something wrong with the tag itself.
        let read = self.settle();
        read.err()
            .unwrap_or_else(|| self.error(ErrorKind::MissingAttribute(key.local())))
    }

    #[cold]
    pub(super) fn invalid(&self, value: &str, problem: Invalid) -> Error {
        self.error(ErrorKind::Value {
            value: shorten(value),
            problem,
        })
    }

    #[cold]
    fn invalid_attribute(&self, name: &str, value: &str, problem: Invalid) -> Error {
        self.error(ErrorKind::Attribute {
            name: name.to_owned(),
            value: shorten(value),
            problem,
        })
    }
}
