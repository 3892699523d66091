//! Particles and model groups (XSD 1.0 part 1, 3.7, 3.8, 3.9).

use std::collections::HashMap;

use super::{At, Resolver, next, order};
use crate::document::schema::{Group, GroupDefinition, Particle, Term};
use crate::model::{self, Compositor, GroupId, Place};

/// So many particles are put in the place of references inside `all` groups, in all.
const FLATTENED: usize = 100_000;

impl Resolver<'_, '_> {
    pub(super) fn declare_group(&mut self, at: At, id: GroupId, written: &GroupDefinition) {
        let particles = self.particles(at, &written.group);
        if let Some(group) = self.model.groups.get_mut(id.index()) {
            group.compositor = written.group.compositor;
            group.particles = particles;
            group.annotation = written
                .annotation
                .clone()
                .or_else(|| written.group.annotation.clone());
        }
    }

    fn particles(&mut self, at: At, written: &Group) -> Vec<model::Particle> {
        written
            .particles
            .iter()
            .filter_map(|particle| self.particle(at, particle))
            .collect()
    }

    /// Makes a particle; `None` for one that can't occur (`maxOccurs="0"`), or that refers to nothing.
    pub(super) fn particle(&mut self, at: At, written: &Particle) -> Option<model::Particle> {
        let term = match &written.term {
            _ if written.max == Some(0) => return None,
            Term::Element(element) => model::Term::Element(self.local_element(at, element)),
            Term::ElementReference(name) => {
                model::Term::Element(self.element_reference(at, name, written.place)?)
            }
            Term::Group(group) => model::Term::Group(self.local_group(at, group, written.place)),
            Term::GroupReference(name) => {
                model::Term::Group(self.group_reference(at, name, written.place)?)
            }
            Term::Any(wildcard) => model::Term::Any(self.wildcard(at, wildcard)),
        };
        Some(model::Particle {
            min: written.min,
            max: written.max,
            term,
            place: written.place,
        })
    }

    fn local_group(&mut self, at: At, written: &Group, place: Place) -> GroupId {
        let particles = self.particles(at, written);
        let (compositor, annotation) = (written.compositor, written.annotation.clone());
        self.new_group(model::Group {
            name: None,
            compositor,
            particles,
            annotation,
            place,
        })
    }

    pub(super) fn new_group(&mut self, group: model::Group) -> GroupId {
        self.model.groups.push(group);
        GroupId(next(self.model.groups.len() - 1))
    }

    /// mg-props-correct 2: no group holds itself, but through an element's type.
    pub(super) fn break_group_cycles(&mut self) {
        let groups = &self.model.groups;
        let needs = |index: usize| {
            let particles = groups.get(index).map_or(&[][..], |group| &group.particles);
            particles
                .iter()
                .filter_map(|particle| inner(particle).map(GroupId::index))
                .collect()
        };
        let mut cycles = Vec::new();
        order::order(
            groups.len(),
            needs,
            |from, to| cycles.push((from, to)),
            |_| {},
        );
        for (from, to) in cycles {
            let Some(group) = self.model.groups.get_mut(from) else {
                continue;
            };
            let at = group
                .particles
                .iter()
                .position(|particle| inner(particle).is_some_and(|id| id.index() == to));
            let place = match at {
                Some(at) => group.particles.remove(at).place,
                None => group.place,
            };
            let message = "the group holds itself";
            self.report.error(
                place,
                "mg-props-correct",
                message,
                "put an element in between",
            );
        }
    }

    /// Puts the elements of the `all` groups that an `all` group refers to in the place of the references (XSD 1.1 part 1, 3.8.6).
    pub(super) fn flatten_all_groups(&mut self) {
        let is_all = |group: &model::Group| group.compositor == Compositor::All;
        let groups = self.model.groups.iter().enumerate();
        let known: HashMap<usize, Vec<model::Particle>> = groups
            .filter(|(_, group)| is_all(group))
            .map(|(index, group)| (index, group.particles.clone()))
            .collect();
        let mut left = FLATTENED;
        for group in self.model.groups.iter_mut().filter(|group| is_all(group)) {
            let mut pending = std::mem::take(&mut group.particles);
            pending.reverse();
            while let Some(particle) = pending.pop() {
                let Some(id) = inner(&particle) else {
                    group.particles.push(particle);
                    continue;
                };
                // cos-all-limited 2: whatever an `all` group refers to is one.
                let Some(members) = known.get(&id.index()) else {
                    let message = "an all group refers to a group that is none";
                    let help = "refer to an all group, or put its elements there";
                    self.report
                        .error(particle.place, "cos-all-limited.2", message, help);
                    continue;
                };
                let Some(rest) = left.checked_sub(members.len()) else {
                    let message =
                        format!("all groups refer to more than {FLATTENED} particles in all");
                    let help = "put the elements of fewer groups there";
                    self.report
                        .error(particle.place, "cos-all-limited.2", message, help);
                    return;
                };
                left = rest;
                pending.extend(members.iter().rev().cloned());
            }
        }
    }

    /// Part 1, 3.9.6 (Particle Emptiable): it may match nothing.
    pub(super) fn emptiable(&self, particle: &model::Particle, depth: usize) -> bool {
        if particle.min == 0 {
            return true;
        }
        // Deeper than documents nest only by long chains of group definitions.
        let (Some(id), 0..500) = (inner(particle), depth) else {
            return false;
        };
        let Some(group) = self.model.groups.get(id.index()) else {
            return true;
        };
        let mut particles = group
            .particles
            .iter()
            .map(|particle| self.emptiable(particle, depth + 1));
        match group.compositor {
            Compositor::Choice => group.particles.is_empty() || particles.any(|empty| empty),
            _ => particles.all(|empty| empty),
        }
    }
}

/// The group that a particle repeats, if it is one.
fn inner(particle: &model::Particle) -> Option<GroupId> {
    match particle.term {
        model::Term::Group(id) => Some(id),
        _ => None,
    }
}
