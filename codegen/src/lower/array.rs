//! SOAP-encoded arrays: what their items are, and how many dimensions they have.

use soapstone::name::QName;
use soapstone_schema::model::{
    Builtin, ComplexType, Content, ElementId, Particle, Term, TypeId, XSD,
};

use super::{Lowering, Owner, SOAP_ENCODING, documentation};
use crate::item::{Array, ItemId, Kind, Rust};

/// Derivations and groups nest no deeper.
const DEPTH: usize = 64;

impl<'m> Lowering<'m> {
    /// Tells whether a type is derived from `soapenc:Array` (SOAP 1.1, 5.4.2).
    pub(super) fn is_array(&self, id: TypeId) -> bool {
        let base = |id: &TypeId| self.complex_type(*id).map(|type_| type_.base);
        std::iter::successors(base(&id), base)
            .take(DEPTH)
            .any(|id| {
                self.type_name(id)
                    .is_some_and(|name| name.is(SOAP_ENCODING, "Array"))
            })
    }

    /// Sets what an encoded array is (WSDL 1.1, 2.2).
    ///
    /// `<attribute ref="soapenc:arrayType" wsdl:arrayType="t:Line[]"/>`  →  `struct Lines(Items<Line>)`
    pub(super) fn array_item(&mut self, item: ItemId, type_: &'m ComplexType, owner: &Owner) {
        let array = match self.array_type(type_) {
            Some((name, brackets)) => self.array_of(&name, &brackets, owner),
            None => self.array_of_element(type_, owner),
        };
        self.set(
            item,
            Kind::Array(array),
            documentation(type_.annotation.as_deref()),
        );
    }

    /// What `wsdl:arrayType` says: a name, and the brackets behind it.
    fn array_type(&self, type_: &ComplexType) -> Option<(QName, String)> {
        let uses = type_.attributes.iter();
        let mut declared = uses.filter_map(|one| self.model.attributes.get(one.attribute.index()));
        let said = declared.find_map(|attribute| {
            let mut foreign = attribute.foreign.iter();
            foreign.find(|one| &*one.name.local == "arrayType")
        })?;
        let (name, brackets) = match said.value.find('[') {
            Some(at) => said.value.split_at_checked(at)?,
            None => (&*said.value, "[]"),
        };
        if brackets.len() > 2 * DEPTH {
            return None;
        }
        let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
        let bound = said.scope.iter().find(|(known, _)| &**known == prefix);
        let namespace = bound.map(|(_, uri)| uri.to_string()).unwrap_or_default();
        Some((QName::new(namespace.as_str(), local), brackets.to_owned()))
    }

    /// An array of what has that name; the last brackets are the array's own, those before them its items': `int[,][]` is a row
    /// of tables.
    fn array_of(&mut self, name: &QName, brackets: &str, owner: &Owner) -> Array {
        let (inner, own) = brackets.split_at(brackets.rfind('[').unwrap_or_default());
        let rank = own.matches(',').count() + 1;
        let local = format!("{}{}", name.local, inner.trim());
        let tag = self.type_tag(&name.namespace, &local, owner.module);
        let item = if inner.contains('[') {
            let nested = owner.nested("Item");
            let wanted = self.claim_type(nested.module, &nested.name);
            let item = self.place(nested.module, wanted, None);
            let array = self.array_of(name, inner.trim(), &nested);
            self.set(item, Kind::Array(array), String::new());
            Rust::Item(item)
        } else {
            match self.model.globals.types.get(name) {
                Some(&type_) => {
                    let owner = self.owner_of(type_);
                    self.declared(type_, &owner)
                }
                None => Rust::Path("codec::AnyType"),
            }
        };
        Array { item, tag, rank }
    }

    /// Older contracts restrict the content to one repeated element instead of naming an array type.
    fn array_of_element(&mut self, type_: &'m ComplexType, owner: &Owner) -> Array {
        let only = match &type_.content {
            Content::Elements(particle) | Content::Mixed(Some(particle)) => {
                self.only_element(particle, 0)
            }
            _ => None,
        };
        let any = (XSD, Builtin::AnyType.name());
        let element = only.and_then(|id| Some((id, self.model.elements.get(id.index())?)));
        let (item, tag) = match element {
            Some((id, element)) => {
                let rust = match self.element_type(id, owner) {
                    Rust::Nillable(inner) => *inner,
                    rust => rust,
                };
                let name = self.type_name(element.type_);
                let (namespace, local) = name.map_or(any, |name| (&*name.namespace, &*name.local));
                (rust, self.type_tag(namespace, local, owner.module))
            }
            None => {
                let tag = self.type_tag(any.0, any.1, owner.module);
                (Rust::Path("codec::AnyType"), tag)
            }
        };
        Array { item, tag, rank: 1 }
    }

    /// The element of a particle that has one only.
    fn only_element(&self, particle: &Particle, depth: usize) -> Option<ElementId> {
        match &particle.term {
            Term::Element(id) => Some(*id),
            Term::Group(id) if depth < DEPTH => {
                match self.model.groups.get(id.index())?.particles.as_slice() {
                    [only] => self.only_element(only, depth + 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
