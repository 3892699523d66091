//! The children of an element of XSD: the order in which they are taken, and documentation that stands out of its place.

use super::WSDL;
use super::tree::Node;
use crate::model::XSD;

/// The XSD children of an element, taken in order.
pub(super) struct Children<'t> {
    nodes: Vec<Node<'t>>,
    next: usize,
}

impl<'t> Children<'t> {
    pub(super) fn new(nodes: Vec<Node<'t>>) -> Children<'t> {
        Children { nodes, next: 0 }
    }

    /// Looks at the next child.
    pub(super) fn peek(&self) -> Option<Node<'t>> {
        self.nodes.get(self.next).copied()
    }

    /// Takes the next child if it is one of these.
    pub(super) fn take(&mut self, names: &[&str]) -> Option<Node<'t>> {
        let node = self.peek().filter(|node| names.contains(&node.local()))?;
        self.next += 1;
        Some(node)
    }

    /// Takes the next child whatever it is.
    pub(super) fn skip(&mut self) -> Option<Node<'t>> {
        let node = self.peek()?;
        self.next += 1;
        Some(node)
    }
}

/// Tells whether a child documents its parent, and stands where that can't: it says nothing of what the parent means.
pub(super) fn is_misplaced(node: Node<'_>, child: Node<'_>, is_later: bool) -> bool {
    let takes_several = matches!(node.local(), "schema" | "redefine");
    match (child.namespace(), child.local()) {
        (XSD, "annotation") => is_later && !takes_several,
        (XSD, "documentation" | "appinfo") => node.local() != "annotation",
        (WSDL, "documentation") => true,
        _ => false,
    }
}
