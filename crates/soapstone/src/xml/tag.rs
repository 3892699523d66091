//! Start and end tags: names, attributes, namespace declarations (XML 1.0, 3.1; Namespaces in XML 1.0, 3 to 6).

use std::borrow::Cow;

use super::chars::{in_name, is_ncname, is_space, name_run, starts_name};
use super::error::{Error, ErrorKind, Limited};
use super::reader::{Open, Reader};
use super::scan;
use super::{Attribute, NsId, Tag, XML_NAMESPACE, XMLNS_NAMESPACE};

/// From how many attributes on duplicates are found by sorting.
const MANY: usize = 12;

/// A qualified name in the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'a> {
    pub(crate) whole: &'a str,
    pub(crate) prefix: &'a str,
    pub(crate) local: &'a str,
}

impl<'a> Reader<'a> {
    /// Reads a start tag; the cursor stands on its `<`.
    #[inline]
    pub(crate) fn read_start_tag(&mut self) -> Result<Tag<'a>, Error> {
        let start = self.at;
        self.at += 1;
        let name = self.name()?;
        self.count_element(start)?;
        let mark = self.scope.len();
        self.attributes.clear();
        self.bound_again = None;
        let empty = match self.bytes.get(self.at) {
            Some(b'>') => {
                self.at += 1;
                false
            }
            _ => self.read_attributes(mark)?,
        };
        if self.doctype.is_some() {
            self.add_defaults(name.whole, mark)?;
        }
        if !self.attributes.is_empty() {
            self.resolve_attributes()?;
        }
        let Some(ns) = self.scope.resolve(name.prefix) else {
            return Err(self.unbound(start + 1, name.prefix));
        };
        let tag = Tag {
            ns,
            prefix: name.prefix,
            local: name.local,
        };
        self.open.push(Open {
            at: start,
            name: name.whole.len(),
            prefix: name.whole.len() - name.local.len(),
            ns,
            mark,
        });
        self.kept = self.scope.len();
        self.empty = empty;
        Ok(tag)
    }

    /// Reads an end tag up to its `>`; the cursor stands on its `</`.
    #[inline]
    pub(crate) fn read_end_tag(&mut self) -> Result<(), Error> {
        let start = self.at;
        let Some(open) = self.open.last().filter(|_| self.open.len() > self.floor) else {
            return Err(self.syntax(start, "an end tag without its start tag"));
        };
        let name = self.name_of(*open);
        let from = start + 2;
        let to = from + name.len();
        if self.bytes.get(from..to) == Some(name.as_bytes()) {
            if self.bytes.get(to) == Some(&b'>') {
                self.at = to + 1;
                return Ok(());
            }
            if !self
                .bytes
                .get(to)
                .is_some_and(|byte| in_name(*byte) || *byte == b':')
            {
                self.at = to;
                self.skip_space();
                if self.bytes.get(self.at) == Some(&b'>') {
                    self.at += 1;
                    return Ok(());
                }
                return Err(self.syntax(self.at, "an end tag has no >"));
            }
        }
        let expected = name.into();
        self.at = from;
        let found = self.name()?.whole.into();
        Err(self.error(start, ErrorKind::EndTag { found, expected }))
    }

    /// Reads a qualified name at the cursor, and moves behind it.
    #[inline]
    pub(crate) fn name(&mut self) -> Result<Name<'a>, Error> {
        let from = self.at;
        let rest = self.rest();
        if let Some((length, colon)) = scan::near_name(rest)
            && length <= self.options.limits.name
            && let Some(whole) = self.source.get(from..from + length)
        {
            self.at = from + length;
            let (prefix, local) = colon
                .and_then(|colon| whole.split_at_checked(colon))
                .map_or(("", whole), |(prefix, local)| {
                    (prefix, local.get(1..).unwrap_or_default())
                });
            return Ok(Name {
                whole,
                prefix,
                local,
            });
        }
        self.far_name(from)
    }

    #[inline(never)]
    fn far_name(&mut self, from: usize) -> Result<Name<'a>, Error> {
        let rest = self.rest();
        let (mut length, mut wide) = name_run(rest);
        let mut colon = None;
        let mut legal = rest.first().is_some_and(|byte| starts_name(*byte));
        while rest.get(length) == Some(&b':') {
            let behind = rest.get(length + 1..).unwrap_or_default();
            legal &= colon.is_none() && behind.first().is_some_and(|byte| starts_name(*byte));
            colon = Some(length);
            let (more, wide_too) = name_run(behind);
            length += 1 + more;
            wide |= wide_too;
        }
        if length > self.options.limits.name {
            return Err(self.limit(from, Limited::Name, self.options.limits.name));
        }
        let whole = self.source.get(from..from + length).unwrap_or_default();
        let (prefix, local) = match colon {
            None => ("", whole),
            Some(colon) => (
                whole.get(..colon).unwrap_or_default(),
                whole.get(colon + 1..).unwrap_or_default(),
            ),
        };
        if wide && legal {
            legal = is_ncname(local) && (colon.is_none() || is_ncname(prefix));
        }
        if !legal {
            return Err(self.bad_name(from, whole));
        }
        self.at = from + length;
        Ok(Name {
            whole,
            prefix,
            local,
        })
    }

    #[inline]
    pub(crate) fn count_element(&mut self, at: usize) -> Result<(), Error> {
        let limits = &self.options.limits;
        if self.open.len() >= limits.depth {
            return Err(self.limit(at, Limited::Depth, limits.depth));
        }
        if self.elements >= limits.elements {
            return Err(self.limit(at, Limited::Elements, limits.elements));
        }
        self.elements += 1;
        Ok(())
    }

    /// Reads attributes up to `>` or `/>`; tells whether the element is empty.
    fn read_attributes(&mut self, mark: usize) -> Result<bool, Error> {
        loop {
            let spaced = self.skip_space();
            match self.bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(false);
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Ok(true);
                }
                Some(_) if spaced => self.read_attribute(mark)?,
                Some(_) => return Err(self.syntax(self.at, "white space, > or /> is due here")),
                None => return Err(self.syntax(self.at, "a start tag has no end")),
            }
        }
    }

    #[inline]
    fn read_attribute(&mut self, mark: usize) -> Result<(), Error> {
        let offset = self.at;
        let limit = self.options.limits.attributes;
        let declared = self.scope.len() - mark + usize::from(self.bound_again.is_some());
        if self.attributes.len() + declared >= limit {
            return Err(self.limit(offset, Limited::Attributes, limit));
        }
        let name = self.name()?;
        if self.bytes.get(self.at) != Some(&b'=') {
            self.skip_space();
            if self.bytes.get(self.at) != Some(&b'=') {
                return Err(self.syntax(self.at, "an attribute has no ="));
            }
        }
        self.at += 1;
        if !matches!(self.bytes.get(self.at), Some(b'"' | b'\'')) {
            self.skip_space();
        }
        let value = self.attribute_value()?;
        if name.prefix == "xmlns" || name.whole == "xmlns" {
            return self.declare(name, value, offset, mark);
        }
        self.attributes.push(Attribute {
            ns: NsId::NONE,
            prefix: name.prefix,
            local: name.local,
            value,
            offset,
        });
        Ok(())
    }

    /// Reads an attribute's quoted value and normalises it (XML 1.0, 3.3.3); the cursor stands on the quote.
    #[inline]
    fn attribute_value(&mut self) -> Result<Cow<'a, str>, Error> {
        let Some(quote @ (b'"' | b'\'')) = self.bytes.get(self.at).copied() else {
            return Err(self.syntax(self.at, "an attribute's value is not in quotes"));
        };
        let from = self.at + 1;
        let Some(length) = scan::value_stop(self.bytes.get(from..).unwrap_or_default(), quote)
        else {
            return Err(self.syntax(from - 1, "an attribute's value has no end"));
        };
        let at = from + length;
        match self.bytes.get(at) {
            Some(byte) if *byte == quote => {}
            Some(b'<') => return Err(self.syntax(at, "< stands in an attribute's value")),
            _ => return self.attribute_value_with_references(from, quote),
        }
        if at - from > self.options.limits.text {
            return Err(self.text_limit(from));
        }
        self.at = at + 1;
        Ok(Cow::Borrowed(self.source.get(from..at).unwrap_or_default()))
    }

    #[inline(never)]
    fn attribute_value_with_references(
        &mut self,
        from: usize,
        quote: u8,
    ) -> Result<Cow<'a, str>, Error> {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let Some(length) = memchr::memchr(quote, rest) else {
            return Err(self.syntax(from - 1, "an attribute's value has no end"));
        };
        let raw = self.source.get(from..from + length).unwrap_or_default();
        let mut value = String::with_capacity(length);
        self.append_attribute_value(raw, from, &mut value)?;
        self.at = from + length + 1;
        Ok(Cow::Owned(value))
    }

    /// Takes a namespace declaration (Namespaces in XML 1.0, 3).
    pub(crate) fn declare(
        &mut self,
        name: Name<'a>,
        value: Cow<'a, str>,
        offset: usize,
        mark: usize,
    ) -> Result<(), Error> {
        let prefix = if name.prefix.is_empty() {
            ""
        } else {
            name.local
        };
        let wrong = match (prefix, &*value) {
            ("xmlns", _) => Some("the prefix xmlns must not be declared"),
            ("xml", XML_NAMESPACE) => None,
            ("xml", _) => Some("the prefix xml must not be bound to another namespace"),
            (_, XML_NAMESPACE) => Some("the namespace of xml must not be bound to another prefix"),
            (_, XMLNS_NAMESPACE) => Some("the namespace of xmlns must not be bound"),
            ("", _) => None,
            (_, "") => Some("a prefix must not be unbound"),
            _ => None,
        };
        if let Some(what) = wrong {
            return Err(self.syntax(offset, what));
        }
        if self.bound_again == Some(prefix) || self.scope.bound_since(mark, prefix) {
            return Err(self.error(offset, ErrorKind::Duplicate(name.whole.into())));
        }
        // Some write every element with the namespace that holds anyway: nothing changes by that.
        let is_plain = self.bound_again.is_none() && self.doctype.is_none();
        if is_plain && self.scope.is_bound(prefix, &value) {
            self.bound_again = Some(prefix);
            return Ok(());
        }
        let ns = self.scope.intern(value);
        self.scope.bind(prefix, ns);
        Ok(())
    }

    /// Resolves the prefixes of the attributes, and finds duplicates (Namespaces in XML 1.0, 6.3).
    #[inline]
    fn resolve_attributes(&mut self) -> Result<(), Error> {
        let mut unbound = None;
        for attribute in &mut self.attributes {
            if !attribute.prefix.is_empty() {
                match self.scope.resolve(attribute.prefix) {
                    Some(ns) => attribute.ns = ns,
                    None => unbound = unbound.or(Some((attribute.offset, attribute.prefix))),
                }
            }
        }
        if let Some((offset, prefix)) = unbound {
            return Err(self.unbound(offset, prefix));
        }
        match self.attributes.len() {
            0 | 1 => Ok(()),
            2..MANY => self.check_few_unique(),
            _ => self.check_many_unique(),
        }
    }

    fn check_few_unique(&self) -> Result<(), Error> {
        for (at, one) in self.attributes.iter().enumerate() {
            for other in self.attributes.iter().take(at) {
                if one.local == other.local && one.ns == other.ns {
                    return Err(self.duplicate(one));
                }
            }
        }
        Ok(())
    }

    fn check_many_unique(&self) -> Result<(), Error> {
        let mut sorted: Vec<&Attribute<'a>> = self.attributes.iter().collect();
        sorted.sort_unstable_by_key(|attribute| (attribute.local, attribute.ns, attribute.offset));
        for (one, other) in sorted.iter().zip(sorted.iter().skip(1)) {
            if one.local == other.local && one.ns == other.ns {
                return Err(self.duplicate(other));
            }
        }
        Ok(())
    }

    /// Skips white space; tells whether there was any.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> bool {
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_space(*byte)) {
            self.at += 1;
        }
        self.at > from
    }

    #[cold]
    fn duplicate(&self, attribute: &Attribute<'a>) -> Error {
        let name = match attribute.prefix {
            "" => attribute.local.into(),
            prefix => format!("{prefix}:{}", attribute.local).into(),
        };
        self.error(attribute.offset, ErrorKind::Duplicate(name))
    }

    #[cold]
    fn unbound(&self, offset: usize, prefix: &str) -> Error {
        self.error(offset, ErrorKind::Prefix(prefix.into()))
    }

    #[cold]
    fn bad_name(&self, offset: usize, whole: &str) -> Error {
        if whole.is_empty() {
            self.syntax(offset, "a name is due here")
        } else {
            self.error(
                offset,
                ErrorKind::Name(whole.chars().take(64).collect::<String>().into()),
            )
        }
    }
}
