//! Choices and substitution groups: enums whose variants are particles.

use soapstone_schema::model::{Compositor, Element, ElementId, Group, GroupId, Particle, Term};

use super::particle::{DEPTH, occurs, wildcard};
use super::turns::turns;
use super::{Lowering, Owner, Work, documentation};
use crate::item::{Arm, Choice, Field, ItemId, Kind, Occurs, Particle as Place, Rust};
use crate::names::{self, Names};

impl<'m> Lowering<'m> {
    /// The members of an element's substitution group that may stand in a document.
    pub(super) fn substitutes(&self, id: ElementId) -> Vec<ElementId> {
        let members = self.model.stand_ins(id).skip(1);
        let is_abstract = |id: ElementId| {
            let element = self.model.elements.get(id.index());
            element.is_none_or(|element| element.abstract_)
        };
        members.filter(|member| !is_abstract(*member)).collect()
    }

    pub(super) fn substitution(&mut self, id: ElementId, element: &Element) -> ItemId {
        if let Some(&item) = self.substitutions.get(&id) {
            return item;
        }
        let module = self.module(&element.name.namespace);
        let wanted = format!("{}Group", names::pascal(&element.name.local));
        let item = self.allocate(module, &wanted, None, Work::Substitution(id));
        self.substitutions.insert(id, item);
        item
    }

    /// Lowers the head of a substitution group to an enum of the elements that may take its place.
    ///
    /// `<element name="circle" substitutionGroup="shape"/>`  →  `enum ShapeGroup { Circle(Circle), … }`
    pub(super) fn substitution_item(&mut self, item: ItemId, id: ElementId) {
        let Some(head) = self.model.elements.get(id.index()) else {
            return;
        };
        let members = (!head.abstract_)
            .then_some(id)
            .into_iter()
            .chain(self.substitutes(id))
            .collect::<Vec<_>>();
        let mut names = Names::default();
        let mut arms = Vec::new();
        for member in members {
            let Some(element) = self.model.elements.get(member.index()) else {
                continue;
            };
            let module = self.module(&element.name.namespace);
            let rust = self.element_type(
                member,
                &Owner {
                    module,
                    name: String::new(),
                },
            );
            let tag = self.element_tag(element, module);
            let constraint = self.constraint(element);
            arms.push(Arm {
                name: names.claim(&names::pascal(&element.name.local)),
                documentation: documentation(element.annotation.as_deref()),
                rust,
                particle: Place::Element(tag, constraint),
                occurs: Occurs::One,
                turns: None,
            });
        }
        self.set(
            item,
            Kind::Choice(Choice {
                mixed: false,
                type_: false,
                arms,
                model: None,
            }),
            documentation(head.annotation.as_deref()),
        );
    }

    pub(super) fn choice_field(
        &mut self,
        id: GroupId,
        group: &'m Group,
        particle: &Particle,
        owner: &Owner,
        names: &mut Names,
    ) -> Field {
        let optional = group.particles.iter().any(|m| self.emptiable(m, 0));
        let min = if optional { 0 } else { particle.min };
        let starred = min <= 1 && particle.max.is_none();
        let item = self.group_item(
            id,
            group,
            owner,
            "Choice",
            starred,
            Work::Choice(id, starred),
        );
        let field = group
            .name
            .as_ref()
            .map_or("choice".to_owned(), |n| names::snake(&n.local));
        Field {
            name: names.claim_snake(&field),
            documentation: documentation(group.annotation.as_deref()),
            rust: Rust::Item(item),
            particle: Place::Group,
            occurs: occurs(min, particle.max),
            turns: None,
        }
    }

    /// Lowers a choice to an enum; each arm becomes one variant.
    ///
    /// `<choice><element name="card"/><element name="cash"/></choice>`  →  `enum Payment { Card(..), Cash(..) }`
    pub(super) fn choice_item(&mut self, item: ItemId, id: GroupId, starred: bool) {
        let Some(group) = self.model.groups.get(id.index()) else {
            return;
        };
        let owner = self.owner(item);
        let mut names = Names::default();
        let mut arms = Vec::new();
        for member in &group.particles {
            self.arms(member, starred, &owner, &mut names, &mut arms, 0);
        }
        self.set(
            item,
            Kind::Choice(Choice {
                mixed: false,
                type_: false,
                arms,
                model: None,
            }),
            documentation(group.annotation.as_deref()),
        );
    }

    /// The choice that a type is, where its content is one choice that must occur once.
    pub(super) fn whole_choice(&mut self, particle: &'m Particle, owner: &Owner) -> Option<Choice> {
        let Term::Group(id) = &particle.term else {
            return None;
        };
        let group = self.model.groups.get(id.index())?;
        let once = (particle.min, particle.max) == (1, Some(1));
        match group.particles.as_slice() {
            [only]
                if once
                    && group.compositor != Compositor::All
                    && matches!(only.term, Term::Group(_)) =>
            {
                self.whole_choice(only, owner)
            }
            members
                if once
                    && group.compositor == Compositor::Choice
                    && members.len() > 1
                    && group.name.is_none() =>
            {
                if members.iter().any(|m| self.emptiable(m, 0)) {
                    return None;
                }
                let mut names = Names::default();
                let mut arms = Vec::new();
                for member in members {
                    self.arms(member, false, owner, &mut names, &mut arms, 0);
                }
                Some(Choice {
                    mixed: false,
                    type_: true,
                    arms,
                    model: None,
                })
            }
            _ => None,
        }
    }

    pub(super) fn arms(
        &mut self,
        particle: &'m Particle,
        starred: bool,
        owner: &Owner,
        names: &mut Names,
        out: &mut Vec<Arm>,
        depth: usize,
    ) {
        if particle.max == Some(0) || depth > DEPTH {
            return;
        }
        // In `(a* | b)*` the repetition inside adds nothing.
        let once = particle.max == Some(1) || (starred && particle.min <= 1);
        let occurs = if once {
            Occurs::One
        } else {
            Occurs::Many(particle.min.max(1), particle.max)
        };
        // Turns of `(a{2,3} | b)*` that take the same are not told apart.
        let turns = (starred && !once)
            .then(|| turns((1, None), particle))
            .flatten();
        let occurs = turns.map_or(occurs, |turns| {
            let (min, max) = turns.range();
            Occurs::Many(min, max)
        });
        match &particle.term {
            Term::Element(id) => {
                let Some(element) = self.model.elements.get(id.index()) else {
                    return;
                };
                let (rust, place) = self.element_place(*id, element, owner);
                out.push(Arm {
                    name: names.claim(&names::pascal(&element.name.local)),
                    documentation: documentation(element.annotation.as_deref()),
                    rust,
                    particle: place,
                    occurs,
                    turns,
                });
            }
            Term::Any(any) => out.push(Arm {
                name: names.claim("Any"),
                documentation: documentation(any.annotation.as_deref()),
                rust: Rust::Path("codec::AnyElement"),
                particle: Place::Any(wildcard(any)),
                occurs,
                turns,
            }),
            Term::Group(id) => {
                let Some(group) = self.model.groups.get(id.index()) else {
                    return;
                };
                match (group.compositor, group.particles.as_slice()) {
                    (_, []) => {}
                    (_, [only]) if occurs == Occurs::One => {
                        self.arms(only, starred, owner, names, out, depth + 1)
                    }
                    (Compositor::Choice, members) if occurs == Occurs::One => {
                        for member in members {
                            self.arms(member, starred, owner, names, out, depth + 1);
                        }
                    }
                    (compositor, _) => {
                        let choice = compositor == Compositor::Choice;
                        let (suffix, work) = if choice {
                            ("Choice", Work::Choice(*id, false))
                        } else {
                            ("Sequence", Work::Sequence(*id))
                        };
                        let item = self.group_item(*id, group, owner, suffix, false, work);
                        let name = group
                            .name
                            .as_ref()
                            .map_or(suffix.to_owned(), |n| names::pascal(&n.local));
                        out.push(Arm {
                            name: names.claim(&name),
                            documentation: documentation(group.annotation.as_deref()),
                            rust: Rust::Item(item),
                            particle: Place::Group,
                            occurs,
                            turns: None,
                        });
                    }
                }
            }
        }
    }
}
