//! Decides what depends on all items together: where a `Box` is needed, and which types have a true `Default`.

mod size;

use crate::item::{AttributeField, Body, Field, ItemId, Kind, Occurs, Package, Particle, Rust};

/// From this size on (in bytes, estimated) a variant's value is boxed, so that an enum is not as large as its rarest variant; and
/// a field's value where its struct is large.
const LARGE_PART: usize = 192;
/// From this size on a struct holds its large fields in boxes: it is moved whole, most of its fields are absent, and a message of
/// structs within each other would need more of the stack than there is (searches of NetSuite have hundreds of fields, which are
/// structs of hundreds).
const LARGE_STRUCT: usize = 512;

/// Settles boxes and defaults.
pub(crate) fn settle(package: &mut Package) {
    mark_nillable(package);
    box_cycles(package);
    box_large_parts(package);
    derive_defaults(package);
}

/// Marks the types of elements that may be nil, and those that may stand for them.
fn mark_nillable(package: &mut Package) {
    let roots = package.modules.iter().flat_map(|m| &m.elements);
    let mut open: Vec<ItemId> = roots.filter_map(|root| nillable(&root.rust)).collect();
    for item in &package.items {
        match &item.kind {
            Kind::Struct(s) => match &s.body {
                Body::Sequence(fields) | Body::All(fields, _) => {
                    open.extend(fields.iter().filter_map(|f| nillable(&f.rust)));
                }
                _ => {}
            },
            Kind::Choice(c) => open.extend(c.arms.iter().filter_map(|a| nillable(&a.rust))),
            Kind::Array(a) => open.extend(nillable(&a.item)),
            _ => {}
        }
    }
    let mut seen = vec![false; package.items.len()];
    while let Some(id) = open.pop() {
        if seen.get(id.0).is_none_or(|seen| *seen) {
            continue;
        }
        set(&mut seen, id.0, true);
        match package.items.get_mut(id.0).map(|item| &mut item.kind) {
            Some(Kind::Struct(s)) => s.nil = true,
            Some(Kind::Family(f)) => open.extend(f.members.iter().filter_map(|m| target(&m.rust))),
            Some(Kind::Alias(rust)) => open.extend(target(rust)),
            _ => {}
        }
    }
}

fn nillable(rust: &Rust) -> Option<ItemId> {
    match rust {
        Rust::Nillable(inner) => target(inner),
        _ => None,
    }
}

/// The types that an item holds by value, each with where to box it.
fn held(kind: &mut Kind) -> Vec<(&mut Rust, bool)> {
    let by_value = |f: &Field| !matches!(f.occurs, Occurs::Many(..));
    match kind {
        Kind::Struct(s) => match &mut s.body {
            Body::Sequence(fields) | Body::All(fields, _) => fields
                .iter_mut()
                .filter(|f| by_value(f))
                .map(|f| (&mut f.rust, false))
                .collect(),
            _ => Vec::new(),
        },
        Kind::Choice(c) => c
            .arms
            .iter_mut()
            .filter(|a| a.occurs == Occurs::One)
            .map(|a| (&mut a.rust, true))
            .collect(),
        Kind::Family(f) => f.members.iter_mut().map(|m| (&mut m.rust, true)).collect(),
        Kind::Pending
        | Kind::Enumeration(_)
        | Kind::Newtype(_)
        | Kind::Union(_)
        | Kind::Array(_)
        | Kind::Alias(_) => Vec::new(),
    }
}

fn target(rust: &Rust) -> Option<ItemId> {
    match rust {
        Rust::Item(id) => Some(*id),
        Rust::Nillable(inner) => target(inner),
        _ => None,
    }
}

/// Boxes the edges that close a cycle of values. Edges out of enums go first: there a box costs the reader of the code least.
fn box_cycles(package: &mut Package) {
    for only_enums in [true, false] {
        let components = components(package);
        for (index, item) in package.items.iter_mut().enumerate() {
            let own = components.get(index).copied();
            for (rust, in_enum) in held(&mut item.kind) {
                let inside = target(rust).is_some_and(|t| {
                    components.get(t.0).copied() == own && own.is_some_and(|c| c.1)
                });
                if inside && (in_enum || !only_enums) {
                    put_in_box(rust);
                }
            }
        }
    }
}

fn put_in_box(rust: &mut Rust) {
    match rust {
        Rust::Nillable(inner) => put_in_box(inner),
        Rust::Boxed(_) => {}
        other => {
            let inner = std::mem::replace(other, Rust::Path("()"));
            *other = Rust::Boxed(Box::new(inner));
        }
    }
}

/// The strongly connected component of each item, and whether it is a cycle (Tarjan, without recursion).
fn components(package: &mut Package) -> Vec<(usize, bool)> {
    let edges: Vec<Vec<usize>> = package
        .items
        .iter_mut()
        .map(|item| {
            held(&mut item.kind)
                .into_iter()
                .filter_map(|(rust, _)| target(rust))
                .map(|t| t.0)
                .collect()
        })
        .collect();
    let count = edges.len();
    let mut order = vec![usize::MAX; count];
    let mut low = vec![0usize; count];
    let mut on_stack = vec![false; count];
    let mut component = vec![(usize::MAX, false); count];
    let (mut stack, mut next, mut found) = (Vec::new(), 0, 0);
    for root in 0..count {
        let mut work = vec![(root, 0usize)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                if order.get(node).is_none_or(|o| *o != usize::MAX) {
                    continue;
                }
                set(&mut order, node, next);
                set(&mut low, node, next);
                next += 1;
                stack.push(node);
                set(&mut on_stack, node, true);
            }
            let children = edges.get(node).map(Vec::as_slice).unwrap_or_default();
            if let Some(child) = edge.checked_sub(1).and_then(|e| children.get(e)) {
                lower_to(&mut low, node, *child);
            }
            let mut at = edge;
            let mut descend = None;
            while let Some(&child) = children.get(at) {
                at += 1;
                if order.get(child) == Some(&usize::MAX) {
                    descend = Some(child);
                    break;
                }
                if on_stack.get(child) == Some(&true) {
                    let seen = order.get(child).copied().unwrap_or_default();
                    if let Some(l) = low.get_mut(node) {
                        *l = (*l).min(seen);
                    }
                }
            }
            if let Some(child) = descend {
                work.push((node, at));
                work.push((child, 0));
                continue;
            }
            if low.get(node) == order.get(node) {
                let mut members = Vec::new();
                while let Some(member) = stack.pop() {
                    set(&mut on_stack, member, false);
                    members.push(member);
                    if member == node {
                        break;
                    }
                }
                let cycle = members.len() > 1 || children.contains(&node);
                for member in members {
                    set(&mut component, member, (found, cycle));
                }
                found += 1;
            }
        }
    }
    component
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

/// After a child is done, its low link counts for the parent while both may be in one component.
fn lower_to(low: &mut [usize], node: usize, child: usize) {
    let below = low.get(child).copied().unwrap_or(usize::MAX);
    if let Some(l) = low.get_mut(node) {
        *l = (*l).min(below);
    }
}

fn box_large_parts(package: &mut Package) {
    let mut sizes: Vec<Option<usize>> = vec![None; package.items.len()];
    for index in 0..package.items.len() {
        size::of_item(package, index, &mut sizes);
    }
}

/// A `Default` is true where every field that must be there has one whose value the schema allows.
fn derive_defaults(package: &mut Package) {
    for item in &mut package.items {
        item.default = matches!(item.kind, Kind::Struct(_) | Kind::Alias(_) | Kind::Array(_));
    }
    loop {
        let known: Vec<bool> = package.items.iter().map(|i| i.default).collect();
        let mut changed = false;
        for item in package.items.iter_mut().filter(|i| i.default) {
            let holds = match &item.kind {
                Kind::Struct(s) => {
                    let body = match &s.body {
                        Body::Sequence(fields) | Body::All(fields, _) => {
                            fields.iter().all(|f| field_default(f, &known))
                        }
                        Body::Value(field) => rust_default(&field.rust, &known),
                        Body::Empty | Body::Mixed(..) => true,
                    };
                    body && s.attributes.iter().all(|a| attribute_default(a, &known))
                }
                Kind::Alias(rust) => rust_default(rust, &known),
                Kind::Array(_) => true,
                _ => false,
            };
            if !holds {
                item.default = false;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

fn attribute_default(field: &AttributeField, known: &[bool]) -> bool {
    match (&field.value, field.required) {
        (Some(_), _) => false,
        (None, true) => rust_default(&field.rust, known),
        (None, false) => true,
    }
}

fn field_default(field: &Field, known: &[bool]) -> bool {
    if let Particle::Element(_, Some(constraint)) = &field.particle
        && constraint.fixed
        && field.occurs == Occurs::One
    {
        return false;
    }
    match field.occurs {
        Occurs::Option | Occurs::Many(0, _) => true,
        Occurs::Many(..) => false,
        Occurs::One => rust_default(&field.rust, known),
    }
}

fn rust_default(rust: &Rust, known: &[bool]) -> bool {
    match rust {
        Rust::Path(path) => matches!(
            *path,
            "String"
                | "bool"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "u8"
                | "u16"
                | "u32"
                | "u64"
                | "f32"
                | "f64"
                | "datatype::Base64Binary"
                | "datatype::HexBinary"
                | "codec::AnyType"
        ),
        Rust::Replaced(_) => false,
        Rust::Item(id) => known.get(id.0).copied().unwrap_or(false),
        Rust::Nillable(_) | Rust::List(_) => true,
        Rust::Boxed(inner) => rust_default(inner, known),
    }
}
