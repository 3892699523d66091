//! Operations: what is exchanged, and how it is laid out.

use super::message::{in_body, layout, part, parts, same_header};
use super::{Direction, Walk};
use crate::contract::{BoundOperation, Fault, Operation, PartContent, PortType, Style};

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

fn faults(walk: &mut Walk<'_>, old: &Operation, new: &Operation, path: &str) {
    // A fault is told by its element; its name is not sent.
    let same = |walk: &Walk<'_>, old: &Fault, new: &Fault| {
        matches!((&*old.message.parts, &*new.message.parts), ([old], [new])
            if matches!(old.content, PartContent::Element(_)) && same_header(walk, old, new))
    };
    let named = |name: &str, list: &[Fault]| list.iter().any(|fault| &*fault.name == name);
    let mut met: Vec<&str> = Vec::new();
    for before in &old.faults {
        let path = format!("{path}/fault/{}", before.name);
        let mut fresh = new
            .faults
            .iter()
            .filter(|after| !named(&after.name, &old.faults));
        let after = match new.faults.iter().find(|after| after.name == before.name) {
            Some(after) => Some(after),
            None => fresh.find(|after| same(walk, before, after)),
        };
        let Some(after) = after else {
            let message = "the fault is gone".to_owned();
            walk.note(false, "fault-removed", &path, message);
            continue;
        };
        met.push(&after.name);
        if after.name != before.name {
            let message = format!("to {}: what is sent is the same", after.name);
            walk.note(false, "fault-renamed", &path, message);
        }
        if let ([before], [after]) = (&*before.message.parts, &*after.message.parts) {
            part(walk, before, after, Direction::Response, &path);
        }
    }
    for after in new
        .faults
        .iter()
        .filter(|after| !met.contains(&&*after.name))
    {
        // Every client must live with faults that it does not know (SOAP 1.1, 4.4).
        let path = format!("{path}/fault/{}", after.name);
        walk.note(false, "fault-added", &path, "the fault is new".to_owned());
    }
}
