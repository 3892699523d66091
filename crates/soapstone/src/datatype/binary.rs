//! `hexBinary` and `base64Binary` (XSD 1.0 part 2, 3.2.15 and 3.2.16).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{DatatypeError, space, textual};

/// Octets that are written in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct HexBinary(pub Vec<u8>);

impl HexBinary {
    /// Reads pairs of hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`DatatypeError`] at the first character that is no such digit, or at the end of an odd number.
    pub fn parse(lexical: &str) -> Result<HexBinary, DatatypeError> {
        let text = space::trim(lexical);
        let mut octets = Vec::with_capacity(text.len() / 2);
        for (index, pair) in text.as_bytes().chunks(2).enumerate() {
            let digit = |position: usize| {
                pair.get(position)
                    .and_then(|byte| char::from(*byte).to_digit(16))
            };
            let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                return Err(DatatypeError::expected(
                    "hexBinary",
                    "two hexadecimal digits",
                    index * 2,
                ));
            };
            octets.push(u8::try_from(high * 16 + low).unwrap_or_default());
        }
        Ok(HexBinary(octets))
    }

    /// Appends the canonical form, in upper case.
    pub fn write(&self, out: &mut String) {
        out.reserve(self.0.len() * 2);
        for octet in &self.0 {
            for digit in [octet >> 4, octet & 15] {
                out.push(char::from(if digit < 10 {
                    b'0' + digit
                } else {
                    b'A' - 10 + digit
                }));
            }
        }
    }
}

/// Octets that are written in base 64.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Base64Binary(pub Vec<u8>);

impl Base64Binary {
    /// Reads base 64 with padding; white space may stand between any characters (part 2, 3.2.16: `B64S`).
    ///
    /// # Errors
    /// [`DatatypeError`] where the text has other characters, lacks padding, or has bits set that no octet takes.
    pub fn parse(lexical: &str) -> Result<Base64Binary, DatatypeError> {
        let text = space::trim(lexical).as_bytes();
        let stripped: Vec<u8>;
        let text = if text.iter().any(|byte| space::is_space(*byte)) {
            stripped = text
                .iter()
                .copied()
                .filter(|byte| !space::is_space(*byte))
                .collect();
            &stripped
        } else {
            text
        };
        STANDARD.decode(text).map(Base64Binary).map_err(|error| {
            let offset = match error {
                base64::DecodeError::InvalidByte(offset, _)
                | base64::DecodeError::InvalidLastSymbol(offset, _) => offset,
                base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
                    text.len()
                }
            };
            DatatypeError::expected("base64Binary", "base 64 in groups of four", offset)
        })
    }

    /// Appends the canonical form: no white space, with padding.
    pub fn write(&self, out: &mut String) {
        STANDARD.encode_string(&self.0, out);
    }
}

textual!(HexBinary, Base64Binary);
