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

/// What numbers and dates are appended to: text, or the bytes of one.
pub(super) trait Ascii {
    /// Appends bytes of ASCII.
    fn put(&mut self, ascii: &[u8]);
}

impl Ascii for Vec<u8> {
    #[inline(always)]
    fn put(&mut self, ascii: &[u8]) {
        self.extend_from_slice(ascii);
    }
}

impl Ascii for String {
    #[inline]
    fn put(&mut self, ascii: &[u8]) {
        self.push_str(std::str::from_utf8(ascii).unwrap_or_default());
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

/// Appends a number as [`push`] does. A copy of a length that is known when the program is built is far cheaper than another.
#[inline]
pub(super) fn put_number(out: &mut impl Ascii, value: u64, width: usize) {
    let digits = match value {
        0..10 => 1,
        10..100 => 2,
        100..1000 => 3,
        1000..10_000 => 4,
        _ => 5,
    };
    let [[a, b], [c, d]] = [pair(value / 100), pair(value)];
    match width.max(digits) {
        1 => out.put(&[d]),
        2 => out.put(&[c, d]),
        3 => out.put(&[b, c, d]),
        4 => out.put(&[a, b, c, d]),
        _ => put_long(out, u128::from(value), width),
    }
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
