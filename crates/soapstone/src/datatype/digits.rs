//! Reading and writing of the runs of decimal digits that numbers and dates are made of.

use super::DatatypeError;

/// Reads a lexical form from left to right, with the datatype's name for errors.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
    pub(super) datatype: &'static str,
}

impl<'a> Cursor<'a> {
    /// Starts at the front of a trimmed text; an empty one is an error.
    pub(super) fn new(text: &'a str, datatype: &'static str) -> Result<Cursor<'a>, DatatypeError> {
        let text = super::space::trim(text);
        if text.is_empty() {
            return Err(DatatypeError::empty(datatype));
        }
        Ok(Cursor {
            text,
            at: 0,
            datatype,
        })
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over the byte if it is next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over the byte, which must be next.
    pub(super) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), DatatypeError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.error(expected))
        }
    }

    /// Steps over exactly two digits.
    pub(super) fn pair(&mut self, expected: &'static str) -> Result<u8, DatatypeError> {
        match self.text.as_bytes().get(self.at..self.at + 2) {
            Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
                self.at += 2;
                Ok((tens - b'0') * 10 + (ones - b'0'))
            }
            _ => Err(self.error(expected)),
        }
    }

    /// Steps over the digits that follow, perhaps none.
    pub(super) fn digits(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Checks that nothing is left.
    pub(super) fn finish(&self) -> Result<(), DatatypeError> {
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(self.error("the end"))
        }
    }

    pub(super) fn error(&self, expected: &'static str) -> DatatypeError {
        DatatypeError::expected(self.datatype, expected, self.at)
    }

    pub(super) fn range(&self, what: &'static str) -> DatatypeError {
        DatatypeError::range(self.datatype, what)
    }
}

/// Reads digits into a number; absent where it does not fit.
pub(super) fn number(digits: &str) -> Option<u64> {
    if digits.len() < 19 {
        return Some(
            digits
                .bytes()
                .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')),
        );
    }
    digits.bytes().try_fold(0u64, |sum, digit| {
        sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// Reads an integer of up to 18 digits without `+` and white space, which most are.
#[inline]
pub(super) fn short(lexical: &[u8]) -> Option<i64> {
    let (negative, digits) = match lexical {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut sum = 0i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum = sum * 10 + i64::from(digit);
    }
    Some(if negative { -sum } else { sum })
}

/// The first bytes of a word, the first one lowest, and zeroes; absent where they are none or more than eight.
#[inline(always)]
pub(super) fn front(word: u64, length: usize) -> Option<u64> {
    match length {
        1..=8 => Some(word & (u64::MAX >> (64 - 8 * length))),
        _ => None,
    }
}

/// The number of up to eight digits, the first one lowest in the word; what stands behind them does not count.
#[inline(always)]
pub(super) fn eight(word: u64, length: usize) -> Option<u32> {
    const ZEROES: u64 = 0x3030_3030_3030_3030;
    const HIGHS: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    if !matches!(length, 1..=8) {
        return None;
    }
    // Zeroes come in front.
    let text = word << (64 - 8 * length) | (ZEROES >> 8).unbounded_shr(8 * length as u32 - 8);
    let is_digits =
        text & HIGHS == ZEROES && text.wrapping_add(0x0606_0606_0606_0606) & HIGHS == ZEROES;
    let pairs = (text & !HIGHS).wrapping_mul(2561) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(6_553_601) >> 16 & 0x0000_FFFF_0000_FFFF;
    let all = fours.wrapping_mul(42_949_672_960_001) >> 32;
    is_digits.then_some(all as u32)
}

/// The two digits of each number below a hundred.
const PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[0; 2]; 100];
    let mut at = 0;
    while at < 100 {
        pairs[at] = [b'0' + (at / 10) as u8, b'0' + (at % 10) as u8];
        at += 1;
    }
    pairs
}

/// The last two digits of a number.
#[inline(always)]
pub(super) fn pair(number: u64) -> [u8; 2] {
    PAIRS[(number % 100) as usize]
}

/// What numbers and dates are appended to: text, or room for a short form.
pub(super) trait Ascii {
    /// Appends bytes of ASCII.
    fn put(&mut self, ascii: &[u8]);

    /// Appends the first of eight bytes of ASCII.
    #[inline]
    fn put_front(&mut self, ascii: [u8; 8], length: usize) {
        self.put(ascii.get(..length).unwrap_or_default());
    }
}

impl Ascii for String {
    #[inline]
    fn put(&mut self, ascii: &[u8]) {
        self.push_str(std::str::from_utf8(ascii).unwrap_or_default());
    }
}

/// Room for a short lexical form. What is put there has a length that is known when the program is built, though less of it may be
/// kept, since such a copy is far cheaper than another.
#[derive(Debug)]
pub struct Room<'r> {
    bytes: &'r mut [u8; Room::SIZE],
    kept: usize,
    fits: bool,
}

impl Room<'_> {
    /// How many bytes there are: more than any form takes that is not unusually long.
    pub const SIZE: usize = 64;

    /// Takes bytes for room.
    #[inline(always)]
    pub fn new(bytes: &mut [u8; Room::SIZE]) -> Room<'_> {
        Room {
            bytes,
            kept: 0,
            fits: true,
        }
    }

    /// How many bytes the form has taken; absent where they did not suffice.
    #[inline(always)]
    pub fn kept(&self) -> Option<usize> {
        self.fits.then_some(self.kept)
    }
}

impl Ascii for Room<'_> {
    #[inline(always)]
    fn put(&mut self, ascii: &[u8]) {
        match self.bytes.get_mut(self.kept..self.kept + ascii.len()) {
            Some(place) => {
                place.copy_from_slice(ascii);
                self.kept += ascii.len();
            }
            None => self.fits = false,
        }
    }

    #[inline(always)]
    fn put_front(&mut self, ascii: [u8; 8], length: usize) {
        let place = self.bytes.get_mut(self.kept..);
        match place.and_then(|place| place.first_chunk_mut()) {
            Some(place) => {
                *place = ascii;
                self.kept += length;
            }
            None => self.fits = false,
        }
    }
}

/// Appends an integer.
#[inline]
pub(super) fn put_integer(value: i128, out: &mut impl Ascii) {
    if value < 0 {
        out.put(b"-");
    }
    push(out, value.unsigned_abs(), 1);
}

/// Appends a number with zeroes in front up to a width.
#[inline]
pub(super) fn push(out: &mut impl Ascii, value: u128, width: usize) {
    match u64::try_from(value) {
        Ok(value) => put_number(out, value, width),
        Err(_) => put_long(out, value, width),
    }
}

/// Appends a number as [`push`] does.
#[inline(always)]
pub(super) fn put_number(out: &mut impl Ascii, value: u64, width: usize) {
    if value < 10_000 && width <= 4 {
        put_digits(out, u64::from(four(value)), 4, width);
    } else {
        put_great(out, value, width);
    }
}

#[inline(never)]
fn put_great(out: &mut impl Ascii, value: u64, width: usize) {
    if value < 100_000_000 && width <= 8 {
        let high = u64::from(four(value / 10_000));
        let digits = high | u64::from(four(value % 10_000)) << 32;
        put_digits(out, digits, 8, width);
    } else {
        put_long(out, u128::from(value), width);
    }
}

/// Appends digits, the first one lowest, without the zeroes in front that go beyond a width.
#[inline(always)]
fn put_digits(out: &mut impl Ascii, digits: u64, most: usize, width: usize) {
    // The last digit stays.
    let marked = (digits ^ 0x3030_3030_3030_3030) | 1 << (8 * most - 1);
    let zeroes = (marked.trailing_zeros() as usize / 8).min(most - width);
    out.put_front((digits >> (8 * zeroes)).to_le_bytes(), most - zeroes);
}

/// The last four digits of a number, the first one lowest.
#[inline(always)]
fn four(number: u64) -> u32 {
    let [[a, b], [c, d]] = [pair(number / 100), pair(number)];
    u32::from_le_bytes([a, b, c, d])
}

fn put_long(out: &mut impl Ascii, mut value: u128, width: usize) {
    let mut buffer = [b'0'; 40];
    let width = width.clamp(1, buffer.len());
    let mut used = 0;
    for slot in buffer.rchunks_exact_mut(2) {
        if value == 0 {
            break;
        }
        // Division of 64 bits is several times cheaper, and most numbers are small.
        if let Ok(small) = u64::try_from(value) {
            slot.copy_from_slice(&pair(small));
            value = u128::from(small / 100);
        } else {
            slot.copy_from_slice(&pair(u64::try_from(value % 100).unwrap_or_default()));
            value /= 100;
        }
        used += 2;
    }
    let text = buffer
        .get(buffer.len() - used.max(width)..)
        .unwrap_or_default();
    out.put(match text {
        [b'0', rest @ ..] if text.len() > width => rest,
        text => text,
    });
}

/// Appends two digits.
#[inline]
pub(super) fn push_pair(out: &mut impl Ascii, value: u8) {
    out.put(&pair(u64::from(value)));
}
