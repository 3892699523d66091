//! About how many bytes a value takes, which decides which variants and fields are boxed.

use super::{LARGE_PART, LARGE_STRUCT, held, put_in_box, set, target};
use crate::item::{Body, Kind, Occurs, Package, Rust};

/// Computes an item's size after those that it holds, which form no cycle any more, and boxes what is too large to be held.
pub(super) fn of_item(package: &mut Package, root: usize, sizes: &mut [Option<usize>]) {
    let mut work = vec![(root, false)];
    while let Some((index, ready)) = work.pop() {
        if sizes.get(index).is_none_or(|s| s.is_some()) {
            continue;
        }
        let Some(item) = package.items.get_mut(index) else {
            continue;
        };
        let below: Vec<usize> = held(&mut item.kind)
            .into_iter()
            .filter_map(|(r, _)| target(r))
            .map(|t| t.0)
            .collect();
        if !ready {
            work.push((index, true));
            work.extend(
                below
                    .into_iter()
                    .filter(|b| sizes.get(*b).is_some_and(|s| s.is_none()))
                    .map(|b| (b, false)),
            );
            continue;
        }
        let is_crowded =
            matches!(item.kind, Kind::Struct(_)) && of_kind(&item.kind, sizes) > LARGE_STRUCT;
        for (rust, in_enum) in held(&mut item.kind) {
            if (in_enum || is_crowded) && of(rust, sizes) > LARGE_PART {
                put_in_box(rust);
            }
        }
        let size = of_kind(&item.kind, sizes);
        set(sizes, index, Some(size));
    }
}

fn of_kind(kind: &Kind, sizes: &[Option<usize>]) -> usize {
    match kind {
        Kind::Struct(s) => {
            let attributes: usize = s.attributes.iter().map(|a| of(&a.rust, sizes)).sum();
            let body = match &s.body {
                Body::Sequence(fields) | Body::All(fields, _) => fields
                    .iter()
                    .map(|f| of_part(&f.rust, f.occurs, sizes))
                    .sum(),
                Body::Value(field) => of_part(&field.rust, field.occurs, sizes),
                Body::Mixed(..) => 24,
                Body::Empty => 0,
            };
            attributes + body + if s.any_attribute.is_some() { 24 } else { 0 }
        }
        Kind::Choice(c) => {
            let arms = c.arms.iter();
            8 + arms
                .map(|a| of_part(&a.rust, a.occurs, sizes))
                .max()
                .unwrap_or(0)
        }
        Kind::Family(f) => {
            let members = f.members.iter();
            8 + members.map(|m| of(&m.rust, sizes)).max().unwrap_or(0)
        }
        Kind::Enumeration(e) => match e.open {
            Some(_) => 24,
            None => 1,
        },
        Kind::Newtype(n) => of(&n.rust, sizes),
        Kind::Union(u) => {
            let members = u.members.iter();
            8 + members.map(|m| of(&m.rust, sizes)).max().unwrap_or(0)
        }
        Kind::Alias(r) => of(r, sizes),
        Kind::Array(_) | Kind::Pending => 24,
    }
}

fn of_part(rust: &Rust, occurs: Occurs, sizes: &[Option<usize>]) -> usize {
    match occurs {
        Occurs::Many(..) => 24,
        _ => of(rust, sizes),
    }
}

fn of(rust: &Rust, sizes: &[Option<usize>]) -> usize {
    match rust {
        Rust::Path("bool" | "i8" | "u8") => 1,
        Rust::Path("i16" | "u16") => 2,
        Rust::Path("i32" | "u32" | "f32") => 4,
        Rust::Path("i64" | "u64" | "f64") => 8,
        Rust::Path("codec::AnyType") => 80,
        Rust::Path("codec::AnyElement") => 112,
        Rust::Path(_) | Rust::Replaced(_) | Rust::List(_) => 32,
        Rust::Boxed(_) => 8,
        Rust::Nillable(inner) => of(inner, sizes) + 8,
        Rust::Item(id) => sizes.get(id.0).copied().flatten().unwrap_or(24),
    }
}
