//! Text that does not stand in the document as it is.

use super::Sink;
use super::words::WORD;

/// Text that is put together from pieces: in room of its own while it is short, so that most texts need no allocation.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    short: Short,
    /// How many bytes of the room are text.
    length: usize,
    /// The whole text, once it has no place in the room; empty before.
    long: String,
}

const ROOM: usize = 128;

/// Aligned, so that words of it are looked at when it is checked for UTF-8.
#[derive(Debug, Clone)]
#[repr(align(16))]
struct Short([u8; ROOM]);

impl Default for Short {
    fn default() -> Short {
        Short([0; ROOM])
    }
}

impl Pieces {
    /// Begins another text.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.length = 0;
        self.long.clear();
    }

    /// How many bytes the text has.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.length + self.long.len()
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        if !self.long.is_empty() {
            return &self.long;
        }
        // Whole words are looked at faster than single bytes; behind the text there may be anything.
        let words = self.short.0.get(..self.length.next_multiple_of(WORD));
        let text = str::from_utf8(words.unwrap_or_default()).ok();
        text.and_then(|text| text.get(..self.length))
            .or_else(|| str::from_utf8(self.short.0.get(..self.length)?).ok())
            .unwrap_or_default()
    }

    /// Takes the text, to keep it.
    pub fn take(&mut self) -> String {
        match self.long.is_empty() {
            true => self.as_str().to_owned(),
            false => std::mem::take(&mut self.long),
        }
    }

    #[inline(never)]
    fn add_far(&mut self, source: &str, from: usize, to: usize) {
        if self.long.is_empty() && self.length + (to - from) > ROOM {
            // What is left of the text goes up to the next tag, as far as one can see.
            let rest = source.as_bytes().get(to..).unwrap_or_default();
            let more = memchr::memchr(b'<', rest).unwrap_or(rest.len());
            self.long.reserve_exact(self.length + (to - from) + more);
        }
        self.add(source.get(from..to).unwrap_or_default());
    }

    /// Appends a character.
    #[inline(always)]
    pub(super) fn push(&mut self, character: char) {
        match self.short.0.get_mut(self.length) {
            Some(place) if character.is_ascii() && self.long.is_empty() => {
                *place = character as u8;
                self.length += 1;
            }
            _ => self.add(character.encode_utf8(&mut [0; 4])),
        }
    }
}

impl Sink for Pieces {
    #[inline(always)]
    fn add_part(&mut self, source: &str, from: usize, to: usize) {
        let part = source.as_bytes().get(from..);
        if to - from <= WORD
            && self.long.is_empty()
            && let Some(part) = part.and_then(<[u8]>::first_chunk::<WORD>)
            && let Some(place) = self.short.0.get_mut(self.length..)
            && let Some(place) = place.first_chunk_mut()
        {
            *place = *part;
            self.length += to - from;
        } else {
            self.add_far(source, from, to);
        }
    }

    #[inline(never)]
    fn add(&mut self, text: &str) {
        let end = self.length + text.len();
        match self.short.0.get_mut(self.length..end) {
            Some(place) if self.long.is_empty() => {
                place.copy_from_slice(text.as_bytes());
                self.length = end;
            }
            _ => {
                if self.long.is_empty() {
                    let mut long = std::mem::take(&mut self.long);
                    long.push_str(self.as_str());
                    self.long = long;
                    self.length = 0;
                }
                self.long.push_str(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_together_whatever_their_lengths() {
        let source = "abcdéfghijklmnop€qrstuvwxyz0123456789😀ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let ends: Vec<usize> = source.char_indices().map(|(at, _)| at).collect();
        let mut pieces = Pieces::default();
        for step in 1..40 {
            for count in 0..30 {
                pieces.clear();
                let mut expected = String::new();
                for at in 0..count {
                    let from = ends[at * 7 % ends.len()];
                    let to = ends[(at * 7 % ends.len() + step).min(ends.len() - 1)];
                    pieces.add_part(source, from, to);
                    expected.push_str(&source[from..to]);
                    for character in ['&', 'é', '😀'].iter().take(at % 4) {
                        pieces.push(*character);
                        expected.push(*character);
                    }
                    assert_eq!(pieces.as_str(), expected);
                    assert_eq!(pieces.len(), expected.len());
                }
                assert_eq!(pieces.clone().take(), expected);
            }
        }
    }
}
