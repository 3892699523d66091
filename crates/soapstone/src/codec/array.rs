//! SOAP 1.1 encoding as rpc/encoded services use it: arrays whose items have any name, and values that stand apart and are
//! referred to (SOAP 1.1, 5.2.1, 5.4).

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::attribute::XSI;
use super::reader::Ahead;
use super::{Error, ErrorKind, Nillable, Reader, Result, Strictness, Tag, Type, Writer};
use crate::xml::{self, Event};

/// The namespace of SOAP 1.1 encoding.
pub(super) const SOAP_ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";

/// How items are written; readers take any name (SOAP 1.1, 5.4.2).
const ITEM: &Tag = &Tag::new(0, "item", "<item>", "</item>");

/// How many times its length a message may become when references are replaced by what they refer to.
const EXPANSION: usize = 16;
/// References inside what is referred to nest no deeper.
const DEPTH: usize = 64;

/// The items of an encoded array. Any may be nil, whatever its type says (SOAP 1.1, 5.1), and what was left out is.
pub type Items<T> = Vec<Nillable<T>>;

/// The items of an encoded array of several dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid<T, const RANK: usize> {
    /// How many there are in each dimension.
    pub size: [usize; RANK],
    /// As many as the sizes say; the last dimension varies first.
    pub items: Items<T>,
}

impl<T, const RANK: usize> Default for Grid<T, RANK> {
    fn default() -> Grid<T, RANK> {
        Grid {
            size: [0; RANK],
            items: Vec::new(),
        }
    }
}

impl<T: Type, const RANK: usize> Grid<T, RANK> {
    /// Reads the items of an array of several dimensions, whatever their name.
    ///
    /// # Errors
    /// Where an item is not as its type says, or stands where the array has no place for one.
    pub fn read(reader: &mut Reader<'_>) -> Result<Grid<T, RANK>> {
        let (bounds, items) = reader.placed_items(RANK)?;
        let mut size = [1; RANK];
        match bounds {
            Some(bounds) => size.copy_from_slice(&bounds),
            None => size
                .iter_mut()
                .rev()
                .take(1)
                .for_each(|last| *last = items.len()),
        }
        Ok(Grid { size, items })
    }
}

impl Reader<'_> {
    /// Reads the items of an encoded array, whatever their name.
    ///
    /// # Errors
    /// Where an item is not as its type says.
    pub fn encoded_items<T: Type>(&mut self) -> Result<Items<T>> {
        self.placed_items(1).map(|(_, items)| items)
    }

    /// The items in their places, and how many the array has in each of so many dimensions, where it says so.
    fn placed_items<T: Type>(&mut self, rank: usize) -> Result<(Option<Vec<usize>>, Items<T>)> {
        self.take_type()?;
        let size = self.bounds("arrayType").filter(|size| size.len() == rank);
        let offset = self.bounds("offset");
        self.pending = 0;
        let mut sparse = offset.is_some();
        let mut at = match &offset {
            Some(offset) => self.index(offset, size.as_deref())?,
            None => 0,
        };
        let mut items = Vec::new();
        loop {
            self.look()?;
            if !matches!(self.ahead, Ahead::Start(_)) {
                break;
            }
            self.ahead = Ahead::Nothing;
            self.open_attributes();
            if let Some(position) = self.bounds("position") {
                at = self.index(&position, size.as_deref())?;
                sparse = true;
            }
            if self.strictness != Strictness::Encoded {
                self.forget_encoding_attributes();
            }
            self.fill(&mut items, at.saturating_add(1))?;
            let item = self
                .finish(ITEM)
                .map_err(|e| e.within(ITEM.local, Some(at + 1)))?;
            if let Some(place) = items.get_mut(at) {
                *place = item;
            }
            at += 1;
        }
        // The size of a row is often not true, and its items tell it, unless some were left out.
        if let Some(size) = size.as_ref().filter(|_| sparse || rank > 1) {
            let whole = size
                .iter()
                .try_fold(1, |all: usize, one| all.checked_mul(*one));
            self.fill(&mut items, whole.unwrap_or(usize::MAX))?;
            if whole != Some(items.len()) {
                return Err(self.error(ErrorKind::ArrayPlace));
            }
        }
        Ok((size, items))
    }

    /// The numbers in the brackets that end an attribute of the encoding: `xsd:string[2,3]`, `[4]` (SOAP 1.1, 5.4.2).
    fn bounds(&self, local: &str) -> Option<Vec<usize>> {
        let mut attributes = self.xml.attributes().iter();
        let attribute =
            attributes.find(|a| a.local == local && self.xml.namespace(a.ns) == SOAP_ENCODING)?;
        let (_, numbers) = attribute
            .value
            .trim_ascii()
            .strip_suffix(']')?
            .rsplit_once('[')?;
        let numbers = numbers.split(',').map(|number| number.trim_ascii().parse());
        numbers.collect::<std::result::Result<_, _>>().ok()
    }

    /// Where an item stands in the row of all.
    fn index(&self, position: &[usize], size: Option<&[usize]>) -> Result<usize> {
        let index = match (position, size) {
            ([only], _) => Some(*only),
            (several, Some(size)) if several.len() == size.len() => several
                .iter()
                .zip(size)
                .try_fold(0, |index: usize, (at, size)| {
                    index
                        .checked_mul(*size)?
                        .checked_add(*at)
                        .filter(|_| at < size)
                }),
            _ => None,
        };
        index.ok_or_else(|| self.error(ErrorKind::ArrayPlace))
    }

    /// Adds nil items up to a length.
    fn fill<T>(&mut self, items: &mut Items<T>, length: usize) -> Result<()> {
        if let Some(more) = length.checked_sub(items.len()) {
            self.grow(size_of::<Nillable<T>>().saturating_mul(more))?;
            items.resize_with(length, Nillable::default);
        }
        Ok(())
    }

    /// Passes over an element that comes next and is nil, where its type has no nil: in the encoding that says that it is not
    /// there (SOAP 1.1, 5.1).
    #[cold]
    pub(super) fn pass_nil<T: Type>(&mut self, tag: &'static Tag) -> Result<bool> {
        self.look()?;
        let Ahead::Start(found) = self.ahead else {
            return Ok(false);
        };
        let is_nil = |xml: &xml::Reader<'_>| {
            xml.attributes().iter().any(|attribute| {
                attribute.local == "nil"
                    && xml.namespace(attribute.ns) == XSI
                    && matches!(attribute.value.trim_ascii(), "true" | "1")
            })
        };
        if T::NILLABLE || !self.matches(found, tag) || !is_nil(&self.xml) {
            return Ok(false);
        }
        self.xml.skip_element()?;
        self.ahead = Ahead::Nothing;
        self.value = None;
        Ok(true)
    }

    /// Forgets the attributes of the encoding that nothing has asked for.
    pub(super) fn forget_encoding_attributes(&mut self) {
        for (attribute, taken) in self.xml.attributes().iter().zip(&mut self.taken) {
            if !*taken && is_of_encoding(self.xml.namespace(attribute.ns), attribute.local) {
                *taken = true;
                self.pending = self.pending.saturating_sub(1);
            }
        }
    }
}

/// Which encoding it is, what may refer to the value, `position` and the like: nothing that the contract and the order of
/// items do not say.
pub(super) fn is_of_encoding(namespace: &str, local: &str) -> bool {
    match namespace {
        "" => local == "id",
        SOAP_ENCODING => true,
        _ => local == "encodingStyle",
    }
}

impl Writer {
    /// Writes the items of an encoded array.
    pub fn encoded_items<T: Type>(&mut self, items: &[Nillable<T>]) {
        self.many(ITEM, items);
    }
}

/// Replaces each reference (`href="#id1"`) by the content of the element with that id, so that the message reads like one
/// without references. A message without any stays as it is.
///
/// # Errors
/// Where the message is not well-formed, a reference leads to nothing or to itself, or the result grows without measure.
pub fn inline_references<'t>(text: &'t str, options: &xml::Options) -> Result<Cow<'t, str>> {
    if !text.contains("href=") {
        return Ok(Cow::Borrowed(text));
    }
    let mut references = References::collect(text, options)?;
    if references.places.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    references.limit = text.len().saturating_mul(EXPANSION);
    let mut out = String::with_capacity(text.len() * 2);
    references.copy(text, 0..text.len(), &mut out, &mut Vec::new())?;
    Ok(Cow::Owned(out))
}

/// Where the elements with ids and the references to them stand.
#[derive(Debug, Default)]
struct References {
    targets: HashMap<String, Target>,
    /// In document order, none inside another.
    places: Vec<Place>,
    limit: usize,
}

#[derive(Debug)]
struct Target {
    /// The rest of the start tag behind the name, up to its `>`.
    attributes: String,
    content: Range<usize>,
}

#[derive(Debug)]
struct Place {
    whole: Range<usize>,
    name: String,
    target: String,
}

/// An element that has started and not ended.
#[derive(Debug)]
struct Open {
    id: Option<String>,
    href: Option<String>,
    start: usize,
    content: usize,
    name: String,
    attributes: String,
}

impl References {
    fn collect(text: &str, options: &xml::Options) -> Result<References> {
        let mut reader = xml::Reader::new(text, options);
        let mut found = References::default();
        let mut open: Vec<Open> = Vec::new();
        loop {
            match reader.next()? {
                Event::Start(tag) => {
                    let value = |local: &str| {
                        reader
                            .attributes()
                            .iter()
                            .find(|a| a.local == local && a.prefix.is_empty())
                            .map(|a| a.value.to_string())
                    };
                    let href = value("href").and_then(|h| h.strip_prefix('#').map(str::to_owned));
                    let name = if tag.prefix.is_empty() {
                        tag.local.to_owned()
                    } else {
                        format!("{}:{}", tag.prefix, tag.local)
                    };
                    open.push(Open {
                        id: value("id"),
                        href,
                        start: reader.offset(),
                        content: reader.end_offset(),
                        name,
                        attributes: attributes_text(&reader),
                    });
                }
                Event::End(_) => {
                    let Some(Open {
                        id,
                        href,
                        start,
                        content,
                        name,
                        attributes,
                    }) = open.pop()
                    else {
                        continue;
                    };
                    if let Some(id) = id {
                        let end = reader.offset().max(content);
                        found.targets.insert(
                            id,
                            Target {
                                attributes,
                                content: content..end,
                            },
                        );
                    }
                    if let Some(target) = href {
                        found.places.push(Place {
                            whole: start..reader.end_offset(),
                            name,
                            target,
                        });
                    }
                }
                Event::Text(_) => {}
                Event::Eof => break,
            }
        }
        found.places.sort_by_key(|p| p.whole.start);
        Ok(found)
    }

    fn copy(
        &self,
        text: &str,
        range: Range<usize>,
        out: &mut String,
        inside: &mut Vec<String>,
    ) -> Result<()> {
        let mut at = range.start;
        let from = self.places.partition_point(|p| p.whole.start < range.start);
        for place in self
            .places
            .iter()
            .skip(from)
            .take_while(|p| p.whole.end <= range.end)
        {
            if place.whole.start < at {
                continue;
            }
            let Some(target) = self.targets.get(&place.target) else {
                return Err(broken(text, place, "the reference leads nowhere"));
            };
            if inside.len() >= DEPTH || inside.contains(&place.target) {
                return Err(broken(text, place, "the reference leads to itself"));
            }
            out.push_str(text.get(at..place.whole.start).unwrap_or_default());
            out.push('<');
            out.push_str(&place.name);
            out.push_str(&target.attributes);
            out.push('>');
            inside.push(place.target.clone());
            self.copy(text, target.content.clone(), out, inside)?;
            inside.pop();
            out.push_str("</");
            out.push_str(&place.name);
            out.push('>');
            at = place.whole.end;
            if out.len() > self.limit {
                return Err(broken(text, place, "references make the message too large"));
            }
        }
        out.push_str(text.get(at..range.end).unwrap_or_default());
        Ok(())
    }
}

fn broken(text: &str, place: &Place, what: &'static str) -> Error {
    Error::new(
        ErrorKind::Limit(what),
        xml::Place::of(text, place.whole.start),
    )
}

/// The attributes of a target that go to the place of the reference: its `xsi:` ones, its array type, and its declarations.
fn attributes_text(reader: &xml::Reader<'_>) -> String {
    let source = reader
        .source()
        .get(reader.offset()..reader.end_offset())
        .unwrap_or_default();
    let mut out = String::new();
    for (prefix, uri) in reader.bindings() {
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        if source.contains(&name) {
            push_attribute(&mut out, &name, uri);
        }
    }
    for attribute in reader.attributes() {
        let plain = attribute.prefix.is_empty() && matches!(attribute.local, "id" | "href");
        let root = attribute.local == "root" || attribute.local == "encodingStyle";
        if !plain && !root {
            let name = if attribute.prefix.is_empty() {
                attribute.local.to_owned()
            } else {
                format!("{}:{}", attribute.prefix, attribute.local)
            };
            push_attribute(&mut out, &name, &attribute.value);
        }
    }
    out
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    xml::escape_attribute(value, out);
    out.push('"');
}
