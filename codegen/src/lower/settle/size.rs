//! About how many bytes a value takes, which decides which variants and fields are boxed.

use super::{LARGE_PART, LARGE_STRUCT, held, set, target};
use crate::item::{Body, Field, Kind, Occurs, Package, Rust, Struct};

/// Computes an item's size after those that it holds; they form no cycle any more.
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
        let size = match &item.kind {
            Kind::Struct(s) => match of_struct(s, sizes, field_size) {
                large if large > LARGE_STRUCT => {
                    of_struct(s, sizes, |f, sizes| boxed_size(&f.rust, f.occurs, sizes))
                }
                size => size,
            },
            Kind::Choice(c) => {
                8 + c
                    .arms
                    .iter()
                    .map(|a| boxed_size(&a.rust, a.occurs, sizes))
                    .max()
                    .unwrap_or(0)
            }
            Kind::Family(f) => {
                8 + f
                    .members
                    .iter()
                    .map(|m| boxed_size(&m.rust, Occurs::One, sizes))
                    .max()
                    .unwrap_or(0)
            }
            Kind::Enumeration(e) => {
                if e.open.is_some() {
                    24
                } else {
                    1
                }
            }
            Kind::Newtype(n) => of(&n.rust, sizes),
            Kind::Union(u) => {
                8 + u
                    .members
                    .iter()
                    .map(|(_, r)| of(r, sizes))
                    .max()
                    .unwrap_or(0)
            }
            Kind::Alias(r) => of(r, sizes),
            Kind::Array(_) | Kind::Pending => 24,
        };
        set(sizes, index, Some(size));
    }
}

/// The size of a struct, its fields being of a size each.
fn of_struct(
    item: &Struct,
    sizes: &[Option<usize>],
    field_size: fn(&Field, &[Option<usize>]) -> usize,
) -> usize {
    let attributes: usize = item.attributes.iter().map(|a| of(&a.rust, sizes)).sum();
    let body = match &item.body {
        Body::Sequence(fields) | Body::All(fields, _) => {
            fields.iter().map(|f| field_size(f, sizes)).sum()
        }
        Body::Value(field) => field_size(field, sizes),
        Body::Mixed(..) => 24,
        Body::Empty => 0,
    };
    let any = if item.any_attribute.is_some() { 24 } else { 0 };
    attributes + body + any
}

/// Tells whether a struct is too large to hold its large fields by value.
pub(super) fn is_crowded(kind: &Kind, sizes: &[Option<usize>]) -> bool {
    matches!(kind, Kind::Struct(s) if of_struct(s, sizes, field_size) > LARGE_STRUCT)
}

/// A part that will be boxed for its size counts as the box.
fn boxed_size(rust: &Rust, occurs: Occurs, sizes: &[Option<usize>]) -> usize {
    match occurs {
        Occurs::Many(..) => 24,
        _ => match of(rust, sizes) {
            large if large > LARGE_PART => 8,
            size => size,
        },
    }
}

fn field_size(field: &Field, sizes: &[Option<usize>]) -> usize {
    if matches!(field.occurs, Occurs::Many(..)) {
        24
    } else {
        of(&field.rust, sizes)
    }
}

pub(super) fn of(rust: &Rust, sizes: &[Option<usize>]) -> usize {
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
