//! Short names made ready for comparison as vectors of bytes, since a call to compare a few bytes costs more than the bytes do.

use wide::u8x16;

use super::chars::is_space;

/// How many bytes are compared at once.
pub(super) const WORD: usize = 16;
/// A flag for each of them.
const ALL: u32 = 0xFFFF;

/// A text of at most 16 bytes to compare with the bytes of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Word {
    text: u8x16,
    /// Flags the bytes behind the text, which are not compared.
    beyond: u32,
}

impl Word {
    /// Makes the word of a text; of a longer one it is the beginning.
    pub(super) const fn new(text: &[u8]) -> Word {
        let mut bytes = [0; WORD];
        let mut at = 0;
        while at < text.len() && at < WORD {
            bytes[at] = text[at];
            at += 1;
        }
        Word::of(bytes, at)
    }

    /// Makes the word of the first bytes, from none to 16.
    const fn of(bytes: [u8; WORD], length: usize) -> Word {
        Word {
            text: u8x16::new(bytes),
            beyond: ALL << length,
        }
    }

    /// Flags the bytes that are as in the word, and those behind it; none where there are fewer than 16 bytes: the general path
    /// looks there.
    #[inline(always)]
    fn equal(&self, bytes: &[u8]) -> u32 {
        match wide(bytes) {
            Some(bytes) => bytes.simd_eq(self.text).to_bitmask() | self.beyond,
            None => 0,
        }
    }

    /// Tells whether bytes begin with the word. Of fewer than 16 nothing is the beginning.
    #[inline(always)]
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        self.equal(bytes) & ALL == ALL
    }

    /// Tells the same of the word's first bytes.
    #[inline(always)]
    pub(super) fn begins_up_to(&self, length: usize, bytes: &[u8]) -> bool {
        self.equal(bytes).trailing_ones() as usize >= length.min(WORD)
    }
}

/// A text of at most 32 bytes to compare with the bytes of a document: its front and its end are words, which may overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Words {
    length: usize,
    front: Word,
    end: Word,
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
        let front = Word::new(text);
        let end = match length.checked_sub(WORD) {
            Some(from) => Word::new(text.split_at(from).1),
            None => front,
        };
        Words { length, front, end }
    }

    /// The first 16 bytes.
    #[inline(always)]
    pub(super) fn front(&self) -> &Word {
        &self.front
    }

    /// Tells whether bytes begin with the text, as [`Word::begins`] does.
    #[inline(always)]
    pub(super) fn begin(&self, bytes: &[u8]) -> bool {
        self.front.begins(bytes)
            && (self.length <= WORD
                || bytes
                    .get(self.length - WORD..)
                    .is_some_and(|rest| self.end.begins(rest)))
    }
}

/// How the tags of a namespace begin in a document: `<p:` and `</p:`. Nothing may be predicted where there is a document type,
/// which may give attributes to what seems to have none ([`has_doctype`](super::Reader::has_doctype)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Openings {
    pub(super) start: Word,
    pub(super) end: Word,
    /// The length of the first; the other has a byte more.
    pub(super) length: usize,
}

impl Openings {
    /// Makes them of a prefix, empty for none; a prefix that is too long is not predicted.
    pub fn new(prefix: &str) -> Option<Openings> {
        let mut text = [0; 16];
        let end = prefix.len() + 2 + usize::from(!prefix.is_empty());
        let (marks, rest) = text.split_at_mut_checked(2)?;
        marks.copy_from_slice(b"</");
        rest.get_mut(..prefix.len())?
            .copy_from_slice(prefix.as_bytes());
        if !prefix.is_empty() {
            *rest.get_mut(prefix.len())? = b':';
        }
        let close = Word::of(text, end);
        // The same without the slash.
        text.copy_within(2..end, 1);
        Some(Openings {
            start: Word::of(text, end - 1),
            end: close,
            length: end - 1,
        })
    }

    /// What stands behind `xmlns:p`, or `xmlns` where there is no prefix, if bytes begin with that; the tag has the prefix.
    #[inline(always)]
    pub(super) fn declaration<'t>(&self, tag: &[u8], bytes: &'t [u8]) -> Option<&'t [u8]> {
        let rest = bytes.strip_prefix(b"xmlns")?;
        if !self.prefixed() {
            return Some(rest);
        }
        rest.strip_prefix(b":")?
            .strip_prefix(tag.get(1..self.length - 1)?)
    }

    #[inline(always)]
    pub(super) fn prefixed(&self) -> bool {
        self.length > 1
    }
}

/// How an attribute begins in a document, from the white space before it on to some place in its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beginning {
    pub(super) text: Word,
    pub(super) length: usize,
}

impl Beginning {
    /// Makes it ready; a longer one than is compared at once is not.
    pub(super) fn new(text: &str) -> Option<Beginning> {
        (text.len() <= WORD).then(|| Beginning {
            text: Word::new(text.as_bytes()),
            length: text.len(),
        })
    }
}

/// A local name that may come next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    /// The name.
    pub text: &'static str,
    /// The name and `>`.
    tag: Words,
}

impl Local {
    /// Makes it ready.
    pub const fn new(text: &'static str) -> Local {
        let name = text.as_bytes();
        let mut tag = [b'>'; Words::MOST];
        let mut length = 0;
        while length < name.len() && length < tag.len() {
            tag[length] = name[length];
            length += 1;
        }
        if length < tag.len() {
            length += 1;
        }
        Local {
            text,
            tag: Words::new(tag.split_at(length).0),
        }
    }

    /// Tells whether bytes begin with the name, or with a longer one that begins with it.
    #[inline(always)]
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        self.tag.front().begins_up_to(self.text.len(), bytes)
            && (self.text.len() <= 16 || bytes.starts_with(self.text.as_bytes()))
    }

    /// Tells whether bytes begin with the name and then `>`.
    #[inline(always)]
    pub(super) fn ends_tag(&self, bytes: &[u8]) -> bool {
        self.tag.begin(bytes) && (self.text.len() < Words::MOST || self.long_ends_tag(bytes))
    }

    /// Tells the same as [`ends_tag`](Local::ends_tag) of a name that is not long.
    #[inline(always)]
    pub(super) fn near_ends_tag(&self, bytes: &[u8]) -> Option<bool> {
        (self.text.len() < Words::MOST).then(|| self.tag.begin(bytes))
    }

    /// The length of the name, white space and `>`, if bytes begin with them.
    #[inline(always)]
    pub(super) fn tag_length(&self, bytes: &[u8]) -> Option<usize> {
        if !self.begins(bytes) {
            return None;
        }
        let length = match bytes.get(self.text.len()..)? {
            [b'>', ..] => 1,
            [b' ', b'>', ..] => 2,
            rest => 1 + space_before_end(rest)?,
        };
        Some(self.text.len() + length)
    }

    #[inline(never)]
    fn long_ends_tag(&self, bytes: &[u8]) -> bool {
        bytes
            .strip_prefix(self.text.as_bytes())
            .is_some_and(|rest| rest.first() == Some(&b'>'))
    }
}

/// How much white space there is before `>`, if nothing else is.
#[inline(never)]
fn space_before_end(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().take_while(|byte| is_space(**byte)).count();
    (bytes.get(length) == Some(&b'>')).then_some(length)
}

/// Eight bytes from an offset on, the first one lowest.
#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|chunk| u64::from_le_bytes(*chunk))
}

/// Tells whether so many bytes are the same; fewer than those there are not.
#[inline(always)]
pub(super) fn same(one: &[u8], other: &[u8], length: usize) -> bool {
    match (wide(one), wide(other)) {
        (Some(one), Some(other)) if length <= WORD => {
            (one.simd_eq(other).to_bitmask() | ALL << length) & ALL == ALL
        }
        _ => match (one.get(..length), other.get(..length)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        },
    }
}

/// The first sixteen bytes.
#[inline(always)]
pub(super) fn wide(bytes: &[u8]) -> Option<u8x16> {
    bytes.first_chunk().map(|chunk| u8x16::new(*chunk))
}

/// Marks the bytes that are this one.
#[inline(always)]
pub(super) fn marks(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
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
                for end in [from + length, document.len()] {
                    let mut other = document[from..end].to_vec();
                    assert!(same(&other, &document[from..], length), "{from} {length}");
                    if let Some(last) = length.checked_sub(1) {
                        other[last] ^= 1;
                        assert!(!same(&other, &document[from..], length), "{from} {length}");
                        assert!(!same(&other[..last], &document[from..], length), "{from}");
                    }
                }
            }
        }
    }
}
