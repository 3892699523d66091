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
    let mut text = name.to_owned();
    for (prefix, namespace) in node.scope().iter() {
        let (declaration, used) = match &**prefix {
            "" => (" xmlns=".to_owned(), !namespace.is_empty()),
            prefix => (format!(" xmlns:{prefix}="), uses(markup, prefix)),
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

/// Tells whether markup has names with that prefix: in tags, or as a value. `http://` is no such name.
fn uses(markup: &str, prefix: &str) -> bool {
    markup
        .match_indices(&format!("{prefix}:"))
        .any(|(at, found)| {
            let before = markup
                .get(..at)
                .and_then(|before| before.chars().next_back());
            let after = markup.get(at + found.len()..).unwrap_or("");
            before.is_none_or(|c| c.is_whitespace() || "</\"'=".contains(c))
                && !after.starts_with("//")
        })
}
