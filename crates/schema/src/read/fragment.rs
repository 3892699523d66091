//! Elements of other namespaces, kept as markup that stands alone.

use soapstone::name::QName;

use super::tree::Node;
use crate::document::Fragment;
use crate::model::Foreign;

/// Keeps a foreign element.
pub(super) fn fragment(node: Node<'_>) -> Fragment {
    let mut contains = Vec::new();
    names(node, &mut contains);
    let attributes = node
        .attributes()
        .map(|(namespace, local, value)| Foreign {
            name: QName::new(namespace, local),
            value: value.to_owned(),
            scope: node.scope().clone(),
        })
        .collect();
    Fragment {
        name: node.qname(),
        attributes,
        text: markup(node),
        contains,
        place: node.place(),
    }
}

fn names(node: Node<'_>, into: &mut Vec<QName>) {
    into.push(node.qname());
    node.children().for_each(|child| names(child, into));
}

/// The markup of an element, with the declarations of the prefixes that it uses added to its start tag.
pub(super) fn markup(node: Node<'_>) -> String {
    let markup = node.markup();
    let tag_end = markup.find('>').unwrap_or(markup.len());
    let name_end = markup
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .unwrap_or(markup.len());
    let (Some(name), Some(rest), Some(tag)) = (
        markup.get(..name_end),
        markup.get(name_end..),
        markup.get(..tag_end),
    ) else {
        return markup.to_owned();
    };
    let used = prefixes(markup);
    let mut text = String::with_capacity(markup.len() + 64);
    text.push_str(name);
    for (prefix, namespace) in node.scope().iter() {
        let (declaration, used) = match &**prefix {
            "" => (" xmlns=".to_owned(), !namespace.is_empty()),
            prefix => (format!(" xmlns:{prefix}="), used.contains(&prefix)),
        };
        if used && !tag.contains(declaration.trim_start()) {
            text.push_str(&declaration);
            text.push('"');
            text.push_str(
                &namespace
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('"', "&quot;"),
            );
            text.push('"');
        }
    }
    text.push_str(rest);
    text
}

/// The prefixes of the names in markup: in tags, or as a value. `http://` is no such name.
fn prefixes(markup: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for colon in memchr::memchr_iter(b':', markup.as_bytes()) {
        let before = markup.get(..colon).unwrap_or("");
        let start = before
            .rfind(|c: char| c.is_whitespace() || "</\"'=>".contains(c))
            .map_or(0, |at| {
                at + before
                    .get(at..)
                    .and_then(|c| c.chars().next())
                    .map_or(1, char::len_utf8)
            });
        let prefix = before.get(start..).unwrap_or("");
        let slashes = markup
            .get(colon + 1..)
            .is_some_and(|after| after.starts_with("//"));
        if !prefix.is_empty()
            && !slashes
            && found.last() != Some(&prefix)
            && !found.contains(&prefix)
        {
            found.push(prefix);
        }
    }
    found
}
