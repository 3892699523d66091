//! Complex types: what they say themselves, then composed with their bases (XSD 1.0 part 1, 3.4.2).

use std::collections::HashSet;

use soapstone::name::QName;

use super::attributes::{Flat, Own as OwnAttributes};
use super::content::alone;
use super::symbols::complex_type;
use super::wildcard::union;
use super::{At, Resolver, next, order};
use crate::document::schema::{self, ComplexType, Content as Written};
use crate::encoded::Encoding;
use crate::model::{
    AttributeUse, Builtin, Compositor, Content, Derivation, Derivations, Facets, Particle, Place,
    Type, TypeId, Wildcard,
};

/// What a complex type says itself.
#[derive(Debug)]
pub(super) struct Own {
    /// Absent where the name led nowhere, which was reported.
    base: Option<TypeId>,
    pub(super) derivation: Derivation,
    content: OwnContent,
    attributes: OwnAttributes,
    pub(super) place: Place,
}

#[derive(Debug)]
enum OwnContent {
    /// Elements, perhaps mixed; no particle for "nothing said".
    Complex {
        mixed: bool,
        particle: Option<Particle>,
    },
    /// A simple value; for a restriction an inner type that narrows first, and facets.
    Simple {
        inner: Option<TypeId>,
        facets: Box<Facets>,
    },
}

impl Resolver<'_, '_> {
    /// Makes an anonymous complex type.
    pub(super) fn inline_complex(&mut self, at: At, written: &ComplexType) -> TypeId {
        let id = TypeId(next(self.model.types.len()));
        self.model
            .types
            .push(Type::Complex(complex_type(None, written.place)));
        self.declare_complex(
            At {
                redefinition: None,
                ..at
            },
            id,
            written,
        );
        id
    }

    pub(super) fn declare_complex(&mut self, at: At, id: TypeId, written: &ComplexType) {
        // Only the derivation itself sees the type before a redefinition.
        let inside = At {
            redefinition: None,
            ..at
        };
        let (base, derivation, content, place) = match &written.content {
            Written::Plain(particle) => {
                let particle = particle
                    .as_ref()
                    .and_then(|particle| self.top(inside, particle));
                let content = OwnContent::Complex {
                    mixed: written.mixed,
                    particle,
                };
                (
                    Some(Builtin::AnyType.id()),
                    Derivation::Restriction,
                    content,
                    written.place,
                )
            }
            Written::Complex {
                derivation,
                base,
                mixed,
                particle,
                place,
            } => {
                let base = self.base(at, base, *place);
                let particle = particle
                    .as_ref()
                    .and_then(|particle| self.top(inside, particle));
                let content = OwnContent::Complex {
                    mixed: mixed.unwrap_or(written.mixed),
                    particle,
                };
                (base, *derivation, content, *place)
            }
            Written::SimpleExtension { base, place } => {
                let content = OwnContent::Simple {
                    inner: None,
                    facets: Box::default(),
                };
                (
                    self.base(at, base, *place),
                    Derivation::Extension,
                    content,
                    *place,
                )
            }
            Written::SimpleRestriction {
                base,
                type_,
                facets,
                place,
            } => {
                let inner = type_
                    .as_ref()
                    .map(|inner| self.inline_simple(inside, inner));
                let content = OwnContent::Simple {
                    inner,
                    facets: facets.clone(),
                };
                (
                    self.base(at, base, *place),
                    Derivation::Restriction,
                    content,
                    *place,
                )
            }
        };
        let attributes = self.own_attributes(inside, &written.attributes, written.place);
        let (block_default, final_default) = match self.schema(at) {
            Some(schema) => (schema.block_default, schema.final_default),
            None => Default::default(),
        };
        if let Some(Type::Complex(type_)) = self.model.types.get_mut(id.index()) {
            type_.abstract_ = written.abstract_;
            type_.block = of_complex_types(written.block.unwrap_or(block_default));
            type_.final_ = of_complex_types(written.final_.unwrap_or(final_default));
            type_.annotation = written.annotation.clone();
        }
        self.complex.insert(
            id,
            Own {
                base,
                derivation,
                content,
                attributes,
                place,
            },
        );
    }

    /// The particle directly inside a type; 3.4.2: some that hold nothing count as none.
    fn top(&mut self, at: At, written: &schema::Particle) -> Option<Particle> {
        let particle = self.particle(at, written)?;
        if let schema::Term::Group(group) = &written.term
            && group.particles.is_empty()
            && (group.compositor != Compositor::Choice || written.min == 0)
        {
            return None;
        }
        Some(particle)
    }

    /// Composes every complex type with its base, bases first.
    pub(super) fn compose_complex_types(&mut self) {
        let own = std::mem::take(&mut self.complex);
        let needs = |index: usize| {
            own.get(&TypeId(next(index)))
                .and_then(|own| own.base)
                .map(TypeId::index)
                .into_iter()
                .collect()
        };
        let mut circular = HashSet::new();
        let mut sequence = Vec::new();
        let mut places = Vec::new();
        order::order(
            self.model.types.len(),
            needs,
            |from, _| {
                circular.insert(from);
                places.push(from);
            },
            |index| sequence.push(index),
        );
        for index in places {
            let place = self.place_of_type(index);
            let message = "the type derives from itself";
            self.report.error(
                place,
                "ct-props-correct",
                message,
                "break the circle of definitions",
            );
        }
        for index in sequence {
            let id = TypeId(next(index));
            if let Some(own) = own.get(&id) {
                let base = own.base.filter(|_| !circular.contains(&index));
                self.compose(id, base, own);
            }
        }
    }

    /// Composes a type; one whose base is not known stands alone, and allows any attribute.
    fn compose(&mut self, id: TypeId, known: Option<TypeId>, own: &Own) {
        let flat = self.flatten(&own.attributes, "ct-props-correct");
        let mut added = None;
        let base = known.unwrap_or(Builtin::AnyType.id());
        let content = match &own.content {
            OwnContent::Complex { mixed, particle } if known.is_none() => {
                alone(*mixed, particle.clone())
            }
            OwnContent::Simple { inner, .. } if known.is_none() => {
                Content::Simple(inner.unwrap_or(Builtin::AnySimpleType.id()))
            }
            OwnContent::Complex { mixed, particle } => {
                if let Some(Type::Simple(_)) = self.model.types.get(base.index()) {
                    let message = "the base of complexContent must be a complex type";
                    self.report
                        .error(own.place, "src-ct", message, "use simpleContent");
                }
                if own.derivation == Derivation::Extension {
                    added = particle.clone();
                }
                self.complex_content(own, base, *mixed, particle.clone())
            }
            OwnContent::Simple { inner, facets } => self.simple_content(own, base, *inner, facets),
        };
        let (attributes, inherited, any) = self.compose_attributes(own, base, flat);
        if let Some(Type::Complex(type_)) = self.model.types.get_mut(id.index()) {
            type_.base = base;
            // What stands alone restricts anyType, like every type that names no base.
            type_.derivation = if known.is_some() {
                own.derivation
            } else {
                Derivation::Restriction
            };
            type_.content = content;
            type_.added = added;
            type_.attributes = attributes;
            type_.inherited_attributes = inherited;
            type_.any_attribute = any;
        }
    }

    /// 3.4.2, {attribute uses} and {attribute wildcard}.
    fn compose_attributes(
        &mut self,
        own: &Own,
        base: TypeId,
        flat: Flat,
    ) -> (Vec<AttributeUse>, usize, Option<Wildcard>) {
        let (mut inherited, base_any) = match self.model.types.get(base.index()) {
            Some(Type::Complex(base)) => (base.attributes.clone(), base.any_attribute.clone()),
            _ => (Vec::new(), None),
        };
        if own.derivation == Derivation::Restriction {
            let name = |use_: &AttributeUse| -> Option<&QName> {
                self.model
                    .attributes
                    .get(use_.attribute.index())
                    .map(|attribute| &attribute.name)
            };
            let mut gone: HashSet<&QName> = flat.prohibited.iter().collect();
            gone.extend(flat.uses.iter().filter_map(name));
            let kept = inherited
                .iter()
                .filter(|use_| name(use_).is_some_and(|name| !gone.contains(name)));
            let mut uses: Vec<AttributeUse> = kept.cloned().collect();
            uses.extend(flat.uses.iter().cloned());
            return (uses, 0, flat.any);
        }
        let any = match (base_any, flat.any) {
            (None, any) | (any, None) => any,
            (Some(base_any), Some(mut any)) => {
                match union(&any.namespaces, &base_any.namespaces) {
                    Some(namespaces) => any.namespaces = namespaces,
                    None => {
                        let message = "the attribute wildcard and the base's have a union that can't be expressed";
                        self.report.error(
                            own.place,
                            "src-ct",
                            message,
                            "use the same namespace in both",
                        );
                    }
                }
                Some(any)
            }
        };
        // Contracts written by hand extend an encoded array, and say of what; a restriction is meant (SOAP 1.1, 5.4.2).
        let attributes = &self.model.attributes;
        let of_what = |use_: &AttributeUse| {
            let attribute = attributes.get(use_.attribute.index());
            attribute
                .is_some_and(|attribute| attribute.name.is(Encoding::V11.namespace(), "arrayType"))
        };
        if flat.uses.iter().any(of_what) && inherited.iter().any(of_what) {
            inherited.retain(|use_| !of_what(use_));
            let message = "an encoded array is extended";
            self.report
                .error(own.place, "enc-array", message, "restrict it");
        }
        let count = inherited.len();
        let mut uses = inherited;
        uses.extend(flat.uses);
        self.once_each(&mut uses, "ct-props-correct", own.place);
        (uses, count, any)
    }
}

fn of_complex_types(set: Derivations) -> Derivations {
    Derivations {
        extension: set.extension,
        restriction: set.restriction,
        ..Derivations::default()
    }
}
