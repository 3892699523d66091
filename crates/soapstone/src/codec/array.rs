//! SOAP 1.1 encoding as rpc/encoded services use it: arrays whose items have any name (SOAP 1.1, 5.4).

use super::attribute::is_true;
use super::reader::Ahead;
use super::{ErrorKind, Nillable, Reader, Result, Strictness, Tag, Type, Writer};
use crate::xml::{self, NsId};

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
        let mut size = [0; RANK];
        match bounds {
            Some(bounds) => size.copy_from_slice(&bounds),
            None => size.fill(items.len()),
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

    /// The items in their places, and how many the array has in each of so many dimensions; of a row only where it says so.
    fn placed_items<T: Type>(&mut self, rank: usize) -> Result<(Option<Vec<usize>>, Items<T>)> {
        self.take_type()?;
        let size = self.bounds("arrayType").filter(|size| size.len() == rank);
        let offset = self.bounds("offset");
        self.pending = 0;
        if size.is_none() && rank > 1 {
            let (size, items) = self.measured_items(rank)?;
            return Ok((Some(size), items));
        }
        let mut sparse = offset.is_some();
        let mut at = match &offset {
            Some(offset) => self.index(offset, size.as_deref())?,
            None => 0,
        };
        let mut items = Vec::new();
        while let Some(position) = self.item_position()? {
            if let Some(position) = position {
                at = self.index(&position, size.as_deref())?;
                sparse = true;
            }
            self.fill(&mut items, at.saturating_add(1))?;
            let item = self.array_item(at)?;
            if let Some(place) = items.get_mut(at) {
                *place = item;
            }
            at += 1;
        }
        // The size of a row is often not true, and its items tell it, unless some were left out.
        if let Some(size) = size.as_ref().filter(|_| sparse || rank > 1) {
            let whole = self.whole(size)?;
            self.fill(&mut items, whole)?;
            if whole != items.len() {
                return Err(self.error(ErrorKind::ArrayPlace));
            }
        }
        Ok((size, items))
    }

    /// The items of an array of several dimensions that leaves its size to be told by inspection (SOAP 1.1, 5.4.2): by what each
    /// item says of its own place.
    fn measured_items<T: Type>(&mut self, rank: usize) -> Result<(Vec<usize>, Items<T>)> {
        let mut size = vec![0; rank];
        let mut found: Vec<(Vec<usize>, Nillable<T>)> = Vec::new();
        while let Some(position) = self.item_position()? {
            let Some(position) = position.filter(|position| position.len() == rank) else {
                return Err(self.error(ErrorKind::ArrayPlace));
            };
            for (size, at) in size.iter_mut().zip(&position) {
                *size = at.saturating_add(1).max(*size);
            }
            self.grow(size_of::<(Vec<usize>, Nillable<T>)>() + size_of_val(position.as_slice()))?;
            let item = self.array_item(found.len())?;
            found.push((position, item));
        }
        let mut items = Vec::new();
        let whole = self.whole(&size)?;
        self.fill(&mut items, whole)?;
        for (position, item) in found {
            let at = self.index(&position, Some(&size))?;
            if let Some(place) = items.get_mut(at) {
                *place = item;
            }
        }
        Ok((size, items))
    }

    /// Starts the next item, if there is one, and tells what it says of its place.
    fn item_position(&mut self) -> Result<Option<Option<Vec<usize>>>> {
        self.look()?;
        if !matches!(self.ahead, Ahead::Start(_)) {
            return Ok(None);
        }
        self.ahead = Ahead::Nothing;
        self.open_attributes();
        let position = self.bounds("position");
        if self.strictness != Strictness::Encoded {
            self.forget_encoding_attributes();
        }
        Ok(Some(position))
    }

    fn array_item<T: Type>(&mut self, at: usize) -> Result<Nillable<T>> {
        self.finish(ITEM)
            .map_err(|e| e.within(ITEM.local, Some(at + 1)))
    }

    /// How many items an array of that size has.
    fn whole(&self, size: &[usize]) -> Result<usize> {
        let mut dimensions = size.iter();
        let whole = dimensions.try_fold(1, |all: usize, one| all.checked_mul(*one));
        whole.ok_or_else(|| self.error(ErrorKind::ArrayPlace))
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
            attribute.local == "nil" && attribute.ns == NsId::XSI && is_true(&attribute.value)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Grid;
    use crate::codec::tests::NONE;
    use crate::codec::{self, Element, Namespace, Tag};

    const NAMESPACES: &[Namespace] = &[
        NONE,
        Namespace {
            uri: "http://www.w3.org/2001/XMLSchema",
            prefix: "xs",
            types: &[],
        },
    ];
    const INT: &Tag = &Tag::new(1, "xs:int", "<xs:int>", "</xs:int>");
    const TABLE: &Tag = &Tag::new(0, "table", "<table>", "</table>");

    crate::encoded_array! {
        #[derive(Debug, PartialEq)]
        struct Table(pub codec::Grid<i32, 2>): INT;
    }

    #[test]
    fn a_table_that_leaves_its_size_open_has_that_of_its_places() {
        let element = Element::<Table>::new(TABLE, NAMESPACES);
        let table = |type_: &str, items: &str| {
            element.read(&format!(
                r#"<table xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xs="http://www.w3.org/2001/XMLSchema"{type_}>{items}</table>"#
            ))
        };
        let places = r#"<n e:position="[0,2]">3</n><n e:position="[1,0]">4</n>"#;
        for type_ in ["", r#" e:arrayType="xs:int[,]""#] {
            let Table(Grid { size, items }) = table(type_, places).unwrap();
            assert_eq!((size, items.len()), ([2, 3], 6));
            let values: Vec<Option<i32>> = items.into_iter().map(codec::Nillable::value).collect();
            assert_eq!(values, [None, None, Some(3), Some(4), None, None]);
            assert_eq!(table(type_, "").unwrap(), Table(Grid::default()));
            for items in [
                "<n>1</n><n>2</n>",
                r#"<n e:position="[1]">1</n>"#,
                r#"<n e:position="[0,1]">1</n><n>2</n>"#,
                r#"<n e:position="[99999999999,99999999999]">1</n>"#,
                r#"<n e:position="[9999999,9999999]">1</n>"#,
            ] {
                assert!(table(type_, items).is_err(), "{items}");
            }
        }
    }
}
