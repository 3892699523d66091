//! Messages: their parts, headers, header faults and attachments, and how they are encoded.

use super::{Direction, Effect, Walk};
use crate::contract::{BoundMessage, Header, Message, Part, PartContent, Style};

/// The parts of a message that its body holds.
pub(super) fn in_body(message: &Message, bound: &BoundMessage) -> Vec<Part> {
    let parts = bound
        .body
        .iter()
        .filter_map(|name| message.parts.iter().find(|part| part.name == *name));
    parts.cloned().collect()
}

/// Compares what stands around the parts of the body.
pub(super) fn layout(
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
            Some(after) => {
                part(walk, &before.part, &after.part, direction, &path);
                header_facts(walk, before, after, &path);
            }
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

/// Compares how a header is encoded, and its faults, which go back to the client.
fn header_facts(walk: &mut Walk<'_>, old: &Header, new: &Header, path: &str) {
    if old.encoded != new.encoded {
        let message = "between literal and encoded".to_owned();
        walk.note(true, "use-changed", path, message);
    }
    for before in &old.faults {
        let path = format!("{path}/fault/{}", before.part.name);
        let mut same = new.faults.iter();
        match same.find(|after| same_header(walk, &before.part, &after.part)) {
            Some(after) => part(walk, &before.part, &after.part, Direction::Response, &path),
            None => {
                let message = "the header fault is gone".to_owned();
                walk.note(false, "header-fault-removed", &path, message);
            }
        }
    }
    for after in &new.faults {
        let mut known = old.faults.iter();
        if !known.any(|before| same_header(walk, &before.part, &after.part)) {
            let path = format!("{path}/fault/{}", after.part.name);
            let message = "the header fault is new".to_owned();
            walk.note(false, "header-fault-added", &path, message);
        }
    }
}

pub(super) fn same_header(walk: &Walk<'_>, old: &Part, new: &Part) -> bool {
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

pub(super) fn parts(
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

pub(super) fn part(walk: &mut Walk<'_>, old: &Part, new: &Part, direction: Direction, path: &str) {
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
