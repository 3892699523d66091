//! Putting children in the order that a content model asks for.
//!
//! An order that is valid is kept. Otherwise the particles take what they can, from first to last, and what nothing takes
//! goes to the end, where validation names it.

use std::collections::{HashMap, VecDeque};

use soapstone::name::QName;

use super::Values;
use super::shape::{DEPTH, Shape};
use crate::automaton::names::admits;
use crate::model::{Compositor, ElementId, Model, Particle, Term};

/// The order of children of these names: indexes into `names`.
pub(crate) fn order(values: &Values, shape: &Shape, names: &[&QName]) -> Vec<usize> {
    if is_valid(values, shape, names) {
        return (0..names.len()).collect();
    }
    let Some(particle) = &shape.particle else {
        return (0..names.len()).collect();
    };
    let mut pool = Pool {
        model: values.model(),
        names,
        by_name: HashMap::new(),
        wild: VecDeque::new(),
        taken: Vec::new(),
    };
    for (index, name) in names.iter().enumerate() {
        match shape.field(name) {
            Some(_) => pool.by_name.entry(name).or_default().push_back(index),
            None => pool.wild.push_back((index, &name.namespace)),
        }
    }
    pool.fill(particle, DEPTH);
    let mut order = pool.taken;
    let mut rest: Vec<usize> = pool.by_name.into_values().flatten().collect();
    rest.extend(pool.wild.into_iter().map(|(index, _)| index));
    rest.sort_unstable();
    order.extend(rest);
    order
}

fn is_valid(values: &Values, shape: &Shape, names: &[&QName]) -> bool {
    let Some(automaton) = &shape.automaton else {
        return names.is_empty();
    };
    let mut run = automaton.start();
    names.iter().all(|name| {
        let namespace = values.names.namespace(&name.namespace);
        automaton
            .step(
                &mut run,
                values.names.name(namespace, &name.local),
                namespace,
            )
            .is_some()
    }) && automaton.accepts(&run)
}

/// The children that no particle has taken yet.
struct Pool<'a> {
    model: &'a Model,
    names: &'a [&'a QName],
    by_name: HashMap<&'a QName, VecDeque<usize>>,
    /// Children that only a wildcard can take, with their namespaces.
    wild: VecDeque<(usize, &'a str)>,
    taken: Vec<usize>,
}

impl Pool<'_> {
    /// Lets a particle take what it can; tells whether it took any.
    fn fill(&mut self, particle: &Particle, depth: usize) -> bool {
        let before = self.taken.len();
        let mut left = particle.max.unwrap_or(u64::MAX);
        while left > 0 && self.fill_once(particle, depth) {
            left -= 1;
        }
        self.taken.len() > before
    }

    fn fill_once(&mut self, particle: &Particle, depth: usize) -> bool {
        match &particle.term {
            Term::Element(element) => match self.first_of(*element) {
                Some(index) => {
                    self.take(index);
                    true
                }
                None => false,
            },
            Term::Any(wildcard) => {
                let admitted = self
                    .wild
                    .iter()
                    .position(|(_, namespace)| admits(&wildcard.namespaces, namespace));
                match admitted.and_then(|position| self.wild.remove(position)) {
                    Some((index, _)) => {
                        self.taken.push(index);
                        true
                    }
                    None => false,
                }
            }
            Term::Group(group) => {
                let model = self.model;
                let Some(group) = model.groups.get(group.index()).filter(|_| depth > 0) else {
                    return false;
                };
                if group.compositor == Compositor::Choice {
                    // The arm that takes the earliest child, so that a repeated choice keeps the order given.
                    let arm = group
                        .particles
                        .iter()
                        .filter_map(|arm| Some((self.first(arm, depth - 1)?, arm)))
                        .min_by_key(|(index, _)| *index);
                    return arm.is_some_and(|(_, arm)| self.fill(arm, depth - 1));
                }
                let before = self.taken.len();
                for particle in &group.particles {
                    self.fill(particle, depth - 1);
                }
                self.taken.len() > before
            }
        }
    }

    /// The earliest child that a particle can take.
    fn first(&self, particle: &Particle, depth: usize) -> Option<usize> {
        match &particle.term {
            Term::Element(element) => self.first_of(*element),
            Term::Any(wildcard) => self
                .wild
                .iter()
                .find(|(_, namespace)| admits(&wildcard.namespaces, namespace))
                .map(|(index, _)| *index),
            Term::Group(group) => {
                let group = self.model.groups.get(group.index()).filter(|_| depth > 0)?;
                group
                    .particles
                    .iter()
                    .filter_map(|particle| self.first(particle, depth - 1))
                    .min()
            }
        }
    }

    fn first_of(&self, element: ElementId) -> Option<usize> {
        let members = self.model.substitutions.get(&element).into_iter().flatten();
        std::iter::once(&element)
            .chain(members)
            .filter_map(|id| {
                self.by_name
                    .get(&self.model.elements.get(id.index())?.name)?
                    .front()
                    .copied()
            })
            .min()
    }

    fn take(&mut self, index: usize) {
        if let Some(queue) = self
            .names
            .get(index)
            .and_then(|name| self.by_name.get_mut(*name))
        {
            queue.pop_front();
        }
        self.taken.push(index);
    }
}
