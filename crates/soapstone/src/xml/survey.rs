//! A look over a whole document before it is read.

use wide::u8x16;

use super::words::{WORD, marks};

/// What one pass over a document found, so that nothing later needs to look at every character again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Survey {
    /// The first character that XML has no place for.
    pub(crate) illegal: Option<usize>,
    /// The first carriage return; `usize::MAX` for none.
    pub(crate) carriage_return: usize,
    /// The first `]]>`; `usize::MAX` for none.
    pub(crate) section_end: usize,
}

/// Looks over a whole document.
pub(crate) fn survey(text: &str) -> Survey {
    let bytes = text.as_bytes();
    let mut found = Survey {
        illegal: None,
        carriage_return: usize::MAX,
        section_end: usize::MAX,
    };
    let mut sought = Sought::of(&found);
    let (chunks, rest) = bytes.as_chunks::<64>();
    // Where there are no lines, next to no chunk has a control character, and none need be told apart.
    let mut is_lined = false;
    let mut offset = 0;
    for chunk in chunks {
        if is_lined || is_any_in(chunk) {
            if sought.is_in(chunk) {
                inspect(bytes, offset, chunk, &mut sought, &mut found);
                if found.illegal.is_some() {
                    return found;
                }
            }
            is_lined = true;
        }
        offset += chunk.len();
    }
    let mut last = [b' '; 64];
    if let Some(place) = last.get_mut(..rest.len()) {
        place.copy_from_slice(rest);
    }
    if sought.is_in(&last) {
        inspect(bytes, offset, &last, &mut sought, &mut found);
    }
    found
}

/// Tells whether there is any control character, `]` or 0xEF.
#[inline(always)]
fn is_any_in(chunk: &[u8; 64]) -> bool {
    let (parts, _) = chunk.as_chunks::<WORD>();
    let mut least = u8x16::MAX;
    let mut found = u8x16::ZERO;
    for part in parts {
        let part = u8x16::new(*part);
        least = least.min(part);
        found |= marks(part, b']') | marks(part, 0xEF);
    }
    (found | least.simd_lt(u8x16::splat(0x20))).to_bitmask() != 0
}

/// Bytes that may be to note: control characters other than tabs and line feeds, `]`, and 0xEF, with which U+FFFE begins. What was
/// found once is sought no more.
struct Sought {
    /// `]`, or a byte that no text has.
    bracket: u8x16,
    /// A control character that is passed over: the carriage return, or the tab, which is anyway.
    passed: u8x16,
}

impl Sought {
    fn of(found: &Survey) -> Sought {
        let bracket = [0xFF, b']'][usize::from(found.section_end == usize::MAX)];
        let passed = [b'\r', b'\t'][usize::from(found.carriage_return == usize::MAX)];
        Sought {
            bracket: u8x16::splat(bracket),
            passed: u8x16::splat(passed),
        }
    }

    #[inline(always)]
    fn is_in(&self, chunk: &[u8; 64]) -> bool {
        let (parts, _) = chunk.as_chunks();
        let mut marks = u8x16::ZERO;
        for part in parts {
            marks |= self.mark(part);
        }
        marks.to_bitmask() != 0
    }

    #[inline(always)]
    fn mark(&self, part: &[u8; WORD]) -> u8x16 {
        let part = u8x16::new(*part);
        let is = |byte| marks(part, byte);
        let control = part.simd_lt(u8x16::splat(0x20));
        let passed = is(b'\t') | is(b'\n') | part.simd_eq(self.passed);
        (control & !passed) | part.simd_eq(self.bracket) | is(0xEF)
    }
}

#[inline(never)]
fn inspect(bytes: &[u8], offset: usize, chunk: &[u8; 64], sought: &mut Sought, found: &mut Survey) {
    let (parts, _) = chunk.as_chunks();
    for (from, part) in (offset..).step_by(WORD).zip(parts) {
        let mut flags = sought.mark(part).to_bitmask();
        while flags != 0 {
            let at = from + flags.trailing_zeros() as usize;
            flags &= flags - 1;
            match bytes.get(at..) {
                Some([b'\r', ..]) => found.carriage_return = found.carriage_return.min(at),
                Some([b']', b']', b'>', ..]) => found.section_end = found.section_end.min(at),
                Some([b']', ..]) => {}
                Some([0xEF, 0xBF, 0xBE | 0xBF, ..]) => {
                    found.illegal = Some(at);
                    return;
                }
                Some([0xEF, ..]) => {}
                _ => {
                    found.illegal = Some(at);
                    return;
                }
            }
        }
    }
    *sought = Sought::of(found);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_survey_finds_the_first_of_each() {
        for shift in 0..130 {
            let text = format!("{}\r]]x]]>]]>\r", "y".repeat(shift));
            let found = survey(&text);
            assert_eq!(
                (found.carriage_return, found.section_end, found.illegal),
                (shift, shift + 4, None)
            );
            for wrong in ["\u{FFFE}", "\u{FFFF}", "\0", "\u{B}"] {
                assert_eq!(
                    survey(&format!("{text}\u{FFFD}{wrong}")).illegal,
                    Some(shift + 14)
                );
            }
        }
    }
}
