//! SOAP 1.1 encoding as rpc/encoded services use it: arrays whose items have any name (SOAP 1.1, 5.4).

use super::attribute::is_true;
use super::reader::Ahead;
use super::{ErrorKind, Nillable, Reader, Result, Strictness, Tag, Type, Writer};
use crate::name::XSI;
use crate::xml;

/// The namespace of SOAP 1.1 encoding.
pub(super) const SOAP_ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";

/// How items are written; readers take any name (SOAP 1.1, 5.4.2).
const ITEM: &Tag = &Tag::new(0, "item", "<item>", "</item>");

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
        if T::NILLABLE {
            return Ok(false);
        }
        self.look()?;
        let Ahead::Start(found) = self.ahead else {
            return Ok(false);
        };
        if !self.matches(found, tag) {
            return Ok(false);
        }
        let is_nil = |attribute: &xml::Attribute<'_>| {
            attribute.local == "nil"
                && self.xml.namespace(attribute.ns) == XSI
                && is_true(&attribute.value)
        };
        if !self.xml.attributes().iter().any(is_nil) {
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
