//! The order of decimals, and what agrees with it: equality and hash. The value counts, not the digits that are written.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::{Decimal, Form};

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        if let (
            Form::Small {
                unscaled: left,
                scale: left_scale,
            },
            Form::Small {
                unscaled: right,
                scale: right_scale,
            },
        ) = (&self.0, &other.0)
        {
            let align = |unscaled: i128, by: u32| {
                10i128
                    .checked_pow(by)
                    .and_then(|power| unscaled.checked_mul(power))
            };
            let aligned = match left_scale.cmp(right_scale) {
                Ordering::Equal => Some((*left, *right)),
                Ordering::Less => align(*left, right_scale - left_scale).map(|left| (left, *right)),
                Ordering::Greater => {
                    align(*right, left_scale - right_scale).map(|right| (*left, right))
                }
            };
            if let Some((left, right)) = aligned {
                return left.cmp(&right);
            }
        }
        let (left_negative, left, left_scale) = self.parts();
        let (right_negative, right, right_scale) = other.parts();
        match (left_negative, right_negative) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        let order = compare_magnitudes(left.as_str(), left_scale, right.as_str(), right_scale);
        if left_negative {
            order.reverse()
        } else {
            order
        }
    }
}

fn compare_magnitudes(left: &str, left_scale: u32, right: &str, right_scale: u32) -> Ordering {
    if left.is_empty() || right.is_empty() {
        return right.is_empty().cmp(&left.is_empty());
    }
    // The place of the first digit decides, then the digits themselves.
    let place = |digits: &str, scale: u32| digits.len() as i64 - i64::from(scale);
    place(left, left_scale)
        .cmp(&place(right, right_scale))
        .then_with(|| left.trim_end_matches('0').cmp(right.trim_end_matches('0')))
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (negative, digits, scale) = self.parts();
        let digits = digits.as_str();
        (
            negative,
            digits.trim_end_matches('0'),
            digits.len() as i64
                - if digits.is_empty() {
                    0
                } else {
                    i64::from(scale)
                },
        )
            .hash(state);
    }
}
