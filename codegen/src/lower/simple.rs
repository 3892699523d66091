//! Simple types: enumerations, newtypes with facets, lists, unions, and names for what is none of these.

use soapstone_schema::model::{
    Builtin, Scope, SimpleType, Type, TypeId, ValueConstraint, Variety, WhiteSpace,
};
use soapstone_schema::simple::Value;

use super::{Lowering, Owner, documentation, facet};
use crate::item::{Constraint, FacetCall, Kind, Newtype, Rust, Union, UnionMember};
use crate::names::{self, Names};

impl<'m> Lowering<'m> {
    /// The Rust type for values of a simple type.
    pub(super) fn simple(&mut self, id: TypeId, owner: &Owner) -> Rust {
        if let Some(builtin_) = Builtin::from_id(id) {
            return builtin(builtin_);
        }
        if let Some(rust) = self.simples.get(&id) {
            return rust.clone();
        }
        let Some(Type::Simple(type_)) = self.model.types.get(id.index()) else {
            return Rust::Path("String");
        };
        if let Some(name) = &type_.name
            && &*name.namespace == super::SOAP_ENCODING
            && let Some(builtin_) = Builtin::ALL.iter().find(|b| b.name() == &*name.local)
        {
            return builtin(*builtin_);
        }
        let rust = self.simple_item(id, type_, owner);
        self.simples.insert(id, rust.clone());
        rust
    }

    fn simple_item(&mut self, id: TypeId, type_: &'m SimpleType, owner: &Owner) -> Rust {
        let kind = match &type_.variety {
            Variety::Any => return Rust::Path("String"),
            Variety::Atomic(_) if self.is_enumeration(type_) => {
                Kind::Enumeration(self.enumeration(id))
            }
            Variety::Atomic(_) => {
                let chain = self.chain(id);
                // A restriction of an enumeration that lists no values of its own keeps the base's, as far as it takes them.
                let listing = chain.steps.iter().skip(1);
                if let Some((base, _)) = listing.copied().find(|(_, t)| self.is_enumeration(t)) {
                    if !self.is_narrower(id, base) {
                        let base_owner = self.owner_of(base);
                        let rust = self.simple(base, &base_owner);
                        return self.alias(type_, id, rust);
                    }
                    let own = Kind::Enumeration(self.enumeration(id));
                    return self.place_simple(id, type_, owner, own);
                }
                let steps = chain.types();
                let mut facets = self.facets(&chain.steps, chain.root);
                if self.options.open_enumerations {
                    facets.retain(|facet| facet.method != "one_of");
                }
                let representation = facet::representation(chain.root, &steps);
                if facets.is_empty() {
                    return self.alias(type_, id, Rust::Path(representation));
                }
                Kind::Newtype(Newtype {
                    rust: Rust::Path(facet::unchecked(representation)),
                    facets: facet::with_lexical(chain.root, representation, facets),
                })
            }
            Variety::List(item) => {
                let item_owner = self.owner_or(*item, &owner.nested("Item"));
                let rust = Rust::List(Box::new(self.simple(*item, &item_owner)));
                let chain = self.chain(id);
                let facets = self.facets(&chain.steps, Builtin::AnySimpleType);
                if facets.is_empty() {
                    return self.alias(type_, id, rust);
                }
                Kind::Newtype(Newtype { rust, facets })
            }
            Variety::Union(members) => {
                let base = self.model.types.get(type_.base.index());
                if let Some(Type::Simple(base)) = base
                    && matches!(base.variety, Variety::Union(_))
                {
                    let base_owner = self.owner_or(type_.base, &owner.nested("Base"));
                    let rust = self.simple(type_.base, &base_owner);
                    let facets = self.facets(&[(id, type_)], Builtin::AnySimpleType);
                    if facets.is_empty() {
                        return self.alias(type_, id, rust);
                    }
                    Kind::Newtype(Newtype { rust, facets })
                } else {
                    Kind::Union(self.union_(members, owner))
                }
            }
        };
        self.place_simple(id, type_, owner, kind)
    }

    /// Makes an item of a simple type.
    fn place_simple(&mut self, id: TypeId, type_: &SimpleType, owner: &Owner, kind: Kind) -> Rust {
        let (module, name) = match self.reserved.get(&id) {
            Some(reserved) => reserved.clone(),
            None => {
                let name = self.symbols.types(owner.module).claim(&owner.name);
                (owner.module, name)
            }
        };
        let item = self.place(module, name, type_.name.clone());
        self.set(item, kind, documentation(type_.annotation.as_deref()));
        Rust::Item(item)
    }

    /// Keeps a type's name where it adds nothing to its base; a nameless one is its base.
    fn alias(&mut self, type_: &SimpleType, id: TypeId, rust: Rust) -> Rust {
        let (Some(_), Some((module, name))) = (&type_.name, self.reserved.get(&id).cloned()) else {
            return rust;
        };
        let item = self.place(module, name, type_.name.clone());
        self.set(
            item,
            Kind::Alias(rust),
            documentation(type_.annotation.as_deref()),
        );
        Rust::Item(item)
    }

    fn owner_or(&mut self, id: TypeId, otherwise: &Owner) -> Owner {
        if self.reserved.contains_key(&id) {
            self.owner_of(id)
        } else {
            otherwise.clone()
        }
    }

    /// Lowers a union to an enum; a value goes to the first member that accepts it (XSD 1.0 part 2, 2.5.1.3).
    ///
    /// `<union memberTypes="xs:int t:Size"/>`  →  `enum AnySize { Int(i32), Size(Size) }`
    fn union_(&mut self, members: &[TypeId], owner: &Owner) -> Union {
        let mut names = Names::default();
        let mut lowered = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let name = match self.type_name(*member) {
                Some(name) => names::pascal(&name.local),
                None => format!("Member{}", index + 1),
            };
            let member_owner = self.owner_or(
                *member,
                &Owner {
                    module: owner.module,
                    name: format!("{}{name}", owner.name),
                },
            );
            let rust = self.simple(*member, &member_owner);
            let tag = self
                .type_name(*member)
                .filter(|_| Builtin::from_id(*member).is_none() && !self.is_own(*member, &rust))
                .map(|name| self.type_tag(&name.namespace, &name.local, owner.module));
            self.members.insert(*member);
            lowered.push(UnionMember {
                name: names.claim(&name),
                rust,
                tag,
            });
        }
        Union { members: lowered }
    }

    /// The calls of a type's facets, whose values are written as generated code reads them.
    fn facets(&self, steps: &[(TypeId, &SimpleType)], root: Builtin) -> Vec<FacetCall> {
        let compiled = |id| self.values.get(self.model, id);
        let has_pattern = |at: usize| {
            let step = steps.get(at);
            step.is_some_and(|(id, step)| compiled(*id).restricts_by_pattern(compiled(step.base)))
        };
        let types: Vec<&SimpleType> = steps.iter().map(|(_, type_)| *type_).collect();
        facet::calls(&types, root, has_pattern, |base, lexical, scope| {
            self.expanded(base, lexical, scope)
        })
    }

    /// A default or fixed value, as generated code reads it.
    pub(super) fn constraint_of(&self, type_: TypeId, value: &ValueConstraint) -> Constraint {
        Constraint {
            fixed: value.fixed,
            lexical: self.expanded(type_, &value.lexical, &value.scope),
        }
    }

    /// A text of the contract with the names in it as they are without the prefixes that the contract binds, where the type makes
    /// names of them: `a:x b:y`  →  `{urn:a}x {urn:b}y`
    fn expanded(&self, type_: TypeId, text: &str, scope: &Scope) -> String {
        let whole = |value: &Value| match value {
            Value::QName(name) | Value::Notation(name) => Some(name.to_string()),
            _ => None,
        };
        match self.values.check(self.model, type_, text, scope) {
            Ok(Value::List(items)) if items.iter().any(|item| whole(item).is_some()) => {
                let words = text.split_ascii_whitespace().zip(&items);
                let words: Vec<String> = words
                    .map(|(word, item)| whole(item).unwrap_or_else(|| word.to_owned()))
                    .collect();
                words.join(" ")
            }
            Ok(value) => whole(&value).unwrap_or_else(|| text.to_owned()),
            Err(_) => text.to_owned(),
        }
    }

    /// The user-made steps of a type's derivation, from itself upwards, and the built-in that they end at.
    pub(super) fn chain(&self, id: TypeId) -> Chain<'m> {
        let mut steps = Vec::new();
        let mut next = id;
        while let Some(Type::Simple(type_)) = self.model.types.get(next.index()) {
            if Builtin::from_id(next).is_some() || steps.len() > 256 {
                break;
            }
            if let Some(name) = &type_.name
                && &*name.namespace == super::SOAP_ENCODING
                && let Some(builtin) = Builtin::ALL.iter().find(|b| b.name() == &*name.local)
            {
                return Chain {
                    steps,
                    root: *builtin,
                };
            }
            steps.push((next, type_));
            next = type_.base;
        }
        Chain {
            steps,
            root: Builtin::from_id(next).unwrap_or(Builtin::String),
        }
    }
}

pub(super) struct Chain<'m> {
    pub(super) steps: Vec<(TypeId, &'m SimpleType)>,
    pub(super) root: Builtin,
}

impl<'m> Chain<'m> {
    pub(super) fn types(&self) -> Vec<&'m SimpleType> {
        self.steps.iter().map(|(_, type_)| *type_).collect()
    }

    /// What becomes of the white space in the type's values.
    pub(super) fn white_space(&self) -> WhiteSpace {
        facet::white_space(&self.types(), self.root)
    }
}

/// The Rust type of a built-in.
pub(super) fn builtin(builtin: Builtin) -> Rust {
    Rust::Path(match builtin {
        Builtin::AnyType => "codec::AnyType",
        Builtin::AnySimpleType | Builtin::String => "String",
        Builtin::Boolean => "bool",
        Builtin::Decimal => "datatype::Decimal",
        Builtin::Float => "f32",
        Builtin::Double => "f64",
        Builtin::Duration => "datatype::Duration",
        Builtin::DateTime => "datatype::DateTime",
        Builtin::Time => "datatype::Time",
        Builtin::Date => "datatype::Date",
        Builtin::GYearMonth => "datatype::GYearMonth",
        Builtin::GYear => "datatype::GYear",
        Builtin::GMonthDay => "datatype::GMonthDay",
        Builtin::GDay => "datatype::GDay",
        Builtin::GMonth => "datatype::GMonth",
        Builtin::HexBinary => "datatype::HexBinary",
        Builtin::Base64Binary => "datatype::Base64Binary",
        Builtin::AnyUri => "codec::AnyUri",
        Builtin::QName | Builtin::Notation => "codec::QName",
        Builtin::NormalizedString => "codec::NormalizedString",
        Builtin::Token => "codec::Token",
        Builtin::Language => "codec::Language",
        Builtin::NmToken => "codec::NmToken",
        Builtin::NmTokens => "codec::NmTokens",
        Builtin::Name => "codec::Name",
        Builtin::NcName => "codec::NcName",
        Builtin::Id => "codec::Id",
        Builtin::IdRef => "codec::IdRef",
        Builtin::IdRefs => "codec::IdRefs",
        Builtin::Entity => "codec::Entity",
        Builtin::Entities => "codec::Entities",
        Builtin::Integer => "datatype::Integer",
        Builtin::NonPositiveInteger => "codec::NonPositiveInteger",
        Builtin::NegativeInteger => "codec::NegativeInteger",
        Builtin::Long => "i64",
        Builtin::Int => "i32",
        Builtin::Short => "i16",
        Builtin::Byte => "i8",
        Builtin::NonNegativeInteger => "codec::NonNegativeInteger",
        Builtin::UnsignedLong => "u64",
        Builtin::UnsignedInt => "u32",
        Builtin::UnsignedShort => "u16",
        Builtin::UnsignedByte => "u8",
        Builtin::PositiveInteger => "codec::PositiveInteger",
    })
}
