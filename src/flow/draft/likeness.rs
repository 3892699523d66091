//! How alike two names are: as sets of words, with the words that systems use for the same thing counted as one. Pure.

/// The words of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(Vec<String>);

/// Words for the same thing; the first stands for all.
const SAME: &[&[&str]] = &[
    &["number", "no", "nr", "num", "numer"],
    &["id", "key", "identifier"],
    &["reference", "ref"],
    &["quantity", "qty", "amount"],
    &["price", "cost"],
    &[
        "customer", "company", "account", "client", "buyer", "debtor",
    ],
    &["item", "article", "product", "sku", "part", "material"],
    &["line", "row", "position", "pos", "entry", "detail"],
    &["comment", "note", "notes", "remark", "remarks"],
    &["description", "desc"],
    &["email", "mail"],
    &["phone", "telephone", "tel"],
    &["zip", "postal", "postcode"],
    &["tax", "vat"],
    &["first", "given"],
    &["last", "family", "surname"],
    &["date", "day"],
];

/// Words that say nothing by themselves.
const EMPTY: &[&str] = &[
    "the", "of", "a", "tbl", "t", "request", "type", "code", "value",
];

impl Words {
    /// Takes a name apart: `OrderLine_no` is `order`, `line`, `number`.
    pub(super) fn of(name: &str) -> Words {
        let mut words: Vec<String> = Vec::new();
        let mut word = String::new();
        let mut lower = false;
        for c in name.chars() {
            if !c.is_alphanumeric() || (c.is_uppercase() && lower) {
                words.push(std::mem::take(&mut word));
            }
            lower = c.is_lowercase() || c.is_ascii_digit();
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
        }
        words.push(word);
        let mut kept: Vec<String> = Vec::new();
        for word in words.iter().filter(|word| !word.is_empty()) {
            let word = same(word);
            if !EMPTY.contains(&word) && !kept.iter().any(|known| known == word) {
                kept.push(word.to_owned());
            }
        }
        Words(kept)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn holds(&self, word: &str) -> bool {
        self.0.iter().any(|own| own == word)
    }

    /// Both together.
    pub(super) fn with(&self, other: &Words) -> Words {
        let more = other.0.iter().filter(|word| !self.holds(word));
        Words(self.0.iter().chain(more).cloned().collect())
    }

    /// Without the words of another; all of it where nothing would be left.
    pub(super) fn without(&self, other: &Words) -> Words {
        let left: Vec<String> = self
            .0
            .iter()
            .filter(|word| !other.holds(word))
            .cloned()
            .collect();
        match left.is_empty() {
            true => self.clone(),
            false => Words(left),
        }
    }
}

fn same(word: &str) -> &str {
    let singular = word
        .strip_suffix('s')
        .filter(|word| word.len() > 3 && !word.ends_with('s'))
        .unwrap_or(word);
    SAME.iter()
        .find(|group| group.contains(&word) || group.contains(&singular))
        .and_then(|group| group.first().copied())
        .unwrap_or(singular)
}

/// The words that two names share, of all that they have, of 100.
pub(super) fn likeness(left: &Words, right: &Words) -> u32 {
    let shared = left.0.iter().filter(|word| right.holds(word)).count();
    let all = left.0.len() + right.0.len() - shared;
    u32::try_from(shared * 100)
        .unwrap_or(0)
        .checked_div(u32::try_from(all).unwrap_or(u32::MAX))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_different_systems_are_alike() {
        let of = |left: &str, right: &str| likeness(&Words::of(left), &Words::of(right));
        assert_eq!(of("OrderDate", "order_date"), 100);
        assert_eq!(of("LineNumber", "line_no"), 100);
        assert_eq!(of("CustomerName", "company.name"), 100);
        assert_eq!(of("ItemNumber", "sku"), 50);
        assert_eq!(of("Quantity", "unit_price"), 0);
        assert_eq!(of("", ""), 0);
    }
}
