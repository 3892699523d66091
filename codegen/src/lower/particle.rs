//! Particles: what becomes a field of the struct around it, what an `Option`, a `Vec`, an enum or a struct of its own.

use soapstone_schema::model::{
    Builtin, Compositor, Content, Element, ElementId, Group, GroupId, Namespaces, Particle, Term,
    Type, TypeId, Wildcard as Any,
};

use super::turns::{multiply, turns};
use super::{Lowering, Owner, Work, documentation};
use crate::item::{
    Body, Constraint, Field, First, ItemId, Kind, Occurs, Particle as Place, Rust, Struct, TagId,
    Wildcard,
};
use crate::names::{self, Names};

/// Groups nest no deeper in the contracts that people write; what is deeper is left to the raw way in.
pub(super) const DEPTH: usize = 64;

impl<'m> Lowering<'m> {
    /// Adds the fields for a particle to those of a struct.
    ///
    /// `<sequence><element name="a"/><element name="b" minOccurs="0"/></sequence>`  →  `a: A, b: Option<B>`
    pub(super) fn fields(
        &mut self,
        particle: &'m Particle,
        owner: &Owner,
        names: &mut Names,
        out: &mut Vec<Field>,
        depth: usize,
    ) {
        let occurs = occurs(particle.min, particle.max);
        match &particle.term {
            _ if particle.max == Some(0) || depth > DEPTH => {}
            Term::Element(id) => out.extend(self.element_field(*id, occurs, owner, names)),
            Term::Any(any) => out.push(any_field(any, occurs, names)),
            Term::Group(id) => {
                let Some(group) = self.model.groups.get(id.index()) else {
                    return;
                };
                match (group.compositor, group.particles.as_slice()) {
                    (_, []) => {}
                    (_, [only]) if let Some(product) = multiply(particle, only) => {
                        // A group around one particle says only how often it occurs.
                        let combined = self.single(only, product, owner, names, depth);
                        out.extend(combined);
                    }
                    (_, [only]) if let Some(turns) = turns((particle.min, particle.max), only) => {
                        out.extend(self.in_turns(turns, only, owner, names, depth));
                    }
                    (Compositor::Choice, _) => {
                        out.push(self.choice_field(*id, group, particle, owner, names))
                    }
                    (compositor, members) => {
                        let all_optional = members.iter().all(|m| self.emptiable(m, 0));
                        let flat = compositor == Compositor::Sequence
                            && (occurs == Occurs::One
                                || (occurs == Occurs::Option && all_optional));
                        if flat {
                            for member in members {
                                self.fields(member, owner, names, out, depth + 1);
                            }
                        } else {
                            out.push(self.sequence_field(*id, group, particle, owner, names));
                        }
                    }
                }
            }
        }
    }

    /// The fields of the only particle of a group, with the product of both occurrence ranges.
    pub(super) fn single(
        &mut self,
        only: &'m Particle,
        (min, max): (u64, Option<u64>),
        owner: &Owner,
        names: &mut Names,
        depth: usize,
    ) -> Vec<Field> {
        let mut fields = Vec::new();
        let range = occurs(min, max);
        match &only.term {
            Term::Element(id) => fields.extend(self.element_field(*id, range, owner, names)),
            Term::Any(any) => fields.push(any_field(any, range, names)),
            Term::Group(id) => {
                let inner = self.model.groups.get(id.index());
                if (min, max) == (1, Some(1)) {
                    self.fields(only, owner, names, &mut fields, depth + 1);
                } else if let Some(group) = inner {
                    let outer = Particle {
                        min,
                        max,
                        term: only.term.clone(),
                        place: only.place,
                    };
                    match (group.compositor, group.particles.as_slice()) {
                        (_, []) => {}
                        (_, [single]) if let Some(product) = multiply(&outer, single) => {
                            if depth < DEPTH {
                                fields = self.single(single, product, owner, names, depth + 1);
                            }
                        }
                        (_, [single]) if let Some(turns) = turns((min, max), single) => {
                            fields = self.in_turns(turns, single, owner, names, depth);
                        }
                        (Compositor::Choice, _) => {
                            fields.push(self.choice_field(*id, group, &outer, owner, names))
                        }
                        (_, members) => {
                            if range == Occurs::Option
                                && members.iter().all(|m| self.emptiable(m, 0))
                            {
                                for member in members {
                                    self.fields(member, owner, names, &mut fields, depth + 1);
                                }
                            } else {
                                fields.push(self.sequence_field(*id, group, &outer, owner, names));
                            }
                        }
                    }
                }
            }
        }
        fields
    }

    fn element_field(
        &mut self,
        id: ElementId,
        occurs: Occurs,
        owner: &Owner,
        names: &mut Names,
    ) -> Option<Field> {
        let element = self.model.elements.get(id.index())?;
        let name = names.claim_snake(&names::snake(&element.name.local));
        let documentation = documentation(element.annotation.as_deref());
        let (rust, particle) = self.element_place(id, element, owner);
        Some(Field {
            name,
            documentation,
            rust,
            particle,
            occurs,
            turns: None,
        })
    }

    /// An element by its tag, or by the enum of its substitution group.
    pub(super) fn element_place(
        &mut self,
        id: ElementId,
        element: &'m Element,
        owner: &Owner,
    ) -> (Rust, Place) {
        if !self.substitutes(id).is_empty() {
            return (Rust::Item(self.substitution(id, element)), Place::Group);
        }
        let rust = self.element_type(id, owner);
        let tag = self.element_tag(element, owner.module);
        let constraint = self.constraint(element);
        (rust, Place::Element(tag, constraint))
    }

    /// The default or fixed value of an element with simple content, or the text of one with mixed content. Where `xsi:type` may name
    /// a type that has elements only, it has no place for a text.
    pub(super) fn constraint(&self, element: &Element) -> Option<Constraint> {
        let simple = match self.model.types.get(element.type_.index())? {
            Type::Simple(_) => element.type_,
            Type::Complex(complex) => match complex.content {
                Content::Simple(simple) => simple,
                Content::Mixed(_) if self.holds_text(element.type_) => Builtin::String.id(),
                _ => return None,
            },
        };
        Some(self.constraint_of(simple, element.value.as_ref()?))
    }

    /// Tells whether elements of a type are always read by a struct that is made of it, or of a type that derives from it, and each
    /// has text.
    fn holds_text(&self, id: TypeId) -> bool {
        let replaced = self
            .type_name(id)
            .and_then(|name| self.options.replacement(name));
        let has_text = |id: &TypeId| match self.model.types.get(id.index()) {
            Some(Type::Complex(complex)) => {
                matches!(complex.content, Content::Mixed(_) | Content::Simple(_))
            }
            _ => false,
        };
        let mut derived = self.derived.get(&id).into_iter().flatten();
        id != Builtin::AnyType.id() && replaced.is_none() && derived.all(has_text)
    }

    pub(super) fn element_tag(&mut self, element: &Element, module: usize) -> TagId {
        self.tag(&element.name.namespace, &element.name.local, module)
    }

    fn sequence_field(
        &mut self,
        id: GroupId,
        group: &'m Group,
        particle: &Particle,
        owner: &Owner,
        names: &mut Names,
    ) -> Field {
        let optional = group.particles.iter().all(|m| self.emptiable(m, 0));
        let item = self.group_item(id, group, owner, "Sequence", false, Work::Sequence(id));
        let field = group
            .name
            .as_ref()
            .map_or("sequence".to_owned(), |n| names::snake(&n.local));
        Field {
            name: names.claim_snake(&field),
            documentation: documentation(group.annotation.as_deref()),
            rust: Rust::Item(item),
            particle: Place::Group,
            occurs: occurs(if optional { 0 } else { particle.min }, particle.max),
            turns: None,
        }
    }

    pub(super) fn group_item(
        &mut self,
        id: GroupId,
        group: &Group,
        owner: &Owner,
        suffix: &str,
        starred: bool,
        work: Work,
    ) -> ItemId {
        if let Some(&item) = self.groups.get(&(id, starred)) {
            return item;
        }
        let (module, wanted) = match &group.name {
            Some(name) => (self.module(&name.namespace), names::pascal(&name.local)),
            None => (owner.module, format!("{}{suffix}", owner.name)),
        };
        let item = self.allocate(module, &wanted, None, work);
        self.groups.insert((id, starred), item);
        item
    }

    /// Lowers a sequence that repeats or may be absent as a whole to a struct.
    ///
    /// `<sequence maxOccurs="unbounded"><element name="a"/><element name="b"/>`  →  `Vec<OrderSequence { a, b }>`
    pub(super) fn sequence_item(&mut self, item: ItemId, id: GroupId) {
        let Some(group) = self.model.groups.get(id.index()) else {
            return;
        };
        let owner = self.owner(item);
        let mut names = Names::default();
        let mut fields = Vec::new();
        for member in &group.particles {
            self.fields(member, &owner, &mut names, &mut fields, 0);
        }
        let mut first = Vec::new();
        for member in &group.particles {
            self.first(member, owner.module, &mut first, 0);
            if !self.emptiable(member, 0) {
                break;
            }
        }
        let body = if group.compositor == Compositor::All {
            Body::All(fields, Vec::new())
        } else {
            Body::Sequence(fields)
        };
        let kind = Kind::Struct(Struct {
            first: Some(first),
            attributes: Vec::new(),
            any_attribute: None,
            body,
            nil: false,
        });
        self.set(item, kind, documentation(group.annotation.as_deref()));
    }

    /// Tells whether a particle accepts nothing at all (XSD 1.0 part 1, 3.9.6, particle emptiable).
    pub(super) fn emptiable(&self, particle: &Particle, depth: usize) -> bool {
        if particle.min == 0 || depth > DEPTH {
            return true;
        }
        let Term::Group(id) = &particle.term else {
            return false;
        };
        let Some(group) = self.model.groups.get(id.index()) else {
            return true;
        };
        match group.compositor {
            Compositor::Choice => {
                group.particles.is_empty()
                    || group.particles.iter().any(|p| self.emptiable(p, depth + 1))
            }
            _ => group.particles.iter().all(|p| self.emptiable(p, depth + 1)),
        }
    }

    /// Adds what can begin a particle.
    fn first(&mut self, particle: &'m Particle, module: usize, out: &mut Vec<First>, depth: usize) {
        if depth > DEPTH {
            return;
        }
        match &particle.term {
            Term::Element(id) => {
                let Some(element) = self.model.elements.get(id.index()) else {
                    return;
                };
                let own = (!element.abstract_).then_some(*id);
                for id in own.into_iter().chain(self.substitutes(*id)) {
                    let Some(element) = self.model.elements.get(id.index()) else {
                        continue;
                    };
                    let tag = First::Tag(self.element_tag(element, module));
                    if !out.contains(&tag) {
                        out.push(tag);
                    }
                }
            }
            Term::Any(any) => out.push(First::Any(wildcard(any))),
            Term::Group(id) => {
                let Some(group) = self.model.groups.get(id.index()) else {
                    return;
                };
                for member in &group.particles {
                    self.first(member, module, out, depth + 1);
                    if group.compositor == Compositor::Sequence && !self.emptiable(member, 0) {
                        break;
                    }
                }
            }
        }
    }
}

fn any_field(any: &Any, occurs: Occurs, names: &mut Names) -> Field {
    Field {
        name: names.claim_snake("any"),
        documentation: documentation(any.annotation.as_deref()),
        rust: Rust::Path("codec::AnyElement"),
        particle: Place::Any(wildcard(any)),
        occurs,
        turns: None,
    }
}

/// A wildcard's namespaces.
pub(super) fn wildcard(any: &Any) -> Wildcard {
    match &any.namespaces {
        Namespaces::Any => Wildcard::Any,
        Namespaces::Not(namespace) => Wildcard::Not(namespace.to_string()),
        Namespaces::In(namespaces) => {
            Wildcard::In(namespaces.iter().map(|n| n.to_string()).collect())
        }
    }
}

pub(super) fn occurs(min: u64, max: Option<u64>) -> Occurs {
    match (min, max) {
        (1, Some(1)) => Occurs::One,
        (0, Some(1)) => Occurs::Option,
        (min, max) => Occurs::Many(min, max),
    }
}
