//! An encoded message as values, by the types of the contract.

use soapstone::name::QName;
use soapstone::xml;

use super::tree::{Node, Tree};
use super::{EncodedError, Encoding};
use crate::model::{Builtin, ElementId, Type, TypeId, XSD};
use crate::rules::derivation;
use crate::simple::Context;
use crate::value::{Attribute, Content, Element, Node as Part, Root, Text, Values};

/// References and elements nest no deeper together.
const DEPTH: usize = 200;
/// How many values a message may mean for each element that it has: references may share what they refer to.
const EXPANSION: usize = 16;
/// The namespaces of XSD before the recommendation; services of that age still name types by them.
const DRAFTS: [&str; 2] = [
    "http://www.w3.org/1999/XMLSchema",
    "http://www.w3.org/2000/10/XMLSchema",
];

pub(super) fn message(
    values: &Values,
    tree: &Tree<'_>,
    text: &str,
    parts: &[(String, Root)],
) -> Result<Vec<(String, Element)>, EncodedError> {
    let mut decoder = Decoder {
        values,
        tree,
        text,
        left: tree.nodes.len().saturating_mul(EXPANSION),
        inside: Vec::new(),
        path: Vec::new(),
    };
    let Some(wrapper) = tree.wrapper() else {
        return Err(decoder.error(0, "the body is empty"));
    };
    let mut read = Vec::new();
    for at in &wrapper.children {
        let Some(node) = tree.nodes.get(*at) else {
            continue;
        };
        let named = parts.iter().find(|(name, _)| name == node.local);
        // SOAP 1.1, 7.1: the name of the only accessor of an answer means nothing.
        let only = || {
            (wrapper.children.len() == 1)
                .then(|| parts.first())
                .flatten()
        };
        let Some((name, root)) = named.or_else(only) else {
            let message = format!("{} is no part of the message", node.local);
            return Err(decoder.error(node.offset, &message));
        };
        let (known, element, type_) = match root {
            Root::Type { name, type_ } => (name.clone(), None, *type_),
            Root::Element(id) => match values.model().elements.get(id.index()) {
                Some(declared) => (declared.name.clone(), Some(*id), declared.type_),
                None => continue,
            },
        };
        read.push((name.clone(), decoder.element(*at, known, element, type_)?));
    }
    Ok(read)
}

struct Decoder<'d, 't> {
    values: &'d Values,
    tree: &'d Tree<'t>,
    text: &'d str,
    left: usize,
    /// The referred elements that are being read.
    inside: Vec<usize>,
    path: Vec<String>,
}

impl<'d, 't> Decoder<'d, 't> {
    fn element(
        &mut self,
        at: usize,
        name: QName,
        element: Option<ElementId>,
        declared: TypeId,
    ) -> Result<Element, EncodedError> {
        let followed = self.inside.len();
        self.path.push(name.local.to_string());
        let node = self.follow(at)?;
        let (type_, retyped) = self.type_of(node, declared);
        let mut made = Element {
            name,
            element,
            type_: Some(type_),
            retyped,
            attributes: Vec::new(),
            content: Content::Nil,
        };
        if !node.nil {
            made.attributes = self.attributes(node, type_);
            made.content = self.content(node, &mut made.type_, type_)?;
        }
        self.path.pop();
        self.inside.truncate(followed);
        Ok(made)
    }

    /// The element itself, or the one that its reference leads to.
    fn follow(&mut self, at: usize) -> Result<&'d Node<'t>, EncodedError> {
        let mut at = at;
        loop {
            let Some(node) = self.tree.nodes.get(at) else {
                return Err(self.error(0, "there is no element"));
            };
            self.left = match self.left.checked_sub(1) {
                Some(left) if self.path.len() <= DEPTH && self.inside.len() <= DEPTH => left,
                Some(_) => return Err(self.error(node.offset, "values nest too deeply")),
                None => {
                    return Err(self.error(node.offset, "references make the message too large"));
                }
            };
            let Some(reference) = &node.reference else {
                return Ok(node);
            };
            let Some(target) = self.tree.find(reference) else {
                let message = format!("the reference {reference:?} leads nowhere");
                return Err(self.error(node.offset, &message));
            };
            if self.inside.contains(&target) {
                let message = format!("the value {reference:?} is part of itself");
                return Err(self.error(node.offset, &message));
            }
            self.inside.push(target);
            at = target;
        }
    }

    /// The type in effect, and whether the message tells it: what fits the declared type is believed, all else is not, since
    /// many services tell names of their own.
    fn type_of(&self, node: &Node<'_>, declared: TypeId) -> (TypeId, bool) {
        let model = self.values.model();
        let any = declared == Builtin::AnyType.id();
        let told = node.type_.as_ref().and_then(|name| self.find(name));
        // A value of a simple type needs no narrower one to be read.
        let simple = declared != Builtin::AnySimpleType.id()
            && matches!(model.types.get(declared.index()), Some(Type::Simple(_)));
        match told.filter(|_| !simple) {
            Some(told)
                if told != declared
                    && derivation::chain(model, told).any(|base| base == declared) =>
            {
                (told, true)
            }
            // An array may tell no more than what its items are.
            None if any && node.item.is_some() => {
                let array = QName::new(Encoding::V11.namespace(), "Array");
                let array = model.globals.types.get(&array);
                array.map_or((declared, false), |array| (*array, true))
            }
            _ => (declared, false),
        }
    }

    fn find(&self, name: &QName) -> Option<TypeId> {
        let types = &self.values.model().globals.types;
        match types.get(name) {
            Some(type_) => Some(*type_),
            None if DRAFTS.contains(&&*name.namespace) => {
                types.get(&QName::new(XSD, &*name.local)).copied()
            }
            None => None,
        }
    }

    fn attributes(&self, node: &Node<'_>, type_: TypeId) -> Vec<Attribute> {
        let Some(shape) = self.values.shape(type_) else {
            return Vec::new();
        };
        let known = |local: &str| {
            shape
                .attributes
                .iter()
                .find(|(name, _)| name.namespace.is_empty() && *name.local == *local)
        };
        node.attributes
            .iter()
            .filter_map(|(local, value)| {
                Some(Attribute {
                    name: known(local)?.0.clone(),
                    text: Text::new(value.as_str()),
                    defaulted: false,
                })
            })
            .collect()
    }

    fn content(
        &mut self,
        node: &Node<'_>,
        assessed: &mut Option<TypeId>,
        type_: TypeId,
    ) -> Result<Content, EncodedError> {
        if let Some(item) = self.values.array_item(type_) {
            return self.items(node, item);
        }
        let shape = self.values.shape(type_).cloned();
        let simple = match &shape {
            Some(shape) => shape.simple,
            None => Some(type_),
        };
        if let Some(simple) = simple {
            return self.simple(node, simple).map(Content::Simple);
        }
        let any = type_ == Builtin::AnyType.id();
        let mut parts = Vec::new();
        for at in &node.children {
            let Some(child) = self.tree.nodes.get(*at) else {
                continue;
            };
            let name = QName::new(child.namespace.as_str(), child.local);
            // SOAP 1.1, 5.4.1: accessors are told apart by their local names, whatever their order.
            let field = shape.as_ref().filter(|_| !any).and_then(|shape| {
                shape.field(&name).or_else(|| {
                    shape
                        .fields
                        .iter()
                        .find(|field| *field.name.local == *child.local)
                })
            });
            let made = match field {
                Some(field) => {
                    let declared = self.values.model().elements.get(field.element.index());
                    let declared = declared.map_or(Builtin::AnyType.id(), |one| one.type_);
                    self.element(*at, field.name.clone(), Some(field.element), declared)?
                }
                None if any || shape.as_ref().is_some_and(|shape| shape.any) => {
                    self.element(*at, name, None, Builtin::AnyType.id())?
                }
                None => {
                    let message = format!("the type has no {}", child.local);
                    return Err(self.error(child.offset, &message));
                }
            };
            parts.push(Part::Element(made));
        }
        if any {
            // Nothing said what it is: it stays unassessed, its text as it was.
            *assessed = None;
            if parts.is_empty() && !node.text.is_empty() {
                parts.push(Part::Text(node.text.to_string()));
            }
        }
        Ok(Content::Nodes(parts))
    }

    /// The items of an array, each at its index; what a sparse array leaves out is nil.
    fn items(&mut self, node: &Node<'_>, declared: TypeId) -> Result<Content, EncodedError> {
        let told = node.item.as_ref().and_then(|name| self.find(name));
        let model = self.values.model();
        let item = told
            .filter(|told| derivation::chain(model, *told).any(|base| base == declared))
            .unwrap_or(declared);
        let mut items: Vec<Part> = Vec::new();
        let mut next = node.first.unwrap_or(0);
        for at in &node.children {
            let Some(child) = self.tree.nodes.get(*at) else {
                continue;
            };
            let index = child.position.unwrap_or(next);
            while items.len() < index {
                if self.left == 0 {
                    return Err(self.error(child.offset, "the array is too sparse"));
                }
                self.left -= 1;
                let absent = Element {
                    type_: Some(item),
                    content: Content::Nil,
                    ..Element::new(QName::new("", "item"))
                };
                items.push(Part::Element(absent));
            }
            let mut made = self.element(*at, QName::new("", child.local), None, item)?;
            // What the array tells of all its items counts as told by each.
            made.retyped |= item != declared;
            match items.get_mut(index) {
                Some(slot) => *slot = Part::Element(made),
                None => items.push(Part::Element(made)),
            }
            next = index.saturating_add(1);
        }
        Ok(Content::Nodes(items))
    }

    fn simple(&self, node: &Node<'_>, type_: TypeId) -> Result<Text, EncodedError> {
        if let Some(child) = node
            .children
            .first()
            .and_then(|at| self.tree.nodes.get(*at))
        {
            let message = format!("the value is a text, and {} stands in it", child.local);
            return Err(self.error(child.offset, &message));
        }
        let compiled = self.values.simple.get(self.values.model(), type_);
        match compiled.check(&node.text, &InNode { node }) {
            Ok(checked) => {
                let named = matches!(
                    checked.value,
                    crate::simple::Value::QName(_) | crate::simple::Value::Notation(_)
                );
                let mut lexical = String::new();
                match named {
                    true => checked.value.write(&mut lexical),
                    false => lexical.push_str(&node.text),
                }
                Ok(Text {
                    lexical,
                    value: Some(checked.value),
                })
            }
            Err(violation) => Err(self.error(node.offset, &violation.to_string())),
        }
    }

    fn error(&self, offset: usize, message: &str) -> EncodedError {
        let mut path = self.path.join("/");
        if !path.is_empty() {
            path.push_str(": ");
        }
        EncodedError {
            place: xml::Place::of(self.text, offset),
            path,
            message: message.to_owned(),
        }
    }
}

/// What a simple value may ask of its element: the namespace of the prefix that it begins with.
struct InNode<'n, 't> {
    node: &'n Node<'t>,
}

impl Context for InNode<'_, '_> {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        match &self.node.scope {
            Some((known, namespace)) if known == prefix => Some(namespace),
            _ => prefix.is_empty().then_some(""),
        }
    }

    fn unparsed_entity(&self, _name: &str) -> bool {
        false
    }
}
