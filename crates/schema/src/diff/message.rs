//! Messages: their parts, headers, header faults and attachments, and how they are encoded.

use super::{Direction, Effect, Walk};
use crate::contract::{Attachment, BoundMessage, Header, Message, Part, PartContent, Style};

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
    let same = |old: &Header, new: &Header| same_header(walk, &old.part, &new.part);
    for pair in pairs(&old.headers, &new.headers, same) {
        let path = format!("{path}/header/{}", pair.either().part.name);
        match pair {
            Pair::Both(before, after) => {
                part(walk, &before.part, &after.part, direction, &path);
                header_facts(walk, before, after, &path);
            }
            // A server passes over a header that it asks for no longer; a client misses one that is not sent any more.
            Pair::Gone(_) => {
                let message = "the header is gone".to_owned();
                let breaking = direction == Direction::Response;
                walk.note(breaking, "header-removed", &path, message);
            }
            Pair::Fresh(_) => {
                let message = "the header is new".to_owned();
                let breaking = direction == Direction::Request;
                walk.note(breaking, "header-added", &path, message);
            }
        }
    }
    let same = |old: &Attachment, new: &Attachment| old.part == new.part;
    for pair in pairs(&old.attachments, &new.attachments, same) {
        let (rule, what) = match pair {
            Pair::Both(..) => continue,
            Pair::Gone(_) => ("attachment-removed", "gone"),
            Pair::Fresh(_) => ("attachment-added", "new"),
        };
        let message = format!("the attachment {} is {what}", pair.either().part);
        walk.note(true, rule, path, message);
    }
}

/// Compares how a header is encoded, and its faults, which go back to the client.
fn header_facts(walk: &mut Walk<'_>, old: &Header, new: &Header, path: &str) {
    if old.encoded != new.encoded {
        let message = "between literal and encoded".to_owned();
        walk.note(true, "use-changed", path, message);
    }
    let same = |old: &Header, new: &Header| same_header(walk, &old.part, &new.part);
    for pair in pairs(&old.faults, &new.faults, same) {
        let path = format!("{path}/fault/{}", pair.either().part.name);
        match pair {
            Pair::Both(old, new) => part(walk, &old.part, &new.part, Direction::Response, &path),
            Pair::Gone(_) => {
                let message = "the header fault is gone".to_owned();
                walk.note(false, "header-fault-removed", &path, message);
            }
            Pair::Fresh(_) => {
                let message = "the header fault is new".to_owned();
                walk.note(false, "header-fault-added", &path, message);
            }
        }
    }
}

/// What became of one of a list of things.
enum Pair<'a, T> {
    /// It is on both sides.
    Both(&'a T, &'a T),
    /// The old side alone has it.
    Gone(&'a T),
    /// The new side alone has it.
    Fresh(&'a T),
}

impl<'a, T> Pair<'a, T> {
    /// The thing, as the old side has it where both do.
    fn either(&self) -> &'a T {
        match self {
            Pair::Both(one, _) | Pair::Gone(one) | Pair::Fresh(one) => one,
        }
    }
}

/// Finds each of the old things among the new ones; then come those that are new.
fn pairs<'a, T>(old: &'a [T], new: &'a [T], same: impl Fn(&T, &T) -> bool) -> Vec<Pair<'a, T>> {
    let mut found = Vec::with_capacity(old.len());
    for before in old {
        let after = new.iter().find(|after| same(before, after));
        found.push(match after {
            Some(after) => Pair::Both(before, after),
            None => Pair::Gone(before),
        });
    }
    let known = |after: &T| old.iter().any(|before| same(before, after));
    found.extend(new.iter().filter(|after| !known(after)).map(Pair::Fresh));
    found
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
    for pair in pairs(old, new, |old, new| old.name == new.name) {
        let path = format!("{path}/{}", pair.either().name);
        match pair {
            Pair::Both(before, after) => part(walk, before, after, direction, &path),
            Pair::Gone(_) => walk.note(true, "part-removed", &path, "the part is gone".to_owned()),
            Pair::Fresh(_) => walk.note(true, "part-added", &path, "the part is new".to_owned()),
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
