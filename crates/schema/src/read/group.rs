//! Particles, model groups and wildcards (XSD 1.0 part 1, 3.7.2, 3.8.2, 3.9.2, 3.10.2).

use super::context::Context;
use super::element;
use super::tree::{Node, is_space};
use crate::document::schema::{Admits, Admitted, Group, GroupDefinition, Particle, Term, Wildcard};
use crate::model::{Compositor, Process};

/// Reads `group`, `all`, `choice` or `sequence` where a particle stands.
pub(super) fn particle(context: &mut Context<'_>, node: Node<'_>) -> Option<Particle> {
    if node.local() == "group" {
        context.attributes(node, &["maxOccurs", "minOccurs", "ref"]);
        context.only_annotation(node);
        if node.attribute("ref").is_none() {
            context.error(
                node,
                "s4s-att",
                "a group here needs a ref",
                "define it at the top of the schema",
            );
        }
        let (min, max) = occurs(context, node);
        let name = context.reference(node, "ref")?;
        return Some(Particle {
            min,
            max,
            term: Term::GroupReference(name),
            place: node.place(),
        });
    }
    context.attributes(node, &["maxOccurs", "minOccurs"]);
    let (min, max) = occurs(context, node);
    if node.local() == "all" && (min > 1 || max != Some(1)) {
        // 3.8.2: `all` has maxOccurs 1 and minOccurs 0 or 1.
        context.error(
            node,
            "cos-all-limited",
            "an all group occurs at most once",
            "",
        );
    }
    let term = Term::Group(group(context, node));
    Some(Particle {
        min,
        max,
        term,
        place: node.place(),
    })
}

/// Reads the definition of a group.
pub(super) fn definition(context: &mut Context<'_>, node: Node<'_>) -> Option<GroupDefinition> {
    context.attributes(node, &["name"]);
    let name = context.name(node);
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let group = children.take(&["all", "choice", "sequence"]).map(|child| {
        context.attributes(child, &[]);
        group(context, child)
    });
    if group.is_none() {
        context.error(
            node,
            "s4s-elt",
            "a group definition needs an all, a choice or a sequence",
            "",
        );
    }
    context.finish(node, children);
    Some(GroupDefinition {
        name: name?,
        group: group?,
        annotation,
        place: node.place(),
    })
}

fn group(context: &mut Context<'_>, node: Node<'_>) -> Group {
    let mut children = context.children(node);
    let annotation = context.annotation(&mut children);
    let mut particles = Vec::new();
    let compositor = match node.local() {
        "all" => Compositor::All,
        "choice" => Compositor::Choice,
        _ => Compositor::Sequence,
    };
    let allowed: &[&str] = match compositor {
        Compositor::All => &["element", "group"],
        _ => &["element", "group", "choice", "sequence", "any"],
    };
    while let Some(child) = children.take(allowed) {
        match child.local() {
            "element" => particles.extend(self::element(context, child, compositor)),
            "any" => {
                context.attributes(
                    child,
                    &["maxOccurs", "minOccurs", "namespace", "processContents"],
                );
                let (min, max) = occurs(context, child);
                let term = Term::Any(wildcard(context, child));
                particles.push(Particle {
                    min,
                    max,
                    term,
                    place: child.place(),
                });
            }
            inner => {
                if compositor == Compositor::All {
                    let message = format!("{inner} in an all group is of XSD 1.1");
                    context.error(child, "xsd-11", &message, "put its elements there");
                }
                let found = particle(context, child);
                if compositor == Compositor::All
                    && let Some(found) = &found
                    && (found.min, found.max) != (1, Some(1))
                {
                    // XSD 1.1 part 1, 3.8.6 (All Group Limited), 1.3.
                    context.error(
                        child,
                        "cos-all-limited.1.3",
                        "a group in an all group occurs exactly once",
                        "make its elements optional there",
                    );
                }
                particles.extend(found);
            }
        }
    }
    context.finish(node, children);
    Group {
        compositor,
        particles,
        annotation,
    }
}

fn element(context: &mut Context<'_>, node: Node<'_>, compositor: Compositor) -> Option<Particle> {
    let (min, max) = occurs(context, node);
    if compositor == Compositor::All && (min > 1 || max.is_none_or(|max| max > 1)) {
        let help = "use a sequence or a choice";
        context.error(
            node,
            "cos-all-limited",
            "an element of an all group occurs at most once",
            help,
        );
    }
    let term = element::local(context, node)?;
    Some(Particle {
        min,
        max,
        term,
        place: node.place(),
    })
}

/// `minOccurs` and `maxOccurs`; p-props-correct 2.1: min is not above max.
fn occurs(context: &mut Context<'_>, node: Node<'_>) -> (u64, Option<u64>) {
    let min = context.natural(node, "minOccurs").unwrap_or(1);
    let unbounded = node
        .attribute("maxOccurs")
        .is_some_and(|value| value.trim_matches(is_space) == "unbounded");
    let max = if unbounded {
        None
    } else {
        Some(context.natural(node, "maxOccurs").unwrap_or(1))
    };
    if let Some(max) = max
        && min > max
    {
        let message = format!("minOccurs {min} is greater than maxOccurs {max}");
        context.error(node, "p-props-correct", &message, "");
        return (max, Some(max));
    }
    (min, max)
}

/// Reads what `any` and `anyAttribute` have in common.
pub(super) fn wildcard(context: &mut Context<'_>, node: Node<'_>) -> Wildcard {
    let annotation = context.only_annotation(node);
    let process = match node
        .attribute("processContents")
        .map(|value| value.trim_matches(is_space))
    {
        None | Some("strict") => Process::Strict,
        Some("lax") => Process::Lax,
        Some("skip") => Process::Skip,
        Some(value) => {
            let help = "write strict, lax or skip";
            context.error(
                node,
                "s4s-att",
                &format!("processContents=\"{value}\" is not known"),
                help,
            );
            Process::Strict
        }
    };
    Wildcard {
        admits: admits(context, node),
        process,
        annotation,
        place: node.place(),
    }
}

fn admits(context: &mut Context<'_>, node: Node<'_>) -> Admits {
    let value = node.attribute("namespace").unwrap_or("##any");
    let words: Vec<&str> = value
        .split(is_space)
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        ["##any"] => return Admits::Any,
        ["##other"] => return Admits::Other,
        _ => {}
    }
    let mut list = Vec::new();
    for word in words {
        match word {
            "##targetNamespace" => list.push(Admitted::Target),
            "##local" => list.push(Admitted::Local),
            word if word.starts_with("##") => {
                let message = format!("namespace=\"{value}\": {word} can't stand in a list");
                context.error(
                    node,
                    "s4s-att",
                    &message,
                    "a list holds names, ##targetNamespace and ##local",
                );
            }
            word => list.push(Admitted::Namespace(word.into())),
        }
    }
    Admits::These(list)
}
