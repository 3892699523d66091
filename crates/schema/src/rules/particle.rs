//! Whether one content model restricts another (XSD 1.0 part 1, 3.9.6 "Particle Valid (Restriction)").
//!
//! The rule goes by the shape of the two models, case by case, and so does this. Groups that say nothing are removed first;
//! an element that heads a substitution group counts as a choice of its members.

mod element;
mod reduce;

use crate::model::{Compositor, Element, Model, Particle, Process, Type};
use crate::rules::wildcard;
use reduce::{Kind, NODES, Node, expands, name, reduce, within};

/// What keeps a content model from restricting another: the rule, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) rule: &'static str,
    pub(crate) why: String,
}

type Outcome = Result<(), Refusal>;

fn refuse(rule: &'static str, why: impl Into<String>) -> Outcome {
    Err(Refusal {
        rule,
        why: why.into(),
    })
}

/// Compares the values of two fixed constraints.
pub(crate) type SameFixed<'f> = &'f dyn Fn(&Element, &Element) -> bool;

/// Checks that a content model restricts another.
pub(crate) fn restricts(
    model: &Model,
    derived: &Particle,
    base: &Particle,
    same_fixed: SameFixed<'_>,
) -> Outcome {
    let mut budget = NODES;
    let (Some(derived), Some(base)) = (
        reduce(model, derived, &mut budget, 0),
        reduce(model, base, &mut budget, 0),
    ) else {
        return Ok(());
    };
    Check { model, same_fixed }.particle(&derived, &base, true)
}

/// Tells whether no element at all can satisfy a particle (3.9.6 "Particle Emptiable").
pub(crate) fn emptiable(model: &Model, particle: &Particle) -> bool {
    let mut budget = NODES;
    reduce(model, particle, &mut budget, 0).is_none_or(|node| node.range().0 == 0)
}

struct Check<'c> {
    model: &'c Model,
    same_fixed: SameFixed<'c>,
}

impl<'c> Check<'c> {
    /// Checks two particles. `counted` is false for the members of a group under a wildcard, whose range is checked as a sum.
    fn particle(&self, derived: &Node<'c>, base: &Node<'c>, counted: bool) -> Outcome {
        match (&derived.kind, &base.kind) {
            (Kind::Group(compositor, children), _)
                if children.is_empty()
                    && *compositor != Compositor::Choice
                    && base.range().0 == 0 =>
            {
                Ok(())
            }
            (Kind::Element { id: one, .. }, Kind::Element { id: other, .. }) if one == other => {
                self.element(*one, *other, derived, base)
            }
            (Kind::Element { id, head: true }, _) if expands(*id, base) => {
                self.particle(&self.choice(*id, derived), base, counted)
            }
            (_, Kind::Element { id, head: true }) => {
                self.particle(derived, &self.choice(*id, base), counted)
            }
            (Kind::Element { id: one, .. }, Kind::Element { id: other, .. }) => {
                self.element(*one, *other, derived, base)
            }
            (Kind::Element { id, .. }, Kind::Any(wildcard)) => {
                self.element_of(*id, wildcard, derived, base, counted)
            }
            (Kind::Element { .. }, Kind::Group(compositor, children)) => {
                let alone = Node {
                    min: 1,
                    max: Some(1),
                    kind: Kind::Group(*compositor, vec![derived.clone()]),
                };
                self.groups(
                    *compositor,
                    &alone,
                    std::slice::from_ref(derived),
                    *compositor,
                    base,
                    children,
                )
            }
            (Kind::Any(one), Kind::Any(other)) => {
                if counted && !within((derived.min, derived.max), (base.min, base.max)) {
                    return refuse(
                        "rcase-NSSubset.1",
                        "a wildcard may occur more or less often than in the base",
                    );
                }
                if !wildcard::subset(&one.namespaces, &other.namespaces) {
                    return refuse(
                        "rcase-NSSubset.2",
                        "a wildcard admits namespaces that the base's does not",
                    );
                }
                if weaker(one.process, other.process) {
                    return refuse(
                        "rcase-NSSubset.3",
                        "a wildcard's processContents is weaker than the base's",
                    );
                }
                Ok(())
            }
            (Kind::Any(_), _) => refuse(
                "cos-particle-restrict.2",
                "a wildcard can't restrict an element or a group",
            ),
            (Kind::Group(_, children), Kind::Any(_)) => {
                for child in children {
                    self.particle(child, base, false)?;
                }
                if counted && !within(derived.range(), (base.min, base.max)) {
                    return refuse(
                        "rcase-NSRecurseCheckCardinality.2",
                        "a group may hold more or fewer elements than the base's wildcard",
                    );
                }
                Ok(())
            }
            (Kind::Group(..), Kind::Element { .. }) => refuse(
                "cos-particle-restrict.2",
                "a group can't restrict an element",
            ),
            (Kind::Group(one, children), Kind::Group(other, others)) => {
                self.groups(*one, derived, children, *other, base, others)
            }
        }
    }

    fn groups(
        &self,
        one: Compositor,
        derived: &Node<'c>,
        children: &[Node<'c>],
        other: Compositor,
        base: &Node<'c>,
        others: &[Node<'c>],
    ) -> Outcome {
        let ranges = within((derived.min, derived.max), (base.min, base.max));
        match (one, other) {
            (Compositor::Sequence, Compositor::Sequence) | (Compositor::All, Compositor::All) => {
                if !ranges {
                    return refuse(
                        "rcase-Recurse.1",
                        "a group may occur more or less often than in the base",
                    );
                }
                self.in_order(children, others)
            }
            (Compositor::Choice, Compositor::Choice) => {
                if !ranges {
                    return refuse(
                        "rcase-RecurseLax.1",
                        "a choice may occur more or less often than in the base",
                    );
                }
                let mut rest = others.iter();
                for child in children {
                    if !rest.any(|other| self.particle(child, other, true).is_ok()) {
                        return refuse(
                            "rcase-RecurseLax.2",
                            format!(
                                "{} has no counterpart in the base's choice",
                                self.shown(child)
                            ),
                        );
                    }
                }
                Ok(())
            }
            (Compositor::Sequence, Compositor::All) => {
                if !ranges {
                    return refuse(
                        "rcase-RecurseUnordered.1",
                        "a group may occur more or less often than in the base",
                    );
                }
                self.unordered(children, others)
            }
            (Compositor::Sequence, Compositor::Choice) => {
                for child in children {
                    if !others
                        .iter()
                        .any(|other| self.particle(child, other, true).is_ok())
                    {
                        return refuse(
                            "rcase-MapAndSum.1",
                            format!(
                                "{} has no counterpart in the base's choice",
                                self.shown(child)
                            ),
                        );
                    }
                }
                let count = children.len() as u64;
                let sum = (
                    derived.min.saturating_mul(count),
                    derived.max.map(|max| max.saturating_mul(count)),
                );
                if !within(sum, (base.min, base.max)) {
                    return refuse(
                        "rcase-MapAndSum.2",
                        "a sequence has more or fewer members than the base's choice may occur",
                    );
                }
                Ok(())
            }
            _ => refuse(
                "cos-particle-restrict.2",
                format!("{} can't restrict {}", name(one), name(other)),
            ),
        }
    }

    /// Each particle restricts one of the base's, in order; those passed over can be left out.
    fn in_order(&self, children: &[Node<'c>], others: &[Node<'c>]) -> Outcome {
        let mut rest = others.iter();
        for child in children {
            loop {
                let Some(other) = rest.next() else {
                    return refuse(
                        "rcase-Recurse.2",
                        format!("{} has no counterpart in the base", self.shown(child)),
                    );
                };
                match self.particle(child, other, true) {
                    Ok(()) => break,
                    Err(refusal) if other.range().0 > 0 => return Err(refusal),
                    Err(_) => {}
                }
            }
        }
        match rest.find(|other| other.range().0 > 0) {
            None => Ok(()),
            Some(other) => refuse(
                "rcase-Recurse.2",
                format!("{} is required by the base and left out", self.shown(other)),
            ),
        }
    }

    fn unordered(&self, children: &[Node<'c>], others: &[Node<'c>]) -> Outcome {
        let mut taken = vec![false; others.len()];
        for child in children {
            let mut free = taken.iter_mut().zip(others);
            match free.find(|(taken, other)| !**taken && self.particle(child, other, true).is_ok())
            {
                Some((taken, _)) => *taken = true,
                None => {
                    return refuse(
                        "rcase-RecurseUnordered.2",
                        format!("{} has no counterpart in the base", self.shown(child)),
                    );
                }
            }
        }
        for (taken, other) in taken.iter().zip(others) {
            if !taken && other.range().0 > 0 {
                return refuse(
                    "rcase-RecurseUnordered.2.3",
                    format!("{} is required by the base and left out", self.shown(other)),
                );
            }
        }
        Ok(())
    }

    fn shown(&self, node: &Node<'c>) -> String {
        match &node.kind {
            Kind::Element { id, .. } => match self.model.elements.get(id.index()) {
                Some(element) => format!("the element {}", element.name),
                None => "an element".to_owned(),
            },
            Kind::Any(_) => "a wildcard".to_owned(),
            Kind::Group(compositor, _) => name(*compositor).to_owned(),
        }
    }
}

/// Tells whether `processContents` asks for less.
pub(crate) fn weaker(derived: Process, base: Process) -> bool {
    let strength = |process| match process {
        Process::Skip => 0,
        Process::Lax => 1,
        Process::Strict => 2,
    };
    strength(derived) < strength(base)
}

/// The content particle of a type, if it has one.
pub(crate) fn content(type_: &Type) -> Option<&Particle> {
    use crate::model::Content;
    match type_ {
        Type::Complex(complex) => match &complex.content {
            Content::Elements(particle) | Content::Mixed(Some(particle)) => Some(particle),
            _ => None,
        },
        Type::Simple(_) => None,
    }
}
