//! Content models as languages: which sequences of child elements the old one allows and the new one does not, and the other
//! way round, whatever the groups are that spell it.

use std::collections::{BTreeSet, HashSet, VecDeque};

use soapstone::name::QName;

use crate::automaton::names::{Names, admits};
use crate::automaton::{Automaton, Run};
use crate::model::{Content, Model, Namespaces, Particle, Term};

/// How many pairs of states are looked at; counts of large numbers have more.
const STATES: usize = 20_000;
/// How deep groups are looked into for names.
const DEPTH: usize = 100;

/// How two content models relate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    /// They allow the same.
    Equal,
    /// The new one allows more, such as this.
    Wider(Vec<String>),
    /// The new one allows less, such as this no longer.
    Narrower(Vec<String>),
    /// Each allows something that the other does not: what the old one alone allows, then what the new one alone does.
    Apart(Vec<String>, Vec<String>),
}

/// One side of the comparison.
pub(super) struct Side<'m> {
    model: &'m Model,
    names: &'m Names,
    automaton: Automaton,
    particle: Option<&'m Particle>,
}

impl<'m> Side<'m> {
    /// Compiles a content model of elements; `None` where it is too large, or no such content.
    pub(super) fn of(model: &'m Model, names: &'m Names, content: &'m Content) -> Option<Side<'m>> {
        let particle = match content {
            Content::Empty | Content::Mixed(None) => None,
            Content::Elements(particle) | Content::Mixed(Some(particle)) => Some(particle),
            Content::Simple(_) => return None,
        };
        let automaton = match particle {
            Some(particle) => Automaton::compile(model, names, particle).ok()?,
            None => Automaton::empty(),
        };
        Some(Side {
            model,
            names,
            automaton,
            particle,
        })
    }

    fn step(&self, run: &Run, name: &QName) -> Option<Run> {
        let mut run = run.clone();
        let namespace = self.names.namespace(&name.namespace);
        let id = self.names.name(namespace, &name.local);
        self.automaton.step(&mut run, id, namespace).map(|_| run)
    }
}

/// Compares two content models; `None` where they have too many states to tell.
pub(super) fn relate(old: &Side<'_>, new: &Side<'_>) -> Option<Relation> {
    let alphabet = alphabet(old, new);
    let lost = missing(old, new, &alphabet)?;
    let gained = missing(new, old, &alphabet)?;
    Some(match (lost, gained) {
        (None, None) => Relation::Equal,
        (None, Some(gained)) => Relation::Wider(gained),
        (Some(lost), None) => Relation::Narrower(lost),
        (Some(lost), Some(gained)) => Relation::Apart(lost, gained),
    })
}

/// The shortest sequence that `these` allow and `those` do not; `Some(None)` where there is none.
fn missing(these: &Side<'_>, those: &Side<'_>, alphabet: &[QName]) -> Option<Option<Vec<String>>> {
    // The second is absent once it has refused: then any end of the first is an answer.
    let start = (these.automaton.start(), Some(those.automaton.start()));
    let mut seen: HashSet<(Run, Option<Run>)> = HashSet::from([start.clone()]);
    let mut states: Vec<(usize, Option<usize>)> = vec![(0, None)];
    let mut pending = VecDeque::from([(0, start)]);
    while let Some((at, (this, that))) = pending.pop_front() {
        let accepted = that
            .as_ref()
            .is_some_and(|that| those.automaton.accepts(that));
        if these.automaton.accepts(&this) && !accepted {
            return Some(Some(spell(&states, at, alphabet)));
        }
        for (letter, name) in alphabet.iter().enumerate() {
            let Some(this) = these.step(&this, name) else {
                continue;
            };
            let that = that.as_ref().and_then(|that| those.step(that, name));
            let next = (this, that);
            if seen.insert(next.clone()) {
                if seen.len() > STATES {
                    return None;
                }
                states.push((at, Some(letter)));
                pending.push_back((states.len() - 1, next));
            }
        }
    }
    Some(None)
}

/// The names on the way to a state.
fn spell(states: &[(usize, Option<usize>)], mut at: usize, alphabet: &[QName]) -> Vec<String> {
    let mut names = Vec::new();
    while let Some((before, Some(letter))) = states.get(at) {
        names.extend(alphabet.get(*letter).map(|name| name.local.to_string()));
        at = *before;
    }
    names.reverse();
    names
}

/// The names that stand for all names: those that a content model has, and for each namespace that a wildcard could tell
/// apart a name that no schema has.
fn alphabet(old: &Side<'_>, new: &Side<'_>) -> Vec<QName> {
    let mut names = BTreeSet::new();
    let mut namespaces = BTreeSet::from([String::new(), "urn:any".to_owned()]);
    let mut wild = false;
    for side in [old, new] {
        for element in side.automaton.elements() {
            for member in crate::rules::derivation::substitutes(side.model, element) {
                let member = side.model.elements.get(member.index());
                names.extend(member.map(|member| member.name.clone()));
            }
        }
        namespaces.extend(
            side.model
                .namespaces
                .iter()
                .map(|namespace| namespace.to_string()),
        );
        if let Some(particle) = side.particle {
            wild |= wildcards(side.model, particle, DEPTH, &mut namespaces);
        }
    }
    if wild {
        names.extend(
            namespaces
                .into_iter()
                .map(|namespace| QName::new(namespace, "any-element")),
        );
    }
    names.into_iter().collect()
}

fn wildcards(
    model: &Model,
    particle: &Particle,
    depth: usize,
    namespaces: &mut BTreeSet<String>,
) -> bool {
    match &particle.term {
        Term::Element(_) => false,
        Term::Any(wildcard) => {
            namespaces.extend(named(&wildcard.namespaces));
            true
        }
        Term::Group(group) => {
            let group = model.groups.get(group.index()).filter(|_| depth > 0);
            let mut found = false;
            for inner in group.into_iter().flat_map(|group| &group.particles) {
                found |= wildcards(model, inner, depth - 1, namespaces);
            }
            found
        }
    }
}

/// The namespaces that a wildcard names.
fn named(namespaces: &Namespaces) -> Vec<String> {
    match namespaces {
        Namespaces::Any => Vec::new(),
        Namespaces::Not(namespace) => vec![namespace.to_string()],
        Namespaces::In(list) => list.iter().map(|namespace| namespace.to_string()).collect(),
    }
}

/// Tells whether every namespace that the first wildcard admits is admitted by the second too.
pub(super) fn admits_all(inner: &Namespaces, outer: &Namespaces) -> bool {
    // One that neither names stands for all such.
    let mut probes = [named(inner), named(outer)].concat();
    probes.extend([String::new(), "urn:any".to_owned()]);
    let mut probes = probes.iter();
    probes.all(|namespace| !admits(inner, namespace) || admits(outer, namespace))
}
