//! Short names made ready for comparison as machine words, since a call to compare a few bytes costs more than the bytes do.

/// A text to compare with the bytes of a document: its first and its last eight bytes are words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    length: usize,
    first: u64,
    /// Which bits of the first word count.
    mask: u64,
    last: u64,
}

impl Words {
    /// The longest text that the words hold whole; of a longer one they are the beginning.
    pub(super) const MOST: usize = 16;

    /// Makes the words of a text.
    pub(super) const fn new(text: &[u8]) -> Words {
        let length = if text.len() < Words::MOST {
            text.len()
        } else {
            Words::MOST
        };
        let mut words = Words {
            length,
            first: 0,
            mask: 0,
            last: 0,
        };
        let mut at = 0;
        while at < length && at < 8 {
            words.first |= (text[at] as u64) << (8 * at);
            words.mask |= 0xFF << (8 * at);
            at += 1;
        }
        if length > 8 {
            let mut from = length - 8;
            while from < length {
                words.last |= (text[from] as u64) << (8 * (from + 8 - length));
                from += 1;
            }
        }
        words
    }

    /// How many bytes of the text the words hold.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// Tells whether the words stand at an offset. Within seven bytes of the end nothing does: the general path looks there.
    #[inline(always)]
    pub(super) fn stand_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some(word) = word(bytes, at) else {
            return false;
        };
        if word & self.mask != self.first {
            return false;
        }
        self.length <= 8 || word_before(bytes, at + self.length) == Some(self.last)
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
fn word_before(bytes: &[u8], to: usize) -> Option<u64> {
    bytes
        .get(..to)?
        .last_chunk()
        .map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_compare_as_bytes_do() {
        let document = b"<prefix:aLocalNameOfSomeLength>and more than enough behind it";
        for from in 0..12 {
            for length in 0..20 {
                let text = &document[from..from + length];
                let words = Words::new(text);
                assert_eq!(words.len(), length.min(Words::MOST));
                assert!(words.stand_at(document, from), "{from} {length}");
                for at in 0..words.len() {
                    let mut other = document.to_vec();
                    other[from + at] ^= 1;
                    assert!(!words.stand_at(&other, from), "{from} {length} {at}");
                }
                assert!(!words.stand_at(document, document.len() - 7));
            }
        }
    }
}
