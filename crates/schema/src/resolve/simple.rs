//! Simple types: what they derive from, then their variety in the order of derivation (XSD 1.0 part 1, 3.14).

use super::symbols::simple_type;
use super::{At, Resolver, next, order};
use crate::document::schema::{SimpleDefinition, SimpleType, TypeUse};
use crate::model::{Builtin, Derivations, Place, Type, TypeId, Variety};

/// How a simple type is made.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Restriction(TypeId),
    List(TypeId),
    Union(Vec<TypeId>),
}

impl Resolver<'_, '_> {
    /// Makes an anonymous simple type.
    pub(super) fn inline_simple(&mut self, at: At, written: &SimpleType) -> TypeId {
        let id = TypeId(next(self.model.types.len()));
        self.model
            .types
            .push(Type::Simple(simple_type(None, written.place)));
        // Inside a redefinition only the outermost derivation sees the type before.
        self.declare_simple(
            At {
                redefinition: None,
                ..at
            },
            id,
            written,
        );
        id
    }

    pub(super) fn declare_simple(&mut self, at: At, id: TypeId, written: &SimpleType) {
        let mut facets = Box::default();
        let form = match &written.definition {
            SimpleDefinition::Restriction {
                base,
                facets: written_facets,
            } => {
                facets = written_facets.clone();
                Form::Restriction(match base {
                    TypeUse::Named(name) => {
                        let base = self.base(at, name, written.place);
                        base.inspect(|base| self.refuse_ur_type(*base, written.place))
                            .unwrap_or(Builtin::AnySimpleType.id())
                    }
                    other => self.type_use(at, other, written.place),
                })
            }
            SimpleDefinition::List(item) => Form::List(self.type_use(at, item, written.place)),
            SimpleDefinition::Union(members) => Form::Union(
                members
                    .iter()
                    .map(|member| self.type_use(at, member, written.place))
                    .collect(),
            ),
        };
        let default = self
            .schema(at)
            .map(|schema| schema.final_default)
            .unwrap_or_default();
        let final_ = written.final_.unwrap_or(default);
        if let Some(Type::Simple(type_)) = self.model.types.get_mut(id.index()) {
            type_.facets = *facets;
            type_.final_ = Derivations {
                extension: false,
                substitution: false,
                ..final_
            };
            type_.annotation = written.annotation.clone();
        }
        self.simple.insert(id, form);
    }

    /// Part 1, 3.14.6: the ur-type can't be restricted by a schema.
    pub(super) fn refuse_ur_type(&mut self, base: TypeId, place: Place) {
        if base == Builtin::AnySimpleType.id() {
            let message = "a simple type can't restrict anySimpleType";
            let help = "restrict one of the other built-in types";
            self.report.error(place, "cos-st-restricts", message, help);
        }
    }

    /// A type by name or in place; in a redefinition the name means the new type.
    pub(super) fn type_use(&mut self, at: At, use_: &TypeUse, place: Place) -> TypeId {
        let at = At {
            redefinition: None,
            ..at
        };
        match use_ {
            TypeUse::Named(name) => self.type_(at, name, place),
            TypeUse::Simple(inline) => self.inline_simple(at, inline),
            TypeUse::Complex(inline) => self.inline_complex(at, inline),
        }
    }

    /// Gives every simple type its base and variety; what a type is made of comes first.
    pub(super) fn order_simple_types(&mut self) {
        self.only_simple_parts();
        let forms = std::mem::take(&mut self.simple);
        let needs = |index: usize| match forms.get(&TypeId(next(index))) {
            Some(Form::Restriction(id) | Form::List(id)) => vec![id.index()],
            Some(Form::Union(members)) => members.iter().map(|id| id.index()).collect(),
            None => Vec::new(),
        };
        let mut circular = Vec::new();
        let mut sequence = Vec::new();
        order::order(
            self.model.types.len(),
            needs,
            |from, _| circular.push(from),
            |index| sequence.push(index),
        );
        for index in &circular {
            let place = self.place_of_type(*index);
            let message = "the type is made of itself";
            self.report.error(
                place,
                "st-props-correct",
                message,
                "break the circle of definitions",
            );
        }
        for index in sequence {
            let Some(form) = forms.get(&TypeId(next(index))) else {
                continue;
            };
            let (base, variety) = match form {
                _ if circular.contains(&index) => continue,
                Form::Restriction(base) => (*base, self.variety(*base)),
                Form::List(item) => (Builtin::AnySimpleType.id(), Variety::List(*item)),
                Form::Union(members) => {
                    (Builtin::AnySimpleType.id(), Variety::Union(members.clone()))
                }
            };
            if let Some(Type::Simple(type_)) = self.model.types.get_mut(index) {
                type_.base = base;
                type_.variety = variety;
            }
        }
    }

    /// Only simple types make simple types: anything else is reported and becomes `anySimpleType`.
    fn only_simple_parts(&mut self) {
        let mut forms = std::mem::take(&mut self.simple);
        let mut ids: Vec<TypeId> = forms.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let Some(form) = forms.get_mut(&id) else {
                continue;
            };
            let parts: Vec<&mut TypeId> = match form {
                Form::Restriction(part) | Form::List(part) => vec![part],
                Form::Union(members) => members.iter_mut().collect(),
            };
            for part in parts {
                let Some(Type::Complex(complex)) = self.model.types.get(part.index()) else {
                    continue;
                };
                let name = complex
                    .name
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string);
                let place = self.place_of_type(id.index());
                // Where the name could not be bound, that was said already.
                if *part != Builtin::AnyType.id() || !self.unbound(place) {
                    let message = format!("a simple type can't be made of the complex type {name}");
                    let help = "derive a complexType with simpleContent instead";
                    self.report.error(place, "st-props-correct", message, help);
                }
                *part = Builtin::AnySimpleType.id();
            }
        }
        self.simple = forms;
    }

    /// A reference at that place was reported as leading nowhere.
    fn unbound(&self, place: Place) -> bool {
        self.report
            .diagnostics
            .iter()
            .any(|d| d.place == place && d.rule == "src-resolve")
    }

    /// The variety of a simple type.
    pub(super) fn variety(&self, id: TypeId) -> Variety {
        match self.model.types.get(id.index()) {
            Some(Type::Simple(type_)) => type_.variety.clone(),
            _ => Variety::Any,
        }
    }

    pub(super) fn place_of_type(&self, index: usize) -> Place {
        match self.model.types.get(index) {
            Some(Type::Simple(type_)) => type_.place,
            Some(Type::Complex(type_)) => type_.place,
            None => Place::default(),
        }
    }
}
