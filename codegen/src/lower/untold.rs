//! Elements that have one name and several types in one type: what has only names cannot tell them apart.
//!
//! XSD forbids them (XSD 1.0 part 1, 3.8.6, element declarations consistent); contracts have them.

use std::collections::{HashMap, HashSet};

use crate::item::{Body, Item, ItemId, Kind, Package, Particle, Rust, TagId};

/// Groups nest no deeper.
const DEPTH: usize = super::particle::DEPTH;

/// Finds them by type: a group that one type shares with others may be untold in that type alone.
pub(super) fn untold(package: &Package) -> HashMap<ItemId, HashSet<TagId>> {
    let mut untold: HashMap<ItemId, HashSet<TagId>> = HashMap::new();
    for (index, item) in package.items.iter().enumerate() {
        let is_type = match &item.kind {
            Kind::Struct(struct_) => struct_.first.is_none(),
            Kind::Choice(choice) => choice.type_,
            _ => false,
        };
        let mut found = HashMap::new();
        if is_type {
            elements(package, item, &mut found, 0);
        }
        for (tag, types) in found {
            let differ = |pair: &[&Rust]| matches!(pair, [a, b] if a != b);
            if types.windows(2).any(differ) {
                untold.entry(ItemId(index)).or_default().insert(tag);
            }
        }
    }
    untold
}

/// Adds the elements of an item and of the groups in it.
fn elements<'p>(
    package: &'p Package,
    item: &'p Item,
    found: &mut HashMap<TagId, Vec<&'p Rust>>,
    depth: usize,
) {
    let mut add = |particle: &Particle, rust: &'p Rust| match (particle, plain(rust)) {
        (Particle::Element(tag, _), rust) => found.entry(*tag).or_default().push(rust),
        (Particle::Group, Rust::Item(group)) if depth < DEPTH => {
            if let Some(item) = package.items.get(group.0) {
                elements(package, item, found, depth + 1);
            }
        }
        _ => {}
    };
    match &item.kind {
        Kind::Struct(struct_) => {
            if let Body::Sequence(fields) | Body::All(fields, _) = &struct_.body {
                fields.iter().for_each(|one| add(&one.particle, &one.rust));
            }
        }
        Kind::Choice(choice) => {
            let arms = choice.arms.iter();
            arms.for_each(|one| add(&one.particle, &one.rust));
        }
        _ => {}
    }
}

/// A type, nillable or not, boxed or not.
fn plain(rust: &Rust) -> &Rust {
    match rust {
        Rust::Boxed(inner) | Rust::Nillable(inner) => plain(inner),
        rust => rust,
    }
}
