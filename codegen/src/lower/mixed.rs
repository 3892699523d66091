//! Mixed content: an enum of text and elements, and the order in which the elements stand.

use std::collections::HashMap;

use soapstone::name::QName;
use soapstone_schema::model::{Compositor, Content, Particle, Term, TypeId};

use super::{Lowering, Owner};
use crate::item::{Arm, Choice, ItemId, Kind, Model, Occurs, Particle as Place, Rust};
use crate::names::{self, Names};

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
        let mut names = Names::default();
        names.reserve(&["Text"]);
        let mut arms = Vec::new();
        let mut seen = HashMap::new();
        self.mixed_arms(particle, &owner, &mut names, &mut arms, &mut seen, 0);
        let model = self
            .mixed_model(particle, &seen, 0)
            .filter(|model| !is_free(model, arms.len()));
        let kind = Kind::Choice(Choice {
            mixed: true,
            type_: false,
            arms,
            model,
        });
        self.set(item, kind, String::new());
    }

    /// The order of the elements in mixed content; none where a wildcard leaves open which is which.
    fn mixed_model(
        &self,
        particle: &Particle,
        arms: &HashMap<&QName, usize>,
        depth: usize,
    ) -> Option<Model> {
        let model = match &particle.term {
            Term::Element(id) => {
                let element = self.model.elements.get(id.index())?;
                Model::Arm(*arms.get(&element.name)?)
            }
            Term::Any(_) => return None,
            Term::Group(_) if depth >= super::particle::DEPTH => return None,
            Term::Group(group) => {
                let group = self.model.groups.get(group.index())?;
                let members: Option<Vec<Model>> = group
                    .particles
                    .iter()
                    .map(|member| self.mixed_model(member, arms, depth + 1))
                    .collect();
                match group.compositor {
                    Compositor::Sequence => Model::Sequence(members?),
                    Compositor::Choice => Model::Choice(members?),
                    Compositor::All => Model::All(members?),
                }
            }
        };
        Some(match (particle.min, particle.max) {
            (1, Some(1)) => model,
            (min, max) => Model::Repeat(Box::new(model), min, max),
        })
    }

    fn mixed_arms(
        &mut self,
        particle: &'m Particle,
        owner: &Owner,
        names: &mut Names,
        arms: &mut Vec<Arm>,
        seen: &mut HashMap<&'m QName, usize>,
        depth: usize,
    ) {
        match &particle.term {
            Term::Element(id) => {
                let Some(element) = self.model.elements.get(id.index()) else {
                    return;
                };
                if seen.contains_key(&element.name) {
                    return;
                }
                seen.insert(&element.name, arms.len());
                let mut fields = Vec::new();
                self.fields(particle, owner, &mut Names::default(), &mut fields, 0);
                for field in fields {
                    let name = names.claim(&names::pascal(&element.name.local));
                    arms.push(Arm {
                        name,
                        documentation: field.documentation,
                        rust: field.rust,
                        particle: field.particle,
                        occurs: Occurs::One,
                    });
                }
            }
            Term::Any(wildcard) => {
                let place = Place::Any(super::particle::wildcard(wildcard));
                arms.push(Arm {
                    name: names.claim("Any"),
                    documentation: String::new(),
                    rust: Rust::Path("codec::AnyElement"),
                    particle: place,
                    occurs: Occurs::One,
                });
            }
            Term::Group(group) if depth < super::particle::DEPTH => {
                let Some(group) = self.model.groups.get(group.index()) else {
                    return;
                };
                for member in &group.particles {
                    self.mixed_arms(member, owner, names, arms, seen, depth + 1);
                }
            }
            Term::Group(_) => {}
        }
    }
}

/// Tells whether a model accepts its arms in any order, as often as they come: then there is nothing to check.
fn is_free(model: &Model, arms: usize) -> bool {
    match model {
        Model::Repeat(inner, 0, None) => match &**inner {
            Model::Arm(_) => arms == 1,
            Model::Choice(members) => {
                members.len() == arms && members.iter().all(|m| matches!(m, Model::Arm(_)))
            }
            _ => false,
        },
        _ => false,
    }
}
