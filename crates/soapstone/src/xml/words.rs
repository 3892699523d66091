//! Short names made ready for comparison as machine words, since a call to compare a few bytes costs more than the bytes do.

/// How many bytes are compared at once.
const WORD: usize = 16;

/// A text of at most 16 bytes to compare with the bytes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    text: u128,
    /// Which bits count.
    mask: u128,
}

impl Word {
    /// Makes the word of a text; of a longer one it is the beginning.
    pub(super) const fn new(text: &[u8]) -> Word {
        let mut word = Word { text: 0, mask: 0 };
        let mut at = 0;
        while at < text.len() && at < WORD {
            word.text |= (text[at] as u128) << (8 * at);
            word.mask |= 0xFF << (8 * at);
            at += 1;
        }
        word
    }

    /// Tells whether bytes begin with the word. Of fewer than 16 nothing is the beginning: the general path looks there.
    #[inline(always)]
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        wide(bytes).is_some_and(|wide| wide & self.mask == self.text)
    }

    /// Tells the same of the word's first bytes.
    #[inline(always)]
    pub(super) fn begins_up_to(&self, length: usize, bytes: &[u8]) -> bool {
        let mask = u128::MAX.unbounded_shr((WORD as u32 * 8).saturating_sub(length as u32 * 8));
        wide(bytes).is_some_and(|wide| (wide ^ self.text) & self.mask & mask == 0)
    }
}

/// A text of at most 32 bytes to compare with the bytes of a document: its front and its end are words, which may overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    length: usize,
    front: Word,
    end: u128,
}

impl Words {
    /// The longest text that the words hold whole; of a longer one they are the beginning.
    pub(super) const MOST: usize = 2 * WORD;

    /// Makes the words of a text.
    pub(super) const fn new(text: &[u8]) -> Words {
        let length = if text.len() < Words::MOST {
            text.len()
        } else {
            Words::MOST
        };
        let mut words = Words {
            length,
            front: Word::new(text),
            end: 0,
        };
        if length > WORD {
            words.end = Word::new(text.split_at(length - WORD).1).text;
        }
        words
    }

    /// The first 16 bytes.
    #[inline(always)]
    pub(super) fn front(&self) -> &Word {
        &self.front
    }

    /// Tells whether bytes begin with the text, as [`Word::begins`] does.
    #[inline(always)]
    pub(super) fn begin(&self, bytes: &[u8]) -> bool {
        self.front.begins(bytes) && (self.length <= WORD || self.end_stands(bytes))
    }

    #[inline(always)]
    fn end_stands(&self, bytes: &[u8]) -> bool {
        bytes.get(self.length - WORD..).and_then(wide) == Some(self.end)
    }
}

/// Eight bytes from an offset on, the first one lowest.
#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|chunk| u64::from_le_bytes(*chunk))
}

#[inline(always)]
fn wide(bytes: &[u8]) -> Option<u128> {
    bytes.first_chunk().map(|chunk| u128::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_compare_as_bytes_do() {
        let document = b"<prefix:aLocalNameOfSomeLength>and more than enough behind it";
        for from in 0..12 {
            for length in 0..40 {
                let text = &document[from..from + length];
                let words = Words::new(text);
                let rest = &document[from..];
                assert!(words.begin(rest), "{from} {length}");
                assert!(Word::new(text).begins(rest), "{from} {length}");
                for at in 0..length.min(Words::MOST) {
                    let mut other = rest.to_vec();
                    other[at] ^= 1;
                    assert!(!words.begin(&other), "{from} {length} {at}");
                    let word = Word::new(text);
                    assert_eq!(word.begins(&other), at >= WORD, "{from} {length} {at}");
                    assert!(word.begins_up_to(at, &other), "{from} {length} {at}");
                    assert_eq!(
                        word.begins_up_to(at + 1, &other),
                        at >= WORD,
                        "{from} {length} {at}"
                    );
                }
                assert!(!words.begin(&document[document.len() - 15..]));
            }
        }
    }
}
