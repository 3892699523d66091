//! Names as messages show them.

use soapstone::xml::{Reader, Tag};

use super::Sink;
use super::pass::Pass;
use crate::automaton::Expected;
use crate::model::{ElementId, Type, TypeId};

impl<'a, S: Sink> Pass<'_, '_, 'a, S> {
    /// The name in a tag, for messages.
    #[cold]
    pub(super) fn written(&self, reader: &Reader<'a>, tag: Tag<'a>) -> String {
        match reader.namespace(tag.ns) {
            "" => format!("<{}>", tag.local),
            namespace => format!("<{}> of {namespace}", tag.local),
        }
    }

    pub(super) fn element_name(&self, id: ElementId) -> String {
        match self.model.elements.get(id.index()) {
            Some(element) if element.name.namespace.is_empty() => {
                format!("<{}>", element.name.local)
            }
            Some(element) => format!("<{}> of {}", element.name.local, element.name.namespace),
            None => "an element".to_owned(),
        }
    }

    pub(super) fn type_name(&self, id: TypeId) -> String {
        let name = match self.model.types.get(id.index()) {
            Some(Type::Simple(simple)) => simple.name.as_ref(),
            Some(Type::Complex(complex)) => complex.name.as_ref(),
            None => None,
        };
        match name {
            Some(name) if &*name.namespace == crate::model::XSD => format!("xs:{}", name.local),
            Some(name) => name.to_string(),
            None => "(anonymous)".to_owned(),
        }
    }

    pub(super) fn list(&self, expected: &[Expected]) -> String {
        let names: Vec<String> = expected
            .iter()
            .map(|one| match one {
                Expected::Element(id) => self.element_name(*id),
                Expected::Any(_) => "an element that a wildcard admits".to_owned(),
                Expected::End => "the end".to_owned(),
            })
            .collect();
        if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        }
    }
}
