//! What the sample ERP has in stock.

use soapstone::datatype::Decimal;

/// Items with few pieces on hand. Any other whose number is of two parts or more (`PMP-150`) is known too, and there in plenty.
const ITEMS: &[(&str, i128)] = &[("CHAIR-01", 120), ("DESK-02", 14), ("LAMP-03", 0)];

/// The stock of an item; nothing for one that is not known.
pub(crate) fn on_hand(item: &str) -> Option<Decimal> {
    match ITEMS.iter().find(|(number, _)| *number == item) {
        Some((_, pieces)) => Some(Decimal::new(*pieces, 0)),
        None if item.contains('-') => Some(Decimal::new(1_000_000, 0)),
        None => None,
    }
}

/// Tells whether the stock of an item covers a quantity.
pub(crate) fn covers(item: &str, quantity: &Decimal) -> bool {
    on_hand(item).is_some_and(|on_hand| on_hand >= *quantity)
}

/// A number in units of 10 to the minus `digits`; it has no more digits behind the point than that.
pub(crate) fn scaled(value: &Decimal, digits: u32) -> i128 {
    let Some((unscaled, scale)) = value.to_scaled() else {
        return 0;
    };
    match digits.checked_sub(scale) {
        Some(more) => unscaled.saturating_mul(10_i128.saturating_pow(more)),
        // Trailing zeros only.
        None => unscaled / 10_i128.saturating_pow(scale - digits),
    }
}
