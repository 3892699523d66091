//! Elements in any order that may repeat: `maxOccurs` above 1 inside an `all` group, which XSD 1.1 allows and contracts of before use.

use super::error::ErrorKind;
use super::{Group, Reader, Result, Tag, Type};

impl Reader<'_> {
    /// Reads an element of an `all` group that may stand there up to `max` times, if it comes next.
    ///
    /// # Errors
    /// Where it is not as its type says.
    pub fn again<T: Type>(
        &mut self,
        tag: &'static Tag,
        max: usize,
        slot: &mut Vec<T>,
    ) -> Result<bool> {
        let next = if slot.len() < max {
            T::element(self, tag).map_err(|error| error.within(tag.local, Some(slot.len() + 1)))?
        } else {
            None
        };
        self.value = None;
        self.keep(next, slot)
    }

    /// Reads a group of an `all` group that may stand there up to `max` times, if it comes next.
    ///
    /// # Errors
    /// Where it is not as the schema says.
    pub fn group_again<T: Group>(&mut self, max: usize, slot: &mut Vec<T>) -> Result<bool> {
        let next = if slot.len() < max {
            T::read(self)?
        } else {
            None
        };
        self.keep(next, slot)
    }

    fn keep<T>(&mut self, next: Option<T>, slot: &mut Vec<T>) -> Result<bool> {
        let Some(next) = next else {
            return Ok(false);
        };
        self.grow(size_of::<T>())?;
        slot.push(next);
        Ok(true)
    }

    /// What an `all` group held of one element, or group, that must stand there `min` times at least.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn at_least<T>(&mut self, name: &'static str, min: usize, slot: Vec<T>) -> Result<Vec<T>> {
        if slot.len() < min {
            return Err(self.error(ErrorKind::TooFew {
                name,
                found: slot.len(),
                min,
            }));
        }
        Ok(slot)
    }
}
