//! The bytes of what is being written, with room ahead of them: a short piece is copied whole, at a length that is known when the
//! program is built, and only what it holds is kept. That is several times cheaper than appending it at its own length.

use crate::xml::{Sink, copy_clean, escape};

/// How many bytes of room are made at once, as many as were written between these: few enough to stay near.
const AHEAD: [usize; 2] = [1024, 4096];

/// Bytes, and room behind them.
#[derive(Debug)]
pub(super) struct Buffer {
    /// What was written, and then room, whose bytes mean nothing.
    bytes: Vec<u8>,
    written: usize,
}

impl Buffer {
    /// Appends to bytes, and uses their capacity.
    pub(super) fn new(bytes: Vec<u8>) -> Buffer {
        let written = bytes.len();
        Buffer { bytes, written }
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.written);
        self.bytes
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.written
    }

    /// What was written from a place on.
    pub(super) fn text_from(&self, at: usize) -> &str {
        let bytes = self.bytes.get(at..self.written).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }

    /// The last tag that begins before a place, up to there.
    pub(super) fn tag_before(&self, at: usize) -> &str {
        let bytes = self.bytes.get(..at.min(self.written)).unwrap_or_default();
        // No attribute has this character.
        let begin = bytes.iter().rposition(|byte| *byte == b'<');
        let tag = begin.and_then(|begin| bytes.get(begin..));
        str::from_utf8(tag.unwrap_or_default()).unwrap_or_default()
    }

    /// The next bytes; what is put at their front counts once [`keep`](Buffer::keep) says so.
    #[inline(always)]
    pub(super) fn room<const LENGTH: usize>(&mut self) -> Option<&mut [u8; LENGTH]> {
        if self.bytes.len() - self.written < LENGTH {
            self.make_room(LENGTH);
        }
        self.bytes.get_mut(self.written..)?.first_chunk_mut()
    }

    /// Counts bytes at the front of the room as written.
    #[inline(always)]
    pub(super) fn keep(&mut self, length: usize) {
        self.written += length;
    }

    /// Takes back what was written last.
    #[inline(always)]
    pub(super) fn take_back(&mut self, length: usize) {
        self.written = self.written.saturating_sub(length);
    }

    /// Makes room for what a small document mostly needs.
    pub(super) fn make_first_room(&mut self) {
        self.make_room(AHEAD[0]);
    }

    #[cold]
    fn make_room(&mut self, length: usize) {
        // Room that is there already stays, unless all has to move.
        if self.written + length > self.bytes.capacity() {
            self.bytes.truncate(self.written);
            self.bytes.reserve(length);
        }
        let [least, most] = AHEAD;
        let most = self.written + length.max(self.written.clamp(least, most));
        self.bytes.resize(most.min(self.bytes.capacity()), 0);
    }

    /// Appends bytes.
    #[inline]
    pub(super) fn append(&mut self, piece: &[u8]) {
        let to = self.written + piece.len();
        match self.bytes.get_mut(self.written..to) {
            Some(room) => {
                room.copy_from_slice(piece);
                self.written = to;
            }
            None => self.append_beyond(piece),
        }
    }

    #[cold]
    fn append_beyond(&mut self, piece: &[u8]) {
        self.bytes.truncate(self.written);
        self.bytes.extend_from_slice(piece);
        self.written = self.bytes.len();
    }

    /// Appends text, escaped as such or as an attribute's value.
    #[inline]
    pub(super) fn text<const ATTRIBUTE: bool>(&mut self, text: &str) {
        let to = self.written + text.len();
        if to > self.bytes.len() {
            self.make_room(text.len());
        }
        if let Some(room) = self.bytes.get_mut(self.written..to)
            && copy_clean::<ATTRIBUTE>(text.as_bytes(), room)
        {
            self.written = to;
        } else {
            escape::<ATTRIBUTE>(text, self);
        }
    }

    /// Inserts bytes between those that were written.
    pub(super) fn insert(&mut self, at: usize, piece: Vec<u8>) {
        self.bytes.truncate(self.written);
        self.bytes.splice(at..at, piece);
        self.written = self.bytes.len();
    }
}

impl Sink for Buffer {
    fn add(&mut self, text: &str) {
        self.append(text.as_bytes());
    }

    #[inline(always)]
    fn add_part(&mut self, text: &str, from: usize, to: usize) {
        let part = text.as_bytes().get(from..).unwrap_or_default();
        let length = to - from;
        match (part.first_chunk::<16>(), self.room::<16>()) {
            (Some(part), Some(room)) if length <= part.len() => {
                *room = *part;
                self.keep(length);
            }
            _ => self.append(part.get(..length).unwrap_or_default()),
        }
    }
}
