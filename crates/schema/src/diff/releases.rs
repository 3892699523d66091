//! The namespaces of two releases of one contract, where the release stands in the name.

use std::collections::BTreeMap;

use crate::contract::Contract;

/// Gives namespaces that only the old contract has, each with the one of the new contract that differs from it by nothing but
/// its numbers: likely one namespace under the names of two releases. Comparing them so is [`LoadOptions::renamed`].
///
/// `urn:sales_2023_1.example.com`, `urn:sales_2023_2.example.com`
///
/// [`LoadOptions::renamed`]: crate::load::LoadOptions::renamed
pub fn likely_releases(old: &Contract, new: &Contract) -> Vec<(String, String)> {
    let (before, after) = (without_numbers(old, new), without_numbers(new, old));
    let mut pairs = Vec::new();
    for (name, before) in before {
        let Some(after) = after.get(&name) else {
            continue;
        };
        // Of several releases side by side, the oldest stands against the oldest.
        pairs.extend(before.into_iter().zip(after.iter().cloned()));
    }
    pairs
}

/// The namespaces that another contract does not have, in order, by what they are without their numbers.
fn without_numbers(contract: &Contract, other: &Contract) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let theirs = &other.model.namespaces;
    let only = contract.model.namespaces.iter();
    for namespace in only.filter(|namespace| !theirs.contains(namespace)) {
        let parts = namespace.split(|c: char| c.is_ascii_digit());
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let same = found.entry(parts.join("#")).or_default();
        same.push(namespace.to_string());
        same.sort();
    }
    found
}
