//! How types derive from each other, and what may stand in for what (XSD 1.0 part 1, 3.3.6, 3.4.6, 3.14.6).

use crate::model::{Builtin, Derivation, Derivations, ElementId, Model, Type, TypeId, Variety};

/// Chains of base types longer than this are circular.
const CHAIN: usize = 100_000;

/// The base of a type; none for `anyType`.
pub(crate) fn base(model: &Model, type_: TypeId) -> Option<TypeId> {
    if type_ == Builtin::AnyType.id() {
        return None;
    }
    match model.types.get(type_.index())? {
        Type::Complex(complex) => Some(complex.base),
        // The simple ur-type is a restriction of the ur-type (3.14.7).
        Type::Simple(simple) if simple.base == type_ => Some(Builtin::AnyType.id()),
        Type::Simple(simple) => Some(simple.base),
    }
}

/// The type itself and its bases, up to `anyType`.
pub(crate) fn chain(model: &Model, type_: TypeId) -> impl Iterator<Item = TypeId> + '_ {
    std::iter::successors(Some(type_), move |&type_| base(model, type_)).take(CHAIN)
}

/// The methods by which a type derives from another, and the union of what the types on the way (the derived one left out)
/// prohibit to be substituted; none where it does not derive from it.
pub(crate) fn steps(
    model: &Model,
    derived: TypeId,
    from: TypeId,
) -> Option<(Derivations, Derivations)> {
    let mut methods = Derivations::default();
    let mut blocked = Derivations::default();
    for (step, type_) in chain(model, derived).enumerate() {
        if step > 0
            && let Some(Type::Complex(complex)) = model.types.get(type_.index())
        {
            blocked = union(blocked, complex.block);
        }
        if type_ == from {
            return Some((methods, blocked));
        }
        match model.types.get(type_.index())? {
            Type::Complex(complex) => match complex.derivation {
                Derivation::Extension => methods.extension = true,
                Derivation::Restriction => methods.restriction = true,
            },
            Type::Simple(_) => methods.restriction = true,
        }
    }
    None
}

pub(crate) fn union(a: Derivations, b: Derivations) -> Derivations {
    Derivations {
        extension: a.extension || b.extension,
        restriction: a.restriction || b.restriction,
        substitution: a.substitution || b.substitution,
        list: a.list || b.list,
        union: a.union || b.union,
    }
}

/// Tells whether two sets of derivation methods have one in common.
pub(crate) fn meet(a: Derivations, b: Derivations) -> bool {
    (a.extension && b.extension)
        || (a.restriction && b.restriction)
        || (a.substitution && b.substitution)
        || (a.list && b.list)
        || (a.union && b.union)
}

/// Tells whether a type may stand in for another (3.4.6 "Type Derivation OK (Complex)", 3.14.6 "(Simple)"), where the methods
/// in `barred` are not allowed.
pub(crate) fn derives(model: &Model, derived: TypeId, from: TypeId, barred: Derivations) -> bool {
    if derived == from {
        return true;
    }
    let simple = matches!(model.types.get(derived.index()), Some(Type::Simple(_)));
    if !simple {
        return steps(model, derived, from).is_some_and(|(methods, _)| !meet(methods, barred));
    }
    // 3.14.6, 2.2: by base types, or from the ur-type, or by a union that has it, or something it derives from, as a member.
    let mut work = vec![from];
    let mut seen = Vec::new();
    while let Some(from) = work.pop() {
        if seen.contains(&from) {
            continue;
        }
        seen.push(from);
        if derived == from || steps(model, derived, from).is_some() {
            return derived == from || !barred.restriction;
        }
        if let Some(Type::Simple(union)) = model.types.get(from.index())
            && let Variety::Union(members) = &union.variety
        {
            work.extend(members.iter().copied());
        }
    }
    false
}

/// The elements that may stand where a particle names an element: itself first, then the members of its substitution group
/// that no block keeps out (3.3.6 "Substitution Group OK (Transitive)").
pub(crate) fn substitutes(model: &Model, head: ElementId) -> impl Iterator<Item = ElementId> + '_ {
    let members = match model.elements.get(head.index()) {
        Some(element) if element.global && !element.block.substitution => {
            model.substitutions.get(&head)
        }
        _ => None,
    };
    let members = members.map_or(&[][..], Vec::as_slice);
    std::iter::once(head).chain(
        members
            .iter()
            .copied()
            .filter(move |member| substitutable(model, head, *member)),
    )
}

/// Tells whether a member of a substitution group's types and blocks let it stand in for the head.
pub(crate) fn substitutable(model: &Model, head: ElementId, member: ElementId) -> bool {
    let (Some(head), Some(member)) = (
        model.elements.get(head.index()),
        model.elements.get(member.index()),
    ) else {
        return false;
    };
    if head.block.substitution {
        return false;
    }
    match steps(model, member.type_, head.type_) {
        Some((methods, blocked)) => !meet(methods, union(head.block, blocked)),
        // A union's member as the type of the group's member is derived without a step.
        None => derives(model, member.type_, head.type_, Derivations::default()),
    }
}

impl Model {
    /// The elements that may stand where a particle names an element: itself first, then those of its substitution group that
    /// no block keeps out; abstract ones too.
    pub fn stand_ins(&self, head: ElementId) -> impl Iterator<Item = ElementId> + '_ {
        substitutes(self, head)
    }

    /// Tells whether `xsi:type` may name a type where another is declared, whatever the element blocks.
    pub fn stands_for(&self, type_: TypeId, declared: TypeId) -> bool {
        let barred = match self.types.get(declared.index()) {
            Some(Type::Complex(complex)) => complex.block,
            _ => Derivations::default(),
        };
        derives(self, type_, declared, barred)
    }
}
