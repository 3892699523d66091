//! Tells whether two documents mean the same: equal in the value space, whatever their text is.

use std::collections::BTreeMap;

use soapstone_schema::model::{Compositor, Content as Meant, Model, Term, Type};
use soapstone_schema::value::{Content, Element, Node, Text};

/// Compares two values; the first difference with its path.
pub(crate) fn same(one: &Element, other: &Element, model: &Model) -> Result<(), String> {
    let path = &one.name.local;
    if one.name != other.name {
        return Err(format!("{path}: {} became {}", one.name, other.name));
    }
    if one.type_ != other.type_ {
        return Err(format!("{path}: another type"));
    }
    let attributes = |e: &Element| -> BTreeMap<String, String> {
        e.attributes
            .iter()
            .map(|a| (a.name.to_string(), key(&a.text)))
            .collect()
    };
    if attributes(one) != attributes(other) {
        return Err(format!(
            "{path}: {:?} became {:?}",
            attributes(one),
            attributes(other)
        ));
    }
    match (&one.content, &other.content) {
        (Content::Nil, Content::Nil) => Ok(()),
        (Content::Simple(a), Content::Simple(b)) if key(a) == key(b) => Ok(()),
        (Content::Nodes(a), Content::Nodes(b)) => {
            let free = is_all(one, model);
            let (a, b) = (gather(a, free), gather(b, free));
            if a.len() != b.len() {
                return Err(format!("{path}: {} nodes became {}", a.len(), b.len()));
            }
            for pair in a.iter().zip(&b) {
                match pair {
                    (Piece::Text(a), Piece::Text(b)) if a == b => {}
                    (Piece::Element(a), Piece::Element(b)) => {
                        same(a, b, model).map_err(|e| format!("{path}/{e}"))?
                    }
                    _ => return Err(format!("{path}: other nodes")),
                }
            }
            Ok(())
        }
        (a, b) => Err(format!("{path}: {a:?} became {b:?}")),
    }
}

enum Piece<'e> {
    Text(String),
    Element(&'e Element),
}

/// Nodes with adjacent text joined and blank text left out; sorted by name where the order is free.
fn gather(nodes: &[Node], free: bool) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for node in nodes {
        match (node, pieces.last_mut()) {
            (Node::Text(text), _) if text.trim().is_empty() => {}
            (Node::Text(text), Some(Piece::Text(before))) => before.push_str(text),
            (Node::Text(text), _) => pieces.push(Piece::Text(text.clone())),
            (Node::Element(element), _) => pieces.push(Piece::Element(element)),
        }
    }
    if free {
        pieces.sort_by_key(|piece| match piece {
            Piece::Text(_) => String::new(),
            Piece::Element(element) => element.name.to_string(),
        });
    }
    pieces
}

fn is_all(element: &Element, model: &Model) -> bool {
    let type_ = element.type_.and_then(|t| model.types.get(t.index()));
    let Some(Type::Complex(complex)) = type_ else {
        return false;
    };
    let (Meant::Elements(particle) | Meant::Mixed(Some(particle))) = &complex.content else {
        return false;
    };
    matches!(particle.term, Term::Group(id) if model.groups[id.index()].compositor == Compositor::All)
}

fn key(text: &Text) -> String {
    match &text.value {
        Some(value) => {
            let mut out = String::new();
            value.write(&mut out);
            out
        }
        None => text.lexical.clone(),
    }
}
