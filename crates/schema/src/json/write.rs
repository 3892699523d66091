//! A tree as JSON.

use serde_json::{Map, Number, Value as Json};
use soapstone::datatype::space;
use soapstone::name::QName;

use crate::model::{Builtin, Type, TypeId};
use crate::simple::{Compiled, Kind, Value};
use crate::value::{Content, Element, Field, Node, Root, Shape, Text, Values};

impl Values {
    /// Gives a value as JSON, in the form that [`crate::json`] describes.
    pub fn to_json(&self, value: &Element, root: &Root) -> Json {
        let declared = match root {
            Root::Element(element) => {
                let element = value.element.unwrap_or(*element);
                self.model()
                    .elements
                    .get(element.index())
                    .map(|element| element.type_)
            }
            Root::Type { type_, .. } => Some(*type_),
        };
        self.element_json(value, declared)
    }

    fn element_json(&self, value: &Element, declared: Option<TypeId>) -> Json {
        let type_ = value.type_.or(declared);
        let mut object = Map::new();
        if let Some(type_) = type_.filter(|type_| value.retyped || Some(*type_) != declared) {
            object.insert("$type".to_owned(), Json::String(self.type_key(type_)));
        }
        let shape = type_.and_then(|type_| self.shape(type_));
        if type_.is_none() || type_ == Some(Builtin::AnyType.id()) {
            if value.content == Content::Nil && value.attributes.is_empty() && object.is_empty() {
                return Json::Null;
            }
            object.insert("$xml".to_owned(), Json::String(self.xml_text(value)));
            return Json::Object(object);
        }
        let item = type_.and_then(|type_| self.array_item(type_));
        if let (Some(item), Content::Nodes(nodes)) = (item, &value.content) {
            return self.array_json(nodes, item, object);
        }
        for attribute in value
            .attributes
            .iter()
            .filter(|attribute| !attribute.defaulted)
        {
            let shape = shape.map(AsRef::as_ref);
            let key = ["@", &attribute_key(shape, &attribute.name)].concat();
            let type_ = shape.and_then(|shape| self.attribute_type(shape, &attribute.name));
            object.insert(key, self.text_json(&attribute.text, type_));
        }
        match &value.content {
            Content::Nil if object.is_empty() => return Json::Null,
            Content::Nil => {
                object.insert("$nil".to_owned(), Json::Bool(true));
            }
            Content::Simple(text) => {
                let json = self.text_json(text, shape.map_or(type_, |shape| shape.simple));
                if object.is_empty() {
                    return json;
                }
                object.insert("$".to_owned(), json);
            }
            Content::Nodes(nodes) if shape.is_some_and(|shape| shape.is_text()) => {
                let texts = nodes.iter().filter_map(|node| match node {
                    Node::Text(text) => Some(text.as_str()),
                    Node::Element(_) => None,
                });
                let json = Json::String(texts.collect());
                if object.is_empty() {
                    return json;
                }
                object.insert("$".to_owned(), json);
            }
            Content::Nodes(nodes) => match shape {
                Some(shape) if self.keeps_order(shape, nodes) => {
                    self.fields(shape, nodes, &mut object)
                }
                shape => {
                    let children = nodes
                        .iter()
                        .map(|node| self.node_json(shape.map(AsRef::as_ref), node))
                        .collect();
                    object.insert("$children".to_owned(), Json::Array(children));
                }
            },
        }
        Json::Object(object)
    }

    fn attribute_type(&self, shape: &Shape, name: &QName) -> Option<TypeId> {
        let (_, id) = shape.attributes.iter().find(|(known, _)| known == name)?;
        Some(self.model().attributes.get(id.index())?.type_)
    }

    /// A simple value of a type, where that is known.
    fn text_json(&self, text: &Text, type_: Option<TypeId>) -> Json {
        let type_ = type_.map(|type_| self.simple.get(self.model(), type_));
        match &text.value {
            None => Json::String(text.lexical.clone()),
            Some(value) => value_json(value, &text.lexical, type_.map(AsRef::as_ref)),
        }
    }

    /// The items of an encoded array; under `$items` where its type has to be told.
    fn array_json(&self, nodes: &[Node], item: TypeId, mut told: Map<String, Json>) -> Json {
        let items = nodes.iter().filter_map(|node| match node {
            Node::Element(child) => Some(self.element_json(child, Some(item))),
            Node::Text(_) => None,
        });
        let items = Json::Array(items.collect());
        if told.is_empty() {
            return items;
        }
        told.insert("$items".to_owned(), items);
        Json::Object(told)
    }

    fn xml_text(&self, value: &Element) -> String {
        // A tree that was read is never too deep to write.
        self.write_unchecked(value).unwrap_or_default()
    }

    fn type_key(&self, type_: TypeId) -> String {
        let name = match self.model().types.get(type_.index()) {
            Some(Type::Simple(simple)) => simple.name.as_ref(),
            Some(Type::Complex(complex)) => complex.name.as_ref(),
            None => None,
        };
        name.map(QName::to_string).unwrap_or_default()
    }

    /// Tells whether the children, gathered by name, come back in their order.
    fn keeps_order(&self, shape: &Shape, nodes: &[Node]) -> bool {
        let mut children = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Node::Element(child) = node else {
                return false;
            };
            children.push(child);
        }
        let gathered = gather(shape, &children);
        let order: Vec<usize> = gathered
            .iter()
            .flat_map(|(_, indexes)| indexes.iter().copied())
            .collect();
        if order.is_sorted() {
            return true;
        }
        let names: Vec<&QName> = order
            .iter()
            .filter_map(|index| children.get(*index))
            .map(|child| &child.name)
            .collect();
        let arranged = crate::value::order(self, shape, &names);
        arranged
            .iter()
            .filter_map(|index| order.get(*index))
            .is_sorted()
    }

    fn fields(&self, shape: &Shape, nodes: &[Node], object: &mut Map<String, Json>) {
        let children: Vec<&Element> = nodes
            .iter()
            .filter_map(|node| match node {
                Node::Element(child) => Some(child),
                Node::Text(_) => None,
            })
            .collect();
        for (name, indexes) in gather(shape, &children) {
            let these = indexes.iter().filter_map(|index| children.get(*index));
            let Some(field) = name.and_then(|name| shape.field(name)) else {
                object.insert(
                    "$any".to_owned(),
                    these.map(|child| self.wild_json(child)).collect(),
                );
                continue;
            };
            let declared = self
                .model()
                .elements
                .get(field.element.index())
                .map(|element| element.type_);
            let mut values: Vec<Json> = these
                .map(|child| self.element_json(child, declared))
                .collect();
            let json = match values.pop() {
                Some(only) if values.is_empty() && !field.repeated => only,
                last => {
                    values.extend(last);
                    Json::Array(values)
                }
            };
            object.insert(field.key.clone(), json);
        }
    }

    fn node_json(&self, shape: Option<&Shape>, node: &Node) -> Json {
        match node {
            Node::Text(text) => Json::String(text.clone()),
            Node::Element(child) => match shape.and_then(|shape| field_of(shape, child)) {
                Some(field) => {
                    let declared = self
                        .model()
                        .elements
                        .get(field.element.index())
                        .map(|element| element.type_);
                    Json::Object(Map::from_iter([(
                        field.key.clone(),
                        self.element_json(child, declared),
                    )]))
                }
                None => Json::Object(Map::from_iter([("$any".to_owned(), self.wild_json(child))])),
            },
        }
    }

    /// An element that a wildcard admitted.
    fn wild_json(&self, child: &Element) -> Json {
        let declared = child
            .element
            .and_then(|element| self.model().elements.get(element.index()));
        match declared {
            Some(declared) => {
                let value = self.element_json(child, Some(declared.type_));
                Json::Object(Map::from_iter([(child.name.to_string(), value)]))
            }
            None => Json::String(self.xml_text(child)),
        }
    }
}

/// Gathers children by field, in the order in which each name comes first; `None` gathers what no field takes.
fn gather<'s>(shape: &'s Shape, children: &[&Element]) -> Vec<(Option<&'s QName>, Vec<usize>)> {
    let mut gathered: Vec<(Option<&QName>, Vec<usize>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (index, child) in children.iter().enumerate() {
        let name = field_of(shape, child).map(|field| &field.name);
        let place = *places.entry(name).or_insert_with(|| {
            gathered.push((name, Vec::new()));
            gathered.len() - 1
        });
        if let Some((_, indexes)) = gathered.get_mut(place) {
            indexes.push(index);
        }
    }
    gathered
}

/// The field that a child is a value of; one that a wildcard admitted unassessed is none, whatever its name.
fn field_of<'s>(shape: &'s Shape, child: &Element) -> Option<&'s Field> {
    child.type_.and_then(|_| shape.field(&child.name))
}

/// The local part, where the type has no other attribute of it.
fn attribute_key(shape: Option<&Shape>, name: &QName) -> String {
    let same = |shape: &Shape| {
        shape
            .attributes
            .iter()
            .filter(|(known, _)| known.local == name.local)
            .count()
    };
    let declared = |shape: &Shape| shape.attributes.iter().any(|(known, _)| known == name);
    match shape {
        Some(shape) if declared(shape) && same(shape) == 1 => name.local.to_string(),
        _ => name.to_string(),
    }
}

/// A simple value with its text. A number is a text where its type takes no number of JSON for it: `007`, by a pattern.
fn value_json(value: &Value, lexical: &str, type_: Option<&Compiled>) -> Json {
    let trimmed = lexical.trim_matches([' ', '\t', '\r', '\n']);
    let canonical = || {
        let mut canonical = String::new();
        value.write(&mut canonical);
        canonical
    };
    // Another text of a value of a union might be another member's.
    let is_taken = |text: &str| {
        type_.is_none_or(|type_| match type_.kind {
            Kind::Union(_) => text == trimmed,
            _ => type_.check(text, &()).is_ok(),
        })
    };
    match value {
        Value::String(_) => Json::String(lexical.to_owned()),
        Value::QName(_) | Value::Notation(_) => Json::String(canonical()),
        Value::List(items) => {
            let item = type_.and_then(|type_| match &type_.kind {
                Kind::List(item) => Some(item.as_ref()),
                // A member's words, which another member might read from other texts.
                Kind::Union(_) => Some(type_),
                Kind::Atomic(_) => None,
            });
            let words = space::words(lexical).zip(items);
            let items: Vec<Json> = words
                .map(|(word, value)| value_json(value, word, item))
                .collect();
            // A pattern of the whole list may want the numbers otherwise than JSON has them.
            let texts: Option<Vec<String>> = items.iter().map(super::text::scalar).collect();
            let is_taken = texts.is_none_or(|texts| is_taken(&texts.join(" ")));
            let is_list = type_.is_some_and(|type_| matches!(type_.kind, Kind::List(_)));
            let words = space::words(lexical).zip(items);
            let item = |(word, item): (&str, Json)| match item {
                Json::Number(number) if is_list && !is_taken && number.to_string() != word => {
                    Json::String(word.to_owned())
                }
                item => item,
            };
            words.map(item).collect()
        }
        Value::Decimal(_) | Value::Float(_) | Value::Double(_) => {
            let number = number(trimmed).or_else(|| {
                let canonical = canonical();
                number(&canonical).filter(|_| is_taken(&canonical))
            });
            number.unwrap_or_else(|| Json::String(trimmed.to_owned()))
        }
        Value::Boolean(truth) => {
            let is_union = type_.is_some_and(|type_| matches!(type_.kind, Kind::Union(_)));
            match is_union && !is_taken(&canonical()) {
                true => Json::String(trimmed.to_owned()),
                false => Json::Bool(*truth),
            }
        }
        _ => Json::String(trimmed.to_owned()),
    }
}

/// The number with its very digits, where JSON writes it so too.
fn number(lexical: &str) -> Option<Json> {
    serde_json::from_str::<Number>(lexical)
        .ok()
        .map(Json::Number)
}
