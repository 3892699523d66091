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
