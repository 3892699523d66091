//! Names that nothing else has: random ones.

/// 128 random bits as hexadecimal digits.
///
/// # Errors
/// Where the system gives none.
pub(crate) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// A random UUID as a URN (RFC 9562, 4 and 5.4): what names a message.
///
/// # Errors
/// Where the system gives no random bits.
#[cfg(feature = "http")]
pub(crate) fn urn() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    let bits = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let part = |from: u32, digits: u32| bits >> from & ((1 << (4 * digits)) - 1);
    Ok(format!(
        "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    ))
}

#[cfg(all(test, feature = "http"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_is_that_of_a_random_uuid_and_no_other() {
        let (one, two) = (urn().unwrap(), urn().unwrap());
        assert_ne!(one, two);
        let form = regex::Regex::new(
            "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        );
        assert!(form.unwrap().is_match(&one), "{one}");
    }
}
