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

/// Appends a number, with zeroes in front up to a width.
pub(super) fn push(out: &mut String, mut value: u128, width: usize) {
    let mut buffer = [b'0'; 40];
    let mut used = 0;
    for slot in buffer.iter_mut().rev() {
        if value == 0 && used >= width.max(1) {
            break;
        }
        // Division of 64 bits is several times cheaper, and most numbers are small.
        let digit = if let Ok(small) = u64::try_from(value) {
            value = u128::from(small / 10);
            small % 10
        } else {
            let digit = value % 10;
            value /= 10;
            u64::try_from(digit).unwrap_or_default()
        };
        *slot = b'0' + u8::try_from(digit).unwrap_or_default();
        used += 1;
    }
    let text = buffer
        .get(buffer.len() - used..)
        .and_then(|text| std::str::from_utf8(text).ok());
    out.push_str(text.unwrap_or_default());
}

/// Appends two digits.
pub(super) fn push_pair(out: &mut String, value: u8) {
    out.push(char::from(b'0' + value / 10 % 10));
    out.push(char::from(b'0' + value % 10));
}
