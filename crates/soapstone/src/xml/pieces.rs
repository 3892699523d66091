//! Text that does not stand in the document as it is.

use super::words::WORD;

/// Text that was put together from pieces: in room of its own if it is short, so that most texts need no allocation.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    room: Aligned,
    /// How many bytes of the room are the text; none where it is in `long`.
    length: usize,
    long: String,
}

/// Room for a short text.
pub(super) type Room = [u8; 256];

/// Aligned, so that words of it are looked at when it is checked for UTF-8.
#[derive(Debug, Clone)]
#[repr(align(16))]
struct Aligned(Room);

impl Default for Aligned {
    fn default() -> Aligned {
        Aligned([0; _])
    }
}

impl Pieces {
    /// The room, to put another text into.
    #[inline(always)]
    pub(super) fn room(&mut self) -> &mut Room {
        &mut self.room.0
    }

    /// Says that as many bytes of the room are the text.
    #[inline(always)]
    pub(super) fn keep(&mut self, length: usize) {
        self.length = length;
    }

    /// An empty text to append another one to, of any length.
    pub(super) fn long(&mut self) -> &mut String {
        self.length = 0;
        self.long.clear();
        &mut self.long
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        if self.length == 0 {
            return &self.long;
        }
        // Whole words are looked at faster than single bytes; behind the text there may be anything.
        let words = self.room.0.get(..self.length.next_multiple_of(WORD));
        let text = str::from_utf8(words.unwrap_or_default()).ok();
        text.and_then(|text| text.get(..self.length))
            .or_else(|| str::from_utf8(self.room.0.get(..self.length)?).ok())
            .unwrap_or_default()
    }

    /// Takes the text, to keep it.
    pub fn take(&mut self) -> String {
        match self.length {
            0 => std::mem::take(&mut self.long),
            _ => self.as_str().to_owned(),
        }
    }
}
