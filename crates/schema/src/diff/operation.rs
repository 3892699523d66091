//! Operations: what is exchanged, and how it is laid out.

use super::{Direction, Effect, Walk};
use crate::contract::{
    BoundMessage, BoundOperation, Message, Operation, Part, PartContent, PortType, Style,
};

pub(super) fn operations(
    walk: &mut Walk<'_>,
    old: (&Operation, &BoundOperation),
    new: (&Operation, &BoundOperation),
    path: &str,
) {
    let (before, after) = (old.1, new.1);
    if before.action != after.action {
        walk.note(
            true,
            "action-changed",
            path,
            format!("from {:?} to {:?}", before.action, after.action),
        );
    }
    if before.style != after.style {
        walk.note(
            true,
            "style-changed",
            path,
            "between document and rpc".to_owned(),
        );
    }
    exchange(walk, old.0, new.0, path);
    for (direction, label, bound, messages) in [
        (
            Direction::Request,
            "request",
            (&before.input, &after.input),
            (&old.0.input, &new.0.input),
        ),
        (
            Direction::Response,
            "response",
            (&before.output, &after.output),
            (&old.0.output, &new.0.output),
        ),
    ] {
        let ((Some(old_bound), Some(new_bound)), (Some(old), Some(new))) = (bound, messages) else {
            continue;
        };
        let path = format!("{path}/{label}");
        if before.style == Style::Rpc && old_bound.namespace != new_bound.namespace {
            let message = format!(
                "from {:?} to {:?}",
                old_bound.namespace, new_bound.namespace
            );
            walk.note(true, "wrapper-namespace-changed", &path, message);
        }
        layout(walk, old_bound, new_bound, direction, &path);
        parts(
            walk,
            &in_body(old, old_bound),
            &in_body(new, new_bound),
            before.style,
            direction,
            &path,
        );
    }
    faults(walk, old.0, new.0, path);
}

/// Tells whether a message of one operation is one of the other: a document, told by its action and its element, not by the
/// operation's name.
pub(super) fn on_the_wire(
    walk: &Walk<'_>,
    old: (&Operation, &BoundOperation),
    new: &(&Operation, &BoundOperation),
) -> bool {
    let element = |model: &crate::model::Model, operation: &Operation| {
        let parts = operation.input.as_ref().map(|message| &*message.parts);
        match parts {
            Some([only]) => match only.content {
                PartContent::Element(id) => model.elements.get(id.index()).map(|e| e.name.clone()),
                PartContent::Type(_) => None,
            },
            _ => None,
        }
    };
    let name = element(walk.old, old.0);
    old.1.style == Style::Document
        && new.1.style == Style::Document
        && old.1.action == new.1.action
        && name.is_some()
        && name == element(walk.new, new.0)
}

/// Compares port types where there are no bindings.
pub(super) fn port_types(walk: &mut Walk<'_>, old: &PortType, new: &PortType) {
    for before in &old.operations {
        let path = format!("{}/{}", old.name.local, before.name);
        let named: Vec<&Operation> = new
            .operations
            .iter()
            .filter(|after| after.name == before.name)
            .collect();
        let exact = named
            .iter()
            .find(|after| after.input_name == before.input_name)
            .or(named.first());
        let Some(after) = exact else {
            walk.note(
                true,
                "operation-removed",
                &path,
                "the operation is gone".to_owned(),
            );
            continue;
        };
        exchange(walk, before, after, &path);
        for (direction, label, old, new) in [
            (Direction::Request, "request", &before.input, &after.input),
            (
                Direction::Response,
                "response",
                &before.output,
                &after.output,
            ),
        ] {
            if let (Some(old), Some(new)) = (old, new) {
                parts(
                    walk,
                    &old.parts,
                    &new.parts,
                    Style::Document,
                    direction,
                    &format!("{path}/{label}"),
                );
            }
        }
        faults(walk, before, after, &path);
    }
    for after in &new.operations {
        if !old
            .operations
            .iter()
            .any(|before| before.name == after.name)
        {
            let path = format!("{}/{}", new.name.local, after.name);
            walk.note(
                false,
                "operation-added",
                &path,
                "the operation is new".to_owned(),
            );
        }
    }
}

fn in_body(message: &Message, bound: &BoundMessage) -> Vec<Part> {
    let parts = bound
        .body
        .iter()
        .filter_map(|name| message.parts.iter().find(|part| part.name == *name));
    parts.cloned().collect()
}

fn exchange(walk: &mut Walk<'_>, old: &Operation, new: &Operation, path: &str) {
    if old.input.is_some() != new.input.is_some() || old.output.is_some() != new.output.is_some() {
        walk.note(
            true,
            "exchange-changed",
            path,
            "between one-way and request-response".to_owned(),
        );
    }
}

fn layout(
    walk: &mut Walk<'_>,
    old: &BoundMessage,
    new: &BoundMessage,
    direction: Direction,
    path: &str,
) {
    if old.encoded != new.encoded {
        walk.note(
            true,
            "use-changed",
            path,
            "between literal and encoded".to_owned(),
        );
    }
    for before in &old.headers {
        let path = format!("{path}/header/{}", before.part.name);
        match new
            .headers
            .iter()
            .find(|after| same_header(walk, &before.part, &after.part))
        {
            Some(after) => part(walk, &before.part, &after.part, direction, &path),
            // A server passes over a header that it asks for no longer; a client misses one that is not sent any more.
            None => {
                let breaking = direction == Direction::Response;
                walk.note(
                    breaking,
                    "header-removed",
                    &path,
                    "the header is gone".to_owned(),
                );
            }
        }
    }
    for after in &new.headers {
        if !old
            .headers
            .iter()
            .any(|before| same_header(walk, &before.part, &after.part))
        {
            let path = format!("{path}/header/{}", after.part.name);
            walk.note(
                direction == Direction::Request,
                "header-added",
                &path,
                "the header is new".to_owned(),
            );
        }
    }
    let named =
        |list: &BoundMessage, part: &str| list.attachments.iter().any(|other| &*other.part == part);
    for before in old
        .attachments
        .iter()
        .filter(|before| !named(new, &before.part))
    {
        walk.note(
            true,
            "attachment-removed",
            path,
            format!("the attachment {} is gone", before.part),
        );
    }
    for after in new
        .attachments
        .iter()
        .filter(|after| !named(old, &after.part))
    {
        walk.note(
            true,
            "attachment-added",
            path,
            format!("the attachment {} is new", after.part),
        );
    }
}

fn same_header(walk: &Walk<'_>, old: &Part, new: &Part) -> bool {
    match (&old.content, &new.content) {
        (PartContent::Element(old), PartContent::Element(new)) => {
            let name = walk
                .old
                .elements
                .get(old.index())
                .map(|element| &element.name);
            name.is_some()
                && name
                    == walk
                        .new
                        .elements
                        .get(new.index())
                        .map(|element| &element.name)
        }
        _ => old.name == new.name,
    }
}

fn parts(
    walk: &mut Walk<'_>,
    old: &[Part],
    new: &[Part],
    style: Style,
    direction: Direction,
    path: &str,
) {
    if let (Style::Document, [before], [after]) = (style, old, new) {
        return part(walk, before, after, direction, path);
    }
    for before in old {
        let path = format!("{path}/{}", before.name);
        match new.iter().find(|after| after.name == before.name) {
            Some(after) => part(walk, before, after, direction, &path),
            None => walk.note(true, "part-removed", &path, "the part is gone".to_owned()),
        }
    }
    for after in new {
        if !old.iter().any(|before| before.name == after.name) {
            walk.note(
                true,
                "part-added",
                &format!("{path}/{}", after.name),
                "the part is new".to_owned(),
            );
        }
    }
}

fn part(walk: &mut Walk<'_>, old: &Part, new: &Part, direction: Direction, path: &str) {
    match (&old.content, &new.content) {
        (PartContent::Element(before), PartContent::Element(after)) => {
            let names = (
                walk.old.elements.get(before.index()),
                walk.new.elements.get(after.index()),
            );
            let (Some(old), Some(new)) = names else {
                return;
            };
            if old.name != new.name {
                walk.note(
                    true,
                    "element-changed",
                    path,
                    format!("from {} to {}", old.name, new.name),
                );
                return;
            }
            let path = format!("{path}/{}", old.name.local);
            walk.elements(*before, *after, direction, &path);
        }
        (PartContent::Type(before), PartContent::Type(after)) => {
            walk.later(*before, *after, direction, path.to_owned());
        }
        _ => walk.judge(
            direction,
            Effect::Changed,
            "element-changed",
            path,
            "between an element and a type".to_owned(),
        ),
    }
}

fn faults(walk: &mut Walk<'_>, old: &Operation, new: &Operation, path: &str) {
    for before in &old.faults {
        let path = format!("{path}/fault/{}", before.name);
        match new.faults.iter().find(|after| after.name == before.name) {
            Some(after) => {
                if let ([before], [after]) = (&*before.message.parts, &*after.message.parts) {
                    part(walk, before, after, Direction::Response, &path);
                }
            }
            None => walk.note(
                false,
                "fault-removed",
                &path,
                "the fault is gone".to_owned(),
            ),
        }
    }
    for after in &new.faults {
        if !old.faults.iter().any(|before| before.name == after.name) {
            // Every client must live with faults that it does not know (SOAP 1.1, 4.4).
            let path = format!("{path}/fault/{}", after.name);
            walk.note(false, "fault-added", &path, "the fault is new".to_owned());
        }
    }
}
