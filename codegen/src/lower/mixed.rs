//! Mixed content: a list of text and elements, and the order of the elements where the schema sets one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use soapstone::name::QName;
use soapstone_schema::model::{Compositor, Content, Group, Particle, Term, TypeId};

use super::particle::DEPTH;
use super::{Lowering, Owner};
use crate::item::{Arm, Choice, Item, ItemId, Kind, Model, Occurs, Particle as Place, Rust};
use crate::names::{self, Names};

/// The variants found so far, each element name once.
#[derive(Default)]
struct Found {
    names: Names,
    arms: Vec<Arm>,
    elements: HashMap<QName, usize>,
}

impl<'m> Lowering<'m> {
    /// Lowers mixed content to a list whose items are text or one of the elements, so that their order is kept.
    ///
    /// `<complexType mixed="true"><choice maxOccurs="unbounded"><element name="b"/>…`  →  `enum ParaContent { Text(String), B(B) }`
    pub(super) fn mixed_item(&mut self, item: ItemId, id: TypeId) {
        let Some(type_) = self.complex_type(id) else {
            return;
        };
        let Content::Mixed(Some(particle)) = &type_.content else {
            return;
        };
        let mut owner = self.owner(item);
        if let Some(name) = owner.name.strip_suffix("Content") {
            owner.name = name.to_owned();
        }
        let mut found = Found::default();
        found.names.reserve(&["Text"]);
        let order = self.order(particle, &owner, &mut found, 0);
        let choice = Choice {
            mixed: true,
            model: order.filter(|order| !is_free(order, found.arms.len())),
            type_: false,
            arms: found.arms,
        };
        let kind = self.shared(item, choice);
        self.set(item, kind, String::new());
    }

    /// Makes one enum of all contents that are the same: those of a language for documents are a few, each of hundreds of
    /// elements, for hundreds of types. Each keeps its name.
    fn shared(&mut self, item: ItemId, choice: Choice) -> Kind {
        let has_own = |item: &Item| !item.attributes.is_empty();
        if self.package.items.get(item.0).is_none_or(has_own) {
            return Kind::Choice(choice);
        }
        match self.contents.entry(format!("{choice:?}")) {
            Entry::Occupied(same) => Kind::Alias(Rust::Item(*same.get())),
            Entry::Vacant(first) => {
                first.insert(item);
                Kind::Choice(choice)
            }
        }
    }

    /// Adds the variants of a particle, and gives its place in the content model.
    fn order(
        &mut self,
        particle: &'m Particle,
        owner: &Owner,
        found: &mut Found,
        depth: usize,
    ) -> Option<Model> {
        if particle.max == Some(0) || depth > DEPTH {
            return None;
        }
        let once = match &particle.term {
            Term::Element(_) => self.element_order(particle, owner, found)?,
            Term::Any(wildcard) => {
                let wildcard = super::particle::wildcard(wildcard);
                found.arms.push(Arm {
                    name: found.names.claim("Any"),
                    documentation: String::new(),
                    rust: Rust::Path("codec::AnyElement"),
                    particle: Place::Any(wildcard.clone()),
                    occurs: Occurs::One,
                    turns: None,
                });
                Model::Any(wildcard, found.arms.len() - 1)
            }
            Term::Group(group) => {
                let group: &'m Group = self.model.groups.get(group.index())?;
                let parts: Vec<Model> = group
                    .particles
                    .iter()
                    .filter_map(|member| self.order(member, owner, found, depth + 1))
                    .collect();
                match group.compositor {
                    Compositor::Sequence => Model::Sequence(parts),
                    // An empty choice is read as empty.
                    Compositor::Choice if parts.is_empty() => Model::Sequence(parts),
                    Compositor::Choice => Model::Choice(parts),
                    Compositor::All => Model::All(parts),
                }
            }
        };
        Some(match (particle.min, particle.max) {
            (1, Some(1)) => once,
            (min, max) => Model::Repeat(Box::new(once), min, max),
        })
    }

    fn element_order(
        &mut self,
        particle: &'m Particle,
        owner: &Owner,
        found: &mut Found,
    ) -> Option<Model> {
        let Term::Element(id) = &particle.term else {
            return None;
        };
        let element = self.model.elements.get(id.index())?;
        if let Some(arm) = found.elements.get(&element.name) {
            return Some(Model::Arm(*arm));
        }
        let (rust, place) = self.element_place(*id, element, owner);
        found.arms.push(Arm {
            name: found.names.claim(&names::pascal(&element.name.local)),
            documentation: super::documentation(element.annotation.as_deref()),
            rust,
            particle: place,
            occurs: Occurs::One,
            turns: None,
        });
        let arm = found.arms.len() - 1;
        found.elements.insert(element.name.clone(), arm);
        Some(Model::Arm(arm))
    }
}

/// Tells whether every variant may stand everywhere: a repeated choice of all of them.
fn is_free(order: &Model, arms: usize) -> bool {
    match order {
        Model::Repeat(once, 0, None) => match &**once {
            Model::Arm(_) | Model::Any(..) => arms == 1,
            Model::Choice(parts) => {
                let leaf = |p: &Model| matches!(p, Model::Arm(_) | Model::Any(..));
                let single = |p: &&Model| {
                    leaf(p) || matches!(p, Model::Repeat(one, min, _) if *min <= 1 && leaf(one))
                };
                parts.len() == arms && parts.iter().filter(single).count() == arms
            }
            _ => false,
        },
        Model::Sequence(parts) => match parts.as_slice() {
            [only] => is_free(only, arms),
            _ => false,
        },
        _ => false,
    }
}
