//! Complex types: structs, families told apart by `xsi:type`, SOAP-encoded arrays.

use std::collections::HashSet;

use soapstone_schema::model::{
    Builtin, ComplexType, Compositor, Content, Particle, Term, Type, TypeId,
};

use super::{Lowering, Owner, SOAP_ENCODING, Work, documentation};
use crate::item::{
    Body, Family, Field, ItemId, Kind, Member, Occurs, Particle as Place, Rust, Struct,
};
use crate::names::{self, Names};

impl<'m> Lowering<'m> {
    /// The Rust type for elements of a complex type: its struct, or the family of what may stand for it.
    pub(super) fn complex(&mut self, id: TypeId, owner: &Owner) -> Rust {
        if id == Builtin::AnyType.id() {
            return Rust::Path("codec::AnyType");
        }
        if let Some(rust) = self.families.get(&id) {
            return rust.clone();
        }
        let Some(type_) = self.complex_type(id) else {
            return Rust::Path("codec::AnyType");
        };
        if type_
            .name
            .as_ref()
            .is_some_and(|n| &*n.namespace == SOAP_ENCODING)
        {
            let rust = encoding_type(type_.name.as_ref().map_or("", |n| &n.local));
            self.families.insert(id, rust.clone());
            return rust;
        }
        let rust = if self.is_array(id) {
            let item = self.struct_item_of(id, owner);
            // Its items may be arrays of its own type.
            self.families.insert(id, Rust::Item(item));
            let owner = self.owner(item);
            self.array_item(item, type_, &owner);
            Rust::Item(item)
        } else {
            let members = self.members(id);
            match members.as_slice() {
                [] => Rust::Path("codec::AnyType"),
                [only] if *only == id => Rust::Item(self.structure(id, owner)),
                _ => {
                    let (module, name) = self
                        .reserved
                        .get(&id)
                        .cloned()
                        .unwrap_or((owner.module, owner.name.clone()));
                    let qname = type_.name.clone();
                    let item = if type_.abstract_ {
                        let item = self.place(module, name, qname);
                        self.queue.push_back((item, Work::Family(id)));
                        item
                    } else {
                        self.allocate(module, &format!("Any{name}"), qname, Work::Family(id))
                    };
                    Rust::Item(item)
                }
            }
        };
        self.families.insert(id, rust.clone());
        rust
    }

    pub(super) fn complex_type(&self, id: TypeId) -> Option<&'m ComplexType> {
        match self.model.types.get(id.index())? {
            Type::Complex(complex) => Some(complex),
            Type::Simple(_) => None,
        }
    }

    /// The types that may stand where this one is declared: itself and all that derive from it, none of them abstract.
    fn members(&self, id: TypeId) -> Vec<TypeId> {
        let mut members = Vec::new();
        let mut seen = HashSet::from([id]);
        let mut stack = vec![id];
        while let Some(next) = stack.pop() {
            if self.complex_type(next).is_some_and(|t| !t.abstract_) {
                members.push(next);
            }
            let below = self
                .derived
                .get(&next)
                .map(Vec::as_slice)
                .unwrap_or_default();
            stack.extend(below.iter().rev().copied().filter(|t| seen.insert(*t)));
        }
        members.retain(|member| self.model.stands_for(*member, id));
        members
    }

    /// The struct of exactly this type.
    fn structure(&mut self, id: TypeId, owner: &Owner) -> ItemId {
        if let Some(&item) = self.structs.get(&id) {
            return item;
        }
        let item = self.struct_item_of(id, owner);
        self.queue.push_back((item, Work::Complex(id)));
        item
    }

    fn struct_item_of(&mut self, id: TypeId, owner: &Owner) -> ItemId {
        let qname = self.type_name(id).cloned();
        let (module, name) = match self.reserved.get(&id) {
            Some(reserved) => reserved.clone(),
            None => {
                let module = owner.module;
                (module, self.symbols.types(module).claim(&owner.name))
            }
        };
        let tag = qname
            .as_ref()
            .map(|name| self.type_tag(&name.namespace, &name.local, module));
        let item = self.place(module, name, qname);
        if let Some(item) = self.package.items.get_mut(item.0) {
            item.tag = tag;
        }
        self.structs.insert(id, item);
        item
    }

    /// Lowers a type with derived types to an enum of all that can stand there.
    ///
    /// `<complexType name="Cat"><complexContent><extension base="Pet">`  →  `enum AnyPet { Pet(Pet), Cat(Cat) }`
    pub(super) fn family_item(&mut self, item: ItemId, id: TypeId) {
        let Some(type_) = self.complex_type(id) else {
            return;
        };
        let mut names = Names::default();
        let mut members = Vec::new();
        for member in self.members(id) {
            let Some(name) = self.type_name(member) else {
                continue;
            };
            let owner = self.owner_of(member);
            let tag = self.type_tag(&name.namespace, &name.local, owner.module);
            let rust = Rust::Item(self.structure(member, &owner));
            members.push(Member {
                name: names.claim(&names::pascal(&name.local)),
                tag,
                rust,
            });
        }
        self.set(
            item,
            Kind::Family(Family {
                abstract_: type_.abstract_,
                members,
            }),
            documentation(type_.annotation.as_deref()),
        );
    }

    /// Lowers a complex type to a struct: attributes first, then content, in the schema's order.
    ///
    /// `<complexType name="Line"><sequence><element name="qty" type="int"/>…`  →  `struct Line { qty: i32, … }`
    pub(super) fn complex_item(&mut self, item: ItemId, id: TypeId) {
        let Some(type_) = self.complex_type(id) else {
            return;
        };
        let owner = self.owner(item);
        let mut names = Names::default();
        let (attributes, any_attribute) = self.attributes(type_, &owner, &mut names);
        let bare = attributes.is_empty() && any_attribute.is_none();
        if bare
            && let Content::Elements(particle) = &type_.content
            && let Some(choice) = self.whole_choice(particle, &owner)
        {
            self.set(
                item,
                Kind::Choice(choice),
                documentation(type_.annotation.as_deref()),
            );
            return;
        }
        let body = match &type_.content {
            Content::Empty => Body::Empty,
            Content::Simple(simple) => Body::Value(value_field(
                self.simple(*simple, &owner.nested("Value")),
                &mut names,
            )),
            Content::Mixed(None) => Body::Value(value_field(Rust::Path("String"), &mut names)),
            Content::Mixed(Some(_)) => {
                let content = self.allocate(
                    owner.module,
                    &format!("{}Content", owner.name),
                    None,
                    Work::MixedContent(id),
                );
                Body::Mixed(names.claim_snake("content"), content)
            }
            Content::Elements(particle) => self.body(particle, &owner, &mut names),
        };
        let kind = Kind::Struct(Struct {
            first: None,
            attributes,
            any_attribute,
            body,
            nil: false,
        });
        self.set(item, kind, documentation(type_.annotation.as_deref()));
    }

    fn body(&mut self, particle: &'m Particle, owner: &Owner, names: &mut Names) -> Body {
        let mut fields = Vec::new();
        if let Term::Group(group) = &particle.term
            && let Some(group) = self.model.groups.get(group.index())
            && group.compositor == Compositor::All
        {
            for member in &group.particles {
                self.fields(member, owner, names, &mut fields, 0);
            }
            let mut together = Vec::new();
            if particle.max != Some(1) {
                // No rule says how an `all` group repeats; any number of each element takes whatever is meant.
                for field in &mut fields {
                    field.occurs = Occurs::Many(0, None);
                }
            } else if particle.min == 0 {
                // An absent `all` group is every element of it absent.
                for (index, field) in fields.iter_mut().enumerate() {
                    let (due, occurs) = match field.occurs {
                        Occurs::One => (1, Occurs::Option),
                        Occurs::Many(min, max) => (min, Occurs::Many(0, max)),
                        Occurs::Option => continue,
                    };
                    field.occurs = occurs;
                    if due > 0 {
                        together.push((index, due));
                    }
                }
            }
            return if fields.is_empty() {
                Body::Empty
            } else {
                Body::All(fields, together)
            };
        }
        self.fields(particle, owner, names, &mut fields, 0);
        if fields.is_empty() {
            Body::Empty
        } else {
            Body::Sequence(fields)
        }
    }
}

fn value_field(rust: Rust, names: &mut Names) -> Field {
    Field {
        name: names.claim_snake("value"),
        documentation: String::new(),
        rust,
        particle: Place::Value,
        occurs: Occurs::One,
        turns: None,
    }
}

/// The types of SOAP encoding are those of XSD with `id` and `href` (SOAP 1.1, 5.2).
fn encoding_type(local: &str) -> Rust {
    match Builtin::ALL.iter().find(|b| b.name() == local) {
        Some(builtin) => super::simple::builtin(*builtin),
        None => Rust::Path("codec::AnyType"),
    }
}
