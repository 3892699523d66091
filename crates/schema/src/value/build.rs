//! Builds a tree from the events of a validation.

use soapstone::name::QName;

use super::{Attribute, Content, Element, Node, Text};
use crate::model::XSI;
use crate::simple;
use crate::validate::{self, Simple, Sink, Start};

/// Collects the open elements; the outermost is the value.
#[derive(Debug, Default)]
pub(super) struct Builder {
    open: Vec<Element>,
    done: Option<Element>,
}

impl Builder {
    /// The value, where the validation came to the end of an element.
    pub(super) fn finish(self) -> Option<Element> {
        self.done
    }
}

impl Sink for Builder {
    fn start(&mut self, start: &Start<'_>) {
        self.open.push(Element {
            name: QName::new(start.namespace, start.local),
            element: start.element,
            type_: start.type_,
            retyped: start.retyped,
            attributes: Vec::new(),
            content: if start.nil {
                Content::Nil
            } else {
                Content::Nodes(Vec::new())
            },
        });
    }

    fn attribute(&mut self, attribute: &validate::Attribute<'_>) {
        // Of an element that is not assessed, `xsi` attributes come too; this one says nothing.
        if attribute.namespace == XSI
            && attribute.local == "nil"
            && matches!(attribute.lexical.trim(), "false" | "0")
        {
            return;
        }
        if let Some(element) = self.open.last_mut() {
            element.attributes.push(Attribute {
                name: QName::new(attribute.namespace, attribute.local),
                text: text(attribute.lexical, attribute.value),
                defaulted: attribute.defaulted,
            });
        }
    }

    fn simple(&mut self, simple: &Simple<'_>) {
        if let Some(element) = self.open.last_mut() {
            element.content = Content::Simple(text(simple.lexical, Some(simple.value)));
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(Element {
            content: Content::Nodes(nodes),
            ..
        }) = self.open.last_mut()
        {
            match nodes.last_mut() {
                Some(Node::Text(before)) => before.push_str(text),
                _ => nodes.push(Node::Text(text.to_owned())),
            }
        }
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(Element {
                content: Content::Nodes(nodes),
                ..
            }) => nodes.push(Node::Element(element)),
            Some(_) => {}
            None => self.done = Some(element),
        }
    }
}

/// Keeps the text, or the whole name where it is one: its prefix means nothing outside of its document.
fn text(lexical: &str, value: Option<&simple::Value>) -> Text {
    let named = match value {
        Some(simple::Value::List(items)) => items.iter().any(is_name),
        Some(value) => is_name(value),
        None => false,
    };
    let mut kept = String::new();
    match value {
        Some(value) if named => value.write(&mut kept),
        _ => kept.push_str(lexical),
    }
    Text {
        lexical: kept,
        value: value.cloned(),
    }
}

fn is_name(value: &simple::Value) -> bool {
    matches!(value, simple::Value::QName(_) | simple::Value::Notation(_))
}
