//! Elements that hold nothing but a value, read in one step where they stand as predicted.

use std::borrow::Cow;

use super::error::{Error, Invalid};
use super::{Nillable, Reader, Result, Simple, Tag, Type};
use crate::xml::{Leaf, Nil, Span};

impl<'a> Reader<'a> {
    /// Reads a leaf, in one step where it stands as expected.
    ///
    /// # Errors
    /// Where its text is no value of the type.
    #[inline]
    pub fn leaf<T: Simple + Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        match self.near_leaf::<T>(tag) {
            Some(span) => self.leaf_at(tag, span).map(Some),
            None => self.other_leaf(tag),
        }
    }

    /// Reads a leaf that may be nil, if it stands as expected; `None` where the general path has to look.
    ///
    /// # Errors
    /// As [`leaf`](Reader::leaf).
    #[inline]
    pub fn nillable_leaf<T: Simple + Type>(
        &mut self,
        tag: &'static Tag,
    ) -> Option<Result<Nillable<T>>> {
        match self.near_leaf::<T>(tag) {
            Some(span) => Some(self.leaf_at(tag, span).map(Nillable::Value)),
            None if self.nil_leaf(tag).is_some() => Some(Ok(Nillable::Nil)),
            None => self.odd_nillable(tag),
        }
    }

    /// Takes a leaf whose text stands there as it is.
    #[inline(always)]
    fn near_leaf<T: Type>(&mut self, tag: &'static Tag) -> Option<Span> {
        match self.typed {
            None => self.plain_leaf(tag),
            Some(_) => match self.typed_leaf(tag) {
                Some((type_, span)) if self.accepts_built_in::<T>(type_) => Some(span),
                Some(_) => {
                    self.xml.take_back_leaf();
                    None
                }
                None => self.plain_leaf(tag),
            },
        }
    }

    /// Reads the value of a leaf that was taken.
    #[inline(always)]
    fn leaf_at<T: Simple>(&mut self, tag: &'static Tag, span: Span) -> Result<T> {
        self.span_value(span).map_err(|problem| {
            let text = self.xml.text(span);
            self.invalid(text, problem).within(tag.local, None)
        })
    }

    /// Reads the value of a text in the document.
    #[inline(always)]
    pub(super) fn span_value<T: Simple>(&mut self, span: Span) -> std::result::Result<T, Invalid> {
        if T::WORD
            && span.len() <= 8
            && let Some(word) = self.xml.word(span)
            && let Some(value) = T::from_word(word, span.len())
        {
            return Ok(value);
        }
        T::from_text(Cow::Borrowed(self.xml.text(span)), &self.xml)
    }

    #[inline(never)]
    fn other_leaf<T: Simple + Type>(&mut self, tag: &'static Tag) -> Result<Option<T>> {
        if !self.is_named(tag) && self.finds_other(tag) {
            return Ok(None);
        }
        let leaf = self.mixed_leaf(tag, T::NAMES, false);
        let value = leaf.and_then(|leaf| self.leaf_value::<T>(leaf));
        match value {
            Some(Ok(value)) => return Ok(Some(value)),
            Some(Err(problem)) => return Err(self.invalid_leaf(tag, problem)),
            None => {}
        }
        if !self.start(tag)? {
            return Ok(None);
        }
        self.finish(tag).map(Some)
    }

    /// Reads a leaf that may be nil and says more than its text, or says that in another way, if the general path need not look.
    #[inline(never)]
    fn odd_nillable<T: Simple + Type>(&mut self, tag: &'static Tag) -> Option<Result<Nillable<T>>> {
        let leaf = self.mixed_leaf(tag, T::NAMES, true)?;
        if leaf.nil != Nil::No {
            return self.nil_of::<T>(leaf).map(Ok);
        }
        let value = self.leaf_value::<T>(leaf)?;
        Some(match value {
            Ok(value) => Ok(Nillable::Value(value)),
            Err(problem) => Err(self.invalid_leaf(tag, problem)),
        })
    }

    /// The value of a leaf that says that it is nil; where it has a text or another type, it is given back.
    fn nil_of<T: Type>(&mut self, leaf: Leaf<'a>) -> Option<Nillable<T>> {
        let is_typed = leaf.nil == Nil::Typed;
        let said = leaf.said?;
        let is_of_type = !is_typed || self.told_by::<T>(self.xml.text(said.value)).is_ok();
        if leaf.text != Some("") || !is_of_type {
            self.xml.take_back_leaf();
            return None;
        }
        if !is_typed {
            self.learn_nil(said);
        }
        Some(Nillable::Nil)
    }

    /// Reads the value of a leaf that was taken; a text that was put together is in `own`. Where only the general path can tell what
    /// its type asks for, the leaf is given back.
    #[inline(always)]
    fn leaf_value<T: Simple + Type>(
        &mut self,
        leaf: Leaf<'a>,
    ) -> Option<std::result::Result<T, Invalid>> {
        if let Some(said) = leaf.said {
            self.learn_type(said);
            let Ok((told, None)) = self.told_by::<T>(self.xml.text(said.value)) else {
                self.xml.take_back_leaf();
                return None;
            };
            let text = leaf.text.unwrap_or(self.own.as_str());
            if let Some(Err(problem)) = told.map(|check| check(text, &self.xml)) {
                return Some(Err(problem));
            }
        }
        let text = match leaf.text {
            Some(text) => Cow::Borrowed(text),
            None if T::KEEPS => Cow::Owned(self.own.take()),
            None => Cow::Borrowed(self.own.as_str()),
        };
        Some(T::from_text(text, &self.xml))
    }

    /// The error for the leaf just taken, which is read once more for its text.
    #[cold]
    fn invalid_leaf(&mut self, tag: &'static Tag, problem: Invalid) -> Error {
        self.xml.take_back_leaf();
        let text = self
            .mixed_leaf(tag, false, false)
            .and_then(|leaf| leaf.text);
        self.invalid(text.unwrap_or(self.own.as_str()), problem)
            .within(tag.local, None)
    }
}
