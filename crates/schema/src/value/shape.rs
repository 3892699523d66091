//! What an element of a complex type can hold, seen from its names: the fields for JSON, and where each may stand.

use std::collections::HashMap;

use soapstone::name::QName;

use crate::automaton::Automaton;
use crate::automaton::names::Names;
use crate::model::{
    AttributeId, ComplexType, Compositor, Content, ElementId, Model, Particle, Term, TypeId,
};

/// Groups within groups deeper than this are not looked into.
pub(super) const DEPTH: usize = 100;

/// The names that a complex type gives to its content.
#[derive(Debug)]
pub struct Shape {
    /// Its elements, in the order of the schema, members of substitution groups included.
    pub fields: Vec<Field>,
    /// Its attributes, each with its declaration.
    pub attributes: Vec<(QName, AttributeId)>,
    /// The simple type of simple content.
    pub simple: Option<TypeId>,
    /// A wildcard admits further attributes.
    pub any_attribute: bool,
    /// A wildcard admits further elements.
    pub any: bool,
    /// Text may stand between the elements.
    pub mixed: bool,
    /// The content model; absent where there is none, or it is too large.
    pub(super) particle: Option<Particle>,
    pub(super) automaton: Option<Automaton>,
    by_name: HashMap<QName, usize>,
    by_key: HashMap<String, usize>,
}

/// An element that may stand in a type's content.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: QName,
    /// Its declaration.
    pub element: ElementId,
    /// Its name for people: the local part, or `{namespace}local` where another field has the same local part.
    pub key: String,
    /// It may stand more than once.
    pub repeated: bool,
}

impl Shape {
    /// Tells whether mixed content has no elements: it is its text.
    pub fn is_text(&self) -> bool {
        self.mixed && self.fields.is_empty() && !self.any
    }

    pub(super) fn of(model: &Model, names: &Names, complex: &ComplexType) -> Shape {
        let (simple, particle, mixed) = match &complex.content {
            Content::Empty => (None, None, false),
            Content::Simple(type_) => (Some(*type_), None, false),
            Content::Elements(particle) => (None, Some(particle), false),
            Content::Mixed(particle) => (None, particle.as_ref(), true),
        };
        let mut counts = Vec::new();
        if let Some(particle) = particle {
            count(model, particle, DEPTH, &mut counts);
        }
        let mut shape = Shape {
            fields: Vec::new(),
            attributes: Vec::new(),
            simple,
            any_attribute: complex.any_attribute.is_some(),
            any: particle.is_some_and(|particle| has_wildcard(model, particle, DEPTH)),
            mixed,
            particle: particle.cloned(),
            automaton: particle
                .and_then(|particle| Automaton::compile(model, names, particle).ok()),
            by_name: HashMap::new(),
            by_key: HashMap::new(),
        };
        for (element, most) in counts {
            let Some(declared) = model.elements.get(element.index()) else {
                continue;
            };
            shape.add(&declared.name, element, most > 1);
            for member in model.substitutions.get(&element).into_iter().flatten() {
                if let Some(declared) = model.elements.get(member.index()) {
                    shape.add(&declared.name, *member, most > 1);
                }
            }
        }
        shape.name_fields();
        for use_ in &complex.attributes {
            if let Some(attribute) = model.attributes.get(use_.attribute.index()) {
                shape
                    .attributes
                    .push((attribute.name.clone(), use_.attribute));
            }
        }
        shape
    }

    fn add(&mut self, name: &QName, element: ElementId, repeated: bool) {
        if let Some(known) = self.by_name.get(name) {
            // The same name at another place: it may stand at both.
            if let Some(field) = self.fields.get_mut(*known) {
                field.repeated |= repeated;
            }
            return;
        }
        self.by_name.insert(name.clone(), self.fields.len());
        self.fields.push(Field {
            name: name.clone(),
            element,
            key: String::new(),
            repeated,
        });
    }

    fn name_fields(&mut self) {
        let mut locals: HashMap<&str, usize> = HashMap::new();
        for field in &self.fields {
            *locals.entry(&field.name.local).or_default() += 1;
        }
        let shared: Vec<bool> = self
            .fields
            .iter()
            .map(|field| {
                locals
                    .get(&*field.name.local)
                    .is_some_and(|count| *count > 1)
            })
            .collect();
        for (index, (field, shared)) in self.fields.iter_mut().zip(shared).enumerate() {
            field.key = if shared {
                field.name.to_string()
            } else {
                field.name.local.to_string()
            };
            self.by_key.insert(field.key.clone(), index);
            self.by_key.entry(field.name.to_string()).or_insert(index);
        }
    }

    /// The field of a name.
    pub fn field(&self, name: &QName) -> Option<&Field> {
        self.by_name
            .get(name)
            .and_then(|index| self.fields.get(*index))
    }

    /// The field that people call so; `{namespace}local` is always understood.
    pub fn field_by_key(&self, key: &str) -> Option<&Field> {
        self.by_key
            .get(key)
            .and_then(|index| self.fields.get(*index))
    }
}

fn has_wildcard(model: &Model, particle: &Particle, depth: usize) -> bool {
    match &particle.term {
        Term::Any(_) => true,
        Term::Element(_) => false,
        Term::Group(group) => {
            let group = model.groups.get(group.index()).filter(|_| depth > 0);
            let mut particles = group.into_iter().flat_map(|group| &group.particles);
            particles.any(|particle| has_wildcard(model, particle, depth - 1))
        }
    }
}

/// Counts how often each declaration may stand at most: 1, or 2 for more.
fn count(model: &Model, particle: &Particle, depth: usize, found: &mut Vec<(ElementId, u8)>) {
    let most = particle
        .max
        .map_or(2, |max| u8::try_from(max.min(2)).unwrap_or(2));
    match &particle.term {
        Term::Element(element) => add(found, *element, most, Compositor::Sequence, model),
        Term::Any(_) => {}
        Term::Group(group) => {
            let Some(group) = model.groups.get(group.index()).filter(|_| depth > 0) else {
                return;
            };
            let mut within = Vec::new();
            for particle in &group.particles {
                let mut one = Vec::new();
                count(model, particle, depth - 1, &mut one);
                for (element, count) in one {
                    add(&mut within, element, count, group.compositor, model);
                }
            }
            for (element, count) in within {
                add(
                    found,
                    element,
                    count.saturating_mul(most).min(2),
                    Compositor::Sequence,
                    model,
                );
            }
        }
    }
}

/// Adds occurrences: the arms of a choice do not add up.
fn add(
    found: &mut Vec<(ElementId, u8)>,
    element: ElementId,
    count: u8,
    compositor: Compositor,
    model: &Model,
) {
    let name = |id: ElementId| model.elements.get(id.index()).map(|element| &element.name);
    match found
        .iter_mut()
        .find(|(known, _)| *known == element || name(*known) == name(element))
    {
        Some((_, known)) if compositor == Compositor::Choice => *known = (*known).max(count),
        Some((_, known)) => *known = (*known + count).min(2),
        None => found.push((element, count)),
    }
}
